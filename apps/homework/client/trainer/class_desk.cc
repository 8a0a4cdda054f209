#include "homework/client/trainer/class_desk.h"

#include <algorithm>

#include "homework/client/common/files.h"
#include "homework/client/common/text.h"
#include "homework/client/trainer/class_board.h"
#include "homework/client/trainer/course_folder.h"
#include "homework/client/trainer/outbox.h"

namespace hearth::homework::client {

Status ClassDesk::deploy(DeployOptions options, const std::filesystem::path& folder) {
  HOMEWORK_CHECK(desk_.openCloud());
  const bool haveCourse = std::filesystem::exists(folder / "course.json");
  if (haveCourse) {
    HOMEWORK_TRY(const CourseFolder course, readCourseFolder(folder, desk_.now()));
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
  options.name = desk_.name();
  desk_.terminal().note("Deploying " + desk_.name() + " to " + desk_.cloud().access().described());
  HOMEWORK_TRY(const Deployment made,
               client::deploy(desk_.cloud(), desk_.stacks(), options,
                              [this](const std::string& line) { desk_.terminal().note(line); }));
  const std::string url = apiBase(desk_.cloud().access(), made.apiId);
  if (desk_.json()) {
    desk_.print(JsonObject{{"name", made.name},
                           {"apiUrl", url + "/api"},
                           {"apiId", made.apiId},
                           {"usagePlanId", made.usagePlanId},
                           {"dataBucket", made.dataBucket},
                           {"packageBucket", made.packageBucket},
                           {"scoreFunction", made.scoreFunction}});
    return Done{};
  }
  desk_.terminal().say("API       " + url + "/api/v1/tests");
  desk_.terminal().say("bucket    " + made.dataBucket);
  desk_.terminal().say("scoring   " + made.scoreFunction);
  return Done{};
}

Status ClassDesk::destroy(Consent consent) {
  HOMEWORK_CHECK(desk_.openCloud());
  if (consent == Consent::kAsk) {
    if (!desk_.terminal().interactive())
      return Failure{Exit::kUsage, "There is nobody to confirm.", "Use  trainer destroy --yes"};
    desk_.terminal().sayWrapped("This removes API and scoring of " + desk_.name() + " from " +
                                desk_.cloud().access().described() +
                                ". Answers, scores and the published tests stay in their bucket.");
    const Reply reply = desk_.terminal().ask("Type " + desk_.name() + " to go on: ");
    if (reply.kind != ReplyKind::kLine) return Failure{Exit::kInterrupted, "", ""};
    if (reply.text != desk_.name()) {
      desk_.terminal().say("Nothing was removed.");
      return Done{};
    }
  }
  HOMEWORK_CHECK(undeploy(desk_.stacks(), desk_.name()));
  desk_.terminal().note("Removed. The stack " + desk_.name() + "-storage and its buckets are still there.");
  return Done{};
}

Status ClassDesk::status(const std::string& test) {
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(const PublishedCourse published, readPublishedCourse(desk_.cloud(), desk_.deployment()));
  HOMEWORK_TRY(const std::vector<PublishedTest> tests, findTests(published.catalogue, test));
  JsonArray boards;
  for (const PublishedTest& wanted : tests) {
    HOMEWORK_TRY(const ClassBoard board, readClassBoard(desk_.cloud(), desk_.deployment(), published, wanted));
    if (desk_.json()) {
      boards.push_back(classBoardJson(board));
    } else {
      desk_.print(classBoardLines(board, published.catalogue.zone, desk_.cloud().now(), desk_.terminal().style()));
      desk_.terminal().say("");
    }
  }
  if (desk_.json())
    desk_.print(JsonObject{{"now", formatInstant(desk_.cloud().now())}, {"tests", std::move(boards)}});
  return Done{};
}

Status ClassDesk::score(const ScoringRequest& request) {
  HOMEWORK_CHECK(desk_.openDeployment());
  ScoringRequest resolved = request;
  if (!request.test.empty()) {
    HOMEWORK_TRY(const PublishedCourse published, readPublishedCourse(desk_.cloud(), desk_.deployment()));
    HOMEWORK_TRY(const std::vector<PublishedTest> tests, findTests(published.catalogue, request.test));
    if (tests.size() > 1)
      return Failure{Exit::kUsage, "More than one test is called " + inQuotes(request.test) + ".",
                     "Say  SUBJECT/TEST"};
    resolved.test = tests.front().ref.path();
  }
  desk_.terminal().note("Scoring on " + desk_.cloud().access().described() + " ...");
  HOMEWORK_TRY(const Json outcome, runScoring(desk_.cloud(), desk_.deployment(), resolved));
  if (desk_.json()) {
    desk_.print(outcome);
  } else {
    desk_.print(scoringLines(outcome));
  }
  if (!arrayMember(outcome, "problems").empty()) {
    return Failure{Exit::kRejected, "Not everything could be scored.", "Running it again is safe.", desk_.json()};
  }
  return Done{};
}

Status ClassDesk::exportGrades(const std::string& file) {
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(const PublishedCourse published, readPublishedCourse(desk_.cloud(), desk_.deployment()));
  std::vector<ClassBoard> boards;
  for (const PublishedTest& test : published.catalogue.tests) {
    HOMEWORK_TRY(ClassBoard board, readClassBoard(desk_.cloud(), desk_.deployment(), published, test));
    boards.push_back(std::move(board));
  }
  const std::string csv = gradesCsv(boards);
  if (file.empty()) {
    desk_.terminal().say(std::string_view(csv).substr(0, csv.size() - 2));
    return Done{};
  }
  replaceFile(file, csv);
  desk_.terminal().note("Written to " + file + ".");
  return Done{};
}

Status ClassDesk::listMails(Mails which) {
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(std::vector<OutboxMail> mails, readOutbox(desk_.cloud(), desk_.deployment()));
  if (which == Mails::kFailed) std::erase_if(mails, [](const OutboxMail& mail) { return mail.state != "failed"; });
  if (desk_.json()) {
    desk_.print(outboxJson(mails));
  } else {
    desk_.print(outboxLines(mails, std::max<std::size_t>(desk_.terminal().style().width, 100)));
    if (mails.empty()) desk_.terminal().note("There are no mails.");
  }
  return Done{};
}

Status ClassDesk::showMail(const std::string& id, Form form) {
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(const std::vector<OutboxMail> mails, readOutbox(desk_.cloud(), desk_.deployment()));
  HOMEWORK_TRY(const OutboxMail mail, findMail(mails, id));
  if (desk_.json()) {
    JsonObject document = outboxJson({mail}).at("mails").at(0).as_object();
    document["raw"] = mail.raw;
    desk_.print(document);
  } else {
    const std::string text = form == Form::kRaw ? mail.raw : readableMail(mail);
    desk_.terminal().say(trimmed(cleaned(text, desk_.terminal().style().charset)));
  }
  return Done{};
}

Status ClassDesk::resendMails(const std::vector<std::string>& ids, Mails which) {
  if (ids.empty() == (which == Mails::kAll))
    return Failure{Exit::kUsage, "Say which:  trainer mail resend ID , or  --failed", ""};
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(const std::vector<OutboxMail> mails, readOutbox(desk_.cloud(), desk_.deployment()));
  std::vector<OutboxMail> chosen;
  for (const std::string& id : ids) {
    HOMEWORK_TRY(OutboxMail mail, findMail(mails, id));
    if (mail.state != "failed")
      return Failure{Exit::kUsage,
                     "The mail " + mail.id.substr(0, 7) + " has not failed: it is " + mail.state + ".", ""};
    chosen.push_back(std::move(mail));
  }
  if (which == Mails::kFailed) {
    for (const OutboxMail& mail : mails) {
      if (mail.state == "failed") chosen.push_back(mail);
    }
  }
  for (const OutboxMail& mail : chosen) HOMEWORK_CHECK(releaseMail(desk_.cloud(), desk_.deployment(), mail));
  desk_.terminal().note(std::to_string(chosen.size()) +
                        " released. The next scoring run sends them; to send now:  trainer score");
  return Done{};
}

}  // namespace hearth::homework::client
