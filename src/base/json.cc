#include "base/json.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/bytes.h"
#include "base/json_check.h"

namespace hearth::base {
namespace {

struct Position {
  std::size_t line = 1;
  std::size_t column = 1;  // In bytes, from 1.
};

Position positionOf(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t lastBreak = before.rfind('\n');
  return {1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          lastBreak == std::string_view::npos ? offset + 1 : offset - lastBreak};
}

Fault parseFault(std::string_view text, std::size_t offset, std::string_view reason) {
  const Position at = positionOf(text, offset);
  return Fault("SerializationException", "Invalid JSON at line " + std::to_string(at.line) + ", column " +
                                             std::to_string(at.column) + ": " + std::string(reason));
}

using Error = boost::json::error_code;
using Text = boost::json::string_view;

// The number that `text` is. The parser's own may be one unit off in the last place, and become infinite silently;
// this is exact, and too large a one an error.
std::optional<double> exactDouble(double approximate, Text text, Error& error) {
  double exact = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), exact);
  if (status != std::errc::result_out_of_range) return exact;
  if (std::fabs(approximate) < 1) return std::copysign(0.0, approximate);  // Too small to tell from zero.
  error = boost::json::error::exponent_overflow;
  return std::nullopt;
}

struct Limits {
  static constexpr std::size_t max_object_size = JsonObject::max_size();
  static constexpr std::size_t max_array_size = JsonArray::max_size();
  static constexpr std::size_t max_key_size = boost::json::string::max_size();
  static constexpr std::size_t max_string_size = boost::json::string::max_size();
};

// Builds the DOM from the parser's events.
struct DomBuilder : Limits {
  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_array_begin(Error&) { return true; }
  bool on_array_end(std::size_t count, Error&) { return stack.push_array(count), true; }
  bool on_object_begin(Error&) { return true; }
  bool on_object_end(std::size_t count, Error&) { return stack.push_object(count), true; }
  bool on_key_part(Text text, std::size_t, Error&) { return stack.push_chars(text), true; }
  bool on_key(Text text, std::size_t, Error&) { return stack.push_key(text), true; }
  bool on_string_part(Text text, std::size_t, Error&) { return stack.push_chars(text), true; }
  bool on_string(Text text, std::size_t, Error&) { return stack.push_string(text), true; }
  bool on_number_part(Text, Error&) { return true; }
  bool on_int64(std::int64_t number, Text, Error&) { return stack.push_int64(number), true; }
  bool on_uint64(std::uint64_t number, Text, Error&) { return stack.push_uint64(number), true; }
  bool on_bool(bool flag, Error&) { return stack.push_bool(flag), true; }
  bool on_null(Error&) { return stack.push_null(), true; }
  bool on_comment_part(Text, Error&) { return true; }
  bool on_comment(Text, Error&) { return true; }

  // `text` is the whole number, because the document is parsed in one piece.
  bool on_double(double approximate, Text text, Error& error) {
    const auto exact = exactDouble(approximate, text, error);
    if (exact) stack.push_double(*exact);
    return exact.has_value();
  }

  boost::json::value_stack stack;
};

// Hears the events, and keeps nothing.
struct Checker : Limits {
  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_array_begin(Error&) { return true; }
  bool on_array_end(std::size_t, Error&) { return true; }
  bool on_object_begin(Error&) { return true; }
  bool on_object_end(std::size_t, Error&) { return true; }
  bool on_key_part(Text, std::size_t, Error&) { return true; }
  bool on_key(Text, std::size_t, Error&) { return true; }
  bool on_string_part(Text, std::size_t, Error&) { return true; }
  bool on_string(Text, std::size_t, Error&) { return true; }
  bool on_number_part(Text, Error&) { return true; }
  bool on_int64(std::int64_t, Text, Error&) { return true; }
  bool on_uint64(std::uint64_t, Text, Error&) { return true; }
  bool on_double(double approximate, Text text, Error& error) {
    return exactDouble(approximate, text, error).has_value();
  }
  bool on_bool(bool, Error&) { return true; }
  bool on_null(Error&) { return true; }
  bool on_comment_part(Text, Error&) { return true; }
  bool on_comment(Text, Error&) { return true; }
};

template <class Handler>
Result<void> parseWith(boost::json::basic_parser<Handler>& parser, std::string_view text) {
  Error error;
  const std::size_t parsed = parser.write_some(false, text.data(), text.size(), error);
  if (error) return parseFault(text, parsed, error.message());
  if (parsed < text.size()) return parseFault(text, parsed, "unexpected text behind the document");
  return {};
}

boost::json::parse_options depthOf(std::size_t maxDepth) {
  boost::json::parse_options options;
  options.max_depth = maxDepth;
  return options;
}

