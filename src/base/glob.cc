#include "base/glob.h"

#include <cstring>

namespace hearth::base {
namespace {

// A stretch of a pattern between two stars: `?` is any character.
bool matchesHere(std::string_view piece, std::string_view text) {
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (piece[i] != '?' && piece[i] != text[i]) return false;
  }
  return true;
}

// Where the piece begins first in the text; npos when nowhere. Without `?` in linear time: memmem(3).
std::size_t findPiece(std::string_view piece, std::string_view text) {
  if (piece.empty()) return 0;
  if (piece.find('?') == std::string_view::npos) {
    const void* found = ::memmem(text.data(), text.size(), piece.data(), piece.size());
    return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) : std::string_view::npos;
  }
  for (std::size_t at = 0; at + piece.size() <= text.size(); ++at) {
    if (matchesHere(piece, text.substr(at))) return at;
  }
  return std::string_view::npos;
}

}  // namespace

bool globMatches(std::string_view pattern, std::string_view text) {
  const std::size_t first = pattern.find('*');
  if (first == std::string_view::npos) return pattern.size() == text.size() && matchesHere(pattern, text);
  const std::size_t last = pattern.rfind('*');
  const std::string_view head = pattern.substr(0, first);
  const std::string_view tail = pattern.substr(last + 1);
  if (head.size() + tail.size() > text.size()) return false;
  if (!matchesHere(head, text) || !matchesHere(tail, text.substr(text.size() - tail.size()))) return false;
  text = text.substr(head.size(), text.size() - head.size() - tail.size());
  // Between the outer stars the first place of each piece is as good as any other.
  std::string_view middle = first == last ? std::string_view() : pattern.substr(first + 1, last - first - 1);
  while (!middle.empty()) {
    const std::size_t star = middle.find('*');
    const std::string_view piece = middle.substr(0, star);
    const std::size_t at = findPiece(piece, text);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + piece.size());
    middle.remove_prefix(star == std::string_view::npos ? middle.size() : star + 1);
  }
  return true;
}

}  // namespace hearth::base
