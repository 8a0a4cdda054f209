// aws-chunked bodies from strangers, in all three modes: decoding ends, never hands out more than was announced,
// and says the same however the bytes arrive. Nothing that is signed passes, because the key is unknown to the
// fuzzer. Input: a byte for mode and trailer, a byte for the size of the pieces, two bytes of announced length, the
// body.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "wire/aws_chunked.h"

namespace {

using hearth::wire::PayloadMode;

void require(bool condition) {
  if (!condition) std::abort();
}

class Pieces final : public hearth::base::ByteStream {
 public:
  Pieces(std::string_view bytes, std::size_t step) : bytes_(bytes), step_(step) {}
  hearth::Task<hearth::Result<std::size_t>> read(std::string& into, std::size_t most) override {
    const std::size_t count = std::min({most, step_, bytes_.size()});
    into.append(bytes_.substr(0, count));
    bytes_.remove_prefix(count);
    co_return count;
  }
  std::optional<std::uint64_t> size() const override { return std::nullopt; }

 private:
  std::string_view bytes_;
  std::size_t step_;
};

struct Outcome {
  std::string bytes;
  std::string fault;
};

Outcome decode(std::string_view text, const hearth::wire::AwsChunkedOptions& options, std::size_t step) {
  hearth::wire::AwsChunkedStream stream(std::make_unique<Pieces>(text, step), options);
  Outcome outcome;
  const auto reading = [&]() -> hearth::Task<void> {
    while (true) {
      const std::size_t before = outcome.bytes.size();
      const auto count = co_await stream.read(outcome.bytes, step);
      if (!count.ok()) outcome.fault = count.fault().code;
      if (!count.ok() || *count == 0) co_return;
      require(outcome.bytes.size() == before + *count && *count <= step);
    }
  };
  boost::asio::io_context loop;
  boost::asio::co_spawn(loop, reading(), boost::asio::detached);
  loop.run();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr PayloadMode kModes[] = {PayloadMode::kUnsignedChunksTrailer, PayloadMode::kSignedChunks,
                                           PayloadMode::kSignedChunksTrailer};
  static constexpr std::string_view kTrailers[] = {"", "x-amz-checksum-crc32", "x-amz-checksum-sha256",
                                                   "x-amz-checksum-crc64nvme"};
  static const auto key = std::make_shared<hearth::base::HmacSha256Key>(std::string("a key that nobody knows"));
  if (size < 4) return 0;
  hearth::wire::AwsChunkedOptions options;
  options.mode = kModes[data[0] % 3U];
  options.trailer = kTrailers[data[0] / 3U % 4U];
  options.decodedLength = data[2] * 256U + data[3];
  options.signing = {key, "20130524T000000Z", "20130524/us-east-1/s3/aws4_request", std::string(64, '0')};
  const std::string_view text(reinterpret_cast<const char*>(data + 4), size - 4);

  const Outcome whole = decode(text, options, 1U << 16);
  const Outcome pieces = decode(text, options, 1U + data[1] % 32U);
  require(whole.fault == pieces.fault);
  require(whole.bytes.size() <= options.decodedLength && pieces.bytes.size() <= options.decodedLength);
  if (!whole.fault.empty()) return 0;
  require(whole.bytes == pieces.bytes && whole.bytes.size() == options.decodedLength);
  require(options.mode == PayloadMode::kUnsignedChunksTrailer);
  return 0;
}
