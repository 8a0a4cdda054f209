#include "stacks/intrinsics.h"

#include <algorithm>

#include "base/bytes.h"
#include "stacks/cidr.h"
#include "stacks/faults.h"
#include "stacks/functions.h"
#include "stacks/references.h"
#include "stacks/scalars.h"

namespace hearth::stacks {
namespace {

using Value = std::optional<Json>;  // nullopt: AWS::NoValue

// One evaluation. Recursion is as deep as the template, which yaml::TreeBuilder::kMaxDepth bounds.
class Evaluation final {
 public:
  explicit Evaluation(const Scope& scope) : scope_(scope) {}

  Result<Value> value(const Json& expression) {
    HEARTH_TRY(const auto call, findCall(expression, ConditionKey::kIsData));
    if (call) return apply(*call);
    if (const auto* list = expression.if_array()) {
      JsonArray values;
      for (const Json& element : *list) {
        HEARTH_TRY(Value one, value(element));
        if (one) values.push_back(*std::move(one));
      }
      return Value(std::move(values));
    }
    if (const auto* map = expression.if_object()) {
      JsonObject values;
      for (const auto& [key, member] : *map) {
        HEARTH_TRY(Value one, value(member));
        if (one) values.emplace(key, *std::move(one));
      }
      return Value(std::move(values));
    }
    return resolved(expression);
  }

  Result<bool> boolean(const Json& expression) {
    HEARTH_TRY(const auto call, findCall(expression, ConditionKey::kIsCall));
    if (!call) return formatError("Conditions can only be boolean operations on parameters and other conditions");
    switch (call->function) {
      case Function::kCondition:
        return condition(*call->argument);
      case Function::kNot: {
        HEARTH_TRY(const bool inner, boolean(call->argument->get_array().front()));
        return !inner;
      }
      case Function::kAnd:
      case Function::kOr: {
        const bool isAnd = call->function == Function::kAnd;
        for (const Json& element : call->argument->get_array()) {
          HEARTH_TRY(const bool one, boolean(element));
          if (one != isAnd) return one;
        }
        return isAnd;
      }
      default: {
        const auto& list = call->argument->get_array();
        HEARTH_TRY(const Value left, value(list[0]));
        HEARTH_TRY(const Value right, value(list[1]));
        if (!left || !right) return left.has_value() == right.has_value();
        const auto leftText = textOf(*left);
        const auto rightText = textOf(*right);
        return leftText && rightText ? *leftText == *rightText : *left == *right;
      }
    }
  }

 private:
  Result<Value> apply(const FunctionCall& call) {
    const Json& argument = *call.argument;
    switch (call.function) {
      case Function::kRef:
        return ref(std::string(argument.get_string()));
      case Function::kGetAtt:
        return getAtt(argument);
      case Function::kJoin:
        return join(argument.get_array());
      case Function::kSelect:
        return select(argument.get_array());
      case Function::kSplit:
        return split(argument.get_array());
      case Function::kSub:
        return sub(argument);
      case Function::kIf: {
        const auto& list = argument.get_array();
        HEARTH_TRY(const bool holds, condition(list[0]));
        return value(list[holds ? 1 : 2]);
      }
      case Function::kFindInMap:
        return findInMap(argument.get_array());
      case Function::kBase64:
        return base64(argument);
      case Function::kCidr:
        return cidr(argument.get_array());
      case Function::kGetAZs:
        return getAZs(argument);
      case Function::kImportValue:
        return importValue(argument);
      case Function::kEquals:
      case Function::kAnd:
      case Function::kOr:
      case Function::kNot:
      case Function::kCondition:
        break;
    }
    return templateError(std::string(nameOf(call.function)) +
                         " is only allowed in the Conditions block of the template");
  }

  Result<bool> condition(const Json& name) {
    const auto found = scope_.conditions.find(std::string(name.get_string()));
    if (found == scope_.conditions.end()) {
      return templateError("unresolved condition dependency " + std::string(name.get_string()));
    }
    return found->second;
  }

  static std::size_t sizeOf(const Json& value) {
    std::size_t size = sizeof(Json);
    if (const auto* text = value.if_string()) size += text->size();
    if (const auto* list = value.if_array()) {
      for (const Json& element : *list) size += sizeOf(element);
    } else if (const auto* map = value.if_object()) {
      for (const auto& [key, member] : *map) size += key.size() + sizeOf(member);
    }
    return size;
  }

