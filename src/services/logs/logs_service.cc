#include "services/logs/logs_service.h"

#include <algorithm>
#include <array>

#include "services/constraints.h"

namespace hearth::services::logs {

using namespace api::logs;

namespace {

constexpr std::int64_t kMostExpiredPerWrite = 300;

Fault invalid(std::string message) { return {"InvalidParameterException", std::move(message)}; }
Fault groupMissing() { return {"ResourceNotFoundException", "The specified log group does not exist."}; }

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
bool isGroupName(const std::string& name) {
  return !name.empty() && name.size() <= 512 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-' || c == '/' || c == '.' || c == '#';
  });
}

bool isStreamName(const std::string& name) {
  return !name.empty() && name.size() <= 512 && name.find_first_of(":*") == std::string::npos;
}

Result<void> checkGroupName(const std::string& name) {
  if (isGroupName(name)) return {};
  return invalid(
      "1 validation error detected: Value '" + name.substr(0, 512) +
      "' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: "
      "[\\.\\-_/#A-Za-z0-9]+");
}

constexpr std::array<std::int64_t, 22> kRetentions = {1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                                                      365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};

Result<void> checkTags(const std::map<std::string, std::string>& tags) {
  if (tags.size() > 50) return Fault("TooManyTagsException", "A resource can have no more than 50 tags.");
  for (const auto& [key, value] : tags)
    if (key.empty() || key.size() > 128 || value.size() > 256) return invalid("A tag's key or value is too long.");
  return {};
}

}  // namespace

void LogsService::expire() {
  if (!store_.expire(base::toMillis(clock_.now()), kMostExpiredPerWrite)) return;
  database_.afterCommit([this] { database_.post([this] { expire(); }); });
}

std::string LogsService::groupArn(const api::Call& call, const std::string& name) {
  return "arn:aws:logs:" + call.region + ":" + call.account + ":log-group:" + name + ":*";
}

Result<GroupRow> LogsService::getGroup(const api::Call& call, const std::string& name) const {
  auto group = store_.findGroup(call.account, call.region, name);
  if (!group) return groupMissing();
  return *group;
}

Result<GroupRow> LogsService::getGroupByArn(const api::Call& call, const std::string& arn) const {
  std::string prefix = "arn:aws:logs:" + call.region + ":" + call.account + ":log-group:";
  if (!arn.starts_with(prefix)) return groupMissing();
  std::string name = arn.substr(prefix.size());
  if (name.ends_with(":*")) name.resize(name.size() - 2);
  return getGroup(call, name);
}

Result<GroupRow> LogsService::getGroupOf(const api::Call& call, const std::optional<std::string>& name,
                                         const std::optional<std::string>& identifier) const {
  if (name.has_value() == identifier.has_value())
    return invalid("Exactly one of logGroupName and logGroupIdentifier must be given.");
  if (name) return getGroup(call, *name);
  return identifier->starts_with("arn:") ? getGroupByArn(call, *identifier) : getGroup(call, *identifier);
}

Result<CreateLogGroupOutput> LogsService::createLogGroup(const api::Call& call, CreateLogGroupInput in) {
  HEARTH_CHECK(checkGroupName(in.logGroupName));
  if (in.kmsKeyId)
    return invalid("kmsKeyId is not supported: Hearth encrypts every log event with its own master key.");
  if (in.tags) HEARTH_CHECK(checkTags(*in.tags));
  if (store_.findGroup(call.account, call.region, in.logGroupName))
    return Fault("ResourceAlreadyExistsException", "The specified log group already exists");
  store_.insertGroup(call.account, call.region,
                     {.name = in.logGroupName,
                      .created = base::toMillis(call.now),
                      .tags = in.tags.value_or(std::map<std::string, std::string>{})});
  return CreateLogGroupOutput{};
}

Result<DeleteLogGroupOutput> LogsService::deleteLogGroup(const api::Call& call, DeleteLogGroupInput in) {
  HEARTH_TRY(GroupRow group, getGroup(call, in.logGroupName));
  store_.deleteGroup(group.id);
  return DeleteLogGroupOutput{};
}

