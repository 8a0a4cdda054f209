// REST APIs, their resources, models, validators and gateway responses.
#include <algorithm>
#include <set>

#include "base/json.h"
#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/method_checks.h"
#include "services/apigateway/paging.h"
#include "services/apigateway/patch.h"
#include "services/apigateway/resource_policy.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

constexpr char kEmptySchema[] =
    "{\n  \"$schema\": \"http://json-schema.org/draft-04/schema#\",\n  \"title\" : \"Empty Schema\",\n  \"type\" : "
    "\"object\"\n}";
constexpr char kErrorSchema[] =
    "{\n  \"$schema\" : \"http://json-schema.org/draft-04/schema#\",\n  \"title\" : \"Error Schema\",\n  \"type\" "
    ": "
    "\"object\",\n  \"properties\" : {\n    \"message\" : { \"type\" : \"string\" }\n  }\n}";

std::string pathBelow(const std::string& parent, const std::string& part) {
  return (parent == "/" ? "" : parent) + "/" + part;
}

Result<void> checkSchema(const std::string& schema) {
  auto parsed = base::parseJson(schema);
  if (!parsed.ok() || !parsed->is_object())
    return badRequest("Invalid model schema specified. Unable to parse it as a JSON object.");
  return {};
}

}  // namespace

Result<RestApi> ApiGatewayService::getApi(const api::Call& call, const std::string& apiId) const {
  auto found = store_.find<RestApi>(scopeOf(call, apiId), kind::kRestApi, apiId);
  if (!found) return notFound("Invalid API identifier specified " + call.account + ":" + apiId);
  return *std::move(found);
}

Result<Resource> ApiGatewayService::getApiResource(const api::Call& call, const std::string& apiId,
                                                   const std::string& resourceId) const {
  HEARTH_CHECK(getApi(call, apiId));
  auto found = store_.find<Resource>(scopeOf(call, apiId), kind::kResource, resourceId);
  if (!found) return notFound("Invalid Resource identifier specified");
  return *std::move(found);
}

void ApiGatewayService::stagesChanged(const std::string& apiId) {
  database_.afterCommit([this, apiId] {
    {
      const std::lock_guard lock(changedMutex_);
      if (changedApis_.size() < kMostChanged) changedApis_.insert(apiId);
    }
    anyChanged_.store(true, std::memory_order_release);
  });
}

void ApiGatewayService::keysChanged() {
  database_.afterCommit([this] { keysGeneration_.fetch_add(1, std::memory_order_release); });
}

Result<void> checkApi(const RestApi& rest) {
  const std::string name = rest.name.value_or("");
  if (name.empty() || name.size() > 1024) return badRequest("Invalid REST API name specified");
  const std::string source = rest.apiKeySource.value_or("HEADER");
  if (source != "HEADER" && source != "AUTHORIZER")
    return badRequest("Invalid API key source specified: " + source.substr(0, 32) +
                      ". Must be one of: [HEADER, AUTHORIZER]");
  if (rest.minimumCompressionSize)
    return badRequest("Hearth does not compress responses (minimumCompressionSize).");
  if (rest.endpointConfiguration && rest.endpointConfiguration->types) {
    if (rest.endpointConfiguration->types->size() > 1)
      return badRequest("Cannot create an api with multiple Endpoint Types.");
    for (const std::string& type : *rest.endpointConfiguration->types)
      if (type != "EDGE" && type != "REGIONAL")
        return badRequest("Hearth does not support endpoints of type " + type.substr(0, 32) + ".");
  }
  return {};
}

Result<void> ApiGatewayService::settle(const Scope& scope, RestApi& rest) const {
  HEARTH_CHECK(checkApi(rest));
  if (rest.policy && rest.policy->empty()) rest.policy.reset();
  if (rest.policy) {
    HEARTH_TRY(rest.policy, keptPolicy(*rest.policy, scope, policies_));
  }
  return {};
}

