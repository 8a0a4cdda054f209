#include "services/events/events_service.h"

#include "services/events/events_resources.h"
#include "services/testing_world.h"

namespace hearth::services::events {
namespace {

using namespace api::events;

const std::string kFunction = "arn:aws:lambda:eu-central-1:111122223333:function:score";
const std::string kOther = "arn:aws:lambda:eu-central-1:111122223333:function:report";

class EventsTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    std::vector<store::Migration> engineSteps(schedule::migrations().begin(), schedule::migrations().end());
    database_->migrate(engineSteps);
    database_->migrate(eventsMigrations());
    database_->migrate(testing::RecordingInvoker::migrations());
    invoker_ = std::make_unique<testing::RecordingInvoker>(*database_);
    boot();
  }
  void TearDown() override {
    halt();
    World::TearDown();
  }

  void boot() {
    engine_ = std::make_unique<schedule::ScheduleEngine>(*database_, clock_, random_);
    service_ = std::make_unique<EventsService>(*database_, *engine_, *invoker_, clock_, random_);
    engine_->recover();
  }
  void halt() {
    service_.reset();
    engine_.reset();
  }

  template <class Operation, class In>
  std::string fault(Operation operation, In in) {
    return faultOf(*service_, operation, std::move(in));
  }

  std::string putRule(std::string name, std::string expression, std::string state = "ENABLED") {
    PutRuleInput in;
    in.name = std::move(name);
    in.scheduleExpression = std::move(expression);
    in.state = std::move(state);
    return fault(&EventsService::putRule, std::move(in));
  }

  std::string putTarget(const std::string& rule, const std::string& id, const std::string& arn) {
    return putTarget(rule, Target{.id = id, .arn = arn});
  }
  std::string putTarget(const std::string& rule, Target target) {
    PutTargetsInput in;
    in.rule = rule;
    in.targets.push_back(std::move(target));
    return fault(&EventsService::putTargets, std::move(in));
  }

  std::unique_ptr<testing::RecordingInvoker> invoker_;
  std::unique_ptr<schedule::ScheduleEngine> engine_;
  std::unique_ptr<EventsService> service_;
};

TEST_F(EventsTest, AWeeklyRuleFiresOnce) {
  ASSERT_EQ(putRule("weekly", "cron(0 21 ? * 2 *)"), "");
  ASSERT_EQ(putTarget("weekly", "one", kFunction), "");
  engine_->fireDue();
  EXPECT_TRUE(invoker_->taken().empty());

  setClock("2019-04-08T21:00:01Z");
  engine_->fireDue();
  engine_->fireDue();
  const auto taken = invoker_->taken();
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].functionArn, kFunction);
  EXPECT_EQ(taken[0].caller.servicePrincipal, "events.amazonaws.com");
  EXPECT_EQ(taken[0].caller.sourceArn, "arn:aws:events:eu-central-1:111122223333:rule/weekly");
  EXPECT_EQ(taken[0].caller.sourceAccount, "111122223333");
  const auto document = base::parseJson(taken[0].payload);
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(base::findString(*document, "time"), "2019-04-08T21:00:00Z");
  EXPECT_EQ(base::findString(*document, "detail-type"), "Scheduled Event");
}

TEST_F(EventsTest, WhatWasMissedIsMadeUpOnce) {
  ASSERT_EQ(putRule("weekly", "cron(0 21 ? * 2 *)"), "");
  ASSERT_EQ(putTarget("weekly", "one", kFunction), "");
  halt();
  setClock("2019-04-23T10:00:00Z");
  boot();
  engine_->fireDue();
  engine_->fireDue();
  const auto taken = invoker_->taken();
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(base::findString(*base::parseJson(taken[0].payload), "time"), "2019-04-22T21:00:00Z");
}

