// The class of `trainer demo`: thirty students, what they know, when they answer. The same every time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "homework/client/student/course_view.h"

namespace hearth::homework::client {

enum class DemoHabit : unsigned char {
  kEarly,       // the evening before
  kAfternoon,   // on the day
  kLastMinute,  // ten minutes before the deadline
  kLate,        // after it
  kExtended,    // was ill, and has two more days
  kNever
};

struct DemoStudent {
  std::string id;
  std::string name;
  std::string email;
  std::string lang;
  double ability = 0;  // on the scale of the questions' difficulty; 0 is the middle
  DemoHabit habit = DemoHabit::kEarly;
};

// One of them has an address that no mail can be sent to: kDemoMistaken; it should be kDemoMended.
std::vector<DemoStudent> demoClass();
inline constexpr std::string_view kDemoMistaken = "hanna..krol@example.org";
inline constexpr std::string_view kDemoMended = "hanna.krol@example.org";

struct DemoItem {
  std::string questionId;
  std::string right;
  std::vector<std::string> options;
  double difficulty = 0;
};

// Rasch's model: who is as able as a question is difficult gets it right half of the time. `attempt` from 1; a
// second one mends what the first got wrong by chance.
std::vector<ChosenAnswer> demoAnswers(const DemoStudent& student, const std::vector<DemoItem>& items, int attempt);

// students.csv of the class.
std::string demoRoster(const std::vector<DemoStudent>& students);

}  // namespace hearth::homework::client
