#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "gateway/json_schema.h"
#include "gateway/schema_node.h"

namespace hearth::gateway {
namespace {

constexpr int kMaxCheckDepth = 200;
constexpr std::int64_t kMaxCheckSteps = 1'000'000;

// Equality of JSON values: numbers by value (1 is 1.0), objects without order.
bool sameJson(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return a.to_number<double>() == b.to_number<double>();
  if (a.kind() != b.kind()) return false;
  if (const JsonArray* list = a.if_array()) {
    const JsonArray& other = b.get_array();
    return list->size() == other.size() && std::equal(list->begin(), list->end(), other.begin(), sameJson);
  }
  if (const JsonObject* object = a.if_object()) {
    const JsonObject& other = b.get_object();
    return object->size() == other.size() && std::all_of(object->begin(), object->end(), [&](const auto& member) {
             const Json* counterpart = other.if_contains(member.key());
             return counterpart != nullptr && sameJson(member.value(), *counterpart);
           });
  }
  return a == b;
}

// A text that is the same for values that are the same.
void appendCanonical(const Json& value, std::string& into) {
  if (value.is_number()) {
    into.append(std::to_string(value.to_number<double>())).append(base::writeJson(Json(value.to_number<double>())));
  } else if (const JsonArray* list = value.if_array()) {
    into.push_back('[');
    for (const Json& item : *list) {
      appendCanonical(item, into);
      into.push_back(',');
    }
    into.push_back(']');
  } else if (const JsonObject* object = value.if_object()) {
    std::vector<std::string_view> keys;
    for (const auto& member : *object) keys.push_back(member.key());
    std::sort(keys.begin(), keys.end());
    into.push_back('{');
    for (const std::string_view key : keys) {
      base::appendJsonString(into, key);
      appendCanonical(*object->if_contains(key), into);
    }
    into.push_back('}');
  } else {
    into.append(base::writeJson(value));
  }
}

// One check of a document.
class Checker final {
 public:
  std::optional<std::string> run(const SchemaNode& schema, const Json& document) {
    if (fits(schema, document)) return std::nullopt;
    return std::move(violation_);
  }

 private:
  // Notes why; the innermost reason stands.
  bool fail(std::string_view why) {
    if (violation_.empty()) violation_ = (path_.empty() ? "/" : path_) + ": " + std::string(why);
    return false;
  }
  // Runs a check whose failure is no violation yet.
  bool quietly(const SchemaNode& schema, const Json& value) {
    const std::string before = violation_;
    const bool ok = fits(schema, value);
    violation_ = before;
    return ok;
  }
  class Path final {
   public:
    Path(std::string& path, std::string_view name) : path_(path), size_(path.size()) {
      path_.push_back('/');
      path_.append(name.substr(0, 100));
    }
    ~Path() { path_.resize(size_); }
    Path(const Path&) = delete;
    Path& operator=(const Path&) = delete;

   private:
    std::string& path_;
    std::size_t size_;
  };

  bool fits(const SchemaNode& schema, const Json& value) {
    if (--steps_ < 0 || depth_ > kMaxCheckDepth) {
      exhausted_ = true;
      return fail("the check takes too long");
    }
    if (exhausted_) return false;
    ++depth_;
    const bool ok = schema.ref != nullptr ? fits(*schema.ref, value) : fitsHere(schema, value);
    --depth_;
    return ok && !exhausted_;
  }

  bool fitsHere(const SchemaNode& schema, const Json& value) {
    if (schema.nothing) return fail("is not allowed");
    if ((schema.types & typeOf(value)) == 0) return fail("has another type");
    if (schema.hasEnum) {
      steps_ -= static_cast<std::int64_t>(schema.values.size());
      const auto same = [&](const Json& one) { return sameJson(one, value); };
      if (std::none_of(schema.values.begin(), schema.values.end(), same)) return fail("is none of the values");
    }
    if (schema.constant && !sameJson(*schema.constant, value)) return fail("is not the value");
    if (value.is_number() && !fitsNumber(schema, value.to_number<double>())) return false;
    if (value.is_string() && !fitsText(schema, value.get_string())) return false;
    if (value.is_array() && !fitsArray(schema, value.get_array())) return false;
    if (value.is_object() && !fitsObject(schema, value)) return false;
    return fitsCombinations(schema, value);
  }

  static unsigned typeOf(const Json& value) {
    switch (value.kind()) {
      case boost::json::kind::null:
        return kNullBit;
      case boost::json::kind::bool_:
        return kBooleanBit;
      case boost::json::kind::int64:
      case boost::json::kind::uint64:
        return kIntegerBit;
      case boost::json::kind::double_:
        return kNumberBit;
      case boost::json::kind::string:
        return kStringBit;
      case boost::json::kind::array:
        return kArrayBit;
      case boost::json::kind::object:
        return kObjectBit;
    }
    return 0;
  }

