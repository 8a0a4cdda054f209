#include "services/lambda/lambda_service.h"

#include "base/bytes.h"
#include "services/constraints.h"
#include "services/lambda/configuration.h"

namespace hearth::services::lambda {

using namespace api::lambda;

namespace {

constexpr std::size_t kMostZipInRequest = 50 << 20;
constexpr std::size_t kPage = 50;

// 2019-04-08T21:00:00.123+0000, as Lambda writes it.
std::string modifiedText(base::Time time) {
  std::string text = base::formatIso8601(time, true);
  if (text.find('.') == std::string::npos) text.insert(text.size() - 1, ".000");
  text.resize(text.size() - 1);
  return text + "+0000";
}

Fault preconditionFailed() {
  return {
      "PreconditionFailedException",
      "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve "
      "the latest RevisionId",
      412};
}

}  // namespace

LambdaService::LambdaService(store::Database& database, const store::Keyring& keyring, functions::CodeStore& code,
                             ports::ObjectReader& objects, ports::CredentialIssuer& roles,
                             const ports::Authorizer& authorizer, base::ThreadPool& pool, base::Random& random,
                             const base::Clock& clock, LambdaSettings settings)
    : database_(database),
      code_(code),
      objects_(objects),
      roles_(roles),
      authorizer_(authorizer),
      pool_(pool),
      random_(random),
      clock_(clock),
      settings_(settings),
      store_(database, keyring) {}

Result<FunctionName> LambdaService::nameOf(const api::Call& call, const std::string& text,
                                           const std::optional<std::string>& qualifier) const {
  HEARTH_TRY(FunctionName name, parseFunctionName(text, call.account, call.region, qualifier));
  if (name.account != call.account)
    return Fault("AccessDeniedException",
                 "User: " + call.principal.arn + " is not authorized to perform: " + call.operation +
                     " on resource: " + name.arn(),
                 403);
  return name;
}

Result<FunctionRow> LambdaService::getRow(const FunctionName& name) const {
  auto row = store_.find(name);
  if (!row)
    return Fault("ResourceNotFoundException", "Function not found: " + name.qualifiedArn(), 404)
        .with("Type", "User");
  return *std::move(row);
}

Result<VersionRow> LambdaService::getVersion(const FunctionRow& function, const std::string& qualifier) const {
  std::string version = qualifier.empty() ? kLatest : qualifier;
  if (auto alias = store_.findAlias(function.id, version))
    version = alias->configuration.functionVersion.value_or(kLatest);
  auto row = store_.findVersion(function.id, version);
  if (!row)
    return Fault("ResourceNotFoundException", "Function not found: " + function.name.arn() + ":" + qualifier, 404)
        .with("Type", "User");
  return *std::move(row);
}

Result<void> LambdaService::checkRole(const api::Call& call, const std::string& roleArn) const {
  if (!roleArn.starts_with("arn:aws:iam::") || roleArn.find(":role/") == std::string::npos)
    return Fault("ValidationException",
                 "1 validation error detected: Value '" + roleArn.substr(0, 200) +
                     "' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: "
                     "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+");
  if (!roleArn.starts_with("arn:aws:iam::" + call.account + ":"))
    return Fault("AccessDeniedException", "Cross-account pass role is not allowed.", 403);
  if (roles_.checkAssumable(roleArn, "lambda.amazonaws.com", call.account).ok()) return {};
  return invalidParameter("The role defined for the function cannot be assumed by Lambda.");
}

Result<functions::Package> LambdaService::keepPackage(const std::string& account, const FunctionCode& code) {
  if (code.imageUri) return invalidParameter("Hearth does not support container images.");
  bool fromS3 = code.s3Bucket || code.s3Key;
  if (fromS3 && code.zipFile)
    return invalidParameter("Please do not provide other FunctionCode parameters when providing a ZipFile.");
  if (!fromS3) {
    if (!code.zipFile) return invalidParameter("Please provide a source for function code.");
    if (code.zipFile->size() > kMostZipInRequest)
      return Fault("RequestEntityTooLargeException",
                   "The zip has more than 52428800 bytes; put larger packages into S3.", 413);
    return code_.keep(*code.zipFile);
  }
  auto zip =
      objects_.readObject({account, code.s3Bucket.value_or(""), code.s3Key.value_or(""), code.s3ObjectVersion},
                          settings_.mostPackageBytes);
  if (!zip.ok())
    return invalidParameter("Error occurred while GetObject. S3 Error Code: " + zip.fault().code +
                            ". S3 Error Message: " + zip.fault().message);
  return code_.keep(*zip);
}

void LambdaService::changed(const FunctionName& name) {
  std::string arn = name.arn();
  database_.afterCommit([this, arn] {
    {
      std::lock_guard lock(specs_.mutex);
      ++specs_.generation;
      std::erase_if(specs_.byArn,
                    [&](const auto& entry) { return entry.first == arn || entry.first.starts_with(arn + ":"); });
    }
    if (host_) host_->retireSoon(arn);
  });
}

void LambdaService::forgetUnused(const std::string& contentId) {
  if (!contentId.empty() && !store_.usesContent(contentId)) code_.forget(contentId);
}

void LambdaService::putLatest(const FunctionRow& function, VersionRow version) {
  version.configuration.revisionId = base::randomUuid(random_);
  version.configuration.lastModified = modifiedText(clock_.now());
  store_.putVersion(function.id, version);
  changed(function.name);
}

Result<FunctionConfiguration> LambdaService::createWith(const api::Call& call, CreateFunctionInput in,
                                                        const functions::Package& package) {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName));
  if (!name.qualifier.empty()) return invalidParameter("A function's name has no qualifier.");
  HEARTH_CHECK(checkCreation(in));
  auto given = configurationOf(in);
  HEARTH_CHECK(checkConfiguration(given, {settings_.mostTimeoutSeconds}));
  HEARTH_CHECK(checkRole(call, in.role));
  if (store_.find(name))
    return Fault("ResourceConflictException", "Function already exist: " + name.name, 409).with("Type", "User");

  FunctionRow function{.name = name, .tags = in.tags.value_or(std::map<std::string, std::string>{})};
  function.id = store_.insert(function);
  code_.record(package);

  VersionRow latest;
  latest.contentId = package.contentId;
  FunctionConfiguration& configuration = latest.configuration;
  configuration.functionName = name.name;
  configuration.functionArn = name.arn();
  configuration.codeSize = static_cast<std::int64_t>(package.size);
  configuration.codeSha256 = package.codeSha256;
  configuration.version = kLatest;
  configuration.description = "";
  configuration.timeout = 3;
  configuration.memorySize = 128;
  configuration.tracingConfig = TracingConfigResponse{.mode = "PassThrough"};
  configuration.state = "Active";
  configuration.lastUpdateStatus = "Successful";
  configuration.packageType = "Zip";
  configuration.architectures = std::vector<std::string>{"x86_64"};
  configuration.ephemeralStorage = EphemeralStorage{512};
  configuration.snapStart = SnapStartResponse{.applyOn = "None", .optimizationStatus = "Off"};
  applyConfiguration(configuration, given);
  putLatest(function, latest);
  if (in.publish.value_or(false)) return publish(function, in.description.value_or(""));
  return store_.findVersion(function.id, kLatest)->configuration;
}

