#include "gateway/vtl_methods.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/bytes.h"
#include "gateway/java_text.h"

namespace hearth::gateway::vtl {
namespace {

constexpr std::size_t kMaxText = 10 << 20;
constexpr std::size_t kSearchWork = 4;  // a byte searched through costs as much as so many

using Arguments = std::span<const Value>;

// A name may be long, and is compared with a few.
std::optional<Value> findMember(Map& map, std::string_view name, const CallContext& context) {
  constexpr std::size_t kMostCompared = 18;
  if (name.size() >= 64) context.spend(name.size() * std::min(map.size(), kMostCompared));
  return map.find(name);
}

// One call on a value: the arguments, with the conversions that methods ask for.
class Call final {
 public:
  Call(std::string_view method, Arguments arguments, const CallContext& context)
      : method_(method), arguments_(arguments), context_(context) {}

  bool is(std::string_view name, std::size_t count) const { return arguments_.size() == count && method_ == name; }
  const Value& value(std::size_t at) const { return arguments_[at]; }
  std::string_view text(std::size_t at) const { return textOf(arguments_[at], context_); }
  // A whole number; a fault when it is none.
  std::int64_t integer(std::size_t at) const {
    const Value& given = arguments_[at];
    if (given.type == Type::kInteger) return given.integer;
    context_.fail(std::string(method_) + "() needs a whole number");
    return 0;
  }
  Value fail(std::string_view why) const { return context_.fail(std::string(method_) + "(): " + std::string(why)); }
  Value keep(const std::string& text) const {
    if (text.size() > kMaxText) return fail("the text is too large");
    context_.spend(text.size());
    return context_.heap.string(text);
  }
  const CallContext& context() const { return context_; }
  Effort effort() const { return {context_.steps}; }
  std::optional<Value> member(Map& map, std::string_view name) const { return findMember(map, name, context_); }

