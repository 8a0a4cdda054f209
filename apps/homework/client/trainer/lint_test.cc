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
  EXPECT_EQ(inKey("\"answer\": \"b\"", "\"answer\": [\"b\"]"), "json-shape:k3");
}

// One question of a type, and the entry of its key; with two good ones beside it.
std::string typed(const std::string& question, const std::string& key) {
  constexpr const char* kRest =
      R"([{"questionId": "8", "question": "Q", "answers": [{"answerId": "a", "answerBody": "x"}, {"answerId": "b", "answerBody": "y"}]},
{"questionId": "9", "type": "truefalse", "question": "Q"},
{"questionId": "1", "question": "Q", )";
  return found(
      kRest + question + "}]", R"([{"questionId": "8", "answer": "a"}, {"questionId": "9", "answer": "TRUE"},
{"questionId": "1", )" + key + "}]");
}

TEST(Lint, KnowsTheTypesOfQuestions) {
  const std::string offered =
      R"("answers": [{"answerId": "a", "answerBody": "x"}, {"answerId": "b", "answerBody": "y"}, {"answerId": "c", "answerBody": "z"}])";
  const std::string multiple = R"("type": "multiple", )" + offered;
  const std::string text = R"("type": "text")";
  const std::string number = R"("type": "number", "answers": [])";
  const std::string truth = R"("type": "truefalse", )";
  const std::string own =
      truth +
      R"("answers": [{"answerId": "true", "answerBody": "Tak"}, {"answerId": "false", "answerBody": "Nie"}])";
  struct Case {
    std::string question;
    std::string key;
    std::string expected;
  };
  const Case cases[] = {
      {multiple, R"("answer": "a, C")", ""},
      {multiple, R"("answer": "b")", ""},
      {multiple, R"("answer": "a,d")", "key-not-offered:k2"},
      {multiple, R"("answer": "a,A")", "key-twice:k2"},
      {multiple, R"("answer": "c,b,a")", "all-right:k2"},
      {offered, R"("answer": "a,b")", "key-not-offered:k2"},
      {R"("type": "multpile", )" + offered, R"("answer": "a")", "type:q3"},
      {R"("type": 5, )" + offered, R"("answer": "a")", "type:q3"},
      {text, R"("answer": "init", "accept": ["systemd", "the init"], "case": false)", ""},
      {text + ", " + offered, R"("answer": "init")", "type:q3"},
      {text, R"("answer": "one", "accept": ["x\u0007"])", "key-answer:k2"},
      {text, R"("answer": " ")", "key-answer:k2"},
      {text, R"("answer": "init", "accept": "systemd")", "key-member:k2"},
      {text, R"("answer": "init", "accept": [1])", "key-answer:k2"},
      {text, R"("answer": "init", "accept": [" INIT "])", "accept-twice:k2"},
      {text, R"("answer": "init", "accept": ["INIT"], "case": true)", ""},
      {text, R"("answer": "init", "case": "yes")", "key-member:k2"},
      {text, R"("answer": "init", "tolerance": "1")", "key-member:k2"},
      {text, R"("answer": "init", "feedback": ["x"])", "key-member:k2"},
      {text, R"("answer": "init", "acept": ["x"])", "unknown-member:k2"},
      {number, R"("answer": "3,14", "tolerance": "1e-2")", ""},
      {number, R"("answer": 3.14)", "json-shape:k2"},
      {number, R"("answer": "three")", "key-answer:k2"},
      {number, R"("answer": "3", "tolerance": 1)", "key-member:k2"},
      {number, R"("answer": "3", "tolerance": "-1")", "key-member:k2"},
      {number, R"("answer": "3", "accept": ["4"])", "key-member:k2"},
      {truth + R"("points": 1)", R"("answer": "False")", ""},
      {truth + R"("points": 1)", R"("answer": "no")", "key-not-offered:k2"},
      {own, R"("answer": "true")", ""},
      {truth + offered, R"("answer": "true")", "type:q3 key-not-offered:k2"},
      {text + R"(, "code": "int x;\n   y")", R"("answer": "x")", ""},
      {text + R"(, "code": 5)", R"("answer": "x")", "json-shape:q3"},
      {text + R"(, "code": "x\u001b")", R"("answer": "x")", "control-character:q3"},
      {text + R"(, "code": ")" + std::string(201, 'x') + "\"", R"("answer": "x")", "long-code-line:q3"},
      {text + R"(, "codes": "x")", R"("answer": "x")", "unknown-member:q3"},
      {text + R"(, "accept": ["x"])", R"("answer": "x")", "leak:q3"},
  };
  for (const Case& c : cases) EXPECT_EQ(typed(c.question, c.key), c.expected) << c.question << c.key;
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
