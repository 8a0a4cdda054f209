// Invoke, and the port by which other parts call functions.
#include "base/bytes.h"
#include "base/json_check.h"
#include "services/lambda/configuration.h"
#include "services/lambda/lambda_service.h"

namespace hearth::services::lambda {

using namespace api::lambda;

namespace {

constexpr std::size_t kMostPayload = 6 << 20;       // of a call that waits
constexpr std::size_t kMostEventPayload = 1 << 20;  // of an event
constexpr std::size_t kMostCachedSpecs = 4096;

// The model calls it RequestTooLargeException; the service answers with this code.
Fault tooLarge(std::size_t size, const std::string& type, std::size_t limit) {
  return Fault("RequestEntityTooLargeException",
               std::to_string(size) + " byte payload is too large for the " + type + " invocation type (limit " +
                   std::to_string(limit) + " bytes)",
               413)
      .with("Type", "User");
}

Result<void> checkPayload(const std::string& payload) {
  auto checked = base::checkJson(payload, 512);
  if (checked.ok()) return {};
  return Fault("InvalidRequestContentException",
               "Could not parse request body into json: " + checked.fault().message)
      .with("Type", "User");
}

}  // namespace

std::shared_ptr<const functions::FunctionSpec> LambdaService::specOf(const FunctionRow& function,
                                                                     const VersionRow& version,
                                                                     const std::string& qualifier) const {
  const FunctionConfiguration& configuration = version.configuration;
  auto spec = std::make_shared<functions::FunctionSpec>();
  spec->functionArn = function.name.arn();
  spec->name = function.name.name;
  spec->version = version.version;
  spec->runtime = configuration.runtime.value_or("");
  spec->handler = configuration.handler.value_or("");
  spec->code = version.contentId;
  if (configuration.environment && configuration.environment->variables)
    spec->environment = *configuration.environment->variables;
  spec->timeout = std::chrono::seconds(configuration.timeout.value_or(3));
  spec->memoryMiB = static_cast<unsigned>(configuration.memorySize.value_or(128));
  spec->temporaryMiB =
      static_cast<unsigned>(configuration.ephemeralStorage ? configuration.ephemeralStorage->size : 512);
  spec->roleArn = configuration.role.value_or("");
  if (function.reservedConcurrency)
    spec->reservedConcurrency = static_cast<unsigned>(*function.reservedConcurrency);
  // Of the version or alias that is called, not of the version behind an alias.
  if (auto events = store_.findEventConfig(function.id, qualifier.empty() ? kLatest : qualifier)) {
    spec->events.maximumRetryAttempts = static_cast<int>(events->maximumRetryAttempts.value_or(2));
    spec->events.maximumEventAge = std::chrono::seconds(events->maximumEventAgeInSeconds.value_or(21'600));
    if (events->destinationConfig && events->destinationConfig->onSuccess)
      spec->events.onSuccess = events->destinationConfig->onSuccess->destination.value_or("");
    if (events->destinationConfig && events->destinationConfig->onFailure)
      spec->events.onFailure = events->destinationConfig->onFailure->destination.value_or("");
  }
  spec->revision = configuration.revisionId.value_or("") + "/" + std::to_string(function.id);
  return spec;
}

Result<std::shared_ptr<const functions::FunctionSpec>> LambdaService::resolve(const std::string& functionArn) {
  HEARTH_TRY(Known function, known(functionArn));
  return std::move(function.spec);
}

Result<LambdaService::Known> LambdaService::known(const std::string& functionArn) {
  std::uint64_t generation = 0;
  {
    std::lock_guard lock(specs_.mutex);
    auto cached = specs_.byArn.find(functionArn);
    if (cached != specs_.byArn.end()) return cached->second;
    generation = specs_.generation;
  }
  HEARTH_TRY(FunctionName name, parseFunctionName(functionArn, "", ""));
  Known found;
  {
    store::Database::Snapshot snapshot(database_);
    HEARTH_TRY(FunctionRow function, getRow(name));
    HEARTH_TRY(VersionRow version, getVersion(function, name.qualifier));
    found.account = function.name.account;
    found.spec = specOf(function, version, name.qualifier);
    found.permissions =
        std::make_shared<const std::vector<Permission>>(store_.permissions(function.id, name.qualifier));
  }
  // On the writer thread the row may not be committed yet: it is not for others to see.
  if (!database_.onWriterThread()) {
    std::lock_guard lock(specs_.mutex);
    if (specs_.generation == generation) {
      if (specs_.byArn.size() >= kMostCachedSpecs) specs_.byArn.clear();
      specs_.byArn[functionArn] = found;
    }
  }
  return found;
}

Result<LambdaService::Known> LambdaService::admit(const ports::Invocation& invocation) {
  HEARTH_TRY(Known function, known(invocation.functionArn));
  const ports::InvokeCaller& caller = invocation.caller;
  if (admits(*function.permissions, caller, function.account)) return function;
  return Fault("AccessDeniedException",
               (caller.roleArn.empty() ? caller.servicePrincipal : "User: " + caller.roleArn) +
                   " is not authorized to perform: lambda:InvokeFunction on resource: " + invocation.functionArn +
                   " because no resource-based policy allows the lambda:InvokeFunction action",
               403);
}

Task<Result<ports::InvokeOutcome>> LambdaService::invoke(ports::Invocation invocation) {
  HEARTH_CO_TRY(Known function, admit(invocation));
  co_return co_await host_->invoke(std::move(function.spec), std::move(invocation));
}

Result<void> LambdaService::enqueue(const ports::Invocation& invocation) {
  HEARTH_CHECK(admit(invocation));
  HEARTH_CHECK(host_->enqueue(invocation));
  return {};
}

Task<Result<InvokeOutput>> LambdaService::invoke(const api::Call& call, InvokeInput in) {
  HEARTH_CO_TRY(FunctionName name, nameOf(call, in.functionName, in.qualifier));
  std::string type = in.invocationType.value_or("RequestResponse");
  if (type != "RequestResponse" && type != "Event" && type != "DryRun")
    co_return Fault("ValidationException",
                    "1 validation error detected: Value '" + type.substr(0, 64) +
                        "' at 'invocationType' failed to satisfy constraint: Member must satisfy "
                        "enum value set: [Event, RequestResponse, DryRun]");
  ports::Invocation invocation;
  invocation.requestId = call.requestId;
  invocation.functionArn = name.qualifiedArn();
  invocation.payload = in.payload.value_or("");
  if (base::trim(invocation.payload).empty()) invocation.payload = "{}";
  std::size_t limit = type == "Event" ? kMostEventPayload : kMostPayload;
  if (invocation.payload.size() > limit) co_return tooLarge(invocation.payload.size(), type, limit);
  HEARTH_CO_CHECK(checkPayload(invocation.payload));
  if (in.clientContext) {
    auto context = base::base64Decode(*in.clientContext);
    if (!context || context->size() > 3583 || !base::parseJson(*context).ok())
      co_return Fault("InvalidRequestContentException",
                      "Client context must be a valid Base64-encoded JSON object.");
    invocation.clientContext = *context;
  }
  HEARTH_CO_TRY(auto spec, resolve(invocation.functionArn));
  InvokeOutput out;
  if (type == "DryRun") {
    out.statusCode = 204;
    co_return out;
  }
  if (type == "Event") {
    auto accept = [this, &invocation]() -> Result<void> {
      HEARTH_CHECK(host_->enqueue(invocation));
      return {};
    };
    HEARTH_CO_CHECK(co_await database_.write(accept));
    out.statusCode = 202;
    co_return out;
  }
  invocation.wantLogTail = in.logType == "Tail";
  HEARTH_CO_TRY(auto outcome, co_await host_->invoke(spec, std::move(invocation)));
  out.statusCode = 200;
  out.payload = std::move(outcome.payload);
  out.functionError = outcome.functionError;
  out.executedVersion = outcome.executedVersion;
  if (in.logType == "Tail") out.logResult = base::base64Encode(outcome.logTail);
  co_return out;
}

}  // namespace hearth::services::lambda
