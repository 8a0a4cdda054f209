// ByteStream: bytes that arrive over time, pulled by their consumer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_budget.h"
#include "base/result.h"
#include "base/task.h"

namespace hearth::base {

// One reader, on the loop. A stream is read once, in order.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Appends at most `most` bytes to `into` and returns how many; 0 means the end. Faults are final: the peer
  // broke off, a checksum or signature did not match, a limit was passed.
  virtual Task<Result<std::size_t>> read(std::string& into, std::size_t most) = 0;
  // The number of bytes in all, when it is known beforehand.
  virtual std::optional<std::uint64_t> size() const = 0;
};

// A stream over bytes in memory.
class StringStream final : public ByteStream {
 public:
  explicit StringStream(std::string bytes) : bytes_(std::move(bytes)) {}
  Task<Result<std::size_t>> read(std::string& into, std::size_t most) override;
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

// Everything that is left, or the Fault `tooLarge` when that is more than `limit` bytes.
Task<Result<std::string>> readAll(ByteStream& stream, std::size_t limit, Fault tooLarge);
// The same on account of `share`, which lives as long as the bytes. Fault: ServiceUnavailable 503 when there is no
// room for them now.
Task<Result<std::string>> readAll(ByteStream& stream, std::size_t limit, Fault tooLarge, ByteBudget::Share& share);

}  // namespace hearth::base
