#include "gateway/vtl_template.h"

#include <cmath>
#include <new>
#include <utility>

#include "gateway/vtl_methods.h"
#include "gateway/vtl_parser.h"

namespace hearth::gateway::vtl {
namespace {

// $foreach inside a loop. Lives in the Heap, since a template may keep it.
class ForeachScope final : public Object {
 public:
  ForeachScope(std::size_t size, Value parent) : size_(size), parent_(parent) {}
  void advance() { ++round_; }

  Value property(std::string_view name, const CallContext&) override {
    const auto count = static_cast<std::int64_t>(round_);
    if (name == "count") return Value::of(count);
    if (name == "index") return Value::of(count - 1);
    if (name == "hasNext") return Value::of(round_ < size_);
    if (name == "first") return Value::of(round_ == 1);
    if (name == "last") return Value::of(round_ == size_);
    if (name == "parent") return parent_;
    return {};
  }

  Value call(std::string_view method, std::span<const Value> arguments, const CallContext& context) override {
    if (!arguments.empty()) return {};
    if (method == "hasNext" || method == "isFirst" || method == "isLast") {
      return property(method == "hasNext" ? "hasNext" : method == "isFirst" ? "first" : "last", context);
    }
    if (method == "getIndex") return property("index", context);
    if (method == "getCount") return property("count", context);
    return {};
  }

 private:
  std::size_t size_;
  std::size_t round_ = 0;  // from 1
  Value parent_;
};

Value arithmetic(Kind kind, const Value& left, const Value& right, const CallContext& context) {
  if (!left.isNumber() || !right.isNumber()) return {};
  if (left.type == Type::kInteger && right.type == Type::kInteger) {
    std::int64_t result = 0;
    bool overflow = false;
    switch (kind) {
      case Kind::kAdd:
        overflow = __builtin_add_overflow(left.integer, right.integer, &result);
        break;
      case Kind::kSubtract:
        overflow = __builtin_sub_overflow(left.integer, right.integer, &result);
        break;
      case Kind::kMultiply:
        overflow = __builtin_mul_overflow(left.integer, right.integer, &result);
        break;
      default:
        if (right.integer == 0) return {};
        if (right.integer == -1) {  // The one division that overflows, and whose remainder traps.
          overflow = kind == Kind::kDivide && __builtin_sub_overflow(std::int64_t{0}, left.integer, &result);
          break;
        }
        result = kind == Kind::kDivide ? left.integer / right.integer : left.integer % right.integer;
    }
    return overflow ? context.fail("a whole number is too large") : Value::of(result);
  }
  const double a = left.asDouble(), b = right.asDouble();
  switch (kind) {
    case Kind::kAdd:
      return Value::of(a + b);
    case Kind::kSubtract:
      return Value::of(a - b);
    case Kind::kMultiply:
      return Value::of(a * b);
    case Kind::kDivide:
      return b == 0 ? Value() : Value::of(a / b);
    default:
      return b == 0 ? Value() : Value::of(std::fmod(a, b));
  }
}

// Only numbers have an order; anything else compares false.
bool ordered(Kind kind, const Value& left, const Value& right) {
  if (!left.isNumber() || !right.isNumber()) return false;
  const double a = left.asDouble(), b = right.asDouble();
  const bool whole = left.type == Type::kInteger && right.type == Type::kInteger;
  const bool less = whole ? left.integer < right.integer : a < b;
  const bool same = whole ? left.integer == right.integer : a == b;
  switch (kind) {
    case Kind::kLess:
      return less;
    case Kind::kLessEqual:
      return less || same;
    case Kind::kGreater:
      return !less && !same;
    default:
      return !less;
  }
}

// One render.
class Evaluator final {
 public:
  Evaluator(const Tree& tree, Variables& variables, Heap& heap, const Limits& limits)
      : tree_(tree),
        variables_(variables),
        heap_(heap),
        limits_(limits),
        steps_(limits.steps),
        slots_(tree.names.size(), heap.resource()),
        context_{heap, fault_, steps_} {}