TEST_F(EventsTest, ADisabledRuleRests) {
  ASSERT_EQ(putRule("often", "rate(1 minute)"), "");
  ASSERT_EQ(putTarget("often", "one", kFunction), "");
  ASSERT_EQ(fault(&EventsService::disableRule, DisableRuleInput{.name = "often"}), "");
  setClock("2019-04-08T20:10:30Z");
  engine_->fireDue();
  EXPECT_TRUE(invoker_->taken().empty());
  ASSERT_EQ(fault(&EventsService::enableRule, EnableRuleInput{.name = "often"}), "");
  engine_->fireDue();
  EXPECT_TRUE(invoker_->taken().empty());  // nothing is made up for
  setClock("2019-04-08T20:11:30Z");
  engine_->fireDue();
  EXPECT_EQ(invoker_->taken().size(), 1u);
}

TEST_F(EventsTest, ATargetThatRefusesDoesNotStopTheOthers) {
  ASSERT_EQ(putRule("often", "rate(1 minute)"), "");
  ASSERT_EQ(putTarget("often", "a", kOther), "");
  ASSERT_EQ(putTarget("often", "b", kFunction), "");
  Target broken{.id = "c", .arn = kFunction, .inputPath = "$.detail.nothing"};
  ASSERT_EQ(putTarget("often", broken), "");
  invoker_->refusals = {{kOther, Fault("AccessDeniedException", "no permission", 403)}};
  setClock("2019-04-08T20:01:00Z");
  engine_->fireDue();
  const auto taken = invoker_->taken();
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].functionArn, kFunction);
  const auto status = engine_->find(RuleName{kAccount, kRegion, "often"}.arn());
  EXPECT_EQ(status->next, base::parseIso8601("2019-04-08T20:02:00Z").value());
}

TEST_F(EventsTest, APassingFailureIsTriedAgainForAllTargets) {
  ASSERT_EQ(putRule("often", "rate(1 hour)"), "");
  ASSERT_EQ(putTarget("often", "a", kFunction), "");
  ASSERT_EQ(putTarget("often", "b", kOther), "");
  invoker_->refusals = {{kOther, Fault("ServiceException", "disk", 500)}};
  setClock("2019-04-08T21:00:00Z");
  engine_->fireDue();
  EXPECT_TRUE(invoker_->taken().empty());
  invoker_->refusals.clear();
  setClock("2019-04-08T21:00:05Z");
  engine_->fireDue();
  EXPECT_EQ(invoker_->taken().size(), 2u);
}

TEST_F(EventsTest, RetryPolicyEndsTheTries) {
  ASSERT_EQ(putRule("often", "rate(1 hour)"), "");
  Target impatient{.id = "a", .arn = kOther};
  impatient.retryPolicy = RetryPolicy{.maximumRetryAttempts = 1};
  ASSERT_EQ(putTarget("often", impatient), "");
  ASSERT_EQ(putTarget("often", "b", kFunction), "");
  invoker_->refusals = {{kOther, Fault("TooManyRequestsException", "busy", 429)}};
  setClock("2019-04-08T21:00:00Z");
  engine_->fireDue();
  EXPECT_TRUE(invoker_->taken().empty());
  setClock("2019-04-08T21:00:05Z");
  engine_->fireDue();
  ASSERT_EQ(invoker_->taken().size(), 1u);
  EXPECT_EQ(invoker_->taken()[0].functionArn, kFunction);
}

TEST_F(EventsTest, RulesAreWrittenAsAWholeAndKeepTheirTags) {
  PutRuleInput in{.name = "weekly"};
  in.scheduleExpression = "rate(7 days)";
  in.description = "scores";
  in.tags = std::vector<Tag>{{"course", "os"}};
  ASSERT_EQ(fault(&EventsService::putRule, in), "");
  in.description.reset();
  in.tags = std::vector<Tag>{{"course", "other"}};
  ASSERT_EQ(fault(&EventsService::putRule, in), "");
  const auto rule = run(*service_, &EventsService::describeRule, {.name = "weekly"});
  ASSERT_TRUE(rule.ok());
  EXPECT_EQ(rule->arn, "arn:aws:events:eu-central-1:111122223333:rule/weekly");
  EXPECT_EQ(rule->description, std::nullopt);
  EXPECT_EQ(rule->state, "ENABLED");
  EXPECT_EQ(rule->createdBy, kAccount);
  EXPECT_EQ(rule->eventBusName, "default");
  const auto tags = run(*service_, &EventsService::listTagsForResource, {.resourceARN = *rule->arn});
  ASSERT_EQ(tags->tags->size(), 1u);
  EXPECT_EQ(tags->tags->at(0).value, "os");
}

