// What botocore cannot be made to send; the rest is in tests/conformance/.
#include "wire/routes.h"

#include <gtest/gtest.h>

namespace hearth::wire {
namespace {

using api::Protocol;

const Protocol kQuery[] = {Protocol::kQuery};
const Protocol kXml[] = {Protocol::kRestXml};
const Protocol kJson[] = {Protocol::kJson11};
const api::Route kFormRoutes[] = {{"List", "POST", "/", nullptr}, {"Make", "POST", "/", nullptr}};
const api::Route kXmlRoutes[] = {{"GetThing", "GET", "/{Bucket}/{Key+}", nullptr},
                                 {"GetThingTags", "GET", "/{Bucket}/{Key+}?tags", nullptr},
                                 {"ListThings", "GET", "/{Bucket}", nullptr},
                                 {"GetOne", "GET", "/{Bucket}?parts&id", nullptr},
                                 {"ListParts", "GET", "/{Bucket}?parts", nullptr}};
const api::Service kForms{.id = "forms",
                          .signingName = "forms",
                          .endpointPrefix = "forms",
                          .apiVersion = "2010-05-08",
                          .protocols = kQuery,
                          .routes = kFormRoutes};
const api::Service kS3{
    .id = "s3", .signingName = "s3", .endpointPrefix = "s3", .protocols = kXml, .routes = kXmlRoutes};
const api::Service kTargets{.id = "targets",
                            .signingName = "targets",
                            .endpointPrefix = "targets",
                            .targetPrefix = "Targets_1",
                            .protocols = kJson,
                            .routes = kFormRoutes};

class RoutesTest : public testing::Test {
 protected:
  // "forms:List", or the fault's code.
  std::string found(const std::string& method, const std::string& target, const http::Headers& headers = {},
                    std::string_view body = {}) {
    http::Request request;
    request.method = method;
    const auto question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string::npos) request.query = target.substr(question + 1);
    request.headers = headers;
    auto match = routes_.find(request, Routes::needsBody(request) ? body : std::string_view());
    if (!match.ok()) return match.fault().code;
    labels_ = std::move(match->labels);
    return std::string(match->service->id) + ":" + std::string(match->operationName);
  }
  std::string form(std::string_view body) {
    http::Headers headers;
    headers.add("Content-Type", "Application/X-WWW-Form-Urlencoded; charset=utf-8");
    return found("POST", "/", headers, body);
  }

  Routes routes_{{&kForms, &kS3, &kTargets}};
  std::vector<std::pair<std::string_view, std::string>> labels_;
};

TEST_F(RoutesTest, FindsFormsByTheirVersionAndAction) {
  EXPECT_EQ(form("Action=List&Version=2010-05-08"), "forms:List");
  EXPECT_EQ(form("Version=2010-05-08&x=Action=Make&Action=Li%73t"), "forms:List");
  EXPECT_EQ(form("Action=List&Version=2010-05-08&Action=Make"), "forms:Make");  // as the decoder takes the last
  EXPECT_EQ(form("Action=&Version=2010-05-08"), "InvalidAction");
  EXPECT_EQ(form("Version=2010-05-08"), "InvalidAction");
  EXPECT_EQ(form("NoAction=List&Version=2010-05-08"), "InvalidAction");
  EXPECT_EQ(form("Action=" + std::string(1'000'000, 'x') + "&Version=2010-05-08"), "InvalidAction");
  EXPECT_EQ(form(std::string(1'000'000, '&') + "Version=2010-05-08&Action=List"), "forms:List");
  EXPECT_EQ(found("GET", "/?Action=Make&Version=2010-05-08"), "forms:Make");
}

TEST_F(RoutesTest, TakesTheMostParticularPath) {
  EXPECT_EQ(found("GET", "/b"), "s3:ListThings");
  EXPECT_EQ(found("GET", "/b/"), "s3:ListThings");
  EXPECT_EQ(found("GET", "/b/a//b%2Fc/"), "s3:GetThing");
  EXPECT_EQ(labels_[1].second, "a//b/c/");
  EXPECT_EQ(found("GET", "/b/k?tags"), "s3:GetThingTags");
  EXPECT_EQ(found("GET", "/b/k?tags=&x"), "s3:GetThingTags");
  EXPECT_EQ(found("GET", "/b?parts"), "s3:ListParts");
  EXPECT_EQ(found("GET", "/b?id=1&parts"), "s3:GetOne");
  EXPECT_EQ(found("PATCH", "/b/k"), "MethodNotAllowed");
}

TEST_F(RoutesTest, TakesBucketsFromHostNames) {
  http::Headers headers;
  headers.add("Host", "photos.of.2019.s3.eu-west-1.amazonaws.com:4566");
  EXPECT_EQ(found("GET", "/k", headers), "s3:GetThing");
  EXPECT_EQ(labels_[0].second, "photos.of.2019");
  EXPECT_EQ(bucketOfHost("photos.s3.localhost"), "photos");
  EXPECT_EQ(bucketOfHost("photos.s3-eu-west-1.amazonaws.com"), "photos");
  EXPECT_EQ(bucketOfHost("s3.amazonaws.com"), std::nullopt);
  EXPECT_EQ(bucketOfHost("photos.s3x.amazonaws.com"), std::nullopt);
  EXPECT_EQ(bucketOfHost("photos.s3.example.org"), std::nullopt);
}

TEST_F(RoutesTest, FindsTargets) {
  http::Headers headers;
  headers.add("X-Amz-Target", "Targets_1.Make");
  EXPECT_EQ(found("POST", "/", headers), "targets:Make");
  headers.set("X-Amz-Target", "Targets_1.Unmake");
  EXPECT_EQ(found("POST", "/", headers), "UnknownOperationException");
  headers.set("X-Amz-Target", "Targets_1");
  EXPECT_EQ(found("POST", "/", headers), "UnknownOperationException");
  headers.set("X-Amz-Target", "Others_1.Make");
  EXPECT_EQ(found("POST", "/b/k", headers), "MethodNotAllowed");  // nobody's target: a request to S3
}

TEST_F(RoutesTest, SaysWhichServiceIsMissing) {
  http::Headers headers;
  headers.add("Authorization", "AWS4-HMAC-SHA256 Credential=A/20190408/r/dynamodb/aws4_request, Signature=0");
  EXPECT_EQ(found("POST", "/", headers), "UnknownService");
  headers.set("Authorization", "AWS4-HMAC-SHA256 Credential=A/20190408/r/forms/aws4_request");
  EXPECT_EQ(found("POST", "/?Action=List", headers), "forms:List");
}

// A scope is the parameter of that name, not what another's value looks like.
TEST_F(RoutesTest, ServiceOfAPresignedRequest) {
  const std::string scope = "X-Amz-Credential=AKID%2F20190408%2Feu-central-1%2Ftargets%2Faws4_request";
  EXPECT_EQ(found("GET", "/bucket?prefix=" + scope), "s3:ListThings");
  EXPECT_EQ(found("GET", "/bucket?not-" + scope), "s3:ListThings");
  EXPECT_NE(found("GET", "/bucket?" + scope), "s3:ListThings");
}

}  // namespace
}  // namespace hearth::wire
