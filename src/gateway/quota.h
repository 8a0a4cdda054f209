// QuotaCounter: how much of a usage plan's quota each key has used.
//
// Counts in memory and hands new counts to the meter at most once a second, so that a request does not wait for the
// disk; what was counted since the last flush() is lost when the server is killed. On the loop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "gateway/api_keys.h"
#include "ports/usage_meter.h"

namespace hearth::gateway {

class QuotaCounter final {
 public:
  explicit QuotaCounter(ports::UsageMeter& meter) : meter_(meter) {}

  // Counts a request of the admitted key, or says that its quota is used up. Periods begin at midnight UTC: every
  // day, on Sundays, or on the first of the month.
  bool take(const Admission& admission, base::Time now);
  // Hands all new counts to the meter. The server calls this every second, and before it stops.
  void flush();

 private:
  struct Counter {
    std::string planId, keyId;
    std::int64_t firstDay = -1;  // of the period that `used` is for
    std::int64_t used = 0;
    std::int64_t day = -1;  // that `pending` is for
    std::int64_t pending = 0;
  };

  ports::UsageMeter& meter_;
  // Of keys that are used; those that were not for a day are read again when they come back.
  std::unordered_map<std::string, Counter> counters_;
  std::int64_t pruned_ = 0;  // the day on which the others were dropped
  void prune(std::int64_t today);
  base::Time lastFlush_{};
  bool dirty_ = false;
};

}  // namespace hearth::gateway
