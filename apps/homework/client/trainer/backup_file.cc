#include "homework/client/trainer/backup_file.h"

#include <algorithm>
#include <set>

#include "homework/client/common/account.h"
#include "homework/client/common/text.h"
#include "homework/client/trainer/archive_file.h"
#include "homework/client/trainer/manifest_lists.h"
#include "homework/domain/hash.h"
#include "homework/domain/ids.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kMostObject = 64u << 20;
constexpr std::size_t kMostRemembered = 128u << 20;
constexpr std::size_t kLongestKey = 1024;  // of S3, in bytes
constexpr std::string_view kAnother = "Take another copy of the file.";

Failure refused(const std::string& what) { return {Exit::kUsage, what, std::string(kAnother)}; }

// Whether `value` can be the value of a header as it is.
bool isHeaderValue(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

bool isHeaderName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

Result<BackupManifest::Object> readObject(const std::string& key, const Json& entry) {
  BackupManifest::Object object{stringMember(entry, "contentType"), stringMember(entry, "sha256"), {}};
  bool fine = isHeaderValue(object.contentType);
  if (const Json* stored = findMember(entry, "metadata"); stored != nullptr && stored->is_object()) {
    for (const auto& member : stored->get_object()) {
      const auto* value = member.value().if_string();
      const std::string text = value == nullptr ? "\n" : std::string(value->data(), value->size());
      fine = fine && isHeaderName(member.key()) && isHeaderValue(text);
      object.metadata[std::string(member.key())] = text;
    }
  }
  if (!fine) return refused("The backup has headers of " + inQuotes(key) + " that cannot be ones.");
  return object;
}

// What the memory of a manifest's entries may come to, roughly: some hundred thousand of them.
class Allowance final {
 public:
  Status take(std::size_t bytes) {
    taken_ += bytes;
    if (taken_ <= kMostRemembered) return Done{};
    return Failure{Exit::kUsage, "The backup's list is longer than that of a course.", std::string(kAnother)};
  }
  static constexpr std::size_t kOfNode = 160;  // a node of a tree with two short strings

 private:
  std::size_t taken_ = 0;
};

Status addObject(const Json& entry, BackupManifest& manifest, Allowance& allowance) {
  const std::string key = stringMember(entry, "key");
  std::string problem = keyProblem(key);
  if (problem.empty() && !isBackedUp(key)) problem = "is never in a backup";
  if (!problem.empty()) return refused("The backup has an object " + inQuotes(key) + ", which " + problem + ".");
  HOMEWORK_TRY(auto object, readObject(key, entry));
  std::size_t bytes = 2 * Allowance::kOfNode + key.size() + object.contentType.size() + object.sha256.size();
  for (const auto& [name, value] : object.metadata) bytes += Allowance::kOfNode + name.size() + value.size();
  HOMEWORK_CHECK(allowance.take(bytes));
  if (!manifest.objects.emplace(key, std::move(object)).second)
    return refused("The backup has two objects " + inQuotes(key) + ".");
  return Done{};
}

Status addKey(const Json& entry, BackupManifest& manifest, Allowance& allowance) {
  const std::string student = stringMember(entry, "studentId");
  const std::string id = stringMember(entry, "id");
  const std::string value = stringMember(entry, "value");
  if (!homework::isId(student) || !isHeaderValue(id) || !isHeaderValue(value))
    return refused("The backup has a key of " + inQuotes(student) + " that cannot be one.");
  HOMEWORK_CHECK(allowance.take(2 * Allowance::kOfNode + 2 * student.size() + id.size() + value.size()));
  manifest.keyIds[id] = student;
  if (!value.empty()) manifest.keys.emplace_back(student, value);
  return Done{};
}

Result<BackupManifest> readManifest(const std::string& text) {
  const auto outline = outlineOf(text);
  if (!outline.ok() || integerMember(*outline, "format") != kBackupFormat) {
    return Failure{Exit::kUsage, "The file is not a backup that this version understands.",
                   "Make one with  trainer backup FILE.tar.gz"};
  }
  BackupManifest manifest;
  manifest.createdAt = stringMember(*outline, "createdAt");
  Allowance allowance;
  HOMEWORK_CHECK(
      visitList(text, "objects", [&](const Json& entry) { return addObject(entry, manifest, allowance); }));
  HOMEWORK_CHECK(visitList(text, "apiKeys", [&](const Json& entry) { return addKey(entry, manifest, allowance); }));
  return manifest;
}

}  // namespace

std::string keyProblem(std::string_view key) {
  if (key.empty()) return "has no name";
  if (key.size() > kLongestKey) return "has too long a name";
  if (!isUtf8(key)) return "is not UTF-8";
  for (std::size_t i = 0; i < key.size();) {
    if (isControl(nextCodePoint(key, i))) return "has control characters in its name";
  }
  if (key.front() == '/') return "is an absolute path";
  for (const std::string_view segment : split(key, '/')) {
    if (segment.empty()) return "has a part without a name";
    if (segment == "." || segment == "..") return "leads to another folder";
  }
  return {};
}

bool isBackedUp(std::string_view key) { return key != layout::kLease && key != layout::kPage; }

Status readBackup(const std::string& file, BackupManifest& manifest, const VisitObject& visit) {
  bool known = false;
  std::set<const BackupManifest::Object*> seen;
  const Status read = readArchive(file, kMostObject, [&](const std::string& name, std::string content) -> Status {
    if (!known) {
      if (name != kBackupManifest) return Failure{Exit::kUsage, file + " is not a backup of a course.", ""};
      HOMEWORK_TRY(manifest, readManifest(content));
      known = true;
      return Done{};
    }
    const std::string key = name.starts_with(kBackupObjects) ? name.substr(kBackupObjects.size()) : "";
    const auto entry = manifest.objects.find(key);
    if (entry == manifest.objects.end())
      return refused("The backup has a file " + inQuotes(name) + " that its list does not name.");
    if (!seen.insert(&entry->second).second) return refused("The backup has " + inQuotes(name) + " twice.");
    if (entry->second.sha256 != sha256Hex(content))
      return refused("The backup is damaged: " + inQuotes(key) + " is not what was saved.");
    return visit(key, std::move(content));
  });
  if (!read.ok()) return read;
  if (known && seen.size() == manifest.objects.size()) return Done{};
  return refused("The backup is not whole: " + std::to_string(seen.size()) + " of " +
                 std::to_string(manifest.objects.size()) + " objects are there.");
}

}  // namespace hearth::homework::client
