#include "services/events/events_store.h"

#include "api/document.h"
#include "base/json.h"
#include "services/stored_tags.h"
#include "store/damaged_record.h"

namespace hearth::services::events {

namespace {

// `record` is the rule or target as JSON. A bus has a row only once it has tags.
constexpr std::string_view kSchema = R"sql(
CREATE TABLE events_rules (
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  record TEXT NOT NULL, tags TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (account, region, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE events_targets (
  account TEXT NOT NULL, region TEXT NOT NULL, rule TEXT NOT NULL, id TEXT NOT NULL,
  arn TEXT NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (account, region, rule, id),
  FOREIGN KEY (account, region, rule) REFERENCES events_rules (account, region, name) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX events_targets_by_arn ON events_targets (account, region, arn, rule);
CREATE TABLE events_buses (
  account TEXT NOT NULL, region TEXT NOT NULL, tags TEXT NOT NULL,
  PRIMARY KEY (account, region)
) STRICT, WITHOUT ROWID;
)sql";

// Of a row that this service wrote.
template <class T>
T fromRow(const std::string& record) {
  auto value = api::fromRecord<T>(record);
  if (!value.ok()) throw store::DamagedRecord("events: a record cannot be read: " + value.fault().message);
  return std::move(value).value();
}

// The smallest text that is greater than every name with this prefix.
std::string prefixEnd(const std::string& prefix) { return prefix + "\xf4\x8f\xbf\xbf"; }

}  // namespace

std::vector<store::Migration> eventsMigrations() { return {{"events/001 rules, targets, buses", kSchema}}; }

std::optional<RuleRow> EventsStore::findRule(const RuleName& name) const {
  auto rows = database_.query("SELECT record, tags FROM events_rules WHERE account = ? AND region = ? AND name = ?",
                              name.account, name.region, name.name);
  if (!rows.next()) return std::nullopt;
  return RuleRow{name, fromRow<api::events::Rule>(rows.text(0)), readTags(rows.text(1))};
}

std::vector<RuleRow> EventsStore::listRules(const std::string& account, const std::string& region,
                                            const std::string& prefix, const std::string& after,
                                            std::size_t most) const {
  std::vector<RuleRow> found;
  auto rows = database_.query(
      "SELECT name, record, tags FROM events_rules WHERE account = ? AND region = ? AND name >= ? AND name < ?"
      " AND name > ? ORDER BY name LIMIT ?",
      account, region, prefix, prefixEnd(prefix), after, most);
  while (rows.next())
    found.push_back(
        {{account, region, rows.text(0)}, fromRow<api::events::Rule>(rows.text(1)), readTags(rows.text(2))});
  return found;
}

std::int64_t EventsStore::countRules(const std::string& account, const std::string& region) const {
  auto rows =
      database_.query("SELECT count(*) FROM events_rules WHERE account = ? AND region = ?", account, region);
  return rows.next() ? rows.integer(0) : 0;
}

void EventsStore::putRule(const RuleRow& row) {
  database_.execute(
      "INSERT INTO events_rules (account, region, name, record, tags) VALUES (?, ?, ?, ?, ?)"
      " ON CONFLICT (account, region, name) DO UPDATE SET record = excluded.record, tags = excluded.tags",
      row.name.account, row.name.region, row.name.name, api::recordText(row.rule), writeTags(row.tags));
}

void EventsStore::deleteRule(const RuleName& name) {
  database_.execute("DELETE FROM events_targets WHERE account = ? AND region = ? AND rule = ?", name.account,
                    name.region, name.name);
  database_.execute("DELETE FROM events_rules WHERE account = ? AND region = ? AND name = ?", name.account,
                    name.region, name.name);
}

std::vector<api::events::Target> EventsStore::listTargets(const RuleName& rule, const std::string& after,
                                                          std::size_t most) const {
  std::vector<api::events::Target> targets;
  auto rows = database_.query(
      "SELECT record FROM events_targets WHERE account = ? AND region = ? AND rule = ? AND id > ? ORDER BY id"
      " LIMIT ?",
      rule.account, rule.region, rule.name, after, most);
  while (rows.next()) targets.push_back(fromRow<api::events::Target>(rows.text(0)));
  return targets;
}

std::int64_t EventsStore::countTargets(const RuleName& rule) const {
  auto rows = database_.query("SELECT count(*) FROM events_targets WHERE account = ? AND region = ? AND rule = ?",
                              rule.account, rule.region, rule.name);
  return rows.next() ? rows.integer(0) : 0;
}

void EventsStore::putTarget(const RuleName& rule, const api::events::Target& target) {
  database_.execute(
      "INSERT INTO events_targets (account, region, rule, id, arn, record) VALUES (?, ?, ?, ?, ?, ?)"
      " ON CONFLICT (account, region, rule, id) DO UPDATE SET arn = excluded.arn, record = excluded.record",
      rule.account, rule.region, rule.name, target.id, target.arn, api::recordText(target));
}

bool EventsStore::deleteTarget(const RuleName& rule, const std::string& id) {
  return database_.execute("DELETE FROM events_targets WHERE account = ? AND region = ? AND rule = ? AND id = ?",
                           rule.account, rule.region, rule.name, id) > 0;
}

std::vector<std::string> EventsStore::listRuleNamesByTarget(const std::string& account, const std::string& region,
                                                            const std::string& targetArn, const std::string& after,
                                                            std::size_t most) const {
  std::vector<std::string> names;
  auto rows = database_.query(
      "SELECT DISTINCT rule FROM events_targets WHERE account = ? AND region = ? AND arn = ? AND rule > ?"
      " ORDER BY rule LIMIT ?",
      account, region, targetArn, after, most);
  while (rows.next()) names.push_back(rows.text(0));
  return names;
}

Tags EventsStore::busTags(const std::string& account, const std::string& region) const {
  auto rows = database_.query("SELECT tags FROM events_buses WHERE account = ? AND region = ?", account, region);
  return rows.next() ? readTags(rows.text(0)) : Tags{};
}

void EventsStore::putBusTags(const std::string& account, const std::string& region, const Tags& tags) {
  database_.execute(
      "INSERT INTO events_buses (account, region, tags) VALUES (?, ?, ?) ON CONFLICT (account, region) DO UPDATE"
      " SET tags = excluded.tags",
      account, region, writeTags(tags));
}

}  // namespace hearth::services::events
