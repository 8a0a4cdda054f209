#include "stacks/sam/events.h"

#include <gtest/gtest.h>

#include "stacks/sam/world_test.h"

namespace hearth::stacks::sam {
namespace {

// Of the function F, one event E.
std::string withEvent(const std::string& type, const std::string& properties, const std::string& rest = "",
                      const std::string& attributes = "") {
  return withFunction("      Events: {E: {Type: " + type + ", Properties: " + properties + "}}\n", rest,
                      attributes);
}

std::string refusal(const std::string& type, const std::string& properties) {
  return problem(withEvent(type, properties));
}

TEST(SamEvents, aScheduleIsARule) {
  const Json made = expand(withEvent("Schedule", "{Schedule: rate(1 hour), Input: '{}', Enabled: false, Name: n}"));
  EXPECT_EQ(ids(made), "F FRole FE FEPermission");
  EXPECT_EQ(at(made, "/Resources/FE/Properties/ScheduleExpression"), "\"rate(1 hour)\"");
  EXPECT_EQ(at(made, "/Resources/FE/Properties/Name"), R"("n")");
  EXPECT_EQ(at(made, "/Resources/FE/Properties/State"), R"("DISABLED")");
  EXPECT_EQ(at(made, "/Resources/FE/Properties/Targets"),
            R"([{"Arn":{"Fn::GetAtt":["F","Arn"]},"Id":"FELambdaTarget","Input":"{}"}])");
  EXPECT_EQ(at(made, "/Resources/FEPermission/Properties"),
            R"({"Action":"lambda:InvokeFunction","FunctionName":{"Ref":"F"},"Principal":"events.amazonaws.com",)"
            R"("SourceArn":{"Fn::GetAtt":["FE","Arn"]}})");
}

TEST(SamEvents, aRuleOfAPattern) {
  const Json made = expand(withEvent("EventBridgeRule",
                                     "{Pattern: {source: [aws.s3]}, InputPath: $.detail, "
                                     "Target: {Id: own}, State: DISABLED, RuleName: r}"));
  EXPECT_EQ(at(made, "/Resources/FE/Properties/EventPattern"), R"({"source":["aws.s3"]})");
  EXPECT_EQ(at(made, "/Resources/FE/Properties/Name"), R"("r")");
  EXPECT_EQ(at(made, "/Resources/FE/Properties/State"), R"("DISABLED")");
  EXPECT_EQ(at(made, "/Resources/FE/Properties/Targets/0/Id"), R"("own")");
  EXPECT_EQ(at(made, "/Resources/FE/Properties/Targets/0/InputPath"), R"("$.detail")");
  const Json older = expand(withEvent("CloudWatchEvent", "{Pattern: {source: [a]}}"));
  EXPECT_EQ(at(older, "/Resources/FE/Type"), R"("AWS::Events::Rule")");
}

TEST(SamEvents, theIdOfATargetHasItsLimit) {
  const std::string name(100, 'a');
  const Json made =
      expand(withFunction("      Events: {" + name + ": {Type: Schedule, Properties: {Schedule: rate(1 day)}}}\n"));
  EXPECT_EQ(at(made, "/Resources/F" + name + "/Properties/Targets/0/Id"),
            "\"F" + std::string(51, 'a') + "LambdaTarget\"");
}

TEST(SamEvents, theSchedulerTakesARole) {
  const Json made = expand(withEvent("ScheduleV2", "{ScheduleExpression: rate(1 day), GroupName: g}"));
  EXPECT_EQ(ids(made), "F FRole FE FERole");
  EXPECT_EQ(at(made, "/Resources/FE/Type"), R"("AWS::Scheduler::Schedule")");
  EXPECT_EQ(at(made, "/Resources/FE/Properties/Name"), R"("FE")");
  EXPECT_EQ(at(made, "/Resources/FE/Properties/FlexibleTimeWindow"), R"({"Mode":"OFF"})");
  EXPECT_EQ(at(made, "/Resources/FE/Properties/Target"),
            R"({"Arn":{"Fn::GetAtt":["F","Arn"]},"RoleArn":{"Fn::GetAtt":["FERole","Arn"]}})");
  EXPECT_EQ(at(made, "/Resources/FERole/Properties/Policies/0/PolicyName"), R"("FELambdaPolicy")");
  const Json own = expand(withEvent("ScheduleV2", "{ScheduleExpression: rate(1 day), RoleArn: r, OmitName: true}"));
  EXPECT_EQ(ids(own), "F FRole FE");
  EXPECT_EQ(at(own, "/Resources/FE/Properties/Name"), "-");
}

constexpr auto kBucket = "  B: {Type: AWS::S3::Bucket, DependsOn: X}\n";

TEST(SamEvents, aBucketOfTheTemplateTellsTheFunction) {
  const std::string event =
      "{Bucket: !Ref B, Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:ObjectCreated:*'], "
      "Filter: {S3Key: {Rules: []}}}";
  const Json made = expand(withEvent("S3", event) + kBucket);
  EXPECT_EQ(ids(made), "B F FRole FEPermission");
  EXPECT_EQ(at(made, "/Resources/B/DependsOn"), R"(["X","FEPermission"])");
  EXPECT_EQ(
      at(made, "/Resources/B/Properties/NotificationConfiguration/LambdaConfigurations/1"),
      R"({"Function":{"Fn::GetAtt":["F","Arn"]},"Filter":{"S3Key":{"Rules":[]}},"Event":"s3:ObjectRemoved:*"})");
  EXPECT_EQ(at(made, "/Resources/B/Properties/NotificationConfiguration/LambdaConfigurations/2"), "-");
  EXPECT_EQ(at(made, "/Resources/FEPermission/Properties/SourceAccount"), R"({"Ref":"AWS::AccountId"})");
  EXPECT_EQ(
      refusal("S3", "{Bucket: !Ref B, Events: 's3:ObjectCreated:*'}"),
      "Resource with id [F] is invalid. Event with id [E] is invalid. S3 events must reference an S3 bucket in "
      "the same template.");
  EXPECT_EQ(problem(withEvent("S3", "{Bucket: !Ref F, Events: 's3:ObjectCreated:*'}")),
            "Resource with id [F] is invalid. Resource has incorrect Type; expected 'AWS::S3::Bucket', got "
            "'AWS::Serverless::Function'");
}

TEST(SamEvents, aBucketHasNotTooManyNotifications) {
  std::string kinds;
  for (int i = 0; i <= 100; ++i) kinds += "e" + std::to_string(i) + ", ";
  EXPECT_EQ(problem(withEvent("S3", "{Bucket: !Ref B, Events: [" + kinds + "]}") + kBucket),
            "Resource with id [B] is invalid. A bucket has at most 100 notification configurations.");
}

TEST(SamEvents, whatMayNotBeThereIsDependedOnByATag) {
  const Json made = expand(withEvent("S3", "{Bucket: !Ref B, Events: 's3:ObjectCreated:*'}",
                                     "Conditions: {C: !Equals [a, b]}\n", "    Condition: C\n") +
                           kBucket);
  EXPECT_EQ(at(made, "/Resources/B/DependsOn"), R"("X")");
  EXPECT_EQ(at(made, "/Resources/B/Properties/Tags/0"),
            R"({"Key":"sam:ConditionalDependsOn:FEPermission","Value":{"Fn::If":["C",{"Ref":"FEPermission"},)"
            R"("no dependency"]}})");
  EXPECT_EQ(at(made, "/Resources/B/Properties/NotificationConfiguration/LambdaConfigurations/0/Fn::If/0"),
            R"("C")");
  EXPECT_EQ(at(made, "/Resources/FEPermission/Condition"), R"("C")");
}

TEST(SamEvents, anAliasIsCalledInThePlaceOfItsFunction) {
  const Json made =
      expand(withFunction("      AutoPublishAlias: live\n"
                          "      Events: {E: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}\n"));
  EXPECT_EQ(at(made, "/Resources/FE/Properties/Targets/0/Arn"), R"({"Ref":"FAliaslive"})");
  EXPECT_EQ(at(made, "/Resources/FEPermission/Properties/FunctionName"), R"({"Ref":"FAliaslive"})");
}

TEST(SamEvents, whatIsWrongIsNamed) {
  const std::string ofEvent = "Resource with id [F] is invalid. Event with id [E] is invalid. ";
  EXPECT_EQ(refusal("SQS", "{Queue: q}"), ofEvent + "Event type SQS is not supported.");
  EXPECT_EQ(refusal("Nonsense", "{}"),
            ofEvent + "Resource dict has missing or invalid value for key Type. Event Type is: Nonsense.");
  EXPECT_EQ(problem(withFunction("      Events: {E: {Properties: {}}}\n")),
            ofEvent + "Resource dict has missing or invalid value for key Type. Event Type is: None.");
  EXPECT_EQ(refusal("Schedule", "{}"), "Resource with id [FE] is invalid. Missing required property 'Schedule'.");
  EXPECT_EQ(refusal("Schedule", "{Schedule: rate(1 day), Colour: red}"),
            "Resource with id [FE] is invalid. property Colour not defined for resource of type Schedule");
  EXPECT_EQ(refusal("Schedule", "{Schedule: rate(1 day), State: ENABLED, Enabled: true}"),
            ofEvent + "State and Enabled Properties cannot both be specified.");
  EXPECT_EQ(refusal("Schedule", "{Schedule: rate(1 day), DeadLetterConfig: {Type: SQS}}"),
            "Resource with id [F] is invalid. Event with id [FE] is invalid. DeadLetterConfig of Type SQS is not "
            "supported: Hearth does not run SQS.");
  EXPECT_EQ(refusal("S3", "{Bucket: !Ref B, Events: !Ref Kinds}"),
            "Resource with id [FE] is invalid. Type of property 'Events' is invalid.");
  EXPECT_EQ(problem(withFunction("      Events: {a-b: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}\n")),
            "Resource with id [Fa-b] is invalid. Logical ids must be alphanumeric.");
}

}  // namespace
}  // namespace hearth::stacks::sam
