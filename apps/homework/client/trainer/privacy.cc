// Erasing and listing; the export is in privacy_export.cc.
#include "homework/client/trainer/privacy.h"

#include <sys/random.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "homework/client/common/files.h"
#include "homework/client/common/text.h"
#include "homework/client/trainer/access_keys.h"
#include "homework/client/trainer/bucket.h"
#include "homework/client/trainer/class_board.h"
#include "homework/client/trainer/erasure.h"
#include "homework/client/trainer/schedules.h"
#include "homework/client/trainer/student_data.h"
#include "homework/domain/hash.h"

namespace hearth::homework::client {
namespace {

constexpr const char* kErasures = "privacy/erasures.json";
constexpr int kPasses = 5;  // a scoring run may write while objects are removed
constexpr int kMostDays = 3650;

// Where documents lie that are not one student's but may name one.
bool mayName(std::string_view key) {
  return key == layout::kRoster || key == layout::kAccess || key == layout::kExtensions ||
         key.starts_with("scoring/") || key.starts_with("outbox/");
}

struct Erased {
  std::size_t versions = 0;   // removed for ever
  std::size_t documents = 0;  // written anew
  std::size_t keys = 0;
};

class Erasure final {
 public:
  Erasure(Desk& desk, Person person, Numbers numbers)
      : cloud_(desk.cloud()), deployment_(desk.deployment()), person_(std::move(person)), numbers_(numbers) {}

  // What has to go and what has to be rewritten, as it is now.
  Status look();
  bool foundNothing() const { return doomed_.empty() && rewritten_.empty(); }
  std::size_t objectCount() const { return doomed_.size(); }
  std::size_t documentCount() const { return rewritten_.size(); }

  // Does what look() found.
  Status act(Erased& erased);

 private:
  Status judgeCurrent(const std::vector<ObjectVersion>& current);
  Status rewrite(const std::string& key);
  void doomKey(const std::string& key);

  Cloud& cloud_;
  const Deployment& deployment_;
  const Person person_;
  const Numbers numbers_;
  std::map<std::string, std::vector<ObjectVersion>> byKey_;
  std::vector<ObjectVersion> doomed_;
  std::set<std::string> rewritten_;
};

void Erasure::doomKey(const std::string& key) {
  const auto found = byKey_.find(key);
  if (found == byKey_.end()) return;
  doomed_.insert(doomed_.end(), found->second.begin(), found->second.end());
  byKey_.erase(found);
}

Status Erasure::look() {
  doomed_.clear();
  rewritten_.clear();
  byKey_.clear();
  HOMEWORK_TRY(const std::vector<ObjectVersion> all, listVersions(cloud_, deployment_.dataBucket, ""));
  std::vector<ObjectVersion> current;
  for (const ObjectVersion& version : all) {
    if (isOwnedBy(version.key, person_.id)) doomed_.push_back(version);
    if (isOwnedBy(version.key, person_.id) || !mayName(version.key)) continue;
    byKey_[version.key].push_back(version);
    if (version.latest && !version.deleteMarker) current.push_back(version);
  }
  for (const auto& [key, versions] : byKey_) {
    for (const ObjectVersion& version : versions) {
      if (version.latest || version.deleteMarker) continue;
      HOMEWORK_TRY(const std::string body, readVersion(cloud_, deployment_.dataBucket, version));
      if (namesPerson(body, person_)) doomed_.push_back(version);
    }
  }
  return judgeCurrent(current);
}

Status Erasure::judgeCurrent(const std::vector<ObjectVersion>& current) {
  std::vector<std::string> keys;
  for (const ObjectVersion& version : current) keys.push_back(version.key);
  HOMEWORK_TRY(const auto bodies, findObjects(cloud_, deployment_.dataBucket, keys));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!bodies[i] || !namesPerson(*bodies[i], person_)) continue;
    const std::string& key = keys[i];
    if (key.starts_with("outbox/") && key.ends_with(".mail.json") && isMailTo(*bodies[i], person_)) {
      const std::string stem = key.substr(0, key.size() - std::string_view(".mail.json").size());
      for (const char* ending : {".mail.json", ".sent.json", ".failed.json"}) doomKey(stem + ending);
    } else if (key.starts_with("outbox/") && key.ends_with(".mail.json")) {
      rewritten_.insert(key);
    } else if (withoutPerson(*bodies[i], person_, numbers_)) {
      rewritten_.insert(key);
    } else if (key.starts_with("scoring/") || key.starts_with("outbox/")) {
      doomKey(key);  // such as the board's page
    } else {
      return Failure{Exit::kRejected, cleanedLine(key) + " names the student in a way that cannot be taken out.",
                     "Look at it:  aws s3 cp s3://" + deployment_.dataBucket + "/" + key + " -"};
    }
  }
  return Done{};
}

