#include "schedule/engine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace hearth::schedule {
namespace {

using base::parseIso8601;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Time time(std::string_view text) { return parseIso8601(text).value(); }

// A data folder that outlives several starts of the engine.
class EngineTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "hearth-schedule-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    boot();
  }

  void TearDown() override {
    halt();
    std::filesystem::remove_all(folder_);
  }

  // Starts on what is on the disk, without the thread.
  void boot() {
    database_ = std::make_unique<store::Database>(folder_ + "/db");
    std::vector<store::Migration> steps(migrations().begin(), migrations().end());
    steps.push_back({"test/001", "CREATE TABLE deliveries(arn TEXT, scheduled INTEGER) STRICT"});
    database_->migrate(steps);
    engine_ = std::make_unique<ScheduleEngine>(*database_, clock_, random_);
    for (const auto dialect : {Dialect::kRule, Dialect::kSchedule}) {
      engine_->onFire(dialect, [this](const Fire& fire) { return handle(fire); });
    }
    engine_->recover();
  }

  void halt() {
    engine_.reset();
    database_.reset();
  }

  void restart() {
    halt();
    boot();
  }

  // What a service does: writes what it hands over, in the transaction of the fire.
  Result<void> handle(const Fire& fire) {
    database_->execute("INSERT INTO deliveries VALUES (?, ?)", fire.arn, base::toMillis(fire.scheduled));
    last_ = fire;
    if (during_) return during_(fire);
    return {};
  }

  Result<std::optional<Time>> put(const Entry& entry) {
    std::optional<Time> next;
    const auto result = database_->writeAndWait([&]() -> Result<void> {
      HEARTH_TRY(next, engine_->put(entry));
      return {};
    });
    if (!result.ok()) return result.fault();
    return next;
  }

  void remove(const std::string& arn) {
    ASSERT_TRUE(database_
                    ->writeAndWait([&]() -> Result<void> {
                      engine_->remove(arn);
                      return {};
                    })
                    .ok());
  }

  std::optional<Time> fireAt(std::string_view now) {
    clock_.set(time(now));
    return engine_->fireDue();
  }

  std::vector<Time> delivered(const std::string& arn) {
    std::vector<Time> result;
    for (auto rows = database_->query("SELECT scheduled FROM deliveries WHERE arn = ? ORDER BY rowid", arn);
         rows.next();) {
      result.push_back(base::fromMillis(rows.integer(0)));
    }
    return result;
  }

  static Entry rule(std::string arn, std::string expression) {
    return {.arn = std::move(arn), .dialect = Dialect::kRule, .expression = std::move(expression)};
  }
  static Entry schedule(std::string arn, std::string expression, std::string zone = "Europe/Warsaw") {
    return {.arn = std::move(arn),
            .dialect = Dialect::kSchedule,
            .expression = std::move(expression),
            .zone = std::move(zone)};
  }

  std::string folder_;
  base::ManualClock clock_{time("2026-01-01T00:00:00Z")};
  base::SystemRandom random_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<ScheduleEngine> engine_;
  Fire last_;
  std::function<Result<void>(const Fire&)> during_;
};

using Times = std::vector<Time>;

TEST_F(EngineTest, FiresEachOccurrenceOnce) {
  EXPECT_EQ(put(rule("r", "cron(0/10 * * * ? *)")).value(), time("2026-01-01T00:00:00Z"));
  EXPECT_EQ(fireAt("2026-01-01T00:00:00Z"), time("2026-01-01T00:10:00Z"));
  EXPECT_EQ(fireAt("2026-01-01T00:09:59.999Z"), time("2026-01-01T00:10:00Z"));
  EXPECT_EQ(fireAt("2026-01-01T00:10:00.003Z"), time("2026-01-01T00:20:00Z"));
  EXPECT_EQ(fireAt("2026-01-01T00:10:05Z"), time("2026-01-01T00:20:00Z"));
  EXPECT_EQ(delivered("r"), (Times{time("2026-01-01T00:00:00Z"), time("2026-01-01T00:10:00Z")}));
  EXPECT_EQ(last_.now, time("2026-01-01T00:10:00.003Z"));
  EXPECT_EQ(engine_->find("r")->lastFired, time("2026-01-01T00:10:00Z"));
}

