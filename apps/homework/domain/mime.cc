#include "homework/domain/mime.h"

#include <algorithm>
#include <array>

#include "homework/domain/course.h"

namespace hearth::homework {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kHex[] = "0123456789ABCDEF";
constexpr std::size_t kLine = 76;

bool isContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::string encodedWord(std::string_view text) { return "=?UTF-8?B?" + base64(text) + "?="; }

}  // namespace

std::string quotedPrintable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  const auto append = [&](std::string_view token) {
    if (column + token.size() > kLine - 1) {
      out += "=\r\n";
      column = 0;
    }
    out += token;
    column += token.size();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool lineEnds = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    // A dot alone on its line would end the message for a careless relay.
    const bool plain = (c > ' ' && c < 0x7f && c != '=' && !(c == '.' && column == 0)) || (c == ' ' && !lineEnds);
    if (plain) {
      append({&c, 1});
    } else {
      const auto byte = static_cast<unsigned char>(c);
      const std::array<char, 3> token = {'=', kHex[byte >> 4], kHex[byte & 15]};
      append({token.data(), token.size()});
    }
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < have ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    out += kBase64[group >> 18 & 63];
    out += kBase64[group >> 12 & 63];
    out += have > 1 ? kBase64[group >> 6 & 63] : '=';
    out += have > 2 ? kBase64[group & 63] : '=';
  }
  return out;
}

std::optional<std::string> decodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    const std::size_t padding = !last ? 0 : text[i + 3] != '=' ? 0 : text[i + 2] != '=' ? 1 : 2;
    unsigned group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t value = k >= 4 - padding ? 0 : kBase64.find(text[i + k]);
      if (value == std::string_view::npos) return std::nullopt;
      group = group << 6 | static_cast<unsigned>(value);
    }
    out += static_cast<char>(group >> 16 & 255);
    if (padding < 2) out += static_cast<char>(group >> 8 & 255);
    if (padding < 1) out += static_cast<char>(group & 255);
  }
  return out;
}

std::string headerText(std::string_view text) {
  std::string clean(text);
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  const bool ascii =
      std::all_of(clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii && clean.find("=?") == std::string::npos) return clean;
  // An encoded word is at most 75 characters long and holds whole characters only.
  constexpr std::size_t kBytesPerWord = 45;
  std::string out;
  for (std::string_view rest = clean; !rest.empty();) {
    std::size_t length = std::min(kBytesPerWord, rest.size());
    while (length < rest.size() && length > 1 && isContinuation(rest[length])) --length;
    out += (out.empty() ? "" : "\r\n ") + encodedWord(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  return out;
}

std::string headerMailbox(std::string_view mailbox) {
  const std::string address(addressOf(mailbox));
  const std::size_t open = mailbox.rfind('<');
  if (open == std::string_view::npos || open == 0) return address;
  std::string_view name = mailbox.substr(0, open);
  while (!name.empty() && (name.back() == ' ' || name.back() == '"')) name.remove_suffix(1);
  while (!name.empty() && (name.front() == ' ' || name.front() == '"')) name.remove_prefix(1);
  if (name.empty()) return address;
  // Atoms and spaces stand as they are (RFC 5322); everything else becomes an encoded word.
  const bool atoms = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ' ' || c == '-';
  });
  return (atoms ? std::string(name) : encodedWord(name.substr(0, 45))) + " <" + address + ">";
}

}  // namespace hearth::homework