// Of a write that has failed: its package goes, unless the write may hold all the same.
Task<Fault> LambdaService::withoutPackage(functions::Package package, Fault fault) {
  if (fault.outcomeUnknown) co_return fault;
  auto abandon = [this, &package] { code_.abandon(package); };
  co_await base::runOn(pool_, abandon);
  co_return fault;
}

Task<Result<CreateFunctionOutput>> LambdaService::createFunction(const api::Call& call, CreateFunctionInput in) {
  // What can be refused without the package is refused before it is read.
  HEARTH_CO_CHECK(checkCreation(in));
  HEARTH_CO_CHECK(checkConfiguration(configurationOf(in), {settings_.mostTimeoutSeconds}));
  auto keep = [this, &call, code = std::move(in.code)]() { return keepPackage(call.account, code); };
  in.code = {};
  HEARTH_CO_TRY(functions::Package package, co_await base::runOn(pool_, keep));
  CreateFunctionOutput out;
  auto work = [this, &call, &in, &package, &out]() -> Result<void> {
    HEARTH_TRY(out, createWith(call, in, package));
    return {};
  };
  const auto written = co_await database_.write(work);
  if (!written.ok()) co_return co_await withoutPackage(std::move(package), written.fault());
  co_return out;
}

Result<FunctionConfiguration> LambdaService::updateCodeWith(const api::Call& call, const std::string& functionName,
                                                            const functions::Package& package, bool publishIt,
                                                            const std::optional<std::string>& revisionId) {
  HEARTH_TRY(FunctionName name, nameOf(call, functionName));
  HEARTH_TRY(FunctionRow function, getRow(name));
  HEARTH_TRY(VersionRow latest, getVersion(function, kLatest));
  if (revisionId && revisionId != latest.configuration.revisionId) return preconditionFailed();
  std::string former = latest.contentId;
  code_.record(package);
  latest.contentId = package.contentId;
  latest.configuration.codeSize = static_cast<std::int64_t>(package.size);
  latest.configuration.codeSha256 = package.codeSha256;
  putLatest(function, latest);
  if (former != package.contentId) forgetUnused(former);
  if (publishIt) return publish(function, latest.configuration.description.value_or(""));
  return store_.findVersion(function.id, kLatest)->configuration;
}

