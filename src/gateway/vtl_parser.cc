#include "gateway/vtl_parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "gateway/java_text.h"
#include "gateway/vtl_cursor.h"

namespace hearth::gateway::vtl {
namespace {

constexpr int kMaxDepth = 80;

constexpr std::array<std::string_view, 8> kDirectives = {"set", "if",      "elseif", "else",
                                                         "end", "foreach", "break",  "stop"};
constexpr std::array<std::string_view, 5> kRefused = {"macro", "parse", "include", "evaluate", "literal"};

bool isDirective(std::string_view name) {
  return std::find(kDirectives.begin(), kDirectives.end(), name) != kDirectives.end() || name == "define";
}

// What ended a block.
enum class End : unsigned char { kInput, kEnd, kElse, kElseIf };

// Recursive descent over the characters: Velocity has no token that means the same everywhere. A function that
// returns false has set fault_.
class Parser final {
 public:
  // `base`: where source begins in the template, for the messages.
  Parser(std::string_view source, Position base, Names& names, int depth)
      : in_(source, base), names_(names), depth_(depth) {}

  bool parseAll(Node& block) {
    End end = End::kInput;
    if (!parseBlock(block, end)) return false;
    if (end == End::kInput) return true;
    return fail(end == End::kEnd ? "#end without #if, #foreach or #define" : "#else without #if", blockEndAt_);
  }

  Fault takeFault() { return std::move(*fault_); }

 private:
  Node node(Kind kind, std::size_t offset) const {
    Node made;
    made.kind = kind;
    const Position position = in_.positionOf(offset);
    made.line = position.line;
    made.column = position.column;
    return made;
  }

  bool fail(std::string_view what, std::size_t offset) {
    if (fault_) return false;
    const Position position = in_.positionOf(offset);
    fault_ =
        Fault("BadRequestException", "Invalid mapping template at line " + std::to_string(position.line) +
                                         ", column " + std::to_string(position.column) + ": " + std::string(what));
    return false;
  }
  bool fail(std::string_view what) { return fail(what, in_.at); }

  class Level final {
   public:
    explicit Level(int& depth) : depth_(++depth) {}
    ~Level() { --depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    int& depth_;
  };
  bool tooDeep() { return depth_ > kMaxDepth && !fail("nested too deeply"); }

  // --- Statements -------------------------------------------------------------------------------------------

  void addText(Node& block, std::string_view text) {
    if (text.empty()) return;
    if (!block.children.empty() && block.children.back().kind == Kind::kText) {
      block.children.back().text.append(text);
      return;
    }
    block.children.push_back(node(Kind::kText, in_.at));
    block.children.back().text = text;
  }

  bool parseBlock(Node& block, End& end) {
    const Level level(depth_);
    if (tooDeep()) return false;
    while (!in_.atEnd()) {
      const std::size_t start = in_.at;
      in_.at = std::min(in_.source.find_first_of("$#\\", in_.at), in_.source.size());
      const std::string_view text = in_.source.substr(start, in_.at - start);
      const bool blank = std::all_of(text.begin(), text.end(), isBlank);
      if (!(blank && startsSet())) addText(block, text);
      if (in_.atEnd()) break;
      bool ended = false;
      if (!parseSpecial(block, end, ended)) return false;
      if (ended) return true;
    }
    end = End::kInput;
    return true;
  }

  bool startsSet() const {
    for (const std::string_view form : {"#set", "#{set}"}) {
      if (!in_.startsWith(form)) continue;
      std::size_t next = in_.at + form.size();
      while (next < in_.source.size() && in_.source[next] == ' ') ++next;
      return next < in_.source.size() && in_.source[next] == '(';
    }
    return false;
  }

  // At '$', '#' or '\'.
  bool parseSpecial(Node& block, End& end, bool& ended) {
    if (in_.peek() == '\\') return parseBackslash(block);
    if (in_.peek() == '$') {
      if (!startsReference(in_.at)) {
        addText(block, in_.source.substr(in_.at++, 1));
        return true;
      }
      Node reference;
      if (!parseReference(reference)) return false;
      block.children.push_back(std::move(reference));
      return true;
    }
    if (in_.startsWith("##")) {
      in_.at = std::min(in_.source.find_first_of("\r\n", in_.at), in_.source.size());
      in_.skipLineEnd();
      return true;
    }
    if (in_.startsWith("#*")) return skipComment();
    if (in_.startsWith("#[[")) return parseLiteralText(block);
    return parseDirective(block, end, ended);
  }

