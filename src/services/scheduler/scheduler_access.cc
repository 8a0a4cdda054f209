#include "services/scheduler/scheduler_access.h"

#include "services/scheduler/schedule_arn.h"

namespace hearth::services::scheduler {
namespace {

using api::Access;
using api::AccessKind;
using api::AccessRule;
using api::Call;
using api::InputView;
using Accesses = std::vector<Access>;

constexpr std::string_view kGroupArn = "arn:aws:scheduler:{region}:{account}:schedule-group/{Name}";

// Schedules without a group are in the default one.
Result<void> onSchedule(const Call& call, const InputView& input, Accesses& accesses) {
  accesses[0].resource = ScheduleName{call.account, call.region, input.text("GroupName").value_or("default"),
                                      input.text("Name").value_or("*")}
                             .arn();
  return {};
}

Result<void> writeSchedule(const Call& call, const InputView& input, Accesses& accesses) {
  HEARTH_CHECK(onSchedule(call, input, accesses));
  auto role = input.text("Target", "RoleArn");
  if (role) accesses.push_back(api::passRole(*std::move(role), "scheduler.amazonaws.com", accesses[0].resource));
  return {};
}

// https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-types.html: each type's schema lists what
// its handlers call.
std::vector<api::TypeRule> types() {
  using N = api::TypeNeed;
  return {
      {"AWS::Scheduler::Schedule",
       "arn:aws:scheduler:{region}:{account}:schedule/{GroupName=default}/{id}",
       {{.when = N::kMake, .action = "scheduler:CreateSchedule"},
        {.when = N::kChange, .action = "scheduler:UpdateSchedule"},
        {.when = N::kMake | N::kChange,
         .action = "iam:PassRole",
         .properties = {"Target"},
         .resource = "{Target.RoleArn}",
         .passedTo = "scheduler.amazonaws.com"},
        {.when = N::kRemove, .action = "scheduler:DeleteSchedule"}}},
      {"AWS::Scheduler::ScheduleGroup",
       "arn:aws:scheduler:{region}:{account}:schedule-group/{id}",
       {{.when = N::kMake, .action = "scheduler:CreateScheduleGroup"},
        {.when = N::kChange, .action = "scheduler:TagResource"},
        {.when = N::kRemove, .action = "scheduler:DeleteScheduleGroup"}}},
  };
}

}  // namespace

api::ServiceAccess schedulerAccess() {
  return {"scheduler",
          {
              {"CreateSchedule", "scheduler:CreateSchedule", "*", writeSchedule},
              {"CreateScheduleGroup", "scheduler:CreateScheduleGroup", kGroupArn},
              {"DeleteSchedule", "scheduler:DeleteSchedule", "*", onSchedule},
              {"DeleteScheduleGroup", "scheduler:DeleteScheduleGroup", kGroupArn},
              {"GetSchedule", "scheduler:GetSchedule", "*", onSchedule},
              {"GetScheduleGroup", "scheduler:GetScheduleGroup", kGroupArn},
              {"ListScheduleGroups", "scheduler:ListScheduleGroups",
               "arn:aws:scheduler:{region}:{account}:schedule-group/*"},
              {"ListSchedules", "scheduler:ListSchedules",
               "arn:aws:scheduler:{region}:{account}:schedule/{GroupName}/*"},
              {"ListTagsForResource", "scheduler:ListTagsForResource", "{ResourceArn}"},
              {"TagResource", "scheduler:TagResource", "{ResourceArn}"},
              {"UntagResource", "scheduler:UntagResource", "{ResourceArn}"},
              {"UpdateSchedule", "scheduler:UpdateSchedule", "*", writeSchedule},
          },
          {},
          types()};
}

}  // namespace hearth::services::scheduler
