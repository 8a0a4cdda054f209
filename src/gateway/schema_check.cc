#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "gateway/json_equality.h"
#include "gateway/json_schema.h"
#include "gateway/pattern_work.h"
#include "gateway/schema_node.h"

namespace hearth::gateway {
namespace {

constexpr int kMaxCheckDepth = 200;
constexpr std::size_t kMaxCheckSteps = 1'000'000;

constexpr std::size_t kStepBytes = 64;      // of text that one step looks at
constexpr std::size_t kMaxNameBytes = 100;  // of a member's name, in a violation

// One check of a document. Schemas and documents are strangers': whatever walks a part of either pays for it first,
// a step for a value or a name and one for each 64 bytes of text.
class Checker final {
 public:
  std::optional<std::string> run(const SchemaNode& schema, const Json& document) {
    if (fits(schema, document)) return std::nullopt;
    return std::move(violation_);
  }

 private:
  // Pays, or ends the check: then nothing fits any more.
  bool spend(std::size_t steps) {
    if (exhausted_) return false;
    if (steps <= steps_) {
      steps_ -= steps;
      return true;
    }
    return exhaust();
  }
  bool spendText(std::string_view text) { return spend(1 + text.size() / kStepBytes); }
  bool exhaust() {
    exhausted_ = true;
    violation_.clear();
    return fail("the check takes too long");
  }
  bool matches(const RE2& pattern, std::string_view text) {
    return spend(1 + matchingWork(pattern, text.size()) / kStepBytes) && RE2::PartialMatch(toPiece(text), pattern);
  }

  // Notes why; the innermost reason stands.
  bool fail(std::string_view why) {
    if (violation_.empty()) violation_ = (path_.empty() ? "/" : path_) + ": " + std::string(why);
    return false;
  }
  // Runs a check whose failure is no violation yet.
  bool quietly(const SchemaNode& schema, const Json& value) {
    const std::string before = violation_;
    const bool ok = fits(schema, value);
    if (!exhausted_) violation_ = before;
    return ok;
  }
  class Path final {
   public:
    Path(std::string& path, std::string_view name) : path_(path), size_(path.size()) {
      path_.push_back('/');
      path_.append(name.substr(0, kMaxNameBytes));
    }
    ~Path() { path_.resize(size_); }
    Path(const Path&) = delete;
    Path& operator=(const Path&) = delete;

   private:
    std::string& path_;
    std::size_t size_;
  };

  bool fits(const SchemaNode& schema, const Json& value) {
    if (!spend(1)) return false;
    if (depth_ > kMaxCheckDepth) return exhaust();
    ++depth_;
    const bool ok = schema.ref != nullptr ? fits(*schema.ref, value) : fitsHere(schema, value);
    --depth_;
    return ok && !exhausted_;
  }

  bool fitsHere(const SchemaNode& schema, const Json& value) {
    if (schema.nothing) return fail("is not allowed");
    if ((schema.types & typeOf(value)) == 0) return fail("has another type");
    if (schema.hasEnum) {
      const auto same = [&](const Json& one) { return isSame(one, value); };
      if (std::none_of(schema.values.begin(), schema.values.end(), same)) return fail("is none of the values");
    }
    if (schema.constant && !isSame(*schema.constant, value)) return fail("is not the value");
    if (value.is_number() && !fitsNumber(schema, value.to_number<double>())) return false;
    if (value.is_string() && !fitsText(schema, value.get_string())) return false;
    if (value.is_array() && !fitsArray(schema, value.get_array())) return false;
    if (value.is_object() && !fitsObject(schema, value)) return false;
    return fitsCombinations(schema, value);
  }

  // False also when there are no steps left.
  struct Steps {
    Checker& check;
    bool value() const { return check.spend(1); }
    bool name(std::string_view name) const { return check.spendText(name); }
    bool text(std::string_view text) const { return check.spendText(text); }
  };
  bool isSame(const Json& a, const Json& b) { return isSameJson(a, b, Steps{*this}); }

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
    if (schema.minLength || schema.maxLength) {
      if (!spendText(text)) return false;
      // Characters, not UTF-16 units: every byte that begins one.
      const auto length = static_cast<std::uint64_t>(std::count_if(
          text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
      if (schema.minLength && length < *schema.minLength) return fail("is too short");
      if (schema.maxLength && length > *schema.maxLength) return fail("is too long");
    }
    return !schema.pattern || matches(*schema.pattern, text) || fail("does not match the pattern");
  }

  bool fitsArray(const SchemaNode& schema, const JsonArray& array) {
    if (schema.minItems && array.size() < *schema.minItems) return fail("has too few items");
    if (schema.maxItems && array.size() > *schema.maxItems) return fail("has too many items");
    const bool anything = schema.items == nullptr && !schema.isTuple;
    for (std::size_t i = 0; !anything && i < array.size(); ++i) {
      if (!spend(1)) return false;
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
      if (!appendCanonical(item, text) || !seen.insert(std::move(text)).second) return false;
    }
    return true;
  }

  // Appends a text that is the same for values that are the same. False when there are no steps left.
  bool appendCanonical(const Json& value, std::string& into) {
    if (!spend(1)) return false;
    if (value.is_number()) {
      const double number = value.to_number<double>();
      into.append(base::writeJson(Json(number == 0 ? 0.0 : number)));  // -0 is 0
    } else if (const JsonArray* list = value.if_array()) {
      into.push_back('[');
      for (const Json& item : *list) {
        if (!appendCanonical(item, into)) return false;
        into.push_back(',');
      }
      into.push_back(']');
    } else if (const JsonObject* object = value.if_object()) {
      return appendCanonical(*object, into);
    } else {
      if (value.is_string() && !spendText(value.get_string())) return false;
      into.append(base::writeJson(value));
    }
    return true;
  }

  bool appendCanonical(const JsonObject& object, std::string& into) {
    std::vector<std::string_view> keys;
    for (const auto& member : object) {
      if (!spendText(member.key())) return false;
      keys.push_back(member.key());
    }
    std::sort(keys.begin(), keys.end());
    into.push_back('{');
    for (const std::string_view key : keys) {
      base::appendJsonString(into, key);
      if (!appendCanonical(*object.if_contains(key), into)) return false;
    }
    into.push_back('}');
    return true;
  }

  bool hasAll(const JsonObject& object, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (!spendText(name)) return false;
      if (!object.contains(name)) return fail("lacks the member " + name.substr(0, kMaxNameBytes));
    }
    return true;
  }

  bool fitsObject(const SchemaNode& schema, const Json& value) {
    const JsonObject& object = value.get_object();
    if (schema.minProperties && object.size() < *schema.minProperties) return fail("has too few members");
    if (schema.maxProperties && object.size() > *schema.maxProperties) return fail("has too many members");
    if (!hasAll(object, schema.required)) return false;
    const bool anything =
        schema.properties.empty() && schema.patternProperties.empty() && schema.additionalProperties == nullptr;
    for (const auto& member : object) {
      if (anything) break;
      if (!spendText(member.key())) return false;
      const Path path(path_, member.key());
      if (!fitsMember(schema, member.key(), member.value())) return false;
    }
    for (const Dependency& dependency : schema.dependencies) {
      if (!spendText(dependency.property)) return false;
      if (!object.contains(dependency.property)) continue;
      if (!hasAll(object, dependency.properties)) return false;
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
      if (!matches(*candidate.pattern, name)) {
        if (exhausted_) return false;
        continue;
      }
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

  std::size_t steps_ = kMaxCheckSteps;
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
