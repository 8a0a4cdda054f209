#include "homework/client/trainer/erasure.h"

#include <gtest/gtest.h>

#include "homework/client/trainer/student_data.h"
#include "homework/domain/mime.h"

namespace hearth::homework::client {
namespace {

const Person kAda{"student1", "ada@example.org"};

TEST(Mentions, KnowsWhereAnIdEnds) {
  for (const char* text : {"student1", "\"student1\"", "a/student1/b", "student1 and", "It was student1.",
                           "x=student1;", "student1@example.org", "student11 student1"})
    EXPECT_TRUE(mentions(text, "student1")) << text;
  for (const char* text :
       {"", "student11", "xstudent1", "student1-b", "student1.b", "student_student1x", "my.student1"})
    EXPECT_FALSE(mentions(text, "student1")) << text;
}

TEST(IsAboutStudents, GoesByTheLayout) {
  for (const char* key : {"os/test01/student1/testResult.json", "os/test01/student1/attempts/2019-aa.json",
                          "outbox/os/test01/x.mail.json", "outbox/-/-/x.mail.json", "scoring/report/os/test01.json",
                          "scoring/board.html"})
    EXPECT_TRUE(isAboutStudents(key)) << key;
  for (const char* key :
       {"course.json", "studentsList.json", "published/questions/a.json", "os/test01/questions.json",
        "keys/os/test01/a.json", "scoring/lease.json", "page/index.html", "signing/receipt-key.json"})
    EXPECT_FALSE(isAboutStudents(key)) << key;
  EXPECT_TRUE(isOwnedBy("os/test01/student1/score.json", "student1"));
  EXPECT_FALSE(isOwnedBy("os/student1/x/score.json", "student1"));
  EXPECT_FALSE(isOwnedBy("keys/os/student1/score.json", "student1"));
}

TEST(WithoutPerson, LeavesTheOthers) {
  EXPECT_EQ(
      withoutPerson(R"([{"student_id": "student1", "email": "ada@example.org"}, {"student_id": "student11"}])",
                    kAda, Numbers::kKeep),
      "[\n  {\n    \"student_id\": \"student11\"\n  }\n]\n");
  EXPECT_EQ(withoutPerson(R"({"k1": "student1", "k2": "student2"})", kAda, Numbers::kKeep),
            "{\n  \"k2\": \"student2\"\n}\n");
  const std::string board =
      R"({"students": [{"studentId": "student1", "score": 4}], "statistics": {"n": 7}, "orphans": ["student1"]})";
  EXPECT_EQ(withoutPerson(board, kAda, Numbers::kKeep),
            "{\n  \"students\": [],\n  \"statistics\": {\n    \"n\": 7\n  },\n  \"orphans\": []\n}\n");
  EXPECT_EQ(withoutPerson(board, kAda, Numbers::kDrop), "{\n  \"students\": [],\n  \"orphans\": []\n}\n");
}

TEST(WithoutPerson, GivesUpWhereItCannotKnow) {
  EXPECT_FALSE(withoutPerson("not JSON, student1", kAda, Numbers::kKeep));
  EXPECT_FALSE(withoutPerson(R"({"reason": "like student1"})", kAda, Numbers::kKeep));
}

TEST(NamesPerson, LooksIntoMails) {
  const auto mail = [](const std::string& raw) {
    return R"({"id": "1", "to": "t@example.org", "raw": ")" + base64(raw) + "\"}";
  };
  EXPECT_TRUE(namesPerson(mail("Subject: x\r\n\r\nmissing: student1\r\n"), kAda));
  EXPECT_TRUE(namesPerson(mail("Subject: x\r\n\r\nmissing: stud=\r\nent1\r\n"), kAda));
  EXPECT_TRUE(namesPerson(mail("Subject: x\r\n\r\nada=40example.org\r\n"), kAda));
  EXPECT_FALSE(namesPerson(mail("Subject: x\r\n\r\nmissing: student11\r\n"), kAda));
  const auto stub = withoutText(mail("missing: student1"));
  ASSERT_TRUE(stub);
  EXPECT_FALSE(namesPerson(*stub, kAda));
  EXPECT_NE(stub->find("t@example.org"), std::string::npos);
}

}  // namespace
}  // namespace hearth::homework::client
