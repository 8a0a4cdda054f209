#include "homework/client/trainer/exchange/html_text.h"

#include <charconv>
#include <utility>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kLongestEntity = 12;

// `amp`, `#8230`, `#x2026`; empty when it is none that is known.
std::string entity(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kNamed[] = {
      {"amp", "&"},         {"lt", "<"},          {"gt", ">"},         {"quot", "\""},       {"apos", "'"},
      {"nbsp", " "},        {"ndash", "\u2013"},  {"mdash", "\u2014"}, {"hellip", "\u2026"}, {"times", "\u00D7"},
      {"rarr", "\u2192"},   {"larr", "\u2190"},   {"le", "\u2264"},    {"ge", "\u2265"},     {"ne", "\u2260"},
      {"rsquo", "\u2019"},  {"lsquo", "\u2018"},  {"rdquo", "\u201D"}, {"ldquo", "\u201C"},  {"middot", "\u00B7"},
      {"oacute", "\u00F3"}, {"Oacute", "\u00D3"}, {"deg", "\u00B0"},   {"plusmn", "\u00B1"}};
  for (const auto& [known, text] : kNamed) {
    if (known == name) return std::string(text);
  }
  if (!name.starts_with('#')) return {};
  name.remove_prefix(1);
  const bool hex = name.starts_with('x') || name.starts_with('X');
  if (hex) name.remove_prefix(1);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value, hex ? 16 : 10);
  const bool character = error == std::errc() && end == name.data() + name.size() && value >= 0x20 &&
                         value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
  std::string out;
  if (character) appendUtf8(out, static_cast<char32_t>(value));
  return out;
}

class Reader final {
 public:
  explicit Reader(std::string_view html) : html_(html) {}

  HtmlText run() {
    while (at_ < html_.size()) step();
    endLine();
    while (!out_.text.empty() && out_.text.back() == '\n') out_.text.pop_back();
    return std::move(out_);
  }

 private:
  void step() {
    const char c = html_[at_];
    if (c == '<' && takeTag()) return;
    if (c == '&' && takeEntity()) return;
    ++at_;
    if (verbatim_ && c == '\n') {
      endLine(Blank::kKeep);
    } else if (!verbatim_ && (c == ' ' || c == '\t' || c == '\n')) {
      space_ = !line_.empty();
    } else {
      add(std::string_view(&html_[at_ - 1], 1));
    }
  }

  void add(std::string_view text) {
    if (space_) line_ += ' ';
    space_ = false;
    line_ += text;
  }

  bool takeEntity() {
    const std::size_t end = html_.substr(at_, kLongestEntity).find(';');
    if (end == std::string_view::npos) return false;
    const std::string text = entity(html_.substr(at_ + 1, end - 1));
    if (text.empty()) return false;
    at_ += end + 1;
    add(text);
    return true;
  }

  // A `<` that begins no tag is text: `a < b`.
  bool takeTag() {
    std::size_t name = at_ + 1;
    const bool closing = name < html_.size() && html_[name] == '/';
    if (closing) ++name;
    std::size_t end = name;
    const auto letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    while (end < html_.size() && letter(html_[end])) ++end;
    const bool comment = html_.substr(at_).starts_with("<!--");
    if (end == name && !comment) return false;
    const std::string_view closer = comment ? "-->" : ">";
    if (end >= nextClose_ || nextCloser_ != closer.size()) {
      nextClose_ = html_.find(closer, end);
      nextCloser_ = closer.size();
    }
    if (nextClose_ == std::string_view::npos) return false;
    at_ = nextClose_ + closer.size();
    if (!comment) onTag(lowered(html_.substr(name, end - name)), closing);
    return true;
  }

  void onTag(const std::string& name, bool closing) {
    for (const char* lost : {"img", "table", "svg", "video", "audio", "iframe", "object", "math"})
      out_.lostPicture = out_.lostPicture || name == lost;
    if (name == "pre") {
      endLine();
      verbatim_ = !closing;
      return;
    }
    for (const char* block :
         {"p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote", "table"}) {
      if (name == block) endLine(name == "br" && !closing ? Blank::kKeep : Blank::kDrop);
    }
  }

  enum class Blank : unsigned char { kDrop, kKeep };
  void endLine(Blank blank = Blank::kDrop) {
    space_ = false;
    while (!line_.empty() && line_.back() == ' ') line_.pop_back();
    if (!line_.empty()) {
      out_.text += (verbatim_ ? "    " : "") + line_ + "\n";
    } else if (blank == Blank::kKeep && !out_.text.empty()) {
      out_.text += "\n";
    }
    line_.clear();
  }

  std::string_view html_;
  std::size_t at_ = 0;
  std::size_t nextClose_ = 0;  // of the last search for the end of a tag, so that `<a<a<a` stays linear
  std::size_t nextCloser_ = 0;
  std::string line_;
  bool space_ = false;
  bool verbatim_ = false;
  HtmlText out_;
};

}  // namespace

HtmlText htmlToText(std::string_view html) { return Reader(html).run(); }

}  // namespace hearth::homework::client
