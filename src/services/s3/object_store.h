// Objects: one row per version, and the ways to list them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "services/s3/body.h"
#include "services/s3/bucket_store.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::services::s3 {

inline constexpr char kNullVersion[] = "null";

// A part of a multipart object, as GetObjectAttributes and partNumber see it.
struct PartInfo {
  std::int64_t number = 0;
  std::uint64_t size = 0;
  std::optional<Checksum> checksum;
};

// What is kept beside the bytes.
struct ObjectAttributes {
  std::map<std::string, std::string> headers;  // "Content-Type" and the like, as they are sent back
  std::map<std::string, std::string> metadata;
  std::map<std::string, std::string> tags;
  std::string cannedAcl;  // "private" unless set
  std::string storageClass = "STANDARD";
  std::optional<Checksum> checksum;
  std::vector<PartInfo> parts;
};

struct ObjectRow {
  std::int64_t id = 0;
  std::int64_t bucketId = 0;
  std::string key;
  std::string versionId = kNullVersion;
  bool latest = true;
  bool deleteMarker = false;
  std::string etag;  // without quotes
  base::Time modified{};
  ObjectAttributes attributes;
  Body body;               // inlineBytes: to be written, or after openInline()
  std::string sealedBody;  // only where the row was read with Load::kBody
};

// Is an inline body read with its row?
enum class Load : unsigned char { kRow, kBody };

// Where a version stands among those of its key.
struct VersionPlace {
  bool only = false;
  std::optional<base::Time> noncurrentSince;  // when the next newer version was made; nullopt: it is the latest
  std::size_t newerNoncurrent = 0;            // at most 101 are counted
};

// A page of a listing. Keys and prefixes come in one order, each key once.
struct ListedEntry {
  std::string prefix;  // not empty: a common prefix, and the row is unset
  ObjectRow row;
};

struct ListQuery {
  std::int64_t bucketId = 0;
  std::string prefix;
  std::string delimiter;
  std::string after;  // only keys and prefixes behind this one
  std::size_t most = 1000;
};

class ObjectStore final {
 public:
  ObjectStore(store::Database& database, const store::Keyring& keyring) : database_(database), keyring_(keyring) {}

  // The latest row, which may be a delete marker; or the version.
  std::optional<ObjectRow> findLatest(std::int64_t bucketId, const std::string& key, Load load = Load::kRow) const;
  std::optional<ObjectRow> findVersion(std::int64_t bucketId, const std::string& key, const std::string& versionId,
                                       Load load = Load::kRow) const;
  std::optional<ObjectRow> findById(std::int64_t id) const;
  VersionPlace placeOf(const ObjectRow& row) const;
  // Decrypts an inline body, if it is one. Fault: InternalError when it is not what was written.
  Result<void> openInline(ObjectRow& row) const;
  // Is the row still there? A row's body never changes: then it refers to its blobs.
  bool exists(const ObjectRow& row) const;

  // Adds the row as the latest version. A row of the same version id (the null version) is replaced; what it stored
  // comes back, to be removed after the commit.
  std::vector<Segment> insert(ObjectRow row);
  // Removes one version; when it was the latest, the one before it becomes that. What it stored comes back.
  std::vector<Segment> remove(const ObjectRow& row);
  void updateAttributes(const ObjectRow& row);

  bool isEmpty(std::int64_t bucketId) const;
  // Whether anything was written while versions were kept.
  bool hasVersions(std::int64_t bucketId) const;
  // Current objects, without delete markers; at most query.most entries.
  std::vector<ListedEntry> list(const ListQuery& query) const;
  // All versions, newest first within a key, from behind (afterKey, afterVersion); prefixes as above.
  std::vector<ListedEntry> listVersions(const ListQuery& query, const std::string& afterVersion) const;

  // Behind which version a walk goes on; the beginning at first.
  struct Cursor {
    std::string key;
    std::int64_t id = 0;
  };
  // All versions of the keys with the prefix, newest first within a key; less than `most` are the last ones.
  std::vector<ObjectRow> walk(std::int64_t bucketId, const std::string& prefix, const Cursor& behind,
                              std::size_t most) const;

  // Every blob that an object or a part refers to: what a sweep must keep.
  void forEachBlob(const std::function<void(const store::BlobId&)>& visit) const;

 private:
  // How far a walk over versions has come: behind the version of `key` with the id `olderThan` (0: behind all of
  // them), or from `key` on when `inclusive`.
  struct VersionWalk {
    std::int64_t bucketId = 0;
    std::string key;
    bool inclusive = false;
    std::int64_t olderThan = 0;
  };
  // The next versions, with keys before `end`; none when there are no more.
  std::vector<ObjectRow> versionsOf(VersionWalk& walk, const std::string& end, std::size_t most) const;

  store::Database& database_;
  const store::Keyring& keyring_;
};

std::string writeAttributes(const ObjectAttributes& attributes);
ObjectAttributes readAttributes(const std::string& record);

}  // namespace hearth::services::s3
