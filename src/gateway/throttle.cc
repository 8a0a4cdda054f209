#include "gateway/throttle.h"

#include <algorithm>

namespace hearth::gateway {
namespace {

// A bucket that was left alone for so long is forgotten, which fills it.
constexpr std::chrono::hours kIdle{1};

}  // namespace

bool TokenBucket::take(const Throttle& limit, base::Time now) {
  const auto most = static_cast<double>(limit.burst);
  if (tokens_ < 0) {
    tokens_ = most;
  } else if (now > last_) {
    tokens_ += static_cast<double>((now - last_).count()) / 1000.0 * limit.rate;
  }
  last_ = now;
  tokens_ = std::min(tokens_, most);
  // Sums of fractions: six refills of a sixth are a whole token.
  constexpr double kWhole = 1 - 1e-9;
  if (tokens_ < kWhole) return false;
  tokens_ = std::max(tokens_ - 1, 0.0);
  return true;
}

bool TokenBuckets::take(std::string_view name, const Throttle& limit, base::Time now) {
  auto found = buckets_.find(name);
  if (found == buckets_.end()) {
    if (buckets_.size() >= pruneAt_) prune(now);
    found = buckets_.emplace(std::string(name), TokenBucket()).first;
  }
  return found->second.take(limit, now);
}

void TokenBuckets::prune(base::Time now) {
  std::erase_if(buckets_, [&](const auto& bucket) { return now - bucket.second.lastUsed() > kIdle; });
  pruneAt_ = std::max<std::size_t>(4096, buckets_.size() * 2);
}

}  // namespace hearth::gateway
