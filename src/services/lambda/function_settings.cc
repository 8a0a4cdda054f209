// Permissions, concurrency, retries of events, tags.
#include <algorithm>

#include "services/lambda/configuration.h"
#include "services/lambda/lambda_service.h"

namespace hearth::services::lambda {

using namespace api::lambda;

namespace {

// Of the account's concurrency this much stays for functions without a reservation.
constexpr std::int64_t kUnreserved = 100;

// An empty ARN takes a destination away.
std::optional<std::string> unlessEmpty(const std::optional<std::string>& text) {
  return text && text->empty() ? std::nullopt : text;
}

std::string resourceOf(const FunctionName& name) { return name.qualifiedArn(); }

// The caller may say which policy it has seen: GetPolicy's RevisionId, which is that of the version.
Result<void> checkRevision(const VersionRow& version, const std::optional<std::string>& seen) {
  if (!seen || seen == version.configuration.revisionId) return {};
  return Fault("PreconditionFailedException",
               "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve "
               "the latest Revision Id",
               412);
}

}  // namespace

Result<AddPermissionOutput> LambdaService::addPermission(const api::Call& call, AddPermissionInput in) {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName, in.qualifier));
  HEARTH_TRY(FunctionRow function, getRow(name));
  if (in.eventSourceToken) return invalidParameter("Hearth does not support EventSourceToken.");
  if (in.principalOrgID) return invalidParameter("Hearth does not support PrincipalOrgID.");
  if (in.functionUrlAuthType) return invalidParameter("Hearth does not support function URLs.");
  if (name.qualifier == kLatest)
    return invalidParameter("We currently do not support adding policies for $LATEST.");
  HEARTH_TRY(const VersionRow version, getVersion(function, name.qualifier));
  HEARTH_CHECK(checkRevision(version, in.revisionId));
  HEARTH_TRY(Permission permission, checkPermission({in.statementId, in.action, in.principal,
                                                     in.sourceArn.value_or(""), in.sourceAccount.value_or("")}));
  for (const Permission& existing : store_.permissions(function.id, name.qualifier))
    if (existing.statementId == permission.statementId)
      return Fault("ResourceConflictException",
                   "The statement id (" + permission.statementId +
                       ") provided already exists. Please provide a new statement id, or remove the existing "
                       "statement.",
                   409)
          .with("Type", "User");
  store_.addPermission(function.id, name.qualifier, permission);
  changed(function.name);
  AddPermissionOutput out;
  out.statement = base::writeJson(permission.statement(resourceOf(name)));
  return out;
}

Result<RemovePermissionOutput> LambdaService::removePermission(const api::Call& call, RemovePermissionInput in) {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName, in.qualifier));
  HEARTH_TRY(FunctionRow function, getRow(name));
  if (in.revisionId) {
    HEARTH_TRY(const VersionRow version, getVersion(function, name.qualifier));
    HEARTH_CHECK(checkRevision(version, in.revisionId));
  }
  if (!store_.removePermission(function.id, name.qualifier, in.statementId))
    return Fault("ResourceNotFoundException", "Statement " + in.statementId + " is not found in resource policy.",
                 404)
        .with("Type", "User");
  changed(function.name);
  return RemovePermissionOutput{};
}

Result<GetPolicyOutput> LambdaService::getPolicy(const api::Call& call, GetPolicyInput in) const {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName, in.qualifier));
  HEARTH_TRY(FunctionRow function, getRow(name));
  auto permissions = store_.permissions(function.id, name.qualifier);
  if (permissions.empty())
    return Fault("ResourceNotFoundException", "The resource you requested does not exist.", 404)
        .with("Type", "User");
  JsonArray statements;
  for (const Permission& permission : permissions) statements.push_back(permission.statement(resourceOf(name)));
  GetPolicyOutput out;
  out.policy = base::writeJson(
      JsonObject{{"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", std::move(statements)}});
  HEARTH_TRY(VersionRow version, getVersion(function, name.qualifier));
  out.revisionId = version.configuration.revisionId;
  return out;
}

