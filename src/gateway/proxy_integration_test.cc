#include "gateway/proxy_integration.h"

#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

using testing::header;

StageDefinition makeDefinition(std::vector<std::string> binaryMediaTypes = {}) {
  StageDefinition stage = testing::makeStageDefinition();
  stage.binaryMediaTypes = std::move(binaryMediaTypes);
  stage.resources.push_back({"res1", "/{proxy+}", {testing::makeLambda("ANY", "AWS_PROXY")}});
  return stage;
}

// Of the event for a request to `host` that came over TLS, or not.
std::string forwarded(const std::string& host, bool secure, const char* name) {
  http::Request request = testing::makeRequest("GET", "/api/x", {{"Host", host}, {"X-Forwarded-Proto", "gopher"}});
  request.origin.secure = secure;
  const auto event = base::parseJson(makeProxyEvent(testing::makeTestExchange(makeDefinition(), request))).value();
  return base::findString(event.at("headers"), name).value_or("");
}

TEST(ProxyEvent, NamesTheSchemeAndItsPort) {
  const std::string host = "abc123.execute-api.eu-central-1.localhost";
  EXPECT_EQ(forwarded(host, false, "X-Forwarded-Proto"), "http");
  EXPECT_EQ(forwarded(host, false, "X-Forwarded-Port"), "80");
  EXPECT_EQ(forwarded(host, true, "X-Forwarded-Proto"), "https");
  EXPECT_EQ(forwarded(host, true, "X-Forwarded-Port"), "443");
  EXPECT_EQ(forwarded(host + ":4567", true, "X-Forwarded-Port"), "4567");
}

TEST(ProxyEvent, IsComplete) {
  StageDefinition definition = makeDefinition();
  definition.variables = {{"color", "red"}};
  Exchange exchange = testing::makeTestExchange(
      definition, testing::makeRequest("POST", "/api/proxy-value//double?a=1&b=x+y&a=2%2B",
                                       {{"Host", "abc123.execute-api.eu-central-1.localhost:4566"},
                                        {"user-agent", "curl/8"},
                                        {"tEsT-HEADeR", "aValUE"},
                                        {"tEsT-HEADeR", "second"},
                                        {"X-Forwarded-For", "203.0.113.9"},
                                        {"Content-Length", "4"},
                                        {"Connection", "close"}}));
  exchange.body = "body";
  exchange.apiKey = "secret";
  exchange.apiKeyId = "key1";
  const Json expected = base::parseJson(R"json({
    "resource": "/{proxy+}", "path": "/proxy-value//double", "httpMethod": "POST",
    "headers": {"Host": "abc123.execute-api.eu-central-1.localhost:4566", "User-Agent": "curl/8",
      "tEsT-HEADeR": "second", "X-Amzn-Trace-Id": "Root=1-69d4f9f0-1c1d1e1f2021222324252627",
      "X-Forwarded-For": "203.0.113.9, 192.0.2.7", "X-Forwarded-Port": "4566", "X-Forwarded-Proto": "http"},
    "multiValueHeaders": {"Host": ["abc123.execute-api.eu-central-1.localhost:4566"], "User-Agent": ["curl/8"],
      "tEsT-HEADeR": ["aValUE", "second"], "X-Amzn-Trace-Id": ["Root=1-69d4f9f0-1c1d1e1f2021222324252627"],
      "X-Forwarded-For": ["203.0.113.9, 192.0.2.7"], "X-Forwarded-Port": ["4566"], "X-Forwarded-Proto": ["http"]},
    "queryStringParameters": {"a": "2+", "b": "x y"},
    "multiValueQueryStringParameters": {"a": ["1", "2+"], "b": ["x y"]},
    "pathParameters": {"proxy": "proxy-value//double"},
    "stageVariables": {"color": "red"},
    "requestContext": {"accountId": "111122223333", "apiId": "abc123", "deploymentId": "dep1",
      "domainName": "abc123.execute-api.eu-central-1.localhost", "domainPrefix": "abc123",
      "extendedRequestId": "ERITFBUWFxgZGhs=", "httpMethod": "POST",
      "identity": {"accessKey": null, "accountId": null, "apiKey": "secret", "apiKeyId": "key1", "caller": null,
        "cognitoAuthenticationProvider": null, "cognitoAuthenticationType": null, "cognitoIdentityId": null,
        "cognitoIdentityPoolId": null, "principalOrgId": null, "sourceIp": "192.0.2.7", "user": null,
        "userAgent": "curl/8", "userArn": null},
      "path": "/api/proxy-value//double", "protocol": "HTTP/1.1",
      "requestId": "01020304-0506-4708-890a-0b0c0d0e0f10", "requestTime": "07/Apr/2026:12:34:56 +0000",
      "requestTimeEpoch": 1775565296789, "resourceId": "res1", "resourcePath": "/{proxy+}", "stage": "api"},
    "body": "body", "isBase64Encoded": false})json")
                            .value();
  const auto event = base::parseJson(makeProxyEvent(exchange));
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(*event, expected) << base::writeJsonPretty(*event);
}

