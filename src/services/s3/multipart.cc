// Multipart uploads. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
#include <algorithm>
#include <charconv>
#include <set>

#include "base/bytes.h"
#include "services/s3/conditions.h"
#include "services/s3/names.h"
#include "services/s3/s3_service.h"
#include "services/s3/uploads.h"

namespace hearth::services::s3 {

using namespace api::s3;

namespace {

constexpr std::uint64_t kLeastPart = 5ULL << 20;  // of every part but the last
constexpr std::int64_t kMostParts = 10'000;

Fault noSuchUpload(const std::string& uploadId) {
  return Fault("NoSuchUpload",
               "The specified upload does not exist. The upload ID may be invalid, or the upload may have been "
               "aborted or completed.",
               404)
      .with("UploadId", uploadId);
}

Result<void> checkPartNumber(std::int64_t number) {
  if (number >= 1 && number <= kMostParts) return {};
  return invalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber",
                         std::to_string(number));
}

// "bytes=0-99": both ends must be there and inside.
Result<ByteRange> copyRange(const std::optional<std::string>& header, std::uint64_t size) {
  if (!header) return ByteRange{0, size};
  auto range = parseRange(*header, size);
  bool inside = range.ok() && *range && header->back() != '-' && !header->starts_with("bytes=-");
  if (!inside)
    return invalidArgument(
        "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
        "zero-based offsets of the first and last bytes to copy",
        "x-amz-copy-source-range", *header);
  // Unlike that of a read, a range of a copy is not cut where the object ends.
  std::uint64_t last = 0;
  const std::string_view text = std::string_view(*header).substr(header->rfind('-') + 1);
  std::from_chars(text.data(), text.data() + text.size(), last);
  if (last >= size)
    return invalidArgument("Range specified is not valid for source object of size: " + std::to_string(size),
                           "x-amz-copy-source-range", *header);
  return **range;
}

// The checksum of a multipart object is the checksum of its parts' checksums, with their number.
std::optional<Checksum> composite(const std::string& algorithm, const std::vector<PartRow>& parts) {
  auto kind = checksumKind(algorithm);
  if (!kind || algorithm == "CRC64NVME") return std::nullopt;
  base::Hasher hasher(*kind);
  for (const PartRow& part : parts) {
    if (!part.checksum) return std::nullopt;
    hasher.update(base::base64Decode(part.checksum->value).value_or(""));
  }
  return Checksum{algorithm, base::base64Encode(hasher.finish()) + "-" + std::to_string(parts.size())};
}

}  // namespace

Result<UploadRow> S3Service::getUpload(const BucketRow& bucket, const std::string& key,
                                       const std::string& uploadId) const {
  auto upload = uploads_.find(uploadId);
  if (!upload || upload->bucketId != bucket.id || upload->key != key) return noSuchUpload(uploadId);
  return *std::move(upload);
}

Result<CreateMultipartUploadOutput> S3Service::createMultipartUpload(const api::Call& call,
                                                                     CreateMultipartUploadInput in) {
  HEARTH_CHECK(checkKey(in.key));
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  UploadRow upload;
  HEARTH_TRY(upload.attributes, attributesOf(in));
  if (!upload.attributes.cannedAcl.empty()) HEARTH_CHECK(checkAclsAllowed(bucket, upload.attributes.cannedAcl));
  if (in.checksumAlgorithm && !checksumKind(*in.checksumAlgorithm))
    return Fault("InvalidRequest", "Checksum algorithm provided is unsupported.");
  upload.uploadId = base::randomText(random_, 64, base::kAlphanumeric);
  upload.bucketId = bucket.id;
  upload.key = in.key;
  upload.initiated = call.now;
  upload.checksumAlgorithm = in.checksumAlgorithm.value_or("");
  uploads_.insert(upload);
  CreateMultipartUploadOutput out;
  out.bucket = in.bucket;
  out.key = in.key;
  out.uploadId = upload.uploadId;
  out.serverSideEncryption = "AES256";
  out.checksumAlgorithm = in.checksumAlgorithm;
  return out;
}

