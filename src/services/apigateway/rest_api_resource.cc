// AWS::ApiGateway::RestApi
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "services/apigateway/faults.h"
#include "services/apigateway/patch.h"
#include "services/apigateway/resource_base.h"
#include "services/apigateway/resource_policy.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

// What makes the document another one.
constexpr const char* kDocument[] = {"Body", "BodyS3Location", "Parameters", "Mode"};

class RestApiProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::ApiGateway::RestApi",
        .properties = {text("Name"),
                       text("Description"),
                       text("ApiKeySourceType"),
                       flag("FailOnWarnings"),
                       flag("DisableExecuteApiEndpoint"),
                       listOf("BinaryMediaTypes", text("Type")),
                       object("EndpointConfiguration", {listOf("Types", text("Type"))}),
                       {.name = "Body", .kind = PropertyKind::kJson},
                       object("BodyS3Location", {text("Bucket"), text("Key"), text("ETag"), text("Version")}),
                       text("Mode"),
                       mapOf("Parameters", text("Value")),
                       {.name = "Policy", .kind = PropertyKind::kJson},
                       integer("MinimumCompressionSize"),
                       tagsProperty()},
        .attributes = {"RootResourceId", "RestApiId"},
        .taggable = true};
    return kSpec;
  }

  // The document is read here, and fetched, when it lies in a bucket.
  Result<std::shared_ptr<ports::PreparedWork>> prepare(const ResourceRequest& request) override {
    if (!hasDocument(request) || !documentChanged(request)) return std::shared_ptr<ports::PreparedWork>();
    auto work = std::make_shared<PreparedImport>();
    HEARTH_TRY(work->order, readOrder(request));
    return std::shared_ptr<ports::PreparedWork>(std::move(work));
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(CreateRestApiInput given, givenOf(request));
    api::Call call = callFor(request);
    if (!hasDocument(request)) {
      if (given.name.empty()) given.name = request.generatedName(128);
      given.tags = tagsOf(request);
      HEARTH_TRY(RestApi rest, service_.createRestApi(call, std::move(given)));
      return stateOf(rest);
    }
    HEARTH_TRY(Import import, orderOf(request));
    auto& [id, order] = import;
    if (given.name.empty() && !order.definition.title) given.name = request.generatedName(128);
    given.tags = tagsOf(request);
    order.given = std::move(given);
    HEARTH_TRY(RestApi rest, service_.importNew(call, std::move(id), std::move(order)));
    return stateOf(rest);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    api::Call call = callFor(request);
    HEARTH_CHECK(applyTags(request, "/restapis/" + request.physicalId));
    if (hasDocument(request) && documentChanged(request)) {
      HEARTH_TRY(Import import, orderOf(request));
      HEARTH_TRY(import.second.given, givenOf(request));
      HEARTH_TRY(RestApi rest, service_.importInto(call, request.physicalId, std::move(import.second)));
      return stateOf(rest);
    }
    UpdateRestApiInput in;
    in.restApiId = request.physicalId;
    HEARTH_TRY(in.patchOperations, changesOf(request));
    HEARTH_TRY(RestApi rest, service_.updateRestApi(call, std::move(in)));
    return stateOf(rest);
  }

  Result<void> remove(const ResourceRequest& request) override {
    return removed(service_.deleteRestApi(callFor(request), {request.physicalId}));
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    const auto rest = service_.getRestApi(callFor(request), {request.physicalId});
    if (!rest.ok()) return goneOr(rest.fault(), request);
    // Not compared: what the document has made of the API.
    HEARTH_TRY(ResourceState state, stateFrom(rest, request, stateOf(*rest),
                                              {"Body", "BodyS3Location", "Mode", "Parameters", "FailOnWarnings"}));
    showPolicy(request, *rest, *state.properties);
    (*state.properties)["ApiKeySourceType"] = rest->apiKeySource.value_or("HEADER");
    (*state.properties)["Tags"] = tagList(rest->tags.value_or(std::map<std::string, std::string>{}));
    return state;
  }

 private:
  static ResourceState stateOf(const RestApi& rest) {
    return {*rest.id, {{"RootResourceId", rest.rootResourceId.value_or("")}, {"RestApiId", *rest.id}}};
  }

  static bool hasDocument(const ResourceRequest& request) {
    return request.properties.contains("Body") || request.properties.contains("BodyS3Location");
  }

  static bool documentChanged(const ResourceRequest& request) {
    for (const char* name : kDocument) {
      const Json* now = request.properties.if_contains(name);
      const Json* before = request.oldProperties.if_contains(name);
      if ((now == nullptr) != (before == nullptr) || (now && *now != *before)) return true;
    }
    return false;
  }

  // What the template says beside the document.
  static Result<CreateRestApiInput> givenOf(const ResourceRequest& request) {
    HEARTH_TRY(auto given,
               inputOf<CreateRestApiRequest>(request, {"FailOnWarnings", "ApiKeySourceType", "Body",
                                                       "BodyS3Location", "Mode", "Parameters", "Policy"}));
    if (auto source = base::findString(request.properties, "ApiKeySourceType")) given.apiKeySource = source;
    if (given.binaryMediaTypes) given.binaryMediaTypes = mediaTypes(request.properties);
    if (hasPolicy(request.properties)) given.policy = policyText(request.properties);
    return given;
  }

  // An empty text is none: so osls writes it.
  static bool hasPolicy(const JsonObject& properties) {
    const Json* policy = properties.if_contains("Policy");
    return policy && !(policy->is_string() && policy->as_string().empty());
  }

  // A policy may stand as an object, and as the text of one.
  static std::string policyText(const JsonObject& properties) {
    const Json& policy = properties.at("Policy");
    return policy.is_string() ? std::string(policy.get_string()) : base::writeJson(policy);
  }

  // A policy that is what became of the template's is the template's.
  void showPolicy(const ResourceRequest& request, const RestApi& rest, JsonObject& properties) const {
    properties.erase("Policy");
    if (!rest.policy) return;
    if (hasPolicy(request.properties)) {
      const Scope scope{request.account, request.region, request.physicalId};
      const auto kept = keptPolicy(policyText(request.properties), scope, service_.policyReader());
      if (kept.ok() && shownPolicy(*kept) == *rest.policy) {
        properties["Policy"] = request.properties.at("Policy");
        return;
      }
    }
    const auto text = base::parseJson("\"" + *rest.policy + "\"");
    auto policy = base::parseJson(std::string(text.value().as_string()));
    if (policy.ok()) properties["Policy"] = *std::move(policy);
  }

  // "image~1png" is how templates spell "image/png"; both are taken.
  static std::vector<std::string> mediaTypes(const JsonObject& properties) {
    std::vector<std::string> types = textsAt(Json(properties), "BinaryMediaTypes");
    for (std::string& type : types) type = unescapePointer(type);
    return types;
  }

  Result<OpenApiDocument> fetch(const ResourceRequest& request) {
    const Json& place = request.properties.at("BodyS3Location");
    ports::ObjectRef object{request.account, base::findString(place, "Bucket").value_or(""),
                            base::findString(place, "Key").value_or(""), base::findString(place, "Version")};
    auto text = service_.objects().readObject(object, kMostDocumentBytes);
    if (!text.ok())
      return badRequest("The API definition in S3 cannot be read (Error Code: " + text.fault().code +
                        "): " + text.fault().message);
    return OpenApiDocument::parse(*text);
  }

  // Into which API the document goes, and what it says.
  using Import = std::pair<std::string, ImportOrder>;

  class PreparedImport final : public ports::PreparedWork {
   public:
    std::optional<Import> order;  // until it is taken
  };

  // The prepared one, once.
  Result<Import> orderOf(const ResourceRequest& request) {
    auto* work = dynamic_cast<PreparedImport*>(request.prepared.get());
    if (!work || !work->order) return readOrder(request);
    Import order = *std::move(work->order);
    work->order.reset();
    return order;
  }

  Result<Import> readOrder(const ResourceRequest& request) {
    const std::string apiId = request.physicalId.empty() ? service_.newApiId() : request.physicalId;
    const Json* body = request.properties.if_contains("Body");
    if (body && request.properties.contains("BodyS3Location"))
      return badRequest("Only one of the properties Body and BodyS3Location may be given.");
    std::map<std::string, std::string> parameters;
    if (const Json* given = request.properties.if_contains("Parameters"))
      for (const auto& [name, value] : membersOf(given))
        parameters[std::string(name)] = base::scalarText(value).value_or("");
    HEARTH_TRY(ImportOptions options, readImportOptions(parameters));
    options.apiId = apiId;
    const std::string mode = property(request, "Mode");
    if (!mode.empty() && mode != "merge" && mode != "overwrite")
      return badRequest("Invalid mode specified: " + mode.substr(0, 32) + ". Must be one of: [merge, overwrite]");
    ImportOrder order;
    order.mode = mode == "merge" ? ImportMode::kMerge : ImportMode::kOverwrite;
    const Json* strict = request.properties.if_contains("FailOnWarnings");
    order.failOnWarnings = strict && strict->is_bool() && strict->get_bool();
    if (body) {
      HEARTH_TRY(OpenApiDocument document, OpenApiDocument::over(*body));
      HEARTH_TRY(order.definition, readOpenApi(document, options));
      return Import{apiId, std::move(order)};
    }
    HEARTH_TRY(const OpenApiDocument document, fetch(request));
    HEARTH_TRY(order.definition, readOpenApi(document, options));
    if (!request.actor.empty()) HEARTH_CHECK(refuseRoles(order.definition));
    return Import{apiId, std::move(order)};
  }

  // Whether a stack's owner may hand on a role, and say who may call, is decided by the template, which does not
  // show this.
  static Result<void> refuseRoles(const ApiDefinition& definition) {
    for (const OperationDefinition& operation : definition.operations)
      if (operation.method.methodIntegration && operation.method.methodIntegration->credentials) return handedOn();
    for (const Authorizer& authorizer : definition.authorizers)
      if (authorizer.authorizerCredentials) return handedOn();
    if (definition.policy) return handedOn();
    return {};
  }

  static Fault handedOn() {
    return badRequest(
        "Hearth takes credentials of integrations and authorizers and resource policies in a BodyS3Location from "
        "stacks of the account's root only; in Body they may stand.");
  }

  // Only what the template says, or said before: the rest is the document's.
  static Result<std::vector<PatchOperation>> changesOf(const ResourceRequest& request) {
    std::vector<PatchOperation> operations;
    const auto put = [&](const char* name, const char* path, const char* otherwise) {
      const Json* value = request.properties.if_contains(name);
      if (value)
        operations.push_back(patchOf("replace", path, base::scalarText(*value).value_or("")));
      else if (otherwise && request.oldProperties.contains(name))
        operations.push_back(patchOf("replace", path, otherwise));
    };
    put("Name", "/name", nullptr);
    put("Description", "/description", "");
    put("DisableExecuteApiEndpoint", "/disableExecuteApiEndpoint", "false");
    put("ApiKeySourceType", "/apiKeySource", "HEADER");
    put("MinimumCompressionSize", "/minimumCompressionSize", nullptr);
    if (hasPolicy(request.properties))
      operations.push_back(patchOf("replace", "/policy", policyText(request.properties)));
    else if (hasPolicy(request.oldProperties))
      operations.push_back(patchOf("replace", "/policy", ""));
    for (const std::string& type : mediaTypes(request.oldProperties))
      operations.push_back(patchOf("remove", "/binaryMediaTypes/" + escapedSegment(type)));
    for (const std::string& type : mediaTypes(request.properties))
      operations.push_back(patchOf("add", "/binaryMediaTypes/" + escapedSegment(type)));
    const auto endpoints = [](const JsonObject& properties) {
      const Json* configuration = properties.if_contains("EndpointConfiguration");
      return configuration ? textsAt(*configuration, "Types") : std::vector<std::string>();
    };
    if (const auto now = endpoints(request.properties); now != endpoints(request.oldProperties) && !now.empty()) {
      for (const char* type : {"EDGE", "REGIONAL"})
        operations.push_back(patchOf("remove", std::string("/endpointConfiguration/types/") + type));
      for (const std::string& type : now)
        operations.push_back(patchOf("add", "/endpointConfiguration/types/" + type));
    }
    return operations;
  }
};

}  // namespace

std::unique_ptr<ports::ResourceProvider> makeRestApiResource(ApiGatewayService& service) {
  return std::make_unique<RestApiProvider>(service);
}

}  // namespace hearth::services::apigateway
