#include "homework/client/trainer/stacks.h"

#include <gtest/gtest.h>

#include "homework/client/trainer/deployment.h"

namespace hearth::homework::client {
namespace {

TEST(ReadStacks, TakesStatusAndOutputs) {
  const auto stacks = readStacks(
      R"(<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult>
    <Stacks><member><StackName>homework-api</StackName><StackStatus>UPDATE_COMPLETE</StackStatus>
    <Outputs><member><OutputKey>ApiId</OutputKey><OutputValue>abc&amp;1</OutputValue></member></Outputs></member></Stacks>
    </DescribeStacksResult></DescribeStacksResponse>)");
  ASSERT_EQ(stacks.size(), 1u);
  EXPECT_EQ(stacks[0].name, "homework-api");
  EXPECT_EQ(stacks[0].status, "UPDATE_COMPLETE");
  EXPECT_EQ(stacks[0].outputs.at("ApiId"), "abc&1");
  EXPECT_TRUE(readStacks("not xml").empty());
  EXPECT_TRUE(readStacks("").empty());
}

TEST(ReadEvents, AreOldestFirstAndClean) {
  std::string token = "old";
  const auto events = readEvents(R"(<R><StackEvents>
    <member><EventId>2</EventId><LogicalResourceId>Api</LogicalResourceId><ResourceType>AWS::ApiGateway::RestApi</ResourceType>
      <ResourceStatus>CREATE_FAILED</ResourceStatus><ResourceStatusReason>no &#27;[31m rights</ResourceStatusReason></member>
    <member><EventId>1</EventId><LogicalResourceId>Api</LogicalResourceId><ResourceStatus>CREATE_IN_PROGRESS</ResourceStatus></member>
    </StackEvents><NextToken>more</NextToken></R>)",
                                 token);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].id, "1");
  EXPECT_FALSE(events[0].failed());
  EXPECT_TRUE(events[1].failed());
  EXPECT_EQ(events[1].reason.find('\x1b'), std::string::npos);
  EXPECT_EQ(token, "more");
}

TEST(FormEncoded, EncodesWhatSeparates) {
  EXPECT_EQ(formEncoded({{"A", "x y&z=1"}, {"B.member.1", "ż\n"}}), "A=x%20y%26z%3D1&B.member.1=%C5%BC%0A");
}

TEST(FreshDeployment, ChangesWithTheTemplateAndOnlyTheName) {
  const std::string text = "  ApiDeployment:\n  Stage: !Ref ApiDeployment\n  MyApiDeployment2: x\n";
  const std::string once = withFreshDeployment(text);
  EXPECT_EQ(once, withFreshDeployment(text));
  EXPECT_NE(once.substr(0, 30), withFreshDeployment(text + "#").substr(0, 30));
  EXPECT_NE(once.find("  MyApiDeployment2: x"), std::string::npos);
  const std::string name = once.substr(2, once.find(':') - 2);
  EXPECT_EQ(name.size(), std::string("ApiDeployment").size() + 10);
  EXPECT_NE(once.find("!Ref " + name + "\n"), std::string::npos);
}

TEST(ApiBase, IsWhereTheApiCanBeReached) {
  EXPECT_EQ(apiBase({"http://127.0.0.1:4566", "eu-central-1", {}}, "abc"),
            "http://127.0.0.1:4566/_aws/execute-api/abc");
  EXPECT_EQ(apiBase({"", "eu-central-1", {}}, "abc"), "https://abc.execute-api.eu-central-1.amazonaws.com");
}

TEST(AwsError, IsReadFromXmlAndJson) {
  HttpResponse response;
  response.body =
      "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id x does not "
      "exist</Message></Error></ErrorResponse>";
  EXPECT_EQ(readAwsError(response),
            (std::pair<std::string, std::string>("ValidationError", "Stack with id x does not exist")));
  response.body = R"({"message": "Invalid API Key identifier specified"})";
  response.headers = {{"x-amzn-errortype", "NotFoundException:http://internal.amazon.com/"}};
  EXPECT_EQ(readAwsError(response).first, "NotFoundException");
  response.headers.clear();
  response.body = R"({"__type": "com.amazonaws#ResourceNotFoundException", "Message": "no"})";
  EXPECT_EQ(readAwsError(response), (std::pair<std::string, std::string>("ResourceNotFoundException", "no")));
  response.body = "Bad gateway";
  EXPECT_EQ(readAwsError(response).second, "Bad gateway");
}

}  // namespace
}  // namespace hearth::homework::client