Status Erasure::rewrite(const std::string& key) {
  return changeObject(cloud_, deployment_.dataBucket, key,
                      [&](const std::string& before) -> Result<std::optional<std::string>> {
                        if (before.empty() || !namesPerson(before, person_)) return std::optional<std::string>();
                        if (key.starts_with("outbox/") && key.ends_with(".mail.json")) return withoutText(before);
                        return withoutPerson(before, person_, numbers_);
                      });
}

Status Erasure::act(Erased& erased) {
  for (const std::string& key : rewritten_) HOMEWORK_CHECK(rewrite(key));
  HOMEWORK_CHECK(deleteVersions(cloud_, deployment_.dataBucket, doomed_));
  erased.versions += doomed_.size();
  erased.documents += rewritten_.size();
  return Done{};
}

// Nobody may submit in the name of somebody who is being erased.
Status closeTheDoor(Desk& desk, const Person& person, Erased& erased) {
  Cloud& cloud = desk.cloud();
  const Deployment& deployment = desk.deployment();
  HOMEWORK_TRY(erased.keys, revokeKeys(cloud, deployment, person.id));
  for (const std::string_view key : {layout::kRoster, layout::kExtensions}) {
    HOMEWORK_CHECK(changeObject(cloud, deployment.dataBucket, key,
                                [&](const std::string& before) -> Result<std::optional<std::string>> {
                                  if (!namesPerson(before, person)) return std::optional<std::string>();
                                  ++erased.documents;
                                  return withoutPerson(before, person, Numbers::kKeep);
                                }));
  }
  HOMEWORK_TRY(const PublishedCourse course, readPublishedCourse(cloud, deployment));
  if (deployment.canSchedule()) {
    HOMEWORK_CHECK(reconcileSchedules(cloud, deployment, wantedSchedules(course.catalogue, course.extensions),
                                      ScheduleMode::kDo));
  }
  return Done{};
}

std::string randomSalt() {
  unsigned char bytes[16];
  if (::getrandom(bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes))
    throw std::runtime_error("the system gives no random bytes");
  return sha256Hex({reinterpret_cast<const char*>(bytes), sizeof bytes}).substr(0, 32);
}

// The hash in the log is of `SALT:STUDENT`; the salt is only told, so that the log by itself identifies nobody.
Status log(Desk& desk, const Person& person, const Erased& erased, Numbers numbers, const std::string& salt) {
  const JsonObject entry{{"at", formatInstant(desk.now())},
                         {"who", sha256Hex(salt + ":" + person.id)},
                         {"versions", erased.versions},
                         {"documents", erased.documents},
                         {"keys", erased.keys},
                         {"statisticsKept", numbers == Numbers::kKeep}};
  return changeObject(desk.cloud(), desk.deployment().dataBucket, kErasures,
                      [&](const std::string& before) -> Result<std::optional<std::string>> {
                        Json document = parseJson(before).value_or(Json());
                        if (!document.is_object()) document = JsonObject{{"erasures", JsonArray()}};
                        Json& list = document.as_object()["erasures"];
                        if (!list.is_array()) list = JsonArray();
                        list.as_array().push_back(entry);
                        return std::optional(writeJsonPretty(document));
                      });
}

// Copies that a Hearth keeps of what its mail service was given; there are none on AWS. nullopt when they cannot be
// listed.
Result<std::optional<std::vector<std::string>>> copiesInHearth(Cloud& cloud, const Person& person) {
  std::vector<std::string> ids;
  if (cloud.access().endpoint.empty() || person.email.empty()) return std::optional(ids);
  std::string before;
  for (;;) {
    AwsCall call;
    call.service = "hearth";
    call.method = "GET";
    call.path = "/_hearth/mails";
    call.query = {{"limit", "1000"}};
    if (!before.empty()) call.query.emplace_back("before", before);
    HOMEWORK_TRY(const AwsAnswer answer, cloud.call(call));
    if (!answer.ok()) return std::optional<std::vector<std::string>>();
    const Json document = parseJson(answer.http.body).value_or(Json());
    const JsonArray& mails = arrayMember(document, "mails");
    for (const Json& mail : mails) {
      before = stringMember(mail, "id");
      for (const Json& recipient : arrayMember(mail, "recipients"))
        if (stringMember(recipient, "address") == person.email) ids.push_back(before);
    }
    if (mails.size() < 1000) return std::optional(ids);
  }
}

