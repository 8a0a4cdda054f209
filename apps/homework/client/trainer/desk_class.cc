// Desk: students and their keys, the board, scoring, mails, grades.
#include <algorithm>

#include "homework/client/common/files.h"
#include "homework/client/common/text.h"
#include "homework/client/trainer/access_keys.h"
#include "homework/client/trainer/class_board.h"
#include "homework/client/trainer/desk.h"
#include "homework/client/trainer/outbox.h"

namespace hearth::homework::client {
namespace {

std::size_t keysOf(const AccessKeys& keys, const std::string& student) {
  return static_cast<std::size_t>(
      std::count_if(keys.begin(), keys.end(), [&](const auto& entry) { return entry.second == student; }));
}

}  // namespace

std::filesystem::path invitePath(const std::filesystem::path& folder, const std::string& studentId) {
  return folder / (studentId + ".invite");
}

Status Desk::listRoster() {
  HOMEWORK_CHECK(openDeployment());
  HOMEWORK_TRY(const PublishedCourse published, readPublishedCourse(*cloud_, *deployment_));
  HOMEWORK_TRY(const AccessKeys keys, readAccessKeys(*cloud_, *deployment_));
  if (output_ == Output::kJson) {
    JsonArray students;
    for (const Student& student : published.roster.students()) {
      students.push_back(JsonObject{{"studentId", student.id},
                                    {"email", student.email},
                                    {"name", student.name},
                                    {"keys", keysOf(keys, student.id)}});
    }
    print(JsonObject{{"students", std::move(students)}});
    return Done{};
  }
  for (const Student& student : published.roster.students()) {
    const std::size_t count = keysOf(keys, student.id);
    terminal_.say(fitted(student.id, 16) +
                  fitted(count == 0 ? "no key" : std::to_string(count) + (count == 1 ? " key" : " keys"), 8) +
                  fitted(cleanedLine(student.name), 24) + cleanedLine(student.email));
  }
  return Done{};
}

Status Desk::invite(const InviteOptions& options) {
  if (options.all == !options.student.empty()) {
    return Failure{Exit::kUsage, "Say who:  trainer roster invite STUDENT , or  --all", ""};
  }
  HOMEWORK_CHECK(openDeployment());
  HOMEWORK_TRY(const PublishedCourse published, readPublishedCourse(*cloud_, *deployment_));
  HOMEWORK_TRY(const AccessKeys keys, readAccessKeys(*cloud_, *deployment_));
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
    if (options.rotate) HOMEWORK_CHECK(revokeKeys(*cloud_, *deployment_, student));
    HOMEWORK_TRY(const Account account, makeInvite(*cloud_, *deployment_, student));
    const std::string line = formatInvite(account);
    if (!options.out.empty()) replaceFile(invitePath(options.out, student), line + "\n");
    const std::string shown = options.out.empty() ? line : invitePath(options.out, student).string();
    made.push_back(JsonObject{{"studentId", student}, {options.out.empty() ? "invite" : "file", shown}});
    if (output_ == Output::kText) terminal_.say(fitted(student, 16) + shown);
  }
  if (output_ == Output::kJson) {
    print(JsonObject{{"invites", std::move(made)}});
  } else if (invited.empty()) {
    terminal_.note("Everybody has a key already. A new one for somebody:  trainer roster invite STUDENT");
  } else if (options.out.empty()) {
    terminal_.note("An invite is a password: give each to its student only. It cannot be shown again.");
  }
  return Done{};
}

Status Desk::revoke(const std::string& student) {
  HOMEWORK_CHECK(openDeployment());
  HOMEWORK_TRY(const std::size_t count, revokeKeys(*cloud_, *deployment_, student));
  if (count == 0) return Failure{Exit::kUsage, inQuotes(student) + " has no key.", "See  trainer roster list"};
  terminal_.note(std::to_string(count) + (count == 1 ? " key of " : " keys of ") + student + " revoked.");
  return Done{};
}

Status Desk::status(const std::string& test) {
  HOMEWORK_CHECK(openDeployment());
  HOMEWORK_TRY(const PublishedCourse published, readPublishedCourse(*cloud_, *deployment_));
  HOMEWORK_TRY(const std::vector<PublishedTest> tests, findTests(published.catalogue, test));
  JsonArray boards;
  for (const PublishedTest& wanted : tests) {
    HOMEWORK_TRY(const ClassBoard board, readClassBoard(*cloud_, *deployment_, published, wanted));
    if (output_ == Output::kJson) {
      boards.push_back(classBoardJson(board));
    } else {
      print(classBoardLines(board, published.catalogue.zone, cloud_->now(), terminal_.style()));
      terminal_.say("");
    }
  }
  if (output_ == Output::kJson)
    print(JsonObject{{"now", formatInstant(cloud_->now())}, {"tests", std::move(boards)}});
  return Done{};
}

