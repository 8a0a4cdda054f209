// The server's own log: one line of JSON per event on stderr. Never give it a secret or a payload.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace hearth::base {

enum class LogLevel : unsigned char { kDebug, kInfo, kWarning, kError };

using LogField = std::pair<std::string_view, std::string>;

// Thread-safe; a line is written whole. Values are escaped, and cut at 2 KiB.
void log(LogLevel level, std::string_view area, std::string_view message,
         std::initializer_list<LogField> fields = {});
void setLogLevel(LogLevel least);

inline void logInfo(std::string_view area, std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kInfo, area, message, fields);
}
inline void logWarning(std::string_view area, std::string_view message,
                       std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kWarning, area, message, fields);
}
inline void logError(std::string_view area, std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kError, area, message, fields);
}

}  // namespace hearth::base
