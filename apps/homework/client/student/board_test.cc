#include "homework/client/student/board.h"

#include <gtest/gtest.h>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

TestInfo test(std::string id, std::string status, const char* due) {
  TestInfo info;
  info.subject = "operating-systems";
  info.testId = std::move(id);
  info.title = "A title";
  info.status = std::move(status);
  if (due != nullptr) info.due = parseInstant(due);
  return info;
}

const Instant kNow = *parseInstant("2019-04-08T18:41:00Z");

TestList sample() {
  TestList list;
  list.timeZone = "Europe/Warsaw";
  list.tests = {test("test00", "scored", "2019-04-01T21:00:00Z"), test("test03", "open", "2019-04-15T21:00:00Z"),
                test("test01", "open", "2019-04-08T21:00:00Z"), test("test02", "received", "2019-04-08T21:00:00Z")};
  list.tests[0].score = "5 of 6";
  list.tests[0].receivedAt = parseInstant("2019-04-01T19:02:00Z");
  list.tests[3].receivedAt = parseInstant("2019-04-08T18:00:00Z");
  return list;
}

TEST(Board, PutsTheMostUrgentFirst) {
  const auto board = makeBoard(sample(), {});
  ASSERT_EQ(board.size(), 4u);
  EXPECT_EQ(board[0].info.testId, "test01");
  EXPECT_EQ(board[1].info.testId, "test03");
  EXPECT_EQ(board[2].info.testId, "test02");
  EXPECT_EQ(board[3].info.testId, "test00");
  EXPECT_EQ(countOpen(board), 3u);
}

TEST(Board, TellsStateInWords) {
  Draft draft;
  draft.subject = "operating-systems";
  draft.testId = "test01";
  draft.questions = {{"1", "", {{"a", ""}}}, {"2", "", {{"a", ""}}}};
  draft.answers = {{"1", "a"}};
  const auto board = makeBoard(sample(), {draft});
  const Zone zone("Europe/Warsaw");
  EXPECT_EQ(stateText(board[0], zone, kNow), "draft 1 of 2");
  EXPECT_EQ(dueText(board[0].info, zone, kNow), "due today 23:00, in 2 h 19 min");
  EXPECT_EQ(stateText(board[1], zone, kNow), "not started");
  EXPECT_EQ(stateText(board[2], zone, kNow), "received today 20:00");
  EXPECT_EQ(stateText(board[3], zone, kNow), "received Mon 1 Apr 21:02, 5 of 6");
  EXPECT_EQ(dueText(board[3].info, zone, kNow), "closed Mon 1 Apr 23:00");
  EXPECT_EQ(dueText(test("test01", "scored", "2019-04-08T21:00:00Z"), zone, kNow), "due today 23:00");
}

TEST(Board, ATableWhereThereIsRoomElseBlocks) {
  const auto board = makeBoard(sample(), {});
  const Zone zone("Europe/Warsaw");
  Style wide;
  wide.width = 120;
  const auto table = boardLines({"student01", "OS"}, board, zone, kNow, wide);
  EXPECT_EQ(table.size(), 6u);
  EXPECT_TRUE(table[2].starts_with("  1  operating-systems / test01  A title  due today 23:00, in 2 h 19 min"));
  Style narrow;
  narrow.width = 40;
  narrow.charset = Charset::kAscii;
  for (const std::string& line : boardLines({"student01", "OS"}, board, zone, kNow, narrow)) {
    EXPECT_LE(columns(line), 40u) << line;
  }
}

TEST(FindRow, TakesWhatIsUnambiguous) {
  TestList list = sample();
  list.tests.push_back(test("test01", "open", nullptr));
  list.tests.back().subject = "networks";
  const auto board = makeBoard(list, {});
  EXPECT_EQ((*findRow(board, "networks/test01"))->info.subject, "networks");
  EXPECT_EQ((*findRow(board, "test03"))->info.testId, "test03");
  EXPECT_EQ(findRow(board, "test01").failure().exit, Exit::kUsage);
  EXPECT_EQ(findRow(board, "nothing").failure().exit, Exit::kUsage);
}

}  // namespace
}  // namespace hearth::homework::client
