#include "homework/client/trainer/preview.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

const Instant kNow = *parseInstant("2019-04-02T10:00:00Z");

CourseFolder someCourse() {
  CourseFolder course;
  course.course.name = "Operating systems";
  course.course.timezone = "Europe/Warsaw";
  return course;
}

TestFolder someTest() {
  TestFolder test;
  test.ref = {"operating-systems", "test01"};
  test.title = "Kernel </script> and boot";
  test.questions = R"([
    {"questionId": "1", "question": "First?", "answers": [{"answerId": "a", "answerBody": "</script><b>x"}, {"answerId": "b", "answerBody": "y"}]},
    {"questionId": "2", "question": "Second?", "type": "text", "code": "cat *"},
    {"questionId": "3", "question": "Third?", "type": "truefalse"}])";
  test.key =
      R"([{"questionId": "1", "answer": "a"}, {"questionId": "2", "answer": "the key of it"}, {"questionId": "3", "answer": "true"}])";
  return test;
}

TEST(Preview, ShowsEveryQuestionAndTheReview) {
  const auto lines = previewLines(someCourse(), someTest(), Style{}, kNow);
  ASSERT_TRUE(lines.ok()) << lines.failure().what;
  std::string all;
  for (const std::string& line : *lines) {
    EXPECT_LE(columns(line), 80u) << line;
    all += line + "\n";
  }
  std::size_t at = 0;
  for (const char* expected : {"Question 1 of 3", "operating-systems/test01", "First?", "Question 2 of 3", "cat *",
                               "Question 3 of 3", "Review"}) {
    const std::size_t found = all.find(expected, at);
    ASSERT_NE(found, std::string::npos) << expected << "\n" << all;
    at = found;
  }
  EXPECT_EQ(all.find("the key of it"), std::string::npos);
}

TEST(Preview, ThePageCarriesItsAnswersAndNoPolicy) {
  const std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta http-equiv=\"Content-Security-Policy\" content=\"x\">\n"
      "<title>Homework</title></head><body></body></html>";
  const auto made = previewPage(someCourse(), someTest(), page, kNow);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->find("Content-Security-Policy"), std::string::npos);
  EXPECT_NE(made->find("<title>Homework</title></head><body></body></html>"), std::string::npos);
  EXPECT_NE(made->find("First?"), std::string::npos);
  EXPECT_EQ(made->find("the key of it"), std::string::npos);
  // What a trainer wrote does not end the script.
  EXPECT_EQ(made->find("</script><b>x"), std::string::npos);
  EXPECT_EQ(made->find("Kernel </script>"), std::string::npos);
  EXPECT_FALSE(previewPage(someCourse(), someTest(), "<html></html>", kNow).ok());
}

}  // namespace
}  // namespace hearth::homework::client
