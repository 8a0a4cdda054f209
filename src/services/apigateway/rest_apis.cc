// REST APIs, their resources, models, validators and gateway responses.
#include <algorithm>
#include <set>

#include "base/json.h"
#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/paging.h"
#include "services/apigateway/patch.h"

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

// Letters, digits and -._~!$&'()*+,;=:@ as in paths; {name} and {name+} are parameters.
Result<void> checkPathPart(const std::string& part) {
  auto inner = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
      return std::isalnum(c) || std::string_view("-._~:").find(static_cast<char>(c)) != std::string_view::npos;
    });
  };
  std::string_view text = part;
  bool parameter = text.starts_with('{') && text.ends_with('}');
  if (parameter) {
    text = text.substr(1, text.size() - 2);
    if (text.ends_with('+')) text.remove_suffix(1);
  }
  if (inner(text)) return {};
  return badRequest(
      "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at "
      "the beginning and the end.");
}

Result<void> checkName(const std::string& name, const char* what) {
  bool good =
      !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c); });
  if (good) return {};
  return badRequest(std::string(what) + " must be alphanumeric: " + name.substr(0, 100));
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

void ApiGatewayService::changed() {
  database_.afterCommit([this] { generation_.fetch_add(1, std::memory_order_release); });
}

Result<RestApi> ApiGatewayService::createRestApi(const api::Call& call, CreateRestApiInput in) {
  if (in.name.empty() || in.name.size() > 1024) return badRequest("Invalid REST API name specified");
  if (in.cloneFrom) return badRequest("Hearth does not support cloneFrom.");
  if (in.policy && !in.policy->empty())
    return badRequest("Hearth does not support resource policies of REST APIs.");
  if (in.apiKeySource && *in.apiKeySource != "HEADER")
    return badRequest("Hearth takes API keys from the header x-api-key only (apiKeySource HEADER).");
  if (in.minimumCompressionSize) return badRequest("Hearth does not compress responses (minimumCompressionSize).");
  if (in.endpointConfiguration && in.endpointConfiguration->types)
    for (const std::string& type : *in.endpointConfiguration->types)
      if (type != "EDGE" && type != "REGIONAL")
        return badRequest("Hearth does not support endpoints of type " + type + ".");
  RestApi rest;
  rest.id = newId(10);
  rest.name = in.name;
  rest.description = in.description;
  rest.version = in.version;
  rest.createdDate = call.now;
  rest.binaryMediaTypes = in.binaryMediaTypes;
  rest.apiKeySource = "HEADER";
  rest.endpointConfiguration = in.endpointConfiguration;
  if (!rest.endpointConfiguration) rest.endpointConfiguration = EndpointConfiguration{.types = {{"EDGE"}}};
  if (in.tags && !in.tags->empty()) rest.tags = in.tags;
  rest.disableExecuteApiEndpoint = in.disableExecuteApiEndpoint.value_or(false);
  Scope scope = scopeOf(call, *rest.id);
  store_.put(scope, kind::kRestApi, *rest.id, rest);
  Resource root;
  root.id = newId(10);
  root.path = "/";
  store_.put(scope, kind::kResource, *root.id, root);
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
  return rest;
}

Result<RestApi> ApiGatewayService::updateRestApi(const api::Call& call, UpdateRestApiInput in) {
  HEARTH_TRY(RestApi rest, getApi(call, in.restApiId));
  HEARTH_TRY(rest, patched(rest, in.patchOperations,
                           {"name", "description", "binaryMediaTypes", "disableExecuteApiEndpoint"}));
  store_.put(scopeOf(call, in.restApiId), kind::kRestApi, in.restApiId, rest);
  return rest;
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
  changed();
  return DeleteRestApiOutput{};
}

Result<RestApi> ApiGatewayService::getRestApi(const api::Call& call, GetRestApiInput in) const {
  return getApi(call, in.restApiId);
}

Result<RestApis> ApiGatewayService::getRestApis(const api::Call& call, GetRestApisInput in) const {
  RestApis out;
  fillPage<RestApi>(out, store_, scopeOf(call), kind::kRestApi, in.position, in.limit);
  return out;
}

// --- resources ---------------------------------------------------------------------------------------------------

Result<Resource> ApiGatewayService::createResource(const api::Call& call, CreateResourceInput in) {
  HEARTH_TRY(Resource parent, getApiResource(call, in.restApiId, in.parentId));
  HEARTH_CHECK(checkPathPart(in.pathPart));
  Scope scope = scopeOf(call, in.restApiId);
  bool greedyParent = parent.pathPart && parent.pathPart->ends_with("+}");
  if (greedyParent)
    return badRequest("Cannot create a child of a resource with a greedy path variable: " + *parent.path);
  for (const Record& record : store_.list(scope, kind::kResource)) {
    auto sibling = ApiGatewayStore::parse<Resource>(record.text);
    if (sibling.parentId != in.parentId) continue;
    if (sibling.pathPart == in.pathPart)
      return conflict("Another resource with the same parent already has this name: " + in.pathPart);
    if (in.pathPart.starts_with('{') && sibling.pathPart->starts_with('{'))
      return badRequest("A sibling (" + *sibling.pathPart +
                        ") of this resource already has a variable path part -- "
                        "only one is allowed");
  }
  Resource resource;
  resource.id = newId(6);
  resource.parentId = in.parentId;
  resource.pathPart = in.pathPart;
  resource.path = (*parent.path == "/" ? "" : *parent.path) + "/" + in.pathPart;
  store_.put(scope, kind::kResource, *resource.id, resource);
  return resource;
}

Result<Resource> ApiGatewayService::updateResource(const api::Call& call, UpdateResourceInput in) {
  HEARTH_CHECK(getApiResource(call, in.restApiId, in.resourceId));
  return badRequest("Hearth does not move resources: delete the resource and create it anew.");
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

// --- gateway responses
// ---------------------------------------------------------------------------------------------

Result<GatewayResponse> ApiGatewayService::putGatewayResponse(const api::Call& call, PutGatewayResponseInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  GatewayResponse response;
  response.responseType = in.responseType;
  response.statusCode = in.statusCode;
  response.responseParameters = in.responseParameters;
  response.responseTemplates = in.responseTemplates;
  response.defaultResponse = false;
  store_.put(scopeOf(call, in.restApiId), kind::kGatewayResponse, in.responseType, response);
  return response;
}

Result<GatewayResponse> ApiGatewayService::getGatewayResponse(const api::Call& call,
                                                              GetGatewayResponseInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  auto found = store_.find<GatewayResponse>(scopeOf(call, in.restApiId), kind::kGatewayResponse, in.responseType);
  if (found) return *std::move(found);
  GatewayResponse standard;
  standard.responseType = in.responseType;
  standard.responseTemplates.emplace()["application/json"] = "{\"message\":$context.error.messageString}";
  standard.defaultResponse = true;
  return standard;
}

Result<GatewayResponses> ApiGatewayService::getGatewayResponses(const api::Call& call,
                                                                GetGatewayResponsesInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  GatewayResponses out;
  fillPage<GatewayResponse>(out, store_, scopeOf(call, in.restApiId), kind::kGatewayResponse, in.position,
                            in.limit);
  return out;
}

Result<DeleteGatewayResponseOutput> ApiGatewayService::deleteGatewayResponse(const api::Call& call,
                                                                             DeleteGatewayResponseInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  if (!store_.remove(scopeOf(call, in.restApiId), kind::kGatewayResponse, in.responseType))
    return notFound("Gateway response type not defined on api");
  return DeleteGatewayResponseOutput{};
}

}  // namespace hearth::services::apigateway