TEST_F(EngineTest, WhatWasMissedIsMadeUpOnce) {
  put(schedule("weekly", "cron(0 23 ? * MON *)")).value();
  restart();
  // Down on three Mondays: 5, 12 and 19 January.
  const auto next = fireAt("2026-01-20T08:00:00Z");
  EXPECT_EQ(next, time("2026-01-26T22:00:00Z"));
  EXPECT_EQ(delivered("weekly"), (Times{time("2026-01-19T22:00:00Z")}));
  EXPECT_EQ(last_.now, time("2026-01-20T08:00:00Z"));
  restart();
  engine_->fireDue();
  EXPECT_EQ(delivered("weekly").size(), 1u);
}

TEST_F(EngineTest, MondayElevenAtNightInSummerAndWinter) {
  put(schedule("weekly", "cron(0 23 ? * MON *)")).value();
  fireAt("2026-03-23T21:59:59Z");
  EXPECT_EQ(delivered("weekly").size(), 1u);  // January to March, made up
  fireAt("2026-03-23T22:00:00Z");
  fireAt("2026-03-30T20:59:59Z");
  EXPECT_EQ(delivered("weekly").size(), 2u);
  fireAt("2026-03-30T21:00:00Z");
  EXPECT_EQ(delivered("weekly").back(), time("2026-03-30T21:00:00Z"));
}

TEST_F(EngineTest, AtFiresOnceAndIsCompleted) {
  EXPECT_EQ(put(schedule("once", "at(2026-02-01T12:00:00)", "America/New_York")).value(),
            time("2026-02-01T17:00:00Z"));
  EXPECT_FALSE(engine_->find("once")->completed);
  EXPECT_EQ(fireAt("2026-02-02T00:00:00Z"), std::nullopt);
  EXPECT_TRUE(last_.last);
  EXPECT_TRUE(engine_->find("once")->completed);
  restart();
  fireAt("2027-01-01T00:00:00Z");
  EXPECT_EQ(delivered("once"), (Times{time("2026-02-01T17:00:00Z")}));
  EXPECT_EQ(put(schedule("past", "at(2020-01-01T00:00:00)")).value(), std::nullopt);
}

TEST_F(EngineTest, RatesCountFromCreation) {
  clock_.set(time("2026-01-01T00:00:17Z"));
  EXPECT_EQ(put(rule("r", "rate(5 minutes)")).value(), time("2026-01-01T00:05:17Z"));
  EXPECT_EQ(put(schedule("s", "rate(5 minutes)")).value(), time("2026-01-01T00:00:17Z"));
  fireAt("2026-01-01T00:05:20Z");
  EXPECT_EQ(delivered("r"), (Times{time("2026-01-01T00:05:17Z")}));
  // Lateness does not add up.
  EXPECT_EQ(engine_->find("r")->next, time("2026-01-01T00:10:17Z"));
}

TEST_F(EngineTest, FaultsKeepWhatWasThere) {
  put(rule("r", "rate(5 minutes)")).value();
  EXPECT_EQ(put(rule("r", "rate(5 minute)")).fault().code, "ValidationException");
  EXPECT_EQ(put(schedule("s", "rate(5 minutes)", "Europe/Atlantis")).fault().code, "ValidationException");
  EXPECT_EQ(engine_->find("r")->entry.expression, "rate(5 minutes)");
  EXPECT_FALSE(engine_->find("s").has_value());
}

TEST_F(EngineTest, PuttingTheSameKeepsAFireThatIsDue) {
  put(rule("r", "rate(5 minutes)")).value();
  clock_.set(time("2026-01-01T00:06:00Z"));
  EXPECT_EQ(put(rule("r", "rate(5 minutes)")).value(), time("2026-01-01T00:05:00Z"));
  engine_->fireDue();
  EXPECT_EQ(delivered("r"), (Times{time("2026-01-01T00:05:00Z")}));
}

TEST_F(EngineTest, ADisabledEntryRestsAndMakesUpNothing) {
  auto entry = rule("r", "rate(5 minutes)");
  put(entry).value();
  entry.enabled = false;
  EXPECT_EQ(put(entry).value(), std::nullopt);
  EXPECT_FALSE(engine_->find("r")->completed);
  EXPECT_EQ(fireAt("2026-01-01T01:02:00Z"), std::nullopt);
  entry.enabled = true;
  EXPECT_EQ(put(entry).value(), time("2026-01-01T01:05:00Z"));
  engine_->fireDue();
  EXPECT_TRUE(delivered("r").empty());
}

