// What a test says about itself, honest about small classes: scores, questions, and which of them deserve a look.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "homework/domain/scoring.h"

namespace hearth::homework {

// Fewer students than this say nothing about reliability, and fewer questions neither.
inline constexpr std::size_t kMinStudentsForAlpha = 10;
inline constexpr std::size_t kMinQuestionsForAlpha = 3;
// Fewer answers than this raise no flags.
inline constexpr std::size_t kMinStudentsForFlags = 5;
// Fewer scores than this are not told to students: a mean would say too much about single ones.
inline constexpr std::size_t kMinClass = 5;

// The answers of one graded student.
struct Sheet {
  int score = 0;
  std::vector<QuestionPoints> questions;  // of the set, in its order; empty where they are not known
};

enum class ItemFlag : unsigned char {
  kHard,              // fewer than 20 % right
  kEasy,              // more than 95 % right
  kNegative,          // those who got it right did worse in the rest
  kWrongOption,       // the better half prefers a wrong option to the key's
  kUnusedDistractor,  // a wrong option that nobody chose
};
std::string_view itemFlagName(ItemFlag flag);  // `hard`, `easy`, `negative`, `wrong-option`, `unused-distractor`

struct OptionCount {
  std::string id;
  bool right = false;
  std::size_t upper = 0;  // of the half with more points; with an odd number the one in the middle is in neither
  std::size_t lower = 0;
  std::size_t all = 0;
};

struct QuestionStatistics {
  std::string questionId;
  std::size_t n = 0;
  std::size_t right = 0;  // all of the points
  std::size_t omitted = 0;
  double facility = 0;  // right / n
  double low = 0;       // its 95 % interval (Wilson)
  double high = 0;
  std::optional<double> discrimination;  // correlation with the points of the rest; nothing where nothing varies
  std::vector<OptionCount> options;      // of what offers options
  std::vector<ItemFlag> flags;

  bool has(ItemFlag flag) const;
  // Whether the answer key of this question deserves a look.
  bool suspicious() const { return has(ItemFlag::kNegative) || has(ItemFlag::kWrongOption); }
};

struct HistogramBar {
  int from = 0;  // scores from ... to, both inclusive
  int to = 0;
  std::size_t count = 0;
};

struct TestStatistics {
  std::size_t n = 0;         // scores
  std::string mean = "-";    // one decimal, half up, exact; `-` without scores
  std::string median = "-";  // `4`, or `4.5`
  std::string sd = "-";      // of the sample, one decimal; `-` with fewer than two
  std::vector<HistogramBar> histogram;
  std::size_t sheets = 0;       // whose answers are known: what the questions' numbers are about
  std::optional<double> alpha;  // Cronbach's (KR-20 where every question gives all or nothing)
  std::optional<double> sem;    // standard error of measurement, in points
  std::vector<QuestionStatistics> questions;
};

TestStatistics computeStatistics(const std::vector<Sheet>& sheets, const QuestionSet& set, const AnswerKey& key,
                                 int scale);

json::object statisticsJson(const TestStatistics& statistics);
// What is missing stays as it is by default: boards from before there were statistics are read, too.
TestStatistics parseStatistics(const json::value& value);

// A number with `digits` decimals, as reports show it; never "-0.0".
std::string fixed(double value, int digits);

}  // namespace hearth::homework
