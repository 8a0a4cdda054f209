#include "services/apigateway/openapi_writer.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/bytes.h"
#include "base/clock.h"
#include "services/apigateway/openapi_integration.h"
#include "services/apigateway/openapi_schemas.h"

namespace hearth::services::apigateway {
namespace {

using namespace api::apigateway;

using Texts = std::map<std::string, std::string>;

constexpr char kApiKeyScheme[] = "api_key";
constexpr char kIamScheme[] = "sigv4";

JsonArray arrayOf(const std::set<std::string>& texts) {
  JsonArray array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

JsonObject objectOf(const Texts& texts) {
  JsonObject object;
  for (const auto& [name, text] : texts) object.emplace(name, text);
  return object;
}

// "method.request.querystring.kind" -> "query", "kind"
std::optional<std::pair<const char*, std::string>> parameterOf(const std::string& name) {
  constexpr std::pair<std::string_view, const char*> kPlaces[] = {{"method.request.path.", "path"},
                                                                  {"method.request.querystring.", "query"},
                                                                  {"method.request.header.", "header"}};
  for (const auto& [prefix, in] : kPlaces)
    if (name.starts_with(prefix)) return std::pair(in, name.substr(prefix.size()));
  return std::nullopt;
}

// In the order of names: that of ids is another in every API.
template <class T>
std::map<std::string, const T*> byName(const std::vector<T>& list) {
  std::map<std::string, const T*> sorted;
  for (const T& item : list) sorted.emplace(item.name.value_or(""), &item);
  return sorted;
}

class Writer final {
 public:
  Writer(const Snapshot& snapshot, const ExportPlace& place, const ExportOptions& options)
      : snapshot_(snapshot),
        place_(place),
        options_(options),
        swagger_(options.version == OpenApiVersion::kSwagger2) {}

  Json write() {
    writeHead();
    document_["paths"] = paths();
    JsonObject schemes = securitySchemes();
    JsonObject schemas = modelSchemas();
    if (swagger_) {
      if (!schemes.empty()) document_["securityDefinitions"] = std::move(schemes);
      if (!schemas.empty()) document_["definitions"] = std::move(schemas);
    } else {
      JsonObject components;
      if (!schemas.empty()) components["schemas"] = std::move(schemas);
      if (!schemes.empty()) components["securitySchemes"] = std::move(schemes);
      document_["components"] = std::move(components);
    }
    if (options_.integrations) writeExtensions();
    return std::move(document_);
  }

 private:
  void writeHead() {
    document_[swagger_ ? "swagger" : "openapi"] = swagger_ ? "2.0" : "3.0.1";
    JsonObject info{{"title", snapshot_.restApi.name.value_or("")}};
    if (snapshot_.restApi.description) info["description"] = *snapshot_.restApi.description;
    info["version"] = exportedVersion(snapshot_.restApi);
    document_["info"] = std::move(info);
    const std::string host = place_.apiId + ".execute-api." + place_.region + ".amazonaws.com";
    if (swagger_) {
      document_["host"] = host;
      document_["basePath"] = "/" + place_.stage;
      document_["schemes"] = JsonArray{"https"};
    } else {
      JsonObject variables{{"basePath", JsonObject{{"default", place_.stage}}}};
      document_["servers"] =
          JsonArray{JsonObject{{"url", "https://" + host + "/{basePath}"}, {"variables", std::move(variables)}}};
    }
  }

  JsonObject paths() {
    std::map<std::string, const Resource*> byPath;
    std::set<std::string> parents;
    for (const Resource& resource : snapshot_.resources) {
      byPath[resource.path.value_or("/")] = &resource;
      if (resource.parentId) parents.insert(*resource.parentId);
    }
    JsonObject paths;
    for (const auto& [path, resource] : byPath) {
      const auto methods = resource->resourceMethods.value_or(std::map<std::string, Method>{});
      // Those on the way to others follow from them.
      if (methods.empty() && (parents.contains(resource->id.value_or("")) || !resource->parentId)) continue;
      JsonObject item;
      for (const auto& [verb, method] : methods)
        item[verb == "ANY" ? std::string("x-amazon-apigateway-any-method") : base::toLower(verb)] =
            operation(method);
      paths[path] = std::move(item);
    }
    return paths;
  }

  JsonObject operation(const Method& method) {
    JsonObject node;
    if (method.operationName) node["operationId"] = *method.operationName;
    if (swagger_) {
      if (auto types = consumed(method); !types.empty()) node["consumes"] = arrayOf(types);
      if (auto types = produced(method); !types.empty()) node["produces"] = arrayOf(types);
    }
    if (JsonArray list = parameters(method); !list.empty()) node["parameters"] = std::move(list);
    if (!swagger_) writeRequestBody(method, node);
    JsonObject responses;
    for (const auto& [status, response] : method.methodResponses.value_or(std::map<std::string, MethodResponse>{}))
      responses[status] = responseOf(status, response);
    node["responses"] = std::move(responses);
    writeSecurity(method, node);
    if (!options_.integrations) return node;
    if (const auto* validator = snapshot_.findValidator(method.requestValidatorId.value_or("")))
      node["x-amazon-apigateway-request-validator"] = validator->name.value_or("");
    if (method.methodIntegration)
      node["x-amazon-apigateway-integration"] = writeIntegration(*method.methodIntegration);
    return node;
  }

  static std::set<std::string> consumed(const Method& method) {
    std::set<std::string> types;
    for (const auto& [type, model] : method.requestModels.value_or(Texts{})) types.insert(type);
    if (types.empty() && method.methodIntegration)
      for (const auto& [type, text] : method.methodIntegration->requestTemplates.value_or(Texts{}))
        types.insert(type);
    types.erase("$default");
    return types;
  }

  static std::set<std::string> produced(const Method& method) {
    std::set<std::string> types;
    for (const auto& [status, response] : method.methodResponses.value_or(std::map<std::string, MethodResponse>{}))
      for (const auto& [type, model] : response.responseModels.value_or(Texts{})) types.insert(type);
    if (types.empty() && method.methodIntegration)
      for (const auto& [status, response] :
           method.methodIntegration->integrationResponses.value_or(std::map<std::string, IntegrationResponse>{}))
        for (const auto& [type, text] : response.responseTemplates.value_or(Texts{})) types.insert(type);
    types.erase("$default");
    return types;
  }

  Json reference(const std::string& model) const {
    return JsonObject{{"$ref", (swagger_ ? "#/definitions/" : "#/components/schemas/") + model}};
  }

  JsonArray parameters(const Method& method) const {
    JsonArray list;
    for (const auto& [name, required] : method.requestParameters.value_or(std::map<std::string, bool>{})) {
      const auto parameter = parameterOf(name);
      if (!parameter) continue;
      JsonObject node{{"name", parameter->second}, {"in", parameter->first}};
      if (swagger_) {
        node["required"] = required;
        node["type"] = "string";
      } else {
        if (required) node["required"] = true;
        node["schema"] = JsonObject{{"type", "string"}};
      }
      list.push_back(std::move(node));
    }
    const Texts models = method.requestModels.value_or(Texts{});
    if (swagger_ && !models.empty()) {
      // A Swagger operation has one body, whatever its media type.
      const std::string& model = models.begin()->second;
      list.push_back(JsonObject{{"in", "body"}, {"name", model}, {"required", true}, {"schema", reference(model)}});
    }
    return list;
  }

  void writeRequestBody(const Method& method, JsonObject& node) const {
    JsonObject content;
    for (const auto& [type, model] : method.requestModels.value_or(Texts{}))
      content[type] = JsonObject{{"schema", reference(model)}};
    if (!content.empty()) node["requestBody"] = JsonObject{{"content", std::move(content)}, {"required", true}};
  }

  JsonObject responseOf(const std::string& status, const MethodResponse& response) const {
    JsonObject node{{"description", status + " response"}};
    const Texts models = response.responseModels.value_or(Texts{});
    if (swagger_ && !models.empty()) node["schema"] = reference(models.begin()->second);
    constexpr std::string_view kHeader = "method.response.header.";
    JsonObject headers;
    for (const auto& [name, required] : response.responseParameters.value_or(std::map<std::string, bool>{})) {
      if (!name.starts_with(kHeader)) continue;
      Json type = JsonObject{{"type", "string"}};
      headers[name.substr(kHeader.size())] =
          swagger_ ? std::move(type) : Json(JsonObject{{"schema", std::move(type)}});
    }
    if (!headers.empty()) node["headers"] = std::move(headers);
    if (!swagger_) {
      JsonObject content;
      for (const auto& [type, model] : models) content[type] = JsonObject{{"schema", reference(model)}};
      node["content"] = std::move(content);
    }
    return node;
  }

  void writeSecurity(const Method& method, JsonObject& node) {
    JsonArray security;
    const auto require = [&](const std::string& scheme, JsonArray scopes = {}) {
      security.push_back(JsonObject{{scheme, std::move(scopes)}});
      schemes_.insert(scheme);
    };
    if (method.authorizationType == "AWS_IAM") require(kIamScheme);
    if (const auto* authorizer = snapshot_.findAuthorizer(method.authorizerId.value_or(""))) {
      JsonArray scopes;
      for (const std::string& scope : method.authorizationScopes.value_or(std::vector<std::string>{}))
        scopes.emplace_back(scope);
      require(authorizer->name.value_or(""), std::move(scopes));
    }
    if (method.apiKeyRequired.value_or(false)) require(kApiKeyScheme);
    if (!security.empty()) node["security"] = std::move(security);
  }

  JsonObject securitySchemes() const {
    JsonObject schemes;
    if (schemes_.contains(kApiKeyScheme))
      schemes[kApiKeyScheme] = JsonObject{{"type", "apiKey"}, {"name", "x-api-key"}, {"in", "header"}};
    if (schemes_.contains(kIamScheme))
      schemes[kIamScheme] = JsonObject{{"type", "apiKey"},
                                       {"name", "Authorization"},
                                       {"in", "header"},
                                       {"x-amazon-apigateway-authtype", "awsSigv4"}};
    for (const auto& [name, authorizer] : byName(snapshot_.authorizers))
      if (options_.authorizers || schemes_.contains(name)) schemes[name] = schemeOf(*authorizer);
    return schemes;
  }

  JsonObject schemeOf(const Authorizer& authorizer) const {
    constexpr std::string_view kHeader = "method.request.header.";
    const std::string source = authorizer.identitySource.value_or("");
    const bool oneHeader = authorizer.type == "TOKEN" && source.starts_with(kHeader);
    JsonObject scheme{{"type", "apiKey"},
                      {"name", oneHeader ? source.substr(kHeader.size()) : std::string("Unused")},
                      {"in", "header"},
                      {"x-amazon-apigateway-authtype", authorizer.authType.value_or("custom")}};
    if (!options_.authorizers) return scheme;
    JsonObject node{{"type", base::toLower(authorizer.type.value_or(""))}};
    const auto put = [&node](const char* name, const std::optional<std::string>& text) {
      if (text && !text->empty()) node[name] = *text;
    };
    put("authorizerUri", authorizer.authorizerUri);
    put("authorizerCredentials", authorizer.authorizerCredentials);
    node["authorizerResultTtlInSeconds"] = authorizer.authorizerResultTtlInSeconds.value_or(300);
    if (!oneHeader) put("identitySource", authorizer.identitySource);
    put("identityValidationExpression", authorizer.identityValidationExpression);
    scheme["x-amazon-apigateway-authorizer"] = std::move(node);
    return scheme;
  }

  // Those that something refers to, and those that are not the two that every new API has.
  JsonObject modelSchemas() const {
    std::map<std::string, Json> schemas;
    for (const Model& model : snapshot_.models)
      if (auto schema = base::parseJson(model.schema.value_or("{}")); schema.ok())
        schemas.emplace(model.name.value_or(""), *std::move(schema));
    const std::set<std::string> used = usedModels(schemas);
    JsonObject written;
    for (const auto& [name, schema] : schemas) {
      if (!used.contains(name) && isStandard(name)) continue;
      written[name] = toDocumentSchema(schema, swagger_ ? "#/definitions/" : "#/components/schemas/");
    }
    return written;
  }

  bool isStandard(const std::string& name) const {
    const auto found = std::find_if(snapshot_.models.begin(), snapshot_.models.end(),
                                    [&](const Model& model) { return model.name == name; });
    return found != snapshot_.models.end() && found->description.value_or("").starts_with("This is a default ");
  }

  std::set<std::string> usedModels(const std::map<std::string, Json>& schemas) const {
    std::set<std::string> used;
    for (const Resource& resource : snapshot_.resources)
      for (const auto& [verb, method] : resource.resourceMethods.value_or(std::map<std::string, Method>{})) {
        for (const auto& [type, model] : method.requestModels.value_or(Texts{})) used.insert(model);
        for (const auto& [status, response] :
             method.methodResponses.value_or(std::map<std::string, MethodResponse>{}))
          for (const auto& [type, model] : response.responseModels.value_or(Texts{})) used.insert(model);
      }
    for (const auto& [name, schema] : schemas)
      for (std::string& other : modelsIn(schema)) used.insert(std::move(other));
    return used;
  }

  void writeExtensions() {
    JsonObject validators;
    for (const auto& [name, validator] : byName(snapshot_.validators))
      validators[name] =
          JsonObject{{"validateRequestParameters", validator->validateRequestParameters.value_or(false)},
                     {"validateRequestBody", validator->validateRequestBody.value_or(false)}};
    if (!validators.empty()) document_["x-amazon-apigateway-request-validators"] = std::move(validators);
    JsonObject answers;
    for (const GatewayResponse& response : snapshot_.gatewayResponses) {
      JsonObject node;
      if (response.statusCode) node["statusCode"] = *response.statusCode;
      if (auto texts = response.responseParameters.value_or(Texts{}); !texts.empty())
        node["responseParameters"] = objectOf(texts);
      if (auto texts = response.responseTemplates.value_or(Texts{}); !texts.empty())
        node["responseTemplates"] = objectOf(texts);
      answers[response.responseType.value_or("")] = std::move(node);
    }
    if (!answers.empty()) document_["x-amazon-apigateway-gateway-responses"] = std::move(answers);
    JsonArray types;
    for (const std::string& type : snapshot_.restApi.binaryMediaTypes.value_or(std::vector<std::string>{}))
      types.emplace_back(type);
    if (!types.empty()) document_["x-amazon-apigateway-binary-media-types"] = std::move(types);
    if (snapshot_.restApi.policy)
      if (auto policy = base::parseJson(*snapshot_.restApi.policy); policy.ok())
        document_["x-amazon-apigateway-policy"] = *std::move(policy);
    if (snapshot_.restApi.apiKeySource.value_or("HEADER") != "HEADER")
      document_["x-amazon-apigateway-api-key-source"] = *snapshot_.restApi.apiKeySource;
    if (snapshot_.restApi.disableExecuteApiEndpoint.value_or(false))
      document_["x-amazon-apigateway-endpoint-configuration"] = JsonObject{{"disableExecuteApiEndpoint", true}};
  }

  const Snapshot& snapshot_;
  const ExportPlace& place_;
  const ExportOptions& options_;
  const bool swagger_;
  JsonObject document_;
  std::set<std::string> schemes_;  // that methods name
};

}  // namespace

std::string exportedVersion(const RestApi& rest) {
  if (rest.version) return *rest.version;
  return base::formatIso8601(rest.createdDate.value_or(base::Time{}), false);
}

Json writeOpenApi(const Snapshot& snapshot, const ExportPlace& place, const ExportOptions& options) {
  return Writer(snapshot, place, options).write();
}

}  // namespace hearth::services::apigateway
