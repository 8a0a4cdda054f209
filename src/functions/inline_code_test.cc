#include "functions/inline_code.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/fd.h"
#include "functions/package.h"

namespace hearth::functions {
namespace {

TEST(InlineCode, UnpacksToItsText) {
  const std::string folder = testing::TempDir() + "inline_code";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  const base::Fd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  auto size = unpackZip(zipOfSource("index.py", "print('ä')\n"), directory.get());
  ASSERT_TRUE(size.ok()) << size.fault().message;
  EXPECT_EQ(size->entries, 1u);
  std::ostringstream text;
  text << std::ifstream(folder + "/index.py").rdbuf();
  EXPECT_EQ(text.str(), "print('ä')\n");
  std::filesystem::remove_all(folder);
}

TEST(InlineCode, TheSameTextMakesTheSamePackage) {
  EXPECT_EQ(zipOfSource("index.py", "x = 1"), zipOfSource("index.py", "x = 1"));
  EXPECT_NE(zipOfSource("index.py", "x = 1"), zipOfSource("index.py", "x = 2"));
}

}  // namespace
}  // namespace hearth::functions
