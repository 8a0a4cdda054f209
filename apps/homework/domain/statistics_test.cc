#include "homework/domain/statistics.h"

#include <gtest/gtest.h>

#include "homework/domain/board.h"

namespace hearth::homework {
namespace {

// `k` single choices of four, the key always a.
QuestionSet setOf(int k) {
  std::string text = "[";
  for (int i = 1; i <= k; ++i) {
    text += (i > 1 ? "," : "") + std::string(R"({"questionId":")") + std::to_string(i) +
            R"(","question":"?","answers":[{"answerId":"a","answerBody":"A"},{"answerId":"b","answerBody":"B"},
               {"answerId":"c","answerBody":"C"},{"answerId":"d","answerBody":"D"}]})";
  }
  return *parseQuestionSet(text + "]");
}

AnswerKey keyOf(const QuestionSet& set) {
  AnswerKey key;
  for (const Question& question : set.questions) key.entries.push_back({question.id, "a", {}, false, {}, {}, ""});
  return key;
}

// One letter for each question, `-` for none.
Sheet sheet(const std::string& answers) {
  Sheet out;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const bool right = answers[i] == 'a';
    out.score += right ? 1 : 0;
    out.questions.push_back({std::to_string(i + 1), right ? 1 : 0, 1, right,
                             answers[i] == '-' ? std::string() : std::string(1, answers[i])});
  }
  return out;
}

TestStatistics of(const std::vector<std::string>& answers) {
  const QuestionSet set = setOf(static_cast<int>(answers.front().size()));
  std::vector<Sheet> sheets;
  for (const std::string& each : answers) sheets.push_back(sheet(each));
  return computeStatistics(sheets, set, keyOf(set), 5);
}

TEST(Statistics, OfScoresAreExact) {
  const TestStatistics statistics = of({"aaa", "aab", "abb", "bbb"});
  EXPECT_EQ(statistics.n, 4U);
  EXPECT_EQ(statistics.mean, "1.5");
  EXPECT_EQ(statistics.median, "1.5");
  EXPECT_EQ(statistics.sd, "1.3");
  ASSERT_EQ(statistics.histogram.size(), 6U);
  EXPECT_EQ(statistics.histogram[3].count, 1U);
  EXPECT_EQ(statistics.histogram[5].count, 0U);
  EXPECT_EQ(of({"aaa", "aaa", "abb"}).median, "3");
}

TEST(Statistics, OfNobody) {
  const QuestionSet set = setOf(3);
  const TestStatistics statistics = computeStatistics({}, set, keyOf(set), 5);
  EXPECT_EQ(statistics.mean, "-");
  EXPECT_EQ(statistics.sd, "-");
  EXPECT_EQ(statistics.questions.size(), 3U);
  EXPECT_FALSE(statistics.alpha);
  EXPECT_TRUE(statistics.questions[0].flags.empty());
}

TEST(Statistics, LargeScalesShareBars) {
  const QuestionSet set = setOf(3);
  const TestStatistics statistics = computeStatistics({{100, {}}, {0, {}}, {55, {}}}, set, keyOf(set), 100);
  std::size_t all = 0;
  for (const HistogramBar& bar : statistics.histogram) all += bar.count;
  EXPECT_EQ(all, 3U);
  EXPECT_EQ(statistics.histogram.back().to, 100);
  EXPECT_LE(statistics.histogram.size(), 11U);
  EXPECT_EQ(statistics.sheets, 0U);
}

// Worked out by hand: 10 students, 3 questions.
TEST(Statistics, ReliabilityIsKr20) {
  const std::vector<std::string> class10 = {"aaa", "aaa", "aaa", "aab", "aab", "aab", "abb", "abb", "bbb", "bbb"};
  const TestStatistics statistics = of(class10);
  ASSERT_TRUE(statistics.alpha);
  // p = 0.8, 0.6, 0.3; sum p(1-p) = 0.61; variance of the totals (n) = 1.21; 3/2 * (1 - 0.61/1.21).
  EXPECT_NEAR(*statistics.alpha, 1.5 * (1 - 0.61 / 1.21), 1e-9);
  EXPECT_NEAR(*statistics.sem * *statistics.sem, 1.21 * 10 / 9 * (1 - *statistics.alpha), 1e-9);
  EXPECT_FALSE(of({class10.begin(), class10.end() - 1}).alpha);  // nine say nothing
  EXPECT_FALSE(of(std::vector<std::string>(12, "aa")).alpha);    // nor do two questions
  EXPECT_FALSE(of(std::vector<std::string>(12, "aaa")).alpha);   // nor does a class that agrees
}