  bool skipComment() {
    const std::size_t close = in_.source.find("*#", in_.at + 2);
    if (close == std::string_view::npos) return fail("#* without *#");
    in_.at = close + 2;
    return true;
  }

  bool parseLiteralText(Node& block) {
    const std::size_t close = in_.source.find("]]#", in_.at + 3);
    if (close == std::string_view::npos) return fail("#[[ without ]]#");
    addText(block, in_.source.substr(in_.at + 3, close - in_.at - 3));
    in_.at = close + 3;
    return true;
  }

  // \# before a directive and \$ before a reference escape them; pairs of backslashes before such an escape are one
  // each. Elsewhere backslashes are just text.
  bool parseBackslash(Node& block) {
    std::size_t count = 0;
    while (in_.peek(count) == '\\') ++count;
    const std::size_t special = in_.at + count;
    const bool reference = startsReference(special);
    const std::string_view directive = reference ? std::string_view() : directiveAt(special);
    if (!reference && !isDirective(directive)) {
      addText(block, in_.source.substr(in_.at, count));
      in_.at = special;
      return true;
    }
    addText(block, in_.source.substr(in_.at, count / 2));
    in_.at = special;
    if (count % 2 == 0) return true;  // The escapes cancelled out.
    if (!reference) {
      const std::size_t end = in_.source.find(directive, special) + directive.size();
      in_.at = end + (in_.source[special + 1] == '{' ? 1 : 0);
      addText(block, in_.source.substr(special, in_.at - special));
      return true;
    }
    Node escaped;
    if (!parseReference(escaped)) return false;
    escaped.kind = Kind::kEscape;
    escaped.text = in_.source.substr(special, in_.at - special);
    block.children.push_back(std::move(escaped));
    return true;
  }

  // The name behind '#' (also in braces), or empty.
  std::string_view directiveAt(std::size_t offset) const {
    if (offset >= in_.source.size() || in_.source[offset] != '#') return {};
    const bool braces = offset + 1 < in_.source.size() && in_.source[offset + 1] == '{';
    const std::size_t start = offset + (braces ? 2 : 1);
    if (start >= in_.source.size() || !startsName(in_.source[start])) return {};
    std::size_t stop = start;
    while (stop < in_.source.size() && isDirectiveChar(in_.source[stop])) ++stop;
    if (braces && (stop >= in_.source.size() || in_.source[stop] != '}')) return {};
    return in_.source.substr(start, stop - start);
  }

  bool parseDirective(Node& block, End& end, bool& ended) {
    const std::size_t start = in_.at;
    const std::string_view name = directiveAt(start);
    if (std::find(kRefused.begin(), kRefused.end(), name) != kRefused.end()) {
      return fail("#" + std::string(name) + " is not supported", start);
    }
    if (!isDirective(name)) {
      const std::size_t braces = !name.empty() && in_.source[start + 1] == '{' ? 2 : 0;
      in_.at += 1 + name.size() + braces;
      addText(block, in_.source.substr(start, in_.at - start));
      return true;
    }
    in_.at += 1 + name.size() + (in_.source[start + 1] == '{' ? 2 : 0);
    if (name == "end" || name == "else" || name == "elseif") {
      if (name != "elseif") in_.skipLineEnd();
      blockEndAt_ = start;
      end = name == "end" ? End::kEnd : name == "else" ? End::kElse : End::kElseIf;
      ended = true;
      return true;
    }
    Node made = node(Kind::kBlock, start);
    bool ok = false;
    if (name == "set") {
      if (!startsArguments()) {
        addText(block, in_.source.substr(start, in_.at - start));
        return true;
      }
      ok = parseSet(made);
    } else if (name == "if") {
      ok = parseIf(made, start);
    } else if (name == "foreach") {
      ok = parseForeach(made, start);
    } else if (name == "define") {
      ok = parseDefine(made, start);
    } else {
      made.kind = name == "break" ? Kind::kBreak : Kind::kStop;
      ok = parseLeaving();
    }
    if (ok) block.children.push_back(std::move(made));
    return ok;
  }

