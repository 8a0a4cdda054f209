#include "identity/condition.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/bytes.h"
#include "base/clock.h"

namespace hearth::identity {
namespace {

using Operator = Conditions::Operator;

struct OperatorName {
  std::string_view name;
  Operator op;
  bool negated;
};

constexpr std::array kOperators = {
    OperatorName{"StringEquals", Operator::kStringEquals, false},
    OperatorName{"StringNotEquals", Operator::kStringEquals, true},
    OperatorName{"StringEqualsIgnoreCase", Operator::kStringEqualsIgnoreCase, false},
    OperatorName{"StringNotEqualsIgnoreCase", Operator::kStringEqualsIgnoreCase, true},
    OperatorName{"StringLike", Operator::kStringLike, false},
    OperatorName{"StringNotLike", Operator::kStringLike, true},
    OperatorName{"NumericEquals", Operator::kNumericEquals, false},
    OperatorName{"NumericNotEquals", Operator::kNumericEquals, true},
    OperatorName{"NumericLessThan", Operator::kNumericLess, false},
    OperatorName{"NumericLessThanEquals", Operator::kNumericLessEquals, false},
    OperatorName{"NumericGreaterThan", Operator::kNumericGreater, false},
    OperatorName{"NumericGreaterThanEquals", Operator::kNumericGreaterEquals, false},
    OperatorName{"DateEquals", Operator::kDateEquals, false},
    OperatorName{"DateNotEquals", Operator::kDateEquals, true},
    OperatorName{"DateLessThan", Operator::kDateLess, false},
    OperatorName{"DateLessThanEquals", Operator::kDateLessEquals, false},
    OperatorName{"DateGreaterThan", Operator::kDateGreater, false},
    OperatorName{"DateGreaterThanEquals", Operator::kDateGreaterEquals, false},
    OperatorName{"Bool", Operator::kBool, false},
    OperatorName{"BinaryEquals", Operator::kBinary, false},
    OperatorName{"IpAddress", Operator::kIpAddress, false},
    OperatorName{"NotIpAddress", Operator::kIpAddress, true},
    OperatorName{"ArnEquals", Operator::kArn, false},
    OperatorName{"ArnLike", Operator::kArn, false},
    OperatorName{"ArnNotEquals", Operator::kArn, true},
    OperatorName{"ArnNotLike", Operator::kArn, true},
    OperatorName{"Null", Operator::kNull, false},
};

const OperatorName* findOperator(std::string_view name) {
  auto it = std::find_if(kOperators.begin(), kOperators.end(), [&](const auto& each) { return each.name == name; });
  return it == kOperators.end() ? nullptr : &*it;
}

bool cutPrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<double> numberOf(std::string_view text) {
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// ISO 8601, or seconds since the epoch.
std::optional<double> dateOf(std::string_view text) {
  auto time = base::parseIso8601(text);
  if (time.ok()) return static_cast<double>(base::toMillis(*time)) / 1000;
  return numberOf(text);
}

// IPv4 as IPv6 sees it, so that both are compared in one way.
struct Address {
  std::array<unsigned char, 16> bytes{};
  bool v4 = false;
};

std::optional<Address> addressOf(const std::string& text) {
  Address address;
  if (::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
    constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    address.v4 = std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin());
    return address;
  }
  address.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  address.v4 = true;
  if (::inet_pton(AF_INET, text.c_str(), address.bytes.data() + 12) == 1) return address;
  return std::nullopt;
}

struct Network {
  Address address;
  unsigned bits = 0;  // of the 128
};

// "203.0.113.0/24", "2001:db8::/32", or one address.
std::optional<Network> networkOf(const std::string& range) {
  const std::size_t slash = range.find('/');
  const auto address = addressOf(range.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned most = address->v4 ? 32 : 128;
  unsigned bits = most;
  if (slash != std::string::npos) {
    const char* end = range.data() + range.size();
    auto [stop, error] = std::from_chars(range.data() + slash + 1, end, bits);
    if (error != std::errc() || stop != end || bits > most) return std::nullopt;
  }
  return Network{*address, bits + 128 - most};
}

bool isInRange(const std::string& range, const std::string& text) {
  const auto network = networkOf(range);
  const auto address = addressOf(text);
  if (!network || !address || network->address.v4 != address->v4) return false;
  const auto& bytes = network->address.bytes;
  const unsigned whole = network->bits / 8;
  if (!std::equal(bytes.begin(), bytes.begin() + whole, address->bytes.begin())) return false;
  if (network->bits % 8 == 0) return true;
  const auto mask = static_cast<unsigned char>(0xff << (8 - network->bits % 8));
  return (bytes[whole] & mask) == (address->bytes[whole] & mask);
}

bool isOfDates(Operator op) {
  return op == Operator::kDateEquals || op == Operator::kDateLess || op == Operator::kDateLessEquals ||
         op == Operator::kDateGreater || op == Operator::kDateGreaterEquals;
}

// Whether the operator can compare with it. Dates are accepted as leniently as AWS accepts them.
bool isValue(Operator op, const std::string& text) {
  switch (op) {
    case Operator::kBool:
    case Operator::kNull:
      return base::equalsIgnoreCase(text, "true") || base::equalsIgnoreCase(text, "false");
    case Operator::kIpAddress:
      return networkOf(text).has_value();
    case Operator::kNumericEquals:
    case Operator::kNumericLess:
    case Operator::kNumericLessEquals:
    case Operator::kNumericGreater:
    case Operator::kNumericGreaterEquals:
      return numberOf(text).has_value();
    default:
      return true;
  }
}

bool compares(Operator op, const std::optional<double>& value, const std::optional<double>& wanted) {
  if (!value || !wanted) return false;
  switch (op) {
    case Operator::kNumericEquals:
    case Operator::kDateEquals:
      return *value == *wanted;
    case Operator::kNumericLess:
    case Operator::kDateLess:
      return *value < *wanted;
    case Operator::kNumericLessEquals:
    case Operator::kDateLessEquals:
      return *value <= *wanted;
    case Operator::kNumericGreater:
    case Operator::kDateGreater:
      return *value > *wanted;
    default:
      return *value >= *wanted;
  }
}

bool matchesOne(Operator op, const Pattern& wanted, const std::string& value, const ConditionKeys& keys) {
  switch (op) {
    case Operator::kStringEquals:
      return wanted.equals(value, keys);
    case Operator::kStringEqualsIgnoreCase:
      return wanted.equalsIgnoreCase(value, keys);
    case Operator::kStringLike:
      return wanted.matches(value, keys);
    case Operator::kArn:
      return wanted.matchesArn(value, keys);
    case Operator::kBool:
      return base::equalsIgnoreCase(wanted.source(), value);
    case Operator::kBinary:
      return wanted.source() == value;
    case Operator::kIpAddress:
      return isInRange(wanted.source(), value);
    case Operator::kDateEquals:
    case Operator::kDateLess:
    case Operator::kDateLessEquals:
    case Operator::kDateGreater:
    case Operator::kDateGreaterEquals:
      return compares(op, dateOf(value), dateOf(wanted.source()));
    default:
      return compares(op, numberOf(value), numberOf(wanted.source()));
  }
}

}  // namespace

Fault malformedDocument(std::string message) { return {"MalformedPolicyDocument", std::move(message)}; }

Result<std::vector<std::string>> policyTexts(const Json& value, std::string_view what) {
  std::vector<std::string> list;
  auto add = [&](const Json& item) {
    auto text = base::scalarText(item);
    if (text) list.push_back(*std::move(text));
    return text.has_value();
  };
  bool good = true;
  if (const auto* array = value.if_array()) {
    for (const Json& item : *array) good = good && (item.is_null() || add(item));
  } else {
    good = add(value);
  }
  if (!good) return malformedDocument(std::string(what) + " must be a string or a list of strings");
  return list;
}

bool isConditionOperator(std::string_view name) { return findOperator(name) != nullptr; }

Result<Conditions::Test> Conditions::readOperator(std::string_view name) {
  Test test;
  std::string_view word = name;
  if (cutPrefix(word, "ForAnyValue:"))
    test.quantifier = Quantifier::kAnyValue;
  else if (cutPrefix(word, "ForAllValues:"))
    test.quantifier = Quantifier::kAllValues;
  if (word.ends_with("IfExists")) {
    test.ifExists = true;
    word.remove_suffix(std::string_view("IfExists").size());
  }
  const OperatorName* known = findOperator(word);
  if (!known) return malformedDocument("Invalid Condition type : " + std::string(name.substr(0, 128)));
  test.op = known->op;
  test.negated = known->negated;
  return test;
}

Result<Conditions> Conditions::parse(const Json& block, Variables variables) {
  const auto* operators = block.if_object();
  if (!operators) return malformedDocument("Syntax errors in policy.");
  Conditions conditions;
  for (const auto& [name, keys] : *operators) {
    const auto* pairs = keys.if_object();
    if (!pairs) return malformedDocument("Syntax errors in policy.");
    if (pairs->empty()) continue;
    HEARTH_TRY(Test test, readOperator(name));
    // Only texts have variables.
    const bool texts = test.op == Operator::kStringEquals || test.op == Operator::kStringEqualsIgnoreCase ||
                       test.op == Operator::kStringLike || test.op == Operator::kArn;
    for (const auto& [key, value] : *pairs) {
      HEARTH_TRY(auto values, policyTexts(value, "Condition"));
      Test one = test;
      one.key = base::toLower(key);
      for (const std::string& text : values)
        if (!isValue(one.op, text))
          return malformedDocument("Invalid value for the condition " + std::string(name) + " : " +
                                   text.substr(0, 128));
      for (const std::string& text : values) one.values.emplace_back(text, texts ? variables : Variables::kNo);
      conditions.tests_.push_back(std::move(one));
    }
  }
  return conditions;
}

bool Conditions::Test::matchesAny(const std::string& value, const ConditionKeys& keys) const {
  return std::any_of(values.begin(), values.end(),
                     [&](const Pattern& wanted) { return matchesOne(op, wanted, value, keys); });
}

// A list of no values is taken by AWS, too; what it would decide nobody can have meant.
bool Conditions::Test::isUnknown(const ConditionKeys& keys) const {
  return values.empty() || !keys.knows(key) || std::any_of(values.begin(), values.end(), [&](const Pattern& value) {
           return value.isUnknown(keys) || (isOfDates(op) && !dateOf(value.source()));
         });
}

bool Conditions::Test::holds(const ConditionKeys& keys) const {
  const auto found = keys.find(key);
  const bool absent = !found || found->empty();
  if (op == Operator::kNull)
    return std::any_of(values.begin(), values.end(), [&](const Pattern& wanted) {
      return base::equalsIgnoreCase(wanted.source(), absent ? "true" : "false");
    });
  if (absent) {
    if (ifExists || quantifier == Quantifier::kAllValues) return true;
    return negated && quantifier == Quantifier::kNone;
  }
  auto satisfies = [&](const std::string& value) { return matchesAny(value, keys) != negated; };
  const bool all = quantifier == Quantifier::kAllValues || (quantifier == Quantifier::kNone && negated);
  return all ? std::all_of(found->begin(), found->end(), satisfies)
             : std::any_of(found->begin(), found->end(), satisfies);
}

Conditions::Verdict Conditions::evaluate(const ConditionKeys& keys) const {
  Verdict verdict = Verdict::kHold;
  for (const Test& test : tests_) {
    if (test.isUnknown(keys))
      verdict = Verdict::kUndecided;
    else if (!test.holds(keys))
      return Verdict::kFail;
  }
  return verdict;
}

bool Conditions::pins(const std::vector<std::string_view>& keys) const {
  return std::any_of(tests_.begin(), tests_.end(), [&](const Test& test) {
    if (test.negated || test.ifExists || test.quantifier == Quantifier::kAllValues) return false;
    if (std::find(keys.begin(), keys.end(), test.key) == keys.end()) return false;
    return std::all_of(test.values.begin(), test.values.end(), [](const Pattern& value) {
      return value.isConstant() && value.source().find_first_of("*?") == std::string::npos &&
             !value.source().ends_with("/0");
    });
  });
}

}  // namespace hearth::identity
