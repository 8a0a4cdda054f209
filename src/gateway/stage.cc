#include "gateway/stage.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "gateway/content_type.h"
#include "gateway/integration_uri.h"

namespace hearth::gateway {
namespace {

constexpr std::size_t kMaxPatternBytes = 1000;

Fault refuse(std::string message) { return Fault("BadRequestException", std::move(message)); }

Result<int> parseStatus(const std::string& text) {
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  if (error != std::errc() || end != text.data() + text.size() || status < 100 || status > 599) {
    return refuse("Invalid status code specified: " + text);
  }
  return status;
}

Result<ContentHandling> parseContentHandling(const std::string& text) {
  if (text.empty()) return ContentHandling::kUnchanged;
  if (text == "CONVERT_TO_TEXT") return ContentHandling::kToText;
  if (text == "CONVERT_TO_BINARY") return ContentHandling::kToBinary;
  return refuse("Invalid content handling specified: " + text);
}

std::vector<MappingTemplate> compileTemplates(const TextMap& templates) {
  std::vector<MappingTemplate> compiled;
  for (const auto& [contentType, source] : templates) {
    MappingTemplate& made = compiled.emplace_back();
    made.contentType = contentType == "$default" ? contentType : mediaTypeOf(contentType);
    auto parsed = vtl::Template::parse(source);
    if (!parsed.ok()) {
      made.error = parsed.fault().message;
      continue;
    }
    made.parsed = std::move(*parsed);
    for (const char* method : {"path", "json"}) {
      for (const std::string_view text : made.parsed->literalArguments(method)) {
        // One that is none fails the render, if that comes to it.
        if (auto path = JsonPath::parse(text); path.ok()) made.paths.emplace(text, std::move(*path));
      }
    }
  }
  return compiled;
}

Result<IntegrationResponse> compileResponse(const IntegrationResponseDefinition& definition) {
  IntegrationResponse response;
  HEARTH_TRY(response.status, parseStatus(definition.statusCode));
  if (!definition.selectionPattern.empty()) {
    if (definition.selectionPattern.size() > kMaxPatternBytes) {
      return refuse("Invalid selection pattern specified: longer than 1000 bytes");
    }
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    response.pattern = std::make_unique<RE2>(definition.selectionPattern, options);
    if (!response.pattern->ok()) {
      return refuse("Invalid selection pattern specified: " + response.pattern->error());
    }
  }
  HEARTH_TRY(response.parameters, parseResponseMappings(definition.responseParameters));
  response.templates = compileTemplates(definition.responseTemplates);
  HEARTH_TRY(response.contentHandling, parseContentHandling(definition.contentHandling));
  return response;
}

Result<Passthrough> parsePassthrough(const std::string& text) {
  if (text.empty() || text == "WHEN_NO_MATCH") return Passthrough::kWhenNoMatch;
  if (text == "WHEN_NO_TEMPLATES") return Passthrough::kWhenNoTemplates;
  if (text == "NEVER") return Passthrough::kNever;
  return refuse("Invalid passthrough behavior specified: " + text);
}

// Which headers a mapping may not set: such calls fail on AWS, at run time. Those up to kForServices for every
// integration, the others when an AWS service is called.
std::string forbiddenMapping(const std::vector<ParameterMapping>& mappings, IntegrationType type) {
  static constexpr std::array<std::string_view, 10> kForbidden = {"content-length",
                                                                  "transfer-encoding",
                                                                  "x-amzn-trace-id",
                                                                  "x-amzn-apigateway-api-id",
                                                                  "authorization",
                                                                  "connection",
                                                                  "expect",
                                                                  "host",
                                                                  "proxy-authenticate",
                                                                  "te"};
  constexpr std::size_t kForServices = 4;
  const bool isHttp = type == IntegrationType::kHttp || type == IntegrationType::kHttpProxy;
  const std::span<const std::string_view> forbidden(kForbidden.data(), isHttp ? kForServices : kForbidden.size());
  for (const ParameterMapping& mapping : mappings) {
    for (const std::string_view name : forbidden) {
      if (mapping.place == ParameterPlace::kHeader && base::equalsIgnoreCase(mapping.name, name)) {
        return "the header " + mapping.name + " cannot be mapped";
      }
    }
  }
  return {};
}

// The first {parameter} of a path that comes from nowhere; empty: there is none.
std::string findUnmapped(const std::vector<ServiceTarget::Piece>& path,
                         const std::vector<ParameterMapping>& mappings) {
  for (const ServiceTarget::Piece& piece : path) {
    const bool mapped =
        !piece.parameter || std::any_of(mappings.begin(), mappings.end(), [&](const ParameterMapping& mapping) {
          return mapping.place == ParameterPlace::kPath && mapping.name == piece.text;
        });
    if (!mapped) return piece.text;
  }
  return {};
}

Result<void> checkPathParameters(Integration& integration) {
  const std::string unmapped = findUnmapped(integration.service.path, integration.parameters);
  if (!unmapped.empty()) {
    return refuse("Invalid mapping expression parameter specified: integration.request.path." + unmapped);
  }
  // An HTTP endpoint is deployed all the same, as on AWS.
  const std::string open = findUnmapped(integration.http.path, integration.parameters);
  if (!open.empty() && integration.error.empty()) {
    integration.error = "the path parameter " + open + " is not mapped";
  }
  return {};
}

// What an AWS integration calls, and in whose name.
Result<void> compileTarget(Integration& integration, const IntegrationDefinition& definition,
                           const TextMap& variables) {
  HEARTH_TRY(auto target, parseIntegrationUri(definition.type, withStageVariables(definition.uri, variables)));
  if (auto* function = std::get_if<FunctionTarget>(&target)) {
    integration.type = definition.type == "AWS" ? IntegrationType::kLambda : IntegrationType::kLambdaProxy;
    integration.functionArn = std::move(function->arn);
    if (definition.httpMethod != "POST") integration.error = "functions are invoked with POST";
    integration.roleArn = definition.credentials;
    return {};
  }
  integration.type = IntegrationType::kService;
  integration.service = std::get<ServiceTarget>(std::move(target));
  integration.verb = definition.httpMethod;
  integration.roleArn = definition.credentials;
  if (integration.roleArn.empty()) return refuse("Role ARN must be specified for AWS integrations");
  return {};
}

// What an HTTP integration calls.
Result<void> compileEndpoint(Integration& integration, const IntegrationDefinition& definition,
                             const TextMap& variables) {
  integration.type = definition.type == "HTTP" ? IntegrationType::kHttp : IntegrationType::kHttpProxy;
  integration.verb = definition.httpMethod;
  integration.verifyPeer = !definition.insecureSkipVerification;
  if (!definition.credentials.empty()) return refuse("Credentials of HTTP integrations are not supported");
  auto target = parseHttpUri(withStageVariables(definition.uri, variables));
  if (target.ok()) {
    integration.http = std::move(*target);
    return {};
  }
  // Without the stage's variables it may be no URL yet; every call tells so.
  if (definition.uri.find("${stageVariables.") == std::string::npos) return std::move(target).fault();
  integration.error = target.fault().message;
  return {};
}

Result<Integration> compileIntegration(const IntegrationDefinition& definition, const TextMap& variables) {
  Integration integration;
  if (definition.type == "MOCK") {
    integration.type = IntegrationType::kMock;
  } else if (definition.type == "AWS" || definition.type == "AWS_PROXY") {
    HEARTH_CHECK(compileTarget(integration, definition, variables));
  } else if (definition.type == "HTTP" || definition.type == "HTTP_PROXY") {
    HEARTH_CHECK(compileEndpoint(integration, definition, variables));
  } else {
    return refuse("Invalid integration type specified: " + definition.type);
  }
  if (definition.timeoutInMillis < 50 || definition.timeoutInMillis > 900'000) {
    return refuse("Timeout should be between 50 ms and 900000 ms");
  }
  integration.timeout = std::chrono::milliseconds(definition.timeoutInMillis);
  HEARTH_TRY(integration.parameters, parseRequestMappings(definition.requestParameters));
  if (integration.error.empty() && integration.type != IntegrationType::kMock) {
    integration.error = forbiddenMapping(integration.parameters, integration.type);
  }
  // A proxy passes through.
  if (integration.type != IntegrationType::kHttpProxy) {
    integration.templates = compileTemplates(definition.requestTemplates);
  }
  HEARTH_TRY(integration.passthrough, parsePassthrough(definition.passthroughBehavior));
  HEARTH_TRY(integration.contentHandling, parseContentHandling(definition.contentHandling));
  for (const IntegrationResponseDefinition& response : definition.responses) {
    HEARTH_TRY(integration.responses.emplace_back(), compileResponse(response));
  }
  HEARTH_CHECK(checkPathParameters(integration));
  // Patterns are tried by ascending status.
  std::stable_sort(integration.responses.begin(), integration.responses.end(),
                   [](const auto& left, const auto& right) { return left.status < right.status; });
  return integration;
}

Result<void> compileParameters(Method& method, const std::map<std::string, bool>& parameters) {
  static constexpr std::array<std::pair<std::string_view, ParameterPlace>, 5> kPlaces = {
      {{"method.request.header.", ParameterPlace::kHeader},
       {"method.request.multivalueheader.", ParameterPlace::kHeader},
       {"method.request.path.", ParameterPlace::kPath},
       {"method.request.querystring.", ParameterPlace::kQuery},
       {"method.request.multivaluequerystring.", ParameterPlace::kQuery}}};
  for (const auto& parameter : parameters) {
    const std::string& name = parameter.first;
    const auto place = std::find_if(kPlaces.begin(), kPlaces.end(), [&](const auto& candidate) {
      return name.starts_with(candidate.first) && name.size() > candidate.first.size();
    });
    if (place == kPlaces.end()) return refuse("Invalid mapping expression specified: " + name);
    if (parameter.second) method.requiredParameters.push_back({place->second, name.substr(place->first.size())});
  }
  return {};
}

std::optional<Throttle> settingFor(const std::vector<MethodSettingDefinition>& settings, const std::string& path,
                                   const std::string& verb) {
  std::optional<Throttle> found;
  int best = -1;
  for (const MethodSettingDefinition& setting : settings) {
    const bool anyPath = setting.resourcePath == "/*" || setting.resourcePath == "*";
    const bool anyVerb = setting.httpMethod == "*";
    if ((!anyPath && setting.resourcePath != path) || (!anyVerb && setting.httpMethod != verb)) continue;
    const int exactness = (anyPath ? 0 : 2) + (anyVerb ? 0 : 1);
    if (!setting.throttle || exactness <= best) continue;
    best = exactness;
    found = setting.throttle;
  }
  // -1 is no limit but the account's.
  if (found && (found->rate < 0 || found->burst < 0)) found.reset();
  return found;
}

// Compiles the authorizer with this id unless that is done; its place among the stage's.
Result<std::size_t> useAuthorizer(const std::string& id, const StageDefinition& definition, Stage& stage) {
  const auto made = std::find_if(stage.authorizers.begin(), stage.authorizers.end(),
                                 [&](const Authorizer& authorizer) { return authorizer.id == id; });
  if (made != stage.authorizers.end()) return static_cast<std::size_t>(made - stage.authorizers.begin());
  const auto defined = std::find_if(definition.authorizers.begin(), definition.authorizers.end(),
                                    [&](const AuthorizerDefinition& authorizer) { return authorizer.id == id; });
  if (defined == definition.authorizers.end()) return refuse("Invalid authorizer ID specified: " + id);
  HEARTH_TRY(auto compiled, compileAuthorizer(*defined, definition.variables));
  stage.authorizers.push_back(std::move(compiled));
  return stage.authorizers.size() - 1;
}

Result<void> compileAuthorization(Method& method, const MethodDefinition& definition,
                                  const StageDefinition& stageDefinition, Stage& stage) {
  const std::string& type = definition.authorizationType;
  if (type == "NONE" || type.empty()) return {};
  if (type == "AWS_IAM") {
    method.authorization = Authorization::kIam;
    return {};
  }
  if (type != "CUSTOM") {
    return refuse("The authorization type " + type + " is not supported (method " + definition.httpMethod + " of " +
                  method.resourcePath + ")");
  }
  method.authorization = Authorization::kAuthorizer;
  HEARTH_TRY(method.authorizer, useAuthorizer(definition.authorizerId, stageDefinition, stage));
  return {};
}

Result<Method> compileMethod(const MethodDefinition& definition, const ResourceDefinition& resource,
                             const StageDefinition& stageDefinition, Stage& stage) {
  if (!definition.integration) return refuse("No integration defined for method");
  Method method;
  method.verb = definition.httpMethod;
  method.resourceId = resource.id;
  method.resourcePath = resource.path;
  HEARTH_CHECK(compileAuthorization(method, definition, stageDefinition, stage));
  method.apiKeyRequired = definition.apiKeyRequired;
  method.validateBody = definition.validateRequestBody;
  method.validateParameters = definition.validateRequestParameters;
  HEARTH_CHECK(compileParameters(method, definition.requestParameters));
  for (const auto& [contentType, model] : definition.requestModels) {
    BodyModel& made = method.models.emplace_back();
    made.contentType = contentType == "$default" ? contentType : mediaTypeOf(contentType);
    HEARTH_TRY(made.schema, stage.schemas.compile(model));
  }
  method.throttle = settingFor(stageDefinition.methodSettings, resource.path, definition.httpMethod);
  method.planKey = resource.path + "/" + definition.httpMethod;
  method.throttleKey = stageDefinition.apiId + "/" + stageDefinition.name + method.planKey;
  HEARTH_TRY(method.integration, compileIntegration(*definition.integration, stageDefinition.variables));
  return method;
}

Result<GatewayResponse> compileGatewayResponse(const GatewayResponseDefinition& definition) {
  GatewayResponse response;
  if (!definition.statusCode.empty()) {
    HEARTH_TRY(response.status, parseStatus(definition.statusCode));
  }
  for (const auto& [target, expression] : definition.responseParameters) {
    constexpr std::string_view kHeader = "gatewayresponse.header.";
    if (!target.starts_with(kHeader) || target.size() == kHeader.size()) {
      return refuse("Invalid mapping expression specified: " + target);
    }
    HEARTH_TRY(auto source, ParameterSource::parse(expression, ParameterSource::Side::kRequest));
    response.headers.emplace_back(target.substr(kHeader.size()), std::move(source));
  }
  // One template is used whatever the client accepts: the JSON one when there is one.
  const auto json = definition.responseTemplates.find("application/json");
  const auto chosen = json != definition.responseTemplates.end() ? json : definition.responseTemplates.begin();
  if (chosen != definition.responseTemplates.end()) {
    response.contentType = chosen->first;
    response.body = chosen->second;
  }
  return response;
}

}  // namespace

Result<std::shared_ptr<const Stage>> compileStage(const StageDefinition& definition,
                                                  const ports::PolicyReader& policies) {
  auto stage = std::make_shared<Stage>();
  stage->partition = definition.partition;
  stage->account = definition.account;
  stage->region = definition.region;
  stage->accountKey = definition.account + "/" + definition.region;
  stage->apiId = definition.apiId;
  stage->name = definition.name;
  stage->deploymentId = definition.deploymentId;
  stage->variables = definition.variables;
  stage->binaryMediaTypes = definition.binaryMediaTypes;
  stage->authorizerGeneration = definition.authorizerGeneration;
  if (!definition.policy.empty()) {
    HEARTH_TRY(stage->policy, policies.readResourcePolicy(definition.policy));
  }
  if (definition.apiKeySource == "AUTHORIZER")
    stage->apiKeySource = ApiKeySource::kAuthorizer;
  else if (definition.apiKeySource != "HEADER" && !definition.apiKeySource.empty())
    return refuse("Invalid API key source specified: " + definition.apiKeySource);
  for (const ModelDefinition& model : definition.models) {
    // Only JSON models are looked at; others serve generated clients.
    if (mediaTypeOf(model.contentType) != "application/json") continue;
    HEARTH_CHECK(stage->schemas.add(model.name, model.schema.empty() ? "{}" : model.schema));
  }
  for (const ResourceDefinition& resource : definition.resources) {
    for (const MethodDefinition& method : resource.methods) {
      HEARTH_TRY(auto compiled, compileMethod(method, resource, definition, *stage));
      HEARTH_CHECK(stage->routes.add(resource.path, method.httpMethod, stage->methods.size()));
      stage->methods.push_back(std::move(compiled));
    }
  }
  if (stage->methods.empty()) return refuse("The REST API doesn't contain any methods");
  for (const GatewayResponseDefinition& response : definition.gatewayResponses) {
    HEARTH_TRY(auto compiled, compileGatewayResponse(response));
    stage->gatewayResponses.insert_or_assign(response.responseType, std::move(compiled));
  }
  return std::shared_ptr<const Stage>(std::move(stage));
}

}  // namespace hearth::gateway
