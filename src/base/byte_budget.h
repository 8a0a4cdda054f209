// ByteBudget: how many bytes of strangers may wait in memory at once, over all requests.
#pragma once

#include <cstddef>
#include <utility>

namespace hearth::base {

// On the loop. Outlives its shares.
class ByteBudget final {
 public:
  explicit ByteBudget(std::size_t bytes) : left_(bytes) {}
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;

  std::size_t left() const { return left_; }

  // What one request holds of it; given back when the request ends.
  class Share final {
   public:
    explicit Share(ByteBudget& budget) : budget_(&budget) {}
    Share(Share&& other) noexcept : budget_(other.budget_), held_(std::exchange(other.held_, 0)) {}
    Share& operator=(Share&&) = delete;
    ~Share() { budget_->left_ += held_; }

    // False, and nothing taken, when so much is not left.
    bool take(std::size_t bytes) {
      if (bytes > budget_->left_) return false;
      budget_->left_ -= bytes;
      held_ += bytes;
      return true;
    }

   private:
    ByteBudget* budget_;
    std::size_t held_ = 0;
  };

 private:
  std::size_t left_;
};

}  // namespace hearth::base
