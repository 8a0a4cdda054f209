#include "services/s3/body.h"

#include <algorithm>

#include "base/bytes.h"

namespace hearth::services::s3 {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

class BodyStream final : public base::ByteStream {
 public:
  BodyStream(std::string inlineBytes, std::vector<std::unique_ptr<store::BlobReader>> readers, std::uint64_t offset,
             std::uint64_t length)
      : inline_(std::move(inlineBytes)),
        readers_(std::move(readers)),
        offset_(offset),
        left_(length),
        size_(length) {}

  Task<Result<std::size_t>> read(std::string& into, std::size_t most) override {
    std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>({left_, most, kPiece}));
    if (wanted == 0) co_return std::size_t{0};
    if (readers_.empty()) {
      into.append(inline_, static_cast<std::size_t>(offset_), wanted);
    } else {
      while (offset_ >= readers_[current_]->size()) offset_ -= readers_[current_++]->size();
      wanted = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, readers_[current_]->size() - offset_));
      HEARTH_CO_CHECK(readers_[current_]->read(into, offset_, wanted));
    }
    offset_ += wanted;
    left_ -= wanted;
    co_return wanted;
  }

  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  std::string inline_;
  std::vector<std::unique_ptr<store::BlobReader>> readers_;
  std::size_t current_ = 0;
  std::uint64_t offset_;
  std::uint64_t left_;
  std::uint64_t size_;
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

}  // namespace

Task<Result<ReceivedBody>> receiveBody(base::ByteStream& stream, ReceiveOptions options, store::Blobs& blobs,
                                       base::ThreadPool& pool) {
  ReceivedBody received;
  base::Hasher md5(base::HashKind::kMd5);
  std::optional<base::Hasher> checksum;
  if (auto kind = checksumKind(options.checksum.algorithm)) checksum.emplace(*kind);
  std::unique_ptr<store::BlobWriter> writer;
  std::string piece;
  while (true) {
    piece.clear();
    HEARTH_CO_TRY(std::size_t count, co_await stream.read(piece, kPiece));
    if (count == 0) break;
    received.body.size += count;
    if (received.body.size > options.limit)
      co_return Fault("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
          .with("MaxSizeAllowed", std::to_string(options.limit));
    md5.update(piece);
    if (checksum) checksum->update(piece);
    if (!writer && !options.alwaysBlob && received.body.size <= kInlineBytes) {
      received.body.inlineBytes += piece;
      continue;
    }
    if (!writer) {
      HEARTH_CO_TRY(writer, blobs.create());
      HEARTH_CO_CHECK(writer->append(received.body.inlineBytes));
      received.body.inlineBytes.clear();
    }
    HEARTH_CO_CHECK(writer->append(piece));
  }
  received.md5 = md5.finish();
  if (checksum) received.checksum = Checksum{options.checksum.algorithm, base::base64Encode(checksum->finish())};
  HEARTH_CO_CHECK(verify(options, received.md5, received.checksum));
  if (writer) {
    auto finish = [&writer] { return writer->finish(); };
    HEARTH_CO_TRY(store::BlobId id, co_await base::runOn(pool, finish));
    received.body.segments.push_back({std::move(id), received.body.size});
  }
  co_return received;
}

Result<std::unique_ptr<base::ByteStream>> openBody(const Body& body, std::uint64_t offset, std::uint64_t length,
                                                   const store::Blobs& blobs) {
  std::vector<std::unique_ptr<store::BlobReader>> readers;
  for (const Segment& segment : body.segments) {
    HEARTH_TRY(auto reader, blobs.open(segment.blob));
    if (reader->size() != segment.size)
      return Fault("InternalError", "We encountered an internal error. A stored body has lost bytes.", 500);
    readers.push_back(std::move(reader));
  }
  std::unique_ptr<base::ByteStream> stream =
      std::make_unique<BodyStream>(body.inlineBytes, std::move(readers), offset, length);
  return stream;
}

}  // namespace hearth::services::s3
