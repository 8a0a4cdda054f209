#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <string>

#include "yaml/document.h"
#include "yaml/tree_builder.h"

namespace hearth::yaml {
namespace {

using boost::json::error_code;
using boost::json::string_view;

// Boost.JSON's events, handed to the TreeBuilder. Names and signatures are those that basic_parser calls.
struct JsonEvents {
  static constexpr std::size_t max_object_size = TreeBuilder::kMaxValues;
  static constexpr std::size_t max_array_size = TreeBuilder::kMaxValues;
  static constexpr std::size_t max_key_size = kMaxBytes;
  static constexpr std::size_t max_string_size = kMaxBytes;

  TreeBuilder builder;
  std::string text;  // the parts of a string or key so far

  bool after(error_code& ec) const {
    if (!builder.problem()) return true;
    ec = boost::json::error::exception;
    return false;
  }
  bool put(Json value, error_code& ec) {
    builder.scalar(std::move(value), "");
    return after(ec);
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code& ec) { return builder.beginMap(""), after(ec); }
  bool on_object_end(std::size_t, error_code& ec) { return builder.endMap(), after(ec); }
  bool on_array_begin(error_code& ec) { return builder.beginList(""), after(ec); }
  bool on_array_end(std::size_t, error_code& ec) { return builder.endList(), after(ec); }
  bool on_key_part(string_view part, std::size_t, error_code&) { return text.append(part), true; }
  bool on_key(string_view part, std::size_t, error_code& ec) {
    text.append(part);
    builder.key(text);
    text.clear();
    return after(ec);
  }
  bool on_string_part(string_view part, std::size_t, error_code&) { return text.append(part), true; }
  bool on_string(string_view part, std::size_t, error_code& ec) {
    text.append(part);
    Json value(text);
    text.clear();
    return put(std::move(value), ec);
  }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t number, string_view, error_code& ec) { return put(number, ec); }
  bool on_uint64(std::uint64_t number, string_view, error_code& ec) { return put(number, ec); }
  bool on_double(double number, string_view, error_code& ec) {
    if (!std::isfinite(number)) builder.fail("a number is out of range");
    return put(number, ec);
  }
  bool on_bool(bool flag, error_code& ec) { return put(flag, ec); }
  bool on_null(error_code& ec) { return put(nullptr, ec); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

Fault malformed(std::string problem) { return Fault(kMalformed, std::move(problem)); }

std::string position(std::string_view text, std::size_t offset) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (const char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++line;
      column = 1;
    } else {
      ++column;
    }
  }
  return "(line " + std::to_string(line) + ", column " + std::to_string(column) + ")";
}

}  // namespace

Result<Json> readJson(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = TreeBuilder::kMaxDepth;
  boost::json::basic_parser<JsonEvents> parser(options);
  error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  const bool trailing = !ec && text.find_first_not_of(" \t\r\n", used) != std::string_view::npos;
  auto& builder = parser.handler().builder;
  if (builder.problem()) {
    return malformed("JSON not well-formed: " + *builder.problem() + ". " + position(text, used));
  }
  auto document = builder.take();
  if (ec || trailing || !document) return malformed("JSON not well-formed. " + position(text, used));
  return *std::move(document);
}

}  // namespace hearth::yaml
