// What is written behind the callers: lines of functions and gateways, and the retention of groups.
#include "services/logs/log_writer.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <functional>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/random.h"
#include "services/logs/logs_service.h"
#include "services/logs/logs_store.h"

namespace hearth::services::logs {
namespace {

constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kNow = 1'700'000'000'000;

class LogWritesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-logs-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    keyring_ = store::Keyring::open(root_, random_).value();
    db_ = std::make_unique<store::Database>(root_ + "/hearth.db");
    auto steps = logsMigrations();
    // While there is a row, no chunk can be written.
    steps.push_back({"broken/001",
                     "CREATE TABLE broken(x INTEGER) STRICT;"
                     "CREATE TRIGGER breaks BEFORE INSERT ON logs_chunks WHEN EXISTS (SELECT 1 FROM broken)"
                     " BEGIN SELECT RAISE(ABORT, 'broken'); END;"});
    db_->migrate(steps);
    service_ = std::make_unique<LogsService>(*db_, *keyring_, clock_);
  }
  void TearDown() override {
    db_.reset();
    base::removeTree(root_);
  }

  void write(const std::function<void()>& work) {
    ASSERT_TRUE(db_->writeAndWait([&]() -> Result<void> {
                     work();
                     return {};
                   })
                    .ok());
  }
  std::int64_t count(const std::string& table) {
    auto rows = db_->query("SELECT count(*) FROM " + table);
    rows.next();
    return rows.integer(0);
  }
  // A group with a retention of a day, and how many chunks are older than that and younger.
  std::int64_t fill(const std::string& name, int old, int young) {
    LogsStore& store = service_->store();
    const std::int64_t group =
        store.insertGroup("111122223333", "eu-central-1", {.name = name, .created = kNow, .retentionDays = 1});
    const std::int64_t stream = store.insertStream(group, "s", kNow);
    for (int i = 0; i < old; ++i) store.append(group, stream, {{kNow - 2 * kDay, kNow, "old"}});
    for (int i = 0; i < young; ++i) store.append(group, stream, {{kNow - 100, kNow, "young"}});
    return group;
  }
  std::string lines(const std::string& group) {
    LogsStore& store = service_->store();
    const auto row = store.findGroup("111122223333", "eu-central-1", group);
    std::string text;
    if (!row) return text;
    for (const auto& event : store.read({.groupId = row->id})) text += event.event.message + ";";
    return text;
  }

  std::string root_;
  base::ManualClock clock_{base::fromMillis(kNow)};
  base::SystemRandom random_;
  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<store::Database> db_;
  std::unique_ptr<LogsService> service_;
};

TEST_F(LogWritesTest, RetentionIsAppliedInBatches) {
  write([&] {
    fill("a", 5, 2);
    fill("b", 3, 1);
  });
  LogsStore& store = service_->store();
  write([&] { EXPECT_TRUE(store.expire(kNow, 4)); });
  EXPECT_EQ(count("logs_chunks"), 7);
  write([&] { EXPECT_TRUE(store.expire(kNow, 4)); });
  EXPECT_EQ(count("logs_chunks"), 3);
  write([&] { EXPECT_FALSE(store.expire(kNow, 4)); });
  EXPECT_EQ(count("logs_chunks"), 3);
  const auto group = store.findGroup("111122223333", "eu-central-1", "b");
  auto rows = db_->query("SELECT sum(size) FROM logs_chunks WHERE group_id = ?", group->id);
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(group->storedBytes, rows.integer(0));
}

TEST_F(LogWritesTest, RetentionGoesOnUntilNothingIsLeft) {
  write([&] { fill("a", 1000, 3); });
  write([&] { service_->expire(); });
  // Each batch posts the next one behind its own commit, so that these waits see them all pass.
  for (int i = 0; i < 10; ++i) write([] {});
  EXPECT_EQ(count("logs_chunks"), 3);
}

TEST_F(LogWritesTest, LinesWhoseWriteFailedAreKept) {
  LogWriter writer(*db_, service_->store(), clock_);
  const auto log = [&](const std::string& text) {
    writer.append("111122223333", "eu-central-1", "g", "s", {{clock_.now(), text}});
    clock_.advance(std::chrono::milliseconds(1));
  };
  write([&] { db_->execute("INSERT INTO broken VALUES (1)"); });
  log("one");
  write([] {});
  log("two");
  write([] {});
  EXPECT_EQ(lines("g"), "");
  write([&] { db_->execute("DELETE FROM broken"); });
  writer.retry();
  write([] {});
  EXPECT_EQ(lines("g"), "one;two;");
  writer.retry();
  log("three");
  write([] {});
  EXPECT_EQ(lines("g"), "one;two;three;");
}

}  // namespace
}  // namespace hearth::services::logs
