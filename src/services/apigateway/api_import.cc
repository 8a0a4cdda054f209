// Imports: documents become APIs, or parts of them.
#include <algorithm>
#include <map>
#include <set>

#include "api/access.h"
#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/method_checks.h"
#include "services/apigateway/openapi_reader.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

using Texts = std::map<std::string, std::string>;

std::string lines(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += "\n\t" + text;
  return all;
}

// AWS's words for what was found; nothing when the import may stand.
Result<void> judge(const Findings& findings, bool failOnWarnings) {
  const bool warned = !findings.warnings().empty();
  if (!findings.errors().empty()) {
    std::string message = "Errors found during import:" + lines(findings.errors());
    if (warned) message += "\nAdditionally, these warnings were found:" + lines(findings.warnings());
    return badRequest(std::move(message));
  }
  if (failOnWarnings && warned) return badRequest("Warnings found during import:" + lines(findings.warnings()));
  return {};
}

std::string partsName(const OperationDefinition& operation) {
  return "'" + operation.method.httpMethod.value_or("") + "' for resource at path '" +
         operation.path.substr(0, 200) + "'";
}

}  // namespace

// One document carried out over one API, within a write.
class ApiImport final {
 public:
  ApiImport(ApiGatewayService& service, const api::Call& call, RestApi& rest, ApiDefinition& definition,
            ImportMode mode)
      : service_(service),
        store_(service.store_),
        call_(call),
        rest_(rest),
        definition_(definition),
        overwrite_(mode == ImportMode::kOverwrite),
        scope_(ApiGatewayService::scopeOf(call, *rest.id)) {}

  Result<void> run() {
    HEARTH_CHECK(checkRoles());
    HEARTH_CHECK(checkPolicyRights());
    applySettings();
    putModels();
    putValidators();
    putAuthorizers();
    putGatewayResponses();
    HEARTH_CHECK(loadResources());
    putResources();
    for (OperationDefinition& operation : definition_.operations) putOperation(operation);
    for (const auto& [path, resource] : resources_) store_.put(scope_, kind::kResource, *resource.id, resource);
    return {};
  }

 private:
  Findings& findings() { return definition_.findings; }

  // The roles that a document hands to API Gateway have to be the caller's to hand on.
  Result<void> checkRoles() const {
    std::set<std::string> roles;
    for (const OperationDefinition& operation : definition_.operations)
      if (const auto& integration = operation.method.methodIntegration; integration && integration->credentials)
        roles.insert(*integration->credentials);
    for (const Authorizer& authorizer : definition_.authorizers)
      if (authorizer.authorizerCredentials) roles.insert(*authorizer.authorizerCredentials);
    for (const std::string& role : roles)
      if (role.find(":role/") != std::string::npos)
        HEARTH_CHECK(api::checkRights(call_, api::passRole(role, "apigateway.amazonaws.com")));
    return {};
  }

  // To say who may call an API is a right of its own, also in a document, and in one that says nothing about it
  // when that takes the policy away.
  Result<void> checkPolicyRights() const {
    if (!definition_.policy && !(overwrite_ && rest_.policy)) return {};
    return api::checkRights(call_, {"apigateway:UpdateRestApiPolicy",
                                    "arn:aws:apigateway:" + scope_.region + "::/restapis/" + scope_.apiId});
  }

  void applySettings() {
    if (definition_.title) rest_.name = definition_.title;
    if (definition_.description || overwrite_) rest_.description = definition_.description;
    if (definition_.version || overwrite_) rest_.version = definition_.version;
    if (definition_.apiKeySource || overwrite_) rest_.apiKeySource = definition_.apiKeySource.value_or("HEADER");
    if (definition_.policy || overwrite_) rest_.policy = definition_.policy;
    if (definition_.disableExecuteApiEndpoint)
      rest_.disableExecuteApiEndpoint = definition_.disableExecuteApiEndpoint;
    if (definition_.endpointTypes)
      rest_.endpointConfiguration = EndpointConfiguration{.types = definition_.endpointTypes};
    if (overwrite_) {
      rest_.binaryMediaTypes = definition_.binaryMediaTypes;
    } else if (definition_.binaryMediaTypes) {
      auto types = rest_.binaryMediaTypes.value_or(std::vector<std::string>{});
      for (const std::string& type : *definition_.binaryMediaTypes)
        if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
      rest_.binaryMediaTypes = std::move(types);
    }
  }

