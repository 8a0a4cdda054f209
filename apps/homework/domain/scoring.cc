#include "homework/domain/scoring.h"

#include <map>

namespace hearth::homework {

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

Points countPoints(const AnswerKey& key, const QuestionSet& set, const Answers& answers) {
  std::map<std::string_view, std::string_view> given;
  for (const Answer& answer : answers) given.emplace(answer.questionId, answer.answer);
  Points result;
  result.maxPoints = set.maxPoints();
  for (const KeyEntry& entry : key.entries) {
    const Question* question = set.findQuestion(entry.questionId);
    const auto answer = given.find(entry.questionId);
    if (question != nullptr && answer != given.end() && answer->second == entry.answer) {
      result.points += question->points;
    }
  }
  return result;
}

}  // namespace hearth::homework
