// Who scores now. Only one run at a time works on the course; one that was killed is replaced when its lease is
// over. Scoring stays right without it (every write is conditional): the lease keeps two runs from sending the same
// mail.
#pragma once

#include <mutex>
#include <string>

#include "homework/domain/outcome.h"
#include "homework/functions/ports.h"

namespace hearth::homework {

class Lease final {
 public:
  static constexpr std::chrono::seconds kTerm{60};
  static constexpr std::chrono::seconds kRenewal{15};

  Lease(ObjectStore& store, RunClock& clock, std::string holder)
      : store_(store), clock_(clock), holder_(std::move(holder)) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  // Waits for another run's lease to end while time is left; a Problem when it does not.
  Outcome<bool> acquire();
  // Prolongs the lease when it is time for that; a Problem when somebody else has it now. Thread-safe.
  Outcome<bool> keep();
  // Lets the next run begin at once.
  void release();
  // Whether keep() has found another run at work: then this one must leave everything alone.
  bool lost();

 private:
  Outcome<bool> write(const sdk::PutOptions& options, Instant expires);

  ObjectStore& store_;
  RunClock& clock_;
  const std::string holder_;
  std::mutex mutex_;
  std::string etag_;   // guarded by mutex_; of our own lease, empty without one
  Instant renewed_{};  // guarded by mutex_
  bool lost_ = false;  // guarded by mutex_
};

}  // namespace hearth::homework
