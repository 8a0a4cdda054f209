// LifecycleEngine: removes what the lifecycle rules of buckets say, now and then.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ticker.h"
#include "services/s3/lifecycle.h"
#include "services/s3/s3_service.h"
#include "store/database.h"

namespace hearth::services::s3 {

// Looks at every bucket that has rules: at start, at midnight UTC (when ages in days end), and each hour between.
// It reads on its own thread, page by page, and removes in small writes, each of which judges every version once
// more against what is there by then. Nothing is remembered between passes: one that was cut off is repeated.
class LifecycleEngine final {
 public:
  LifecycleEngine(S3Service& service, store::Database& database, const base::Clock& clock);

  void start() { ticker_.start(); }
  // Waits for the write that runs, not for the pass. Before the database and the pool are stopped.
  void stop();

  // One pass, on a thread that may block; what it removed. For tests, and for the ticker.
  struct Removed {
    std::int64_t versions = 0;
    std::int64_t uploads = 0;
  };
  Removed pass();

 private:
  struct Work {
    BucketRow bucket;
    std::string record;  // of the rules: a write that finds another one does nothing
    ExpiryRules rules;
  };

  std::optional<base::Time> tick();
  Removed sweep(const Work& work);
  std::int64_t sweepVersions(const Work& work, const std::string& prefix);
  std::int64_t sweepUploads(const Work& work, const std::string& prefix);
  std::int64_t removeVersions(const Work& work, const std::vector<std::int64_t>& ids);
  std::int64_t abortUploads(const Work& work, const std::vector<std::string>& ids);
  bool stillRules(const Work& work) const;

  S3Service& service_;
  store::Database& database_;
  const base::Clock& clock_;
  std::atomic<bool> stopping_ = false;
  base::Ticker ticker_;
};

}  // namespace hearth::services::s3