TEST(Statistics, FacilityHasAnHonestInterval) {
  const TestStatistics statistics = of({"a", "a", "a", "a", "a", "a", "a", "a", "b", "-"});
  const QuestionStatistics& question = statistics.questions[0];
  EXPECT_DOUBLE_EQ(question.facility, 0.8);
  EXPECT_NEAR(question.low, 0.4902, 1e-4);  // Wilson for 8 of 10
  EXPECT_NEAR(question.high, 0.9433, 1e-4);
  EXPECT_EQ(question.omitted, 1U);
  EXPECT_EQ(question.options[0].all, 8U);
  EXPECT_EQ(question.options[1].all, 1U);
  EXPECT_TRUE(question.options[0].right);
}

TEST(Statistics, DiscriminationLeavesTheQuestionItselfOut) {
  const TestStatistics statistics = of({"aaa", "aab", "baa", "bbb"});
  // Question 1: own 1 1 0 0, rest 2 1 2 0.
  EXPECT_NEAR(*statistics.questions[0].discrimination, 0.5 / std::sqrt(2.75), 1e-9);
  EXPECT_FALSE(of({"ab", "ab", "ab"}).questions[0].discrimination);
}

TEST(Flags, AWrongKeyIsFound) {
  // Everybody who knows their trade says b in question 1.
  const TestStatistics statistics = of({"baaaa", "baaaa", "baaaa", "baaab", "abbbb", "abbbb", "cbbbb", "dbbbb"});
  const QuestionStatistics& question = statistics.questions[0];
  EXPECT_TRUE(question.suspicious());
  EXPECT_TRUE(question.has(ItemFlag::kNegative));
  EXPECT_TRUE(question.has(ItemFlag::kWrongOption));
  EXPECT_EQ(question.options[1].upper, 4U);
  EXPECT_EQ(question.options[1].lower, 0U);
  EXPECT_FALSE(statistics.questions[1].suspicious());
  EXPECT_TRUE(statistics.questions[1].has(ItemFlag::kUnusedDistractor));
}

TEST(Flags, HardAndEasyAndNothingForAFew) {
  const TestStatistics statistics = of({"ab", "ac", "ad", "ab", "ac", "ad"});
  EXPECT_TRUE(statistics.questions[0].has(ItemFlag::kEasy));
  EXPECT_TRUE(statistics.questions[1].has(ItemFlag::kHard));
  EXPECT_TRUE(of({"ab", "ac", "ad", "ab"}).questions[1].flags.empty());
}

TEST(Statistics, ComeBackFromTheBoard) {
  const TestStatistics statistics =
      of({"baaaa", "baaaa", "baaaa", "baaab", "abbbb", "abbbb", "cbbbb", "dbb-b", "abbbb", "aabab"});
  const json::object once = statisticsJson(statistics);
  EXPECT_EQ(json::serialize(statisticsJson(parseStatistics(once))), json::serialize(once));
  EXPECT_EQ(parseStatistics(nullptr).mean, "-");
  EXPECT_EQ(parseStatistics(json::parse(R"({"n":3,"questions":[1]})")).n, 3U);
}

TEST(Statistics, OfABoardCountOnlyTheSetsOwnAnswers) {
  const QuestionSet set = setOf(3);
  BoardRow known;
  known.status = Status::kGraded;
  known.score = ScoreRecord{};
  known.score->score = 4;
  known.score->questionSet = set.hash;
  known.questions = sheet("aab").questions;
  BoardRow older = known;
  older.score->questionSet = std::string(64, '0');
  BoardRow missing;
  const TestStatistics statistics = statisticsOf({known, older, missing}, set, keyOf(set), 5);
  EXPECT_EQ(statistics.n, 2U);
  EXPECT_EQ(statistics.mean, "4.0");
  EXPECT_EQ(statistics.sheets, 1U);
  EXPECT_EQ(statistics.questions[0].n, 1U);
}

TEST(Numbers, HaveNoNegativeZero) {
  EXPECT_EQ(fixed(-0.0001, 2), "0.00");
  EXPECT_EQ(fixed(-0.5, 1), "-0.5");
}

}  // namespace
}  // namespace hearth::homework