Result<PutFunctionConcurrencyOutput> LambdaService::putFunctionConcurrency(const api::Call& call,
                                                                           PutFunctionConcurrencyInput in) {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName));
  HEARTH_TRY(FunctionRow function, getRow(name));
  if (in.reservedConcurrentExecutions < 0)
    return invalidParameter("ReservedConcurrentExecutions must not be negative.");
  std::int64_t others = store_.reservedTotal(call.account, call.region) - function.reservedConcurrency.value_or(0);
  if (others + in.reservedConcurrentExecutions > settings_.accountConcurrency - kUnreserved)
    return invalidParameter(
        "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [100].");
  function.reservedConcurrency = in.reservedConcurrentExecutions;
  store_.update(function);
  changed(function.name);
  return PutFunctionConcurrencyOutput{in.reservedConcurrentExecutions};
}

Result<GetFunctionConcurrencyOutput> LambdaService::getFunctionConcurrency(const api::Call& call,
                                                                           GetFunctionConcurrencyInput in) const {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName));
  HEARTH_TRY(FunctionRow function, getRow(name));
  GetFunctionConcurrencyOutput out;
  out.reservedConcurrentExecutions = function.reservedConcurrency;
  return out;
}

Result<DeleteFunctionConcurrencyOutput> LambdaService::deleteFunctionConcurrency(
    const api::Call& call, DeleteFunctionConcurrencyInput in) {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName));
  HEARTH_TRY(FunctionRow function, getRow(name));
  function.reservedConcurrency.reset();
  store_.update(function);
  changed(function.name);
  return DeleteFunctionConcurrencyOutput{};
}

Result<FunctionEventInvokeConfig> LambdaService::writeEventConfig(const api::Call& call,
                                                                  const std::string& functionName,
                                                                  const std::optional<std::string>& qualifier,
                                                                  FunctionEventInvokeConfig config) {
  HEARTH_TRY(FunctionName name, nameOf(call, functionName, qualifier));
  HEARTH_TRY(FunctionRow function, getRow(name));
  HEARTH_TRY(const VersionRow version, getVersion(function, name.qualifier));
  if (config.maximumRetryAttempts && (*config.maximumRetryAttempts < 0 || *config.maximumRetryAttempts > 2))
    return invalidParameter("MaximumRetryAttempts must be between 0 and 2.");
  if (config.maximumEventAgeInSeconds &&
      (*config.maximumEventAgeInSeconds < 60 || *config.maximumEventAgeInSeconds > 21'600))
    return invalidParameter("MaximumEventAgeInSeconds must be between 60 and 21600.");
  DestinationConfig destinations{.onSuccess = OnSuccess{}, .onFailure = OnFailure{}};
  if (config.destinationConfig && config.destinationConfig->onSuccess)
    destinations.onSuccess->destination = unlessEmpty(config.destinationConfig->onSuccess->destination);
  if (config.destinationConfig && config.destinationConfig->onFailure)
    destinations.onFailure->destination = unlessEmpty(config.destinationConfig->onFailure->destination);
  for (const auto& arn : {destinations.onSuccess->destination, destinations.onFailure->destination})
    if (arn) HEARTH_CHECK(checkDestination(name, version.configuration.role.value_or(""), *arn));
  config.destinationConfig = std::move(destinations);
  std::string qualifierKey = name.qualifier.empty() ? kLatest : name.qualifier;
  config.functionArn = name.arn() + ":" + qualifierKey;
  config.lastModified = call.now;
  store_.putEventConfig(function.id, qualifierKey, config);
  changed(function.name);
  return config;
}

Result<PutFunctionEventInvokeConfigOutput> LambdaService::putFunctionEventInvokeConfig(
    const api::Call& call, PutFunctionEventInvokeConfigInput in) {
  FunctionEventInvokeConfig config;
  config.maximumRetryAttempts = in.maximumRetryAttempts;
  config.maximumEventAgeInSeconds = in.maximumEventAgeInSeconds;
  config.destinationConfig = in.destinationConfig;
  return writeEventConfig(call, in.functionName, in.qualifier, std::move(config));
}

Result<UpdateFunctionEventInvokeConfigOutput> LambdaService::updateFunctionEventInvokeConfig(
    const api::Call& call, UpdateFunctionEventInvokeConfigInput in) {
  HEARTH_TRY(auto config, getFunctionEventInvokeConfig(call, {in.functionName, in.qualifier}));
  if (in.maximumRetryAttempts) config.maximumRetryAttempts = in.maximumRetryAttempts;
  if (in.maximumEventAgeInSeconds) config.maximumEventAgeInSeconds = in.maximumEventAgeInSeconds;
  // A destination that is not named stays.
  if (in.destinationConfig && in.destinationConfig->onSuccess)
    config.destinationConfig->onSuccess = in.destinationConfig->onSuccess;
  if (in.destinationConfig && in.destinationConfig->onFailure)
    config.destinationConfig->onFailure = in.destinationConfig->onFailure;
  return writeEventConfig(call, in.functionName, in.qualifier, std::move(config));
}

Result<GetFunctionEventInvokeConfigOutput> LambdaService::getFunctionEventInvokeConfig(
    const api::Call& call, GetFunctionEventInvokeConfigInput in) const {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName, in.qualifier));
  HEARTH_TRY(FunctionRow function, getRow(name));
  auto config = store_.findEventConfig(function.id, name.qualifier.empty() ? kLatest : name.qualifier);
  if (!config)
    return Fault("ResourceNotFoundException",
                 "The function " + name.qualifiedArn() + " doesn't have an EventInvokeConfig", 404)
        .with("Type", "User");
  return *std::move(config);
}

