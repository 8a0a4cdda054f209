#include "base/log.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "base/clock.h"
#include "base/json.h"

namespace hearth::base {
namespace {

constexpr std::size_t kLongestValue = 2048;
std::atomic<LogLevel> leastLevel{LogLevel::kInfo};

std::string_view levelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

void appendField(std::string& line, std::string_view name, std::string_view value) {
  line.push_back(',');
  appendJsonString(line, name);
  line.push_back(':');
  if (value.size() <= kLongestValue) return appendJsonString(line, value);
  std::size_t cut = kLongestValue;
  while (cut > 0 && (static_cast<unsigned char>(value[cut]) & 0xC0) == 0x80) --cut;  // Between characters.
  appendJsonString(line, std::string(value.substr(0, cut)) + "...");
}

}  // namespace

void setLogLevel(LogLevel least) { leastLevel.store(least, std::memory_order_relaxed); }

void log(LogLevel level, std::string_view area, std::string_view message, std::initializer_list<LogField> fields) {
  if (level < leastLevel.load(std::memory_order_relaxed)) return;
  std::string line = "{\"time\":\"" + formatIso8601(SystemClock().now(), true) + "\"";
  appendField(line, "level", levelName(level));
  appendField(line, "area", area);
  appendField(line, "message", message);
  for (const auto& [name, value] : fields) appendField(line, name, value);
  line.append("}\n");
  // One write(2) per line, so that lines of several threads and processes do not mix.
  std::string_view left = line;
  while (!left.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, left.data(), left.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;  // Nobody can be told.
    left.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace hearth::base
