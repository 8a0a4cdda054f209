// AwsChunkedStream: takes the aws-chunked coding off a body, and checks everything that the coding says about it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
//
// This coding is part of the body and stands inside HTTP's own chunked transfer coding, if any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_stream.h"
#include "base/hash.h"
#include "http/message.h"
#include "wire/sigv4.h"

namespace hearth::wire {

struct AwsChunkedOptions {
  PayloadMode mode = PayloadMode::kUnsignedChunksTrailer;  // one of the three with chunks
  ChunkSigning signing;                                    // of the signed modes
  std::uint64_t decodedLength = 0;                         // x-amz-decoded-content-length
  std::string trailer;  // x-amz-trailer: the checksum that follows the body, "x-amz-checksum-crc32"; or empty
};

// Bytes are handed out before the signature of their chunk and the checksum of the whole are known: nothing may
// come of them before read() has returned 0. Memory does not grow with the chunks.
//
// Faults, S3's own: SignatureDoesNotMatch 403; BadDigest, IncompleteBody, MalformedTrailerError, InvalidRequest
// 400; InvalidChunkSizeError 403; and those of the source.
class AwsChunkedStream final : public base::ByteStream {
 public:
  AwsChunkedStream(std::unique_ptr<base::ByteStream> source, AwsChunkedOptions options);

  Task<Result<std::size_t>> read(std::string& into, std::size_t most) override;
  std::optional<std::uint64_t> size() const override { return options_.decodedLength; }

  // The fields behind the body, without the trailer's signature. Complete once read() has returned 0.
  const http::Headers& trailers() const { return trailers_; }

 private:
  enum class State : unsigned char { kHeader, kData, kDataEnd, kTrailer, kDone };

  Task<Result<std::size_t>> readSome(std::string& into, std::size_t most);
  Task<Result<std::string>> readLine();
  Task<Result<std::size_t>> readData(std::string& into, std::size_t most);
  Task<Result<void>> readTrailers();
  Task<Result<bool>> fill();  // false: the source has ended

  Result<void> startChunk(std::string_view line);
  Result<void> endChunk();
  Result<void> parseTrailers(std::string_view text);
  Result<void> checkTrailers(const std::optional<std::string>& signature);
  bool isSigned() const { return options_.mode != PayloadMode::kUnsignedChunksTrailer; }
  bool signs(std::string_view algorithm, std::string_view digests, std::string_view signature);

  std::unique_ptr<base::ByteStream> source_;
  AwsChunkedOptions options_;
  State state_ = State::kHeader;
  std::string buffer_;  // read from the source, not consumed from at_ on
  std::size_t at_ = 0;
  std::uint64_t decoded_ = 0;
  std::uint64_t chunkSize_ = 0;
  std::uint64_t chunkLeft_ = 0;
  std::string chunkSignature_;
  std::string previousSignature_;
  std::optional<base::Hasher> chunkHash_;
  std::optional<base::Hasher> checksum_;  // of the trailer
  http::Headers trailers_;
  std::optional<Fault> fault_;
};

// The stream of a request whose payload mode has chunks: reads x-amz-decoded-content-length and x-amz-trailer, and
// takes request.body. Faults: MissingContentLength 411, InvalidRequest 400.
Result<std::unique_ptr<AwsChunkedStream>> openAwsChunked(http::Request& request, const Verified& verified);

}  // namespace hearth::wire
