#include "homework/client/trainer/demo/demo_class.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace hearth::homework::client {
namespace {

std::vector<DemoItem> items() {
  std::vector<DemoItem> out;
  for (const double difficulty : {-1.5, -0.5, 0.0, 0.5, 1.0, -1.0})
    out.push_back({std::to_string(out.size() + 1), "b", {"a", "b", "c", "d"}, difficulty});
  return out;
}

std::size_t rightOf(const std::vector<ChosenAnswer>& answers) {
  return static_cast<std::size_t>(
      std::count_if(answers.begin(), answers.end(), [](const ChosenAnswer& a) { return a.answer == "b"; }));
}

TEST(DemoClass, HasEveryHabitAndOneMistakenAddress) {
  std::map<DemoHabit, int> habits;
  int mistaken = 0;
  for (const DemoStudent& student : demoClass()) {
    ++habits[student.habit];
    mistaken += student.email == kDemoMistaken ? 1 : 0;
  }
  EXPECT_EQ(demoClass().size(), 30u);
  EXPECT_EQ(mistaken, 1);
  EXPECT_EQ(habits[DemoHabit::kExtended], 1);
  EXPECT_EQ(habits[DemoHabit::kLate], 1);
  EXPECT_GE(habits[DemoHabit::kNever], 2);
  EXPECT_GE(habits[DemoHabit::kEarly], 4);
  EXPECT_GE(habits[DemoHabit::kAfternoon], 4);
  EXPECT_GE(habits[DemoHabit::kLastMinute], 4);
}

TEST(DemoClass, AnswersTheSameEveryTimeAndByAbility) {
  const std::vector<DemoStudent> students = demoClass();
  EXPECT_EQ(demoAnswers(students[3], items(), 1), demoAnswers(students[3], items(), 1));
  DemoStudent able = students[3];
  able.ability = 9;
  EXPECT_EQ(rightOf(demoAnswers(able, items(), 1)), 6u);
  able.ability = -9;
  EXPECT_EQ(rightOf(demoAnswers(able, items(), 1)), 0u);
  std::size_t easy = 0;
  std::size_t hard = 0;
  for (const DemoStudent& student : students) {
    EXPECT_GE(rightOf(demoAnswers(student, items(), 2)), rightOf(demoAnswers(student, items(), 1)));
    for (const ChosenAnswer& answer : demoAnswers(student, items(), 1)) {
      easy += answer.questionId == "1" && answer.answer == "b" ? 1 : 0;
      hard += answer.questionId == "5" && answer.answer == "b" ? 1 : 0;
    }
  }
  EXPECT_GT(easy, hard);
  EXPECT_LT(easy, students.size());
}

}  // namespace
}  // namespace hearth::homework::client
