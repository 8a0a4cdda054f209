#include "services/logs/logs_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "base/file.h"
#include "base/random.h"

namespace hearth::services::logs {
namespace {

class LogsStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-logs-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    keyring_ = std::move(store::Keyring::open(root_, random_)).value();
    database_ = std::make_unique<store::Database>(root_ + "/hearth.db");
    database_->migrate(logsMigrations());
    store_ = std::make_unique<LogsStore>(*database_, *keyring_);
    write([&] {
      group_ = store_->insertGroup("123456789012", "eu-west-1", {.name = "group"});
      stream_ = store_->insertStream(group_, "stream", 0);
      other_ = store_->insertStream(group_, "other", 0);
    });
  }
  void TearDown() override {
    store_.reset();
    database_.reset();
    base::removeTree(root_);
  }

  template <class Work>
  void write(const Work& work) {
    auto step = [&]() -> Result<void> {
      work();
      return {};
    };
    ASSERT_TRUE(database_->writeAndWait(step).ok());
  }

  // Chunks that overlap, some of them long, as several writers and PutLogEvents leave them.
  void fill(std::int64_t stream, int chunks, unsigned seed) {
    std::mt19937 dice(seed);
    for (int i = 0; i < chunks; ++i) {
      const std::int64_t start = 1000 + i * 10 + static_cast<std::int64_t>(dice() % 40);
      const std::int64_t length = dice() % 7 == 0 ? 300 : 12;
      std::vector<Event> events;
      const std::size_t count = 1 + dice() % 6;
      for (std::size_t n = 0; n < count; ++n) {
        events.push_back({start + static_cast<std::int64_t>(dice()) % length, 9999,
                          std::string(1 + dice() % 50, 'x') + std::to_string(i) + "." + std::to_string(n)});
      }
      std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.time < b.time; });
      store_->append(group_, stream, events);
    }
  }

  EventQuery ofStream() const { return {.groupId = group_, .streamId = stream_}; }
  static std::vector<Position> places(const std::vector<StoredEvent>& events) {
    std::vector<Position> out;
    for (const StoredEvent& event : events) out.push_back(event.at);
    return out;
  }

  std::string root_;
  base::SystemRandom random_;
  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<LogsStore> store_;
  std::int64_t group_ = 0;
  std::int64_t stream_ = 0;
  std::int64_t other_ = 0;
};

// Neither sorts rows nor reads the table, where the bodies are.
TEST_F(LogsStoreTest, ASearchGoesAlongAnIndexThatHoldsAllItNeeds) {
  for (const auto& [ofStream, backward] : {std::pair{true, false}, {true, true}, {false, false}}) {
    std::string plan;
    auto rows = database_->query("EXPLAIN QUERY PLAN " + chunkSearch(ofStream, backward), std::int64_t{1},
                                 std::int64_t{2}, std::int64_t{3}, std::int64_t{4}, std::int64_t{5});
    while (rows.next()) plan += rows.text(3) + "\n";
    EXPECT_NE(plan.find("USING COVERING INDEX"), std::string::npos) << plan;
    EXPECT_NE(plan.find(backward ? "last_time>? AND last_time<?" : "first_time>? AND first_time<?"),
              std::string::npos)
        << plan;
    EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
  }
}

TEST_F(LogsStoreTest, PagesInEitherDirectionGiveEveryEventOnce) {
  write([&] { fill(stream_, 120, 7); });
  write([&] { fill(other_, 40, 8); });
  EventQuery whole = ofStream();
  whole.after = Position{-1, 0, 0};
  const auto all = places(store_->read(whole));
  ASSERT_GT(all.size(), 200U);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));

  for (const std::size_t most : {1U, 3U, 17U, 1000U}) {
    for (const std::size_t bytes : {std::size_t{1}, std::size_t{300}, SIZE_MAX}) {
      SCOPED_TRACE(std::to_string(most) + " events, " + std::to_string(bytes) + " bytes");
      std::vector<Position> forward;
      EventQuery query = ofStream();
      query.most = most;
      query.mostBytes = bytes;
      query.after = Position{-1, 0, 0};
      for (auto page = store_->read(query); !page.empty(); page = store_->read(query)) {
        EXPECT_LE(page.size(), most);
        for (const Position& at : places(page)) forward.push_back(at);
        query.after = page.back().at;
      }
      EXPECT_EQ(forward, all);

      std::vector<Position> backward;
      query.after.reset();
      query.before = Position{INT64_MAX, 0, 0};
      for (auto page = store_->read(query); !page.empty(); page = store_->read(query)) {
        const auto at = places(page);
        backward.insert(backward.begin(), at.begin(), at.end());
        query.before = page.front().at;
      }
      EXPECT_EQ(backward, all);
    }
  }
}

TEST_F(LogsStoreTest, TimesBoundWhatIsRead) {
  write([&] { fill(stream_, 120, 9); });
  EventQuery whole = ofStream();
  whole.after = Position{-1, 0, 0};
  const auto all = places(store_->read(whole));
  for (const auto& [from, to] : {std::pair<std::int64_t, std::int64_t>{1200, 1500},
                                 {0, 1100},
                                 {2000, INT64_MAX},
                                 {1500, 1500},
                                 {1500, 1501},
                                 {INT64_MIN, INT64_MIN},
                                 {INT64_MAX, INT64_MAX}}) {
    SCOPED_TRACE(std::to_string(from) + " to " + std::to_string(to));
    std::vector<Position> expected;
    for (const Position& at : all) {
      if (at.time >= from && at.time < to) expected.push_back(at);
    }
    EventQuery query = ofStream();
    query.from = from;
    query.to = to;
    query.after = Position{-1, 0, 0};
    EXPECT_EQ(places(store_->read(query)), expected);
    query.after.reset();
    query.before = Position{INT64_MAX, 0, 0};
    EXPECT_EQ(places(store_->read(query)), expected);
  }
}

TEST_F(LogsStoreTest, AGroupsEventsComeFromAllItsStreams) {
  write([&] {
    store_->append(group_, stream_, {{10, 10, "a"}, {30, 30, "c"}});
    store_->append(group_, other_, {{20, 20, "b"}});
  });
  EventQuery query{.groupId = group_};
  query.after = Position{-1, 0, 0};
  std::string text;
  for (const StoredEvent& event : store_->read(query)) text += event.event.message;
  EXPECT_EQ(text, "abc");
}

}  // namespace
}  // namespace hearth::services::logs