Status Desk::score(const ScoringRequest& request) {
  HOMEWORK_CHECK(openDeployment());
  ScoringRequest resolved = request;
  if (!request.test.empty()) {
    HOMEWORK_TRY(const PublishedCourse published, readPublishedCourse(*cloud_, *deployment_));
    HOMEWORK_TRY(const std::vector<PublishedTest> tests, findTests(published.catalogue, request.test));
    if (tests.size() > 1)
      return Failure{Exit::kUsage, "More than one test is called " + inQuotes(request.test) + ".",
                     "Say  SUBJECT/TEST"};
    resolved.test = tests.front().ref.path();
  }
  terminal_.note("Scoring on " + cloud_->access().described() + " ...");
  HOMEWORK_TRY(const Json outcome, runScoring(*cloud_, *deployment_, resolved));
  if (output_ == Output::kJson) {
    print(outcome);
  } else {
    print(scoringLines(outcome));
  }
  if (!arrayMember(outcome, "problems").empty()) {
    return Failure{Exit::kRejected, "Not everything could be scored.", "Running it again is safe.",
                   output_ == Output::kJson};
  }
  return Done{};
}

Status Desk::exportGrades(const std::string& file) {
  HOMEWORK_CHECK(openDeployment());
  HOMEWORK_TRY(const PublishedCourse published, readPublishedCourse(*cloud_, *deployment_));
  std::vector<ClassBoard> boards;
  for (const PublishedTest& test : published.catalogue.tests) {
    HOMEWORK_TRY(ClassBoard board, readClassBoard(*cloud_, *deployment_, published, test));
    boards.push_back(std::move(board));
  }
  const std::string csv = gradesCsv(boards);
  if (file.empty()) {
    terminal_.say(std::string_view(csv).substr(0, csv.size() - 2));
    return Done{};
  }
  replaceFile(file, csv);
  terminal_.note("Written to " + file + ".");
  return Done{};
}

Status Desk::listMails(Mails which) {
  HOMEWORK_CHECK(openDeployment());
  HOMEWORK_TRY(std::vector<OutboxMail> mails, readOutbox(*cloud_, *deployment_));
  if (which == Mails::kFailed) std::erase_if(mails, [](const OutboxMail& mail) { return mail.state != "failed"; });
  if (output_ == Output::kJson) {
    print(outboxJson(mails));
  } else {
    print(outboxLines(mails, std::max<std::size_t>(terminal_.style().width, 100)));
    if (mails.empty()) terminal_.note("There are no mails.");
  }
  return Done{};
}

Status Desk::showMail(const std::string& id, Form form) {
  HOMEWORK_CHECK(openDeployment());
  HOMEWORK_TRY(const std::vector<OutboxMail> mails, readOutbox(*cloud_, *deployment_));
  HOMEWORK_TRY(const OutboxMail mail, findMail(mails, id));
  if (output_ == Output::kJson) {
    JsonObject document = outboxJson({mail}).at("mails").at(0).as_object();
    document["raw"] = mail.raw;
    print(document);
  } else {
    const std::string text = form == Form::kRaw ? mail.raw : readableMail(mail);
    terminal_.say(trimmed(cleaned(text, terminal_.style().charset)));
  }
  return Done{};
}

Status Desk::resendMails(const std::vector<std::string>& ids, Mails which) {
  if (ids.empty() == (which == Mails::kAll))
    return Failure{Exit::kUsage, "Say which:  trainer mail resend ID , or  --failed", ""};
  HOMEWORK_CHECK(openDeployment());
  HOMEWORK_TRY(const std::vector<OutboxMail> mails, readOutbox(*cloud_, *deployment_));
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
  for (const OutboxMail& mail : chosen) HOMEWORK_CHECK(releaseMail(*cloud_, *deployment_, mail));
  terminal_.note(std::to_string(chosen.size()) +
                 " released. The next scoring run sends them; to send now:  trainer score");
  return Done{};
}

}  // namespace hearth::homework::client
