#include "services/logs/logs_resources.h"

#include "services/resource_reading.h"
#include "services/resource_support.h"

namespace hearth::services::logs {
namespace {

using ports::PropertyKind;
using ports::ResourceRequest;
using ports::ResourceSpec;
using ports::ResourceState;
using ports::UpdateBehavior;

class LogGroupProvider final : public ports::ResourceProvider {
 public:
  explicit LogGroupProvider(LogsService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{.type = "AWS::Logs::LogGroup",
                                    .properties = {{.name = "LogGroupName", .update = UpdateBehavior::kReplacement},
                                                   {.name = "RetentionInDays", .kind = PropertyKind::kInteger},
                                                   tagsProperty()},
                                    .attributes = {"Arn"},
                                    .taggable = true};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    api::Call call = callOf(request, service_.clock());
    api::logs::CreateLogGroupInput in;
    in.logGroupName = base::findString(request.properties, "LogGroupName").value_or(request.generatedName(512));
    in.tags = tagsOf(request);
    auto made = service_.createLogGroup(call, in);
    if (!made.ok()) {
      if (made.fault().code != "ResourceAlreadyExistsException") return std::move(made).fault();
      return Fault("AlreadyExists", in.logGroupName + " already exists in stack or outside of it");
    }
    HEARTH_CHECK(applyRetention(call, in.logGroupName, request.properties));
    return stateOf(call, in.logGroupName);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    api::Call call = callOf(request, service_.clock());
    HEARTH_CHECK(applyRetention(call, request.physicalId, request.properties));
    auto group = service_.store().findGroup(call.account, call.region, request.physicalId);
    if (!group) return Fault("NotFound", "The log group " + request.physicalId + " does not exist any more.");
    group->tags = tagsOf(request);
    service_.store().updateGroup(*group);
    return stateOf(call, request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    auto group = service_.store().findGroup(request.account, request.region, request.physicalId);
    if (group) service_.store().deleteGroup(group->id);
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    auto group = service_.store().findGroup(request.account, request.region, request.physicalId);
    if (!group) return gone(request);
    ResourceState state = stateOf(callOf(request, service_.clock()), request.physicalId);
    auto& properties = state.properties.emplace();
    properties["LogGroupName"] = request.physicalId;
    if (group->retentionDays) properties["RetentionInDays"] = *group->retentionDays;
    properties["Tags"] = tagList(group->tags);
    return state;
  }

 private:
  Result<void> applyRetention(const api::Call& call, const std::string& name, const JsonObject& properties) {
    const Json* days = properties.if_contains("RetentionInDays");
    if (!days || days->is_null()) {
      auto cleared = service_.deleteRetentionPolicy(call, {.logGroupName = name});
      if (!cleared.ok()) return std::move(cleared).fault();
      return {};
    }
    auto set = service_.putRetentionPolicy(
        call, {.logGroupName = name, .retentionInDays = days->to_number<std::int64_t>()});
    if (!set.ok()) return std::move(set).fault();
    return {};
  }

  static ResourceState stateOf(const api::Call& call, const std::string& name) {
    return {name, {{"Arn", LogsService::groupArn(call, name)}}};
  }

  LogsService& service_;
};

class LogStreamProvider final : public ports::ResourceProvider {
 public:
  explicit LogStreamProvider(LogsService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::Logs::LogStream",
        .properties = {{.name = "LogGroupName", .required = true, .update = UpdateBehavior::kReplacement},
                       {.name = "LogStreamName", .update = UpdateBehavior::kReplacement}}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    std::string name = base::findString(request.properties, "LogStreamName").value_or(request.generatedName(512));
    std::string group = base::findString(request.properties, "LogGroupName").value_or("");
    auto made =
        service_.createLogStream(callOf(request, service_.clock()), {.logGroupName = group, .logStreamName = name});
    if (!made.ok()) return std::move(made).fault();
    return ResourceState{name, {}};
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    return ResourceState{request.physicalId, {}};
  }

  Result<void> remove(const ResourceRequest& request) override {
    std::string name = base::findString(request.properties, "LogGroupName").value_or("");
    auto group = service_.store().findGroup(request.account, request.region, name);
    if (!group) return {};
    auto stream = service_.store().findStream(group->id, request.physicalId);
    if (stream) service_.store().deleteStream(stream->id);
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    const std::string name = base::findString(request.properties, "LogGroupName").value_or("");
    const auto group = service_.store().findGroup(request.account, request.region, name);
    if (!group || !service_.store().findStream(group->id, request.physicalId)) return gone(request);
    ResourceState state{request.physicalId, {}};
    state.properties = JsonObject{{"LogGroupName", name}, {"LogStreamName", request.physicalId}};
    return state;
  }

 private:
  LogsService& service_;
};

}  // namespace

std::vector<std::unique_ptr<ports::ResourceProvider>> makeLogsResources(LogsService& service) {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(std::make_unique<LogGroupProvider>(service));
  providers.push_back(std::make_unique<LogStreamProvider>(service));
  return providers;
}

}  // namespace hearth::services::logs
