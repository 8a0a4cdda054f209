#include "services/scheduler/scheduler_service.h"

#include "services/scheduler/scheduler_resources.h"
#include "services/scheduler/target_input.h"
#include "services/testing_world.h"

namespace hearth::services::scheduler {
namespace {

using namespace api::scheduler;

const std::string kFunction = "arn:aws:lambda:eu-central-1:111122223333:function:score";
const std::string kRole = "arn:aws:iam::111122223333:role/schedules";

// A directory with one role, which may be taken away, and what that role may do.
class OneRole final : public ports::CredentialIssuer, public ports::Authorizer {
 public:
  Result<void> checkAssumable(const std::string& roleArn, const std::string& servicePrincipal,
                              const std::string& account) override {
    if (there && roleArn == kRole && account == "111122223333" && servicePrincipal == "scheduler.amazonaws.com")
      return {};
    return Fault("AccessDenied", "The role cannot be assumed.", 403);
  }
  Result<ports::RoleCredentials> assumeForService(const std::string&, const std::string&, const std::string&,
                                                  const std::string&) override {
    return Fault("AccessDenied", "Schedules take no credentials.", 403);
  }
  Result<void> mayDo(const ports::RoleAct& act) const override {
    if (mayInvoke && act.roleArn == kRole && act.action == "lambda:InvokeFunction" && act.resource == kFunction)
      return {};
    return Fault("AccessDenied", "No policy of the role allows it.", 403);
  }
  bool there = true;
  bool mayInvoke = true;
};

class SchedulerTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    database_->migrate({schedule::migrations().begin(), schedule::migrations().end()});
    database_->migrate(schedulerMigrations());
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
    service_ = std::make_unique<SchedulerService>(*database_, *engine_, *invoker_, roles_, roles_, clock_, random_);
    engine_->recover();
  }
  void halt() {
    service_.reset();
    engine_.reset();
  }

  static CreateScheduleInput makeSchedule(std::string name, std::string expression) {
    CreateScheduleInput in;
    in.name = std::move(name);
    in.scheduleExpression = std::move(expression);
    in.flexibleTimeWindow.mode = "OFF";
    in.target.arn = kFunction;
    in.target.roleArn = kRole;
    return in;
  }
  std::string create(CreateScheduleInput in) {
    return faultOf(*service_, &SchedulerService::createSchedule, std::move(in));
  }
  bool isThere(const std::string& name) {
    return run(*service_, &SchedulerService::getSchedule, GetScheduleInput{.name = name}).ok();
  }
  std::vector<std::string> timesTaken() {
    std::vector<std::string> times;
    for (const auto& invocation : invoker_->taken())
      times.push_back(base::findString(*base::parseJson(invocation.payload), "time").value_or(""));
    return times;
  }

  OneRole roles_;
  std::unique_ptr<testing::RecordingInvoker> invoker_;
  std::unique_ptr<schedule::ScheduleEngine> engine_;
  std::unique_ptr<SchedulerService> service_;
};

TEST_F(SchedulerTest, MondayElevenInTheEveningIsThatOfTheZone) {
  CreateScheduleInput in = makeSchedule("monday", "cron(0 23 ? * MON *)");
  in.scheduleExpressionTimezone = "Europe/Warsaw";
  ASSERT_EQ(create(in), "");
  setClock("2019-04-08T21:00:01Z");  // summer: UTC+2
  engine_->fireDue();
  setClock("2019-12-02T21:59:00Z");  // winter: UTC+1; what was missed meanwhile is made up once
  engine_->fireDue();
  setClock("2019-12-02T22:00:01Z");
  engine_->fireDue();
  EXPECT_EQ(timesTaken(),
            (std::vector<std::string>{"2019-04-08T21:00:00Z", "2019-11-25T22:00:00Z", "2019-12-02T22:00:00Z"}));
}

TEST_F(SchedulerTest, AOneTimeScheduleFiresOnceAlsoAfterARestart) {
  ASSERT_EQ(create(makeSchedule("once", "at(2019-04-08T20:30:00)")), "");
  halt();
  setClock("2019-04-08T20:45:00Z");
  boot();
  engine_->fireDue();
  halt();
  boot();
  engine_->fireDue();
  EXPECT_EQ(timesTaken(), std::vector<std::string>{"2019-04-08T20:30:00Z"});
  EXPECT_TRUE(isThere("once"));
}

TEST_F(SchedulerTest, DeleteAfterCompletionTakesTheScheduleAway) {
  CreateScheduleInput in = makeSchedule("once", "at(2019-04-08T20:30:00)");
  in.actionAfterCompletion = "DELETE";
  ASSERT_EQ(create(in), "");
  engine_->fireDue();
  EXPECT_TRUE(isThere("once"));
  setClock("2019-04-08T20:30:00Z");
  engine_->fireDue();
  EXPECT_EQ(timesTaken().size(), 1u);
  EXPECT_FALSE(isThere("once"));
}

