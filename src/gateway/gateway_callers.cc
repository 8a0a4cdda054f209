// Who may call a method: signatures, authorizers and the API's own policy.
#include <utility>

#include "base/json.h"
#include "base/log.h"
#include "gateway/deadline.h"
#include "gateway/gateway.h"
#include "gateway/path_form.h"

namespace hearth::gateway {
namespace {

using Verdict = ports::ReadPolicy::Verdict;

// A function may take as long as an integration's, but an authorizer's answer is waited for no longer than this.
constexpr std::chrono::seconds kMostPatience{29};

Problem problemOfSignature(const Fault& fault) {
  if (fault.code == "MissingAuthenticationTokenException") return Problem::kMissingAuthenticationToken;
  if (fault.code == "IncompleteSignatureException") return Problem::kIncompleteSignature;
  if (fault.code == "UnrecognizedClientException") return Problem::kUnknownToken;
  if (fault.code == "ExpiredTokenException") return Problem::kExpiredToken;
  if (fault.code == "AccessDeniedException") return Problem::kAccessDenied;
  return Problem::kInvalidSignature;
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
constexpr std::size_t kMostArnBytes = 1600;

Problem problemOfAuthorizer(const Fault& fault) {
  if (fault.code == "Unauthorized") return Problem::kUnauthorized;
  return fault.code == "AuthorizerFailure" ? Problem::kAuthorizerFailure : Problem::kAuthorizerConfiguration;
}

// The condition keys of a request that an authorizer's policy and the API's own may name.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
ports::ConditionValues conditionsOf(const Exchange& exchange, bool secure) {
  ports::ConditionValues conditions = {
      {"aws:SourceIp", {exchange.sourceIp}},
      {"aws:CurrentTime", {base::formatIso8601(exchange.start)}},
      {"aws:EpochTime", {std::to_string(base::toMillis(exchange.start) / 1000)}},
      {"aws:SecureTransport", {secure ? "true" : "false"}},
  };
  if (!exchange.userAgent.empty()) conditions.push_back({"aws:UserAgent", {exchange.userAgent}});
  if (const std::string* referer = exchange.findHeader("Referer"))
    conditions.push_back({"aws:Referer", {*referer}});
  return conditions;
}

// The function tells its client to go away with an error of exactly this message.
bool isUnauthorized(std::string_view payload) {
  const auto error = base::parseJson(payload);
  return error.ok() && base::findString(*error, "errorMessage") == "Unauthorized";
}

}  // namespace

std::string denialOf(std::string_view who, const MethodTarget& target) {
  std::string arn = target.arn;
  const std::size_t at = arn.find(":" + target.account + ":");
  if (at != std::string::npos && target.account.size() > 4) {
    arn.replace(at + 1, target.account.size() - 4, target.account.size() - 4, '*');
  }
  return "User: " + std::string(who) + " is not authorized to perform: " + kInvokeAction + " on resource: " + arn;
}

// How what an authorizer says and what the API's own policy says come together:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
Task<Gateway::Check> Gateway::authorize(http::Request& request, Exchange& exchange, Intake& intake) {
  const std::string methodArn = methodArnOf(exchange);
  if (methodArn.size() > kMostArnBytes) co_return Refusal{Problem::kUriTooLong, {}, "the method's ARN is too long"};
  if (exchange.method->authorization == Authorization::kIam) {
    co_return co_await authorizeSigned(request, exchange, intake);
  }
  const ports::ConditionValues conditions = conditionsOf(exchange, request.origin.secure);
  const ports::PolicyQuestion question{kInvokeAction, methodArn, conditions};
  const auto& own = exchange.stage->policy;
  const Verdict before = own ? own->rule(question) : Verdict::kNotAllowed;
  const bool open = exchange.method->authorization == Authorization::kNone;
  if (before == Verdict::kDenied || (open && before == Verdict::kNotAllowed)) {
    std::string message = denialOf("anonymous", {methodArn, exchange.stage->account, exchange.stage->region});
    if (before == Verdict::kDenied) message += " with an explicit deny";
    co_return Refusal{Problem::kAccessDenied, std::move(message), "the API's policy does not let strangers in"};
  }
  if (open) co_return std::nullopt;
  if (auto refusal = co_await authorizeByFunction(exchange, intake)) co_return refusal;
  switch (exchange.authorizer->policy->rule(question)) {
    case Verdict::kAllowed:
      break;
    case Verdict::kNotAllowed:
      if (before == Verdict::kAllowed) break;
      co_return Refusal{Problem::kAccessDenied, {}, "the authorizer's policy does not allow it"};
    case Verdict::kDenied:
      co_return Refusal{Problem::kAccessDenied,
                        "User is not authorized to access this resource with an explicit deny",
                        "the authorizer's policy denies it"};
  }
  co_return std::nullopt;
}

// The signature covers the body, so that it is read before anything else is known of the caller than a name.
Task<Gateway::Check> Gateway::authorizeSigned(http::Request& request, Exchange& exchange, Intake& intake) {
  const auto refuse = [](const Fault& fault) {
    return Refusal{problemOfSignature(fault), fault.message, fault.code};
  };
  if (!isSignedOneWay(exchange.path)) {
    co_return Refusal{Problem::kBadRequest, {}, "a signature holds for other spellings of this path as well"};
  }
  const auto screened = parts_.callers.screen(request);
  if (!screened.ok()) co_return refuse(screened.fault());
  if (auto refusal = co_await readBody(request, exchange, intake)) co_return refusal;
  const std::string methodArn = methodArnOf(exchange);
  const Stage& stage = *exchange.stage;
  const MethodTarget target{methodArn, stage.account, stage.region, stage.policy.get()};
  auto caller = parts_.callers.admit(request, exchange.body, target);
  if (!caller.ok()) co_return refuse(caller.fault());
  exchange.caller = std::move(*caller);
  co_return std::nullopt;
}

// Finds out whom the authorizer takes the client for. A function is asked on account of the method's limits.
Task<Gateway::Check> Gateway::authorizeByFunction(Exchange& exchange, Intake& intake) {
  const Authorizer& authorizer = exchange.stage->authorizers[exchange.method->authorizer];
  auto identity = identifyClient(exchange, authorizer);
  if (!identity) co_return Refusal{Problem::kUnauthorized, {}, "no identity that the authorizer takes"};
  const bool keeps = authorizer.ttl.count() > 0;
  if (keeps) exchange.authorizer = answers_.find(identity->cacheKey, exchange.start);
  if (exchange.authorizer) co_return std::nullopt;
  if (auto refusal = throttleMethod(exchange, intake)) co_return refusal;
  const base::Time before = parts_.clock.now();
  const std::string methodArn = methodArnOf(exchange);
  auto answer = co_await askAuthorizer(exchange, authorizer, *identity, methodArn);
  exchange.authorizerLatency = parts_.clock.now() - before;
  if (!answer.ok()) {
    const Fault& fault = answer.fault();
    if (fault.code != "Unauthorized") {
      base::logWarning("gateway", "an authorizer failed",
                       {{"requestId", exchange.requestId},
                        {"api", exchange.stage->apiId},
                        {"stage", exchange.stage->name},
                        {"authorizer", authorizer.id},
                        {"reason", fault.message}});
    }
    co_return Refusal{problemOfAuthorizer(fault), {}, fault.message};
  }
  exchange.authorizer = std::make_shared<const AuthorizerAnswer>(std::move(*answer));
  if (keeps) answers_.put(std::move(identity->cacheKey), exchange.authorizer, parts_.clock.now(), authorizer.ttl);
  co_return std::nullopt;
}

Task<Result<AuthorizerAnswer>> Gateway::askAuthorizer(const Exchange& exchange, const Authorizer& authorizer,
                                                      const ClientIdentity& identity,
                                                      const std::string& methodArn) {
  const Stage& stage = *exchange.stage;
  ports::Invocation invocation;
  invocation.functionArn = authorizer.functionArn;
  invocation.payload = makeAuthorizerEvent(exchange, authorizer, identity, methodArn);
  invocation.traceId = exchange.traceId;
  std::string source = "arn:" + stage.partition + ":execute-api:" + stage.region + ":" + stage.account + ":" +
                       stage.apiId + "/authorizers/" + authorizer.id;
  const auto named = nameCaller(invocation, authorizer.roleArn, stage.account, std::move(source), parts_.roles);
  if (!named.ok())
    co_return Fault("AuthorizerConfiguration", named.fault().code + ": " + named.fault().message, 500);
  auto work = parts_.invoker.invoke(std::move(invocation));
  const auto limit = std::min<std::chrono::milliseconds>(settings_.integrationTimeout, kMostPatience);
  auto outcome = co_await withDeadline(std::move(work), limit);
  if (!outcome) co_return Fault("AuthorizerFailure", "the authorizer did not answer in time", 500);
  if (!outcome->ok()) {
    const Fault& fault = outcome->fault();
    co_return Fault("AuthorizerConfiguration", fault.code + ": " + fault.message, 500);
  }
  if ((*outcome)->functionError) {
    if (isUnauthorized((*outcome)->payload)) co_return Fault("Unauthorized", "the authorizer says so", 401);
    co_return Fault("AuthorizerFailure", "the authorizer failed", 500);
  }
  co_return parseAuthorizerAnswer((*outcome)->payload, parts_.policies);
}

}  // namespace hearth::gateway
