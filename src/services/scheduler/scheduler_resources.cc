#include "services/scheduler/scheduler_resources.h"

#include "api/document.h"
#include "services/resource_reading.h"
#include "services/resource_support.h"

namespace hearth::services::scheduler {

using namespace api::scheduler;
using ports::PropertyKind;
using ports::ResourceRequest;
using ports::ResourceSpec;
using ports::ResourceState;
using ports::UpdateBehavior;

namespace {

bool isGone(const Fault& fault) { return fault.code == "ResourceNotFoundException"; }

}  // namespace

// AWS::Scheduler::Schedule. Ref is the schedule's name.
class ScheduleProvider final : public ports::ResourceProvider {
 public:
  explicit ScheduleProvider(SchedulerService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ports::PropertySpec kTarget{
        .name = "Target",
        .kind = PropertyKind::kObject,
        .required = true,
        .members = {{.name = "Arn", .required = true},
                    {.name = "Input"},
                    {.name = "RetryPolicy",
                     .kind = PropertyKind::kObject,
                     .members = {{.name = "MaximumEventAgeInSeconds", .kind = PropertyKind::kInteger},
                                 {.name = "MaximumRetryAttempts", .kind = PropertyKind::kInteger}}},
                    {.name = "RoleArn", .required = true}}};
    static const ResourceSpec kSpec{
        .type = "AWS::Scheduler::Schedule",
        .properties = {{.name = "Description"},
                       {.name = "EndDate"},
                       {.name = "FlexibleTimeWindow",
                        .kind = PropertyKind::kObject,
                        .required = true,
                        .members = {{.name = "MaximumWindowInMinutes", .kind = PropertyKind::kInteger},
                                    {.name = "Mode", .required = true}}},
                       {.name = "GroupName", .update = UpdateBehavior::kReplacement},
                       {.name = "Name", .update = UpdateBehavior::kReplacement},
                       {.name = "ScheduleExpression", .required = true},
                       {.name = "ScheduleExpressionTimezone"},
                       {.name = "StartDate"},
                       {.name = "State"},
                       kTarget},
        .attributes = {"Arn"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto in, api::fromDocument<CreateScheduleInput>(Json(request.properties), api::Leniency::kCoerce));
    if (in.name.empty()) in.name = request.generatedName(64);
    const std::string name = in.name;
    auto made = service_.createSchedule(callOf(request, service_.clock()), std::move(in));
    if (!made.ok()) {
      if (made.fault().code != "ConflictException") return std::move(made).fault();
      return Fault("AlreadyExists", "The schedule " + name + " exists already, in this stack or outside of it.");
    }
    return stateOf(request, name);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    HEARTH_TRY(auto in, api::fromDocument<UpdateScheduleInput>(Json(request.properties), api::Leniency::kCoerce));
    in.name = request.physicalId;
    HEARTH_CHECK(service_.updateSchedule(callOf(request, service_.clock()), std::move(in)));
    return stateOf(request, request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    auto removed = service_.deleteSchedule(callOf(request, service_.clock()),
                                           {.groupName = groupOf(request), .name = request.physicalId});
    if (!removed.ok() && !isGone(removed.fault())) return std::move(removed).fault();
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    const auto found = service_.getSchedule(callOf(request, service_.clock()),
                                            {.groupName = groupOf(request), .name = request.physicalId});
    if (!found.ok()) return goneOr(found.fault(), request);
    ResourceState state = stateOf(request, request.physicalId);
    JsonObject properties = inTemplateTerms(spec().properties, api::toDocument(*found).as_object());
    // Times may be spelled in many ways.
    for (auto [name, time] : {std::pair{"StartDate", found->startDate}, std::pair{"EndDate", found->endDate}}) {
      const auto given = base::findString(request.properties, name);
      const auto parsed = given ? base::parseIso8601(*given) : Result<base::Time>(Fault());
      properties.erase(name);
      if (!time) continue;
      properties[name] = parsed.ok() && *parsed == *time ? *given : base::formatIso8601(*time);
    }
    state.properties = std::move(properties);
    return state;
  }

 private:
  static std::optional<std::string> groupOf(const ResourceRequest& request) {
    return base::findString(request.properties, "GroupName");
  }

  static ResourceState stateOf(const ResourceRequest& request, const std::string& name) {
    const ScheduleName full{request.account, request.region, groupOf(request).value_or("default"), name};
    return {name, {{"Arn", full.arn()}}};
  }

  SchedulerService& service_;
};

// AWS::Scheduler::ScheduleGroup. Ref is the group's name.
class GroupProvider final : public ports::ResourceProvider {
 public:
  explicit GroupProvider(SchedulerService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::Scheduler::ScheduleGroup",
        .properties = {{.name = "Name", .update = UpdateBehavior::kReplacement}, tagsProperty()},
        .attributes = {"Arn", "CreationDate", "LastModificationDate", "State"},
        .taggable = true};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    const api::Call call = callOf(request, service_.clock());
    const std::string name = base::findString(request.properties, "Name").value_or(request.generatedName(64));
    auto made = service_.createGroup(call, name, tagsOf(request), "");
    if (!made.ok()) {
      if (made.fault().code != "ConflictException") return std::move(made).fault();
      return Fault("AlreadyExists",
                   "The schedule group " + name + " exists already, in this stack or outside of it.");
    }
    return stateOf(call, name);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    const api::Call call = callOf(request, service_.clock());
    HEARTH_TRY(GroupRow row, service_.getGroup(call, request.physicalId));
    row.tags = tagsOf(request);
    row.modified = call.now;
    service_.store_.putGroup(row);
    return stateOf(call, request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    auto removed = service_.deleteScheduleGroup(callOf(request, service_.clock()), {.name = request.physicalId});
    if (!removed.ok() && !isGone(removed.fault())) return std::move(removed).fault();
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    const api::Call call = callOf(request, service_.clock());
    const auto row = service_.getGroup(call, request.physicalId);
    if (!row.ok()) return goneOr(row.fault(), request);
    HEARTH_TRY(ResourceState state, stateOf(call, request.physicalId));
    state.properties = JsonObject{{"Name", request.physicalId}, {"Tags", tagList(row->tags)}};
    return state;
  }

 private:
  Result<ResourceState> stateOf(const api::Call& call, const std::string& name) {
    HEARTH_TRY(const GroupRow row, service_.getGroup(call, name));
    return ResourceState{name,
                         {{"Arn", row.name.arn()},
                          {"CreationDate", base::formatIso8601(row.created, true)},
                          {"LastModificationDate", base::formatIso8601(row.modified, true)},
                          {"State", "ACTIVE"}}};
  }

  SchedulerService& service_;
};

std::vector<std::unique_ptr<ports::ResourceProvider>> makeSchedulerResources(SchedulerService& service) {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(std::make_unique<ScheduleProvider>(service));
  providers.push_back(std::make_unique<GroupProvider>(service));
  return providers;
}

}  // namespace hearth::services::scheduler
