// What one student is given who asks for everything about them.
#include <filesystem>

#include "homework/client/common/files.h"
#include "homework/client/common/text.h"
#include "homework/client/trainer/access_keys.h"
#include "homework/client/trainer/archive_file.h"
#include "homework/client/trainer/bucket.h"
#include "homework/client/trainer/class_board.h"
#include "homework/client/trainer/outbox.h"
#include "homework/client/trainer/privacy.h"
#include "homework/client/trainer/statistics_plots.h"
#include "homework/client/trainer/student_data.h"
#include "homework/client/trainer/svg_plot.h"

namespace hearth::homework::client {
namespace {

struct Dossier {
  JsonObject data;
  std::string page;
  std::vector<std::pair<std::string, std::string>> files;  // name, content: the objects as they are stored
};

std::string textAt(const JsonObject& object, const char* name) {
  const Json* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return "";
  return value->is_string() ? std::string(value->get_string().data(), value->get_string().size())
                            : writeJson(*value);
}

// Every version of every object of the student, the current ones and what a regrade replaced.
Result<JsonArray> ownObjects(Cloud& cloud, const std::string& bucket, const std::string& student,
                             Dossier& dossier) {
  JsonArray out;
  HOMEWORK_TRY(const auto versions, listVersions(cloud, bucket, ""));
  for (const ObjectVersion& version : versions) {
    if (version.deleteMarker || !isOwnedBy(version.key, student)) continue;
    HOMEWORK_TRY(std::string body, readVersion(cloud, bucket, version));
    out.push_back(JsonObject{{"key", version.key},
                             {"version", version.id},
                             {"storedAt", version.lastModified},
                             {"current", version.latest},
                             {"content", parseJson(body).value_or(Json(body))}});
    dossier.files.emplace_back("objects/" + version.key + (version.latest ? "" : "@" + version.id),
                               std::move(body));
  }
  return out;
}

Result<JsonArray> ownMails(Cloud& cloud, const Deployment& deployment, const std::string& student,
                           Dossier& dossier) {
  JsonArray out;
  HOMEWORK_TRY(const auto mails, readOutbox(cloud, deployment));
  for (const OutboxMail& mail : mails) {
    if (mail.studentId != student) continue;
    JsonObject entry = outboxJson({mail}).at("mails").at(0).as_object();
    entry["text"] = readableMail(mail);
    out.push_back(std::move(entry));
    dossier.files.emplace_back("mails/" + mail.id + ".eml", mail.raw);
  }
  return out;
}

// What the trainer sees of the student, test by test.
Result<JsonArray> ownRows(Desk& desk, const PublishedCourse& course, const std::string& student) {
  JsonArray out;
  for (const PublishedTest& test : course.catalogue.tests) {
    HOMEWORK_TRY(const ClassBoard board, readClassBoard(desk.cloud(), desk.deployment(), course, test));
    const Json document = classBoardJson(board);
    for (const Json& row : arrayMember(document, "students")) {
      if (stringMember(row, "studentId") != student) continue;
      JsonObject entry = row.as_object();
      entry["test"] = test.ref.path();
      entry["title"] = test.title;
      if (const Extension* extension = course.extensions.find(test.ref, student))
        entry["extensionReason"] = extension->reason;
      out.push_back(std::move(entry));
    }
  }
  return out;
}

std::string pageOf(const Json& document) {
  const JsonObject& data = document.get_object();
  const std::string title = "Data about " + textAt(data, "studentId");
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<title>" +
      xmlText(title) +
      "</title>\n<style>\nbody{font-family:sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem}\n"
      "table{border-collapse:collapse}\nth,td{border:1px solid #999;padding:.2rem .5rem;text-align:left}\n"
      "pre{white-space:pre-wrap;border:1px solid #999;padding:.5rem}\n</style>\n</head>\n<body>\n<h1>" +
      xmlText(title) + "</h1>\n<p>" + xmlText(textAt(data, "course")) + ", as of " +
      xmlText(textAt(data, "exportedAt")) +
      ". The file data.json beside this page holds the same for programs; objects/ and mails/ hold everything as "
      "it is "
      "stored.</p>\n";
  Table profile{{"what", "value"}};
  for (const char* name : {"studentId", "name", "email", "lang", "keys"})
    profile.push_back({name, textAt(data, name)});
  out += htmlTable(profile, "Who");
  Table tests{
      {"test", "received", "attempts", "status", "score", "points", "grade", "receipt", "extended to", "reason"}};
  for (const Json& row : arrayMember(document, "tests")) {
    const JsonObject& entry = row.as_object();
    tests.push_back({textAt(entry, "test"), textAt(entry, "receivedAt"), textAt(entry, "attempts"),
                     textAt(entry, "status"), textAt(entry, "score"), textAt(entry, "points"),
                     textAt(entry, "grade"), textAt(entry, "receipt"), textAt(entry, "extendedUntil"),
                     textAt(entry, "extensionReason")});
  }
  out += htmlTable(tests, "Tests");
  for (const Json& object : arrayMember(document, "objects")) {
    out += "<h2>" + xmlText(stringMember(object, "key")) + "</h2>\n<p>" +
           xmlText(stringMember(object, "storedAt")) + (boolMember(object, "current") ? "" : ", replaced since") +
           "</p>\n<pre>" + xmlText(writeJsonPretty(*findMember(object, "content"))) + "</pre>\n";
  }
  for (const Json& mail : arrayMember(document, "mails")) {
    out += "<h2>Mail: " + xmlText(stringMember(mail, "subject")) + "</h2>\n<pre>" +
           xmlText(stringMember(mail, "text")) + "</pre>\n";
  }
  return out + "</body>\n</html>\n";
}

Result<Dossier> collect(Desk& desk, const std::string& student) {
  Dossier dossier;
  Cloud& cloud = desk.cloud();
  const Deployment& deployment = desk.deployment();
  HOMEWORK_TRY(const PublishedCourse course, readPublishedCourse(cloud, deployment));
  HOMEWORK_TRY(JsonArray objects, ownObjects(cloud, deployment.dataBucket, student, dossier));
  HOMEWORK_TRY(JsonArray mails, ownMails(cloud, deployment, student, dossier));
  HOMEWORK_TRY(JsonArray tests, ownRows(desk, course, student));
  HOMEWORK_TRY(const AccessKeys keys, readAccessKeys(cloud, deployment));
  const Student* known = course.roster.find(student);
  if (known == nullptr && objects.empty() && mails.empty())
    return Failure{Exit::kUsage, "Nothing is known about " + inQuotes(student) + ".", "See  trainer roster list"};
  JsonArray keyIds;
  for (const auto& [id, owner] : keys)
    if (owner == student) keyIds.push_back(Json(id));
  dossier.data = JsonObject{{"course", course.course.name},
                            {"exportedAt", formatInstant(desk.now())},
                            {"studentId", student},
                            {"name", known == nullptr ? "" : known->name},
                            {"email", known == nullptr ? "" : known->email},
                            {"lang", known == nullptr ? "" : known->lang},
                            {"keys", std::move(keyIds)},
                            {"retentionDays", course.course.retentionDays},
                            {"tests", std::move(tests)},
                            {"objects", std::move(objects)},
                            {"mails", std::move(mails)}};
  dossier.page = pageOf(Json(dossier.data));
  return dossier;
}

}  // namespace

Status privacyExport(Desk& desk, const std::string& student, const std::string& out) {
  if (!isId(student))
    return Failure{Exit::kUsage, inQuotes(student) + " is no student id.", "See  trainer roster list"};
  HOMEWORK_CHECK(desk.openDeployment());
  HOMEWORK_TRY(Dossier dossier, collect(desk, student));
  dossier.files.emplace_back("data.json", writeJsonPretty(dossier.data));
  dossier.files.emplace_back("index.html", dossier.page);
  const std::string target = out.empty() ? student + ".zip" : out;
  if (target.ends_with(".zip")) {
    ArchiveWriter writer(target, ArchiveKind::kZip);
    for (const auto& [name, content] : dossier.files) writer.add(name, content);
    writer.finish();
  } else {
    // The names are the bucket's keys: ids and fixed words only, but a key may have been put there by other hands.
    for (const auto& [name, content] : dossier.files) {
      const std::filesystem::path path = std::filesystem::path(target) / name;
      if (std::filesystem::path(name).lexically_normal().string() != name || name.starts_with("..")) continue;
      replaceFile(path, content);
    }
  }
  if (desk.json()) {
    desk.print(JsonObject{{"file", target}, {"files", dossier.files.size()}});
    return Done{};
  }
  desk.terminal().note(plural(dossier.files.size(), "file") + " in " + target +
                       ". Open index.html, or give the student the whole.");
  return Done{};
}

}  // namespace hearth::homework::client
