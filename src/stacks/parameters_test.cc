#include "stacks/parameters.h"

#include <gtest/gtest.h>

namespace hearth::stacks {
namespace {

Template parse(const std::string& parameters) {
  auto parsed = parseTemplate("Parameters: " + parameters + "\nResources: {A: {Type: AWS::X::A}}\n");
  EXPECT_TRUE(parsed.ok()) << parsed.fault().message;
  return parsed.ok() ? *parsed : Template{};
}

// What becomes of `value` given for the only parameter, P: "" when it is taken, else the fault.
std::string messageOf(const std::string& declaration, const std::string& value) {
  auto values = resolveParameters(parse("{P: " + declaration + "}"), {{"P", value, false}}, {});
  if (!values.ok()) return values.fault().message;
  EXPECT_EQ(values->at("P"), value);
  return "";
}

TEST(Parameters, takesGivenThenDefault) {
  const Template document =
      parse("{A: {Type: String}, B: {Type: Number, Default: 7}, C: {Type: String, Default: c}}");
  auto values = resolveParameters(document, {{"A", "x", false}, {"C", "given", false}}, {});
  ASSERT_TRUE(values.ok());
  EXPECT_EQ(*values, (ParameterValues{{"A", "x"}, {"B", "7"}, {"C", "given"}}));
}

TEST(Parameters, keepsThePreviousValueOnlyWhereAsked) {
  const Template document = parse("{A: {Type: String, Default: d}, B: {Type: String}}");
  const ParameterValues previous = {{"A", "before"}, {"B", "b"}};
  auto values = resolveParameters(document, {{"B", std::nullopt, true}}, previous);
  ASSERT_TRUE(values.ok());
  EXPECT_EQ(*values, (ParameterValues{{"A", "d"}, {"B", "b"}}));
  auto missing = resolveParameters(document, {{"B", std::nullopt, true}}, {});
  EXPECT_EQ(
      missing.fault().message,
      "Invalid input for parameter key B. Cannot specify usePreviousValue as true for a parameter key not in the "
      "previous template");
  auto both = resolveParameters(document, {{"B", "x", true}}, previous);
  EXPECT_EQ(both.fault().code, "ValidationError");
}

TEST(Parameters, namesAllMissingAndUnknown) {
  const Template document = parse("{A: {Type: String}, B: {Type: String}}");
  EXPECT_EQ(resolveParameters(document, {}, {}).fault().message, "Parameters: [A, B] must have values");
  EXPECT_EQ(resolveParameters(document, {{"X", "1", false}, {"Y", "1", false}}, {}).fault().message,
            "Parameters: [X, Y] do not exist in the template");
  EXPECT_EQ(resolveParameters(document, {{"A", "1", false}, {"A", "2", false}}, {}).fault().message,
            "Duplicate parameter: A");
}

TEST(Parameters, checksConstraints) {
  EXPECT_EQ(messageOf("{Type: String, AllowedValues: [a, b]}", "a"), "");
  EXPECT_EQ(messageOf("{Type: String, AllowedValues: [a, b]}", "c"), "Parameter 'P' must be one of AllowedValues");
  EXPECT_EQ(messageOf("{Type: String, AllowedPattern: '[a-z]+'}", "abc"), "");
  EXPECT_EQ(messageOf("{Type: String, AllowedPattern: '[a-z]+'}", "abc1"),
            "Parameter 'P' must match pattern [a-z]+");
  EXPECT_EQ(messageOf("{Type: String, MinLength: 3}", "ab"), "Parameter 'P' must contain at least 3 characters");
  EXPECT_EQ(messageOf("{Type: String, MaxLength: '3'}", "abcd"), "Parameter 'P' must contain at most 3 characters");
  EXPECT_EQ(messageOf("{Type: Number, MinValue: 1, MaxValue: 9}", "9"), "");
  EXPECT_EQ(messageOf("{Type: Number, MinValue: 1}", "0.5"), "Parameter 'P' must be a number not less than 1");
  EXPECT_EQ(messageOf("{Type: Number, MaxValue: 9.5}", "10"),
            "Parameter 'P' must be a number not greater than 9.5");
  EXPECT_EQ(messageOf("{Type: Number}", "many"), "Parameter 'P' must be a number.");
  EXPECT_EQ(messageOf("{Type: Number}", ""), "Parameter 'P' must be a number.");
  EXPECT_EQ(messageOf("{Type: 'List<Number>', MaxValue: 5}", "1, 2,3"), "");
  EXPECT_EQ(messageOf("{Type: 'List<Number>'}", "1,x"), "Parameter 'P' must be a number.");
  EXPECT_EQ(messageOf("{Type: CommaDelimitedList, AllowedPattern: '\\w+'}", "dev, test"), "");
  EXPECT_EQ(messageOf("{Type: CommaDelimitedList, AllowedValues: [a, b]}", "a,c"),
            "Parameter 'P' must be one of AllowedValues");
  EXPECT_EQ(messageOf("{Type: String, MinLength: 3, ConstraintDescription: must be long.}", "ab"),
            "Parameter P failed to satisfy constraint: must be long.");
  EXPECT_EQ(messageOf("{Type: String}", std::string(4097, 'x')),
            "Parameter 'P' must contain at most 4096 characters");
}

TEST(Parameters, checksDefaultsToo) {
  EXPECT_EQ(resolveParameters(parse("{P: {Type: String, Default: c, AllowedValues: [a]}}"), {}, {}).fault().message,
            "Parameter 'P' must be one of AllowedValues");
}

TEST(Parameters, saysWhichPatternItCannotDo) {
  EXPECT_EQ(messageOf("{Type: String, AllowedPattern: '(?=x)'}", "x")
                .rfind("Parameter 'P': AllowedPattern (?=x) is not supported: ", 0),
            0U);
}

TEST(Parameters, givesListsAsLists) {
  const Template document = parse("{L: {Type: CommaDelimitedList}, S: {Type: String}}");
  EXPECT_EQ(parameterValue(document.parameters[0], "a, b ,c"), (JsonArray{"a", "b", "c"}));
  EXPECT_EQ(parameterValue(document.parameters[0], ""), (JsonArray{""}));
  EXPECT_EQ(parameterValue(document.parameters[1], "a, b"), Json("a, b"));
}

}  // namespace
}  // namespace hearth::stacks
