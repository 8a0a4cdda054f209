#include "gateway/json_schema.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "gateway/java_text.h"
#include "gateway/schema_node.h"

namespace hearth::gateway {

namespace {

constexpr std::size_t kMaxSchemaNodes = 10'000;
constexpr std::size_t kMaxPatternBytes = 1000;
constexpr int kMaxSchemaDepth = 64;

Fault invalid(const std::string& model, const std::string& pointer, std::string_view why) {
  return Fault("BadRequestException", "Invalid model " + model + " at #" + pointer + ": " + std::string(why));
}

std::string escapePointer(std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    if (c == '~')
      escaped.append("~0");
    else if (c == '/')
      escaped.append("~1");
    else if (c == '%')
      escaped.append("%25");
    else
      escaped.push_back(c);
  }
  return escaped;
}

std::string unescapePointer(std::string_view name) {
  std::string plain = base::uriDecode(name);
  plain = replaceLiteral(plain, "~1", "/", plain.size());
  return replaceLiteral(plain, "~0", "~", plain.size());
}

// The value at a JSON pointer (RFC 6901), or nullptr.
const Json* findPointer(const Json& document, std::string_view pointer) {
  const Json* at = &document;
  while (!pointer.empty()) {
    if (pointer.front() != '/') return nullptr;
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    const std::string name = unescapePointer(pointer.substr(0, end));
    pointer.remove_prefix(end);
    if (const JsonArray* array = at->if_array()) {
      if (name.empty() || name.size() > 9 || name.find_first_not_of("0123456789") != std::string::npos)
        return nullptr;
      at = array->if_contains(static_cast<std::size_t>(std::stoul(name)));
    } else {
      at = base::findMember(*at, name);
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

}  // namespace

// Compiles one schema object and those that it contains.
class SchemaCompiler final {
 public:
  SchemaCompiler(SchemaSet& set, std::string model) : set_(set), model_(std::move(model)) {}

  // The node at a pointer of the model; made when it is not there yet. A node under construction is given out as it
  // is: a schema may contain itself.
  Result<const SchemaNode*> nodeAt(const std::string& pointer, int depth) {
    if (depth > kMaxSchemaDepth) return invalid(model_, pointer, "nested too deeply");
    const auto key = std::make_pair(model_, pointer);
    if (const auto known = set_.nodes_.find(key); known != set_.nodes_.end()) return known->second.get();
    if (set_.nodes_.size() >= kMaxSchemaNodes) return invalid(model_, pointer, "too many schemas");
    const auto model = set_.models_.find(model_);
    if (model == set_.models_.end()) return Fault("BadRequestException", "Invalid model name specified: " + model_);
    const Json* json = findPointer(model->second, pointer);
    if (json == nullptr) return invalid(model_, pointer, "a $ref leads nowhere");
    SchemaNode* node = (set_.nodes_[key] = std::make_unique<SchemaNode>()).get();
    HEARTH_CHECK(fill(*node, *json, pointer, depth));
    return node;
  }

 private:
  Result<void> fill(SchemaNode& node, const Json& json, const std::string& pointer, int depth) {
    if (const bool* flag = json.if_bool()) {
      node.nothing = !*flag;
      return {};
    }
    if (!json.is_object()) return invalid(model_, pointer, "a schema is an object");
    if (const Json* ref = base::findMember(json, "$ref"); ref != nullptr && ref->is_string()) {
      HEARTH_TRY(node.ref, resolve(std::string(ref->get_string()), pointer, depth));
      return {};
    }
    HEARTH_CHECK(fillTypes(node, json, pointer));
    HEARTH_CHECK(fillNumbers(node, json, pointer));
    HEARTH_CHECK(fillSizes(node, json, pointer));
    HEARTH_CHECK(fillArrays(node, json, pointer, depth));
    HEARTH_CHECK(fillProperties(node, json, pointer, depth));
    return fillCombinations(node, json, pointer, depth);
  }

  Result<const SchemaNode*> resolve(const std::string& ref, const std::string& pointer, int depth) {
    if (ref.starts_with('#')) return nodeAt(ref.substr(1), depth + 1);
    const std::size_t at = ref.rfind("/models/");
    if (ref.starts_with("https://apigateway.amazonaws.com/restapis/") && at != std::string::npos) {
      const std::string rest = ref.substr(at + 8);
      const std::size_t hash = std::min(rest.find('#'), rest.size());
      const std::string fragment = hash < rest.size() ? rest.substr(hash + 1) : std::string();
      return SchemaCompiler(set_, rest.substr(0, hash)).nodeAt(fragment, depth + 1);
    }
    return invalid(model_, pointer, "a $ref leads outside of the API");
  }

  Result<void> fillTypes(SchemaNode& node, const Json& json, const std::string& pointer) {
    static constexpr std::array<std::pair<std::string_view, unsigned>, 7> kTypes = {
        {{"null", kNullBit},
         {"boolean", kBooleanBit},
         {"integer", kIntegerBit},
         {"number", kNumberBit | kIntegerBit},
         {"string", kStringBit},
         {"array", kArrayBit},
         {"object", kObjectBit}}};
    const auto bitsOf = [](const Json& name) {
      const auto* text = name.if_string();
      const auto found = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& type) {
        return text != nullptr && std::string_view(*text) == type.first;
      });
      return found == kTypes.end() ? 0U : found->second;
    };
    if (const Json* type = base::findMember(json, "type")) {
      node.types = 0;
      const JsonArray* list = type->if_array();
      if (list == nullptr)
        node.types = bitsOf(*type);
      else
        for (const Json& name : *list) node.types |= bitsOf(name);
      if (node.types == 0) return invalid(model_, pointer, "unknown type");
    }
    if (const Json* values = base::findMember(json, "enum")) {
      if (!values->is_array()) return invalid(model_, pointer, "enum is a list");
      node.hasEnum = true;
      for (const Json& value : values->get_array()) node.values.push_back(value);
    }
    if (const Json* constant = base::findMember(json, "const")) node.constant = *constant;
    return {};
  }

  Result<void> fillNumbers(SchemaNode& node, const Json& json, const std::string& pointer) {
    const auto read = [&](std::string_view keyword, std::optional<double>& into) -> Result<void> {
      const Json* value = base::findMember(json, keyword);
      if (value == nullptr) return {};
      if (!value->is_number()) return invalid(model_, pointer, std::string(keyword) + " is a number");
      into = value->to_number<double>();
      return {};
    };
    HEARTH_CHECK(read("minimum", node.minimum));
    HEARTH_CHECK(read("maximum", node.maximum));
    HEARTH_CHECK(read("multipleOf", node.multipleOf));
    if (node.multipleOf && !(*node.multipleOf > 0)) return invalid(model_, pointer, "multipleOf is above 0");
    const auto readExclusive = [&](std::string_view keyword, bool& flag,
                                   std::optional<double>& bound) -> Result<void> {
      const Json* value = base::findMember(json, keyword);
      if (value == nullptr) return {};
      if (value->is_bool()) {
        flag = value->get_bool();
        return {};
      }
      return read(keyword, bound);
    };
    HEARTH_CHECK(readExclusive("exclusiveMinimum", node.exclusiveMinimum, node.above));
    return readExclusive("exclusiveMaximum", node.exclusiveMaximum, node.below);
  }

  Result<void> fillSizes(SchemaNode& node, const Json& json, const std::string& pointer) {
    const std::pair<std::string_view, std::optional<std::uint64_t>*> sizes[] = {
        {"minLength", &node.minLength},         {"maxLength", &node.maxLength},
        {"minItems", &node.minItems},           {"maxItems", &node.maxItems},
        {"minProperties", &node.minProperties}, {"maxProperties", &node.maxProperties}};
    for (const auto& [keyword, into] : sizes) {
      const Json* value = base::findMember(json, keyword);
      if (value == nullptr) continue;
      const double number = value->is_number() ? value->to_number<double>() : -1;
      if (number < 0 || number > 1e15 || number != std::floor(number)) {
        return invalid(model_, pointer, std::string(keyword) + " is a whole number from 0");
      }
      *into = static_cast<std::uint64_t>(number);
    }
    if (const auto text = base::findString(json, "pattern")) {
      HEARTH_TRY(node.pattern, compilePattern(*text, pointer));
    }
    return {};
  }

  Result<std::unique_ptr<RE2>> compilePattern(std::string_view text, const std::string& pointer) {
    if (text.size() > kMaxPatternBytes) return invalid(model_, pointer, "a pattern is longer than 1000 bytes");
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    auto pattern = std::make_unique<RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (!pattern->ok()) return invalid(model_, pointer, "a pattern cannot be used: " + pattern->error());
    return pattern;
  }

  Result<void> child(const SchemaNode*& into, const Json& json, std::string_view keyword,
                     const std::string& pointer, int depth) {
    if (base::findMember(json, keyword) == nullptr) return {};
    HEARTH_TRY(into, nodeAt(pointer + "/" + escapePointer(keyword), depth + 1));
    return {};
  }

  Result<void> children(std::vector<const SchemaNode*>& into, const Json& json, std::string_view keyword,
                        const std::string& pointer, int depth) {
    const Json* list = base::findMember(json, keyword);
    if (list == nullptr) return {};
    if (!list->is_array()) return invalid(model_, pointer, std::string(keyword) + " is a list");
    for (std::size_t i = 0; i < list->get_array().size(); ++i) {
      HEARTH_TRY(into.emplace_back(),
                 nodeAt(pointer + "/" + std::string(keyword) + "/" + std::to_string(i), depth + 1));
    }
    return {};
  }

  Result<void> fillArrays(SchemaNode& node, const Json& json, const std::string& pointer, int depth) {
    const Json* items = base::findMember(json, "items");
    node.isTuple = items != nullptr && items->is_array();
    if (node.isTuple)
      HEARTH_CHECK(children(node.tuple, json, "items", pointer, depth));
    else
      HEARTH_CHECK(child(node.items, json, "items", pointer, depth));
    HEARTH_CHECK(child(node.additionalItems, json, "additionalItems", pointer, depth));
    const Json* unique = base::findMember(json, "uniqueItems");
    node.uniqueItems = unique != nullptr && unique->is_bool() && unique->get_bool();
    return {};
  }

  Result<void> fillProperties(SchemaNode& node, const Json& json, const std::string& pointer, int depth) {
    const auto members = [&](std::string_view keyword) -> Result<const JsonObject*> {
      const Json* value = base::findMember(json, keyword);
      if (value == nullptr) return nullptr;
      if (!value->is_object()) return invalid(model_, pointer, std::string(keyword) + " is an object");
      return &value->get_object();
    };
    HEARTH_TRY(const JsonObject* properties, members("properties"));
    if (properties != nullptr) {
      for (const auto& member : *properties) {
        HEARTH_TRY(node.properties[std::string(member.key())],
                   nodeAt(pointer + "/properties/" + escapePointer(member.key()), depth + 1));
      }
    }
    HEARTH_TRY(const JsonObject* patterns, members("patternProperties"));
    if (patterns != nullptr) {
      for (const auto& member : *patterns) {
        PatternSchema& made = node.patternProperties.emplace_back();
        HEARTH_TRY(made.pattern, compilePattern(member.key(), pointer));
        HEARTH_TRY(made.schema, nodeAt(pointer + "/patternProperties/" + escapePointer(member.key()), depth + 1));
      }
    }
    HEARTH_CHECK(child(node.additionalProperties, json, "additionalProperties", pointer, depth));
    HEARTH_TRY(node.required, names(base::findMember(json, "required"), "required", pointer));
    HEARTH_TRY(const JsonObject* dependencies, members("dependencies"));
    if (dependencies == nullptr) return {};
    for (const auto& member : *dependencies) {
      Dependency& made = node.dependencies.emplace_back();
      made.property = member.key();
      if (member.value().is_array()) {
        HEARTH_TRY(made.properties, names(&member.value(), "dependencies", pointer));
      } else {
        HEARTH_TRY(made.schema, nodeAt(pointer + "/dependencies/" + escapePointer(member.key()), depth + 1));
      }
    }
    return {};
  }

  Result<std::vector<std::string>> names(const Json* list, std::string_view keyword, const std::string& pointer) {
    std::vector<std::string> found;
    // Draft 3 had `required: true` inside a property; it means nothing in draft 4.
    if (list == nullptr || list->is_bool()) return found;
    if (!list->is_array()) return invalid(model_, pointer, std::string(keyword) + " is a list of names");
    for (const Json& name : list->get_array()) {
      if (!name.is_string()) return invalid(model_, pointer, std::string(keyword) + " is a list of names");
      found.emplace_back(name.get_string());
    }
    return found;
  }

  Result<void> fillCombinations(SchemaNode& node, const Json& json, const std::string& pointer, int depth) {
    HEARTH_CHECK(children(node.allOf, json, "allOf", pointer, depth));
    HEARTH_CHECK(children(node.anyOf, json, "anyOf", pointer, depth));
    HEARTH_CHECK(children(node.oneOf, json, "oneOf", pointer, depth));
    return child(node.negated, json, "not", pointer, depth);
  }

  SchemaSet& set_;
  std::string model_;
};

SchemaSet::SchemaSet() = default;
SchemaSet::~SchemaSet() = default;
SchemaSet::SchemaSet(SchemaSet&&) noexcept = default;
SchemaSet& SchemaSet::operator=(SchemaSet&&) noexcept = default;

Result<void> SchemaSet::add(const std::string& name, std::string_view schema) {
  auto json = base::parseJson(schema);
  if (!json.ok() || !json->is_object()) {
    return Fault("BadRequestException",
                 "Invalid model schema specified: " + (json.ok() ? "not an object" : json.fault().message));
  }
  models_.insert_or_assign(name, std::move(*json));
  return {};
}

Result<const SchemaNode*> SchemaSet::compile(const std::string& name) {
  return SchemaCompiler(*this, name).nodeAt("", 0);
}

}  // namespace hearth::gateway
