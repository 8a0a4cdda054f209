// Listings: version 1, version 2, and all versions.
#include <algorithm>

#include "base/bytes.h"
#include "services/page_token.h"
#include "services/s3/names.h"
#include "services/s3/s3_service.h"

namespace hearth::services::s3 {

using namespace api::s3;

namespace {

constexpr std::string_view kListV2 = "ListObjectsV2";

// With encoding-type=url, keys and prefixes are percent-encoded, slashes left alone.
struct Encoding {
  bool url = false;
  std::string operator()(const std::string& text) const { return url ? base::uriEncode(text, true) : text; }
};

Result<Encoding> encodingOf(const std::optional<std::string>& type) {
  if (!type || type->empty()) return Encoding{};
  if (*type != "url")
    return invalidArgument("Invalid Encoding Method specified in Request", "encoding-type", *type);
  return Encoding{true};
}

Result<std::size_t> pageSize(const std::optional<std::int64_t>& asked, const char* name) {
  std::int64_t most = asked.value_or(1000);
  if (most < 0)
    return invalidArgument("Argument " + std::string(name) + " must be an integer between 0 and 2147483647", name,
                           std::to_string(most));
  return static_cast<std::size_t>(std::min<std::int64_t>(most, 1000));
}

// A page, and whether more follows: one entry more than wanted is read.
struct Page {
  std::vector<ListedEntry> entries;
  bool truncated = false;
};

Page cut(std::vector<ListedEntry> entries, std::size_t most) {
  Page page{std::move(entries), false};
  if (page.entries.size() > most) {
    page.entries.resize(most);
    page.truncated = true;
  }
  return page;
}

const std::string& nameOf(const ListedEntry& entry) { return entry.prefix.empty() ? entry.row.key : entry.prefix; }

Object objectOf(const ObjectRow& row, const Encoding& encode, const std::optional<Owner>& owner) {
  Object object;
  object.key = encode(row.key);
  object.lastModified = row.modified;
  object.eTag = "\"" + row.etag + "\"";
  object.size = static_cast<std::int64_t>(row.body.size);
  object.storageClass = row.attributes.storageClass;
  if (row.attributes.checksum)
    object.checksumAlgorithm = std::vector<std::string>{row.attributes.checksum->algorithm};
  object.owner = owner;
  return object;
}

template <class Output>
void fill(Output& out, const Page& page, const Encoding& encode, const std::optional<Owner>& owner) {
  for (const ListedEntry& entry : page.entries) {
    if (!entry.prefix.empty()) {
      if (!out.commonPrefixes) out.commonPrefixes.emplace();
      out.commonPrefixes->push_back({encode(entry.prefix)});
    } else {
      if (!out.contents) out.contents.emplace();
      out.contents->push_back(objectOf(entry.row, encode, owner));
    }
  }
}

}  // namespace

Result<ListObjectsOutput> S3Service::listObjects(const api::Call& call, ListObjectsInput in) const {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_TRY(Encoding encode, encodingOf(in.encodingType));
  HEARTH_TRY(std::size_t most, pageSize(in.maxKeys, "max-keys"));
  ListQuery query{bucket.id, in.prefix.value_or(""), in.delimiter.value_or(""), in.marker.value_or(""), most + 1};
  Page page = most == 0 ? Page{} : cut(objects_.list(query), most);
  ListObjectsOutput out;
  out.isTruncated = page.truncated;
  out.name = in.bucket;
  out.prefix = encode(query.prefix);
  out.marker = encode(query.after);
  out.maxKeys = static_cast<std::int64_t>(most);
  if (in.encodingType) out.encodingType = in.encodingType;
  if (!query.delimiter.empty()) out.delimiter = encode(query.delimiter);
  if (page.truncated && !query.delimiter.empty()) out.nextMarker = encode(nameOf(page.entries.back()));
  fill(out, page, encode, ownerOf(bucket));
  return out;
}

Result<ListObjectsV2Output> S3Service::listObjectsV2(const api::Call& call, ListObjectsV2Input in) const {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_TRY(Encoding encode, encodingOf(in.encodingType));
  HEARTH_TRY(std::size_t most, pageSize(in.maxKeys, "max-keys"));
  std::string after = in.startAfter.value_or("");
  if (in.continuationToken) {
    auto decoded = readPageToken(kListV2, *in.continuationToken);
    if (!decoded)
      return invalidArgument("The continuation token provided is incorrect", "continuation-token",
                             *in.continuationToken);
    after = *decoded;
  }
  ListQuery query{bucket.id, in.prefix.value_or(""), in.delimiter.value_or(""), after, most + 1};
  Page page = most == 0 ? Page{} : cut(objects_.list(query), most);
  ListObjectsV2Output out;
  out.isTruncated = page.truncated;
  out.name = in.bucket;
  out.prefix = encode(query.prefix);
  out.maxKeys = static_cast<std::int64_t>(most);
  out.keyCount = static_cast<std::int64_t>(page.entries.size());
  if (in.encodingType) out.encodingType = in.encodingType;
  if (in.delimiter && !in.delimiter->empty()) out.delimiter = encode(query.delimiter);
  out.continuationToken = in.continuationToken;
  if (in.startAfter) out.startAfter = encode(*in.startAfter);
  if (page.truncated) out.nextContinuationToken = writePageToken(kListV2, nameOf(page.entries.back()));
  fill(out, page, encode, in.fetchOwner.value_or(false) ? std::optional<Owner>(ownerOf(bucket)) : std::nullopt);
  return out;
}

Result<ListObjectVersionsOutput> S3Service::listObjectVersions(const api::Call& call,
                                                               ListObjectVersionsInput in) const {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_TRY(Encoding encode, encodingOf(in.encodingType));
  HEARTH_TRY(std::size_t most, pageSize(in.maxKeys, "max-keys"));
  std::string afterVersion = in.versionIdMarker.value_or("");
  if (!afterVersion.empty() && in.keyMarker.value_or("").empty())
    return invalidArgument("A version-id marker cannot be specified without a key marker.", "version-id-marker",
                           afterVersion);
  ListQuery query{bucket.id, in.prefix.value_or(""), in.delimiter.value_or(""), in.keyMarker.value_or(""),
                  most + 1};
  Page page = most == 0 ? Page{} : cut(objects_.listVersions(query, afterVersion), most);
  ListObjectVersionsOutput out;
  out.isTruncated = page.truncated;
  out.name = in.bucket;
  out.prefix = encode(query.prefix);
  out.keyMarker = encode(query.after);
  out.versionIdMarker = afterVersion;
  out.maxKeys = static_cast<std::int64_t>(most);
  if (in.encodingType) out.encodingType = in.encodingType;
  if (!query.delimiter.empty()) out.delimiter = encode(query.delimiter);
  Owner owner = ownerOf(bucket);
  for (const ListedEntry& entry : page.entries) {
    if (!entry.prefix.empty()) {
      if (!out.commonPrefixes) out.commonPrefixes.emplace();
      out.commonPrefixes->push_back({encode(entry.prefix)});
    } else if (entry.row.deleteMarker) {
      if (!out.deleteMarkers) out.deleteMarkers.emplace();
      DeleteMarkerEntry marker;
      marker.owner = owner;
      marker.key = encode(entry.row.key);
      marker.versionId = entry.row.versionId;
      marker.isLatest = entry.row.latest;
      marker.lastModified = entry.row.modified;
      out.deleteMarkers->push_back(std::move(marker));
    } else {
      if (!out.versions) out.versions.emplace();
      ObjectVersion version;
      version.eTag = "\"" + entry.row.etag + "\"";
      version.size = static_cast<std::int64_t>(entry.row.body.size);
      version.storageClass = entry.row.attributes.storageClass;
      version.key = encode(entry.row.key);
      version.versionId = entry.row.versionId;
      version.isLatest = entry.row.latest;
      version.lastModified = entry.row.modified;
      version.owner = owner;
      out.versions->push_back(std::move(version));
    }
  }
  if (page.truncated) {
    out.nextKeyMarker = encode(nameOf(page.entries.back()));
    if (page.entries.back().prefix.empty()) out.nextVersionIdMarker = page.entries.back().row.versionId;
  }
  return out;
}

}  // namespace hearth::services::s3
