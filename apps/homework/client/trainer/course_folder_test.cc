#include "homework/client/trainer/course_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "homework/client/common/time_text.h"
#include "homework/client/trainer/skeleton.h"

namespace hearth::homework::client {
namespace {

namespace fs = std::filesystem;

const Instant kNow = *parseInstant("2019-04-02T10:00:00Z");

class Folder : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/homework-course-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    root_ = name;
    fs::copy(HOMEWORK_SAMPLE_DIR, root_, fs::copy_options::recursive);
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& file, const std::string& content) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file, std::ios::binary) << content;
  }
  void settings(const std::string& content) { write("subjects/operating-systems/test01/test.json", content); }

  CourseFolder read() {
    auto course = readCourseFolder(root_, kNow);
    EXPECT_TRUE(course.ok());
    return *std::move(course);
  }
  // "rule file:line"
  std::string findings() {
    std::string out;
    const CourseFolder course = read();
    for (const Finding& finding : course.findings.all()) {
      out += (out.empty() ? "" : "; ") + finding.rule + " " + fs::path(finding.file).filename().string() + ":" +
             std::to_string(finding.line);
    }
    return out;
  }

  fs::path root_;
};

TEST_F(Folder, TheSampleCourseIsGood) {
  EXPECT_EQ(findings(), "");
  const CourseFolder course = read();
  ASSERT_EQ(course.tests.size(), 2u);
  EXPECT_EQ(course.tests[0].ref.path(), "operating-systems/test01");
  EXPECT_EQ(course.tests[0].questionCount, 6u);
  EXPECT_FALSE(course.tests[0].due);
  EXPECT_EQ(course.students.size(), 5u);
  EXPECT_EQ(course.course.timezone, "Europe/Warsaw");
  ASSERT_TRUE(parseCourse(course.courseJson).ok());
  ASSERT_TRUE(parseRoster(rosterJson(course.students)).ok());
  EXPECT_EQ(parseRoster(rosterJson(course.students))->students()[4].name, "Ewa Zielińska");
}

TEST_F(Folder, ReadsTheSettingsOfATest) {
  settings(R"({"title": "Boot", "opens": "2019-04-02 12:00", "due": "2019-04-08 23:00", "late": "flag",
              "lateUntil": "2019-04-10 23:00", "graceSeconds": 0})");
  EXPECT_EQ(findings(), "");
  const CourseFolder course = read();
  const TestFolder& test = course.tests[0];
  EXPECT_EQ(test.title, "Boot");
  EXPECT_EQ(test.due, parseInstant("2019-04-08T21:00:00Z"));
  EXPECT_EQ(test.opens, parseInstant("2019-04-02T10:00:00Z"));
  EXPECT_EQ(test.late, Late::kFlag);
  EXPECT_EQ(test.grace.count(), 0);
}

TEST_F(Folder, FindsWhatIsWrongWithDeadlines) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"due": "2019-03-31 02:30"})", "due-gap test.json:1"},
      {R"({"due": "2019-10-27 02:30"})", "due-ambiguous test.json:1"},
      {R"({"due": "8 April"})", "time test.json:1"},
      {"{\n\"due\": 5}", "time test.json:2"},
      {R"({"due": "2019-04-01 23:00"})", "due-past test.json:1"},
      {R"({"opens": "2019-04-09 08:00", "due": "2019-04-08 23:00"})", "due-before-opens test.json:1"},
      {R"({"due": "2019-04-03 23:00"})", "due-soon test.json:1"},
      {R"({"due": "2019-04-09 00:00"})", "due-midnight test.json:1"},
      {R"({"late": "flag"})", "late test.json:1"},
      {R"({"late": "maybe"})", "late test.json:1"},
      {R"({"graceSeconds": -1})", "grace test.json:1"},
      {R"({"dues": "2019-04-08 23:00"})", "unknown-member test.json:1"},
      {R"({"title": "two\nlines"})", "title test.json:1"},
      {R"({"shuffle": "yes"})", "settings test.json:1"},
      {"{\n\"partial\": 1}", "settings test.json:2"},
      {R"({"attempts": -1})", "attempts test.json:1"},
      {R"({"attempts": 201})", "attempts test.json:1"},
      {R"({"attempts": 3, "shuffle": true, "partial": false})", ""},
      {"{", "json-syntax test.json:1"},
  };
  for (const auto& [content, expected] : cases) {
    settings(content);
    EXPECT_EQ(findings(), expected) << content;
  }
}

TEST_F(Folder, FindsWhatIsWrongWithTheRoster) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "roster-syntax students.csv:0; roster students.csv:0"},
      {"id,mail\n", "roster-syntax students.csv:1; roster students.csv:0"},
      {"student_id,email\ns1,a@b.pl\nS1,c@d.pl\n", "roster-duplicate students.csv:3"},
      {"student_id,email\ns1,nobody\n", "roster-email students.csv:2"},
      {"student_id,email,lang\ns1,a@b.pl,en\ns2,a@b.pl,fr\n", "language students.csv:3"},
      {"student_id,email\n../x,a@b.pl\ns1,a@b.pl\n", "illegal-id students.csv:2"},
      {"student_id,email\ns1,a@b.pl,x\ns2,a@b.pl\n", "roster-syntax students.csv:2"},
      {"student_id,email\n\"s1,a@b.pl\n", "roster-syntax students.csv:2; roster students.csv:0"},
  };
  for (const auto& [content, expected] : cases) {
    write("students.csv", content);
    EXPECT_EQ(findings(), expected) << content;
  }
}

