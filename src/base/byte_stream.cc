#include "base/byte_stream.h"

#include <algorithm>

namespace hearth::base {

Task<Result<std::size_t>> StringStream::read(std::string& into, std::size_t most) {
  const std::size_t count = std::min(most, bytes_.size() - at_);
  into.append(bytes_, at_, count);
  at_ += count;
  co_return count;
}

namespace {

Task<Result<std::string>> readWhole(ByteStream& stream, std::size_t limit, Fault tooLarge,
                                    ByteBudget::Share* share) {
  constexpr std::size_t kPiece = 64 * 1024;
  const auto known = stream.size();
  if (known && *known > limit) co_return std::move(tooLarge);
  std::string bytes;
  if (known) bytes.reserve(static_cast<std::size_t>(*known));
  while (true) {
    HEARTH_CO_TRY(const std::size_t count, co_await stream.read(bytes, kPiece));
    if (count == 0) co_return bytes;
    if (bytes.size() > limit) co_return std::move(tooLarge);
    if (share && !share->take(count))
      co_return Fault("ServiceUnavailable",
                      "The server holds as many bytes of requests as it may. Please try again.", 503);
  }
}

}  // namespace

Task<Result<std::string>> readAll(ByteStream& stream, std::size_t limit, Fault tooLarge) {
  return readWhole(stream, limit, std::move(tooLarge), nullptr);
}

Task<Result<std::string>> readAll(ByteStream& stream, std::size_t limit, Fault tooLarge, ByteBudget::Share& share) {
  return readWhole(stream, limit, std::move(tooLarge), &share);
}

}  // namespace hearth::base
