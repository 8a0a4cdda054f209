#include "homework/client/trainer/content_desk.h"

#include <algorithm>

#include "homework/client/common/files.h"
#include "homework/client/common/text.h"
#include "homework/client/trainer/course_time.h"
#include "homework/client/trainer/preview.h"
#include "homework/client/trainer/receipt_keys.h"
#include "homework/client/trainer/scoring_run.h"
#include "homework/client/trainer/skeleton.h"

namespace hearth::homework::client {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMend = "Mend the course, then check again with  trainer check";

// What is there under `path`, compared with what should be.
enum class Standing : unsigned char { kMissing, kSame, kOther };
Standing standingOf(const fs::path& path, const std::string& content) {
  const auto there = findFile(path);
  return !there ? Standing::kMissing : *there == content ? Standing::kSame : Standing::kOther;
}

// A word as it is typed in a shell.
std::string asTyped(const std::string& word) {
  if (word.find_first_of(" \t\"'$&;()<>|*?[]#~`\\!") == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

fs::path testPath(const std::string& course, const TestRef& test) {
  return fs::path(course) / "subjects" / test.subject / test.testId;
}

Status requireCourse(const std::string& folder) {
  if (fs::is_directory(fs::path(folder) / "subjects") || fs::exists(fs::path(folder) / "course.json"))
    return Done{};
  return Failure{Exit::kUsage, "There is no course in \"" + cleanedLine(folder) + "\".",
                 "Say where it is:  --course FOLDER , or begin one with  trainer init FOLDER"};
}

// The test as it is in the folder; nullopt when there is none. Failure when it cannot be read.
Result<std::optional<Sheet>> findSheet(const fs::path& folder) {
  const auto questions = findFile(folder / "questions.json");
  const auto key = findFile(folder / "questionsKey.json");
  if (!questions && !key) return std::optional<Sheet>();
  HOMEWORK_TRY(Sheet sheet, readSheet(questions.value_or(""), key.value_or("")));
  return std::optional(std::move(sheet));
}

}  // namespace

Json findingsJson(const Findings& findings) {
  JsonArray all;
  for (const Finding& finding : findings.all()) {
    all.push_back(JsonObject{{"severity", finding.severity == Severity::kError ? "error" : "warning"},
                             {"rule", finding.rule},
                             {"file", finding.file},
                             {"line", finding.line == 0 ? Json() : Json(finding.line)},
                             {"column", finding.column == 0 ? Json() : Json(finding.column)},
                             {"message", finding.message},
                             {"hint", finding.hint.empty() ? Json() : Json(finding.hint)}});
  }
  return all;
}

void tellFindings(Desk& desk, const Findings& findings) {
  if (desk.json()) return;
  const Style& style = desk.terminal().style();
  for (const Finding& finding : findings.all()) {
    std::string where = finding.file;
    if (finding.line != 0) where += ":" + std::to_string(finding.line);
    if (finding.line != 0 && finding.column != 0) where += ":" + std::to_string(finding.column);
    const std::string kind = finding.severity == Severity::kError ? "error" : "warning";
    desk.terminal().say(cleaned(where, style.charset) + ": " + style.bold(kind) + ": " +
                        cleaned(finding.message, style.charset) + " [" + finding.rule + "]");
    if (!finding.hint.empty()) desk.terminal().say("    " + cleaned(finding.hint, style.charset));
  }
}

Failure faultyFiles(const Findings& findings, std::string hint, bool documented) {
  return {Exit::kInternal, plural(findings.count(Severity::kError), "error") + ".", std::move(hint), documented};
}

Result<CourseFolder> ContentDesk::readCourse(const fs::path& folder) {
  return readCourseFolder(folder, desk_.now());
}

Status ContentDesk::init(const InitOptions& options) {
  if (!isKnownZone(options.timeZone)) {
    return Failure{Exit::kUsage, inQuotes(options.timeZone) + " is not a time zone of this machine's database.",
                   "IANA names, like Europe/Warsaw."};
  }
  const fs::path folder = fs::absolute(options.folder).lexically_normal();
  const std::string own = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
  const std::string name = options.name.empty() ? cleanedLine(own, Charset::kUtf8, 60) : options.name;
  const std::vector<SkeletonFile> files = courseSkeleton(name, options.timeZone);
  for (const SkeletonFile& file : files) {
    if (standingOf(folder / file.path, file.content) == Standing::kOther) {
      return Failure{Exit::kUsage, "There is a " + file.path + " in " + options.folder + " already.",
                     "Choose an empty folder:  trainer init FOLDER"};
    }
  }
  JsonArray written;
  for (const SkeletonFile& file : files) {
    if (standingOf(folder / file.path, file.content) == Standing::kSame) continue;
    replaceFile(folder / file.path, file.content);
    written.emplace_back(file.path);
    if (!desk_.json()) desk_.terminal().say("  " + file.path);
  }
  if (desk_.json()) {
    desk_.print(JsonObject{{"folder", folder.string()}, {"written", std::move(written)}});
    return Done{};
  }
  desk_.terminal().note(written.empty() ? "The course is there already; nothing was changed."
                                        : "A course of one test. Its README.md says what the files mean. Next:  "
                                          "trainer check " +
                                              asTyped(options.folder));
  return Done{};
}

namespace {

// Whether something was found that another clock would not find.
bool dependOnTheTime(const Findings& findings) {
  return std::any_of(findings.all().begin(), findings.all().end(), [](const Finding& finding) {
    return finding.rule == "due-past" || finding.rule == "due-soon";
  });
}

}  // namespace

// Without a server, and so by this computer's clock; publishing goes by the server's.
Status ContentDesk::check(const fs::path& folder) {
  const Instant now = desk_.now();
  HOMEWORK_TRY(const CourseFolder course, readCourseFolder(folder, now));
  const std::size_t errors = course.findings.count(Severity::kError);
  const std::size_t warnings = course.findings.count(Severity::kWarning);
  if (desk_.json()) {
    desk_.print(JsonObject{{"tests", course.tests.size()},
                           {"students", course.students.size()},
                           {"errors", errors},
                           {"warnings", warnings},
                           {"now", formatInstant(std::chrono::floor<std::chrono::seconds>(now))},
                           {"clock", "computer"},
                           {"findings", findingsJson(course.findings)}});
    return errors == 0 ? Status(Done{}) : Status(faultyFiles(course.findings, kMend, true));
  }
  tellFindings(desk_, course.findings);
  if (dependOnTheTime(course.findings)) {
    desk_.terminal().note("Deadlines were compared with this computer's clock, " +
                          formatInstant(std::chrono::floor<std::chrono::seconds>(now)) +
                          ";  trainer publish  goes by the server's.");
  }
  if (errors > 0) return faultyFiles(course.findings, kMend, false);
  std::size_t questions = 0;
  for (const TestFolder& test : course.tests) questions += test.questionCount;
  desk_.terminal().say("Good: " + plural(course.tests.size(), "test") + ", " + plural(questions, "question") +
                       ", " + plural(course.students.size(), "student") + ", " + plural(warnings, "warning") + ".");
  return Done{};
}

Result<Sheet> ContentDesk::readExchanged(const ImportOptions& options) {
  const auto bytes = findFile(options.file);
  if (!bytes) return Failure{Exit::kUsage, "There is no file " + inQuotes(options.file) + ".", ""};
  const auto format =
      options.format.empty() ? guessFormat(options.file, *bytes) : parseExchangeFormat(options.format);
  if (!format) {
    return Failure{Exit::kUsage, "It is not clear which format " + inQuotes(options.file) + " has.",
                   "Say it:  --format gift , aiken or csv"};
  }
  Findings findings;
  Sheet sheet = importSheet(*format, options.file, *bytes, findings);
  tellFindings(desk_, findings);
  if (findings.count(Severity::kError) == 0) return sheet;
  if (desk_.json()) desk_.print(JsonObject{{"written", false}, {"findings", findingsJson(findings)}});
  return faultyFiles(findings, "Nothing was written. Mend the file and import it again.", desk_.json());
}

Status ContentDesk::importQuestions(const ImportOptions& options) {
  const auto ref = parseTestRef(options.test);
  if (!ref || !isSubject(ref->subject)) {
    return Failure{Exit::kUsage, inQuotes(options.test) + " cannot be the name of a test.",
                   "Say  --test SUBJECT/TEST : letters, digits, dot, hyphen and underscore."};
  }
  HOMEWORK_CHECK(requireCourse(options.course));
  HOMEWORK_TRY(Sheet sheet, readExchanged(options));
  if (!options.title.empty()) sheet.title = cleanedLine(options.title);
  const fs::path folder = testPath(options.course, *ref);
  auto before = findSheet(folder);
  if (!before.ok() && !options.force && !options.dryRun) {
    return Failure{Exit::kRejected,
                   "There is a test " + ref->path() + " that cannot be read: " + before.failure().what,
                   "Replace it with  --force"};
  }
  const std::vector<std::string> lines =
      before.ok() && *before ? sheetDifference(**before, sheet) : sheetDifference({}, sheet);
  if (!desk_.json()) desk_.print(lines);
  const bool there = before.ok() && before->has_value();
  if (there && !lines.empty() && !options.force && !options.dryRun) {
    return Failure{Exit::kRejected, "There is a test " + ref->path() + " already, and this would change it.",
                   "Change it with  --force , or import under another name."};
  }
  const bool writing = !options.dryRun && !(there && lines.empty());
  if (writing) {
    replaceFile(folder / "questions.json", questionsText(sheet));
    replaceFile(folder / "questionsKey.json", keyText(sheet));
    if (!sheet.title.empty() && !fs::exists(folder / "test.json")) {
      replaceFile(folder / "test.json",
                  "{\n    \"title\": " + writeJson(Json(boost::json::string(sheet.title))) + "\n}\n");
    }
  }
  if (desk_.json()) {
    desk_.print(JsonObject{{"test", ref->path()},
                           {"questions", sheet.questions.size()},
                           {"changes", JsonArray(lines.begin(), lines.end())},
                           {"written", writing}});
  } else {
    desk_.terminal().note(plural(sheet.questions.size(), "question") +
                          (writing           ? " written to " + folder.string() + ". Next:  trainer check"
                           : !options.dryRun ? "; nothing has changed."
                                             : "; nothing was written."));
  }
  return Done{};
}

Status ContentDesk::exportQuestions(const ExportOptions& options) {
  HOMEWORK_TRY(const CourseFolder course, readCourse(options.course));
  HOMEWORK_TRY(const TestFolder* test, findTestFolder(course, options.test));
  HOMEWORK_TRY(Sheet sheet, readSheet(test->questions, test->key));
  if (test->title != test->ref.testId) sheet.title = test->title;
  HOMEWORK_TRY(const ExportedSheet exported, exportSheet(options.format, sheet));
  if (!options.out.empty()) replaceFile(options.out, exported.text);
  if (desk_.json()) {
    JsonObject document{{"test", test->ref.path()},
                        {"format", std::string(exchangeFormatName(options.format))},
                        {"lost", JsonArray(exported.lost.begin(), exported.lost.end())}};
    if (options.out.empty()) document["text"] = exported.text;
    if (!options.out.empty()) document["file"] = options.out;
    desk_.print(document);
    return Done{};
  }
  if (options.out.empty()) desk_.terminal().send(std::string(trimmed(exported.text)) + "\n");
  for (const std::string& lost : exported.lost)
    desk_.terminal().note("Not kept by " + std::string(exchangeFormatName(options.format)) + ": " +
                          cleanedLine(lost));
  if (!options.out.empty()) desk_.terminal().note("Written to " + options.out + ".");
  return Done{};
}

Status ContentDesk::preview(const PreviewOptions& options) {
  HOMEWORK_TRY(const CourseFolder course, readCourse(options.course));
  HOMEWORK_TRY(const TestFolder* test, findTestFolder(course, options.test));
  if (!options.page) {
    HOMEWORK_TRY(const std::vector<std::string> lines,
                 previewLines(course, *test, desk_.terminal().style(), desk_.now()));
    if (desk_.json()) {
      desk_.print(JsonObject{{"test", test->ref.path()}, {"lines", JsonArray(lines.begin(), lines.end())}});
    } else {
      desk_.print(lines);
    }
    return Done{};
  }
  const fs::path pageFile = ownFolder().parent_path() / "web" / "index.html";
  const auto page = findFile(pageFile);
  if (!page)
    return Failure{Exit::kInternal, "There is no students' page at " + pageFile.string() + ".",
                   "Build it: target homework_page."};
  HOMEWORK_TRY(const std::string html, previewPage(course, *test, *page, desk_.now()));
  const fs::path out = !options.out.empty()
                           ? fs::path(options.out)
                           : fs::absolute(options.course) / ("preview-" + test->ref.testId + ".html");
  replaceFile(out, html);
  const std::string url = "file://" + fs::absolute(out).lexically_normal().string();
  if (desk_.json()) {
    desk_.print(JsonObject{{"test", test->ref.path()}, {"file", out.string()}, {"url", url}});
  } else {
    desk_.terminal().say(url);
    desk_.terminal().note("Open it in a browser. It asks no server, and nothing can be submitted.");
  }
  return Done{};
}

namespace {

// Says that tests are open, to who has not been told. A mail that fails is on the board; publishing has succeeded.
Result<JsonArray> sendNotices(Desk& desk, const PublishPlan& plan) {
  JsonArray all;
  std::vector<std::string> failed;
  for (const std::string& test : plan.notices) {
    const auto outcome = runNotify(desk.cloud(), desk.deployment(), {"notice", test, {}, false, false});
    if (!outcome.ok()) {
      desk.terminal().note("The notice of " + test + " could not be sent: " + outcome.failure().what +
                           " To try again:  trainer publish");
      failed.push_back(test);
      continue;
    }
    if (!desk.json()) {
      for (const std::string& line : mailCountLines(*outcome)) desk.terminal().say(test + ", " + line);
    }
    all.push_back(*outcome);
  }
  HOMEWORK_CHECK(settleNotices(desk.cloud(), desk.deployment(), plan, failed));
  return all;
}

}  // namespace

Status ContentDesk::publish(const PublishOptions& options) {
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(const CourseFolder course, readCourse(options.course));
  tellFindings(desk_, course.findings);
  if (course.findings.count(Severity::kError) > 0) {
    if (desk_.json()) desk_.print(JsonObject{{"published", false}, {"findings", findingsJson(course.findings)}});
    return faultyFiles(course.findings, kMend, desk_.json());
  }
  HOMEWORK_TRY(const PublishPlan plan,
               planPublish(desk_.cloud(), desk_.deployment(), course, options.force ? Force::kYes : Force::kNo,
                           options.notices ? Notices::kYes : Notices::kNo));
  if (!desk_.json()) desk_.print(planLines(plan, desk_.now()));
  const bool scheduling = plan.schedules && !plan.schedules->empty();
  const bool telling = !plan.owed.empty() || !plan.notices.empty();
  const bool publishing = !options.dryRun && (!plan.changesNothing() || scheduling || telling);
  JsonArray notices;
  if (publishing) {
    HOMEWORK_CHECK(checkReceiptKeysCanBeSaved(options.course));
    HOMEWORK_CHECK(client::publish(desk_.cloud(), desk_.deployment(), course, plan));
    HOMEWORK_CHECK(saveReceiptKeys(desk_.cloud(), desk_.deployment(), options.course));
    HOMEWORK_TRY(notices, sendNotices(desk_, plan));
  }
  if (desk_.json()) {
    JsonObject document = planJson(plan).as_object();
    document["published"] = publishing;
    document["mailed"] = std::move(notices);
    desk_.print(document);
  } else if (options.dryRun) {
    desk_.terminal().note("Nothing was published; this was the plan.");
  } else {
    desk_.terminal().note(publishing ? "Published." : "Nothing to publish: everything is as it was.");
  }
  return Done{};
}

}  // namespace hearth::homework::client
