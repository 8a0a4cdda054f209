#include "homework/client/trainer/deploy_desk.h"

#include "homework/client/common/text.h"
#include "homework/client/trainer/backup.h"
#include "homework/client/trainer/course_folder.h"
#include "homework/client/trainer/receipt_keys.h"

namespace hearth::homework::client {

namespace {

// What the course says, where the command line does not.
void fillFrom(const Course& course, DeployOptions& options) {
  if (options.sender.empty()) options.sender = addressOf(course.from);
  if (options.trainer.empty() && !course.trainers.empty()) options.trainer = course.trainers.front();
  if (options.timeZone.empty()) options.timeZone = course.timezone;
  options.retentionDays = course.retentionDays;
  options.courseName = course.name;
  options.courseLang = langName(parseLang(course.lang));
}

}  // namespace

Status DeployDesk::deploy(DeployOptions options, const std::filesystem::path& wanted) {
  if (!wanted.empty() && !std::filesystem::exists(wanted / "course.json"))
    return Failure{Exit::kUsage, "There is no course in \"" + cleanedLine(wanted.string()) + "\": no course.json.",
                   "Begin one with  trainer init FOLDER"};
  const std::filesystem::path folder = wanted.empty() ? "." : wanted;
  HOMEWORK_CHECK(desk_.openCloud());
  const bool haveCourse = std::filesystem::exists(folder / "course.json");
  if (haveCourse) {
    HOMEWORK_TRY(const CourseFolder course, readCourseFolder(folder, desk_.now()));
    fillFrom(course.course, options);
    HOMEWORK_CHECK(checkReceiptKeysCanBeSaved(folder));
  } else {
    HOMEWORK_TRY(const auto course, findPublishedCourse());
    if (course) fillFrom(*course, options);
  }
  if (!isMailAddress(options.sender) || !isMailAddress(options.trainer) || options.timeZone.empty()) {
    return Failure{Exit::kUsage, "It is not known who sends mails, who the trainer is, or which time zone holds.",
                   "Say where the course is:  --course FOLDER  (its course.json says all three), or give  "
                   "--sender, --trainer  and  "
                   "--time-zone"};
  }
  options.name = desk_.name();
  desk_.terminal().note("Deploying " + desk_.name() + " to " + desk_.cloud().access().described());
  HOMEWORK_TRY(const Deployment made,
               client::deploy(desk_.cloud(), desk_.stacks(), options,
                              [this](const std::string& line) { desk_.terminal().note(line); }));
  if (haveCourse) HOMEWORK_CHECK(saveReceiptKeys(desk_.cloud(), made, folder));
  const std::string url = apiBase(desk_.cloud().access(), made.apiId);
  if (desk_.json()) {
    desk_.print(JsonObject{{"name", made.name},
                           {"apiUrl", url + "/api"},
                           {"page", url + "/api/"},
                           {"apiId", made.apiId},
                           {"usagePlanId", made.usagePlanId},
                           {"dataBucket", made.dataBucket},
                           {"packageBucket", made.packageBucket},
                           {"scoreFunction", made.scoreFunction}});
    return Done{};
  }
  desk_.terminal().say("API       " + url + "/api/v1/tests");
  desk_.terminal().say("page      " + url + "/api/");
  desk_.terminal().say("bucket    " + made.dataBucket);
  desk_.terminal().say("scoring   " + made.scoreFunction);
  return Done{};
}

Status DeployDesk::destroy(const DestroyOptions& options) {
  HOMEWORK_CHECK(desk_.openCloud());
  return options.data == DestroyOptions::Data::kDelete ? destroyData(options) : destroyFunctions(options);
}

Status DeployDesk::destroyFunctions(const DestroyOptions& options) {
  desk_.terminal().note("This removes API and scoring of " + desk_.name() + " from " +
                        desk_.cloud().access().described() +
                        ". Answers, scores, keys and the published tests stay in their bucket.");
  HOMEWORK_TRY(const bool yes, agreedByTyping(desk_, desk_.name(), options.consent, "trainer destroy --yes"));
  if (yes) HOMEWORK_CHECK(undeploy(desk_.stacks(), desk_.name()));
  if (desk_.json()) desk_.print(JsonObject{{"removed", yes}, {"data", "kept"}});
  desk_.terminal().note(yes ? "Removed. The stack " + desk_.name() +
                                  "-storage and its buckets are still there;  trainer deploy  brings the rest back."
                            : "Nothing was removed.");
  return Done{};
}

Result<std::optional<Course>> DeployDesk::findPublishedCourse() {
  HOMEWORK_TRY(const auto state, desk_.stacks().find(desk_.name() + "-storage"));
  if (!state || !state->outputs.contains("DataBucket")) return std::optional<Course>();
  const auto text = desk_.cloud().s3().getObject(state->outputs.at("DataBucket"), layout::kCourse);
  if (!text.ok()) {
    if (sdk::isNotFound(text.error())) return std::optional<Course>();
    return failureOf("read the published course", text.error());
  }
  auto course = parseCourse(text->body);
  if (!course) return Failure{Exit::kRejected, "The published " + course.problem().message, "Run  trainer publish"};
  return std::optional(*std::move(course));
}

// The name that has to be typed: the course's, or the deployment's when nothing is published.
Result<std::string> DeployDesk::nameToType() {
  HOMEWORK_TRY(const auto state, desk_.stacks().find(desk_.name() + "-storage"));
  if (!state || !state->outputs.contains("DataBucket")) return desk_.name();
  const auto text = desk_.cloud().s3().getObject(state->outputs.at("DataBucket"), layout::kCourse);
  const auto course = parseCourse(text.ok() ? text->body : "{}");
  return !text.ok() || !course || course->name.empty() ? desk_.name() : cleanedLine(course->name);
}

Status DeployDesk::destroyData(const DestroyOptions& options) {
  HOMEWORK_TRY(const std::string word, nameToType());
  const std::string command = "trainer destroy --delete-data --course-name \"" + word + "\"";
  Consent consent = Consent::kAsk;
  if (!options.courseName.empty()) {
    if (options.courseName != word) {
      return Failure{Exit::kUsage,
                     "The course is called " + inQuotes(word) + ", not " + inQuotes(options.courseName) + ".",
                     "Nothing was removed."};
    }
    consent = Consent::kGiven;
  }
  desk_.terminal().note(
      "This removes " + desk_.name() + " from " + desk_.cloud().access().described() +
      " for ever: every answer, score, receipt and mail, all versions of them, and the students' keys.");
  if (consent == Consent::kAsk && desk_.terminal().interactive()) {
    const Reply reply = desk_.terminal().ask("A file for a backup before that (Enter = none): ");
    if (reply.kind != ReplyKind::kLine) return Failure{Exit::kInterrupted, "Nothing was removed.", ""};
    if (!reply.text.empty()) HOMEWORK_CHECK(saveBackup(desk_, reply.text, WithKeys::kNo));
  }
  HOMEWORK_TRY(const bool yes, agreedByTyping(desk_, word, consent, command));
  if (yes) {
    HOMEWORK_CHECK(eraseDeployment(desk_.cloud(), desk_.stacks(), desk_.name(),
                                   [this](const std::string& line) { desk_.terminal().note(line); }));
  }
  if (desk_.json()) desk_.print(JsonObject{{"removed", yes}, {"data", yes ? "deleted" : "kept"}});
  desk_.terminal().note(yes ? "Everything is gone." : "Nothing was removed.");
  return Done{};
}

}  // namespace hearth::homework::client