 private:
  std::string_view method_;
  Arguments arguments_;
  const CallContext& context_;
};

Value count(std::size_t number) { return Value::of(static_cast<std::int64_t>(number)); }

// --- Text -----------------------------------------------------------------------------------------------------

Value indexOf(const Call& call, std::string_view text, std::size_t at) {
  if (at == std::string_view::npos) return Value::of(std::int64_t{-1});
  call.context().spend(at);
  return count(utf16Length(text.substr(0, at)));
}

Value substring(const Call& call, std::string_view text, std::int64_t first, std::optional<std::int64_t> last) {
  call.context().spend(text.size());
  if (first < 0 || (last && *last < first)) return call.fail("index out of range");
  const auto start = byteOfUtf16(text, static_cast<std::size_t>(first));
  const auto end = last ? byteOfUtf16(text, static_cast<std::size_t>(*last)) : text.size();
  if (!start || !end) return call.fail("index out of range");
  return Value::of(text.substr(*start, *end - *start));
}

Value replaceMatches(const Call& call, std::string_view text, Matches which) {
  auto replaced = replacePattern(text, call.text(0), call.text(1), which, kMaxText, call.effort());
  if (!replaced.ok()) return call.fail(replaced.fault().message);
  return call.keep(*replaced);
}

Value split(const Call& call, std::string_view text, std::int64_t limit) {
  const auto most = static_cast<int>(std::clamp<std::int64_t>(limit, -1, 1 << 24));
  const auto parts = splitPattern(text, call.text(0), most, call.effort());
  if (!parts.ok()) return call.fail(parts.fault().message);
  call.context().spend(parts->size() * 64);
  List* list = call.context().heap.newList();
  for (const std::string_view part : *parts) {
    if (call.context().heap.exhausted()) break;
    list->add(Value::of(part));
  }
  return Value::of(list);
}

// Java's trim(): everything up to the space, from both ends.
std::string_view javaTrim(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::size_t search(const Call& call, std::string_view text, std::size_t start = 0) {
  call.context().spend(text.size() * kSearchWork);
  return findText(text, call.text(0), start);
}

std::optional<Value> searchText(const Call& call, std::string_view text) {
  if (call.is("contains", 1)) return Value::of(search(call, text) != std::string_view::npos);
  if (call.is("startsWith", 1)) return Value::of(text.starts_with(call.text(0)));
  if (call.is("endsWith", 1)) return Value::of(text.ends_with(call.text(0)));
  if (call.is("indexOf", 1)) return indexOf(call, text, search(call, text));
  if (call.is("lastIndexOf", 1)) {
    call.context().spend(text.size() * kSearchWork);
    return indexOf(call, text, findLastText(text, call.text(0)));
  }
  if (call.is("indexOf", 2)) {
    const std::int64_t from = std::max<std::int64_t>(call.integer(1), 0);
    const auto start = byteOfUtf16(text, static_cast<std::size_t>(from));
    return start ? indexOf(call, text, search(call, text, *start)) : Value::of(std::int64_t{-1});
  }
  if (call.is("matches", 1)) {
    const auto matched = matchesPattern(text, call.text(0), call.effort());
    return matched.ok() ? Value::of(*matched) : call.fail(matched.fault().message);
  }
  if (call.is("equals", 1)) return Value::of(call.value(0).isString() && text == call.value(0).string);
  if (call.is("equalsIgnoreCase", 1)) return Value::of(base::equalsIgnoreCase(text, call.text(0)));
  if (call.is("compareTo", 1)) return Value::of(std::int64_t{text.compare(call.text(0))});
  return std::nullopt;
}

std::optional<Value> callText(const Call& call, std::string_view text) {
  if (call.is("length", 0)) return count(utf16Length(text));
  if (call.is("isEmpty", 0)) return Value::of(text.empty());
  if (call.is("trim", 0)) return Value::of(javaTrim(text));
  if (call.is("toLowerCase", 0)) return call.keep(base::toLower(text));
  if (call.is("toUpperCase", 0)) return call.keep(base::toUpper(text));
  if (call.is("substring", 1)) return substring(call, text, call.integer(0), std::nullopt);
  if (call.is("substring", 2)) return substring(call, text, call.integer(0), call.integer(1));
  if (call.is("charAt", 1)) return substring(call, text, call.integer(0), call.integer(0) + 1);
  if (call.is("concat", 1)) return call.keep(std::string(text).append(call.text(0)));
  if (call.is("replace", 2)) {
    call.context().spend(text.size() * kSearchWork);
    return call.keep(replaceLiteral(text, call.text(0), call.text(1), kMaxText));
  }
  if (call.is("replaceAll", 2)) return replaceMatches(call, text, Matches::kAll);
  if (call.is("replaceFirst", 2)) return replaceMatches(call, text, Matches::kFirst);
  if (call.is("split", 1)) return split(call, text, 0);
  if (call.is("split", 2)) return split(call, text, call.integer(1));
  return searchText(call, text);
}

// --- Numbers and booleans -------------------------------------------------------------------------------------

Value parseInteger(const Call& call) {
  std::string_view text = call.text(0);
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return call.fail("not a whole number");
  return Value::of(number);
}

Value parseDouble(const Call& call) {
  const std::string_view text = javaTrim(call.text(0));
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return call.fail("not a number");
  return Value::of(number);
}

std::optional<Value> callNumber(const Call& call, const Value& self) {
  if (call.is("intValue", 0) || call.is("longValue", 0)) {
    if (self.type == Type::kInteger) return self;
    if (!(std::fabs(self.real) < 9e18)) return call.fail("out of range");
    return Value::of(static_cast<std::int64_t>(self.real));
  }
  if (call.is("doubleValue", 0) || call.is("floatValue", 0)) return Value::of(self.asDouble());
  // Static methods, which templates reach through any number: #set($Integer = 0) $Integer.parseInt("7").
  if (call.is("parseInt", 1) || call.is("parseLong", 1)) return parseInteger(call);
  if (call.is("parseDouble", 1) || call.is("parseFloat", 1)) return parseDouble(call);
  if (call.is("valueOf", 1)) return self.type == Type::kInteger ? parseInteger(call) : parseDouble(call);
  if (call.is("compareTo", 1) && call.value(0).isNumber()) {
    const double left = self.asDouble(), right = call.value(0).asDouble();
    return Value::of(std::int64_t{left < right ? -1 : left > right ? 1 : 0});
  }
  if (call.is("equals", 1))
    return Value::of(call.value(0).type == self.type && equals(self, call.value(0), call.context()));
  return std::nullopt;
}

// --- Lists ----------------------------------------------------------------------------------------------------

std::optional<std::size_t> positionIn(List& list, const Value& wanted, const CallContext& context) {
  const auto items = list.items();
  context.spend(items.size() * 16);
  const auto found = std::find_if(items.begin(), items.end(), [&](const Value& item) {
    return context.steps > 0 && item.isNull() == wanted.isNull() && equals(item, wanted, context);
  });
  if (found == items.end()) return std::nullopt;
  return static_cast<std::size_t>(found - items.begin());
}

Value addAll(const Call& call, List& list) {
  if (call.value(0).type != Type::kList) return call.fail("needs a list");
  // A copy: the list may be added to itself.
  const auto items = call.value(0).list->items();
  const std::vector<Value> added(items.begin(), items.end());
  call.context().spend(added.size() * sizeof(Value));
  for (const Value& item : added) {
    if (call.context().heap.exhausted()) break;
    list.add(item);
  }
  return Value::of(!added.empty());
}

std::optional<Value> changeList(const Call& call, List& list) {
  const auto inside = [&](std::int64_t index, std::size_t size) {
    return index >= 0 && static_cast<std::size_t>(index) < size;
  };
  if (call.is("add", 1)) {
    list.add(call.value(0));
    return Value::of(true);
  }
  if (call.is("add", 2)) {
    const std::int64_t index = call.integer(0);
    if (!inside(index, list.size() + 1)) return call.fail("index out of range");
    call.context().spend(list.size() * sizeof(Value));
    list.insert(static_cast<std::size_t>(index), call.value(1));
    return Value();
  }
  if (call.is("set", 2)) {
    const std::int64_t index = call.integer(0);
    if (!inside(index, list.size())) return call.fail("index out of range");
    const Value before = list.at(static_cast<std::size_t>(index));
    list.set(static_cast<std::size_t>(index), call.value(1));
    return before;
  }
  if (call.is("remove", 1) && call.value(0).type == Type::kInteger) {
    const std::int64_t index = call.integer(0);
    if (!inside(index, list.size())) return call.fail("index out of range");
    call.context().spend(list.size() * sizeof(Value));
    const Value before = list.at(static_cast<std::size_t>(index));
    list.erase(static_cast<std::size_t>(index));
    return before;
  }
  if (call.is("remove", 1)) {
    const auto at = positionIn(list, call.value(0), call.context());
    if (at) list.erase(*at);
    return Value::of(at.has_value());
  }
  if (call.is("addAll", 1)) return addAll(call, list);
  if (call.is("clear", 0)) {
    list.clear();
    return Value();
  }
  return std::nullopt;
}

std::optional<Value> callList(const Call& call, List& list) {
  if (call.is("size", 0)) return count(list.size());
  if (call.is("isEmpty", 0)) return Value::of(list.size() == 0);
  if (call.is("get", 1)) {
    const std::int64_t index = call.integer(0);
    if (index < 0 || static_cast<std::size_t>(index) >= list.size()) return call.fail("index out of range");
    return list.at(static_cast<std::size_t>(index));
  }
  if (call.is("contains", 1)) return Value::of(positionIn(list, call.value(0), call.context()).has_value());
  if (call.is("indexOf", 1)) {
    const auto at = positionIn(list, call.value(0), call.context());
    return at ? count(*at) : Value::of(std::int64_t{-1});
  }
  if (call.is("equals", 1)) {
    return Value::of(call.value(0).type == Type::kList && equals(Value::of(&list), call.value(0), call.context()));
  }
  return changeList(call, list);
}

// --- Maps -----------------------------------------------------------------------------------------------------

enum class Part : unsigned char { kKeys, kValues, kEntries };

Value listOf(const Call& call, Map& map, Part part) {
  Heap& heap = call.context().heap;
  const auto entries = map.entries();
  call.context().spend(entries.size() * 32);
  List* list = heap.newList();
  for (const Entry& entry : entries) {
    if (heap.exhausted()) break;
    if (part == Part::kEntries) {
      Map* pair = heap.newMap(Style::kEntry);
      pair->put("key", Value::of(entry.key));
      pair->put("value", entry.value);
      list->add(Value::of(pair));
    } else {
      list->add(part == Part::kKeys ? Value::of(entry.key) : entry.value);
    }
  }
  return Value::of(list);
}

std::optional<Value> changeMap(const Call& call, Map& map) {
  if (call.is("put", 2)) {
    const std::string_view key = call.context().heap.keep(call.text(0));
    const Value before = call.member(map, key).value_or(Value());
    map.put(key, call.value(1));
    return before;
  }
  if (call.is("remove", 1)) {
    call.context().spend(map.size() * 16);
    const Value before = call.member(map, call.text(0)).value_or(Value());
    map.remove(call.text(0));
    return before;
  }
  if (call.is("putAll", 1)) {
    if (call.value(0).type != Type::kMap) return call.fail("needs a map");
    const auto entries = call.value(0).map->entries();
    const std::vector<Entry> added(entries.begin(), entries.end());
    for (const Entry& entry : added) {
      call.context().spend(64 + entry.key.size());
      map.put(entry.key, entry.value);
    }
    return Value();
  }
  if (call.is("clear", 0)) {
    map.clear();
    return Value();
  }
  return std::nullopt;
}

std::optional<Value> callMap(const Call& call, Map& map) {
  if (map.style() == Style::kEntry) {
    if (call.is("getKey", 0)) return map.find("key");
    if (call.is("getValue", 0)) return map.find("value");
    return std::nullopt;
  }
  if (call.is("get", 1)) return call.member(map, call.text(0)).value_or(Value());
  if (call.is("getOrDefault", 2)) return call.member(map, call.text(0)).value_or(call.value(1));
  if (call.is("containsKey", 1)) return Value::of(call.member(map, call.text(0)).has_value());
  if (call.is("size", 0)) return count(map.size());
  if (call.is("isEmpty", 0)) return Value::of(map.size() == 0);
  if (call.is("keySet", 0)) return listOf(call, map, Part::kKeys);
  if (call.is("values", 0)) return listOf(call, map, Part::kValues);
  if (call.is("entrySet", 0)) return listOf(call, map, Part::kEntries);
  if (call.is("containsValue", 1)) {
    call.context().spend(map.size() * 16);
    const auto entries = map.entries();
    return Value::of(std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
      return call.context().steps > 0 && entry.value.isNull() == call.value(0).isNull() &&
             equals(entry.value, call.value(0), call.context());
    }));
  }
  if (call.is("equals", 1)) {
    return Value::of(call.value(0).type == Type::kMap && equals(Value::of(&map), call.value(0), call.context()));
  }
  return changeMap(call, map);
}

}  // namespace

