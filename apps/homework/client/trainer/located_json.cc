#include "homework/client/trainer/located_json.h"

#include <optional>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kDeepest = 32;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// Recursive descent; the first mistake ends it.
class Parser final {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::variant<LocatedJson, JsonMistake> document() {
    LocatedJson value;
    if (readValue(value, 0)) {
      skipBlank();
      if (position_ == text_.size()) return value;
      fail("there is something behind the end of the document");
    }
    return *mistake_;
  }

 private:
  bool fail(std::string what) { return failAt(place_, std::move(what)); }
  bool failAt(Place place, std::string what) {
    if (!mistake_) mistake_ = JsonMistake{place, std::move(what)};
    return false;
  }

  bool atEnd() const { return position_ == text_.size(); }
  char peek() const { return atEnd() ? '\0' : text_[position_]; }
  char take() {
    const char c = text_[position_++];
    if (c == '\n') {
      ++place_.line;
      place_.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++place_.column;
    }
    return c;
  }
  void skipBlank() {
    while (!atEnd() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) take();
  }
  bool expect(char wanted) {
    skipBlank();
    if (peek() == wanted && !atEnd()) {
      take();
      return true;
    }
    return fail(std::string("expected '") + wanted + "'" + (atEnd() ? ", but the file ends" : ""));
  }

  bool readValue(LocatedJson& out, std::size_t depth) {
    skipBlank();
    out.place = place_;
    if (depth > kDeepest) return fail("nested more than 32 levels deep");
    if (atEnd()) return fail("the file ends where a value is expected");
    switch (peek()) {
      case '{':
        return readObject(out, depth);
      case '[':
        return readArray(out, depth);
      case '"':
        out.kind = LocatedJson::Kind::kString;
        return readString(out.text);
      default:
        return isDigit(peek()) || peek() == '-' ? readNumber(out) : readWord(out);
    }
  }

  bool readObject(LocatedJson& out, std::size_t depth) {
    out.kind = LocatedJson::Kind::kObject;
    take();
    skipBlank();
    if (peek() == '}') return take(), true;
    for (;;) {
      skipBlank();
      LocatedMember member;
      member.place = place_;
      if (peek() != '"') return fail("expected a member name in double quotes");
      if (!readString(member.name) || !expect(':')) return false;
      if (out.find(member.name) != nullptr)
        return failAt(member.place, "the member \"" + member.name + "\" is there twice");
      if (!readValue(member.value, depth + 1)) return false;
      out.members.push_back(std::move(member));
      skipBlank();
      if (peek() == '}') return take(), true;
      if (!expect(',')) return false;
    }
  }

  bool readArray(LocatedJson& out, std::size_t depth) {
    out.kind = LocatedJson::Kind::kArray;
    take();
    skipBlank();
    if (peek() == ']') return take(), true;
    for (;;) {
      LocatedJson item;
      if (!readValue(item, depth + 1)) return false;
      out.items.push_back(std::move(item));
      skipBlank();
      if (peek() == ']') return take(), true;
      if (!expect(',')) return false;
    }
  }

  bool readWord(LocatedJson& out) {
    for (const auto& [word, kind] : {std::pair{std::string_view("true"), LocatedJson::Kind::kBool},
                                     {"false", LocatedJson::Kind::kBool},
                                     {"null", LocatedJson::Kind::kNull}}) {
      if (!text_.substr(position_).starts_with(word)) continue;
      for (std::size_t i = 0; i < word.size(); ++i) take();
      out.kind = kind;
      out.text = word;
      return true;
    }
    return fail("expected a value");
  }

  bool readDigits(std::string& out) {
    if (!isDigit(peek())) return fail("expected a digit");
    while (isDigit(peek())) out += take();
    return true;
  }

  bool readNumber(LocatedJson& out) {
    out.kind = LocatedJson::Kind::kNumber;
    if (peek() == '-') out.text += take();
    if (peek() == '0') {
      out.text += take();
    } else if (!readDigits(out.text)) {
      return false;
    }
    if (peek() == '.') {
      out.text += take();
      if (!readDigits(out.text)) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
      out.text += take();
      if (peek() == '+' || peek() == '-') out.text += take();
      return readDigits(out.text);
    }
    return true;
  }

  bool readString(std::string& out) {
    take();
    for (;;) {
      if (atEnd()) return fail("the file ends inside a string");
      if (peek() == '\n') return fail("a line ends inside a string; write \\n for a line break");
      if (static_cast<unsigned char>(peek()) < 0x20)
        return fail("a control character inside a string has to be escaped");
      const char c = take();
      if (c == '"') return true;
      if (c != '\\') {
        out += c;
      } else if (!readEscape(out)) {
        return false;
      }
    }
  }

  bool readEscape(std::string& out) {
    if (atEnd()) return fail("the file ends inside a string");
    const char c = take();
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (const std::size_t i = kNames.find(c); i != std::string_view::npos) {
      out += kMeanings[i];
      return true;
    }
    if (c != 'u') return fail(std::string("\\") + c + " is not an escape of JSON");
    char32_t unit = 0;
    if (!readHex(unit)) return false;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      char32_t low = 0;
      if (!text_.substr(position_).starts_with("\\u")) return fail("half a surrogate pair");
      take(), take();
      if (!readHex(low)) return false;
      if (low < 0xDC00 || low > 0xDFFF) return fail("half a surrogate pair");
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    } else if (unit >= 0xDC00 && unit <= 0xDFFF) {
      return fail("half a surrogate pair");
    }
    appendUtf8(out, unit);
    return true;
  }

  bool readHex(char32_t& out) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (int i = 0; i < 4; ++i) {
      const std::size_t digit = atEnd() ? std::string_view::npos : kDigits.find(lowered(std::string(1, peek())));
      if (digit == std::string_view::npos) return fail("\\u takes four hexadecimal digits");
      take();
      out = out * 16 + static_cast<char32_t>(digit);
    }
    return true;
  }

  std::string_view text_;
  std::size_t position_ = 0;
  Place place_;
  std::optional<JsonMistake> mistake_;
};

// The line and column of the first byte that is not UTF-8.
std::optional<JsonMistake> findBadByte(std::string_view text) {
  if (isUtf8(text)) return std::nullopt;
  Place place;
  for (const std::string_view line : split(text, '\n')) {
    if (!isUtf8(line)) break;
    ++place.line;
  }
  return JsonMistake{place, "the file is not UTF-8"};
}

}  // namespace

const LocatedJson* LocatedJson::find(std::string_view name) const {
  for (const LocatedMember& member : members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

std::variant<LocatedJson, JsonMistake> parseLocatedJson(std::string_view text) {
  if (auto mistake = findBadByte(text)) return *std::move(mistake);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return Parser(text).document();
}

}  // namespace hearth::homework::client
