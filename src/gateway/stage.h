// Stage: a deployed stage, ready to answer: routes in a tree, templates and patterns parsed, models compiled.
#pragma once

#include <re2/re2.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/authorizer.h"
#include "gateway/definition.h"
#include "gateway/integration_uri.h"
#include "gateway/json_schema.h"
#include "gateway/parameter_mapping.h"
#include "gateway/route_tree.h"
#include "gateway/vtl_template.h"
#include "ports/policy_reader.h"

namespace hearth::gateway {

// A mapping template. One that does not parse is deployed all the same, as on AWS, and fails when it is used.
struct MappingTemplate {
  std::string contentType;  // "application/json", or "$default"
  std::optional<vtl::Template> parsed;
  std::string error;  // when there is no `parsed`
  JsonPaths paths;    // that are written out in it

  bool passesThrough() const { return parsed && parsed->isEmpty(); }
};

enum class ContentHandling : unsigned char { kUnchanged, kToText, kToBinary };
enum class Passthrough : unsigned char { kWhenNoMatch, kWhenNoTemplates, kNever };
enum class IntegrationType : unsigned char { kLambda, kLambdaProxy, kService, kHttp, kHttpProxy, kMock };
enum class Authorization : unsigned char { kNone, kIam, kAuthorizer };
enum class ApiKeySource : unsigned char { kHeader, kAuthorizer };

struct IntegrationResponse {
  int status = 200;
  std::unique_ptr<RE2> pattern;  // null: the default
  std::vector<ParameterMapping> parameters;
  std::vector<MappingTemplate> templates;
  ContentHandling contentHandling = ContentHandling::kUnchanged;
};

struct Integration {
  IntegrationType type = IntegrationType::kMock;
  std::string functionArn;  // of the Lambda types
  ServiceTarget service;    // of kService
  std::string roleArn;      // in whose name they are called; of the Lambda types perhaps empty
  // Of kHttp and kHttpProxy.
  HttpTarget http;
  bool verifyPeer = true;
  // Of both.
  std::string verb;   // "GET" ..., "ANY": the client's
  std::string error;  // not empty: deployed, as on AWS, but every call fails because of this
  std::vector<ParameterMapping> parameters;
  std::vector<MappingTemplate> templates;
  Passthrough passthrough = Passthrough::kWhenNoMatch;
  ContentHandling contentHandling = ContentHandling::kUnchanged;
  std::chrono::milliseconds timeout{29'000};
  std::vector<IntegrationResponse> responses;
};

struct RequiredParameter {
  ParameterPlace place = ParameterPlace::kHeader;
  std::string name;
};

struct BodyModel {
  std::string contentType;  // "application/json", or "$default"
  const SchemaNode* schema = nullptr;
};

struct Method {
  std::string verb;  // as configured: "GET", "ANY"
  std::string resourceId;
  std::string resourcePath;
  Authorization authorization = Authorization::kNone;
  std::size_t authorizer = 0;  // of kAuthorizer: which of the stage's
  bool apiKeyRequired = false;
  bool validateBody = false;
  bool validateParameters = false;
  std::vector<RequiredParameter> requiredParameters;  // in the order in which AWS lists missing ones
  std::vector<BodyModel> models;
  std::optional<Throttle> throttle;  // of the stage's settings
  std::string throttleKey;           // names the method among all stages
  std::string planKey;               // "/v1/tests/POST", as usage plans name it
  Integration integration;
};

// A customised answer of the gateway itself. Parts that are not set stay as they are by default.
struct GatewayResponse {
  std::optional<int> status;
  std::vector<std::pair<std::string, ParameterSource>> headers;
  std::string contentType = "application/json";
  std::optional<std::string> body;  // with $context... and so on in it; this is not the template language
};

struct Stage {
  std::string partition, account, region, apiId, name, deploymentId;
  std::string accountKey;  // names account and region
  TextMap variables;
  std::vector<std::string> binaryMediaTypes;
  ApiKeySource apiKeySource = ApiKeySource::kHeader;
  std::string authorizerGeneration;
  std::unique_ptr<const ports::ReadPolicy> policy;  // the API's own; null: none
  std::vector<Authorizer> authorizers;              // those that methods use
  SchemaSet schemas;
  RouteTree routes;
  std::vector<Method> methods;                              // routes lead here by index
  std::map<std::string, GatewayResponse> gatewayResponses;  // by type
};

// Faults: BadRequestException 400 for what API Gateway would refuse at deployment, and by name for what is not
// supported here: services other than Lambda and paths of S3, authorizers other than functions, patterns that RE2
// does not know.
Result<std::shared_ptr<const Stage>> compileStage(const StageDefinition& definition,
                                                  const ports::PolicyReader& policies);

}  // namespace hearth::gateway
