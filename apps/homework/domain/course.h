// The course and who is in it: course.json, studentsList.json, access/keys.json.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "homework/domain/outcome.h"
#include "homework/domain/scoring.h"

namespace hearth::homework {

// Whether a mail can be addressed to `text`: local@domain.tld, ASCII, at most 254 bytes, nothing that could end a
// header line or an address.
bool isMailAddress(std::string_view text);
// `trainer@example.com` of `Homework <trainer@example.com>`; empty when there is none.
std::string_view addressOf(std::string_view mailbox);

struct Course {
  std::string name = "Homework";
  std::string timezone = "UTC";
  std::string lang = "en";
  std::string from;  // a mailbox; may be empty, then the function's settings decide
  std::vector<std::string> trainers;
  int scale = 5;
  Rounding rounding = Rounding::kHalfUp;
  std::vector<GradeStep> grades;           // descending, the last from 0; empty: the score is the grade
  std::chrono::minutes reminder{24 * 60};  // before a deadline; 0: nobody is reminded
  bool notice = true;                      // a mail says that a test is open
  bool receiptMail = false;                // receipts are mailed, too
  int retentionDays = 180;
};

// `24h`, `90m`, `2d`: 1 minute to 30 days; `off` is 0.
std::optional<std::chrono::minutes> parseReminder(std::string_view text);

Outcome<Course> parseCourse(std::string_view text);

struct Student {
  std::string id;
  std::string email;
  std::string name;  // may be empty
  std::string lang;  // may be empty: the course's
};

class Roster final {
 public:
  Roster() = default;
  explicit Roster(std::vector<Student> students) : students_(std::move(students)) {}

  const std::vector<Student>& students() const { return students_; }
  const Student* find(std::string_view id) const;

 private:
  std::vector<Student> students_;
};
// Ids are unique and well formed. An address that no mail can be sent to is kept: the student has a right to a
// score, and the trainer's digest names the failed mail.
Outcome<Roster> parseRoster(std::string_view text);

// API key id -> student id.
using AccessKeys = std::map<std::string, std::string, std::less<>>;
Outcome<AccessKeys> parseAccessKeys(std::string_view text);

}  // namespace hearth::homework
