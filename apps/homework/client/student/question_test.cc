#include "homework/client/student/question.h"

#include <gtest/gtest.h>

namespace hearth::homework::client {
namespace {

TEST(FindChoice, PrefersIdsOverNumbers) {
  const Question letters{"1", "", {{"a", ""}, {"B", ""}}};
  EXPECT_EQ(findChoice(letters, "b")->id, "B");
  EXPECT_EQ(findChoice(letters, "2")->id, "B");
  EXPECT_EQ(findChoice(letters, "0"), nullptr);
  EXPECT_EQ(findChoice(letters, ""), nullptr);
  const Question numbers{"1", "", {{"10", ""}, {"2", ""}, {"1", ""}}};
  EXPECT_EQ(findChoice(numbers, "1")->id, "1");
  EXPECT_EQ(findChoice(numbers, "3"), nullptr);
}

Question typed(QuestionType type) {
  Question question{"1", "q", {{"a", "one"}, {"b", "two"}, {"c", "three"}}, type};
  if (type == QuestionType::kTrueFalse) question.choices = {{"true", ""}, {"false", ""}};
  if (!question.hasChoices()) question.choices.clear();
  return question;
}

TEST(ReadAnswer, SeveralChoicesInAnyForm) {
  const Question question = typed(QuestionType::kMultiple);
  for (const char* same : {"a,c", "c, a", "ac", "CA", "1 3", "a;c", "a,a,c", "3,a"}) {
    EXPECT_EQ(readAnswer(question, same), "a,c") << same;
  }
  EXPECT_EQ(readAnswer(question, "b"), "b");
  for (const char* wrong : {"", ",", "d", "ad", "a,d", "abx", "4"})
    EXPECT_FALSE(readAnswer(question, wrong)) << wrong;
  EXPECT_TRUE(isAnswer(question, "a,c"));
  EXPECT_FALSE(isAnswer(question, "c,a"));
}

TEST(ReadAnswer, TrueAndFalse) {
  const Question question = typed(QuestionType::kTrueFalse);
  for (const char* yes : {"t", "T", "true", "TRUE", "1"}) EXPECT_EQ(readAnswer(question, yes), "true") << yes;
  for (const char* no : {"f", "false", "2"}) EXPECT_EQ(readAnswer(question, no), "false") << no;
  for (const char* wrong : {"", "tr", "y", "0", "3"}) EXPECT_FALSE(readAnswer(question, wrong)) << wrong;
}

TEST(ReadAnswer, NumbersAsTheContractHasThem) {
  const Question question = typed(QuestionType::kNumber);
  for (const char* number : {"3.14", "3,14", "-2e3", "0", "+7", ".5"}) {
    EXPECT_EQ(readAnswer(question, number), number);
  }
  for (const char* wrong : {"", "pi", "1.2.3", "1 000", "0x10", "1e", "--1", "1234567890123456789012345678901"}) {
    EXPECT_FALSE(readAnswer(question, wrong)) << wrong;
  }
}

TEST(ReadAnswer, ALineOfText) {
  const Question question = typed(QuestionType::kText);
  EXPECT_EQ(readAnswer(question, "  init process "), "init process");
  EXPECT_TRUE(readAnswer(question, std::string(200, 'x')));
  EXPECT_FALSE(readAnswer(question, std::string(201, 'x')));
  EXPECT_FALSE(readAnswer(question, ""));
  EXPECT_FALSE(readAnswer(question, "\xFF"));
  EXPECT_FALSE(readAnswer(question, "a\x1b[2J"));
}

TEST(QuestionJson, ComesBackAsItWas) {
  for (const auto type : {QuestionType::kSingle, QuestionType::kMultiple, QuestionType::kTrueFalse,
                          QuestionType::kText, QuestionType::kNumber}) {
    Question question = typed(type);
    question.points = 7;
    question.code = "a\n\tb";
    EXPECT_EQ(questionFromJson(questionToJson(question)), question);
  }
}

TEST(QuestionJson, WhatCannotBeAnsweredIsRefused) {
  const auto read = [](const char* text) { return questionFromJson(*parseJson(text)); };
  EXPECT_FALSE(read(R"({"questionId": "1", "question": "q", "type": "essay"})"));
  EXPECT_FALSE(read(R"({"questionId": "1", "question": "q", "answers": []})"));
  EXPECT_FALSE(read(R"({"question": "q", "type": "text"})"));
  EXPECT_TRUE(read(R"({"questionId": "1", "question": "q", "type": "truefalse"})"));
  EXPECT_EQ(read(R"({"questionId": "1", "question": "q", "type": "text"})")->points, 1);
}

}  // namespace
}  // namespace hearth::homework::client
