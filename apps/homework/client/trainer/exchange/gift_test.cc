#include "homework/client/trainer/exchange/gift.h"

#include <gtest/gtest.h>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

struct Read {
  Sheet sheet;
  std::string findings;  // "rule@line:column rule@..."
};

Read readAll(std::string_view text) {
  Findings findings;
  Read out{readGift("f", text, findings), ""};
  for (const Finding& finding : findings.all()) {
    out.findings += (out.findings.empty() ? "" : " ") + finding.rule + "@" + std::to_string(finding.line) + ":" +
                    std::to_string(finding.column);
  }
  return out;
}

// The only question of a file without findings, in one line.
std::string one(std::string_view text) {
  const Read read = readAll(text);
  if (!read.findings.empty()) return read.findings;
  if (read.sheet.questions.size() != 1) return std::to_string(read.sheet.questions.size()) + " questions";
  const SheetQuestion& q = read.sheet.questions[0];
  std::string out = q.id + " " + std::string(questionTypeName(q.type)) + " <" + q.text + ">";
  for (const SheetOption& option : q.options) out += (option.right ? " =" : " ~") + option.id + ":" + option.text;
  if (!q.answer.empty()) out += " =" + q.answer;
  for (const std::string& other : q.accept) out += " =" + other;
  if (!q.tolerance.empty()) out += " +-" + q.tolerance;
  if (!q.code.empty()) out += " code<" + q.code + ">";
  if (q.points != 1) out += " points " + std::to_string(q.points);
  if (q.caseSensitive) out += " case";
  if (!q.feedback.empty()) out += " #" + q.feedback;
  return out;
}

std::string findings(std::string_view text) { return readAll(text).findings; }

TEST(Gift, SingleChoice) {
  EXPECT_EQ(one("Capital of Poland? {=Warsaw ~Vienna ~Prague}"),
            "1 single <Capital of Poland?> =a:Warsaw ~b:Vienna ~c:Prague");
  EXPECT_EQ(one("Capital?{~Vienna=Warsaw~Prague}"), "1 single <Capital?> ~a:Vienna =b:Warsaw ~c:Prague");
  EXPECT_EQ(one("::Q7:: Capital? {\n\t~ Vienna\n\t= Warsaw\n}"), "Q7 single <Capital?> ~a:Vienna =b:Warsaw");
  EXPECT_EQ(one("::A title, not an id:: Capital? {~x =y}"), "1 single <Capital?> ~a:x =b:y");
  EXPECT_EQ(one("Capital? {~%0%x ~%100%y}"), "1 single <Capital?> ~a:x =b:y");
}

TEST(Gift, SeveralRightAnswersHaveWeights) {
  EXPECT_EQ(one("Which? {~%50%this ~%50%that ~%-100%neither}"), "1 multiple <Which?> =a:this =b:that ~c:neither");
  EXPECT_EQ(one("Which? {\n ~%33.33333%a\n ~%33.33333%b\n ~%33.33333%c\n}"), "1 multiple <Which?> =a:a =b:b =c:c");
  EXPECT_EQ(one("// [type:multiple]\nWhich? {~%100%this ~%-100%that}"), "1 multiple <Which?> =a:this ~b:that");
}

TEST(Gift, TrueAndFalse) {
  for (const char* word : {"T", "TRUE", "true", " True "})
    EXPECT_EQ(one("Sky is blue {" + std::string(word) + "}"), "1 truefalse <Sky is blue> =true") << word;
  EXPECT_EQ(one("Sky is green.{F#No, blue#Right!}"), "1 truefalse <Sky is green.> =false #No, blue\nRight!");
}

TEST(Gift, ShortAnswers) {
  EXPECT_EQ(one("Two plus two? {=four =4}"), "1 text <Two plus two?> =four =4");
  EXPECT_EQ(one("First process? {=init}"), "1 text <First process?> =init");
  EXPECT_EQ(one("// [case]\nFirst process? {=%100%init}"), "1 text <First process?> =init case");
  EXPECT_EQ(one("Member? {=p->x}"), "1 text <Member?> =p->x");
}

