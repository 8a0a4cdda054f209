// OpenApiSchemas: the models of an API out of the schemas of a document.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/apigateway/api_definition.h"
#include "services/apigateway/openapi_document.h"

namespace hearth::services::apigateway {

// References between schemas become references between models
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html); a schema that stands
// where it is used becomes a model of its own, whose name follows from what is in it.
class OpenApiSchemas final {
 public:
  // All borrowed. `apiId` is part of every reference to a model.
  OpenApiSchemas(const OpenApiDocument& document, std::string apiId, Findings& findings);

  // The model that a body or a response has. nullopt, with a warning, when there is none of that name.
  std::optional<std::string> findModel(const Json& schema);
  // Every model of the document, and those that findModel() made.
  std::vector<api::apigateway::Model> take();

 private:
  Json toModelSchema(const Json& schema) const;
  const OpenApiDocument& document_;
  const std::string modelPrefix_;
  Findings& findings_;
  std::map<std::string, api::apigateway::Model> models_;
};

// The same backwards: references between models as references between the schemas of a document.
Json toDocumentSchema(const Json& schema, std::string_view schemaPrefix);
// The names of the models that a model's schema refers to.
std::vector<std::string> modelsIn(const Json& schema);

}  // namespace hearth::services::apigateway
