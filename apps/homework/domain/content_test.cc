#include "homework/domain/content.h"

#include <gtest/gtest.h>

#include "homework/domain/hash.h"
#include "homework/domain/ids.h"
#include "homework/domain/submission.h"

namespace hearth::homework {
namespace {

constexpr const char* kSet = R"([
  {"questionId":"1","question":"Which?","answers":[{"answerId":"a","answerBody":"A"},{"answerId":"b","answerBody":"B"}]},
  {"questionId":"Q2","question":"`ls *`\n\tand <b>?","points":3,"answers":[
     {"answerId":"a","answerBody":"x"},{"answerId":"C","answerBody":"y"},{"answerId":"10","answerBody":"z"}]}])";

QuestionSet set() { return *parseQuestionSet(kSet); }

json::value parsed(std::string_view text) { return *parseJson(text, 1 << 20, "test"); }

TEST(Ids, ThePatternAndNothingElse) {
  for (const char* good : {"a", "Z9", "0", "operating-systems", "test01", "a.b_c-d"})
    EXPECT_TRUE(isId(good)) << good;
  EXPECT_TRUE(isId(std::string(64, 'x')));
  for (const char* bad : {"", ".", "..", "-a", "_a", "a/b", "a b", "a\n", "ż", "../x", "a%2f", "a\\b", "a:b"}) {
    EXPECT_FALSE(isId(bad)) << bad;
  }
  EXPECT_FALSE(isId(std::string(65, 'x')));
  EXPECT_FALSE(isId(std::string_view("a\0b", 3)));
  for (const char* taken : {"published", "keys", "access", "scoring", "outbox"})
    EXPECT_FALSE(isSubject(taken)) << taken;
  EXPECT_EQ(parseTestRef("s/t")->path(), "s/t");
  for (const char* bad : {"s", "/t", "s/", "s/t/u", "keys/t", "s//t"}) EXPECT_FALSE(parseTestRef(bad)) << bad;
}

TEST(QuestionSets, AreReadWithPointsAndHash) {
  const QuestionSet questions = set();
  ASSERT_EQ(questions.questions.size(), 2U);
  EXPECT_EQ(questions.hash, sha256Hex(kSet));
  EXPECT_EQ(questions.maxPoints(), 4);
  EXPECT_EQ(questions.questions[1].text, "`ls *`\n\tand <b>?");
  EXPECT_EQ(questions.findQuestion("Q2")->findOption("c")->id, "C");
  EXPECT_EQ(questions.findQuestion("Q2")->findOption("1"), nullptr);  // not a part of "10"
  EXPECT_EQ(questions.findQuestion("Q2")->findOption("a c"), nullptr);
  EXPECT_EQ(questions.findQuestion("q2"), nullptr);
}

TEST(QuestionSets, StudentsAreSentTheKnownMembersOnly) {
  const auto with = parseQuestionSet(
      R"([{"questionId":"1","question":"?","note":"x","answers":[{"answerId":"a","answerBody":"A","hint":"y"},{"answerId":"b","answerBody":"B"}]}])");
  ASSERT_TRUE(with.ok());
  EXPECT_EQ(
      json::serialize(questionsJson(*with)),
      R"([{"questionId":"1","question":"?","answers":[{"answerId":"a","answerBody":"A"},{"answerId":"b","answerBody":"B"}]}])");
}

struct Broken {
  const char* name;
  const char* text;
  const char* message;
};

class BrokenSets : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenSets, AreRefusedWithTheReason) {
  const auto read = parseQuestionSet(GetParam().text);
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.problem().message.find(GetParam().message), std::string::npos) << read.problem().message;
}

#define ANSWERS R"("answers":[{"answerId":"a","answerBody":"A"},{"answerId":"b","answerBody":"B"}])"
INSTANTIATE_TEST_SUITE_P(
    QuestionSets, BrokenSets,
    ::testing::Values(
        Broken{"notJson", "[{", "not JSON"}, Broken{"twoDocuments", "[] []", "not JSON"},
        Broken{"notUtf8", "[\"\xff\"]", "not JSON"}, Broken{"object", "{}", "not a list"},
        Broken{"empty", "[]", "not a list"}, Broken{"notObjects", "[1]", "number 1 is not an object"},
        Broken{"noId", R"([{"question":"?",)" ANSWERS "}]", "no usable questionId"},
        Broken{"pathId", R"([{"questionId":"../x","question":"?",)" ANSWERS "}]", "no usable questionId"},
        Broken{"numberId", R"([{"questionId":1,"question":"?",)" ANSWERS "}]", "no usable questionId"},
        Broken{"blankText", R"([{"questionId":"1","question":" \n",)" ANSWERS "}]", "no text in question"},
        Broken{"leak", R"([{"questionId":"1","question":"?","answer":"a",)" ANSWERS "}]", "would tell the answer"},
        Broken{"zeroPoints", R"([{"questionId":"1","question":"?","points":0,)" ANSWERS "}]",
               "points are 1 to 1000"},
        Broken{"unknownType", R"([{"questionId":"1","question":"?","type":"essay",)" ANSWERS "}]",
               "the type is single"},
        Broken{"twice",
               R"([{"questionId":"x","question":"?",)" ANSWERS R"(},{"questionId":"X","question":"?",)" ANSWERS
               "}]",
               "two questions X"},
        Broken{"oneAnswer", R"([{"questionId":"1","question":"?","answers":[{"answerId":"a","answerBody":"A"}]}])",
               "2 to 26 answers"},
        Broken{
            "sameAnswers",
            R"([{"questionId":"1","question":"?","answers":[{"answerId":"a","answerBody":"A"},{"answerId":"A","answerBody":"B"}]}])",
            "two answers A"},
        Broken{
            "correctMarked",
            R"([{"questionId":"1","question":"?","answers":[{"answerId":"a","answerBody":"A","correct":true},{"answerId":"b","answerBody":"B"}]}])",
            "would tell the answer"}),
    [](const auto& param) { return param.param.name; });

