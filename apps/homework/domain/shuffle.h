// An order of their own for each student: the same one whenever they look, another one for everybody else.
#pragma once

#include <string_view>

#include "homework/domain/content.h"

namespace hearth::homework {

// Whether an option speaks of the others (`none of the above`), and so stays behind them. English and Polish.
bool staysLast(std::string_view optionBody);

// The questions, and the options of each, in the order that `seed` says; ids and everything else stay. Options of
// truefalse questions keep their order.
QuestionSet shuffled(const QuestionSet& set, std::string_view seed);

}  // namespace hearth::homework