std::optional<Value> callMethod(const Value& self, std::string_view name, std::span<const Value> arguments,
                                const CallContext& context) {
  const Call call(name, arguments, context);
  for (const Value& argument : arguments) {
    if (argument.isString()) context.steps -= static_cast<std::int64_t>(argument.string.size() / 64);
  }
  if (self.type != Type::kNull && self.type != Type::kObject && call.is("toString", 0)) {
    return Value::of(textOf(self, context));
  }
  switch (self.type) {
    case Type::kString:
      context.spend(self.string.size());
      return callText(call, self.string);
    case Type::kInteger:
    case Type::kDouble:
      return callNumber(call, self);
    case Type::kBoolean:
      if (call.is("booleanValue", 0)) return self;
      if (call.is("equals", 1)) {
        return Value::of(call.value(0).type == Type::kBoolean && call.value(0).boolean == self.boolean);
      }
      if (call.is("parseBoolean", 1)) return Value::of(base::equalsIgnoreCase(call.text(0), "true"));
      return std::nullopt;
    case Type::kList:
      return callList(call, *self.list);
    case Type::kMap:
      return callMap(call, *self.map);
    case Type::kObject:
      return self.object->call(name, arguments, context);
    case Type::kNull:
    case Type::kBlock:
      return std::nullopt;
  }
  return std::nullopt;
}

