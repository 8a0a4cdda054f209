// What a backup's file holds, and reading it: a gzipped tar with a manifest first, then the objects. It may come
// from anywhere: nothing of it is believed before all of it was checked, and what a bucket of a course never holds
// is refused by name.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/common/result.h"

namespace hearth::homework::client {

inline constexpr const char* kBackupManifest = "manifest.json";
inline constexpr std::string_view kBackupObjects = "objects/";
inline constexpr std::int64_t kBackupFormat = 1;

// Why no object of a backup is called so: what would leave its place as a path, cannot be seen, or is no text.
// Empty for names that are fine.
std::string keyProblem(std::string_view key);

// What a deployment makes for itself, and what holds only for a moment, is not in a backup.
bool isBackedUp(std::string_view key);

struct BackupManifest {
  struct Object {
    std::string contentType;
    std::string sha256;
    std::map<std::string, std::string> metadata;
  };
  std::map<std::string, Object> objects;                  // by key
  std::vector<std::pair<std::string, std::string>> keys;  // student, value; those whose value is known
  std::map<std::string, std::string> keyIds;              // all: id, student
  std::string createdAt;
};

// Visits every object, in the order of the file, after its hash was found right; fills `manifest` before the first
// visit. Failure kUsage for what is no backup, is cut off, damaged or hostile, and what `visit` fails with.
using VisitObject = std::function<Status(const std::string& key, std::string content)>;
Status readBackup(const std::string& file, BackupManifest& manifest, const VisitObject& visit);

}  // namespace hearth::homework::client
