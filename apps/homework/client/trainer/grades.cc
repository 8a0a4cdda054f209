#include "homework/client/trainer/grades.h"

#include "homework/client/trainer/csv.h"

namespace hearth::homework::client {
namespace {

constexpr const char* kColumns[] = {"points", "max_points", "percent",  "score",
                                    "grade",  "arrived",    "attempts", "receipt"};

std::string number(const std::optional<std::int64_t>& value) { return value ? std::to_string(*value) : ""; }

// In the order of kColumns.
std::vector<std::string> cellsOf(const StudentState& state) {
  return {number(state.points), number(state.maxPoints),        state.percent, number(state.score), state.grade,
          arrivalOf(state),     std::to_string(state.attempts), state.receipt};
}

}  // namespace

std::string arrivalOf(const StudentState& state) {
  if (state.received) return state.late ? "late" : "on time";
  if (state.excused) return "excused";
  return state.status == "missing" || state.status == "late" ? "missing" : "open";
}

std::string gradesCsv(const std::vector<ClassBoard>& boards, const CsvForm& form) {
  const std::string separator(1, form.separator);
  const auto cell = [&](const std::string& text) { return csvCell(text, form.separator); };
  std::string out = form.byteOrderMark ? "\xEF\xBB\xBF" : "";
  out += "student_id" + separator + "name";
  for (const ClassBoard& board : boards) {
    for (const char* column : kColumns) out += separator + cell(board.test.ref.path() + " " + column);
  }
  out += "\r\n";
  const std::size_t students = boards.empty() ? 0 : boards.front().students.size();
  for (std::size_t i = 0; i < students; ++i) {
    const Student& student = boards.front().students[i].student;
    out += cell(student.id) + separator + cell(student.name);
    for (const ClassBoard& board : boards) {
      for (const std::string& text : cellsOf(board.students[i])) out += separator + cell(text);
    }
    out += "\r\n";
  }
  return out;
}

Json gradesJson(const std::vector<ClassBoard>& boards) {
  const auto orNull = [](const std::optional<std::int64_t>& value) { return value ? Json(*value) : Json(); };
  const auto textOrNull = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  JsonArray students;
  const std::size_t count = boards.empty() ? 0 : boards.front().students.size();
  for (std::size_t i = 0; i < count; ++i) {
    JsonArray tests;
    for (const ClassBoard& board : boards) {
      const StudentState& state = board.students[i];
      tests.push_back(JsonObject{{"test", board.test.ref.path()},
                                 {"points", orNull(state.points)},
                                 {"maxPoints", orNull(state.maxPoints)},
                                 {"percent", textOrNull(state.percent)},
                                 {"score", orNull(state.score)},
                                 {"grade", textOrNull(state.grade)},
                                 {"arrived", arrivalOf(state)},
                                 {"attempts", state.attempts},
                                 {"receipt", textOrNull(state.receipt)}});
    }
    const Student& student = boards.front().students[i].student;
    students.push_back(
        JsonObject{{"studentId", student.id}, {"name", textOrNull(student.name)}, {"tests", std::move(tests)}});
  }
  return JsonObject{{"students", std::move(students)}};
}

}  // namespace hearth::homework::client
