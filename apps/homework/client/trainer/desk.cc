// Desk: the course's files, deploying and publishing. Students, scores and mails are in desk_class.cc.
#include "homework/client/trainer/desk.h"

#include <algorithm>

#include "homework/client/common/files.h"
#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

Failure faultyCourse(const Findings& findings, Output output) {
  const std::size_t errors = findings.count(Severity::kError);
  return {Exit::kInternal, std::to_string(errors) + (errors == 1 ? " error." : " errors."),
          "Mend the course, then check again with  trainer check", output == Output::kJson};
}

}  // namespace

Desk::Desk(Terminal& terminal, Output output, std::string name)
    : terminal_(terminal), output_(output), name_(std::move(name)) {}

Desk::~Desk() = default;

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

void Desk::print(const Json& document) { terminal_.say(trimmed(writeJsonPretty(document))); }

void Desk::print(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) terminal_.say(line);
}

void Desk::tellFindings(const Findings& findings) {
  const Style& style = terminal_.style();
  for (const Finding& finding : findings.all()) {
    const std::string where = finding.file + (finding.line == 0 ? "" : ":" + std::to_string(finding.line));
    const std::string kind = finding.severity == Severity::kError ? "error" : "warning";
    terminal_.say(cleaned(where, style.charset) + ": " + style.bold(kind) + ": " +
                  cleaned(finding.message, style.charset) + " [" + finding.rule + "]");
    if (!finding.hint.empty()) terminal_.say("    " + cleaned(finding.hint, style.charset));
  }
}

void Desk::tellEvent(const StackEvent& event) {
  const bool done = event.status.ends_with("_COMPLETE") || event.failed() || !event.reason.empty();
  if (done && output_ == Output::kText) {
    terminal_.note("  " + fitted(event.status, 28) + event.resource +
                   (event.reason.empty() ? "" : ": " + event.reason));
  }
}

Status Desk::open() {
  if (cloud_) return Done{};
  HOMEWORK_TRY(CloudAccess access, findCloudAccess(ownFolder()));
  cloud_ = std::make_unique<Cloud>(std::move(access));
  stacks_ = std::make_unique<Stacks>(*cloud_, [this](const StackEvent& event) { tellEvent(event); });
  return Done{};
}

Status Desk::openDeployment() {
  if (deployment_) return Done{};
  HOMEWORK_CHECK(open());
  auto found = findDeployment(*stacks_, name_);
  if (!found.ok()) {
    Failure failure = found.failure();
    failure.what += " (Looked at " + cloud_->access().described() + ".)";
    return failure;
  }
  deployment_ = *std::move(found);
  return Done{};
}

Result<CourseFolder> Desk::readCourse(const std::filesystem::path& folder) {
  const Instant now =
      cloud_ ? cloud_->now() : std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return readCourseFolder(folder, now);
}

Status Desk::check(const std::filesystem::path& folder) {
  HOMEWORK_TRY(const CourseFolder course, readCourse(folder));
  const std::size_t errors = course.findings.count(Severity::kError);
  if (output_ == Output::kJson) {
    print(JsonObject{{"tests", course.tests.size()},
                     {"students", course.students.size()},
                     {"errors", errors},
                     {"warnings", course.findings.count(Severity::kWarning)},
                     {"findings", findingsJson(course.findings)}});
    return errors == 0 ? Status(Done{}) : Status(faultyCourse(course.findings, output_));
  }
  tellFindings(course.findings);
  if (errors > 0) return faultyCourse(course.findings, output_);
  std::size_t questions = 0;
  for (const TestFolder& test : course.tests) questions += test.questionCount;
  terminal_.say("Good: " + std::to_string(course.tests.size()) + " tests, " + std::to_string(questions) +
                " questions, " + std::to_string(course.students.size()) + " students, " +
                std::to_string(course.findings.count(Severity::kWarning)) + " warnings.");
  return Done{};
}

