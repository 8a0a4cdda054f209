#include "homework/domain/scoring.h"

#include <algorithm>
#include <map>
#include <set>

#include "homework/domain/letters.h"

namespace hearth::homework {
namespace {

std::set<std::string_view> choices(std::string_view answer) {
  std::set<std::string_view> out;
  while (true) {
    const std::size_t comma = answer.find(',');
    out.insert(answer.substr(0, comma));
    if (comma == std::string_view::npos) return out;
    answer.remove_prefix(comma + 1);
  }
}

bool isAcceptedText(const KeyEntry& entry, const std::string& given) {
  const auto same = [&](const std::string& right) {
    return entry.caseSensitive ? right == given : foldCase(right) == foldCase(given);
  };
  return same(entry.answer) || std::any_of(entry.accept.begin(), entry.accept.end(), same);
}

int partialPoints(const Question& question, const KeyEntry& entry, std::string_view given) {
  const auto right = choices(entry.answer);
  std::int64_t balance = 0;
  for (const std::string_view choice : choices(given)) balance += right.contains(choice) ? 1 : -1;
  return static_cast<int>(question.points * std::max<std::int64_t>(0, balance) /
                          static_cast<std::int64_t>(right.size()));
}

// Of an answer as it was stored, by whomever.
int pointsFor(const Question& question, const KeyEntry& entry, std::string_view stored, bool partial) {
  switch (question.type) {
    case QuestionType::kSingle:
    case QuestionType::kTrueFalse:
      return stored == entry.answer ? question.points : 0;
    case QuestionType::kMultiple: {
      const auto given = normalAnswer(question, stored);
      if (!given) return 0;
      if (partial) return partialPoints(question, entry, *given);
      return *given == entry.answer ? question.points : 0;
    }
    case QuestionType::kText: {
      const auto given = normalAnswer(question, stored);
      return given && isAcceptedText(entry, *given) ? question.points : 0;
    }
    case QuestionType::kNumber:
      break;
  }
  const auto given = Decimal::parse(stored);
  return given && Decimal::within(*given, entry.value, entry.tolerance) ? question.points : 0;
}

}  // namespace

std::optional<Rounding> parseRounding(std::string_view text) {
  if (text == "half-up") return Rounding::kHalfUp;
  if (text == "legacy") return Rounding::kLegacy;
  return std::nullopt;
}

std::string_view rounding(Rounding mode) { return mode == Rounding::kHalfUp ? "half-up" : "legacy"; }

int scaleScore(int points, int maxPoints, int scale, Rounding mode) {
  const std::int64_t product = std::int64_t{points} * scale;
  const std::int64_t quotient = product / maxPoints;
  const std::int64_t doubled = product % maxPoints * 2;
  const bool half = doubled == maxPoints;
  const bool up = doubled > maxPoints || (half && (mode == Rounding::kHalfUp || quotient % 2 == 1));
  return static_cast<int>(quotient + (up ? 1 : 0));
}

std::string percent(int points, int maxPoints) {
  const std::int64_t hundredths = (std::int64_t{points} * 20'000 + maxPoints) / (std::int64_t{maxPoints} * 2);
  std::string out = std::to_string(hundredths / 100) + ".";
  const std::int64_t decimals = hundredths % 100;
  if (decimals < 10) out += "0";
  return out + std::to_string(decimals);
}

std::string gradeOf(const std::vector<GradeStep>& steps, int points, int maxPoints, int score) {
  for (const GradeStep& step : steps) {
    if (std::int64_t{points} * 100 >= std::int64_t{step.from} * maxPoints) return step.grade;
  }
  return std::to_string(score);
}

Points countPoints(const AnswerKey& key, const QuestionSet& set, const Answers& answers, bool partial) {
  std::map<std::string_view, std::string_view> given;
  for (const Answer& answer : answers) given.emplace(answer.questionId, answer.answer);
  Points result;
  for (const Question& question : set.questions) {
    QuestionPoints one{question.id, 0, question.points, false, ""};
    const KeyEntry* entry = key.find(question.id);
    const auto answer = given.find(question.id);
    if (answer != given.end()) one.given = answer->second;
    if (entry != nullptr && answer != given.end()) {
      one.points = pointsFor(question, *entry, answer->second, partial);
      one.right = one.points == one.maxPoints;
    }
    result.points += one.points;
    result.maxPoints += one.maxPoints;
    result.questions.push_back(std::move(one));
  }
  return result;
}

}  // namespace hearth::homework