template <class Number>
void appendNumber(std::string& into, Number number) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  into.append(buffer, end);
}

// The shortest decimal that reads back as the same double, and reads back as a double. JSON has no NaN.
void appendDouble(std::string& into, double number) {
  if (!std::isfinite(number)) {
    into.append("null");
    return;
  }
  const std::size_t start = into.size();
  appendNumber(into, number);
  if (into.find_first_of(".e", start) == std::string::npos) into.append(".0");
}

// Writes one document; `indent` is the number of spaces per level, 0 for the compact form.
class Writer final {
 public:
  Writer(std::string& into, std::size_t indent) : into_(into), indent_(indent) {}

  void write(const Json& value) {
    switch (value.kind()) {
      case boost::json::kind::null:
        into_.append("null");
        return;
      case boost::json::kind::bool_:
        into_.append(value.get_bool() ? "true" : "false");
        return;
      case boost::json::kind::int64:
        appendNumber(into_, value.get_int64());
        return;
      case boost::json::kind::uint64:
        appendNumber(into_, value.get_uint64());
        return;
      case boost::json::kind::double_:
        appendDouble(into_, value.get_double());
        return;
      case boost::json::kind::string:
        appendJsonString(into_, value.get_string());
        return;
      case boost::json::kind::array:
        writeArray(value.get_array());
        return;
      case boost::json::kind::object:
        writeObject(value.get_object());
        return;
    }
  }

 private:
  void writeArray(const JsonArray& array) {
    into_.push_back('[');
    ++depth_;
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (i > 0) into_.push_back(',');
      newLine();
      write(array[i]);
    }
    --depth_;
    if (!array.empty()) newLine();
    into_.push_back(']');
  }

  void writeObject(const JsonObject& object) {
    into_.push_back('{');
    ++depth_;
    bool first = true;
    for (const auto& member : object) {
      if (!std::exchange(first, false)) into_.push_back(',');
      newLine();
      appendJsonString(into_, member.key());
      into_.append(indent_ > 0 ? ": " : ":");
      write(member.value());
    }
    --depth_;
    if (!object.empty()) newLine();
    into_.push_back('}');
  }

  void newLine() {
    if (indent_ == 0) return;
    into_.push_back('\n');
    into_.append(depth_ * indent_, ' ');
  }

  std::string& into_;
  std::size_t indent_;
  std::size_t depth_ = 0;
};

}  // namespace

Result<Json> parseJson(std::string_view text, std::size_t maxDepth) {
  boost::json::basic_parser<DomBuilder> parser(depthOf(maxDepth));
  parser.handler().stack.reset();
  HEARTH_CHECK(parseWith(parser, text));
  return parser.handler().stack.release();
}

Result<void> checkJson(std::string_view text, std::size_t maxDepth) {
  boost::json::basic_parser<Checker> parser(depthOf(maxDepth));
  return parseWith(parser, text);
}

void appendJsonString(std::string& into, std::string_view text) {
  if (!isUtf8(text))
    return appendJsonString(into, toUtf8(text));  // JSON has no other bytes (RFC 8259, section 8.1)
  constexpr std::string_view kDigits = "0123456789abcdef";
  into.push_back('"');
  std::size_t start = 0;  // Of the run that needs no escape.
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    into.append(text, start, i - start);
    start = i + 1;
    into.push_back('\\');
    switch (c) {
      case '"':
      case '\\':
        into.push_back(static_cast<char>(c));
        break;
      case '\b':
        into.push_back('b');
        break;
      case '\f':
        into.push_back('f');
        break;
      case '\n':
        into.push_back('n');
        break;
      case '\r':
        into.push_back('r');
        break;
      case '\t':
        into.push_back('t');
        break;
      default:
        into.append("u00");
        into.push_back(kDigits[c >> 4]);
        into.push_back(kDigits[c & 15]);
    }
  }
  into.append(text, start);
  into.push_back('"');
}

std::string writeJson(const Json& value) {
  std::string text;
  Writer(text, 0).write(value);
  return text;
}

std::string writeJsonPretty(const Json& value) {
  std::string text;
  Writer(text, 2).write(value);
  return text;
}

const Json* findMember(const Json& object, std::string_view name) {
  const JsonObject* members = object.if_object();
  return members == nullptr ? nullptr : members->if_contains(name);
}

Json* findMember(Json& object, std::string_view name) {
  JsonObject* members = object.if_object();
  return members == nullptr ? nullptr : members->if_contains(name);
}

std::optional<std::string> findString(const Json& object, std::string_view name) {
  const Json* member = findMember(object, name);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  return std::string(member->get_string());
}

std::optional<std::string> scalarText(const Json& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null() || value.is_structured()) return std::nullopt;
  return writeJson(value);
}

}  // namespace hearth::base
