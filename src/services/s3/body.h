// Bodies: how the bytes of an object come in and go out.
//
// A body up to kInlineBytes is sealed into its row, so that a small PUT costs one group commit; a larger one is
// encrypted into a blob while it arrives. A multipart object is a list of the blobs of its parts: nothing is copied
// when it is completed. Whatever touches a blob, and the hashing of large bodies, runs on the pool.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_stream.h"
#include "base/executor.h"
#include "services/s3/checksums.h"
#include "store/blobs.h"

namespace hearth::services::s3 {

inline constexpr std::size_t kInlineBytes = 64 * 1024;
// Of one PutObject, one part, or one source of a copy.
inline constexpr std::uint64_t kMostBytes = 5ULL << 30;

struct Segment {
  store::BlobId blob;
  std::uint64_t size = 0;
};

// Where a stored body lies: inline, or in segments. Plain bytes; the store seals them.
struct Body {
  std::uint64_t size = 0;
  std::string inlineBytes;
  std::vector<Segment> segments;
};

struct ReceivedBody {
  Body body;
  std::string md5;  // raw
  std::optional<Checksum> checksum;
};

struct ReceiveOptions {
  std::uint64_t limit = kMostBytes;
  std::string contentMd5;  // base64 as sent; empty: none
  ChecksumWish checksum;
  bool alwaysBlob = false;  // parts of multipart uploads are blobs whatever their size
};

// The bytes [offset, offset+length) of a body, which lie within it, in order. Opens the blobs that they lie in one
// after the other; whoever wants them to stay holds them. Blocks for the disk unless the body is inline.
class BodyReader final {
 public:
  BodyReader(Body body, std::uint64_t offset, std::uint64_t length, const store::Blobs& blobs);

  bool isInline() const { return body_.segments.empty(); }
  std::uint64_t left() const { return left_; }
  // Appends the next bytes: `most` of them, or as many as are left. Fault: InternalError when a blob is missing or
  // was changed.
  Result<void> read(std::string& into, std::size_t most);

 private:
  Result<void> openNext();

  Body body_;
  const store::Blobs& blobs_;
  std::size_t next_ = 0;  // the segment behind the open one
  std::unique_ptr<store::BlobReader> open_;
  std::uint64_t offset_;  // in what is open
  std::uint64_t left_;
};

// Reads the stream to its end. A blob that it made is durable when it returns; the caller removes it when the row
// that refers to it is not written. Faults: EntityTooLarge, InvalidDigest, BadDigest, and the stream's own.
Task<Result<ReceivedBody>> receiveBody(base::ByteStream& stream, ReceiveOptions options, store::Blobs& blobs,
                                       base::ThreadPool& pool);

// The same for bytes that are here already.
Task<Result<ReceivedBody>> copyBody(BodyReader source, ReceiveOptions options, store::Blobs& blobs,
                                    base::ThreadPool& pool);

// The bytes of `source` as a stream, which keeps `holds` as long as it lives. Fault: InternalError when the first
// bytes cannot be read.
Task<Result<std::unique_ptr<base::ByteStream>>> openBody(BodyReader source, std::vector<store::BlobHold> holds,
                                                         base::ThreadPool& pool);

}  // namespace hearth::services::s3
