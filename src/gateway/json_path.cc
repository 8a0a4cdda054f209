#include "gateway/json_path.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <utility>

#include "gateway/json_equality.h"
#include "gateway/pattern_work.h"

namespace hearth::gateway {

enum class StepKind : unsigned char { kNames, kIndices, kSlice, kWildcard, kFilter, kLength };
enum class Comparison : unsigned char {
  kExists,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kMatches
};

// One side of a comparison: a path from the current item (@) or the document ($), or a literal.
struct FilterOperand {
  bool isPath = false;
  bool fromDocument = false;
  std::vector<JsonPathStep> path;
  Json literal;
};

// And, Or and Not have children; a comparison has operands.
struct Filter {
  enum class Kind : unsigned char { kAnd, kOr, kNot, kComparison } kind = Kind::kComparison;
  std::vector<Filter> children;
  Comparison comparison = Comparison::kExists;
  FilterOperand left, right;
  std::shared_ptr<const RE2> pattern;  // of kMatches; shared because filters are copied while they are parsed
};

struct JsonPathStep {
  StepKind kind = StepKind::kNames;
  bool recursive = false;  // behind "..": also at every depth below
  std::vector<std::string> names;
  std::vector<std::int64_t> indices;
  std::optional<std::int64_t> from, to;  // of kSlice
  std::unique_ptr<Filter> filter;

  bool isDefinite() const {
    if (recursive) return false;
    if (kind == StepKind::kLength) return true;
    return (kind == StepKind::kNames && names.size() == 1) || (kind == StepKind::kIndices && indices.size() == 1);
  }
};

namespace {

constexpr std::size_t kMaxPathBytes = 4096;
constexpr std::size_t kMaxSteps = 256;
constexpr int kMaxFilterDepth = 16;
constexpr std::int64_t kMaxVisits = 1'000'000;

bool isNameChar(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '$' || c == '@' || c == ':' || c == '/';
}

class PathParser final {
 public:
  explicit PathParser(std::string_view text) : text_(text) {}

  Result<std::vector<JsonPathStep>> parse() {
    if (text_.size() > kMaxPathBytes) return fault("longer than 4096 bytes");
    std::vector<JsonPathStep> steps;
    if (!take('$') && !text_.empty() && text_[0] != '.' && text_[0] != '[') {
      if (!parseName(steps.emplace_back())) return takeFault();
    }
    if (!parseSteps(steps)) return takeFault();
    if (at_ < text_.size()) return fault("unexpected character");
    return steps;
  }

 private:
  Fault fault(std::string_view why) const {
    return Fault("InvalidPath", "Invalid JSONPath at column " + std::to_string(at_ + 1) + ": " + std::string(why),
                 500);
  }
  bool fail(std::string_view why) {
    if (!fault_) fault_ = fault(why);
    return false;
  }
  Fault takeFault() { return std::move(*fault_); }

  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  void skipSpace() {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }

  // Steps up to the first character that cannot belong to one.
  bool parseSteps(std::vector<JsonPathStep>& steps) {
    while (peek() == '.' || peek() == '[') {
      if (steps.size() >= kMaxSteps) return fail("too many steps");
      JsonPathStep& step = steps.emplace_back();
      if (take("..")) {
        step.recursive = true;
        if (peek() == '[' ? !parseBracket(step) : !parseName(step)) return false;
      } else if (take('.')) {
        if (!parseName(step)) return false;
      } else if (!parseBracket(step)) {
        return false;
      }
    }
    return true;
  }

  bool parseName(JsonPathStep& step) {
    if (take('*')) {
      step.kind = StepKind::kWildcard;
      return true;
    }
    const std::size_t start = at_;
    while (at_ < text_.size() && isNameChar(text_[at_])) ++at_;
    const std::string_view name = text_.substr(start, at_ - start);
    if (name.empty()) return fail("expected a name");
    if ((name == "length" || name == "size") && take("()")) {
      step.kind = StepKind::kLength;
      return true;
    }
    step.names.emplace_back(name);
    return true;
  }

  bool parseBracket(JsonPathStep& step) {
    ++at_;
    skipSpace();
    if (take('*')) {
      step.kind = StepKind::kWildcard;
    } else if (peek() == '?') {
      if (!parseFilterStep(step)) return false;
    } else if (peek() == '\'' || peek() == '"') {
      do {
        skipSpace();
        if (!parseQuoted(step.names.emplace_back())) return false;
        skipSpace();
      } while (take(','));
    } else if (!parseNumbers(step)) {
      return false;
    }
    skipSpace();
    return take(']') || fail("expected ']'");
  }