// The root's id is not kept in records of older versions.
RestApi ApiGatewayService::shown(const Scope& scope, RestApi rest) const {
  if (!rest.rootResourceId)
    for (const Record& record : store_.list(scope, kind::kResource))
      if (!ApiGatewayStore::parse<Resource>(record.text).parentId) rest.rootResourceId = record.id;
  if (rest.policy) rest.policy = shownPolicy(*rest.policy);
  return rest;
}

Result<RestApi> ApiGatewayService::createBare(const api::Call& call, std::string id, CreateRestApiInput in) {
  if (in.cloneFrom) return badRequest("Hearth does not support cloneFrom.");
  if (in.description && in.description->empty()) return badRequest("Description cannot be an empty string");
  RestApi rest;
  rest.id = std::move(id);
  rest.createdDate = call.now;
  rest.apiKeySource = "HEADER";
  rest.endpointConfiguration = EndpointConfiguration{.types = {{"EDGE"}}};
  rest.disableExecuteApiEndpoint = false;
  applyGiven(rest, in);
  Scope scope = scopeOf(call, *rest.id);
  HEARTH_CHECK(settle(scope, rest));
  if (in.tags && !in.tags->empty()) rest.tags = in.tags;
  Resource root;
  root.id = newId(10);
  root.path = "/";
  rest.rootResourceId = root.id;
  store_.put(scope, kind::kRestApi, *rest.id, rest);
  store_.put(scope, kind::kResource, *root.id, root);
  return rest;
}

void applyGiven(RestApi& rest, const CreateRestApiInput& given) {
  if (!given.name.empty()) rest.name = given.name;
  if (given.description) rest.description = given.description;
  if (given.version) rest.version = given.version;
  if (given.binaryMediaTypes) rest.binaryMediaTypes = given.binaryMediaTypes;
  if (given.apiKeySource) rest.apiKeySource = given.apiKeySource;
  if (given.policy) rest.policy = given.policy;
  if (given.minimumCompressionSize) rest.minimumCompressionSize = given.minimumCompressionSize;
  if (given.endpointConfiguration) rest.endpointConfiguration = given.endpointConfiguration;
  if (given.disableExecuteApiEndpoint) rest.disableExecuteApiEndpoint = given.disableExecuteApiEndpoint;
}

Result<RestApi> ApiGatewayService::createRestApi(const api::Call& call, CreateRestApiInput in) {
  HEARTH_TRY(RestApi rest, createBare(call, newId(10), std::move(in)));
  const Scope scope = scopeOf(call, *rest.id);
  for (auto& [name, schema] : {std::pair{"Empty", kEmptySchema}, std::pair{"Error", kErrorSchema}}) {
    Model model;
    model.id = newId(6);
    model.name = name;
    model.description =
        std::string("This is a default ") + (model.name == "Empty" ? "empty" : "error") + " schema model";
    model.schema = schema;
    model.contentType = "application/json";
    store_.put(scope, kind::kModel, name, model);
  }
  return shown(scope, std::move(rest));
}

Result<RestApi> ApiGatewayService::updateRestApi(const api::Call& call, UpdateRestApiInput in) {
  HEARTH_TRY(RestApi rest, getApi(call, in.restApiId));
  for (const PatchOperation& operation : in.patchOperations.value_or(std::vector<PatchOperation>{})) {
    const std::string path = operation.path.value_or("");
    if (path == "/binaryMediaTypes") return badRequest("Invalid patch path /binaryMediaTypes");
    if (path == "/minimumCompressionSize" && !operation.value.value_or("").empty())
      return badRequest("Hearth does not compress responses (minimumCompressionSize).");
  }
  HEARTH_TRY(rest,
             patched(rest, in.patchOperations,
                     {"name", "description", "version", "binaryMediaTypes", "apiKeySource",
                      "disableExecuteApiEndpoint", "endpointConfiguration", "minimumCompressionSize", "policy"}));
  if (rest.description == "") rest.description.reset();
  const Scope scope = scopeOf(call, in.restApiId);
  HEARTH_CHECK(settle(scope, rest));
  store_.put(scope, kind::kRestApi, in.restApiId, rest);
  stagesChanged(in.restApiId);
  return shown(scope, std::move(rest));
}

