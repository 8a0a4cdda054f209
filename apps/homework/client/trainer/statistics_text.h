// A test's statistics in a terminal.
#pragma once

#include <string>
#include <vector>

#include "homework/client/common/terminal.h"
#include "homework/client/trainer/class_board.h"

namespace hearth::homework::client {

std::vector<std::string> statisticsLines(const ClassBoard& board, const homework::Zone& zone, Instant now,
                                         const Style& style);

}  // namespace hearth::homework::client
