#include "store/database.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <future>
#include <set>
#include <thread>

#include "base/file.h"

namespace hearth::store {
namespace {

const std::vector<Migration> kSchema = {
    {"test/001 items", "CREATE TABLE items(id INTEGER PRIMARY KEY, name TEXT, body BLOB, price REAL) STRICT;"},
    {"test/002 parts",
     "CREATE TABLE parts(item INTEGER NOT NULL REFERENCES items(id) DEFERRABLE INITIALLY DEFERRED) STRICT;"
     "CREATE INDEX parts_by_item ON parts(item);"},
};

class DatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-database-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    reopen();
  }
  void TearDown() override {
    db_.reset();
    base::removeTree(root_);
  }
  std::string path() const { return root_ + "/hearth.db"; }
  void reopen() {
    db_.reset();
    db_ = std::make_unique<Database>(path());
    db_->migrate(kSchema);
  }

  Result<void> insert(std::int64_t id) {
    db_->execute("INSERT INTO items(id) VALUES (?)", id);
    return {};
  }
  std::set<std::int64_t> ids() {
    std::set<std::int64_t> found;
    for (auto rows = db_->query("SELECT id FROM items"); rows.next();) found.insert(rows.integer(0));
    return found;
  }

  // Runs closures as one group: the writer is held until all of them are queued. Their results, in order.
  std::vector<Result<void>> runAsGroup(const std::vector<std::function<Result<void>()>>& closures) {
    std::promise<void> entered;
    std::promise<void> released;
    db_->post([&] {
      entered.set_value();
      released.get_future().wait();
    });
    entered.get_future().wait();
    std::vector<Result<void>> results(closures.size());
    for (std::size_t i = 0; i < closures.size(); ++i) {
      boost::asio::co_spawn(
          loop_, [&, i]() -> Task<void> { results[i] = co_await db_->write(closures[i]); }, boost::asio::detached);
    }
    loop_.restart();
    loop_.poll();  // Queues them all, in order.
    released.set_value();
    loop_.run();
    return results;
  }

  std::string root_;
  boost::asio::io_context loop_;  // Outlives the writer, which may still be inside of a post() to it.
  std::unique_ptr<Database> db_;
};

TEST_F(DatabaseTest, KeepsEveryKindOfValue) {
  const std::string bytes("a\0b\xff", 4);
  const std::string longText(100000, 't');
  ASSERT_TRUE(db_->writeAndWait([&]() -> Result<void> {
                   db_->execute("INSERT INTO items VALUES (?, ?, ?, ?)", 1, longText, Blob{bytes}, 2.5);
                   db_->execute("INSERT INTO items VALUES (?, ?, ?, ?)", std::int64_t{-9007199254740993},
                                std::optional<std::string>(), nullptr, std::optional<double>(1.25));
                   db_->execute("INSERT INTO items VALUES (?, ?, ?, ?)", 3U, "", Blob{}, 0.0);
                   return {};
                 })
                  .ok());
  auto rows = db_->query("SELECT name, body, price, id FROM items WHERE id = ?", 1);
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.text(0), longText);
  EXPECT_EQ(rows.blob(1), bytes);
  EXPECT_EQ(rows.real(2), 2.5);
  EXPECT_FALSE(rows.next());
  EXPECT_FALSE(rows.next());

  auto negative = db_->query("SELECT name, body, price, id FROM items WHERE id < ?", 0);
  ASSERT_TRUE(negative.next());
  EXPECT_TRUE(negative.isNull(0));
  EXPECT_EQ(negative.optionalText(0), std::nullopt);
  EXPECT_EQ(negative.text(0), "");
  EXPECT_EQ(negative.optionalInteger(1), std::nullopt);
  EXPECT_EQ(negative.blob(1), "");
  EXPECT_EQ(negative.real(2), 1.25);
  EXPECT_EQ(negative.optionalInteger(3), -9007199254740993);

  auto empty = db_->query("SELECT name FROM items WHERE name = ?", std::string_view());
  ASSERT_TRUE(empty.next());
  EXPECT_EQ(empty.optionalText(0), "");
}

TEST_F(DatabaseTest, ArgumentsMayBeTemporaries) {
  ASSERT_TRUE(db_->writeAndWait([&]() -> Result<void> {
                   db_->execute("INSERT INTO items(id, name) VALUES (1, ?)", std::string(500, 'x'));
                   return {};
                 })
                  .ok());
  auto rows = db_->query("SELECT id FROM items WHERE name = ?", std::string(500, 'x'));
  EXPECT_TRUE(rows.next());
}