TEST(QuestionSets, LimitsHoldBeforeAnythingIsBuilt) {
  EXPECT_FALSE(parseQuestionSet(std::string(kMaxContentBytes + 1, ' ')).ok());
  EXPECT_FALSE(parseQuestionSet(std::string(100'000, '[')).ok());
}

TEST(AnswerKeys, MustFitTheirQuestions) {
  const auto key = parseAnswerKey(R"([{"questionId":"Q2","answer":"c"},{"questionId":"1","answer":"a"}])", set());
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->entries[0].answer, "C");  // the option's own spelling
  for (const char* wrong :
       {"{}", "[]", R"([{"questionId":"1","answer":"a"}])",
        R"([{"questionId":"1","answer":"z"},{"questionId":"Q2","answer":"a"}])",
        R"([{"questionId":"1","answer":"a"},{"questionId":"Q2","answer":"a"},{"questionId":"3","answer":"a"}])",
        R"([{"questionId":"1","answer":"a"},{"questionId":"1","answer":"a"},{"questionId":"Q2","answer":"a"}])",
        R"([{"questionId":"1"},{"questionId":"Q2","answer":"a"}])"}) {
    EXPECT_FALSE(parseAnswerKey(wrong, set()).ok()) << wrong;
  }
}

TEST(Submissions, AreNormalisedToQuestionOrderAndSpelling) {
  const auto answers =
      checkSubmission(parsed(R"([{"questionId":"Q2","answer":"c","x":1},{"questionId":"1","answer":"B"}])"), set());
  ASSERT_TRUE(answers.ok());
  EXPECT_EQ(*answers, (Answers{{"1", "b"}, {"Q2", "C"}}));
  EXPECT_EQ(canonicalAnswers(*answers), "1=b\nQ2=C\n");
  EXPECT_EQ(checkSubmission(parsed(R"([{"questionId":"Q2","answer":"10"}])"), set())->size(), 1U);
}

TEST(Submissions, WhatDoesNotFitIsRefused) {
  for (const char* wrong :
       {"{}", "null", "\"not a list\"", "[1]", "[null]", "[[]]", R"([{"questionId":"1"}])", R"([{"answer":"a"}])",
        R"([{"questionId":1,"answer":"a"}])", R"([{"questionId":"1","answer":["a"]}])",
        R"([{"questionId":"1","answer":""}])", R"([{"questionId":"1","answer":"ab"}])",
        R"([{"questionId":"1","answer":"a b"}])", R"([{"questionId":"9","answer":"a"}])",
        R"([{"questionId":"1","answer":"a"},{"questionId":"1","answer":"a"}])",
        R"([{"questionId":"1","answer":"a\u0000"}])", R"([{"questionId":"1","answer":"😀"}])"}) {
    EXPECT_FALSE(checkSubmission(parsed(wrong), set()).ok()) << wrong;
  }
  const auto evil = checkSubmission(parsed(R"([{"questionId":"\u001b[31m\n<b>","answer":"a"}])"), set());
  EXPECT_EQ(evil.problem().message, "there is no question '?[31m?<b>'");
}

TEST(Submissions, StoredFormIsTheOriginals) {
  EXPECT_EQ(
      storedAnswers({{"1", "a"}, {"2", "c"}}),
      "[\n    {\n        \"questionId\": \"1\",\n        \"answer\": \"a\"\n    },\n    {\n        \"questionId\": "
      "\"2\",\n        \"answer\": \"c\"\n    }\n]");
  EXPECT_EQ(storedAnswers({}), "[]");
}

// B01: what once ended the whole run is a Problem of one submission.
TEST(Submissions, StoredBytesOfAnyKindAreReadOrRefused) {
  EXPECT_EQ(*parseStoredAnswers(R"([{"questionId":"1","answer":"a"},{"questionId":"1","answer":"b"}])"),
            (Answers{{"1", "a"}}));
  EXPECT_TRUE(parseStoredAnswers("[]")->empty());
  EXPECT_EQ(parseStoredAnswers(R"([{"questionId":"zz","answer":"é\ud83d\ude00\u0000"}])")->size(), 1U);
  for (const char* poison : {"", "null", "\"not a list\"", "[null]", "[\"x\"]", R"([{"questionId":"1"}])",
                             R"([{"answer":"a"}])", R"([{"questionId":1,"answer":"a"}])", "[", "\xff", "{}"}) {
    EXPECT_FALSE(parseStoredAnswers(poison).ok()) << poison;
  }
  EXPECT_FALSE(parseStoredAnswers(std::string(1 << 20, ' ')).ok());
}

TEST(PythonJson, EscapesAsPythonDoes) {
  EXPECT_EQ(
      pythonJson(parsed(R"({"a":"é😀\n\t\"\\\u0001\u007f","b":[],"c":{},"d":[1,true,null]})")),
      "{\n    \"a\": \"\\u00e9\\ud83d\\ude00\\n\\t\\\"\\\\\\u0001\\u007f\",\n    \"b\": [],\n    \"c\": {},\n    "
      "\"d\": [\n        1,\n        true,\n        null\n    ]\n}");
}

}  // namespace
}  // namespace hearth::homework
