// What the control plane hands over: a deployed stage, usage plans and keys as plain values, in AWS's own
// spellings. https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace hearth::gateway {

// Requests per second on average, and how many may come at once.
struct Throttle {
  double rate = 0;
  std::int64_t burst = 0;
};

using TextMap = std::map<std::string, std::string>;

struct IntegrationResponseDefinition {
  std::string statusCode;        // of the method response: "200"
  std::string selectionPattern;  // empty: the default response
  TextMap responseParameters;    // "method.response.header.X" -> "integration.response.header.Y" and so on
  TextMap responseTemplates;     // content type -> template
  std::string contentHandling;   // empty, CONVERT_TO_TEXT, CONVERT_TO_BINARY
};

struct IntegrationDefinition {
  std::string type;  // AWS, AWS_PROXY, MOCK, HTTP, HTTP_PROXY
  std::string httpMethod;
  std::string uri;
  std::string credentials;
  TextMap requestParameters;  // "integration.request.header.X" -> "method.request.querystring.y" and so on
  TextMap requestTemplates;
  std::string passthroughBehavior = "WHEN_NO_MATCH";
  std::string contentHandling;
  std::int64_t timeoutInMillis = 29'000;
  std::vector<IntegrationResponseDefinition> responses;
  bool insecureSkipVerification = false;  // of the tlsConfig
};

// A Lambda authorizer. Others are refused when the stage is compiled.
struct AuthorizerDefinition {
  std::string id;
  std::string name;
  std::string type;            // TOKEN, REQUEST
  std::string authorizerUri;   // arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations
  std::string credentials;     // a role, or empty
  std::string identitySource;  // "method.request.header.Authorization", of REQUEST several with commas between
  std::string identityValidationExpression;
  std::int64_t resultTtlInSeconds = 300;  // 0: answers are not kept
};

struct MethodDefinition {
  std::string httpMethod;                  // "GET" ..., "ANY"
  std::string authorizationType = "NONE";  // NONE, AWS_IAM, CUSTOM; COGNITO_USER_POOLS is refused
  std::string authorizerId;                // of CUSTOM
  std::vector<std::string> authorizationScopes;
  bool apiKeyRequired = false;
  bool validateRequestBody = false;               // of its request validator
  bool validateRequestParameters = false;         // likewise
  std::map<std::string, bool> requestParameters;  // "method.request.querystring.x" -> required
  TextMap requestModels;                          // content type -> model name
  std::optional<IntegrationDefinition> integration;
};

struct ResourceDefinition {
  std::string id;
  std::string path;  // "/v1/tests/{id}"
  std::vector<MethodDefinition> methods;
};

struct ModelDefinition {
  std::string name;
  std::string contentType;
  std::string schema;  // JSON text
};

struct GatewayResponseDefinition {
  std::string responseType;    // "MISSING_AUTHENTICATION_TOKEN", "DEFAULT_4XX" ...
  std::string statusCode;      // empty: the type's own
  TextMap responseParameters;  // "gatewayresponse.header.X" -> "'literal'", "method.request.header.Y" ...
  TextMap responseTemplates;
};

// Stage settings of one method: "/*" and "*" stand for all. The most exact setting that has a throttle decides.
struct MethodSettingDefinition {
  std::string resourcePath;  // "/v1/tests"
  std::string httpMethod;
  std::optional<Throttle> throttle;
};

struct StageDefinition {
  std::string partition = "aws";
  std::string account;
  std::string region;
  std::string apiId;
  std::string name;
  std::string deploymentId;
  TextMap variables;
  std::string apiKeySource = "HEADER";  // or AUTHORIZER
  std::string policy;                   // the API's resource policy, JSON text; empty: none
  std::vector<std::string> binaryMediaTypes;
  std::vector<AuthorizerDefinition> authorizers;
  std::string authorizerGeneration;  // another one forgets what authorizers have answered
  std::vector<ModelDefinition> models;
  std::vector<ResourceDefinition> resources;
  std::vector<GatewayResponseDefinition> gatewayResponses;
  std::vector<MethodSettingDefinition> methodSettings;
};

struct ApiKeyDefinition {
  std::string account;
  std::string region;
  std::string id;
  std::string value;
  bool enabled = true;
};

enum class QuotaPeriod : unsigned char { kDay, kWeek, kMonth };

struct Quota {
  std::int64_t limit = 0;
  std::int64_t offset = 0;  // taken off the limit in the period in which the plan was made
  QuotaPeriod period = QuotaPeriod::kMonth;
};

struct PlanStage {
  std::string apiId;
  std::string stage;
  std::map<std::string, Throttle> throttle;  // by "/v1/tests/POST"
};

struct UsagePlanDefinition {
  std::string account;
  std::string region;
  std::string id;
  base::Time created;
  std::optional<Throttle> throttle;
  std::optional<Quota> quota;
  std::vector<PlanStage> stages;
  std::vector<std::string> keyIds;
};

}  // namespace hearth::gateway
