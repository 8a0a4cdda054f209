#include "services/secretsmanager/secretsmanager_resources.h"

#include "services/resource_reading.h"
#include "services/resource_support.h"
#include "services/secretsmanager/faults.h"
#include "services/secretsmanager/random_password.h"

namespace hearth::services::secretsmanager {

using namespace api::secretsmanager;
using ports::PropertyKind;
using ports::ResourceRequest;
using ports::ResourceSpec;
using ports::ResourceState;
using ports::UpdateBehavior;

namespace {

bool flag(const Json& rule, std::string_view name, bool otherwise) {
  const Json* value = base::findMember(rule, name);
  return value && value->is_bool() ? value->get_bool() : otherwise;
}

PasswordRule ruleOf(const Json& given) {
  PasswordRule rule;
  if (const Json* length = base::findMember(given, "PasswordLength"); length && length->is_int64())
    rule.length = length->get_int64();
  rule.excluded = base::findString(given, "ExcludeCharacters").value_or("");
  rule.numbers = !flag(given, "ExcludeNumbers", false);
  rule.punctuation = !flag(given, "ExcludePunctuation", false);
  rule.upperCase = !flag(given, "ExcludeUppercase", false);
  rule.lowerCase = !flag(given, "ExcludeLowercase", false);
  rule.space = flag(given, "IncludeSpace", false);
  rule.eachType = flag(given, "RequireEachIncludedType", true);
  return rule;
}

bool differs(const ResourceRequest& request, std::string_view name) {
  const Json* before = request.oldProperties.if_contains(name);
  const Json* after = request.properties.if_contains(name);
  return (before == nullptr) != (after == nullptr) || (before && *before != *after);
}

}  // namespace

// AWS::SecretsManager::Secret. Ref is the secret's ARN.
class SecretProvider final : public ports::ResourceProvider {
 public:
  explicit SecretProvider(SecretsManagerService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::SecretsManager::Secret",
        .properties = {{.name = "Description"},
                       {.name = "GenerateSecretString",
                        .kind = PropertyKind::kObject,
                        .members = {{.name = "ExcludeCharacters"},
                                    {.name = "ExcludeLowercase", .kind = PropertyKind::kBoolean},
                                    {.name = "ExcludeNumbers", .kind = PropertyKind::kBoolean},
                                    {.name = "ExcludePunctuation", .kind = PropertyKind::kBoolean},
                                    {.name = "ExcludeUppercase", .kind = PropertyKind::kBoolean},
                                    {.name = "GenerateStringKey"},
                                    {.name = "IncludeSpace", .kind = PropertyKind::kBoolean},
                                    {.name = "PasswordLength", .kind = PropertyKind::kInteger},
                                    {.name = "RequireEachIncludedType", .kind = PropertyKind::kBoolean},
                                    {.name = "SecretStringTemplate"}}},
                       {.name = "KmsKeyId"},
                       {.name = "Name", .update = UpdateBehavior::kReplacement},
                       {.name = "SecretString"},
                       tagsProperty()},
        .attributes = {"Id"},
        .taggable = true};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    const api::Call call = callOf(request, service_.clock());
    HEARTH_TRY(const auto value, valueOf(request));
    CreateSecretInput in;
    in.name = base::findString(request.properties, "Name").value_or(request.logicalId + "-" + request.uniqueToken);
    in.clientRequestToken = newToken();
    in.description = base::findString(request.properties, "Description");
    in.kmsKeyId = base::findString(request.properties, "KmsKeyId");
    in.secretString = value;
    const std::string name = in.name;
    auto made = service_.createSecret(call, std::move(in));
    if (!made.ok()) {
      if (made.fault().code != "ResourceExistsException") return std::move(made).fault();
      return Fault("AlreadyExists", "The secret " + name + " exists already, in this stack or outside of it.");
    }
    HEARTH_TRY(SecretRow row, service_.getLiving(call, *made->arn));
    row.tags = tagsOf(request);
    service_.store_.save(row);
    return stateOf(row);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    const api::Call call = callOf(request, service_.clock());
    HEARTH_TRY(SecretRow row, service_.getLiving(call, request.physicalId));
    UpdateSecretInput in;
    in.secretId = request.physicalId;
    in.clientRequestToken = newToken();
    in.description = base::findString(request.properties, "Description").value_or("");
    in.kmsKeyId = base::findString(request.properties, "KmsKeyId");
    if (differs(request, "SecretString") || differs(request, "GenerateSecretString")) {
      const bool wasMadeUp = request.properties.contains("GenerateSecretString");
      if (request.verb == ports::ResourceVerb::kRestore && wasMadeUp) {
        bringBack(row);
      } else {
        HEARTH_TRY(in.secretString, valueOf(request));
      }
    }
    HEARTH_CHECK(service_.updateSecret(call, std::move(in)));
    HEARTH_TRY(row, service_.getLiving(call, request.physicalId));
    row.tags = tagsOf(request);
    service_.store_.save(row);
    return stateOf(row);
  }

