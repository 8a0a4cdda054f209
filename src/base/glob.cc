#include "base/glob.h"

#include <cstdint>
#include <cstring>
#include <vector>

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

// Whether the piece has been read up to its n-th unit, for all n at once, a bit each: 64 units a step ("shift-and",
// Baeza-Yates and Gonnet 1992).
class PieceSearch final {
 public:
  template <class Char>
  explicit PieceSearch(std::basic_string_view<Char> piece)
      : words_((piece.size() + kBits - 1) / kBits), last_((piece.size() - 1) % kBits), any_(words_), read_(words_) {
    units_.resize(kUnits * words_);
    for (std::size_t i = 0; i < piece.size(); ++i) {
      const std::uint64_t bit = std::uint64_t{1} << (i % kBits);
      if (piece[i] == kQuestion<Char>)
        any_[i / kBits] |= bit;
      else
        units_[byteOf(piece[i]) * words_ + i / kBits] |= bit;
    }
  }

  // True when the piece ends with this unit.
  template <class Char>
  bool read(Char unit) {
    const std::uint64_t* fits = &units_[byteOf(unit) * words_];
    std::uint64_t carry = 1;
    for (std::size_t word = 0; word < words_; ++word) {
      const std::uint64_t next = read_[word] >> (kBits - 1);
      read_[word] = (read_[word] << 1 | carry) & (fits[word] | any_[word]);
      carry = next;
    }
    return (read_[words_ - 1] >> last_ & 1) != 0;
  }

 private:
  static constexpr std::size_t kBits = 64;
  static constexpr std::size_t kUnits = 256;
  // A text's units are bytes, and so are a pattern's but for its wildcards.
  static std::size_t byteOf(char unit) { return static_cast<unsigned char>(unit); }
  static std::size_t byteOf(char16_t unit) { return unit % kUnits; }

  const std::size_t words_;
  const std::size_t last_;
  std::vector<std::uint64_t> units_;
  std::vector<std::uint64_t> any_;
  std::vector<std::uint64_t> read_;
};

// Where the piece begins first in the text; npos when nowhere.
template <class Char>
std::size_t findPiece(std::basic_string_view<Char> piece, std::basic_string_view<Char> text) {
  constexpr std::size_t kFewSteps = 4096;
  if (piece.empty()) return 0;
  if (piece.size() > text.size()) return text.npos;
  if (piece.find(kQuestion<Char>) == piece.npos) return findText(piece, text);
  if (piece.size() * text.size() > kFewSteps) {
    PieceSearch search(piece);
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (search.read(text[at])) return at + 1 - piece.size();
    }
    return text.npos;
  }
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