// Takes the copies out of that record; those that are still there afterwards.
Result<std::vector<std::string>> removeCopies(Cloud& cloud, const std::vector<std::string>& ids) {
  std::vector<std::string> left;
  for (const std::string& id : ids) {
    AwsCall call;
    call.service = "hearth";
    call.method = "DELETE";
    call.path = "/_hearth/mails/" + id;
    HOMEWORK_TRY(const AwsAnswer answer, cloud.call(call));
    if (!answer.ok() && answer.http.status != 404) left.push_back(id);
  }
  return left;
}

void tellCopies(Desk& desk, const std::optional<std::vector<std::string>>& copies,
                const std::vector<std::string>& left) {
  if (desk.cloud().access().endpoint.empty()) return;
  if (!copies) {
    desk.terminal().note(
        "The server's own record of sent mails could not be read; if it is a Hearth, look with  hearth "
        "mail list");
    return;
  }
  if (!copies->empty()) {
    desk.terminal().note("Mails to the student that were deleted from the record of Hearth's mail service: " +
                         std::to_string(copies->size() - left.size()) + ".");
  }
  std::string list;
  for (const std::string& id : left) list += " " + cleanedLine(id);
  if (!left.empty())
    desk.terminal().note("NOT deleted, because they are being sent; later:  hearth mail delete" + list);
}

// By the roster; else by what is stored below the id.
Result<Person> findPerson(Desk& desk, const std::string& id) {
  if (!isId(id)) return Failure{Exit::kUsage, inQuotes(id) + " is no student id.", "See  trainer roster list"};
  HOMEWORK_TRY(const PublishedCourse course, readPublishedCourse(desk.cloud(), desk.deployment()));
  if (const Student* student = course.roster.find(id)) return Person{id, student->email};
  return Person{id, ""};
}

}  // namespace

Status privacyInventory(Desk& desk) {
  HOMEWORK_CHECK(desk.openDeployment());
  HOMEWORK_TRY(const PublishedCourse course, readPublishedCourse(desk.cloud(), desk.deployment()));
  JsonArray list;
  for (const DataKind& kind : dataInventory(course.course.retentionDays)) {
    list.push_back(JsonObject{{"what", kind.what}, {"where", kind.where}, {"why", kind.why}, {"kept", kind.kept}});
    if (desk.json()) continue;
    desk.terminal().sayWrapped(desk.terminal().style().bold(kind.what));
    for (const auto& [name, text] : {std::pair{"where", kind.where}, {"why", kind.why}, {"kept", kind.kept}})
      desk.terminal().sayWrapped(std::string(name) + ": " + text, "  ");
  }
  if (desk.json()) desk.print(JsonObject{{"students", course.roster.students().size()}, {"data", std::move(list)}});
  desk.terminal().note(
      "All of it lies in the bucket " + desk.deployment().dataBucket +
      ", encrypted; drafts lie on the students' own devices. One student's:  trainer privacy export STUDENT");
  return Done{};
}