  bool parseQuoted(std::string& into) {
    const char quote = peek();
    if (quote != '\'' && quote != '"') return fail("expected a quoted name");
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      into.push_back(text_[at_]);
    }
    return take(quote) || fail("string without end");
  }

  bool parseInteger(std::int64_t& into) {
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), into);
    if (error != std::errc()) return fail("expected a number");
    at_ = static_cast<std::size_t>(end - text_.data());
    return true;
  }

  // [1] [1,2] [1:2] [:2] [1:]
  bool parseNumbers(JsonPathStep& step) {
    std::int64_t number = 0;
    step.kind = StepKind::kIndices;
    if (peek() != ':') {
      if (!parseInteger(number)) return false;
      step.indices.push_back(number);
      skipSpace();
    }
    if (take(':')) {
      step.kind = StepKind::kSlice;
      if (!step.indices.empty()) step.from = step.indices.front();
      skipSpace();
      if (peek() != ']') {
        if (!parseInteger(number)) return false;
        step.to = number;
      }
      return true;
    }
    while (take(',')) {
      skipSpace();
      if (!parseInteger(number)) return false;
      step.indices.push_back(number);
      skipSpace();
    }
    return true;
  }

  bool parseFilterStep(JsonPathStep& step) {
    ++at_;
    skipSpace();
    if (!take('(')) return fail("expected '('");
    step.kind = StepKind::kFilter;
    step.filter = std::make_unique<Filter>();
    if (!parseOr(*step.filter, 0)) return false;
    skipSpace();
    return take(')') || fail("expected ')'");
  }

  bool parseOr(Filter& into, int depth) { return parseJoined(into, depth, Filter::Kind::kOr, "||"); }

  // a && b && c, or a || b || c with ands as its parts.
  bool parseJoined(Filter& into, int depth, Filter::Kind kind, std::string_view symbol) {
    if (depth > kMaxFilterDepth) return fail("filter nested too deeply");
    const auto part = [&](Filter& one) {
      return kind == Filter::Kind::kOr ? parseJoined(one, depth, Filter::Kind::kAnd, "&&") : parseTerm(one, depth);
    };
    if (!part(into)) return false;
    skipSpace();
    if (text_.substr(at_, 2) != symbol) return true;
    Filter joined;
    joined.kind = kind;
    joined.children.push_back(std::move(into));
    while (take(symbol)) {
      if (joined.children.size() >= kMaxSteps) return fail("filter too long");
      if (!part(joined.children.emplace_back())) return false;
      skipSpace();
    }
    into = std::move(joined);
    return true;
  }

  bool parseTerm(Filter& into, int depth) {
    skipSpace();
    if (take('!')) {
      into.kind = Filter::Kind::kNot;
      if (depth > kMaxFilterDepth) return fail("filter nested too deeply");
      return parseTerm(into.children.emplace_back(), depth + 1);
    }
    if (take('(')) {
      if (!parseOr(into, depth + 1)) return false;
      skipSpace();
      return take(')') || fail("expected ')'");
    }
    return parseComparison(into, depth);
  }

  bool parseComparison(Filter& into, int depth) {
    if (!parseOperand(into.left, depth)) return false;
    skipSpace();
    static constexpr std::pair<std::string_view, Comparison> kSymbols[] = {
        {"==", Comparison::kEqual},        {"!=", Comparison::kNotEqual}, {"<=", Comparison::kLessEqual},
        {">=", Comparison::kGreaterEqual}, {"<", Comparison::kLess},      {">", Comparison::kGreater},
        {"=~", Comparison::kMatches}};
    for (const auto& [symbol, comparison] : kSymbols) {
      if (!take(symbol)) continue;
      into.comparison = comparison;
      skipSpace();
      return comparison == Comparison::kMatches ? parsePattern(into) : parseOperand(into.right, depth);
    }
    return into.left.isPath || fail("expected a comparison");
  }

  bool parseOperand(FilterOperand& into, int depth) {
    if (peek() == '@' || peek() == '$') {
      into.isPath = true;
      into.fromDocument = peek() == '$';
      ++at_;
      if (depth + 1 > kMaxFilterDepth || ++nested_ > kMaxFilterDepth) return fail("filter nested too deeply");
      const bool ok = parseSteps(into.path);
      --nested_;
      return ok;
    }
    if (peek() == '\'' || peek() == '"') {
      std::string text;
      if (!parseQuoted(text)) return false;
      into.literal = Json(text);
      return true;
    }
    if (take("true")) return setLiteral(into, true);
    if (take("false")) return setLiteral(into, false);
    if (take("null")) return setLiteral(into, nullptr);
    const std::size_t start = at_;
    while (std::string_view("+-.eE0123456789").find(peek()) != std::string_view::npos && peek() != '\0') ++at_;
    double number = 0;
    const char* last = text_.data() + at_;
    const auto [end, error] = std::from_chars(text_.data() + start, last, number);
    if (error != std::errc() || end != last) return fail("expected a path or a literal");
    return setLiteral(into, number);
  }
  template <class T>
  static bool setLiteral(FilterOperand& into, T value) {
    into.literal = Json(value);
    return true;
  }

  bool parsePattern(Filter& into) {
    if (!take('/')) return fail("expected a regular expression");
    std::string pattern;
    for (; at_ < text_.size() && text_[at_] != '/'; ++at_) {
      if (text_[at_] == '\\' && peek(1) == '/') ++at_;
      pattern.push_back(text_[at_]);
    }
    if (!take('/')) return fail("regular expression without end");
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    if (take('i')) options.set_case_sensitive(false);
    auto compiled = std::make_shared<RE2>(pattern, options);
    if (!compiled->ok()) return fail("regular expression cannot be used");
    into.pattern = std::move(compiled);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int nested_ = 0;
  std::optional<Fault> fault_;
};

