#include "stacks/references.h"

#include <algorithm>
#include <array>

#include "stacks/faults.h"
#include "stacks/functions.h"
#include "stacks/scalars.h"

namespace hearth::stacks {
namespace {

constexpr std::array<std::string_view, 8> kPseudoParameters = {
    "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition",
    "AWS::Region",    "AWS::StackId", "AWS::StackName",        "AWS::URLSuffix",
};

// One walk over one expression.
class Walk final {
 public:
  Walk(const Template& document, Block block, References& found, std::set<std::string>& unresolved)
      : document_(document), block_(block), found_(found), unresolved_(unresolved) {}

  Result<void> value(const Json& expression) {
    HEARTH_TRY(const auto call, findCall(expression, ConditionKey::kIsData));
    if (call) {
      if (isBoolean(call->function) && block_ != Block::kConditions) {
        return templateError(std::string(nameOf(call->function)) +
                             " is only allowed in the Conditions block of the template");
      }
      return apply(*call);
    }
    if (const auto* list = expression.if_array()) {
      for (const Json& element : *list) HEARTH_CHECK(value(element));
    } else if (const auto* map = expression.if_object()) {
      for (const auto& [key, member] : *map) HEARTH_CHECK(value(member));
    }
    return {};
  }

  Result<void> boolean(const Json& expression) {
    HEARTH_TRY(const auto call, findCall(expression, ConditionKey::kIsCall));
    if (!call || !isBoolean(call->function)) {
      return formatError("Conditions can only be boolean operations on parameters and other conditions");
    }
    return apply(*call);
  }

 private:
  Result<void> apply(const FunctionCall& call) {
    const Json& argument = *call.argument;
    switch (call.function) {
      case Function::kRef:
        return ref(argument);
      case Function::kGetAtt:
        return getAtt(argument);
      case Function::kJoin:
        return join(argument);
      case Function::kSelect:
        return select(argument);
      case Function::kSplit:
        return split(argument);
      case Function::kSub:
        return sub(argument);
      case Function::kIf:
        return ifElse(argument);
      case Function::kEquals:
        return equals(argument);
      case Function::kAnd:
      case Function::kOr:
        return andOr(call.function, argument);
      case Function::kNot:
        return negate(argument);
      case Function::kCondition:
        return condition(argument, "");
      case Function::kFindInMap:
        return findInMap(argument);
      case Function::kBase64:
        return base64(argument);
      case Function::kCidr:
        return cidr(argument);
      case Function::kGetAZs:
        return value(argument);
      case Function::kImportValue:
        return importValue(argument);
    }
    return {};
  }

  static const JsonArray* listOf(const Json& argument, std::size_t least, std::size_t most) {
    const auto* list = argument.if_array();
    return list && list->size() >= least && list->size() <= most ? list : nullptr;
  }

  Result<void> all(const JsonArray& list) {
    for (const Json& element : list) HEARTH_CHECK(value(element));
    return {};
  }

  void name(const std::string& text) {
    if (isPseudoParameter(text)) return;
    if (document_.findParameter(text)) {
      found_.parameters.insert(text);
    } else if (block_ != Block::kConditions && document_.findResource(text)) {
      found_.resources.insert(text);
    } else {
      unresolved_.insert(text);
    }
  }

  Result<void> ref(const Json& argument) {
    if (!argument.is_string()) return templateError("every Ref object must have a single String value.");
    name(std::string(argument.get_string()));
    return {};
  }

  Result<void> attribute(const std::string& resource, const std::string& attributeName) {
    if (block_ == Block::kConditions) {
      unresolved_.insert(resource);
    } else if (!document_.findResource(resource)) {
      return templateError("instance of Fn::GetAtt references undefined resource " + resource);
    } else {
      found_.resources.insert(resource);
      if (!attributeName.empty()) found_.attributes.emplace_back(resource, attributeName);
    }
    return {};
  }

