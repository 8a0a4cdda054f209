#include "homework/client/trainer/grades.h"

#include <gtest/gtest.h>

#include "homework/client/trainer/csv.h"

namespace hearth::homework::client {
namespace {

ClassBoard scoredBoard() {
  ClassBoard board;
  board.test.ref = {"os", "test01"};
  for (const char* id : {"s1", "s2", "s3", "s4"}) {
    board.students.emplace_back();
    board.students.back().student.id = id;
  }
  board.students[0].student.name = "=cmd(), \"Ada\"";
  board.students[0].received = board.students[1].received = true;
  board.students[0].attempts = 2;
  board.students[3].excused = true;
  addReport(board, *parseJson(R"({"students": [
      {"studentId": "s1", "status": "graded", "score": 4, "points": 5, "maxPoints": 6, "percent": "83.33", "grade": "-1",
       "receipt": "R-7F3K-Q2MD"},
      {"studentId": "s2", "status": "graded", "score": 5, "points": 6, "maxPoints": 6, "percent": "100.00", "grade": "5",
       "late": true}, {"studentId": "s3", "status": "missing"}]})"));
  return board;
}

TEST(Grades, AreOneRowPerStudentAndNoFormula) {
  const std::string csv = gradesCsv({scoredBoard()});
  EXPECT_EQ(
      csv,
      "student_id,name,os/test01 points,os/test01 max_points,os/test01 percent,os/test01 score,os/test01 grade,"
      "os/test01 arrived,os/test01 attempts,os/test01 receipt\r\n"
      "s1,\"'=cmd(), \"\"Ada\"\"\",5,6,83.33,4,'-1,on time,2,R-7F3K-Q2MD\r\n"
      "s2,,6,6,100.00,5,5,late,0,\r\n"
      "s3,,,,,,,missing,0,\r\n"
      "s4,,,,,,,excused,0,\r\n");
  for (const CsvRow& row : parseCsv(csv).rows) EXPECT_EQ(row.cells.size(), 10u);
}

TEST(Grades, TakeTheSeparatorOfTheSpreadsheet) {
  const std::string csv = gradesCsv({scoredBoard()}, {';', true});
  EXPECT_TRUE(csv.starts_with("\xEF\xBB\xBFstudent_id;name;os/test01 points;"));
  EXPECT_EQ(parseCsv(csv).rows[1].cells[1], "'=cmd(), \"Ada\"");
  EXPECT_EQ(parseCsv(csv).rows[2].cells[4], "100.00");
}

TEST(CsvCell, DisarmsEveryBeginningThatASpreadsheetRuns) {
  for (const char* text : {"=1", "+1", "-1", "@x", "\tx", "\rx"}) {
    const std::string cell = csvCell(text, ';');
    EXPECT_EQ(cell.find_first_not_of('"'), cell.find('\'')) << text;
  }
  EXPECT_EQ(csvCell("a=1"), "a=1");
}

}  // namespace
}  // namespace hearth::homework::client
