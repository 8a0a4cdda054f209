#include "homework/client/trainer/class_board.h"

#include <gtest/gtest.h>

#include "homework/client/trainer/board_page.h"
#include "homework/client/trainer/class_board_text.h"
#include "homework/client/trainer/outbox.h"

namespace hearth::homework::client {
namespace {

ClassBoard boardOf(std::initializer_list<const char*> students) {
  ClassBoard board;
  board.test.ref = {"os", "test01"};
  board.test.title = "Kernels";
  board.test.due = *parseInstant("2019-04-08T21:00:00Z");
  board.test.questionSet = "91ab2c5c0e91ab2c";
  for (const char* id : students) {
    StudentState state;
    state.student.id = id;
    board.students.push_back(state);
  }
  return board;
}

sdk::ListedObject object(std::string key) { return {std::move(key), "\"e\"", 1, "2019-04-08T18:44:00Z"}; }

TEST(ClassBoard, IsReadOffTheKeys) {
  ClassBoard board = boardOf({"s1", "s2", "s3"});
  addObjects(board,
             {object("os/test01/questions.json"), object("os/test01/s1/attempts/20190408T184307123Z-aa.json"),
              object("os/test01/s1/attempts/20190408T194307123Z-bb.json"), object("os/test01/s1/testResult.json"),
              object("os/test01/s2/testResult.json.bak"), object("os/test01/s3/testResult.json"),
              object("os/test01/gone/testResult.json")});
  EXPECT_TRUE(board.students[0].received);
  EXPECT_EQ(board.students[0].attempts, 2u);
  EXPECT_EQ(board.students[0].receivedAt, parseInstant("2019-04-08T19:43:07.123Z"));
  EXPECT_FALSE(board.students[1].received);
  EXPECT_EQ(board.students[2].receivedAt, parseInstant("2019-04-08T18:44:00Z"));
  EXPECT_EQ(board.orphans, (std::vector<std::string>{"gone"}));
}

std::string linesOf(const ClassBoard& board, const char* now, const Style& style) {
  std::string text;
  for (const std::string& line : classBoardLines(board, {}, *parseInstant(now), style)) {
    EXPECT_LE(columns(line), style.width) << line;
    text += line + "\n";
  }
  return text;
}

std::string words(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank || (!out.empty() && out.back() != ' ')) out += blank ? ' ' : c;
  }
  return out;
}

// Two answered, one was reminded, one has more time, one mail went wrong.
ClassBoard openBoard() {
  ClassBoard board = boardOf({"s1", "s2", "s3", "s4"});
  board.students[0].student.name = "Ada \x1b[31mN.";
  board.students[3].due = parseInstant("2019-04-10T10:00:00Z");
  addObjects(board, {object("os/test01/s1/attempts/20190408T184307123Z-aa.json"),
                     object("os/test01/s1/testResult.json"), object("os/test01/s2/testResult.json")});
  std::vector<OutboxMail> mails(3);
  mails[0] = {.id = "aaaaaaa1",
              .state = "sent",
              .kind = "reminder",
              .studentId = "s3",
              .createdAt = "2019-04-07T21:00:00Z"};
  mails[1] = {.id = "bbbbbbb2",
              .state = "failed",
              .kind = "notice",
              .studentId = "s2",
              .problem = "MessageRejected: not verified"};
  mails[2] = {.id = "ccccccc3", .state = "pending", .kind = "digest", .to = "t@example.org"};
  addMails(board, mails);
  return board;
}