TEST_F(DatabaseTest, TheSameStatementNestsInItself) {
  ASSERT_TRUE(db_->writeAndWait([&]() -> Result<void> {
                   for (int id = 1; id <= 3; ++id) HEARTH_CHECK(insert(id));
                   return {};
                 })
                  .ok());
  const std::string sql = "SELECT id FROM items WHERE id >= ? ORDER BY id";
  std::vector<std::int64_t> seen;
  for (auto outer = db_->query(sql, 1); outer.next();) {
    auto unstepped = db_->query(sql, 3);
    for (auto inner = db_->query(sql, outer.integer(0)); inner.next();) seen.push_back(inner.integer(0));
    EXPECT_TRUE(unstepped.next());
  }
  EXPECT_EQ(seen, (std::vector<std::int64_t>{1, 2, 3, 2, 3, 3}));
}

TEST_F(DatabaseTest, MisuseIsRefused) {
  EXPECT_THROW((void)db_->query("SELECT ?"), DatabaseError);
  EXPECT_THROW((void)db_->query("SELECT 1", 1), DatabaseError);
  EXPECT_THROW((void)db_->query("SELECT 1; SELECT 2"), DatabaseError);
  EXPECT_THROW((void)db_->query(""), DatabaseError);
  EXPECT_THROW((void)db_->query("SELEKT 1"), DatabaseError);
  EXPECT_THROW((void)db_->query("SELECT \"no_such_column\" FROM items"), DatabaseError);
  EXPECT_THROW((void)db_->execute("DELETE FROM items"), DatabaseError);
  EXPECT_THROW(db_->afterCommit([] {}), DatabaseError);
  auto writing = db_->query("DELETE FROM items");  // A reader may not.
  EXPECT_THROW((void)writing.next(), DatabaseError);
}

TEST_F(DatabaseTest, ExecuteCountsRows) {
  std::vector<std::int64_t> counts;
  ASSERT_TRUE(db_->writeAndWait([&]() -> Result<void> {
                   counts.push_back(db_->execute("INSERT INTO items(id) VALUES (?), (?)", 1, 2));
                   counts.push_back(db_->execute("UPDATE items SET name = 'x' WHERE id = ?", 7));
                   counts.push_back(db_->execute("DELETE FROM items"));
                   return {};
                 })
                  .ok());
  EXPECT_EQ(counts, (std::vector<std::int64_t>{2, 0, 2}));
}

TEST_F(DatabaseTest, ReadersSeeWhatIsCommittedAndNothingElse) {
  std::promise<void> inserted;
  std::promise<void> checked;
  auto writing = std::async(std::launch::async, [&] {
    return db_->writeAndWait([&]() -> Result<void> {
      HEARTH_CHECK(insert(1));
      EXPECT_EQ(ids().size(), 1U);  // The writer sees its own.
      inserted.set_value();
      checked.get_future().wait();
      return {};
    });
  });
  inserted.get_future().wait();
  EXPECT_TRUE(ids().empty());
  checked.set_value();
  ASSERT_TRUE(writing.get().ok());
  EXPECT_EQ(ids().size(), 1U);
}

TEST_F(DatabaseTest, ASnapshotStandsStill) {
  {
    const Database::Snapshot snapshot(*db_);
    EXPECT_TRUE(ids().empty());
    ASSERT_TRUE(db_->writeAndWait([&] { return insert(1); }).ok());
    {
      const Database::Snapshot nested(*db_);
      EXPECT_TRUE(ids().empty());
    }
    EXPECT_TRUE(ids().empty());
  }
  EXPECT_EQ(ids().size(), 1U);
  ASSERT_TRUE(db_->writeAndWait([&]() -> Result<void> {
                   const Database::Snapshot nothing(*db_);
                   return insert(2);
                 })
                  .ok());
}

