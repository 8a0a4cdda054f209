#include "stacks/sam/events.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "stacks/sam/faults.h"
#include "stacks/sam/json.h"
#include "stacks/sam/policies.h"
#include "stacks/sam/properties.h"
#include "stacks/scalars.h"

namespace hearth::stacks::sam {
namespace {

constexpr std::size_t kMostTargetId = 64;
constexpr std::string_view kTargetSuffix = "LambdaTarget";
constexpr std::size_t kMostNotifications = 100;  // of a bucket

constexpr std::array kScheduleProperties = {
    Property{"Schedule", Shape::kText, true}, Property{"RuleName", Shape::kText},
    Property{"Input", Shape::kText},          Property{"Enabled", Shape::kBoolean},
    Property{"State", Shape::kText},          Property{"Name", Shape::kText},
    Property{"Description", Shape::kText},    Property{"DeadLetterConfig", Shape::kMap},
    Property{"RetryPolicy", Shape::kMap},
};

constexpr std::array kScheduleV2Properties = {
    Property{"PermissionsBoundary", Shape::kText},
    Property{"ScheduleExpression", Shape::kText, true},
    Property{"FlexibleTimeWindow", Shape::kMap},
    Property{"Name", Shape::kText},
    Property{"State", Shape::kText},
    Property{"Description", Shape::kText},
    Property{"StartDate", Shape::kText},
    Property{"EndDate", Shape::kText},
    Property{"ScheduleExpressionTimezone", Shape::kText},
    Property{"GroupName", Shape::kText},
    Property{"KmsKeyArn", Shape::kText},
    Property{"Input", Shape::kText},
    Property{"RoleArn", Shape::kText},
    Property{"DeadLetterConfig", Shape::kMap},
    Property{"RetryPolicy", Shape::kMap},
    Property{"OmitName", Shape::kBoolean, false, false},
};

constexpr std::array kRuleProperties = {
    Property{"EventBusName", Shape::kText},    Property{"RuleName", Shape::kText},
    Property{"Pattern", Shape::kMap},          Property{"DeadLetterConfig", Shape::kMap},
    Property{"RetryPolicy", Shape::kMap},      Property{"Input", Shape::kText},
    Property{"InputPath", Shape::kText},       Property{"Target", Shape::kMap},
    Property{"Enabled", Shape::kBoolean},      Property{"State", Shape::kText},
    Property{"InputTransformer", Shape::kMap},
};

constexpr std::array kBucketProperties = {
    Property{"Bucket", Shape::kText, true},
    Property{"Events", Shape::kTextOrTexts, true, false},
    Property{"Filter", Shape::kMapOfTexts},
};

// What SAM knows and Hearth has no service for.
constexpr std::array<std::string_view, 14> kUnsupported = {
    "AlexaSkill", "Cognito", "CloudWatchLogs",   "DocumentDB", "DynamoDB",
    "HttpApi",    "IoTRule", "Kinesis",          "MQ",         "MSK",
    "SNS",        "SQS",     "SelfManagedKafka", "WebSocket"};

// The queue for what could not be delivered has to exist; SAM would make one.
Result<const Json*> deadLetterArn(const Event& event) {
  const Json* config = event.property("DeadLetterConfig");
  if (!config) return nullptr;
  const Json* arn = base::findMember(*config, "Arn");
  const Json* type = base::findMember(*config, "Type");
  if (arn && type) {
    return invalidEvent(event.id, "You can either define 'Arn' or 'Type' property of DeadLetterConfig.");
  }
  if (type && *type != "SQS") {
    return invalidEvent(event.id, "The only valid value for 'Type' property of DeadLetterConfig is 'SQS'.");
  }
  if (type)
    return invalidEvent(event.id, "DeadLetterConfig of Type SQS is not supported: Hearth does not run SQS.");
  if (!arn) return invalidEvent(event.id, "No 'Arn' or 'Type' property provided for DeadLetterConfig.");
  return arn;
}

// What the target of a rule or schedule has in common.
Result<void> describeTarget(const Event& event, JsonObject& target) {
  HEARTH_TRY(const Json* deadLetters, deadLetterArn(event));
  if (const Json* input = event.property("Input")) target.emplace("Input", *input);
  if (const Json* path = event.property("InputPath")) target.emplace("InputPath", *path);
  if (deadLetters) target.emplace("DeadLetterConfig", JsonObject{{"Arn", *deadLetters}});
  if (const Json* retries = event.property("RetryPolicy")) target.emplace("RetryPolicy", *retries);
  if (const Json* transformer = event.property("InputTransformer"))
    target.emplace("InputTransformer", *transformer);
  return {};
}

Result<void> setState(const Event& event, Generated& rule) {
  const Json* state = event.property("State");
  const Json* enabled = event.property("Enabled");
  if (isTruthy(state) && enabled) {
    return invalidEvent(event.name, "State and Enabled Properties cannot both be specified.");
  }
  if (isTruthy(state)) rule.copy("State", state);
  if (enabled) rule.properties.emplace("State", isTruthy(enabled) ? "ENABLED" : "DISABLED");
  return {};
}

// A rule that calls the function, and its permission. `rule` has everything but its targets.
Result<std::vector<Generated>> withTarget(const EventTarget& target, const Event& event, Generated rule,
                                          const Json* targetId) {
  HEARTH_CHECK(setState(event, rule));
  JsonObject described;
  described.emplace("Arn", target.arn());
  const std::string made = event.id.substr(0, kMostTargetId - kTargetSuffix.size()) + std::string(kTargetSuffix);
  described.emplace("Id", targetId ? *targetId : Json(made));
  HEARTH_CHECK(describeTarget(event, described));
  rule.properties.emplace("Targets", JsonArray{Json(std::move(described))});
  Generated permission = permissionFor(target, event, "events.amazonaws.com");
  permission.properties.emplace("SourceArn", attributeOf(rule.id, "Arn"));
  return std::vector<Generated>{std::move(rule), std::move(permission)};
}

Result<std::vector<Generated>> expandSchedule(const EventTarget& target, const Event& event) {
  HEARTH_CHECK(checkProperties(event.id, "Schedule", event.properties, kScheduleProperties));
  Generated rule{event.id, "AWS::Events::Rule", {}, target.attributes};
  rule.copy("Description", event.property("Description"));
  rule.copy("Name", event.property("Name"));
  rule.copy("ScheduleExpression", event.property("Schedule"));
  return withTarget(target, event, std::move(rule), nullptr);
}

Result<std::vector<Generated>> expandRule(const EventTarget& target, const Event& event, std::string_view type) {
  HEARTH_CHECK(checkProperties(event.id, type, event.properties, kRuleProperties));
  Generated rule{event.id, "AWS::Events::Rule", {}, target.attributes};
  rule.copy("EventBusName", event.property("EventBusName"));
  rule.copy("EventPattern", event.property("Pattern"));
  rule.copy("Name", event.property("RuleName"));
  const Json* wanted = event.property("Target");
  return withTarget(target, event, std::move(rule), wanted ? base::findMember(*wanted, "Id") : nullptr);
}

// The role that the scheduler takes to call the function.
Generated schedulerRole(const EventTarget& target, const Event& event) {
  Generated role{event.id + "Role", "AWS::IAM::Role", {}, target.attributes};
  role.properties.emplace("AssumeRolePolicyDocument", trustOf("scheduler.amazonaws.com"));
  JsonArray policies;
  policies.emplace_back(inlinePolicy(event.id + "LambdaPolicy", "lambda:InvokeFunction", target.arn()));
  if (const Json* letters = event.property("DeadLetterConfig")) {
    policies.emplace_back(
        inlinePolicy(event.id + "SQSPolicy", "sqs:SendMessage", *base::findMember(*letters, "Arn")));
  }
  role.properties.emplace("Policies", std::move(policies));
  role.copy("PermissionsBoundary", event.property("PermissionsBoundary"));
  return role;
}

Result<std::vector<Generated>> expandScheduleV2(const EventTarget& target, const Event& event) {
  HEARTH_CHECK(checkProperties(event.id, "ScheduleV2", event.properties, kScheduleV2Properties));
  Generated schedule{event.id, "AWS::Scheduler::Schedule", {}, target.attributes};
  const bool omitsName = isTruthy(event.property("OmitName"));
  if (omitsName && event.property("Name")) {
    return invalidEvent(event.id, "Name cannot be set when OmitName is True");
  }
  if (!omitsName) {
    const Json* name = event.property("Name");
    schedule.properties.emplace("Name", name ? *name : Json(event.id));
  }
  for (const std::string_view name : {"ScheduleExpression", "State", "Description", "StartDate", "EndDate",
                                      "ScheduleExpressionTimezone", "GroupName", "KmsKeyArn"}) {
    schedule.copy(name, event.property(name));
  }
  const Json* window = event.property("FlexibleTimeWindow");
  schedule.properties.emplace("FlexibleTimeWindow", isTruthy(window) ? *window : Json(JsonObject{{"Mode", "OFF"}}));
  JsonObject described;
  described.emplace("Arn", target.arn());
  const Json* role = event.property("RoleArn");
  described.emplace("RoleArn", role ? *role : attributeOf(event.id + "Role", "Arn"));
  HEARTH_CHECK(describeTarget(event, described));
  schedule.properties.emplace("Target", std::move(described));
  std::vector<Generated> made;
  made.push_back(std::move(schedule));
  if (!role) made.push_back(schedulerRole(target, event));
  return made;
}

// The bucket that an S3 event names; it has to be in the template.
Result<JsonObject*> bucketOf(Context& context, const Event& event) {
  const auto id = base::findString(event.properties.at("Bucket"), "Ref");
  Json* bucket = id ? context.resources().if_contains(*id) : nullptr;
  if (!bucket) return invalidEvent(event.name, "S3 events must reference an S3 bucket in the same template.");
  const std::string type = base::findString(*bucket, "Type").value_or("");
  if (type != "AWS::S3::Bucket") {
    return invalidResource(
        *id, "Resource has incorrect Type; expected 'AWS::S3::Bucket', got '" + type.substr(0, 200) + "'");
  }
  Json& properties = bucket->get_object()["Properties"];
  if (properties.is_null()) properties = JsonObject();
  if (!properties.is_object()) return invalidResource(*id, "Properties should be a map.");
  return &bucket->get_object();
}

// The bucket is made after the permission, since it tries its notifications out. A dependency on what may not be
// there goes by a tag.
Result<void> dependOn(JsonObject& bucket, const std::string& bucketId, const Event& event,
                      const std::string& permission, const std::string& condition) {
  if (condition.empty()) {
    Json& dependsOn = bucket["DependsOn"];
    if (dependsOn.is_null()) dependsOn = JsonArray();
    if (dependsOn.is_string()) dependsOn = JsonArray{Json(dependsOn)};
    const bool areNames =
        dependsOn.is_array() && std::all_of(dependsOn.get_array().begin(), dependsOn.get_array().end(),
                                            [](const Json& one) { return one.is_string(); });
    if (!areNames) {
      return invalidResource(event.id, "Invalid type for field 'DependsOn'. Expected a string or list of strings.");
    }
    dependsOn.get_array().emplace_back(permission);
    return {};
  }
  Json& tags = bucket["Properties"].get_object()["Tags"];
  if (tags.is_null()) tags = JsonArray();
  if (!tags.is_array()) return invalidResource(bucketId, "Property 'Tags' should be a list.");
  Json value = onlyIf(condition, refTo(permission));
  value.get_object()["Fn::If"].get_array()[2] = "no dependency";
  JsonObject tag;
  tag.emplace("Key", "sam:ConditionalDependsOn:" + permission);
  tag.emplace("Value", std::move(value));
  tags.get_array().emplace_back(std::move(tag));
  return {};
}

// One notification for each kind of event, unless the bucket has it.
Result<void> notify(Context& context, JsonObject& bucket, const std::string& bucketId, const EventTarget& target,
                    const Event& event) {
  Json& configuration = bucket["Properties"].get_object()["NotificationConfiguration"];
  if (configuration.is_null()) configuration = JsonObject();
  if (!configuration.is_object()) {
    return invalidResource(bucketId, "Property 'NotificationConfiguration' should be a map.");
  }
  Json& list = configuration.get_object()["LambdaConfigurations"];
  if (list.is_null()) list = JsonArray();
  if (!list.is_array()) {
    return invalidResource(bucketId, "Invalid type for LambdaConfigurations. Must be a list.");
  }
  std::set<std::string> known;
  for (const Json& one : list.get_array()) known.insert(canonicalText(one));
  const Json& events = event.properties.at("Events");
  const JsonArray kinds = events.is_array() ? events.get_array() : JsonArray{events};
  for (const Json& kind : kinds) {
    JsonObject described;
    described.emplace("Function", target.arn());
    if (const Json* filter = event.property("Filter")) described.emplace("Filter", *filter);
    described.emplace("Event", kind);
    Json notification = std::move(described);
    if (!target.condition().empty()) notification = onlyIf(target.condition(), std::move(notification));
    HEARTH_CHECK(context.budget.spend(weightOf(notification)));
    if (known.insert(canonicalText(notification)).second) list.get_array().push_back(std::move(notification));
    if (list.get_array().size() > kMostNotifications) {
      return invalidResource(
          bucketId, "A bucket has at most " + std::to_string(kMostNotifications) + " notification configurations.");
    }
  }
  return {};
}

Result<std::vector<Generated>> expandBucketEvent(Context& context, const EventTarget& target, const Event& event) {
  HEARTH_CHECK(checkProperties(event.id, "S3", event.properties, kBucketProperties));
  HEARTH_TRY(JsonObject * bucket, bucketOf(context, event));
  const std::string bucketId = *base::findString(event.properties.at("Bucket"), "Ref");
  Generated permission = permissionFor(target, event, "s3.amazonaws.com");
  permission.properties.emplace("SourceAccount", refTo("AWS::AccountId"));
  HEARTH_CHECK(dependOn(*bucket, bucketId, event, permission.id, target.condition()));
  HEARTH_CHECK(notify(context, *bucket, bucketId, target, event));
  return std::vector<Generated>{std::move(permission)};
}

Result<std::vector<Generated>> expandEvent(Context& context, const EventTarget& target, Event event,
                                           const std::string& type) {
  if (type == "Api") return expandApiEvent(context, target, std::move(event));
  if (type == "Schedule") return expandSchedule(target, event);
  if (type == "ScheduleV2") return expandScheduleV2(target, event);
  if (type == "S3") return expandBucketEvent(context, target, event);
  if (type == "CloudWatchEvent" || type == "EventBridgeRule") return expandRule(target, event, type);
  if (std::find(kUnsupported.begin(), kUnsupported.end(), type) != kUnsupported.end()) {
    return invalidEvent(event.name, "Event type " + type + " is not supported.");
  }
  return invalidEvent(event.name, "Resource dict has missing or invalid value for key Type. Event Type is: " +
                                      (type.empty() ? "None" : type.substr(0, 200)) + ".");
}

}  // namespace

Json EventTarget::arn() const { return kind == TargetKind::kAlias ? refTo(id) : attributeOf(id, "Arn"); }
Json EventTarget::name() const { return refTo(id); }
std::string EventTarget::inSub() const {
  return kind == TargetKind::kAlias ? "${" + id + "}" : "${" + id + ".Arn}";
}
std::string EventTarget::condition() const {
  const Json* condition = attributes.if_contains("Condition");
  return condition && condition->is_string() ? std::string(condition->get_string()) : std::string();
}

Generated permissionFor(const EventTarget& target, const Event& event, std::string_view principal,
                        std::string_view suffix) {
  const std::string ending = suffix.empty() || isAlphanumeric(suffix) ? std::string(suffix) : hashOf(suffix);
  Generated permission{event.id + "Permission" + ending, "AWS::Lambda::Permission", {}, target.attributes};
  permission.properties.emplace("Action", "lambda:InvokeFunction");
  permission.properties.emplace("FunctionName", target.name());
  permission.properties.emplace("Principal", principal);
  return permission;
}

Result<std::vector<Generated>> expandEvents(Context& context, const Source& function, const EventTarget& target) {
  std::vector<Generated> made;
  const Json* events = function.property("Events");
  if (!events || !events->is_object()) return made;
  // By path, which SAM takes for the name of events that have one.
  std::vector<std::pair<std::string, const JsonObject::value_type*>> ordered;
  for (const auto& event : events->get_object()) {
    const Json* properties = base::findMember(event.value(), "Properties");
    const auto path = properties ? base::findString(*properties, "Path") : std::nullopt;
    ordered.emplace_back(path.value_or(std::string(event.key())), &event);
  }
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [path, event] : ordered) {
    Event one{std::string(event->key()), function.id + std::string(event->key()), {}};
    if (!isAlphanumeric(one.id)) return invalidResource(one.id, "Logical ids must be alphanumeric.");
    if (const Json* properties = base::findMember(event->value(), "Properties")) {
      if (!properties->is_object()) return invalidResource(one.id, "Properties of a resource must be an object.");
      one.properties = properties->get_object();
    }
    const std::string type = base::findString(event->value(), "Type").value_or("");
    HEARTH_TRY(std::vector<Generated> resources, expandEvent(context, target, std::move(one), type));
    for (Generated& resource : resources) made.push_back(std::move(resource));
    HEARTH_CHECK(context.checkCount(made.size()));
  }
  return made;
}

}  // namespace hearth::stacks::sam
