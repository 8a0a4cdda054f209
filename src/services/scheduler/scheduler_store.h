// Everything that EventBridge Scheduler keeps: schedule groups and schedules. The group `default` of every account
// and region is not stored.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/scheduler.h"
#include "base/clock.h"
#include "services/scheduler/schedule_arn.h"
#include "store/database.h"

namespace hearth::services::scheduler {

std::vector<store::Migration> schedulerMigrations();

struct GroupRow {
  GroupName name;
  base::Time created{};
  base::Time modified{};
  std::map<std::string, std::string> tags;
};

struct ScheduleRow {
  ScheduleName name;
  base::Time created{};
  base::Time modified{};
  api::scheduler::CreateScheduleInput schedule;  // what was asked for, defaults filled in
};

// Where a list of schedules goes on: behind this one.
struct ScheduleCursor {
  std::string group;
  std::string name;
};

struct ScheduleQuery {
  std::string account;
  std::string region;
  std::optional<std::string> group;
  std::string namePrefix;
  std::optional<std::string> state;
  ScheduleCursor after;
  std::size_t most = 100;
};

// Reads on any thread, changes on the writer thread. Lists come in the order of names.
class SchedulerStore final {
 public:
  explicit SchedulerStore(store::Database& database) : database_(database) {}

  std::optional<GroupRow> findGroup(const GroupName& name) const;
  std::vector<GroupRow> listGroups(const std::string& account, const std::string& region, const std::string& prefix,
                                   const std::string& after, std::size_t most) const;
  std::int64_t countGroups(const std::string& account, const std::string& region) const;
  void putGroup(const GroupRow& row);
  // Only the group's own row.
  void deleteGroup(const GroupName& name);

  std::optional<ScheduleRow> findSchedule(const ScheduleName& name) const;
  // Ordered by group, then name.
  std::vector<ScheduleRow> listSchedules(const ScheduleQuery& query) const;
  void putSchedule(const ScheduleRow& row);
  void deleteSchedule(const ScheduleName& name);

 private:
  store::Database& database_;
};

}  // namespace hearth::services::scheduler
