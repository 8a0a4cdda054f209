// Directory: the principals that can sign or be taken: root keys, users' access keys, roles, and role sessions.
//
// IAM's other nouns (groups, policies, tags) are kept by services/iam; this is what authentication needs.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/call.h"
#include "base/clock.h"
#include "base/random.h"
#include "ports/credential_issuer.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::identity {

std::vector<store::Migration> directoryMigrations();

// A key that is valid as root of an account; several accounts live side by side.
struct RootKey {
  std::string account;
  std::string accessKeyId;
  std::string secretAccessKey;
  std::string canonicalId;  // S3's owner id; derived from the account when empty
};

// What a signature is checked against.
struct KeyIdentity {
  std::string secretAccessKey;
  api::Principal principal;
  bool active = true;      // a deactivated key answers InvalidClientTokenId
  bool expired = false;    // a session past its end answers ExpiredToken
  bool tokenValid = true;  // the session token belongs to the key
};

struct AccessKeyRow {
  std::string account;
  std::string userName;
  std::string accessKeyId;
  std::string secretAccessKey;
  bool active = true;
  base::Time created{};
};

struct RoleRow {
  std::string account;
  std::string name;
  std::string path = "/";
  std::string roleId;  // AROA...
  std::string trustPolicy;
  std::int64_t maxSessionSeconds = 3600;
  base::Time created{};
  std::string record;  // services/iam's own: description, tags, boundary

  std::string arn() const { return "arn:aws:iam::" + account + ":role" + path + name; }
};

// When and for what a key or a role signed last.
struct KeyUse {
  base::Time at{};
  std::string service;  // signing name: "s3"
  std::string region;
};

struct SessionRequest {
  std::string sessionName;
  std::int64_t seconds = 3600;
};

// Reads are thread-safe; what changes the tables runs on the writer thread.
class Directory final : public ports::CredentialIssuer {
 public:
  Directory(store::Database& database, const store::Keyring& keyring, const base::Clock& clock,
            base::Random& random);

  // --- keys. Before traffic.
  void addRootKey(RootKey key);
  // The owner id of an account's buckets and objects: 64 hex digits.
  std::string canonicalIdOf(const std::string& account) const;
  std::vector<std::string> rootAccounts() const;
  // Ids of the account's root keys, sorted.
  std::vector<std::string> rootKeysOf(const std::string& account) const;

  // nullopt for a key that nobody has. `sessionToken` is empty when the request carried none.
  std::optional<KeyIdentity> findKey(const std::string& accessKeyId, const std::string& sessionToken) const;

  void insertAccessKey(const AccessKeyRow& key, const std::string& userArn, const std::string& userId);
  void setAccessKeyActive(const std::string& accessKeyId, bool active);
  void deleteAccessKey(const std::string& accessKeyId);
  void renameUserOfKeys(const std::string& account, const std::string& from, const std::string& to,
                        const std::string& newArn);
  std::optional<AccessKeyRow> findAccessKey(const std::string& accessKeyId) const;
  std::vector<AccessKeyRow> listAccessKeys(const std::string& account, const std::string& userName) const;

  // Notes that the principal signed a request: for a user's key, or for a role through its session; root is not
  // noted. Thread-safe, does not wait; reaches the disk at most once a minute per key or role.
  void recordUse(const api::Principal& principal, const std::string& service, const std::string& region);
  // `id` is an access key id or a role's id; nullopt when it never signed.
  std::optional<KeyUse> findUse(const std::string& id) const;

  // --- roles. Names are found without regard to case, ARNs exactly.
  std::optional<RoleRow> findRole(const std::string& account, const std::string& name) const;
  std::optional<RoleRow> findRoleByArn(const std::string& arn) const;
  std::vector<RoleRow> listRoles(const std::string& account, const std::string& pathPrefix) const;
  // At most `most` roles after the name `after`, in the order of names.
  std::vector<RoleRow> listRoles(const std::string& account, const std::string& pathPrefix,
                                 const std::string& after, std::size_t most) const;
  std::int64_t countRoles(const std::string& account) const;
  void putRole(const RoleRow& role);
  void deleteRole(const std::string& account, const std::string& name);
  // Another number after every commit that changed roles, before it is acknowledged. Thread-safe.
  std::uint64_t roleGeneration() const { return roleGeneration_.load(); }

  // --- sessions: temporary keys that carry their own proof in the token and outlive a restart.
  ports::RoleCredentials issue(const RoleRow& role, const SessionRequest& request) const;
  // GetSessionToken: the caller's own rights under temporary keys.
  ports::RoleCredentials issueFor(const api::Principal& principal, std::int64_t seconds) const;

  // The role, when the service may take it, as checkAssumable() has it. Kept until roles change, for what every
  // request to an API asks. On the loop, and outside of Snapshots: their view may be older than roleGeneration().
  Result<std::shared_ptr<const RoleRow>> getAssumable(const std::string& roleArn,
                                                      const std::string& servicePrincipal,
                                                      const std::string& account) const;
  Result<void> checkAssumable(const std::string& roleArn, const std::string& servicePrincipal,
                              const std::string& account) override;
  Result<ports::RoleCredentials> assumeForService(const std::string& roleArn, const std::string& sessionName,
                                                  const std::string& servicePrincipal,
                                                  const std::string& account) override;

 private:
  struct TrustedRole;
  Result<std::shared_ptr<const TrustedRole>> getTrusted(const std::string& roleArn) const;
  Result<std::shared_ptr<const TrustedRole>> getKept(const std::string& roleArn) const;
  std::optional<KeyIdentity> openSession(const std::string& accessKeyId, const std::string& token) const;
  ports::RoleCredentials seal(const api::Principal& principal, std::int64_t seconds) const;
  void forgetKeys();
  void rolesChanged();

  store::Database& database_;
  const store::Keyring& keyring_;
  const base::Clock& clock_;
  base::Random& random_;
  std::unordered_map<std::string, RootKey> rootKeys_;  // by access key id; fixed after start

  // Users' keys and sessions that were looked up lately: the hot path asks for the same few on every request.
  struct CachedKey {
    KeyIdentity identity;
    base::Time expires;
    std::string token;
  };
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, CachedKey> cache_;  // guarded by mutex_; bounded
  std::uint64_t generation_ = 0;                              // guarded by mutex_; of the keys' rows

  struct RecordedUse {
    KeyUse use;
    base::Time written{};  // the use that is on the disk
  };
  std::atomic<std::uint64_t> roleGeneration_ = 0;
  struct KeptRole {
    std::uint64_t generation = 0;
    std::shared_ptr<const TrustedRole> role;
  };
  mutable std::unordered_map<std::string, KeptRole> keptRoles_;  // guarded by mutex_; bounded; by ARN
  std::unordered_map<std::string, RecordedUse> uses_;            // guarded by mutex_; bounded; by key id or role id
};

}  // namespace hearth::identity
