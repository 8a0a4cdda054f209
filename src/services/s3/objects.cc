// Reading objects: get, head, attributes, tags.
#include <algorithm>

#include "services/s3/conditions.h"
#include "services/s3/names.h"
#include "services/s3/s3_service.h"
#include "services/s3/tags.h"

namespace hearth::services::s3 {

using namespace api::s3;

namespace {

template <class Input>
Result<void> refuseCustomerKeys(const Input& in) {
  if (in.sseCustomerAlgorithm || in.sseCustomerKey) return notImplemented("encryption with customer-provided keys");
  return {};
}

template <class Input>
ReadConditions conditionsOf(const Input& in) {
  return {in.ifMatch, in.ifNoneMatch, in.ifModifiedSince, in.ifUnmodifiedSince};
}

std::optional<std::string> header(const ObjectRow& row, const char* name) {
  auto it = row.attributes.headers.find(name);
  if (it == row.attributes.headers.end()) return std::nullopt;
  return it->second;
}

template <class Output>
void describe(Output& out, const ObjectRow& row, bool withChecksum) {
  out.acceptRanges = "bytes";
  out.lastModified = row.modified;
  out.eTag = "\"" + row.etag + "\"";
  out.contentType = header(row, "Content-Type").value_or("binary/octet-stream");
  out.cacheControl = header(row, "Cache-Control");
  out.contentDisposition = header(row, "Content-Disposition");
  out.contentEncoding = header(row, "Content-Encoding");
  out.contentLanguage = header(row, "Content-Language");
  out.websiteRedirectLocation = header(row, "x-amz-website-redirect-location");
  if (auto expires = header(row, "Expires"))
    if (auto time = base::parseHttpDate(*expires); time.ok()) out.expires = *time;
  if (!row.attributes.metadata.empty()) out.metadata = row.attributes.metadata;
  out.serverSideEncryption = "AES256";
  if (row.attributes.storageClass != "STANDARD") out.storageClass = row.attributes.storageClass;
  if (row.versionId != kNullVersion) out.versionId = row.versionId;
  if (withChecksum) showChecksum(out, row.attributes.checksum);
}

std::string contentRange(const ByteRange& range, std::uint64_t size) {
  return "bytes " + std::to_string(range.offset) + "-" + std::to_string(range.offset + range.length - 1) + "/" +
         std::to_string(size);
}

// What is said only to those who ask for a part or a range.
template <class Input, class Output>
void describeRange(Output& out, const Input& in, const ObjectRow& row, const std::optional<ByteRange>& range) {
  if (in.partNumber && !row.attributes.parts.empty())
    out.partsCount = static_cast<std::int64_t>(row.attributes.parts.size());
  if (!range) return;
  out.statusCode = 206;
  if (range->length > 0) out.contentRange = contentRange(*range, row.body.size);
}

// The bytes that a request asks for: a range, a part, or everything (nullopt).
template <class Input>
Result<std::optional<ByteRange>> wantedRange(const Input& in, const ObjectRow& row) {
  std::optional<ByteRange> range;
  if (in.partNumber) {
    if (in.range) return Fault("InvalidRequest", "Cannot specify both Range header and partNumber query parameter");
    std::uint64_t offset = 0;
    for (const PartInfo& part : row.attributes.parts) {
      if (part.number == *in.partNumber) return std::optional<ByteRange>({offset, part.size});
      offset += part.size;
    }
    if (*in.partNumber == 1 && row.attributes.parts.empty()) return range;
    return Fault("InvalidPartNumber", "The requested partnumber is not satisfiable", 416)
        .with("PartNumberRequested", std::to_string(*in.partNumber))
        .with("ActualPartCount", std::to_string(std::max<std::size_t>(1, row.attributes.parts.size())));
  }
  if (!in.range) return range;
  return parseRange(*in.range, row.body.size);
}

}  // namespace

Task<Result<GetObjectOutput>> S3Service::getObject(const api::Call& call, GetObjectInput in) {
  HEARTH_CO_CHECK(refuseCustomerKeys(in));
  HEARTH_CO_TRY(HeldObject held, holdObject(call, in.bucket, in.key, in.versionId, in.expectedBucketOwner));
  ObjectRow& row = held.row;
  HEARTH_CO_CHECK(checkConditions(conditionsOf(in), row.etag, row.modified));
  HEARTH_CO_TRY(auto range, wantedRange(in, row));
  GetObjectOutput out;
  describe(out, row, in.checksumMode == "ENABLED" && !range);
  out.expiration = expirationOf(row);
  if (in.responseContentType) out.contentType = in.responseContentType;
  if (in.responseCacheControl) out.cacheControl = in.responseCacheControl;
  if (in.responseContentDisposition) out.contentDisposition = in.responseContentDisposition;
  if (in.responseContentEncoding) out.contentEncoding = in.responseContentEncoding;
  if (in.responseContentLanguage) out.contentLanguage = in.responseContentLanguage;
  if (in.responseExpires) out.expires = in.responseExpires;
  if (!row.attributes.tags.empty()) out.tagCount = static_cast<std::int64_t>(row.attributes.tags.size());
  ByteRange bytes = range.value_or(ByteRange{0, row.body.size});
  describeRange(out, in, row, range);
  out.contentLength = static_cast<std::int64_t>(bytes.length);
  BodyReader reader(std::move(row.body), bytes.offset, bytes.length, blobs_);
  HEARTH_CO_TRY(out.body, co_await openBody(std::move(reader), std::move(held.holds), pool_));
  co_return out;
}

Result<HeadObjectOutput> S3Service::headObject(const api::Call& call, HeadObjectInput in) const {
  HEARTH_CHECK(refuseCustomerKeys(in));
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_TRY(ObjectRow row, getObjectRow(bucket, in.key, in.versionId));
  HEARTH_CHECK(checkConditions(conditionsOf(in), row.etag, row.modified));
  HEARTH_TRY(auto range, wantedRange(in, row));
  HeadObjectOutput out;
  describe(out, row, in.checksumMode == "ENABLED" && !range);
  out.expiration = expirationOf(row);
  out.contentLength = static_cast<std::int64_t>(range ? range->length : row.body.size);
  describeRange(out, in, row, range);
  return out;
}

Result<GetObjectAttributesOutput> S3Service::getObjectAttributes(const api::Call& call,
                                                                 GetObjectAttributesInput in) const {
  HEARTH_CHECK(refuseCustomerKeys(in));
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_TRY(ObjectRow row, getObjectRow(bucket, in.key, in.versionId));
  GetObjectAttributesOutput out;
  out.lastModified = row.modified;
  if (row.versionId != kNullVersion) out.versionId = row.versionId;
  for (const std::string& attribute : in.objectAttributes) {
    if (attribute == "ETag") {
      out.eTag = row.etag;
    } else if (attribute == "ObjectSize") {
      out.objectSize = static_cast<std::int64_t>(row.body.size);
    } else if (attribute == "StorageClass") {
      out.storageClass = row.attributes.storageClass;
    } else if (attribute == "Checksum") {
      if (row.attributes.checksum) showChecksum(out.checksum.emplace(), row.attributes.checksum);
    } else if (attribute == "ObjectParts") {
      if (row.attributes.parts.empty()) continue;
      auto& parts = out.objectParts.emplace();
      std::int64_t after = in.partNumberMarker.value_or(0);
      auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(in.maxParts.value_or(1000), 0, 1000));
      parts.totalPartsCount = static_cast<std::int64_t>(row.attributes.parts.size());
      parts.partNumberMarker = after;
      parts.maxParts = static_cast<std::int64_t>(most);
      parts.isTruncated = false;
      auto& list = parts.parts.emplace();
      for (const PartInfo& part : row.attributes.parts) {
        if (part.number <= after) continue;
        if (list.size() == most) {
          parts.isTruncated = true;
          break;
        }
        ObjectPart item;
        item.partNumber = part.number;
        item.size = static_cast<std::int64_t>(part.size);
        showChecksum(item, part.checksum);
        parts.nextPartNumberMarker = part.number;
        list.push_back(std::move(item));
      }
    } else {
      return invalidArgument("Invalid attribute name specified.", "x-amz-object-attributes", attribute);
    }
  }
  return out;
}

