#include "gateway/gateway.h"

#include <utility>

#include "base/log.h"
#include "gateway/custom_integration.h"
#include "gateway/deadline.h"
#include "gateway/http_integration.h"
#include "gateway/mapping_scope.h"
#include "gateway/proxy_integration.h"
#include "gateway/request_validation.h"
#include "gateway/service_integration.h"

namespace hearth::gateway {
namespace {

// Which of the gateway's responses a Fault of an integration stands for.
Problem problemOf(const Fault& fault) {
  switch (fault.status) {
    case 400:
      return Problem::kBadRequest;
    case 415:
      return Problem::kUnsupportedMediaType;
    case 502:
      return Problem::kIntegrationFailure;
    case 503:
      return Problem::kBusy;
    case 504:
      return fault.code == "NetworkError" ? Problem::kNetworkError : Problem::kIntegrationTimeout;
    default:
      return Problem::kApiConfiguration;
  }
}

// arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/VERB/PATH: what a function's permission is checked against.
std::string sourceArnOf(const Exchange& exchange) {
  const Stage& stage = *exchange.stage;
  return "arn:" + stage.partition + ":execute-api:" + stage.region + ":" + stage.account + ":" + stage.apiId + "/" +
         stage.name + "/" + exchange.verb + exchange.method->resourcePath;
}

// Before an integration is waited for: nothing stays in memory that nobody asks for again, and what does, with the
// `sent` bytes that the integration was given, is held. Fault: Busy 503.
Result<void> readyToWait(Exchange& exchange, MappingScope* scope, std::size_t sent, Holding& holding) {
  const bool seen = scope != nullptr && !scope->letGo();  // by the template of the response
  if (!seen || !scope->looksIntoJson()) exchange.dropJson();
  if (!seen && exchange.stage->gatewayResponses.empty()) exchange.dropBody();
  const std::size_t kept = exchange.body.size() + (scope == nullptr ? 0 : scope->bytes());
  if (holding.holdOnly(kept + sent)) return {};
  return Fault("Busy", "no room for what waits now", 503);
}

// Where the API takes keys from: a header, or an authorizer's answer.
const std::string* findApiKey(const Exchange& exchange) {
  if (exchange.stage->apiKeySource == ApiKeySource::kHeader) return exchange.findHeader("x-api-key");
  if (!exchange.authorizer || exchange.authorizer->usageIdentifierKey.empty()) return nullptr;
  return &exchange.authorizer->usageIdentifierKey;
}

}  // namespace

Gateway::Gateway(GatewayParts parts, GatewaySettings settings)
    : parts_(std::move(parts)),
      settings_(std::move(settings)),
      quotas_(parts_.meter),
      bodies_(settings_.bodyBytesInMemory),
      answers_(settings_.authorizerBytesInMemory) {}

Task<http::Response> Gateway::handle(http::Request& request, Target target) {
  auto stage = parts_.stages.findStage(target.apiId, target.stage);
  if (stage == nullptr) co_return makeUnknownStage(base::randomUuid(parts_.random));
  Exchange exchange = makeExchange(request, std::move(stage), target.path, parts_.clock.now(), parts_.random);
  AccessRecord record;
  http::Response response = co_await answer(request, exchange, record);
  if (settings_.onFinished) {
    record.requestId = exchange.requestId;
    record.apiId = exchange.stage->apiId;
    record.stage = exchange.stage->name;
    record.verb = exchange.verb;
    if (exchange.method != nullptr) record.resourcePath = exchange.method->resourcePath;
    record.status = response.status;
    record.latency = parts_.clock.now() - exchange.start;
    settings_.onFinished(record);
  }
  co_return response;
}

http::Response Gateway::refuse(const Exchange& exchange, AccessRecord& record, const Refusal& refusal) {
  record.reason = refusal.reason.empty() ? refusal.message : refusal.reason;
  // Other reasons are for the log alone.
  const bool tellsReason = refusal.problem == Problem::kBadRequestBody;
  return makeProblem(exchange, refusal.problem, refusal.message,
                     tellsReason ? std::string_view(refusal.reason) : std::string_view());
}

Task<http::Response> Gateway::answer(http::Request& request, Exchange& exchange, AccessRecord& record) {
  if (auto refusal = route(exchange)) co_return refuse(exchange, record, *refusal);
  Intake intake{.holding = Holding(bodies_)};
  if (exchange.method->authorization != Authorization::kNone || exchange.stage->policy) {
    if (auto refusal = co_await authorize(request, exchange, intake)) co_return refuse(exchange, record, *refusal);
  }
  if (auto refusal = admit(exchange, intake)) co_return refuse(exchange, record, *refusal);
  if (!intake.bodyRead) {
    if (auto refusal = co_await readBody(request, exchange, intake)) co_return refuse(exchange, record, *refusal);
  }
  co_return co_await fulfil(exchange, record, intake.holding);
}

Task<http::Response> Gateway::fulfil(Exchange& exchange, AccessRecord& record, Holding& holding) {
  if (auto refusal = validate(exchange)) co_return refuse(exchange, record, *refusal);
  auto response = co_await integrate(exchange, record, holding);
  if (!response.ok()) {
    const Fault& fault = response.fault();
    if (fault.status >= 500) {
      base::logWarning("gateway", "an integration failed",
                       {{"requestId", exchange.requestId},
                        {"api", exchange.stage->apiId},
                        {"stage", exchange.stage->name},
                        {"method", exchange.method->planKey},
                        {"reason", fault.message}});
    }
    co_return refuse(exchange, record,
                     {problemOf(fault), fault.status < 500 ? fault.message : std::string(), fault.message});
  }
  const IntegrationType type = exchange.method->integration.type;
  if (type != IntegrationType::kMock && type != IntegrationType::kHttpProxy) {
    response->headers.add("X-Amzn-Trace-Id", exchange.traceId);
  }
  addIds(exchange, *response);
  co_return std::move(*response);
}

Gateway::Check Gateway::route(Exchange& exchange) const {
  RouteMatch match;
  if (!exchange.stage->routes.find(exchange.path, exchange.verb, match)) {
    return Refusal{Problem::kMissingAuthenticationToken, {}, "no such route"};
  }
  exchange.method = &exchange.stage->methods[match.method];
  for (const auto& [name, value] : match.parameters) exchange.pathParameters.emplace_back(name, value);
  return std::nullopt;
}

Gateway::Check Gateway::admit(Exchange& exchange, Intake& intake) {
  Admission admission;
  // Keeps what `admission` points to while it is in use.
  std::shared_ptr<const ApiKeys> keys;
  if (exchange.method->apiKeyRequired) {
    keys = parts_.stages.apiKeys();
    const std::string* value = findApiKey(exchange);
    if (value == nullptr || !keys->find(*exchange.stage, *value, admission)) {
      return Refusal{Problem::kInvalidApiKey, {}, value == nullptr ? "no API key" : "API key not allowed"};
    }
    exchange.apiKey = *value;
    exchange.apiKeyId = admission.keyId;
  }
  return throttle(exchange, admission, intake);
}

Gateway::Refusal Gateway::throttled() { return {Problem::kThrottled, {}, "throttled"}; }

// From the narrowest limit to the widest, so that a client past its own limit does not use up others' share.
Gateway::Check Gateway::throttle(const Exchange& exchange, const Admission& admission, Intake& intake) {
  const base::Time now = exchange.start;
  const Method& method = *exchange.method;
  if (admission.plan != nullptr) {
    const auto own = admission.planStage->throttle.find(method.planKey);
    if (own != admission.planStage->throttle.end()) {
      const std::string name = std::string(admission.name) + "@" + method.throttleKey;
      if (!buckets_.take(name, own->second, now)) return throttled();
    } else if (admission.plan->throttle && !buckets_.take(admission.name, *admission.plan->throttle, now)) {
      return throttled();
    }
  }
  if (auto refusal = throttleMethod(exchange, intake)) return refusal;
  if (admission.plan != nullptr && !quotas_.take(admission, now)) {
    return Refusal{Problem::kQuotaExceeded, {}, "quota used up"};
  }
  return std::nullopt;
}

Gateway::Check Gateway::throttleMethod(const Exchange& exchange, Intake& intake) {
  if (std::exchange(intake.throttled, true)) return std::nullopt;
  const base::Time now = exchange.start;
  const Method& method = *exchange.method;
  if (method.throttle && !buckets_.take(method.throttleKey, *method.throttle, now)) return throttled();
  if (!buckets_.take(exchange.stage->accountKey, settings_.accountThrottle, now)) return throttled();
  return std::nullopt;
}

Task<Gateway::Check> Gateway::readBody(http::Request& request, Exchange& exchange, Intake& intake) const {
  intake.bodyRead = true;
  const auto size = request.body->size();
  if (size == std::uint64_t{0}) co_return std::nullopt;
  if (size && *size > settings_.bodyBytes) co_return Refusal{Problem::kRequestTooLarge, {}, "body too large"};
  Fault tooLarge("RequestTooLarge", "", 413);
  auto body =
      co_await base::readAll(*request.body, settings_.bodyBytes, std::move(tooLarge), intake.holding.share());
  if (!body.ok()) {
    if (body.fault().status == 503) co_return Refusal{Problem::kBusy, {}, "no room for the body now"};
    const bool large = body.fault().status == 413;
    co_return Refusal{large ? Problem::kRequestTooLarge : Problem::kBadRequest, {}, "body too large or broken off"};
  }
  exchange.body = std::move(*body);
  co_return std::nullopt;
}

Gateway::Check Gateway::validate(const Exchange& exchange) {
  if (exchange.method->validateParameters) {
    if (auto missing = findMissingParameters(exchange)) {
      return Refusal{Problem::kBadRequestParameters, std::move(*missing), {}};
    }
  }
  if (exchange.method->validateBody) {
    if (auto violation = findBodyViolation(exchange)) {
      return Refusal{Problem::kBadRequestBody, {}, std::move(*violation)};
    }
  }
  return std::nullopt;
}

Task<Result<http::Response>> Gateway::integrate(Exchange& exchange, AccessRecord& record, Holding& holding) {
  const Integration& integration = exchange.method->integration;
  if (!integration.error.empty()) co_return Fault("ApiConfiguration", integration.error, 500);
  switch (integration.type) {
    case IntegrationType::kLambdaProxy:
      co_return co_await integrateProxy(exchange, record, holding);
    case IntegrationType::kLambda:
      co_return co_await integrateLambda(exchange, record, holding);
    case IntegrationType::kService:
      co_return co_await integrateService(exchange, record, holding);
    case IntegrationType::kHttp:
    case IntegrationType::kHttpProxy:
      co_return co_await integrateHttp(exchange, record, holding);
    case IntegrationType::kMock:
      break;
  }
  co_return integrateMock(exchange);
}

Task<Result<http::Response>> Gateway::integrateProxy(Exchange& exchange, AccessRecord& record, Holding& holding) {
  std::string event = makeProxyEvent(exchange);
  HEARTH_CO_CHECK(readyToWait(exchange, nullptr, event.size(), holding));
  HEARTH_CO_TRY(const auto outcome, co_await invoke(exchange, std::move(event), record));
  if (outcome.functionError) co_return Fault("FunctionError", "the function failed", 502);
  co_return parseProxyResponse(exchange, outcome.payload);
}

Task<Result<http::Response>> Gateway::integrateLambda(Exchange& exchange, AccessRecord& record, Holding& holding) {
  MappingScope scope(exchange);
  HEARTH_CO_TRY(std::string payload, makeIntegrationPayload(exchange, scope));
  HEARTH_CO_TRY(payload, requireJson(std::move(payload)));
  HEARTH_CO_CHECK(readyToWait(exchange, &scope, payload.size(), holding));
  HEARTH_CO_TRY(auto result, co_await invoke(exchange, std::move(payload), record));
  IntegrationOutcome outcome;
  outcome.selector = findErrorMessage(result.payload);
  outcome.headers.add("Content-Type", "application/json");
  outcome.body = std::move(result.payload);
  co_return makeMethodResponse(exchange, scope, std::move(outcome));
}

Task<Result<http::Response>> Gateway::integrateService(Exchange& exchange, AccessRecord& record, Holding& holding) {
  MappingScope scope(exchange);
  HEARTH_CO_TRY(std::string payload, makeIntegrationPayload(exchange, scope));
  HEARTH_CO_TRY(ServiceCall call, makeServiceCall(exchange, std::move(payload)));
  HEARTH_CO_CHECK(readyToWait(exchange, &scope, call.request.body->size().value_or(0), holding));
  const auto limit = std::min(exchange.method->integration.timeout, settings_.integrationTimeout);
  HEARTH_CO_TRY(http::Response given, co_await callService(std::move(call), limit, record));
  co_return co_await makeServiceResponse(exchange, scope, std::move(given), settings_.bodyBytes, holding.share());
}

Task<Result<http::Response>> Gateway::callService(ServiceCall call, std::chrono::milliseconds limit,
                                                  AccessRecord& record) {
  const base::Time before = parts_.clock.now();
  auto work = parts_.services(std::move(call));
  auto response = co_await withDeadline(std::move(work), limit);
  record.integrationLatency = parts_.clock.now() - before;
  if (!response) co_return Fault("IntegrationTimeout", "the service did not answer in time", 504);
  if (response->ok()) co_return std::move(**response);
  co_return Fault("ApiConfiguration", response->fault().code + ": " + response->fault().message, 500);
}

Task<Result<http::Response>> Gateway::integrateHttp(Exchange& exchange, AccessRecord& record, Holding& holding) {
  if (!parts_.endpoints) {
    co_return Fault("ApiConfiguration", "the server calls no HTTP endpoints (--http-integrations off)", 500);
  }
  MappingScope scope(exchange);
  HEARTH_CO_TRY(std::string payload, makeIntegrationPayload(exchange, scope));
  HEARTH_CO_TRY(http::OutboundRequest request, makeHttpRequest(exchange, scope, std::move(payload)));
  HEARTH_CO_CHECK(readyToWait(exchange, &scope, request.body.size(), holding));
  request.timeout = std::min(exchange.method->integration.timeout, settings_.integrationTimeout);
  request.bodyBytes = settings_.bodyBytes;
  request.reserve = [&holding](std::size_t bytes) { return holding.share().take(bytes); };
  const base::Time before = parts_.clock.now();
  auto given = co_await parts_.endpoints(std::move(request));
  record.integrationLatency = parts_.clock.now() - before;
  if (!given.ok()) co_return httpFault(given.fault());
  co_return makeHttpResponse(exchange, scope, std::move(*given));
}

Result<http::Response> Gateway::integrateMock(Exchange& exchange) {
  MappingScope scope(exchange);
  HEARTH_TRY(const std::string payload, makeIntegrationPayload(exchange, scope));
  const auto status = findMockStatus(payload);
  if (!status) return Fault("ApiConfiguration", "unable to parse statusCode of the request template", 500);
  IntegrationOutcome outcome;
  outcome.selector = std::to_string(*status);
  return makeMethodResponse(exchange, scope, std::move(outcome));
}

Task<Result<ports::InvokeOutcome>> Gateway::invoke(const Exchange& exchange, std::string payload,
                                                   AccessRecord& record) {
  ports::Invocation invocation;
  invocation.functionArn = exchange.method->integration.functionArn;
  invocation.payload = std::move(payload);
  invocation.traceId = exchange.traceId;
  const auto named = nameCaller(invocation, exchange.method->integration.roleArn, exchange.stage->account,
                                sourceArnOf(exchange), parts_.roles);
  if (!named.ok()) co_return Fault("ApiConfiguration", named.fault().code + ": " + named.fault().message, 500);
  const auto limit = std::min(exchange.method->integration.timeout, settings_.integrationTimeout);
  const base::Time before = parts_.clock.now();
  auto work = parts_.invoker.invoke(std::move(invocation));
  auto outcome = co_await withDeadline(std::move(work), limit);
  record.integrationLatency = parts_.clock.now() - before;
  if (!outcome) co_return Fault("IntegrationTimeout", "the function did not answer in time", 504);
  if (outcome->ok()) co_return std::move(**outcome);
  const Fault& fault = outcome->fault();
  // A missing permission is the API's fault; what else keeps a proxy integration from its function is the
  // function's.
  const bool proxy = exchange.method->integration.type == IntegrationType::kLambdaProxy;
  co_return Fault("InvokeFailed", fault.code + ": " + fault.message,
                  proxy && fault.code != "AccessDeniedException" ? 502 : 500);
}

}  // namespace hearth::gateway
