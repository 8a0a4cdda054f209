// OpenApiDocument: a Swagger 2.0 or OpenAPI 3.0 document, and what its references lead to.
// https://github.com/OAI/OpenAPI-Specification/blob/main/versions/2.0.md
// https://github.com/OAI/OpenAPI-Specification/blob/main/versions/3.0.1.md
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace hearth::services::apigateway {

// AWS's limit for an import.
inline constexpr std::size_t kMostDocumentBytes = 6 << 20;

enum class OpenApiVersion : unsigned char { kSwagger2, kOpenApi3 };

class OpenApiDocument final {
 public:
  // JSON or YAML. Faults: BadRequestException "Invalid OpenAPI input.", also for other versions; for more bytes
  // than AWS takes.
  static Result<OpenApiDocument> parse(std::string_view text);
  // The same of a tree that was read before; `root` outlives the document.
  static Result<OpenApiDocument> over(const Json& root);

  OpenApiVersion version() const { return version_; }
  bool isSwagger() const { return version_ == OpenApiVersion::kSwagger2; }
  const Json& root() const { return *root_; }
  // Where the schemas are, as references begin: "#/definitions/".
  std::string_view schemaPrefix() const { return isSwagger() ? "#/definitions/" : "#/components/schemas/"; }

  // The node itself, or what its $ref leads to within the document. Null: nowhere, or in a circle.
  const Json* follow(const Json& node) const;
  // A member of the root, or of a member of it: find("components", "schemas"). Null when there is none.
  const Json* find(std::string_view name) const { return base::findMember(*root_, name); }
  const Json* find(std::string_view name, std::string_view inner) const;

  // "/v1" of what the document says about the server: basePath, or the first server's variable basePath, or the
  // path of its URL. Empty when there is none, or it is "/".
  std::string basePath() const;

 private:
  OpenApiDocument(std::shared_ptr<const Json> root, OpenApiVersion version)
      : root_(std::move(root)), version_(version) {}
  // Shared: with nobody, when it was parsed here; a view without ownership of the caller's otherwise.
  std::shared_ptr<const Json> root_;
  OpenApiVersion version_;
};

// The members of an object; none when it is something else.
const JsonObject& membersOf(const Json* node);
// Text, or a number or boolean as text.
std::optional<std::string> scalarAt(const Json& object, std::string_view name);
// true, "true" and "True".
std::optional<bool> flagAt(const Json& object, std::string_view name);
// The texts of a list; no more than 100, and none of more than 1,000 bytes.
std::vector<std::string> textsOf(const Json& list);
std::vector<std::string> textsAt(const Json& object, std::string_view name);

}  // namespace hearth::services::apigateway
