#include "functions/package.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/fd.h"
#include "base/file.h"
#include "functions/testing_zip.h"

namespace hearth::functions {
namespace {

class PackageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-package-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    outer_ = pattern;
    root_ = outer_ + "/tree";
    ASSERT_EQ(mkdir(root_.c_str(), 0700), 0);
  }
  void TearDown() override { base::removeTree(outer_); }

  Result<PackageSize> unpack(const std::string& zip, const PackageLimits& limits = {}) {
    const base::Fd folder(open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return unpackZip(zip, folder.get(), limits);
  }
  std::string fault(const std::string& zip, const PackageLimits& limits = {}) {
    const Result<PackageSize> size = unpack(zip, limits);
    return size.ok() ? "none" : size.fault().code + ": " + size.fault().message;
  }
  std::string read(const std::string& name) {
    std::ifstream file(root_ + "/" + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  mode_t mode(const std::string& name) {
    struct stat status {};
    return lstat((root_ + "/" + name).c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
  }

  static constexpr const char* kBroken =
      "InvalidParameterValueException: Could not unzip uploaded file. Please check your file, then try to upload "
      "again.";
  std::string outer_;
  std::string root_;
};

TEST_F(PackageTest, UnpacksFilesFoldersAndLinksWithPlainModes) {
  const auto size = unpack(makeZip({{"bootstrap", "run", 0700},
                                    {"lib/", ""},
                                    {"lib/deep/er/file.txt", "text", 0600},
                                    {"lib/link", "", 0, "deep/er/file.txt"},
                                    {"./dotted", "x", 0666}}));
  ASSERT_TRUE(size.ok()) << size.fault().message;
  EXPECT_EQ(size->bytes, 8U);
  EXPECT_EQ(read("lib/link"), "text");
  EXPECT_EQ(mode("bootstrap"), 0755U);
  EXPECT_EQ(mode("lib/deep/er/file.txt"), 0644U);
  EXPECT_EQ(mode("lib/deep"), 0755U);
  EXPECT_EQ(mode("dotted"), 0644U);
}

TEST_F(PackageTest, LaterLayersReplaceFilesAndLinks) {
  ASSERT_TRUE(unpack(makeZip({{"a", "first"}, {"b", "", 0, "a"}})).ok());
  ASSERT_TRUE(unpack(makeZip({{"b", "second"}})).ok());
  EXPECT_EQ(read("a"), "first");
  EXPECT_EQ(read("b"), "second");
}

TEST_F(PackageTest, NamesThatLeaveTheTreeAreRefused) {
  for (const char* name : {"../evil", "/evil", "a/../../evil", "a/..", "a/../b"}) {
    EXPECT_EQ(fault(makeZip({{name, "evil"}})), kBroken) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(outer_ + "/evil"));
}

TEST_F(PackageTest, LinksThatLeaveTheTreeAreRefused) {
  for (const char* target : {"/etc/passwd", "../x", "d/../../x", "d/.."}) {
    EXPECT_EQ(fault(makeZip({{"link", "", 0, target}})), kBroken) << target;
  }
  EXPECT_EQ(fault(makeZip({{"a/b/link", "", 0, "../../x"}})), "none");
  EXPECT_EQ(fault(makeZip({{"a/b/link2", "", 0, "../../../x"}})), kBroken);
}

TEST_F(PackageTest, NothingIsWrittenThroughALink) {
  EXPECT_EQ(fault(makeZip({{"d/", ""}, {"link", "", 0, "d"}, {"link/file", "evil"}})), kBroken);
  EXPECT_FALSE(std::filesystem::exists(root_ + "/d/file"));
  ASSERT_EQ(symlink("../outside", (root_ + "/planted").c_str()), 0);
  EXPECT_EQ(fault(makeZip({{"planted", "mine"}})), "none");
  EXPECT_FALSE(std::filesystem::exists(outer_ + "/outside"));
  EXPECT_EQ(read("planted"), "mine");
}

TEST_F(PackageTest, FileInThePlaceOfAFolderIsRefused) {
  EXPECT_EQ(fault(makeZip({{"a", "file"}, {"a/b", "x"}})), kBroken);
  EXPECT_EQ(fault(makeZip({{"c/d", "x"}, {"c", "file"}})), kBroken);
}

TEST_F(PackageTest, WhatIsNoZipIsRefused) {
  EXPECT_EQ(fault(""), kBroken);
  EXPECT_EQ(fault("PK\x03\x04 and then nothing"), kBroken);
  EXPECT_EQ(fault(std::string(100'000, 'x')), kBroken);
  EXPECT_EQ(fault(makeZip({})), "InvalidParameterValueException: Uploaded file must be a non-empty zip");
}

TEST_F(PackageTest, EveryTruncationAndEveryFlippedByteIsSurvived) {
  const std::string zip = makeZip({{"bootstrap", std::string(300, 'b'), 0755}, {"lib/x", "y"}});
  for (std::size_t size = 0; size < zip.size(); ++size) EXPECT_NE(fault(zip.substr(0, size)), "none") << size;
  for (std::size_t at = 0; at < zip.size(); ++at) {
    std::string changed = zip;
    changed[at] = static_cast<char>(changed[at] ^ 0x55);
    (void)fault(changed);
  }
  for (const auto& entry : std::filesystem::directory_iterator(outer_)) EXPECT_EQ(entry.path(), root_);
}

TEST_F(PackageTest, BombsAreStoppedAtTheLimit) {
  const std::string bomb = makeZip({{"bomb", std::string(8 << 20, '\0')}});
  EXPECT_LT(bomb.size(), 20'000U);
  PackageLimits limits;
  limits.bytes = 1 << 20;
  EXPECT_EQ(fault(bomb, limits),
            "InvalidParameterValueException: Unzipped size must be smaller than 1048576 bytes");
  EXPECT_LE(std::filesystem::file_size(root_ + "/bomb"), limits.bytes + (64U << 10));
  limits.entries = 2;
  EXPECT_EQ(fault(makeZip({{"a", ""}, {"b", ""}, {"c", ""}}), limits),
            "InvalidParameterValueException: The package has more than 2 entries");
  std::string deep;
  for (int at = 0; at < 100; ++at) deep += "d/";
  EXPECT_EQ(fault(makeZip({{deep + "x", "x"}})), kBroken);
}

}  // namespace
}  // namespace hearth::functions
