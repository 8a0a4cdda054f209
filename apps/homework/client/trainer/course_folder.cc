#include "homework/client/trainer/course_folder.h"

#include <algorithm>

#include "homework/client/common/closest.h"
#include "homework/client/common/files.h"
#include "homework/client/common/json.h"
#include "homework/client/common/text.h"
#include "homework/client/trainer/course_time.h"
#include "homework/client/trainer/csv.h"
#include "homework/client/trainer/lint.h"

namespace hearth::homework::client {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::seconds;

constexpr int kMaxAttempts = 200;  // as many as are kept of one student
constexpr const char* kDefaultZone = "Europe/Warsaw";

// The domain's messages about course.json name the file first and then the member: `course.json: scale is ...`.
constexpr std::string_view kCoursePrefix = "course.json: ";

std::string withoutFile(const std::string& message) {
  return message.starts_with(kCoursePrefix) ? message.substr(kCoursePrefix.size()) : message;
}

// The line of the first member that the message names; 0 for none.
std::size_t lineOfProblem(const LocatedJson& document, const std::string& message) {
  const std::string words = " " + withoutFile(message) + " ";
  std::size_t line = 0;
  std::size_t first = std::string::npos;
  for (const LocatedMember& member : document.members) {
    const std::size_t at = std::min(words.find(" " + member.name + " "), words.find(" " + member.name + ":"));
    if (at >= first) continue;
    first = at;
    line = member.place.line;
  }
  return line;
}

// Texts are there in two languages; whoever has another gets English.
void lintLanguage(const std::string& lang, std::size_t line, const std::string& file, Findings& findings) {
  if (lang.empty() || lang == "en" || lang == "pl") return;
  findings.warning("language", file, line, inQuotes(lang) + " is neither \"en\" nor \"pl\": English is used");
}

// What is wrong with course.json beyond its being JSON, where `parseCourse` cannot say the line.
void lintCourse(const std::string& file, std::string_view bytes, CourseFolder& out) {
  const LocatedJson document = readLocated(file, bytes, LocatedJson::Kind::kObject, out.findings);
  if (!document.isObject()) return;
  warnUnknown(document,
              {"name", "timezone", "lang", "from", "trainers", "scale", "rounding", "grades", "reminder", "notice",
               "receiptMail", "retentionDays"},
              file, out.findings);
  auto course = parseCourse(bytes);
  if (!course) {
    out.findings.error("course", file, lineOfProblem(document, course.problem().message),
                       withoutFile(course.problem().message));
    return;
  }
  out.course = *std::move(course);
  const LocatedJson* zone = document.find("timezone");
  if (zone == nullptr) out.course.timezone = kDefaultZone;
  if (!isKnownZone(out.course.timezone)) {
    out.findings.error("unknown-zone", file, zone == nullptr ? 0 : zone->place.line,
                       inQuotes(out.course.timezone) + " is not a time zone of this machine's database",
                       "IANA names, like Europe/Warsaw.");
    out.course.timezone = "UTC";
  }
  const LocatedJson* lang = document.find("lang");
  if (lang != nullptr) lintLanguage(lang->text, lang->place.line, file, out.findings);
  if (out.course.from.empty() || out.course.trainers.empty()) {
    out.findings.warning("mail", file, 0,
                         "without \"from\" and \"trainers\" the addresses given at deploy time are used");
  }
}

void readCourse(CourseFolder& out) {
  const std::string file = "course.json";
  const auto bytes = findFile(out.root / file);
  out.course.timezone = kDefaultZone;
  if (bytes) {
    lintCourse(file, *bytes, out);
  } else {
    out.course.name = fs::weakly_canonical(out.root).filename().string();
    out.findings.warning(
        "course", file, 0,
        "there is no course.json; the name of the folder and " + std::string(kDefaultZone) + " are used");
  }
  JsonObject published;
  if (const auto parsed = bytes ? parseJson(*bytes) : std::nullopt; parsed && parsed->is_object()) {
    published = parsed->get_object();
  }
  published["name"] = out.course.name;
  published["timezone"] = out.course.timezone;
  out.courseJson = writeJsonPretty(published);
}

void lintStudent(const Student& student, std::size_t line, const std::string& file, std::vector<Student>& all,
                 Findings& findings) {
  if (!isId(student.id)) {
    findings.error("illegal-id", file, line, inQuotes(student.id) + " is not a student id",
                   "Letters, digits, dot, hyphen and underscore, at most 64.");
    return;
  }
  const bool twice = std::any_of(all.begin(), all.end(),
                                 [&](const Student& other) { return lowered(other.id) == lowered(student.id); });
  if (twice) {
    findings.error("roster-duplicate", file, line, "student " + student.id + " is there twice");
    return;
  }
  if (!isMailAddress(student.email)) {
    findings.error("roster-email", file, line,
                   inQuotes(student.email) + " of " + student.id + " is not a mail address");
  }
  lintLanguage(student.lang, line, file, findings);
  all.push_back(student);
}

std::vector<Student> readStudentsCsv(const std::string& file, std::string_view bytes, Findings& findings) {
  std::vector<Student> students;
  if (!isUtf8(bytes)) {
    findings.error("roster-syntax", file, 0, "the file is not UTF-8");
    return students;
  }
  const Csv csv = parseCsv(bytes);
  if (csv.mistake) {
    findings.error("roster-syntax", file, csv.mistake->place, csv.mistake->what);
    return students;
  }
  if (csv.rows.empty()) {
    findings.error("roster-syntax", file, 0, "the file is empty", "First line: student_id,email,name,lang");
    return students;
  }
  std::vector<std::string> header;
  for (const std::string& cell : csv.rows[0].cells) header.push_back(lowered(trimmed(cell)));
  const auto has = [&](const char* name) { return std::find(header.begin(), header.end(), name) != header.end(); };
  if (!has("student_id") || !has("email")) {
    findings.error("roster-syntax", file, csv.rows[0].line,
                   "the first line has to name the columns student_id and email",
                   "First line: student_id,email,name,lang");
    return students;
  }
  for (std::size_t r = 1; r < csv.rows.size(); ++r) {
    const CsvRow& row = csv.rows[r];
    if (row.cells.size() > header.size()) {
      findings.error("roster-syntax", file, row.line, "there are more cells than columns");
      continue;
    }
    const auto cell = [&](const char* name) {
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        if (header[i] == name) return std::string(trimmed(row.cells[i]));
      }
      return std::string();
    };
    lintStudent({cell("student_id"), cell("email"), cell("name"), cell("lang")}, row.line, file, students,
                findings);
  }
  return students;
}

