// What this computer remembers of a course between two commands: for what works without a network (verifying
// receipts, completing names, the language). Nothing in it is secret, and nothing is lost with it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "homework/client/student/course_view.h"

namespace hearth::homework::client {

struct CourseMemory {
  std::string lang;  // the student's; empty when the server did not say
  std::vector<ReceiptKey> receiptKeys;
  std::vector<std::string> tests;  // subject/test, the most urgent first
};

// Empty when there is none, or none that can be read.
CourseMemory recallCourse(const std::filesystem::path& file);
// Keys that are remembered already stay: old receipts are to be verified too. Writes only what is new.
CourseMemory rememberCourse(const std::filesystem::path& file, const CourseMemory& seen);

}  // namespace hearth::homework::client
