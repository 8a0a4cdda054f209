#include "base/glob.h"

#include <cstring>

namespace hearth::base {
namespace {

template <class Char>
constexpr Char kStar = kAnyText;
template <>
constexpr char kStar<char> = '*';
template <class Char>
constexpr Char kQuestion = kAnyByte;
template <>
constexpr char kQuestion<char> = '?';

// A stretch of a pattern between two stars: `?` is any character.
template <class Char>
bool matchesHere(std::basic_string_view<Char> piece, std::basic_string_view<Char> text) {
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (piece[i] != kQuestion<Char> && piece[i] != text[i]) return false;
  }
  return true;
}

// In linear time: memmem(3).
std::size_t findText(std::string_view piece, std::string_view text) {
  const void* found = ::memmem(text.data(), text.size(), piece.data(), piece.size());
  return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) : std::string_view::npos;
}

std::size_t findText(std::u16string_view piece, std::u16string_view text) { return text.find(piece); }

// Where the piece begins first in the text; npos when nowhere.
template <class Char>
std::size_t findPiece(std::basic_string_view<Char> piece, std::basic_string_view<Char> text) {
  if (piece.empty()) return 0;
  if (piece.find(kQuestion<Char>) == piece.npos) return findText(piece, text);
  for (std::size_t at = 0; at + piece.size() <= text.size(); ++at) {
    if (matchesHere(piece, text.substr(at))) return at;
  }
  return text.npos;
}

template <class Char>
bool matchesGlob(std::basic_string_view<Char> pattern, std::basic_string_view<Char> text) {
  using View = std::basic_string_view<Char>;
  const std::size_t first = pattern.find(kStar<Char>);
  if (first == View::npos) return pattern.size() == text.size() && matchesHere(pattern, text);
  const std::size_t last = pattern.rfind(kStar<Char>);
  const View head = pattern.substr(0, first);
  const View tail = pattern.substr(last + 1);
  if (head.size() + tail.size() > text.size()) return false;
  if (!matchesHere(head, text) || !matchesHere(tail, text.substr(text.size() - tail.size()))) return false;
  text = text.substr(head.size(), text.size() - head.size() - tail.size());
  // Between the outer stars the first place of each piece is as good as any other.
  View middle = first == last ? View() : pattern.substr(first + 1, last - first - 1);
  while (!middle.empty()) {
    const std::size_t star = middle.find(kStar<Char>);
    const View piece = middle.substr(0, star);
    const std::size_t at = findPiece(piece, text);
    if (at == View::npos) return false;
    text.remove_prefix(at + piece.size());
    middle.remove_prefix(star == View::npos ? middle.size() : star + 1);
  }
  return true;
}

}  // namespace

bool globMatches(std::string_view pattern, std::string_view text) { return matchesGlob(pattern, text); }

bool globMatches(std::u16string_view pattern, std::u16string_view text) { return matchesGlob(pattern, text); }

}  // namespace hearth::base
