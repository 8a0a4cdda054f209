// Writing objects: put, copy, delete.
#include "api/access.h"
#include "base/bytes.h"
#include "services/s3/conditions.h"
#include "services/s3/names.h"
#include "services/s3/s3_service.h"
#include "services/s3/uploads.h"

namespace hearth::services::s3 {

using namespace api::s3;

Result<ObjectRow> S3Service::commitObject(const BucketRow& bucket, ObjectRow row, const PutConditions& conditions) {
  if (conditions.ifMatch || conditions.ifNoneMatch) {
    auto current = objects_.findLatest(bucket.id, row.key);
    bool exists = current && !current->deleteMarker;
    if (conditions.ifNoneMatch) {
      if (*conditions.ifNoneMatch != "*") return notImplemented("If-None-Match with anything but * when writing");
      if (exists) return preconditionFailed("If-None-Match");
    }
    if (conditions.ifMatch) {
      if (!exists) return noSuchKey(row.key);
      if (!etagMatches(*conditions.ifMatch, current->etag)) return preconditionFailed("If-Match");
    }
  }
  row.bucketId = bucket.id;
  row.versionId = newVersionId(bucket);
  removeAfterCommit(objects_.insert(row));
  return row;
}

Task<Result<PutObjectOutput>> S3Service::putObject(const api::Call& call, PutObjectInput in) {
  HEARTH_CO_CHECK(checkKey(in.key));
  HEARTH_CO_TRY(BucketRow before, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_CO_TRY(ObjectAttributes attributes, attributesOf(in));
  if (!attributes.cannedAcl.empty()) HEARTH_CO_CHECK(checkAclsAllowed(before, attributes.cannedAcl));
  ReceiveOptions options;
  options.contentMd5 = in.contentMD5.value_or("");
  HEARTH_CO_TRY(options.checksum, checksumWish(in, in.checksumAlgorithm));
  HEARTH_CO_TRY(ReceivedBody received, co_await receiveBody(*in.body, std::move(options), blobs_, pool_));

  ObjectRow row;
  row.key = in.key;
  row.etag = base::hexEncode(received.md5);
  row.modified = clock_.now();
  row.attributes = std::move(attributes);
  row.attributes.checksum = received.checksum;
  row.body = std::move(received.body);
  PutConditions conditions{in.ifMatch, in.ifNoneMatch};
  PutObjectOutput out;
  auto commit = [this, &call, &in, &row, &conditions, &out]() -> Result<void> {
    // The bucket may have gone, or changed its versioning, while the body arrived.
    HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket));
    HEARTH_TRY(ObjectRow written, commitObject(bucket, row, conditions));
    if (bucket.versioning != Versioning::kNever) out.versionId = written.versionId;
    out.expiration = expirationOf(written);
    return {};
  };
  auto done = co_await database_.write(commit);
  if (!done.ok()) {
    // Else the row may be there after a crash; the sweep at the next start knows.
    if (!done.fault().outcomeUnknown) discard(row.body);
    co_return std::move(done).fault();
  }
  out.eTag = "\"" + row.etag + "\"";
  out.serverSideEncryption = "AES256";
  showChecksum(out, row.attributes.checksum);
  co_return out;
}

Result<S3Service::HeldObject> S3Service::openSource(const api::Call& call, const std::string& copySource) const {
  HEARTH_TRY(const CopySource source, parseCopySource(copySource));
  return holdObject(call, source.bucket, source.key, source.versionId);
}

