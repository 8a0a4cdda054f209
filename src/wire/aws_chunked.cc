#include "wire/aws_chunked.h"

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "wire/body_digest.h"

namespace hearth::wire {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kMostLine = 1024;          // a chunk's head
constexpr std::size_t kMostTrailer = 8 * 1024;   // all trailer fields
constexpr std::uint64_t kLeastChunk = 8 * 1024;  // of signed ones, except the last
constexpr std::string_view kSignatureKey = "chunk-signature=";
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";

Fault incompleteBody() { return {"IncompleteBody", "The request body terminated unexpectedly", 400}; }
Fault wrongLength() {
  return {"IncompleteBody",
          "You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header.",
          400};
}
Fault malformedTrailer() {
  return {
      "MalformedTrailerError",
      "The request contained trailing data that was not well-formed or did not conform to our published schema.",
      400};
}
Fault wrongSignature() { return authFault({AuthError::kSignatureMismatch, {}, {}}, AuthFamily::kS3); }

}  // namespace

AwsChunkedStream::AwsChunkedStream(std::unique_ptr<base::ByteStream> source, AwsChunkedOptions options)
    : source_(std::move(source)), options_(std::move(options)), previousSignature_(options_.signing.seedSignature) {
  if (const auto kind = checksumKind(options_.trailer)) checksum_.emplace(*kind);
}

Task<Result<std::size_t>> AwsChunkedStream::read(std::string& into, std::size_t most) {
  if (fault_) co_return *fault_;
  if (most == 0) co_return std::size_t{0};
  auto count = co_await readSome(into, most);
  if (!count.ok()) fault_ = count.fault();
  co_return count;
}

Task<Result<std::size_t>> AwsChunkedStream::readSome(std::string& into, std::size_t most) {
  while (true) {
    switch (state_) {
      case State::kHeader: {
        HEARTH_CO_TRY(const std::string line, co_await readLine());
        HEARTH_CO_CHECK(startChunk(line));
        break;
      }
      case State::kData: {
        HEARTH_CO_TRY(const std::size_t count, co_await readData(into, most));
        if (chunkLeft_ == 0) HEARTH_CO_CHECK(endChunk());
        co_return count;
      }
      case State::kDataEnd: {
        HEARTH_CO_TRY(const std::string line, co_await readLine());
        if (!line.empty()) co_return incompleteBody();
        state_ = State::kHeader;
        break;
      }
      case State::kTrailer: {
        HEARTH_CO_CHECK(co_await readTrailers());
        state_ = State::kDone;
        break;
      }
      case State::kDone:
        co_return std::size_t{0};
    }
  }
}

Task<Result<bool>> AwsChunkedStream::fill() {
  buffer_.erase(0, at_);
  at_ = 0;
  HEARTH_CO_TRY(const std::size_t count, co_await source_->read(buffer_, kPiece));
  co_return count > 0;
}

// Up to a CRLF, without it.
Task<Result<std::string>> AwsChunkedStream::readLine() {
  while (true) {
    const auto rest = std::string_view(buffer_).substr(at_);
    const auto end = rest.find("\r\n");
    if (end != std::string_view::npos && end <= kMostLine) {
      std::string line(rest.substr(0, end));
      at_ += end + 2;
      co_return line;
    }
    if (rest.size() > kMostLine) co_return incompleteBody();
    HEARTH_CO_TRY(const bool more, co_await fill());
    if (!more) co_return incompleteBody();
  }
}

