#include "http/response_head.h"

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/log.h"

namespace hearth::http {
namespace {

void appendNumber(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

bool isToken(std::string_view name) {
  static constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kPunctuation.find(c) != std::string_view::npos;
  });
}

// The fields that the server decides itself.
bool isFraming(std::string_view name) {
  switch (name.size()) {
    case 10:
      return base::equalsIgnoreCase(name, "Connection") || base::equalsIgnoreCase(name, "Keep-Alive");
    case 14:
      return base::equalsIgnoreCase(name, "Content-Length");
    case 17:
      return base::equalsIgnoreCase(name, "Transfer-Encoding");
    default:
      return false;
  }
}

// Appends text in which a control character cannot end the line.
void appendText(std::string& out, std::string_view text) {
  const auto start = out.size();
  out += text;
  for (auto at = start; at < out.size(); ++at) {
    const auto byte = static_cast<unsigned char>(out[at]);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) out[at] = ' ';
  }
}

void appendField(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  appendText(out, value);
  out += "\r\n";
}

}  // namespace

const std::string& DateField::at(std::time_t second) {
  if (second != second_) {
    second_ = second;
    text_ = "Date: " + base::formatHttpDate(base::Time(std::chrono::seconds(second))) + "\r\n";
  }
  return text_;
}

void appendResponseHead(std::string& out, const Response& response, const ResponseFraming& framing,
                        const std::string& dateField) {
  out += "HTTP/1.1 ";
  appendNumber(out, static_cast<unsigned>(response.status));
  out += ' ';
  if (response.reason.empty()) {
    out += reasonPhrase(response.status);
  } else {
    appendText(out, response.reason);
  }
  out += "\r\n";
  bool hasDate = false;
  for (const auto& [name, value] : response.headers) {
    if (isFraming(name)) continue;
    if (!isToken(name)) {
      base::logWarning("http", "a response field was left out: its name is no token");
      continue;
    }
    if (name.size() == 4 && base::equalsIgnoreCase(name, "Date")) hasDate = true;
    appendField(out, name, value);
  }
  if (!hasDate) out += dateField;
  if (framing.contentLength) {
    out += "Content-Length: ";
    appendNumber(out, *framing.contentLength);
    out += "\r\n";
  } else if (framing.chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  }
  if (framing.close) {
    out += "Connection: close\r\n";
  } else if (!framing.http11) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

}  // namespace hearth::http