  void putModels() {
    std::set<std::string> wanted;
    for (Model& model : definition_.models) {
      const std::string name = model.name.value_or("");
      if (auto checked = checkName(name, "Model name"); !checked.ok()) {
        findings().error("Unable to create model for '" + name.substr(0, 100) + "': " + checked.fault().message);
        continue;
      }
      const auto known = store_.find<Model>(scope_, kind::kModel, name);
      model.id = known ? known->id : service_.newId(6);
      store_.put(scope_, kind::kModel, name, model);
      wanted.insert(name);
    }
    removeOthers(kind::kModel, wanted);
  }

  // What is there of this kind, by name.
  template <class T>
  std::map<std::string, T> byName(const char* kind) const {
    std::map<std::string, T> known;
    for (const Record& record : store_.list(scope_, kind)) {
      T value = ApiGatewayStore::parse<T>(record.text);
      known.emplace(value.name.value_or(""), std::move(value));
    }
    return known;
  }

  void removeOthers(const char* kind, const std::set<std::string>& wanted) {
    if (!overwrite_) return;
    for (const Record& record : store_.list(scope_, kind))
      if (!wanted.contains(record.id)) store_.remove(scope_, kind, record.id);
  }

  // Puts all of a kind under the ids that they have, or new ones, and remembers those for the methods.
  template <class T>
  void putNamed(const char* kind, std::vector<T>& list, std::map<std::string, std::string>& ids) {
    const auto known = byName<T>(kind);
    std::set<std::string> wanted;
    for (T& item : list) {
      const auto found = known.find(*item.name);
      item.id = found != known.end() ? found->second.id : service_.newId(6);
      ids[*item.name] = *item.id;
      wanted.insert(*item.id);
      store_.put(scope_, kind, *item.id, item);
    }
    if (!overwrite_)
      for (const auto& [name, item] : known) ids.emplace(name, item.id.value_or(""));
    removeOthers(kind, wanted);
  }

  void putValidators() { putNamed(kind::kValidator, definition_.validators, validatorIds_); }

  void putAuthorizers() {
    for (Authorizer& authorizer : definition_.authorizers) {
      if (!authorizer.authType) authorizer.authType = "custom";
      if (!authorizer.authorizerResultTtlInSeconds) authorizer.authorizerResultTtlInSeconds = 300;
      if (auto checked = checkAuthorizer(call_, authorizer); !checked.ok())
        findings().error("Unable to create authorizer '" + authorizer.name->substr(0, 128) +
                         "': " + checked.fault().message);
    }
    putNamed(kind::kAuthorizer, definition_.authorizers, authorizerIds_);
  }

  void putGatewayResponses() {
    std::set<std::string> wanted;
    for (const GatewayResponse& response : definition_.gatewayResponses) {
      const std::string type = response.responseType.value_or("");
      if (auto checked = checkGatewayResponse(response); !checked.ok()) {
        findings().error("Unable to put gateway response '" + type.substr(0, 64) + "': " + checked.fault().message);
        continue;
      }
      store_.put(scope_, kind::kGatewayResponse, type, response);
      wanted.insert(type);
    }
    removeOthers(kind::kGatewayResponse, wanted);
  }

