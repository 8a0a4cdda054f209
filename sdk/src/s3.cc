#include <charconv>

#include "aws_client.h"
#include "crypto.h"
#include "xml.h"

namespace hearth::sdk {
namespace {

constexpr std::string_view kMetadata = "x-amz-meta-";

std::string pathOf(std::string_view bucket, std::string_view key) {
  std::string path = "/" + uriEncode(bucket, Slash::kEncode);
  if (!key.empty()) path += "/" + uriEncode(key, Slash::kKeep);
  return path;
}

S3Object objectOf(HttpResponse response) {
  S3Object object;
  for (auto& [name, value] : response.headers) {
    if (name == "etag")
      object.etag = value;
    else if (name == "content-type")
      object.contentType = value;
    else if (name == "last-modified")
      object.lastModified = value;
    else if (name == "content-length")
      std::from_chars(value.data(), value.data() + value.size(), object.contentLength);
    else if (name.starts_with(kMetadata))
      object.metadata[name.substr(kMetadata.size())] = value;
  }
  object.body = std::move(response.body);
  return object;
}

// With encoding-type=url keys arrive percent-encoded, so that XML can carry every byte of them.
std::string urlDecode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

void readPage(std::string_view xml, Listing& listing) {
  for (const std::string_view entry : allElements(xml, "Contents")) {
    ListedObject object;
    object.key = urlDecode(elementText(entry, "Key"));
    object.etag = elementText(entry, "ETag");
    object.lastModified = elementText(entry, "LastModified");
    const std::string size = elementText(entry, "Size");
    std::from_chars(size.data(), size.data() + size.size(), object.size);
    listing.objects.push_back(std::move(object));
  }
  for (const std::string_view entry : allElements(xml, "CommonPrefixes")) {
    listing.commonPrefixes.push_back(urlDecode(elementText(entry, "Prefix")));
  }
}

}  // namespace

S3Client::S3Client(ClientOptions options) : client_(std::make_unique<AwsClient>(std::move(options), "s3", "s3")) {}
S3Client::~S3Client() = default;

void S3Client::setDeadline(std::chrono::steady_clock::time_point deadline) { client_->setDeadline(deadline); }

Outcome<S3Object> S3Client::getObject(std::string_view bucket, std::string_view key) {
  auto response = client_->call({"GET", pathOf(bucket, key), {}, {}, {}});
  if (!response) return response.error();
  return objectOf(std::move(*response));
}

Outcome<S3Object> S3Client::headObject(std::string_view bucket, std::string_view key) {
  auto response = client_->call({"HEAD", pathOf(bucket, key), {}, {}, {}});
  if (!response) return response.error();
  return objectOf(std::move(*response));
}

Outcome<std::string> S3Client::putObject(std::string_view bucket, std::string_view key, std::string_view body,
                                         const PutOptions& options) {
  AwsRequest request{"PUT", pathOf(bucket, key), {}, {}, body};
  if (!options.contentType.empty()) request.headers.emplace_back("Content-Type", options.contentType);
  if (!options.ifNoneMatch.empty()) request.headers.emplace_back("If-None-Match", options.ifNoneMatch);
  if (!options.ifMatch.empty()) request.headers.emplace_back("If-Match", options.ifMatch);
  for (const auto& [name, value] : options.metadata) {
    request.headers.emplace_back(std::string(kMetadata) + name, value);
  }
  if (!options.tags.empty())
    request.headers.emplace_back("x-amz-tagging", canonicalQuery({options.tags.begin(), options.tags.end()}));
  auto response = client_->call(request);
  if (!response) return response.error();
  return response->header("etag");
}

Outcome<std::monostate> S3Client::deleteObject(std::string_view bucket, std::string_view key) {
  auto response = client_->call({"DELETE", pathOf(bucket, key), {}, {}, {}});
  if (!response && !isNotFound(response.error())) return response.error();
  return std::monostate{};
}

Outcome<Listing> S3Client::listObjectsV2(std::string_view bucket, std::string_view prefix,
                                         const ListOptions& options) {
  Listing listing;
  std::string token;
  while (true) {
    Query query{{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", std::string(prefix)}};
    if (!options.delimiter.empty()) query.emplace_back("delimiter", options.delimiter);
    if (!token.empty()) query.emplace_back("continuation-token", token);
    auto response = client_->call({"GET", pathOf(bucket, ""), std::move(query), {}, {}});
    if (!response) return response.error();
    if (!findElement(response->body, "ListBucketResult")) {
      return Error{"InvalidResponse", "the listing is not a ListBucketResult", response->status, false};
    }
    readPage(response->body, listing);
    if (listing.objects.size() + listing.commonPrefixes.size() > options.limit) {
      return Error{"ListingTooLong", "more than " + std::to_string(options.limit) + " keys", 0, false};
    }
    if (elementText(response->body, "IsTruncated") != "true") return listing;
    std::string next = elementText(response->body, "NextContinuationToken");
    if (next.empty() || next == token) {
      return Error{"InvalidResponse", "the listing goes on without saying where", response->status, false};
    }
    token = std::move(next);
  }
}

}  // namespace hearth::sdk
