#include "services/lambda/lambda_resources.h"

#include "api/document.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/log.h"
#include "functions/inline_code.h"
#include "services/lambda/configuration.h"
#include "services/resource_reading.h"
#include "services/resource_support.h"

namespace hearth::services::lambda {

using namespace api::lambda;

namespace {

using ports::PropertyKind;
using ports::PropertySpec;
using ports::ResourceRequest;
using ports::ResourceSpec;
using ports::ResourceState;
using ports::UpdateBehavior;

constexpr std::size_t kMostInlineCode = 4 << 20;
constexpr auto kReplacement = UpdateBehavior::kReplacement;

bool isGone(const Fault& fault) { return fault.code == "ResourceNotFoundException"; }

std::string text(const ResourceRequest& request, std::string_view name) {
  return base::findString(request.properties, name).value_or("");
}

// A package whose blob goes when no function has come to use it.
class PreparedPackage final : public ports::PreparedWork {
 public:
  PreparedPackage(LambdaService& service, std::string codeKey, functions::Package kept)
      : key(std::move(codeKey)), package(std::move(kept)), service_(service) {}
  ~PreparedPackage() override {
    if (mayBeUsed_) return;
    try {
      service_.abandonPackage(package);
    } catch (const std::exception& error) {
      base::logWarning("lambda", "a package was not removed", {{"cause", error.what()}});
    }
  }
  void outcomeUnknown() override { mayBeUsed_ = true; }

  const std::string key;  // of the code that it was made from
  const functions::Package package;

 private:
  LambdaService& service_;
  bool mayBeUsed_ = false;
};

class FunctionProvider final : public ports::ResourceProvider {
 public:
  explicit FunctionProvider(LambdaService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const PropertySpec kStrings{.name = "Item"};
    static const ResourceSpec kSpec{
        .type = "AWS::Lambda::Function",
        .properties =
            {{.name = "FunctionName", .update = kReplacement},
             {.name = "Code",
              .kind = PropertyKind::kObject,
              .required = true,
              .members =
                  {{.name = "S3Bucket"}, {.name = "S3Key"}, {.name = "S3ObjectVersion"}, {.name = "ZipFile"}}},
             {.name = "Role", .required = true},
             {.name = "Handler"},
             {.name = "Runtime"},
             {.name = "Description"},
             {.name = "Timeout", .kind = PropertyKind::kInteger},
             {.name = "MemorySize", .kind = PropertyKind::kInteger},
             {.name = "PackageType"},
             {.name = "Architectures", .kind = PropertyKind::kList, .members = {kStrings}},
             {.name = "ReservedConcurrentExecutions", .kind = PropertyKind::kInteger},
             {.name = "Environment",
              .kind = PropertyKind::kObject,
              .members = {{.name = "Variables", .kind = PropertyKind::kMap, .members = {{.name = "Value"}}}}},
             {.name = "EphemeralStorage",
              .kind = PropertyKind::kObject,
              .members = {{.name = "Size", .kind = PropertyKind::kInteger, .required = true}}},
             {.name = "TracingConfig", .kind = PropertyKind::kObject, .members = {{.name = "Mode"}}},
             tagsProperty()},
        .attributes = {"Arn"},
        .taggable = true};
    return kSpec;
  }