  Result<std::string> run() {
    std::string output;
    output_ = &output;
    execute(tree_.root);
    step(tree_.root);  // The last node may have passed a limit.
    if (fault_) return std::move(*fault_);
    return output;
  }

 private:
  enum class Flow : unsigned char { kNormal, kBreak, kStop };
  struct Slot {
    Value value;
    bool known = false;  // set, or asked of the variables
  };

  bool halted() const { return flow_ != Flow::kNormal || fault_.has_value(); }

  // Every node passes here; false when the render is over.
  bool step(const Node& node) {
    const char* why = nullptr;
    if (--steps_ < 0)
      why = "the template takes too many steps";
    else if (heap_.exhausted())
      why = "the template needs too much memory";
    else if (output_->size() > limits_.outputBytes)
      why = "the output is too large";
    else if (depth_ > limits_.depth)
      why = "the template is nested too deeply";
    if (why != nullptr) fail(node, why);
    return !fault_;
  }
  void fail(const Node& node, std::string_view why) {
    if (fault_) return;
    fault_ = Fault("MappingTemplateError", std::string(why), 500);
    locate(node);
  }
  void locate(const Node& node) {
    if (located_ || fault_->code != "MappingTemplateError") return;
    located_ = true;
    fault_->message += " (line " + std::to_string(node.line) + ", column " + std::to_string(node.column) + ")";
  }

  // --- Statements -------------------------------------------------------------------------------------------

  void execute(const Node& node) {
    if (!step(node)) return;
    ++depth_;
    switch (node.kind) {
      case Kind::kBlock:
        for (const Node& child : node.children) {
          if (halted()) break;
          execute(child);
        }
        break;
      case Kind::kText:
        output_->append(node.text);
        break;
      case Kind::kReference:
        print(node, resolve(node));
        break;
      case Kind::kEscape:
        if (resolve(node).isNull()) output_->push_back('\\');
        output_->append(node.text);
        break;
      case Kind::kSet:
        assign(node.children[0], evaluate(node.children[1]));
        break;
      case Kind::kIf:
        executeIf(node);
        break;
      case Kind::kForeach:
        executeForeach(node);
        break;
      case Kind::kDefine:
        slots_[node.slot] = {Value::of(&node.children[0]), true};
        break;
      case Kind::kBreak:
        flow_ = loops_ > 0 ? Flow::kBreak : Flow::kStop;
        break;
      case Kind::kStop:
        flow_ = Flow::kStop;
        break;
      default:
        break;
    }
    --depth_;
    if (fault_) locate(node);
  }

  void print(const Node& node, const Value& value) {
    if (value.isNull()) return;
    if (value.isString()) {
      output_->append(value.string);
    } else if (!appendText(value, *output_, limits_.outputBytes)) {
      fail(node, "a value is too large or nested too deeply");
    }
  }

  void executeIf(const Node& node) {
    const std::size_t pairs = node.children.size() / 2;
    for (std::size_t i = 0; i < pairs; ++i) {
      const bool holds = isTrue(evaluate(node.children[2 * i]));
      if (fault_) return;
      if (holds) return execute(node.children[2 * i + 1]);
    }
    if (node.children.size() % 2 == 1) execute(node.children.back());
  }

