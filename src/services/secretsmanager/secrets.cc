// Secrets: made, changed, deleted and brought back; tags.
#include <algorithm>

#include "base/bytes.h"
#include "services/secretsmanager/faults.h"
#include "services/secretsmanager/secretsmanager_service.h"

namespace hearth::services::secretsmanager {

using namespace api::secretsmanager;

namespace {

constexpr std::int64_t kMostSecrets = 40'000;
constexpr std::size_t kMostDescription = 2048;
constexpr std::size_t kMostTags = 50;
constexpr std::size_t kSuffix = 6;
constexpr std::int64_t kLeastWindow = 7;
constexpr std::int64_t kMostWindow = 30;

Result<void> checkKey(const std::optional<std::string>& key) {
  if (!key || key->empty() || *key == kKeyId) return {};
  return invalidParameter("The key " + key->substr(0, 300) +
                          " is not supported: secrets are sealed with the server's own key, which is called " +
                          std::string(kKeyId) + " here.");
}

Fault isMarked() {
  return invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
}

std::vector<Tag> tagList(const Tags& tags) {
  std::vector<Tag> list;
  for (const auto& [key, value] : tags) list.push_back({key, value});
  return list;
}

}  // namespace

Result<Tags> tagsFrom(const std::vector<Tag>& list) {
  Tags tags;
  for (const Tag& tag : list) {
    const std::string key = tag.key.value_or("");
    const std::string value = tag.value.value_or("");
    HEARTH_CHECK(checkLength(key, "tags.member.key", 1, 128));
    HEARTH_CHECK(checkLength(value, "tags.member.value", 0, 256));
    if (base::toLower(key).starts_with("aws:"))
      return invalidParameter("Tag keys that begin with aws: are reserved for system use.");
    if (!tags.emplace(key, value).second) return invalidParameter("Tag keys must be unique.");
  }
  HEARTH_CHECK(checkTagCount(tags));
  return tags;
}

Result<void> checkTagCount(const Tags& tags) {
  if (tags.size() <= kMostTags) return {};
  return invalidParameter("A secret can have no more than 50 tags.");
}

SecretNames SecretsManagerService::accessNames() const {
  return [this](const std::string& account, const std::string& region, const std::string& secretId) {
    api::Call call;
    call.account = account;
    call.region = region;
    call.now = clock_.now();
    if (const auto row = find(call, secretId)) return row->name.arn();
    return secretId.starts_with("arn:") ? secretId : SecretName{account, region, secretId}.arn();
  };
}

std::optional<SecretRow> SecretsManagerService::find(const api::Call& call, const std::string& secretId) const {
  const auto id = parseSecretId(secretId, call.account, call.region);
  if (!id) return std::nullopt;
  std::optional<SecretRow> row;
  if (id->complete) {
    row = store_.find(call.account, call.region, id->complete->name);
    if (row && row->name.suffix != id->complete->suffix) row.reset();
  }
  if (!row) row = store_.find(call.account, call.region, id->name);
  if (row && row->goneAt && *row->goneAt <= call.now) return std::nullopt;
  return row;
}

Result<SecretRow> SecretsManagerService::getLiving(const api::Call& call, const std::string& secretId) const {
  HEARTH_CHECK(checkLength(secretId, "secretId", 1, 2048));
  auto row = find(call, secretId);
  if (!row) return secretNotFound();
  if (row->deleted) return isMarked();
  return *std::move(row);
}

Result<SecretRow> SecretsManagerService::create(const api::Call& call, const std::string& name,
                                                const std::string& description, const Tags& tags) {
  if (store_.count(call.account, call.region) >= kMostSecrets)
    return Fault("LimitExceededException", "An account has at most 40,000 secrets in a Region.");
  SecretRow row{.name = {call.account, call.region, name, base::randomText(random_, kSuffix, base::kAlphanumeric)},
                .description = description,
                .tags = tags,
                .created = call.now,
                .changed = call.now};
  store_.insert(row);
  return row;
}

Result<CreateSecretOutput> SecretsManagerService::createSecret(const api::Call& call, CreateSecretInput in) {
  HEARTH_CHECK(checkSecretName(in.name));
  HEARTH_CHECK(checkLength(in.description.value_or(""), "description", 0, kMostDescription));
  HEARTH_CHECK(checkKey(in.kmsKeyId));
  if (in.addReplicaRegions && !in.addReplicaRegions->empty())
    return invalidParameter("Replication to other Regions is not supported.");
  HEARTH_TRY(const Tags tags, tagsFrom(in.tags.value_or(std::vector<Tag>{})));
  HEARTH_TRY(const auto value, valueFrom(in.secretString, in.secretBinary));
  HEARTH_TRY(const std::string token, tokenFrom(in.clientRequestToken));
  store_.removeGone(call.now);
  auto row = store_.find(call.account, call.region, in.name);
  if (row && row->deleted)
    return invalidRequest(
        "You can't create this secret because a secret with this name is already scheduled for deletion.");
  CreateSecretOutput out;
  if (row) {
    // The same request again, as a client sends it that did not see the answer.
    const auto versions = store_.versions(row->id);
    const bool isRetry = value && std::any_of(versions.begin(), versions.end(),
                                              [&](const VersionRow& version) { return version.id == token; });
    if (!isRetry)
      return Fault("ResourceExistsException",
                   "The operation failed because the secret " + in.name + " already exists.");
  } else {
    HEARTH_TRY(row, create(call, in.name, in.description.value_or(""), tags));
  }
  if (value) {
    HEARTH_CHECK(addVersion(*row, token, *value, {kCurrent}, call.now));
    out.versionId = token;
  }
  out.arn = row->name.arn();
  out.name = row->name.name;
  return out;
}

Result<UpdateSecretOutput> SecretsManagerService::updateSecret(const api::Call& call, UpdateSecretInput in) {
  HEARTH_CHECK(checkLength(in.description.value_or(""), "description", 0, kMostDescription));
  HEARTH_CHECK(checkKey(in.kmsKeyId));
  HEARTH_TRY(const auto value, valueFrom(in.secretString, in.secretBinary));
  HEARTH_TRY(const std::string token, tokenFrom(in.clientRequestToken));
  HEARTH_TRY(SecretRow row, getLiving(call, in.secretId));
  UpdateSecretOutput out;
  if (in.description) row.description = *in.description;
  if (value) {
    HEARTH_CHECK(addVersion(row, token, *value, {kCurrent}, call.now));
    out.versionId = token;
  }
  row.changed = call.now;
  store_.save(row);
  out.arn = row.name.arn();
  out.name = row.name.name;
  return out;
}

Result<DescribeSecretOutput> SecretsManagerService::describeSecret(const api::Call& call,
                                                                   DescribeSecretInput in) const {
  HEARTH_CHECK(checkLength(in.secretId, "secretId", 1, 2048));
  const auto row = find(call, in.secretId);
  if (!row) return secretNotFound();
  DescribeSecretOutput out;
  out.arn = row->name.arn();
  out.name = row->name.name;
  if (!row->description.empty()) out.description = row->description;
  out.lastChangedDate = row->changed;
  out.deletedDate = row->deleted;
  out.tags = tagList(row->tags);
  out.createdDate = row->created;
  auto& stages = out.versionIdsToStages.emplace();
  for (const VersionRow& version : store_.versions(row->id))
    if (!version.stages.empty()) stages[version.id].assign(version.stages.begin(), version.stages.end());
  return out;
}

Result<DeleteSecretOutput> SecretsManagerService::deleteSecret(const api::Call& call, DeleteSecretInput in) {
  HEARTH_CHECK(checkLength(in.secretId, "secretId", 1, 2048));
  const bool force = in.forceDeleteWithoutRecovery.value_or(false);
  if (force && in.recoveryWindowInDays)
    return invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  const std::int64_t days = in.recoveryWindowInDays.value_or(kMostWindow);
  if (days < kLeastWindow || days > kMostWindow)
    return invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
  auto row = find(call, in.secretId);
  DeleteSecretOutput out;
  if (force) {
    // One that is not there is deleted already.
    if (row) {
      store_.remove(row->id);
      out.arn = row->name.arn();
    }
    out.name = row ? row->name.name : in.secretId;
    out.deletionDate = call.now;
    return out;
  }
  if (!row) return secretNotFound();
  if (row->deleted) return isMarked();
  row->deleted = call.now;
  row->goneAt = call.now + std::chrono::days(days);
  store_.save(*row);
  out.arn = row->name.arn();
  out.name = row->name.name;
  out.deletionDate = row->goneAt;
  return out;
}

Result<RestoreSecretOutput> SecretsManagerService::restoreSecret(const api::Call& call, RestoreSecretInput in) {
  HEARTH_CHECK(checkLength(in.secretId, "secretId", 1, 2048));
  auto row = find(call, in.secretId);
  if (!row) return secretNotFound();
  row->deleted.reset();
  row->goneAt.reset();
  store_.save(*row);
  return RestoreSecretOutput{row->name.arn(), row->name.name};
}

Result<TagResourceOutput> SecretsManagerService::tagResource(const api::Call& call, TagResourceInput in) {
  HEARTH_TRY(SecretRow row, getLiving(call, in.secretId));
  HEARTH_TRY(const Tags added, tagsFrom(in.tags));
  for (const auto& [key, value] : added) row.tags[key] = value;
  HEARTH_CHECK(checkTagCount(row.tags));
  row.changed = call.now;
  store_.save(row);
  return TagResourceOutput{};
}

Result<UntagResourceOutput> SecretsManagerService::untagResource(const api::Call& call, UntagResourceInput in) {
  HEARTH_TRY(SecretRow row, getLiving(call, in.secretId));
  for (const std::string& key : in.tagKeys) row.tags.erase(key);
  row.changed = call.now;
  store_.save(row);
  return UntagResourceOutput{};
}

}  // namespace hearth::services::secretsmanager
