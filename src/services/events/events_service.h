// EventBridge: rules that fire on a schedule, on the default event bus, and their targets, which are Lambda
// functions. https://docs.aws.amazon.com/eventbridge/latest/APIReference/
#pragma once

#include "api/call.h"
#include "api/events.h"
#include "base/clock.h"
#include "base/random.h"
#include "ports/invoker.h"
#include "schedule/engine.h"
#include "services/events/events_store.h"
#include "services/events/target_input.h"

namespace hearth::services::events {

class EventsService final {
 public:
  // Registers itself with the engine as the one who fires rules. All five outlive the service.
  EventsService(store::Database& database, schedule::ScheduleEngine& engine, ports::Invoker& invoker,
                const base::Clock& clock, base::Random& random);

  const base::Clock& clock() const { return clock_; }

  // Hands a rule's event to its targets, each in a savepoint of its own. On the writer thread. A target that
  // refuses or does not exist is dropped with a line in the log, as AWS does; a Fault is one that a later try may
  // mend, and then no target got the event.
  Result<void> fire(const schedule::Fire& fire);

  // --- the bus
  Result<api::events::DescribeEventBusOutput> describeEventBus(const api::Call& call,
                                                               api::events::DescribeEventBusInput in) const;
  Result<api::events::ListEventBusesOutput> listEventBuses(const api::Call& call,
                                                           api::events::ListEventBusesInput in) const;

  // --- rules
  Result<api::events::PutRuleOutput> putRule(const api::Call& call, api::events::PutRuleInput in);
  Result<api::events::DeleteRuleOutput> deleteRule(const api::Call& call, api::events::DeleteRuleInput in);
  Result<api::events::DescribeRuleOutput> describeRule(const api::Call& call,
                                                       api::events::DescribeRuleInput in) const;
  Result<api::events::EnableRuleOutput> enableRule(const api::Call& call, api::events::EnableRuleInput in);
  Result<api::events::DisableRuleOutput> disableRule(const api::Call& call, api::events::DisableRuleInput in);
  Result<api::events::ListRulesOutput> listRules(const api::Call& call, api::events::ListRulesInput in) const;
  Result<api::events::ListRuleNamesByTargetOutput> listRuleNamesByTarget(
      const api::Call& call, api::events::ListRuleNamesByTargetInput in) const;

  // --- targets
  Result<api::events::PutTargetsOutput> putTargets(const api::Call& call, api::events::PutTargetsInput in);
  Result<api::events::RemoveTargetsOutput> removeTargets(const api::Call& call, api::events::RemoveTargetsInput in);
  Result<api::events::ListTargetsByRuleOutput> listTargetsByRule(const api::Call& call,
                                                                 api::events::ListTargetsByRuleInput in) const;

  // --- tags
  Result<api::events::ListTagsForResourceOutput> listTagsForResource(
      const api::Call& call, api::events::ListTagsForResourceInput in) const;
  Result<api::events::TagResourceOutput> tagResource(const api::Call& call, api::events::TagResourceInput in);
  Result<api::events::UntagResourceOutput> untagResource(const api::Call& call, api::events::UntagResourceInput in);

 private:
  friend class RuleProvider;  // events_resources.cc
  Result<RuleRow> getRule(const api::Call& call, const std::string& name,
                          const std::optional<std::string>& bus) const;
  // The tags of the rule or bus that an ARN names.
  Result<Tags> getTags(const api::Call& call, const std::string& arn) const;
  void putTags(const api::Call& call, const std::string& arn, const Tags& tags);
  // PutRule with all the tags that the rule will have; without, those of the rule that is there stay.
  Result<std::string> writeRule(const api::Call& call, api::events::PutRuleInput in, std::optional<Tags> tags);
  // Writes the rule and brings the engine's entry in line.
  Result<void> save(const RuleRow& row);
  Result<void> setState(const api::Call& call, const std::string& name, const std::optional<std::string>& bus,
                        const char* state);
  // A target that refuses is dropped; a Fault is one for a later try.
  Result<void> deliver(const api::events::Target& target, const ScheduledEvent& event, int attempt);

  store::Database& database_;
  schedule::ScheduleEngine& engine_;
  ports::Invoker& invoker_;
  const base::Clock& clock_;
  base::Random& random_;
  EventsStore store_;
};

}  // namespace hearth::services::events
