#include "services/logs/logs_access.h"

namespace hearth::services::logs {
namespace {

using api::Access;
using api::AccessKind;
using api::AccessRule;
using api::Call;
using api::InputView;
using Accesses = std::vector<Access>;

constexpr std::string_view kAnyGroup = "arn:aws:logs:{region}:{account}:log-group:";
constexpr std::string_view kGroup = "arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:";
constexpr std::string_view kStream =
    "arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:{logStreamName}";

// The group may be given by its ARN instead, with or without :* behind it.
Result<void> byIdentifier(const Call& call, const InputView& input, Accesses& accesses) {
  auto identifier = input.text("logGroupIdentifier");
  if (!identifier) return {};
  std::string group = *std::move(identifier);
  if (group.ends_with(":*")) group.resize(group.size() - 2);
  if (!group.starts_with("arn:")) group = api::expandResource(kAnyGroup, call, input) + group;
  accesses[0].resource = group + ":log-stream:" + input.text("logStreamName").value_or("");
  return {};
}

// Tags are on the group itself, whose ARN has nothing behind its name.
Result<void> onTagged(const Call&, const InputView&, Accesses& accesses) {
  std::string& arn = accesses[0].resource;
  if (arn.ends_with(":*")) arn.resize(arn.size() - 2);
  return {};
}

// https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-types.html: each type's schema lists what
// its handlers call.
std::vector<api::TypeRule> types() {
  using N = api::TypeNeed;
  return {
      {"AWS::Logs::LogGroup",
       "arn:aws:logs:{region}:{account}:log-group:{id}:log-stream:",
       {{.when = N::kMake, .action = "logs:CreateLogGroup"},
        {.when = N::kMake | N::kChange, .action = "logs:PutRetentionPolicy", .properties = {"RetentionInDays"}},
        {.when = N::kChange,
         .action = "logs:DeleteRetentionPolicy",
         .properties = {"RetentionInDays"},
         .gone = N::Gone::kWhole},
        {.when = N::kMake | N::kChange,
         .action = "logs:TagResource",
         .properties = {"Tags"},
         .resource = "arn:aws:logs:{region}:{account}:log-group:{id}"},
        {.when = N::kChange,
         .action = "logs:UntagResource",
         .properties = {"Tags.Key"},
         .resource = "arn:aws:logs:{region}:{account}:log-group:{id}",
         .gone = N::Gone::kEach},
        {.when = N::kRemove, .action = "logs:DeleteLogGroup"}}},
      {"AWS::Logs::LogStream",
       "arn:aws:logs:{region}:{account}:log-group:{LogGroupName}:log-stream:{id}",
       {{.when = N::kMake, .action = "logs:CreateLogStream"},
        {.when = N::kRemove, .action = "logs:DeleteLogStream"}}},
  };
}

}  // namespace

api::ServiceAccess logsAccess() {
  return {
      "logs",
      {
          {"CreateLogGroup", "logs:CreateLogGroup", kGroup},
          {"CreateLogStream", "logs:CreateLogStream", kStream},
          {"DeleteLogGroup", "logs:DeleteLogGroup", kGroup},
          {"DeleteLogStream", "logs:DeleteLogStream", kStream},
          {"DeleteRetentionPolicy", "logs:DeleteRetentionPolicy", kGroup},
          {"DescribeLogGroups", "logs:DescribeLogGroups", "arn:aws:logs:{region}:{account}:log-group::log-stream:"},
          {"DescribeLogStreams", "logs:DescribeLogStreams", kGroup, byIdentifier},
          {"FilterLogEvents", "logs:FilterLogEvents", kGroup, byIdentifier},
          {"GetLogEvents", "logs:GetLogEvents", kStream, byIdentifier},
          {"ListTagsForResource", "logs:ListTagsForResource", "{resourceArn}", onTagged},
          {"ListTagsLogGroup", "logs:ListTagsLogGroup", kGroup},
          {"PutLogEvents", "logs:PutLogEvents", kStream},
          {"PutRetentionPolicy", "logs:PutRetentionPolicy", kGroup},
          {"TagLogGroup", "logs:TagLogGroup", kGroup},
          {"TagResource", "logs:TagResource", "{resourceArn}", onTagged},
          {"UntagLogGroup", "logs:UntagLogGroup", kGroup},
          {"UntagResource", "logs:UntagResource", "{resourceArn}", onTagged},
      },
      {},
      types()};
}

}  // namespace hearth::services::logs
