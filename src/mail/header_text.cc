#include "mail/header_text.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace hearth::mail {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kLongestWord = 75;      // RFC 2047, section 2
constexpr std::size_t kLongestToRead = 1000;  // some writers do not know of that limit
constexpr std::size_t kLongestLine = 76;

// Charsets that are handed to iconv: single-byte ones and UTF-8. Its stateful converters are not for strangers.
bool isKnownCharset(std::string_view charset) {
  constexpr std::array<std::string_view, 5> kExact{"utf-8", "utf8", "us-ascii", "koi8-r", "koi8-u"};
  if (std::find(kExact.begin(), kExact.end(), charset) != kExact.end()) return true;
  for (const std::string_view family : {"iso-8859-", "windows-125"}) {
    if (!charset.starts_with(family)) continue;
    const auto number = charset.substr(family.size());
    return !number.empty() && number.size() <= 2 &&
           number.find_first_not_of("0123456789") == std::string_view::npos;
  }
  return false;
}

std::optional<std::string> toUtf8(std::string bytes, const std::string& charset) {
  if (charset == "utf-8" || charset == "utf8" || charset == "us-ascii") return bytes;
  const iconv_t converter = ::iconv_open("UTF-8", charset.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string result(bytes.size() * 4, '\0');
  char* in = bytes.data();
  char* out = result.data();
  std::size_t inLeft = bytes.size();
  std::size_t outLeft = result.size();
  const bool failed = ::iconv(converter, &in, &inLeft, &out, &outLeft) == static_cast<std::size_t>(-1);
  ::iconv_close(converter);
  if (failed) return std::nullopt;
  result.resize(result.size() - outLeft);
  return result;
}

std::optional<std::string> decodeQ(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_') {
      result += ' ';
    } else if (text[i] == '=') {
      const auto byte = i + 2 < text.size() ? base::hexDecode(text.substr(i + 1, 2)) : std::nullopt;
      if (!byte) return std::nullopt;
      result += *byte;
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

struct EncodedWord {
  std::string charset;  // lower case, without a language
  std::string bytes;
  std::size_t size;  // how much of the text it took
};

// =?charset?B?...?= at the beginning of `text`.
std::optional<EncodedWord> readEncodedWord(std::string_view text) {
  if (!text.starts_with("=?")) return std::nullopt;
  text = text.substr(0, kLongestToRead);
  const auto charsetEnd = text.find('?', 2);
  if (charsetEnd == std::string_view::npos || text.size() < charsetEnd + 3 || text[charsetEnd + 2] != '?') {
    return std::nullopt;
  }
  const auto begin = charsetEnd + 3;
  const auto end = text.find('?', begin);
  if (end == std::string_view::npos || end + 1 >= text.size() || text[end + 1] != '=') return std::nullopt;
  const auto body = text.substr(begin, end - begin);
  if (body.find_first_of(" \t") != std::string_view::npos) return std::nullopt;

  auto charset = text.substr(2, charsetEnd - 2);
  charset = charset.substr(0, charset.find('*'));
  EncodedWord word{base::toLower(charset), {}, end + 2};
  if (!isKnownCharset(word.charset)) return std::nullopt;
  const char kind = text[charsetEnd + 1];
  auto bytes = kind == 'B' || kind == 'b'   ? base::base64Decode(body)
               : kind == 'Q' || kind == 'q' ? decodeQ(body)
                                            : std::nullopt;
  if (!bytes) return std::nullopt;
  word.bytes = *std::move(bytes);
  return word;
}

// How many bytes the UTF-8 character at the beginning has; 0 when it is none.
std::size_t characterSize(std::string_view text) {
  for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size) {
    if (base::isUtf8(text.substr(0, size))) return size;
  }
  return 0;
}

std::string makeReadable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto size = characterSize(text);
    if (size == 0) {
      result += kReplacement;
    } else if (size == 1 && (static_cast<unsigned char>(text[0]) < ' ' || text[0] == '\x7f')) {
      result += ' ';
    } else {
      result += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return result;
}

bool isPlainAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// Encoded words that break between characters.
std::string encodeWords(std::string_view text, std::size_t column) {
  constexpr std::string_view kOpen = "=?UTF-8?B?";
  constexpr std::string_view kClose = "?=";
  const auto roomOn = [&](std::size_t used) -> std::size_t {
    const std::size_t line = std::min(kLongestWord, kLongestLine - std::min(used, kLongestLine));
    const std::size_t overhead = kOpen.size() + kClose.size();
    return line <= overhead ? 0 : (line - overhead) / 4 * 3;
  };
  std::string result;
  std::string chunk;
  const auto flush = [&] {
    result.append(kOpen).append(base::base64Encode(chunk)).append(kClose);
    chunk.clear();
  };
  std::size_t room = roomOn(column);
  if (room < 4) {  // not even one character
    result = "\r\n ";
    room = roomOn(1);
  }
  while (!text.empty()) {
    const auto size = std::max<std::size_t>(characterSize(text), 1);
    if (chunk.size() + size > room) {
      flush();
      result += "\r\n ";
      room = roomOn(1);
    }
    chunk += text.substr(0, size);
    text.remove_prefix(size);
  }
  flush();
  return result;
}

// ASCII, folded at blanks where lines get long.
std::string fold(std::string_view text, std::size_t column) {
  std::string result;
  while (!text.empty()) {
    // A piece is a word with the blanks before it; a fold stands before a blank.
    auto end = text.find_first_not_of(' ');
    end = std::min(text.find(' ', end == std::string_view::npos ? text.size() : end), text.size());
    const auto piece = text.substr(0, end);
    if (column + piece.size() > kLongestLine && piece.front() == ' ' &&
        piece.find_first_not_of(' ') != piece.npos) {
      result += "\r\n";
      column = 0;
    }
    result += piece;
    column += piece.size();
    text.remove_prefix(end);
  }
  return result;
}

}  // namespace