std::vector<Student> readStudentsList(const std::string& file, std::string_view bytes, Findings& findings) {
  std::vector<Student> students;
  const LocatedJson document = readLocated(file, bytes, LocatedJson::Kind::kArray, findings);
  for (const LocatedJson& item : document.items) {
    const auto text = [&](const char* name) {
      const LocatedJson* member = item.find(name);
      return member != nullptr && member->isString() ? member->text : std::string();
    };
    lintStudent({text("student_id"), text("email"), text("name"), text("lang")}, item.place.line, file, students,
                findings);
  }
  return students;
}

void readRoster(CourseFolder& out) {
  for (const char* file : {"students.csv", "studentsList.json"}) {
    if (const auto bytes = findFile(out.root / file)) {
      out.students = readStudents(file, *bytes, out.findings);
      if (out.students.empty()) out.findings.warning("roster", file, 0, "there is no student");
      return;
    }
  }
  out.findings.error("roster", "students.csv", 0, "there is no students.csv",
                     "First line: student_id,email,name,lang");
}

// The instant in member `name` of test.json.
std::optional<homework::Instant> readTime(const LocatedJson& settings, std::string_view name,
                                          const std::string& file, CourseFolder& out) {
  const LocatedJson* member = settings.find(name);
  if (member == nullptr) return std::nullopt;
  const auto read = readDeadline(member->isString() ? member->text : "", out.course.timezone);
  if (const auto* instant = std::get_if<homework::Instant>(&read)) return *instant;
  const std::string& why = std::get<std::string>(read);
  const char* rule = why.starts_with("does not exist") ? "due-gap"
                     : why.starts_with("exists twice") ? "due-ambiguous"
                                                       : "time";
  out.findings.error(rule, file, member->place.line, std::string(name) + ": " + inQuotes(member->text) + " " + why);
  return std::nullopt;
}

