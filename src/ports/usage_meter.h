// UsageMeter: the durable counts behind the quotas of usage plans. Implemented by services/apigateway.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::ports {

// Requests of one key under one plan on one day.
struct UsageCount {
  std::string planId;
  std::string keyId;
  std::int64_t day = 0;  // since 1970-01-01, UTC
  std::int64_t requests = 0;
};

class UsageMeter {
 public:
  virtual ~UsageMeter() = default;
  // The requests from `firstDay` to `lastDay`, both included. On the loop; a read. Asked for once per key and
  // period, and after a restart.
  virtual std::int64_t used(const std::string& planId, const std::string& keyId, std::int64_t firstDay,
                            std::int64_t lastDay) = 0;
  // Adds to what is there. On the loop; does not wait: durable with the next group commit, or, when that one fails,
  // with the next add().
  virtual void add(std::vector<UsageCount> counts) = 0;
};

}  // namespace hearth::ports