Status Desk::deploy(DeployOptions options, const std::filesystem::path& folder) {
  HOMEWORK_CHECK(open());
  const bool haveCourse = std::filesystem::exists(folder / "course.json");
  if (haveCourse) {
    HOMEWORK_TRY(const CourseFolder course, readCourse(folder));
    if (options.sender.empty()) options.sender = addressOf(course.course.from);
    if (options.trainer.empty() && !course.course.trainers.empty())
      options.trainer = course.course.trainers.front();
    if (options.timeZone.empty()) options.timeZone = course.course.timezone;
  }
  if (!isMailAddress(options.sender) || !isMailAddress(options.trainer) || options.timeZone.empty()) {
    return Failure{Exit::kUsage, "It is not known who sends mails, who the trainer is, or which time zone holds.",
                   "Say where the course is:  --course FOLDER  (its course.json says all three), or give  "
                   "--sender, --trainer  and  "
                   "--time-zone"};
  }
  options.name = name_;
  terminal_.note("Deploying " + name_ + " to " + cloud_->access().described());
  HOMEWORK_TRY(const Deployment made, client::deploy(*cloud_, *stacks_, options,
                                                     [this](const std::string& line) { terminal_.note(line); }));
  const std::string url = apiBase(cloud_->access(), made.apiId);
  if (output_ == Output::kJson) {
    print(JsonObject{{"name", made.name},
                     {"apiUrl", url + "/api"},
                     {"apiId", made.apiId},
                     {"usagePlanId", made.usagePlanId},
                     {"dataBucket", made.dataBucket},
                     {"packageBucket", made.packageBucket},
                     {"scoreFunction", made.scoreFunction}});
    return Done{};
  }
  terminal_.say("API       " + url + "/api/v1/tests");
  terminal_.say("bucket    " + made.dataBucket);
  terminal_.say("scoring   " + made.scoreFunction);
  return Done{};
}

Status Desk::destroy(Consent consent) {
  HOMEWORK_CHECK(open());
  if (consent == Consent::kAsk) {
    if (!terminal_.interactive())
      return Failure{Exit::kUsage, "There is nobody to confirm.", "Use  trainer destroy --yes"};
    terminal_.sayWrapped("This removes API and scoring of " + name_ + " from " + cloud_->access().described() +
                         ". Answers, scores and the published tests stay in their bucket.");
    const Reply reply = terminal_.ask("Type " + name_ + " to go on: ");
    if (reply.kind != ReplyKind::kLine) return Failure{Exit::kInterrupted, "", ""};
    if (reply.text != name_) {
      terminal_.say("Nothing was removed.");
      return Done{};
    }
  }
  HOMEWORK_CHECK(undeploy(*stacks_, name_));
  terminal_.note("Removed. The stack " + name_ + "-storage and its buckets are still there.");
  return Done{};
}

Status Desk::publish(const std::filesystem::path& folder, Mode mode, Force force) {
  HOMEWORK_CHECK(openDeployment());
  HOMEWORK_TRY(const CourseFolder course, readCourse(folder));
  if (output_ == Output::kText) tellFindings(course.findings);
  if (course.findings.count(Severity::kError) > 0) {
    if (output_ == Output::kJson) print(JsonObject{{"findings", findingsJson(course.findings)}});
    return faultyCourse(course.findings, output_);
  }
  HOMEWORK_TRY(const PublishPlan plan, planPublish(*cloud_, *deployment_, course, force));
  if (output_ == Output::kText) print(planLines(plan, cloud_->now()));
  const bool publishing = mode == Mode::kDo && !plan.changesNothing();
  if (publishing) HOMEWORK_CHECK(client::publish(*cloud_, *deployment_, course, plan));
  if (output_ == Output::kJson) {
    JsonObject document = planJson(plan).as_object();
    document["published"] = publishing;
    print(document);
  } else if (mode == Mode::kPlanOnly) {
    terminal_.note("Nothing was published; this was the plan.");
  } else {
    terminal_.note(publishing ? "Published." : "Nothing to publish: everything is as it was.");
  }
  return Done{};
}

}  // namespace hearth::homework::client
