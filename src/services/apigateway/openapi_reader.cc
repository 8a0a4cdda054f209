#include "services/apigateway/openapi_reader.h"

#include <algorithm>
#include <unordered_map>

#include "base/bytes.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/openapi_integration.h"
#include "services/apigateway/openapi_schemas.h"
#include "services/apigateway/openapi_security.h"

namespace hearth::services::apigateway {
namespace {

using api::apigateway::GatewayResponse;
using api::apigateway::Method;
using api::apigateway::MethodResponse;
using api::apigateway::RequestValidator;
using Texts = std::map<std::string, std::string>;

constexpr std::size_t kMostPaths = 1'000;
constexpr std::size_t kMostPathBytes = 4'096;
constexpr std::size_t kMostModels = 1'000;
constexpr std::size_t kMostOperations = 3'000;
// What is referred to counts as often as it is referred to: a small document can stand for a huge one.
constexpr std::size_t kMostReferredBytes = 8 << 20;
// What every operation inherits from the document is short.
constexpr std::size_t kMostMediaTypes = 10;
constexpr std::size_t kMostNameBytes = 128;
constexpr char kExtension[] = "x-amazon-apigateway-";

Fault tooMany(const char* what, std::size_t most) {
  return {"LimitExceededException", "An import may have at most " + std::to_string(most) + " " + what + ".", 429};
}

const Json* extension(const Json& node, std::string_view name) {
  return base::findMember(node, kExtension + std::string(name));
}

// "get" -> "GET"; nullopt for other members of a path.
std::optional<std::string> verbOf(std::string_view member) {
  if (member == "x-amazon-apigateway-any-method") return "ANY";
  for (const std::string_view verb : {"get", "head", "post", "put", "delete", "patch", "options"})
    if (member == verb) return base::toUpper(verb);
  return std::nullopt;
}

bool isStatus(std::string_view code) {
  return code.size() == 3 && code[0] >= '1' && code[0] <= '5' &&
         std::isdigit(static_cast<unsigned char>(code[1])) && std::isdigit(static_cast<unsigned char>(code[2]));
}

// About what a node takes in memory.
std::size_t weightOf(const Json& node) {
  std::size_t weight = 16;
  if (const auto* text = node.if_string()) weight += text->size();
  if (const auto* list = node.if_array())
    for (const Json& item : *list) weight += weightOf(item);
  if (const auto* object = node.if_object())
    for (const auto& [name, member] : *object) weight += name.size() + weightOf(member);
  return weight;
}

Texts textsIn(const Json* node) {
  Texts texts;
  for (const auto& [name, value] : membersOf(node))
    if (auto text = base::scalarText(value)) texts.emplace(name, *std::move(text));
  return texts;
}

class Reader final {
 public:
  Reader(const OpenApiDocument& document, const ImportOptions& options)
      : document_(document),
        schemas_(document, options.apiId, definition_.findings),
        security_(document, definition_.findings) {
    ignoreDocumentation_ = options.ignoreDocumentation;
    if (options.endpointType) definition_.endpointTypes = {{*options.endpointType}};
    prefix_ = document.basePath();
    if (options.basePath == BasePath::kIgnore) prefix_.clear();
    if (options.basePath == BasePath::kSplit && !prefix_.empty())
      prefix_.erase(0, std::min(prefix_.find('/', 1), prefix_.size()));
  }

  Result<ApiDefinition> read() && {
    readInfo();
    HEARTH_CHECK(readSettings());
    readValidators();
    readGatewayResponses();
    HEARTH_CHECK(readPaths());
    if (referredBytes_ > kMostReferredBytes) return tooMany("bytes that are referred to", kMostReferredBytes);
    definition_.authorizers = security_.authorizers();
    definition_.models = schemas_.take();
    if (definition_.models.size() > kMostModels) return tooMany("models", kMostModels);
    return std::move(definition_);
  }

 private:
  const Json* follow(const Json& node) {
    const Json* target = document_.follow(node);
    if (!target || target == &node) return target;
    auto [known, added] = weights_.try_emplace(target, 0);
    if (added) known->second = weightOf(*target);
    referredBytes_ += known->second;
    return referredBytes_ > kMostReferredBytes ? nullptr : target;
  }

  void readInfo() {
    const Json* info = document_.find("info");
    if (!info) return;
    definition_.title = scalarAt(*info, "title");
    definition_.description = scalarAt(*info, "description");
    definition_.version = scalarAt(*info, "version");
  }

