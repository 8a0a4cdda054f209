// Lambda authorizers.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
#include <algorithm>

#include "gateway/integration_uri.h"
#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/integration_target.h"
#include "services/apigateway/method_checks.h"
#include "services/apigateway/paging.h"
#include "services/apigateway/patch.h"
#include "services/apigateway/snapshot.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

constexpr std::int64_t kMostTtl = 3'600;

Fault noAuthorizer() { return notFound("Invalid Authorizer identifier specified"); }

bool namesFunction(const std::string& uri) {
  if (uri.find("${stageVariables.") != std::string::npos) return uri.starts_with("arn:");
  const auto target = gateway::parseIntegrationUri("AWS_PROXY", uri);
  return target.ok() && std::holds_alternative<gateway::FunctionTarget>(*target);
}

// "method.request.header.A" and the like, with commas between.
Result<void> checkSource(const std::string& text, bool token) {
  constexpr std::string_view kHeader = "method.request.header.";
  constexpr std::string_view kPlaces[] = {kHeader, "method.request.querystring.", "context.", "stageVariables."};
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    std::string_view source = rest.substr(0, comma);
    while (source.starts_with(' ')) source.remove_prefix(1);
    while (source.ends_with(' ')) source.remove_suffix(1);
    const bool known = token ? source.starts_with(kHeader) && source.size() > kHeader.size()
                             : std::any_of(std::begin(kPlaces), std::end(kPlaces), [&](std::string_view place) {
                                 return source.starts_with(place) && source.size() > place.size();
                               });
    if (!known || (token && comma != std::string_view::npos))
      return badRequest("Invalid mapping expression specified: " + std::string(source.substr(0, 200)));
    if (comma == std::string_view::npos) return {};
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<void> checkAuthorizer(const api::Call& call, const Authorizer& authorizer) {
  const std::string name = authorizer.name.value_or("");
  if (name.empty() || name.size() > 128) return badRequest("Invalid authorizer name specified");
  const std::string type = authorizer.type.value_or("");
  if (type == "COGNITO_USER_POOLS" || authorizer.providerARNs)
    return badRequest(
        "Hearth does not support authorizers of type COGNITO_USER_POOLS; TOKEN and REQUEST are supported.");
  if (type != "TOKEN" && type != "REQUEST")
    return badRequest("Invalid authorizer type specified: " + type.substr(0, 64) +
                      ". Must be one of: [TOKEN, REQUEST]");
  if (authorizer.authorizerCredentials && !authorizer.authorizerCredentials->empty())
    HEARTH_CHECK(checkRole(call, *authorizer.authorizerCredentials));
  const std::string uri = authorizer.authorizerUri.value_or("");
  if (!namesFunction(uri))
    return badRequest("Invalid Authorizer URI: " + uri.substr(0, 300) +
                      ". Authorizer URI should be a valid API Gateway ARN that represents a Lambda function "
                      "invocation.");
  const std::int64_t ttl = authorizer.authorizerResultTtlInSeconds.value_or(300);
  if (ttl < 0 || ttl > kMostTtl) return badRequest("Authorizer result TTL must be between 0 and 3600 seconds");
  const std::string source = authorizer.identitySource.value_or("");
  if (source.empty()) {
    if (type == "TOKEN" || ttl > 0) return badRequest("Invalid request input");
    return {};
  }
  return checkSource(source, type == "TOKEN");
}

Result<Authorizer> ApiGatewayService::createAuthorizer(const api::Call& call, CreateAuthorizerInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  Authorizer authorizer;
  authorizer.id = newId(6);
  authorizer.name = in.name;
  authorizer.type = in.type;
  authorizer.providerARNs = in.providerARNs;
  authorizer.authType = in.authType.value_or("custom");
  authorizer.authorizerUri = in.authorizerUri;
  authorizer.authorizerCredentials = in.authorizerCredentials;
  authorizer.identitySource = in.identitySource;
  authorizer.identityValidationExpression = in.identityValidationExpression;
  authorizer.authorizerResultTtlInSeconds = in.authorizerResultTtlInSeconds.value_or(300);
  HEARTH_CHECK(checkAuthorizer(call, authorizer));
  const Scope scope = scopeOf(call, in.restApiId);
  for (const Record& record : store_.list(scope, kind::kAuthorizer))
    if (ApiGatewayStore::parse<Authorizer>(record.text).name == in.name)
      return badRequest("Authorizer name must be unique. Authorizer " + in.name.substr(0, 128) +
                        " already exists in this RestApi.");
  store_.put(scope, kind::kAuthorizer, *authorizer.id, authorizer);
  return authorizer;
}

Result<Authorizer> ApiGatewayService::getAuthorizer(const api::Call& call, GetAuthorizerInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  auto found = store_.find<Authorizer>(scopeOf(call, in.restApiId), kind::kAuthorizer, in.authorizerId);
  if (!found) return noAuthorizer();
  return *std::move(found);
}

Result<Authorizers> ApiGatewayService::getAuthorizers(const api::Call& call, GetAuthorizersInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  Authorizers out;
  fillPage<Authorizer>(out, store_, scopeOf(call, in.restApiId), kind::kAuthorizer, in.position, in.limit);
  return out;
}

Result<Authorizer> ApiGatewayService::updateAuthorizer(const api::Call& call, UpdateAuthorizerInput in) {
  HEARTH_TRY(Authorizer authorizer, getAuthorizer(call, {in.restApiId, in.authorizerId}));
  HEARTH_TRY(authorizer,
             patched(authorizer, in.patchOperations,
                     {"name", "type", "authType", "authorizerUri", "authorizerCredentials", "identitySource",
                      "identityValidationExpression", "authorizerResultTtlInSeconds"}));
  HEARTH_CHECK(checkAuthorizer(call, authorizer));
  store_.put(scopeOf(call, in.restApiId), kind::kAuthorizer, in.authorizerId, authorizer);
  return authorizer;
}

Result<DeleteAuthorizerOutput> ApiGatewayService::deleteAuthorizer(const api::Call& call,
                                                                   DeleteAuthorizerInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  const Scope scope = scopeOf(call, in.restApiId);
  for (const Record& record : store_.list(scope, kind::kResource)) {
    auto resource = ApiGatewayStore::parse<Resource>(record.text);
    for (const auto& [verb, method] : resource.resourceMethods.value_or(std::map<std::string, Method>{}))
      if (method.authorizerId == in.authorizerId)
        return conflict("Cannot delete authorizer '" + in.authorizerId +
                        "', is referenced in method: " + resource.path.value_or("") + "/" + verb);
  }
  if (!store_.remove(scope, kind::kAuthorizer, in.authorizerId)) return noAuthorizer();
  return DeleteAuthorizerOutput{};
}

Result<FlushStageAuthorizersCacheOutput> ApiGatewayService::flushStageAuthorizersCache(
    const api::Call& call, FlushStageAuthorizersCacheInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  const Scope scope = scopeOf(call, in.restApiId);
  if (!store_.findText(scope, kind::kStage, in.stageName)) return notFound("Invalid stage identifier specified");
  store_.putText(scope, kind::kFlush, in.stageName, newId(16));
  stagesChanged(in.restApiId);
  return FlushStageAuthorizersCacheOutput{};
}

// --- trying one

namespace {

using Texts = std::map<std::string, std::string>;

gateway::AuthorizerTrial trialOf(const api::Call& call, TestInvokeAuthorizerInput in,
                                 const Authorizer& authorizer) {
  gateway::AuthorizerTrial trial;
  trial.account = call.account;
  trial.region = call.region;
  trial.apiId = in.restApiId;
  trial.authorizer = definitionOf(authorizer);
  trial.stageVariables = in.stageVariables.value_or(Texts{});
  for (const auto& [name, value] : in.headers.value_or(Texts{})) trial.headers.emplace_back(name, value);
  for (const auto& [name, values] :
       in.multiValueHeaders.value_or(std::map<std::string, std::vector<std::string>>{}))
    for (const std::string& value : values) trial.headers.emplace_back(name, value);
  trial.pathWithQuery = in.pathWithQueryString.value_or("/");
  trial.body = in.body.value_or("");
  return trial;
}

TestInvokeAuthorizerResponse responseOf(gateway::AuthorizerVerdict verdict) {
  TestInvokeAuthorizerResponse out;
  out.clientStatus = verdict.clientStatus;
  out.latency = verdict.latency.count();
  out.log = verdict.clientStatus == 0 ? "The authorizer has answered.\n" : verdict.reason + "\n";
  if (verdict.clientStatus != 0) return out;
  out.principalId = std::move(verdict.principalId);
  out.policy = std::move(verdict.policy);
  auto& values = out.authorization.emplace();
  for (auto& [name, value] : verdict.context) values[name].push_back(std::move(value));
  return out;
}

}  // namespace

Task<Result<TestInvokeAuthorizerResponse>> ApiGatewayService::testInvokeAuthorizer(const api::Call& call,
                                                                                   TestInvokeAuthorizerInput in) {
  HEARTH_CO_TRY(Authorizer authorizer, getAuthorizer(call, {in.restApiId, in.authorizerId}));
  auto asked = tester_(trialOf(call, std::move(in), authorizer));
  HEARTH_CO_TRY(gateway::AuthorizerVerdict verdict, co_await std::move(asked));
  co_return responseOf(std::move(verdict));
}

}  // namespace hearth::services::apigateway