Result<GetObjectTaggingOutput> S3Service::getObjectTagging(const api::Call& call, GetObjectTaggingInput in) const {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_TRY(ObjectRow row, getObjectRow(bucket, in.key, in.versionId));
  GetObjectTaggingOutput out;
  if (row.versionId != kNullVersion) out.versionId = row.versionId;
  out.tagSet = tagSet(row.attributes.tags);
  return out;
}

Result<PutObjectTaggingOutput> S3Service::putObjectTagging(const api::Call& call, PutObjectTaggingInput in) {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_TRY(ObjectRow row, getObjectRow(bucket, in.key, in.versionId));
  HEARTH_TRY(row.attributes.tags, tagsFromSet(in.tagging.tagSet, kMostObjectTags));
  objects_.updateAttributes(row);
  PutObjectTaggingOutput out;
  if (row.versionId != kNullVersion) out.versionId = row.versionId;
  return out;
}

Result<DeleteObjectTaggingOutput> S3Service::deleteObjectTagging(const api::Call& call,
                                                                 DeleteObjectTaggingInput in) {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_TRY(ObjectRow row, getObjectRow(bucket, in.key, in.versionId));
  row.attributes.tags.clear();
  objects_.updateAttributes(row);
  DeleteObjectTaggingOutput out;
  if (row.versionId != kNullVersion) out.versionId = row.versionId;
  return out;
}

}  // namespace hearth::services::s3