TEST_F(Folder, FindsWhatIsMissingOrMisnamed) {
  fs::remove(root_ / "subjects/operating-systems/test01/questionsKey.json");
  EXPECT_EQ(findings(), "missing-file questionsKey.json:0");
  write("subjects/keys/test01/questions.json", "[]");
  EXPECT_EQ(findings(), "illegal-id keys:0; missing-file questionsKey.json:0");
  write("course.json", R"({"name": "x", "timezone": "Mars/Olympus", "from": "a@b.pl", "trainers": ["a@b.pl"]})");
  EXPECT_EQ(findings(), "unknown-zone course.json:1; illegal-id keys:0; missing-file questionsKey.json:0");
}

TEST_F(Folder, FindsWhatIsWrongWithTheCourse) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("grades": [{"from": 50, "grade": "3"}, {"from": 0, "grade": "2"}], "reminder": "2d")", ""},
      {R"("notice": false, "receiptMail": true, "retentionDays": 30)", ""},
      {R"("scale": 0)", "course course.json:2"},
      {R"("rounding": "down")", "course course.json:2"},
      {R"("grades": [{"from": 50, "grade": "3"}])", "course course.json:2"},
      {R"("reminder": "soon")", "course course.json:2"},
      {R"("notice": "yes")", "course course.json:2"},
      {R"("retentionDays": 0)", "course course.json:2"},
      {R"("retention": 30)", "unknown-member course.json:2"},
      {R"("lang": "de")", "language course.json:2"},
      {R"("lang": "pl")", ""},
  };
  for (const auto& [member, expected] : cases) {
    write("course.json",
          "{\"name\": \"x\", \"from\": \"a@b.pl\", \"trainers\": [\"a@b.pl\"],\n" + std::string(member) + "}");
    EXPECT_EQ(findings(), expected) << member;
  }
}

TEST_F(Folder, FindsTestsByTheirNames) {
  const CourseFolder course = read();
  EXPECT_EQ((*findTestFolder(course, "test02"))->ref.path(), "operating-systems/test02");
  EXPECT_EQ((*findTestFolder(course, "operating-systems/test01"))->ref.testId, "test01");
  EXPECT_EQ(findTestFolder(course, "operating-system/test01").failure().hint,
            "Did you mean  operating-systems/test01 ?");
  EXPECT_FALSE(findTestFolder(course, "").ok());
}

TEST_F(Folder, ARosterThatIsWrittenReadsTheSame) {
  std::vector<Student> students = read().students;
  students[0].name = "Nowak, \"Ada\"";
  Findings found;
  const std::vector<Student> back = readStudents("students.csv", rosterCsv(students), found);
  EXPECT_TRUE(found.all().empty());
  ASSERT_EQ(back.size(), students.size());
  EXPECT_EQ(rosterJson(back), rosterJson(students));
}

TEST_F(Folder, ANewCourseIsGood) {
  fs::remove_all(root_);
  for (const SkeletonFile& file : courseSkeleton("Systems \"1\"", "Europe/Warsaw")) write(file.path, file.content);
  EXPECT_EQ(findings(), "");
  EXPECT_EQ(read().course.name, "Systems \"1\"");
  EXPECT_EQ(read().tests.size(), 1u);
}

TEST_F(Folder, TheArticlesFilesWorkUnchanged) {
  fs::remove_all(root_);
  write("studentsList.json", R"([{"student_id": "student01", "email": "a@example.com"}])");
  write(
      "subjects/operating-systems/test01/questions.json",
      R"([{"questionId": "1", "question": "Q1", "answers": [{"answerId": "a", "answerBody": "x"}, {"answerId": "b", "answerBody": "y"}]},
            {"questionId": "2", "question": "Q2", "answers": [{"answerId": "a", "answerBody": "x"}, {"answerId": "b", "answerBody": "y"}]},
            {"questionId": "3", "question": "Q3", "answers": [{"answerId": "a", "answerBody": "x"}, {"answerId": "b", "answerBody": "y"}]}])");
  write(
      "subjects/operating-systems/test01/questionsKey.json",
      R"([{"questionId": "1", "answer": "a"}, {"questionId": "2", "answer": "b"}, {"questionId": "3", "answer": "a"}])");
  const CourseFolder course = read();
  EXPECT_EQ(course.findings.count(Severity::kError), 0u);
  EXPECT_EQ(course.tests.size(), 1u);
  EXPECT_EQ(course.students.size(), 1u);
}

TEST_F(Folder, AFolderWithoutACourseIsSaidSo) {
  EXPECT_FALSE(readCourseFolder(root_ / "subjects" / "operating-systems" / "test01", kNow).ok());
}

}  // namespace
}  // namespace hearth::homework::client
