// Holding: what the buffers of one request take of the memory that all bodies may have, from the first byte that is
// read until there is a response. What waits to be sent is the server's to bound: http/server.h.
#pragma once

#include <cstddef>
#include <optional>

#include "base/byte_budget.h"

namespace hearth::gateway {

// On the loop. The budget outlives it.
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

}  // namespace hearth::gateway
