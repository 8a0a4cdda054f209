// Values, and the stages that say which version is meant.
#include <algorithm>

#include "services/secretsmanager/faults.h"
#include "services/secretsmanager/random_password.h"
#include "services/secretsmanager/secretsmanager_service.h"

namespace hearth::services::secretsmanager {

using namespace api::secretsmanager;

namespace {

constexpr std::size_t kMostValue = 65'536;
constexpr std::size_t kMostVersions = 100;
constexpr std::size_t kMostStages = 20;

// Says nothing of the value.
Result<void> checkSize(const std::string& value, const char* member) {
  if (value.size() <= kMostValue) return {};
  return Fault("ValidationException", "1 validation error detected: Value at '" + std::string(member) +
                                          "' failed to satisfy constraint: Member must have length less than or "
                                          "equal to 65536");
}

Fault valueNotFound(const std::string& what) {
  return {"ResourceNotFoundException", "Secrets Manager can't find the specified secret value for " + what};
}

const VersionRow* findVersion(const std::vector<VersionRow>& versions, const std::string& id) {
  const auto found =
      std::find_if(versions.begin(), versions.end(), [&](const VersionRow& version) { return version.id == id; });
  return found == versions.end() ? nullptr : &*found;
}

const VersionRow* findStage(const std::vector<VersionRow>& versions, const std::string& stage) {
  const auto found = std::find_if(versions.begin(), versions.end(),
                                  [&](const VersionRow& version) { return version.stages.contains(stage); });
  return found == versions.end() ? nullptr : &*found;
}

}  // namespace

Result<std::optional<SecretValue>> valueFrom(const std::optional<std::string>& text,
                                             const std::optional<std::string>& binary) {
  if (text && binary)
    return invalidParameter(
        "You can't specify both a binary secret value and a string secret value in the same secret.");
  if (text) HEARTH_CHECK(checkSize(*text, "secretString"));
  if (binary) HEARTH_CHECK(checkSize(*binary, "secretBinary"));
  std::optional<SecretValue> value;
  if (text) value = SecretValue{false, *text};
  if (binary) value = SecretValue{true, *binary};
  return value;
}

Result<std::string> tokenFrom(const std::optional<std::string>& token) {
  if (!token) return invalidRequest("You must provide a ClientRequestToken value. We recommend a UUID-type value.");
  if (token->size() < 32 || token->size() > 64)
    return invalidParameter("ClientRequestToken must be 32-64 characters long.");
  return *token;
}

// Stages are on one version each; those that lose all of theirs are deprecated.
void SecretsManagerService::moveStage(const SecretRow& row, const std::string& stage, const std::string& to) {
  const auto versions = store_.versions(row.id);
  const VersionRow* from = findStage(versions, stage);
  if (from && from->id == to) return;
  const bool isCurrent = stage == kCurrent;
  for (VersionRow version : versions) {
    const auto before = version.stages;
    if (version.id == to) {
      version.stages.insert(stage);
      if (isCurrent && from) version.stages.erase(kPrevious);
    } else {
      version.stages.erase(stage);
      if (isCurrent && from) version.stages.erase(kPrevious);
      if (isCurrent && from && from->id == version.id) version.stages.insert(kPrevious);
    }
    if (version.stages != before) store_.saveStages(row.id, version);
  }
}

Result<void> SecretsManagerService::makeRoom(const SecretRow& row, const std::vector<VersionRow>& versions) {
  std::size_t kept = versions.size();
  for (const VersionRow& version : versions) {
    if (kept < kMostVersions) return {};
    if (!version.stages.empty()) continue;
    store_.removeVersion(row.id, version.id);
    --kept;
  }
  if (kept < kMostVersions) return {};
  return Fault("LimitExceededException", "A secret has at most 100 versions, and each version of secret " +
                                             row.name.arn() + " has a staging label. Remove labels first.");
}

Result<bool> SecretsManagerService::addVersion(const SecretRow& row, const std::string& token,
                                               const SecretValue& value, std::set<std::string> stages,
                                               base::Time now) {
  const auto versions = store_.versions(row.id);
  if (findVersion(versions, token)) {
    if (store_.value(row.id, token) == value) return false;
    return Fault("ResourceExistsException", "You can't use ClientRequestToken " + token +
                                                " because that value is already in use for a version of secret " +
                                                row.name.arn() + ".");
  }
  if (versions.empty()) stages.insert(kCurrent);
  HEARTH_CHECK(makeRoom(row, versions));
  store_.insertVersion(row.id, {token, now, {}}, value);
  for (const std::string& stage : stages) moveStage(row, stage, token);
  return true;
}

Result<GetSecretValueOutput> SecretsManagerService::getSecretValue(const api::Call& call,
                                                                   GetSecretValueInput in) const {
  HEARTH_TRY(const SecretRow row, getLiving(call, in.secretId));
  const auto versions = store_.versions(row.id);
  const VersionRow* version = nullptr;
  if (in.versionId) {
    version = findVersion(versions, *in.versionId);
    if (!version) return valueNotFound("VersionId: " + in.versionId->substr(0, 64));
    if (in.versionStage && !version->stages.contains(*in.versionStage))
      return invalidRequest("You provided a VersionStage that is not associated to the provided VersionId.");
  } else {
    const std::string stage = in.versionStage.value_or(kCurrent);
    version = findStage(versions, stage);
    if (!version) return valueNotFound("staging label: " + stage.substr(0, 256));
  }
  GetSecretValueOutput out;
  out.arn = row.name.arn();
  out.name = row.name.name;
  out.versionId = version->id;
  SecretValue value = store_.value(row.id, version->id);
  (value.isBinary ? out.secretBinary : out.secretString) = std::move(value.bytes);
  out.versionStages.emplace(version->stages.begin(), version->stages.end());
  out.createdDate = version->created;
  return out;
}

Result<PutSecretValueOutput> SecretsManagerService::putSecretValue(const api::Call& call, PutSecretValueInput in) {
  HEARTH_TRY(const auto value, valueFrom(in.secretString, in.secretBinary));
  if (!value) return invalidRequest("You must provide either SecretString or SecretBinary.");
  HEARTH_TRY(const std::string token, tokenFrom(in.clientRequestToken));
  HEARTH_TRY(SecretRow row, getLiving(call, in.secretId));
  const auto wanted = in.versionStages.value_or(std::vector<std::string>{kCurrent});
  if (wanted.empty() || wanted.size() > kMostStages)
    return invalidParameter("A version has 1 to 20 staging labels.");
  for (const std::string& stage : wanted) HEARTH_CHECK(checkLength(stage, "versionStages.member", 1, 256));
  HEARTH_TRY(const bool isNew, addVersion(row, token, *value, {wanted.begin(), wanted.end()}, call.now));
  if (isNew) {
    row.changed = call.now;
    store_.save(row);
  }
  PutSecretValueOutput out{row.name.arn(), row.name.name, token};
  const auto versions = store_.versions(row.id);
  const auto& stages = findVersion(versions, token)->stages;
  out.versionStages.emplace(stages.begin(), stages.end());
  return out;
}

Result<UpdateSecretVersionStageOutput> SecretsManagerService::updateSecretVersionStage(
    const api::Call& call, UpdateSecretVersionStageInput in) {
  HEARTH_CHECK(checkLength(in.versionStage, "versionStage", 1, 256));
  HEARTH_TRY(SecretRow row, getLiving(call, in.secretId));
  const auto versions = store_.versions(row.id);
  for (const auto& id : {in.removeFromVersionId, in.moveToVersionId})
    if (id && !findVersion(versions, *id)) return invalidParameter("Not a valid version: " + id->substr(0, 64));
  const VersionRow* holder = findStage(versions, in.versionStage);
  if (in.removeFromVersionId && (!holder || holder->id != *in.removeFromVersionId))
    return invalidParameter("Version stage " + in.versionStage + " not found in version " +
                            *in.removeFromVersionId);
  if (holder && !in.removeFromVersionId && (!in.moveToVersionId || *in.moveToVersionId != holder->id))
    return invalidParameter("The parameter RemoveFromVersionId can't be empty. Staging label " + in.versionStage +
                            " is currently attached to version " + holder->id +
                            ", so you must explicitly reference that version in RemoveFromVersionId.");
  if (in.versionStage == kCurrent && !in.moveToVersionId)
    return invalidParameter(
        "You can only move staging label AWSCURRENT to a different secret version. It can't be "
        "completely removed.");
  const VersionRow* target = in.moveToVersionId ? findVersion(versions, *in.moveToVersionId) : nullptr;
  if (target && target->stages.size() >= kMostStages && !target->stages.contains(in.versionStage))
    return Fault("LimitExceededException", "A version has at most 20 staging labels.");
  moveStage(row, in.versionStage, in.moveToVersionId.value_or(""));
  row.changed = call.now;
  store_.save(row);
  return UpdateSecretVersionStageOutput{row.name.arn(), row.name.name};
}

Result<GetRandomPasswordOutput> SecretsManagerService::getRandomPassword(const api::Call&,
                                                                         GetRandomPasswordInput in) const {
  HEARTH_TRY(std::string password, makePassword({.length = in.passwordLength.value_or(32),
                                                 .excluded = in.excludeCharacters.value_or(""),
                                                 .numbers = !in.excludeNumbers.value_or(false),
                                                 .punctuation = !in.excludePunctuation.value_or(false),
                                                 .upperCase = !in.excludeUppercase.value_or(false),
                                                 .lowerCase = !in.excludeLowercase.value_or(false),
                                                 .space = in.includeSpace.value_or(false),
                                                 .eachType = in.requireEachIncludedType.value_or(true)},
                                                random_));
  return GetRandomPasswordOutput{std::move(password)};
}

}  // namespace hearth::services::secretsmanager
