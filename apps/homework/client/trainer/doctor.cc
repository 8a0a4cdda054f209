#include "homework/client/trainer/doctor.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <pugixml.hpp>
#include <set>

#include "homework/client/common/text.h"
#include "homework/client/trainer/bucket.h"
#include "homework/client/trainer/build_files.h"
#include "homework/client/trainer/class_board.h"
#include "homework/client/trainer/outbox.h"
#include "homework/client/trainer/receipt_keys.h"
#include "homework/client/trainer/schedules.h"

namespace hearth::homework::client {
namespace {

constexpr std::chrono::seconds kMostSkew{60};
constexpr double kSandboxMails = 200;  // a day; more than that is granted to who has left the sandbox

struct Check {
  std::string what;
  bool ok = true;
  std::string found;
  std::string fix;
};

class Visit final {
 public:
  Visit(Desk& desk, std::string folder) : desk_(desk), folder_(std::move(folder)) {}

  void examine();
  const std::vector<Check>& checks() const { return checks_; }

 private:
  void good(std::string what, std::string found) {
    checks_.push_back({std::move(what), true, std::move(found), ""});
  }
  void bad(std::string what, std::string found, std::string fix) {
    checks_.push_back({std::move(what), false, std::move(found), std::move(fix)});
  }
  void bad(std::string what, const Failure& failure, const std::string& fix) {
    bad(std::move(what), failure.what, failure.hint.empty() ? fix : failure.hint);
  }

  void files();
  bool credentials();
  void clock();
  bool stacks();
  void rights();
  void mail();
  void identity(const std::string& sender);
  void course();
  void schedules(const PublishedCourse& published);
  void answers();
  void receipts();
  Result<AwsAnswer> ses(const std::string& body);

