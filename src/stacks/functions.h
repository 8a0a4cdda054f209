// The intrinsic functions: how they are recognised in a tree.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace hearth::stacks {

enum class Function : unsigned char {
  kRef,
  kGetAtt,
  kJoin,
  kSelect,
  kSplit,
  kSub,
  kIf,
  kEquals,
  kAnd,
  kOr,
  kNot,
  kCondition,
  kFindInMap,
  kBase64,
  kCidr,
  kGetAZs,
  kImportValue,
};

struct FunctionCall {
  Function function;
  const Json* argument;  // borrowed from the tree
};

// Whether an object of the single member "Condition" is a call (inside of boolean functions) or plain data (the
// conditions of a policy statement).
enum class ConditionKey : unsigned char { kIsData, kIsCall };

// The call that `value` is; nullopt for plain data. Fault: a function that CloudFormation or Hearth does not
// know, or one that shares its object with other members.
Result<std::optional<FunctionCall>> findCall(const Json& value, ConditionKey conditionKey);

std::string_view nameOf(Function function);
inline bool isBoolean(Function f) {
  return f == Function::kEquals || f == Function::kAnd || f == Function::kOr || f == Function::kNot ||
         f == Function::kCondition;
}

// One piece of an Fn::Sub text: literal text, or the name between "${" and "}".
struct SubPiece {
  bool isName = false;
  std::string text;
};
// Splits; "${!Name}" is the literal "${Name}". Fault: a name with characters that no name has.
Result<std::vector<SubPiece>> splitSub(std::string_view text);

}  // namespace hearth::stacks