Result<DeleteRestApiOutput> ApiGatewayService::deleteRestApi(const api::Call& call, DeleteRestApiInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  for (const Record& record : store_.list(scopeOf(call), kind::kUsagePlan)) {
    auto plan = ApiGatewayStore::parse<UsagePlan>(record.text);
    for (const ApiStage& stage : plan.apiStages.value_or(std::vector<ApiStage>{}))
      if (stage.apiId == in.restApiId)
        return badRequest("Cannot delete the REST API " + in.restApiId + ": its stage " + stage.stage.value_or("") +
                          " belongs to the usage plan " + record.id + ".");
  }
  store_.removeApi(scopeOf(call, in.restApiId));
  stagesChanged(in.restApiId);
  return DeleteRestApiOutput{};
}

Result<RestApi> ApiGatewayService::getRestApi(const api::Call& call, GetRestApiInput in) const {
  HEARTH_TRY(RestApi rest, getApi(call, in.restApiId));
  return shown(scopeOf(call, in.restApiId), std::move(rest));
}

Result<RestApis> ApiGatewayService::getRestApis(const api::Call& call, GetRestApisInput in) const {
  RestApis out;
  fillPage<RestApi>(out, store_, scopeOf(call), kind::kRestApi, in.position, in.limit);
  for (RestApi& rest : *out.items) rest = shown(scopeOf(call, *rest.id), std::move(rest));
  return out;
}

// --- resources ---------------------------------------------------------------------------------------------------

Result<Resource> ApiGatewayService::createResource(const api::Call& call, CreateResourceInput in) {
  HEARTH_TRY(Resource parent, getApiResource(call, in.restApiId, in.parentId));
  Scope scope = scopeOf(call, in.restApiId);
  std::vector<std::string> siblings;
  for (const Record& record : store_.list(scope, kind::kResource)) {
    auto sibling = ApiGatewayStore::parse<Resource>(record.text);
    if (sibling.parentId == in.parentId) siblings.push_back(sibling.pathPart.value_or(""));
  }
  HEARTH_CHECK(checkResource(parent, in.pathPart, siblings));
  Resource resource;
  resource.id = newId(6);
  resource.parentId = in.parentId;
  resource.pathPart = in.pathPart;
  resource.path = pathBelow(*parent.path, in.pathPart);
  store_.put(scope, kind::kResource, *resource.id, resource);
  return resource;
}

namespace {

// What a resource is to be called, and where it is to be.
Result<void> patchResource(Resource& resource, const PatchOperation& operation) {
  const std::string path = operation.path.value_or("");
  const std::string op = operation.op.value_or("");
  const std::string what =
      "Invalid patch path  '" + path.substr(0, 200) + "' specified for op '" + op.substr(0, 32) + "'. ";
  if (path != "/parentId" && path != "/pathPart")
    return badRequest(what + "Must be one of: [/parentId, /pathPart]");
  if (op != "replace") return badRequest(what + "Please choose supported operations");
  if (!resource.parentId) return badRequest("Root resource cannot update its " + path.substr(1) + ".");
  (path == "/parentId" ? resource.parentId : resource.pathPart) = operation.value.value_or("");
  return {};
}

}  // namespace

