// Who may call a method: signatures, authorizers and the API's own policy.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "gateway/authorizer_call.h"
#include "gateway/gateway.h"
#include "gateway/path_form.h"

namespace hearth::gateway {
namespace {

using Verdict = ports::ReadPolicy::Verdict;

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
    co_return co_await authorizeSigned(request, exchange, intake, methodArn);
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
  if (auto refusal = co_await authorizeByFunction(exchange, intake, methodArn)) co_return refusal;
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
Task<Gateway::Check> Gateway::authorizeSigned(http::Request& request, Exchange& exchange, Intake& intake,
                                              const std::string& methodArn) {
  const auto refuse = [](const Fault& fault) {
    return Refusal{problemOfSignature(fault), fault.message, fault.code};
  };
  if (!isSignedOneWay(exchange.path)) {
    co_return Refusal{Problem::kBadRequest, {}, "a signature holds for other spellings of this path as well"};
  }
  const auto screened = parts_.callers.screen(request);
  if (!screened.ok()) co_return refuse(screened.fault());
  if (auto refusal = co_await readBody(request, exchange, intake)) co_return refusal;
  const Stage& stage = *exchange.stage;
  const MethodTarget target{methodArn, stage.account, stage.region, stage.policy.get()};
  auto caller = parts_.callers.admit(request, exchange.body, target);
  if (!caller.ok()) co_return refuse(caller.fault());
  exchange.caller = std::move(*caller);
  co_return std::nullopt;
}

// Finds out whom the authorizer takes the client for. A function is asked on account of the method's limits.
Task<Gateway::Check> Gateway::authorizeByFunction(Exchange& exchange, Intake& intake,
                                                  const std::string& methodArn) {
  const Authorizer& authorizer = exchange.stage->authorizers[exchange.method->authorizer];
  auto identity = identifyClient(exchange, authorizer);
  if (!identity) co_return Refusal{Problem::kUnauthorized, {}, "no identity that the authorizer takes"};
  const bool keeps = authorizer.ttl.count() > 0;
  if (keeps) exchange.authorizer = answers_.find(identity->cacheKey, exchange.start);
  if (exchange.authorizer) co_return std::nullopt;
  if (auto refusal = throttleMethod(exchange, intake)) co_return refusal;
  const base::Time before = parts_.clock.now();
  const auto patience = std::min<std::chrono::milliseconds>(settings_.integrationTimeout, kAuthorizerPatience);
  auto word = co_await askAuthorizer(exchange, authorizer, *identity, methodArn, patience, parts_.invoker,
                                     parts_.roles, parts_.policies);
  exchange.authorizerLatency = parts_.clock.now() - before;
  if (!word.ok()) {
    const Fault& fault = word.fault();
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
  exchange.authorizer = std::make_shared<const AuthorizerAnswer>(std::move(word->answer));
  if (keeps) answers_.put(std::move(identity->cacheKey), exchange.authorizer, parts_.clock.now(), authorizer.ttl);
  co_return std::nullopt;
}

}  // namespace hearth::gateway