TEST_F(EventsTest, RefusedRules) {
  EXPECT_EQ(
      putRule("a b", "rate(1 day)"),
      "ValidationException 400: 1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: "
      "Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+");
  EXPECT_EQ(putRule("r", ""),
            "ValidationException 400: Parameter(s) EventPattern or ScheduleExpression must be specified.");
  EXPECT_EQ(putRule("r", "rate(1 days)"), "ValidationException 400: Parameter ScheduleExpression is not valid.");
  EXPECT_EQ(putRule("r", "at(2030-01-01T00:00:00)"),
            "ValidationException 400: Parameter ScheduleExpression is not valid.");
  PutRuleInput in{.name = "r"};
  in.eventPattern = "{}";
  EXPECT_TRUE(fault(&EventsService::putRule, in)
                  .starts_with("ValidationException 400: Parameter EventPattern is not supported"));
  in.eventPattern.reset();
  in.scheduleExpression = "rate(1 day)";
  in.eventBusName = "mine";
  EXPECT_EQ(fault(&EventsService::putRule, in), "ResourceNotFoundException 400: Event bus mine does not exist.");
  in.eventBusName = "arn:aws:events:eu-central-1:111122223333:event-bus/default";
  in.tags = std::vector<Tag>{{"aws:x", "y"}};
  EXPECT_EQ(fault(&EventsService::putRule, in),
            "ValidationException 400: System tags cannot be added/updated by requester");
  // None of them left anything.
  EXPECT_TRUE(run(*service_, &EventsService::listRules, {})->rules->empty());
  EXPECT_EQ(engine_->find(RuleName{kAccount, kRegion, "r"}.arn()), std::nullopt);
}

TEST_F(EventsTest, RefusedTargets) {
  ASSERT_EQ(putRule("r", "rate(1 day)"), "");
  EXPECT_EQ(putTarget("none", "a", kFunction),
            "ResourceNotFoundException 400: Rule none does not exist on EventBus default.");
  EXPECT_EQ(putTarget("r", "!", kFunction),
            "ValidationException 400: 1 validation error detected: Value '!' at 'targets.1.member.id' failed to "
            "satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+");
  EXPECT_EQ(
      putTarget("r", "a", "score"),
      "ValidationException 400: Parameter score is not valid. Reason: Provided Arn is not in correct format.");
  EXPECT_EQ(putTarget("r", "a", "arn:aws:sqs:eu-central-1:111122223333:queue"),
            "ValidationException 400: sqs is not a supported service for a target.");
  Target foreign{.id = "a", .arn = kFunction};
  foreign.sqsParameters = SqsParameters{.messageGroupId = "g"};
  EXPECT_EQ(putTarget("r", foreign),
            "ValidationException 400: Parameter SqsParameters is not supported for target a.");
  foreign.sqsParameters.reset();
  foreign.deadLetterConfig = DeadLetterConfig{.arn = "arn:aws:sqs:eu-central-1:111122223333:queue"};
  EXPECT_EQ(putTarget("r", foreign),
            "ValidationException 400: Parameter DeadLetterConfig is not supported for target a.");
  for (int i = 0; i < 5; ++i) ASSERT_EQ(putTarget("r", "t" + std::to_string(i), kFunction), "");
  EXPECT_EQ(putTarget("r", "t4", kOther), "");  // replaces
  EXPECT_EQ(putTarget("r", "t5", kFunction),
            "LimitExceededException 400: The requested resource exceeds the maximum number allowed.");
  EXPECT_EQ(run(*service_, &EventsService::listTargetsByRule, {.rule = "r"})->targets->size(), 5u);
}

