#include "homework/client/trainer/class_board.h"

#include <gtest/gtest.h>

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

TEST(ClassBoard, TellsTheState) {
  ClassBoard board = boardOf({"s1", "s2"});
  board.students[0].student.name = "Ada \x1b[31mN.";
  addObjects(board, {object("os/test01/s1/testResult.json")});
  addReport(board, *parseJson(R"({"at": "2019-04-08T21:01:02Z", "students": [
      {"studentId": "s1", "status": "graded", "score": 4, "points": 5, "maxPoints": 6, "late": false, "mail": "failed"},
      {"studentId": "s2", "status": "missing", "mail": "none"}, {"studentId": "unknown", "status": "graded"}]})"));
  Style style;
  std::string text;
  for (const std::string& line : classBoardLines(board, {}, *parseInstant("2019-04-08T22:00:00Z"), style))
    text += line + "\n";
  EXPECT_NE(text.find("received 1 of 2   not yet 1   scored 1   mail problems 1"), std::string::npos) << text;
  EXPECT_NE(text.find("score 4 (5 of 6)"), std::string::npos) << text;
  EXPECT_NE(text.find("  not yet      s2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  mail         s1 failed\n"), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Grades, AreOneRowPerStudentAndNoFormula) {
  ClassBoard board = boardOf({"s1", "s2", "s3"});
  board.students[0].student.name = "=cmd()";
  addObjects(board, {object("os/test01/s1/testResult.json"), object("os/test01/s2/testResult.json")});
  addReport(board, *parseJson(R"({"students": [
      {"studentId": "s1", "status": "graded", "score": 4, "points": 5, "maxPoints": 6},
      {"studentId": "s2", "status": "graded", "score": 5, "points": 6, "maxPoints": 6, "late": true}]})"));
  EXPECT_EQ(gradesCsv({board}),
            "student_id,name,os/test01 score,os/test01 points,os/test01 max_points,os/test01 percent,os/test01 "
            "arrived\r\n"
            "s1,'=cmd(),4,5,6,83.33,on time\r\n"
            "s2,,5,6,6,100.00,late\r\n"
            "s3,,,,,,missing\r\n");
}

TEST(FindTests, TakesNamesAndIds) {
  Catalogue catalogue;
  catalogue.tests = {boardOf({}).test};
  EXPECT_EQ(findTests(catalogue, "")->size(), 1u);
  EXPECT_EQ(findTests(catalogue, "os/test01")->size(), 1u);
  EXPECT_EQ(findTests(catalogue, "test01")->size(), 1u);
  EXPECT_EQ(findTests(catalogue, "test02").failure().exit, Exit::kUsage);
}

TEST(Base64, DecodesOnlyWhatIsWellFormed) {
  EXPECT_EQ(base64Decoded("SGVsbG8="), "Hello");
  EXPECT_EQ(base64Decoded("SGVsbA=="), "Hell");
  EXPECT_EQ(base64Decoded("SGVs"), "Hel");
  EXPECT_EQ(base64Decoded(""), "");
  for (const char* text : {"SGVsbG8", "SG=s", "====", "S===", "SGV\n"})
    EXPECT_EQ(base64Decoded(text), std::nullopt) << text;
}

TEST(ReadableMail, IsTheTextPartDecoded) {
  OutboxMail mail;
  mail.subject = "[os] [test01] Wyniki – żółw";
  mail.raw =
      "From: Homework <h@example.org>\r\nTo: s@example.org\r\nSubject: =?utf-8?Q?x?=\r\nDate: Mon, 08 Apr 2019 "
      "21:01:02 +0000\r\n"
      "Content-Type: multipart/alternative;\r\n boundary=\"=_1\"\r\n\r\n--=_1\r\nContent-Type: text/plain; "
      "charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\nYour score is: 5 =C5=BC and a lo=\r\nng line =3D "
      "end=ZZ\r\n\r\n--=_1\r\n"
      "Content-Type: text/html\r\n\r\n<p>x</p>\r\n--=_1--\r\n";
  EXPECT_EQ(readableMail(mail),
            "From: Homework <h@example.org>\nTo: s@example.org\nDate: Mon, 08 Apr 2019 21:01:02 +0000\n"
            "Subject: [os] [test01] Wyniki – żółw\n\nYour score is: 5 ż and a long line = end=ZZ\n");
  mail.raw = "no parts here";
  EXPECT_EQ(readableMail(mail), "no parts here");
}

TEST(FindMail, TakesAnUnambiguousBeginning) {
  std::vector<OutboxMail> mails(2);
  mails[0].id = "abc1";
  mails[1].id = "abd2";
  EXPECT_EQ(findMail(mails, "abc")->id, "abc1");
  EXPECT_FALSE(findMail(mails, "ab").ok());
  EXPECT_FALSE(findMail(mails, "x").ok());
  EXPECT_FALSE(findMail(mails, "").ok());
}

}  // namespace
}  // namespace hearth::homework::client
