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
  int attempts = 0;      // how often one student may submit; 0: until the deadline
  bool shuffle = false;  // each student has an order of their own
  bool partial = false;  // several right answers may give a part of the points
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

// The test of the folder that `name` means: `subject/test`, or a test's id where only one subject has it. Failure
// kUsage, which says what may have been meant. A test that has errors is not there.
Result<const TestFolder*> findTestFolder(const CourseFolder& course, const std::string& name);

// Reads students: a CSV file with a header (student_id,email[,name,lang]), or the article's studentsList.json.
std::vector<Student> readStudents(const std::string& file, std::string_view bytes, Findings& findings);

// studentsList.json of these students.
std::string rosterJson(const std::vector<Student>& students);
// students.csv of these students.
std::string rosterCsv(const std::vector<Student>& students);

}  // namespace hearth::homework::client
