#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <charconv>
#include <cmath>
#include <istream>
#include <streambuf>
#include <string>

#include "yaml/document.h"
#include "yaml/tree_builder.h"

namespace hearth::yaml {
namespace {

constexpr std::string_view kStandardTags = "tag:yaml.org,2002:";

Fault malformed(std::string problem) { return Fault(kMalformed, std::move(problem)); }
Fault aliasFault() { return Fault(kAlias, "YAML aliases are not supported."); }

std::string position(const YAML::Mark& mark) {
  // yaml-cpp counts from zero, and says -1 where it does not know.
  return "(line " + std::to_string(std::max(0, mark.line) + 1) + ", column " +
         std::to_string(std::max(0, mark.column) + 1) + ")";
}

// Leaves the parser at the first problem; caught in readYaml, never beyond.
struct StopReading {
  Fault fault;
};

// yaml-cpp's events, handed to the TreeBuilder.
class YamlEvents final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) stop("there is more than one document", mark);
  }
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override { throw StopReading{aliasFault()}; }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (builder_.wantsKey()) stop("a key is empty", mark);
    builder_.scalar(nullptr, "");
    check(mark);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    if (builder_.wantsKey()) {
      builder_.key(value);
    } else if (tag == "?") {
      builder_.scalar(typePlainScalar(value), "");
    } else {
      builder_.scalar(Json(value), shortTag(tag, mark));
    }
    check(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    if (builder_.wantsKey()) stop("a key is not a scalar", mark);
    builder_.beginList(shortTag(tag, mark));
    check(mark);
  }
  void OnSequenceEnd() override { builder_.endList(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    if (builder_.wantsKey()) stop("a key is not a scalar", mark);
    builder_.beginMap(shortTag(tag, mark));
    check(mark);
  }
  void OnMapEnd() override { builder_.endMap(); }

  TreeBuilder& builder() { return builder_; }

 private:
  // "" for untagged and standard types, else the short tag itself.
  static std::string_view shortTag(const std::string& tag, const YAML::Mark& mark) {
    if (tag.empty() || tag == "?" || tag == "!") return "";
    if (tag.starts_with(kStandardTags)) {
      const std::string_view type = std::string_view(tag).substr(kStandardTags.size());
      if (type == "str" || type == "map" || type == "seq") return "";
      stop("the tag !!" + std::string(type) + " is not supported", mark);
    }
    const bool isName = tag.size() <= 64 && tag.front() == '!' &&
                        tag.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                                              1) == std::string::npos;
    if (!isName) stop("a tag is not the name of a function", mark);
    return tag;
  }
  void check(const YAML::Mark& mark) const {
    if (builder_.problem()) stop(*builder_.problem(), mark);
  }
  [[noreturn]] static void stop(const std::string& problem, const YAML::Mark& mark) {
    throw StopReading{malformed("YAML not well-formed: " + problem + ". " + position(mark))};
  }

  TreeBuilder builder_;
  int documents_ = 0;
};

// An istream over borrowed bytes.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // streambuf's interface; never written to
    setg(begin, begin, begin + text.size());
  }
};

bool isDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool isInteger(std::string_view digits) { return isDigits(digits) && (digits == "0" || digits.front() != '0'); }

// [0-9]+ "." [0-9]* with an optional exponent that carries its sign, as YAML 1.1 writes floats.
bool isFloat(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || !isInteger(text.substr(0, dot))) return false;
  std::string_view rest = text.substr(dot + 1);
  const auto e = rest.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view exponent = rest.substr(e + 1);
    if (exponent.empty() || (exponent.front() != '+' && exponent.front() != '-')) return false;
    if (!isDigits(exponent.substr(1))) return false;
    rest = rest.substr(0, e);
  }
  return rest.empty() || isDigits(rest);
}

bool isOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const auto word : words) {
    if (text == word) return true;
  }
  return false;
}

}  // namespace

Json typePlainScalar(std::string_view text) {
  if (text.empty()) return Json(text);
  if (isOneOf(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})) return true;
  if (isOneOf(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})) return false;
  const bool sign = text.front() == '-' || text.front() == '+';
  const std::string_view magnitude = text.substr(sign ? 1 : 0);
  const char* begin = text.data() + (text.front() == '+' ? 1 : 0);
  const char* end = text.data() + text.size();
  if (isInteger(magnitude)) {
    std::int64_t number = 0;
    const auto [rest, error] = std::from_chars(begin, end, number);
    if (error == std::errc() && rest == end) return number;
  } else if (isFloat(magnitude)) {
    double number = 0;
    const auto [rest, error] = std::from_chars(begin, end, number);
    if (error == std::errc() && rest == end && std::isfinite(number)) return number;
  }
  return Json(text);
}

Result<Json> readYaml(std::string_view text) {
  // yaml-cpp takes the end of the text, but not the end of the document, for the closing quote that is missing.
  std::string ended(text);
  if (ended.ends_with('\n')) ended += "...\n";
  ViewBuffer buffer(ended);
  std::istream stream(&buffer);
  YamlEvents events;
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(events)) {
    }
  } catch (const StopReading& stopped) {
    return stopped.fault;
  } catch (const YAML::Exception& error) {
    // An alias without its anchor is an error of the syntax to yaml-cpp, an alias here.
    if (error.msg.starts_with("the referenced anchor is not defined")) return aliasFault();
    return malformed("YAML not well-formed. " + position(error.mark));
  }
  auto document = events.builder().take();
  if (!document) return malformed("unsupported structure.");
  return *std::move(document);
}

}  // namespace hearth::yaml
