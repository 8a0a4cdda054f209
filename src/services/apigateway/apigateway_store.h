// Everything that API Gateway keeps: records by kind, and counts of usage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/document.h"
#include "ports/usage_meter.h"
#include "store/damaged_record.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::services::apigateway {

std::vector<store::Migration> apigatewayMigrations();

// Where a record belongs: account and region, and the API (empty for keys, plans and the account's settings).
struct Scope {
  std::string account;
  std::string region;
  std::string apiId;
};

// The kinds of records; each holds the generated struct of that name.
namespace kind {
inline constexpr char kRestApi[] = "RestApi";
inline constexpr char kResource[] = "Resource";  // with its methods, their integrations and responses
inline constexpr char kModel[] = "Model";
inline constexpr char kValidator[] = "RequestValidator";
inline constexpr char kAuthorizer[] = "Authorizer";
inline constexpr char kGatewayResponse[] = "GatewayResponse";
inline constexpr char kDeployment[] = "Deployment";
inline constexpr char kSnapshot[] = "Snapshot";  // of the API at a deployment; see deployments.cc
inline constexpr char kStage[] = "Stage";
inline constexpr char kFlush[] =
    "AuthorizersFlush";  // of a stage: another text each time that it is to forget answers
inline constexpr char kApiKey[] = "ApiKey";
inline constexpr char kUsagePlan[] = "UsagePlan";
inline constexpr char kUsagePlanKey[] = "UsagePlanKey";  // id: PLAN/KEY
inline constexpr char kAccount[] = "Account";
}  // namespace kind

struct Record {
  Scope scope;
  std::string id;
  std::string text;  // of api::recordText()
};

class ApiGatewayStore final {
 public:
  ApiGatewayStore(store::Database& database, const store::Keyring& keyring)
      : database_(database), keyring_(keyring) {}

  std::optional<std::string> findText(const Scope& scope, const char* kind, const std::string& id) const;
  void putText(const Scope& scope, const char* kind, const std::string& id, const std::string& text);
  bool remove(const Scope& scope, const char* kind, const std::string& id);
  // Everything of an API.
  void removeApi(const Scope& scope);
  // In the order of ids, behind `after`.
  std::vector<Record> list(const Scope& scope, const char* kind, const std::string& after = {},
                           std::size_t most = SIZE_MAX) const;
  // Of every account and region: what the data plane needs.
  std::vector<Record> listAll(const char* kind) const;
  // The account and region of an API; ids are unique in the server.
  std::optional<Scope> findScope(const std::string& apiId) const;

  template <class T>
  std::optional<T> find(const Scope& scope, const char* kind, const std::string& id) const {
    auto text = findText(scope, kind, id);
    if (!text) return std::nullopt;
    return parse<T>(*text);
  }
  template <class T>
  void put(const Scope& scope, const char* kind, const std::string& id, const T& value) {
    putText(scope, kind, id, api::recordText(value));
  }
  template <class T>
  static T parse(const std::string& text) {
    auto value = api::fromRecord<T>(text);
    if (!value.ok()) throw store::DamagedRecord("apigateway: a record cannot be read: " + value.fault().message);
    return *std::move(value);
  }

  std::int64_t used(const std::string& planId, const std::string& keyId, std::int64_t firstDay,
                    std::int64_t lastDay) const;
  // (key, day) -> requests, for a plan; `keyId` empty: all keys.
  std::vector<ports::UsageCount> usage(const std::string& planId, const std::string& keyId, std::int64_t firstDay,
                                       std::int64_t lastDay) const;
  void addUsage(const ports::UsageCount& count);

 private:
  store::Database& database_;
  const store::Keyring& keyring_;
};

}  // namespace hearth::services::apigateway