TEST(Gift, Numbers) {
  EXPECT_EQ(one("When? {#1918}"), "1 number <When?> =1918");
  EXPECT_EQ(one("Pi? {#3.1415:0.0005}"), "1 number <Pi?> =3.1415 +-0.0005");
  EXPECT_EQ(one("Pi? {#3.141..3.142}"), "1 number <Pi?> =3.1415 +-0.0005");
  EXPECT_EQ(one("How many? {#1..5}"), "1 number <How many?> =3 +-2");
  EXPECT_EQ(one("Below zero? {#-2..-1 # cold}"), "1 number <Below zero?> =-1.5 +-0.5 #cold");
  EXPECT_EQ(one("When? {#\n\t=1822:2 # about right\n}"), "1 number <When?> =1822 +-2 #1822:2: about right");
  EXPECT_EQ(one("When? {#1918####The war ended.}"), "1 number <When?> =1918 #The war ended.");
  EXPECT_EQ(findings("When? {#=1822:0 =%50%1822:2}"), "gift-partial@1:17");
  EXPECT_EQ(findings("When? {#=1822 =1823}"), "gift-number@1:15");
  EXPECT_EQ(findings("When? {#soon}"), "gift-number@1:9");
  EXPECT_EQ(findings("When? {#5..1}"), "gift-number@1:9");
  EXPECT_EQ(findings("When? {#1:-1}"), "gift-number@1:9");
  EXPECT_EQ(findings("When? {#}"), "gift-number@1:9");
}

TEST(Gift, FeedbackOfAnswersAndOfTheQuestionComesTogether) {
  EXPECT_EQ(one("Q? {=yes # indeed ~no#why not ####Think.}"),
            "1 single <Q?> =a:yes ~b:no #Think.\nyes: indeed\nno: why not");
}

TEST(Gift, EscapesAndFormats) {
  EXPECT_EQ(one(R"(What is 2\:3 \{x\} \~ \# \=\\? {=a\=b ~c\nd})"),
            "1 single <What is 2:3 {x} ~ # =\\?> =a:a=b ~b:c\nd");
  EXPECT_EQ(one("[markdown]What is *x*? {=a ~b}"), "1 single <What is *x*?> =a:a ~b:b");
  EXPECT_EQ(one("::x::[html]<p>What is <b>5 &lt; 6</b>?</p>{=<p>yes</p> ~[plain]no}"),
            "x single <What is 5 < 6?> =a:yes ~b:no");
  EXPECT_EQ(findings("[html]<img src\\=x>What?{=a ~b}"), "gift-picture@1:1");
  EXPECT_EQ(one("[html]<p>Code\\:</p><pre>int a;\\n  int b;</pre>{=a ~b}"),
            "1 single <Code:\n    int a;\n      int b;> =a:a ~b:b");
}

TEST(Gift, CommentsCategoriesAndLinesInBetween) {
  const Read read = readAll(
      "// a comment\n$CATEGORY: $course$/top/Kernel and boot\n\n// another\nQ1? {=a\n// in between\n~b}\n\n\nQ2?\n"
      "second line {=a ~b}\n");
  EXPECT_EQ(read.findings, "");
  EXPECT_EQ(read.sheet.title, "Kernel and boot");
  ASSERT_EQ(read.sheet.questions.size(), 2u);
  EXPECT_EQ(read.sheet.questions[0].options.size(), 2u);
  EXPECT_EQ(read.sheet.questions[1].text, "Q2?\nsecond line");
}

TEST(Gift, IsLenientWithEqualsColonsAndSharps) {
  EXPECT_EQ(one("Ratio 1:2? What: {=one: two ~three}"), "1 single <Ratio 1:2? What:> =a:one: two ~b:three");
  EXPECT_EQ(one("Which language? {=C# ~Java}"), "1 single <Which language?> =a:C# ~b:Java");
  const Read read = readAll("Which is true? {=x=5 ~x = 6 ~y==7}");
  EXPECT_EQ(read.findings, "gift-equals@1:19");
  ASSERT_EQ(read.sheet.questions.size(), 1u);
  EXPECT_EQ(read.sheet.questions[0].options[0].text, "x=5");
  EXPECT_EQ(read.sheet.questions[0].options[1].text, "x = 6");
  EXPECT_EQ(read.sheet.questions[0].options[2].text, "y==7");
}

TEST(Gift, RefusesByNameWhatThereIsNoTypeFor) {
  EXPECT_EQ(findings("Write about it. {}"), "gift-essay@1:18");
  EXPECT_EQ(findings("Write. {####why}"), "gift-essay@1:9");
  EXPECT_EQ(findings("Match. {=a -> 1 =b -> 2 =c -> 3}"), "gift-matching@1:9");
  EXPECT_EQ(findings("The {=cat ~dog} sat."), "gift-missing-word@1:17");
  EXPECT_EQ(findings("Only a text."), "gift-description@1:1");
  EXPECT_EQ(findings("A\n\n  Żółw { =a ~b\n\nQ? {=a ~b}"), "gift-description@1:1 gift-braces@3:8");
}