std::string decodeHeaderText(std::string_view value) {
  std::string text;
  std::string pending;  // bytes of adjacent words of one charset: a character may be split between them
  std::string pendingCharset;
  std::string blanks;  // behind an encoded word; they vanish before another one
  const auto flush = [&] {
    if (!pendingCharset.empty()) text += toUtf8(pending, pendingCharset).value_or(pending);
    pending.clear();
    pendingCharset.clear();
    text += blanks;
    blanks.clear();
  };
  for (std::size_t i = 0; i < value.size();) {
    const char c = value[i];
    if (c == '\r' || c == '\n') {
      ++i;
      continue;
    }
    if (auto word = readEncodedWord(value.substr(i))) {
      blanks.clear();
      if (word->charset != pendingCharset) flush();
      pending += word->bytes;
      pendingCharset = word->charset;
      i += word->size;
      continue;
    }
    if ((c == ' ' || c == '\t') && !pendingCharset.empty()) {
      blanks += c;
    } else {
      flush();
      text += c;
    }
    ++i;
  }
  flush();
  return makeReadable(text);
}

std::string encodeHeaderText(std::string_view text, std::size_t column) {
  // What looks like an encoded word must not be taken for one.
  if (isPlainAscii(text) && text.find("=?") == std::string_view::npos) return fold(text, column);
  return encodeWords(text, column);
}

std::string formatMailbox(std::string_view name, std::string_view address, std::size_t column) {
  if (name.empty()) return std::string(address);
  std::string phrase;
  if (!isPlainAscii(name) || name.find("=?") != std::string_view::npos) {
    phrase = encodeWords(name, column);
  } else {
    phrase = "\"";
    for (const char c : name) {
      if (c == '"' || c == '\\') phrase += '\\';
      phrase += c;
    }
    phrase += '"';
  }
  return phrase + " <" + std::string(address) + ">";
}

}  // namespace hearth::mail
