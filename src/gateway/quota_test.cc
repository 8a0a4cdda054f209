#include "gateway/quota.h"

#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

using std::chrono::milliseconds;
using testing::FakeMeter;

base::Time at(std::string_view text) { return base::parseIso8601(text).value(); }

UsagePlanDefinition makePlan(QuotaPeriod period, std::int64_t limit) {
  UsagePlanDefinition plan;
  plan.account = "111122223333";
  plan.region = "eu-central-1";
  plan.id = "plan1";
  plan.created = at("2020-01-01");
  plan.quota = Quota{limit, 0, period};
  plan.stages.push_back({"abc123", "api", {}});
  plan.keyIds = {"key1"};
  return plan;
}

int takeMany(QuotaCounter& counter, const UsagePlanDefinition& plan, base::Time now, int tries) {
  const std::string name = plan.id + "/key1";
  const Admission admission{&plan, &plan.stages[0], "key1", name};
  int taken = 0;
  for (int i = 0; i < tries; ++i) taken += counter.take(admission, now) ? 1 : 0;
  return taken;
}

TEST(Quota, BeginsAnewEveryDay) {
  FakeMeter meter;
  QuotaCounter counter(meter);
  const auto plan = makePlan(QuotaPeriod::kDay, 3);
  EXPECT_EQ(takeMany(counter, plan, at("2026-04-07T00:00:00Z"), 5), 3);
  EXPECT_EQ(takeMany(counter, plan, at("2026-04-07T23:59:59Z"), 5), 0);
  EXPECT_EQ(takeMany(counter, plan, at("2026-04-08T00:00:00Z"), 5), 3);
}

TEST(Quota, BeginsAnewOnSundaysAndOnTheFirst) {
  FakeMeter meter;
  QuotaCounter counter(meter);
  const auto week = makePlan(QuotaPeriod::kWeek, 2);
  EXPECT_EQ(takeMany(counter, week, at("2026-04-07T10:00:00Z"), 5), 2) << "a Tuesday";
  EXPECT_EQ(takeMany(counter, week, at("2026-04-11T23:59:59Z"), 5), 0) << "the Saturday";
  EXPECT_EQ(takeMany(counter, week, at("2026-04-12T00:00:00Z"), 5), 2) << "the Sunday";
  FakeMeter otherMeter;
  QuotaCounter other(otherMeter);
  const auto month = makePlan(QuotaPeriod::kMonth, 2);
  EXPECT_EQ(takeMany(other, month, at("2026-04-30T23:59:59Z"), 5), 2);
  EXPECT_EQ(takeMany(other, month, at("2026-05-01T00:00:00Z"), 5), 2);
}

TEST(Quota, GoesOnAfterARestart) {
  FakeMeter meter;
  const auto plan = makePlan(QuotaPeriod::kMonth, 5);
  {
    QuotaCounter counter(meter);
    EXPECT_EQ(takeMany(counter, plan, at("2026-04-07T10:00:00Z"), 3), 3);
    counter.flush();
  }
  QuotaCounter counter(meter);
  EXPECT_EQ(takeMany(counter, plan, at("2026-04-09T10:00:00Z"), 9), 2);
}

TEST(Quota, TakesTheOffsetOffTheFirstPeriod) {
  FakeMeter meter;
  QuotaCounter counter(meter);
  auto plan = makePlan(QuotaPeriod::kMonth, 10);
  plan.quota->offset = 7;
  plan.created = at("2026-04-03T08:00:00Z");
  EXPECT_EQ(takeMany(counter, plan, at("2026-04-07T10:00:00Z"), 20), 3);
  EXPECT_EQ(takeMany(counter, plan, at("2026-05-07T10:00:00Z"), 20), 10);
}

TEST(Quota, WritesAtMostOnceASecond) {
  FakeMeter meter;
  QuotaCounter counter(meter);
  const auto plan = makePlan(QuotaPeriod::kMonth, 1'000'000);
  const base::Time start = at("2026-04-07T10:00:00Z");
  for (int ms = 0; ms < 3000; ++ms) takeMany(counter, plan, start + milliseconds(ms), 1);
  EXPECT_EQ(meter.writes, 3);
  EXPECT_EQ(meter.reads, 1);
  counter.flush();
  counter.flush();
  EXPECT_EQ(meter.writes, 4) << "nothing new, nothing written";
  std::int64_t sum = 0;
  for (const auto& count : meter.counts) sum += count.requests;
  EXPECT_EQ(sum, 3000);
}