TEST_F(DatabaseTest, AFaultOrAnExceptionRollsBackThatClosureAlone) {
  std::vector<std::string> effects;
  const auto results = runAsGroup({
      [&]() -> Result<void> {
        db_->afterCommit([&] { effects.emplace_back("first"); });
        return insert(1);
      },
      [&]() -> Result<void> {
        HEARTH_CHECK(insert(2));
        db_->afterCommit([&] { effects.emplace_back("fault"); });
        return Fault("AlreadyExists", "it is there", 409);
      },
      [&]() -> Result<void> {
        HEARTH_CHECK(insert(3));
        db_->afterCommit([&] { effects.emplace_back("exception"); });
        throw std::runtime_error("expected by this test");
      },
      [&]() -> Result<void> { return insert(1); },  // Breaks the primary key.
      [&]() -> Result<void> {
        EXPECT_EQ(ids(), (std::set<std::int64_t>{1}));
        db_->afterCommit([&] { effects.emplace_back("last"); });
        return insert(4);
      },
  });
  EXPECT_TRUE(results[0].ok());
  EXPECT_EQ(results[1].fault().code, "AlreadyExists");
  EXPECT_EQ(results[2].fault().code, "InternalError");
  EXPECT_EQ(results[2].fault().status, 500);
  EXPECT_EQ(results[3].fault().code, "InternalError");
  EXPECT_TRUE(results[4].ok());
  EXPECT_EQ(ids(), (std::set<std::int64_t>{1, 4}));
  EXPECT_EQ(effects, (std::vector<std::string>{"first", "last"}));
}

TEST_F(DatabaseTest, NestedTransactionsRollBackByThemselves) {
  std::vector<int> effects;
  const auto result = db_->writeAndWait([&]() -> Result<void> {
    HEARTH_CHECK(insert(1));
    db_->afterCommit([&] { effects.push_back(1); });
    const auto inner = db_->transact([&]() -> Result<void> {
      HEARTH_CHECK(insert(2));
      db_->afterCommit([&] { effects.push_back(2); });
      HEARTH_CHECK(db_->transact([&] { return insert(3); }));
      return Fault("No", "no");
    });
    EXPECT_EQ(inner.fault().code, "No");
    EXPECT_THROW((void)db_->transact([&]() -> Result<void> {
      (void)insert(4);
      throw std::runtime_error("inner");
    }),
                 std::runtime_error);
    HEARTH_CHECK(db_->transact([&] { return insert(5); }));
    return {};
  });
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(ids(), (std::set<std::int64_t>{1, 5}));
  EXPECT_EQ(effects, (std::vector<int>{1}));
  EXPECT_TRUE(db_->transact([&] { return insert(6); }).ok());  // From outside: a write like any other.
  EXPECT_EQ(ids().size(), 3U);
}

TEST_F(DatabaseTest, EffectsRunAfterTheCommitAndBeforeTheAnswer) {
  std::vector<std::string> order;  // The writer's alone until the answer.
  std::atomic<bool> visible = false;
  std::thread::id effectThread;
  const auto result = db_->writeAndWait([&]() -> Result<void> {
    db_->afterCommit([&] {
      order.emplace_back("effect");
      effectThread = std::this_thread::get_id();
      EXPECT_TRUE(db_->onWriterThread());
      std::thread([&] { visible = ids().contains(1); }).join();  // Somebody else's view.
      EXPECT_THROW((void)db_->execute("DELETE FROM items"), DatabaseError);
      EXPECT_TRUE(db_->transact([&]() -> Result<void> {
                       db_->afterCommit([&] { order.emplace_back("effect of effect"); });
                       return insert(2);
                     })
                      .ok());
      throw std::runtime_error("expected by this test");
    });
    order.emplace_back("work");
    return insert(1);
  });
  EXPECT_TRUE(result.ok());
  EXPECT_TRUE(visible);
  EXPECT_EQ(order, (std::vector<std::string>{"work", "effect", "effect of effect"}));
  EXPECT_NE(effectThread, std::this_thread::get_id());
  EXPECT_EQ(ids(), (std::set<std::int64_t>{1, 2}));
}

TEST_F(DatabaseTest, AFailedCommitIsToldToTheWholeGroup) {
  bool effect = false;
  const auto results = runAsGroup({
      [&]() -> Result<void> {
        db_->afterCommit([&] { effect = true; });
        return insert(1);
      },
      [&]() -> Result<void> {
        db_->execute("INSERT INTO parts(item) VALUES (99)");  // Deferred: noticed by the commit.
        return {};
      },
      [&]() -> Result<void> { return Fault("Seen", "depends on what was not kept"); },
  });
  for (const auto& result : results) {
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.fault().code, "ServiceUnavailable");
    EXPECT_EQ(result.fault().status, 503);
  }
  EXPECT_FALSE(effect);
  EXPECT_TRUE(ids().empty());
  EXPECT_TRUE(db_->writeAndWait([&] { return insert(2); }).ok());
  EXPECT_EQ(ids(), (std::set<std::int64_t>{2}));
}

