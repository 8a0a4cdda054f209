// Holding: what the buffers of one request take of the memory that all bodies may have, from the first byte that is
// read to the last that is sent.
#pragma once

#include <cstddef>
#include <optional>

#include "base/byte_budget.h"
#include "http/message.h"

namespace hearth::gateway {

// On the loop. The budget outlives it, and the responses that it goes with.
class Holding final {
 public:
  explicit Holding(base::ByteBudget& budget) : budget_(&budget), share_(budget) {}
  Holding(Holding&&) noexcept = default;
  Holding& operator=(Holding&&) = delete;

  // For what grows while it is read; on top of what is held.
  base::ByteBudget::Share& share() { return *share_; }
  // These bytes from now on, instead of all before. False, and nothing held, when so much is not left.
  bool holdOnly(std::size_t bytes);

 private:
  base::ByteBudget* budget_;
  std::optional<base::ByteBudget::Share> share_;  // always set
};

// Bodies up to this size are not counted: every connection may have one.
inline constexpr std::size_t kSmallBody = 16 << 10;

// Lets a response take what is held for its body along until it is sent. False when there is no room for the body.
bool holdUntilSent(Holding holding, http::Response& response);

}  // namespace hearth::gateway