  void executeForeach(const Node& node) {
    const Value collection = evaluate(node.children[0]);
    if (fault_ || !collection.isContainer()) return;
    List* const list = collection.type == Type::kList ? collection.list : nullptr;
    Map* const map = collection.type == Type::kMap ? collection.map : nullptr;
    const auto size = [&] { return list != nullptr ? list->size() : map->entries().size(); };

    const Slot before = slots_[node.slot], foreachBefore = slots_[kForeachSlot],
               countBefore = slots_[kVelocityCountSlot], nextBefore = slots_[kVelocityHasNextSlot];
    if (!heap_.charge(sizeof(ForeachScope))) return;
    auto* scope = new (heap_.resource()->allocate(sizeof(ForeachScope), alignof(ForeachScope)))
        ForeachScope(size(), foreachBefore.value);
    slots_[kForeachSlot] = {Value::of(static_cast<Object*>(scope)), true};
    ++loops_;
    for (std::size_t i = 0; i < size() && static_cast<std::int64_t>(i) < limits_.loopRounds && !halted(); ++i) {
      scope->advance();
      slots_[node.slot] = {list != nullptr ? list->at(i) : map->entries()[i].value, true};
      slots_[kVelocityCountSlot] = {Value::of(static_cast<std::int64_t>(i + 1)), true};
      slots_[kVelocityHasNextSlot] = {Value::of(i + 1 < size()), true};
      execute(node.children[1]);
    }
    --loops_;
    if (flow_ == Flow::kBreak) flow_ = Flow::kNormal;
    slots_[node.slot] = before;
    slots_[kForeachSlot] = foreachBefore;
    slots_[kVelocityCountSlot] = countBefore;
    slots_[kVelocityHasNextSlot] = nextBefore;
  }

  void assign(const Node& reference, const Value& value) {
    if (fault_) return;
    if (reference.children.empty()) {
      slots_[reference.slot] = {value, true};
      return;
    }
    const Value target = resolve(reference, reference.children.size() - 1);
    const Node& last = reference.children.back();
    const Value key =
        last.kind == Kind::kProperty ? Value::of(std::string_view(last.text)) : evaluate(last.children[0]);
    if (!fault_) setIndex(target, key, value, context_);
  }

  // --- References -------------------------------------------------------------------------------------------

  Value resolve(const Node& reference) { return resolve(reference, reference.children.size()); }

  // The value behind the first `accessors` accessors.
  Value resolve(const Node& reference, std::size_t accessors) {
    Slot& slot = slots_[reference.slot];
    if (!slot.known) slot = {variables_.find(tree_.names[reference.slot], heap_), true};
    Value value = settle(slot.value);
    for (std::size_t i = 0; i < accessors && !value.isNull(); ++i) {
      if (!step(reference)) return {};
      value = settle(access(value, reference.children[i]));
    }
    return fault_ ? Value() : value;
  }

  Value access(const Value& value, const Node& accessor) {
    switch (accessor.kind) {
      case Kind::kProperty:
        return getProperty(value, accessor.text, context_);
      case Kind::kIndex: {
        const Value index = evaluate(accessor.children[0]);
        return fault_ ? Value() : getIndex(value, index, context_);
      }
      default:
        return callWith(value, accessor);
    }
  }

  Value callWith(const Value& value, const Node& method) {
    constexpr std::size_t kMostArguments = 8;
    Value arguments[kMostArguments];
    if (method.children.size() > kMostArguments) return {};
    for (std::size_t i = 0; i < method.children.size(); ++i) {
      arguments[i] = evaluate(method.children[i]);
      if (fault_) return {};
    }
    const std::span<const Value> given(arguments, method.children.size());
    return callMethod(value, method.text, given, context_).value_or(Value());
  }

  // A #define'd block becomes the text that it renders to.
  Value settle(const Value& value) { return value.type == Type::kBlock ? textOfBlock(*value.block) : value; }

  Value textOfBlock(const Node& block) {
    std::string text;
    std::string* const output = std::exchange(output_, &text);
    execute(block);
    output_ = output;
    return fault_ ? Value() : heap_.string(text);
  }

  // --- Expressions ------------------------------------------------------------------------------------------

  Value evaluate(const Node& node) {
    if (!step(node)) return {};
    ++depth_;
    const Value value = compute(node);
    --depth_;
    if (fault_) locate(node);
    return fault_ ? Value() : value;
  }