TEST_F(DatabaseTest, ALostTransactionIsToldToTheWholeGroup) {
  const auto results = runAsGroup({
      [&]() -> Result<void> { return insert(1); },
      [&]() -> Result<void> {
        db_->execute("ROLLBACK");  // As SQLite does by itself when the disk fails.
        return {};
      },
      [&]() -> Result<void> { return insert(2); },
  });
  for (const auto& result : results) EXPECT_EQ(result.fault().code, "ServiceUnavailable");
  EXPECT_TRUE(ids().empty());
  EXPECT_TRUE(db_->writeAndWait([&] { return insert(3); }).ok());
}

TEST_F(DatabaseTest, AFullDiskLosesNothingThatWasAcknowledged) {
  ASSERT_TRUE(db_->writeAndWait([&] { return insert(1); }).ok());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* const handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit limited = before;
  limited.rlim_cur = 400000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limited), 0);
  int refused = 0;
  std::set<std::int64_t> acknowledged = {1};
  for (std::int64_t id = 2; id < 30; ++id) {
    const auto result = db_->writeAndWait([&]() -> Result<void> {
      db_->execute("INSERT INTO items(id, body) VALUES (?, zeroblob(100000))", id);
      return {};
    });
    if (result.ok()) {
      acknowledged.insert(id);
    } else {
      EXPECT_GE(result.fault().status, 500);
      ++refused;
    }
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  EXPECT_GT(refused, 0);
  EXPECT_EQ(ids(), acknowledged);
  EXPECT_TRUE(db_->writeAndWait([&] { return insert(1000); }).ok());
  acknowledged.insert(1000);
  reopen();
  EXPECT_EQ(ids(), acknowledged);
}

TEST_F(DatabaseTest, ManyCoroutinesAndThreadsAtOnce) {
  constexpr int kCoroutines = 64;
  constexpr int kWrites = 20;
  std::atomic<bool> finished = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      std::size_t last = 0;
      do {
        const std::size_t now = ids().size();
        EXPECT_GE(now, last);
        last = now;
      } while (!finished);
    });
  }
  for (int c = 0; c < kCoroutines; ++c) {
    boost::asio::co_spawn(
        loop_,
        [this, c]() -> Task<void> {
          for (int w = 0; w < kWrites; ++w) {
            const std::int64_t id = c * kWrites + w;
            auto work = [this, id] { return insert(id); };
            const auto result = co_await db_->write(work);
            EXPECT_TRUE(result.ok());
            EXPECT_TRUE(db_->query("SELECT 1 FROM items WHERE id = ?", id).next());  // Read your own write.
          }
        },
        boost::asio::detached);
  }
  loop_.run();
  finished = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(ids().size(), static_cast<std::size_t>(kCoroutines * kWrites));
}

TEST_F(DatabaseTest, AThreadsConnectionEndsWithTheThread) {
  const auto openFiles = [] { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}); };
  std::thread([&] { (void)ids(); }).join();
  const auto before = openFiles();
  for (int i = 0; i < 20; ++i) std::thread([&] { (void)ids(); }).join();
  // SQLite keeps closed descriptors of a file for its other connections, but not one more for each thread.
  EXPECT_LE(openFiles(), before + 4);
}

TEST_F(DatabaseTest, AThreadMayOutliveTheDatabaseItRead) {
  std::promise<void> gone;
  std::promise<void> read;
  std::thread reader([&] {
    (void)ids();
    read.set_value();
    gone.get_future().wait();
    EXPECT_TRUE(ids().empty());  // The new one.
  });
  read.get_future().wait();
  reopen();
  gone.set_value();
  reader.join();
}

TEST_F(DatabaseTest, StopFinishesWhatIsQueued) {
  for (int id = 0; id < 600; ++id) {
    db_->post([this, id] { (void)insert(id); });
  }
  db_->stop();
  db_->stop();
  EXPECT_EQ(db_->writeAndWait([] { return Result<void>(); }).fault().code, "ServiceUnavailable");
  db_->post([] {});
  EXPECT_THROW((void)ids(), DatabaseError);
  EXPECT_FALSE(std::filesystem::exists(path() + "-wal"));
  reopen();
  EXPECT_EQ(ids().size(), 600U);
}

TEST_F(DatabaseTest, WaitingForItselfIsRefused) {
  const auto result = db_->writeAndWait([&] { return db_->writeAndWait([] { return Result<void>(); }); });
  EXPECT_EQ(result.fault().code, "InternalError");
}