Result<std::size_t> LogsService::pageSize(const std::optional<std::int64_t>& limit, std::size_t most) {
  if (const auto checked = checkRange(limit, "limit", 1, static_cast<std::int64_t>(most)); !checked.ok())
    return invalid(checked.fault().message);
  return limit ? static_cast<std::size_t>(*limit) : most;
}

Result<DescribeLogGroupsOutput> LogsService::describeLogGroups(const api::Call& call,
                                                               DescribeLogGroupsInput in) const {
  if (in.logGroupNamePrefix && in.logGroupNamePattern)
    return invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  HEARTH_TRY(const std::size_t most, pageSize(in.limit, 50));
  auto groups = store_.listGroups(call.account, call.region, in.logGroupNamePrefix.value_or(""),
                                  in.logGroupNamePattern.value_or(""), in.nextToken.value_or(""), most + 1);
  DescribeLogGroupsOutput out;
  if (groups.size() > most) {
    groups.resize(most);
    out.nextToken = groups.back().name;
  }
  auto& list = out.logGroups.emplace();
  for (const GroupRow& group : groups) {
    LogGroup item;
    item.logGroupName = group.name;
    item.creationTime = group.created;
    item.retentionInDays = group.retentionDays;
    item.metricFilterCount = 0;
    item.arn = groupArn(call, group.name);
    item.storedBytes = group.storedBytes;
    list.push_back(std::move(item));
  }
  return out;
}

Result<PutRetentionPolicyOutput> LogsService::putRetentionPolicy(const api::Call& call,
                                                                 PutRetentionPolicyInput in) {
  if (std::find(kRetentions.begin(), kRetentions.end(), in.retentionInDays) == kRetentions.end())
    return invalid("1 validation error detected: Value '" + std::to_string(in.retentionInDays) +
                   "' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set");
  HEARTH_TRY(GroupRow group, getGroup(call, in.logGroupName));
  group.retentionDays = in.retentionInDays;
  store_.updateGroup(group);
  return PutRetentionPolicyOutput{};
}

Result<DeleteRetentionPolicyOutput> LogsService::deleteRetentionPolicy(const api::Call& call,
                                                                       DeleteRetentionPolicyInput in) {
  HEARTH_TRY(GroupRow group, getGroup(call, in.logGroupName));
  group.retentionDays.reset();
  store_.updateGroup(group);
  return DeleteRetentionPolicyOutput{};
}

Result<CreateLogStreamOutput> LogsService::createLogStream(const api::Call& call, CreateLogStreamInput in) {
  if (!isStreamName(in.logStreamName))
    return invalid("Log stream names are 1 to 512 characters long and contain neither ':' nor '*'.");
  HEARTH_TRY(GroupRow group, getGroup(call, in.logGroupName));
  if (store_.findStream(group.id, in.logStreamName))
    return Fault("ResourceAlreadyExistsException", "The specified log stream already exists");
  store_.insertStream(group.id, in.logStreamName, base::toMillis(call.now));
  return CreateLogStreamOutput{};
}

Result<DeleteLogStreamOutput> LogsService::deleteLogStream(const api::Call& call, DeleteLogStreamInput in) {
  HEARTH_TRY(GroupRow group, getGroup(call, in.logGroupName));
  auto stream = store_.findStream(group.id, in.logStreamName);
  if (!stream) return Fault("ResourceNotFoundException", "The specified log stream does not exist.");
  store_.deleteStream(stream->id);
  return DeleteLogStreamOutput{};
}

