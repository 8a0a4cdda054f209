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
  list.tests[0].score = Score{4, 5, 5, 6, "83.33", ""};
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
  const Style style;
  EXPECT_EQ(stateText(board[0], zone, kNow, style), "draft 1 of 2");
  EXPECT_EQ(timeText(board[0].info, zone, kNow, style), "due today 23:00, in 2 h 19 min");
  EXPECT_EQ(stateText(board[1], zone, kNow, style), "not started");
  EXPECT_EQ(stateText(board[2], zone, kNow, style), "received today 20:00");
  EXPECT_EQ(timeText(board[3].info, zone, kNow, style), "received Mon 1 Apr 21:02");
  EXPECT_EQ(stateText(board[3], zone, kNow, style), "5 of 6 points");
  EXPECT_EQ(timeText(test("test01", "closed", "2019-04-01T21:00:00Z"), zone, kNow, style),
            "closed Mon 1 Apr 23:00");
  EXPECT_EQ(stateText({test("test01", "closed", nullptr), {}}, zone, kNow, style), "nothing received");
  EXPECT_EQ(stateText({test("test01", "done", nullptr), {}}, zone, kNow, style), "not scored yet");
}

TEST(Board, TellsExtensionsAndAttempts) {
  TestInfo info = test("test01", "received", "2019-04-10T10:00:00Z");
  info.extended = true;
  info.attempts = 3;
  info.attemptsLeft = 1;
  const Zone zone("Europe/Warsaw");
  Style style;
  EXPECT_EQ(timeText(info, zone, kNow, style), "due Wed 10 Apr 12:00, in 1 d 15 h (extended for you)");
  EXPECT_EQ(stateText({info, {}}, zone, kNow, style), "received, 1 attempt left");
  style.lang = Lang::kPl;
  EXPECT_EQ(timeText(info, zone, kNow, style),
            "termin śr. 10 kwi 12:00, za 1 dzień 15 godz. (przedłużony dla ciebie)");
  style.charset = Charset::kAscii;
  EXPECT_EQ(timeText(info, zone, kNow, style),
            "termin sr. 10 kwi 12:00, za 1 dzien 15 godz. (przedluzony dla ciebie)");
  info.attemptsLeft = 0;
  EXPECT_FALSE(info.mayBeSubmitted());
}

TEST(Score, SaysOutOfHowMany) {
  const Style style;
  EXPECT_EQ(scoreText({4, 5, 5, 6, "83.33", "4"}, style), "5 of 6 points, grade 4");
  EXPECT_EQ(scoreText({4, 5, {}, {}, "", ""}, style), "4 of 5");
  EXPECT_EQ(scoreText({4, {}, {}, {}, "", ""}, style), "score 4");
}

TEST(Board, ATableWhereThereIsRoomElseBlocks) {
  const auto board = makeBoard(sample(), {});
  const Zone zone("Europe/Warsaw");
  Style wide;
  wide.screen = 120;
  const auto table = boardLines({"student01", "OS"}, board, zone, kNow, wide);
  EXPECT_EQ(table[0], "Homework for student01 · course time Europe/Warsaw · now Mon 8 Apr 20:41");
  EXPECT_EQ(table.size(), 6u);
  EXPECT_EQ(table[2], "  1  operating-systems / test01   A title   due today 23:00, in 2 h 19 min   not started");
  EXPECT_EQ(table[5], "     operating-systems / test00   A title   received Mon 1 Apr 21:02         5 of 6 points");
  const auto blocks = boardLines({"student01", "OS"}, board, zone, kNow, Style{});
  EXPECT_EQ(blocks[2], "  1  operating-systems / test01   A title");
  EXPECT_EQ(blocks[3], "     due today 23:00, in 2 h 19 min · not started");
  Style narrow;
  narrow.width = narrow.screen = 40;
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
  EXPECT_EQ((*findRow(board, "networks/test01", Style{}))->info.subject, "networks");
  EXPECT_EQ((*findRow(board, "test03", Style{}))->info.testId, "test03");
  EXPECT_EQ(findRow(board, "test01", Style{}).failure().exit, Exit::kUsage);
  EXPECT_EQ(findRow(board, "nothing", Style{}).failure().exit, Exit::kUsage);
  const Failure mistyped = findRow(board, "netwroks/test01", Style{}).failure();
  EXPECT_EQ(mistyped.what, "There is no test called netwroks/test01. Did you mean networks/test01?");
}

}  // namespace
}  // namespace hearth::homework::client