TEST(ClassBoard, TellsWhoHasAnsweredAndWhatHelps) {
  const std::string text = linesOf(openBoard(), "2019-04-08T18:44:00Z", Style{});
  EXPECT_NE(text.find("os/test01 · Kernels · due Mon 8 Apr 21:00, in 2 h 16 min · set 91ab2c\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("received 2 of 4   drafts not visible   not yet 2   extensions 1"), std::string::npos)
      << text;
  EXPECT_NE(text.find("  not yet      s3 (reminded Sun 21:00) · s4 (extended to Wed 10:00)\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("  received     s1 Ada [31mN. Mon 18:43 attempt 1 · s2 Mon 18:44\n"), std::string::npos)
      << text;
  EXPECT_NE(
      words(text).find("s2 notice not sent: MessageRejected: not verified → mend the address in students.csv, "
                       "trainer publish, trainer mail resend s2"),
      std::string::npos)
      << text;
  EXPECT_NE(words(text).find(
                "next: reminder sent · close Mon 21:00 · score run and mails Mon 21:01 · s4 may answer until "
                "Wed 10:00"),
            std::string::npos)
      << text;
}

TEST(ClassBoard, SaysTheSameNarrowAndInAscii) {
  Style narrow;
  narrow.width = 40;
  narrow.charset = Charset::kAscii;
  const std::string text = linesOf(openBoard(), "2019-04-08T18:44:00Z", narrow);
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << static_cast<int>(c);
  for (const char* fact : {"received 2 of 4", "s3 (reminded Sun 21:00)", "s4 (extended to Wed 10:00)",
                           "mail problems 2", "trainer mail resend s2", "digest waits to be sent"})
    EXPECT_NE(words(text).find(fact), std::string::npos) << fact << "\n" << text;
}

TEST(ClassBoard, ShowsScoresAndTheQuestionsWorthALook) {
  ClassBoard board = openBoard();
  addReport(board, *parseJson(R"({"at": "2019-04-08T21:01:02Z", "students": [
      {"studentId": "s1", "status": "graded", "score": 4, "points": 5, "maxPoints": 6, "receipt": "R-7F3K-Q2MD", "mail": "sent"},
      {"studentId": "s2", "status": "graded", "score": 5, "points": 6, "maxPoints": 6, "late": true},
      {"studentId": "s3", "status": "missing"}, {"studentId": "s4", "status": "extended"}, {"studentId": "unknown"}],
      "statistics": {"n": 2, "mean": "4.5", "median": "4.5", "sd": "0.7",
                     "histogram": [{"from": 4, "to": 4, "count": 1}, {"from": 5, "to": 5, "count": 1}],
                     "questions": [{"questionId": "4", "n": 2, "right": 1, "flags": ["wrong-option", "negative"]}]}})"));
  const std::string text = linesOf(board, "2019-04-08T22:00:00Z", Style{});
  for (const char* fact :
       {"scores 2   mean 4.5   median 4.5", "s1 Ada [31mN. 4 5 of 6 on time R-7F3K-Q2MD", "s2 5 6 of 6 late",
        "s3 missing", "s4 extended", "Q4: the better half prefers a wrong answer",
        "trainer regrade os/test01 --reason \"Q4 key fixed\"", "trainer stats os/test01"})
    EXPECT_NE(words(text).find(words(fact)), std::string::npos) << fact << "\n" << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(BoardPage, IsOnePageWithoutScriptsAndEscaped) {
  ClassBoard board = openBoard();
  board.test.title = "<script>alert(1)</script> & co";
  board.students[1].student.name = "\"><img src=x>";
  addReport(board, *parseJson(R"({"at": "2019-04-08T21:01:02Z", "students": [], "statistics": {"n": 1,
      "histogram": [{"from": 0, "to": 0, "count": 1}], "questions": [{"questionId": "1", "n": 1, "right": 1}]}})"));
  const std::string page = boardPage({}, {board, board}, {}, *parseInstant("2019-04-08T22:00:00Z"));
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_EQ(page.find("http://"), page.find("http://www.w3.org/2000/svg"));
  EXPECT_NE(page.find("id=\"scores0-title\""), std::string::npos);
  EXPECT_NE(page.find("id=\"scores1-title\""), std::string::npos);
  EXPECT_EQ(page.find("id=\"scores-title\""), std::string::npos);
}

TEST(FindTests, TakesNamesAndIds) {
  Catalogue catalogue;
  catalogue.tests = {boardOf({}).test};
  EXPECT_EQ(findTests(catalogue, "")->size(), 1u);
  EXPECT_EQ(findTests(catalogue, "os/test01")->size(), 1u);
  EXPECT_EQ(findTests(catalogue, "test01")->size(), 1u);
  EXPECT_EQ(findTests(catalogue, "test02").failure().exit, Exit::kUsage);
}

}  // namespace
}  // namespace hearth::homework::client
