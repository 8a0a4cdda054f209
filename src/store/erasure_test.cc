#include "store/erasure.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <vector>

#include "base/file.h"

namespace hearth::store {
namespace {

class ErasureTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "hearth-erasure-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    database_ = std::make_unique<Database>(folder_ + "/hearth.db");
    database_->migrate(
        {{"testing/001", "CREATE TABLE notes (id INTEGER PRIMARY KEY, name TEXT UNIQUE, body BLOB)"}});
  }
  void TearDown() override {
    database_.reset();
    base::removeTree(folder_);
  }

  void write(std::function<void()> work) {
    auto done = database_->writeAndWait([&]() -> Result<void> {
      work();
      return {};
    });
    ASSERT_TRUE(done.ok());
  }
  // Returns when the writer has done all that it was told before.
  void truncate() {
    truncateLog(*database_);
    write([] {});
    write([] {});  // the effects of a group run before the next one
  }
  // The files in which the bytes can be read.
  std::string filesWith(const std::string& bytes) const {
    std::string names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      std::ostringstream content;
      content << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      if (content.str().find(bytes) != std::string::npos) names += entry.path().filename().string() + " ";
    }
    return names;
  }

  std::string folder_;
  std::unique_ptr<Database> database_;
};

TEST_F(ErasureTest, WhatWasDeletedIsInNoFile) {
  const std::string body = std::string(50'000, 'x') + "the secret of the body" + std::string(10'000, 'x');
  write([&] {
    for (int i = 0; i < 500; ++i)
      database_->execute("INSERT INTO notes (name, body) VALUES (?, ?)", "the secret name " + std::to_string(i),
                         Blob{i % 10 == 0 ? body : std::string(static_cast<std::size_t>(i), 'y')});
    database_->execute("INSERT INTO notes (name, body) VALUES ('kept', ?)", Blob{"the kept body"});
  });
  truncate();
  ASSERT_EQ(filesWith("the secret of the body"), "hearth.db ");
  // One by one, in an order that makes pages empty, half empty, and merge.
  for (int step = 0; step < 7; ++step)
    write([&] { database_->execute("DELETE FROM notes WHERE name <> 'kept' AND id % 7 = ?", step); });
  EXPECT_NE(filesWith("the secret name"), "") << "the log still has it, or this tests nothing";
  truncate();
  EXPECT_EQ(filesWith("the secret of the body"), "");
  EXPECT_EQ(filesWith("the secret name"), "");
  EXPECT_EQ(filesWith("the kept body"), "hearth.db ");
}

// SQLite moves rows between pages when these are split and merged, and leaves copies behind.
TEST_F(ErasureTest, NoCopiesStayWhereRowsWereMoved) {
  std::mt19937 random(42);
  auto below = [&](unsigned bound) { return static_cast<std::size_t>(random() % bound); };
  write([&] {
    for (int i = 0; i < 4000; ++i) {
      const std::string who = below(10) < 6 ? "secret" : "student" + std::to_string(below(300));
      std::string body;
      while (body.size() < 900) body += who;
      database_->execute("INSERT OR IGNORE INTO notes (name, body) VALUES (?, ?)",
                         std::to_string(below(100'000)) + "/" + who + "/" + std::string(below(200), 'y'),
                         Blob{body.substr(below(body.size()))});
    }
  });
  ASSERT_NE(filesWith("secret"), "");
  std::vector<std::int64_t> ids;
  for (auto rows = database_->query("SELECT id FROM notes WHERE name LIKE '%secret%'"); rows.next();)
    ids.push_back(rows.integer(0));
  std::shuffle(ids.begin(), ids.end(), random);
  for (const std::int64_t id : ids) write([&] { database_->execute("DELETE FROM notes WHERE id = ?", id); });
  truncate();
  EXPECT_EQ(filesWith("secret"), "");
  auto sound = database_->query("PRAGMA integrity_check");
  ASSERT_TRUE(sound.next());
  EXPECT_EQ(sound.text(0), "ok");
}

TEST_F(ErasureTest, TheLogBeginsAnew) {
  write([&] { database_->execute("INSERT INTO notes (name) VALUES ('first')"); });
  {
    Database::Snapshot snapshot(*database_);
    ASSERT_TRUE(database_->query("SELECT 1 FROM notes").next());
  }
  truncate();
  EXPECT_EQ(std::filesystem::file_size(folder_ + "/hearth.db-wal"), 0U);
  write([&] { database_->execute("INSERT INTO notes (name) VALUES ('second')"); });
  EXPECT_GT(std::filesystem::file_size(folder_ + "/hearth.db-wal"), 0U);
  EXPECT_TRUE(database_->query("SELECT 1 FROM notes WHERE name = 'second'").next());
}

}  // namespace
}  // namespace hearth::store