Result<DescribeLogStreamsOutput> LogsService::describeLogStreams(const api::Call& call,
                                                                 DescribeLogStreamsInput in) const {
  HEARTH_TRY(GroupRow group, getGroupOf(call, in.logGroupName, in.logGroupIdentifier));
  HEARTH_TRY(const std::size_t most, pageSize(in.limit, 50));
  std::string order = in.orderBy.value_or("LogStreamName");
  if (order != "LogStreamName" && order != "LastEventTime")
    return invalid("orderBy is LogStreamName or LastEventTime");
  if (order == "LastEventTime" && in.logStreamNamePrefix)
    return invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
  auto streams = store_.listStreams(group.id, in.logStreamNamePrefix.value_or(""));
  if (order == "LastEventTime")
    std::stable_sort(streams.begin(), streams.end(),
                     [](const StreamRow& a, const StreamRow& b) { return a.lastEvent < b.lastEvent; });
  if (in.descending.value_or(false)) std::reverse(streams.begin(), streams.end());
  // The token is the name of the last stream that was shown.
  auto begin = streams.begin();
  if (in.nextToken) {
    begin =
        std::find_if(streams.begin(), streams.end(), [&](const StreamRow& s) { return s.name == *in.nextToken; });
    if (begin == streams.end()) return invalid("The specified nextToken is invalid.");
    ++begin;
  }
  DescribeLogStreamsOutput out;
  auto& list = out.logStreams.emplace();
  for (; begin != streams.end() && list.size() < most; ++begin) {
    LogStream item;
    item.logStreamName = begin->name;
    item.creationTime = begin->created;
    item.firstEventTimestamp = begin->firstEvent;
    item.lastEventTimestamp = begin->lastEvent;
    item.lastIngestionTime = begin->lastIngestion;
    item.uploadSequenceToken = std::to_string(begin->id);
    std::string arn = groupArn(call, group.name);
    item.arn = arn.substr(0, arn.size() - 1) + "log-stream:" + begin->name;
    item.storedBytes = 0;  // AWS reports 0 since 2019
    list.push_back(std::move(item));
  }
  if (begin != streams.end()) out.nextToken = list.back().logStreamName;
  return out;
}

Result<ListTagsForResourceOutput> LogsService::listTagsForResource(const api::Call& call,
                                                                   ListTagsForResourceInput in) const {
  HEARTH_TRY(GroupRow group, getGroupByArn(call, in.resourceArn));
  return ListTagsForResourceOutput{.tags = group.tags};
}

Result<ListTagsLogGroupOutput> LogsService::listTagsLogGroup(const api::Call& call,
                                                             ListTagsLogGroupInput in) const {
  HEARTH_TRY(GroupRow group, getGroup(call, in.logGroupName));
  return ListTagsLogGroupOutput{.tags = group.tags};
}

Result<void> LogsService::addTags(GroupRow group, const std::map<std::string, std::string>& tags) {
  for (const auto& [key, value] : tags) group.tags[key] = value;
  HEARTH_CHECK(checkTags(group.tags));
  store_.updateGroup(group);
  return {};
}

void LogsService::removeTags(GroupRow group, const std::vector<std::string>& keys) {
  for (const auto& key : keys) group.tags.erase(key);
  store_.updateGroup(group);
}

Result<TagResourceOutput> LogsService::tagResource(const api::Call& call, TagResourceInput in) {
  HEARTH_TRY(GroupRow group, getGroupByArn(call, in.resourceArn));
  HEARTH_CHECK(addTags(std::move(group), in.tags));
  return TagResourceOutput{};
}

Result<TagLogGroupOutput> LogsService::tagLogGroup(const api::Call& call, TagLogGroupInput in) {
  HEARTH_TRY(GroupRow group, getGroup(call, in.logGroupName));
  HEARTH_CHECK(addTags(std::move(group), in.tags));
  return TagLogGroupOutput{};
}

Result<UntagResourceOutput> LogsService::untagResource(const api::Call& call, UntagResourceInput in) {
  HEARTH_TRY(GroupRow group, getGroupByArn(call, in.resourceArn));
  removeTags(std::move(group), in.tagKeys);
  return UntagResourceOutput{};
}

Result<UntagLogGroupOutput> LogsService::untagLogGroup(const api::Call& call, UntagLogGroupInput in) {
  HEARTH_TRY(GroupRow group, getGroup(call, in.logGroupName));
  removeTags(std::move(group), in.tags);
  return UntagLogGroupOutput{};
}

}  // namespace hearth::services::logs