void lintTimes(const TestFolder& test, const LocatedJson& settings, const std::string& file, homework::Instant now,
               CourseFolder& out) {
  const auto lineOf = [&](const char* name) {
    const LocatedJson* member = settings.find(name);
    return member == nullptr ? std::size_t{0} : member->place.line;
  };
  if (test.due) {
    const homework::Instant opens = std::max(test.opens.value_or(now), std::min(now, *test.due));
    if (test.opens && *test.due <= *test.opens) {
      out.findings.error("due-before-opens", file, lineOf("due"), "the test closes before it opens");
    } else if (*test.due <= now) {
      // Last week's test is still part of the course; publishing one anew is refused there.
      out.findings.warning("due-past", file, lineOf("due"), "the deadline is in the past");
    } else if (*test.due - opens < hours(48)) {
      out.findings.warning("due-soon", file, lineOf("due"), "students have less than 48 hours");
    }
    const LocatedJson* due = settings.find("due");
    if (due != nullptr &&
        (due->text.ends_with(" 00:00") || due->text.ends_with("T00:00") || due->text.ends_with(" 24:00"))) {
      out.findings.warning("due-midnight", file, due->place.line,
                           "a deadline at 00:00 is read as the evening before by some and after by others",
                           "Use 23:59 or 23:00.");
    }
  }
  if (test.late == Late::kFlag && !test.lateUntil) {
    out.findings.error("late", file, lineOf("late"), "\"late\": \"flag\" needs \"lateUntil\"");
  }
  if (test.lateUntil && test.late != Late::kFlag) {
    out.findings.error("late", file, lineOf("lateUntil"), "\"lateUntil\" needs \"late\": \"flag\"");
  }
  if (test.lateUntil && test.due && *test.lateUntil < *test.due + test.grace) {
    out.findings.error("late", file, lineOf("lateUntil"), "\"lateUntil\" is before the deadline and its grace");
  }
}

// The member, a whole number from 0 to `most`; nullopt without it, and with a finding for anything else.
std::optional<int> wholeNumber(const LocatedJson& settings, std::string_view name, int most, const char* rule,
                               const std::string& file, Findings& findings) {
  const LocatedJson* member = settings.find(name);
  if (member == nullptr) return std::nullopt;
  const bool digits = member->kind == LocatedJson::Kind::kNumber && member->text.size() <= 5 &&
                      member->text.find_first_not_of("0123456789") == std::string::npos;
  const int value = digits ? std::stoi(member->text) : -1;
  if (value >= 0 && value <= most) return value;
  findings.error(rule, file, member->place.line,
                 inQuotes(name) + " is a whole number from 0 to " + std::to_string(most));
  return std::nullopt;
}

// How the test may be answered: attempts, shuffle, partial.
void readAnswering(TestFolder& test, const LocatedJson& settings, const std::string& file, Findings& findings) {
  test.attempts = wholeNumber(settings, "attempts", kMaxAttempts, "attempts", file, findings).value_or(0);
  for (auto [name, target] : {std::pair{"shuffle", &test.shuffle}, {"partial", &test.partial}}) {
    const LocatedJson* member = settings.find(name);
    if (member == nullptr) continue;
    *target = member->text == "true";
    if (member->kind != LocatedJson::Kind::kBool) {
      findings.error("settings", file, member->place.line, inQuotes(name) + " is true or false, without quotes");
    }
  }
}

void readSettings(TestFolder& test, const fs::path& folder, const std::string& name, homework::Instant now,
                  CourseFolder& out) {
  const std::string file = name + "/test.json";
  test.title = test.ref.testId;
  const auto bytes = findFile(folder / "test.json", 1 << 16);
  if (!bytes) return;
  const LocatedJson settings = readLocated(file, *bytes, LocatedJson::Kind::kObject, out.findings);
  if (!settings.isObject()) return;
  warnUnknown(settings,
              {"title", "opens", "due", "late", "lateUntil", "graceSeconds", "attempts", "shuffle", "partial"},
              file, out.findings);
  if (const LocatedJson* title = settings.find("title")) {
    const bool good = title->isString() && !trimmed(title->text).empty() && title->text.size() <= 200 &&
                      title->text == cleanedLine(title->text);
    if (good) {
      test.title = title->text;
    } else {
      out.findings.error("title", file, title->place.line, "the title is not one line of at most 200 bytes");
    }
  }
  readAnswering(test, settings, file, out.findings);
  test.opens = readTime(settings, "opens", file, out);
  test.due = readTime(settings, "due", file, out);
  test.lateUntil = readTime(settings, "lateUntil", file, out);
  if (const LocatedJson* late = settings.find("late")) {
    if (late->text != "reject" && late->text != "flag") {
      out.findings.error("late", file, late->place.line, "\"late\" is \"reject\" or \"flag\"");
    }
    test.late = late->text == "flag" ? Late::kFlag : Late::kReject;
  }
  if (const auto grace = wholeNumber(settings, "graceSeconds", 86400, "grace", file, out.findings)) {
    test.grace = seconds(*grace);
  }
  lintTimes(test, settings, file, now, out);
}

