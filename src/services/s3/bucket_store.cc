#include "services/s3/bucket_store.h"

namespace hearth::services::s3 {
namespace {

constexpr std::string_view kSchema = R"sql(
CREATE TABLE s3_buckets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE, account TEXT NOT NULL, region TEXT NOT NULL,
  created INTEGER NOT NULL, versioning INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX s3_buckets_by_account ON s3_buckets (account, name);
CREATE TABLE s3_bucket_settings (
  bucket_id INTEGER NOT NULL REFERENCES s3_buckets(id) ON DELETE CASCADE,
  name TEXT NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (bucket_id, name)
) WITHOUT ROWID;
-- One row per version. A greater id is a newer version of the same key. Exactly one row of a key is the latest.
CREATE TABLE s3_objects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  bucket_id INTEGER NOT NULL REFERENCES s3_buckets(id),
  key TEXT NOT NULL, version_id TEXT NOT NULL, latest INTEGER NOT NULL, marker INTEGER NOT NULL,
  size INTEGER NOT NULL, etag TEXT NOT NULL, modified INTEGER NOT NULL,
  attributes TEXT NOT NULL, segments TEXT, inline_body BLOB
);
CREATE UNIQUE INDEX s3_objects_by_version ON s3_objects (bucket_id, key, version_id);
CREATE INDEX s3_objects_by_age ON s3_objects (bucket_id, key, id DESC);
CREATE UNIQUE INDEX s3_objects_latest ON s3_objects (bucket_id, key) WHERE latest = 1;
CREATE TABLE s3_uploads (
  upload_id TEXT PRIMARY KEY,
  bucket_id INTEGER NOT NULL REFERENCES s3_buckets(id),
  key TEXT NOT NULL, initiated INTEGER NOT NULL, checksum_algorithm TEXT NOT NULL, attributes TEXT NOT NULL
);
CREATE INDEX s3_uploads_by_key ON s3_uploads (bucket_id, key, upload_id);
CREATE TABLE s3_parts (
  upload_id TEXT NOT NULL REFERENCES s3_uploads(upload_id) ON DELETE CASCADE,
  number INTEGER NOT NULL, size INTEGER NOT NULL, md5 TEXT NOT NULL, modified INTEGER NOT NULL,
  checksum TEXT, blob TEXT NOT NULL,
  PRIMARY KEY (upload_id, number)
) WITHOUT ROWID;
)sql";

constexpr std::string_view kColumns = "id, name, account, region, created, versioning";

BucketRow bucketOf(const store::Rows& rows) {
  return {rows.integer(0),
          rows.text(1),
          rows.text(2),
          rows.text(3),
          base::fromMillis(rows.integer(4)),
          static_cast<Versioning>(rows.integer(5))};
}

}  // namespace

std::vector<store::Migration> s3Migrations() { return {{"s3/001 buckets, objects, uploads", kSchema}}; }

std::optional<BucketRow> BucketStore::find(const std::string& name) const {
  auto rows = database_.query("SELECT " + std::string(kColumns) + " FROM s3_buckets WHERE name = ?", name);
  if (!rows.next()) return std::nullopt;
  return bucketOf(rows);
}

std::vector<BucketRow> BucketStore::list(const std::string& account) const {
  std::vector<BucketRow> buckets;
  auto rows = database_.query(
      "SELECT " + std::string(kColumns) + " FROM s3_buckets WHERE account = ? ORDER BY name", account);
  while (rows.next()) buckets.push_back(bucketOf(rows));
  return buckets;
}

std::int64_t BucketStore::insert(const BucketRow& bucket) {
  policiesChange();
  auto rows = database_.query(
      "INSERT INTO s3_buckets (name, account, region, created, versioning) VALUES (?, ?, ?, ?, ?) RETURNING id",
      bucket.name, bucket.account, bucket.region, base::toMillis(bucket.created),
      static_cast<int>(bucket.versioning));
  rows.next();
  return rows.integer(0);
}

void BucketStore::setVersioning(std::int64_t bucketId, Versioning versioning) {
  database_.execute("UPDATE s3_buckets SET versioning = ? WHERE id = ?", static_cast<int>(versioning), bucketId);
}

void BucketStore::remove(std::int64_t bucketId) {
  policiesChange();
  database_.execute("DELETE FROM s3_buckets WHERE id = ?", bucketId);
}

std::optional<std::string> BucketStore::findSetting(std::int64_t bucketId, const std::string& name) const {
  auto rows =
      database_.query("SELECT record FROM s3_bucket_settings WHERE bucket_id = ? AND name = ?", bucketId, name);
  if (!rows.next()) return std::nullopt;
  return rows.text(0);
}

std::vector<std::pair<BucketRow, std::string>> BucketStore::withSetting(const std::string& name) const {
  std::vector<std::pair<BucketRow, std::string>> buckets;
  auto rows = database_.query(
      "SELECT b.id, b.name, b.account, b.region, b.created, b.versioning, s.record FROM s3_bucket_settings s"
      " JOIN s3_buckets b ON b.id = s.bucket_id WHERE s.name = ? ORDER BY b.id",
      name);
  while (rows.next()) buckets.emplace_back(bucketOf(rows), rows.text(6));
  return buckets;
}

void BucketStore::putSetting(std::int64_t bucketId, const std::string& name, const std::string& record) {
  if (name == kPolicy || name == kPublicAccessBlock) policiesChange();
  database_.execute("INSERT OR REPLACE INTO s3_bucket_settings (bucket_id, name, record) VALUES (?, ?, ?)",
                    bucketId, name, record);
}

void BucketStore::deleteSetting(std::int64_t bucketId, const std::string& name) {
  if (name == kPolicy || name == kPublicAccessBlock) policiesChange();
  database_.execute("DELETE FROM s3_bucket_settings WHERE bucket_id = ? AND name = ?", bucketId, name);
}

void BucketStore::policiesChange() {
  database_.afterCommit([this] { ++policyGeneration_; });
}

bool BucketStore::hasPolicies() const {
  const std::uint64_t generation = policyGeneration();
  if (knownFor_.load() == generation) return any_.load();
  auto rows = database_.query("SELECT 1 FROM s3_bucket_settings WHERE name = ? LIMIT 1", kPolicy);
  const bool any = rows.next();
  // The writer thread sees what is not committed yet.
  if (!database_.onWriterThread()) {
    any_ = any;
    knownFor_ = generation;
  }
  return any;
}

}  // namespace hearth::services::s3