Result<Resource> ApiGatewayService::updateResource(const api::Call& call, UpdateResourceInput in) {
  HEARTH_TRY(Resource resource, getApiResource(call, in.restApiId, in.resourceId));
  const std::string before = resource.path.value_or("/");
  for (const PatchOperation& operation : in.patchOperations.value_or(std::vector<PatchOperation>{}))
    HEARTH_CHECK(patchResource(resource, operation));
  if (!resource.parentId) return resource;
  const Scope scope = scopeOf(call, in.restApiId);
  auto parent = store_.find<Resource>(scope, kind::kResource, *resource.parentId);
  if (!parent) return notFound("Invalid Resource identifier specified");
  const std::string above = parent->path.value_or("/");
  if (above == before || above.starts_with(before + "/")) return badRequest("Resources cannot be cyclical.");
  std::vector<std::string> siblings;
  std::vector<Resource> below;
  for (const Record& record : store_.list(scope, kind::kResource)) {
    auto other = ApiGatewayStore::parse<Resource>(record.text);
    if (other.id == resource.id) continue;
    if (other.parentId == resource.parentId) siblings.push_back(other.pathPart.value_or(""));
    if (other.path && other.path->starts_with(before + "/")) below.push_back(std::move(other));
  }
  HEARTH_CHECK(checkResource(*parent, *resource.pathPart, siblings));
  if (resource.pathPart->ends_with("+}") && !below.empty())
    return badRequest("Cannot create a child of a resource with a greedy path variable: " + *resource.pathPart);
  resource.path = pathBelow(above, *resource.pathPart);
  store_.put(scope, kind::kResource, in.resourceId, resource);
  for (Resource& child : below) {
    child.path = *resource.path + child.path->substr(before.size());
    store_.put(scope, kind::kResource, *child.id, child);
  }
  return resource;
}

Result<DeleteResourceOutput> ApiGatewayService::deleteResource(const api::Call& call, DeleteResourceInput in) {
  HEARTH_TRY(Resource resource, getApiResource(call, in.restApiId, in.resourceId));
  if (!resource.parentId) return badRequest("Cannot delete the root resource.");
  Scope scope = scopeOf(call, in.restApiId);
  // With everything below it.
  std::set<std::string> gone = {in.resourceId};
  auto records = store_.list(scope, kind::kResource);
  for (bool grown = true; grown;) {
    grown = false;
    for (const Record& record : records) {
      auto child = ApiGatewayStore::parse<Resource>(record.text);
      if (child.parentId && gone.contains(*child.parentId)) grown = gone.insert(record.id).second || grown;
    }
  }
  for (const std::string& id : gone) store_.remove(scope, kind::kResource, id);
  return DeleteResourceOutput{};
}

Result<Resource> ApiGatewayService::getResource(const api::Call& call, GetResourceInput in) const {
  HEARTH_TRY(Resource resource, getApiResource(call, in.restApiId, in.resourceId));
  bool embed = in.embed && std::find(in.embed->begin(), in.embed->end(), "methods") != in.embed->end();
  if (!embed && resource.resourceMethods)
    for (auto& [name, method] : *resource.resourceMethods) method = Method{};
  return resource;
}

Result<Resources> ApiGatewayService::getResources(const api::Call& call, GetResourcesInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  Resources out;
  fillPage<Resource>(out, store_, scopeOf(call, in.restApiId), kind::kResource, in.position, in.limit);
  bool embed = in.embed && std::find(in.embed->begin(), in.embed->end(), "methods") != in.embed->end();
  if (!embed)
    for (Resource& resource : *out.items)
      if (resource.resourceMethods)
        for (auto& [name, method] : *resource.resourceMethods) method = Method{};
  return out;
}

// --- models ------------------------------------------------------------------------------------------------------

Result<Model> ApiGatewayService::createModel(const api::Call& call, CreateModelInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  HEARTH_CHECK(checkName(in.name, "Model name"));
  if (in.schema) HEARTH_CHECK(checkSchema(*in.schema));
  Scope scope = scopeOf(call, in.restApiId);
  if (store_.findText(scope, kind::kModel, in.name)) return conflict("Model name already exists for this REST API");
  Model model;
  model.id = newId(6);
  model.name = in.name;
  model.description = in.description;
  model.schema = in.schema.value_or("{}");
  model.contentType = in.contentType;
  store_.put(scope, kind::kModel, in.name, model);
  return model;
}

Result<Model> ApiGatewayService::getModel(const api::Call& call, GetModelInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  if (in.flatten.value_or(false)) return badRequest("Hearth does not flatten models.");
  auto model = store_.find<Model>(scopeOf(call, in.restApiId), kind::kModel, in.modelName);
  if (!model) return notFound("Invalid Model Name specified");
  return *std::move(model);
}

