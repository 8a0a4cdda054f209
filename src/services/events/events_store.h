// Everything that EventBridge keeps: rules and their targets on the default event bus.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/events.h"
#include "services/events/rule_arn.h"
#include "store/database.h"

namespace hearth::services::events {

std::vector<store::Migration> eventsMigrations();

using Tags = std::map<std::string, std::string>;

struct RuleRow {
  RuleName name;
  api::events::Rule rule;  // without its name, ARN and bus
  Tags tags;
};

// Reads on any thread, changes on the writer thread. Lists come in the order of names, after `after`, at most
// `most`.
class EventsStore final {
 public:
  explicit EventsStore(store::Database& database) : database_(database) {}

  std::optional<RuleRow> findRule(const RuleName& name) const;
  std::vector<RuleRow> listRules(const std::string& account, const std::string& region, const std::string& prefix,
                                 const std::string& after, std::size_t most) const;
  std::int64_t countRules(const std::string& account, const std::string& region) const;
  void putRule(const RuleRow& row);
  // With its targets.
  void deleteRule(const RuleName& name);

  std::vector<api::events::Target> listTargets(const RuleName& rule, const std::string& after,
                                               std::size_t most) const;
  std::int64_t countTargets(const RuleName& rule) const;
  void putTarget(const RuleName& rule, const api::events::Target& target);
  // False when there was none.
  bool deleteTarget(const RuleName& rule, const std::string& id);
  std::vector<std::string> listRuleNamesByTarget(const std::string& account, const std::string& region,
                                                 const std::string& targetArn, const std::string& after,
                                                 std::size_t most) const;

  // Of the default bus.
  Tags busTags(const std::string& account, const std::string& region) const;
  void putBusTags(const std::string& account, const std::string& region, const Tags& tags);

 private:
  store::Database& database_;
};

}  // namespace hearth::services::events
