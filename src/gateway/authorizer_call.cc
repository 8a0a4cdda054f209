#include "gateway/authorizer_call.h"

#include <utility>

#include "base/json.h"
#include "gateway/deadline.h"
#include "gateway/exchange.h"

namespace hearth::gateway {
namespace {

// The function tells its client to go away with an error of exactly this message.
bool isUnauthorized(std::string_view payload) {
  const auto error = base::parseJson(payload);
  return error.ok() && base::findString(*error, "errorMessage") == "Unauthorized";
}

Fault uncallable(const Fault& cause) {
  return Fault("AuthorizerConfiguration", cause.code + ": " + cause.message, 500);
}

}  // namespace

Task<Result<AuthorizerWord>> askAuthorizer(const Exchange& exchange, const Authorizer& authorizer,
                                           const ClientIdentity& identity, const std::string& methodArn,
                                           std::chrono::milliseconds patience, ports::Invoker& invoker,
                                           const RoleGate& roles, const ports::PolicyReader& policies) {
  const Stage& stage = *exchange.stage;
  ports::Invocation invocation;
  invocation.functionArn = authorizer.functionArn;
  invocation.payload = makeAuthorizerEvent(exchange, authorizer, identity, methodArn);
  invocation.traceId = exchange.traceId;
  std::string source = "arn:" + stage.partition + ":execute-api:" + stage.region + ":" + stage.account + ":" +
                       stage.apiId + "/authorizers/" + authorizer.id;
  const auto named = nameCaller(invocation, authorizer.roleArn, stage.account, std::move(source), roles);
  if (!named.ok()) co_return uncallable(named.fault());
  auto work = invoker.invoke(std::move(invocation));
  auto outcome = co_await withDeadline(std::move(work), patience);
  if (!outcome) co_return Fault("AuthorizerFailure", "the authorizer did not answer in time", 500);
  if (!outcome->ok()) co_return uncallable(outcome->fault());
  AuthorizerWord word;
  word.payload = std::move((*outcome)->payload);
  if ((*outcome)->functionError) {
    if (isUnauthorized(word.payload)) co_return Fault("Unauthorized", "the authorizer says so", 401);
    co_return Fault("AuthorizerFailure", "the authorizer failed", 500);
  }
  HEARTH_CO_TRY(word.answer, parseAuthorizerAnswer(word.payload, policies));
  co_return word;
}

}  // namespace hearth::gateway