TEST(Gift, MistakesHaveLineAndColumn) {
  EXPECT_EQ(findings("::no end {=a ~b}"), "gift-title@1:1");
  EXPECT_EQ(findings("Q? {a ~b}"), "gift-answer@1:5");
  EXPECT_EQ(findings("Q? {~a ~b}"), "no-right-answer@1:5");
  EXPECT_EQ(findings("Q? {=a =b ~c}"), "gift-two-right@1:5");
  EXPECT_EQ(findings("Q?\n{=a\n ~%fifty%b}"), "gift-weight@3:3");
  EXPECT_EQ(findings("Q? {=a ~%50% half ~no}"), "gift-partial@1:8");
  EXPECT_EQ(findings("Q? {=%50%half}"), "gift-partial@1:5 no-right-answer@1:5");
  EXPECT_EQ(findings("{=a ~b}"), "empty-text@1:1");
  EXPECT_EQ(findings("// [points:many]\nQ? {=a ~b}"), "gift-tag@1:1");
  EXPECT_EQ(findings("// [points:0]\nQ? {=a ~b}"), "points@1:1");
  EXPECT_EQ(findings(""), "no-questions@0:0");
  EXPECT_EQ(findings("Q? {=a ~b}\n\nx\xC5 {=a ~b}"), "encoding@3:1");
  EXPECT_EQ(findings(std::string("Q\0", 2)), "encoding@1:2");
  EXPECT_EQ(findings("Q? {=" + std::string(201, 'x') + "}"), "answer@1:1");
}

TEST(Gift, IdsAreUnique) {
  const Read read = readAll("::2:: A {=a ~b}\n\nB {=a ~b}\n\n::2:: C {=a ~b}\n\n// [id:K-1]\n::T t:: D {T}");
  EXPECT_EQ(read.findings, "");
  std::string ids;
  for (const SheetQuestion& question : read.sheet.questions) ids += question.id + " ";
  EXPECT_EQ(ids, "2 3 4 K-1 ");
}

TEST(Gift, StopsAfterManyMistakes) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "Q? {a}\n\n";
  Findings findings;
  readGift("f", text, findings);
  EXPECT_EQ(findings.all().size(), 100u);
}

TEST(Gift, WindowsFilesReadTheSame) {
  EXPECT_EQ(one("\xEF\xBB\xBFQ?\r\nmore {\r\n=a\r\n~b\r\n}\r\n"), "1 single <Q?\nmore> =a:a ~b:b");
}

SheetQuestion choice(std::string id, std::string text, std::vector<SheetOption> options) {
  SheetQuestion question;
  question.id = std::move(id);
  question.text = std::move(text);
  question.options = std::move(options);
  return question;
}

TEST(Gift, WhatIsWrittenReadsTheSame) {
  Sheet sheet;
  sheet.title = "TCP/IP";
  sheet.questions.push_back(
      choice("1", "{a} = ~b # c: \\d\\n\n\n// e", {{"a", "%50 off", true}, {"b", "[html]x", false}}));
  SheetQuestion several =
      choice("os-2", "[plain] Which?", {{"x", "p->x", true}, {"y", "=", false}, {"z", "C#", true}});
  several.type = QuestionType::kMultiple;
  several.points = 3;
  several.feedback = "Because:\n# it is [so]";
  sheet.questions.push_back(several);
  SheetQuestion single = choice("3", "One of several", {{"a", "x", true}, {"b", "y", false}});
  single.type = QuestionType::kMultiple;
  sheet.questions.push_back(single);
  SheetQuestion yes = choice("4", "True?", {{"true", "Prawda [1]", false}, {"false", "Fa\u0142sz\\", true}});
  yes.type = QuestionType::kTrueFalse;
  yes.answer = "false";
  sheet.questions.push_back(yes);
  SheetQuestion text = choice("5", "Which member?", {});
  text.type = QuestionType::kText;
  text.answer = "a -> b";
  text.accept = {"%a->b", "#->"};
  text.caseSensitive = true;
  sheet.questions.push_back(text);
  SheetQuestion number = choice("6", "How many?", {});
  number.type = QuestionType::kNumber;
  number.answer = "-1.5e3";
  number.tolerance = "0";
  number.code = "int main() {\n\n  return 1; // {x}\n}";
  sheet.questions.push_back(number);
  Findings findings;
  const std::string written = writeGift(sheet);
  const Sheet back = readGift("f", written, findings);
  EXPECT_TRUE(findings.all().empty()) << written << findings.all().front().message;
  EXPECT_EQ(back, sheet) << written;
  EXPECT_EQ(writeGift(back), written);
}

}  // namespace
}  // namespace hearth::homework::client