Task<Result<CopyObjectOutput>> S3Service::copyObject(const api::Call& call, CopyObjectInput in) {
  HEARTH_CO_CHECK(checkKey(in.key));
  HEARTH_CO_TRY(BucketRow before, getBucket(call, in.bucket, in.expectedBucketOwner));
  if (in.copySourceSSECustomerAlgorithm) co_return notImplemented("encryption with customer-provided keys");
  HEARTH_CO_TRY(ObjectAttributes given, attributesOf(in));
  HEARTH_CO_TRY(HeldObject held, openSource(call, in.copySource));
  ObjectRow& source = held.row;
  ReadConditions conditions{in.copySourceIfMatch, in.copySourceIfNoneMatch, in.copySourceIfModifiedSince,
                            in.copySourceIfUnmodifiedSince};
  auto checked = checkConditions(conditions, source.etag, source.modified);
  if (!checked.ok())
    co_return preconditionFailed(checked.fault().status == 304 ? "x-amz-copy-source-If-None-Match"
                                                               : "x-amz-copy-source-If-Match");
  bool replace = in.metadataDirective.value_or("COPY") == "REPLACE";
  bool replaceTags = in.taggingDirective.value_or("COPY") == "REPLACE";
  bool same = source.bucketId == before.id && source.key == in.key;
  if (same && !replace && !in.storageClass && !in.serverSideEncryption && !in.websiteRedirectLocation)
    co_return Fault(
        "InvalidRequest",
        "This copy request is illegal because it is trying to copy an object to itself without changing "
        "the object's metadata, storage class, website redirect location or encryption attributes.");

  HEARTH_CO_CHECK(checkCopySize(source.body.size));

  ObjectAttributes attributes = replace ? given : source.attributes;
  if (!replace) {
    attributes.storageClass = in.storageClass ? given.storageClass : "STANDARD";
    attributes.cannedAcl = given.cannedAcl;
  }
  attributes.tags = replaceTags ? given.tags : source.attributes.tags;
  attributes.parts.clear();

  ReceiveOptions options;
  if (in.checksumAlgorithm)
    options.checksum.algorithm = *in.checksumAlgorithm;
  else if (source.attributes.checksum)
    options.checksum.algorithm = source.attributes.checksum->algorithm;
  const std::uint64_t size = source.body.size;
  BodyReader reader(std::move(source.body), 0, size, blobs_);
  HEARTH_CO_TRY(ReceivedBody received, co_await copyBody(std::move(reader), std::move(options), blobs_, pool_));
  attributes.checksum = received.checksum;

  ObjectRow row;
  row.key = in.key;
  row.etag = base::hexEncode(received.md5);
  row.modified = clock_.now();
  row.attributes = std::move(attributes);
  row.body = std::move(received.body);
  CopyObjectOutput out;
  auto commit = [this, &call, &in, &row, &out]() -> Result<void> {
    HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket));
    HEARTH_TRY(ObjectRow written, commitObject(bucket, row, {in.ifMatch, in.ifNoneMatch}));
    if (bucket.versioning != Versioning::kNever) out.versionId = written.versionId;
    out.expiration = expirationOf(written);
    return {};
  };
  auto done = co_await database_.write(commit);
  if (!done.ok()) {
    // Else the row may be there after a crash; the sweep at the next start knows.
    if (!done.fault().outcomeUnknown) discard(row.body);
    co_return std::move(done).fault();
  }
  CopyObjectResult& result = out.copyObjectResult.emplace();
  result.eTag = "\"" + row.etag + "\"";
  result.lastModified = row.modified;
  showChecksum(result, row.attributes.checksum);
  if (source.versionId != kNullVersion) out.copySourceVersionId = source.versionId;
  out.serverSideEncryption = "AES256";
  co_return out;
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
Result<S3Service::Deletion> S3Service::deleteOne(const BucketRow& bucket, const Victim& victim, base::Time now) {
  const auto& [key, versionId, ifMatch, otherConditions] = victim;
  HEARTH_CHECK(checkKey(key));
  if (otherConditions) return notImplemented("deletes on condition of size or time");
  if (ifMatch) {
    const auto current = objects_.findLatest(bucket.id, key);
    if (!current) return noSuchKey(key);
    if (current->deleteMarker || !etagMatches(*ifMatch, current->etag)) return preconditionFailed("If-Match");
  }
  Deletion deletion;
  if (versionId && !versionId->empty()) {
    deletion.versionId = *versionId;
    if (auto row = objects_.findVersion(bucket.id, key, *versionId)) {
      deletion.marker = row->deleteMarker;
      removeAfterCommit(objects_.remove(*row));
    }
    return deletion;
  }
  if (bucket.versioning == Versioning::kNever) {
    if (auto row = objects_.findLatest(bucket.id, key)) removeAfterCommit(objects_.remove(*row));
    return deletion;
  }
  ObjectRow marker;
  marker.bucketId = bucket.id;
  marker.key = key;
  marker.versionId = newVersionId(bucket);
  marker.deleteMarker = true;
  marker.modified = now;
  deletion.marker = true;
  deletion.versionId = marker.versionId;
  removeAfterCommit(objects_.insert(std::move(marker)));
  return deletion;
}

