// Checks of whole bodies against what a request says about them: x-amz-content-sha256, Content-MD5,
// x-amz-checksum-*. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_stream.h"
#include "base/hash.h"
#include "http/message.h"
#include "wire/sigv4.h"

namespace hearth::wire {

// "x-amz-checksum-crc32" -> kCrc32; also crc32c, crc64nvme, sha1, sha256. The name's case does not matter.
std::optional<base::HashKind> checksumKind(std::string_view fieldName);
// Base64 of exactly the digest's size -> its bytes.
std::optional<std::string> decodeDigest(base::HashKind kind, std::string_view base64);
// "The CRC32 you specified did not match the calculated checksum."
Fault badChecksum(std::string_view fieldName);

struct ExpectedDigest {
  base::HashKind kind;
  std::string digest;  // raw bytes
  Fault mismatch;
};

// Hands through what it reads; at the end it faults with the first digest that does not match. Nothing may come of
// the bytes before read() has returned 0.
class DigestStream final : public base::ByteStream {
 public:
  DigestStream(std::unique_ptr<base::ByteStream> source, std::vector<ExpectedDigest> expected);

  Task<Result<std::size_t>> read(std::string& into, std::size_t most) override;
  std::optional<std::uint64_t> size() const override { return source_->size(); }

 private:
  struct Running {
    base::Hasher hasher;
    ExpectedDigest expected;
  };

  std::unique_ptr<base::ByteStream> source_;
  std::vector<Running> running_;
  std::optional<Fault> fault_;
  bool done_ = false;
};

// What the head says about the body's digests: Content-MD5 (fault InvalidDigest 400) and x-amz-checksum-* (fault
// InvalidRequest 400, also for more than one).
Result<std::vector<ExpectedDigest>> expectedDigests(const http::Headers& headers);

// The request's body, decoded, and checked against its signature: aws-chunked with its trailer, or the signed
// SHA-256. Takes request.body. Where a checksum follows the body and no x-amz-sdk-checksum-algorithm says so, that
// header is added, so that an operation knows which one to keep. Digests in the head are left to the operation, see
// expectedDigests().
Result<std::unique_ptr<base::ByteStream>> openBody(http::Request& request, const Verified& verified);

// The same checks for a body that has been read as a whole, as operations without a stream get it.
Result<void> checkDigests(std::string_view body, const std::vector<ExpectedDigest>& expected);

}  // namespace hearth::wire
