#include "store/erasing_vfs.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"
#include "store/sqlite_connection.h"

namespace hearth::store {
namespace {

// A page of 4096 bytes, none of them zero, that says of itself what it is.
std::vector<unsigned char> pageOf(unsigned char kind, unsigned cells, unsigned content, std::size_t header = 0) {
  std::vector<unsigned char> page(4096, 0xAB);
  page[header] = kind;
  page[header + 3] = static_cast<unsigned char>(cells >> 8);
  page[header + 4] = static_cast<unsigned char>(cells);
  page[header + 5] = static_cast<unsigned char>(content >> 8);
  page[header + 6] = static_cast<unsigned char>(content);
  return page;
}

// Where the zeros begin and end; {0, 0} without any.
std::pair<std::size_t, std::size_t> zerosOf(const std::vector<unsigned char>& page, std::size_t from) {
  std::size_t begin = from;
  while (begin < page.size() && page[begin] != 0) ++begin;
  if (begin == page.size()) return {0, 0};
  std::size_t end = begin;
  while (end < page.size() && page[end] == 0) ++end;
  return {begin, end};
}

using Range = std::pair<std::size_t, std::size_t>;

TEST(ErasingVfs, TheSpaceBetweenTheCellsAndTheirListIsZeroed) {
  for (const unsigned char leaf : {10, 13}) {
    auto page = pageOf(leaf, 300, 3000);
    EXPECT_TRUE(zeroUnused(page, false));
    EXPECT_EQ(zerosOf(page, 8), Range(8 + 2 * 300, 3000));
    EXPECT_FALSE(zeroUnused(page, false)) << "once is enough";
  }
  for (const unsigned char interior : {2, 5}) {
    auto page = pageOf(interior, 300, 3000);
    EXPECT_TRUE(zeroUnused(page, false));
    EXPECT_EQ(zerosOf(page, 8), Range(12 + 2 * 300, 3000));
  }
}

TEST(ErasingVfs, TheFirstPageBeginsWithTheFilesHeader) {
  auto page = pageOf(13, 1, 4000, 100);
  EXPECT_TRUE(zeroUnused(page, true));
  EXPECT_EQ(zerosOf(page, 107), Range(110, 4000));
  EXPECT_EQ(page[99], 0xAB);
}

TEST(ErasingVfs, PagesWithoutCellsAndFullOnes) {
  auto empty = pageOf(13, 0, 4096);
  EXPECT_TRUE(zeroUnused(empty, false));
  EXPECT_EQ(zerosOf(empty, 7), Range(8, 4096));
  auto full = pageOf(13, 10, 28);
  EXPECT_FALSE(zeroUnused(full, false));
}

TEST(ErasingVfs, OtherPagesAreLeftAlone) {
  for (const unsigned char kind : {0, 1, 3, 4, 6, 0xAB}) {
    auto page = pageOf(kind, 1, 4000);
    const auto before = page;
    EXPECT_FALSE(zeroUnused(page, false));
    EXPECT_EQ(page, before);
  }
  for (auto broken : {pageOf(13, 3000, 4000), pageOf(13, 1, 5000), pageOf(13, 1, 5)}) {
    const auto before = broken;
    EXPECT_FALSE(zeroUnused(broken, false));
    EXPECT_EQ(broken, before);
  }
}

// A database file of its own, opened through the file system as SQLite does it.
class ErasingFile : public ::testing::Test {
 protected:
  ErasingFile() : vfs_(sqlite3_vfs_find(erasingVfs())), storage_(static_cast<std::size_t>(vfs_->szOsFile)) {
    char name[] = "/tmp/erasing_vfs_test_XXXXXX";
    ::close(::mkstemp(name));
    // SQLite keeps file names behind and before bytes of its own.
    name_ = sqlite3_create_filename(name, "", "", 0, nullptr);
    int flags = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE;
    EXPECT_EQ(vfs_->xOpen(vfs_, name_, file(), flags, &flags), SQLITE_OK);
  }
  ~ErasingFile() override {
    file()->pMethods->xClose(file());
    ::unlink(name_);
    sqlite3_free_filename(name_);
  }

  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(storage_.data()); }
  // Whether a page with leftovers is written as it is.
  bool writesAsItIs() {
    const auto page = pageOf(13, 1, 4000);
    EXPECT_EQ(file()->pMethods->xWrite(file(), page.data(), 4096, 4096), SQLITE_OK);
    auto read = page;
    EXPECT_EQ(file()->pMethods->xRead(file(), read.data(), 4096, 4096), SQLITE_OK);
    return read == page;
  }

  sqlite3_vfs* vfs_;
  std::vector<std::max_align_t> storage_;
  const char* name_ = nullptr;
};

TEST_F(ErasingFile, IsErasedWhileItsPagesTellWhatTheyAre) {
  EXPECT_FALSE(writesAsItIs());
  ASSERT_EQ(::truncate(name_, (kPagesThatTell - 1) * 4096), 0);
  EXPECT_FALSE(writesAsItIs());
  ASSERT_EQ(::truncate(name_, kPagesThatTell * 4096), 0);
  EXPECT_TRUE(writesAsItIs());
}

TEST_F(ErasingFile, IsLeftAloneBeforeItGrowsBeyondThat) {
  sqlite3_int64 size = kPagesThatTell * 4096;
  file()->pMethods->xFileControl(file(), SQLITE_FCNTL_SIZE_HINT, &size);
  EXPECT_TRUE(writesAsItIs());
  size = 8 * 4096;
  file()->pMethods->xFileControl(file(), SQLITE_FCNTL_SIZE_HINT, &size);
  EXPECT_FALSE(writesAsItIs());
}

TEST(ErasingVfs, ADatabaseWithPagesOfAnotherKindIsRefused) {
  char name[] = "/tmp/erasing_vfs_test_XXXXXX";
  ::close(::mkstemp(name));
  for (const char* setting : {"NONE", "FULL"}) {
    sqlite3* plain = nullptr;
    ASSERT_EQ(sqlite3_open(name, &plain), SQLITE_OK);
    const std::string script =
        "PRAGMA auto_vacuum = " + std::string(setting) + "; VACUUM; CREATE TABLE IF NOT EXISTS t(x);";
    ASSERT_EQ(sqlite3_exec(plain, script.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    if (std::string_view(setting) == "FULL") sqlite3_exec(plain, "VACUUM", nullptr, nullptr, nullptr);
    sqlite3_close(plain);
    if (std::string_view(setting) == "NONE") {
      EXPECT_NO_THROW(SqliteConnection(name, SqliteConnection::Access::kReadOnly));
    } else {
      EXPECT_THROW(SqliteConnection(name, SqliteConnection::Access::kReadOnly), DatabaseError);
    }
  }
  ::unlink(name);
}

}  // namespace
}  // namespace hearth::store
