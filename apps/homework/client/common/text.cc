#include "homework/client/common/text.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace hearth::homework::client {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t N>
bool contains(const std::array<Range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(), [c](Range r) { return c >= r.first && c <= r.last; });
}

// Unicode Bidi_Control, the interlinear annotation and tag characters, and the byte order mark: invisible, and able
// to make a line read as another one.
constexpr std::array<Range, 8> kInvisible{{{0x061C, 0x061C},
                                           {0x200E, 0x200F},
                                           {0x202A, 0x202E},
                                           {0x2060, 0x206F},
                                           {0xFEFF, 0xFEFF},
                                           {0xFFF9, 0xFFFB},
                                           {0x1D173, 0x1D17A},
                                           {0xE0000, 0xE007F}}};

constexpr std::array<Range, 9> kZeroWidth{{{0x0300, 0x036F},
                                           {0x0483, 0x0489},
                                           {0x0591, 0x05BD},
                                           {0x064B, 0x065F},
                                           {0x1AB0, 0x1AFF},
                                           {0x200B, 0x200D},
                                           {0x20D0, 0x20FF},
                                           {0xFE00, 0xFE0F},
                                           {0xFE20, 0xFE2F}}};

constexpr std::array<Range, 10> kWide{{{0x1100, 0x115F},
                                       {0x2E80, 0x303E},
                                       {0x3041, 0x4DBF},
                                       {0x4E00, 0xA4CF},
                                       {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},
                                       {0xFE30, 0xFE6F},
                                       {0xFF00, 0xFF60},
                                       {0x1F300, 0x1FAFF},
                                       {0x20000, 0x3FFFD}}};

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kWarning = "\x1b[33m";
constexpr std::string_view kPlain = "\x1b[0m";

// The length of the sequence of paintedText at the beginning of `text`; 0 without one.
std::size_t paintLength(std::string_view text) {
  for (const std::string_view sequence : {kBold, kWarning, kPlain}) {
    if (text.starts_with(sequence)) return sequence.size();
  }
  return 0;
}

std::size_t widthOf(char32_t c) {
  if (contains(kZeroWidth, c)) return 0;
  return contains(kWide, c) ? 2 : 1;
}

std::string asciiTwin(char32_t c) {
  switch (c) {
    case 0x00A0:
      return " ";
    case 0x00B7:
    case 0x2022:
      return "*";
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
      return "-";
    case 0x2018:
    case 0x2019:
      return "'";
    case 0x201C:
    case 0x201D:
    case 0x201E:
      return "\"";
    case 0x2026:
      return "...";
    case 0x2192:
      return "->";
    case 0x2502:
      return "|";
    case 0x2713:
      return "*";
    default:
      break;
  }
  char spelled[16];
  std::snprintf(spelled, sizeof spelled, "<U+%04X>", static_cast<unsigned>(c));
  return spelled;
}

void appendShown(std::string& out, char32_t c, Charset charset) {
  if (c < 0x80 || charset == Charset::kUtf8) {
    appendUtf8(out, c);
  } else {
    out += asciiTwin(c);
  }
}

// The expected length of the sequence that `lead` begins, 0 when it cannot begin one.
int sequenceLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// The code point at `position`, or nothing (length 0) when the bytes are malformed.
struct Decoded {
  char32_t codePoint = kReplacement;
  std::size_t length = 0;
};

Decoded decode(std::string_view text, std::size_t position) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[position + i]); };
  const int length = sequenceLength(byte(0));
  if (length == 0 || position + static_cast<std::size_t>(length) > text.size()) return {};
  if (length == 1) return {byte(0), 1};
  char32_t value = byte(0) & (0xFF >> (length + 1));
  for (int i = 1; i < length; ++i) {
    if ((byte(static_cast<std::size_t>(i)) & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte(static_cast<std::size_t>(i)) & 0x3F);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, static_cast<std::size_t>(length)};
}

bool isCode(std::string_view line) { return line.substr(0, 4) == "    "; }