  Result<void> getAtt(const Json& argument) {
    const Fault malformed = templateError(
        "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource "
        "attribute");
    if (argument.is_string()) {
      const std::string_view text = argument.get_string();
      const auto dot = text.find('.');
      if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size()) return malformed;
      return attribute(std::string(text.substr(0, dot)), std::string(text.substr(dot + 1)));
    }
    const auto* list = listOf(argument, 2, 2);
    if (!list || !(*list)[0].is_string() || (*list)[0].get_string().empty()) return malformed;
    const std::string resource((*list)[0].get_string());
    if (const auto* text = (*list)[1].if_string()) {
      if (text->empty()) return malformed;
      return attribute(resource, std::string(*text));
    }
    HEARTH_TRY(const auto call, findCall((*list)[1], ConditionKey::kIsData));
    if (!call || call->function != Function::kRef) return malformed;
    HEARTH_CHECK(value((*list)[1]));
    return attribute(resource, "");
  }

  Result<void> join(const Json& argument) {
    const auto* list = listOf(argument, 2, 2);
    if (!list || !(*list)[0].is_string() || !(*list)[1].is_structured()) {
      return templateError(
          "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of "
          "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to "
          "be joined.");
    }
    return value((*list)[1]);
  }

  Result<void> select(const Json& argument) {
    const auto* list = listOf(argument, 2, 2);
    if (!list || !(*list)[1].is_structured() || (!(*list)[0].is_object() && !integerOf((*list)[0]))) {
      return templateError("Fn::Select requires a list argument with two elements: an integer index and a list");
    }
    return all(*list);
  }

  Result<void> split(const Json& argument) {
    const auto* list = listOf(argument, 2, 2);
    if (!list || !(*list)[0].is_string() || (*list)[0].get_string().empty() || (*list)[1].is_array()) {
      return templateError(
          "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to "
          "be split or a function that returns a string to be split.");
    }
    return value((*list)[1]);
  }

  Result<void> sub(const Json& argument) {
    const Fault malformed = templateError(
        "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as "
        "first argument, and an optional second argument to specify a mapping of values to replace in "
        "the string");
    const JsonObject* values = nullptr;
    const Json* text = &argument;
    if (const auto* list = argument.if_array()) {
      if (list->size() != 2 || !(*list)[1].is_object()) return malformed;
      text = &(*list)[0];
      values = &(*list)[1].get_object();
      for (const auto& [key, member] : *values) HEARTH_CHECK(value(member));
    }
    if (!text->is_string()) return malformed;
    HEARTH_TRY(const auto pieces, splitSub(text->get_string()));
    for (const auto& piece : pieces) {
      if (!piece.isName || (values && values->contains(piece.text))) continue;
      const auto dot = piece.text.find('.');
      if (dot == std::string::npos) {
        name(piece.text);
      } else {
        HEARTH_CHECK(attribute(piece.text.substr(0, dot), piece.text.substr(dot + 1)));
      }
    }
    return {};
  }

  Result<void> ifElse(const Json& argument) {
    const auto* list = listOf(argument, 3, 3);
    if (!list) {
      return templateError(
          "Fn::If requires a list argument with three elements: the name of a condition, the value if "
          "it is true and the value if it is false");
    }
    HEARTH_CHECK(condition((*list)[0], " in Fn::If"));
    HEARTH_CHECK(value((*list)[1]));
    return value((*list)[2]);
  }

  Result<void> condition(const Json& argument, const std::string& where) {
    if (!argument.is_string()) return templateError("a Condition must be the name of a condition");
    const std::string text(argument.get_string());
    if (!document_.hasCondition(text)) return templateError("unresolved condition dependency " + text + where);
    return {};
  }

  Result<void> equals(const Json& argument) {
    const auto* list = listOf(argument, 2, 2);
    if (!list) return templateError("every Fn::Equals object requires a list of 2 string parameters.");
    return all(*list);
  }

  Result<void> andOr(Function function, const Json& argument) {
    const auto* list = listOf(argument, 2, 10);
    if (!list) {
      return templateError("every " + std::string(nameOf(function)) +
                           " object requires a list of at least 2 and at most 10 boolean parameters.");
    }
    for (const Json& element : *list) HEARTH_CHECK(boolean(element));
    return {};
  }

