#include "gateway/authorizer_trial.h"

#include <memory>
#include <utility>

#include "base/json.h"
#include "gateway/authorizer_call.h"
#include "gateway/method_trial.h"
#include "gateway/stage.h"
#include "gateway/trial_request.h"

namespace hearth::gateway {
namespace {

// A stage with one method, which has the authorizer and calls nothing.
StageDefinition stageOf(const AuthorizerTrial& trial) {
  StageDefinition stage;
  stage.account = trial.account;
  stage.region = trial.region;
  stage.apiId = trial.apiId;
  stage.name = kTrialStage;
  stage.variables = trial.stageVariables;
  stage.authorizers.push_back(trial.authorizer);
  MethodDefinition method;
  method.httpMethod = "GET";
  method.authorizationType = "CUSTOM";
  method.authorizerId = trial.authorizer.id;
  method.integration.emplace().type = "MOCK";
  stage.resources.push_back({"test", "/", {std::move(method)}});
  return stage;
}

http::Request requestOf(const AuthorizerTrial& trial) {
  http::Request request = makeTrialRequest("GET", trial.pathWithQuery);
  request.headers.add("Host", trialHost(trial.apiId, trial.region));
  for (const auto& [name, value] : trial.headers) request.headers.add(name, value);
  return request;
}

AuthorizerVerdict refused(int status, std::string reason) {
  AuthorizerVerdict verdict;
  verdict.clientStatus = status;
  verdict.reason = std::move(reason);
  return verdict;
}

}  // namespace

Task<Result<AuthorizerVerdict>> tryAuthorizer(AuthorizerTrial trial, ports::Invoker& invoker,
                                              const ports::PolicyReader& policies, const base::Clock& clock,
                                              base::Random& random, const RoleGate& roles) {
  HEARTH_CO_TRY(std::shared_ptr<const Stage> stage, compileStage(stageOf(trial), policies));
  const http::Request request = requestOf(trial);
  Exchange exchange = makeExchange(request, stage, request.path, clock.now(), random);
  exchange.method = &stage->methods.front();
  exchange.sourceIp = kTrialSource;
  exchange.body = std::move(trial.body);
  const Authorizer& authorizer = stage->authorizers.front();
  const auto identity = identifyClient(exchange, authorizer);
  if (!identity) co_return refused(401, "no identity that the authorizer takes");
  const std::string methodArn = methodArnOf(exchange);
  auto word = co_await askAuthorizer(exchange, authorizer, *identity, methodArn, kAuthorizerPatience, invoker,
                                     roles, policies);
  AuthorizerVerdict verdict;
  if (word.ok()) {
    verdict.principalId = std::move(word->answer.principalId);
    verdict.context = std::move(word->answer.context);
    verdict.policy = base::writeJson(*base::findMember(base::parseJson(word->payload).value(), "policyDocument"));
  } else {
    verdict = refused(word.fault().status, word.fault().message);
  }
  verdict.latency = std::chrono::duration_cast<std::chrono::milliseconds>(clock.now() - exchange.start);
  co_return verdict;
}

}  // namespace hearth::gateway