  // At once: another stack may want the name.
  Result<void> remove(const ResourceRequest& request) override {
    const api::Call call = callOf(request, service_.clock());
    HEARTH_CHECK(service_.deleteSecret(call, {.secretId = request.physicalId, .forceDeleteWithoutRecovery = true}));
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    const auto row = service_.getLiving(callOf(request, service_.clock()), request.physicalId);
    if (!row.ok()) return goneOr(row.fault(), request);
    ResourceState state = stateOf(*row);
    auto& properties = state.properties.emplace();
    properties["Description"] = row->description;
    properties["Tags"] = tagList(row->tags);
    // The name never changes; the value is nobody's to see, nor compared, as on AWS.
    takeAsGiven(request, {"Name", "KmsKeyId", "SecretString", "GenerateSecretString"}, properties);
    return state;
  }

 private:
  std::string newToken() { return base::randomUuid(service_.random_); }

  // What the template wants the secret to be; nullopt when it leaves that open.
  Result<std::optional<std::string>> valueOf(const ResourceRequest& request) {
    using Value = std::optional<std::string>;
    const auto text = base::findString(request.properties, "SecretString");
    const Json* rule = request.properties.if_contains("GenerateSecretString");
    if (text && rule)
      return invalidRequest("You can't specify both SecretString and GenerateSecretString for a secret.");
    if (!rule) return Value(text);
    HEARTH_TRY(std::string password, makePassword(ruleOf(*rule), service_.random_));
    const auto key = base::findString(*rule, "GenerateStringKey");
    const auto form = base::findString(*rule, "SecretStringTemplate");
    if (!key && !form) return Value(std::move(password));
    if (!key || !form)
      return invalidRequest("GenerateStringKey and SecretStringTemplate are given together, or not at all.");
    auto document = base::parseJson(*form);
    if (!document.ok() || !document->is_object())
      return invalidRequest("SecretStringTemplate must be an object in JSON.");
    document->get_object()[*key] = password;
    return Value(base::writeJson(*document));
  }

  // What was made up cannot be made up again: the version before takes its place.
  void bringBack(const SecretRow& row) {
    for (const VersionRow& version : service_.store_.versions(row.id)) {
      if (!version.stages.contains(kPrevious)) continue;
      service_.moveStage(row, kCurrent, version.id);
      return;
    }
  }

  static ResourceState stateOf(const SecretRow& row) { return {row.name.arn(), {{"Id", row.name.arn()}}}; }

  SecretsManagerService& service_;
};

std::vector<std::unique_ptr<ports::ResourceProvider>> makeSecretsManagerResources(SecretsManagerService& service) {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(std::make_unique<SecretProvider>(service));
  return providers;
}

}  // namespace hearth::services::secretsmanager
