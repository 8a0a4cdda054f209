#include "functions/function_log.h"

#include <gtest/gtest.h>

namespace hearth::functions {
namespace {

class Sink final : public ports::LogSink {
 public:
  void append(const std::string&, const std::string&, const std::string&, const std::string&,
              std::vector<ports::LogLine> lines) override {
    for (ports::LogLine& line : lines) messages.push_back(std::move(line.message));
  }
  std::vector<std::string> messages;
};

class FunctionLogTest : public ::testing::Test {
 protected:
  std::vector<std::string> linesOf(std::initializer_list<std::string_view> pieces, LogLimits limits = {}) {
    FunctionLog log(sink_, clock_, {"1", "r", "g", "s"}, limits);
    for (std::string_view piece : pieces) log.feed(piece);
    log.finishLine();
    log.flush();
    return std::exchange(sink_.messages, {});
  }
  using Lines = std::vector<std::string>;
  base::ManualClock clock_{base::fromMillis(0)};
  Sink sink_;
};

TEST_F(FunctionLogTest, LinesAreCutAtLineFeedsWhereverThePiecesEnd) {
  EXPECT_EQ(linesOf({"one\ntwo"}), (Lines{"one", "two"}));
  EXPECT_EQ(linesOf({"o", "ne\nt", "wo\n", "\n\nthree"}), (Lines{"one", "two", "three"}));
  EXPECT_EQ(linesOf({"a\rb\n"}), (Lines{"a\rb"}));
  EXPECT_EQ(linesOf({}), Lines{});
}

TEST_F(FunctionLogTest, LongLinesAreCutAndCounted) {
  LogLimits limits;
  limits.line = 1024;
  const Lines lines = linesOf({std::string(1000, 'x'), std::string(1000, 'x'), "x\nnext\n"}, limits);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], std::string(1024, 'x'));
  EXPECT_EQ(lines[1], "next");
  EXPECT_EQ(lines[2].substr(0, 40), "[hearth] 977 bytes of output were not ke");
}

TEST_F(FunctionLogTest, FloodsAreCountedRatherThanKept) {
  LogLimits limits;
  limits.burst = 10'000;
  limits.perSecond = 0;
  FunctionLog log(sink_, clock_, {}, limits);
  for (int at = 0; at < 1000; ++at) log.feed(std::string(99, 'x') + "\n");
  log.finishLine();
  log.flush();
  EXPECT_EQ(sink_.messages.size(), 102U);
  EXPECT_EQ(sink_.messages.back().substr(0, 15), "[hearth] 89001 ");
}

TEST_F(FunctionLogTest, TailIsTheLastFourKilobytes) {
  FunctionLog log(sink_, clock_, {});
  log.line("before");
  log.startTail();
  log.line("START");
  EXPECT_EQ(log.tail(), "START\n");
  for (int at = 0; at < 100'000; ++at) log.feed("line " + std::to_string(at) + "\n");
  EXPECT_EQ(log.tail().size(), 4096U);
  EXPECT_EQ(log.tail().substr(4096 - 11), "line 99999\n");
}

TEST_F(FunctionLogTest, WhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(toUtf8("grün"), "grün");
  EXPECT_EQ(toUtf8("a\xFF"
                   "b\xC3"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  EXPECT_EQ(toUtf8("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(toUtf8("\xF0\x9F\x94\xA5!"), "\xF0\x9F\x94\xA5!");
}

}  // namespace
}  // namespace hearth::functions
