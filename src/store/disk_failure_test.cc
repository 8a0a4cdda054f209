// The writer when the disk fails under it: in the middle of a write, and during the commit.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/file.h"
#include "store/database.h"

namespace hearth::store {
namespace {

// SQLite's own file system, but for the write-ahead log, whose writes and syncs fail on demand.
class FailingDisk final {
 public:
  FailingDisk() : plain_(sqlite3_vfs_find(nullptr)), shim_(*plain_) {
    active = this;
    shim_.zName = "hearth-failing";
    shim_.xOpen = open;
    sqlite3_vfs_register(&shim_, 1);
  }
  ~FailingDisk() {
    sqlite3_vfs_unregister(&shim_);
    sqlite3_vfs_register(plain_, 1);
    active = nullptr;
  }
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  std::atomic<bool> writesFail{false};
  std::atomic<bool> syncsFail{false};

 private:
  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* outFlags) {
    const int status = active->plain_->xOpen(active->plain_, name, file, flags, outFlags);
    if (status != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0) return status;
    active->plainFile_ = file->pMethods;
    active->shimFile_ = *file->pMethods;
    active->shimFile_.xWrite = write;
    active->shimFile_.xSync = sync;
    file->pMethods = &active->shimFile_;
    return status;
  }
  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    if (active->writesFail) return SQLITE_FULL;
    return active->plainFile_->xWrite(file, bytes, size, at);
  }
  static int sync(sqlite3_file* file, int flags) {
    if (active->syncsFail) return SQLITE_IOERR_FSYNC;
    return active->plainFile_->xSync(file, flags);
  }

  static inline FailingDisk* active = nullptr;
  sqlite3_vfs* plain_;
  sqlite3_vfs shim_;
  const sqlite3_io_methods* plainFile_ = nullptr;
  sqlite3_io_methods shimFile_{};
};

class DiskFailureTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-disk-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    db_ = std::make_unique<Database>(root_ + "/hearth.db");
    db_->migrate({{"test/001 items", "CREATE TABLE items(id INTEGER PRIMARY KEY, body BLOB) STRICT;"}});
  }
  void TearDown() override {
    db_.reset();
    base::removeTree(root_);
  }
  Result<void> insert(std::int64_t id) {
    db_->execute("INSERT INTO items(id) VALUES (?)", id);
    return {};
  }
  // More than the page cache holds, so that SQLite writes in the middle of the transaction.
  void insertMuch() {
    for (int i = 0; i < 40; ++i) db_->execute("INSERT INTO items(body) VALUES (zeroblob(1000000))");
  }
  std::set<std::int64_t> ids() {
    std::set<std::int64_t> found;
    for (auto rows = db_->query("SELECT id FROM items"); rows.next();) found.insert(rows.integer(0));
    return found;
  }

  FailingDisk disk_;
  std::string root_;
  std::unique_ptr<Database> db_;
};

TEST_F(DiskFailureTest, AWriteCannotGoOnOutsideOfItsTransaction) {
  int refused = 0;
  const auto result = db_->writeAndWait([&]() -> Result<void> {
    disk_.writesFail = true;
    EXPECT_THROW(insertMuch(), DatabaseError);
    disk_.writesFail = false;
    const auto expectRefused = [&](auto step) {
      try {
        step();
      } catch (const DatabaseError&) {
        ++refused;
      }
    };
    expectRefused([&] { (void)insert(1); });
    expectRefused([&] { (void)db_->query("SELECT id FROM items"); });
    expectRefused([&] { (void)db_->transact([&] { return insert(2); }); });
    return {};
  });
  EXPECT_EQ(refused, 3);
  ASSERT_FALSE(result.ok());
  EXPECT_FALSE(result.fault().outcomeUnknown);
  EXPECT_TRUE(ids().empty());
  ASSERT_TRUE(db_->writeAndWait([&] { return insert(3); }).ok());
  EXPECT_EQ(ids(), (std::set<std::int64_t>{3}));
}

TEST_F(DiskFailureTest, ANestedWriteThatLostTheTransactionEndsTheOuterOne) {
  const auto result = db_->writeAndWait([&]() -> Result<void> {
    (void)insert(1);
    const auto inner = db_->transact([&]() -> Result<void> {
      disk_.writesFail = true;
      EXPECT_THROW(insertMuch(), DatabaseError);
      disk_.writesFail = false;
      return Fault("Refused", "made of what it threw");
    });
    EXPECT_FALSE(inner.ok());
    return insert(2);
  });
  EXPECT_FALSE(result.ok());
  EXPECT_TRUE(ids().empty());
}

TEST_F(DiskFailureTest, AGroupThatFoundNoRoomIsNotThere) {
  disk_.writesFail = true;
  const auto full = db_->writeAndWait([&] { return insert(1); });
  disk_.writesFail = false;
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.fault().code, "ServiceUnavailable");
  EXPECT_FALSE(full.fault().outcomeUnknown);
  EXPECT_TRUE(ids().empty());
}

TEST_F(DiskFailureTest, AfterAFailedSyncTheOutcomeIsUnknown) {
  const auto refused = db_->writeAndWait([&]() -> Result<void> { return Fault("Refused", "by the closure"); });
  EXPECT_FALSE(refused.fault().outcomeUnknown);
  disk_.syncsFail = true;
  const auto lost = db_->writeAndWait([&] { return insert(1); });
  disk_.syncsFail = false;
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.fault().code, "ServiceUnavailable");
  EXPECT_TRUE(lost.fault().outcomeUnknown);
  EXPECT_TRUE(ids().empty());
  EXPECT_TRUE(db_->writeAndWait([&] { return insert(2); }).ok());
}

TEST_F(DiskFailureTest, PostedWorkIsToldItsOutcome) {
  std::vector<bool> outcomes;  // Of the writer thread, until it has ended.
  const auto note = [&](Result<void> result) { outcomes.push_back(result.ok()); };
  disk_.syncsFail = true;
  db_->post([&] { return insert(1); }, note);
  ASSERT_FALSE(db_->writeAndWait([&] { return insert(2); }).ok());
  disk_.syncsFail = false;
  db_->post([&] { return insert(3); }, note);
  db_->post([&]() -> Result<void> { return Fault("Refused", "by itself"); }, note);
  db_->stop();
  EXPECT_EQ(outcomes, (std::vector<bool>{false, true, false}));
  db_->post([&] { return insert(4); }, note);
  EXPECT_EQ(outcomes, (std::vector<bool>{false, true, false, false}));
}

TEST_F(DiskFailureTest, AnEffectMayWriteAfterAnotherOneFailed) {
  const auto result = db_->writeAndWait([&]() -> Result<void> {
    db_->afterCommit([&] {
      (void)db_->transact([&]() -> Result<void> {
        disk_.writesFail = true;
        insertMuch();
        return {};
      });
    });
    db_->afterCommit([&] {
      disk_.writesFail = false;
      (void)db_->transact([&] { return insert(2); });
    });
    return insert(1);
  });
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(ids(), (std::set<std::int64_t>{1, 2}));
}

}  // namespace
}  // namespace hearth::store
