#include "identity/pattern.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/glob.h"

namespace hearth::identity {
namespace {

// One unit per byte, so that base::kAnyText and base::kAnyByte are apart from every byte.
std::u16string unitsOf(std::string_view bytes) {
  std::u16string units(bytes.size(), 0);
  std::transform(bytes.begin(), bytes.end(), units.begin(), [](char c) { return static_cast<unsigned char>(c); });
  return units;
}

std::u16string withWildcards(std::string_view pattern) {
  std::u16string units = unitsOf(pattern);
  std::replace(units.begin(), units.end(), u'*', base::kAnyText);
  std::replace(units.begin(), units.end(), u'?', base::kAnyByte);
  return units;
}

std::optional<std::string> valueOf(const std::string& key, const std::optional<std::string>& fallback,
                                   const ConditionKeys& keys) {
  auto values = keys.find(key);
  if (values && values->size() == 1) return std::move(values->front());
  // A key with several values has no text.
  return (values && !values->empty()) || !keys.knows(key) ? std::nullopt : fallback;
}

// The next part up to a colon, which goes away with it.
template <class Char>
std::basic_string_view<Char> cutPart(std::basic_string_view<Char>& text) {
  const std::size_t colon = text.find(Char(':'));
  std::basic_string_view<Char> part = text.substr(0, colon);
  text.remove_prefix(colon == text.npos ? text.size() : colon + 1);
  return part;
}

// How a pattern without variables, and one whose wildcards are units, is matched.
constexpr auto kAsText = [](auto pattern, decltype(pattern) text) { return base::globMatches(pattern, text); };
constexpr auto kAsArn = [](auto pattern, decltype(pattern) arn) {
  constexpr int kColons = 5;
  using Char = typename decltype(pattern)::value_type;
  if (std::count(pattern.begin(), pattern.end(), Char(':')) < kColons) return base::globMatches(pattern, arn);
  for (int i = 0; i < kColons; ++i)
    if (!base::globMatches(cutPart(pattern), cutPart(arn))) return false;
  return base::globMatches(pattern, arn);
};

}  // namespace

Pattern::Pattern(std::string_view text, Variables variables) : source_(text) {
  while (variables == Variables::kYes) {
    const std::size_t open = text.find("${");
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) break;
    addPiece({Piece::Kind::kText, std::string(text.substr(0, open)), {}});
    parseVariable(text.substr(open + 2, close - open - 2));
    text.remove_prefix(close + 1);
  }
  addPiece({Piece::Kind::kText, std::string(text), {}});
  if (pieces_.empty()) pieces_.push_back({});
}

void Pattern::addPiece(Piece piece) {
  if (piece.kind == Piece::Kind::kVariable || !piece.text.empty()) pieces_.push_back(std::move(piece));
}

void Pattern::parseVariable(std::string_view inside) {
  if (inside == "*" || inside == "?" || inside == "$")
    return addPiece({Piece::Kind::kLiteral, std::string(inside), {}});
  Piece piece{Piece::Kind::kVariable, {}, {}};
  const std::size_t comma = inside.find(',');
  piece.text = base::toLower(base::trim(inside.substr(0, comma)));
  if (comma != std::string_view::npos) {
    std::string_view fallback = base::trim(inside.substr(comma + 1));
    if (fallback.size() >= 2 && fallback.front() == '\'' && fallback.back() == '\'')
      piece.fallback = std::string(fallback.substr(1, fallback.size() - 2));
  }
  addPiece(std::move(piece));
}

template <class Match>
bool Pattern::matchWith(std::string_view text, const ConditionKeys& keys, Match match, bool unknownIsAny) const {
  if (isConstant()) return match(std::string_view(pieces_[0].text), text);
  std::u16string pattern;
  for (const Piece& piece : pieces_) {
    if (piece.kind == Piece::Kind::kText) {
      pattern += withWildcards(piece.text);
      continue;
    }
    if (unknownIsAny && piece.kind == Piece::Kind::kVariable && !keys.knows(piece.text)) {
      pattern += base::kAnyText;
      continue;
    }
    auto value = piece.kind == Piece::Kind::kLiteral ? piece.text : valueOf(piece.text, piece.fallback, keys);
    if (!value) return false;
    pattern += unitsOf(*value);
  }
  const std::u16string units = unitsOf(text);
  return match(std::u16string_view(pattern), std::u16string_view(units));
}

std::optional<std::string> Pattern::literal(const ConditionKeys& keys) const {
  std::string text;
  for (const Piece& piece : pieces_) {
    if (piece.kind != Piece::Kind::kVariable) {
      text += piece.text;
      continue;
    }
    auto value = valueOf(piece.text, piece.fallback, keys);
    if (!value) return std::nullopt;
    text += *value;
  }
  return text;
}

bool Pattern::isUnknown(const ConditionKeys& keys) const {
  return std::any_of(pieces_.begin(), pieces_.end(), [&](const Piece& piece) {
    return piece.kind == Piece::Kind::kVariable && !keys.knows(piece.text);
  });
}

bool Pattern::mightMatch(std::string_view text, const ConditionKeys& keys) const {
  return matchWith(text, keys, kAsText, true);
}

bool Pattern::matches(std::string_view text, const ConditionKeys& keys) const {
  return matchWith(text, keys, kAsText);
}

bool Pattern::matchesArn(std::string_view arn, const ConditionKeys& keys) const {
  return matchWith(arn, keys, kAsArn);
}

bool Pattern::equals(std::string_view text, const ConditionKeys& keys) const {
  if (isConstant()) return pieces_[0].text == text;
  return literal(keys) == text;
}

bool Pattern::equalsIgnoreCase(std::string_view text, const ConditionKeys& keys) const {
  auto mine = literal(keys);
  return mine && base::equalsIgnoreCase(*mine, text);
}

}  // namespace hearth::identity
