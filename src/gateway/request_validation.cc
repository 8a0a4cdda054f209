#include "gateway/request_validation.h"

#include "base/bytes.h"
#include "gateway/content_type.h"
#include "gateway/stage.h"

namespace hearth::gateway {

std::optional<std::string> findMissingParameters(const Exchange& exchange) {
  std::string missing;
  for (const RequiredParameter& parameter : exchange.method->requiredParameters) {
    const std::string* value = nullptr;
    switch (parameter.place) {
      case ParameterPlace::kHeader:
        value = exchange.findHeader(parameter.name);
        break;
      case ParameterPlace::kQuery:
        value = exchange.findQuery(parameter.name);
        break;
      case ParameterPlace::kPath:
        value = exchange.findPathParameter(parameter.name);
        break;
    }
    if (value != nullptr && !base::trim(*value).empty()) continue;
    if (!missing.empty()) missing += ", ";
    missing += parameter.name;
  }
  if (missing.empty()) return std::nullopt;
  return "Missing required request parameters: [" + missing + "]";
}

std::optional<std::string> findBodyViolation(const Exchange& exchange) {
  const auto& models = exchange.method->models;
  if (models.empty()) return std::nullopt;
  const std::string type = mediaTypeOf(exchange.contentType());
  const BodyModel* chosen = nullptr;
  for (const BodyModel& model : models) {
    if (model.contentType == type) chosen = &model;
    if (model.contentType == "$default" && chosen == nullptr) chosen = &model;
  }
  if (chosen == nullptr) return std::nullopt;
  const Result<Json>& json = exchange.json();
  if (!json.ok()) return json.fault().message;
  return findViolation(*chosen->schema, *json);
}

}  // namespace hearth::gateway
