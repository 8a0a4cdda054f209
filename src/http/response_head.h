// The head of a response as bytes.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

#include "http/message.h"

namespace hearth::http {

// How a response's body is delimited, and what becomes of the connection.
struct ResponseFraming {
  std::optional<std::uint64_t> contentLength;  // absent: chunked, or up to the connection's end, or no body at all
  bool chunked = false;
  bool close = false;
  bool http11 = true;
};

// Formats the Date field at most once a second.
class DateField final {
 public:
  // "Date: Mon, 08 Apr 2019 21:00:00 GMT\r\n"
  const std::string& at(std::time_t second);

 private:
  std::time_t second_ = -1;
  std::string text_;
};

// Appends the status line and all fields with the empty line behind them.
void appendResponseHead(std::string& out, const Response& response, const ResponseFraming& framing,
                        const std::string& dateField);

}  // namespace hearth::http
