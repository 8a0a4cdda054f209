#include "homework/domain/scoring.h"

#include <gtest/gtest.h>

#include <fstream>

namespace hearth::homework {
namespace {

// The original's own scores for tests of 1 to 20 questions.
TEST(Scoring, LegacyModeReproducesTheOriginal) {
  std::ifstream file(HOMEWORK_DOMAIN_DIR "/testdata/legacy_scores.csv");
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  EXPECT_EQ(line, "questions,correct,score");
  int rows = 0;
  while (std::getline(file, line)) {
    int questions = 0;
    int correct = 0;
    int score = 0;
    ASSERT_EQ(std::sscanf(line.c_str(), "%d,%d,%d", &questions, &correct, &score), 3) << line;
    EXPECT_EQ(scaleScore(correct, questions, 5, Rounding::kLegacy), score) << line;
    ++rows;
  }
  EXPECT_EQ(rows, 230);
}

// B22: two and three right of six are not the same.
TEST(Scoring, HalfUpIsMonotoneAndDiffersAtExactHalvesOnly) {
  const auto six = [](int n) { return scaleScore(n, 6, 5, Rounding::kHalfUp); };
  EXPECT_EQ(six(0), 0);
  EXPECT_EQ(six(1), 1);
  EXPECT_EQ(six(2), 2);
  EXPECT_EQ(six(3), 3);
  EXPECT_EQ(six(4), 3);
  EXPECT_EQ(six(5), 4);
  EXPECT_EQ(six(6), 5);
  int different = 0;
  for (int n = 1; n <= 50; ++n) {
    for (int c = 0; c <= n; ++c) {
      const int up = scaleScore(c, n, 5, Rounding::kHalfUp);
      const int even = scaleScore(c, n, 5, Rounding::kLegacy);
      EXPECT_LE(2 * 5 * c - n, 2 * n * up);
      EXPECT_GT(2 * 5 * c + n + 1, 2 * n * up);
      EXPECT_GE(up, c > 0 ? scaleScore(c - 1, n, 5, Rounding::kHalfUp) : 0);
      if (up != even) {
        EXPECT_EQ(5 * c % n * 2, n);
        EXPECT_EQ(up, even + 1);
        ++different;
      }
    }
  }
  EXPECT_EQ(different, 35);
}

TEST(Scoring, LargeScalesDoNotOverflow) {
  EXPECT_EQ(scaleScore(200'000, 200'000, 1000, Rounding::kHalfUp), 1000);
  EXPECT_EQ(scaleScore(199'999, 200'000, 1000, Rounding::kHalfUp), 1000);
  EXPECT_EQ(scaleScore(0, 1, 1000, Rounding::kLegacy), 0);
}

TEST(Scoring, PercentHasTwoExactDecimals) {
  EXPECT_EQ(percent(5, 6), "83.33");
  EXPECT_EQ(percent(2, 3), "66.67");
  EXPECT_EQ(percent(1, 8), "12.50");
  EXPECT_EQ(percent(1, 800), "0.13");
  EXPECT_EQ(percent(0, 6), "0.00");
  EXPECT_EQ(percent(6, 6), "100.00");
  EXPECT_EQ(percent(1, 2000), "0.05");
}

TEST(Scoring, PointsAreCountedByTheKey) {
  const auto set = parseQuestionSet(
      R"([{"questionId":"1","question":"?","answers":[{"answerId":"a","answerBody":"A"},{"answerId":"b","answerBody":"B"}]},
          {"questionId":"2","question":"?","points":3,"answers":[{"answerId":"a","answerBody":"A"},{"answerId":"b","answerBody":"B"}]}])");
  const auto key = parseAnswerKey(R"([{"questionId":"1","answer":"a"},{"questionId":"2","answer":"b"}])", *set);
  const auto points = [&](const Answers& answers) { return countPoints(*key, *set, answers).points; };
  EXPECT_EQ(countPoints(*key, *set, {}).maxPoints, 4);
  EXPECT_EQ(points({}), 0);
  EXPECT_EQ(points({{"1", "a"}}), 1);
  EXPECT_EQ(points({{"2", "b"}, {"1", "a"}}), 4);
  EXPECT_EQ(points({{"1", "b"}, {"1", "a"}}), 0);  // the first answer counts
  EXPECT_EQ(points({{"1", "A"}, {"3", "a"}, {"", ""}}), 0);
}

}  // namespace
}  // namespace hearth::homework
