// A course as its trainer keeps it: a folder of files (README.md of sample/ describes them). Reading it applies
// every rule of the linter; only a folder without errors may be published.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/result.h"
#include "homework/client/trainer/findings.h"
#include "homework/client/trainer/located_json.h"
#include "homework/domain/catalogue.h"
#include "homework/domain/course.h"

namespace hearth::homework::client {

struct TestFolder {
  TestRef ref;
  std::string title;
  std::optional<homework::Instant> opens;  // absent: open at once
  std::optional<homework::Instant> due;    // absent: the Monday after it is first published
  std::optional<homework::Instant> lateUntil;
  std::chrono::seconds grace{60};
  Late late = Late::kReject;
  std::size_t questionCount = 0;
  std::string questions;  // the bytes of questions.json
  std::string key;        // the bytes of questionsKey.json
};

struct CourseFolder {
  std::filesystem::path root;
  Course course;
  std::string courseJson;  // what is published as course.json
  std::vector<Student> students;
  std::vector<TestFolder> tests;  // by subject, then id
  Findings findings;
};

// Reads the course in `folder`; `now` is what "in the past" is measured against. What is wrong is in `findings`,
// and is left out of the rest. Failure (kUsage): there is no course in `folder`.
Result<CourseFolder> readCourseFolder(const std::filesystem::path& folder, homework::Instant now);

// Reads students: a CSV file with a header (student_id,email[,name,lang]), or the article's studentsList.json.
std::vector<Student> readStudents(const std::string& file, std::string_view bytes, Findings& findings);

// studentsList.json of these students.
std::string rosterJson(const std::vector<Student>& students);

}  // namespace hearth::homework::client
