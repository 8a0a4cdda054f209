// Pattern: a text of a policy, with the wildcards * and ?, and in documents of 2012-10-17 with ${variables}.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "identity/condition_keys.h"

namespace hearth::identity {

enum class Variables : unsigned char { kNo, kYes };

class Pattern final {
 public:
  Pattern(std::string_view text, Variables variables);

  // A variable that has no value and no default matches nothing. What comes out of a variable is never a wildcard.
  bool matches(std::string_view text, const ConditionKeys& keys) const;
  // Without wildcards: * and ? are characters as any other.
  bool equals(std::string_view text, const ConditionKeys& keys) const;
  bool equalsIgnoreCase(std::string_view text, const ConditionKeys& keys) const;
  // Each of the six parts of an ARN by itself; the last one has the rest of the text.
  bool matchesArn(std::string_view arn, const ConditionKeys& keys) const;

  // Whether a variable of it is not known here (ConditionKeys::knows()): such a pattern matches nothing for
  // certain.
  bool isUnknown(const ConditionKeys& keys) const;
  // For one that is unknown: whether some value of what is not known would make it match.
  bool mightMatch(std::string_view text, const ConditionKeys& keys) const;

  // False for one whose meaning depends on the request.
  bool isConstant() const { return pieces_.size() == 1 && pieces_[0].kind == Piece::Kind::kText; }
  // As it stands in the policy.
  const std::string& source() const { return source_; }

 private:
  struct Piece {
    enum class Kind : unsigned char {
      kText,      // with wildcards
      kLiteral,   // ${*} ${?} ${$}
      kVariable,  // `text` is the key, in lower case
    };
    Kind kind = Kind::kText;
    std::string text;
    std::optional<std::string> fallback;  // ${key, 'text'}
  };
  void addPiece(Piece piece);
  void parseVariable(std::string_view inside);
  std::optional<std::string> literal(const ConditionKeys& keys) const;
  template <class Match>
  bool matchWith(std::string_view text, const ConditionKeys& keys, Match match, bool unknownIsAny = false) const;

  std::string source_;
  std::vector<Piece> pieces_;  // one of kText when there are no variables
};

}  // namespace hearth::identity
