// FairShares: so much of something for everybody together, of which no one owner gets all.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace hearth::http {

// On the loop. Outlives its shares.
class FairShares final {
 public:
  explicit FairShares(std::size_t all) : left_(all) {}
  FairShares(const FairShares&) = delete;
  FairShares& operator=(const FairShares&) = delete;

  // An owner may have three times of what is left then, and what is left when it has nothing yet. So one alone gets
  // three quarters, two get three sevenths each, and others find something, whose number nobody has to know.
  bool mayTake(const std::string& owner, std::size_t amount) const {
    if (amount > left_) return false;
    const auto found = held_.find(owner);
    if (found == held_.end()) return true;
    const std::size_t held = amount + found->second;
    return held / 3 + (held % 3 != 0 ? 1 : 0) <= left_ - amount;
  }
  std::size_t left() const { return left_; }

  // What one piece of work holds; given back with it.
  class Share final {
   public:
    Share(FairShares& shares, std::string owner) : shares_(shares), owner_(std::move(owner)) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() {
      if (amount_ == 0) return;
      shares_.left_ += amount_;
      const auto held = shares_.held_.find(owner_);
      held->second -= amount_;
      if (held->second == 0) shares_.held_.erase(held);
    }
    // False, and nothing taken, when the owner may not have so much more now.
    bool take(std::size_t amount) {
      if (!shares_.mayTake(owner_, amount)) return false;
      shares_.left_ -= amount;
      if (amount > 0) shares_.held_[owner_] += amount;
      amount_ += amount;
      return true;
    }

   private:
    FairShares& shares_;
    std::string owner_;
    std::size_t amount_ = 0;
  };

 private:
  std::size_t left_;
  std::map<std::string, std::size_t> held_;  // of owners who hold something
};

}  // namespace hearth::http
