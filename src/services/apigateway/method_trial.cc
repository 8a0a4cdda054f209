// TestInvokeMethod: a method as it stands, without a deployment.
#include "base/bytes.h"
#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/integration_target.h"
#include "services/apigateway/snapshot.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

using Texts = std::map<std::string, std::string>;
using Lists = std::map<std::string, std::vector<std::string>>;

// Only the method in question has to be one that can be served; who may call it is not asked.
gateway::StageDefinition only(gateway::StageDefinition definition, const std::string& resourceId,
                              const std::string& verb) {
  std::erase_if(definition.resources, [&](const auto& resource) { return resource.id != resourceId; });
  for (auto& resource : definition.resources) {
    std::erase_if(resource.methods, [&](const auto& method) { return method.httpMethod != verb; });
    for (auto& method : resource.methods) method.authorizationType = "NONE";
  }
  definition.policy.clear();
  definition.authorizers.clear();
  return definition;
}

gateway::MethodTrial trialOf(const api::Call& call, TestInvokeMethodInput in, gateway::StageDefinition definition) {
  gateway::MethodTrial trial;
  trial.stage = std::move(definition);
  trial.stage.variables = in.stageVariables.value_or(Texts{});
  trial.verb = in.httpMethod == "ANY" ? "GET" : in.httpMethod;
  trial.pathWithQuery = in.pathWithQueryString.value_or("");
  for (const auto& [name, value] : in.headers.value_or(Texts{})) trial.headers.emplace_back(name, value);
  for (const auto& [name, values] : in.multiValueHeaders.value_or(Lists{}))
    for (const std::string& value : values) trial.headers.emplace_back(name, value);
  trial.body = in.body.value_or("");
  trial.caller = {call.principal.accessKeyId, call.principal.account, call.principal.userId, call.principal.arn};
  return trial;
}

TestInvokeMethodResponse responseOf(gateway::MethodVerdict verdict) {
  TestInvokeMethodResponse out;
  out.status = verdict.status;
  out.latency = verdict.latency.count();
  out.body = base::toUtf8(verdict.body);
  auto& headers = out.headers.emplace();
  auto& lists = out.multiValueHeaders.emplace();
  for (auto& [name, value] : verdict.headers) {
    headers[name] = value;
    lists[name].push_back(std::move(value));
  }
  out.log = std::move(verdict.log);
  return out;
}

}  // namespace

Result<gateway::StageDefinition> ApiGatewayService::trialStage(const api::Call& call,
                                                               const TestInvokeMethodInput& in) const {
  const store::Database::Snapshot view(database_);
  HEARTH_TRY(const RestApi rest, getApi(call, in.restApiId));
  auto exact = getPlace(call, in.restApiId, in.resourceId, in.httpMethod);
  const bool any = !exact.ok() && exact.fault().code == "NotFoundException";
  if (any) exact = getPlace(call, in.restApiId, in.resourceId, "ANY");
  HEARTH_TRY(const Place place, std::move(exact));
  if (!place.method.methodIntegration) return badRequest("No integration defined for method");
  HEARTH_CHECK(checkTarget(call, *place.method.methodIntegration));
  const Snapshot snapshot = readSnapshot(takeSnapshot(store_, place.scope), rest);
  return only(definitionOf(place.scope, Stage{}, snapshot), in.resourceId, any ? "ANY" : in.httpMethod);
}

Task<Result<TestInvokeMethodResponse>> ApiGatewayService::testInvokeMethod(const api::Call& call,
                                                                           TestInvokeMethodInput in) {
  if (in.clientCertificateId) co_return badRequest("Hearth does not support client certificates.");
  HEARTH_CO_TRY(gateway::StageDefinition definition, trialStage(call, in));
  auto tried = methodTester_(trialOf(call, std::move(in), std::move(definition)));
  HEARTH_CO_TRY(gateway::MethodVerdict verdict, co_await std::move(tried));
  co_return responseOf(std::move(verdict));
}

}  // namespace hearth::services::apigateway
