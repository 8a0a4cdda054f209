#include "homework/client/trainer/roster_desk.h"

#include <algorithm>
#include <set>

#include "homework/client/common/closest.h"
#include "homework/client/common/files.h"
#include "homework/client/common/text.h"
#include "homework/client/trainer/access_keys.h"
#include "homework/client/trainer/bucket.h"
#include "homework/client/trainer/content_desk.h"
#include "homework/client/trainer/invite_mail.h"

namespace hearth::homework::client {
namespace {

namespace fs = std::filesystem;

std::size_t keysOf(const AccessKeys& keys, const std::string& student) {
  return static_cast<std::size_t>(
      std::count_if(keys.begin(), keys.end(), [&](const auto& entry) { return entry.second == student; }));
}

// The students of the course's folder; none when it has no roster. What is wrong with it is of no matter here.
std::vector<Student> rosterOf(const fs::path& course) {
  Findings ignored;
  for (const char* name : {"students.csv", "studentsList.json"}) {
    if (const auto bytes = findFile(course / name)) return readStudents(name, *bytes, ignored);
  }
  return {};
}

JsonArray listed(const std::vector<std::string>& texts) { return JsonArray(texts.begin(), texts.end()); }

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

// `PAGE#student:key`
std::string linkOf(Desk& desk, const Account& account) {
  return pageAddress(desk.cloud().access(), desk.deployment()) + "#" + account.studentId + ":" + account.apiKey;
}

}  // namespace

fs::path invitePath(const fs::path& folder, const std::string& studentId) {
  return folder / (studentId + ".invite");
}

RosterChanges compareRosters(const std::vector<Student>& before, const std::vector<Student>& after) {
  RosterChanges changes;
  const auto find = [](const std::vector<Student>& all, const std::string& id) {
    const auto it = std::find_if(all.begin(), all.end(), [&](const Student& student) { return student.id == id; });
    return it == all.end() ? nullptr : &*it;
  };
  for (const Student& student : after) {
    const Student* known = find(before, student.id);
    if (known == nullptr) {
      changes.added.push_back(student.id);
      continue;
    }
    std::vector<std::string> parts;
    if (known->email != student.email) parts.push_back("mail " + known->email + " -> " + student.email);
    if (known->name != student.name) parts.emplace_back("name");
    if (known->lang != student.lang) parts.emplace_back("language");
    changes.mailsChanged += known->email != student.email ? 1 : 0;
    if (!parts.empty()) changes.changed.push_back(student.id + ": " + joined(parts));
  }
  for (const Student& student : before) {
    if (find(after, student.id) == nullptr) changes.removed.push_back(student.id);
  }
  return changes;
}

// Of those removed, who has answered something. Nobody when there is no deployment to look at.
std::vector<std::string> RosterDesk::orphansOf(const std::vector<std::string>& removed) {
  std::vector<std::string> orphans;
  if (removed.empty()) return orphans;
  const auto fail = [&](const Failure& failure) {
    desk_.terminal().note("Whether they have answered anything was not looked up: " + failure.what);
    return orphans;
  };
  if (const Status opened = desk_.openDeployment(); !opened.ok()) return fail(opened.failure());
  const auto objects = listObjects(desk_.cloud(), desk_.deployment().dataBucket, "");
  if (!objects.ok()) return fail(objects.failure());
  const std::set<std::string> gone(removed.begin(), removed.end());
  std::set<std::string> found;
  for (const sdk::ListedObject& object : *objects) {
    const std::vector<std::string_view> parts = split(object.key, '/');
    const bool answers = parts.size() == 4 && parts[3] == "testResult.json";
    if (answers && gone.contains(std::string(parts[2]))) found.emplace(parts[2]);
  }
  orphans.assign(found.begin(), found.end());
  return orphans;
}

Status RosterDesk::importStudents(const RosterImportOptions& options) {
  const fs::path course = options.course;
  if (!fs::is_directory(course / "subjects") && !fs::exists(course / "course.json"))
    return Failure{Exit::kUsage, "There is no course in \"" + cleanedLine(options.course) + "\".",
                   "Say where it is:  --course FOLDER , or begin one with  trainer init FOLDER"};
  const auto bytes = findFile(options.file);
  if (!bytes) return Failure{Exit::kUsage, "There is no file " + inQuotes(options.file) + ".", ""};
  Findings findings;
  const std::vector<Student> after = readStudents(options.file, *bytes, findings);
  if (after.empty() && findings.count(Severity::kError) == 0)
    findings.error("roster", options.file, 0, "there is no student in the file");
  tellFindings(desk_, findings);
  if (findings.count(Severity::kError) > 0) {
    if (desk_.json()) desk_.print(JsonObject{{"written", false}, {"findings", findingsJson(findings)}});
    return faultyFiles(findings, "Nothing was written. Mend the file and import it again.", desk_.json());
  }
  const RosterChanges changes = compareRosters(rosterOf(course), after);
  const std::vector<std::string> orphans = orphansOf(changes.removed);
  const bool writing = !options.dryRun && !changes.empty();
  if (writing) replaceFile(course / "students.csv", rosterCsv(after));
  if (desk_.json()) {
    desk_.print(JsonObject{{"students", after.size()},
                           {"added", listed(changes.added)},
                           {"removed", listed(changes.removed)},
                           {"changed", listed(changes.changed)},
                           {"mailsChanged", changes.mailsChanged},
                           {"orphans", listed(orphans)},
                           {"written", writing}});
    return Done{};
  }
  Terminal& terminal = desk_.terminal();
  for (const std::string& id : changes.added) terminal.say("+ " + id);
  for (const std::string& id : changes.removed) terminal.say("- " + id);
  for (const std::string& change : changes.changed) terminal.say("~ " + cleanedLine(change));
  if (!orphans.empty())
    terminal.say("  removed, although they have answered: " + joined(orphans) + " (their answers stay)");
  terminal.say("+" + std::to_string(changes.added.size()) + " -" + std::to_string(changes.removed.size()) + " ~" +
               std::to_string(changes.mailsChanged) + " mail, " + plural(after.size(), "student"));
  terminal.note(writing           ? "Written to " + (course / "students.csv").string() + ". Next:  trainer publish"
                : changes.empty() ? "The roster is as it was."
                                  : "Nothing was written; this was the difference.");
  return Done{};
}

Status RosterDesk::list() {
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(const PublishedCourse published, readPublishedCourse(desk_.cloud(), desk_.deployment()));
  HOMEWORK_TRY(const AccessKeys keys, readAccessKeys(desk_.cloud(), desk_.deployment()));
  std::set<std::string> strangers;
  for (const auto& [id, student] : keys) {
    if (published.roster.find(student) == nullptr) strangers.insert(student);
  }
  const std::vector<std::string> orphans(strangers.begin(), strangers.end());
  if (desk_.json()) {
    JsonArray students;
    for (const Student& student : published.roster.students()) {
      students.push_back(JsonObject{{"studentId", student.id},
                                    {"email", student.email},
                                    {"name", student.name},
                                    {"lang", student.lang},
                                    {"keys", keysOf(keys, student.id)}});
    }
    desk_.print(JsonObject{{"students", std::move(students)}, {"keysOfOthers", listed(orphans)}});
    return Done{};
  }
  std::size_t width = 16;
  for (const Student& student : published.roster.students()) width = std::max(width, columns(student.id) + 2);
  for (const Student& student : published.roster.students()) {
    const std::size_t count = keysOf(keys, student.id);
    desk_.terminal().say(
        fitted(student.id, width) +
        fitted(count == 0 ? "no key" : std::to_string(count) + (count == 1 ? " key" : " keys"), 8) +
        fitted(cleanedLine(student.name), 24) + cleanedLine(student.email));
  }
  for (const std::string& id : orphans)
    desk_.terminal().note(id + " has a key and is not on the roster. Take it away:  trainer roster revoke " + id);
  return Done{};
}

Result<std::vector<Student>> RosterDesk::choose(const InviteOptions& options, const PublishedCourse& published) {
  HOMEWORK_TRY(const AccessKeys keys, readAccessKeys(desk_.cloud(), desk_.deployment()));
  if (!options.all) {
    HOMEWORK_TRY(Student student, findStudent(published.roster, options.student));
    if (!options.rotate && !options.force && keysOf(keys, student.id) > 0) {
      return Failure{Exit::kUsage, student.id + " has a key already, and an invite cannot be shown again.",
                     "A new one in its place:  trainer roster rotate " + student.id +
                         " . One more beside it:  trainer roster invite " + student.id + " --force"};
    }
    return std::vector<Student>{std::move(student)};
  }
  std::vector<Student> chosen;
  for (const Student& student : published.roster.students()) {
    if (keysOf(keys, student.id) == 0) chosen.push_back(student);
  }
  return chosen;
}

Status RosterDesk::mailInvite(const Student& student, const Account& account, const PublishedCourse& published) {
  const Course& course = published.course;
  const std::string link = linkOf(desk_, account);
  const Instant now = std::chrono::floor<std::chrono::seconds>(desk_.now());
  MailHeaders headers;
  headers.from = course.from;
  headers.to = student.email;
  headers.replyTo = course.trainers.empty() ? "" : course.trainers.front();
  headers.id = mailId("invite", "", student.id, formatInstant(now));
  headers.date = now;
  const std::string raw = composeMail(headers, inviteMail(course, student, link));
  return sendRawMail(desk_.cloud(), course.from, student.email, raw);
}

Status RosterDesk::inviteOne(const Student& student, const InviteOptions& options, const PublishedCourse& published,
                             JsonArray& made) {
  if (options.rotate) HOMEWORK_CHECK(revokeKeys(desk_.cloud(), desk_.deployment(), student.id));
  HOMEWORK_TRY(const MadeKey key, makeInvite(desk_.cloud(), desk_.deployment(), student.id));
  const Account& account = key.account;
  const std::string link = linkOf(desk_, account);
  JsonObject entry{{"studentId", student.id}};
  std::string shown = link;
  if (options.mail) {
    if (Status sent = mailInvite(student, account, published); !sent.ok()) {
      // Nobody has seen this key, and nobody can see it again.
      HOMEWORK_CHECK(revokeKey(desk_.cloud(), desk_.deployment(), key.id));
      Failure failure = sent.failure();
      failure.hint = "The key was taken back. Try again, or print the invite:  trainer roster invite " + student.id;
      return failure;
    }
    shown = "mailed to " + cleanedLine(student.email);
    entry["mailedTo"] = student.email;
  } else if (!options.out.empty()) {
    const fs::path file = invitePath(options.out, student.id);
    replaceFile(file, link + "\n");
    shown = file.string();
    entry["file"] = shown;
  } else {
    entry["invite"] = formatInvite(account);
    entry["page"] = link;
  }
  if (!desk_.json()) desk_.terminal().say(fitted(student.id, 16) + shown);
  made.push_back(std::move(entry));
  return Done{};
}

Status RosterDesk::invite(const InviteOptions& options) {
  if (options.all == !options.student.empty())
    return Failure{Exit::kUsage, "Say who:  trainer roster invite STUDENT , or  --all", ""};
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(const PublishedCourse published, readPublishedCourse(desk_.cloud(), desk_.deployment()));
  HOMEWORK_TRY(const std::vector<Student> chosen, choose(options, published));
  if (options.mail && published.course.from.empty()) {
    return Failure{Exit::kUsage, "It is not known who sends mails.",
                   "Give \"from\" in course.json and publish it."};
  }
  JsonArray made;
  for (const Student& student : chosen) {
    if (!options.dryRun) {
      HOMEWORK_CHECK(inviteOne(student, options, published, made));
    } else if (desk_.json()) {
      made.push_back(JsonObject{{"studentId", student.id}});
    } else {
      desk_.terminal().say(student.id);
    }
  }
  if (desk_.json()) {
    desk_.print(JsonObject{{"invites", std::move(made)}, {"dryRun", options.dryRun}});
  } else if (chosen.empty()) {
    desk_.terminal().note(
        "Everybody has a key already. A new one in place of somebody's:  trainer roster rotate STUDENT");
  } else if (options.dryRun) {
    desk_.terminal().note("These would get a key; nothing was made.");
  } else if (options.out.empty() && !options.mail) {
    desk_.terminal().note(
        "Each link is a password: give it to its student only. It opens the page; in a terminal:  homework login  "
        "asks for it. It cannot be shown again.");
  }
  return Done{};
}

Status RosterDesk::revoke(const std::string& student) {
  HOMEWORK_CHECK(desk_.openDeployment());
  HOMEWORK_TRY(const std::size_t count, revokeKeys(desk_.cloud(), desk_.deployment(), student));
  if (count == 0) {
    HOMEWORK_TRY(const AccessKeys keys, readAccessKeys(desk_.cloud(), desk_.deployment()));
    std::vector<std::string> ids;
    for (const auto& [id, owner] : keys) ids.push_back(owner);
    const auto meant = closestWord(student, ids);
    return Failure{Exit::kUsage, inQuotes(student) + " has no key.",
                   meant ? "Did you mean  " + *meant + " ?" : "See  trainer roster list"};
  }
  if (desk_.json()) {
    desk_.print(JsonObject{{"studentId", student}, {"revoked", count}});
  } else {
    desk_.terminal().note(std::to_string(count) + (count == 1 ? " key of " : " keys of ") + student +
                          " revoked. A new one:  trainer roster invite " + student);
  }
  return Done{};
}

}  // namespace hearth::homework::client