  bool fitsNumber(const SchemaNode& schema, double number) {
    if (schema.minimum && (schema.exclusiveMinimum ? number <= *schema.minimum : number < *schema.minimum)) {
      return fail("is too small");
    }
    if (schema.maximum && (schema.exclusiveMaximum ? number >= *schema.maximum : number > *schema.maximum)) {
      return fail("is too large");
    }
    if (schema.above && number <= *schema.above) return fail("is too small");
    if (schema.below && number >= *schema.below) return fail("is too large");
    if (schema.multipleOf) {
      const double quotient = number / *schema.multipleOf;
      if (std::fabs(quotient - std::round(quotient)) > 1e-9 * std::max(1.0, std::fabs(quotient))) {
        return fail("is not a multiple");
      }
    }
    return true;
  }

  bool fitsText(const SchemaNode& schema, std::string_view text) {
    steps_ -= static_cast<std::int64_t>(text.size() / 64);
    if (schema.minLength || schema.maxLength) {
      // Characters, not UTF-16 units: every byte that begins one.
      const auto length = static_cast<std::uint64_t>(std::count_if(
          text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
      if (schema.minLength && length < *schema.minLength) return fail("is too short");
      if (schema.maxLength && length > *schema.maxLength) return fail("is too long");
    }
    if (schema.pattern && !RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *schema.pattern)) {
      return fail("does not match the pattern");
    }
    return true;
  }

  bool fitsArray(const SchemaNode& schema, const JsonArray& array) {
    if (schema.minItems && array.size() < *schema.minItems) return fail("has too few items");
    if (schema.maxItems && array.size() > *schema.maxItems) return fail("has too many items");
    for (std::size_t i = 0; i < array.size(); ++i) {
      const SchemaNode* expected = schema.items;
      if (schema.isTuple) expected = i < schema.tuple.size() ? schema.tuple[i] : schema.additionalItems;
      if (expected == nullptr) continue;
      const Path path(path_, std::to_string(i));
      if (!fits(*expected, array[i])) return false;
    }
    return !schema.uniqueItems || areUnique(array) || fail("has an item twice");
  }

  bool areUnique(const JsonArray& array) {
    std::set<std::string> seen;
    for (const Json& item : array) {
      std::string text;
      appendCanonical(item, text);
      steps_ -= static_cast<std::int64_t>(text.size() / 64 + 1);
      if (steps_ < 0 || !seen.insert(std::move(text)).second) return false;
    }
    return true;
  }

  bool fitsObject(const SchemaNode& schema, const Json& value) {
    const JsonObject& object = value.get_object();
    if (schema.minProperties && object.size() < *schema.minProperties) return fail("has too few members");
    if (schema.maxProperties && object.size() > *schema.maxProperties) return fail("has too many members");
    for (const std::string& name : schema.required) {
      if (!object.contains(name)) return fail("lacks the member " + name);
    }
    for (const auto& member : object) {
      const Path path(path_, member.key());
      if (!fitsMember(schema, member.key(), member.value())) return false;
    }
    for (const Dependency& dependency : schema.dependencies) {
      if (!object.contains(dependency.property)) continue;
      for (const std::string& name : dependency.properties) {
        if (!object.contains(name)) return fail("lacks the member " + name);
      }
      if (dependency.schema != nullptr && !fits(*dependency.schema, value)) return false;
    }
    return true;
  }

  bool fitsMember(const SchemaNode& schema, std::string_view name, const Json& value) {
    bool known = false;
    if (const auto property = schema.properties.find(name); property != schema.properties.end()) {
      known = true;
      if (!fits(*property->second, value)) return false;
    }
    for (const PatternSchema& candidate : schema.patternProperties) {
      steps_ -= static_cast<std::int64_t>(name.size() / 64 + 1);
      if (!RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *candidate.pattern)) continue;
      known = true;
      if (!fits(*candidate.schema, value)) return false;
    }
    return known || schema.additionalProperties == nullptr || fits(*schema.additionalProperties, value);
  }

  bool fitsCombinations(const SchemaNode& schema, const Json& value) {
    for (const SchemaNode* one : schema.allOf) {
      if (!fits(*one, value)) return false;
    }
    const auto fitsOne = [&](const SchemaNode* one) { return quietly(*one, value); };
    if (!schema.anyOf.empty() && std::none_of(schema.anyOf.begin(), schema.anyOf.end(), fitsOne)) {
      return fail("fits none of the alternatives");
    }
    if (!schema.oneOf.empty() && std::count_if(schema.oneOf.begin(), schema.oneOf.end(), fitsOne) != 1) {
      return fail("does not fit exactly one of the alternatives");
    }
    if (schema.negated != nullptr && quietly(*schema.negated, value)) return fail("fits what it must not");
    return true;
  }

  std::int64_t steps_ = kMaxCheckSteps;
  int depth_ = 0;
  bool exhausted_ = false;
  std::string path_;
  std::string violation_;
};

}  // namespace

std::optional<std::string> findViolation(const SchemaNode& schema, const Json& document) {
  return Checker().run(schema, document);
}

}  // namespace hearth::gateway
