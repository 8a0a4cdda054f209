#include "gateway/gateway_response.h"

#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

using testing::brief;
using testing::header;

http::Response make(Problem problem, std::string_view message = {},
                    std::vector<GatewayResponseDefinition> responses = {}, std::string_view detail = {}) {
  StageDefinition stage = testing::makeStageDefinition();
  stage.variables = {{"color", "red"}};
  stage.gatewayResponses = std::move(responses);
  stage.resources.push_back({"r1", "/", {testing::makeMock("GET")}});
  const Exchange exchange = testing::makeTestExchange(
      stage, testing::makeRequest("GET", "/api/?q=1",
                                  {{"x-api-key", "k"}, {"Host", "abc123.execute-api.eu-central-1.localhost"}}));
  return makeProblem(exchange, problem, message, detail);
}

TEST(GatewayResponse, SaysWhatTheServiceSays) {
  const std::vector<std::tuple<Problem, std::string, std::string>> all = {
      {Problem::kMissingAuthenticationToken, R"(403 {"message":"Missing Authentication Token"})",
       "MissingAuthenticationTokenException"},
      {Problem::kUnknownToken, R"(403 {"message":"The security token included in the request is invalid."})",
       "UnrecognizedClientException"},
      {Problem::kExpiredToken, R"(403 {"message":"The security token included in the request is expired"})",
       "ExpiredTokenException"},
      {Problem::kUnauthorized, R"(401 {"message":"Unauthorized"})", "UnauthorizedException"},
      {Problem::kAccessDenied, R"(403 {"Message":"User is not authorized to access this resource"})",
       "AccessDeniedException"},
      {Problem::kAuthorizerFailure, R"(500 {"message":null})", "AuthorizerFailureException"},
      {Problem::kAuthorizerConfiguration, R"(500 {"message":null})", "AuthorizerConfigurationException"},
      {Problem::kNetworkError, R"(504 {"message":"Network error communicating with endpoint"})",
       "InternalServerErrorException"},
      {Problem::kInvalidApiKey, R"(403 {"message":"Forbidden"})", "ForbiddenException"},
      {Problem::kThrottled, R"(429 {"message":"Too Many Requests"})", "TooManyRequestsException"},
      {Problem::kQuotaExceeded, R"(429 {"message":"Limit Exceeded"})", "LimitExceededException"},
      {Problem::kBadRequestBody, R"(400 {"message":"Invalid request body"})", "BadRequestException"},
      {Problem::kUnsupportedMediaType, R"(415 {"message":"Unsupported Media Type"})", "BadRequestException"},
      {Problem::kRequestTooLarge, "413 HTTP content length exceeded 10485760 bytes.", "RequestTooLargeException"},
      {Problem::kBusy, R"(503 {"message":"Service Unavailable"})", "ServiceUnavailableException"},
      {Problem::kIntegrationTimeout, R"(504 {"message":"Endpoint request timed out"})",
       "InternalServerErrorException"},
      {Problem::kIntegrationFailure, R"(502 {"message":"Internal server error"})", "InternalServerErrorException"},
      {Problem::kApiConfiguration, R"(500 {"message":"Internal server error"})", "InternalServerErrorException"},
  };
  for (const auto& [problem, expected, type] : all) {
    const auto response = make(problem);
    EXPECT_EQ(brief(response), expected);
    EXPECT_EQ(header(response, "x-amzn-ErrorType"), type);
    EXPECT_EQ(header(response, "x-amzn-RequestId"), "01020304-0506-4708-890a-0b0c0d0e0f10");
    EXPECT_EQ(header(response, "x-amz-apigw-id"), "ERITFBUWFxgZGhs=");
  }
  EXPECT_EQ(header(make(Problem::kThrottled), "Content-Type"), "application/json");
  EXPECT_EQ(brief(make(Problem::kBadRequest, "say \"why\"")), R"(400 {"message":"say \"why\""})");
}

TEST(GatewayResponse, PutsTheErrorIntoHeadersAndBodies) {
  const std::vector<GatewayResponseDefinition> custom = {
      {"DEFAULT_5XX",
       "",
       {{"gatewayresponse.header.X-Kind", "context.error.responseType"},
        {"gatewayresponse.header.Access-Control-Allow-Origin", "'*'"}},
       {{"application/json", R"({"why":$context.error.messageString,"text":"$context.error.message"})"}}}};
  const auto response = make(Problem::kAuthorizerFailure, {}, custom);
  EXPECT_EQ(brief(response), R"(500 {"why":null,"text":""})");
  EXPECT_EQ(header(response, "X-Kind"), "AUTHORIZER_FAILURE");
  EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "*");
}

TEST(GatewayResponse, IsForbiddenForAnUnknownStage) {
  const auto response = makeUnknownStage("id-1");
  EXPECT_EQ(brief(response), R"(403 {"message":"Forbidden"})");
  EXPECT_EQ(header(response, "x-amzn-ErrorType"), "ForbiddenException");
  EXPECT_EQ(header(response, "x-amzn-RequestId"), "id-1");
}

TEST(GatewayResponse, CanBeCustomised) {
  const std::vector<GatewayResponseDefinition> custom = {
      {"INVALID_API_KEY",
       "456",
       {{"gatewayresponse.header.api-key", "method.request.header.x-api-key"},
        {"gatewayresponse.header.Access-Control-Allow-Origin", "'*'"}},
       {{"application/json",
         R"({"m": $context.error.messageString, "t": "$context.error.responseType", "s": "$stageVariables.color",)"
         R"( "q": "$method.request.querystring.q", "r": "${context.stage}", "n": "$context.none", "p": "$5"})"}}}};
  const auto response = make(Problem::kInvalidApiKey, {}, custom);
  EXPECT_EQ(
      brief(response),
      R"(456 {"m": "Forbidden", "t": "INVALID_API_KEY", "s": "red", "q": "1", "r": "api", "n": "", "p": "$5"})");
  EXPECT_EQ(header(response, "api-key"), "k");
  EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(brief(make(Problem::kThrottled, {}, custom)), R"(429 {"message":"Too Many Requests"})");
}

TEST(GatewayResponse, FallsBackToTheDefaults) {
  const std::vector<GatewayResponseDefinition> custom = {
      {"DEFAULT_4XX", "", {{"gatewayresponse.header.X", "'4'"}}, {}},
      {"DEFAULT_5XX", "599", {}, {{"text/plain", "$context.error.validationErrorString!"}}}};
  const auto four = make(Problem::kThrottled, {}, custom);
  EXPECT_EQ(brief(four), R"(429 {"message":"Too Many Requests"})");
  EXPECT_EQ(header(four, "X"), "4");
  const auto five = make(Problem::kApiConfiguration, {}, custom, "detail");
  EXPECT_EQ(brief(five), "599 detail!");
  EXPECT_EQ(header(five, "Content-Type"), "text/plain");
}

TEST(GatewayResponse, SubstitutionCopesWithAnything) {
  for (const char* body :
       {"$", "${", "${context.stage", "$context.", "a$context.stage.b", "$$context.stage", "$x"}) {
    const auto response = make(Problem::kThrottled, {}, {{"THROTTLED", "", {}, {{"application/json", body}}}});
    EXPECT_EQ(response.status, 429);
  }
  EXPECT_EQ(
      brief(make(Problem::kThrottled, {}, {{"THROTTLED", "", {}, {{"application/json", "$$context.stage. $"}}}})),
      "429 $api. $");
}

}  // namespace
}  // namespace hearth::gateway
