#include "gateway/integration_uri.h"

#include <gtest/gtest.h>

namespace hearth::gateway {
namespace {

// "function ARN", "s3@REGION /literal {name}?query", or the fault's message.
std::string parsed(std::string_view uri, std::string_view type = "AWS") {
  const auto target = parseIntegrationUri(type, uri);
  if (!target.ok()) return target.fault().message;
  if (const auto* function = std::get_if<FunctionTarget>(&*target)) return "function " + function->arn;
  const auto& service = std::get<ServiceTarget>(*target);
  std::string text = service.service + "@" + service.region + " ";
  for (const auto& piece : service.path) text += piece.parameter ? "{" + piece.text + "}" : piece.text;
  return service.query.empty() ? text : text + "?" + service.query;
}

TEST(IntegrationUri, NamesAFunction) {
  EXPECT_EQ(parsed("arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/"
                   "arn:aws:lambda:eu-central-1:1:function:f:live/invocations"),
            "function arn:aws:lambda:eu-central-1:1:function:f:live");
  const std::string wrong =
      "Integrations of Lambda functions need the path path/2015-03-31/functions/ARN/invocations";
  EXPECT_EQ(parsed("arn:aws:apigateway:r:lambda:path/2015-03-31/functions//invocations"), wrong);
  EXPECT_EQ(parsed("arn:aws:apigateway:r:lambda:action/Invoke"), wrong);
}

TEST(IntegrationUri, NamesAPathOfS3) {
  EXPECT_EQ(parsed("arn:aws:apigateway:r:s3:path/{bucket}/{key}"), "s3@r /{bucket}/{key}");
  EXPECT_EQ(parsed("arn:aws:apigateway:r:s3:path/pages/app/{file}.html"), "s3@r /pages/app/{file}.html");
  EXPECT_EQ(parsed("arn:aws:apigateway:r:s3:path/pages/index.html?versionId=7"),
            "s3@r /pages/index.html?versionId=7");
  EXPECT_EQ(parsed("arn:aws:apigateway:r:s3:path/"), "s3@r /");
}

TEST(IntegrationUri, TakesTheBucketOfASubdomain) {
  EXPECT_EQ(parsed("arn:aws:apigateway:r:my.pages.s3:path/{key}"), "s3@r /my.pages/{key}");
}

TEST(IntegrationUri, EscapesWhatMayNotStandInAPath) {
  EXPECT_EQ(parsed("arn:aws:apigateway:r:s3:path/b/a b%20c#d\r\nX: y"), "s3@r /b/a%20b%20c%23d%0D%0AX:%20y");
}

TEST(IntegrationUri, RefusesWhatIsNone) {
  const std::string arn = "Invalid ARN specified in the request";
  EXPECT_EQ(parsed(""), arn);
  EXPECT_EQ(parsed("https://example.com/"), arn);
  EXPECT_EQ(parsed("arn:aws:s3:r:s3:path/b"), arn);
  EXPECT_EQ(parsed("arn:aws:apigateway:r:s3:path/{bucket"), arn);
  EXPECT_EQ(parsed("arn:aws:apigateway:r:s3:path/{}"), arn);
  EXPECT_EQ(parsed("arn:aws:apigateway:r:s3:b/k"), "AWS ARN for integration must contain path or action");
}

TEST(IntegrationUri, RefusesByNameWhatIsNotSupported) {
  EXPECT_EQ(parsed("arn:aws:apigateway:r:sqs:path/1/queue"),
            "Integrations of type 'AWS' with the service 'sqs' are not supported");
  EXPECT_EQ(parsed("arn:aws:apigateway:r:s3:action/GetObject&Bucket=b"),
            "Integrations with an action of S3 are not supported; the path s3:path/{bucket}/{key} is");
  EXPECT_EQ(parsed("arn:aws:apigateway:r:s3:path/b/k", "AWS_PROXY"),
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream "
            "invocations.");
}

TEST(IntegrationUri, StageVariablesAreReplaced) {
  EXPECT_EQ(withStageVariables("path/${stageVariables.bucket}/{key}", {{"bucket", "pages"}}), "path/pages/{key}");
  EXPECT_EQ(withStageVariables("a${stageVariables.none}b${stageVariables.", {}), "ab${stageVariables.");
}

}  // namespace
}  // namespace hearth::gateway
