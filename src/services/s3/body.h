// Bodies: how the bytes of an object come in and go out.
//
// A body up to kInlineBytes is sealed into its row, so that a small PUT costs one group commit; a larger one is
// encrypted into a blob while it arrives. A multipart object is a list of the blobs of its parts: nothing is copied
// when it is completed.
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
  std::uint64_t limit = 5ULL << 30;
  std::string contentMd5;  // base64 as sent; empty: none
  ChecksumWish checksum;
  bool alwaysBlob = false;  // parts of multipart uploads are blobs whatever their size
};

// Reads the stream to its end. A blob that it made is durable when it returns; the caller removes it when the row
// that refers to it is not written. Faults: EntityTooLarge, InvalidDigest, BadDigest, and the stream's own.
Task<Result<ReceivedBody>> receiveBody(base::ByteStream& stream, ReceiveOptions options, store::Blobs& blobs,
                                       base::ThreadPool& pool);

// The bytes [offset, offset+length) of a body as a stream. Opens every blob at once, so that the object may be
// deleted while it is read. Fault: InternalError when a blob is missing or was changed.
Result<std::unique_ptr<base::ByteStream>> openBody(const Body& body, std::uint64_t offset, std::uint64_t length,
                                                   const store::Blobs& blobs);

}  // namespace hearth::services::s3