  // Counts what functions make, so that a small template cannot fill the memory.
  Result<Value> made(Json value) {
    const std::size_t size = sizeOf(value);
    scope_.spent += size;
    if (size > kMaxEvaluatedText || scope_.spent > kMaxEvaluatedTotal) {
      return templateError(
          "the functions of the template make values of more than " +
          std::to_string((size > kMaxEvaluatedText ? kMaxEvaluatedText : kMaxEvaluatedTotal) >> 20) + " MiB");
    }
    return Value(std::move(value));
  }

  // A text with its plain dynamic references replaced; anything else, also inside of lists, as it is.
  Result<Value> resolved(Json value) {
    if (!scope_.plain) return Value(std::move(value));
    if (auto* list = value.if_array()) {
      for (Json& element : *list) {
        HEARTH_TRY(Value one, resolved(std::move(element)));
        element = *std::move(one);
      }
    }
    const auto* text = value.if_string();
    if (!text || !mayHavePlain(*text)) return Value(std::move(value));
    HEARTH_TRY(const std::string replaced, replacePlain(*text, scope_.plain));
    return made(Json(replaced));
  }

  static JsonArray listOf(const std::vector<std::string>& texts) {
    JsonArray list;
    for (const auto& text : texts) list.emplace_back(text);
    return list;
  }

  Result<Value> ref(const std::string& name) {
    const auto& pseudo = scope_.pseudo;
    if (name == "AWS::NoValue") return Value();
    if (name == "AWS::AccountId") return Value(Json(pseudo.accountId));
    if (name == "AWS::Region") return Value(Json(pseudo.region));
    if (name == "AWS::Partition") return Value(Json(pseudo.partition));
    if (name == "AWS::StackId") return Value(Json(pseudo.stackId));
    if (name == "AWS::StackName") return Value(Json(pseudo.stackName));
    if (name == "AWS::URLSuffix") return Value(Json("amazonaws.com"));
    if (name == "AWS::NotificationARNs") return made(listOf(pseudo.notificationArns));
    const auto parameter = scope_.parameters.find(name);
    if (parameter != scope_.parameters.end()) {
      HEARTH_TRY(Value value, resolved(parameter->second));
      return made(*std::move(value));
    }
    if (!scope_.ref) return templateError("Unresolved resource dependencies [" + name + "]");
    HEARTH_TRY(Json id, scope_.ref(name));
    return Value(std::move(id));
  }

  Result<Value> attribute(const std::string& resource, const std::string& attributeName) {
    if (!scope_.attribute) return templateError("instance of Fn::GetAtt references undefined resource " + resource);
    HEARTH_TRY(Json found, scope_.attribute(resource, attributeName));
    return made(std::move(found));
  }

  Result<Value> getAtt(const Json& argument) {
    if (const auto* text = argument.if_string()) {
      const auto dot = text->find('.');
      return attribute(std::string(text->subview(0, dot)), std::string(text->subview(dot + 1)));
    }
    const auto& list = argument.get_array();
    HEARTH_TRY(const Value attributeName, value(list[1]));
    const auto text = attributeName ? textOf(*attributeName) : std::nullopt;
    if (!text || text->empty()) {
      return templateError(
          "every Fn::GetAtt object requires two non-empty parameters, the resource name and the "
          "resource attribute");
    }
    return attribute(std::string(list[0].get_string()), *text);
  }

  static void append(std::string& text, std::string_view piece, std::size_t& openings) {
    text += piece;
    openings += countOpenings(piece);
  }
  // Values from elsewhere have no references, and are not to become one by what stands beside them.
  static Result<void> checkOpenings(std::string_view text, std::size_t ofPieces, const std::string& function) {
    if (countOpenings(text) == ofPieces) return {};
    return templateError("the beginning of a dynamic reference in " + function +
                         " must stand in one text, not be put together of several.");
  }

  Result<Value> join(const JsonArray& arguments) {
    HEARTH_TRY(const Value joined, value(arguments[1]));
    const Fault malformed = templateError(
        "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings "
        "to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.");
    if (!joined) return malformed;
    if (joined->is_null()) return Value(Json());
    const auto* list = joined->if_array();
    if (!list) return malformed;
    std::string text;
    std::size_t openings = 0;
    bool first = true;
    for (const Json& element : *list) {
      if (element.is_null()) return Value(Json());
      const auto piece = textOf(element);
      if (!piece) return malformed;
      if (!first) append(text, std::string_view(arguments[0].get_string()), openings);
      first = false;
      append(text, *piece, openings);
      if (text.size() > kMaxEvaluatedText) break;  // made() refuses it
    }
    HEARTH_CHECK(checkOpenings(text, openings, "Fn::Join"));
    HEARTH_TRY(Value result, resolved(Json(text)));
    return made(*std::move(result));
  }