TEST_F(EventsTest, DeletingARule) {
  ASSERT_EQ(putRule("r", "rate(1 day)"), "");
  ASSERT_EQ(putTarget("r", "a", kFunction), "");
  EXPECT_EQ(fault(&EventsService::deleteRule, DeleteRuleInput{.name = "r"}),
            "ValidationException 400: Rule can't be deleted since it has targets.");
  const auto removed = run(*service_, &EventsService::removeTargets, {.rule = "r", .ids = {"a", "b"}});
  ASSERT_TRUE(removed.ok());
  EXPECT_EQ(removed->failedEntryCount, 1);
  EXPECT_EQ(removed->failedEntries->at(0).targetId, "b");
  EXPECT_EQ(fault(&EventsService::deleteRule, DeleteRuleInput{.name = "r"}), "");
  EXPECT_EQ(fault(&EventsService::deleteRule, DeleteRuleInput{.name = "r"}), "");
  EXPECT_EQ(fault(&EventsService::describeRule, DescribeRuleInput{.name = "r"}),
            "ResourceNotFoundException 400: Rule r does not exist on EventBus default.");
  EXPECT_EQ(engine_->find(RuleName{kAccount, kRegion, "r"}.arn()), std::nullopt);
}

TEST_F(EventsTest, ListsArePaged) {
  for (const char* name : {"b1", "a2", "a1", "a3"}) {
    ASSERT_EQ(putRule(name, "rate(1 day)"), "");
    ASSERT_EQ(putTarget(name, "x", kFunction), "");
    ASSERT_EQ(putTarget(name, "y", kFunction), "");
  }
  std::vector<std::string> seen;
  ListRulesInput in{.namePrefix = "a", .limit = 2};
  for (;;) {
    const auto page = run(*service_, &EventsService::listRules, in);
    ASSERT_TRUE(page.ok());
    for (const Rule& rule : *page->rules) seen.push_back(*rule.name);
    if (!page->nextToken) break;
    in.nextToken = page->nextToken;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"a1", "a2", "a3"}));
  const auto names = run(*service_, &EventsService::listRuleNamesByTarget, {.targetArn = kFunction, .limit = 3});
  EXPECT_EQ(names->ruleNames, (std::vector<std::string>{"a1", "a2", "a3"}));
  const auto rest = run(*service_, &EventsService::listRuleNamesByTarget,
                        {.targetArn = kFunction, .nextToken = names->nextToken, .limit = 3});
  EXPECT_EQ(rest->ruleNames, (std::vector<std::string>{"b1"}));
  EXPECT_EQ(rest->nextToken, std::nullopt);
  // A token of another list is none.
  EXPECT_EQ(fault(&EventsService::listRules, ListRulesInput{.nextToken = names->nextToken}),
            "ValidationException 400: Parameter NextToken is not valid.");
  EXPECT_EQ(fault(&EventsService::listRules, ListRulesInput{.nextToken = "%"}),
            "ValidationException 400: Parameter NextToken is not valid.");
}

TEST_F(EventsTest, OtherRegionsAndAccountsAreOutOfSight) {
  ASSERT_EQ(putRule("r", "rate(1 day)"), "");
  call_.region = "us-east-1";
  EXPECT_TRUE(run(*service_, &EventsService::listRules, {})->rules->empty());
  EXPECT_EQ(fault(&EventsService::tagResource,
                  TagResourceInput{.resourceARN = "arn:aws:events:eu-central-1:111122223333:rule/r",
                                   .tags = {{"a", "b"}}}),
            "ResourceNotFoundException 400: Rule r does not exist on EventBus default.");
}

TEST_F(EventsTest, TagsOfRulesAndOfTheBus) {
  ASSERT_EQ(putRule("r", "rate(1 day)"), "");
  for (const char* arn : {"arn:aws:events:eu-central-1:111122223333:rule/r",
                          "arn:aws:events:eu-central-1:111122223333:event-bus/default"}) {
    EXPECT_EQ(
        fault(&EventsService::tagResource, TagResourceInput{.resourceARN = arn, .tags = {{"a", "1"}, {"b", "2"}}}),
        "");
    EXPECT_EQ(fault(&EventsService::untagResource, UntagResourceInput{.resourceARN = arn, .tagKeys = {"a", "z"}}),
              "");
    const auto tags = run(*service_, &EventsService::listTagsForResource, {.resourceARN = arn});
    ASSERT_EQ(tags->tags->size(), 1u);
    EXPECT_EQ(tags->tags->at(0).key, "b");
  }
  EXPECT_EQ(fault(&EventsService::listTagsForResource,
                  ListTagsForResourceInput{"arn:aws:events:eu-central-1:111122223333:event-bus/mine"}),
            "ResourceNotFoundException 400: Event bus mine does not exist.");
}