Status privacyErase(Desk& desk, const EraseOptions& options) {
  HOMEWORK_CHECK(desk.openDeployment());
  HOMEWORK_TRY(const Person person, findPerson(desk, options.student));
  const Numbers numbers = options.keepStatistics ? Numbers::kKeep : Numbers::kDrop;
  Erasure erasure(desk, person, numbers);
  HOMEWORK_CHECK(erasure.look());
  HOMEWORK_TRY(const AccessKeys keys, readAccessKeys(desk.cloud(), desk.deployment()));
  const bool hasKey =
      std::any_of(keys.begin(), keys.end(), [&](const auto& entry) { return entry.second == person.id; });
  if (person.email.empty() && !hasKey && erasure.foundNothing()) {
    return Failure{Exit::kUsage,
                   "There is no student " + inQuotes(person.id) +
                       ": nobody of that id is on the published roster, and nothing is stored about them.",
                   "See  trainer roster list"};
  }
  desk.terminal().note("Found of " + person.id + ": " + plural(erasure.objectCount(), "version") +
                       " of objects to delete and " + plural(erasure.documentCount(), "document") +
                       " to write anew.");
  if (options.dryRun) {
    if (desk.json()) {
      desk.print(JsonObject{{"studentId", person.id},
                            {"versions", erasure.objectCount()},
                            {"documents", erasure.documentCount()},
                            {"dryRun", true}});
    }
    return Done{};
  }
  desk.terminal().note("It cannot be undone. A copy for the student before that:  trainer privacy export " +
                       person.id);
  HOMEWORK_TRY(const bool yes,
               agreedByTyping(desk, person.id, options.consent, "trainer privacy erase " + person.id + " --yes"));
  if (!yes) {
    desk.terminal().note("Nothing was erased.");
    return Done{};
  }
  Erased erased;
  HOMEWORK_TRY(const auto copies, copiesInHearth(desk.cloud(), person));
  HOMEWORK_CHECK(closeTheDoor(desk, person, erased));
  for (int pass = 0; pass < kPasses; ++pass) {
    HOMEWORK_CHECK(erasure.look());
    if (erasure.foundNothing()) break;
    HOMEWORK_CHECK(erasure.act(erased));
  }
  HOMEWORK_CHECK(erasure.look());
  if (!erasure.foundNothing()) {
    return Failure{Exit::kRejected, "Something keeps writing about " + person.id + "; not everything is gone.",
                   "Run the command again when no scoring is under way."};
  }
  std::vector<std::string> left;
  if (copies) {
    HOMEWORK_TRY(left, removeCopies(desk.cloud(), *copies));
  }
  const std::string salt = randomSalt();
  HOMEWORK_CHECK(log(desk, person, erased, numbers, salt));
  if (desk.json()) {
    desk.print(JsonObject{{"studentId", person.id},
                          {"versions", erased.versions},
                          {"documents", erased.documents},
                          {"keys", erased.keys},
                          {"salt", salt},
                          {"mailsInHearth", copies ? Json(copies->size() - left.size()) : Json()},
                          {"mailsLeft", JsonArray(left.begin(), left.end())}});
  } else {
    desk.terminal().say("Erased: " + plural(erased.versions, "version") + " deleted, " +
                        plural(erased.documents, "document") + " written anew, " + plural(erased.keys, "key") +
                        " revoked.");
    desk.terminal().sayWrapped("The log holds SHA-256 of \"" + salt +
                               ":STUDENT\" and these counts. Keep this line, if you "
                               "have to show that the request was met.");
  }
  tellCopies(desk, copies, left);
  desk.terminal().note(
      "Take the student out of students.csv, too, or the next publish brings them back; and out of your "
      "backups, invites and exported grades.");
  return Done{};
}

Status retention(Desk& desk, std::optional<int> days, const std::string& folder) {
  if (days && (*days < 1 || *days > kMostDays))
    return Failure{Exit::kUsage, "Between 1 and " + std::to_string(kMostDays) + " days.", "trainer retention 180"};
  HOMEWORK_CHECK(desk.openDeployment());
  const std::filesystem::path file = std::filesystem::path(folder) / "course.json";
  HOMEWORK_TRY(const auto state, desk.stacks().find(desk.name() + "-storage"));
  const auto parameter =
      state ? state->parameters.find("RetentionDays") : std::map<std::string, std::string>::iterator();
  const std::string before = state && parameter != state->parameters.end() ? parameter->second : "";
  if (!days) {
    if (desk.json())
      desk.print(JsonObject{{"days", before.empty() ? Json() : Json(before)}});
    else if (before.empty())
      desk.terminal().say("There is no rule yet;  trainer deploy  makes one.");
    else
      desk.terminal().say("Answers, scores and mails are kept for " + before + " days.");
    return Done{};
  }
  HOMEWORK_CHECK(setRetention(desk.stacks(), desk.name(), *days));
  bool written = false;
  if (const auto text = findFile(file)) {
    auto course = parseJson(*text);
    if (course && course->is_object()) {
      course->as_object()["retentionDays"] = *days;
      replaceFile(file, writeJsonPretty(*course));
      written = true;
    }
  }
  if (desk.json()) desk.print(JsonObject{{"days", std::to_string(*days)}, {"course", written}});
  desk.terminal().note("Kept for " + std::to_string(*days) +
                       " days from when it was stored, former versions as long again." +
                       (written ? " Set in course.json, too; publish it."
                                : " Set \"retentionDays\" in course.json, too, or the next deploy sets it back."));
  return Done{};
}

}  // namespace hearth::homework::client