Result<Models> ApiGatewayService::getModels(const api::Call& call, GetModelsInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  Models out;
  fillPage<Model>(out, store_, scopeOf(call, in.restApiId), kind::kModel, in.position, in.limit);
  return out;
}

Result<Model> ApiGatewayService::updateModel(const api::Call& call, UpdateModelInput in) {
  GetModelInput get;
  get.restApiId = in.restApiId;
  get.modelName = in.modelName;
  HEARTH_TRY(Model model, getModel(call, get));
  HEARTH_TRY(model, patched(model, in.patchOperations, {"schema", "description"}));
  HEARTH_CHECK(checkSchema(model.schema.value_or("")));
  store_.put(scopeOf(call, in.restApiId), kind::kModel, in.modelName, model);
  return model;
}

Result<DeleteModelOutput> ApiGatewayService::deleteModel(const api::Call& call, DeleteModelInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  Scope scope = scopeOf(call, in.restApiId);
  for (const Record& record : store_.list(scope, kind::kResource)) {
    auto resource = ApiGatewayStore::parse<Resource>(record.text);
    if (!resource.resourceMethods) continue;
    for (const auto& [verb, method] : *resource.resourceMethods)
      for (const auto& [type, name] : method.requestModels.value_or(std::map<std::string, std::string>{}))
        if (name == in.modelName)
          return conflict("Cannot delete model '" + in.modelName +
                          "', is referenced in method request: " + resource.path.value_or("") + "/" + verb);
  }
  if (!store_.remove(scope, kind::kModel, in.modelName)) return notFound("Invalid Model Name specified");
  return DeleteModelOutput{};
}

// --- request validators
// --------------------------------------------------------------------------------------------

Result<RequestValidator> ApiGatewayService::createRequestValidator(const api::Call& call,
                                                                   CreateRequestValidatorInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  RequestValidator validator;
  validator.id = newId(6);
  validator.name = in.name;
  validator.validateRequestBody = in.validateRequestBody.value_or(false);
  validator.validateRequestParameters = in.validateRequestParameters.value_or(false);
  store_.put(scopeOf(call, in.restApiId), kind::kValidator, *validator.id, validator);
  return validator;
}

Result<RequestValidator> ApiGatewayService::getRequestValidator(const api::Call& call,
                                                                GetRequestValidatorInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  auto found = store_.find<RequestValidator>(scopeOf(call, in.restApiId), kind::kValidator, in.requestValidatorId);
  if (!found) return notFound("Invalid Request Validator identifier specified");
  return *std::move(found);
}

Result<RequestValidators> ApiGatewayService::getRequestValidators(const api::Call& call,
                                                                  GetRequestValidatorsInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  RequestValidators out;
  fillPage<RequestValidator>(out, store_, scopeOf(call, in.restApiId), kind::kValidator, in.position, in.limit);
  return out;
}

Result<RequestValidator> ApiGatewayService::updateRequestValidator(const api::Call& call,
                                                                   UpdateRequestValidatorInput in) {
  GetRequestValidatorInput get;
  get.restApiId = in.restApiId;
  get.requestValidatorId = in.requestValidatorId;
  HEARTH_TRY(RequestValidator validator, getRequestValidator(call, get));
  HEARTH_TRY(validator,
             patched(validator, in.patchOperations, {"name", "validateRequestBody", "validateRequestParameters"}));
  store_.put(scopeOf(call, in.restApiId), kind::kValidator, in.requestValidatorId, validator);
  return validator;
}

Result<DeleteRequestValidatorOutput> ApiGatewayService::deleteRequestValidator(const api::Call& call,
                                                                               DeleteRequestValidatorInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  if (!store_.remove(scopeOf(call, in.restApiId), kind::kValidator, in.requestValidatorId))
    return notFound("Invalid Request Validator identifier specified");
  return DeleteRequestValidatorOutput{};
}

}  // namespace hearth::services::apigateway
