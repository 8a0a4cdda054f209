#include "wire/body_digest.h"

#include <algorithm>

#include "base/bytes.h"
#include "wire/aws_chunked.h"

namespace hearth::wire {
namespace {

constexpr std::string_view kChecksumPrefix = "x-amz-checksum-";

std::size_t digestSize(base::HashKind kind) {
  switch (kind) {
    case base::HashKind::kCrc32:
    case base::HashKind::kCrc32c:
      return 4;
    case base::HashKind::kCrc64Nvme:
      return 8;
    case base::HashKind::kMd5:
      return 16;
    case base::HashKind::kSha1:
      return 20;
    case base::HashKind::kSha256:
      return 32;
    case base::HashKind::kSha512:
      return 64;
  }
  return 0;
}

// Not a digest, but a field of the same prefix.
bool isChecksumField(std::string_view name) {
  return name.size() > kChecksumPrefix.size() &&
         base::equalsIgnoreCase(name.substr(0, kChecksumPrefix.size()), kChecksumPrefix) &&
         !base::equalsIgnoreCase(name, "x-amz-checksum-mode") &&
         !base::equalsIgnoreCase(name, "x-amz-checksum-type") &&
         !base::equalsIgnoreCase(name, "x-amz-checksum-algorithm");
}

// The coding is gone from the body, so it goes from Content-Encoding as well; S3 does not keep it either.
void dropCoding(http::Headers& headers) {
  std::string kept;
  std::string all = headers.joined("Content-Encoding");
  std::string_view rest = all;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(','), rest.size());
    const auto coding = base::trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (coding.empty() || base::equalsIgnoreCase(coding, "aws-chunked")) continue;
    if (!kept.empty()) kept += ",";
    kept += coding;
  }
  headers.remove("Content-Encoding");
  if (!kept.empty()) headers.add("Content-Encoding", std::move(kept));
}

}  // namespace

std::optional<base::HashKind> checksumKind(std::string_view fieldName) {
  if (!isChecksumField(fieldName)) return std::nullopt;
  const std::string algorithm = base::toLower(fieldName.substr(kChecksumPrefix.size()));
  if (algorithm == "crc32") return base::HashKind::kCrc32;
  if (algorithm == "crc32c") return base::HashKind::kCrc32c;
  if (algorithm == "crc64nvme") return base::HashKind::kCrc64Nvme;
  if (algorithm == "sha1") return base::HashKind::kSha1;
  if (algorithm == "sha256") return base::HashKind::kSha256;
  return std::nullopt;
}

std::optional<std::string> decodeDigest(base::HashKind kind, std::string_view base64) {
  auto digest = base::base64Decode(base64);
  if (!digest || digest->size() != digestSize(kind)) return std::nullopt;
  return digest;
}

Fault badChecksum(std::string_view fieldName) {
  const std::string algorithm = base::toUpper(fieldName.substr(kChecksumPrefix.size()));
  return {"BadDigest", "The " + algorithm + " you specified did not match the calculated checksum.", 400};
}

DigestStream::DigestStream(std::unique_ptr<base::ByteStream> source, std::vector<ExpectedDigest> expected)
    : source_(std::move(source)) {
  for (auto& digest : expected) {
    base::Hasher hasher(digest.kind);
    running_.push_back({std::move(hasher), std::move(digest)});
  }
}

Task<Result<std::size_t>> DigestStream::read(std::string& into, std::size_t most) {
  if (fault_) co_return *fault_;
  const auto before = into.size();
  auto count = co_await source_->read(into, most);
  if (!count.ok()) {
    fault_ = count.fault();
    co_return count;
  }
  if (*count > 0) {
    const auto piece = std::string_view(into).substr(before);
    for (auto& running : running_) running.hasher.update(piece);
  } else if (most > 0 && !done_) {
    done_ = true;
    for (auto& running : running_) {
      const std::string computed = running.hasher.finish();
      if (base::equalsConstantTime(computed, running.expected.digest)) continue;
      fault_ = std::move(running.expected.mismatch);
      if (fault_->code == "XAmzContentSHA256Mismatch") {
        fault_->details.emplace_back("S3ComputedContentSHA256", base::hexEncode(computed));
      }
      co_return *fault_;
    }
  }
  co_return count;
}

Result<std::vector<ExpectedDigest>> expectedDigests(const http::Headers& headers) {
  std::vector<ExpectedDigest> expected;
  for (const auto& [name, value] : headers) {
    if (base::equalsIgnoreCase(name, "Content-MD5")) {
      auto digest = decodeDigest(base::HashKind::kMd5, value);
      if (!digest) return Fault("InvalidDigest", "The Content-MD5 you specified was invalid.", 400);
      expected.push_back({base::HashKind::kMd5,
                          std::move(*digest),
                          {"BadDigest", "The Content-MD5 you specified did not match what we received.", 400}});
    } else if (isChecksumField(name)) {
      const auto kind = checksumKind(name);
      auto digest = kind ? decodeDigest(*kind, value) : std::nullopt;
      if (!digest) {
        return Fault("InvalidRequest", "Value for " + base::toLower(name) + " header is invalid.", 400);
      }
      const auto isMd5 = [](const ExpectedDigest& other) { return other.kind == base::HashKind::kMd5; };
      if (!std::all_of(expected.begin(), expected.end(), isMd5)) {
        return Fault("InvalidRequest",
                     "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.", 400);
      }
      expected.push_back({*kind, std::move(*digest), badChecksum(name)});
    }
  }
  return expected;
}

Result<std::unique_ptr<base::ByteStream>> openBody(http::Request& request, const Verified& verified) {
  switch (verified.payload) {
    case PayloadMode::kUnsigned:
      return std::move(request.body);
    case PayloadMode::kHashed: {
      if (verified.payloadHash.empty()) return std::move(request.body);
      Fault mismatch("XAmzContentSHA256Mismatch",
                     "The provided 'x-amz-content-sha256' header does not match what was computed.", 400);
      mismatch.details.emplace_back("ClientComputedContentSHA256", verified.payloadHash);
      std::vector<ExpectedDigest> expected;
      expected.push_back(
          {base::HashKind::kSha256, base::hexDecode(verified.payloadHash).value_or(""), std::move(mismatch)});
      return std::unique_ptr<base::ByteStream>(
          std::make_unique<DigestStream>(std::move(request.body), std::move(expected)));
    }
    case PayloadMode::kSignedChunks:
    case PayloadMode::kSignedChunksTrailer:
    case PayloadMode::kUnsignedChunksTrailer:
      break;
  }
  HEARTH_TRY(auto chunked, openAwsChunked(request, verified));
  if (const auto trailer = request.headers.find("X-Amz-Trailer");
      trailer && !request.headers.contains("X-Amz-Sdk-Checksum-Algorithm")) {
    const auto name = base::trim(*trailer);
    request.headers.add("X-Amz-Sdk-Checksum-Algorithm", base::toUpper(name.substr(kChecksumPrefix.size())));
  }
  dropCoding(request.headers);
  return std::unique_ptr<base::ByteStream>(std::move(chunked));
}

Result<void> checkDigests(std::string_view body, const std::vector<ExpectedDigest>& expected) {
  for (const auto& digest : expected) {
    base::Hasher hasher(digest.kind);
    hasher.update(body);
    if (!base::equalsConstantTime(hasher.finish(), digest.digest)) return digest.mismatch;
  }
  return {};
}

}  // namespace hearth::wire
