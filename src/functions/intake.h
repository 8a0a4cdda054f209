// Intake: what the body of one request to the Runtime API takes of the memory that those of all environments may
// have, from its first byte until it was handed on as the answer to an invocation.
#pragma once

#include <memory>
#include <utility>

#include "base/byte_budget.h"

namespace hearth::functions {

// On the loop.
class Intake final {
 public:
  explicit Intake(std::shared_ptr<base::ByteBudget> budget) : budget_(std::move(budget)), share_(*budget_) {}

  base::ByteBudget::Share& share() { return share_; }

 private:
  std::shared_ptr<base::ByteBudget> budget_;  // requests in progress may outlast the host
  base::ByteBudget::Share share_;
};

}  // namespace hearth::functions
