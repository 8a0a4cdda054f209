// LogWriter: the LogSink of functions and gateways. Lines are gathered per stream and written once per group
// commit. Lines whose write failed are written with the next ones, or by retry().
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "ports/log_sink.h"
#include "services/logs/logs_store.h"

namespace hearth::services::logs {

// Thread-safe. At most kMostPending bytes wait; lines beyond that are dropped, and one line says how many.
class LogWriter final : public ports::LogSink {
 public:
  LogWriter(store::Database& database, LogsStore& store, const base::Clock& clock)
      : database_(database), store_(store), clock_(clock) {}

  void append(const std::string& account, const std::string& region, const std::string& group,
              const std::string& stream, std::vector<ports::LogLine> lines) override;
  // Writes what could not be written before, if anything. For a timer.
  void retry();

 private:
  static constexpr std::size_t kMostPending = 32 << 20;
  using StreamKey = std::tuple<std::string, std::string, std::string, std::string>;

  using Batch = std::map<StreamKey, std::vector<Event>>;

  void add(std::vector<Event>& events, Event event);  // mutex_ is held
  void post();
  void putBack(Batch batch);
  void write(const StreamKey& key, std::vector<Event>& events);

  store::Database& database_;
  LogsStore& store_;
  const base::Clock& clock_;
  std::mutex mutex_;
  Batch pending_;                 // guarded by mutex_
  std::size_t pendingBytes_ = 0;  // guarded by mutex_
  std::size_t dropped_ = 0;       // guarded by mutex_
  bool scheduled_ = false;        // guarded by mutex_
};

}  // namespace hearth::services::logs