Task<Result<UpdateFunctionCodeOutput>> LambdaService::updateFunctionCode(const api::Call& call,
                                                                         UpdateFunctionCodeInput in) {
  if (in.dryRun.value_or(false))
    co_return invalidParameter("Hearth does not support DryRun in UpdateFunctionCode.");
  if (in.architectures && *in.architectures != std::vector<std::string>{"x86_64"})
    co_return invalidParameter("Hearth does not support another architecture than the machine's own, x86_64.");
  HEARTH_CO_TRY(FunctionName name, nameOf(call, in.functionName));
  HEARTH_CO_CHECK(getRow(name));
  FunctionCode code;
  code.zipFile = std::move(in.zipFile);
  code.s3Bucket = in.s3Bucket;
  code.s3Key = in.s3Key;
  code.s3ObjectVersion = in.s3ObjectVersion;
  code.imageUri = in.imageUri;
  auto keep = [this, &call, code = std::move(code)]() { return keepPackage(call.account, code); };
  HEARTH_CO_TRY(functions::Package package, co_await base::runOn(pool_, keep));
  UpdateFunctionCodeOutput out;
  auto work = [this, &call, &in, &package, &out]() -> Result<void> {
    HEARTH_TRY(out, updateCodeWith(call, in.functionName, package, in.publish.value_or(false), in.revisionId));
    return {};
  };
  const auto written = co_await database_.write(work);
  if (!written.ok()) co_return co_await withoutPackage(std::move(package), written.fault());
  co_return out;
}

Result<UpdateFunctionConfigurationOutput> LambdaService::updateFunctionConfiguration(
    const api::Call& call, UpdateFunctionConfigurationInput in) {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName));
  HEARTH_TRY(FunctionRow function, getRow(name));
  HEARTH_TRY(VersionRow latest, getVersion(function, kLatest));
  if (in.revisionId && in.revisionId != latest.configuration.revisionId) return preconditionFailed();
  HEARTH_CHECK(checkConfiguration(in, {settings_.mostTimeoutSeconds}));
  if (in.role) HEARTH_CHECK(checkRole(call, *in.role));
  applyConfiguration(latest.configuration, in);
  putLatest(function, latest);
  return store_.findVersion(function.id, kLatest)->configuration;
}