  bool startsArguments() const {
    std::size_t next = in_.at;
    while (next < in_.source.size() && isBlank(in_.source[next])) ++next;
    return next < in_.source.size() && in_.source[next] == '(';
  }
  bool openArguments(std::string_view directive) {
    in_.skipSpace();
    return in_.take("(") || fail(std::string(directive) + " needs a parenthesis");
  }
  bool closeArguments() {
    in_.skipSpace();
    if (!in_.take(")")) return fail("expected ')'");
    in_.skipLineEnd();
    return true;
  }

  // #break and #stop may name a scope or give a reason, which changes nothing.
  bool parseLeaving() {
    if (in_.peek() != '(') return true;
    ++in_.at;
    in_.skipSpace();
    Node ignored;
    if (in_.peek() != ')' && !parseExpression(ignored)) return false;
    return closeArguments();
  }

  bool parseSet(Node& made) {
    made.kind = Kind::kSet;
    made.children.resize(2);
    if (!openArguments("#set")) return false;
    in_.skipSpace();
    if (!startsReference(in_.at)) return fail("expected a reference");
    if (!parseReference(made.children[0])) return false;
    if (!made.children[0].children.empty() && made.children[0].children.back().kind == Kind::kMethod) {
      return fail("a method call cannot be set");
    }
    in_.skipSpace();
    if (!in_.take("=")) return fail("expected '='");
    return parseExpression(made.children[1]) && closeArguments();
  }

  bool parseIf(Node& made, std::size_t start) {
    made.kind = Kind::kIf;
    for (End end = End::kElseIf; end != End::kEnd;) {
      if (end == End::kElseIf) {
        if (!openArguments("#if") || !parseExpression(made.children.emplace_back()) || !closeArguments())
          return false;
      }
      const bool last = end == End::kElse;
      made.children.push_back(node(Kind::kBlock, in_.at));
      if (!parseBlock(made.children.back(), end)) return false;
      if (end == End::kInput) return fail("#if without #end", start);
      if (last && end != End::kEnd) return fail("#else must be the last part of #if", blockEndAt_);
    }
    return true;
  }

  bool parseBody(Node& made, std::string_view directive, std::size_t start) {
    made.children.push_back(node(Kind::kBlock, in_.at));
    End end = End::kInput;
    if (!parseBlock(made.children.back(), end)) return false;
    if (end == End::kInput) return fail(std::string(directive) + " without #end", start);
    if (end != End::kEnd) return fail("#else without #if", blockEndAt_);
    return true;
  }

  // A reference that is just a name.
  bool parseName(std::uint32_t& slot) {
    in_.skipSpace();
    Node reference;
    const std::size_t start = in_.at;
    if (!startsReference(in_.at) || !parseReference(reference) || !reference.children.empty()) {
      return fail("expected the name of a reference", start);
    }
    slot = reference.slot;
    return true;
  }

  bool parseForeach(Node& made, std::size_t start) {
    made.kind = Kind::kForeach;
    if (!openArguments("#foreach") || !parseName(made.slot)) return false;
    in_.skipSpace();
    if (!in_.startsWith("in") || isDirectiveChar(in_.peek(2))) return fail("expected 'in'");
    in_.at += 2;
    return parseExpression(made.children.emplace_back()) && closeArguments() && parseBody(made, "#foreach", start);
  }

  bool parseDefine(Node& made, std::size_t start) {
    made.kind = Kind::kDefine;
    return openArguments("#define") && parseName(made.slot) && closeArguments() &&
           parseBody(made, "#define", start);
  }

  // --- References -------------------------------------------------------------------------------------------

  bool startsReference(std::size_t offset) const {
    if (offset >= in_.source.size() || in_.source[offset] != '$') return false;
    ++offset;
    if (offset < in_.source.size() && in_.source[offset] == '!') ++offset;
    if (offset < in_.source.size() && in_.source[offset] == '{') ++offset;
    return offset < in_.source.size() && startsName(in_.source[offset]);
  }

  std::string_view takeIdentifier() {
    const std::size_t start = in_.at;
    while (!in_.atEnd() && isReferenceChar(in_.source[in_.at])) ++in_.at;
    return in_.source.substr(start, in_.at - start);
  }