  Result<void> negate(const Json& argument) {
    const auto* list = listOf(argument, 1, 1);
    if (!list) return templateError("every Fn::Not object requires a list of one boolean parameter.");
    return boolean((*list)[0]);
  }

  Result<void> findInMap(const Json& argument) {
    const auto* list = listOf(argument, 3, 3);
    if (!list) {
      return templateError(
          "every Fn::FindInMap object requires three parameters, the map name, map key and the "
          "attribute for return value");
    }
    if (const auto* text = (*list)[0].if_string(); text && !document_.mappings.contains(*text)) {
      return templateError("Mapping named '" + std::string(*text) +
                           "' is not present in the 'Mappings' section of template.");
    }
    return all(*list);
  }

  Result<void> base64(const Json& argument) {
    if (argument.is_array()) return templateError("every Fn::Base64 object must have a String-typed value.");
    return value(argument);
  }

  Result<void> cidr(const Json& argument) {
    const auto* list = listOf(argument, 2, 3);
    if (!list) {
      return templateError(
          "every Fn::Cidr object requires two or three parameters, the ipBlock, the count and the "
          "cidrBits");
    }
    return all(*list);
  }

  Result<void> importValue(const Json& argument) {
    References inner;
    Walk walk(document_, block_, inner, unresolved_);
    HEARTH_CHECK(walk.value(argument));
    if (block_ == Block::kConditions || !inner.resources.empty() || inner.imports) {
      return templateError(
          "the attribute in Fn::ImportValue must not depend on any resources, imported values, or "
          "Fn::GetAZs");
    }
    found_.parameters.merge(inner.parameters);
    found_.imports = true;
    return {};
  }

  const Template& document_;
  const Block block_;
  References& found_;
  std::set<std::string>& unresolved_;
};

// The names of conditions that `expression` asks for by {"Condition": name}. Form already checked.
void collectConditions(const Json& expression, std::set<std::string>& names) {
  if (const auto* list = expression.if_array()) {
    for (const Json& element : *list) collectConditions(element, names);
  } else if (const auto* map = expression.if_object()) {
    for (const auto& [key, member] : *map) {
      const auto* arguments = member.if_array();
      if (key == "Condition" && member.is_string()) names.emplace(member.get_string());
      if (key == "Fn::If" && arguments && !arguments->empty() && arguments->front().is_string()) {
        names.emplace(arguments->front().get_string());
      }
      collectConditions(member, names);
    }
  }
}

Result<void> checkConditions(const Template& document) {
  std::set<std::string> unresolved;
  std::vector<std::string> names;
  for (const auto& [name, expression] : document.conditions) {
    References found;
    HEARTH_CHECK(Walk(document, Block::kConditions, found, unresolved).boolean(expression));
    names.push_back(name);
  }
  if (!unresolved.empty()) {
    return formatError("Unresolved dependencies [" + joinNames(unresolved) +
                       "]. Cannot reference resources in the Conditions block of the template");
  }
  const auto circle = circularNames(names, conditionDependencies(document));
  if (!circle.empty()) return templateError("Circular dependency between conditions: [" + joinNames(circle) + "]");
  return {};
}

Fault unresolvedIn(const std::string& block, const std::set<std::string>& names) {
  return formatError("Unresolved resource dependencies [" + joinNames(names) + "] in the " + block +
                     " block of the template");
}

Result<void> checkConditionName(const Template& document, const std::string& name, const std::string& block) {
  if (name.empty() || document.hasCondition(name)) return {};
  return formatError("Unresolved condition dependency " + name + " in the " + block + " block of the template");
}

}  // namespace

bool isPseudoParameter(std::string_view name) {
  return std::find(kPseudoParameters.begin(), kPseudoParameters.end(), name) != kPseudoParameters.end();
}

Result<void> collectReferences(const Template& document, const Json& expression, Block block, References& found,
                               std::set<std::string>& unresolved) {
  return Walk(document, block, found, unresolved).value(expression);
}

