// Validation of request bodies against an API's models: JSON Schema draft 4, as API Gateway documents it for REST
// APIs. https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
// https://datatracker.ietf.org/doc/html/draft-fge-json-schema-validation-00
//
// All keywords of draft 4 are checked, except "format", which is an annotation. A model may say another draft in
// $schema; of the later drafts, "const" and the numeric exclusiveMinimum and exclusiveMaximum are understood and
// other keywords are ignored, as a draft 4 validator does. Patterns are RE2's. A $ref leads within the model ("#",
// "#/definitions/x"), or to another model of the API (https://apigateway.amazonaws.com/restapis/ID/models/NAME).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace hearth::gateway {

struct SchemaNode;

// The models of one API, compiled. Immutable once all are added, and then thread-safe.
class SchemaSet final {
 public:
  SchemaSet();
  ~SchemaSet();
  SchemaSet(SchemaSet&&) noexcept;
  SchemaSet& operator=(SchemaSet&&) noexcept;

  // Makes a model known under its name; compile() may then be asked for it. Fault: BadRequestException for text
  // that is no JSON object.
  Result<void> add(const std::string& name, std::string_view schema);

  // The model, ready for use; owned by the set. Faults: BadRequestException for an unknown model, a $ref that leads
  // nowhere, a keyword with a value that it cannot have, a pattern that RE2 does not know. The
  // set is of no use after a fault.
  Result<const SchemaNode*> compile(const std::string& name);

 private:
  friend class SchemaCompiler;
  std::map<std::string, Json> models_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<SchemaNode>> nodes_;  // by model and JSON pointer
};

// nullopt when the document fits the schema; else what does not, for the log: "/a/0: is not a string". Never quotes
// the document's values. A check that takes more than a million steps counts as failed; a value is
// a step, and so are 64 bytes of text that are compared, or a share of them where a pattern is matched.
std::optional<std::string> findViolation(const SchemaNode& schema, const Json& document);

}  // namespace hearth::gateway
