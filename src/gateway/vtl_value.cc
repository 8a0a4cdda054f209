#include "gateway/vtl_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <new>

namespace hearth::gateway::vtl {
namespace {

constexpr std::size_t kIndexFrom = 12;  // entries from which a map is searched by hash
constexpr int kMaxTextDepth = 64;

}  // namespace

Heap::Heap(std::size_t budget) : budget_(budget), memory_(first_, sizeof first_) {}

bool Heap::charge(std::size_t bytes) {
  used_ = bytes > budget_ ? budget_ + 1 : used_ + bytes;
  return !exhausted();
}

std::string_view Heap::keep(std::string_view text) {
  if (text.empty() || !charge(text.size())) return {};
  char* bytes = static_cast<char*>(memory_.allocate(text.size(), 1));
  std::memcpy(bytes, text.data(), text.size());
  return {bytes, text.size()};
}

// Everything that these objects hold is the Heap's memory, so that nobody needs to destroy them.
template <class T, class... Args>
T* Heap::make(Args&&... args) {
  charge(sizeof(T));
  return new (memory_.allocate(sizeof(T), alignof(T))) T(*this, std::forward<Args>(args)...);
}

List* Heap::newList(Style style) { return make<List>(style, nullptr); }
Map* Heap::newMap(Style style) { return make<Map>(style, nullptr); }

const Json& Heap::keepJson(Json json) {
  charge(sizeof(Json));
  return *documents_.emplace_back(std::make_unique<Json>(std::move(json)));
}

bool Heap::chargeTree(std::string_view text) {
  // Every value stands behind one of these; so much a value, a name or a short text takes in a tree.
  const auto begins = [](char c) { return c == ',' || c == ':' || c == '[' || c == '{'; };
  constexpr std::size_t kNodeBytes = 24;
  const auto nodes = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
  return charge(text.size() + (nodes + 1) * kNodeBytes);
}

Result<const Json*> Heap::parseJson(std::string_view text) {
  if (!chargeTree(text)) return Fault("MappingTemplateError", "the document is too large", 500);
  HEARTH_TRY(auto json, base::parseJson(text));
  return &keepJson(std::move(json));
}

Value Heap::fromJson(const Json& json) {
  switch (json.kind()) {
    case boost::json::kind::null:
      return {};
    case boost::json::kind::bool_:
      return Value::of(json.get_bool());
    case boost::json::kind::int64:
      return Value::of(json.get_int64());
    case boost::json::kind::uint64:
      return Value::of(static_cast<double>(json.get_uint64()));
    case boost::json::kind::double_:
      return Value::of(json.get_double());
    case boost::json::kind::string:
      return Value::of(std::string_view(json.get_string()));
    case boost::json::kind::array:
      return Value::of(make<List>(Style::kJson, &json.get_array()));
    case boost::json::kind::object:
      return Value::of(make<Map>(Style::kJson, &json.get_object()));
  }
  return {};
}

List::List(Heap& heap, Style style, const JsonArray* source)
    : heap_(heap), style_(style), source_(source), items_(heap.resource()) {}

void List::materialise() {
  if (source_ == nullptr) return;
  const JsonArray& array = *std::exchange(source_, nullptr);
  if (!heap_.charge(array.size() * sizeof(Value))) return;
  items_.reserve(array.size());
  for (const Json& item : array) items_.push_back(heap_.fromJson(item));
}

Value List::at(std::size_t index) {
  materialise();
  return index < items_.size() ? items_[index] : Value();
}

void List::set(std::size_t index, Value value) {
  materialise();
  if (index < items_.size()) items_[index] = value;
}

void List::insert(std::size_t index, Value value) {
  materialise();
  // Growth doubles inside memory that is only given back at the end: four sizes cover it.
  if (index > items_.size() || !heap_.charge(4 * sizeof(Value))) return;
  items_.insert(items_.begin() + static_cast<std::ptrdiff_t>(index), value);
}

void List::erase(std::size_t index) {
  materialise();
  if (index < items_.size()) items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(index));
}

