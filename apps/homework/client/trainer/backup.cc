#include "homework/client/trainer/backup.h"

#include <algorithm>
#include <map>
#include <optional>

#include "homework/client/common/text.h"
#include "homework/client/trainer/access_keys.h"
#include "homework/client/trainer/archive_file.h"
#include "homework/client/trainer/bucket.h"
#include "homework/client/trainer/publish.h"
#include "homework/client/trainer/schedules.h"
#include "homework/client/trainer/student_data.h"
#include "homework/domain/hash.h"

namespace hearth::homework::client {
namespace {

constexpr const char* kManifest = "manifest.json";
constexpr std::string_view kObjects = "objects/";
constexpr std::int64_t kFormat = 1;
constexpr std::size_t kMostObject = 64u << 20;

// What a deployment makes for itself, and what holds only for a moment.
bool isKept(std::string_view key) { return key != layout::kLease && key != layout::kPage; }

struct StoredObject {
  std::string key;
  sdk::S3Object object;
};

Result<std::vector<StoredObject>> readObjects(Cloud& cloud, const Deployment& deployment) {
  HOMEWORK_TRY(const auto listed, listObjects(cloud, deployment.dataBucket, ""));
  std::vector<StoredObject> all;
  for (const sdk::ListedObject& entry : listed) {
    if (!isKept(entry.key)) continue;
    auto object = cloud.s3().getObject(deployment.dataBucket, entry.key);
    if (!object.ok() && sdk::isNotFound(object.error())) continue;  // deleted a moment ago
    if (!object.ok()) return failureOf("read " + entry.key, object.error());
    all.push_back({entry.key, *std::move(object)});
  }
  return all;
}

Result<JsonArray> keysJson(Cloud& cloud, const Deployment& deployment, WithKeys with) {
  JsonArray out;
  HOMEWORK_TRY(const AccessKeys keys, readAccessKeys(cloud, deployment));
  for (const auto& [id, student] : keys) {
    JsonObject entry{{"id", id}, {"studentId", student}};
    if (with == WithKeys::kYes) {
      HOMEWORK_TRY(const auto value, findKeyValue(cloud, id));
      if (value) entry["value"] = *value;
    }
    out.push_back(std::move(entry));
  }
  return out;
}

struct Manifest {
  std::map<std::string, Json> objects;                    // by key
  std::vector<std::pair<std::string, std::string>> keys;  // student, value; those whose value is known
  std::map<std::string, std::string> keyIds;              // all: id, student
  std::string createdAt;
};

Result<Manifest> readManifest(const std::string& text) {
  const Json document = parseJson(text).value_or(Json());
  if (integerMember(document, "format") != kFormat) {
    return Failure{Exit::kUsage, "The file is not a backup that this version understands.",
                   "Make one with  trainer backup FILE.tar.gz"};
  }
  Manifest manifest;
  manifest.createdAt = stringMember(document, "createdAt");
  for (const Json& object : arrayMember(document, "objects"))
    manifest.objects[stringMember(object, "key")] = object;
  for (const Json& key : arrayMember(document, "apiKeys")) {
    const std::string student = stringMember(key, "studentId");
    manifest.keyIds[stringMember(key, "id")] = student;
    if (const std::string value = stringMember(key, "value"); !value.empty())
      manifest.keys.emplace_back(student, value);
  }
  return manifest;
}

Status checkObject(const Manifest& manifest, const std::string& key, const std::string& content) {
  const auto entry = manifest.objects.find(key);
  if (entry != manifest.objects.end() && stringMember(entry->second, "sha256") == sha256Hex(content)) return Done{};
  return Failure{Exit::kUsage, "The backup is damaged: " + cleanedLine(key) + " is not what was saved.",
                 "Take another copy of the file."};
}

// Visits the manifest first, then the objects.
Status readBackup(const std::string& file,
                  const std::function<Status(const Manifest&, const std::string& key, std::string content)>& visit,
                  Manifest& manifest) {
  bool known = false;
  std::size_t seen = 0;
  const Status read = readArchive(file, kMostObject, [&](const std::string& name, std::string content) -> Status {
    if (!known) {
      if (name != kManifest) return Failure{Exit::kUsage, file + " is not a backup of a course.", ""};
      HOMEWORK_TRY(manifest, readManifest(content));
      known = true;
      return Done{};
    }
    if (!name.starts_with(kObjects)) return Done{};
    const std::string key = name.substr(kObjects.size());
    HOMEWORK_CHECK(checkObject(manifest, key, content));
    ++seen;
    return visit(manifest, key, std::move(content));
  });
  if (!read.ok()) return read;
  if (known && seen == manifest.objects.size()) return Done{};
  return Failure{Exit::kUsage,
                 "The backup is not whole: " + std::to_string(seen) + " of " +
                     std::to_string(manifest.objects.size()) + " objects are there.",
                 "Take another copy of the file."};
}

std::map<std::string, std::string> metadataOf(const Json& entry) {
  std::map<std::string, std::string> metadata;
  if (const Json* stored = findMember(entry, "metadata"); stored != nullptr && stored->is_object()) {
    for (const auto& member : stored->get_object()) {
      const auto* value = member.value().if_string();
      if (value != nullptr) metadata[std::string(member.key())] = std::string(value->data(), value->size());
    }
  }
  return metadata;
}

// The catalogue names the page of the deployment that it came from.
std::string catalogueFor(const std::string& text, const std::string& page) {
  auto catalogue = parseCatalogue(text);
  if (!catalogue || catalogue->page.empty()) return text;
  catalogue->page = page;
  return catalogueJson(*catalogue);
}

// Invites stay valid where the keys' values are known. Where only their ids are, those of this very deployment do.
Result<std::size_t> restoreKeys(Cloud& cloud, const Deployment& deployment, const Manifest& manifest) {
  std::size_t restored = 0;
  for (const auto& [student, value] : manifest.keys) {
    HOMEWORK_CHECK(importKey(cloud, deployment, student, value));
    ++restored;
  }
  if (!manifest.keys.empty()) return restored;
  AccessKeys alive;
  for (const auto& [id, student] : manifest.keyIds) {
    HOMEWORK_TRY(const auto value, findKeyValue(cloud, id));
    if (value) alive[id] = student;
  }
  HOMEWORK_CHECK(addAccessKeys(cloud, deployment, alive));
  HOMEWORK_CHECK(attachKeys(cloud, deployment));
  return alive.size();
}

}  // namespace

Status saveBackup(Desk& desk, const std::string& file, WithKeys with) {
  HOMEWORK_CHECK(desk.openDeployment());
  HOMEWORK_TRY(const std::vector<StoredObject> objects, readObjects(desk.cloud(), desk.deployment()));
  HOMEWORK_TRY(JsonArray keys, keysJson(desk.cloud(), desk.deployment(), with));
  JsonArray entries;
  std::size_t bytes = 0;
  for (const StoredObject& stored : objects) {
    bytes += stored.object.body.size();
    JsonObject metadata;
    for (const auto& [name, value] : stored.object.metadata) metadata[name] = value;
    entries.push_back(JsonObject{{"key", stored.key},
                                 {"contentType", stored.object.contentType},
                                 {"metadata", std::move(metadata)},
                                 {"sha256", sha256Hex(stored.object.body)}});
  }
  const std::size_t keyCount = keys.size();
  ArchiveWriter writer(file, ArchiveKind::kTarGz);
  writer.add(kManifest, writeJsonPretty(JsonObject{{"format", kFormat},
                                                   {"createdAt", formatInstant(desk.now())},
                                                   {"deployment", desk.name()},
                                                   {"objects", std::move(entries)},
                                                   {"apiKeys", std::move(keys)}}));
  for (const StoredObject& stored : objects) writer.add(std::string(kObjects) + stored.key, stored.object.body);
  writer.finish();
  if (desk.json()) {
    desk.print(JsonObject{{"file", file}, {"objects", objects.size()}, {"bytes", bytes}, {"keys", keyCount}});
    return Done{};
  }
  desk.terminal().note(std::to_string(objects.size()) + " objects, " + std::to_string(bytes / 1024 + 1) +
                       " KiB, in " + file + ". It holds answers, scores and the key of receipts" +
                       (with == WithKeys::kYes ? ", and every student's key" : "") + ": keep it locked away.");
  return Done{};
}

Status restoreBackup(Desk& desk, const RestoreOptions& options) {
  Manifest manifest;
  HOMEWORK_CHECK(readBackup(
      options.file, [](const Manifest&, const std::string&, std::string) -> Status { return Done{}; }, manifest));
  if (options.dryRun) {
    if (desk.json())
      desk.print(JsonObject{{"objects", manifest.objects.size()}, {"createdAt", manifest.createdAt}});
    desk.terminal().note("The backup of " + cleanedLine(manifest.createdAt) + " is whole: " +
                         std::to_string(manifest.objects.size()) + " objects. Nothing was written.");
    return Done{};
  }
  HOMEWORK_CHECK(desk.openDeployment());
  Cloud& cloud = desk.cloud();
  const Deployment& deployment = desk.deployment();
  HOMEWORK_TRY(const auto published, readCatalogue(cloud, deployment));
  if (published && !options.force) {
    return Failure{
        Exit::kRejected, "A course is published in " + deployment.name + " already.",
        "Restore into a fresh deployment:  trainer --name NEW deploy ,  trainer restore FILE --into NEW ; or over "
        "this one with  --force"};
  }
  std::optional<std::string> catalogue;
  HOMEWORK_CHECK(readBackup(
      options.file,
      [&](const Manifest& known, const std::string& key, std::string content) -> Status {
        const Json& entry = known.objects.at(key);
        if (key == layout::kCatalogue) catalogue = std::move(content);
        if (key == layout::kCatalogue || key == layout::kAccess) return Done{};
        return putObject(cloud, deployment.dataBucket, key, content,
                         {stringMember(entry, "contentType"), retentionTag(key), "", metadataOf(entry)});
      },
      manifest));
  HOMEWORK_TRY(const std::size_t keys, restoreKeys(cloud, deployment, manifest));
  if (catalogue) {
    HOMEWORK_CHECK(putObject(cloud, deployment.dataBucket, std::string(layout::kCatalogue),
                             catalogueFor(*catalogue, apiBase(cloud.access(), deployment.apiId) + "/api/")));
    HOMEWORK_TRY(const auto extensions, findObject(cloud, deployment.dataBucket, layout::kExtensions));
    const auto parsed = parseExtensions(extensions.value_or(extensionsJson({})));
    const auto tests = parseCatalogue(*catalogue);
    if (deployment.canSchedule() && parsed && tests)
      HOMEWORK_CHECK(reconcileSchedules(cloud, deployment, wantedSchedules(*tests, *parsed), ScheduleMode::kDo));
  }
  if (desk.json())
    desk.print(JsonObject{{"objects", manifest.objects.size()}, {"keys", keys}, {"into", deployment.name}});
  desk.terminal().note(
      "Restored " + plural(manifest.objects.size(), "object") + " and " + plural(keys, "key") + " into " +
      deployment.name + "." +
      (keys < manifest.keyIds.size() ? " For the other students:  trainer roster invite --all" : ""));
  return Done{};
}

}  // namespace hearth::homework::client