Result<void> checkReferences(const Template& document) {
  HEARTH_CHECK(checkConditions(document));

  std::set<std::string> unresolved;
  for (const std::string& name : namesIn(document.rules)) {
    if (!document.findParameter(name)) unresolved.insert(name);
  }
  if (!unresolved.empty()) return unresolvedIn("Rules", unresolved);

  std::vector<std::string> names;
  for (const auto& resource : document.resources) {
    names.push_back(resource.logicalId);
    HEARTH_CHECK(checkConditionName(document, resource.condition, "Resources"));
    References found;
    HEARTH_CHECK(collectReferences(document, resource.properties, Block::kResources, found, unresolved));
    for (const auto& needed : resource.dependsOn) {
      if (!document.findResource(needed)) unresolved.insert(needed);
    }
  }
  if (!unresolved.empty()) return unresolvedIn("Resources", unresolved);

  for (const auto& output : document.outputs) {
    HEARTH_CHECK(checkConditionName(document, output.condition, "Outputs"));
    References found;
    HEARTH_CHECK(collectReferences(document, output.value, Block::kOutputs, found, unresolved));
    if (output.exportName) {
      References exportFound;
      HEARTH_CHECK(collectReferences(document, *output.exportName, Block::kOutputs, exportFound, unresolved));
      if (!exportFound.resources.empty()) {
        return templateError("Output " + output.name + ": the Export name must not depend on any resources");
      }
    }
  }
  if (!unresolved.empty()) return unresolvedIn("Outputs", unresolved);

  const auto circle = circularNames(names, dependenciesOf(document));
  if (!circle.empty()) {
    return validationError("Circular dependency between resources: [" + joinNames(circle) + "]");
  }
  return {};
}

Dependencies conditionDependencies(const Template& document) {
  Dependencies dependencies;
  for (const auto& [name, expression] : document.conditions) collectConditions(expression, dependencies[name]);
  return dependencies;
}

Dependencies dependenciesOf(const Template& document) {
  Dependencies dependencies;
  for (const auto& resource : document.resources) {
    References found;
    std::set<std::string> unresolved;
    (void)collectReferences(document, resource.properties, Block::kResources, found, unresolved);
    auto& needs = dependencies[resource.logicalId];
    needs = std::move(found.resources);
    needs.insert(resource.dependsOn.begin(), resource.dependsOn.end());
  }
  return dependencies;
}

std::vector<std::string> orderByDependency(const std::vector<std::string>& names,
                                           const Dependencies& dependencies) {
  std::map<std::string, std::size_t> missing;  // how many needs are still to come
  std::map<std::string, std::vector<std::string>> neededBy;
  const std::set<std::string> members(names.begin(), names.end());
  for (const auto& name : names) {
    auto& count = missing[name];
    const auto found = dependencies.find(name);
    if (found == dependencies.end()) continue;
    for (const auto& need : found->second) {
      if (!members.contains(need)) continue;
      ++count;
      neededBy[need].push_back(name);
    }
  }
  std::vector<std::string> order;
  std::set<std::size_t> ready;  // positions in `names`, so that the order of the document decides
  std::map<std::string, std::size_t> positions;
  for (std::size_t at = 0; at < names.size(); ++at) {
    positions[names[at]] = at;
    if (missing[names[at]] == 0) ready.insert(at);
  }
  while (!ready.empty()) {
    const std::string name = names[*ready.begin()];
    ready.erase(ready.begin());
    order.push_back(name);
    for (const auto& next : neededBy[name]) {
      if (--missing[next] == 0) ready.insert(positions[next]);
    }
  }
  return order;
}

std::vector<std::string> circularNames(const std::vector<std::string>& names, const Dependencies& dependencies) {
  // What comes before every circle falls out in one direction, what comes behind in the other.
  Dependencies reversed;
  for (const auto& [name, needs] : dependencies) {
    for (const auto& need : needs) reversed[need].insert(name);
  }
  std::vector<std::string> rest = names;
  for (const Dependencies* direction : {&dependencies, static_cast<const Dependencies*>(&reversed)}) {
    const auto order = orderByDependency(rest, *direction);
    const std::set<std::string> free(order.begin(), order.end());
    std::erase_if(rest, [&](const auto& name) { return free.contains(name); });
  }
  return rest;
}

}  // namespace hearth::stacks