TEST_F(EngineTest, AChangedExpressionBeginsAnew) {
  put(rule("r", "rate(5 minutes)")).value();
  clock_.set(time("2026-01-01T00:07:00Z"));
  EXPECT_EQ(put(rule("r", "rate(10 minutes)")).value(), time("2026-01-01T00:17:00Z"));
}

TEST_F(EngineTest, ARemovedEntryNeverFires) {
  put(rule("r", "rate(5 minutes)")).value();
  remove("r");
  EXPECT_EQ(fireAt("2026-01-02T00:00:00Z"), std::nullopt);
  EXPECT_TRUE(delivered("r").empty());
}

TEST_F(EngineTest, AHandlerMayRemoveItsOwnEntryAndOthers) {
  put(schedule("a", "at(2026-01-01T02:00:00)", "UTC")).value();
  put(schedule("b", "at(2026-01-01T02:00:00)", "UTC")).value();
  during_ = [&](const Fire& fire) -> Result<void> {
    EXPECT_TRUE(fire.last);
    engine_->remove("a");
    engine_->remove("b");
    return {};
  };
  EXPECT_EQ(fireAt("2026-01-01T02:00:00Z"), std::nullopt);
  EXPECT_EQ(delivered("a").size(), 1u);
  EXPECT_TRUE(delivered("b").empty());
  EXPECT_FALSE(engine_->find("a").has_value());
}

TEST_F(EngineTest, ARefusedFireIsDroppedWithAllThatItWrote) {
  put(rule("r", "rate(5 minutes)")).value();
  put(rule("other", "rate(5 minutes)")).value();
  during_ = [](const Fire& fire) -> Result<void> {
    if (fire.arn == "other") return {};
    return Fault("ResourceNotFoundException", "Function not found", 404);
  };
  EXPECT_EQ(fireAt("2026-01-01T00:05:00Z"), time("2026-01-01T00:10:00Z"));
  EXPECT_TRUE(delivered("r").empty());
  EXPECT_EQ(delivered("other").size(), 1u);
}

TEST_F(EngineTest, AFireThatCannotBeDeliveredNowIsRetried) {
  put(schedule("once", "at(2026-01-01T02:00:00)", "UTC")).value();
  during_ = [](const Fire&) -> Result<void> { return Fault("TooManyRequestsException", "Rate Exceeded.", 429); };
  const auto retry = fireAt("2026-01-01T02:00:00Z");
  ASSERT_TRUE(retry.has_value());
  EXPECT_GE(*retry, clock_.now() + seconds{1});
  EXPECT_LE(*retry, clock_.now() + seconds{2});
  EXPECT_TRUE(delivered("once").empty());
  restart();
  during_ = nullptr;
  EXPECT_EQ(engine_->fireDue(), retry);
  clock_.set(*retry);
  EXPECT_EQ(engine_->fireDue(), std::nullopt);
  EXPECT_EQ(delivered("once"), (Times{time("2026-01-01T02:00:00Z")}));
  EXPECT_EQ(last_.attempt, 2);
}

TEST_F(EngineTest, RetriesEndAfterAboutADay) {
  put(schedule("once", "at(2026-01-01T02:00:00)", "UTC")).value();
  int attempts = 0;
  during_ = [&](const Fire&) -> Result<void> {
    ++attempts;
    throw std::runtime_error("a bug in the handler");
  };
  std::optional<Time> next = time("2026-01-01T02:00:00Z");
  Time last;
  while (next) {
    last = *next;
    clock_.set(*next);
    next = engine_->fireDue();
  }
  EXPECT_EQ(attempts, 105);
  EXPECT_GT(last, time("2026-01-01T23:00:00Z"));
  EXPECT_LT(last, time("2026-01-03T08:00:00Z"));
}

TEST_F(EngineTest, ManyAtTheSameMoment) {
  database_
      ->writeAndWait([&]() -> Result<void> {
        for (int i = 0; i < 1000; ++i) {
          HEARTH_CHECK(engine_->put(schedule("s" + std::to_string(i), "at(2026-01-01T02:00:00)", "UTC")));
        }
        return {};
      })
      .ok();
  EXPECT_EQ(fireAt("2026-01-01T02:00:00Z"), std::nullopt);
  auto rows = database_->query("SELECT count(*), count(DISTINCT arn) FROM deliveries");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), 1000);
  EXPECT_EQ(rows.integer(1), 1000);
}

