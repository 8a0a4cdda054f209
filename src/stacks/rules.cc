#include "stacks/rules.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "stacks/faults.h"
#include "stacks/intrinsics.h"
#include "stacks/references.h"
#include "stacks/scalars.h"

namespace hearth::stacks {
namespace {

constexpr std::size_t kMostAssertions = 200;  // of one rule

enum class Kind : unsigned char {
  kAnd,
  kOr,
  kNot,
  kEquals,
  kContains,
  kEachMemberEquals,
  kEachMemberIn,
  kIf,
  kRef,
};

struct Named {
  std::string_view name;
  Kind kind;
  std::size_t least;  // arguments
  std::size_t most;
};

constexpr std::array kRuleFunctions = {
    Named{"Fn::And", Kind::kAnd, 2, 10},
    Named{"Fn::Or", Kind::kOr, 2, 10},
    Named{"Fn::Not", Kind::kNot, 1, 1},
    Named{"Fn::Equals", Kind::kEquals, 2, 2},
    Named{"Fn::Contains", Kind::kContains, 2, 2},
    Named{"Fn::EachMemberEquals", Kind::kEachMemberEquals, 2, 2},
    Named{"Fn::EachMemberIn", Kind::kEachMemberIn, 2, 2},
    Named{"Fn::If", Kind::kIf, 3, 3},
    Named{"Ref", Kind::kRef, 0, 0},
};

struct RuleCall {
  const Named* function;
  const Json* argument;
  const JsonArray& list() const { return argument->get_array(); }
};

bool isCondition(Kind kind) { return kind != Kind::kRef && kind != Kind::kIf; }

bool isAbsentHere(std::string_view name) {
  return name == "Fn::RefAll" || name == "Fn::ValueOf" || name == "Fn::ValueOfAll";
}

// The call that a value is; nullopt for plain data.
Result<std::optional<RuleCall>> findRuleCall(const Json& value) {
  const auto* object = value.if_object();
  if (!object) return std::optional<RuleCall>();
  if (object->size() != 1) return templateError("a function in Rules must be the only member of its object");
  const std::string_view name = object->begin()->key();
  for (const Named& known : kRuleFunctions) {
    if (known.name == name) return std::optional<RuleCall>(RuleCall{&known, &object->begin()->value()});
  }
  if (isAbsentHere(name)) {
    return templateError(std::string(name) +
                         " is not supported: it asks for resources of EC2 or Route 53, which Hearth does not run.");
  }
  std::vector<std::string_view> names;
  for (const Named& known : kRuleFunctions) names.push_back(known.name);
  return templateError("Encountered unsupported function: " + std::string(name.substr(0, 100)) +
                       " in Rules. Supported functions are: [" + joinNames(names) + "]");
}

Result<void> checkForm(const Json& expression, bool isBoolean);

Result<void> checkCall(const RuleCall& call) {
  const std::string name(call.function->name);
  if (call.function->kind == Kind::kRef) {
    if (call.argument->is_string()) return {};
    return templateError("every Ref object must have a single String value.");
  }
  const auto* list = call.argument->if_array();
  if (!list || list->size() < call.function->least || list->size() > call.function->most) {
    return templateError(
        "every " + name + " object in Rules requires a list of " +
        (call.function->least == call.function->most
             ? std::to_string(call.function->least)
             : std::to_string(call.function->least) + " to " + std::to_string(call.function->most)) +
        " parameters.");
  }
  const Kind kind = call.function->kind;
  for (std::size_t at = 0; at < list->size(); ++at) {
    const bool isBoolean =
        kind == Kind::kAnd || kind == Kind::kOr || kind == Kind::kNot || (kind == Kind::kIf && at == 0);
    HEARTH_CHECK(checkForm((*list)[at], isBoolean));
  }
  return {};
}

// As deep as the template, which has limits.
Result<void> checkForm(const Json& expression, bool isBoolean) {
  HEARTH_TRY(const auto call, findRuleCall(expression));
  if (isBoolean && (!call || call->function->kind == Kind::kRef))
    return formatError("Rules can only be made of functions that are true or false.");
  if (call) return checkCall(*call);
  const auto* list = expression.if_array();
  if (!list) return {};
  for (const Json& element : *list) HEARTH_CHECK(checkForm(element, false));
  return {};
}

void collectNames(const Json& expression, std::set<std::string>& names) {
  if (const auto* list = expression.if_array()) {
    for (const Json& element : *list) collectNames(element, names);
  } else if (const auto* object = expression.if_object()) {
    for (const auto& [key, member] : *object) {
      if (key == "Ref" && member.is_string()) {
        const std::string name(member.get_string());
        if (!isPseudoParameter(name)) names.insert(name);
      } else {
        collectNames(member, names);
      }
    }
  }
}

using Truth = std::optional<bool>;  // nullopt: not known yet

class RuleEvaluation final {
 public:
  explicit RuleEvaluation(const Scope& scope) : scope_(scope) {}