  // Reads, checks and unpacks the package.
  Result<std::shared_ptr<ports::PreparedWork>> prepare(const ResourceRequest& request) override {
    HEARTH_TRY(functions::Package package, keepPackage(request));
    return std::shared_ptr<ports::PreparedWork>(
        std::make_shared<PreparedPackage>(service_, keyOf(request), std::move(package)));
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(functions::Package package, takePackage(request));
    HEARTH_TRY(auto in,
               api::fromDocument<CreateFunctionRequest>(scalars(request.properties), api::Leniency::kCoerce));
    in.functionName = base::findString(request.properties, "FunctionName").value_or(request.generatedName(64));
    in.tags = tagsOf(request);
    api::Call call = callOf(request, service_.clock());
    HEARTH_TRY(auto made, service_.createWith(call, std::move(in), package));
    HEARTH_CHECK(applyConcurrency(call, *made.functionName, request));
    return stateOf(made);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    api::Call call = callOf(request, service_.clock());
    HEARTH_TRY(auto in, api::fromDocument<UpdateFunctionConfigurationRequest>(scalars(request.properties),
                                                                              api::Leniency::kCoerce));
    in.functionName = request.physicalId;
    // What the template no longer says goes back to its default.
    if (!in.description) in.description = "";
    if (!in.timeout) in.timeout = 3;
    if (!in.memorySize) in.memorySize = 128;
    if (!in.environment) in.environment = Environment{};
    if (!in.ephemeralStorage) in.ephemeralStorage = EphemeralStorage{512};
    HEARTH_TRY(auto updated, service_.updateFunctionConfiguration(call, std::move(in)));
    HEARTH_TRY(functions::Package package, takePackage(request));
    if (package.codeSha256 != updated.codeSha256) {
      HEARTH_TRY(updated, service_.updateCodeWith(call, request.physicalId, package, false, {}));
    }
    HEARTH_CHECK(applyConcurrency(call, request.physicalId, request));
    HEARTH_CHECK(applyTags(call, request));
    return stateOf(updated);
  }

  Result<void> remove(const ResourceRequest& request) override {
    auto removed = service_.deleteFunction(callOf(request, service_.clock()), {.functionName = request.physicalId});
    if (!removed.ok() && !isGone(removed.fault())) return removed.fault();
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    const api::Call call = callOf(request, service_.clock());
    auto configuration = service_.getFunctionConfiguration(call, {.functionName = request.physicalId});
    if (!configuration.ok()) return goneOr(configuration.fault(), request);
    JsonObject properties = inTemplateTerms(spec().properties, api::toDocument(*configuration).as_object());
    HEARTH_TRY(const auto tags, service_.listTags(call, {*configuration->functionArn}));
    properties["Tags"] = tagList(tags.tags.value_or(std::map<std::string, std::string>{}));
    HEARTH_TRY(const auto concurrency, service_.getFunctionConcurrency(call, {request.physicalId}));
    if (concurrency.reservedConcurrentExecutions)
      properties["ReservedConcurrentExecutions"] = *concurrency.reservedConcurrentExecutions;
    takeAsGiven(request, {"Code"}, properties);  // as on AWS, which does not look at code
    ResourceState state = stateOf(*configuration);
    state.properties = std::move(properties);
    return state;
  }

 private:
  static FunctionCode codeOf(const ResourceRequest& request) {
    FunctionCode code;
    if (const Json* given = request.properties.if_contains("Code")) {
      code.s3Bucket = base::findString(*given, "S3Bucket");
      code.s3Key = base::findString(*given, "S3Key");
      code.s3ObjectVersion = base::findString(*given, "S3ObjectVersion");
      code.zipFile = base::findString(*given, "ZipFile");
    }
    return code;
  }

  static std::string keyOf(const ResourceRequest& request) {
    FunctionCode code = codeOf(request);
    return request.stackId + "/" + request.logicalId + "/" + code.s3Bucket.value_or("") + "/" +
           code.s3Key.value_or("") + "?" + code.s3ObjectVersion.value_or("") + "#" +
           (code.zipFile ? base::sha256Hex(*code.zipFile) : "");
  }

  // A template's ZipFile is source text, which the operations want as a zip.
  Result<functions::Package> keepPackage(const ResourceRequest& request) {
    FunctionCode code = codeOf(request);
    if (code.zipFile) {
      if (code.zipFile->size() > kMostInlineCode)
        return invalidParameter("The source code in ZipFile has more than 4 MB.");
      code.zipFile = functions::zipOfInlineCode(text(request, "Runtime"), *code.zipFile);
      if (!code.zipFile)
        return invalidParameter("ZipFile can only be used when Runtime is set to either of nodejs and python.");
    }
    return service_.keepPackage(request.account, code);
  }