Task<Result<UploadPartOutput>> S3Service::uploadPart(const api::Call& call, UploadPartInput in) {
  HEARTH_CO_CHECK(checkPartNumber(in.partNumber));
  HEARTH_CO_TRY(BucketRow before, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_CO_TRY(UploadRow upload, getUpload(before, in.key, in.uploadId));
  ReceiveOptions options;
  options.contentMd5 = in.contentMD5.value_or("");
  HEARTH_CO_TRY(options.checksum, checksumWish(in, in.checksumAlgorithm));
  if (options.checksum.algorithm.empty()) options.checksum.algorithm = upload.checksumAlgorithm;
  options.alwaysBlob = true;
  HEARTH_CO_TRY(ReceivedBody received, co_await receiveBody(*in.body, std::move(options), blobs_, pool_));
  const PartRow part = makePart(std::move(received), in.partNumber);
  HEARTH_CO_CHECK(co_await commitPart(call, in.bucket, in.key, in.uploadId, part));
  UploadPartOutput out;
  out.eTag = "\"" + part.md5 + "\"";
  out.serverSideEncryption = "AES256";
  showChecksum(out, part.checksum);
  co_return out;
}

PartRow S3Service::makePart(ReceivedBody received, std::int64_t number) const {
  PartRow part;
  part.number = number;
  part.size = received.body.size;
  part.md5 = base::hexEncode(received.md5);
  part.modified = clock_.now();
  part.checksum = received.checksum;
  if (!received.body.segments.empty()) part.blob = received.body.segments.front().blob;
  return part;
}

Task<Result<void>> S3Service::commitPart(const api::Call& call, const std::string& bucketName,
                                         const std::string& key, const std::string& uploadId, const PartRow& part) {
  auto commit = [this, &call, &bucketName, &key, &uploadId, &part]() -> Result<void> {
    HEARTH_TRY(BucketRow bucket, getBucket(call, bucketName));
    HEARTH_CHECK(getUpload(bucket, key, uploadId));
    store::BlobId replaced = uploads_.putPart(uploadId, part);
    if (!replaced.empty()) removeAfterCommit({{replaced, 0}});
    return {};
  };
  auto done = co_await database_.write(commit);
  // Where the outcome is unknown the row may be there after a crash; the sweep at the next start knows.
  if (!done.ok() && !done.fault().outcomeUnknown && !part.blob.empty()) blobs_.remove(part.blob);
  co_return done;
}

Task<Result<UploadPartCopyOutput>> S3Service::uploadPartCopy(const api::Call& call, UploadPartCopyInput in) {
  HEARTH_CO_CHECK(checkPartNumber(in.partNumber));
  HEARTH_CO_TRY(BucketRow before, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_CO_TRY(UploadRow upload, getUpload(before, in.key, in.uploadId));
  HEARTH_CO_TRY(HeldObject held, openSource(call, in.copySource));
  ObjectRow& source = held.row;
  ReadConditions conditions{in.copySourceIfMatch, in.copySourceIfNoneMatch, in.copySourceIfModifiedSince,
                            in.copySourceIfUnmodifiedSince};
  if (!checkConditions(conditions, source.etag, source.modified).ok())
    co_return preconditionFailed("x-amz-copy-source");
  HEARTH_CO_TRY(ByteRange range, copyRange(in.copySourceRange, source.body.size));
  HEARTH_CO_CHECK(checkCopySize(range.length));
  BodyReader reader(std::move(source.body), range.offset, range.length, blobs_);
  ReceiveOptions options;
  options.checksum.algorithm = upload.checksumAlgorithm;
  options.alwaysBlob = true;
  HEARTH_CO_TRY(ReceivedBody received, co_await copyBody(std::move(reader), std::move(options), blobs_, pool_));
  const PartRow part = makePart(std::move(received), in.partNumber);
  HEARTH_CO_CHECK(co_await commitPart(call, in.bucket, in.key, in.uploadId, part));
  UploadPartCopyOutput out;
  CopyPartResult& result = out.copyPartResult.emplace();
  result.eTag = "\"" + part.md5 + "\"";
  result.lastModified = part.modified;
  showChecksum(result, part.checksum);
  if (source.versionId != kNullVersion) out.copySourceVersionId = source.versionId;
  out.serverSideEncryption = "AES256";
  co_return out;
}

Result<CompleteMultipartUploadOutput> S3Service::completeMultipartUpload(const api::Call& call,
                                                                         CompleteMultipartUploadInput in) {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_TRY(UploadRow upload, getUpload(bucket, in.key, in.uploadId));
  if (!in.multipartUpload || !in.multipartUpload->parts || in.multipartUpload->parts->empty())
    return Fault("MalformedXML",
                 "The XML you provided was not well-formed or did not validate against our published schema");
  std::map<std::int64_t, PartRow> stored;
  for (PartRow& part : uploads_.parts(in.uploadId, 0, kMostParts)) stored.emplace(part.number, std::move(part));

  std::vector<PartRow> chosen;
  for (const CompletedPart& wanted : *in.multipartUpload->parts) {
    std::int64_t number = wanted.partNumber.value_or(0);
    if (!chosen.empty() && number <= chosen.back().number)
      return Fault("InvalidPartOrder",
                   "The list of parts was not in ascending order. Parts must be ordered by part number.")
          .with("UploadId", in.uploadId);
    auto part = stored.find(number);
    if (part == stored.end() || !etagMatches(wanted.eTag.value_or(""), part->second.md5))
      return Fault("InvalidPart",
                   "One or more of the specified parts could not be found. The part may not have been uploaded, or "
                   "the "
                   "specified entity tag may not match the part's entity tag.")
          .with("UploadId", in.uploadId)
          .with("PartNumber", std::to_string(number));
    if (!chosen.empty() && chosen.back().size < kLeastPart)
      return Fault("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
          .with("PartNumber", std::to_string(chosen.back().number))
          .with("MinSizeAllowed", std::to_string(kLeastPart))
          .with("ProposedSize", std::to_string(chosen.back().size));
    chosen.push_back(part->second);
    stored.erase(part);
  }

  ObjectRow row;
  row.key = in.key;
  row.modified = call.now;
  row.attributes = upload.attributes;
  row.attributes.checksum = composite(upload.checksumAlgorithm, chosen);
  std::string digests;
  for (const PartRow& part : chosen) {
    digests += base::hexDecode(part.md5).value_or("");
    row.body.size += part.size;
    if (!part.blob.empty()) row.body.segments.push_back({part.blob, part.size});
    row.attributes.parts.push_back({part.number, part.size, part.checksum});
  }
  row.etag = base::hexEncode(base::md5(digests)) + "-" + std::to_string(chosen.size());
  HEARTH_TRY(ObjectRow written, commitObject(bucket, row, {in.ifMatch, in.ifNoneMatch}));
  uploads_.remove(in.uploadId);
  std::vector<Segment> unused;
  for (const auto& [number, part] : stored)
    if (!part.blob.empty()) unused.push_back({part.blob, part.size});
  removeAfterCommit(std::move(unused));

  CompleteMultipartUploadOutput out;
  out.location = "http://" + call.host + "/" + in.bucket + "/" + base::uriEncode(in.key, true);
  out.bucket = in.bucket;
  out.key = in.key;
  out.eTag = "\"" + written.etag + "\"";
  out.serverSideEncryption = "AES256";
  if (bucket.versioning != Versioning::kNever) out.versionId = written.versionId;
  out.expiration = expirationOf(written);
  showChecksum(out, written.attributes.checksum);
  return out;
}

Result<AbortMultipartUploadOutput> S3Service::abortMultipartUpload(const api::Call& call,
                                                                   AbortMultipartUploadInput in) {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_CHECK(getUpload(bucket, in.key, in.uploadId));
  dropUpload(in.uploadId);
  return AbortMultipartUploadOutput{};
}

void S3Service::dropUpload(const std::string& uploadId) {
  std::vector<Segment> segments;
  for (const PartRow& part : uploads_.parts(uploadId, 0, kMostParts))
    if (!part.blob.empty()) segments.push_back({part.blob, part.size});
  uploads_.remove(uploadId);
  removeAfterCommit(std::move(segments));
}

Result<ListPartsOutput> S3Service::listParts(const api::Call& call, ListPartsInput in) const {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_TRY(UploadRow upload, getUpload(bucket, in.key, in.uploadId));
  auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(in.maxParts.value_or(1000), 0, 1000));
  auto parts = uploads_.parts(in.uploadId, in.partNumberMarker.value_or(0), most + 1);
  ListPartsOutput out;
  out.isTruncated = parts.size() > most;
  if (parts.size() > most) parts.resize(most);
  out.bucket = in.bucket;
  out.key = in.key;
  out.uploadId = in.uploadId;
  out.partNumberMarker = in.partNumberMarker.value_or(0);
  out.maxParts = static_cast<std::int64_t>(most);
  out.storageClass = upload.attributes.storageClass;
  out.owner = ownerOf(bucket);
  out.initiator = Initiator{out.owner->id, out.owner->displayName};
  if (!upload.checksumAlgorithm.empty()) out.checksumAlgorithm = upload.checksumAlgorithm;
  for (const PartRow& part : parts) {
    Part item;
    item.partNumber = part.number;
    item.lastModified = part.modified;
    item.eTag = "\"" + part.md5 + "\"";
    item.size = static_cast<std::int64_t>(part.size);
    showChecksum(item, part.checksum);
    if (!out.parts) out.parts.emplace();
    out.parts->push_back(std::move(item));
    out.nextPartNumberMarker = part.number;
  }
  return out;
}

Result<ListMultipartUploadsOutput> S3Service::listMultipartUploads(const api::Call& call,
                                                                   ListMultipartUploadsInput in) const {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  if (in.delimiter && !in.delimiter->empty()) return notImplemented("a delimiter in ListMultipartUploads");
  bool url = in.encodingType == "url";
  auto encode = [url](const std::string& text) { return url ? base::uriEncode(text, true) : text; };
  auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(in.maxUploads.value_or(1000), 0, 1000));
  auto uploads = uploads_.list(bucket.id, in.prefix.value_or(""), in.keyMarker.value_or(""),
                               in.uploadIdMarker.value_or(""), most + 1);
  ListMultipartUploadsOutput out;
  out.isTruncated = uploads.size() > most;
  if (uploads.size() > most) uploads.resize(most);
  out.bucket = in.bucket;
  out.keyMarker = encode(in.keyMarker.value_or(""));
  out.uploadIdMarker = in.uploadIdMarker.value_or("");
  out.prefix = encode(in.prefix.value_or(""));
  out.maxUploads = static_cast<std::int64_t>(most);
  out.encodingType = in.encodingType;
  for (const UploadRow& upload : uploads) {
    MultipartUpload item;
    item.uploadId = upload.uploadId;
    item.key = encode(upload.key);
    item.initiated = upload.initiated;
    item.storageClass = upload.attributes.storageClass;
    item.owner = ownerOf(bucket);
    item.initiator = Initiator{item.owner->id, item.owner->displayName};
    if (!upload.checksumAlgorithm.empty()) item.checksumAlgorithm = upload.checksumAlgorithm;
    if (!out.uploads) out.uploads.emplace();
    out.uploads->push_back(std::move(item));
    out.nextKeyMarker = encode(upload.key);
    out.nextUploadIdMarker = upload.uploadId;
  }
  if (!*out.isTruncated) {
    out.nextKeyMarker.reset();
    out.nextUploadIdMarker.reset();
  }
  return out;
}

}  // namespace hearth::services::s3