void List::clear() {
  source_ = nullptr;
  items_.clear();
}

std::span<const Value> List::items() {
  materialise();
  return items_;
}

Map::Map(Heap& heap, Style style, const JsonObject* source)
    : heap_(heap), style_(style), source_(source), entries_(heap.resource()), index_(heap.resource()) {}

void Map::materialise() {
  if (source_ == nullptr) return;
  const JsonObject& object = *std::exchange(source_, nullptr);
  if (!heap_.charge(object.size() * sizeof(Entry))) return;
  entries_.reserve(object.size());
  for (const auto& member : object) entries_.push_back({member.key(), heap_.fromJson(member.value())});
}

std::optional<std::size_t> Map::indexOf(std::string_view key) {
  if (entries_.size() < kIndexFrom) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].key == key) return i;
    }
    return std::nullopt;
  }
  if (index_.empty()) {
    heap_.charge(entries_.size() * 64);
    for (std::size_t i = 0; i < entries_.size(); ++i) index_.emplace(entries_[i].key, i);
  }
  const auto found = index_.find(key);
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

std::optional<Value> Map::find(std::string_view key) {
  if (source_ != nullptr && source_->if_contains(key) == nullptr) return std::nullopt;
  materialise();
  const auto index = indexOf(key);
  if (!index) return std::nullopt;
  return entries_[*index].value;
}

void Map::put(std::string_view key, Value value) {
  materialise();
  if (const auto index = indexOf(key)) {
    entries_[*index].value = value;
    return;
  }
  if (!heap_.charge(4 * sizeof(Entry) + 64)) return;
  entries_.push_back({key, value});
  if (!index_.empty()) index_.emplace(key, entries_.size() - 1);
}

bool Map::remove(std::string_view key) {
  materialise();
  const auto index = indexOf(key);
  if (!index) return false;
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(*index));
  index_.clear();
  return true;
}

void Map::clear() {
  source_ = nullptr;
  entries_.clear();
  index_.clear();
}

std::span<const Entry> Map::entries() {
  materialise();
  return entries_;
}

void appendJavaDouble(std::string& into, double number) {
  if (std::isnan(number)) {
    into.append("NaN");
    return;
  }
  if (std::isinf(number)) {
    into.append(number < 0 ? "-Infinity" : "Infinity");
    return;
  }
  const double size = std::fabs(number);
  char buffer[64];
  if (size == 0 || (size >= 1e-3 && size < 1e7)) {
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed).ptr;
    const std::string_view digits(buffer, static_cast<std::size_t>(end - buffer));
    into.append(digits);
    if (digits.find('.') == std::string_view::npos) into.append(".0");
    return;
  }
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = text.find('e');
  const std::string_view mantissa = text.substr(0, e);
  into.append(mantissa);
  if (mantissa.find('.') == std::string_view::npos) into.append(".0");
  into.push_back('E');
  std::string_view exponent = text.substr(e + 1);
  if (exponent.front() == '-') into.push_back('-');
  exponent.remove_prefix(1);
  while (exponent.size() > 1 && exponent.front() == '0') exponent.remove_prefix(1);
  into.append(exponent);
}

namespace {

// Writes values as text, in Java's style or as JSON.
class TextWriter final {
 public:
  TextWriter(std::string& into, std::size_t limit) : into_(into), limit_(limit) {}

  bool write(const Value& value, bool json, int depth) {
    if (depth > kMaxTextDepth || into_.size() > limit_) return false;
    switch (value.type) {
      case Type::kNull:
        into_.append("null");
        break;
      case Type::kBoolean:
        into_.append(value.boolean ? "true" : "false");
        break;
      case Type::kInteger:
        into_.append(std::to_string(value.integer));
        break;
      case Type::kDouble:
        if (json && !std::isfinite(value.real))
          into_.append("null");
        else
          appendJavaDouble(into_, value.real);
        break;
      case Type::kString:
        if (value.string.size() > limit_ - into_.size()) return false;
        if (json)
          base::appendJsonString(into_, value.string);
        else
          into_.append(value.string);
        break;
      case Type::kList:
        return writeList(*value.list, json || value.list->style() == Style::kJson, depth);
      case Type::kMap:
        return writeMap(*value.map, json, depth);
      case Type::kObject:
      case Type::kBlock:
        break;
    }
    return into_.size() <= limit_;
  }

