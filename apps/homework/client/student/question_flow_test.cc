#include "homework/client/student/question_flow.h"

#include <gtest/gtest.h>

#include <deque>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

// Types prepared lines; then the input ends.
class Script final : public Dialogue {
 public:
  explicit Script(std::deque<std::string> lines, Style style = {}) : lines_(std::move(lines)), style_(style) {}

  const Style& style() const override { return style_; }
  void say(std::string_view text) override { shown += std::string(text) + "\n"; }
  Reply ask(std::string_view prompt) override {
    shown += std::string(prompt) + "\n";
    if (lines_.empty()) return {ReplyKind::kEnd, {}};
    Reply reply{ReplyKind::kLine, lines_.front()};
    lines_.pop_front();
    return reply;
  }
  void note(std::string_view text) override { shown += std::string(text) + "\n"; }
  bool pause(std::chrono::milliseconds) override { return true; }

  bool says(std::string_view text) const { return shown.find(text) != std::string::npos; }

  std::string shown;

 private:
  std::deque<std::string> lines_;
  Style style_;
};

class Flow : public ::testing::Test {
 protected:
  Flow() {
    clock_.learn(*parseInstant("2019-04-08T18:41:00Z"));
    draft_.subject = "os";
    draft_.testId = "test01";
    draft_.due = parseInstant("2019-04-08T21:00:30Z");
    for (int i = 1; i <= 3; ++i) {
      draft_.questions.push_back({std::to_string(i),
                                  "Question text " + std::to_string(i),
                                  {{"a", "first"}, {"b", "second"}, {"c", "third"}}});
    }
  }

  FlowEnd run(Script& script) {
    return QuestionFlow(script, draft_, clock_, zone_, [this] { saves_.push_back(draft_.answers.size()); }).run();
  }

  ServerClock clock_;
  Zone zone_{"Europe/Warsaw"};
  Draft draft_;
  std::vector<std::size_t> saves_;
};

TEST_F(Flow, AnswersReviewsAndConfirms) {
  Script script({"a", "B", "3", "s", ""});
  EXPECT_EQ(run(script), FlowEnd::kSubmit);
  EXPECT_EQ(draft_.answers, (std::map<std::string, std::string>{{"1", "a"}, {"2", "b"}, {"3", "c"}}));
  EXPECT_TRUE(script.says("Question 1 of 3 · os/test01 · 0 answered · due in 2 h 19 min"));
  EXPECT_TRUE(script.says("Answer a–c, Enter = leave open, p previous, g 3 go to, r review, ? help"));
  EXPECT_TRUE(script.says("  1 a  first"));
  EXPECT_TRUE(script.says("3 of 3 answered. You can change answers until today 23:00 (Europe/Warsaw)."));
  EXPECT_TRUE(script.says("Submit these 3 answers? [Y/n]"));
}

TEST_F(Flow, SavesAfterEveryAnswer) {
  Script script({"a", "b"});
  EXPECT_EQ(run(script), FlowEnd::kInterrupted);
  ASSERT_GE(saves_.size(), 2u);
  EXPECT_EQ(saves_.back(), 2u);
}

TEST_F(Flow, AnOpenQuestionHasToBeConfirmedInWords) {
  Script script({"a", "", "c", "s", "", "s", "y"});
  EXPECT_EQ(run(script), FlowEnd::kSubmit);
  EXPECT_TRUE(script.says("Question 2 has no answer. Submit anyway? [y/N]"));
  EXPECT_EQ(draft_.chosen().size(), 2u);
}

TEST_F(Flow, NothingAnsweredCannotBeSubmitted) {
  Script script({"", "", "", "s", "q"});
  EXPECT_EQ(run(script), FlowEnd::kQuit);
  EXPECT_TRUE(script.says("There is no answer yet that could be submitted."));
}

TEST_F(Flow, MovesBackForthAndToTheReview) {
  Script script({"a", "p", "g 3", "c", "2", "b", "q"});
  EXPECT_EQ(run(script), FlowEnd::kQuit);
  EXPECT_EQ(draft_.answers.size(), 3u);
  EXPECT_TRUE(script.says("Your answer [a]: "));
}

TEST_F(Flow, RefusesWhatIsNotOffered) {
  Script script({"a b", "9", "ab", "d", "g 9", "a", "q"});
  EXPECT_EQ(run(script), FlowEnd::kQuit);
  EXPECT_EQ(draft_.answers, (std::map<std::string, std::string>{{"1", "a"}}));
  EXPECT_TRUE(script.says("That is not one of the answers. Type a–c, or ? for help."));
  EXPECT_TRUE(script.says("Type g and a number from 1 to 3."));
}

