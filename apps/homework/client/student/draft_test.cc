#include "homework/client/student/draft.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace hearth::homework::client {
namespace {

Question question(std::string id, std::string text) {
  return {std::move(id), std::move(text), {{"a", "yes"}, {"b", "no"}}};
}

Draft draftOf(const std::vector<Question>& questions) {
  Draft draft;
  draft.studentId = "student01";
  draft.subject = "os";
  draft.testId = "test01";
  draft.questionSet = "set1";
  draft.questions = questions;
  return draft;
}

TestInfo info() {
  TestInfo out;
  out.subject = "os";
  out.testId = "test01";
  out.title = "Kernels";
  return out;
}

class DraftFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/homework-draft-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(DraftFolder, IsResumedWithEverythingInIt) {
  const DraftStore store(folder_);
  Draft draft = draftOf({question("1", "q\n    code"), question("2", "r")});
  draft.due = parseInstant("2019-04-08T21:00:00Z");
  draft.timeZone = "Europe/Warsaw";
  draft.answer(draft.questions[1], "b");
  draft.position = 1;
  store.save(draft);
  EXPECT_EQ(sharedModeBits(store.pathOf("student01", "os", "test01")), 0u);

  const auto found = store.find("student01", "os", "test01");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->questions, draft.questions);
  EXPECT_EQ(found->answers, draft.answers);
  EXPECT_EQ(found->position, 1u);
  EXPECT_EQ(found->due, draft.due);
  EXPECT_EQ(found->timeZone, "Europe/Warsaw");
  EXPECT_EQ(found->questionSet, "set1");
  EXPECT_EQ(store.all("student01").size(), 1u);
  EXPECT_TRUE(store.all("student02").empty());
}

TEST_F(DraftFolder, ADamagedFileIsKeptAside) {
  const DraftStore store(folder_);
  store.save(draftOf({question("1", "q")}));
  const auto path = store.pathOf("student01", "os", "test01");
  std::ofstream(path) << "{\"format\":1,";
  EXPECT_FALSE(store.find("student01", "os", "test01"));
  EXPECT_TRUE(std::filesystem::exists(path.string() + ".damaged"));
}

TEST_F(DraftFolder, ASecondWindowIsKeptOut) {
  const DraftStore store(folder_);
  const Draft draft = draftOf({question("1", "q")});
  auto first = store.lock(draft);
  EXPECT_TRUE(first);
  EXPECT_FALSE(store.lock(draft));
  first.reset();
  EXPECT_TRUE(store.lock(draft));
}

TEST(DraftText, DropsWhatDoesNotBelong) {
  Draft draft = draftOf({question("1", "q"), question("2", "r")});
  draft.answers = {{"1", "z"}, {"2", "a"}, {"9", "a"}};
  draft.position = 7;
  const auto read = draftFromText(draftToText(draft));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->answers, (std::map<std::string, std::string>{{"2", "a"}}));
  EXPECT_EQ(read->position, 0u);
}

TEST(DraftText, RefusesNamesThatArePaths) {
  Draft draft = draftOf({question("1", "q")});
  draft.subject = "../../etc";
  EXPECT_FALSE(draftFromText(draftToText(draft)));
  EXPECT_FALSE(draftFromText(""));
  EXPECT_FALSE(draftFromText("[]"));
}

TEST(DraftText, KeepsEveryTypeOfQuestion) {
  Draft draft = draftOf({question("1", "q"), question("2", "several"), question("3", "yes?")});
  draft.questions[1].type = QuestionType::kMultiple;
  draft.questions[1].points = 3;
  draft.questions[2].type = QuestionType::kTrueFalse;
  draft.questions[2].choices = {{"true", ""}, {"false", ""}};
  draft.questions.push_back({"4", "text", {}, QuestionType::kText, "int main() {}"});
  draft.questions.push_back({"5", "number", {}, QuestionType::kNumber});
  draft.answers = {{"1", "b"}, {"2", "a,b"}, {"3", "false"}, {"4", "init, perhaps"}, {"5", "3,14"}};
  const auto read = draftFromText(draftToText(draft));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->questions, draft.questions);
  EXPECT_EQ(read->answers, draft.answers);
}

TEST(AdoptSubmission, IsTheProofThatTheAnswersArrived) {
  Draft draft = draftOf({question("1", "q"), question("2", "r")});
  Submission received{"set1", {{"1", "a"}, {"2", "b"}}, {}};
  received.receipt.code = "R-7F3K-Q2MD";
  Draft fresh = draft;
  EXPECT_TRUE(adoptSubmission(fresh, received));
  EXPECT_EQ(fresh.chosen(), received.answers);
  EXPECT_EQ(fresh.receipt, "R-7F3K-Q2MD");
  EXPECT_FALSE(adoptSubmission(fresh, received));  // known already

  Draft same = draft;
  same.answers = {{"1", "a"}, {"2", "b"}};
  EXPECT_TRUE(adoptSubmission(same, received));
  Draft changed = draft;
  changed.answers = {{"1", "a"}};
  EXPECT_FALSE(adoptSubmission(changed, received));
  EXPECT_TRUE(changed.isUnsent());
  EXPECT_EQ(changed.answers.size(), 1u);
  received.questionSet = "set0";
  EXPECT_FALSE(adoptSubmission(draft, received));
}

TEST(DraftAnswer, AChangeTakesTheReceiptBack) {
  Draft draft = draftOf({question("1", "q")});
  draft.answer(draft.questions[0], "a");
  draft.receipt = "R-0000-0000";
  draft.answer(draft.questions[0], "a");
  EXPECT_EQ(draft.receipt, "R-0000-0000");
  draft.answer(draft.questions[0], "b");
  EXPECT_TRUE(draft.receipt.empty());
}

TEST(Adopt, KeepsAnswersToUnchangedQuestionsAndNamesTheOthers) {
  Draft draft = draftOf({question("1", "old"), question("2", "same"), question("3", "open")});
  draft.answer(draft.questions[0], "a");
  draft.answer(draft.questions[1], "b");
  const TestContent changed{
      "set2", {question("1", "NEW"), question("2", "same"), question("3", "open"), question("4", "added")}};
  EXPECT_EQ(adopt(draft, info(), "Europe/Warsaw", changed), (std::vector<std::string>{"1", "4"}));
  EXPECT_EQ(draft.answers, (std::map<std::string, std::string>{{"2", "b"}}));
  EXPECT_EQ(draft.questionSet, "set2");
  EXPECT_EQ(draft.title, "Kernels");
}

TEST(Adopt, AFreshDraftHasNothingThatChanged) {
  Draft draft;
  EXPECT_TRUE(adopt(draft, info(), "UTC", {"set1", {question("1", "q")}}).empty());
  draft.answer(draft.questions[0], "a");
  draft.receipt = "R-0000-0000";
  EXPECT_TRUE(adopt(draft, info(), "UTC", {"set1", {question("1", "q")}}).empty());
  EXPECT_EQ(draft.answers.size(), 1u);
  EXPECT_EQ(draft.receipt, "R-0000-0000");
}

}  // namespace
}  // namespace hearth::homework::client
