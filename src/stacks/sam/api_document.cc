#include "stacks/sam/api_document.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/bytes.h"
#include "stacks/sam/api_auth.h"
#include "stacks/sam/faults.h"
#include "stacks/sam/json.h"
#include "stacks/sam/swagger.h"
#include "stacks/scalars.h"

namespace hearth::stacks::sam {
namespace {

// The document of an API whose property `name` writes into it, what it would do in `purpose`.
Result<Swagger> openFor(Source& source, const std::string& name, const std::string& purpose) {
  Json* body = source.properties.if_contains("DefinitionBody");
  if (!isTruthy(body)) {
    return invalidResource(source.id,
                           name + " works only with inline Swagger specified in 'DefinitionBody' property.");
  }
  if (!Swagger::isValid(body)) {
    return invalidResource(source.id, "Unable to add " + purpose +
                                          " because 'DefinitionBody' does not contain a valid Swagger definition.");
  }
  return Swagger::open(body->get_object());
}

Result<Cors> readCors(const std::string& apiId, const Json& given) {
  Cors cors;
  if (!given.is_object() || isIntrinsic(given)) {
    cors.origin = given;
    return cors;
  }
  for (const auto& [key, value] : given.get_object()) {
    if (key == "AllowOrigin") {
      cors.origin = value;
    } else if (key == "AllowHeaders") {
      cors.headers = value;
    } else if (key == "AllowMethods") {
      cors.methods = value;
    } else if (key == "MaxAge") {
      cors.maxAge = value;
    } else if (key == "AllowCredentials") {
      cors.allowsCredentials = value == true;
    } else {
      return invalidResource(apiId, "Invalid key '" + std::string(key).substr(0, 200) + "' for 'Cors' property.");
    }
  }
  if (cors.allowsCredentials && cors.origin == "'*'") {
    return invalidResource(apiId,
                           "Unable to add Cors configuration because 'AllowCredentials' can not be true when "
                           "'AllowOrigin' is \"'*'\" or not set");
  }
  return cors;
}

Result<void> addCors(Context& context, Source& source) {
  const Json* given = source.property("Cors");
  if (!isTruthy(given)) return {};
  HEARTH_TRY(Swagger swagger, openFor(source, "Cors", "Cors configuration"));
  HEARTH_TRY(const Cors cors, readCors(source.id, *given));
  std::set<std::string> seen;  // /path and /path/ are one resource
  for (const std::string& path : swagger.paths()) {
    std::string plain = path;
    while (plain.size() > 1 && plain.ends_with('/')) plain.pop_back();
    if (!seen.insert(plain).second) continue;
    HEARTH_CHECK(context.budget.spend(weightOf(*given)));
    auto added = swagger.addCors(path, cors);
    if (!added.ok() && added.fault().code == kDocumentFault)
      return invalidResource(source.id, added.fault().message);
    HEARTH_CHECK(added);
  }
  return {};
}

// {"Headers": {"X": ...}} as {"gatewayresponse.header.X": ...}.
Result<JsonObject> responseParameters(const std::string& apiId, const Json& given) {
  JsonObject parameters;
  if (!given.is_object()) return invalidResource(apiId, "Property 'ResponseParameters' should be a map.");
  for (const auto& [key, values] : given.get_object()) {
    const std::string_view prefix = key == "Headers"        ? "header."
                                    : key == "Paths"        ? "path."
                                    : key == "QueryStrings" ? "querystring."
                                                            : "";
    if (prefix.empty()) {
      return invalidResource(apiId, "Invalid gateway response parameter '" + std::string(key).substr(0, 200) + "'");
    }
    if (!values.is_object()) {
      return invalidResource(apiId, "Property 'ResponseParameters." + std::string(key) + "' should be a map.");
    }
    for (const auto& [name, value] : values.get_object()) {
      parameters.emplace("gatewayresponse." + std::string(prefix) + std::string(name), value);
    }
  }
  return parameters;
}

Result<JsonObject> gatewayResponse(const std::string& apiId, const std::string& type, const Json& given) {
  if (isIntrinsic(given)) {
    return invalidResource(apiId,
                           "Unable to set GatewayResponses attribute because intrinsic functions are not supported "
                           "for this field.");
  }
  if (!given.is_object())
    return invalidResource(apiId, "Property 'GatewayResponses." + type + "' should be a map.");
  const JsonObject& object = given.get_object();
  for (const auto& [key, value] : object) {
    if (key == "ResponseParameters" || key == "ResponseTemplates" || key == "StatusCode") continue;
    return invalidResource(apiId, "Invalid property '" + std::string(key).substr(0, 200) +
                                      "' in 'GatewayResponses' property '" + type.substr(0, 200) + "'.");
  }
  JsonObject parameters;
  if (const Json* value = object.if_contains("ResponseParameters"); isTruthy(value)) {
    HEARTH_TRY(parameters, responseParameters(apiId, *value));
  }
  JsonObject response;
  response.emplace("responseParameters", std::move(parameters));
  const Json* templates = object.if_contains("ResponseTemplates");
  response.emplace("responseTemplates", templates ? *templates : Json(JsonObject()));
  const Json* status = object.if_contains("StatusCode");
  if (!isTruthy(status)) return response;
  const std::string code = textOf(*status).value_or("");
  const bool isCode =
      !code.empty() && code.size() <= 3 && code.find_first_not_of("0123456789") == std::string::npos;
  if (!isCode) return invalidResource(apiId, "Property 'StatusCode' must be numeric");
  response.emplace("statusCode", code);
  return response;
}

Result<void> addGatewayResponses(Source& source) {
  const Json* given = source.property("GatewayResponses");
  if (!isTruthy(given)) return {};
  HEARTH_TRY(Swagger swagger, openFor(source, "GatewayResponses", "Auth configuration"));
  if (!given->is_object()) return invalidResource(source.id, "Property 'GatewayResponses' should be a map.");
  JsonObject responses;
  for (const auto& [type, response] : given->get_object()) {
    HEARTH_TRY(JsonObject made, gatewayResponse(source.id, std::string(type), response));
    responses.emplace(type, std::move(made));
  }
  Json& into = swagger.document()["x-amazon-apigateway-gateway-responses"];
  if (!into.is_object()) into = JsonObject();
  for (auto& [type, response] : responses) into.get_object().insert_or_assign(type, std::move(response));
  return {};
}

// "~1" is how a slash is spelled where the type is a key.
Json withSlashes(const Json& value) {
  if (const auto* list = value.if_array()) {
    JsonArray replaced;
    for (const Json& one : *list) replaced.push_back(withSlashes(one));
    return Json(std::move(replaced));
  }
  if (const auto* object = value.if_object()) {
    JsonObject replaced;
    for (const auto& [key, member] : *object) replaced.emplace(key, withSlashes(member));
    return Json(std::move(replaced));
  }
  if (!value.is_string()) return value;
  std::string text(value.get_string());
  for (auto at = text.find("~1"); at != std::string::npos; at = text.find("~1", at)) text.replace(at, 2, "/");
  return Json(text);
}

void addBinaryMediaTypes(Source& source) {
  const Json* given = source.property("BinaryMediaTypes");
  Json* body = source.properties.if_contains("DefinitionBody");
  if (!isTruthy(given) || !Swagger::isValid(body)) return;
  body->get_object().insert_or_assign("x-amazon-apigateway-binary-media-types", withSlashes(*given));
}

Result<void> addModels(Source& source) {
  const Json* given = source.property("Models");
  if (!isTruthy(given)) return {};
  HEARTH_TRY(Swagger swagger, openFor(source, "Models", "Models definitions"));
  if (!given->is_object()) return invalidResource(source.id, "Invalid value for 'Models' property");
  Json& definitions = swagger.document()["definitions"];
  if (!definitions.is_object()) definitions = JsonObject();
  for (const auto& [name, schema] : given->get_object()) {
    if (!schema.is_object()) return invalidResource(source.id, "Invalid value for 'Models' property");
    if (!isTruthy(schema.get_object(), "type")) return invalidStructure("'Models' schema is missing 'type'.");
    definitions.get_object().insert_or_assign(base::toLower(name), schema);
  }
  return {};
}

// In OpenAPI 3 a header has a schema, and operations do not say what they consume and produce.
void convertPreflight(Json& options) {
  JsonObject* method = options.if_object();
  if (!method) return;
  method->stable_erase("produces");
  method->stable_erase("consumes");
  Json* responses = method->if_contains("responses");
  Json* success = responses ? base::findMember(*responses, "200") : nullptr;
  Json* headers = success ? base::findMember(*success, "headers") : nullptr;
  if (!headers || !headers->is_object()) return;
  for (auto& [name, header] : headers->get_object()) {
    Json schema = std::move(header);
    JsonObject wrapped;
    wrapped.emplace("schema", std::move(schema));
    header = std::move(wrapped);
  }
}

void moveToComponents(JsonObject& document, std::string_view from, std::string_view to) {
  Json* moved = document.if_contains(from);
  if (!isTruthy(moved)) return;
  Json value = std::move(*moved);
  document.stable_erase(from);
  Json& components = document["components"];
  if (!components.is_object()) components = JsonObject();
  components.get_object().insert_or_assign(to, std::move(value));
}

}  // namespace

void toOpenApi3(JsonObject& document, const Json* wantedVersion) {
  if (document.contains("swagger")) return;
  if (!isOpenApi3(wantedVersion ? wantedVersion : document.if_contains("openapi"))) return;
  moveToComponents(document, "securityDefinitions", "securitySchemes");
  moveToComponents(document, "definitions", "schemas");
  Json* paths = document.if_contains("paths");
  if (!paths || !paths->is_object()) return;
  for (auto& [path, item] : paths->get_object()) {
    if (Json* options = base::findMember(item, "options")) convertPreflight(*options);
  }
}

Result<void> writeDocument(Context& context, Source& source) {
  HEARTH_CHECK(addCors(context, source));
  if (source.says("Auth")) {
    HEARTH_TRY(Swagger swagger, openFor(source, "Auth", "Auth configuration"));
    HEARTH_CHECK(addApiAuth(context, source, swagger));
  }
  HEARTH_CHECK(addGatewayResponses(source));
  addBinaryMediaTypes(source);
  HEARTH_CHECK(addModels(source));
  Json* body = source.properties.if_contains("DefinitionBody");
  if (const Json* disabled = source.property("DisableExecuteApiEndpoint")) {
    const Json value = *disabled;
    if (!isTruthy(body)) {
      return invalidResource(source.id, "DisableExecuteApiEndpoint works only within 'DefinitionBody' property.");
    }
    HEARTH_TRY(Swagger swagger, openFor(source, "DisableExecuteApiEndpoint", "the endpoint's configuration"));
    swagger.disableExecuteApiEndpoint(value);
  }
  if (body && body->is_object()) toOpenApi3(body->get_object(), source.property("OpenApiVersion"));
  return {};
}

}  // namespace hearth::stacks::sam
