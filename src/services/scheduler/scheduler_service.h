// EventBridge Scheduler: schedules in groups, recurring or one-time, in a time zone, each with one target, which is
// a Lambda function. https://docs.aws.amazon.com/scheduler/latest/APIReference/
#pragma once

#include "api/call.h"
#include "api/scheduler.h"
#include "base/clock.h"
#include "base/random.h"
#include "ports/authorizer.h"
#include "ports/credential_issuer.h"
#include "ports/invoker.h"
#include "schedule/engine.h"
#include "services/scheduler/scheduler_store.h"

namespace hearth::services::scheduler {

class SchedulerService final {
 public:
  // Registers itself with the engine as the one who fires schedules. All six outlive the service.
  SchedulerService(store::Database& database, schedule::ScheduleEngine& engine, ports::Invoker& invoker,
                   ports::CredentialIssuer& roles, const ports::Authorizer& authorizer, const base::Clock& clock,
                   base::Random& random);

  const base::Clock& clock() const { return clock_; }

  // Hands the schedule's input to its target. On the writer thread, in the engine's savepoint. Faults: what the
  // engine may try again (429 and 5xx) within the schedule's retry policy; everything else drops the fire.
  Result<void> fire(const schedule::Fire& fire);

  // --- schedules
  Result<api::scheduler::CreateScheduleOutput> createSchedule(const api::Call& call,
                                                              api::scheduler::CreateScheduleInput in);
  Result<api::scheduler::UpdateScheduleOutput> updateSchedule(const api::Call& call,
                                                              api::scheduler::UpdateScheduleInput in);
  Result<api::scheduler::DeleteScheduleOutput> deleteSchedule(const api::Call& call,
                                                              api::scheduler::DeleteScheduleInput in);
  Result<api::scheduler::GetScheduleOutput> getSchedule(const api::Call& call,
                                                        api::scheduler::GetScheduleInput in) const;
  Result<api::scheduler::ListSchedulesOutput> listSchedules(const api::Call& call,
                                                            api::scheduler::ListSchedulesInput in) const;

  // --- groups
  Result<api::scheduler::CreateScheduleGroupOutput> createScheduleGroup(
      const api::Call& call, api::scheduler::CreateScheduleGroupInput in);
  Result<api::scheduler::DeleteScheduleGroupOutput> deleteScheduleGroup(
      const api::Call& call, api::scheduler::DeleteScheduleGroupInput in);
  Result<api::scheduler::GetScheduleGroupOutput> getScheduleGroup(const api::Call& call,
                                                                  api::scheduler::GetScheduleGroupInput in) const;
  Result<api::scheduler::ListScheduleGroupsOutput> listScheduleGroups(
      const api::Call& call, api::scheduler::ListScheduleGroupsInput in) const;

  // --- tags, of groups only
  Result<api::scheduler::ListTagsForResourceOutput> listTagsForResource(
      const api::Call& call, api::scheduler::ListTagsForResourceInput in) const;
  Result<api::scheduler::TagResourceOutput> tagResource(const api::Call& call, api::scheduler::TagResourceInput in);
  Result<api::scheduler::UntagResourceOutput> untagResource(const api::Call& call,
                                                            api::scheduler::UntagResourceInput in);

 private:
  friend class ScheduleProvider;  // scheduler_resources.cc
  friend class GroupProvider;

  Result<GroupRow> getGroup(const api::Call& call, const std::string& name) const;
  Result<GroupRow> getGroupByArn(const api::Call& call, const std::string& arn) const;
  Result<ScheduleRow> getRow(const api::Call& call, const std::optional<std::string>& group,
                             const std::string& name) const;
  // Whether a schedule may be written like this, with its defaults filled in. `former` is what stands there now.
  Result<api::scheduler::CreateScheduleInput> checked(const api::Call& call, api::scheduler::CreateScheduleInput in,
                                                      const ScheduleRow* former) const;
  Result<void> checkTarget(const api::Call& call, const api::scheduler::Target& target) const;
  Result<void> createGroup(const api::Call& call, const std::string& name, const Tags& tags,
                           const std::string& clientToken);
  // Writes the schedule and brings the engine's entry in line.
  Result<void> save(const ScheduleRow& row);
  void forget(const ScheduleName& name);
  // Asks the target to take the input. A Fault of the kind that a retry may mend is one for the engine.
  Result<void> deliver(const ScheduleRow& row, const schedule::Fire& fire);

  store::Database& database_;
  schedule::ScheduleEngine& engine_;
  ports::Invoker& invoker_;
  ports::CredentialIssuer& roles_;
  const ports::Authorizer& authorizer_;
  const base::Clock& clock_;
  base::Random& random_;
  SchedulerStore store_;
};

}  // namespace hearth::services::scheduler
