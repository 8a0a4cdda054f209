// Conditions: the Condition block of a statement.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "identity/pattern.h"

namespace hearth::identity {

// "x" and ["x", "y"] mean the same in policies; numbers and booleans are texts; null in a list is nothing.
Result<std::vector<std::string>> policyTexts(const Json& value, std::string_view what);
// Faults of documents: MalformedPolicyDocument 400.
Fault malformedDocument(std::string message);

// The operators that there are, without "ForAnyValue:", "ForAllValues:" and "IfExists".
bool isConditionOperator(std::string_view name);

class Conditions final {
 public:
  enum class Verdict : unsigned char {
    kHold,
    kFail,
    // All else holds, but a key or a variable is not known here (ConditionKeys::knows()), or a date is none that
    // can be read.
    kUndecided,
  };

  // Fault: MalformedPolicyDocument 400 with what is wrong.
  static Result<Conditions> parse(const Json& block, Variables variables);

  bool empty() const { return tests_.empty(); }
  Verdict evaluate(const ConditionKeys& keys) const;
  // Whether one of these keys (in lower case) is held to constant values by an operator that is not a negation.
  bool pins(const std::vector<std::string_view>& keys) const;

  enum class Operator : unsigned char {
    kStringEquals,
    kStringEqualsIgnoreCase,
    kStringLike,
    kNumericEquals,
    kNumericLess,
    kNumericLessEquals,
    kNumericGreater,
    kNumericGreaterEquals,
    kDateEquals,
    kDateLess,
    kDateLessEquals,
    kDateGreater,
    kDateGreaterEquals,
    kBool,
    kBinary,
    kIpAddress,
    kArn,
    kNull,
  };

 private:
  enum class Quantifier : unsigned char { kNone, kAnyValue, kAllValues };
  struct Test {
    Operator op = Operator::kStringEquals;
    bool negated = false;
    bool ifExists = false;
    Quantifier quantifier = Quantifier::kNone;
    std::string key;  // lower case
    std::vector<Pattern> values;
    bool isUnknown(const ConditionKeys& keys) const;
    bool holds(const ConditionKeys& keys) const;
    bool matchesAny(const std::string& value, const ConditionKeys& keys) const;
  };
  static Result<Test> readOperator(std::string_view name);
  std::vector<Test> tests_;
};

}  // namespace hearth::identity
