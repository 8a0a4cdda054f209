#include "services/s3/s3_service.h"

#include "api/access.h"
#include "services/s3/names.h"

namespace hearth::services::s3 {

S3Service::S3Service(store::Database& database, const store::Keyring& keyring, store::Blobs& blobs,
                     base::ThreadPool& pool, base::Random& random, const base::Clock& clock, S3Settings settings)
    : database_(database),
      blobs_(blobs),
      pool_(pool),
      random_(random),
      clock_(clock),
      settings_(std::move(settings)),
      buckets_(database),
      objects_(database, keyring),
      uploads_(database) {}

Result<std::string> S3Service::readObject(const ports::ObjectRef& object, std::uint64_t limit) {
  api::Call call;
  call.account = object.account;
  HEARTH_TRY(HeldObject held, holdObject(call, object.bucket, object.key, object.versionId));
  const std::uint64_t size = held.row.body.size;
  if (size > limit)
    return Fault("EntityTooLarge", "The object " + object.key + " has " + std::to_string(size) +
                                       " bytes; at most " + std::to_string(limit) + " are allowed here.");
  std::string bytes;
  HEARTH_CHECK(BodyReader(std::move(held.row.body), 0, size, blobs_).read(bytes, static_cast<std::size_t>(size)));
  return bytes;
}

Result<BucketRow> S3Service::getBucket(const api::Call& call, const std::string& name,
                                       const std::optional<std::string>& expectedOwner) const {
  auto bucket = buckets_.find(name);
  if (!bucket) return noSuchBucket(name);
  const bool open = bucket->account == call.account || (call.rights && call.rights->opens(bucket->account));
  if (!open || (expectedOwner && *expectedOwner != bucket->account))
    return Fault("AccessDenied", "Access Denied", 403);
  return *bucket;
}

Result<ObjectRow> S3Service::getObjectRow(const BucketRow& bucket, const std::string& key,
                                          const std::optional<std::string>& versionId, Load load) const {
  HEARTH_CHECK(checkKey(key));
  if (versionId && !versionId->empty()) {
    auto row = objects_.findVersion(bucket.id, key, *versionId, load);
    if (!row) return noSuchVersion(key, *versionId);
    if (row->deleteMarker)
      return Fault("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
          .with("Method", "GET")
          .with("ResourceType", "DeleteMarker")
          .with("x-amz-delete-marker", "true")
          .with("x-amz-version-id", row->versionId);
    return *std::move(row);
  }
  auto row = objects_.findLatest(bucket.id, key, load);
  if (!row) return noSuchKey(key);
  if (row->deleteMarker)
    return noSuchKey(key).with("x-amz-delete-marker", "true").with("x-amz-version-id", row->versionId);
  return *std::move(row);
}

Result<S3Service::HeldObject> S3Service::holdObject(const api::Call& call, const std::string& bucketName,
                                                    const std::string& key,
                                                    const std::optional<std::string>& versionId,
                                                    const std::optional<std::string>& expectedOwner) const {
  while (true) {
    HeldObject held;
    {
      store::Database::Snapshot snapshot(database_);
      HEARTH_TRY(BucketRow bucket, getBucket(call, bucketName, expectedOwner));
      HEARTH_TRY(held.row, getObjectRow(bucket, key, versionId, Load::kBody));
    }
    HEARTH_CHECK(objects_.openInline(held.row));
    for (const Segment& segment : held.row.body.segments) held.holds.push_back(blobs_.hold(segment.blob));
    // A row that is there now loses its blobs only later, when they are held. Otherwise: what is in its place?
    if (held.holds.empty() || objects_.exists(held.row)) return held;
  }
}

void S3Service::removeAfterCommit(std::vector<Segment> segments) {
  if (segments.empty()) return;
  database_.afterCommit([this, segments = std::move(segments)] {
    pool_.post([this, segments] {
      for (const Segment& segment : segments) blobs_.remove(segment.blob);
    });
  });
}

void S3Service::discard(const Body& body) {
  for (const Segment& segment : body.segments) blobs_.remove(segment.blob);
}

std::string S3Service::newVersionId(const BucketRow& bucket) {
  if (bucket.versioning != Versioning::kEnabled) return kNullVersion;
  return base::randomText(random_, 32, base::kAlphanumeric);
}

api::s3::Owner S3Service::ownerOf(const BucketRow& bucket) const {
  api::s3::Owner owner;
  owner.id = settings_.canonicalIdOf(bucket.account);
  owner.displayName = bucket.account;
  return owner;
}

}  // namespace hearth::services::s3
