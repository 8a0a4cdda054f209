#include "homework/client/trainer/csv.h"

#include <gtest/gtest.h>

namespace hearth::homework::client {
namespace {

using Cells = std::vector<std::string>;

TEST(ParseCsv, ReadsWhatSpreadsheetsWrite) {
  const Csv csv = parseCsv(
      "\xEF\xBB\xBFstudent_id;email;name\r\ns1;a@b.pl;\"Nowak; "
      "\"\"Ada\"\"\"\r\n\r\ns2;c@d.pl;\"two\nlines\"\r\ns3;e@f.pl");
  ASSERT_FALSE(csv.mistake);
  ASSERT_EQ(csv.rows.size(), 4u);
  EXPECT_EQ(csv.rows[0].cells, (Cells{"student_id", "email", "name"}));
  EXPECT_EQ(csv.rows[1].cells, (Cells{"s1", "a@b.pl", "Nowak; \"Ada\""}));
  EXPECT_EQ(csv.rows[2].cells[2], "two\nlines");
  EXPECT_EQ(csv.rows[2].line, 4u);
  EXPECT_EQ(csv.rows[3].line, 6u);
  EXPECT_EQ(csv.rows[3].cells, (Cells{"s3", "e@f.pl"}));
}

TEST(ParseCsv, KeepsCommasAndTabsApart) {
  EXPECT_EQ(parseCsv("a,b\tc,d").rows[0].cells, (Cells{"a", "b\tc", "d"}));
  EXPECT_EQ(parseCsv("a\tb\t\"c\"").rows[0].cells, (Cells{"a", "b", "c"}));
  EXPECT_TRUE(parseCsv("").rows.empty());
}

TEST(ParseCsv, SaysWhereAQuoteIsWrong) {
  ASSERT_TRUE(parseCsv("a,b\nc,\"d").mistake);
  EXPECT_EQ(parseCsv("a,b\nc,\"d").mistake->place.line, 2u);
  EXPECT_TRUE(parseCsv("a\"b").mistake);
  EXPECT_TRUE(parseCsv("\"a\"b").mistake);
}

TEST(CsvCell, IsQuotedAndHarmless) {
  EXPECT_EQ(csvCell("plain"), "plain");
  EXPECT_EQ(csvCell("a,\"b\""), "\"a,\"\"b\"\"\"");
  for (const char* formula : {"=1+1", "+1", "-1", "@SUM(A1)"})
    EXPECT_EQ(csvCell(formula), std::string("'") + formula);
}

}  // namespace
}  // namespace hearth::homework::client
