// Schedule groups and their tags.
#include "base/bytes.h"
#include "services/page_token.h"
#include "services/scheduler/faults.h"
#include "services/scheduler/scheduler_service.h"

namespace hearth::services::scheduler {

using namespace api::scheduler;

namespace {

constexpr std::int64_t kMostGroups = 500;
constexpr std::size_t kMostTags = 50;
constexpr const char* kActive = "ACTIVE";

Result<Tags> tagsFrom(const std::vector<Tag>& list) {
  Tags tags;
  for (const Tag& tag : list) {
    HEARTH_CHECK(checkLength(tag.key, "tags.member.key", 1, 128));
    HEARTH_CHECK(checkLength(tag.value, "tags.member.value", 1, 256));
    if (base::toLower(tag.key).starts_with("aws:"))
      return invalid("Tag keys that begin with aws: are reserved for system use.");
    if (!tags.emplace(tag.key, tag.value).second) return invalid("Tag keys must be unique.");
  }
  return tags;
}

Result<void> checkTagCount(const Tags& tags) {
  if (tags.size() <= kMostTags) return {};
  return invalid("A schedule group can have no more than 50 tags.");
}

// The default group has been there always; AWS shows no dates for it.
bool hasDates(const GroupRow& row) { return row.name.name != kDefaultGroup; }

}  // namespace

Result<GroupRow> SchedulerService::getGroup(const api::Call& call, const std::string& name) const {
  HEARTH_CHECK(checkName(name, "groupName"));
  const GroupName full{call.account, call.region, name};
  if (auto row = store_.findGroup(full)) return std::move(*row);
  if (name == kDefaultGroup) return GroupRow{.name = full};
  return notFound("Schedule group " + name + " does not exist.");
}

Result<GroupRow> SchedulerService::getGroupByArn(const api::Call& call, const std::string& arn) const {
  HEARTH_CHECK(checkLength(arn, "resourceArn", 1, 1011));
  const auto group = parseGroupArn(arn);
  if (!group)
    return constraintFault(arn, "resourceArn",
                           "satisfy regular expression pattern: ^arn:aws(-[a-z]+)?:scheduler:[a-z0-9\\-]+:\\d{12}:"
                           "schedule-group\\/[0-9a-zA-Z-_.]+$");
  if (group->account != call.account || group->region != call.region)
    return notFound("Schedule group " + group->name + " does not exist.");
  return getGroup(call, group->name);
}

Result<void> SchedulerService::createGroup(const api::Call& call, const std::string& name, const Tags& tags,
                                           const std::string& clientToken) {
  HEARTH_CHECK(checkName(name, "name"));
  HEARTH_CHECK(checkTagCount(tags));
  const GroupRow row{.name = {call.account, call.region, name},
                     .created = call.now,
                     .modified = call.now,
                     .tags = tags,
                     .clientToken = clientToken};
  if (const auto former = getGroup(call, name); former.ok()) {
    // The same request again, as a client sends it that did not see the answer.
    if (!clientToken.empty() && former->clientToken == clientToken && former->tags == tags) return {};
    return conflict("Schedule group " + name + " already exists.");
  }
  if (store_.countGroups(call.account, call.region) >= kMostGroups)
    return Fault("ServiceQuotaExceededException", "The maximum number of schedule groups has been reached.", 402);
  store_.putGroup(row);
  return {};
}

Result<CreateScheduleGroupOutput> SchedulerService::createScheduleGroup(const api::Call& call,
                                                                        CreateScheduleGroupInput in) {
  HEARTH_CHECK(checkLength(in.clientToken.value_or("-"), "clientToken", 1, 64));
  HEARTH_TRY(const Tags tags, tagsFrom(in.tags.value_or(std::vector<Tag>{})));
  HEARTH_CHECK(createGroup(call, in.name, tags, in.clientToken.value_or("")));
  return CreateScheduleGroupOutput{GroupName{call.account, call.region, in.name}.arn()};
}

Result<DeleteScheduleGroupOutput> SchedulerService::deleteScheduleGroup(const api::Call& call,
                                                                        DeleteScheduleGroupInput in) {
  HEARTH_TRY(const GroupRow row, getGroup(call, in.name));
  if (row.name.name == kDefaultGroup) return invalid("The default schedule group cannot be deleted.");
  for (const ScheduleName& schedule : store_.namesInGroup(row.name)) forget(schedule);
  store_.deleteGroup(row.name);
  return DeleteScheduleGroupOutput{};
}

Result<GetScheduleGroupOutput> SchedulerService::getScheduleGroup(const api::Call& call,
                                                                  GetScheduleGroupInput in) const {
  HEARTH_TRY(const GroupRow row, getGroup(call, in.name));
  GetScheduleGroupOutput out{.arn = row.name.arn(), .name = row.name.name, .state = kActive};
  if (hasDates(row)) {
    out.creationDate = row.created;
    out.lastModificationDate = row.modified;
  }
  return out;
}

Result<ListScheduleGroupsOutput> SchedulerService::listScheduleGroups(const api::Call& call,
                                                                      ListScheduleGroupsInput in) const {
  HEARTH_CHECK(checkRange(in.maxResults, "maxResults", 1, 100));
  if (in.namePrefix) HEARTH_CHECK(checkName(*in.namePrefix, "namePrefix"));
  const std::string prefix = in.namePrefix.value_or("");
  std::string after;
  if (in.nextToken) {
    auto last = readPageToken("groups", *in.nextToken);
    if (!last) return invalid("Invalid NextToken.");
    after = std::move(*last);
  }
  const auto most = static_cast<std::size_t>(in.maxResults.value_or(100));
  auto rows = store_.listGroups(call.account, call.region, prefix, after, most + 1);
  // The default group takes its place among those that have a row.
  const GroupName standard{call.account, call.region, std::string(kDefaultGroup)};
  if (kDefaultGroup.starts_with(prefix) && after < kDefaultGroup && !store_.findGroup(standard)) {
    const auto place =
        std::find_if(rows.begin(), rows.end(), [](const GroupRow& row) { return row.name.name > kDefaultGroup; });
    rows.insert(place, GroupRow{.name = standard});
  }
  ListScheduleGroupsOutput out;
  if (rows.size() > most) {
    rows.resize(most);
    out.nextToken = writePageToken("groups", rows.back().name.name);
  }
  for (const GroupRow& row : rows) {
    ScheduleGroupSummary summary{.arn = row.name.arn(), .name = row.name.name, .state = kActive};
    if (hasDates(row)) {
      summary.creationDate = row.created;
      summary.lastModificationDate = row.modified;
    }
    out.scheduleGroups.push_back(std::move(summary));
  }
  return out;
}

Result<ListTagsForResourceOutput> SchedulerService::listTagsForResource(const api::Call& call,
                                                                        ListTagsForResourceInput in) const {
  HEARTH_TRY(const GroupRow row, getGroupByArn(call, in.resourceArn));
  ListTagsForResourceOutput out;
  auto& list = out.tags.emplace();
  for (const auto& [key, value] : row.tags) list.push_back({key, value});
  return out;
}

Result<TagResourceOutput> SchedulerService::tagResource(const api::Call& call, TagResourceInput in) {
  HEARTH_TRY(GroupRow row, getGroupByArn(call, in.resourceArn));
  HEARTH_TRY(const Tags added, tagsFrom(in.tags));
  for (const auto& [key, value] : added) row.tags[key] = value;
  HEARTH_CHECK(checkTagCount(row.tags));
  row.modified = call.now;
  store_.putGroup(row);
  return TagResourceOutput{};
}

Result<UntagResourceOutput> SchedulerService::untagResource(const api::Call& call, UntagResourceInput in) {
  HEARTH_TRY(GroupRow row, getGroupByArn(call, in.resourceArn));
  for (const std::string& key : in.tagKeys) row.tags.erase(key);
  row.modified = call.now;
  store_.putGroup(row);
  return UntagResourceOutput{};
}

}  // namespace hearth::services::scheduler
