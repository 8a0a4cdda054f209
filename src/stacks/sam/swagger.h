// Swagger: edits the OpenAPI document of a SAM API, which may be a stranger's and incomplete.
//
// Paths and methods may stand in an Fn::If; then both outcomes are edited. Everything works in place.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "stacks/sam/context.h"

namespace hearth::stacks::sam {

inline constexpr std::string_view kIntegration = "x-amazon-apigateway-integration";

struct LambdaIntegration {
  std::string uri;        // a text for Fn::Sub
  std::string condition;  // empty: none
  bool isStreaming = false;
  Json credentials = {};  // null: none
};

struct Cors {
  Json origin = "'*'";
  Json headers = {};  // null: absent; likewise below
  Json methods = {};
  Json maxAge = {};
  bool allowsCredentials = false;
};

class Swagger final {
 public:
  // Whether this is a document that can be edited: "swagger" or "openapi" of version 3, and "paths".
  static bool isValid(const Json* document);
  // Without paths.
  static JsonObject skeleton();

  // Borrows the document, which isValid(). Fault: invalidStructure() for a path that is no map.
  static Result<Swagger> open(JsonObject& document);
  // The same of one that SAM wrote, which is not looked through.
  static Swagger edit(JsonObject& document) { return Swagger(document); }

  std::vector<std::string> paths() const;
  bool hasIntegration(const std::string& path, const std::string& method);
  Result<void> addPath(const std::string& path, const std::string& method);
  Result<void> addLambdaIntegration(const std::string& path, const std::string& method,
                                    const LambdaIntegration& integration);
  void makeConditional(const std::string& path, std::string_view condition);

  // The definitions of a method that have an integration.
  Result<std::vector<JsonObject*>> methodsAt(const std::string& path, const std::string& method);
  // Likewise of all methods of a path, with their names in lower case.
  Result<std::vector<std::pair<std::string, JsonObject*>>> methodsOf(const std::string& path);

  // An OPTIONS method that answers preflights, unless there is one.
  Result<void> addCors(const std::string& path, const Cors& cors);

  Result<JsonObject*> securityDefinitions();
  // Adds the definition of that name unless there is one.
  Result<void> defineSecurity(std::string_view name, JsonObject definition);
  Result<void> defineApiKey();
  Result<void> defineIamAuthorizer();
  // The list "security" of a method, made when absent. Fault: invalidStructure() for what is none.
  static Result<JsonArray*> securityOf(JsonObject& method, const std::string& path, const std::string& name);

  Result<void> requireModel(const std::string& path, const std::string& method, const JsonObject& requestModel);
  Result<void> validateRequests(const std::string& path, const std::string& method, bool body, bool parameters);
  void disableExecuteApiEndpoint(const Json& value);

  JsonObject& document() { return *document_; }

 private:
  explicit Swagger(JsonObject& document) : document_(&document) {}
  JsonObject& pathMap() const { return document_->at("paths").get_object(); }

  JsonObject* document_;
};

// Both outcomes of an Fn::If that are not nothing, or the value itself. Fault: invalidStructure().
Result<std::vector<Json*>> outcomesOf(Json& value);
// "ANY" and "any" are x-amazon-apigateway-any-method; the others in lower case.
std::string methodName(std::string_view method);
bool isOpenApi3(const Json* version);
// "/a/{id}/b" -> "/a/*/b".
std::string pathPattern(std::string_view path);

}  // namespace hearth::stacks::sam