  Desk& desk_;
  std::string folder_;
  std::vector<Check> checks_;
};

std::string valueIn(const AwsAnswer& answer, std::string_view name) {
  pugi::xml_document document;
  if (!document.load_buffer(answer.http.body.data(), answer.http.body.size())) return "";
  return document.find_node([&](const pugi::xml_node& node) { return name == node.name(); }).child_value();
}

void Visit::examine() {
  files();
  if (!credentials()) return;
  clock();
  if (!stacks()) return;
  rights();
  answers();
  receipts();
  course();
  mail();
}

void Visit::files() {
  const std::filesystem::path bin = ownFolder();
  if (const auto found = findPipelineFiles(bin))
    good("templates", (*found / "deploy").string());
  else
    bad("templates", "not found", "Run it in the checkout, or set HOMEWORK_FILES to its apps/homework");
  const std::filesystem::path package = bin.parent_path() / "functions" / "homework.zip";
  if (std::filesystem::exists(package))
    good("package", package.string());
  else
    bad("package", "not built: " + package.string(), "Build it:  ./start , or  ./dev build");
}

bool Visit::credentials() {
  if (const Status opened = desk_.openCloud(); !opened.ok()) {
    bad("credentials", opened.failure(), "Set AWS_ACCESS_KEY_ID and its companions, or start a Hearth:  ./start");
    return false;
  }
  AwsCall call;
  call.service = "sts";
  call.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  call.body = "Action=GetCallerIdentity&Version=2011-06-15";
  const auto answer = desk_.cloud().call(call);
  if (!answer.ok() || !answer->ok()) {
    bad("credentials", answer.ok() ? failureOf("ask who this is", *answer) : answer.failure(),
        "Check the credentials and that the server runs:  hearth status");
    return false;
  }
  good("credentials", desk_.cloud().access().described() + ", as " + cleanedLine(valueIn(*answer, "Arn")));
  return true;
}

void Visit::clock() {
  const auto skew = desk_.cloud().skew();
  const auto distance = std::chrono::abs(skew.value_or(std::chrono::seconds(0)));
  if (distance <= kMostSkew) {
    good("clock", "within " + std::to_string(std::max<long long>(1, distance.count())) + " s of the server's");
  } else if (!desk_.cloud().access().endpoint.empty()) {
    good("clock", "the server's is set to another time, " + formatInstant(desk_.now()) + "; deadlines go by it");
  } else {
    bad("clock", "this machine's is " + tellDuration(distance) + " off", "Set it:  timedatectl set-ntp true");
  }
}

bool Visit::stacks() {
  bool whole = true;
  for (const char* part : {"storage", "api", "scoring"}) {
    const std::string name = desk_.name() + "-" + part;
    const auto state = desk_.stacks().find(name);
    if (!state.ok()) {
      bad("stack " + name, state.failure(), "Rights on cloudformation:DescribeStacks are needed");
      whole = false;
    } else if (!*state || !(*state)->status.ends_with("_COMPLETE") || (*state)->status.find("ROLLBACK") == 0) {
      bad("stack " + name, *state ? (*state)->status : "not there", "trainer deploy --course FOLDER");
      whole = false;
    } else {
      good("stack " + name, (*state)->status);
    }
  }
  if (whole) {
    if (const Status opened = desk_.openDeployment(); !opened.ok()) {
      bad("deployment", opened.failure(), "trainer deploy --course FOLDER");
      whole = false;
    }
  }
  return whole;
}

void Visit::rights() {
  const Deployment& deployment = desk_.deployment();
  const auto probe = [&](const std::string& what, AwsCall call) {
    const auto answer = desk_.cloud().call(call);
    if (answer.ok() && answer->ok())
      good("rights: " + what, "yes");
    else
      bad("rights: " + what, answer.ok() ? failureOf(what, *answer) : answer.failure(),
          "Use the credentials that deployed the course, or add this right");
  };
  const auto call = [](const char* service, std::string path) {
    AwsCall made;
    made.service = service;
    made.method = "GET";
    made.path = std::move(path);
    return made;
  };
  AwsCall list = call("s3", "/" + percentEncoded(deployment.dataBucket));
  list.query = {{"list-type", "2"}, {"max-keys", "1"}};
  probe("read the bucket", list);
  AwsCall versions = call("s3", "/" + percentEncoded(deployment.dataBucket));
  versions.query = {{"versions", ""}, {"max-keys", "1"}};
  probe("see former versions", versions);
  probe("make keys", call("apigateway", "/usageplans/" + percentEncoded(deployment.usagePlanId)));
  probe("run scoring", call("lambda", "/2015-03-31/functions/" + percentEncoded(deployment.scoreFunction)));
  if (deployment.canSchedule()) {
    AwsCall schedules = call("scheduler", "/schedules");
    schedules.query = {{"ScheduleGroup", deployment.scheduleGroup}};
    probe("make schedules", schedules);
  }
}

Result<AwsAnswer> Visit::ses(const std::string& body) {
  AwsCall call;
  call.service = "ses";
  call.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  call.body = body + "&Version=2010-12-01";
  return desk_.cloud().call(call);
}

void Visit::mail() {
  const auto state = desk_.stacks().find(desk_.name() + "-scoring");
  if (state.ok() && *state && (*state)->parameters.contains("SenderAddress"))
    identity((*state)->parameters.at("SenderAddress"));
  const auto quota = ses("Action=GetSendQuota");
  if (!quota.ok() || !quota->ok()) {
    bad("mail: quota", quota.ok() ? failureOf("ask for the quota", *quota) : quota.failure(),
        "Rights on ses:GetSendQuota");
  } else {
    const double most = std::strtod(valueIn(*quota, "Max24HourSend").c_str(), nullptr);
    const bool sandbox = desk_.cloud().access().endpoint.empty() && most > 0 && most <= kSandboxMails;
    if (sandbox)
      bad("mail: sandbox", "SES sends to verified addresses only",
          "Ask for production access:  aws sesv2 put-account-details , or the SES console");
    else
      good("mail: quota", most < 0 ? "no limit" : std::to_string(static_cast<long long>(most)) + " a day");
  }
  const auto mails = readOutbox(desk_.cloud(), desk_.deployment());
  if (!mails.ok()) return bad("mail: outbox", mails.failure(), "trainer mail list");
  const auto failed =
      std::count_if(mails->begin(), mails->end(), [](const OutboxMail& m) { return m.state == "failed"; });
  if (failed > 0)
    bad("mail: outbox", std::to_string(failed) + " of " + plural(mails->size(), "mail") + " failed",
        "trainer mail list --failed");
  else
    good("mail: outbox", plural(mails->size(), "mail") + ", none failed");
}

void Visit::identity(const std::string& sender) {
  const std::string domain = sender.substr(sender.find('@') + 1);
  const auto answer = ses("Action=GetIdentityVerificationAttributes&Identities.member.1=" + percentEncoded(sender) +
                          "&Identities.member.2=" + percentEncoded(domain));
  if (!answer.ok() || !answer->ok()) {
    return bad("mail: sender", answer.ok() ? failureOf("look at the sender", *answer) : answer.failure(),
               "Rights on ses:GetIdentityVerificationAttributes");
  }
  if (answer->http.body.find("<VerificationStatus>Success</VerificationStatus>") != std::string::npos)
    good("mail: sender", sender + " is verified");
  else
    bad("mail: sender", sender + " is not verified",
        "Follow the link in SES's mail to it; to have it sent again:  aws ses verify-email-identity "
        "--email-address " +
            sender);
}

void Visit::course() {
  const auto published = readPublishedCourse(desk_.cloud(), desk_.deployment());
  if (!published.ok()) return bad("course", published.failure(), "trainer publish FOLDER");
  good("course", cleanedLine(published->course.name) + ", " + plural(published->catalogue.tests.size(), "test") +
                     ", " + plural(published->roster.students().size(), "student"));
  schedules(*published);
}

void Visit::schedules(const PublishedCourse& published) {
  const auto changes =
      reconcileSchedules(desk_.cloud(), desk_.deployment(),
                         wantedSchedules(published.catalogue, published.extensions), ScheduleMode::kPlanOnly);
  if (!changes.ok()) return bad("schedules", changes.failure(), "trainer deploy --course FOLDER");
  const std::size_t wrong = changes->created.size() + changes->moved.size() + changes->deleted.size();
  if (wrong == 0)
    good("schedules", "as published");
  else
    bad("schedules", std::to_string(wrong) + " are not as published", "trainer publish FOLDER");
}

void Visit::answers() {
  const std::string url = apiBase(desk_.cloud().access(), desk_.deployment().apiId) + "/api/";
  HttpClient http;
  const auto page = http.send({"GET", url, {}, ""});
  if (!page.ok())
    bad("page", page.failure(), "trainer deploy --course FOLDER");
  else if (page->status == 200)
    good("page", url);
  else
    bad("page", "HTTP " + std::to_string(page->status) + " from " + url, "trainer deploy --course FOLDER");
  const auto closed = http.send({"POST", url + "v1/tests", {{"Content-Type", "application/json"}}, "{}"});
  if (!closed.ok())
    bad("API", closed.failure(), "trainer deploy --course FOLDER");
  else if (closed->status == 403)
    good("API", "answers, and wants a key");
  else
    bad("API", "HTTP " + std::to_string(closed->status) + " without a key, not 403",
        "trainer deploy --course FOLDER");
}

void Visit::receipts() {
  const auto keys = readReceiptKeys(desk_.cloud(), desk_.deployment());
  if (!keys.ok()) return bad("receipts", keys.failure(), "trainer deploy --course FOLDER");
  if (keys->empty()) return bad("receipts", "they are not signed", "trainer deploy --course FOLDER");
  const auto saved = findSavedReceiptKeys(folder_);
  const bool known = saved.ok() && *saved && std::all_of(keys->begin(), keys->end(), [&](const ReceiptKey& key) {
                       return std::any_of((*saved)->begin(), (*saved)->end(),
                                          [&](const ReceiptKey& own) { return own.keyId == key.keyId; });
                     });
  good("receipts", "signed with the key " + keys->back().keyId +
                       (known ? ", which is kept in " + receiptKeysPath(folder_).string() : ""));
}

}  // namespace

Status doctor(Desk& desk, const std::string& folder) {
  Visit visit(desk, folder);
  visit.examine();
  std::size_t problems = 0;
  JsonArray list;
  for (const Check& check : visit.checks()) {
    problems += check.ok ? 0 : 1;
    list.push_back(JsonObject{{"check", check.what},
                              {"ok", check.ok},
                              {"found", check.found},
                              {"fix", check.fix.empty() ? Json() : Json(check.fix)}});
    if (desk.json()) continue;
    const Charset charset = desk.terminal().style().charset;
    desk.terminal().sayWrapped(std::string(check.ok ? "ok       " : "PROBLEM  ") + cleaned(check.what, charset) +
                               ": " + cleanedLine(check.found, charset, 500));
    if (!check.fix.empty()) desk.terminal().sayWrapped(cleaned(check.fix, charset), "         ");
  }
  if (desk.json()) desk.print(JsonObject{{"problems", problems}, {"checks", std::move(list)}});
  if (problems == 0) return Done{};
  return Failure{Exit::kRejected, std::to_string(problems) + (problems == 1 ? " problem." : " problems."),
                 "What helps stands below each. Then again:  trainer doctor", desk.json()};
}

}  // namespace hearth::homework::client
