// Everything that EventBridge Scheduler keeps: schedule groups and schedules. The group `default` of every account
// and region is there without a row; it has one once it is tagged.
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

using Tags = std::map<std::string, std::string>;

struct GroupRow {
  GroupName name;
  base::Time created{};
  base::Time modified{};
  Tags tags;
  std::string clientToken;  // of its creation
};

struct ScheduleRow {
  ScheduleName name;
  base::Time created{};
  base::Time modified{};
  api::scheduler::CreateScheduleInput schedule;  // what was asked for, with defaults
};

// Which schedules a list shows: in the order of groups, then of names, behind `after`.
struct ScheduleQuery {
  std::string account;
  std::string region;
  std::optional<std::string> group;
  std::optional<std::string> state;
  std::string namePrefix;
  std::string afterGroup;
  std::string afterName;
  std::size_t most = 100;
};

// Reads on any thread, changes on the writer thread.
class SchedulerStore final {
 public:
  explicit SchedulerStore(store::Database& database) : database_(database) {}

  std::optional<GroupRow> findGroup(const GroupName& name) const;
  // In the order of names, after `after`, at most `most`.
  std::vector<GroupRow> listGroups(const std::string& account, const std::string& region, const std::string& prefix,
                                   const std::string& after, std::size_t most) const;
  std::int64_t countGroups(const std::string& account, const std::string& region) const;
  void putGroup(const GroupRow& row);
  // Only the group's own row.
  void deleteGroup(const GroupName& name);

  std::optional<ScheduleRow> findSchedule(const ScheduleName& name) const;
  std::vector<ScheduleRow> listSchedules(const ScheduleQuery& query) const;
  std::vector<ScheduleName> namesInGroup(const GroupName& group) const;
  void putSchedule(const ScheduleRow& row);
  void deleteSchedule(const ScheduleName& name);

 private:
  store::Database& database_;
};

}  // namespace hearth::services::scheduler