void readTest(const fs::path& folder, TestRef ref, homework::Instant now, CourseFolder& out) {
  const std::string name = "subjects/" + ref.path();
  TestFolder test;
  test.ref = std::move(ref);
  const std::string questionsFile = name + "/questions.json";
  const std::string keyFile = name + "/questionsKey.json";
  const auto questions = findFile(folder / "questions.json");
  const auto key = findFile(folder / "questionsKey.json");
  if (!questions) out.findings.error("missing-file", questionsFile, 0, "there are no questions");
  if (!key) out.findings.error("missing-file", keyFile, 0, "there is no answer key");
  readSettings(test, folder, name, now, out);
  if (!questions || !key) return;
  test.questions = *questions;
  test.key = *key;

  const std::size_t errors = out.findings.count(Severity::kError);
  const std::vector<LintedQuestion> linted = lintQuestions(questionsFile, test.questions, out.findings);
  if (!linted.empty()) lintKey(keyFile, test.key, questionsFile, linted, out.findings);
  if (out.findings.count(Severity::kError) > errors) return;
  // The functions have the last word: nothing is published that they would refuse.
  const auto set = parseQuestionSet(test.questions);
  if (!set) {
    out.findings.error("questions", questionsFile, 0, set.problem().message);
    return;
  }
  if (const auto parsed = parseAnswerKey(test.key, *set); !parsed) {
    out.findings.error("key", keyFile, 0, parsed.problem().message);
    return;
  }
  test.questionCount = set->questions.size();
  out.tests.push_back(std::move(test));
}

std::vector<fs::path> foldersIn(const fs::path& folder) {
  std::vector<fs::path> out;
  if (!fs::is_directory(folder)) return out;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() && !entry.path().filename().string().starts_with('.')) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

void readTests(homework::Instant now, CourseFolder& out) {
  bool any = false;
  for (const fs::path& subject : foldersIn(out.root / "subjects")) {
    const std::string subjectId = subject.filename().string();
    if (!isSubject(subjectId)) {
      out.findings.error("illegal-id", "subjects/" + cleanedLine(subjectId), 0,
                         inQuotes(subjectId) + " cannot be the name of a subject");
      continue;
    }
    for (const fs::path& test : foldersIn(subject)) {
      const std::string testId = test.filename().string();
      any = true;
      if (!isId(testId)) {
        out.findings.error("illegal-id", "subjects/" + subjectId + "/" + cleanedLine(testId), 0,
                           inQuotes(testId) + " cannot be the id of a test");
        continue;
      }
      readTest(test, {subjectId, testId}, now, out);
    }
  }
  if (!any)
    out.findings.warning("no-tests", "subjects", 0, "there is no test yet",
                         "A test is a folder  subjects/SUBJECT/TEST");
}

}  // namespace

std::vector<Student> readStudents(const std::string& file, std::string_view bytes, Findings& findings) {
  return file.ends_with(".json") ? readStudentsList(file, bytes, findings) : readStudentsCsv(file, bytes, findings);
}

std::string rosterJson(const std::vector<Student>& students) {
  JsonArray roster;
  for (const Student& student : students) {
    JsonObject entry{{"student_id", student.id}, {"email", student.email}};
    if (!student.name.empty()) entry["name"] = student.name;
    if (!student.lang.empty()) entry["lang"] = student.lang;
    roster.push_back(std::move(entry));
  }
  return writeJsonPretty(roster);
}

std::string rosterCsv(const std::vector<Student>& students) {
  std::string out = "student_id,email,name,lang\n";
  for (const Student& student : students) {
    out += csvCell(student.id) + "," + csvCell(student.email) + "," + csvCell(student.name) + "," +
           csvCell(student.lang) + "\n";
  }
  return out;
}

Result<const TestFolder*> findTestFolder(const CourseFolder& course, const std::string& name) {
  std::vector<const TestFolder*> found;
  std::vector<std::string> names;
  for (const TestFolder& test : course.tests) {
    if (test.ref.path() == name || test.ref.testId == name) found.push_back(&test);
    names.push_back(test.ref.path());
  }
  if (found.size() == 1) return found.front();
  if (found.size() > 1)
    return Failure{Exit::kUsage, "More than one test is called " + inQuotes(name) + ".", "Say  SUBJECT/TEST"};
  const auto meant = closestWord(name, names);
  return Failure{Exit::kUsage, "There is no test " + inQuotes(name) + " without errors in this course.",
                 meant ? "Did you mean  " + *meant + " ?" : "See  trainer check"};
}

Result<CourseFolder> readCourseFolder(const fs::path& folder, homework::Instant now) {
  CourseFolder out;
  out.root = folder;
  if (!fs::is_directory(folder / "subjects") && !fs::exists(folder / "course.json")) {
    return Failure{Exit::kUsage, "There is no course in \"" + cleanedLine(folder.string()) + "\".",
                   "Say where it is, or begin one with  trainer init FOLDER"};
  }
  readCourse(out);
  readRoster(out);
  readTests(now, out);
  return out;
}

}  // namespace hearth::homework::client
