// AWS Secrets Manager. https://docs.aws.amazon.com/secretsmanager/latest/apireference/
#pragma once

#include "api/call.h"
#include "api/secretsmanager.h"
#include "base/clock.h"
#include "base/random.h"
#include "services/secretsmanager/secretsmanager_access.h"
#include "services/secretsmanager/secretsmanager_store.h"

namespace hearth::services::secretsmanager {

class SecretsManagerService final {
 public:
  // All four outlive the service.
  SecretsManagerService(store::Database& database, const store::Keyring& keyring, const base::Clock& clock,
                        base::Random& random)
      : clock_(clock), random_(random), store_(database, keyring) {}

  const base::Clock& clock() const { return clock_; }
  SecretNames accessNames() const;
  // Removes the secrets whose recovery window is over. On the writer thread.
  void expire() { store_.removeGone(clock_.now()); }

  // --- secrets (secrets.cc)
  Result<api::secretsmanager::CreateSecretOutput> createSecret(const api::Call& call,
                                                               api::secretsmanager::CreateSecretInput in);
  Result<api::secretsmanager::UpdateSecretOutput> updateSecret(const api::Call& call,
                                                               api::secretsmanager::UpdateSecretInput in);
  Result<api::secretsmanager::DescribeSecretOutput> describeSecret(
      const api::Call& call, api::secretsmanager::DescribeSecretInput in) const;
  Result<api::secretsmanager::DeleteSecretOutput> deleteSecret(const api::Call& call,
                                                               api::secretsmanager::DeleteSecretInput in);
  Result<api::secretsmanager::RestoreSecretOutput> restoreSecret(const api::Call& call,
                                                                 api::secretsmanager::RestoreSecretInput in);
  Result<api::secretsmanager::TagResourceOutput> tagResource(const api::Call& call,
                                                             api::secretsmanager::TagResourceInput in);
  Result<api::secretsmanager::UntagResourceOutput> untagResource(const api::Call& call,
                                                                 api::secretsmanager::UntagResourceInput in);

  // --- values and versions (versions.cc)
  Result<api::secretsmanager::GetSecretValueOutput> getSecretValue(
      const api::Call& call, api::secretsmanager::GetSecretValueInput in) const;
  Result<api::secretsmanager::PutSecretValueOutput> putSecretValue(const api::Call& call,
                                                                   api::secretsmanager::PutSecretValueInput in);
  Result<api::secretsmanager::UpdateSecretVersionStageOutput> updateSecretVersionStage(
      const api::Call& call, api::secretsmanager::UpdateSecretVersionStageInput in);
  Result<api::secretsmanager::GetRandomPasswordOutput> getRandomPassword(
      const api::Call& call, api::secretsmanager::GetRandomPasswordInput in) const;

  // --- lists (listings.cc)
  Result<api::secretsmanager::ListSecretsOutput> listSecrets(const api::Call& call,
                                                             api::secretsmanager::ListSecretsInput in) const;
  Result<api::secretsmanager::ListSecretVersionIdsOutput> listSecretVersionIds(
      const api::Call& call, api::secretsmanager::ListSecretVersionIdsInput in) const;

 private:
  friend class SecretProvider;  // secretsmanager_resources.cc
  // By name, ARN, or ARN without its suffix; also one that is to be deleted.
  std::optional<SecretRow> find(const api::Call& call, const std::string& secretId) const;
  // Faults: ResourceNotFoundException; InvalidRequestException for one that is to be deleted.
  Result<SecretRow> getLiving(const api::Call& call, const std::string& secretId) const;
  Result<SecretRow> create(const api::Call& call, const std::string& name, const std::string& description,
                           const Tags& tags);
  // A version with this value and these stages; the same again is no other one. True when it is new.
  Result<bool> addVersion(const SecretRow& row, const std::string& token, const SecretValue& value,
                          std::set<std::string> stages, base::Time now);
  // Puts the stage on a version (empty: on none), off all others; AWSPREVIOUS follows AWSCURRENT.
  void moveStage(const SecretRow& row, const std::string& stage, const std::string& to);
  // Removes versions without stages until one more has a place. Faults: LimitExceededException, when all have one.
  Result<void> makeRoom(const SecretRow& row, const std::vector<VersionRow>& versions);

  const base::Clock& clock_;
  base::Random& random_;
  SecretsManagerStore store_;
};

// Of a request. Fault: InvalidParameterException.
Result<Tags> tagsFrom(const std::vector<api::secretsmanager::Tag>& list);
Result<void> checkTagCount(const Tags& tags);
// The value that a request brings; nullopt for none. Faults tell nothing of it.
Result<std::optional<SecretValue>> valueFrom(const std::optional<std::string>& text,
                                             const std::optional<std::string>& binary);
// Fault: InvalidRequestException for a request without one.
Result<std::string> tokenFrom(const std::optional<std::string>& token);

inline constexpr const char* kCurrent = "AWSCURRENT";
inline constexpr const char* kPrevious = "AWSPREVIOUS";
inline constexpr const char* kKeyId = "alias/aws/secretsmanager";

}  // namespace hearth::services::secretsmanager
