#include "functions/code_shelf.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/fd.h"
#include "base/file.h"
#include "functions/testing_zip.h"

namespace hearth::functions {
namespace {

class CodeShelfTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-shelf-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    ASSERT_EQ(mkdir((directory_ + "/code").c_str(), 0700), 0);
    run_.reset(open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  void TearDown() override {
    pool_.stop();
    base::removeTree(directory_);
  }

  CodeShelf::Handle put(CodeShelf& shelf, const std::string& contentId, std::size_t size = 100) {
    Result<CodeShelf::Handle> tree =
        shelf.put(contentId, makeZip({{"app.py", std::string(size, 'x')}}), PackageLimits());
    EXPECT_TRUE(tree.ok());
    return tree.ok() ? *tree : nullptr;
  }
  bool onDisk(const std::string& contentId) const {
    return std::filesystem::exists(directory_ + "/code/" + contentId + "/app.py");
  }
  // Once everything that was dropped is gone.
  std::size_t folders() {
    pool_.stop();
    const std::filesystem::directory_iterator all(directory_ + "/code");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  std::string directory_;
  base::Fd run_;
  base::ThreadPool pool_{1};
};

TEST_F(CodeShelfTest, ForgottenTreesStayWhileTheyAreUsed) {
  CodeShelf shelf(run_.get(), pool_, 1 << 20);
  CodeShelf::Handle first = put(shelf, "a");
  const CodeShelf::Handle second = shelf.find("a");
  shelf.forget("a");
  EXPECT_TRUE(onDisk("a"));
  first.reset();
  EXPECT_TRUE(second->hasFile("app.py"));
  EXPECT_FALSE(second->hasFile("bootstrap"));
  EXPECT_NE(shelf.find("a"), nullptr);
  EXPECT_TRUE(onDisk("a"));
}

TEST_F(CodeShelfTest, TheLastUseOfAForgottenTreeTakesItAlong) {
  CodeShelf shelf(run_.get(), pool_, 1 << 20);
  CodeShelf::Handle tree = put(shelf, "a");
  put(shelf, "b");
  shelf.forget("a");
  shelf.forget("b");
  EXPECT_FALSE(onDisk("b"));
  tree.reset();
  EXPECT_FALSE(onDisk("a"));
  EXPECT_EQ(shelf.find("a"), nullptr);
  EXPECT_EQ(shelf.size(), 0U);
  EXPECT_EQ(folders(), 0U);
}

TEST_F(CodeShelfTest, ContentThatComesBackIsKept) {
  CodeShelf shelf(run_.get(), pool_, 1 << 20);
  const CodeShelf::Handle running = put(shelf, "a");
  shelf.forget("a");
  put(shelf, "a").reset();
  EXPECT_TRUE(onDisk("a"));
  EXPECT_NE(shelf.find("a"), nullptr);
  EXPECT_EQ(folders(), 1U);
}

TEST_F(CodeShelfTest, TheLeastRecentlyUsedGivesWayButNeverWhatIsInUse) {
  CodeShelf shelf(run_.get(), pool_, 50'000);
  CodeShelf::Handle used = put(shelf, "a", 10'000);
  put(shelf, "b", 10'000);
  put(shelf, "c", 10'000);
  EXPECT_NE(shelf.find("b"), nullptr);  // "c" is the older one now
  put(shelf, "d", 10'000);
  EXPECT_TRUE(onDisk("a"));
  EXPECT_TRUE(onDisk("b"));
  EXPECT_FALSE(onDisk("c"));
  EXPECT_EQ(shelf.find("c"), nullptr);
  EXPECT_LE(shelf.size(), 50'000U);
  // What does not fit beside the ones in use goes with its last use.
  CodeShelf::Handle large = put(shelf, "e", 60'000);
  EXPECT_TRUE(onDisk("e"));
  EXPECT_FALSE(onDisk("b"));
  large.reset();
  EXPECT_FALSE(onDisk("e"));
  EXPECT_TRUE(onDisk("a"));
  EXPECT_EQ(folders(), 1U);
}

TEST_F(CodeShelfTest, BrokenPackagesLeaveNothing) {
  CodeShelf shelf(run_.get(), pool_, 1 << 20);
  EXPECT_FALSE(shelf.put("a", "no zip", PackageLimits()).ok());
  EXPECT_EQ(shelf.find("a"), nullptr);
  EXPECT_EQ(folders(), 0U);
}

TEST_F(CodeShelfTest, HandlesMayOutlastTheShelf) {
  CodeShelf::Handle tree;
  {
    CodeShelf shelf(run_.get(), pool_, 0);
    tree = put(shelf, "a");
  }
  EXPECT_FALSE(tree->hasFile("app.py"));
  tree.reset();
  EXPECT_TRUE(onDisk("a"));
}

}  // namespace
}  // namespace hearth::functions