Value getProperty(const Value& self, std::string_view name, const CallContext& context) {
  switch (self.type) {
    case Type::kMap:
      if (const auto member = findMember(*self.map, name, context)) return *member;
      return name == "empty" ? Value::of(self.map->size() == 0) : Value();
    case Type::kObject:
      return self.object->property(name, context);
    case Type::kString:
      return name == "empty" ? Value::of(self.string.empty()) : Value();
    case Type::kList:
      return name == "empty" ? Value::of(self.list->size() == 0) : Value();
    default:
      return {};
  }
}

Value getIndex(const Value& self, const Value& index, const CallContext& context) {
  if (self.type == Type::kList && index.type == Type::kInteger) {
    const auto size = static_cast<std::int64_t>(self.list->size());
    const std::int64_t at = index.integer < 0 ? index.integer + size : index.integer;
    return at >= 0 && at < size ? self.list->at(static_cast<std::size_t>(at)) : Value();
  }
  if (self.type == Type::kMap) return findMember(*self.map, textOf(index, context), context).value_or(Value());
  if (self.type == Type::kObject) return self.object->property(textOf(index, context), context);
  return {};
}

void setIndex(const Value& self, const Value& key, const Value& item, const CallContext& context) {
  if (self.type == Type::kMap) {
    self.map->put(context.heap.keep(textOf(key, context)), item);
  } else if (self.type == Type::kList && key.type == Type::kInteger && key.integer >= 0) {
    self.list->set(static_cast<std::size_t>(key.integer), item);
  }
}

}  // namespace hearth::gateway::vtl
