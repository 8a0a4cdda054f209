// AWS::ApiGateway::Resource, Method, Model, RequestValidator, Authorizer, GatewayResponse, Account.
#include "services/apigateway/resource_base.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

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
  Result<ResourceState> read(const ResourceRequest& request) override {
    GetResourceInput in;
    in.restApiId = property(request, "RestApiId");
    in.resourceId = request.physicalId;
    return stateFrom(service_.getResource(callFor(request), std::move(in)), request, stateOf(request.physicalId),
                     {"RestApiId"});
  }

 private:
  static ResourceState stateOf(const std::string& id) { return {id, {{"ResourceId", id}}}; }
};

class MethodProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const PropertySpec kIntegration =
        object("Integration",
               {text("Type"), text("IntegrationHttpMethod"), text("Uri"), text("Credentials"),
                text("PassthroughBehavior"), text("ContentHandling"), text("ConnectionType"), text("ConnectionId"),
                text("CacheNamespace"), listOf("CacheKeyParameters", text("Parameter")), integer("TimeoutInMillis"),
                object("TlsConfig", {flag("InsecureSkipVerification")}),
                mapOf("RequestTemplates", text("Template")), mapOf("RequestParameters", text("Source")),
                listOf("IntegrationResponses",
                       object("Response", {required(text("StatusCode")), text("SelectionPattern"),
                                           text("ContentHandling"), mapOf("ResponseParameters", text("Source")),
                                           mapOf("ResponseTemplates", text("Template"))}))});
    static const ResourceSpec kSpec{
        .type = "AWS::ApiGateway::Method",
        .properties = {
            fixed(required(text("RestApiId"))), fixed(required(text("ResourceId"))),
            fixed(required(text("HttpMethod"))), text("AuthorizationType"), text("AuthorizerId"),
            listOf("AuthorizationScopes", text("Scope")), flag("ApiKeyRequired"), text("OperationName"),
            text("RequestValidatorId"), mapOf("RequestParameters", flag("Required")),
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
    const auto method = service_.getMethod(
        callFor(request),
        {property(request, "RestApiId"), property(request, "ResourceId"), property(request, "HttpMethod")});
    HEARTH_TRY(ResourceState state, stateFrom(method, request, ResourceState{request.physicalId, {}},
                                              {"RestApiId", "ResourceId", "HttpMethod"}));
    JsonObject shown = *state.properties;
    shown["MethodResponses"] = listed(method->methodResponses);
    if (const auto& integration = method->methodIntegration) {
      JsonObject document = api::toDocument(*integration).as_object();
      if (const Json* verb = document.if_contains("httpMethod")) document["IntegrationHttpMethod"] = Json(*verb);
      document["integrationResponses"] = listed(integration->integrationResponses);
      shown["Integration"] = std::move(document);
    }
    state.properties = inTemplateTerms(spec().properties, shown);
    return state;
  }

 private:
  // A template has a list of what the operations have by status code.
  template <class Response>
  static JsonArray listed(const std::optional<std::map<std::string, Response>>& responses) {
    JsonArray list;
    if (!responses) return list;
    for (const auto& [code, response] : *responses) {
      JsonObject shown = api::toDocument(response).as_object();
      shown["statusCode"] = code;
      list.push_back(std::move(shown));
    }
    return list;
  }

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
    in.patchOperations = {
        {patchOf("replace", "/schema", wanted.schema.value_or("{}")), patchTo("/description", wanted.description)}};
    HEARTH_CHECK(service_.updateModel(callFor(request), std::move(in)));
    return ResourceState{request.physicalId, {}};
  }

  Result<void> remove(const ResourceRequest& request) override {
    return removed(service_.deleteModel(callFor(request), {property(request, "RestApiId"), request.physicalId}));
  }
  Result<ResourceState> read(const ResourceRequest& request) override {
    GetModelInput in;
    in.restApiId = property(request, "RestApiId");
    in.modelName = request.physicalId;
    return stateFrom(service_.getModel(callFor(request), std::move(in)), request,
                     ResourceState{request.physicalId, {}}, {"RestApiId"});
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
        {patchOf("replace", "/validateRequestBody", wanted.validateRequestBody.value_or(false) ? "true" : "false"),
         patchOf("replace", "/validateRequestParameters",
                 wanted.validateRequestParameters.value_or(false) ? "true" : "false")}};
    HEARTH_CHECK(service_.updateRequestValidator(callFor(request), std::move(in)));
    return stateOf(request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    return removed(
        service_.deleteRequestValidator(callFor(request), {property(request, "RestApiId"), request.physicalId}));
  }
  Result<ResourceState> read(const ResourceRequest& request) override {
    return stateFrom(
        service_.getRequestValidator(callFor(request), {property(request, "RestApiId"), request.physicalId}),
        request, stateOf(request.physicalId), {"RestApiId"});
  }

 private:
  static ResourceState stateOf(const std::string& id) { return {id, {{"RequestValidatorId", id}}}; }
};

class AuthorizerProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::ApiGateway::Authorizer",
        .properties = {fixed(required(text("RestApiId"))), required(text("Name")), required(text("Type")),
                       text("AuthType"), text("AuthorizerUri"), text("AuthorizerCredentials"),
                       text("IdentitySource"), text("IdentityValidationExpression"),
                       integer("AuthorizerResultTtlInSeconds"), listOf("ProviderARNs", text("Arn"))},
        .attributes = {"AuthorizerId"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto in, inputOf<CreateAuthorizerRequest>(request));
    HEARTH_TRY(Authorizer made, service_.createAuthorizer(callFor(request), std::move(in)));
    return stateOf(*made.id);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    HEARTH_TRY(auto wanted, inputOf<CreateAuthorizerRequest>(request));
    if (wanted.providerARNs)
      return Fault("BadRequestException", "Hearth does not support authorizers of type COGNITO_USER_POOLS.");
    UpdateAuthorizerInput in;
    in.restApiId = wanted.restApiId;
    in.authorizerId = request.physicalId;
    auto& operations = in.patchOperations.emplace();
    const auto put = [&](const char* path, const std::optional<std::string>& value) {
      operations.push_back(value ? patchOf("replace", path, *value) : patchOf("remove", path));
    };
    put("/name", wanted.name);
    put("/type", wanted.type);
    put("/authType", wanted.authType.value_or("custom"));
    put("/authorizerUri", wanted.authorizerUri);
    put("/authorizerCredentials", wanted.authorizerCredentials);
    put("/identitySource", wanted.identitySource);
    put("/identityValidationExpression", wanted.identityValidationExpression);
    put("/authorizerResultTtlInSeconds", std::to_string(wanted.authorizerResultTtlInSeconds.value_or(300)));
    HEARTH_CHECK(service_.updateAuthorizer(callFor(request), std::move(in)));
    return stateOf(request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    return removed(
        service_.deleteAuthorizer(callFor(request), {property(request, "RestApiId"), request.physicalId}));
  }
  Result<ResourceState> read(const ResourceRequest& request) override {
    return stateFrom(service_.getAuthorizer(callFor(request), {property(request, "RestApiId"), request.physicalId}),
                     request, stateOf(request.physicalId), {"RestApiId"});
  }

 private:
  static ResourceState stateOf(const std::string& id) { return {id, {{"AuthorizerId", id}}}; }
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
    const auto response = service_.getGatewayResponse(
        callFor(request), {property(request, "RestApiId"), property(request, "ResponseType")});
    if (response.ok() && response->defaultResponse.value_or(false)) return gone(request);
    return stateFrom(response, request, ResourceState{request.physicalId, {{"Id", request.physicalId}}},
                     {"RestApiId"});
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
    return ResourceState{request.physicalId, {{"Id", request.physicalId}}};
  }
  // The account's settings outlive the stack, as on AWS.
  Result<void> remove(const ResourceRequest&) override { return {}; }
  Result<ResourceState> read(const ResourceRequest& request) override {
    ResourceState state{request.physicalId, {{"Id", request.physicalId}}};
    HEARTH_TRY(const auto account, service_.getAccount(callFor(request), {}));
    state.properties = JsonObject{{"CloudWatchRoleArn", account.cloudwatchRoleArn.value_or("")}};
    return state;
  }

 private:
  Result<void> put(const ResourceRequest& request, const std::string& role) {
    UpdateAccountInput in;
    in.patchOperations = {{patchOf("replace", "/cloudwatchRoleArn", role)}};
    auto done = service_.updateAccount(callFor(request), std::move(in));
    if (!done.ok()) return done.fault();
    return {};
  }
};

}  // namespace

std::vector<std::unique_ptr<ports::ResourceProvider>> makeApiResources(ApiGatewayService& service) {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(std::make_unique<ResourceProvider>(service));
  providers.push_back(std::make_unique<MethodProvider>(service));
  providers.push_back(std::make_unique<ModelProvider>(service));
  providers.push_back(std::make_unique<ValidatorProvider>(service));
  providers.push_back(std::make_unique<AuthorizerProvider>(service));
  providers.push_back(std::make_unique<GatewayResponseProvider>(service));
  providers.push_back(std::make_unique<AccountProvider>(service));
  return providers;
}

}  // namespace hearth::services::apigateway
