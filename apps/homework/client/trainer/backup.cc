#include "homework/client/trainer/backup.h"

#include <filesystem>

#include "homework/client/common/text.h"
#include "homework/client/trainer/access_keys.h"
#include "homework/client/trainer/archive_file.h"
#include "homework/client/trainer/backup_file.h"
#include "homework/client/trainer/bucket.h"
#include "homework/domain/hash.h"

namespace hearth::homework::client {
namespace {

struct StoredObject {
  std::string key;
  sdk::S3Object object;
};

Result<std::vector<StoredObject>> readObjects(Cloud& cloud, const Deployment& deployment) {
  HOMEWORK_TRY(const auto listed, listObjects(cloud, deployment.dataBucket, ""));
  for (const sdk::ListedObject& entry : listed) {
    if (const std::string problem = keyProblem(entry.key); !problem.empty()) {
      return Failure{Exit::kRejected,
                     "The bucket holds an object " + inQuotes(entry.key) + ", which " + problem +
                         ": no course has that, and no backup.",
                     "Delete it from " + deployment.dataBucket + " , then run the command again."};
    }
  }
  std::vector<StoredObject> all;
  for (const sdk::ListedObject& entry : listed) {
    if (!isBackedUp(entry.key)) continue;
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

}  // namespace

Status saveBackup(Desk& desk, const std::string& file, WithKeys with, OverFile over) {
  if (over == OverFile::kNo && std::filesystem::exists(file)) {
    return Failure{Exit::kUsage, "There is a file " + inQuotes(file) + " already.",
                   "Name another one; to replace it:  --force"};
  }
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
  writer.add(kBackupManifest, writeJsonPretty(JsonObject{{"format", kBackupFormat},
                                                         {"createdAt", formatInstant(desk.now())},
                                                         {"deployment", desk.name()},
                                                         {"objects", std::move(entries)},
                                                         {"apiKeys", std::move(keys)}}));
  for (const StoredObject& stored : objects) {
    writer.add(std::string(kBackupObjects) + stored.key, stored.object.body);
  }
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

}  // namespace hearth::homework::client
