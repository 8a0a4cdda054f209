// A student's answers: as they arrive, as they are stored, as they are read back for scoring.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "homework/domain/content.h"

namespace hearth::homework {

inline constexpr std::size_t kMaxSubmissionBytes = 256 * 1024;

struct Answer {
  std::string questionId;
  std::string answer;

  bool operator==(const Answer&) const = default;
};

using Answers = std::vector<Answer>;

// A submission for `set`: a list of {questionId, answer}, each question at most once, each answer one that the
// question can have. The result is in the order of the questions, each as normalAnswer gives it. Questions may be
// left out. A Problem names the question.
Outcome<Answers> checkSubmission(const json::value& testResult, const QuestionSet& set);

// What a stored testResult.json holds, whoever wrote it. Only the shape is checked; a question that is there twice
// counts by its first answer, as it always did.
Outcome<Answers> parseStoredAnswers(std::string_view text);

// The original's file format, byte for byte.
std::string storedAnswers(const Answers& answers);

// `id=value` lines, what a receipt's hash is taken of.
std::string canonicalAnswers(const Answers& answers);

}  // namespace hearth::homework
