#include "gateway/authorizer_trial.h"

#include <memory>
#include <utility>

#include "base/json.h"
#include "gateway/authorizer.h"
#include "gateway/deadline.h"
#include "gateway/stage.h"
#include "http/message.h"

namespace hearth::gateway {
namespace {

constexpr char kStage[] = "test-invoke-stage";  // as AWS calls it
constexpr char kSource[] = "test-invoke-source-ip";
constexpr std::chrono::seconds kPatience{29};

// A stage with one method, which has the authorizer and calls nothing.
StageDefinition stageOf(const AuthorizerTrial& trial) {
  StageDefinition stage;
  stage.account = trial.account;
  stage.region = trial.region;
  stage.apiId = trial.apiId;
  stage.name = kStage;
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
  http::Request request;
  request.method = "GET";
  request.target = trial.pathWithQuery.starts_with('/') ? trial.pathWithQuery : "/" + trial.pathWithQuery;
  const std::size_t question = std::min(request.target.find('?'), request.target.size());
  request.path = request.target.substr(0, question);
  if (question < request.target.size()) request.query = request.target.substr(question + 1);
  request.headers.add("Host", trial.apiId + ".execute-api." + trial.region + ".amazonaws.com");
  for (const auto& [name, value] : trial.headers) request.headers.add(name, value);
  return request;
}

AuthorizerVerdict refused(int status, std::string reason) {
  AuthorizerVerdict verdict;
  verdict.clientStatus = status;
  verdict.reason = std::move(reason);
  return verdict;
}

// The function tells its client to go away with an error of exactly this message.
bool isUnauthorized(const std::string& payload) {
  const auto error = base::parseJson(payload);
  return error.ok() && base::findString(*error, "errorMessage") == "Unauthorized";
}

AuthorizerVerdict judge(const std::string& payload, const ports::PolicyReader& policies) {
  auto answer = parseAuthorizerAnswer(payload, policies);
  if (!answer.ok()) return refused(500, answer.fault().message);
  AuthorizerVerdict verdict;
  verdict.principalId = std::move(answer->principalId);
  verdict.context = std::move(answer->context);
  verdict.policy = base::writeJson(*base::findMember(base::parseJson(payload).value(), "policyDocument"));
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
  exchange.sourceIp = kSource;
  exchange.body = std::move(trial.body);
  const Authorizer& authorizer = stage->authorizers.front();
  const auto identity = identifyClient(exchange, authorizer);
  if (!identity) co_return refused(401, "no identity that the authorizer takes");
  ports::Invocation invocation;
  invocation.functionArn = authorizer.functionArn;
  invocation.payload = makeAuthorizerEvent(exchange, authorizer, *identity, methodArnOf(exchange));
  invocation.traceId = exchange.traceId;
  std::string source = "arn:aws:execute-api:" + trial.region + ":" + trial.account + ":" + trial.apiId +
                       "/authorizers/" + authorizer.id;
  const auto named = nameCaller(invocation, authorizer.roleArn, trial.account, std::move(source), roles);
  if (!named.ok()) co_return refused(500, named.fault().code + ": " + named.fault().message);
  auto work = invoker.invoke(std::move(invocation));
  auto outcome = co_await withDeadline(std::move(work), kPatience);
  AuthorizerVerdict verdict;
  if (!outcome)
    verdict = refused(500, "the authorizer did not answer in time");
  else if (!outcome->ok())
    verdict = refused(500, outcome->fault().code + ": " + outcome->fault().message);
  else if ((*outcome)->functionError)
    verdict = refused(isUnauthorized((*outcome)->payload) ? 401 : 500, "the authorizer failed");
  else
    verdict = judge((*outcome)->payload, policies);
  verdict.latency = std::chrono::duration_cast<std::chrono::milliseconds>(clock.now() - exchange.start);
  co_return verdict;
}

}  // namespace hearth::gateway
