// What Secrets Manager keeps: secrets, and their versions with sealed values. All SQL of the service.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "services/secretsmanager/secret_name.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::services::secretsmanager {

// In the order in which they run. A released step is never edited; a change is a new one.
std::vector<store::Migration> secretsmanagerMigrations();

using Tags = std::map<std::string, std::string>;

struct SecretRow {
  std::int64_t id = 0;
  SecretName name;
  std::string description;
  Tags tags;
  base::Time created{};
  base::Time changed{};
  std::optional<base::Time> deleted;  // when it was asked for
  std::optional<base::Time> goneAt;   // when the secret goes for good
};

// Text, or bytes.
struct SecretValue {
  bool isBinary = false;
  std::string bytes;
  bool operator==(const SecretValue&) const = default;
};

// A version without its value.
struct VersionRow {
  std::string id;  // the request's token
  base::Time created{};
  std::set<std::string> stages;  // empty: deprecated
};

// Reads on any thread, changes on the writer thread. A value that does not open (changed on the disk) throws
// store::DamagedRecord.
class SecretsManagerStore final {
 public:
  SecretsManagerStore(store::Database& database, const store::Keyring& keyring)
      : database_(database), keyring_(keyring) {}

  std::optional<SecretRow> find(const std::string& account, const std::string& region,
                                const std::string& name) const;
  std::int64_t count(const std::string& account, const std::string& region) const;
  // In the order of creation, or against it, behind the row `after` (0: from the start), until `take` says that it
  // has enough (false).
  void forEach(const std::string& account, const std::string& region, bool newestFirst, std::int64_t after,
               const std::function<bool(const SecretRow&)>& take) const;
  // Gives the row its id.
  void insert(SecretRow& row);
  void save(const SecretRow& row);
  void remove(std::int64_t id);
  // Secrets whose time has come.
  void removeGone(base::Time now);

  // Oldest first.
  std::vector<VersionRow> versions(std::int64_t id) const;
  void insertVersion(std::int64_t id, const VersionRow& version, const SecretValue& value);
  void saveStages(std::int64_t id, const VersionRow& version);
  void removeVersion(std::int64_t id, const std::string& version);
  SecretValue value(std::int64_t id, const std::string& version) const;

 private:
  store::Database& database_;
  const store::Keyring& keyring_;
};

}  // namespace hearth::services::secretsmanager