TEST_F(SchedulerTest, ContextAttributesAreFilledIn) {
  CreateScheduleInput in = makeSchedule("often", "rate(1 minute)");
  in.target.input =
      R"({"at":"<aws.scheduler.scheduled-time>","try":"<aws.scheduler.attempt-number>","arn":"<aws.scheduler.schedule-arn>","x":"<aws.y>"})";
  ASSERT_EQ(create(in), "");
  setClock("2019-04-08T20:01:00Z");
  engine_->fireDue();
  ASSERT_EQ(invoker_->taken().size(), 1u);
  EXPECT_EQ(invoker_->taken()[0].payload,
            R"({"at":"2019-04-08T20:01:00Z","try":"1","arn":"arn:aws:scheduler:eu-central-1:111122223333:)"
            R"(schedule/default/often","x":"<aws.y>"})");
}

TEST_F(SchedulerTest, ABusyTargetIsAskedAgainWithTheSameExecution) {
  CreateScheduleInput in = makeSchedule("once", "at(2019-04-08T20:30:00)");
  in.target.input = R"("<aws.scheduler.execution-id> <aws.scheduler.attempt-number>")";
  ASSERT_EQ(create(in), "");
  invoker_->refusals = {{kFunction, Fault("TooManyRequestsException", "Rate Exceeded.", 429)}};
  setClock("2019-04-08T20:30:00Z");
  engine_->fireDue();
  EXPECT_EQ(invoker_->asked, 1);
  invoker_->refusals.clear();
  setClock("2019-04-08T20:31:00Z");
  engine_->fireDue();
  const schedule::Time due = base::parseIso8601("2019-04-08T20:30:00Z").value();
  const Execution execution{.schedule = {kAccount, kRegion, "default", "once"}, .scheduled = due};
  ASSERT_EQ(invoker_->taken().size(), 1u);
  EXPECT_EQ(invoker_->taken()[0].payload, "\"" + execution.id() + " 2\"");
}

TEST_F(SchedulerTest, RetriesEndWithTheSchedulesPolicy) {
  CreateScheduleInput in = makeSchedule("once", "at(2019-04-08T20:30:00)");
  in.target.retryPolicy = RetryPolicy{.maximumRetryAttempts = 1};
  ASSERT_EQ(create(in), "");
  invoker_->refusals = {{kFunction, Fault("TooManyRequestsException", "Rate Exceeded.", 429)}};
  for (const char* time : {"2019-04-08T20:30:00Z", "2019-04-08T20:40:00Z", "2019-04-08T21:30:00Z"}) {
    setClock(time);
    engine_->fireDue();
  }
  EXPECT_EQ(invoker_->asked, 2);
}

TEST_F(SchedulerTest, ARoleThatIsGoneDropsTheFire) {
  ASSERT_EQ(create(makeSchedule("often", "rate(1 minute)")), "");
  roles_.there = false;
  setClock("2019-04-08T20:01:00Z");
  engine_->fireDue();
  EXPECT_EQ(invoker_->asked, 0);
  roles_.there = true;
  setClock("2019-04-08T20:02:00Z");
  engine_->fireDue();
  EXPECT_EQ(timesTaken(), std::vector<std::string>{"2019-04-08T20:02:00Z"});
}

TEST_F(SchedulerTest, ARoleThatMayNotInvokeDropsTheFire) {
  ASSERT_EQ(create(makeSchedule("often", "rate(1 minute)")), "");
  roles_.mayInvoke = false;
  setClock("2019-04-08T20:01:00Z");
  engine_->fireDue();
  EXPECT_EQ(invoker_->asked, 0);
  roles_.mayInvoke = true;
  setClock("2019-04-08T20:02:00Z");
  engine_->fireDue();
  EXPECT_EQ(invoker_->asked, 1);
  EXPECT_EQ(invoker_->taken().at(0).caller.roleArn, kRole) << "for functions of other accounts";
}

TEST_F(SchedulerTest, NamesAreTakenOnceButTheSameRequestMayComeAgain) {
  CreateScheduleInput in = makeSchedule("one", "rate(1 hour)");
  in.clientToken = "token";
  EXPECT_EQ(create(in), "");
  EXPECT_EQ(create(in), "");
  in.scheduleExpression = "rate(2 hours)";
  EXPECT_EQ(create(in), "ConflictException 409: Schedule one already exists.");
}

