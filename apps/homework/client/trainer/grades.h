// The class's grades as one table, for spreadsheets and registers.
#pragma once

#include <string>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/trainer/class_board.h"

namespace hearth::homework::client {

struct CsvForm {
  char separator = ',';
  bool byteOrderMark = false;
};

// One row per student, per test: points, max_points, percent, score, grade, arrived, attempts, receipt. RFC 4180;
// no cell is a formula. `boards` have the same students in the same order.
std::string gradesCsv(const std::vector<ClassBoard>& boards, const CsvForm& form = {});
Json gradesJson(const std::vector<ClassBoard>& boards);

// `on time`, `late`, `missing`, `excused`; `open` while the student may still answer.
std::string arrivalOf(const StudentState& state);

}  // namespace hearth::homework::client
