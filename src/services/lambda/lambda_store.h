// Functions, their versions, aliases, permissions and settings. Configurations hold environment variables, which
// are often secrets: they are sealed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/lambda.h"
#include "services/lambda/function_name.h"
#include "services/lambda/permission.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::services::lambda {

std::vector<store::Migration> lambdaMigrations();

inline constexpr char kLatest[] = "$LATEST";

struct FunctionRow {
  std::int64_t id = 0;
  FunctionName name;  // without qualifier
  std::map<std::string, std::string> tags;
  std::optional<std::int64_t> reservedConcurrency;
  std::int64_t nextVersion = 1;
};

struct VersionRow {
  std::string version = kLatest;
  std::string contentId;  // of the code store
  api::lambda::FunctionConfiguration configuration;
};

struct AliasRow {
  std::string name;
  api::lambda::AliasConfiguration configuration;
};

class LambdaStore final {
 public:
  LambdaStore(store::Database& database, const store::Keyring& keyring) : database_(database), keyring_(keyring) {}

  std::optional<FunctionRow> find(const FunctionName& name) const;
  // In the order of names behind `after`.
  std::vector<FunctionRow> list(const std::string& account, const std::string& region, const std::string& after,
                                std::size_t most) const;
  std::int64_t insert(const FunctionRow& function);
  void update(const FunctionRow& function);
  // With everything that belongs to it.
  void remove(std::int64_t functionId);
  std::int64_t reservedTotal(const std::string& account, const std::string& region) const;
  std::int64_t count(const std::string& account, const std::string& region) const;

  std::optional<VersionRow> findVersion(std::int64_t functionId, const std::string& version) const;
  std::vector<VersionRow> listVersions(std::int64_t functionId) const;
  void putVersion(std::int64_t functionId, const VersionRow& version);
  void removeVersion(std::int64_t functionId, const std::string& version);
  // Does any version of any function use this content?
  bool usesContent(const std::string& contentId) const;

  std::optional<AliasRow> findAlias(std::int64_t functionId, const std::string& alias) const;
  std::vector<AliasRow> listAliases(std::int64_t functionId) const;
  void putAlias(std::int64_t functionId, const AliasRow& alias);
  void removeAlias(std::int64_t functionId, const std::string& alias);

  // `qualifier` empty: of the function itself.
  std::vector<Permission> permissions(std::int64_t functionId, const std::string& qualifier) const;
  void addPermission(std::int64_t functionId, const std::string& qualifier, const Permission& permission);
  bool removePermission(std::int64_t functionId, const std::string& qualifier, const std::string& statementId);

  std::optional<api::lambda::FunctionEventInvokeConfig> findEventConfig(std::int64_t functionId,
                                                                        const std::string& qualifier) const;
  std::vector<api::lambda::FunctionEventInvokeConfig> listEventConfigs(std::int64_t functionId) const;
  void putEventConfig(std::int64_t functionId, const std::string& qualifier,
                      const api::lambda::FunctionEventInvokeConfig& config);
  bool removeEventConfig(std::int64_t functionId, const std::string& qualifier);

 private:
  store::Database& database_;
  const store::Keyring& keyring_;
};

}  // namespace hearth::services::lambda