  Result<Value> select(const JsonArray& arguments) {
    HEARTH_TRY(const Value index, value(arguments[0]));
    HEARTH_TRY(const Value from, value(arguments[1]));
    if (index && index->is_null()) return Value(Json());
    const auto at = index ? integerOf(*index) : std::nullopt;
    if (!at || !from) {
      return templateError("Fn::Select requires a list argument with two elements: an integer index and a list");
    }
    if (from->is_null()) return Value(Json());
    const auto* list = from->if_array();
    if (!list) {
      return templateError("Fn::Select requires a list argument with two elements: an integer index and a list");
    }
    if (*at < 0 || static_cast<std::uint64_t>(*at) >= list->size()) {
      return templateError("Fn::Select  cannot select nonexistent value at index " + std::to_string(*at));
    }
    return Value((*list)[static_cast<std::size_t>(*at)]);
  }

  Result<Value> split(const JsonArray& arguments) {
    HEARTH_TRY(const Value source, value(arguments[1]));
    if (source && source->is_null()) return Value(Json());
    const auto text = source ? textOf(*source) : std::nullopt;
    if (!text) {
      return templateError(
          "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to "
          "be split or a function that returns a string to be split.");
    }
    const std::string_view delimiter = arguments[0].get_string();
    JsonArray list;
    std::string_view rest = *text;
    while (true) {
      const auto at = rest.find(delimiter);
      list.emplace_back(rest.substr(0, at));
      if (at == std::string_view::npos || list.size() * sizeof(Json) > kMaxEvaluatedText) break;
      rest.remove_prefix(at + delimiter.size());
    }
    return made(std::move(list));
  }

  // What stands for one ${Name}: a text, or null when it is not known yet.
  Result<Value> subName(const std::string& name, const JsonObject* values) {
    if (const Json* own = values ? values->if_contains(name) : nullptr) return value(*own);
    const auto dot = name.find('.');
    if (dot == std::string::npos) return ref(name);
    return attribute(name.substr(0, dot), name.substr(dot + 1));
  }

  Result<Value> sub(const Json& argument) {
    const auto* list = argument.if_array();
    const Json& text = list ? (*list)[0] : argument;
    HEARTH_TRY(const auto pieces, splitSub(text.get_string()));
    std::string result;
    std::size_t openings = 0;
    bool unknown = false;
    for (const auto& piece : pieces) {
      if (!piece.isName) {
        append(result, piece.text, openings);
        continue;
      }
      HEARTH_TRY(const Value one, subName(piece.text, list ? &(*list)[1].get_object() : nullptr));
      if (one && one->is_null()) {
        unknown = true;
        continue;
      }
      const auto oneText = one ? textOf(*one) : std::nullopt;
      if (!oneText) {
        return templateError("Fn::Sub expression does not resolve to a string: ${" + piece.text + "}");
      }
      append(result, *oneText, openings);
      if (result.size() > kMaxEvaluatedText) break;  // made() refuses it
    }
    if (unknown) return Value(Json());
    HEARTH_CHECK(checkOpenings(result, openings, "Fn::Sub"));
    HEARTH_TRY(Value substituted, resolved(Json(result)));
    return made(*std::move(substituted));
  }

  Result<Value> findInMap(const JsonArray& arguments) {
    std::vector<std::string> names;
    for (const Json& argument : arguments) {
      HEARTH_TRY(const Value one, value(argument));
      if (one && one->is_null()) return Value(Json());
      const auto text = one ? textOf(*one) : std::nullopt;
      if (!text) {
        return templateError(
            "every Fn::FindInMap object requires three parameters, the map name, map key and the "
            "attribute for return value");
      }
      names.push_back(*text);
    }
    const Json* at = scope_.mappings.if_contains(names[0]);
    if (!at) {
      return templateError("Mapping named '" + names[0] +
                           "' is not present in the 'Mappings' section of template.");
    }
    for (const auto& name : {names[1], names[2]}) {
      at = base::findMember(*at, name);
      if (!at) return templateError("Unable to get mapping for " + joinNames(names, "::"));
    }
    HEARTH_TRY(Value found, resolved(*at));
    return made(*std::move(found));
  }

  Result<Value> base64(const Json& argument) {
    HEARTH_TRY(const Value inner, value(argument));
    if (inner && inner->is_null()) return Value(Json());
    const auto text = inner ? textOf(*inner) : std::nullopt;
    if (!text) return templateError("every Fn::Base64 object must have a String-typed value.");
    return made(Json(base::base64Encode(*text)));
  }