TEST_F(SchedulerTest, WhatIsNotSupportedOrWrongIsRefusedByName) {
  const auto refusal = [this](auto change) {
    CreateScheduleInput in = makeSchedule("x", "rate(1 hour)");
    change(in);
    return create(std::move(in));
  };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  EXPECT_PRED2(has, refusal([](auto& in) { in.target.arn = "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"; }),
               "Universal targets are not supported");
  EXPECT_PRED2(has, refusal([](auto& in) { in.target.arn = "arn:aws:lambda:us-east-1:111122223333:function:f"; }),
               "Only Lambda functions of this Region");
  EXPECT_PRED2(has, refusal([](auto& in) { in.target.roleArn = "arn:aws:iam::111122223333:role/other"; }),
               "must allow AWS EventBridge Scheduler to assume the role");
  EXPECT_PRED2(has, refusal([](auto& in) { in.target.input = "{"; }), "not well-formed JSON");
  EXPECT_PRED2(has, refusal([](auto& in) { in.kmsKeyArn = "arn:aws:kms:eu-central-1:1:key/1"; }),
               "KmsKeyArn is not supported");
  EXPECT_PRED2(has, refusal([](auto& in) { in.flexibleTimeWindow.mode = "FLEXIBLE"; }),
               "needs MaximumWindowInMinutes");
  EXPECT_PRED2(has, refusal([](auto& in) { in.groupName = "nowhere"; }), "ResourceNotFoundException 404");
  EXPECT_PRED2(has, refusal([](auto& in) { in.scheduleExpressionTimezone = "Mars/Base"; }), "ValidationException");
  EXPECT_PRED2(has, refusal([](auto& in) { in.scheduleExpression = "rate(0 hours)"; }), "ValidationException");
  EXPECT_PRED2(has, refusal([](auto& in) { in.name = "a/b"; }), "ValidationException");
}

TEST_F(SchedulerTest, AGroupGoesWithItsSchedules) {
  ASSERT_EQ(faultOf(*service_, &SchedulerService::createScheduleGroup, CreateScheduleGroupInput{.name = "g"}), "");
  CreateScheduleInput in = makeSchedule("often", "rate(1 minute)");
  in.groupName = "g";
  ASSERT_EQ(create(in), "");
  ASSERT_EQ(faultOf(*service_, &SchedulerService::deleteScheduleGroup, DeleteScheduleGroupInput{.name = "g"}), "");
  setClock("2019-04-08T20:05:00Z");
  engine_->fireDue();
  EXPECT_EQ(invoker_->asked, 0);
  EXPECT_NE(faultOf(*service_, &SchedulerService::deleteScheduleGroup, DeleteScheduleGroupInput{.name = "default"}),
            "");
}

TEST_F(SchedulerTest, ListsGoOnWhereTheyStopped) {
  for (const char* name : {"a1", "a2", "a3", "b1"}) ASSERT_EQ(create(makeSchedule(name, "rate(1 hour)")), "");
  ListSchedulesInput in;
  in.maxResults = 2;
  in.namePrefix = "a";
  std::vector<std::string> names;
  for (int page = 0; page < 3; ++page) {
    auto out = run(*service_, &SchedulerService::listSchedules, in);
    ASSERT_TRUE(out.ok());
    for (const auto& schedule : out->schedules) names.push_back(schedule.name.value_or(""));
    in.nextToken = out->nextToken;
    if (!in.nextToken) break;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"a1", "a2", "a3"}));
  in.nextToken = "not one of ours";
  EXPECT_EQ(faultOf(*service_, &SchedulerService::listSchedules, in),
            "ValidationException 400: Invalid NextToken.");
}

TEST(ScheduleArn, ReadsWhatItWrites) {
  const ScheduleName name{"111122223333", "eu-central-1", "group", "name"};
  const auto read = parseScheduleArn(name.arn());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->group, "group");
  EXPECT_EQ(read->name, "name");
  for (const char* text : {"", "arn:aws:scheduler:eu-central-1:111122223333:schedule/name",
                           "arn:aws:scheduler:eu-central-1:111122223333:schedule-group/g",
                           "arn:aws:events:eu-central-1:111122223333:schedule/g/n"})
    EXPECT_FALSE(parseScheduleArn(text)) << text;
}

TEST_F(SchedulerTest, AnAccountHasFiveHundredGroups) {
  ASSERT_TRUE(write([&]() -> Result<bool> {
                database_->execute(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 499)"
                    " INSERT INTO scheduler_groups (account, region, name, created, modified, tags, client_token)"
                    " SELECT ?, ?, 'g' || i, 0, 0, '{}', '' FROM n",
                    kAccount, kRegion);
                return true;
              }).ok());
  const auto create = [&](const char* name) {
    return faultOf(*service_, &SchedulerService::createScheduleGroup, CreateScheduleGroupInput{.name = name});
  };
  EXPECT_EQ(create("the-last"), "");
  EXPECT_EQ(create("another"),
            "ServiceQuotaExceededException 402: The maximum number of schedule groups has been reached.");
}

}  // namespace
}  // namespace hearth::services::scheduler
