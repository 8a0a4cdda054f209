#include "services/apigateway/openapi_schemas.h"

#include <algorithm>

#include "base/hash.h"
#include "services/apigateway/patch.h"

namespace hearth::services::apigateway {
namespace {

using api::apigateway::Model;

constexpr std::string_view kModelsUrl = "https://apigateway.amazonaws.com/restapis/";
constexpr std::string_view kModels = "/models/";
constexpr std::size_t kMostNameBytes = 128;

// A copy with every reference replaced by what `change` makes of it. As deep as the document, which has limits.
template <class Change>
Json withReferences(const Json& schema, const Change& change) {
  if (const auto* list = schema.if_array()) {
    JsonArray copy;
    copy.reserve(list->size());
    for (const Json& item : *list) copy.push_back(withReferences(item, change));
    return copy;
  }
  const auto* object = schema.if_object();
  if (!object) return schema;
  JsonObject copy;
  for (const auto& [name, member] : *object) {
    if (name == "$ref" && member.is_string())
      copy.emplace(name, change(std::string_view(member.get_string())));
    else
      copy.emplace(name, withReferences(member, change));
  }
  return copy;
}

// "https://apigateway.amazonaws.com/restapis/ID/models/Pet#/items" -> "Pet", "/items"
std::optional<std::pair<std::string, std::string>> modelIn(std::string_view reference) {
  if (!reference.starts_with(kModelsUrl)) return std::nullopt;
  const std::size_t at = reference.find(kModels, kModelsUrl.size());
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = reference.substr(at + kModels.size());
  const std::size_t hash = std::min(rest.find('#'), rest.size());
  return std::pair(std::string(rest.substr(0, hash)),
                   std::string(hash < rest.size() ? rest.substr(hash + 1) : std::string_view()));
}

Model modelOf(std::string name, const Json& schema) {
  Model model;
  model.name = std::move(name);
  model.contentType = "application/json";
  model.description = base::findString(schema, "description");
  model.schema = base::writeJson(schema);
  return model;
}

}  // namespace

OpenApiSchemas::OpenApiSchemas(const OpenApiDocument& document, std::string apiId, Findings& findings)
    : document_(document),
      modelPrefix_(std::string(kModelsUrl) + std::move(apiId) + std::string(kModels)),
      findings_(findings) {
  const Json* schemas =
      document.isSwagger() ? document.find("definitions") : document.find("components", "schemas");
  for (const auto& [name, schema] : membersOf(schemas)) {
    if (name.size() > kMostNameBytes)
      findings.error("Unable to create model for '" + std::string(name.substr(0, kMostNameBytes)) +
                     "': Invalid model name specified");
    else if (schema.is_object())
      models_.emplace(name, modelOf(name, toModelSchema(schema)));
  }
}

Json OpenApiSchemas::toModelSchema(const Json& schema) const {
  const std::string_view prefix = document_.schemaPrefix();
  return withReferences(schema, [&](std::string_view reference) {
    if (!reference.starts_with(prefix)) return std::string(reference);
    const std::string_view rest = reference.substr(prefix.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    std::string url = modelPrefix_ + unescapePointer(rest.substr(0, slash));
    if (slash < rest.size()) url.append("#").append(rest.substr(slash));
    return url;
  });
}

std::optional<std::string> OpenApiSchemas::findModel(const Json& schema) {
  if (auto reference = base::findString(schema, "$ref")) {
    const std::string_view prefix = document_.schemaPrefix();
    std::string name;
    if (reference->starts_with(prefix)) name = unescapePointer(std::string_view(*reference).substr(prefix.size()));
    if (models_.contains(name)) return name;
    findings_.warning("Reference to model '" + (name.empty() ? *reference : name).substr(0, 200) +
                      "' not found. Ignoring.");
    return std::nullopt;
  }
  if (!schema.is_object() || schema.get_object().empty()) return std::nullopt;
  const Json rewritten = toModelSchema(schema);
  // The same schema is the same model, however often it is imported. API ids are not part of what it is.
  const std::string name = "MODEL" + base::sha256Hex(base::writeJson(schema)).substr(0, 8);
  models_.emplace(name, modelOf(name, rewritten));
  return name;
}

std::vector<Model> OpenApiSchemas::take() {
  std::vector<Model> models;
  models.reserve(models_.size());
  for (auto& [name, model] : models_) models.push_back(std::move(model));
  models_.clear();
  return models;
}

Json toDocumentSchema(const Json& schema, std::string_view schemaPrefix) {
  Json copy = withReferences(schema, [&](std::string_view reference) {
    const auto model = modelIn(reference);
    return model ? std::string(schemaPrefix) + model->first + model->second : std::string(reference);
  });
  if (auto* object = copy.if_object()) object->erase("$schema");
  return copy;
}

std::vector<std::string> modelsIn(const Json& schema) {
  std::vector<std::string> names;
  (void)withReferences(schema, [&](std::string_view reference) {
    if (auto model = modelIn(reference)) names.push_back(std::move(model->first));
    return std::string();
  });
  return names;
}

}  // namespace hearth::services::apigateway