  Result<Value> cidr(const JsonArray& arguments) {
    HEARTH_TRY(const Value block, value(arguments[0]));
    HEARTH_TRY(const Value count, value(arguments[1]));
    Value hostBits = Json(8);
    if (arguments.size() > 2) {
      HEARTH_TRY(hostBits, value(arguments[2]));
    }
    if (!block || !count || !hostBits) return templateError("Fn::Cidr does not take AWS::NoValue");
    if (block->is_null() || count->is_null() || hostBits->is_null()) return Value(Json());
    const auto blockText = textOf(*block);
    const auto countNumber = integerOf(*count);
    const auto bitsNumber = integerOf(*hostBits);
    if (!blockText || !countNumber || !bitsNumber) {
      return templateError("every Fn::Cidr object requires a string and two integers");
    }
    HEARTH_TRY(const auto ranges, splitCidr(*blockText, *countNumber, *bitsNumber));
    return made(listOf(ranges));
  }

  Result<Value> getAZs(const Json& argument) {
    HEARTH_TRY(const Value region, value(argument));
    if (region && region->is_null()) return Value(Json());
    const auto text = region ? textOf(*region) : std::nullopt;
    if (!text) return templateError("every Fn::GetAZs object must have a String-typed value.");
    const std::string name = text->empty() ? scope_.pseudo.region : *text;
    return Value(listOf({name + "a", name + "b", name + "c"}));
  }

  Result<Value> importValue(const Json& argument) {
    HEARTH_TRY(const Value name, value(argument));
    if (name && name->is_null()) return Value(Json());
    const auto text = name ? textOf(*name) : std::nullopt;
    if (!text || !scope_.import)
      return templateError("every Fn::ImportValue object must have a String-typed value.");
    HEARTH_TRY(Json found, scope_.import(*text));
    HEARTH_TRY(found, withoutReferences(std::move(found), "Fn::ImportValue " + *text));
    return made(std::move(found));
  }

  const Scope& scope_;
};

}  // namespace

Result<Scope> makeScope(const Template& document, const ParameterValues& values, PseudoParameters pseudo,
                        const std::set<std::string>& unknown) {
  Scope scope;
  scope.pseudo = std::move(pseudo);
  scope.mappings = document.mappings;
  for (const auto& parameter : document.parameters) {
    const auto found = values.find(parameter.name);
    if (unknown.contains(parameter.name)) {
      scope.parameters[parameter.name] = Json();
    } else if (found != values.end()) {
      scope.parameters[parameter.name] = parameterValue(parameter, found->second);
    }
  }
  // A condition stands behind those that it names, so that each is evaluated once.
  std::vector<std::string> names;
  std::map<std::string, const Json*> expressions;
  for (const auto& [name, expression] : document.conditions) {
    names.push_back(name);
    expressions[name] = &expression;
  }
  for (const auto& name : orderByDependency(names, conditionDependencies(document))) {
    HEARTH_TRY(scope.conditions[name], Evaluation(scope).boolean(*expressions[name]));
  }
  std::map<std::string, bool> active;
  for (const auto& resource : document.resources) {
    active[resource.logicalId] = isActive(resource.condition, scope);
  }
  scope.ref = [active = std::move(active)](const std::string& logicalId) -> Result<Json> {
    const auto found = active.find(logicalId);
    if (found != active.end() && found->second) return Json();
    return formatError("Unresolved resource dependencies [" + logicalId +
                       "] in the Resources block of the template");
  };
  scope.attribute = [ref = scope.ref](const std::string& logicalId, const std::string&) { return ref(logicalId); };
  return scope;
}

void maskSecrets(Scope& scope, const Template& document) {
  for (const auto& parameter : document.parameters) {
    if (!parameter.noEcho) continue;
    Json masked(kMaskedValue);
    if (parameter.isList()) masked = JsonArray{std::move(masked)};
    scope.parameters[parameter.name] = std::move(masked);
  }
}

Result<std::optional<Json>> evaluate(const Json& expression, const Scope& scope) {
  return Evaluation(scope).value(expression);
}

Result<std::optional<std::string>> evaluateText(const Json& expression, const Scope& scope,
                                                const std::string& fault) {
  HEARTH_TRY(const auto value, evaluate(expression, scope));
  if (value && value->is_null()) return std::optional<std::string>();
  auto text = value ? textOf(*value) : std::nullopt;
  if (!text) return validationError(fault);
  return text;
}

bool isActive(const std::string& condition, const Scope& scope) {
  if (condition.empty()) return true;
  const auto found = scope.conditions.find(condition);
  return found != scope.conditions.end() && found->second;
}

std::vector<std::string> activeResources(const Template& document, const Scope& scope) {
  std::vector<std::string> names;
  for (const auto& resource : document.resources) {
    if (isActive(resource.condition, scope)) names.push_back(resource.logicalId);
  }
  return names;
}

}  // namespace hearth::stacks