  // A path that stays keeps its id, also where everything is written anew.
  Result<void> loadResources() {
    std::set<std::string> wanted = {"/"};
    for (const std::string& path : definition_.paths)
      for (std::size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
        wanted.insert(path.substr(0, at));
        if (wanted.size() > kMostResources)
          return Fault("LimitExceededException",
                       "An import may name at most " + std::to_string(kMostResources) + " resources.", 429);
        if (at == std::string::npos) break;
      }
    for (const Record& record : store_.list(scope_, kind::kResource)) {
      auto resource = ApiGatewayStore::parse<Resource>(record.text);
      const std::string path = resource.path.value_or("/");
      if (overwrite_ && !wanted.contains(path)) {
        store_.remove(scope_, kind::kResource, record.id);
        continue;
      }
      if (overwrite_) resource.resourceMethods.reset();
      resources_.emplace(path, std::move(resource));
    }
    return {};
  }

  void putResources() {
    for (const std::string& path : definition_.paths) {
      if (path == "/") continue;
      for (std::size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
        const std::string ancestor = path.substr(0, at);
        if (!resources_.contains(ancestor) && !addResource(ancestor)) break;
        if (at == std::string::npos) break;
      }
    }
  }

  bool addResource(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const Resource& parent = resources_.at(slash == 0 ? "/" : path.substr(0, slash));
    Resource resource;
    resource.id = service_.newId(6);
    resource.parentId = parent.id;
    resource.pathPart = path.substr(slash + 1);
    resource.path = path;
    if (auto checked = checkResource(parent, *resource.pathPart, childrenOf(parent)); !checked.ok()) {
      findings().error("Unable to create resource at path '" + path.substr(0, 200) +
                       "': " + checked.fault().message);
      return false;
    }
    children_[*parent.id].push_back(*resource.pathPart);
    resources_.emplace(path, std::move(resource));
    return true;
  }

  const std::vector<std::string>& childrenOf(const Resource& parent) {
    if (children_.empty())
      for (const auto& [path, resource] : resources_)
        if (resource.parentId) children_[*resource.parentId].push_back(resource.pathPart.value_or(""));
    return children_[*parent.id];
  }

  void putOperation(OperationDefinition& operation) {
    const auto place = resources_.find(operation.path);
    if (place == resources_.end()) return;  // an error was found already
    Method& method = operation.method;
    const std::string verb = method.httpMethod.value_or("");
    if (method.authorizerId) {
      const auto id = authorizerIds_.find(*method.authorizerId);
      method.authorizerId = id == authorizerIds_.end() ? std::string() : id->second;
    }
    if (method.requestValidatorId) {
      const auto id = validatorIds_.find(*method.requestValidatorId);
      method.requestValidatorId = id == validatorIds_.end() ? std::string() : id->second;
    }
    if (auto checked = service_.checkMethod(call_, *rest_.id, method); !checked.ok()) {
      findings().error("Unable to put method '" + verb + "' on resource at path '" + operation.path.substr(0, 200) +
                       "': " + checked.fault().message);
      return;
    }
    if (method.methodIntegration && !checkParts(operation, *place->second.id)) return;
    if (!place->second.resourceMethods) place->second.resourceMethods.emplace();
    (*place->second.resourceMethods)[verb] = method;
  }

  bool checkParts(OperationDefinition& operation, const std::string& resourceId) {
    Integration& integration = *operation.method.methodIntegration;
    completeIntegration(integration, resourceId);
    if (auto checked = checkIntegration(call_, operation.method, integration); !checked.ok()) {
      findings().error("Unable to put integration on " + partsName(operation) + ": " + checked.fault().message);
      return false;
    }
    for (const auto& [status, response] :
         integration.integrationResponses.value_or(std::map<std::string, IntegrationResponse>{})) {
      auto checked = checkIntegrationResponse(operation.method, response);
      if (checked.ok()) continue;
      findings().error("Unable to put integration response on " + partsName(operation) + ": " +
                       checked.fault().message);
      return false;
    }
    return true;
  }

  static constexpr std::size_t kMostResources = 1'000;

  ApiGatewayService& service_;
  ApiGatewayStore& store_;
  const api::Call& call_;
  RestApi& rest_;
  ApiDefinition& definition_;
  const bool overwrite_;
  const Scope scope_;
  std::map<std::string, std::string> validatorIds_;           // by name
  std::map<std::string, std::string> authorizerIds_;          // by name
  std::map<std::string, Resource> resources_;                 // by path
  std::map<std::string, std::vector<std::string>> children_;  // path parts, by the parent's id
};