void wrapLine(std::string_view line, std::size_t width, std::string_view indent, std::vector<std::string>& out) {
  const std::size_t room = width > columns(indent) ? width - columns(indent) : 1;
  std::string current(std::min(line.find_first_not_of(' '), line.size()), ' ');  // an indentation stays
  std::size_t used = 0;
  std::size_t blanks = 0;  // between the last word and the next
  for (const std::string_view word : split(line, ' ')) {
    if (!word.empty()) {
      const std::size_t wide = columns(word);
      if (used > 0 && used + blanks + wide > room) {
        out.push_back(std::string(indent) + current);
        current.clear();
        used = 0;
      }
      if (used > 0) {
        current.append(blanks, ' ');
        used += blanks;
      }
      current += word;
      used += wide;
      blanks = 0;
    }
    ++blanks;
  }
  const bool blank = current.find_first_not_of(' ') == std::string::npos;
  out.push_back(blank ? std::string() : std::string(indent) + current);
}

}  // namespace

bool isControl(char32_t c) { return c < 0x20 || (c >= 0x7F && c <= 0x9F); }

char32_t nextCodePoint(std::string_view text, std::size_t& position) {
  const Decoded decoded = decode(text, position);
  position += decoded.length == 0 ? 1 : decoded.length;
  return decoded.codePoint;
}

void appendUtf8(std::string& out, char32_t c) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    tail(12), tail(6), tail(0);
  }
}

std::string cleaned(std::string_view text, Charset charset) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const char32_t c = nextCodePoint(text, i);
    if (c == '\n' || c == 0x2028 || c == 0x2029) {
      out += '\n';
    } else if (c == '\t') {
      out += "    ";
    } else if (!isControl(c) && !contains(kInvisible, c)) {
      appendShown(out, c, charset);
    }
  }
  return out;
}

std::string printable(std::string_view text, Paint paint) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    if (const std::size_t length = paint == Paint::kKept ? paintLength(text.substr(i)) : 0; length > 0) {
      out += text.substr(i, length);
      i += length;
      continue;
    }
    nextCodePoint(text, i);
    const std::string_view one = text.substr(start, i - start);
    out += one == "\t" ? "\t" : cleaned(one);
  }
  return out;
}

std::string paintedText(Ink ink, std::string_view text) {
  return std::string(ink == Ink::kBold ? kBold : kWarning) + std::string(text) + std::string(kPlain);
}

bool isClean(std::string_view text) { return isUtf8(text) && cleaned(text) == text; }

std::string cleanedLine(std::string_view text, Charset charset, std::size_t limit) {
  std::string out;
  for (const char c : cleaned(text, charset)) {
    const bool blank = c == '\n' || c == ' ';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return columns(out) <= limit ? out : fitted(out, limit);
}

std::string asciiText(std::string_view text) {
  constexpr std::u32string_view kMarked = U"ąćęłńóśźżĄĆĘŁŃÓŚŹŻ";
  constexpr std::string_view kPlain = "acelnoszzACELNOSZZ";
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const char32_t c = nextCodePoint(text, i);
    if (const std::size_t at = kMarked.find(c); at != std::u32string_view::npos) {
      out += kPlain[at];
    } else {
      appendShown(out, c, Charset::kAscii);
    }
  }
  return out;
}

std::string inQuotes(std::string_view text) { return '"' + cleanedLine(text, Charset::kUtf8, 60) + '"'; }

std::size_t columns(std::string_view text) {
  std::size_t total = 0;
  for (std::size_t i = 0; i < text.size();) total += widthOf(nextCodePoint(text, i));
  return total;
}

std::string fitted(std::string_view text, std::size_t width) {
  const std::size_t needed = columns(text);
  if (needed <= width) return std::string(text) + std::string(width - needed, ' ');
  if (width == 0) return {};
  std::string out;
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    const std::size_t wide = widthOf(nextCodePoint(text, i));
    if (used + wide > width - 1) break;
    out += text.substr(start, i - start);
    used += wide;
  }
  return out + '~' + std::string(width - 1 - used, ' ');
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::string_view indent) {
  std::vector<std::string> out;
  for (const std::string_view line : split(text, '\n')) {
    if (isCode(line)) {
      out.push_back(std::string(indent) + std::string(line));
    } else {
      wrapLine(line, width, indent, out);
    }
  }
  while (!out.empty() && out.back().empty()) out.pop_back();
  return out;
}

bool isUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const Decoded decoded = decode(text, i);
    if (decoded.length == 0) return false;
    i += decoded.length;
  }
  return true;
}

std::string plural(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  for (std::size_t end = text.find(separator); end != std::string_view::npos; end = text.find(separator, start)) {
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  parts.push_back(text.substr(start));
  return parts;
}

}  // namespace hearth::homework::client