Result<DeleteFunctionEventInvokeConfigOutput> LambdaService::deleteFunctionEventInvokeConfig(
    const api::Call& call, DeleteFunctionEventInvokeConfigInput in) {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName, in.qualifier));
  HEARTH_TRY(FunctionRow function, getRow(name));
  if (!store_.removeEventConfig(function.id, name.qualifier.empty() ? kLatest : name.qualifier))
    return Fault("ResourceNotFoundException",
                 "The function " + name.qualifiedArn() + " doesn't have an EventInvokeConfig", 404)
        .with("Type", "User");
  changed(function.name);
  return DeleteFunctionEventInvokeConfigOutput{};
}

Result<ListFunctionEventInvokeConfigsOutput> LambdaService::listFunctionEventInvokeConfigs(
    const api::Call& call, ListFunctionEventInvokeConfigsInput in) const {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName));
  HEARTH_TRY(FunctionRow function, getRow(name));
  ListFunctionEventInvokeConfigsOutput out;
  out.functionEventInvokeConfigs = store_.listEventConfigs(function.id);
  return out;
}

Result<TagResourceOutput> LambdaService::tagResource(const api::Call& call, TagResourceInput in) {
  HEARTH_TRY(FunctionName name, nameOf(call, in.resource));
  HEARTH_TRY(FunctionRow function, getRow(name));
  for (const auto& [key, value] : in.tags) function.tags[key] = value;
  if (function.tags.size() > 50) return invalidParameter("A function can have no more than 50 tags.");
  store_.update(function);
  return TagResourceOutput{};
}

Result<UntagResourceOutput> LambdaService::untagResource(const api::Call& call, UntagResourceInput in) {
  HEARTH_TRY(FunctionName name, nameOf(call, in.resource));
  HEARTH_TRY(FunctionRow function, getRow(name));
  for (const std::string& key : in.tagKeys) function.tags.erase(key);
  store_.update(function);
  return UntagResourceOutput{};
}

Result<ListTagsOutput> LambdaService::listTags(const api::Call& call, ListTagsInput in) const {
  HEARTH_TRY(FunctionName name, nameOf(call, in.resource));
  HEARTH_TRY(FunctionRow function, getRow(name));
  ListTagsOutput out;
  out.tags = function.tags;
  return out;
}

}  // namespace hearth::services::lambda