  // The prepared one, unless a secret in the code has become another one since.
  Result<functions::Package> takePackage(const ResourceRequest& request) {
    const auto* prepared = dynamic_cast<const PreparedPackage*>(request.prepared.get());
    if (prepared && prepared->key == keyOf(request)) return prepared->package;
    return keepPackage(request);
  }

  // The properties without those that have another form than the operation's input.
  static Json scalars(const JsonObject& properties) {
    JsonObject copy = properties;
    copy.erase("Tags");
    copy.erase("Code");
    copy.erase("ReservedConcurrentExecutions");
    return copy;
  }

  Result<void> applyConcurrency(const api::Call& call, const std::string& name, const ResourceRequest& request) {
    const Json* reserved = request.properties.if_contains("ReservedConcurrentExecutions");
    if (reserved && reserved->is_number()) {
      auto put = service_.putFunctionConcurrency(call, {name, reserved->to_number<std::int64_t>()});
      if (!put.ok()) return put.fault();
    } else if (request.oldProperties.contains("ReservedConcurrentExecutions")) {
      auto cleared = service_.deleteFunctionConcurrency(call, {name});
      if (!cleared.ok()) return cleared.fault();
    }
    return {};
  }

  Result<void> applyTags(const api::Call& call, const ResourceRequest& request) {
    HEARTH_TRY(auto former, service_.listTags(call, {request.physicalId}));
    auto wanted = tagsOf(request);
    std::vector<std::string> gone;
    for (const auto& [key, value] : former.tags.value_or(std::map<std::string, std::string>{}))
      if (!wanted.contains(key)) gone.push_back(key);
    HEARTH_CHECK(service_.untagResource(call, {request.physicalId, gone}));
    HEARTH_CHECK(service_.tagResource(call, {request.physicalId, wanted}));
    return {};
  }

  static ResourceState stateOf(const FunctionConfiguration& configuration) {
    return {configuration.functionName.value_or(""), {{"Arn", configuration.functionArn.value_or("")}}};
  }