TEST(ProxyEvent, SaysNullForWhatIsNotThere) {
  Exchange exchange = testing::makeTestExchange(makeDefinition(), testing::makeRequest("GET", "/api/x/"));
  const Json event = base::parseJson(makeProxyEvent(exchange)).value();
  for (const char* name : {"queryStringParameters", "multiValueQueryStringParameters", "stageVariables", "body"}) {
    ASSERT_NE(base::findMember(event, name), nullptr) << name;
    EXPECT_TRUE(base::findMember(event, name)->is_null()) << name;
  }
  EXPECT_EQ(base::findString(event, "path"), "/x/");
  EXPECT_EQ(base::findString(*base::findMember(event, "pathParameters"), "proxy"), "x");
  const Json& identity = *base::findMember(*base::findMember(event, "requestContext"), "identity");
  EXPECT_EQ(base::findMember(identity, "apiKey"), nullptr);
  EXPECT_TRUE(base::findMember(identity, "userAgent")->is_null());
}

// body and isBase64Encoded of an event.
std::string bodyOf(std::string body, std::string type, std::vector<std::string> binaryMediaTypes) {
  Exchange exchange = testing::makeTestExchange(
      makeDefinition(std::move(binaryMediaTypes)),
      testing::makeRequest("POST", "/api/x",
                           {{"Content-Type", type}, {"Host", "abc123.execute-api.eu-central-1.localhost"}}));
  exchange.body = std::move(body);
  const Json event = base::parseJson(makeProxyEvent(exchange)).value();
  return base::findString(event, "body").value() +
         (base::findMember(event, "isBase64Encoded")->get_bool() ? " yes" : " no");
}

TEST(ProxyEvent, EncodesBinaryBodies) {
  EXPECT_EQ(bodyOf("abc", "image/png", {}), "abc no");
  EXPECT_EQ(bodyOf("abc", "image/png", {"image/png"}), "YWJj yes");
  EXPECT_EQ(bodyOf("abc", "image/png", {"image/*"}), "YWJj yes");
  EXPECT_EQ(bodyOf("abc", "text/plain", {"image/*"}), "abc no");
  EXPECT_EQ(bodyOf("\xFF\xFE", "text/plain", {}), "//4= yes");
}

TEST(ProxyEvent, CopesWithThousandsOfParameters) {
  std::string target = "/api/x?";
  for (int i = 0; i < 10'000; ++i) target += "k" + std::to_string(i % 5000) + "=" + std::to_string(i) + "&";
  const Exchange exchange = testing::makeTestExchange(makeDefinition(), testing::makeRequest("GET", target));
  const Json event = base::parseJson(makeProxyEvent(exchange)).value();
  EXPECT_EQ(base::findString(*base::findMember(event, "queryStringParameters"), "k7"), "5007");
}

// "status|header: value|...|body" of what a function gave, or the fault.
std::string parse(std::string_view payload, std::vector<std::string> binaryMediaTypes = {},
                  std::string accept = "") {
  Pairs headers = {{"Host", "abc123.execute-api.eu-central-1.localhost"}};
  if (!accept.empty()) headers.emplace_back("Accept", accept);
  const Exchange exchange = testing::makeTestExchange(makeDefinition(std::move(binaryMediaTypes)),
                                                      testing::makeRequest("GET", "/api/x", headers));
  const auto response = parseProxyResponse(exchange, payload);
  if (!response.ok()) return std::to_string(response.fault().status) + " " + response.fault().message;
  std::string text = std::to_string(response->status);
  for (const auto& [name, value] : response->headers) text += "|" + name + ": " + value;
  return text + "|" + response->body;
}

TEST(ProxyResponse, IsRead) {
  EXPECT_EQ(parse(R"({"statusCode":201,"headers":{"Content-Type":"text/html","X":"y"},"body":"<p>"})"),
            "201|Content-Type: text/html|X: y|<p>");
  EXPECT_EQ(parse("{}"), "200|Content-Type: application/json|");
  EXPECT_EQ(parse(R"({"statusCode":"201"})"), "201|Content-Type: application/json|");
  EXPECT_EQ(parse(R"({"statusCode":200.0})"), "200|Content-Type: application/json|");
  EXPECT_EQ(parse(R"({"headers":{"test-header":"value","header-bool":true,"n":5}})"),
            "200|Content-Type: application/json|test-header: value|header-bool: true|n: 5|");
  EXPECT_EQ(
      parse(R"({"statusCode":200,"headers":null,"multiValueHeaders":null,"body":null,"isBase64Encoded":null})"),
      "200|Content-Type: application/json|");
}

TEST(ProxyResponse, MergesMultiValueHeaders) {
  EXPECT_EQ(parse(R"({"multiValueHeaders":{"test-multi":["value1","value2"]}})"),
            "200|Content-Type: application/json|test-multi: value1|test-multi: value2|");
  EXPECT_EQ(parse(R"({"multiValueHeaders":{"tesT-Multi":["value-multi"]},"headers":{"test-multi":"value-solo"}})"),
            "200|Content-Type: application/json|tesT-Multi: value-multi|tesT-Multi: value-solo|");
}

TEST(ProxyResponse, RenamesWhatTheGatewaySaysItself) {
  EXPECT_EQ(parse(R"({"headers":{"Content-Type":"a/b","Connection":"c","Content-Length":"9","Date":"d","Server":"s",
                     "www-authenticate":"Basic","Transfer-Encoding":"chunked","Host":"h"}})"),
            "200|Content-Type: a/b|x-amzn-Remapped-Connection: c|x-amzn-Remapped-Content-Length: 9|"
            "x-amzn-Remapped-Date: d|x-amzn-Remapped-Server: s|x-amzn-Remapped-www-authenticate: Basic|Host: h|");
}