  // Precondition: startsReference(in_.at). The quiet form ($!) is the same: what is undefined prints nothing
  // anyway.
  bool parseReference(Node& reference) {
    const Level level(depth_);
    if (tooDeep()) return false;
    const std::size_t start = in_.at++;
    in_.take("!");
    const bool braces = in_.take("{");
    reference = node(Kind::kReference, start);
    reference.slot = names_.slotOf(takeIdentifier());
    for (;;) {
      if (in_.peek() == '[') {
        Node& index = reference.children.emplace_back(node(Kind::kIndex, in_.at++));
        if (!parseExpression(index.children.emplace_back())) return false;
        in_.skipSpace();
        if (!in_.take("]")) return fail("expected ']'");
      } else if (in_.peek() == '.' && isLetter(in_.peek(1))) {
        if (!parseMember(reference)) return false;
      } else {
        break;
      }
    }
    if (braces && !in_.take("}")) return fail("expected '}'");
    return true;
  }

  bool parseMember(Node& reference) {
    Node& member = reference.children.emplace_back(node(Kind::kProperty, in_.at++));
    member.text = takeIdentifier();
    if (!in_.take("(")) return true;
    member.kind = Kind::kMethod;
    in_.skipSpace();
    if (in_.take(")")) return true;
    do {
      if (!parseExpression(member.children.emplace_back())) return false;
      in_.skipSpace();
    } while (in_.take(","));
    return in_.take(")") || fail("expected ')'");
  }

  // --- Expressions ------------------------------------------------------------------------------------------

  struct Operator {
    std::string_view symbol;
    bool word;
    Kind kind;
    int precedence;
  };
  // Longer symbols before their beginnings.
  static constexpr std::array<Operator, 21> kOperators = {{
      {"||", false, Kind::kOr, 1},           {"or", true, Kind::kOr, 1},
      {"&&", false, Kind::kAnd, 2},          {"and", true, Kind::kAnd, 2},
      {"==", false, Kind::kEqual, 3},        {"eq", true, Kind::kEqual, 3},
      {"!=", false, Kind::kNotEqual, 3},     {"ne", true, Kind::kNotEqual, 3},
      {"<=", false, Kind::kLessEqual, 4},    {"le", true, Kind::kLessEqual, 4},
      {">=", false, Kind::kGreaterEqual, 4}, {"ge", true, Kind::kGreaterEqual, 4},
      {"<", false, Kind::kLess, 4},          {"lt", true, Kind::kLess, 4},
      {">", false, Kind::kGreater, 4},       {"gt", true, Kind::kGreater, 4},
      {"+", false, Kind::kAdd, 5},           {"-", false, Kind::kSubtract, 5},
      {"*", false, Kind::kMultiply, 6},      {"/", false, Kind::kDivide, 6},
      {"%", false, Kind::kModulo, 6},
  }};

  const Operator* operatorHere() const {
    for (const Operator& candidate : kOperators) {
      if (!in_.startsWith(candidate.symbol)) continue;
      if (candidate.word && isDirectiveChar(in_.peek(candidate.symbol.size()))) continue;
      return &candidate;
    }
    return nullptr;
  }

  bool parseExpression(Node& into) { return parseBinary(into, 1); }

  // Left-associative, by precedence climbing.
  bool parseBinary(Node& left, int least) {
    const Level level(depth_);
    if (tooDeep() || !parseUnary(left)) return false;
    for (int chain = 0;; ++chain) {
      in_.skipSpace();
      const Operator* found = operatorHere();
      if (found == nullptr || found->precedence < least) return true;
      if (chain > kMaxDepth) return fail("nested too deeply");
      Node made = node(found->kind, in_.at);
      in_.at += found->symbol.size();
      made.children.resize(2);
      made.children[0] = std::move(left);
      if (!parseBinary(made.children[1], found->precedence + 1)) return false;
      left = std::move(made);
    }
  }

  bool parseUnary(Node& into) {
    in_.skipSpace();
    const bool word = in_.startsWith("not") && !isDirectiveChar(in_.peek(3));
    if (!word && in_.peek() != '!') return parsePrimary(into);
    const Level level(depth_);
    if (tooDeep()) return false;
    into = node(Kind::kNot, in_.at);
    in_.at += word ? 3 : 1;
    return parseUnary(into.children.emplace_back());
  }

