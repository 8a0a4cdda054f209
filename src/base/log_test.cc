#include "base/log.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/json.h"

namespace hearth::base {
namespace {

std::vector<Json> linesOf(const std::string& text) {
  std::vector<Json> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    auto line = parseJson(text.substr(at, end - at));
    EXPECT_TRUE(line.ok()) << text.substr(at, end - at);
    if (line.ok()) lines.push_back(std::move(line).value());
    at = end == std::string::npos ? text.size() : end + 1;
  }
  return lines;
}

TEST(Log, OneLineOfJsonPerEvent) {
  ::testing::internal::CaptureStderr();
  logInfo("base", "a \"quoted\"\nmessage", {{"path", "/x"}, {"long", std::string(5000, 'y')}});
  log(LogLevel::kDebug, "base", "below the level");
  logError("base", "last");
  const auto lines = linesOf(::testing::internal::GetCapturedStderr());
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(findString(lines[0], "level"), "info");
  EXPECT_EQ(findString(lines[0], "area"), "base");
  EXPECT_EQ(findString(lines[0], "message"), "a \"quoted\"\nmessage");
  EXPECT_EQ(findString(lines[0], "path"), "/x");
  EXPECT_EQ(findString(lines[0], "long")->size(), 2051U);
  EXPECT_EQ(findString(lines[1], "level"), "error");
}

TEST(Log, CutsBetweenCharacters) {
  std::string euros;
  for (int i = 0; i < 1000; ++i) euros += "\xe2\x82\xac";
  ::testing::internal::CaptureStderr();
  logWarning("base", "m", {{"value", "x" + euros}});
  EXPECT_EQ(linesOf(::testing::internal::GetCapturedStderr()).size(), 1U);  // Valid UTF-8, or it would not parse.
}

TEST(Log, LinesOfThreadsDoNotMix) {
  ::testing::internal::CaptureStderr();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 100; ++i) logInfo("base", std::string(300, 'm'));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(linesOf(::testing::internal::GetCapturedStderr()).size(), 400U);
}

}  // namespace
}  // namespace hearth::base
