// Template: a CloudFormation template as plain values, its structure checked, its functions not yet resolved.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "stacks/rules.h"

namespace hearth::stacks {

inline constexpr std::string_view kStoredType = "AWS::SSM::Parameter::Value<";

struct ParameterDeclaration {
  std::string name;
  std::string type;
  std::optional<std::string> defaultValue;
  bool noEcho = false;
  std::vector<std::string> allowedValues;
  std::optional<std::string> allowedPattern;
  std::optional<std::int64_t> minLength;
  std::optional<std::int64_t> maxLength;
  std::optional<double> minValue;
  std::optional<double> maxValue;
  std::string description;
  std::string constraintDescription;

  // AWS::SSM::Parameter::Value<...>: the text is the name of a parameter of the Parameter Store.
  bool isStored() const { return type.starts_with(kStoredType) && type.ends_with('>'); }
  // What the value is like, of a stored one what is behind the name.
  std::string_view valueType() const {
    std::string_view of = type;
    return isStored() ? of.substr(kStoredType.size(), of.size() - kStoredType.size() - 1) : of;
  }
  bool isList() const { return valueType() == "CommaDelimitedList" || valueType().starts_with("List<"); }
  bool isNumeric() const { return type == "Number" || type == "List<Number>"; }
};

// What happens to a resource that leaves the stack.
enum class KeepPolicy : unsigned char { kDelete, kRetain, kRetainExceptOnCreate };
std::string_view nameOf(KeepPolicy policy);

struct ResourceDeclaration {
  std::string logicalId;
  std::string type;
  Json properties = JsonObject();  // always an object
  std::vector<std::string> dependsOn;
  std::string condition;  // empty: always
  KeepPolicy deletionPolicy = KeepPolicy::kDelete;
  KeepPolicy updateReplacePolicy = KeepPolicy::kDelete;
  std::optional<Json> metadata;
};

struct OutputDeclaration {
  std::string name;
  Json value;
  std::string description;
  std::string condition;  // empty: always
  std::optional<Json> exportName;
};

// Everything is in the order of the document. Names are unique, counts within AWS's limits, and every expression
// passed checkReferences(): what it names exists, and resources do not wait for each other in a circle.
struct Template {
  std::string text;
  // The names of its transforms, and the JSON that they made of it; both empty without.
  std::vector<std::string> transforms;
  std::string processed;
  // Parameters, and AWS::Region, that the transforms asked for, and what they were; nullopt: they had no value.
  std::map<std::string, std::optional<std::string>> transformedWith;
  std::string description;
  std::optional<Json> metadata;
  std::vector<ParameterDeclaration> parameters;
  JsonObject mappings;
  std::vector<RuleDeclaration> rules;
  std::vector<std::pair<std::string, Json>> conditions;
  std::vector<ResourceDeclaration> resources;
  std::vector<OutputDeclaration> outputs;

  const ParameterDeclaration* findParameter(std::string_view name) const;
  const ResourceDeclaration* findResource(std::string_view logicalId) const;
  bool hasCondition(std::string_view name) const;
};

// What transforms are to know. It can be given later: transformedFor() of order_checks.h.
struct TransformInput {
  std::map<std::string, std::string> parameters = {};  // values that go before the template's defaults
  std::string region = {};
};

// Reads and checks a template without knowing parameter values or resource types. Fault: ValidationError 400
// with CloudFormation's sentence; the section Hooks is refused by name.
// Pure: safe on any thread, and slow enough (milliseconds) to stay off the event loop and the writer.
Result<Template> parseTemplate(std::string text, const TransformInput& input = {});
// The same without putting it through its transforms, whose functions are not looked at then: what a template
// declares, before its artifacts are where the transforms want them.
Result<Template> parseDeclarations(std::string text);

inline constexpr std::size_t kMaxParameters = 200;
inline constexpr std::size_t kMaxMappings = 200;
inline constexpr std::size_t kMaxResources = 500;
inline constexpr std::size_t kMaxOutputs = 200;

}  // namespace hearth::stacks