  bool parsePrimary(Node& into) {
    const std::size_t start = in_.at;
    const char c = in_.peek();
    if (c == '$' && startsReference(in_.at)) return parseReference(into);
    if (c == '"' || c == '\'') return parseString(into);
    if (isDigit(c) || c == '.' || (c == '-' && (isDigit(in_.peek(1)) || in_.peek(1) == '.')))
      return parseNumber(into);
    if (c == '[') return parseList(into);
    if (c == '{') return parseMap(into);
    if (in_.take("(")) {
      if (!parseExpression(into)) return false;
      in_.skipSpace();
      return in_.take(")") || fail("expected ')'");
    }
    for (const std::string_view word : {"true", "false"}) {
      if (!in_.startsWith(word) || isDirectiveChar(in_.peek(word.size()))) continue;
      into = node(Kind::kBoolean, start);
      into.integer = word == "true";
      in_.at += word.size();
      return true;
    }
    return fail(in_.atEnd() ? "unexpected end" : "unexpected '" + std::string(1, c) + "'");
  }

  bool parseNumber(Node& into) {
    const std::size_t start = in_.at;
    in_.take("-");
    while (isDigit(in_.peek())) ++in_.at;
    bool whole = true;
    if (in_.peek() == '.' && in_.peek(1) != '.') {
      whole = false;
      ++in_.at;
      while (isDigit(in_.peek())) ++in_.at;
    }
    const std::size_t sign = in_.peek(1) == '+' || in_.peek(1) == '-' ? 2 : 1;
    if ((in_.peek() == 'e' || in_.peek() == 'E') && isDigit(in_.peek(sign))) {
      whole = false;
      in_.at += sign;
      while (isDigit(in_.peek())) ++in_.at;
    }
    const std::string_view text = in_.source.substr(start, in_.at - start);
    into = node(whole ? Kind::kInteger : Kind::kDouble, start);
    const char* last = text.data() + text.size();
    const auto [end, error] =
        whole ? std::from_chars(text.data(), last, into.integer) : std::from_chars(text.data(), last, into.real);
    return (error == std::errc() && end == last) || fail("malformed number", start);
  }

  bool parseString(Node& into) {
    const std::size_t start = in_.at;
    const char quote = in_.source[in_.at++];
    std::string text;
    for (;; ++in_.at) {
      if (in_.atEnd()) return fail("string without end", start);
      if (in_.source[in_.at] != quote)
        text.push_back(in_.source[in_.at]);
      else if (in_.peek(1) == quote)
        text.push_back(in_.source[in_.at++]);  // Doubled: the quote itself.
      else
        break;
    }
    ++in_.at;
    into = node(Kind::kString, start);
    if (quote == '"') text = unescapeUnicode(text);
    if (quote == '\'' || text.find_first_of("$#") == std::string::npos) {
      into.text = std::move(text);
      return true;
    }
    into.kind = Kind::kInterpolated;
    Parser inner(text, in_.positionOf(start + 1), names_, depth_ + 1);
    if (inner.parseAll(into.children.emplace_back())) return true;
    fault_ = inner.takeFault();
    return false;
  }

  bool parseList(Node& into) {
    into = node(Kind::kList, in_.at++);
    in_.skipSpace();
    if (in_.take("]")) return true;
    for (;;) {
      if (!parseExpression(into.children.emplace_back())) return false;
      in_.skipSpace();
      if (into.children.size() == 1 && in_.take("..")) {
        into.kind = Kind::kRange;
        if (!parseExpression(into.children.emplace_back())) return false;
        in_.skipSpace();
        return in_.take("]") || fail("expected ']'");
      }
      if (in_.take("]")) return true;
      if (!in_.take(",")) return fail("expected ',' or ']'");
    }
  }

  bool parseMap(Node& into) {
    into = node(Kind::kMap, in_.at++);
    in_.skipSpace();
    if (in_.take("}")) return true;
    for (;;) {
      if (!parseExpression(into.children.emplace_back())) return false;
      in_.skipSpace();
      if (!in_.take(":")) return fail("expected ':'");
      if (!parseExpression(into.children.emplace_back())) return false;
      in_.skipSpace();
      if (in_.take("}")) return true;
      if (!in_.take(",")) return fail("expected ',' or '}'");
    }
  }

  Cursor in_;
  Names& names_;
  int depth_;
  std::size_t blockEndAt_ = 0;  // the directive that ended the last block
  std::optional<Fault> fault_;
};

}  // namespace

Result<Tree> parse(std::string_view source) {
  if (source.size() > kMaxTemplateBytes) {
    return Fault("BadRequestException", "Invalid mapping template: larger than 300 KB");
  }
  Tree tree;
  Names names;
  Parser parser(source, {}, names, 0);
  if (!parser.parseAll(tree.root)) return parser.takeFault();
  tree.names = names.take();
  return tree;
}

}  // namespace hearth::gateway::vtl
