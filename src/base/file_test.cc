#include "base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

namespace hearth::base {
namespace {

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-file-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { removeTree(root_); }
  std::string at(const std::string& name) const { return root_ + "/" + name; }
  static mode_t modeOf(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
  }
  static std::size_t entriesIn(const std::string& path) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
  }

  std::string root_;
};

TEST_F(FileTest, WritesWholeOrNothing) {
  writeFileAtomically(at("a"), "first", 0640);
  EXPECT_EQ(*readFile(at("a"), 100), "first");
  EXPECT_EQ(modeOf(at("a")), 0640U);
  writeFileAtomically(at("a"), std::string(200000, 'x'), 0600);
  EXPECT_EQ(readFile(at("a"), 200000)->size(), 200000U);
  EXPECT_EQ(modeOf(at("a")), 0600U);
  EXPECT_EQ(entriesIn(root_), 1U);
  std::filesystem::create_directory(at("folder"));
  EXPECT_THROW(writeFileAtomically(at("folder"), "x"), std::system_error);
  EXPECT_THROW(writeFileAtomically(at("none/a"), "x"), std::system_error);
  EXPECT_EQ(entriesIn(root_), 2U);  // No temporary file is left.
}

TEST_F(FileTest, ReadHasALimit) {
  writeFileAtomically(at("a"), "12345");
  EXPECT_TRUE(readFile(at("a"), 5).ok());
  EXPECT_EQ(readFile(at("a"), 4).fault().code, "FileTooLarge");
  EXPECT_EQ(readFile(at("none"), 4).fault().code, "NoSuchFile");
  EXPECT_EQ(readFile(at("a/b"), 4).fault().code, "NoSuchFile");
  EXPECT_THROW((void)readFile(root_, 1 << 20), std::system_error);
  writeFileAtomically(at("empty"), "");
  EXPECT_EQ(*readFile(at("empty"), 0), "");
}

TEST_F(FileTest, ReadsFilesThatDoNotTellTheirSize) {
  const auto status = readFile("/proc/self/status", 1 << 20);
  ASSERT_TRUE(status.ok());
  EXPECT_GT(status->size(), 100U);
  EXPECT_EQ(readFile("/proc/self/status", 10).fault().code, "FileTooLarge");
}

TEST_F(FileTest, CreatesFoldersWithTheirMode) {
  createDirectories(at("a/b/c"), 0710);
  EXPECT_EQ(modeOf(at("a/b/c")), 0710U);
  EXPECT_EQ(modeOf(at("a")), 0710U);
  createDirectories(at("a/b"), 0700);  // Left as it is.
  EXPECT_EQ(modeOf(at("a/b")), 0710U);
  createDirectories(at("d/"), 0700);
  writeFileAtomically(at("file"), "");
  EXPECT_THROW(createDirectories(at("file/x")), std::system_error);
}

TEST_F(FileTest, RemoveTreeStaysInside) {
  createDirectories(at("outside"));
  writeFileAtomically(at("outside/keep"), "kept");
  createDirectories(at("tree/sub"));
  std::filesystem::create_directory_symlink(at("outside"), at("tree/link"));
  std::filesystem::create_directory_symlink(at("outside"), at("tree/sub/link"));
  writeFileAtomically(at("tree/sub/file"), "x");
  removeTree(at("tree"));
  EXPECT_FALSE(std::filesystem::exists(at("tree")));
  EXPECT_EQ(*readFile(at("outside/keep"), 10), "kept");

  std::filesystem::create_directory_symlink(at("outside"), at("link"));
  removeTree(at("link"));
  EXPECT_FALSE(std::filesystem::is_symlink(at("link")));
  EXPECT_EQ(*readFile(at("outside/keep"), 10), "kept");
}

TEST_F(FileTest, RemoveTreeTakesFilesAndWhatIsGone) {
  writeFileAtomically(at("file"), "x");
  removeTree(at("file"));
  EXPECT_FALSE(std::filesystem::exists(at("file")));
  removeTree(at("file"));
}

TEST_F(FileTest, RemoveTreeOfAnyDepth) {
  // Deeper than there are descriptors, and than a path may be long.
  createDirectories(at("tree"));
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(at("tree"));
  for (int i = 0; i < 3000; ++i) {
    ASSERT_EQ(::mkdir("deep", 0700), 0);
    ASSERT_EQ(::chdir("deep"), 0);
    if (i % 100 == 0) std::ofstream("file") << "x";
  }
  std::filesystem::current_path(before);
  removeTree(at("tree"));
  EXPECT_FALSE(std::filesystem::exists(at("tree")));
}

TEST_F(FileTest, RemoveTreeOfManyAndOfClosedFolders) {
  for (int i = 0; i < 40; ++i) {
    createDirectories(at("tree/" + std::to_string(i) + "/x"));
    writeFileAtomically(at("tree/" + std::to_string(i) + "/f"), "x");
  }
  ASSERT_EQ(::chmod(at("tree/7").c_str(), 0), 0);
  removeTree(at("tree"));
  EXPECT_FALSE(std::filesystem::exists(at("tree")));
}

}  // namespace
}  // namespace hearth::base
