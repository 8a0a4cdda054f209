// The board of a class in a terminal.
#pragma once

#include <string>
#include <vector>

#include "homework/client/common/terminal.h"
#include "homework/client/trainer/class_board.h"

namespace hearth::homework::client {

std::vector<std::string> classBoardLines(const ClassBoard& board, const homework::Zone& zone, Instant now,
                                         const Style& style);

// What happens next with the test, and what the trainer may want to do: `close Mon 23:00`, `score run Mon 23:01`.
std::vector<std::string> nextSteps(const ClassBoard& board, const homework::Zone& zone, Instant now);

// Commands that help with what is wrong with the mail.
std::string mailAdvice(const MailTrouble& trouble);

// What is worth a look about a question, in words, with what to do about it; empty when there is nothing.
std::string questionAdvice(const QuestionStatistics& question, const TestRef& test);

}  // namespace hearth::homework::client