// Walks a document along the steps.
class PathFinder final {
 public:
  explicit PathFinder(const Json& document) : document_(document) {}

  bool exhausted() const { return visits_ <= 0; }
  std::int64_t visits() const { return kMaxVisits - visits_; }

  std::vector<const Json*> follow(const Json& start, const std::vector<JsonPathStep>& steps,
                                  std::unique_ptr<Json>* made) {
    std::vector<const Json*> current{&start};
    for (const JsonPathStep& step : steps) {
      std::vector<const Json*> next;
      for (const Json* value : current) {
        if (step.kind == StepKind::kLength)
          takeLength(*value, next, made);
        else if (step.recursive)
          descend(*value, step, next);
        else
          apply(*value, step, next);
        if (exhausted()) return {};
      }
      current = std::move(next);
    }
    return current;
  }

 private:
  void takeLength(const Json& value, std::vector<const Json*>& into, std::unique_ptr<Json>* made) {
    if (made == nullptr || *made != nullptr) return;
    std::optional<std::size_t> length;
    if (value.is_array()) length = value.get_array().size();
    if (value.is_object()) length = value.get_object().size();
    if (value.is_string()) length = value.get_string().size();
    if (!length) return;
    *made = std::make_unique<Json>(static_cast<std::int64_t>(*length));
    into.push_back(made->get());
  }

  // The value itself, then everything below it. Documents are parsed with a depth limit, which bounds this.
  void descend(const Json& value, const JsonPathStep& step, std::vector<const Json*>& into) {
    if (--visits_ <= 0) return;
    apply(value, step, into);
    if (const JsonArray* array = value.if_array()) {
      for (const Json& item : *array) descend(item, step, into);
    } else if (const JsonObject* object = value.if_object()) {
      for (const auto& member : *object) descend(member.value(), step, into);
    }
  }

  void apply(const Json& value, const JsonPathStep& step, std::vector<const Json*>& into) {
    --visits_;
    if (const JsonObject* object = value.if_object()) {
      if (step.kind == StepKind::kNames) {
        visits_ -= static_cast<std::int64_t>(step.names.size() - 1);
        for (const std::string& name : step.names) {
          if (const Json* member = object->if_contains(name)) into.push_back(member);
        }
      } else if (step.kind == StepKind::kWildcard) {
        visits_ -= static_cast<std::int64_t>(object->size());
        for (const auto& member : *object) into.push_back(&member.value());
      } else if (step.kind == StepKind::kFilter && holds(*step.filter, value)) {
        into.push_back(&value);
      }
    } else if (const JsonArray* array = value.if_array()) {
      applyToArray(*array, step, into);
    }
  }

  void applyToArray(const JsonArray& array, const JsonPathStep& step, std::vector<const Json*>& into) {
    const auto size = static_cast<std::int64_t>(array.size());
    const auto fromEnd = [&](std::int64_t index) { return index < 0 ? index + size : index; };
    switch (step.kind) {
      case StepKind::kIndices:
        visits_ -= static_cast<std::int64_t>(step.indices.size() - 1);
        for (const std::int64_t index : step.indices) {
          const std::int64_t at = fromEnd(index);
          if (at >= 0 && at < size) into.push_back(&array[static_cast<std::size_t>(at)]);
        }
        return;
      case StepKind::kSlice: {
        const std::int64_t from = std::max<std::int64_t>(fromEnd(step.from.value_or(0)), 0);
        const std::int64_t to = std::min(fromEnd(step.to.value_or(size)), size);
        visits_ -= std::max<std::int64_t>(to - from, 0);
        for (std::int64_t i = from; i < to; ++i) into.push_back(&array[static_cast<std::size_t>(i)]);
        return;
      }
      case StepKind::kWildcard:
        visits_ -= size;
        for (const Json& item : array) into.push_back(&item);
        return;
      case StepKind::kFilter:
        for (const Json& item : array) {
          if (--visits_ <= 0) return;
          if (holds(*step.filter, item)) into.push_back(&item);
        }
        return;
      case StepKind::kNames:  // A name of an array has no meaning, except behind "..", where items are visited
                              // anyway.
      case StepKind::kLength:
        return;
    }
  }

