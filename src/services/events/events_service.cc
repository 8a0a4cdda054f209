#include "services/events/events_service.h"

#include "services/constraints.h"
#include "services/page_token.h"

namespace hearth::services::events {

using namespace api::events;

namespace {

constexpr std::int64_t kMostRules = 300;
constexpr std::size_t kMostTags = 50;
constexpr std::string_view kBus = "default";
constexpr std::string_view kEnabled = "ENABLED";

Fault invalid(std::string message) { return {"ValidationException", std::move(message)}; }

std::string busArn(const api::Call& call) {
  return "arn:aws:events:" + call.region + ":" + call.account + ":event-bus/" + std::string(kBus);
}

Fault busMissing(const std::string& name) {
  return {"ResourceNotFoundException", "Event bus " + name + " does not exist."};
}

// A bus is named, or given by its ARN; there is only the default one.
Result<void> checkBus(const api::Call& call, const std::optional<std::string>& bus) {
  if (!bus || *bus == kBus || *bus == busArn(call)) return {};
  const auto slash = bus->starts_with("arn:") ? bus->find('/') : std::string::npos;
  return busMissing(slash == std::string::npos ? *bus : bus->substr(slash + 1));
}

Fault ruleMissing(const std::string& name) {
  return {"ResourceNotFoundException", "Rule " + name + " does not exist on EventBus " + std::string(kBus) + "."};
}

Result<void> checkRuleName(const std::string& name) {
  return checkName(name, "name", 64, ".-_", "[\\.\\-_A-Za-z0-9]+");
}

Result<Tags> tagsFrom(const std::vector<Tag>& list) {
  Tags tags;
  for (const Tag& tag : list) {
    HEARTH_CHECK(checkLength(tag.key, "tags.member.key", 1, 128));
    HEARTH_CHECK(checkLength(tag.value, "tags.member.value", 0, 256));
    if (base::toLower(tag.key).starts_with("aws:"))
      return invalid("System tags cannot be added/updated by requester");
    if (!tags.emplace(tag.key, tag.value).second)
      return invalid("Invalid parameter: Duplicated keys are not allowed.");
  }
  return tags;
}

Result<void> checkTagCount(const Tags& tags) {
  if (tags.size() <= kMostTags) return {};
  return Fault("LimitExceededException", "The requested resource exceeds the maximum number allowed.");
}

Result<std::size_t> pageSize(const std::optional<std::int64_t>& limit) {
  HEARTH_CHECK(checkRange(limit, "limit", 1, 100));
  return static_cast<std::size_t>(limit.value_or(100));
}

// The last name that was shown; empty at the beginning.
Result<std::string> pageStart(std::string_view list, const std::optional<std::string>& token) {
  if (!token) return std::string();
  auto after = readPageToken(list, *token);
  if (!after) return invalid("Parameter NextToken is not valid.");
  return std::move(*after);
}

}  // namespace

EventsService::EventsService(store::Database& database, schedule::ScheduleEngine& engine, ports::Invoker& invoker,
                             const base::Clock& clock, base::Random& random)
    : database_(database), engine_(engine), invoker_(invoker), clock_(clock), random_(random), store_(database) {
  engine.onFire(schedule::Dialect::kRule, [this](const schedule::Fire& due) { return fire(due); });
}

Result<RuleRow> EventsService::getRule(const api::Call& call, const std::string& name,
                                       const std::optional<std::string>& bus) const {
  HEARTH_CHECK(checkRuleName(name));
  HEARTH_CHECK(checkBus(call, bus));
  auto row = store_.findRule({call.account, call.region, name});
  if (!row) return ruleMissing(name);
  return std::move(*row);
}

Result<DescribeEventBusOutput> EventsService::describeEventBus(const api::Call& call,
                                                               DescribeEventBusInput in) const {
  HEARTH_CHECK(checkBus(call, in.name));
  return DescribeEventBusOutput{.name = std::string(kBus), .arn = busArn(call)};
}

Result<ListEventBusesOutput> EventsService::listEventBuses(const api::Call& call, ListEventBusesInput in) const {
  HEARTH_CHECK(pageSize(in.limit));
  HEARTH_TRY(const std::string after, pageStart("buses", in.nextToken));
  ListEventBusesOutput out;
  auto& list = out.eventBuses.emplace();
  if (after.empty() && kBus.starts_with(in.namePrefix.value_or("")))
    list.push_back({.name = std::string(kBus), .arn = busArn(call)});
  return out;
}

Result<PutRuleOutput> EventsService::putRule(const api::Call& call, PutRuleInput in) {
  std::optional<Tags> tags;
  // Those of a rule that is there already are not touched, whatever the caller says.
  if (in.tags && !store_.findRule({call.account, call.region, in.name})) {
    HEARTH_TRY(tags, tagsFrom(*in.tags));
    HEARTH_CHECK(checkTagCount(*tags));
  }
  HEARTH_TRY(std::string arn, writeRule(call, std::move(in), std::move(tags)));
  return PutRuleOutput{std::move(arn)};
}

Result<std::string> EventsService::writeRule(const api::Call& call, PutRuleInput in, std::optional<Tags> tags) {
  HEARTH_CHECK(checkRuleName(in.name));
  HEARTH_CHECK(checkLength(in.description.value_or(""), "description", 0, 512));
  HEARTH_CHECK(checkLength(in.scheduleExpression.value_or(""), "scheduleExpression", 0, 256));
  HEARTH_CHECK(checkLength(in.roleArn.value_or("-"), "roleArn", 1, 1600));
  const std::string state = in.state.value_or(std::string(kEnabled));
  HEARTH_CHECK(checkOneOf(state, "state", {kEnabled, "DISABLED"}));
  HEARTH_CHECK(checkBus(call, in.eventBusName));
  const bool hasPattern = in.eventPattern && !in.eventPattern->empty();
  const bool hasSchedule = in.scheduleExpression && !in.scheduleExpression->empty();
  if (!hasPattern && !hasSchedule)
    return invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  if (hasPattern)
    return invalid(
        "Parameter EventPattern is not supported: no events are put on Hearth's event bus, its rules fire on a "
        "ScheduleExpression.");

  RuleRow row{.name = {call.account, call.region, in.name}};
  auto former = store_.findRule(row.name);
  if (!former && store_.countRules(call.account, call.region) >= kMostRules)
    return Fault("LimitExceededException", "The requested resource exceeds the maximum number allowed.");
  row.rule.scheduleExpression = std::move(in.scheduleExpression);
  row.rule.state = state;
  if (in.description && !in.description->empty()) row.rule.description = std::move(in.description);
  row.rule.roleArn = std::move(in.roleArn);
  if (tags) {
    row.tags = std::move(*tags);
  } else if (former) {
    row.tags = std::move(former->tags);
  }
  HEARTH_CHECK(save(row));
  return row.name.arn();
}

Result<void> EventsService::save(const RuleRow& row) {
  store_.putRule(row);
  HEARTH_CHECK(engine_.put({.arn = row.name.arn(),
                            .dialect = schedule::Dialect::kRule,
                            .expression = row.rule.scheduleExpression.value_or(""),
                            .enabled = row.rule.state == kEnabled}));
  return {};
}

Result<DeleteRuleOutput> EventsService::deleteRule(const api::Call& call, DeleteRuleInput in) {
  HEARTH_CHECK(checkRuleName(in.name));
  HEARTH_CHECK(checkBus(call, in.eventBusName));
  const RuleName name{call.account, call.region, in.name};
  // As on AWS, a rule that is not there counts as deleted, and Force is for managed rules only.
  if (store_.countTargets(name) > 0) return invalid("Rule can't be deleted since it has targets.");
  store_.deleteRule(name);
  engine_.remove(name.arn());
  return DeleteRuleOutput{};
}

Result<DescribeRuleOutput> EventsService::describeRule(const api::Call& call, DescribeRuleInput in) const {
  HEARTH_TRY(RuleRow row, getRule(call, in.name, in.eventBusName));
  DescribeRuleOutput out;
  out.name = row.name.name;
  out.arn = row.name.arn();
  out.scheduleExpression = std::move(row.rule.scheduleExpression);
  out.state = std::move(row.rule.state);
  out.description = std::move(row.rule.description);
  out.roleArn = std::move(row.rule.roleArn);
  out.eventBusName = std::string(kBus);
  out.createdBy = call.account;
  return out;
}

Result<void> EventsService::setState(const api::Call& call, const std::string& name,
                                     const std::optional<std::string>& bus, const char* state) {
  HEARTH_TRY(RuleRow row, getRule(call, name, bus));
  row.rule.state = state;
  return save(row);
}

Result<EnableRuleOutput> EventsService::enableRule(const api::Call& call, EnableRuleInput in) {
  HEARTH_CHECK(setState(call, in.name, in.eventBusName, "ENABLED"));
  return EnableRuleOutput{};
}

Result<DisableRuleOutput> EventsService::disableRule(const api::Call& call, DisableRuleInput in) {
  HEARTH_CHECK(setState(call, in.name, in.eventBusName, "DISABLED"));
  return DisableRuleOutput{};
}

Result<ListRulesOutput> EventsService::listRules(const api::Call& call, ListRulesInput in) const {
  HEARTH_CHECK(checkBus(call, in.eventBusName));
  if (in.namePrefix) HEARTH_CHECK(checkName(*in.namePrefix, "namePrefix", 64, ".-_", "[\\.\\-_A-Za-z0-9]+"));
  HEARTH_TRY(const std::size_t most, pageSize(in.limit));
  HEARTH_TRY(const std::string after, pageStart("rules", in.nextToken));
  auto rows = store_.listRules(call.account, call.region, in.namePrefix.value_or(""), after, most + 1);
  ListRulesOutput out;
  if (rows.size() > most) {
    rows.resize(most);
    out.nextToken = writePageToken("rules", rows.back().name.name);
  }
  auto& list = out.rules.emplace();
  for (RuleRow& row : rows) {
    row.rule.name = row.name.name;
    row.rule.arn = row.name.arn();
    row.rule.eventBusName = std::string(kBus);
    list.push_back(std::move(row.rule));
  }
  return out;
}

Result<ListRuleNamesByTargetOutput> EventsService::listRuleNamesByTarget(const api::Call& call,
                                                                         ListRuleNamesByTargetInput in) const {
  HEARTH_CHECK(checkLength(in.targetArn, "targetArn", 1, 1600));
  HEARTH_CHECK(checkBus(call, in.eventBusName));
  HEARTH_TRY(const std::size_t most, pageSize(in.limit));
  HEARTH_TRY(const std::string after, pageStart("names", in.nextToken));
  auto names = store_.listRuleNamesByTarget(call.account, call.region, in.targetArn, after, most + 1);
  ListRuleNamesByTargetOutput out;
  if (names.size() > most) {
    names.resize(most);
    out.nextToken = writePageToken("names", names.back());
  }
  out.ruleNames = std::move(names);
  return out;
}

Result<Tags> EventsService::getTags(const api::Call& call, const std::string& arn) const {
  const auto rule = parseRuleArn(arn);
  if (rule) {
    auto row = rule->account == call.account && rule->region == call.region ? store_.findRule(*rule) : std::nullopt;
    if (!row) return ruleMissing(rule->name);
    return std::move(row->tags);
  }
  if (arn == busArn(call)) return store_.busTags(call.account, call.region);
  const auto bus = arn.find(":event-bus/");
  if (bus != std::string::npos) return busMissing(arn.substr(bus + 11));
  return invalid("Parameter ResourceARN is not valid. Reason: Provided Arn is not in correct format.");
}

void EventsService::putTags(const api::Call& call, const std::string& arn, const Tags& tags) {
  if (const auto rule = parseRuleArn(arn)) {
    auto row = store_.findRule(*rule);
    row->tags = tags;
    store_.putRule(*row);
  } else {
    store_.putBusTags(call.account, call.region, tags);
  }
}

Result<ListTagsForResourceOutput> EventsService::listTagsForResource(const api::Call& call,
                                                                     ListTagsForResourceInput in) const {
  HEARTH_TRY(const Tags tags, getTags(call, in.resourceARN));
  ListTagsForResourceOutput out;
  auto& list = out.tags.emplace();
  for (const auto& [key, value] : tags) list.push_back({key, value});
  return out;
}

Result<TagResourceOutput> EventsService::tagResource(const api::Call& call, TagResourceInput in) {
  HEARTH_TRY(Tags tags, getTags(call, in.resourceARN));
  HEARTH_TRY(const Tags added, tagsFrom(in.tags));
  for (const auto& [key, value] : added) tags[key] = value;
  HEARTH_CHECK(checkTagCount(tags));
  putTags(call, in.resourceARN, tags);
  return TagResourceOutput{};
}

Result<UntagResourceOutput> EventsService::untagResource(const api::Call& call, UntagResourceInput in) {
  HEARTH_TRY(Tags tags, getTags(call, in.resourceARN));
  for (const std::string& key : in.tagKeys) tags.erase(key);
  putTags(call, in.resourceARN, tags);
  return UntagResourceOutput{};
}

}  // namespace hearth::services::events