// "10000;chunk-signature=ad80..."; unsigned chunks have the size alone.
Result<void> AwsChunkedStream::startChunk(std::string_view line) {
  const auto end = std::min(line.find(';'), line.size());
  const auto digits = line.substr(0, end);
  std::uint64_t size = 0;
  const auto [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (error != std::errc() || last != digits.data() + digits.size() || digits.size() > 15) return incompleteBody();
  if (isSigned()) {
    const auto extension = line.substr(std::min(end + 1, line.size()));
    if (extension.substr(0, kSignatureKey.size()) != kSignatureKey) return incompleteBody();
    chunkSignature_ = extension.substr(kSignatureKey.size());
    if (size > 0 && chunkSize_ > 0 && chunkSize_ < kLeastChunk) {
      return Fault("InvalidChunkSizeError", "Only the last chunk is allowed to have a size less than 8192 bytes",
                   403);
    }
    chunkHash_.emplace(base::HashKind::kSha256);
  }
  if (size > options_.decodedLength - decoded_) return wrongLength();
  chunkSize_ = chunkLeft_ = size;
  state_ = State::kData;
  if (size > 0) return {};
  if (decoded_ != options_.decodedLength) return wrongLength();
  return endChunk();
}

// At the end of a chunk's data: is it what was signed?
Result<void> AwsChunkedStream::endChunk() {
  state_ = chunkSize_ == 0 ? State::kTrailer : State::kDataEnd;
  if (!isSigned()) return {};
  const std::string digests = std::string(kEmptyHash) + "\n" + base::hexEncode(chunkHash_->finish());
  chunkHash_.reset();
  if (!signs("AWS4-HMAC-SHA256-PAYLOAD", digests, chunkSignature_)) return wrongSignature();
  previousSignature_ = std::move(chunkSignature_);
  return {};
}

bool AwsChunkedStream::signs(std::string_view algorithm, std::string_view digests, std::string_view signature) {
  const ChunkSigning& signing = options_.signing;
  std::string text(algorithm);
  text.append("\n").append(signing.timestamp).append("\n").append(signing.scope).append("\n");
  text.append(previousSignature_).append("\n").append(digests);
  return base::equalsConstantTime(base::hexEncode(signing.key->sign(text)), signature);
}

Task<Result<std::size_t>> AwsChunkedStream::readData(std::string& into, std::size_t most) {
  const auto before = into.size();
  most = static_cast<std::size_t>(std::min<std::uint64_t>(most, chunkLeft_));
  if (at_ < buffer_.size()) {
    const std::size_t count = std::min(most, buffer_.size() - at_);
    into.append(buffer_, at_, count);
    at_ += count;
  } else {
    HEARTH_CO_TRY(const std::size_t count, co_await source_->read(into, most));
    if (count == 0) co_return incompleteBody();
  }
  const auto piece = std::string_view(into).substr(before);
  if (chunkHash_) chunkHash_->update(piece);
  if (checksum_) checksum_->update(piece);
  chunkLeft_ -= piece.size();
  decoded_ += piece.size();
  co_return piece.size();
}

// Everything behind the last chunk, up to the end of the body.
Task<Result<void>> AwsChunkedStream::readTrailers() {
  while (true) {
    HEARTH_CO_TRY(const bool more, co_await fill());
    if (buffer_.size() > kMostTrailer) co_return malformedTrailer();
    if (!more) break;
  }
  co_return parseTrailers(buffer_);
}

// Lines that end in CRLF. Clients differ in how many empty ones stand between and behind the fields.
Result<void> AwsChunkedStream::parseTrailers(std::string_view text) {
  std::optional<std::string> signature;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = base::trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return malformedTrailer();
    std::string name = base::toLower(base::trim(line.substr(0, colon)));
    std::string value(base::trim(line.substr(colon + 1)));
    if (name == kTrailerSignature) {
      if (signature) return malformedTrailer();
      signature = std::move(value);
    } else if (name != options_.trailer || trailers_.size() > 0) {
      return malformedTrailer();
    } else {
      trailers_.add(std::move(name), std::move(value));
    }
  }
  return checkTrailers(signature);
}

Result<void> AwsChunkedStream::checkTrailers(const std::optional<std::string>& signature) {
  if (trailers_.size() == 0) {
    if (!options_.trailer.empty() || signature) return malformedTrailer();
    return {};
  }
  const auto& [name, value] = *trailers_.begin();
  if (options_.mode == PayloadMode::kSignedChunksTrailer) {
    if (!signature) return malformedTrailer();
    const std::string digest = base::sha256Hex(name + ":" + value + "\n");
    if (!signs("AWS4-HMAC-SHA256-TRAILER", digest, *signature)) return wrongSignature();
  }
  const auto kind = checksumKind(name);
  const auto expected = kind ? decodeDigest(*kind, value) : std::nullopt;
  if (!expected) return Fault("InvalidRequest", "Value for " + name + " trailing header is invalid.", 400);
  if (!base::equalsConstantTime(checksum_->finish(), *expected)) return badChecksum(name);
  return {};
}

Result<std::unique_ptr<AwsChunkedStream>> openAwsChunked(http::Request& request, const Verified& verified) {
  AwsChunkedOptions options;
  options.mode = verified.payload;
  options.signing = verified.chunks;
  const auto length = request.headers.find("X-Amz-Decoded-Content-Length");
  if (!length) return Fault("MissingContentLength", "You must provide the Content-Length HTTP header.", 411);
  const auto [end, error] = std::from_chars(length->data(), length->data() + length->size(), options.decodedLength);
  if (error != std::errc() || end != length->data() + length->size()) {
    return Fault("InvalidArgument", "The x-amz-decoded-content-length header is not a number.", 400);
  }
  if (const auto trailer = request.headers.find("X-Amz-Trailer")) {
    options.trailer = base::toLower(base::trim(*trailer));
    if (!checksumKind(options.trailer) || verified.payload == PayloadMode::kSignedChunks) {
      return Fault("InvalidRequest", "The value specified in the x-amz-trailer header is not supported", 400);
    }
  }
  return std::make_unique<AwsChunkedStream>(std::move(request.body), std::move(options));
}

}  // namespace hearth::wire
