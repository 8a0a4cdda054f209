// LogSink: where functions' and gateways' log lines go. Implemented by services/logs.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"

namespace hearth::ports {

struct LogLine {
  base::Time time;
  std::string message;  // without its line end; UTF-8 (the sender replaces what is not)
};

class LogSink {
 public:
  virtual ~LogSink() = default;
  // Appends in order to the group and stream, which are created when absent. Thread-safe, does not wait: lines
  // are durable with the next group commit.
  virtual void append(const std::string& account, const std::string& region, const std::string& group,
                      const std::string& stream, std::vector<LogLine> lines) = 0;
};

}  // namespace hearth::ports
