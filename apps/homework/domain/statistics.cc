#include "homework/domain/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace hearth::homework {
namespace {

constexpr int kFineScale = 20;  // the largest scale whose every score has a bar of its own
constexpr int kBars = 10;
constexpr double kZ = 1.959963984540054;  // 95 %

// numerator / denominator with one decimal, half up.
std::string oneDecimal(std::int64_t numerator, std::int64_t denominator) {
  const std::int64_t tenths = (numerator * 20 + denominator) / (denominator * 2);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

double meanOf(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Of the sample. Precondition: at least two values.
double varianceOf(const std::vector<double>& values) {
  const double mean = meanOf(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / static_cast<double>(values.size() - 1);
}

std::optional<double> correlation(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() < 3) return std::nullopt;
  const double meanA = meanOf(a);
  const double meanB = meanOf(b);
  double both = 0;
  double squaresA = 0;
  double squaresB = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    both += (a[i] - meanA) * (b[i] - meanB);
    squaresA += (a[i] - meanA) * (a[i] - meanA);
    squaresB += (b[i] - meanB) * (b[i] - meanB);
  }
  if (squaresA <= 0 || squaresB <= 0) return std::nullopt;
  return both / std::sqrt(squaresA * squaresB);
}

void describeScores(const std::vector<Sheet>& sheets, int scale, TestStatistics& out) {
  const int width = scale <= kFineScale ? 1 : (scale + kBars) / kBars;
  for (int from = 0; from <= scale; from += width) {
    out.histogram.push_back({from, std::min(from + width - 1, scale), 0});
  }
  std::vector<std::int64_t> scores;
  for (const Sheet& sheet : sheets) {
    scores.push_back(sheet.score);
    const auto bar = static_cast<std::size_t>(std::clamp(sheet.score, 0, scale) / width);
    ++out.histogram[std::min(bar, out.histogram.size() - 1)].count;
  }
  out.n = scores.size();
  if (scores.empty()) return;
  std::sort(scores.begin(), scores.end());
  out.mean =
      oneDecimal(std::accumulate(scores.begin(), scores.end(), std::int64_t{0}), static_cast<std::int64_t>(out.n));
  const std::int64_t twice = scores[(out.n - 1) / 2] + scores[out.n / 2];
  out.median = std::to_string(twice / 2) + (twice % 2 != 0 ? ".5" : "");
  if (out.n >= 2) out.sd = fixed(std::sqrt(varianceOf({scores.begin(), scores.end()})), 1);
}

// The sheets whose answers are known, in two halves by points.
class Halves final {
 public:
  explicit Halves(const std::vector<const Sheet*>& sheets) : side_(sheets.size(), 0) {
    std::vector<std::size_t> order(sheets.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<int> totals;
    for (const Sheet* sheet : sheets) {
      int total = 0;
      for (const QuestionPoints& question : sheet->questions) total += question.points;
      totals.push_back(total);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return totals[a] > totals[b]; });
    for (std::size_t i = 0; i < order.size() / 2; ++i) {
      side_[order[i]] = 1;
      side_[order[order.size() - 1 - i]] = -1;
    }
  }
  bool upper(std::size_t sheet) const { return side_[sheet] > 0; }
  bool lower(std::size_t sheet) const { return side_[sheet] < 0; }

 private:
  std::vector<int> side_;
};

bool isChosen(const Question& question, std::string_view given, std::string_view option) {
  if (question.type != QuestionType::kMultiple) return given == option;
  return ("," + std::string(given) + ",").find("," + std::string(option) + ",") != std::string::npos;
}

void countOptions(const Question& question, const KeyEntry* entry, std::size_t index,
                  const std::vector<const Sheet*>& sheets, const Halves& halves, QuestionStatistics& out) {
  if (!question.offersOptions()) return;
  for (const AnswerOption& option : question.answers) {
    OptionCount count{option.id, entry != nullptr && isChosen(question, entry->answer, option.id), 0, 0, 0};
    for (std::size_t i = 0; i < sheets.size(); ++i) {
      if (!isChosen(question, sheets[i]->questions[index].given, option.id)) continue;
      ++count.all;
      count.upper += halves.upper(i) ? 1 : 0;
      count.lower += halves.lower(i) ? 1 : 0;
    }
    out.options.push_back(std::move(count));
  }
}

void raiseFlags(const Question& question, QuestionStatistics& out) {
  if (out.n < kMinStudentsForFlags) return;
  if (out.facility < 0.2) out.flags.push_back(ItemFlag::kHard);
  if (out.facility > 0.95) out.flags.push_back(ItemFlag::kEasy);
  if (out.discrimination && *out.discrimination < 0) out.flags.push_back(ItemFlag::kNegative);
  std::size_t best = 0;  // of the key's option in the upper half
  bool unused = false;
  for (const OptionCount& option : out.options) {
    if (option.right) best = option.upper;
    unused = unused || (!option.right && option.all == 0);
  }
  const bool oneRight = question.offersOptions() && question.type != QuestionType::kMultiple;
  if (oneRight && std::any_of(out.options.begin(), out.options.end(),
                              [&](const OptionCount& o) { return !o.right && o.upper > best; })) {
    out.flags.push_back(ItemFlag::kWrongOption);
  }
  if (unused) out.flags.push_back(ItemFlag::kUnusedDistractor);
}

// Wilson's score interval.
void addInterval(QuestionStatistics& out) {
  const auto n = static_cast<double>(out.n);
  out.facility = static_cast<double>(out.right) / n;
  const double denominator = 1 + kZ * kZ / n;
  const double centre = (out.facility + kZ * kZ / (2 * n)) / denominator;
  const double half = kZ * std::sqrt(out.facility * (1 - out.facility) / n + kZ * kZ / (4 * n * n)) / denominator;
  out.low = std::max(0.0, centre - half);
  out.high = std::min(1.0, centre + half);
}

QuestionStatistics describeQuestion(const Question& question, const KeyEntry* entry, std::size_t index,
                                    const std::vector<const Sheet*>& sheets, const Halves& halves) {
  QuestionStatistics out;
  out.questionId = question.id;
  out.n = sheets.size();
  if (sheets.empty()) return out;
  std::vector<double> own;
  std::vector<double> rest;
  for (const Sheet* sheet : sheets) {
    const QuestionPoints& points = sheet->questions[index];
    out.right += points.right ? 1 : 0;
    out.omitted += points.given.empty() ? 1 : 0;
    int total = 0;
    for (const QuestionPoints& each : sheet->questions) total += each.points;
    own.push_back(points.points);
    rest.push_back(total - points.points);
  }
  addInterval(out);
  out.discrimination = correlation(own, rest);
  countOptions(question, entry, index, sheets, halves, out);
  raiseFlags(question, out);
  return out;
}

void describeReliability(const std::vector<const Sheet*>& sheets, TestStatistics& out) {
  const std::size_t k = sheets.empty() ? 0 : sheets.front()->questions.size();
  if (sheets.size() < kMinStudentsForAlpha || k < kMinQuestionsForAlpha) return;
  std::vector<double> totals(sheets.size(), 0);
  double variances = 0;
  for (std::size_t q = 0; q < k; ++q) {
    std::vector<double> points;
    for (std::size_t i = 0; i < sheets.size(); ++i) {
      points.push_back(sheets[i]->questions[q].points);
      totals[i] += points.back();
    }
    variances += varianceOf(points);
  }
  const double total = varianceOf(totals);
  if (total <= 0) return;
  const auto count = static_cast<double>(k);
  out.alpha = count / (count - 1) * (1 - variances / total);
  out.sem = std::sqrt(total) * std::sqrt(1 - *out.alpha);
}

json::value optionalNumber(const std::optional<double>& value, int digits) {
  return value ? json::value(fixed(*value, digits)) : json::value(nullptr);
}

std::size_t countMember(const json::object& object, std::string_view name) {
  const json::value* member = findMember(object, name);
  if (member == nullptr) return 0;
  if (member->is_uint64()) return member->get_uint64();
  return member->is_int64() && member->get_int64() > 0 ? static_cast<std::size_t>(member->get_int64()) : 0;
}

std::optional<double> numberMember(const json::object& object, std::string_view name) {
  const auto text = findString(object, name);
  double value = 0;
  if (!text || std::sscanf(std::string(*text).c_str(), "%lf", &value) != 1) return std::nullopt;
  return value;
}

const json::array& arrayMember(const json::object& object, std::string_view name) {
  static const json::array empty;
  const json::value* member = findMember(object, name);
  return member != nullptr && member->is_array() ? member->get_array() : empty;
}

QuestionStatistics parseQuestionStatistics(const json::object& object) {
  QuestionStatistics out;
  out.questionId = findString(object, "questionId").value_or("");
  out.n = countMember(object, "n");
  out.right = countMember(object, "right");
  out.omitted = countMember(object, "omitted");
  out.facility = numberMember(object, "facility").value_or(0);
  out.low = numberMember(object, "low").value_or(0);
  out.high = numberMember(object, "high").value_or(0);
  out.discrimination = numberMember(object, "discrimination");
  for (const json::value& element : arrayMember(object, "options")) {
    if (const auto* option = element.if_object()) {
      out.options.push_back({std::string(findString(*option, "id").value_or("")),
                             findBool(*option, "right").value_or(false), countMember(*option, "upper"),
                             countMember(*option, "lower"), countMember(*option, "all")});
    }
  }
  for (const json::value& element : arrayMember(object, "flags")) {
    for (const ItemFlag flag : {ItemFlag::kHard, ItemFlag::kEasy, ItemFlag::kNegative, ItemFlag::kWrongOption,
                                ItemFlag::kUnusedDistractor}) {
      if (element.is_string() && std::string_view(element.get_string()) == itemFlagName(flag)) {
        out.flags.push_back(flag);
      }
    }
  }
  return out;
}

}  // namespace

std::string_view itemFlagName(ItemFlag flag) {
  switch (flag) {
    case ItemFlag::kHard:
      return "hard";
    case ItemFlag::kEasy:
      return "easy";
    case ItemFlag::kNegative:
      return "negative";
    case ItemFlag::kWrongOption:
      return "wrong-option";
    case ItemFlag::kUnusedDistractor:
      return "unused-distractor";
  }
  return "";
}

bool QuestionStatistics::has(ItemFlag flag) const {
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

std::string fixed(double value, int digits) {
  char text[64];
  const int length = std::snprintf(text, sizeof text, "%.*f", digits, value);
  std::string out(text, static_cast<std::size_t>(std::clamp(length, 0, 63)));
  if (out.starts_with('-') && out.find_first_not_of("-0.") == std::string::npos) out.erase(0, 1);
  return out;
}

TestStatistics computeStatistics(const std::vector<Sheet>& sheets, const QuestionSet& set, const AnswerKey& key,
                                 int scale) {
  TestStatistics out;
  describeScores(sheets, scale, out);
  std::vector<const Sheet*> known;
  for (const Sheet& sheet : sheets) {
    if (sheet.questions.size() == set.questions.size()) known.push_back(&sheet);
  }
  out.sheets = known.size();
  const Halves halves(known);
  for (std::size_t i = 0; i < set.questions.size(); ++i) {
    const Question& question = set.questions[i];
    out.questions.push_back(describeQuestion(question, key.find(question.id), i, known, halves));
  }
  describeReliability(known, out);
  return out;
}

json::object statisticsJson(const TestStatistics& statistics) {
  json::array histogram;
  for (const HistogramBar& bar : statistics.histogram) {
    histogram.push_back({{"from", bar.from}, {"to", bar.to}, {"count", bar.count}});
  }
  json::array questions;
  for (const QuestionStatistics& question : statistics.questions) {
    json::array options;
    for (const OptionCount& option : question.options) {
      options.push_back({{"id", option.id},
                         {"right", option.right},
                         {"upper", option.upper},
                         {"lower", option.lower},
                         {"all", option.all}});
    }
    json::array flags;
    for (const ItemFlag flag : question.flags) flags.emplace_back(itemFlagName(flag));
    questions.push_back({{"questionId", question.questionId},
                         {"n", question.n},
                         {"right", question.right},
                         {"omitted", question.omitted},
                         {"facility", fixed(question.facility, 4)},
                         {"low", fixed(question.low, 4)},
                         {"high", fixed(question.high, 4)},
                         {"discrimination", optionalNumber(question.discrimination, 4)},
                         {"options", std::move(options)},
                         {"flags", std::move(flags)}});
  }
  return {{"n", statistics.n},
          {"mean", statistics.mean},
          {"median", statistics.median},
          {"sd", statistics.sd},
          {"histogram", std::move(histogram)},
          {"sheets", statistics.sheets},
          {"alpha", optionalNumber(statistics.alpha, 4)},
          {"sem", optionalNumber(statistics.sem, 4)},
          {"questions", std::move(questions)}};
}

TestStatistics parseStatistics(const json::value& value) {
  TestStatistics out;
  const auto* object = value.if_object();
  if (object == nullptr) return out;
  out.n = countMember(*object, "n");
  out.mean = findString(*object, "mean").value_or("-");
  out.median = findString(*object, "median").value_or("-");
  out.sd = findString(*object, "sd").value_or("-");
  for (const json::value& element : arrayMember(*object, "histogram")) {
    if (const auto* bar = element.if_object()) {
      out.histogram.push_back({static_cast<int>(findInteger(*bar, "from").value_or(0)),
                               static_cast<int>(findInteger(*bar, "to").value_or(0)), countMember(*bar, "count")});
    }
  }
  out.sheets = countMember(*object, "sheets");
  out.alpha = numberMember(*object, "alpha");
  out.sem = numberMember(*object, "sem");
  for (const json::value& element : arrayMember(*object, "questions")) {
    if (const auto* question = element.if_object()) out.questions.push_back(parseQuestionStatistics(*question));
  }
  return out;
}

}  // namespace hearth::homework
