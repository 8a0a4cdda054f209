// Token buckets: how often something may be asked for.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "gateway/definition.h"

namespace hearth::gateway {

// A bucket of `burst` tokens that gains `rate` of them per second, in fractions, and begins full. Values may change
// between two calls (an updated plan).
class TokenBucket final {
 public:
  // Takes a token, or says that there is none. A clock that went back gains nothing.
  bool take(const Throttle& limit, base::Time now);
  base::Time lastUsed() const { return last_; }

 private:
  double tokens_ = -1;  // -1: never used
  base::Time last_{};
};

// Buckets by name, made when first used. In memory only: a restart fills them. On the loop.
class TokenBuckets final {
 public:
  bool take(std::string_view name, const Throttle& limit, base::Time now);
  std::size_t size() const { return buckets_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  void prune(base::Time now);

  std::unordered_map<std::string, TokenBucket, Hash, std::equal_to<>> buckets_;
  std::size_t pruneAt_ = 4096;
};

}  // namespace hearth::gateway
