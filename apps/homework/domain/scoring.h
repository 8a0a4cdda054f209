// From answers to points, and from points to a score: whole numbers only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "homework/domain/submission.h"

namespace hearth::homework {

enum class Rounding : unsigned char { kHalfUp, kLegacy };  // legacy: half to even, as Python 3 rounds

std::optional<Rounding> parseRounding(std::string_view text);
std::string_view rounding(Rounding mode);

// points / maxPoints * scale, rounded. Preconditions: 0 <= points <= maxPoints, maxPoints >= 1, scale >= 0.
int scaleScore(int points, int maxPoints, int scale, Rounding mode);

// points / maxPoints in percent with two decimals, half up: `83.33`.
std::string percent(int points, int maxPoints);

// From how many percent on which grade is given.
struct GradeStep {
  int from = 0;
  std::string grade;
};
// The grade of the first step that points / maxPoints reaches, decided exactly; `score` as text without steps.
// Precondition: the steps descend, the last is from 0.
std::string gradeOf(const std::vector<GradeStep>& steps, int points, int maxPoints, int score);

// What one question gave.
struct QuestionPoints {
  std::string questionId;
  int points = 0;
  int maxPoints = 0;
  bool right = false;  // all of the points
  std::string given;   // empty: not answered

  bool operator==(const QuestionPoints&) const = default;
};

struct Points {
  int points = 0;
  int maxPoints = 0;
  std::vector<QuestionPoints> questions;  // in the order of the set
};

// Every question that was answered as the key says gives its points; what is missing gives none, what the set does
// not know is ignored. With `partial`, a multiple choice of k right options, of which r were chosen, and w wrong
// ones gives points * max(0, r - w) / k, rounded down.
Points countPoints(const AnswerKey& key, const QuestionSet& set, const Answers& answers, bool partial = false);

}  // namespace hearth::homework