  Value compute(const Node& node) {
    switch (node.kind) {
      case Kind::kReference:
        return resolve(node);
      case Kind::kBoolean:
        return Value::of(node.integer != 0);
      case Kind::kInteger:
        return Value::of(node.integer);
      case Kind::kDouble:
        return Value::of(node.real);
      case Kind::kString:
        return Value::of(std::string_view(node.text));
      case Kind::kInterpolated:
        return textOfBlock(node.children[0]);
      case Kind::kList:
        return makeList(node);
      case Kind::kMap:
        return makeMap(node);
      case Kind::kRange:
        return makeRange(node);
      case Kind::kNot:
        return Value::of(!isTrue(evaluate(node.children[0])));
      case Kind::kOr:
        return Value::of(isTrue(evaluate(node.children[0])) || isTrue(evaluate(node.children[1])));
      case Kind::kAnd:
        return Value::of(isTrue(evaluate(node.children[0])) && isTrue(evaluate(node.children[1])));
      default:
        return computeBinary(node);
    }
  }

  Value computeBinary(const Node& node) {
    const Value left = evaluate(node.children[0]);
    const Value right = evaluate(node.children[1]);
    if (fault_) return {};
    switch (node.kind) {
      case Kind::kEqual:
      case Kind::kNotEqual:
        return Value::of(equals(left, right, context_) == (node.kind == Kind::kEqual));
      case Kind::kLess:
      case Kind::kGreater:
      case Kind::kLessEqual:
      case Kind::kGreaterEqual:
        return Value::of(ordered(node.kind, left, right));
      case Kind::kAdd:
        if (left.isString() || right.isString()) return concatenate(left, right);
        return arithmetic(node.kind, left, right, context_);
      default:
        return arithmetic(node.kind, left, right, context_);
    }
  }

  Value concatenate(const Value& left, const Value& right) {
    std::string text(textOf(left, context_));
    text.append(textOf(right, context_));
    context_.spend(text.size());
    return heap_.string(text);
  }

  Value makeList(const Node& node) {
    List* list = heap_.newList();
    for (const Node& child : node.children) {
      list->add(evaluate(child));
      if (fault_) return {};
    }
    return Value::of(list);
  }

  Value makeMap(const Node& node) {
    Map* map = heap_.newMap();
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
      const Value key = evaluate(node.children[i]);
      const Value value = evaluate(node.children[i + 1]);
      if (fault_) return {};
      map->put(heap_.keep(textOf(key, context_)), value);
    }
    return Value::of(map);
  }

  Value makeRange(const Node& node) {
    const Value first = evaluate(node.children[0]);
    const Value last = evaluate(node.children[1]);
    if (fault_ || first.type != Type::kInteger || last.type != Type::kInteger) return {};
    const std::int64_t direction = first.integer <= last.integer ? 1 : -1;
    List* list = heap_.newList();
    for (std::int64_t i = first.integer;; i += direction) {
      list->add(Value::of(i));
      if (i == last.integer || heap_.exhausted()) break;
    }
    return Value::of(list);
  }

  const Tree& tree_;
  Variables& variables_;
  Heap& heap_;
  const Limits& limits_;
  std::int64_t steps_;
  std::pmr::vector<Slot> slots_;
  std::optional<Fault> fault_;
  bool located_ = false;
  CallContext context_;
  std::string* output_ = nullptr;
  Flow flow_ = Flow::kNormal;
  int depth_ = 0;
  int loops_ = 0;
};

}  // namespace

Result<Template> Template::parse(std::string_view source) {
  HEARTH_TRY(auto tree, vtl::parse(source));
  return Template(std::move(tree));
}

namespace {

// Nodes are as deep as the parser lets them be.
void collectLiterals(const Node& node, std::string_view method, std::vector<std::string_view>& into) {
  const bool isCall = node.kind == Kind::kMethod && node.text == method && node.children.size() == 1;
  if (isCall && node.children.front().kind == Kind::kString) into.push_back(node.children.front().text);
  for (const Node& child : node.children) collectLiterals(child, method, into);
}

}  // namespace

std::vector<std::string_view> Template::literalArguments(std::string_view method) const {
  std::vector<std::string_view> found;
  collectLiterals(tree_.root, method, found);
  return found;
}

Result<std::string> Template::render(Variables& variables, Heap& heap, const Limits& limits) const {
  return Evaluator(tree_, variables, heap, limits).run();
}

}  // namespace hearth::gateway::vtl
