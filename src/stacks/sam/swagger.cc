#include "stacks/sam/swagger.h"

#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "stacks/sam/faults.h"
#include "stacks/sam/json.h"
#include "stacks/scalars.h"

namespace hearth::stacks::sam {
namespace {

constexpr std::string_view kAnyMethod = "x-amazon-apigateway-any-method";

Fault pathIsNoMap(const std::string& path) {
  return invalidStructure("Value of '" + path.substr(0, 300) +
                          "' path must be a dictionary according to Swagger spec.");
}

Fault methodIsNoMap(const std::string& path, const std::string& method) {
  return invalidStructure("Definition of method '" + method.substr(0, 100) + "' for path '" + path.substr(0, 300) +
                          "' should be a map.");
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// GET,POST: what a path answers to, and OPTIONS.
std::string allowedMethods(const JsonObject& pathItem) {
  std::set<std::string> names;
  if (pathItem.contains(kAnyMethod)) {
    names = {"OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"};
  } else {
    for (const auto& [name, method] : pathItem) names.insert(base::toUpper(name));
    names.insert("OPTIONS");
  }
  return joinNames(names, ",");
}

// The answer to a preflight. https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html
JsonObject preflight(const Cors& cors, const Json& methods) {
  JsonObject parameters;
  JsonObject headers;
  const auto add = [&](const std::string& header, const Json& value, std::string_view type) {
    parameters.emplace("method.response.header." + header, value);
    headers.emplace(header, JsonObject{{"type", type}});
  };
  add("Access-Control-Allow-Origin", cors.origin, "string");
  if (isTruthy(&cors.headers)) add("Access-Control-Allow-Headers", cors.headers, "string");
  if (isTruthy(&methods)) add("Access-Control-Allow-Methods", methods, "string");
  if (!cors.maxAge.is_null()) add("Access-Control-Max-Age", cors.maxAge, "integer");
  if (cors.allowsCredentials) add("Access-Control-Allow-Credentials", Json("'true'"), "string");

  JsonObject answer;
  answer.emplace("statusCode", "200");
  answer.emplace("responseParameters", std::move(parameters));
  answer.emplace("responseTemplates", JsonObject{{"application/json", "{}\n"}});
  JsonObject integration;
  integration.emplace("type", "mock");
  integration.emplace("requestTemplates", JsonObject{{"application/json", "{\n  \"statusCode\" : 200\n}\n"}});
  integration.emplace("responses", JsonObject{{"default", std::move(answer)}});
  JsonObject response;
  response.emplace("description", "Default response for CORS method");
  response.emplace("headers", std::move(headers));
  JsonObject method;
  method.emplace("summary", "CORS support");
  method.emplace("consumes", JsonArray{Json("application/json")});
  method.emplace("produces", JsonArray{Json("application/json")});
  method.emplace(kIntegration, std::move(integration));
  method.emplace("responses", JsonObject{{"200", std::move(response)}});
  return method;
}

}  // namespace

Result<std::vector<Json*>> outcomesOf(Json& value) {
  Json* call = base::findMember(value, "Fn::If");
  if (!call) return std::vector<Json*>{&value};
  if (!call->is_array()) return invalidStructure("Value of Fn::If must be a list.");
  std::vector<Json*> outcomes;
  JsonArray& arguments = call->get_array();
  for (std::size_t at = 1; at < arguments.size(); ++at) {
    if (!isNoValue(arguments[at])) outcomes.push_back(&arguments[at]);
  }
  return outcomes;
}

std::string methodName(std::string_view method) {
  std::string name = base::toLower(method);
  return name == "any" ? std::string(kAnyMethod) : name;
}

bool isOpenApi3(const Json* version) {
  const auto text = version ? textOf(*version) : std::nullopt;
  if (!text || (text->size() != 3 && text->size() != 5) || (*text)[0] != '3') return false;
  for (std::size_t at = 1; at < text->size(); at += 2) {
    if ((*text)[at] != '.' || !isDigit((*text)[at + 1])) return false;
  }
  return true;
}

std::string pathPattern(std::string_view path) {
  std::string pattern;
  while (!path.empty()) {
    if (path[0] == '{') {
      const auto end = path.find('}');
      const std::string_view name = path.substr(1, end == std::string_view::npos ? 0 : end - 1);
      const bool isName = !name.empty() && std::all_of(name.begin(), name.end(), [&](const char& c) {
        return c == '.' || c == '_' || c == '-' || isAlphanumeric(std::string_view(&c, 1)) ||
               (c == '+' && &c == &name.back());
      });
      if (isName) {
        pattern += '*';
        path.remove_prefix(end + 1);
        continue;
      }
    }
    pattern += path[0];
    path.remove_prefix(1);
  }
  return pattern;
}

bool Swagger::isValid(const Json* document) {
  if (!document || !document->is_object()) return false;
  const JsonObject& object = document->get_object();
  const Json* paths = object.if_contains("paths");
  if (!paths || !paths->is_object()) return false;
  return isTruthy(object, "swagger") || isOpenApi3(object.if_contains("openapi"));
}

JsonObject Swagger::skeleton() {
  JsonObject info;
  info.emplace("version", "1.0");
  info.emplace("title", refTo("AWS::StackName"));
  JsonObject document;
  document.emplace("swagger", "2.0");
  document.emplace("info", std::move(info));
  document.emplace("paths", JsonObject());
  return document;
}

Result<Swagger> Swagger::open(JsonObject& document) {
  Swagger swagger(document);
  for (auto& [path, item] : swagger.pathMap()) {
    HEARTH_TRY(const std::vector<Json*> outcomes, outcomesOf(item));
    for (const Json* outcome : outcomes) {
      if (!outcome->is_object()) return pathIsNoMap(std::string(path));
    }
  }
  return swagger;
}

std::vector<std::string> Swagger::paths() const {
  std::vector<std::string> names;
  for (const auto& [path, item] : pathMap()) names.emplace_back(path);
  return names;
}

bool Swagger::hasIntegration(const std::string& path, const std::string& method) {
  Json* item = pathMap().if_contains(path);
  if (!item) return false;
  const auto outcomes = outcomesOf(*item);
  if (!outcomes.ok()) return false;
  for (Json* outcome : *outcomes) {
    Json* definition = base::findMember(*outcome, methodName(method));
    if (!definition) return false;
    const auto definitions = outcomesOf(*definition);
    const bool has = definitions.ok() && std::any_of(definitions->begin(), definitions->end(), [](const Json* one) {
                       return isTruthy(base::findMember(*one, kIntegration));
                     });
    if (!has) return false;
  }
  return true;
}

Result<void> Swagger::addPath(const std::string& path, const std::string& method) {
  Json& item = pathMap()[path];
  if (item.is_null()) item = JsonObject();
  HEARTH_TRY(const std::vector<Json*> outcomes, outcomesOf(item));
  for (Json* outcome : outcomes) {
    if (!outcome->is_object()) return pathIsNoMap(path);
    Json& definition = outcome->get_object()[methodName(method)];
    if (definition.is_null()) definition = JsonObject();
  }
  return {};
}

Result<void> Swagger::addLambdaIntegration(const std::string& path, const std::string& method,
                                           const LambdaIntegration& integration) {
  HEARTH_CHECK(addPath(path, method));
  Json uri = subText(integration.uri);
  if (!integration.condition.empty()) uri = onlyIf(integration.condition, std::move(uri));
  JsonObject described;
  described.emplace("type", "aws_proxy");
  described.emplace("httpMethod", "POST");
  described.emplace("uri", std::move(uri));
  if (integration.isStreaming) described.emplace("responseTransferMode", "STREAM");
  if (!integration.credentials.is_null()) described.emplace("credentials", integration.credentials);
  HEARTH_TRY(const std::vector<Json*> outcomes, outcomesOf(pathMap().at(path)));
  for (Json* outcome : outcomes) {
    Json& definition = outcome->get_object()[methodName(method)];
    if (!definition.is_object() || definition.get_object().contains("Fn::If")) return methodIsNoMap(path, method);
    JsonObject& object = definition.get_object();
    object.insert_or_assign(kIntegration, described);
    if (!object.contains("responses")) object.emplace("responses", JsonObject());
    if (!integration.condition.empty()) {
      Json whole = std::move(definition);
      definition = onlyIf(integration.condition, std::move(whole));
    }
  }
  return {};
}

void Swagger::makeConditional(const std::string& path, std::string_view condition) {
  Json& item = pathMap().at(path);
  Json whole = std::move(item);
  item = onlyIf(condition, std::move(whole));
}

Result<std::vector<JsonObject*>> Swagger::methodsAt(const std::string& path, const std::string& method) {
  std::vector<JsonObject*> methods;
  HEARTH_TRY(const auto all, methodsOf(path));
  const std::string wanted = methodName(method);
  for (const auto& [name, definition] : all) {
    if (name == wanted) methods.push_back(definition);
  }
  return methods;
}

Result<std::vector<std::pair<std::string, JsonObject*>>> Swagger::methodsOf(const std::string& path) {
  std::vector<std::pair<std::string, JsonObject*>> methods;
  Json* item = pathMap().if_contains(path);
  if (!item) return methods;
  HEARTH_TRY(const std::vector<Json*> outcomes, outcomesOf(*item));
  for (Json* outcome : outcomes) {
    if (!outcome->is_object()) return pathIsNoMap(path);
    for (auto& [name, method] : outcome->get_object()) {
      if (name == "summary" || name == "description" || name == "parameters") continue;
      HEARTH_TRY(const std::vector<Json*> definitions, outcomesOf(method));
      for (Json* definition : definitions) {
        if (!definition->is_object()) return methodIsNoMap(path, std::string(name));
        if (!isTruthy(definition->get_object(), kIntegration)) continue;
        methods.emplace_back(methodName(name), &definition->get_object());
      }
    }
  }
  return methods;
}

Result<void> Swagger::addCors(const std::string& path, const Cors& cors) {
  HEARTH_TRY(const std::vector<Json*> outcomes, outcomesOf(pathMap().at(path)));
  for (Json* outcome : outcomes) {
    if (!outcome->is_object()) return pathIsNoMap(path);
    JsonObject& item = outcome->get_object();
    if (item.contains("options")) continue;
    if (!isTruthy(&cors.origin)) {
      return invalidStructure("Invalid input. Value for AllowedOrigins is required");
    }
    const Json methods = isTruthy(&cors.methods) ? cors.methods : Json("'" + allowedMethods(item) + "'");
    item.emplace("options", preflight(cors, methods));
  }
  return {};
}

Result<JsonObject*> Swagger::securityDefinitions() {
  Json& definitions = (*document_)["securityDefinitions"];
  if (!isTruthy(&definitions)) definitions = JsonObject();
  if (!definitions.is_object()) return invalidStructure("securityDefinitions must be a dictionary.");
  return &definitions.get_object();
}

Result<void> Swagger::defineSecurity(std::string_view name, JsonObject definition) {
  HEARTH_TRY(JsonObject * definitions, securityDefinitions());
  if (!definitions->contains(name)) definitions->emplace(name, std::move(definition));
  return {};
}

Result<void> Swagger::defineApiKey() {
  return defineSecurity("api_key", {{"type", "apiKey"}, {"name", "x-api-key"}, {"in", "header"}});
}

Result<void> Swagger::defineIamAuthorizer() {
  return defineSecurity("AWS_IAM", {{"type", "apiKey"},
                                    {"name", "Authorization"},
                                    {"in", "header"},
                                    {"x-amazon-apigateway-authtype", "awsSigv4"}});
}

Result<JsonArray*> Swagger::securityOf(JsonObject& method, const std::string& path, const std::string& name) {
  Json& security = method["security"];
  if (security.is_null()) security = JsonArray();
  if (!security.is_array()) {
    return invalidStructure("Type of security for path " + path.substr(0, 300) + " method " + name.substr(0, 100) +
                            " must be a list");
  }
  for (const Json& one : security.get_array()) {
    if (one.is_object()) continue;
    return invalidStructure(base::writeJson(one).substr(0, 200) + " in Security for path " + path.substr(0, 300) +
                            " method " + name.substr(0, 100) + " is not a valid dictionary.");
  }
  return &security.get_array();
}

Result<void> Swagger::requireModel(const std::string& path, const std::string& method,
                                   const JsonObject& requestModel) {
  const std::string model = base::toLower(requestModel.at("Model").get_string());
  const Json* required = requestModel.if_contains("Required");
  HEARTH_TRY(const std::vector<JsonObject*> methods, methodsAt(path, method));
  for (JsonObject* definition : methods) {
    if (document_->contains("swagger")) {
      Json& parameters = (*definition)["parameters"];
      if (!parameters.is_array()) parameters = JsonArray();
      JsonObject parameter;
      parameter.emplace("in", "body");
      parameter.emplace("name", model);
      parameter.emplace("schema", JsonObject{{"$ref", "#/definitions/" + model}});
      if (required) parameter.emplace("required", *required);
      parameters.get_array().emplace_back(std::move(parameter));
    } else if (isOpenApi3(document_->if_contains("openapi"))) {
      const Json schema = JsonObject{{"$ref", "#/components/schemas/" + model}};
      const Json content = JsonObject{{"application/json", JsonObject{{"schema", schema}}}};
      JsonObject body;
      body.emplace("content", content);
      if (required) body.emplace("required", *required);
      definition->insert_or_assign("requestBody", std::move(body));
    }
  }
  return {};
}

Result<void> Swagger::validateRequests(const std::string& path, const std::string& method, bool body,
                                       bool parameters) {
  const std::string name = body && parameters ? "body-and-params"
                           : body             ? "body-only"
                           : parameters       ? "params-only"
                                              : "no-validation";
  Json& validators = (*document_)["x-amazon-apigateway-request-validators"];
  if (!isTruthy(&validators)) validators = JsonObject();
  if (!validators.is_object()) {
    return invalidStructure("x-amazon-apigateway-request-validators must be a dictionary.");
  }
  if (!isTruthy(validators.get_object(), name)) {
    validators.get_object().insert_or_assign(
        name, JsonObject{{"validateRequestBody", body}, {"validateRequestParameters", parameters}});
  }
  HEARTH_TRY(const std::vector<JsonObject*> methods, methodsAt(path, method));
  for (JsonObject* definition : methods)
    definition->insert_or_assign("x-amazon-apigateway-request-validator", name);
  return {};
}

void Swagger::disableExecuteApiEndpoint(const Json& value) {
  constexpr std::string_view kEndpoint = "x-amazon-apigateway-endpoint-configuration";
  const auto set = [&](JsonObject& into) {
    Json& endpoint = into[kEndpoint];
    if (!endpoint.is_object()) endpoint = JsonObject();
    endpoint.get_object().insert_or_assign("disableExecuteApiEndpoint", value);
  };
  if (!isOpenApi3(document_->if_contains("openapi"))) return set(*document_);
  Json& servers = (*document_)["servers"];
  if (!servers.is_array() || servers.get_array().empty()) servers = JsonArray{Json(JsonObject())};
  for (Json& server : servers.get_array()) {
    if (server.is_object()) set(server.get_object());
  }
}

}  // namespace hearth::stacks::sam
