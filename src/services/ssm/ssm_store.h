// What Parameter Store keeps: parameters, their versions, and the values, sealed. All SQL of the service.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "services/ssm/parameter_name.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::services::ssm {

// In the order in which they run. A released step is never edited; a change is a new one.
std::vector<store::Migration> ssmMigrations();

using Tags = std::map<std::string, std::string>;

// One version of a parameter, without its value.
struct VersionRow {
  std::int64_t version = 1;
  std::string type;  // String, StringList, SecureString
  std::string description;
  std::string allowedPattern;
  base::Time modified{};
  std::string user;  // ARN of who wrote it
  std::vector<std::string> labels;

  bool isSecret() const { return type == "SecureString"; }
  bool hasLabel(const std::string& label) const;
};

struct ParameterRow {
  std::int64_t id = 0;
  ParameterName name;
  Tags tags;
  VersionRow latest;
};

// The names behind `after` and before `before`, in the order of bytes; an empty end is open.
struct NameRange {
  std::string after;
  std::string before;
};

// Reads on any thread, changes on the writer thread. A value that does not open (changed on the disk) throws
// store::DamagedRecord.
class SsmStore final {
 public:
  SsmStore(store::Database& database, const store::Keyring& keyring) : database_(database), keyring_(keyring) {}

  std::optional<ParameterRow> find(const ParameterName& name) const;
  std::int64_t count(const std::string& account, const std::string& region) const;
  // In the order of names, until `take` says that it has enough (false).
  void forEach(const std::string& account, const std::string& region, const NameRange& names,
               const std::function<bool(ParameterRow)>& take) const;

  // Gives the row its id; its first version comes with putVersion().
  void insert(ParameterRow& row);
  void saveTags(const ParameterRow& row);
  void remove(std::int64_t id);

  std::optional<VersionRow> findVersion(std::int64_t id, std::int64_t version) const;
  std::optional<VersionRow> findLabelled(std::int64_t id, const std::string& label) const;
  // Behind `after`, at most `most`, oldest first.
  std::vector<VersionRow> versions(std::int64_t id, std::int64_t after, std::size_t most) const;
  std::int64_t countVersions(std::int64_t id) const;
  // The new latest one.
  void putVersion(std::int64_t id, const VersionRow& row, const std::string& value);
  void saveLabels(std::int64_t id, const VersionRow& row);
  void removeVersion(std::int64_t id, std::int64_t version);

  std::string value(std::int64_t id, std::int64_t version) const;
  // As it lies on the disk.
  std::string sealedValue(std::int64_t id, std::int64_t version) const;

 private:
  store::Database& database_;
  const store::Keyring& keyring_;
};

}  // namespace hearth::services::ssm
