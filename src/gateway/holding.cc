#include "gateway/holding.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/byte_stream.h"

namespace hearth::gateway {
namespace {

class HeldBody final : public base::ByteStream {
 public:
  HeldBody(std::string bytes, Holding holding) : holding_(std::move(holding)), bytes_(std::move(bytes)) {}

  Task<Result<std::size_t>> read(std::string& into, std::size_t most) override {
    const std::size_t count = std::min(most, bytes_.size() - at_);
    into.append(bytes_, at_, count);
    at_ += count;
    co_return count;
  }
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  Holding holding_;
  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace

bool Holding::holdOnly(std::size_t bytes) {
  share_.emplace(*budget_);
  return share_->take(bytes);
}

bool holdUntilSent(Holding holding, http::Response& response) {
  if (response.stream || response.body.size() <= kSmallBody) return true;
  if (!holding.holdOnly(response.body.size())) return false;
  response.stream = std::make_unique<HeldBody>(std::exchange(response.body, {}), std::move(holding));
  return true;
}

}  // namespace hearth::gateway
