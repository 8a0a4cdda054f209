#include "homework/client/trainer/content_desk.h"

#include <algorithm>

#include "homework/client/common/files.h"
#include "homework/client/common/text.h"
#include "homework/client/trainer/access_keys.h"
#include "homework/client/trainer/class_board.h"

namespace hearth::homework::client {
namespace {

Failure faultyCourse(const Findings& findings, bool documented) {
  const std::size_t errors = findings.count(Severity::kError);
  return {Exit::kInternal, std::to_string(errors) + (errors == 1 ? " error." : " errors."),
          "Mend the course, then check again with  trainer check", documented};
}

std::size_t keysOf(const AccessKeys& keys, const std::string& student) {
  return static_cast<std::size_t>(
      std::count_if(keys.begin(), keys.end(), [&](const auto& entry) { return entry.second == student; }));
}

}  // namespace

Json findingsJson(const Findings& findings) {
  JsonArray all;
  for (const Finding& finding : findings.all()) {
    all.push_back(JsonObject{{"severity", finding.severity == Severity::kError ? "error" : "warning"},
                             {"rule", finding.rule},
                             {"file", finding.file},
                             {"line", finding.line == 0 ? Json() : Json(finding.line)},
                             {"message", finding.message},
                             {"hint", finding.hint.empty() ? Json() : Json(finding.hint)}});
  }
  return all;
}

std::filesystem::path invitePath(const std::filesystem::path& folder, const std::string& studentId) {
  return folder / (studentId + ".invite");
}

void ContentDesk::tellFindings(const Findings& findings) {
  const Style& style = desk_.terminal().style();
  for (const Finding& finding : findings.all()) {
    const std::string where = finding.file + (finding.line == 0 ? "" : ":" + std::to_string(finding.line));
    const std::string kind = finding.severity == Severity::kError ? "error" : "warning";
    desk_.terminal().say(cleaned(where, style.charset) + ": " + style.bold(kind) + ": " +
                         cleaned(finding.message, style.charset) + " [" + finding.rule + "]");
    if (!finding.hint.empty()) desk_.terminal().say("    " + cleaned(finding.hint, style.charset));
  }
}

Result<CourseFolder> ContentDesk::readCourse(const std::filesystem::path& folder) {
  return readCourseFolder(folder, desk_.now());
}

Status ContentDesk::check(const std::filesystem::path& folder) {
  HOMEWORK_TRY(const CourseFolder course, readCourse(folder));
  const std::size_t errors = course.findings.count(Severity::kError);
  if (desk_.json()) {
    desk_.print(JsonObject{{"tests", course.tests.size()},
                           {"students", course.students.size()},
                           {"errors", errors},
                           {"warnings", course.findings.count(Severity::kWarning)},
                           {"findings", findingsJson(course.findings)}});
    return errors == 0 ? Status(Done{}) : Status(faultyCourse(course.findings, desk_.json()));
  }
  tellFindings(course.findings);
  if (errors > 0) return faultyCourse(course.findings, desk_.json());
  std::size_t questions = 0;
  for (const TestFolder& test : course.tests) questions += test.questionCount;
  desk_.terminal().say("Good: " + std::to_string(course.tests.size()) + " tests, " + std::to_string(questions) +
                       " questions, " + std::to_string(course.students.size()) + " students, " +
                       std::to_string(course.findings.count(Severity::kWarning)) + " warnings.");
  return Done{};
}

Status ContentDesk::publish(const std::filesystem::path& folder, Mode mode, Force force) {
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(const CourseFolder course, readCourse(folder));
  if (!desk_.json()) tellFindings(course.findings);
  if (course.findings.count(Severity::kError) > 0) {
    if (desk_.json()) desk_.print(JsonObject{{"findings", findingsJson(course.findings)}});
    return faultyCourse(course.findings, desk_.json());
  }
  HOMEWORK_TRY(const PublishPlan plan, planPublish(desk_.cloud(), desk_.deployment(), course, force));
  if (!desk_.json()) desk_.print(planLines(plan, desk_.cloud().now()));
  const bool publishing = mode == Mode::kDo && !plan.changesNothing();
  if (publishing) HOMEWORK_CHECK(client::publish(desk_.cloud(), desk_.deployment(), course, plan));
  if (desk_.json()) {
    JsonObject document = planJson(plan).as_object();
    document["published"] = publishing;
    desk_.print(document);
  } else if (mode == Mode::kPlanOnly) {
    desk_.terminal().note("Nothing was published; this was the plan.");
  } else {
    desk_.terminal().note(publishing ? "Published." : "Nothing to publish: everything is as it was.");
  }
  return Done{};
}

Status ContentDesk::listRoster() {
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(const PublishedCourse published, readPublishedCourse(desk_.cloud(), desk_.deployment()));
  HOMEWORK_TRY(const AccessKeys keys, readAccessKeys(desk_.cloud(), desk_.deployment()));
  if (desk_.json()) {
    JsonArray students;
    for (const Student& student : published.roster.students()) {
      students.push_back(JsonObject{{"studentId", student.id},
                                    {"email", student.email},
                                    {"name", student.name},
                                    {"keys", keysOf(keys, student.id)}});
    }
    desk_.print(JsonObject{{"students", std::move(students)}});
    return Done{};
  }
  for (const Student& student : published.roster.students()) {
    const std::size_t count = keysOf(keys, student.id);
    desk_.terminal().say(
        fitted(student.id, 16) +
        fitted(count == 0 ? "no key" : std::to_string(count) + (count == 1 ? " key" : " keys"), 8) +
        fitted(cleanedLine(student.name), 24) + cleanedLine(student.email));
  }
  return Done{};
}

Status ContentDesk::invite(const InviteOptions& options) {
  if (options.all == !options.student.empty()) {
    return Failure{Exit::kUsage, "Say who:  trainer roster invite STUDENT , or  --all", ""};
  }
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(const PublishedCourse published, readPublishedCourse(desk_.cloud(), desk_.deployment()));
  HOMEWORK_TRY(const AccessKeys keys, readAccessKeys(desk_.cloud(), desk_.deployment()));
  std::vector<std::string> invited;
  for (const Student& student : published.roster.students()) {
    const bool wanted = options.all ? keysOf(keys, student.id) == 0 : student.id == options.student;
    if (wanted) invited.push_back(student.id);
  }
  if (invited.empty() && !options.all) {
    return Failure{Exit::kUsage, "There is no student " + inQuotes(options.student) + " on the published roster.",
                   "See  trainer roster list"};
  }
  JsonArray made;
  for (const std::string& student : invited) {
    if (options.rotate) HOMEWORK_CHECK(revokeKeys(desk_.cloud(), desk_.deployment(), student));
    HOMEWORK_TRY(const Account account, makeInvite(desk_.cloud(), desk_.deployment(), student));
    const std::string line = formatInvite(account);
    if (!options.out.empty()) replaceFile(invitePath(options.out, student), line + "\n");
    const std::string shown = options.out.empty() ? line : invitePath(options.out, student).string();
    made.push_back(JsonObject{{"studentId", student}, {options.out.empty() ? "invite" : "file", shown}});
    if (!desk_.json()) desk_.terminal().say(fitted(student, 16) + shown);
  }
  if (desk_.json()) {
    desk_.print(JsonObject{{"invites", std::move(made)}});
  } else if (invited.empty()) {
    desk_.terminal().note("Everybody has a key already. A new one for somebody:  trainer roster invite STUDENT");
  } else if (options.out.empty()) {
    desk_.terminal().note("An invite is a password: give each to its student only. It cannot be shown again.");
  }
  return Done{};
}

Status ContentDesk::revoke(const std::string& student) {
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(const std::size_t count, revokeKeys(desk_.cloud(), desk_.deployment(), student));
  if (count == 0) return Failure{Exit::kUsage, inQuotes(student) + " has no key.", "See  trainer roster list"};
  desk_.terminal().note(std::to_string(count) + (count == 1 ? " key of " : " keys of ") + student + " revoked.");
  return Done{};
}

}  // namespace hearth::homework::client