TEST(ProxyResponse, DecodesOnlyForClientsThatAccept) {
  const std::string_view png =
      R"({"body":"dGVzdC1kYXRh","isBase64Encoded":true,"headers":{"Content-Type":"image/png"}})";
  EXPECT_EQ(parse(png, {"image/png"}, "image/png"), "200|Content-Type: image/png|test-data");
  EXPECT_EQ(parse(png, {"image/png"}, "image/*"), "200|Content-Type: image/png|dGVzdC1kYXRh");
  EXPECT_EQ(parse(png, {"image/png"}), "200|Content-Type: image/png|dGVzdC1kYXRh");
  EXPECT_EQ(parse(png, {}, "image/png"), "200|Content-Type: image/png|dGVzdC1kYXRh");
  EXPECT_EQ(parse(png, {"*/*"}), "200|Content-Type: image/png|test-data");
  EXPECT_EQ(parse(R"({"body":"***","isBase64Encoded":true})", {"*/*"}),
            "500 Malformed Lambda proxy response: body is no base64");
}

TEST(ProxyResponse, IsRefusedWhenMalformed) {
  EXPECT_EQ(parse("x"), "502 Malformed Lambda proxy response: it is no JSON");
  EXPECT_EQ(parse("\"justAString\""), "502 Malformed Lambda proxy response: it is no object");
  EXPECT_EQ(parse("null"), "502 Malformed Lambda proxy response: it is no object");
  EXPECT_EQ(parse(R"({"statusCode":200,"wrongValue":"value"})"),
            "502 Malformed Lambda proxy response: it has a member wrongValue");
  EXPECT_EQ(parse(R"({"errorMessage":"boom"})"),
            "502 Malformed Lambda proxy response: it has a member errorMessage");
  EXPECT_EQ(parse(R"({"statusCode":"test"})"), "502 Malformed Lambda proxy response: statusCode is no number");
  for (const char* status : {"0", "99", "600", "-5", "1e300", "[]", "true", "99999999999"}) {
    EXPECT_EQ(parse("{\"statusCode\":" + std::string(status) + "}"),
              "502 Malformed Lambda proxy response: statusCode is no HTTP status")
        << status;
  }
  EXPECT_EQ(parse(R"({"headers":[]})"), "502 Malformed Lambda proxy response: headers is no object");
  EXPECT_EQ(parse(R"({"headers":{"a":["b"]}})"), "502 Malformed Lambda proxy response: a header is no text");
  EXPECT_EQ(parse(R"({"multiValueHeaders":[]})"),
            "502 Malformed Lambda proxy response: multiValueHeaders is no object");
  EXPECT_EQ(parse(R"({"multiValueHeaders":{"a":"b"}})"),
            "502 Malformed Lambda proxy response: a multi-value header is no list");
  EXPECT_EQ(parse(R"({"body":{"a":1}})"), "502 Malformed Lambda proxy response: body is no text");
  EXPECT_EQ(parse(R"({"isBase64Encoded":"yes"})"),
            "502 Malformed Lambda proxy response: isBase64Encoded is no boolean");
}

}  // namespace
}  // namespace hearth::gateway