TEST_F(Flow, GoesOnWithTheFirstPositionAndWithTheReviewWhenComplete) {
  draft_.answers = {{"1", "a"}};
  draft_.position = 1;
  Script half({});
  EXPECT_EQ(run(half), FlowEnd::kInterrupted);
  EXPECT_TRUE(half.says("Question 2 of 3"));

  draft_.answers = {{"1", "a"}, {"2", "a"}, {"3", "a"}};
  Script complete({"q"});
  EXPECT_EQ(run(complete), FlowEnd::kQuit);
  EXPECT_FALSE(complete.says("Question 2 of 3"));
}

TEST_F(Flow, CommandsThatAreAnswersTakeAColon) {
  draft_.questions[0].choices = {{"p", "a process"}, {"q", "a queue"}, {"r", "a register"}};
  Script script({"q", ":q"});
  draft_.questions[1].choices = {{"q", "queue"}, {"x", "other"}};
  EXPECT_EQ(run(script), FlowEnd::kQuit);
  EXPECT_EQ(draft_.answers, (std::map<std::string, std::string>{{"1", "q"}}));
  EXPECT_TRUE(script.says(", :q"));
}

TEST_F(Flow, HostileTextIsShownHarmlessly) {
  draft_.questions[0].text = "What does\x1b[2J ls * do?\n\n    $ ls\t*\n\xE2\x80\xAEgnp.exe";
  Style style;
  style.width = 40;
  Script script({}, style);
  run(script);
  EXPECT_EQ(script.shown.find('\x1b'), std::string::npos);
  EXPECT_EQ(script.shown.find('\r'), std::string::npos);
  EXPECT_TRUE(script.says("  What does[2J ls * do?"));
  EXPECT_TRUE(script.says("      $ ls    *"));
  EXPECT_TRUE(script.says("  gnp.exe"));
}

TEST_F(Flow, AsciiAndNarrowCarryTheSame) {
  Style style;
  style.width = 40;
  style.charset = Charset::kAscii;
  Script script({"a", "", "", "q"}, style);
  run(script);
  for (const char c : script.shown) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
  for (const std::string_view line : split(script.shown, '\n')) {
    EXPECT_LE(columns(line), 40u) << line;
  }
  EXPECT_TRUE(script.says("-  not answered"));
}

TEST_F(Flow, SeveralTrueFalseTextAndNumber) {
  draft_.partial = true;
  draft_.questions[0].type = QuestionType::kMultiple;
  draft_.questions[0].points = 2;
  draft_.questions[1] = {"2", "Is it?", {{"true", ""}, {"false", ""}}, QuestionType::kTrueFalse};
  draft_.questions[2] = {"3", "Its name?", {}, QuestionType::kText, "a *p;\n\tq();"};
  draft_.questions.push_back({"4", "How many?", {}, QuestionType::kNumber});
  Script script({"ca", "F", "q", ":p", ":g 4", "many", "-2e3", "s", ""});
  EXPECT_EQ(run(script), FlowEnd::kSubmit);
  EXPECT_EQ(draft_.answers,
            (std::map<std::string, std::string>{{"1", "a,c"}, {"2", "false"}, {"3", "q"}, {"4", "-2e3"}}));
  EXPECT_TRUE(script.says("Question 1 of 4 · 2 points · os/test01"));
  EXPECT_TRUE(script.says("Part of the points is given: each right choice counts for you"));
  EXPECT_TRUE(script.says("Answer one or more of a–c, like a,c, Enter = leave open"));
  EXPECT_TRUE(script.says("    t  true\n    f  false\n"));
  EXPECT_TRUE(script.says("Answer t or f, Enter"));
  EXPECT_TRUE(script.says("    │ a *p;\n    │     q();\n"));
  EXPECT_TRUE(script.says("Type your answer on one line, Enter = leave open, :p previous"));
  EXPECT_TRUE(script.says("That is not a number of at most 30 characters."));
  EXPECT_TRUE(script.says("  1 a,c  first; third\n  2 f    false\n  3      q\n  4      -2e3\n"));
}

TEST_F(Flow, AnAnswerCanBeTakenBack) {
  Script script({"a", "p", "-", "q"});
  EXPECT_EQ(run(script), FlowEnd::kQuit);
  EXPECT_TRUE(draft_.answers.empty());
  EXPECT_TRUE(script.says("Enter = keep, - clear, p previous"));
}

TEST_F(Flow, PolishAndAccessible) {
  Style style;
  style.lang = Lang::kPl;
  style.accessible = true;
  Script script({"a", "", "", "s", "t"}, style);
  EXPECT_EQ(run(script), FlowEnd::kSubmit);
  EXPECT_TRUE(script.says("Pytanie 1 z 3, os/test01, odpowiedzi: 0, termin za 2 godz. 19 min"));
  EXPECT_TRUE(script.says("Odpowiedź od a do c, Enter = pomiń"));
  EXPECT_TRUE(script.says("Pytania 2 i 3 nie mają odpowiedzi. Wysłać mimo to? [t/N]"));
  EXPECT_EQ(script.shown.find("–"), std::string::npos);
  EXPECT_EQ(script.shown.find("·"), std::string::npos);
}

}  // namespace
}  // namespace hearth::homework::client
