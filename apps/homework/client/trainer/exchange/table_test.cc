#include "homework/client/trainer/exchange/table.h"

#include <gtest/gtest.h>

#include "homework/client/trainer/exchange/aiken.h"
#include "homework/client/trainer/exchange/exchange.h"

namespace hearth::homework::client {
namespace {

std::string told(const Findings& findings) {
  std::string out;
  for (const Finding& finding : findings.all()) {
    out += (out.empty() ? "" : " ") + finding.rule + "@" + std::to_string(finding.line) + ":" +
           std::to_string(finding.column);
  }
  return out;
}

std::string tableFindings(std::string_view text) {
  Findings findings;
  readTable("f", text, findings);
  return told(findings);
}

std::string aikenFindings(std::string_view text) {
  Findings findings;
  readAiken("f", text, findings);
  return told(findings);
}

Sheet table(std::string_view text) {
  Findings findings;
  Sheet sheet = readTable("f", text, findings);
  EXPECT_EQ(told(findings), "");
  return sheet;
}

// One of every type.
Sheet everything() {
  Sheet sheet;
  sheet.questions = {{"1",
                      QuestionType::kSingle,
                      "Which, \"exactly\"?\nSecond line",
                      "",
                      1,
                      {{"a", "=1+1", true}, {"b", "'-x", false}},
                      "",
                      {},
                      false,
                      "",
                      ""},
                     {"os-2",
                      QuestionType::kMultiple,
                      "-Which?",
                      "int a;\n  int b;",
                      4,
                      {{"a", "x", true}, {"b", "y", false}, {"c", "z", true}},
                      "",
                      {},
                      false,
                      "",
                      "so\nthat"},
                     {"3", QuestionType::kTrueFalse, "True; or not?", "", 1, {}, "false", {}, false, "", ""},
                     {"4", QuestionType::kText, "A word?", "", 1, {}, "@init", {"init", "systemd"}, true, "", ""},
                     {"5", QuestionType::kNumber, "How many?", "", 1, {}, "-3,5", {}, false, "0.1", ""}};
  return sheet;
}

TEST(Table, WhatIsWrittenReadsTheSame) {
  for (const char separator : {',', ';', '\t'}) {
    const std::string written = writeTable(everything(), separator);
    EXPECT_EQ(table(written), everything()) << written;
    EXPECT_EQ(table("\xEF\xBB\xBF" + written), everything());
  }
}

TEST(Table, NoCellRunsAsAFormula) {
  const std::string written = writeTable(everything());
  EXPECT_NE(written.find(",'=1+1,"), std::string::npos);
  EXPECT_NE(written.find(",''-x,"), std::string::npos);
  EXPECT_NE(written.find(",'-Which?,"), std::string::npos);
  EXPECT_NE(written.find(",'@init,"), std::string::npos);
}

TEST(Table, TheTypeCanBeToldFromTheRest) {
  const Sheet sheet = table("Question;A;B;Answer\nq1;x;y;b\nq2;x;y;A,B\nq3;;;true\nq4;;;3.14\nq5;;;init\n");
  std::string types;
  for (const SheetQuestion& question : sheet.questions) types += std::string(questionTypeName(question.type)) + " ";
  EXPECT_EQ(types, "single multiple truefalse number text ");
  EXPECT_TRUE(sheet.questions[0].options[1].right);
}

TEST(Table, MistakesHaveLineAndColumn) {
  const std::string head = "question,type,a,b,c,answer,accept,case,tolerance,points,id\n";
  EXPECT_EQ(tableFindings(""), "csv-header@0:0");
  EXPECT_EQ(tableFindings("a,b\n"), "csv-header@1:1");
  EXPECT_EQ(tableFindings("question,answer,question\n"), "csv-header@1:17");
  EXPECT_EQ(tableFindings("question,answer,colour\nq,true,red\n"), "csv-column@1:17");
  EXPECT_EQ(tableFindings("question,answer\n"), "no-questions@0:0");
  EXPECT_EQ(tableFindings(head + "q,,x,y,,\n"), "no-right-answer@2:9");
  EXPECT_EQ(tableFindings(head + "q,guess,x,y,,a\n"), "type@2:3");
  EXPECT_EQ(tableFindings(head + "q,,x,,z,a\n"), "csv-gap@2:7");
  EXPECT_EQ(tableFindings(head + "q,,x,y,,d\n"), "key-not-offered@2:9");
  EXPECT_EQ(tableFindings(head + "q,single,x,y,,\"a,b\"\n"), "answer@2:15");
  EXPECT_EQ(tableFindings(head + "q,text,x,,,a\n"), "csv-options@2:8");
  EXPECT_EQ(tableFindings(head + "\"q\nmore\",truefalse,,,,maybe\n"), "answer@3:20");
  EXPECT_EQ(tableFindings(head + "q,number,,,,much\n"), "answer@2:1");
  EXPECT_EQ(tableFindings(head + "q,number,,,,1,,,-1\n"), "answer@2:1");
  EXPECT_EQ(tableFindings(head + "q,text,,,,a,,perhaps\n"), "csv-case@2:14");
  EXPECT_EQ(tableFindings(head + "q,,x,y,,a,,,,many\n"), "points@2:14");
  EXPECT_EQ(tableFindings(head + "q,,x,y,,a,,,,,a b\n"), "illegal-id@2:15");
  EXPECT_EQ(tableFindings(head + "ok,,x,y,,a\nq,,x,\"y,,a\n"), "csv-syntax@3:6");
  EXPECT_EQ(tableFindings(head + "żółw,,x,y\"z,,a\n"), "csv-syntax@2:10");
}

TEST(Aiken, ReadsQuestionsAndAnswers) {
  Findings findings;
  const Sheet sheet = readAiken("f",
                                "What is it?\r\nMore of it\r\nA. this\r\nB) that\r\nANSWER: B\r\n\r\n\r\n"
                                "A. Lincoln was\nA. first\nB. sixteenth\nANSWER:b\n",
                                findings);
  EXPECT_EQ(told(findings), "");
  ASSERT_EQ(sheet.questions.size(), 2u);
  EXPECT_EQ(sheet.questions[0].text, "What is it?\nMore of it");
  EXPECT_TRUE(sheet.questions[0].options[1].right);
  EXPECT_EQ(sheet.questions[1].text, "A. Lincoln was");
  EXPECT_EQ(sheet.questions[1].options[0].text, "first");
}

TEST(Aiken, MistakesHaveLineAndColumn) {
  EXPECT_EQ(aikenFindings(""), "no-questions@0:0");
  EXPECT_EQ(aikenFindings("Q?\nA. x\nB. y\n"), "aiken-answer@1:1");
  EXPECT_EQ(aikenFindings("Q?\nA. x\nC. y\nANSWER: A\n"), "aiken-letter@3:1");
  EXPECT_EQ(aikenFindings("Q?\nA. x\n  stray\nB. y\nANSWER: A\n"), "aiken-line@3:3");
  EXPECT_EQ(aikenFindings("Q?\nA. x\nB. y\nANSWER: C\n"), "aiken-answer@4:1");
  EXPECT_EQ(aikenFindings("Q?\nA. x\nB. y\nANSWER: A, B\n"), "aiken-answer@4:1");
  EXPECT_EQ(aikenFindings("ANSWER: A\n"), "aiken-answer@1:1");
  EXPECT_EQ(aikenFindings("Q?\nA. x\nANSWER: A\n"), "few-answers@1:1");
}

TEST(Aiken, WhatIsWrittenReadsTheSame) {
  Sheet sheet;
  sheet.questions = {{"1",
                      QuestionType::kSingle,
                      "Q?\nmore",
                      "",
                      1,
                      {{"a", "x", false}, {"b", "y", true}},
                      "",
                      {},
                      false,
                      "",
                      ""}};
  const auto written = exportSheet(ExchangeFormat::kAiken, sheet);
  ASSERT_TRUE(written.ok());
  EXPECT_EQ(written->text, "Q?\nmore\nA. x\nB. y\nANSWER: B\n\n");
  EXPECT_TRUE(written->lost.empty());
  Findings findings;
  EXPECT_EQ(readAiken("f", written->text, findings), sheet);
}

TEST(Exchange, SaysWhatAFormatLoses) {
  Sheet sheet;
  sheet.questions = {
      {"x", QuestionType::kSingle, "Q?", "", 2, {{"a", "x", false}, {"b", "y", true}}, "", {}, false, "", "so"}};
  const auto aiken = exportSheet(ExchangeFormat::kAiken, sheet);
  ASSERT_TRUE(aiken.ok());
  ASSERT_EQ(aiken->lost.size(), 1u);
  EXPECT_EQ(aiken->lost[0], "question \"x\": points, feedback, id");
  EXPECT_FALSE(exportSheet(ExchangeFormat::kAiken, everything()).ok());
  const auto gift = exportSheet(ExchangeFormat::kGift, everything());
  ASSERT_TRUE(gift.ok());
  EXPECT_TRUE(gift->lost.empty()) << gift->lost.front();
}

TEST(Exchange, GuessesTheFormat) {
  EXPECT_EQ(guessFormat("a.gift", ""), ExchangeFormat::kGift);
  EXPECT_EQ(guessFormat("a.CSV", ""), ExchangeFormat::kCsv);
  EXPECT_EQ(guessFormat("a.aiken.txt", ""), ExchangeFormat::kAiken);
  EXPECT_EQ(guessFormat("a.txt", "Q?\nA. x\nANSWER: A"), ExchangeFormat::kAiken);
  EXPECT_EQ(guessFormat("a.txt", "Q? {T}"), ExchangeFormat::kGift);
  EXPECT_EQ(guessFormat("a.txt", "Q?"), std::nullopt);
}

TEST(Exchange, TheFilesOfACourseReadTheSame) {
  for (const SheetQuestion& question : everything().questions) {
    Sheet sheet;
    sheet.questions = {question};
    const auto back = readSheet(questionsText(sheet), keyText(sheet));
    ASSERT_TRUE(back.ok()) << back.failure().what;
    EXPECT_EQ(*back, sheet);
  }
  EXPECT_FALSE(readSheet("[]", "[]").ok());
}

TEST(Exchange, TellsDifferencesByQuestion) {
  Sheet before = everything();
  Sheet after = before;
  EXPECT_TRUE(sheetDifference(before, after).empty());
  after.questions[0].options[0].right = false;
  after.questions[0].options[1].right = true;
  after.questions.erase(after.questions.begin() + 1);
  after.questions.back().id = "9";
  const auto lines = sheetDifference(before, after);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0], "~ 1      Which, \"exactly\"? Second line  (answer)");
  EXPECT_EQ(lines[1].substr(0, 3), "+ 9");
  EXPECT_EQ(lines[2].substr(0, 6), "- os-2");
  EXPECT_EQ(lines[3].substr(0, 3), "- 5");
}

}  // namespace
}  // namespace hearth::homework::client