Result<RestApi> ApiGatewayService::carryOut(const api::Call& call, RestApi rest, ImportOrder order) {
  rest.warnings.reset();
  ApiImport work(*this, call, rest, order.definition, order.mode);
  HEARTH_CHECK(work.run());
  HEARTH_CHECK(judge(order.definition.findings, order.failOnWarnings));
  applyGiven(rest, order.given);
  const Scope scope = scopeOf(call, *rest.id);
  HEARTH_CHECK(settle(scope, rest));
  store_.put(scope, kind::kRestApi, *rest.id, rest);
  stagesChanged(*rest.id);
  if (!order.definition.findings.warnings().empty()) rest.warnings = order.definition.findings.warnings();
  return shown(scope, std::move(rest));
}

Result<RestApi> ApiGatewayService::importNew(const api::Call& call, std::string apiId, ImportOrder order) {
  CreateRestApiInput in = order.given;
  if (in.name.empty()) in.name = order.definition.title.value_or("");
  order.mode = ImportMode::kOverwrite;
  HEARTH_TRY(RestApi rest, createBare(call, std::move(apiId), std::move(in)));
  return carryOut(call, std::move(rest), std::move(order));
}

Result<RestApi> ApiGatewayService::importInto(const api::Call& call, const std::string& apiId, ImportOrder order) {
  HEARTH_TRY(RestApi rest, getApi(call, apiId));
  return carryOut(call, std::move(rest), std::move(order));
}

Task<Result<ApiDefinition>> ApiGatewayService::readBody(std::string body, ImportOptions options) {
  auto work = [body = std::move(body), options = std::move(options)]() -> Result<ApiDefinition> {
    HEARTH_TRY(OpenApiDocument document, OpenApiDocument::parse(body));
    return readOpenApi(document, options);
  };
  co_return co_await base::runOn(pool_, std::move(work));
}

Task<Result<RestApi>> ApiGatewayService::importRestApi(const api::Call& call, ImportRestApiInput in) {
  HEARTH_CO_TRY(ImportOptions options, readImportOptions(in.parameters.value_or(Texts{})));
  options.apiId = newId(10);
  ImportOrder order;
  HEARTH_CO_TRY(order.definition, co_await readBody(std::move(in.body), options));
  order.failOnWarnings = in.failOnWarnings.value_or(false);
  RestApi rest;
  auto work = [this, &call, &options, &order, &rest]() -> Result<void> {
    HEARTH_TRY(rest, importNew(call, options.apiId, std::move(order)));
    return {};
  };
  HEARTH_CO_CHECK(co_await database_.write(std::move(work)));
  co_return rest;
}

Task<Result<RestApi>> ApiGatewayService::putRestApi(const api::Call& call, PutRestApiInput in) {
  const std::string mode = in.mode.value_or("merge");
  if (mode != "merge" && mode != "overwrite")
    co_return badRequest("Invalid mode specified: " + mode.substr(0, 32) + ". Must be one of: [merge, overwrite]");
  HEARTH_CO_TRY(ImportOptions options, readImportOptions(in.parameters.value_or(Texts{})));
  options.apiId = in.restApiId;
  ImportOrder order;
  HEARTH_CO_TRY(order.definition, co_await readBody(std::move(in.body), options));
  order.mode = mode == "merge" ? ImportMode::kMerge : ImportMode::kOverwrite;
  order.failOnWarnings = in.failOnWarnings.value_or(false);
  RestApi rest;
  auto work = [this, &call, &in, &order, &rest]() -> Result<void> {
    HEARTH_TRY(rest, importInto(call, in.restApiId, std::move(order)));
    return {};
  };
  HEARTH_CO_CHECK(co_await database_.write(std::move(work)));
  co_return rest;
}

}  // namespace hearth::services::apigateway