  Result<Truth> truth(const Json& expression) const {
    HEARTH_TRY(const auto call, findRuleCall(expression));
    switch (call->function->kind) {
      case Kind::kNot: {
        HEARTH_TRY(const Truth inner, truth(call->list().front()));
        return inner ? Truth(!*inner) : Truth();
      }
      case Kind::kAnd:
      case Kind::kOr:
        return several(call->list(), call->function->kind == Kind::kAnd);
      case Kind::kIf: {
        HEARTH_TRY(const Truth holds, truth(call->list()[0]));
        if (!holds) return Truth();
        return truthOf(call->list()[*holds ? 1 : 2]);
      }
      default:
        return compare(*call);
    }
  }

 private:
  Result<Truth> several(const JsonArray& list, bool isAnd) const {
    bool isKnown = true;
    for (const Json& element : list) {
      HEARTH_TRY(const Truth one, truth(element));
      if (one && *one != isAnd) return one;
      isKnown = isKnown && one.has_value();
    }
    return isKnown ? Truth(isAnd) : Truth();
  }

  // A branch of Fn::If that is to be true or false: a function, or the word.
  Result<Truth> truthOf(const Json& expression) const {
    HEARTH_TRY(const auto call, findRuleCall(expression));
    if (call && call->function->kind != Kind::kRef) return truth(expression);
    HEARTH_TRY(const Json found, value(expression));
    if (found.is_null()) return Truth();
    const auto word = booleanOf(found);
    if (!word) return formatError("Rules can only be made of functions that are true or false.");
    return Truth(*word);
  }

  // null: not known yet.
  Result<Json> value(const Json& expression) const {
    HEARTH_TRY(const auto call, findRuleCall(expression));
    if (call && isCondition(call->function->kind)) {
      HEARTH_TRY(const Truth one, truth(expression));
      return one ? Json(*one) : Json();
    }
    if (call && call->function->kind == Kind::kIf) {
      HEARTH_TRY(const Truth holds, truth(call->list()[0]));
      if (!holds) return Json();
      return value(call->list()[*holds ? 1 : 2]);
    }
    if (call) {
      HEARTH_TRY(auto found, evaluate(expression, scope_));
      return found ? *std::move(found) : Json("");
    }
    const auto* list = expression.if_array();
    if (!list) return expression;
    JsonArray values;
    for (const Json& element : *list) {
      HEARTH_TRY(Json one, value(element));
      if (one.is_null()) return Json();
      if (auto* inner = one.if_array()) {  // a list of parameters stands for its members
        for (Json& member : *inner) values.push_back(std::move(member));
      } else {
        values.push_back(std::move(one));
      }
    }
    return Json(std::move(values));
  }

  static bool isSame(const Json& left, const Json& right) {
    const auto leftText = textOf(left);
    const auto rightText = textOf(right);
    return leftText && rightText ? *leftText == *rightText : left == right;
  }
  static JsonArray membersOf(const Json& value) {
    if (const auto* list = value.if_array()) return *list;
    return JsonArray{value};
  }
  static bool isIn(const Json& one, const JsonArray& list) {
    return std::any_of(list.begin(), list.end(), [&](const Json& member) { return isSame(one, member); });
  }

