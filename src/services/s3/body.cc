#include "services/s3/body.h"

#include <algorithm>

#include "base/bytes.h"

namespace hearth::services::s3 {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

// How much a turn on the pool takes: enough to be worth the two hops, too little to keep others waiting.
constexpr std::size_t kCopied = 4 * 1024 * 1024;

Fault lostBytes() {
  return Fault("InternalError", "We encountered an internal error. A stored body has lost bytes.", 500);
}

Fault tooLarge(std::uint64_t limit) {
  return Fault("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
      .with("MaxSizeAllowed", std::to_string(limit));
}

class BodyStream final : public base::ByteStream {
 public:
  BodyStream(BodyReader source, std::vector<store::BlobHold> holds, base::ThreadPool& pool)
      : source_(std::move(source)), holds_(std::move(holds)), pool_(pool), size_(source_.left()) {}

  Task<Result<void>> fill() {
    piece_.clear();
    at_ = 0;
    if (source_.isInline()) co_return source_.read(piece_, kPiece);
    auto read = [this] { return source_.read(piece_, kPiece); };
    co_return co_await base::runOn(pool_, read);
  }

  Task<Result<std::size_t>> read(std::string& into, std::size_t most) override {
    if (at_ == piece_.size() && source_.left() > 0) HEARTH_CO_CHECK(co_await fill());
    const std::size_t count = std::min(most, piece_.size() - at_);
    into.append(piece_, at_, count);
    at_ += count;
    co_return count;
  }

  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  BodyReader source_;
  std::vector<store::BlobHold> holds_;
  base::ThreadPool& pool_;
  std::uint64_t size_;
  std::string piece_;
  std::size_t at_ = 0;  // of piece_: what was handed out
};

Result<void> verify(const ReceiveOptions& options, const std::string& md5,
                    const std::optional<Checksum>& checksum) {
  if (!options.contentMd5.empty()) {
    auto expected = base::base64Decode(options.contentMd5);
    if (!expected || expected->size() != 16)
      return Fault("InvalidDigest", "The Content-MD5 you specified is not valid.");
    if (*expected != md5)
      return Fault("BadDigest", "The Content-MD5 you specified did not match what we received.")
          .with("ExpectedDigest", options.contentMd5)
          .with("CalculatedDigest", base::base64Encode(md5));
  }
  if (checksum && !options.checksum.expected.empty() && options.checksum.expected != checksum->value)
    return Fault("BadDigest",
                 "The " + checksum->algorithm + " you specified did not match the calculated checksum.");
  return {};
}

// What becomes of bytes that come in, in order.
class Receiver final {
 public:
  Receiver(ReceiveOptions options, store::Blobs& blobs) : options_(std::move(options)), blobs_(blobs) {
    if (auto kind = checksumKind(options_.checksum.algorithm)) checksum_.emplace(*kind);
  }

  // Do `more` bytes stay in memory? Otherwise add() belongs on the pool.
  bool staysInline(std::size_t more) const {
    return !writer_ && !options_.alwaysBlob && received_.body.size + more <= kInlineBytes;
  }
  bool isInline() const { return !writer_; }

  Result<void> add(std::string_view bytes) {
    if (bytes.size() > options_.limit - received_.body.size) return tooLarge(options_.limit);
    const bool isInline = staysInline(bytes.size());
    received_.body.size += bytes.size();
    md5_.update(bytes);
    if (checksum_) checksum_->update(bytes);
    if (isInline) {
      received_.body.inlineBytes += bytes;
      return {};
    }
    if (!writer_) {
      HEARTH_TRY(writer_, blobs_.create());
      HEARTH_CHECK(writer_->append(received_.body.inlineBytes));
      received_.body.inlineBytes.clear();
    }
    return writer_->append(bytes);
  }

  // Once. On the pool unless it isInline().
  Result<ReceivedBody> finish() {
    received_.md5 = md5_.finish();
    if (checksum_)
      received_.checksum = Checksum{options_.checksum.algorithm, base::base64Encode(checksum_->finish())};
    HEARTH_CHECK(verify(options_, received_.md5, received_.checksum));
    if (writer_) {
      HEARTH_TRY(store::BlobId id, writer_->finish());
      received_.body.segments.push_back({std::move(id), received_.body.size});
    }
    return std::move(received_);
  }

 private:
  ReceiveOptions options_;
  store::Blobs& blobs_;
  ReceivedBody received_;
  base::Hasher md5_{base::HashKind::kMd5};
  std::optional<base::Hasher> checksum_;
  std::unique_ptr<store::BlobWriter> writer_;
};

Task<Result<ReceivedBody>> finish(Receiver& receiver, base::ThreadPool& pool) {
  if (receiver.isInline()) co_return receiver.finish();
  auto work = [&receiver] { return receiver.finish(); };
  co_return co_await base::runOn(pool, work);
}

}  // namespace

BodyReader::BodyReader(Body body, std::uint64_t offset, std::uint64_t length, const store::Blobs& blobs)
    : body_(std::move(body)), blobs_(blobs), offset_(offset), left_(length) {
  while (next_ < body_.segments.size() && offset_ >= body_.segments[next_].size)
    offset_ -= body_.segments[next_++].size;
}

Result<void> BodyReader::openNext() {
  open_.reset();
  if (next_ == body_.segments.size()) return lostBytes();
  const Segment& segment = body_.segments[next_++];
  auto opened = blobs_.open(segment.blob);
  if (!opened.ok() || (*opened)->size() != segment.size) return lostBytes();
  open_ = std::move(*opened);
  return {};
}

Result<void> BodyReader::read(std::string& into, std::size_t most) {
  std::uint64_t wanted = std::min<std::uint64_t>(most, left_);
  if (isInline()) {
    if (wanted > 0)
      into.append(body_.inlineBytes, static_cast<std::size_t>(offset_), static_cast<std::size_t>(wanted));
    offset_ += wanted;
    left_ -= wanted;
    return {};
  }
  while (wanted > 0) {
    if (!open_ || offset_ == open_->size()) {
      if (open_) offset_ = 0;
      HEARTH_CHECK(openNext());
    }
    const std::uint64_t count = std::min(wanted, open_->size() - offset_);
    HEARTH_CHECK(open_->read(into, offset_, count));
    offset_ += count;
    left_ -= count;
    wanted -= count;
  }
  return {};
}

Task<Result<ReceivedBody>> receiveBody(base::ByteStream& stream, ReceiveOptions options, store::Blobs& blobs,
                                       base::ThreadPool& pool) {
  if (stream.size().value_or(0) > options.limit) co_return tooLarge(options.limit);
  Receiver receiver(std::move(options), blobs);
  std::string piece;
  for (bool ended = false; !ended;) {
    piece.clear();
    while (!ended && piece.size() < kPiece) {
      HEARTH_CO_TRY(const std::size_t count, co_await stream.read(piece, kPiece - piece.size()));
      ended = count == 0;
    }
    if (piece.empty()) break;
    auto add = [&] { return receiver.add(piece); };
    if (receiver.staysInline(piece.size())) {
      HEARTH_CO_CHECK(add());
    } else {
      HEARTH_CO_CHECK(co_await base::runOn(pool, add));
    }
  }
  co_return co_await finish(receiver, pool);
}

Task<Result<ReceivedBody>> copyBody(BodyReader source, ReceiveOptions options, store::Blobs& blobs,
                                    base::ThreadPool& pool) {
  if (source.left() > options.limit) co_return tooLarge(options.limit);
  Receiver receiver(std::move(options), blobs);
  std::string piece;
  auto copy = [&]() -> Result<void> {
    piece.clear();
    HEARTH_CHECK(source.read(piece, kCopied));
    return receiver.add(piece);
  };
  while (source.left() > 0) {
    if (source.isInline() && receiver.staysInline(static_cast<std::size_t>(source.left()))) {
      HEARTH_CO_CHECK(copy());
    } else {
      HEARTH_CO_CHECK(co_await base::runOn(pool, copy));
    }
  }
  co_return co_await finish(receiver, pool);
}

Task<Result<std::unique_ptr<base::ByteStream>>> openBody(BodyReader source, std::vector<store::BlobHold> holds,
                                                         base::ThreadPool& pool) {
  auto stream = std::make_unique<BodyStream>(std::move(source), std::move(holds), pool);
  HEARTH_CO_CHECK(co_await stream->fill());
  co_return std::unique_ptr<base::ByteStream>(std::move(stream));
}

}  // namespace hearth::services::s3