Result<DeleteFunctionOutput> LambdaService::deleteFunction(const api::Call& call, DeleteFunctionInput in) {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName, in.qualifier));
  HEARTH_TRY(FunctionRow function, getRow(name));
  std::vector<VersionRow> gone;
  if (!name.qualifier.empty()) {
    if (name.qualifier == kLatest)
      return invalidParameter("$LATEST version cannot be deleted without deleting the function.");
    for (const AliasRow& alias : store_.listAliases(function.id))
      if (alias.configuration.functionVersion == name.qualifier)
        return Fault("ResourceConflictException",
                     "Version " + name.qualifier + " is referenced by the alias " + alias.name + ".", 409)
            .with("Type", "User");
    HEARTH_TRY(VersionRow version, getVersion(function, name.qualifier));
    store_.removeVersion(function.id, name.qualifier);
    gone.push_back(std::move(version));
  } else {
    gone = store_.listVersions(function.id);
    store_.remove(function.id);
  }
  changed(function.name);  // before the code goes
  for (const VersionRow& version : gone) forgetUnused(version.contentId);
  return DeleteFunctionOutput{};
}

Result<GetFunctionOutput> LambdaService::getFunction(const api::Call& call, GetFunctionInput in) const {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName, in.qualifier));
  HEARTH_TRY(FunctionRow function, getRow(name));
  HEARTH_TRY(VersionRow version, getVersion(function, name.qualifier));
  GetFunctionOutput out;
  out.configuration = version.configuration;
  out.code = FunctionCodeLocation{.repositoryType = "S3"};
  if (!function.tags.empty()) out.tags = function.tags;
  if (function.reservedConcurrency) out.concurrency = Concurrency{function.reservedConcurrency};
  return out;
}

Result<GetFunctionConfigurationOutput> LambdaService::getFunctionConfiguration(
    const api::Call& call, GetFunctionConfigurationInput in) const {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName, in.qualifier));
  HEARTH_TRY(FunctionRow function, getRow(name));
  HEARTH_TRY(VersionRow version, getVersion(function, name.qualifier));
  return version.configuration;
}

Result<ListFunctionsOutput> LambdaService::listFunctions(const api::Call& call, ListFunctionsInput in) const {
  const bool all = in.functionVersion.has_value();
  if (all) HEARTH_CHECK(checkOneOf(*in.functionVersion, "functionVersion", {"ALL"}));
  HEARTH_CHECK(checkRange(in.maxItems, "maxItems", 1, 10'000));
  auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(in.maxItems.value_or(kPage), 1, kPage));
  auto rows = store_.list(call.account, call.region, in.marker.value_or(""), most + 1);
  ListFunctionsOutput out;
  if (rows.size() > most) {
    rows.resize(most);
    out.nextMarker = rows.back().name.name;
  }
  auto& list = out.functions.emplace();
  for (const FunctionRow& row : rows) {
    if (all) {
      for (VersionRow& version : store_.listVersions(row.id)) list.push_back(std::move(version.configuration));
    } else if (auto latest = store_.findVersion(row.id, kLatest)) {
      list.push_back(std::move(latest->configuration));
    }
  }
  return out;
}

Result<GetAccountSettingsOutput> LambdaService::getAccountSettings(const api::Call& call,
                                                                   GetAccountSettingsInput) const {
  GetAccountSettingsOutput out;
  auto& limit = out.accountLimit.emplace();
  limit.totalCodeSize = 80'530'636'800;
  limit.codeSizeUnzipped = 262'144'000;
  limit.codeSizeZipped = static_cast<std::int64_t>(kMostZipInRequest);
  limit.concurrentExecutions = settings_.accountConcurrency;
  limit.unreservedConcurrentExecutions =
      settings_.accountConcurrency - store_.reservedTotal(call.account, call.region);
  auto& usage = out.accountUsage.emplace();
  usage.functionCount = store_.count(call.account, call.region);
  return out;
}

}  // namespace hearth::services::lambda
