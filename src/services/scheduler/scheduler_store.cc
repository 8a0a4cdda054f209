#include "services/scheduler/scheduler_store.h"

#include "api/document.h"
#include "base/json.h"
#include "services/stored_tags.h"
#include "store/damaged_record.h"

namespace hearth::services::scheduler {

namespace {

// Times are milliseconds since 1970. `record` is the schedule as JSON; its state stands beside it for lists. No
// schedule refers to a row of its group: the default group has none.
constexpr std::string_view kSchema = R"sql(
CREATE TABLE scheduler_groups (
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  created INTEGER NOT NULL, modified INTEGER NOT NULL,
  tags TEXT NOT NULL, client_token TEXT NOT NULL,
  PRIMARY KEY (account, region, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE scheduler_schedules (
  account TEXT NOT NULL, region TEXT NOT NULL, group_name TEXT NOT NULL, name TEXT NOT NULL,
  created INTEGER NOT NULL, modified INTEGER NOT NULL,
  state TEXT NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (account, region, group_name, name)
) STRICT, WITHOUT ROWID;
)sql";

// The smallest text that is greater than every name with this prefix.
std::string prefixEnd(const std::string& prefix) { return prefix + "\xf4\x8f\xbf\xbf"; }

GroupRow groupOf(const store::Rows& rows, const std::string& account, const std::string& region) {
  return {.name = {account, region, rows.text(0)},
          .created = base::fromMillis(rows.integer(1)),
          .modified = base::fromMillis(rows.integer(2)),
          .tags = readTags(rows.text(3)),
          .clientToken = rows.text(4)};
}

ScheduleRow scheduleOf(const store::Rows& rows, const std::string& account, const std::string& region) {
  auto record = api::fromRecord<api::scheduler::CreateScheduleInput>(rows.text(4));
  if (!record.ok()) throw store::DamagedRecord("scheduler: a record cannot be read: " + record.fault().message);
  return {.name = {account, region, rows.text(0), rows.text(1)},
          .created = base::fromMillis(rows.integer(2)),
          .modified = base::fromMillis(rows.integer(3)),
          .schedule = std::move(record).value()};
}

}  // namespace

std::vector<store::Migration> schedulerMigrations() { return {{"scheduler/001 groups, schedules", kSchema}}; }

std::optional<GroupRow> SchedulerStore::findGroup(const GroupName& name) const {
  auto rows = database_.query(
      "SELECT name, created, modified, tags, client_token FROM scheduler_groups"
      " WHERE account = ? AND region = ? AND name = ?",
      name.account, name.region, name.name);
  if (!rows.next()) return std::nullopt;
  return groupOf(rows, name.account, name.region);
}

std::vector<GroupRow> SchedulerStore::listGroups(const std::string& account, const std::string& region,
                                                 const std::string& prefix, const std::string& after,
                                                 std::size_t most) const {
  std::vector<GroupRow> groups;
  auto rows = database_.query(
      "SELECT name, created, modified, tags, client_token FROM scheduler_groups WHERE account = ? AND region = ?"
      " AND name >= ? AND name < ? AND name > ? ORDER BY name LIMIT ?",
      account, region, prefix, prefixEnd(prefix), after, most);
  while (rows.next()) groups.push_back(groupOf(rows, account, region));
  return groups;
}

std::int64_t SchedulerStore::countGroups(const std::string& account, const std::string& region) const {
  auto rows =
      database_.query("SELECT count(*) FROM scheduler_groups WHERE account = ? AND region = ?", account, region);
  return rows.next() ? rows.integer(0) : 0;
}

void SchedulerStore::putGroup(const GroupRow& row) {
  database_.execute(
      "INSERT INTO scheduler_groups (account, region, name, created, modified, tags, client_token)"
      " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, region, name) DO UPDATE SET"
      " modified = excluded.modified, tags = excluded.tags",
      row.name.account, row.name.region, row.name.name, base::toMillis(row.created), base::toMillis(row.modified),
      writeTags(row.tags), row.clientToken);
}

void SchedulerStore::deleteGroup(const GroupName& name) {
  database_.execute("DELETE FROM scheduler_groups WHERE account = ? AND region = ? AND name = ?", name.account,
                    name.region, name.name);
}

std::optional<ScheduleRow> SchedulerStore::findSchedule(const ScheduleName& name) const {
  auto rows = database_.query(
      "SELECT group_name, name, created, modified, record FROM scheduler_schedules"
      " WHERE account = ? AND region = ? AND group_name = ? AND name = ?",
      name.account, name.region, name.group, name.name);
  if (!rows.next()) return std::nullopt;
  return scheduleOf(rows, name.account, name.region);
}

std::vector<ScheduleRow> SchedulerStore::listSchedules(const ScheduleQuery& query) const {
  std::vector<ScheduleRow> schedules;
  auto rows = database_.query(
      "SELECT group_name, name, created, modified, record FROM scheduler_schedules"
      " WHERE account = ?1 AND region = ?2 AND (?3 IS NULL OR group_name = ?3) AND (?4 IS NULL OR state = ?4)"
      " AND name >= ?5 AND name < ?6 AND (group_name, name) > (?7, ?8) ORDER BY group_name, name LIMIT ?9",
      query.account, query.region, query.group, query.state, query.namePrefix, prefixEnd(query.namePrefix),
      query.afterGroup, query.afterName, query.most);
  while (rows.next()) schedules.push_back(scheduleOf(rows, query.account, query.region));
  return schedules;
}

std::vector<ScheduleName> SchedulerStore::namesInGroup(const GroupName& group) const {
  std::vector<ScheduleName> names;
  auto rows =
      database_.query("SELECT name FROM scheduler_schedules WHERE account = ? AND region = ? AND group_name = ?",
                      group.account, group.region, group.name);
  while (rows.next()) names.push_back({group.account, group.region, group.name, rows.text(0)});
  return names;
}

void SchedulerStore::putSchedule(const ScheduleRow& row) {
  database_.execute(
      "INSERT INTO scheduler_schedules (account, region, group_name, name, created, modified, state, record)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, region, group_name, name) DO UPDATE SET"
      " modified = excluded.modified, state = excluded.state, record = excluded.record",
      row.name.account, row.name.region, row.name.group, row.name.name, base::toMillis(row.created),
      base::toMillis(row.modified), row.schedule.state.value_or(""), api::recordText(row.schedule));
}

void SchedulerStore::deleteSchedule(const ScheduleName& name) {
  database_.execute(
      "DELETE FROM scheduler_schedules WHERE account = ? AND region = ? AND group_name = ? AND name = ?",
      name.account, name.region, name.group, name.name);
}

}  // namespace hearth::services::scheduler