TEST_F(DatabaseTest, FilesAreTheOwnersAlone) {
  ASSERT_TRUE(db_->writeAndWait([&] { return insert(1); }).ok());
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat status {};
    ASSERT_EQ(::stat((path() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777, 0600U) << suffix;
  }
}

TEST_F(DatabaseTest, ASecondOneIsRefused) { EXPECT_THROW(Database second(path()), DatabaseError); }

TEST_F(DatabaseTest, ForeignFilesAreRefused) {
  base::writeFileAtomically(root_ + "/text", std::string(5000, 'x'));
  EXPECT_THROW(Database text(root_ + "/text"), DatabaseError);
  {
    Database other(root_ + "/other.db");
    ASSERT_TRUE(other
                    .writeAndWait([&]() -> Result<void> {
                      other.execute("PRAGMA application_id = 77");
                      return {};
                    })
                    .ok());
  }
  EXPECT_THROW(Database other(root_ + "/other.db"), DatabaseError);
  EXPECT_THROW(Database missing(root_ + "/no/folder.db"), std::system_error);
}

TEST_F(DatabaseTest, MigrationsRunOnceInOrderAndStayAsTheyAre) {
  ASSERT_TRUE(db_->writeAndWait([&] { return insert(1); }).ok());
  auto steps = kSchema;
  steps.push_back({"test/003 size", "ALTER TABLE items ADD COLUMN size INTEGER; UPDATE items SET size = 5;"});
  steps.push_back({"other/001 more", "CREATE TABLE more(id INTEGER) STRICT;"});
  db_->migrate(steps);
  db_->migrate(steps);
  auto rows = db_->query("SELECT size FROM items");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), 5);
}

TEST_F(DatabaseTest, MigrationsThatCannotBeAreRefused) {
  auto failing = kSchema;
  failing.push_back({"test/003 half", "CREATE TABLE half(id INTEGER); INSERT INTO nowhere VALUES (1);"});
  EXPECT_THROW(db_->migrate(failing), DatabaseError);
  EXPECT_THROW((void)db_->query("SELECT * FROM half"), DatabaseError);  // All of a step or nothing.

  auto edited = kSchema;
  edited[0].sql = "CREATE TABLE items(id INTEGER);";
  EXPECT_THROW(db_->migrate(edited), DatabaseError);

  EXPECT_THROW(db_->migrate({kSchema[0]}), DatabaseError);  // The file knows more: a newer version wrote it.
  EXPECT_THROW(db_->migrate({kSchema[0], kSchema[1], kSchema[1]}), DatabaseError);
  db_->migrate(kSchema);
  db_->migrate({{"another/001", "CREATE TABLE another(id INTEGER) STRICT;"}});
}

// Writes on several threads and tells each id down the pipe once it is acknowledged. Never returns.
[[noreturn]] void writeUntilKilled(const std::string& path, int pipe) {
  Database db(path);
  std::vector<std::thread> threads;
  for (std::int64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&db, pipe, t] {
      for (std::int64_t id = t;; id += 4) {
        const auto result = db.writeAndWait([&]() -> Result<void> {
          db.execute("INSERT INTO items(id) VALUES (?)", id);
          return {};
        });
        if (!result.ok() || ::write(pipe, &id, sizeof id) != sizeof id) ::_exit(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  ::_exit(1);
}

TEST_F(DatabaseTest, WhatWasAcknowledgedSurvivesSigkill) {
  db_.reset();  // No thread is left when the process forks.
  std::set<std::int64_t> acknowledged;
  for (int round = 0; round < 3; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      writeUntilKilled(path(), ends[1]);
    }
    ::close(ends[1]);
    std::int64_t id = 0;
    for (int seen = 0; ::read(ends[0], &id, sizeof id) == sizeof id; ++seen) {
      acknowledged.insert(id);
      if (seen == 100) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    reopen();
    const auto found = ids();
    for (const std::int64_t expected : acknowledged) ASSERT_TRUE(found.contains(expected)) << expected;
    EXPECT_GT(acknowledged.size(), 100U);
    ASSERT_TRUE(db_->writeAndWait([&]() -> Result<void> {
                     db_->execute("DELETE FROM items");
                     return {};
                   })
                    .ok());
    acknowledged.clear();
    db_.reset();
  }
}

}  // namespace
}  // namespace hearth::store
