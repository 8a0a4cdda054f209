// AWS::ApiGateway::RestApi, Resource, Method, Model, RequestValidator, GatewayResponse, Account.
#include "services/apigateway/resource_base.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

PatchOperation replace(std::string path, std::string value) {
  PatchOperation operation;
  operation.op = "replace";
  operation.path = std::move(path);
  operation.value = std::move(value);
  return operation;
}

class RestApiProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::ApiGateway::RestApi",
        .properties = {text("Name"), text("Description"), text("ApiKeySourceType"), flag("FailOnWarnings"),
                       flag("DisableExecuteApiEndpoint"), listOf("BinaryMediaTypes", text("Type")),
                       object("EndpointConfiguration", {listOf("Types", text("Type"))}), tagsProperty()},
        .attributes = {"RootResourceId", "RestApiId"},
        .taggable = true};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto in, inputOf<CreateRestApiRequest>(request, {"FailOnWarnings", "ApiKeySourceType"}));
    if (in.name.empty()) in.name = request.generatedName(128);
    if (auto source = base::findString(request.properties, "ApiKeySourceType")) in.apiKeySource = source;
    in.tags = tagsOf(request);
    HEARTH_TRY(RestApi rest, service_.createRestApi(callFor(request), std::move(in)));
    return stateOf(request, *rest.id);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    HEARTH_TRY(auto wanted, inputOf<CreateRestApiRequest>(request, {"FailOnWarnings", "ApiKeySourceType"}));
    UpdateRestApiInput in;
    in.restApiId = request.physicalId;
    auto& operations = in.patchOperations.emplace();
    if (!wanted.name.empty()) operations.push_back(replace("/name", wanted.name));
    operations.push_back(replace("/description", wanted.description.value_or("")));
    operations.push_back(
        replace("/disableExecuteApiEndpoint", wanted.disableExecuteApiEndpoint.value_or(false) ? "true" : "false"));
    HEARTH_CHECK(patchMediaTypes(request, operations));
    HEARTH_CHECK(service_.updateRestApi(callFor(request), std::move(in)));
    return stateOf(request, request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    return removed(service_.deleteRestApi(callFor(request), {request.physicalId}));
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    HEARTH_CHECK(service_.getRestApi(callFor(request), {request.physicalId}));
    return stateOf(request, request.physicalId);
  }

 private:
  static std::vector<std::string> mediaTypes(const JsonObject& properties) {
    std::vector<std::string> types;
    if (const Json* list = properties.if_contains("BinaryMediaTypes"))
      for (const Json& type : list->as_array()) types.emplace_back(type.as_string());
    return types;
  }

  static Result<void> patchMediaTypes(const ResourceRequest& request, std::vector<PatchOperation>& operations) {
    auto escaped = [](const std::string& type) {
      std::string text = "/binaryMediaTypes/";
      for (char c : type) text += c == '/' ? std::string("~1") : c == '~' ? std::string("~0") : std::string(1, c);
      return text;
    };
    for (const std::string& type : mediaTypes(request.oldProperties)) {
      PatchOperation operation = replace(escaped(type), "");
      operation.op = "remove";
      operations.push_back(std::move(operation));
    }
    for (const std::string& type : mediaTypes(request.properties)) {
      PatchOperation operation = replace(escaped(type), "");
      operation.op = "add";
      operations.push_back(std::move(operation));
    }
    return {};
  }

  Result<ResourceState> stateOf(const ResourceRequest& request, const std::string& id) {
    GetResourcesInput in;
    in.restApiId = id;
    in.limit = 500;
    HEARTH_TRY(Resources resources, service_.getResources(callFor(request), std::move(in)));
    std::string root;
    for (const Resource& resource : *resources.items)
      if (resource.path == "/") root = resource.id.value_or("");
    return ResourceState{id, {{"RootResourceId", root}, {"RestApiId", id}}};
  }
};

class ResourceProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::ApiGateway::Resource",
        .properties = {fixed(required(text("RestApiId"))), fixed(required(text("ParentId"))),
                       fixed(required(text("PathPart")))},
        .attributes = {"ResourceId"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto in, inputOf<CreateResourceRequest>(request));
    HEARTH_TRY(Resource made, service_.createResource(callFor(request), std::move(in)));
    return stateOf(*made.id);
  }
  Result<ResourceState> update(const ResourceRequest& request) override { return stateOf(request.physicalId); }
  Result<void> remove(const ResourceRequest& request) override {
    return removed(service_.deleteResource(callFor(request), {property(request, "RestApiId"), request.physicalId}));
  }
  Result<ResourceState> read(const ResourceRequest& request) override { return stateOf(request.physicalId); }

 private:
  static ResourceState stateOf(const std::string& id) { return {id, {{"ResourceId", id}}}; }
};

class MethodProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const PropertySpec kIntegration = object(
        "Integration",
        {text("Type"), text("IntegrationHttpMethod"), text("Uri"), text("Credentials"), text("PassthroughBehavior"),
         text("ContentHandling"), text("ConnectionType"), text("CacheNamespace"), integer("TimeoutInMillis"),
         mapOf("RequestTemplates", text("Template")), mapOf("RequestParameters", text("Source")),
         listOf("IntegrationResponses",
                object("Response", {required(text("StatusCode")), text("SelectionPattern"), text("ContentHandling"),
                                    mapOf("ResponseParameters", text("Source")),
                                    mapOf("ResponseTemplates", text("Template"))}))});
    static const ResourceSpec kSpec{
        .type = "AWS::ApiGateway::Method",
        .properties = {
            fixed(required(text("RestApiId"))), fixed(required(text("ResourceId"))),
            fixed(required(text("HttpMethod"))), text("AuthorizationType"), flag("ApiKeyRequired"),
            text("OperationName"), text("RequestValidatorId"), mapOf("RequestParameters", flag("Required")),
            mapOf("RequestModels", text("Model")), kIntegration,
            listOf("MethodResponses",
                   object("Response", {required(text("StatusCode")), mapOf("ResponseModels", text("Model")),
                                       mapOf("ResponseParameters", flag("Required"))}))}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_CHECK(put(request));
    return ResourceState{request.generatedName(64), {}};
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    HEARTH_CHECK(remove(request));
    HEARTH_CHECK(put(request));
    return ResourceState{request.physicalId, {}};
  }

  Result<void> remove(const ResourceRequest& request) override {
    return removed(service_.deleteMethod(
        callFor(request),
        {property(request, "RestApiId"), property(request, "ResourceId"), property(request, "HttpMethod")}));
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    HEARTH_CHECK(service_.getMethod(
        callFor(request),
        {property(request, "RestApiId"), property(request, "ResourceId"), property(request, "HttpMethod")}));
    return ResourceState{request.physicalId, {}};
  }

 private:
  Result<void> put(const ResourceRequest& request) {
    api::Call call = callFor(request);
    HEARTH_TRY(auto in, inputOf<PutMethodRequest>(request, {"Integration", "MethodResponses"}));
    if (in.authorizationType.empty()) in.authorizationType = "NONE";
    std::string apiId = in.restApiId;
    std::string resourceId = in.resourceId;
    std::string verb = in.httpMethod;
    HEARTH_CHECK(service_.putMethod(call, std::move(in)));
    if (const Json* responses = request.properties.if_contains("MethodResponses")) {
      for (const Json& item : responses->as_array()) {
        HEARTH_TRY(auto response, api::fromDocument<PutMethodResponseRequest>(item, api::Leniency::kCoerce));
        response.restApiId = apiId;
        response.resourceId = resourceId;
        response.httpMethod = verb;
        HEARTH_CHECK(service_.putMethodResponse(call, std::move(response)));
      }
    }
    const Json* given = request.properties.if_contains("Integration");
    if (!given) return {};
    JsonObject properties = given->as_object();
    Json responses;
    if (Json* list = properties.if_contains("IntegrationResponses")) responses = *list;
    properties.erase("IntegrationResponses");
    HEARTH_TRY(auto integration, api::fromDocument<PutIntegrationRequest>(properties, api::Leniency::kCoerce));
    integration.restApiId = apiId;
    integration.resourceId = resourceId;
    integration.httpMethod = verb;
    HEARTH_CHECK(service_.putIntegration(call, std::move(integration)));
    if (!responses.is_array()) return {};
    for (const Json& item : responses.get_array()) {
      HEARTH_TRY(auto response, api::fromDocument<PutIntegrationResponseRequest>(item, api::Leniency::kCoerce));
      response.restApiId = apiId;
      response.resourceId = resourceId;
      response.httpMethod = verb;
      HEARTH_CHECK(service_.putIntegrationResponse(call, std::move(response)));
    }
    return {};
  }
};

class ModelProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{.type = "AWS::ApiGateway::Model",
                                    .properties = {fixed(required(text("RestApiId"))),
                                                   fixed(text("Name")),
                                                   fixed(text("ContentType")),
                                                   text("Description"),
                                                   {.name = "Schema", .kind = PropertyKind::kJson}}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto in, inputOf<CreateModelRequest>(request));
    if (in.name.empty()) in.name = "Model" + request.uniqueToken;
    if (in.contentType.empty()) in.contentType = "application/json";
    HEARTH_TRY(Model model, service_.createModel(callFor(request), std::move(in)));
    return ResourceState{*model.name, {}};
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    HEARTH_TRY(auto wanted, inputOf<CreateModelRequest>(request));
    UpdateModelInput in;
    in.restApiId = wanted.restApiId;
    in.modelName = request.physicalId;
    in.patchOperations = {{replace("/schema", wanted.schema.value_or("{}")),
                           replace("/description", wanted.description.value_or(""))}};
    HEARTH_CHECK(service_.updateModel(callFor(request), std::move(in)));
    return ResourceState{request.physicalId, {}};
  }

  Result<void> remove(const ResourceRequest& request) override {
    return removed(service_.deleteModel(callFor(request), {property(request, "RestApiId"), request.physicalId}));
  }
  Result<ResourceState> read(const ResourceRequest& request) override {
    return ResourceState{request.physicalId, {}};
  }
};

class ValidatorProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{.type = "AWS::ApiGateway::RequestValidator",
                                    .properties = {fixed(required(text("RestApiId"))), fixed(text("Name")),
                                                   flag("ValidateRequestBody"), flag("ValidateRequestParameters")},
                                    .attributes = {"RequestValidatorId"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto in, inputOf<CreateRequestValidatorRequest>(request));
    HEARTH_TRY(RequestValidator made, service_.createRequestValidator(callFor(request), std::move(in)));
    return stateOf(*made.id);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    HEARTH_TRY(auto wanted, inputOf<CreateRequestValidatorRequest>(request));
    UpdateRequestValidatorInput in;
    in.restApiId = wanted.restApiId;
    in.requestValidatorId = request.physicalId;
    in.patchOperations = {
        {replace("/validateRequestBody", wanted.validateRequestBody.value_or(false) ? "true" : "false"),
         replace("/validateRequestParameters",
                 wanted.validateRequestParameters.value_or(false) ? "true" : "false")}};
    HEARTH_CHECK(service_.updateRequestValidator(callFor(request), std::move(in)));
    return stateOf(request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    return removed(
        service_.deleteRequestValidator(callFor(request), {property(request, "RestApiId"), request.physicalId}));
  }
  Result<ResourceState> read(const ResourceRequest& request) override { return stateOf(request.physicalId); }

 private:
  static ResourceState stateOf(const std::string& id) { return {id, {{"RequestValidatorId", id}}}; }
};

class GatewayResponseProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::ApiGateway::GatewayResponse",
        .properties = {fixed(required(text("RestApiId"))), fixed(required(text("ResponseType"))),
                       text("StatusCode"), mapOf("ResponseParameters", text("Source")),
                       mapOf("ResponseTemplates", text("Template"))},
        .attributes = {"Id"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto in, inputOf<PutGatewayResponseRequest>(request));
    std::string id = in.restApiId + "|" + in.responseType;
    HEARTH_CHECK(service_.putGatewayResponse(callFor(request), std::move(in)));
    return ResourceState{id, {{"Id", id}}};
  }
  Result<ResourceState> update(const ResourceRequest& request) override { return create(request); }
  Result<void> remove(const ResourceRequest& request) override {
    return removed(service_.deleteGatewayResponse(
        callFor(request), {property(request, "RestApiId"), property(request, "ResponseType")}));
  }
  Result<ResourceState> read(const ResourceRequest& request) override {
    return ResourceState{request.physicalId, {{"Id", request.physicalId}}};
  }
};

class AccountProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::ApiGateway::Account", .properties = {text("CloudWatchRoleArn")}, .attributes = {"Id"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_CHECK(put(request, property(request, "CloudWatchRoleArn")));
    std::string id = request.generatedName(64);
    return ResourceState{id, {{"Id", id}}};
  }
  Result<ResourceState> update(const ResourceRequest& request) override {
    HEARTH_CHECK(put(request, property(request, "CloudWatchRoleArn")));
    return read(request);
  }
  // The account's settings outlive the stack, as on AWS.
  Result<void> remove(const ResourceRequest&) override { return {}; }
  Result<ResourceState> read(const ResourceRequest& request) override {
    return ResourceState{request.physicalId, {{"Id", request.physicalId}}};
  }

 private:
  Result<void> put(const ResourceRequest& request, const std::string& role) {
    UpdateAccountInput in;
    in.patchOperations = {{replace("/cloudwatchRoleArn", role)}};
    auto done = service_.updateAccount(callFor(request), std::move(in));
    if (!done.ok()) return done.fault();
    return {};
  }
};

}  // namespace

std::vector<std::unique_ptr<ports::ResourceProvider>> makeApiResources(ApiGatewayService& service) {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(std::make_unique<RestApiProvider>(service));
  providers.push_back(std::make_unique<ResourceProvider>(service));
  providers.push_back(std::make_unique<MethodProvider>(service));
  providers.push_back(std::make_unique<ModelProvider>(service));
  providers.push_back(std::make_unique<ValidatorProvider>(service));
  providers.push_back(std::make_unique<GatewayResponseProvider>(service));
  providers.push_back(std::make_unique<AccountProvider>(service));
  return providers;
}

}  // namespace hearth::services::apigateway