 private:
  bool writeList(List& list, bool json, int depth) {
    into_.push_back('[');
    bool first = true;
    for (const Value& item : list.items()) {
      if (!std::exchange(first, false)) into_.append(json ? "," : ", ");
      if (!write(item, json, depth + 1)) return false;
    }
    into_.push_back(']');
    return true;
  }

  bool writeMap(Map& map, bool json, int depth) {
    if (map.style() == Style::kEntry && !json) {
      if (!write(map.find("key").value_or(Value()), false, depth + 1)) return false;
      into_.push_back('=');
      return write(map.find("value").value_or(Value()), false, depth + 1);
    }
    into_.push_back('{');
    bool first = true;
    for (const Entry& entry : map.entries()) {
      if (!std::exchange(first, false)) into_.append(json ? "," : ", ");
      if (into_.size() + entry.key.size() > limit_) return false;
      if (json)
        base::appendJsonString(into_, entry.key);
      else
        into_.append(entry.key);
      into_.push_back(json ? ':' : '=');
      if (!write(entry.value, json, depth + 1)) return false;
    }
    into_.push_back('}');
    return true;
  }

  std::string& into_;
  std::size_t limit_;
};

}  // namespace

bool appendText(const Value& value, std::string& into, std::size_t limit) {
  return TextWriter(into, limit).write(value, false, 0);
}

bool appendJson(const Value& value, std::string& into, std::size_t limit) {
  return TextWriter(into, limit).write(value, true, 0);
}

Value CallContext::fail(std::string message) const {
  if (!fault) fault = Fault("MappingTemplateError", std::move(message), 500);
  return {};
}

std::string_view textOf(const Value& value, const CallContext& context) {
  if (value.isString()) return value.string;
  if (value.isNull()) return {};
  constexpr std::size_t kMost = 10 << 20;
  std::string text;
  if (!appendText(value, text, kMost)) context.fail("a value is too large or nested too deeply");
  context.spend(text.size());
  return context.heap.keep(text);
}

bool isTrue(const Value& value) { return value.type == Type::kBoolean ? value.boolean : !value.isNull(); }

bool equals(const Value& left, const Value& right, const CallContext& context) {
  if (left.isNull() || right.isNull()) {
    const Value& other = left.isNull() ? right : left;
    return other.isNull() || (other.isString() && other.string.empty());
  }
  if (left.isNumber() && right.isNumber()) {
    if (left.type == Type::kInteger && right.type == Type::kInteger) return left.integer == right.integer;
    return left.asDouble() == right.asDouble();
  }
  if (left.isString() && right.isString()) {
    if (left.string.size() != right.string.size()) return false;
    context.spend(left.string.size());
    return left.string == right.string;
  }
  if (left.type == right.type) {
    if (left.type == Type::kBoolean) return left.boolean == right.boolean;
    if (left.type == Type::kList && left.list == right.list) return true;
    if (left.type == Type::kMap && left.map == right.map) return true;
    if (left.type == Type::kObject) return left.object == right.object;
  }
  constexpr std::size_t kMost = 64 << 10;
  if (left.isContainer() || right.isContainer()) context.spend(kMost);
  for (const Value* one : {&left, &right}) {
    if (one->isString()) context.spend(std::min(one->string.size(), kMost));
  }
  std::string a, b;
  return appendText(left, a, kMost) && appendText(right, b, kMost) && a == b;
}

}  // namespace hearth::gateway::vtl
