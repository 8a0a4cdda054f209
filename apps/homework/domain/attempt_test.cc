#include "homework/domain/attempt.h"

#include <gtest/gtest.h>

#include <set>

#include "homework/domain/hash.h"

namespace hearth::homework {
namespace {

using namespace std::chrono_literals;

Attempt attempt() {
  Attempt out;
  out.course = "Operating systems";
  out.test = {"operating-systems", "test01"};
  out.studentId = "student01";
  out.questionSet = std::string(64, 'a');
  out.receivedAt = *parseInstant("2019-04-08T18:43:07.123Z");
  out.answers = {{"1", "a"}, {"2", "b"}};
  return out;
}

PublishedTest test() {
  PublishedTest out;
  out.ref = attempt().test;
  out.title = "Kernels and boot";
  out.due = *parseInstant("2019-04-08T21:00:00Z");
  out.questionSet = attempt().questionSet;
  return out;
}

TEST(Attempts, NamesSortByTimeAndTellTheAnswersApart) {
  const Attempt first = attempt();
  EXPECT_EQ(first.name(), "20190408T184307123Z-" + sha256Hex("1=a\n2=b\n").substr(0, 16));
  const auto parsed = parseAttemptName(first.name());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->receivedAt, first.receivedAt);
  EXPECT_EQ(parsed->answersHash, shortAnswersHash(first.answers));
  for (const char* wrong :
       {"", "20190408T184307123Z", "20190408T184307123Z-zz", "x0190408T184307123Z-0123456789abcdef",
        "20190408T184307123Z-0123456789abcdeg", "20190408T184307123Z-0123456789abcdef0"}) {
    EXPECT_FALSE(parseAttemptName(wrong)) << wrong;
  }
}

TEST(Attempts, ComeBackAsTheyWere) {
  const auto again = parseAttempt(attemptJson(attempt()));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(attemptJson(*again), attemptJson(attempt()));
  EXPECT_EQ(again->name(), attempt().name());
  for (const char* wrong : {"[]", "{}", R"({"receivedAt":"2019-04-08T18:43:07Z","answers":[1]})"}) {
    EXPECT_FALSE(parseAttempt(wrong).ok()) << wrong;
  }
}

TEST(Receipts, CodeIsReadableAndCoversEverything) {
  const std::string code = receiptCode(attempt());
  ASSERT_EQ(code.size(), 11U);
  EXPECT_EQ(code.substr(0, 2), "R-");
  EXPECT_EQ(code[6], '-');
  EXPECT_EQ(code.find_first_of("ILOU", 2), std::string::npos);
  std::set<std::string> codes{code};
  for (int i = 0; i < 7; ++i) {
    Attempt other = attempt();
    if (i == 0) other.course += "!";
    if (i == 1) other.test.testId = "test02";
    if (i == 2) other.studentId = "student02";
    if (i == 3) other.questionSet[0] = 'b';
    if (i == 4) other.receivedAt += 1ms;
    if (i == 5) other.answers[1].answer = "c";
    if (i == 6) other.answers.pop_back();
    codes.insert(receiptCode(other));
  }
  EXPECT_EQ(codes.size(), 8U);
}

TEST(Receipts, TellTheTimeAsAPersonWould) {
  const Zone warsaw{"Europe/Warsaw", {{Instant{}, 2h}}};
  QuestionSet set;
  set.questions.resize(6);
  Attempt early = attempt();
  std::string text = receiptText(early, test(), set, warsaw);
  EXPECT_NE(text.find("Received      Mon 8 Apr 2019 20:43:07 Europe/Warsaw\n"), std::string::npos) << text;
  EXPECT_NE(text.find("On time       yes, 2 h 16 min before the deadline\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Answers       2 of 6\n"), std::string::npos);
  EXPECT_NE(text.find("\n1=a\n2=b\n"), std::string::npos);
  early.receivedAt = test().due + 30s;
  text = receiptText(early, test(), set, warsaw);
  EXPECT_NE(text.find("yes, within the grace period"), std::string::npos);
  early.receivedAt = test().due + 2h;
  early.late = true;
  text = receiptText(early, test(), set, warsaw);
  EXPECT_NE(text.find("no, 2 h after the deadline"), std::string::npos);
  const json::object members = receiptJson(early, test(), set, warsaw);
  EXPECT_EQ(members.at("code").get_string(), receiptCode(early));
  EXPECT_EQ(members.at("late").get_bool(), true);
}

}  // namespace
}  // namespace hearth::homework
