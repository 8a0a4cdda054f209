#include "services/events/events_access.h"

#include <set>

namespace hearth::services::events {
namespace {

using api::Access;
using api::AccessKind;
using api::AccessRule;
using api::Call;
using api::InputView;
using Accesses = std::vector<Access>;

constexpr std::string_view kRuleArn = "arn:aws:events:{region}:{account}:rule/{Name}";
constexpr std::string_view kTargetsRuleArn = "arn:aws:events:{region}:{account}:rule/{Rule}";
constexpr std::string_view kEveryRule = "arn:aws:events:{region}:{account}:rule/*";

void addPassRoles(const std::vector<std::string>& roles, Accesses& accesses) {
  const std::string resource = accesses[0].resource;
  for (const std::string& role : std::set<std::string>(roles.begin(), roles.end()))
    accesses.push_back(api::passRole(role, "events.amazonaws.com", resource));
}

// Rules of another bus than the default one have its name in their ARN.
Result<void> onBus(const Call&, const InputView& input, Accesses& accesses) {
  const std::string bus = input.text("EventBusName").value_or("default");
  const std::string name = bus.substr(bus.rfind('/') + 1);
  if (name == "default") return {};
  std::string& arn = accesses[0].resource;
  arn.insert(arn.find(":rule/") + std::string_view(":rule/").size(), name + "/");
  return {};
}

Result<void> putRule(const Call& call, const InputView& input, Accesses& accesses) {
  HEARTH_CHECK(onBus(call, input, accesses));
  if (auto role = input.text("RoleArn")) addPassRoles({*role}, accesses);
  return {};
}

Result<void> putTargets(const Call& call, const InputView& input, Accesses& accesses) {
  HEARTH_CHECK(onBus(call, input, accesses));
  accesses[0].conditions.emplace_back("events:TargetArn", input.textsOf("Targets", "Arn"));
  addPassRoles(input.textsOf("Targets", "RoleArn"), accesses);
  return {};
}

// https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-types.html: each type's schema lists what
// its handlers call.
std::vector<api::TypeRule> types() {
  using N = api::TypeNeed;
  return {
      {"AWS::Events::Rule",
       "arn:aws:events:{region}:{account}:rule/{id}",
       {{.when = N::kMake | N::kChange, .action = "events:PutRule"},
        {.when = N::kMake | N::kChange,
         .action = "events:PutTargets",
         .properties = {"Targets"},
         .conditionKey = "events:TargetArn",
         .conditionProperty = "Targets.Arn"},
        {.when = N::kChange,
         .action = "events:RemoveTargets",
         .properties = {"Targets.Id"},
         .gone = N::Gone::kEach},
        {.when = N::kMake | N::kChange,
         .action = "iam:PassRole",
         .properties = {"RoleArn"},
         .resource = "{RoleArn}",
         .passedTo = "events.amazonaws.com"},
        {.when = N::kMake | N::kChange,
         .action = "iam:PassRole",
         .properties = {"Targets.RoleArn"},
         .resource = "{Targets.RoleArn}",
         .passedTo = "events.amazonaws.com"},
        {.when = N::kRemove, .action = "events:RemoveTargets", .properties = {"Targets"}},
        {.when = N::kRemove, .action = "events:DeleteRule"}}},
  };
}

}  // namespace

api::ServiceAccess eventsAccess() {
  return {"events",
          {
              {"DeleteRule", "events:DeleteRule", kRuleArn, onBus},
              {"DescribeEventBus", "events:DescribeEventBus", "arn:aws:events:{region}:{account}:event-bus/{Name}"},
              {"DescribeRule", "events:DescribeRule", kRuleArn, onBus},
              {"DisableRule", "events:DisableRule", kRuleArn, onBus},
              {"EnableRule", "events:EnableRule", kRuleArn, onBus},
              {"ListEventBuses", "events:ListEventBuses", "arn:aws:events:{region}:{account}:event-bus/*"},
              {"ListRuleNamesByTarget", "events:ListRuleNamesByTarget", kEveryRule},
              {"ListRules", "events:ListRules", kEveryRule},
              {"ListTagsForResource", "events:ListTagsForResource", "{ResourceARN}"},
              {"ListTargetsByRule", "events:ListTargetsByRule", kTargetsRuleArn, onBus},
              {"PutRule", "events:PutRule", kRuleArn, putRule},
              {"PutTargets", "events:PutTargets", kTargetsRuleArn, putTargets},
              {"RemoveTargets", "events:RemoveTargets", kTargetsRuleArn, onBus},
              {"TagResource", "events:TagResource", "{ResourceARN}"},
              {"UntagResource", "events:UntagResource", "{ResourceARN}"},
          },
          {"events:TargetArn"},
          types()};
}

}  // namespace hearth::services::events
