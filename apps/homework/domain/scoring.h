// From answers to points, and from points to a score: whole numbers only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "homework/domain/submission.h"

namespace hearth::homework {

enum class Rounding : unsigned char { kHalfUp, kLegacy };  // legacy: half to even, as Python 3 rounds

std::optional<Rounding> parseRounding(std::string_view text);
std::string_view rounding(Rounding mode);

// points / maxPoints * scale, rounded. Preconditions: 0 <= points <= maxPoints, maxPoints >= 1, scale >= 0.
int scaleScore(int points, int maxPoints, int scale, Rounding mode);

// points / maxPoints in percent with two decimals, half up: `83.33`.
std::string percent(int points, int maxPoints);

struct Points {
  int points = 0;
  int maxPoints = 0;
};

// Every question of the key that was answered as the key says gives its points; what is missing gives none, what
// the key does not know is ignored.
Points countPoints(const AnswerKey& key, const QuestionSet& set, const Answers& answers);

}  // namespace hearth::homework
