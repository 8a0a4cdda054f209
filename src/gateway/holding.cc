#include "gateway/holding.h"

namespace hearth::gateway {

bool Holding::holdOnly(std::size_t bytes) {
  share_.emplace(*budget_);
  return share_->take(bytes);
}

}  // namespace hearth::gateway
