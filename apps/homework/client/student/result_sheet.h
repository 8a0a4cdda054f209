// A result as students read it: points, grade, and question by question what was right, in words.
#pragma once

#include <string>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/common/terminal.h"
#include "homework/client/student/course_view.h"

namespace hearth::homework::client {

// `now` in the zone of the course decides how times are told.
std::vector<std::string> resultLines(const ResultSheet& sheet, const std::string& test, const Zone& zone,
                                     Instant now, const Style& style);
Json resultJson(const ResultSheet& sheet, const std::string& test);

}  // namespace hearth::homework::client
