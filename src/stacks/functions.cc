#include "stacks/functions.h"

#include <array>

#include "stacks/faults.h"
#include "stacks/scalars.h"

namespace hearth::stacks {
namespace {

struct NamedFunction {
  std::string_view name;
  Function function;
};

constexpr std::array kFunctions = {
    NamedFunction{"Fn::Base64", Function::kBase64},
    NamedFunction{"Fn::GetAtt", Function::kGetAtt},
    NamedFunction{"Fn::GetAZs", Function::kGetAZs},
    NamedFunction{"Fn::ImportValue", Function::kImportValue},
    NamedFunction{"Fn::Join", Function::kJoin},
    NamedFunction{"Fn::Split", Function::kSplit},
    NamedFunction{"Fn::FindInMap", Function::kFindInMap},
    NamedFunction{"Fn::Select", Function::kSelect},
    NamedFunction{"Ref", Function::kRef},
    NamedFunction{"Fn::Equals", Function::kEquals},
    NamedFunction{"Fn::If", Function::kIf},
    NamedFunction{"Fn::Not", Function::kNot},
    NamedFunction{"Condition", Function::kCondition},
    NamedFunction{"Fn::And", Function::kAnd},
    NamedFunction{"Fn::Or", Function::kOr},
    NamedFunction{"Fn::Sub", Function::kSub},
    NamedFunction{"Fn::Cidr", Function::kCidr},
};

Fault unsupportedFunction(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& known : kFunctions) names.push_back(known.name);
  return templateError("Encountered unsupported function: " + std::string(name.substr(0, 100)) +
                       " Supported functions are: [" + joinNames(names) + "]");
}

bool isSubName(std::string_view name) {
  for (const char c : name) {
    if (!isAlphanumeric(std::string_view(&c, 1)) && c != '_' && c != '.' && c != ':') return false;
  }
  return !name.empty();
}

}  // namespace

std::string_view nameOf(Function function) {
  for (const auto& known : kFunctions) {
    if (known.function == function) return known.name;
  }
  return "";
}

Result<std::optional<FunctionCall>> findCall(const Json& value, ConditionKey conditionKey) {
  const auto* object = value.if_object();
  if (!object) return std::optional<FunctionCall>();
  if (object->size() != 1) {
    for (const auto& [key, member] : *object) {
      if (key.starts_with("Fn::")) {
        return templateError(std::string(key) + " must be the only member of its object");
      }
    }
    return std::optional<FunctionCall>();
  }
  const std::string_view key = object->begin()->key();
  if (key == "Condition" && conditionKey == ConditionKey::kIsData) return std::optional<FunctionCall>();
  for (const auto& known : kFunctions) {
    if (known.name == key) {
      return std::optional<FunctionCall>(FunctionCall{known.function, &object->begin()->value()});
    }
  }
  if (key.starts_with("Fn::")) return unsupportedFunction(key);
  return std::optional<FunctionCall>();
}

Result<std::vector<SubPiece>> splitSub(std::string_view text) {
  std::vector<SubPiece> pieces;
  std::string literal;
  while (!text.empty()) {
    const auto open = text.find("${");
    const auto close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) break;
    literal += text.substr(0, open);
    std::string_view name = text.substr(open + 2, close - open - 2);
    text.remove_prefix(close + 1);
    if (name.starts_with('!')) {
      literal.append("${").append(name.substr(1)).append("}");
      continue;
    }
    if (!isSubName(name)) {
      return templateError(
          "variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, "
          "periods, and colons");
    }
    if (!literal.empty()) pieces.push_back({false, std::move(literal)});
    literal.clear();
    pieces.push_back({true, std::string(name)});
  }
  literal += text;
  if (!literal.empty()) pieces.push_back({false, std::move(literal)});
  return pieces;
}

}  // namespace hearth::stacks