TEST(Quota, CountsADayOnItsOwnDay) {
  FakeMeter meter;
  QuotaCounter counter(meter);
  const auto plan = makePlan(QuotaPeriod::kMonth, 100);
  takeMany(counter, plan, at("2026-04-07T23:59:59.000Z"), 2);
  takeMany(counter, plan, at("2026-04-07T23:59:59.900Z"), 2);
  takeMany(counter, plan, at("2026-04-08T00:00:00.100Z"), 1);
  counter.flush();
  std::map<std::int64_t, std::int64_t> days;
  for (const auto& count : meter.counts) days[count.day] += count.requests;
  const std::map<std::int64_t, std::int64_t> expected = {{20550, 4}, {20551, 1}};
  EXPECT_EQ(days, expected);
}

TEST(Quota, ForgetsKeysThatAreNotUsedForADay) {
  FakeMeter meter;
  QuotaCounter counter(meter);
  const auto plan = makePlan(QuotaPeriod::kMonth, 5);
  auto other = plan;
  other.id = "plan2";
  EXPECT_EQ(takeMany(counter, plan, at("2026-04-07T10:00:00Z"), 3), 3);
  EXPECT_EQ(takeMany(counter, other, at("2026-04-08T10:00:00Z"), 1), 1);
  EXPECT_EQ(takeMany(counter, plan, at("2026-04-08T11:00:00Z"), 1), 1);
  EXPECT_EQ(meter.reads, 2);
  EXPECT_EQ(takeMany(counter, other, at("2026-04-11T10:00:00Z"), 1), 1);
  EXPECT_EQ(takeMany(counter, plan, at("2026-04-11T10:00:00Z"), 9), 1) << "what it had used is read again";
  EXPECT_EQ(meter.reads, 4);
}

TEST(Quota, IsNoneWithoutAPlanForIt) {
  FakeMeter meter;
  QuotaCounter counter(meter);
  auto plan = makePlan(QuotaPeriod::kDay, 1);
  plan.quota.reset();
  EXPECT_EQ(takeMany(counter, plan, at("2026-04-07T10:00:00Z"), 5), 5);
  EXPECT_EQ(meter.reads, 0);
}

Stage makeStage() {
  Stage stage;
  stage.account = "111122223333";
  stage.region = "eu-central-1";
  stage.apiId = "abc123";
  stage.name = "api";
  return stage;
}

TEST(ApiKeys, LetsInWhoHasAPlanForTheStage) {
  const ApiKeys keys({{"111122223333", "eu-central-1", "key1", "secret-1", true},
                      {"111122223333", "eu-central-1", "key2", "secret-2", false},
                      {"111122223333", "eu-central-1", "key3", "secret-3", true},
                      {"444455556666", "eu-central-1", "key1", "secret-4", true}},
                     {makePlan(QuotaPeriod::kDay, 1)});
  Admission admission;
  ASSERT_TRUE(keys.find(makeStage(), "secret-1", admission));
  EXPECT_EQ(admission.keyId, "key1");
  EXPECT_EQ(admission.name, "plan1/key1");
  EXPECT_EQ(admission.plan->id, "plan1");
  for (const char* value : {"", "secret-", "secret-1 ", "SECRET-1", "secret-2", "secret-3", "secret-4"}) {
    EXPECT_FALSE(keys.find(makeStage(), value, admission)) << value;
  }
  EXPECT_FALSE(keys.find(makeStage(), std::string(1000, 'x'), admission));
  Stage other = makeStage();
  other.name = "prod";
  EXPECT_FALSE(keys.find(other, "secret-1", admission));
  other = makeStage();
  other.region = "us-east-1";
  EXPECT_FALSE(keys.find(other, "secret-1", admission));
}

}  // namespace
}  // namespace hearth::gateway
