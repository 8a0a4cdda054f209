#include "services/events/events_resources.h"

#include <set>

#include "api/document.h"
#include "services/resource_reading.h"
#include "services/resource_support.h"

namespace hearth::services::events {

using namespace api::events;
using ports::PropertyKind;
using ports::ResourceRequest;
using ports::ResourceSpec;
using ports::ResourceState;
using ports::UpdateBehavior;

// AWS::Events::Rule. Ref is the rule's name.
class RuleProvider final : public ports::ResourceProvider {
 public:
  explicit RuleProvider(EventsService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ports::PropertySpec kTarget{
        .name = "Target",
        .kind = PropertyKind::kObject,
        .members = {
            {.name = "Arn", .required = true},
            {.name = "Id", .required = true},
            {.name = "Input"},
            {.name = "InputPath"},
            {.name = "InputTransformer",
             .kind = PropertyKind::kObject,
             .members = {{.name = "InputPathsMap", .kind = PropertyKind::kMap, .members = {{.name = "Path"}}},
                         {.name = "InputTemplate", .required = true}}},
            {.name = "RetryPolicy",
             .kind = PropertyKind::kObject,
             .members = {{.name = "MaximumEventAgeInSeconds", .kind = PropertyKind::kInteger},
                         {.name = "MaximumRetryAttempts", .kind = PropertyKind::kInteger}}},
            {.name = "RoleArn"}}};
    static const ResourceSpec kSpec{
        .type = "AWS::Events::Rule",
        .properties = {{.name = "Description"},
                       {.name = "EventBusName", .update = UpdateBehavior::kReplacement},
                       {.name = "Name", .update = UpdateBehavior::kReplacement},
                       {.name = "RoleArn"},
                       {.name = "ScheduleExpression"},
                       {.name = "State"},
                       tagsProperty(),
                       {.name = "Targets", .kind = PropertyKind::kList, .members = {kTarget}}},
        .attributes = {"Arn"},
        .taggable = true};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    const std::string name = base::findString(request.properties, "Name").value_or(request.generatedName(64));
    if (service_.store_.findRule({request.account, request.region, name}))
      return Fault("AlreadyExists", "The rule " + name + " exists already, in this stack or outside of it.");
    return write(request, name);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    return write(request, request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    const RuleName name{request.account, request.region, request.physicalId};
    service_.store_.deleteRule(name);
    service_.engine_.remove(name.arn());
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    const RuleName name{request.account, request.region, request.physicalId};
    const auto row = service_.store_.findRule(name);
    if (!row) return gone(request);
    HEARTH_TRY(const auto rule,
               service_.describeRule(callOf(request, service_.clock()), {.name = request.physicalId}));
    JsonObject properties = inTemplateTerms(spec().properties, api::toDocument(rule).as_object());
    const auto& targets = spec().properties.back().members.front();
    JsonArray list;
    for (const Target& target : service_.store_.listTargets(name, "", 100))
      list.push_back(inTemplateTerms(targets, api::toDocument(target)));
    properties["Targets"] = std::move(list);
    properties["Tags"] = tagList(row->tags);
    ResourceState state = stateOf(request, request.physicalId);
    state.properties = std::move(properties);
    return state;
  }

 private:
  // The rule and its targets, whatever stood there before.
  Result<ResourceState> write(const ResourceRequest& request, const std::string& name) {
    const api::Call call = callOf(request, service_.clock());
    JsonObject properties = request.properties;
    properties.erase("Tags");
    HEARTH_TRY(auto rule, api::fromDocument<PutRuleInput>(Json(properties), api::Leniency::kCoerce));
    HEARTH_TRY(auto targets, api::fromDocument<PutTargetsInput>(Json(properties), api::Leniency::kCoerce));
    rule.name = name;
    HEARTH_CHECK(service_.writeRule(call, std::move(rule), tagsOf(request)));
    HEARTH_CHECK(removeOthers({call.account, call.region, name}, targets.targets));
    targets.rule = name;
    if (!targets.targets.empty()) HEARTH_CHECK(service_.putTargets(call, std::move(targets)));
    return stateOf(request, name);
  }

  Result<void> removeOthers(const RuleName& rule, const std::vector<Target>& wanted) {
    std::set<std::string> ids;
    for (const Target& target : wanted)
      if (!ids.insert(target.id).second)
        return Fault("ValidationException", "Two targets have the Id " + target.id + ".");
    for (const Target& target : service_.store_.listTargets(rule, "", 100))
      if (!ids.contains(target.id)) service_.store_.deleteTarget(rule, target.id);
    return {};
  }

  static ResourceState stateOf(const ResourceRequest& request, const std::string& name) {
    return {name, {{"Arn", RuleName{request.account, request.region, name}.arn()}}};
  }

  EventsService& service_;
};

std::vector<std::unique_ptr<ports::ResourceProvider>> makeEventsResources(EventsService& service) {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(std::make_unique<RuleProvider>(service));
  return providers;
}

}  // namespace hearth::services::events
