#include "stacks/drift.h"

#include <algorithm>
#include <array>
#include <utility>

#include "stacks/parameters.h"
#include "stacks/scalars.h"

namespace hearth::stacks {
namespace {

using ports::PropertyKind;
using ports::PropertySpec;

// Two lists are matched element by element; beyond this many pairs they are compared as they stand.
constexpr std::size_t kMostPairs = 250'000;
constexpr std::string_view kDynamic = "{{resolve:";

constexpr std::array<std::pair<DriftStatus, std::string_view>, 4> kStatuses = {{
    {DriftStatus::kNotChecked, "NOT_CHECKED"},
    {DriftStatus::kInSync, "IN_SYNC"},
    {DriftStatus::kModified, "MODIFIED"},
    {DriftStatus::kDeleted, "DELETED"},
}};

const PropertySpec* findSpec(const std::vector<PropertySpec>& specs, std::string_view name) {
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const auto& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

std::string pointer(const std::string& path, std::string_view name) {
  std::string text = path + "/";
  for (const char c : name) text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return text;
}

bool isEmpty(const Json& value) {
  if (value.is_null()) return true;
  if (const auto* text = value.if_string()) return text->empty();
  if (const auto* list = value.if_array()) return list->empty();
  if (const auto* object = value.if_object()) {
    return std::all_of(object->begin(), object->end(), [](const auto& member) { return isEmpty(member.value()); });
  }
  return false;
}

bool isDynamic(const Json& value) {
  return value.is_string() && std::string_view(value.get_string()).find(kDynamic) != std::string_view::npos;
}

// Whether a dynamic reference is anywhere in it.
bool hasDynamic(const Json& value) {
  if (const auto* list = value.if_array()) return std::any_of(list->begin(), list->end(), hasDynamic);
  if (const auto* object = value.if_object()) {
    return std::any_of(object->begin(), object->end(),
                       [](const auto& member) { return hasDynamic(member.value()); });
  }
  return isDynamic(value);
}

// A document that one side has as its text.
Json documentOf(const Json& value) {
  if (!value.is_string()) return value;
  auto parsed = base::parseJson(value.get_string());
  return parsed.ok() && (parsed->is_object() || parsed->is_array()) ? *std::move(parsed) : value;
}

class Comparison final {
 public:
  void members(const std::vector<PropertySpec>& specs, const JsonObject& expected, const JsonObject& actual,
               const std::string& path) {
    for (const auto& [key, value] : expected) {
      const Json* there = actual.if_contains(key);
      member(findSpec(specs, key), value, there ? *there : Json(), pointer(path, key));
    }
  }

  std::vector<PropertyDifference> take() { return std::move(differences_); }

 private:
  // One value; null stands for none. Without a specification it is a document.
  void member(const PropertySpec* spec, const Json& expected, const Json& actual, const std::string& path) {
    if (isDynamic(expected) || (isEmpty(expected) && isEmpty(actual))) return;
    if (actual.is_null() || expected.is_null()) {
      add(path, expected, actual);
      return;
    }
    const PropertyKind kind = spec ? spec->kind : PropertyKind::kJson;
    if (kind == PropertyKind::kJson) {
      document(documentOf(expected), documentOf(actual), path);
    } else if (kind == PropertyKind::kObject && expected.is_object() && actual.is_object()) {
      members(spec->members, expected.get_object(), actual.get_object(), path);
    } else if (kind == PropertyKind::kMap && expected.is_object() && actual.is_object()) {
      map(&spec->members.front(), expected.get_object(), actual.get_object(), path);
    } else if (kind == PropertyKind::kList && expected.is_array() && actual.is_array()) {
      list(&spec->members.front(), expected.get_array(), actual.get_array(), path);
    } else {
      scalar(kind, expected, actual, path);
    }
  }

  void document(const Json& expected, const Json& actual, const std::string& path) {
    if (expected.is_object() && actual.is_object()) {
      map(nullptr, expected.get_object(), actual.get_object(), path);
    } else if (expected.is_array() && actual.is_array()) {
      list(nullptr, expected.get_array(), actual.get_array(), path);
    } else {
      scalar(PropertyKind::kString, expected, actual, path);
    }
  }

  void map(const PropertySpec* element, const JsonObject& expected, const JsonObject& actual,
           const std::string& path) {
    for (const auto& [key, value] : expected) {
      const Json* there = actual.if_contains(key);
      member(element, value, there ? *there : Json(), pointer(path, key));
    }
    for (const auto& [key, value] : actual) {
      if (!expected.contains(key)) member(element, Json(), value, pointer(path, key));
    }
  }

  static bool isSame(const PropertySpec* element, const Json& expected, const Json& actual) {
    Comparison comparison;
    comparison.member(element, expected, actual, "");
    return comparison.differences_.empty();
  }

  void list(const PropertySpec* element, const JsonArray& expected, const JsonArray& actual,
            const std::string& path) {
    std::vector<std::size_t> missing;
    std::vector<bool> used(actual.size());
    const bool isMatched = expected.size() * actual.size() <= kMostPairs;
    const auto matches = [&](std::size_t at, std::size_t there) {
      return there < actual.size() && !used[there] && isSame(element, expected[at], actual[there]);
    };
    for (std::size_t at = 0; at < expected.size(); ++at) {
      std::size_t found = at;  // most lists are in their old order
      if (!matches(at, found)) {
        found = 0;
        while (isMatched && found < actual.size() && !matches(at, found)) ++found;
        if (!isMatched || found == actual.size()) {
          missing.push_back(at);
          continue;
        }
      }
      used[found] = true;
    }
    std::size_t other = 0;
    const auto nextOther = [&] {
      while (other < actual.size() && used[other]) ++other;
      return other < actual.size();
    };
    for (const std::size_t at : missing) {
      const bool isChanged = nextOther();
      member(element, expected[at], isChanged ? actual[other++] : Json(), pointer(path, std::to_string(at)));
    }
    for (std::size_t at = expected.size(); nextOther(); ++at) {
      member(element, Json(), actual[other++], pointer(path, std::to_string(at)));
    }
  }

  void scalar(PropertyKind kind, const Json& expected, const Json& actual, const std::string& path) {
    if (expected == actual) return;
    const bool isNumber = kind == PropertyKind::kInteger || kind == PropertyKind::kDouble;
    if (isNumber && numberOf(expected) && numberOf(expected) == numberOf(actual)) return;
    if (textOf(expected) && textOf(expected) == textOf(actual)) return;
    add(path, expected, actual);
  }

  void add(const std::string& path, const Json& expected, const Json& actual) {
    const auto kind = expected.is_null() ? DifferenceKind::kAdd
                      : actual.is_null() ? DifferenceKind::kRemove
                                         : DifferenceKind::kNotEqual;
    differences_.push_back({path, kind, expected, actual});
  }

  std::vector<PropertyDifference> differences_;
};

Json seenList(const JsonArray& expected, const JsonArray& shown, const JsonArray& actual);

// What may be seen of the actual value, where `shown` may be seen of the expected one.
Json seen(const Json& expected, const Json& shown, const Json& actual) {
  if (expected == shown && !hasDynamic(expected)) return actual;
  if (expected == actual) return shown;
  if (expected.is_object() && shown.is_object() && actual.is_object()) {
    JsonObject out;
    for (const auto& [key, value] : actual.get_object()) {
      const Json* left = expected.get_object().if_contains(key);
      const Json* right = shown.get_object().if_contains(key);
      out.emplace(key, left && right ? seen(*left, *right, value) : left || right ? Json(kMaskedValue) : value);
    }
    return out;
  }
  if (expected.is_array() && shown.is_array() && actual.is_array()) {
    return seenList(expected.get_array(), shown.get_array(), actual.get_array());
  }
  return actual.is_null() ? Json() : Json(kMaskedValue);
}

// Nobody knows which element has become which: one is shown where it is an expected one.
Json seenList(const JsonArray& expected, const JsonArray& shown, const JsonArray& actual) {
  if (expected.size() != shown.size() || expected.size() * actual.size() > kMostPairs) return Json(kMaskedValue);
  JsonArray out;
  for (const Json& value : actual) {
    const auto found = std::find(expected.begin(), expected.end(), value);
    out.push_back(found == expected.end() ? Json(kMaskedValue) : shown[std::size_t(found - expected.begin())]);
  }
  return out;
}

// The member that a JSON pointer names, if every step of it does.
const Json* follow(const JsonObject& object, std::string_view path) {
  const Json* at = nullptr;
  const JsonObject* in = &object;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(name.size());
    at = in ? in->if_contains(name) : nullptr;
    if (!at) return nullptr;
    in = at->if_object();
  }
  return at;
}

std::string textOf(const Json& json, std::string_view name) { return base::findString(json, name).value_or(""); }

std::int64_t numberOf(const Json& json, std::string_view name) {
  const Json* member = base::findMember(json, name);
  return member && member->is_int64() ? member->get_int64() : 0;
}

std::optional<JsonObject> objectOf(const Json& json, std::string_view name) {
  const Json* member = base::findMember(json, name);
  if (!member || !member->is_object()) return std::nullopt;
  return member->get_object();
}

}  // namespace

std::string_view nameOf(DriftStatus status) { return kStatuses[static_cast<std::size_t>(status) % 4].second; }

std::optional<DriftStatus> driftStatusOf(std::string_view name) {
  for (const auto& [status, known] : kStatuses) {
    if (known == name) return status;
  }
  return std::nullopt;
}

std::string_view nameOf(DifferenceKind kind) {
  switch (kind) {
    case DifferenceKind::kAdd:
      return "ADD";
    case DifferenceKind::kRemove:
      return "REMOVE";
    case DifferenceKind::kNotEqual:
      break;
  }
  return "NOT_EQUAL";
}

std::string_view nameOf(Detection::Stage stage) {
  switch (stage) {
    case Detection::Stage::kInProgress:
      return "DETECTION_IN_PROGRESS";
    case Detection::Stage::kComplete:
      return "DETECTION_COMPLETE";
    case Detection::Stage::kFailed:
      break;
  }
  return "DETECTION_FAILED";
}

std::vector<PropertyDifference> compareProperties(const ports::ResourceSpec& spec, const JsonObject& expected,
                                                  const JsonObject& actual) {
  Comparison comparison;
  comparison.members(spec.properties, expected, actual, "");
  return comparison.take();
}

ResourceDrift describeDrift(const ports::ResourceSpec& spec, const JsonObject& expected, const JsonObject& shown,
                            const JsonObject& actual) {
  ResourceDrift drift;
  drift.differences = compareProperties(spec, expected, actual);
  drift.status = drift.differences.empty() ? DriftStatus::kInSync : DriftStatus::kModified;
  drift.expected = shown;
  auto& visible = drift.actual.emplace();
  for (const auto& [key, value] : expected) {
    const Json* there = actual.if_contains(key);
    const Json* mine = shown.if_contains(key);
    if (there && !there->is_null()) visible.emplace(key, mine ? seen(value, *mine, *there) : Json(kMaskedValue));
  }
  for (PropertyDifference& difference : drift.differences) {
    const std::string top = difference.path.substr(0, difference.path.find('/', 1));
    const Json* whole = follow(expected, top);
    const Json* mine = follow(shown, top);
    if (whole && mine && *whole == *mine && !hasDynamic(*whole)) continue;
    // Somewhere in this property is a secret: a value that can be found in what is shown is, others are not.
    const Json* left = follow(shown, difference.path);
    const Json* right = follow(*drift.actual, difference.path);
    difference.expected = difference.expected.is_null() ? Json() : left ? *left : Json(kMaskedValue);
    difference.actual = difference.actual.is_null() ? Json() : right ? *right : Json(kMaskedValue);
  }
  return drift;
}

JsonObject toJson(const ResourceDrift& drift) {
  JsonArray differences;
  for (const PropertyDifference& one : drift.differences) {
    differences.push_back(JsonObject{{"path", one.path},
                                     {"kind", static_cast<std::int64_t>(one.kind)},
                                     {"expected", one.expected},
                                     {"actual", one.actual}});
  }
  JsonObject json{{"logicalId", drift.logicalId},
                  {"physicalId", drift.physicalId},
                  {"type", drift.type},
                  {"status", nameOf(drift.status)},
                  {"checked", base::toMillis(drift.checked)},
                  {"changed", base::toMillis(drift.changed)},
                  {"differences", std::move(differences)}};
  if (drift.expected) json.emplace("expected", *drift.expected);
  if (drift.actual) json.emplace("actual", *drift.actual);
  return json;
}

ResourceDrift driftOf(const Json& json) {
  ResourceDrift drift;
  drift.logicalId = textOf(json, "logicalId");
  drift.physicalId = textOf(json, "physicalId");
  drift.type = textOf(json, "type");
  drift.status = driftStatusOf(textOf(json, "status")).value_or(DriftStatus::kNotChecked);
  drift.checked = base::fromMillis(numberOf(json, "checked"));
  drift.changed = base::fromMillis(numberOf(json, "changed"));
  drift.expected = objectOf(json, "expected");
  drift.actual = objectOf(json, "actual");
  const Json* differences = base::findMember(json, "differences");
  if (!differences || !differences->is_array()) return drift;
  for (const Json& one : differences->get_array()) {
    const Json* expected = base::findMember(one, "expected");
    const Json* actual = base::findMember(one, "actual");
    drift.differences.push_back({textOf(one, "path"), static_cast<DifferenceKind>(numberOf(one, "kind")),
                                 expected ? *expected : Json(), actual ? *actual : Json()});
  }
  return drift;
}

}  // namespace hearth::stacks