Result<void> S3Service::expire(const BucketRow& bucket, const ObjectRow& row, bool forGood, base::Time now) {
  if (forGood) {
    removeAfterCommit(objects_.remove(row));
    return {};
  }
  HEARTH_CHECK(deleteOne(bucket, {.key = row.key}, now));
  return {};
}

Result<DeleteObjectOutput> S3Service::deleteObject(const api::Call& call, DeleteObjectInput in) {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  const Victim victim{in.key, in.versionId, in.ifMatch, in.ifMatchLastModifiedTime || in.ifMatchSize};
  HEARTH_TRY(Deletion deletion, deleteOne(bucket, victim, call.now));
  DeleteObjectOutput out;
  if (deletion.marker) out.deleteMarker = true;
  if (!deletion.versionId.empty()) out.versionId = deletion.versionId;
  return out;
}

namespace {

Result<void> checkDeletion(const api::Call& call, const std::string& bucket, const ObjectIdentifier& object) {
  if (!call.rights) return {};
  const bool version = object.versionId && !object.versionId->empty();
  api::Access access{version ? "s3:DeleteObjectVersion" : "s3:DeleteObject",
                     "arn:aws:s3:::" + bucket + "/" + object.key};
  if (version) access.addCondition("s3:VersionId", *object.versionId);
  return call.rights->check(access);
}

}  // namespace

Result<DeleteObjectsOutput> S3Service::deleteObjects(const api::Call& call, DeleteObjectsInput in) {
  if (in.delete_.objects.empty() || in.delete_.objects.size() > 1000)
    return Fault("MalformedXML",
                 "The XML you provided was not well-formed or did not validate against our published schema");
  // Before the bucket is looked at: these rights are what opens another account's.
  std::vector<Result<void>> rights;
  for (const ObjectIdentifier& object : in.delete_.objects)
    rights.push_back(checkDeletion(call, in.bucket, object));
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  DeleteObjectsOutput out;
  auto& deleted = out.deleted.emplace();
  for (std::size_t i = 0; i < in.delete_.objects.size(); ++i) {
    const ObjectIdentifier& object = in.delete_.objects[i];
    const Victim victim{object.key, object.versionId, object.eTag, object.lastModifiedTime || object.size};
    Result<Deletion> done = rights[i].ok() ? deleteOne(bucket, victim, call.now) : rights[i].fault();
    if (!done.ok()) {
      Error error;
      error.key = object.key;
      error.versionId = object.versionId;
      error.code = done.fault().code;
      error.message = done.fault().message;
      if (!out.errors) out.errors.emplace();
      out.errors->push_back(std::move(error));
      continue;
    }
    if (in.delete_.quiet.value_or(false)) continue;
    DeletedObject item;
    item.key = object.key;
    item.versionId = object.versionId;
    if (done->marker) {
      item.deleteMarker = true;
      item.deleteMarkerVersionId = done->versionId;
    }
    deleted.push_back(std::move(item));
  }
  return out;
}

}  // namespace hearth::services::s3
