#include "services/apigateway/stage_settings.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/patch.h"

namespace hearth::services::apigateway {
namespace {

using api::apigateway::MethodSetting;
using api::apigateway::PatchOperation;
using api::apigateway::Stage;

constexpr std::size_t kMostSettings = 1'000;

// "/*/*/x" and "/a~1b/GET/x": resource and verb are one key, "*/*" and "~1a~1b/GET" as AWS has it.
std::string keyOf(const std::vector<std::string>& segments) {
  std::string key;
  for (char c : segments[0]) key += c == '/' ? std::string("~1") : std::string(1, c);
  return key + "/" + segments[1];
}

Fault invalidValue(const PatchOperation& operation) {
  return badRequest("Invalid patch value for " + operation.path.value_or("").substr(0, 200) + ": " +
                    operation.value.value_or("").substr(0, 64));
}

Result<std::optional<double>> numberOf(const PatchOperation& operation) {
  if (operation.op == "remove") return std::optional<double>();
  const std::string text = operation.value.value_or("");
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value >= 0) || value > 1e9) return invalidValue(operation);
  return std::optional<double>(value);
}

Result<std::optional<bool>> flagOf(const PatchOperation& operation) {
  if (operation.op == "remove") return std::optional<bool>();
  const std::string text = base::toLower(operation.value.value_or(""));
  if (text != "true" && text != "false") return invalidValue(operation);
  return std::optional<bool>(text == "true");
}

Result<void> apply(MethodSetting& setting, const std::string& name, const PatchOperation& operation) {
  if (name == "throttling/rateLimit") {
    HEARTH_TRY(setting.throttlingRateLimit, numberOf(operation));
  } else if (name == "throttling/burstLimit") {
    HEARTH_TRY(auto burst, numberOf(operation));
    if (burst && std::floor(*burst) != *burst) return invalidValue(operation);
    setting.throttlingBurstLimit.reset();
    if (burst) setting.throttlingBurstLimit = static_cast<std::int64_t>(*burst);
  } else if (name == "logging/loglevel") {
    setting.loggingLevel.reset();
    if (operation.op == "remove") return {};
    const std::string level = operation.value.value_or("");
    if (level != "OFF" && level != "ERROR" && level != "INFO") return invalidValue(operation);
    setting.loggingLevel = level;
  } else if (name == "logging/dataTrace") {
    HEARTH_TRY(setting.dataTraceEnabled, flagOf(operation));
  } else if (name == "metrics/enabled") {
    HEARTH_TRY(setting.metricsEnabled, flagOf(operation));
  } else if (name == "caching/enabled") {
    HEARTH_TRY(setting.cachingEnabled, flagOf(operation));
    if (setting.cachingEnabled.value_or(false))
      return badRequest("Hearth does not cache responses (caching/enabled).");
  } else {
    return badRequest(
        "Hearth supports the method settings throttling/rateLimit, throttling/burstLimit, logging/loglevel, "
        "logging/dataTrace, metrics/enabled and caching/enabled (false), not: " +
        operation.path.value_or("").substr(0, 200));
  }
  return {};
}

bool isEmpty(const MethodSetting& setting) {
  return !setting.throttlingRateLimit && !setting.throttlingBurstLimit && !setting.loggingLevel &&
         !setting.dataTraceEnabled && !setting.metricsEnabled && !setting.cachingEnabled;
}

bool isVerb(const std::string& text) {
  return text == "*" || (!text.empty() && text.size() <= 7 &&
                         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; }));
}

}  // namespace

bool isSettingPath(const std::string& path) {
  const auto segments = splitPointer(path);
  return (segments.size() == 4 || segments.size() == 2) && (segments[0] == "*" || segments[0].starts_with('/')) &&
         isVerb(segments[1]);
}

Result<void> patchSetting(Stage& stage, const PatchOperation& operation) {
  const std::string path = operation.path.value_or("");
  const auto segments = splitPointer(path);
  if (operation.op != "add" && operation.op != "replace" && operation.op != "remove")
    return badRequest("Invalid patch operation specified: '" + operation.op.value_or("").substr(0, 32) + "'.");
  if (!stage.methodSettings) stage.methodSettings.emplace();
  auto& settings = *stage.methodSettings;
  const std::string key = keyOf(segments);
  if (operation.op == "remove" && !settings.contains(key))
    return badRequest("Cannot remove method setting " + path.substr(path.starts_with('/') ? 1 : 0, 200) +
                      " because there is no method setting for this method ");
  if (segments.size() == 2) {
    if (operation.op != "remove") return badRequest("Invalid method setting path: " + path.substr(0, 200));
    settings.erase(key);
    return {};
  }
  if (settings.size() >= kMostSettings && !settings.contains(key))
    return badRequest("A stage may have settings of at most " + std::to_string(kMostSettings) + " methods.");
  MethodSetting& setting = settings[key];
  HEARTH_CHECK(apply(setting, segments[2] + "/" + segments[3], operation));
  if (isEmpty(setting)) settings.erase(key);
  return {};
}

std::vector<gateway::MethodSettingDefinition> throttlesOf(const Stage& stage) {
  std::vector<gateway::MethodSettingDefinition> definitions;
  for (const auto& [path, setting] : stage.methodSettings.value_or(std::map<std::string, MethodSetting>{})) {
    // "~1v1~1tests/POST", "*/*"
    const auto slash = path.rfind('/');
    gateway::MethodSettingDefinition one;
    one.resourcePath = unescapePointer(std::string_view(path).substr(0, slash));
    one.httpMethod = slash == std::string::npos ? "*" : path.substr(slash + 1);
    if (setting.throttlingRateLimit || setting.throttlingBurstLimit)
      one.throttle = gateway::Throttle{setting.throttlingRateLimit.value_or(10'000),
                                       setting.throttlingBurstLimit.value_or(5'000)};
    definitions.push_back(std::move(one));
  }
  return definitions;
}

}  // namespace hearth::services::apigateway
