#include "homework/client/trainer/mail_desk.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "homework/client/common/text.h"
#include "homework/client/trainer/class_board.h"
#include "homework/client/trainer/scoring_run.h"

namespace hearth::homework::client {
namespace {

// Whether scoring would refuse the test without `now`: it may still be answered, or answers are on their way.
bool isOpen(const Catalogue& catalogue, const std::string& test, Instant now) {
  constexpr std::chrono::minutes kOnTheirWay{2};
  return std::any_of(catalogue.tests.begin(), catalogue.tests.end(), [&](const PublishedTest& published) {
    return published.ref.path() == test && now <= published.onTimeUntil() + kOnTheirWay;
  });
}

bool isNotice(const OutboxMail& mail) { return mail.kind == "notice" || mail.kind == "reminder"; }

Result<std::vector<OutboxMail>> chosenMails(const std::vector<OutboxMail>& mails,
                                            const std::vector<std::string>& names, bool allFailed) {
  std::vector<OutboxMail> chosen;
  const auto add = [&](const OutboxMail& mail) {
    const bool known =
        std::any_of(chosen.begin(), chosen.end(), [&](const OutboxMail& other) { return other.stem == mail.stem; });
    if (!known) chosen.push_back(mail);
  };
  for (const std::string& name : names) {
    const std::size_t before = chosen.size();
    for (const OutboxMail& mail : mails) {
      if (mail.state == "failed" && mail.studentId == name) add(mail);
    }
    if (chosen.size() > before) continue;
    const auto theirs =
        std::count_if(mails.begin(), mails.end(), [&](const OutboxMail& mail) { return mail.studentId == name; });
    if (theirs > 0) {
      return Failure{Exit::kUsage,
                     "No mail to " + inQuotes(name) + " has failed: there are " + std::to_string(theirs) +
                         ", and none waits to be sent again.",
                     "To read one:  trainer mail list , then  trainer mail show ID"};
    }
    HOMEWORK_TRY(const OutboxMail mail, findMail(mails, name));
    if (mail.state != "failed") {
      return Failure{Exit::kUsage,
                     "The mail " + mail.id.substr(0, 7) + " has not failed: it is " + mail.state + ".",
                     "Those that have:  trainer mail list --failed"};
    }
    add(mail);
  }
  for (const OutboxMail& mail : mails) {
    if (allFailed && mail.state == "failed") add(mail);
  }
  return chosen;
}

}  // namespace

Status MailDesk::list(Mails which) {
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(std::vector<OutboxMail> mails, readOutbox(desk_.cloud(), desk_.deployment()));
  if (which == Mails::kFailed) std::erase_if(mails, [](const OutboxMail& mail) { return mail.state != "failed"; });
  if (desk_.json()) {
    desk_.print(outboxJson(mails));
    return Done{};
  }
  desk_.print(outboxLines(mails, desk_.terminal().style()));
  if (mails.empty())
    desk_.terminal().note(which == Mails::kFailed ? "No mail has failed." : "There are no mails.");
  else if (which == Mails::kFailed)
    desk_.terminal().note("To send again:  trainer mail resend ID , a student, or  --failed");
  else if (std::any_of(mails.begin(), mails.end(), [](const OutboxMail& mail) { return mail.state == "sent"; }))
    desk_.terminal().note(desk_.cloud().access().endpoint.empty()
                              ? "sent: Amazon SES has accepted it."
                              : "sent: the mail service has accepted it; of a Hearth,  hearth mail list  says what "
                                "has left the machine.");
  return Done{};
}

Status MailDesk::show(const std::string& id, Form form) {
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

Status MailDesk::resend(const std::vector<std::string>& names, Mails which, Mode mode) {
  if (names.empty() == (which == Mails::kAll)) {
    return Failure{Exit::kUsage, "Say which:  trainer mail resend ID , a student, or  --failed",
                   "See  trainer mail list --failed"};
  }
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(const PublishedCourse course, readPublishedCourse(desk_.cloud(), desk_.deployment()));
  HOMEWORK_TRY(const std::vector<OutboxMail> mails, readOutbox(desk_.cloud(), desk_.deployment()));
  HOMEWORK_TRY(const std::vector<OutboxMail> chosen, chosenMails(mails, names, which == Mails::kFailed));
  JsonArray told;
  for (const OutboxMail& mail : chosen) {
    const Student* student = course.roster.find(mail.studentId);
    const std::string address = student == nullptr ? mail.to : student->email;
    told.push_back(JsonObject{{"id", mail.id}, {"kind", mail.kind}, {"to", address}});
    if (!desk_.json())
      desk_.terminal().say(mail.id.substr(0, 7) + "  " + cleanedLine(mail.kind) + " to " + cleanedLine(address));
    if (mode == Mode::kDo) HOMEWORK_CHECK(releaseMail(desk_.cloud(), desk_.deployment(), mail, address));
  }
  if (mode == Mode::kPlanOnly || chosen.empty()) {
    if (desk_.json()) desk_.print(JsonObject{{"mails", std::move(told)}, {"sent", 0}});
    desk_.terminal().note(chosen.empty() ? "No mail has failed." : "Nothing was sent.");
    return Done{};
  }
  HOMEWORK_CHECK(deliver(chosen, course.catalogue));
  HOMEWORK_TRY(const std::vector<OutboxMail> after, readOutbox(desk_.cloud(), desk_.deployment()));
  std::vector<OutboxMail> unsent;
  for (const OutboxMail& mail : chosen) {
    for (const OutboxMail& now : after)
      if (now.stem == mail.stem && now.state != "sent") unsent.push_back(now);
  }
  const std::size_t sent = chosen.size() - unsent.size();
  if (desk_.json()) {
    desk_.print(JsonObject{{"mails", std::move(told)}, {"sent", sent}, {"unsent", outboxJson(unsent).at("mails")}});
  } else {
    desk_.terminal().say(std::to_string(sent) + " of " + std::to_string(chosen.size()) + " sent.");
    desk_.print(outboxLines(unsent, desk_.terminal().style()));
  }
  if (unsent.empty()) return Done{};
  return Failure{Exit::kRejected, "Not every mail could be sent.",
                 "Mend the address in students.csv,  trainer publish , and resend; on AWS, see  trainer doctor",
                 desk_.json()};
}

Status MailDesk::deliver(const std::vector<OutboxMail>& mails, const Catalogue& catalogue) {
  std::set<std::string> scored;
  std::set<std::string> open;  // scored before their deadline: scoring them again would take what came since
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> notices;
  for (const OutboxMail& mail : mails) {
    if (isNotice(mail) && !mail.test().empty())
      notices[{mail.kind, mail.test()}].push_back(mail.studentId);
    else if (isOpen(catalogue, mail.test(), desk_.cloud().now()))
      open.insert(mail.test());
    else
      scored.insert(mail.test());
  }
  for (const auto& [about, students] : notices) {
    HOMEWORK_CHECK(
        runNotify(desk_.cloud(), desk_.deployment(), {about.first, about.second, students, false, false}));
  }
  for (const std::string& test : open) {
    NotifyRequest request{"notice", test, {}};
    request.onlyWaiting = true;
    HOMEWORK_CHECK(runNotify(desk_.cloud(), desk_.deployment(), request));
  }
  for (const std::string& test : scored) {
    ScoringRequest request;
    request.test = test;
    HOMEWORK_CHECK(runScoring(desk_.cloud(), desk_.deployment(), request));
  }
  return Done{};
}

}  // namespace hearth::homework::client