  Result<Truth> compare(const RuleCall& call) const {
    HEARTH_TRY(const Json left, value(call.list()[0]));
    HEARTH_TRY(const Json right, value(call.list()[1]));
    if (left.is_null() || right.is_null()) return Truth();
    if (call.function->kind == Kind::kEquals) return Truth(isSame(left, right));
    const JsonArray members = membersOf(left);
    if (call.function->kind == Kind::kContains) return Truth(isIn(right, members));
    const JsonArray wanted = membersOf(right);
    return Truth(
        std::all_of(members.begin(), members.end(), [&](const Json& member) { return isIn(member, wanted); }));
  }

  const Scope& scope_;
};

Result<RuleDeclaration> readRule(const std::string& name, const Json& declaration) {
  const auto* object = declaration.if_object();
  if (!object) return formatError("Any Rules member must be an object.");
  if (!isAlphanumeric(name)) return formatError("Rule name " + name.substr(0, 300) + " is non alphanumeric.");
  RuleDeclaration rule;
  rule.name = name;
  for (const auto& [key, member] : *object) {
    if (key != "RuleCondition" && key != "Assertions")
      return validationError("Invalid template rule property '" + std::string(key.substr(0, 300)) + "'");
  }
  if (const Json* condition = object->if_contains("RuleCondition")) {
    HEARTH_CHECK(checkForm(*condition, true));
    rule.condition = *condition;
  }
  const Json* assertions = object->if_contains("Assertions");
  const auto* list = assertions ? assertions->if_array() : nullptr;
  if (!list || list->empty() || list->size() > kMostAssertions)
    return formatError("[/Rules/" + name + "] Every Rules object must contain a list of Assertions.");
  for (const Json& one : *list) {
    const Json* assertion = base::findMember(one, "Assert");
    if (!assertion)
      return formatError("[/Rules/" + name + "] Every Assertions member must contain an Assert object.");
    for (const auto& [key, member] : one.get_object()) {
      if (key != "Assert" && (key != "AssertDescription" || !member.is_string())) {
        return formatError("[/Rules/" + name +
                           "] An Assertions member has an Assert, an AssertDescription that is a string, and "
                           "nothing else.");
      }
    }
    HEARTH_CHECK(checkForm(*assertion, true));
    rule.assertions.push_back({*assertion, base::findString(one, "AssertDescription").value_or("")});
  }
  return rule;
}

}  // namespace

Result<std::vector<RuleDeclaration>> readRules(const JsonObject& section) {
  if (section.size() > kMaxRules)
    return formatError("Number of rules, " + std::to_string(section.size()) +
                       ", is greater than maximum allowed, " + std::to_string(kMaxRules));
  std::vector<RuleDeclaration> rules;
  for (const auto& [name, declaration] : section) {
    HEARTH_TRY(RuleDeclaration rule, readRule(std::string(name), declaration));
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::set<std::string> namesIn(const std::vector<RuleDeclaration>& rules) {
  std::set<std::string> names;
  for (const RuleDeclaration& rule : rules) {
    if (rule.condition) collectNames(*rule.condition, names);
    for (const RuleAssertion& one : rule.assertions) collectNames(one.assertion, names);
  }
  return names;
}

Result<void> checkRules(const std::vector<RuleDeclaration>& rules, const Scope& scope) {
  const RuleEvaluation evaluation(scope);
  for (const RuleDeclaration& rule : rules) {
    if (rule.condition) {
      HEARTH_TRY(const Truth applies, evaluation.truth(*rule.condition));
      if (!applies.value_or(false)) continue;
    }
    std::vector<std::string> broken;
    for (const RuleAssertion& one : rule.assertions) {
      HEARTH_TRY(const Truth holds, evaluation.truth(one.assertion));
      if (!holds.value_or(true)) broken.push_back(one.description);
    }
    if (broken.empty()) continue;
    std::erase(broken, "");
    return validationError("Rule " + rule.name + " is not satisfied" +
                           (broken.empty() ? std::string(".") : ": " + joinNames(broken, " ")));
  }
  return {};
}

}  // namespace hearth::stacks
