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

TEST(InlineCode, SourceThatLoadsTheModuleOfAnswersGetsIt) {
  const auto has = [](const std::optional<std::string>& zip, std::string_view name) {
    return zip && zip->find(name) != std::string::npos;
  };
  EXPECT_TRUE(has(zipOfInlineCode("python3.11", "import cfnresponse\n"), "cfnresponse.py"));
  EXPECT_TRUE(has(zipOfInlineCode("python3.11", "x = 1\n  from cfnresponse import send"), "cfnresponse.py"));
  EXPECT_TRUE(has(zipOfInlineCode("python3.11", "import json, cfnresponse"), "index.py"));
  EXPECT_FALSE(has(zipOfInlineCode("python3.11", "# no import of cfnresponse\n"), "cfnresponse.py"));
  EXPECT_TRUE(has(zipOfInlineCode("nodejs20.x", "const r = require('cfn-response');"), "cfn-response/index.js"));
  EXPECT_FALSE(has(zipOfInlineCode("nodejs20.x", "exports.handler = 1"), "cfn-response/index.js"));
  EXPECT_EQ(zipOfInlineCode("provided.al2023", "x"), std::nullopt);
}

}  // namespace
}  // namespace hearth::functions
