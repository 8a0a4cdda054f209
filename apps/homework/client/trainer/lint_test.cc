#include "homework/client/trainer/lint.h"

#include <gtest/gtest.h>

namespace hearth::homework::client {
namespace {

constexpr const char* kQuestions = R"([
  {"questionId": "1", "question": "What is a kernel?",
   "answers": [{"answerId": "a", "answerBody": "the core"},
               {"answerId": "b", "answerBody": "a browser"}]},
  {"questionId": "2", "question": "What does this print?\n\n    echo *",
   "answers": [{"answerId": "a", "answerBody": "nothing"},
               {"answerId": "b", "answerBody": "names of files"}]},
  {"questionId": "3", "question": "Which process is the first?",
   "answers": [{"answerId": "a", "answerBody": "init"},
               {"answerId": "b", "answerBody": "cron"}]}
])";
constexpr const char* kKey = R"([
  {"questionId": "1", "answer": "a"},
  {"questionId": "2", "answer": "b"},
  {"questionId": "3", "answer": "A", "feedback": "It has the number 1."}
])";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// "rule:line rule:line"
std::string found(const std::string& questions, const std::string& key) {
  Findings findings;
  const auto linted = lintQuestions("q", questions, findings);
  if (!linted.empty()) lintKey("k", key, "q", linted, findings);
  std::string out;
  for (const Finding& finding : findings.all()) {
    out += (out.empty() ? "" : " ") + finding.rule + ":" + finding.file + std::to_string(finding.line);
  }
  return out;
}

std::string inQuestions(std::string_view from, std::string_view to) {
  return found(replaced(kQuestions, from, to), kKey);
}
std::string inKey(std::string_view from, std::string_view to) {
  return found(kQuestions, replaced(kKey, from, to));
}

TEST(Lint, AGoodTestHasNoFindings) { EXPECT_EQ(found(kQuestions, kKey), ""); }

TEST(Lint, FindsEachSeededDefectOnceAndWhereItIs) {
  EXPECT_EQ(inQuestions("\"cron\"}]}\n]", "\"cron\"}]}"), "json-syntax:q10");
  EXPECT_EQ(found("{}", kKey), "json-shape:q1");
  EXPECT_EQ(inQuestions("\"questionId\": \"1\",", ""), "json-shape:q2 key-extra:k2");
  EXPECT_EQ(inQuestions("\"What is a kernel?\"", "5"), "json-shape:q2");
  EXPECT_EQ(inQuestions("\"questionId\": \"3\"", "\"questionId\": \"2\""), "duplicate-question:q8 key-extra:k4");
  EXPECT_EQ(
      inQuestions("\"answerId\": \"b\", \"answerBody\": \"cron\"", "\"answerId\": \"A\", \"answerBody\": \"cron\""),
      "duplicate-answer:q10");
  EXPECT_EQ(inQuestions(",\n               {\"answerId\": \"b\", \"answerBody\": \"cron\"}", ""), "few-answers:q9");
  EXPECT_EQ(inQuestions("\"init\"", "\"  \""), "empty-text:q9");
  EXPECT_EQ(inQuestions("\"questionId\": \"1\"", "\"questionId\": \"1/../2\""),
            "illegal-id:q2 key-extra:k2 key-missing:k0");
  EXPECT_EQ(inQuestions("\"question\": \"What is", "\"answer\": \"a\", \"question\": \"What is"), "leak:q2");
  EXPECT_EQ(inQuestions("\"answerBody\": \"init\"", "\"correct\": true, \"answerBody\": \"init\""), "leak:q9");
  EXPECT_EQ(inQuestions("\"question\": \"What is", "\"points\": 0, \"question\": \"What is"), "json-shape:q2");
  EXPECT_EQ(inQuestions("\"cron\"", "\"INIT\""), "identical-answers:q10");
  EXPECT_EQ(inQuestions("kernel?\"", "kernel? \""), "trailing-space:q2");
  EXPECT_EQ(inQuestions("kernel?\"", "kernel?\\u001b[2J\""), "control-character:q2");
  EXPECT_EQ(inQuestions("echo *", std::string(200, 'x')), "long-code-line:q5");

  EXPECT_EQ(inKey("{\"questionId\": \"2\", \"answer\": \"b\"},", ""), "key-missing:k0");
  EXPECT_EQ(inKey("{\"questionId\": \"2\"", "{\"questionId\": \"9\""), "key-extra:k3 key-missing:k0");
  EXPECT_EQ(inKey("\"answer\": \"b\"", "\"answer\": \"c\""), "key-not-offered:k3");
  EXPECT_EQ(inKey("{\"questionId\": \"2\"", "{\"questionId\": \"1\""), "key-duplicate:k3 key-missing:k0");
  EXPECT_EQ(inKey("\"answer\": \"b\"", "\"answer\": [\"b\"]"), "json-shape:k3 key-missing:k0");
}

// n questions whose right answer is the one at `right(i)`; the texts come from `text(i, choice)`.
template <class Right, class Text>
std::string patterns(std::size_t n, Right right, Text text) {
  std::string questions = "[";
  std::string key = "[";
  for (std::size_t i = 0; i < n; ++i) {
    const std::string id = std::to_string(i + 1);
    questions += std::string(i == 0 ? "" : ",") + R"({"questionId":")" + id + R"(","question":"Q","answers":[)";
    for (std::size_t c = 0; c < 4; ++c) {
      questions += std::string(c == 0 ? "" : ",") + R"({"answerId":")" +
                   std::string(1, static_cast<char>('a' + c)) + R"(","answerBody":")" + text(i, c) + "\"}";
    }
    questions += "]}";
    key += std::string(i == 0 ? "" : ",") + R"({"questionId":")" + id + R"(","answer":")" +
           std::string(1, static_cast<char>('a' + right(i))) + "\"}";
  }
  return found(questions + "]", key + "]");
}

TEST(Lint, FindsHabitsThatLetStudentsGuess) {
  const auto spread = [](std::size_t i) { return i % 4; };
  const auto plain = [](std::size_t, std::size_t c) { return "answer " + std::to_string(c); };
  EXPECT_EQ(patterns(8, spread, plain), "");
  EXPECT_EQ(patterns(
                5, [](std::size_t i) { return i < 3 ? std::size_t{2} : std::size_t{0}; }, plain),
            "same-letter:k0");
  EXPECT_EQ(
      patterns(6, spread,
               [&](std::size_t i, std::size_t c) { return plain(i, c) + (c == spread(i) ? " at length" : ""); }),
      "longest-answer:q0");
  EXPECT_EQ(patterns(6, spread,
                     [&](std::size_t i, std::size_t c) {
                       return c == 3 && i != 0 ? "None of the mentioned" : plain(i, c);
                     }),
            "none-of-these:q0");
}

TEST(Lint, CountsQuestionsAndAnswers) {
  EXPECT_EQ(patterns(
                2, [](std::size_t) { return std::size_t{0}; },
                [](std::size_t, std::size_t c) { return std::to_string(c); }),
            "few-questions:q0");
  EXPECT_EQ(found("[]", kKey), "no-questions:q1");
  EXPECT_EQ(found(std::string(300 * 1024, ' '), kKey), "too-large:q0");
}

}  // namespace
}  // namespace hearth::homework::client
