// One method by itself: no deployment, nobody asked whether the caller may, no key, no throttle; all else as for a
// request. https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeMethod.html
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "gateway/definition.h"
#include "gateway/exchange.h"

namespace hearth::gateway {

// The stage in whose name integrations see a trial: functions' permissions have to cover it.
inline constexpr char kTrialStage[] = "test-invoke-stage";

struct MethodTrial {
  StageDefinition stage;  // with one resource, which has one method
  std::string verb;
  std::string pathWithQuery;  // "/pets?kind=cat"; empty: the resource's own path
  Pairs headers;
  std::string body;
  SignedCaller caller;  // who asks
};

struct MethodVerdict {
  int status = 0;
  Pairs headers;
  std::string body;
  std::string log;
  std::chrono::milliseconds latency{0};
};

using MethodTester = std::function<Task<Result<MethodVerdict>>(MethodTrial)>;

}  // namespace hearth::gateway