  bool holds(const Filter& filter, const Json& item) {
    if (--visits_ <= 0) return false;
    switch (filter.kind) {
      case Filter::Kind::kAnd:
        return std::all_of(filter.children.begin(), filter.children.end(),
                           [&](const Filter& child) { return holds(child, item); });
      case Filter::Kind::kOr:
        return std::any_of(filter.children.begin(), filter.children.end(),
                           [&](const Filter& child) { return holds(child, item); });
      case Filter::Kind::kNot:
        return !holds(filter.children.front(), item);
      case Filter::Kind::kComparison:
        break;
    }
    std::unique_ptr<Json> leftMade, rightMade;
    const Json* left = operand(filter.left, item, leftMade);
    if (filter.comparison == Comparison::kExists) return left != nullptr;
    if (filter.comparison == Comparison::kMatches) {
      if (left == nullptr || !left->is_string()) return false;
      const auto& text = left->get_string();
      visits_ -= static_cast<std::int64_t>(matchingWork(*filter.pattern, text.size()) / 64);
      if (exhausted()) return false;
      return RE2::FullMatch(toPiece(text), *filter.pattern);
    }
    return compare(filter.comparison, left, operand(filter.right, item, rightMade));
  }

  const Json* operand(const FilterOperand& given, const Json& item, std::unique_ptr<Json>& made) {
    if (!given.isPath) return &given.literal;
    const auto found = follow(given.fromDocument ? document_ : item, given.path, &made);
    return found.empty() ? nullptr : found.front();
  }

  // What whole trees cost that are compared, for each of many items.
  struct Visits {
    std::int64_t& left;
    bool value() const { return --left > 0; }
    bool name(std::string_view) const { return true; }
    bool text(std::string_view text) const {
      left -= static_cast<std::int64_t>(text.size() / 64);
      return true;
    }
  };

  bool compare(Comparison comparison, const Json* left, const Json* right) {
    if (left == nullptr || right == nullptr) return comparison == Comparison::kNotEqual;
    if (comparison == Comparison::kEqual || comparison == Comparison::kNotEqual) {
      return isSameJson(*left, *right, Visits{visits_}) == (comparison == Comparison::kEqual);
    }
    int order = 0;
    if (left->is_number() && right->is_number()) {
      const double a = left->to_number<double>(), b = right->to_number<double>();
      order = a < b ? -1 : a > b ? 1 : 0;
    } else if (left->is_string() && right->is_string()) {
      visits_ -= static_cast<std::int64_t>(std::min(left->get_string().size(), right->get_string().size()) / 64);
      order = left->get_string().compare(right->get_string());
    } else {
      return false;
    }
    switch (comparison) {
      case Comparison::kLess:
        return order < 0;
      case Comparison::kLessEqual:
        return order <= 0;
      case Comparison::kGreater:
        return order > 0;
      default:
        return order >= 0;
    }
  }

  const Json& document_;
  std::int64_t visits_ = kMaxVisits;
};

}  // namespace

JsonPath::JsonPath(std::vector<JsonPathStep> steps) : steps_(std::move(steps)) {}
JsonPath::JsonPath(JsonPath&&) noexcept = default;
JsonPath& JsonPath::operator=(JsonPath&&) noexcept = default;
JsonPath::~JsonPath() = default;

Result<JsonPath> JsonPath::parse(std::string_view path) {
  HEARTH_TRY(auto steps, PathParser(path).parse());
  return JsonPath(std::move(steps));
}

bool JsonPath::isDefinite() const {
  return std::all_of(steps_.begin(), steps_.end(), [](const JsonPathStep& step) { return step.isDefinite(); });
}

Result<JsonPathMatch> JsonPath::find(const Json& document) const {
  JsonPathMatch match;
  match.definite = isDefinite();
  PathFinder finder(document);
  match.values = finder.follow(document, steps_, &match.made);
  match.visits = finder.visits();
  if (finder.exhausted()) return Fault("InvalidPath", "The JSONPath visits too many values", 500);
  return match;
}

}  // namespace hearth::gateway