  Result<void> readSettings() {
    const Json& root = document_.root();
    if (extension(root, "binary-media-types"))
      definition_.binaryMediaTypes = textsAt(root, "x-amazon-apigateway-binary-media-types");
    if (auto source = scalarAt(root, "x-amazon-apigateway-api-key-source"))
      definition_.apiKeySource = base::toUpper(*source);
    if (extension(root, "minimum-compression-size"))
      return badRequest("Hearth does not compress responses (x-amazon-apigateway-minimum-compression-size).");
    if (const Json* policy = extension(root, "policy"); policy && !membersOf(policy).empty())
      definition_.policy = base::writeJson(*policy);
    if (const Json* endpoint = extension(root, "endpoint-configuration")) {
      if (base::findMember(*endpoint, "vpcEndpointIds"))
        return badRequest("Hearth does not support VPC endpoints (x-amazon-apigateway-endpoint-configuration).");
      definition_.disableExecuteApiEndpoint = flagAt(*endpoint, "disableExecuteApiEndpoint");
    }
    if (extension(root, "documentation") && !ignoreDocumentation_)
      definition_.findings.warning(
          "Hearth keeps no documentation parts (x-amazon-apigateway-documentation). Ignoring.");
    return {};
  }

  void readValidators() {
    for (const auto& [name, node] : membersOf(extension(document_.root(), "request-validators"))) {
      RequestValidator validator;
      validator.name = std::string(name);
      validator.validateRequestBody = flagAt(node, "validateRequestBody").value_or(false);
      validator.validateRequestParameters = flagAt(node, "validateRequestParameters").value_or(false);
      definition_.validators.push_back(std::move(validator));
    }
  }

  void readGatewayResponses() {
    for (const auto& [type, node] : membersOf(extension(document_.root(), "gateway-responses"))) {
      GatewayResponse response;
      response.responseType = std::string(type);
      response.statusCode = scalarAt(node, "statusCode");
      if (auto texts = textsIn(base::findMember(node, "responseParameters")); !texts.empty())
        response.responseParameters = std::move(texts);
      if (auto texts = textsIn(base::findMember(node, "responseTemplates")); !texts.empty())
        response.responseTemplates = std::move(texts);
      response.defaultResponse = false;
      definition_.gatewayResponses.push_back(std::move(response));
    }
  }

  Result<void> readPaths() {
    const JsonObject& paths = membersOf(document_.find("paths"));
    if (paths.size() > kMostPaths) return tooMany("paths", kMostPaths);
    for (const auto& [path, item] : paths) {
      if (path.starts_with("x-")) continue;
      if (!path.starts_with('/')) {
        definition_.findings.warning("Parse issue: attribute paths. Resource " + std::string(path).substr(0, 200) +
                                     " should start with /");
        continue;
      }
      const Json* node = follow(item);
      std::string whole = prefix_ + std::string(path);
      while (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
      if (whole.size() > kMostPathBytes) return tooMany("bytes in a path", kMostPathBytes);
      definition_.paths.push_back(whole);
      for (const auto& [member, operation] : membersOf(node)) {
        const auto verb = verbOf(member);
        if (verb) HEARTH_CHECK(readOperation({whole, *verb}, *node, operation));
      }
    }
    return {};
  }

  Result<void> readOperation(const OperationPlace& place, const Json& item, const Json& operation) {
    if (definition_.operations.size() >= kMostOperations) return tooMany("methods", kMostOperations);
    if (referredBytes_ > kMostReferredBytes) return tooMany("bytes that are referred to", kMostReferredBytes);
    if (!operation.is_object()) return {};
    OperationDefinition one{place.path, {}};
    Method& method = one.method;
    method.httpMethod = place.verb;
    method.operationName = scalarAt(operation, "operationId");
    security_.apply(operation, place, method);
    method.requestValidatorId = scalarAt(operation, "x-amazon-apigateway-request-validator");
    if (!method.requestValidatorId)
      method.requestValidatorId = scalarAt(document_.root(), "x-amazon-apigateway-request-validator");
    if (method.requestValidatorId && method.requestValidatorId->size() > kMostNameBytes)
      method.requestValidatorId->resize(kMostNameBytes);
    readPathParameters(place.path, method);
    readParameters(item, operation, method);
    readRequestBody(operation, method);
    readResponses(operation, place, method);
    if (const Json* node = extension(operation, "integration")) {
      const Json* integration = follow(*node);
      HEARTH_TRY(method.methodIntegration,
                 readIntegration(integration ? *integration : Json(), place, definition_.findings));
    }
    definition_.operations.push_back(std::move(one));
    return {};
  }

  // What the path has in braces is required, whether it is declared or not.
  static void readPathParameters(const std::string& path, Method& method) {
    for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1)) {
      const std::size_t close = path.find('}', open);
      if (close == std::string::npos) return;
      std::string name = path.substr(open + 1, close - open - 1);
      if (name.ends_with('+')) name.pop_back();
      if (name.empty()) continue;
      if (!method.requestParameters) method.requestParameters.emplace();
      (*method.requestParameters)["method.request.path." + name] = true;
    }
  }

  // Those of the path hold for all of its operations, unless the operation has its own of that name.
  void readParameters(const Json& item, const Json& operation, Method& method) {
    for (const Json* owner : {&item, &operation}) {
      const Json* list = base::findMember(*owner, "parameters");
      if (!list || !list->is_array()) continue;
      for (const Json& entry : list->get_array())
        if (const Json* parameter = follow(entry)) readParameter(*parameter, operation, method);
    }
  }