  LambdaService& service_;
};

class PermissionProvider final : public ports::ResourceProvider {
 public:
  explicit PermissionProvider(LambdaService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::Lambda::Permission",
        .properties = {{.name = "FunctionName", .required = true, .update = kReplacement},
                       {.name = "Action", .required = true, .update = kReplacement},
                       {.name = "Principal", .required = true, .update = kReplacement},
                       {.name = "SourceArn", .update = kReplacement},
                       {.name = "SourceAccount", .update = kReplacement}},
        .attributes = {"Id"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    AddPermissionInput in;
    in.functionName = text(request, "FunctionName");
    in.statementId = request.generatedName(100);
    in.action = text(request, "Action");
    in.principal = text(request, "Principal");
    in.sourceArn = base::findString(request.properties, "SourceArn");
    in.sourceAccount = base::findString(request.properties, "SourceAccount");
    std::string id = in.statementId;
    auto added = service_.addPermission(callOf(request, service_.clock()), std::move(in));
    if (!added.ok()) return added.fault();
    return ResourceState{id, {{"Id", id}}};
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    return ResourceState{request.physicalId, {{"Id", request.physicalId}}};
  }

  Result<void> remove(const ResourceRequest& request) override {
    RemovePermissionInput in;
    in.functionName = text(request, "FunctionName");
    in.statementId = request.physicalId;
    auto removed = service_.removePermission(callOf(request, service_.clock()), std::move(in));
    if (!removed.ok() && !isGone(removed.fault())) return removed.fault();
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    const std::string function = text(request, "FunctionName");
    const auto policy = service_.getPolicy(callOf(request, service_.clock()), {.functionName = function});
    if (!policy.ok()) return goneOr(policy.fault(), request);
    const auto document = base::parseJson(policy->policy.value_or("{}"));
    const Json* statements = document.ok() ? base::findMember(*document, "Statement") : nullptr;
    if (!statements || !statements->is_array()) return gone(request);
    for (const Json& statement : statements->get_array()) {
      if (base::findString(statement, "Sid") != request.physicalId) continue;
      HEARTH_TRY(ResourceState state, update(request));
      state.properties = propertiesOf(statement);
      takeAsGiven(request, {"FunctionName"}, *state.properties);
      return state;
    }
    return gone(request);
  }

 private:
  static JsonObject propertiesOf(const Json& statement) {
    JsonObject properties;
    if (const auto action = base::findString(statement, "Action")) properties["Action"] = *action;
    const Json* principal = base::findMember(statement, "Principal");
    if (principal && principal->is_string()) properties["Principal"] = *principal;
    if (principal && principal->is_object() && !principal->get_object().empty()) {
      // A template names an account by its number alone.
      std::string name = base::scalarText(principal->get_object().begin()->value()).value_or("");
      if (name.starts_with("arn:aws:iam::") && name.ends_with(":root")) name = name.substr(13, name.size() - 18);
      properties["Principal"] = name;
    }
    const Json* conditions = base::findMember(statement, "Condition");
    if (!conditions || !conditions->is_object()) return properties;
    for (const auto& [operation, keys] : conditions->get_object()) {
      if (!keys.is_object()) continue;
      for (const auto& [key, value] : keys.get_object()) {
        const std::string name = base::toLower(key);
        if (name == "aws:sourcearn") properties["SourceArn"] = value;
        if (name == "aws:sourceaccount") properties["SourceAccount"] = value;
      }
    }
    return properties;
  }

  LambdaService& service_;
};

class VersionProvider final : public ports::ResourceProvider {
 public:
  explicit VersionProvider(LambdaService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::Lambda::Version",
        .properties = {{.name = "FunctionName", .required = true, .update = kReplacement},
                       {.name = "CodeSha256", .update = kReplacement},
                       {.name = "Description", .update = kReplacement}},
        .attributes = {"Version", "FunctionArn"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    PublishVersionInput in;
    in.functionName = text(request, "FunctionName");
    in.codeSha256 = base::findString(request.properties, "CodeSha256");
    in.description = base::findString(request.properties, "Description");
    auto made = service_.publishVersion(callOf(request, service_.clock()), std::move(in));
    if (!made.ok()) return made.fault();
    return stateOf(made->functionArn.value_or(""));
  }

  Result<ResourceState> update(const ResourceRequest& request) override { return stateOf(request.physicalId); }

  Result<void> remove(const ResourceRequest& request) override {
    auto removed = service_.deleteFunction(callOf(request, service_.clock()), {.functionName = request.physicalId});
    if (!removed.ok() && !isGone(removed.fault())) return removed.fault();
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    auto version =
        service_.getFunctionConfiguration(callOf(request, service_.clock()), {.functionName = request.physicalId});
    if (!version.ok()) return goneOr(version.fault(), request);
    ResourceState state = stateOf(request.physicalId);
    state.properties = JsonObject{{"Description", version->description.value_or("")},
                                  {"CodeSha256", version->codeSha256.value_or("")}};
    takeAsGiven(request, {"FunctionName"}, *state.properties);
    return state;
  }

 private:
  static ResourceState stateOf(const std::string& arn) {
    return {arn, {{"Version", arn.substr(arn.rfind(':') + 1)}, {"FunctionArn", arn}}};
  }
  LambdaService& service_;
};

class AliasProvider final : public ports::ResourceProvider {
 public:
  explicit AliasProvider(LambdaService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::Lambda::Alias",
        .properties = {{.name = "FunctionName", .required = true, .update = kReplacement},
                       {.name = "FunctionVersion", .required = true},
                       {.name = "Name", .required = true, .update = kReplacement},
                       {.name = "Description"}},
        .attributes = {"AliasArn"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    CreateAliasInput in;
    in.functionName = text(request, "FunctionName");
    in.functionVersion = text(request, "FunctionVersion");
    in.name = text(request, "Name");
    in.description = base::findString(request.properties, "Description");
    auto made = service_.createAlias(callOf(request, service_.clock()), std::move(in));
    if (!made.ok()) return made.fault();
    return stateOf(made->aliasArn.value_or(""));
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    UpdateAliasInput in;
    in.functionName = text(request, "FunctionName");
    in.name = text(request, "Name");
    in.functionVersion = text(request, "FunctionVersion");
    in.description = text(request, "Description");
    auto changed = service_.updateAlias(callOf(request, service_.clock()), std::move(in));
    if (!changed.ok()) return changed.fault();
    return stateOf(request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    auto removed = service_.deleteAlias(callOf(request, service_.clock()),
                                        {text(request, "FunctionName"), text(request, "Name")});
    if (!removed.ok() && !isGone(removed.fault())) return removed.fault();
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    auto alias = service_.getAlias(callOf(request, service_.clock()),
                                   {text(request, "FunctionName"), text(request, "Name")});
    if (!alias.ok()) return goneOr(alias.fault(), request);
    ResourceState state = stateOf(request.physicalId);
    state.properties = inTemplateTerms(spec().properties, api::toDocument(*alias).as_object());
    takeAsGiven(request, {"FunctionName"}, *state.properties);
    return state;
  }

 private:
  static ResourceState stateOf(const std::string& arn) { return {arn, {{"AliasArn", arn}}}; }
  LambdaService& service_;
};

class EventInvokeConfigProvider final : public ports::ResourceProvider {
 public:
  explicit EventInvokeConfigProvider(LambdaService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::Lambda::EventInvokeConfig",
        .properties = {{.name = "FunctionName", .required = true, .update = kReplacement},
                       {.name = "Qualifier", .required = true, .update = kReplacement},
                       {.name = "MaximumRetryAttempts", .kind = PropertyKind::kInteger},
                       {.name = "MaximumEventAgeInSeconds", .kind = PropertyKind::kInteger},
                       {.name = "DestinationConfig",
                        .kind = PropertyKind::kObject,
                        .members = {destination("OnSuccess"), destination("OnFailure")}}}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto in,
               api::fromDocument<PutFunctionEventInvokeConfigRequest>(request.properties, api::Leniency::kCoerce));
    auto put = service_.putFunctionEventInvokeConfig(callOf(request, service_.clock()), std::move(in));
    if (!put.ok()) return put.fault();
    return ResourceState{text(request, "FunctionName") + "|" + text(request, "Qualifier"), {}};
  }

  Result<ResourceState> update(const ResourceRequest& request) override { return create(request); }

  Result<void> remove(const ResourceRequest& request) override {
    DeleteFunctionEventInvokeConfigInput in;
    in.functionName = text(request, "FunctionName");
    in.qualifier = text(request, "Qualifier");
    auto removed = service_.deleteFunctionEventInvokeConfig(callOf(request, service_.clock()), std::move(in));
    if (!removed.ok() && !isGone(removed.fault())) return removed.fault();
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    auto found = service_.getFunctionEventInvokeConfig(
        callOf(request, service_.clock()),
        {.functionName = text(request, "FunctionName"), .qualifier = text(request, "Qualifier")});
    if (!found.ok()) return goneOr(found.fault(), request);
    ResourceState state{request.physicalId, {}};
    state.properties = inTemplateTerms(spec().properties, api::toDocument(*found).as_object());
    takeAsGiven(request, {"FunctionName", "Qualifier"}, *state.properties);
    return state;
  }

 private:
  static PropertySpec destination(const char* name) {
    return {.name = name, .kind = PropertyKind::kObject, .members = {{.name = "Destination", .required = true}}};
  }

  LambdaService& service_;
};

}  // namespace

std::vector<std::unique_ptr<ports::ResourceProvider>> makeLambdaResources(LambdaService& service) {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(std::make_unique<FunctionProvider>(service));
  providers.push_back(std::make_unique<PermissionProvider>(service));
  providers.push_back(std::make_unique<VersionProvider>(service));
  providers.push_back(std::make_unique<AliasProvider>(service));
  providers.push_back(std::make_unique<EventInvokeConfigProvider>(service));
  return providers;
}

}  // namespace hearth::services::lambda
