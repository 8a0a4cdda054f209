// A test as its students see it, before it is published. Without its key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "homework/client/common/result.h"
#include "homework/client/common/terminal.h"
#include "homework/client/trainer/course_folder.h"

namespace hearth::homework::client {

// What `homework do` shows: every question, left open, then the review. Made by the student's own dialogue. `style`
// decides about width and characters; the language is the course's.
Result<std::vector<std::string>> previewLines(const CourseFolder& course, const TestFolder& test, Style style,
                                              Instant now);

// The students' page (`page`: its file) with this test in it, fit to be opened as a file: it asks no server, and
// nothing can be submitted. Failure kInternal when the file is not the page.
Result<std::string> previewPage(const CourseFolder& course, const TestFolder& test, std::string_view page,
                                Instant now);

}  // namespace hearth::homework::client
