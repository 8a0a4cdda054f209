#include "identity/pattern.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/glob.h"

namespace hearth::identity {
namespace {

// Stand for * and ? that are meant as characters, in pattern and text alike.
constexpr char kStar = '\x01';
constexpr char kQuestion = '\x02';
constexpr std::string_view kWildcards = "*?";
constexpr std::string_view kStandIns = "\x01\x02";

std::string withStandIns(std::string_view text) {
  std::string shown(text);
  for (char& c : shown) {
    if (c == '*') c = kStar;
    if (c == '?') c = kQuestion;
  }
  return shown;
}

bool contains(std::string_view text, std::string_view any) {
  return text.find_first_of(any) != std::string_view::npos;
}

std::optional<std::string> valueOf(const std::string& key, const std::optional<std::string>& fallback,
                                   const ConditionKeys& keys) {
  auto values = keys.find(key);
  if (values && values->size() == 1) return std::move(values->front());
  // A key with several values has no text.
  return (values && !values->empty()) || !keys.knows(key) ? std::nullopt : fallback;
}

// The next part up to a colon, which goes away with it.
std::string_view cutPart(std::string_view& text) {
  const std::size_t colon = text.find(':');
  std::string_view part = text.substr(0, colon);
  text.remove_prefix(colon == std::string_view::npos ? text.size() : colon + 1);
  return part;
}

bool arnMatches(std::string_view pattern, std::string_view arn) {
  constexpr int kColons = 5;
  if (std::count(pattern.begin(), pattern.end(), ':') < kColons) return base::globMatches(pattern, arn);
  for (int i = 0; i < kColons; ++i)
    if (!base::globMatches(cutPart(pattern), cutPart(arn))) return false;
  return base::globMatches(pattern, arn);
}

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
  if (isConstant()) return match(pieces_[0].text, text);
  std::string pattern;
  bool escaped = false;
  for (const Piece& piece : pieces_) {
    if (piece.kind == Piece::Kind::kText) {
      if (contains(piece.text, kStandIns)) return false;
      pattern += piece.text;
      continue;
    }
    if (unknownIsAny && piece.kind == Piece::Kind::kVariable && !keys.knows(piece.text)) {
      pattern += '*';
      continue;
    }
    auto value = piece.kind == Piece::Kind::kLiteral ? piece.text : valueOf(piece.text, piece.fallback, keys);
    if (!value || contains(*value, kStandIns)) return false;
    escaped = escaped || contains(*value, kWildcards);
    pattern += withStandIns(*value);
  }
  if (!escaped) return match(pattern, text);
  return !contains(text, kStandIns) && match(pattern, withStandIns(text));
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
  return matchWith(text, keys, base::globMatches, true);
}

bool Pattern::matches(std::string_view text, const ConditionKeys& keys) const {
  return matchWith(text, keys, base::globMatches);
}

bool Pattern::matchesArn(std::string_view arn, const ConditionKeys& keys) const {
  return matchWith(arn, keys, arnMatches);
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
