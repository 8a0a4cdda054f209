// The board of a class as one page: static, self-contained, printable, readable without scripts.
#pragma once

#include <string>
#include <vector>

#include "homework/client/trainer/class_board.h"

namespace hearth::homework::client {

std::string boardPage(const Course& course, const std::vector<ClassBoard>& boards, const homework::Zone& zone,
                      Instant now);

}  // namespace hearth::homework::client