TEST_F(EngineTest, AClockThatWasSetBackOnPurposeStartsAgain) {
  put(schedule("weekly", "cron(0 23 ? * MON *)")).value();
  put(rule("rate", "rate(5 minutes)")).value();
  fireAt("2026-07-06T21:00:00Z");
  EXPECT_EQ(delivered("weekly").size(), 1u);
  halt();
  clock_.set(time("2026-01-19T21:59:00Z"));
  boot();
  EXPECT_EQ(engine_->fireDue(), time("2026-01-19T22:00:00Z"));
  fireAt("2026-01-19T22:00:00Z");
  EXPECT_EQ(delivered("weekly").back(), time("2026-01-19T22:00:00Z"));
}

TEST_F(EngineTest, AClockThatSlippedBackDoesNotFireTwice) {
  put(schedule("weekly", "cron(0 23 ? * MON *)")).value();
  fireAt("2026-01-05T22:00:00.020Z");
  halt();
  clock_.set(time("2026-01-05T21:59:58Z"));
  boot();
  EXPECT_EQ(engine_->fireDue(), time("2026-01-12T22:00:00Z"));
  fireAt("2026-01-05T22:00:01Z");
  EXPECT_EQ(delivered("weekly").size(), 1u);
}

TEST_F(EngineTest, AStoredTimeThatTheZoneNoLongerHasIsCorrected) {
  put(schedule("weekly", "cron(0 23 ? * MON *)")).value();
  // As if the zone's rules had been others when it was computed.
  ASSERT_TRUE(database_
                  ->writeAndWait([&]() -> Result<void> {
                    const auto wrong = base::toMillis(time("2026-01-05T21:00:00Z"));
                    database_->execute("UPDATE schedule_entries SET next_at = ?, due_at = ?", wrong, wrong);
                    return {};
                  })
                  .ok());
  restart();
  EXPECT_EQ(engine_->find("weekly")->next, time("2026-01-05T22:00:00Z"));
}

// The process is killed inside the handler, before the transaction is on the disk: nothing happened, and the fire
// is made up at the next start. Killed right behind it: it has happened, and does not happen again.
TEST_F(EngineTest, AKillBeforeTheCommitLosesNothing) {
  put(schedule("weekly", "cron(0 23 ? * MON *)")).value();
  halt();
  const auto child = [&] {
    boot();
    during_ = [](const Fire&) -> Result<void> { ::_exit(7); };
    fireAt("2026-01-05T22:00:00Z");
  };
  EXPECT_EXIT(child(), testing::ExitedWithCode(7), "");
  boot();
  EXPECT_TRUE(delivered("weekly").empty());
  fireAt("2026-01-05T22:03:00Z");
  EXPECT_EQ(delivered("weekly"), (Times{time("2026-01-05T22:00:00Z")}));
}

TEST_F(EngineTest, AKillBehindTheCommitRepeatsNothing) {
  put(schedule("weekly", "cron(0 23 ? * MON *)")).value();
  halt();
  const auto child = [&] {
    boot();
    fireAt("2026-01-05T22:00:00Z");
    ::_exit(7);
  };
  EXPECT_EXIT(child(), testing::ExitedWithCode(7), "");
  clock_.set(time("2026-01-05T22:02:00Z"));
  boot();
  fireAt("2026-01-05T22:03:00Z");
  EXPECT_EQ(delivered("weekly"), (Times{time("2026-01-05T22:00:00Z")}));
}

// The thread: woken by a registration, it fires by itself.
TEST(EngineThread, FiresWhatIsRegisteredWhileItRuns) {
  std::string folder = (std::filesystem::temp_directory_path() / "hearth-schedule-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  {
    const base::SystemClock clock;
    base::SystemRandom random;
    store::Database database(folder + "/db");
    database.migrate({migrations().begin(), migrations().end()});
    std::mutex mutex;
    std::condition_variable changed;
    int fires = 0;
    ScheduleEngine engine(database, clock, random);
    engine.onFire(Dialect::kSchedule, [&](const Fire&) -> Result<void> {
      const std::lock_guard lock(mutex);
      ++fires;
      changed.notify_all();
      return {};
    });
    engine.start();
    const auto put = database.writeAndWait([&]() -> Result<void> {
      // Due at once, as schedules with a rate are.
      HEARTH_CHECK(engine.put({.arn = "s", .dialect = Dialect::kSchedule, .expression = "rate(1 hour)"}));
      return {};
    });
    ASSERT_TRUE(put.ok());
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return fires == 1; });
    }
    engine.stop();
    database.stop();
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace hearth::schedule
