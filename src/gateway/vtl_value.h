// Values of the mapping template language: what $references hold while a template renders.
//
// All memory of one render belongs to a Heap and goes away with it at once, so that values are small trivially
// copyable handles, lists and maps have reference semantics as in Java ($list.add changes what everybody sees),
// and a cycle cannot leak. A Heap has a budget: a template that builds ever larger strings or lists ends with a
// fault instead of taking the server's memory.
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace hearth::gateway::vtl {

class List;
class Map;
class Object;
struct Node;

enum class Type : unsigned char { kNull, kBoolean, kInteger, kDouble, kString, kList, kMap, kObject, kBlock };

// A handle. Views and pointers are borrowed from the Heap, or from something that outlives the render.
struct Value {
  Type type = Type::kNull;
  union {
    bool boolean;
    std::int64_t integer;
    double real;
    std::string_view string;
    List* list;
    Map* map;
    Object* object;
    const Node* block;  // the body of a #define
  };

  Value() : integer(0) {}
  static Value of(bool value) {
    return make(Type::kBoolean, [&](Value& v) { v.boolean = value; });
  }
  static Value of(std::int64_t value) {
    return make(Type::kInteger, [&](Value& v) { v.integer = value; });
  }
  static Value of(double value) {
    return make(Type::kDouble, [&](Value& v) { v.real = value; });
  }
  static Value of(std::string_view value) {
    return make(Type::kString, [&](Value& v) { v.string = value; });
  }
  static Value of(List* value) {
    return make(Type::kList, [&](Value& v) { v.list = value; });
  }
  static Value of(Map* value) {
    return make(Type::kMap, [&](Value& v) { v.map = value; });
  }
  static Value of(Object* value) {
    return make(Type::kObject, [&](Value& v) { v.object = value; });
  }
  static Value of(const Node* value) {
    return make(Type::kBlock, [&](Value& v) { v.block = value; });
  }

  bool isNull() const { return type == Type::kNull; }
  bool isString() const { return type == Type::kString; }
  bool isContainer() const { return type == Type::kList || type == Type::kMap; }
  bool isNumber() const { return type == Type::kInteger || type == Type::kDouble; }
  double asDouble() const { return type == Type::kInteger ? static_cast<double>(integer) : real; }

 private:
  template <class F>
  static Value make(Type type, F set) {
    Value value;
    value.type = type;
    set(value);
    return value;
  }
};

// How a container turns into text: Java's collections write {a=b} and [a, b]; lists that come from JSON, and all
// that is in them, write JSON (so does the library behind the service).
enum class Style : unsigned char { kJava, kJson, kEntry };

struct Entry {
  std::string_view key;
  Value value;
};

// The memory of one render, or of the two renders of one request. Not thread-safe.
class Heap final {
 public:
  explicit Heap(std::size_t budget);
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  // Past the budget nothing grows any more and exhausted() says so; callers check it at every step.
  bool exhausted() const { return used_ > budget_; }
  std::size_t used() const { return used_; }
  // Notes that `bytes` are about to be taken; false (and exhausted) when that is too much.
  bool charge(std::size_t bytes);

  // A copy of `text` that lives as long as the Heap; empty when exhausted.
  std::string_view keep(std::string_view text);
  Value string(std::string_view text) { return Value::of(keep(text)); }
  List* newList(Style style = Style::kJava);
  Map* newMap(Style style = Style::kJava);
  // A value for a document that outlives the Heap. Its members are looked at when they are asked for.
  Value fromJson(const Json& json);
  // A document of the Heap's own.
  const Json& keepJson(Json json);
  // The same for one that is still text: charges what its tree takes. Fault: as parseJson(), or that the Heap is
  // exhausted.
  Result<const Json*> parseJson(std::string_view text);
  // As much for a tree that is there already, out of this text.
  bool chargeTree(std::string_view text);

  std::pmr::memory_resource* resource() { return &memory_; }

 private:
  template <class T, class... Args>
  T* make(Args&&... args);

  std::size_t budget_;
  std::size_t used_ = 0;
  alignas(16) char first_[2048];  // most templates never need more
  std::pmr::monotonic_buffer_resource memory_;
  std::vector<std::unique_ptr<Json>> documents_;
};

// java.util.ArrayList. Memory belongs to the Heap.
class List final {
 public:
  List(Heap& heap, Style style, const JsonArray* source);
  Style style() const { return style_; }
  std::size_t size() const { return source_ != nullptr ? source_->size() : items_.size(); }
  // Precondition: index < size().
  Value at(std::size_t index);
  void set(std::size_t index, Value value);
  void insert(std::size_t index, Value value);
  void add(Value value) { insert(size(), value); }
  void erase(std::size_t index);
  void clear();
  std::span<const Value> items();

 private:
  void materialise();
  Heap& heap_;
  Style style_;
  const JsonArray* source_;  // not null: nothing was read yet
  std::pmr::vector<Value> items_;
};

// java.util.LinkedHashMap with text keys. Memory belongs to the Heap.
class Map final {
 public:
  Map(Heap& heap, Style style, const JsonObject* source);
  Style style() const { return style_; }
  std::size_t size() const { return source_ != nullptr ? source_->size() : entries_.size(); }
  // nullopt when there is no such key (a null value is not that).
  std::optional<Value> find(std::string_view key);
  // `key` must outlive the Heap.
  void put(std::string_view key, Value value);
  bool remove(std::string_view key);
  void clear();
  std::span<const Entry> entries();

 private:
  void materialise();
  std::optional<std::size_t> indexOf(std::string_view key);
  Heap& heap_;
  Style style_;
  const JsonObject* source_;  // not null: nothing was read yet
  std::pmr::vector<Entry> entries_;
  std::pmr::unordered_map<std::string_view, std::size_t> index_;  // of entries_, once there are many
};

// What an Object's methods may use.
struct CallContext {
  Heap& heap;
  // Set by a method that fails: the render ends with it.
  std::optional<Fault>& fault;
  // What is left of the render's steps. A method that looks at much text takes some: spend(bytes).
  std::int64_t& steps;

  void spend(std::size_t bytes) const { steps -= static_cast<std::int64_t>(bytes / 64 + 1); }
  Value fail(std::string message) const;
};

// Something of the gateway that templates see, such as $input. Owned outside of the Heap, outlives the render.
class Object {
 public:
  virtual ~Object() = default;
  // Null when there is no such property or method.
  virtual Value property(std::string_view name, const CallContext& context) = 0;
  virtual Value call(std::string_view method, std::span<const Value> arguments, const CallContext& context) = 0;
};

// Where references that no #set has made come from.
class Variables {
 public:
  virtual ~Variables() = default;
  // Asked at most once per name and render. Null when there is none.
  virtual Value find(std::string_view name, Heap& heap) = 0;
};

// The value's text: itself for a string, else as appendText() in the Heap. Empty, and a fault, when it is too
// large.
std::string_view textOf(const Value& value, const CallContext& context);
// Appends the value as toString() would. False when it is nested too deeply (or contains itself), or when `into`
// would grow past `limit` bytes.
bool appendText(const Value& value, std::string& into, std::size_t limit);
// Appends the value as JSON. The same limits.
bool appendJson(const Value& value, std::string& into, std::size_t limit);
// Double.toString(): 1.5, 1.0E10.
void appendJavaDouble(std::string& into, double number);

// Velocity's truth: null is false, a boolean is itself, everything else is true.
bool isTrue(const Value& value);
// Velocity's ==: numbers by value, different types by their text (of at most 64 KiB, else they differ); null equals
// the empty text, as on AWS. Costs steps by what it looks at.
bool equals(const Value& left, const Value& right, const CallContext& context);

}  // namespace hearth::gateway::vtl
