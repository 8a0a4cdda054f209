#include "homework/domain/letters.h"

#include <cstdint>

namespace hearth::homework {
namespace {

// Reads one code point of well-formed UTF-8 from the front; a byte that begins none stands for itself.
std::uint32_t takeCodePoint(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(0);
  const std::size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length > text.size()) {
    text.remove_prefix(1);
    return first;
  }
  std::uint32_t code = length == 1 ? first : first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (byte(i) & 0x3f);
  text.remove_prefix(length);
  return code;
}

void appendUtf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

bool within(std::uint32_t code, std::uint32_t first, std::uint32_t last) { return code >= first && code <= last; }

// Simple case folding of the Unicode Character Database, for the blocks that matter here.
std::uint32_t folded(std::uint32_t code) {
  if (within(code, 'A', 'Z')) return code + 32;
  if (code < 0xc0) return code;
  if (within(code, 0xc0, 0xde) && code != 0xd7) return code + 32;
  if (code == 0x178) return 0xff;
  // Latin Extended-A: pairs, the capital first; it begins with an even number, or in two stretches with an odd one.
  if ((within(code, 0x100, 0x12f) || within(code, 0x132, 0x137) || within(code, 0x14a, 0x177)) && code % 2 == 0) {
    return code + 1;
  }
  if ((within(code, 0x139, 0x148) || within(code, 0x179, 0x17e)) && code % 2 == 1) return code + 1;
  if (code == 0x386) return 0x3ac;
  if (within(code, 0x388, 0x38a)) return code + 37;
  if (code == 0x38c) return 0x3cc;
  if (within(code, 0x38e, 0x38f)) return code + 63;
  if (within(code, 0x391, 0x3ab) && code != 0x3a2) return code + 32;
  if (code == 0x3c2) return 0x3c3;
  if (within(code, 0x400, 0x40f)) return code + 80;
  if (within(code, 0x410, 0x42f)) return code + 32;
  return code;
}

bool isBlank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

std::string foldCase(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) appendUtf8(out, folded(takeCodePoint(text)));
  return out;
}

bool isPlainLine(std::string_view text) {
  while (!text.empty()) {
    const std::uint32_t code = takeCodePoint(text);
    if (code < 0x20 || within(code, 0x7f, 0x9f) || within(code, 0x2028, 0x202e) || within(code, 0x2066, 0x2069)) {
      return false;
    }
  }
  return true;
}

std::string joinBlanks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!isBlank(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace hearth::homework
