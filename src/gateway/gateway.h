// Gateway: the data plane of REST APIs. Takes a request to a deployed stage and gives the response.
//
// The steps, in this order: find the stage, find the route, ask who calls and whether they may, check the API key,
// throttle and count, read the body, validate, map, invoke, map back. Every step may end it with one of the
// gateway's own responses. https://docs.aws.amazon.com/apigateway/latest/developerguide/welcome.html
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "base/task.h"
#include "gateway/api_keys.h"
#include "gateway/authorizer_cache.h"
#include "gateway/caller.h"
#include "gateway/exchange.h"
#include "gateway/function_caller.h"
#include "gateway/gateway_response.h"
#include "gateway/holding.h"
#include "gateway/http_call.h"
#include "gateway/method_trial.h"
#include "gateway/quota.h"
#include "gateway/service_call.h"
#include "gateway/stage.h"
#include "gateway/target.h"
#include "gateway/throttle.h"
#include "http/message.h"
#include "ports/invoker.h"
#include "ports/policy_reader.h"
#include "ports/usage_meter.h"

namespace hearth::gateway {

// Where deployed stages come from: the control plane. On the loop.
class StageSource {
 public:
  virtual ~StageSource() = default;
  // Null when there is no such API, or no such stage of it. A snapshot: a later deployment gives another one.
  virtual std::shared_ptr<const Stage> findStage(const std::string& apiId, const std::string& stage) = 0;
  // All keys and plans; never null.
  virtual std::shared_ptr<const ApiKeys> apiKeys() = 0;
};

// One request, as metrics and access logs want it.
struct AccessRecord {
  std::string requestId;
  std::string apiId;
  std::string stage;
  std::string verb;
  std::string resourcePath;  // empty when no route was found
  int status = 0;
  std::chrono::milliseconds latency{0};
  std::chrono::milliseconds integrationLatency{0};
  std::string reason;  // why the gateway answered itself; never a payload or a key
};

struct GatewaySettings {
  // An integration waits for its own timeout, and never longer than this.
  std::chrono::milliseconds integrationTimeout{29'000};
  std::size_t bodyBytes = 10 << 20;
  // Of all requests that run: bodies, and what is made of them for integrations and templates. Beyond it a request
  // is answered 503. What exists only while the loop works at one request is not in it, nor what waits to be sent.
  std::size_t bodyBytesInMemory = 256 << 20;
  // Of answers of authorizers that are kept.
  std::size_t authorizerBytesInMemory = 64 << 20;
  // Of each account and region.
  Throttle accountThrottle{10'000, 5'000};
  // Called at the end of every request that reached a stage, on the loop. May be empty.
  std::function<void(const AccessRecord&)> onFinished;
};

// What the gateway asks others for. All that is borrowed outlives it.
struct GatewayParts {
  ports::Invoker& invoker;
  ServiceCaller services;
  HttpCaller endpoints;
  RoleGate roles;
  SignedCallers& callers;
  const ports::PolicyReader& policies;
  ports::UsageMeter& meter;
  const base::Clock& clock;
  base::Random& random;
  StageSource& stages;
};

// On the loop, without locks. Throttle state is in memory, quota counts are durable within a second (quota.h).
class Gateway final {
 public:
  Gateway(GatewayParts parts, GatewaySettings settings);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Answers a request for which findTarget() gave `target`. Never fails. `request` outlives the task.
  Task<http::Response> handle(http::Request& request, Target target);

  // One method by itself: gateway/method_trial.h.
  Task<Result<MethodVerdict>> tryMethod(MethodTrial trial);

  // Hands counted requests to the meter: every second, and before the server stops.
  void flushUsage() { quotas_.flush(); }

 private:
  // What went wrong, or nullopt.
  struct Refusal {
    Problem problem = Problem::kApiConfiguration;
    std::string message;  // empty: the problem's own
    std::string reason;   // for the log
  };
  using Check = std::optional<Refusal>;
  // How far a request has come in. Some authorizations need a later step's work before their own.
  struct Intake {
    Holding holding;  // for bodies
    bool bodyRead = false;
    bool throttled = false;  // the method's and the account's tokens are taken
  };

  Task<http::Response> answer(http::Request& request, Exchange& exchange, AccessRecord& record);
  Check route(Exchange& exchange) const;
  // Of methods that say who may call them: gateway_callers.cc.
  Task<Check> authorize(http::Request& request, Exchange& exchange, Intake& intake);
  Task<Check> authorizeSigned(http::Request& request, Exchange& exchange, Intake& intake,
                              const std::string& methodArn);
  Task<Check> authorizeByFunction(Exchange& exchange, Intake& intake, const std::string& methodArn);
  // From a request that was let in, with its body, to the answer.
  Task<http::Response> fulfil(Exchange& exchange, AccessRecord& record, Holding& holding);
  static http::Response refuse(const Exchange& exchange, AccessRecord& record, const Refusal& refusal);
  Check admit(Exchange& exchange, Intake& intake);
  Check throttle(const Exchange& exchange, const Admission& admission, Intake& intake);
  static Refusal throttled();
  Check throttleMethod(const Exchange& exchange, Intake& intake);
  Task<Check> readBody(http::Request& request, Exchange& exchange, Intake& intake) const;
  static Check validate(const Exchange& exchange);
  Task<Result<http::Response>> integrate(Exchange& exchange, AccessRecord& record, Holding& holding);
  Task<Result<http::Response>> integrateProxy(Exchange& exchange, AccessRecord& record, Holding& holding);
  Task<Result<http::Response>> integrateLambda(Exchange& exchange, AccessRecord& record, Holding& holding);
  Task<Result<http::Response>> integrateService(Exchange& exchange, AccessRecord& record, Holding& holding);
  Task<Result<http::Response>> integrateHttp(Exchange& exchange, AccessRecord& record, Holding& holding);
  static Result<http::Response> integrateMock(Exchange& exchange);
  Task<Result<http::Response>> callService(ServiceCall call, std::chrono::milliseconds limit, AccessRecord& record);
  Task<Result<ports::InvokeOutcome>> invoke(const Exchange& exchange, std::string payload, AccessRecord& record);

  const GatewayParts parts_;
  const GatewaySettings settings_;
  TokenBuckets buckets_;
  QuotaCounter quotas_;
  base::ByteBudget bodies_;
  AuthorizerCache answers_;
};

}  // namespace hearth::gateway