  void readParameter(const Json& parameter, const Json& operation, Method& method) {
    const std::string in = base::findString(parameter, "in").value_or("");
    if (in == "body" && document_.isSwagger()) {
      if (const Json* schema = base::findMember(parameter, "schema"))
        if (auto model = schemas_.findModel(*schema))
          for (const std::string& type : mediaTypes(operation, "consumes")) models(method)[type] = *model;
      return;
    }
    const auto name = base::findString(parameter, "name");
    const char* place = in == "path"     ? "path."
                        : in == "query"  ? "querystring."
                        : in == "header" ? "header."
                                         : nullptr;
    if (!name || !place) return;
    if (!method.requestParameters) method.requestParameters.emplace();
    (*method.requestParameters)["method.request." + (place + *name)] =
        flagAt(parameter, "required").value_or(in == "path");
  }

  // The operation's, the document's, or JSON.
  std::vector<std::string> mediaTypes(const Json& operation, std::string_view name) const {
    for (const Json* node : {&operation, &document_.root()})
      if (auto types = textsAt(*node, name); !types.empty()) {
        if (types.size() > kMostMediaTypes) types.resize(kMostMediaTypes);
        return types;
      }
    return {"application/json"};
  }

  static Texts& models(Method& method) {
    if (!method.requestModels) method.requestModels.emplace();
    return *method.requestModels;
  }

  void readRequestBody(const Json& operation, Method& method) {
    const Json* node = document_.isSwagger() ? nullptr : base::findMember(operation, "requestBody");
    const Json* body = node ? follow(*node) : nullptr;
    if (!body) return;
    for (const auto& [type, media] : membersOf(base::findMember(*body, "content")))
      if (const Json* schema = base::findMember(media, "schema"))
        if (auto model = schemas_.findModel(*schema)) models(method)[std::string(type)] = *std::move(model);
  }

  void readResponses(const Json& operation, const OperationPlace& place, Method& method) {
    for (const auto& [code, item] : membersOf(base::findMember(operation, "responses"))) {
      if (code.starts_with("x-")) continue;
      if (!isStatus(code)) {
        definition_.findings.warning("Response '" + std::string(code).substr(0, 32) + "' of method '" + place.verb +
                                     "' for resource at path '" + place.path.substr(0, 200) +
                                     "' has no status code. Ignoring.");
        continue;
      }
      MethodResponse response;
      response.statusCode = std::string(code);
      if (const Json* node = follow(item)) readResponse(*node, operation, response);
      if (!method.methodResponses) method.methodResponses.emplace();
      method.methodResponses->emplace(code, std::move(response));
    }
  }

  void readResponse(const Json& node, const Json& operation, MethodResponse& response) {
    for (const auto& [name, header] : membersOf(base::findMember(node, "headers"))) {
      if (!response.responseParameters) response.responseParameters.emplace();
      response.responseParameters->emplace("method.response.header." + std::string(name), false);
    }
    Texts found;
    if (document_.isSwagger()) {
      if (const Json* schema = base::findMember(node, "schema"))
        if (auto model = schemas_.findModel(*schema))
          for (const std::string& type : mediaTypes(operation, "produces")) found[type] = *model;
    } else {
      for (const auto& [type, media] : membersOf(base::findMember(node, "content")))
        if (const Json* schema = base::findMember(media, "schema"))
          if (auto model = schemas_.findModel(*schema)) found[std::string(type)] = *std::move(model);
    }
    if (!found.empty()) response.responseModels = std::move(found);
  }

  const OpenApiDocument& document_;
  ApiDefinition definition_;  // before those that write into its findings
  OpenApiSchemas schemas_;
  OpenApiSecurity security_;
  std::string prefix_;
  bool ignoreDocumentation_ = false;
  std::unordered_map<const Json*, std::size_t> weights_;
  std::size_t referredBytes_ = 0;
};

}  // namespace

Result<ImportOptions> readImportOptions(const std::map<std::string, std::string>& parameters) {
  ImportOptions options;
  for (const auto& [name, value] : parameters) {
    if (name == "basepath") {
      if (value == "prepend")
        options.basePath = BasePath::kPrepend;
      else if (value == "split")
        options.basePath = BasePath::kSplit;
      else if (value != "ignore")
        return badRequest("Invalid value for the parameter basepath, it is one of [ignore, prepend, split]: " +
                          value.substr(0, 64));
    } else if (name == "endpointConfigurationTypes") {
      options.endpointType = value;
    } else if (name == "ignore") {
      options.ignoreDocumentation = value == "documentation";
    } else if (name == "vpcEndpointIds") {
      return badRequest("Hearth does not support VPC endpoints (vpcEndpointIds).");
    }
  }
  return options;
}

Result<ApiDefinition> readOpenApi(const OpenApiDocument& document, const ImportOptions& options) {
  return Reader(document, options).read();
}

}  // namespace hearth::services::apigateway