TEST_F(EventsTest, TheRuleOfATemplate) {
  auto providers = makeEventsResources(*service_);
  auto* provider = providerOf(providers, "AWS::Events::Rule");
  auto request = resourceRequest(R"json({"ScheduleExpression": "cron(0 21 ? * 3 *)", "State": "ENABLED",
      "Tags": [{"Key": "course", "Value": "os"}],
      "Targets": [{"Id": "a", "Arn": "arn:aws:lambda:eu-central-1:111122223333:function:score",
                   "RetryPolicy": {"MaximumRetryAttempts": "3"}},
                  {"Id": "b", "Arn": "arn:aws:lambda:eu-central-1:111122223333:function:report"}]
})json");
  const auto made = write([&] { return provider->create(request); });
  ASSERT_TRUE(made.ok()) << made.fault().message;
  EXPECT_EQ(made->physicalId, "stack-Thing-ABCDEFGHIJKL");
  const std::string arn = "arn:aws:events:eu-central-1:111122223333:rule/stack-Thing-ABCDEFGHIJKL";
  EXPECT_EQ(made->attributes.at("Arn").as_string(), arn);
  EXPECT_EQ(run(*service_, &EventsService::listTagsForResource, {.resourceARN = arn})->tags->size(), 2u);
  EXPECT_EQ(write([&] { return provider->create(request); }).fault().code, "AlreadyExists");

  auto changed = resourceRequest(R"json({"ScheduleExpression": "rate(1 minute)", "State": "DISABLED",
      "Targets": [{"Id": "b", "Arn": "arn:aws:lambda:eu-central-1:111122223333:function:score", "Input": "{}"}]
  })json",
                                 made->physicalId);
  ASSERT_TRUE(write([&] { return provider->update(changed); }).ok());
  const auto targets = run(*service_, &EventsService::listTargetsByRule, {.rule = made->physicalId});
  ASSERT_EQ(targets->targets->size(), 1u);
  EXPECT_EQ(targets->targets->at(0).input, "{}");
  EXPECT_EQ(run(*service_, &EventsService::describeRule, {.name = made->physicalId})->state, "DISABLED");

  ASSERT_TRUE(write([&] { return provider->remove(changed); }).ok());
  ASSERT_TRUE(write([&] { return provider->remove(changed); }).ok());
  EXPECT_EQ(engine_->find(arn), std::nullopt);
  EXPECT_FALSE(provider->read(changed).ok());
}

TEST_F(EventsTest, ATemplateWithABadTargetLeavesNothing) {
  auto providers = makeEventsResources(*service_);
  auto* provider = providerOf(providers, "AWS::Events::Rule");
  auto request = resourceRequest(R"json({"Name": "r", "ScheduleExpression": "rate(1 day)",
      "Targets": [{"Id": "a", "Arn": "arn:aws:sns:eu-central-1:111122223333:topic"}]
  })json");
  const auto made = write([&] { return provider->create(request); });
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.fault().message, "sns is not a supported service for a target.");
  EXPECT_TRUE(run(*service_, &EventsService::listRules, {})->rules->empty());
  EXPECT_EQ(engine_->find(RuleName{kAccount, kRegion, "r"}.arn()), std::nullopt);
}

TEST_F(EventsTest, TheBus) {
  const auto bus = run(*service_, &EventsService::describeEventBus, {});
  EXPECT_EQ(bus->arn, "arn:aws:events:eu-central-1:111122223333:event-bus/default");
  EXPECT_EQ(run(*service_, &EventsService::listEventBuses, {})->eventBuses->size(), 1u);
  EXPECT_TRUE(run(*service_, &EventsService::listEventBuses, {.namePrefix = "x"})->eventBuses->empty());
}

}  // namespace
}  // namespace hearth::services::events
