#include "stacks/references.h"

#include <gtest/gtest.h>

namespace hearth::stacks {
namespace {

constexpr const char* kHead = R"yaml(
Parameters:
  P: {Type: String, Default: x}
Mappings:
  M: {a: {b: c}}
Conditions:
  C: !Equals [!Ref P, x]
Resources:
  Other: {Type: AWS::X::A}
  A:
    Type: AWS::X::A
    Properties:
      V: )yaml";

std::string messageOf(const std::string& text) {
  auto parsed = parseTemplate(text);
  return parsed.ok() ? "" : parsed.fault().message;
}
// The fault of a template whose resource A has this value.
std::string ofValue(const std::string& value) { return messageOf(kHead + value + "\n"); }
std::string ofConditions(const std::string& conditions) {
  return messageOf("Parameters: {P: {Type: String}}\nConditions: " + conditions +
                   "\nResources: {A: {Type: AWS::X::A}}\n");
}

TEST(References, acceptsWhatIsWellFormed) {
  for (const char* value : {"!Ref P",
                            "!Ref Other",
                            "!Ref AWS::Region",
                            "!GetAtt Other.Arn",
                            "!GetAtt [Other, Outputs.X]",
                            "{'Fn::GetAtt': Other.Arn}",
                            "{'Fn::GetAtt': [Other, !Ref P]}",
                            "!Join ['', [a, !Ref P]]",
                            "!Join [',', !GetAZs '']",
                            "!Select ['0', [a]]",
                            "!Select [!Ref P, !Split [',', !Ref P]]",
                            "!Sub '${P} ${Other} ${Other.Arn} ${AWS::Region} ${!Literal} $x {y}'",
                            "!Sub ['${X}', {X: !Ref P}]",
                            "!If [C, !Ref Other, !Ref 'AWS::NoValue']",
                            "!FindInMap [M, a, b]",
                            "!FindInMap [!Ref P, a, b]",
                            "!Base64 {'Fn::Sub': 'x${P}'}",
                            "!Cidr [10.0.0.0/16, 2]",
                            "!ImportValue {'Fn::Sub': '${P}-x'}",
                            "{Statement: {Condition: {StringEquals: {a: b}}}}",
                            "{Ref: x, Other: y}"}) {
    EXPECT_EQ(ofValue(value), "") << value;
  }
}

TEST(References, refusesMalformedFunctions) {
  const std::string getAtt =
      "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the "
      "resource "
      "attribute";
  const std::string sub =
      "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string "
      "as "
      "first argument, and an optional second argument to specify a mapping of values to replace in the string";
  const std::string select =
      "Template error: Fn::Select requires a list argument with two elements: an integer index and a list";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"!Ref [a]", "Template error: every Ref object must have a single String value."},
      {"!GetAtt Other", getAtt},
      {"!GetAtt [Other]", getAtt},
      {"!GetAtt [Other, '']", getAtt},
      {"!GetAtt Nope.Arn", "Template error: instance of Fn::GetAtt references undefined resource Nope"},
      {"!Sub '${Nope.Arn}'", "Template error: instance of Fn::GetAtt references undefined resource Nope"},
      {"!Join [a, b]",
       "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of "
       "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."},
      {"!Select [x, [a]]", select},
      {"!Select [0]", select},
      {"!Split ['', a]",
       "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to "
       "be "
       "split or a function that returns a string to be split."},
      {"!Sub [a]", sub},
      {"!Sub {a: b}", sub},
      {"!Sub '${not a name}'",
       "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, "
       "periods, and colons"},
      {"!If [Nope, 1, 2]", "Template error: unresolved condition dependency Nope in Fn::If"},
      {"!FindInMap [M, a]",
       "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the "
       "attribute "
       "for return value"},
      {"!FindInMap [Nope, a, b]",
       "Template error: Mapping named 'Nope' is not present in the 'Mappings' section of template."},
      {"!Base64 [a]", "Template error: every Fn::Base64 object must have a String-typed value."},
      {"!ImportValue {Ref: Other}",
       "Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or "
       "Fn::GetAZs"},
      {"!Equals [a, b]", "Template error: Fn::Equals is only allowed in the Conditions block of the template"},
      {"{'Fn::Join': ['', []], More: 1}", "Template error: Fn::Join must be the only member of its object"},
  };
  for (const auto& [value, message] : cases) EXPECT_EQ(ofValue(value), message) << value;
  EXPECT_EQ(ofValue("!ToJsonString {a: b}")
                .rfind("Template error: Encountered unsupported function: Fn::ToJsonString "
                       "Supported functions are: [Fn::Base64, ",
                       0),
            0U);
}

TEST(References, namesEverythingUnresolvedAtOnce) {
  EXPECT_EQ(ofValue("[!Ref Zed, !Sub '${Alpha}', !Ref Zed]"),
            "Template format error: Unresolved resource dependencies [Alpha, Zed] in the Resources block of the "
            "template");
  EXPECT_EQ(
      messageOf("Resources: {A: {Type: AWS::X::A, DependsOn: Nope}}"),
      "Template format error: Unresolved resource dependencies [Nope] in the Resources block of the template");
  EXPECT_EQ(messageOf("Resources: {A: {Type: AWS::X::A}}\nOutputs: {O: {Value: !Ref Nope}}"),
            "Template format error: Unresolved resource dependencies [Nope] in the Outputs block of the template");
  EXPECT_EQ(messageOf("Resources: {A: {Type: AWS::X::A, Condition: Nope}}"),
            "Template format error: Unresolved condition dependency Nope in the Resources block of the template");
}

TEST(References, checksConditions) {
  EXPECT_EQ(ofConditions("{C: !And [!Condition D, !Not [!Equals [!Ref P, x]]], D: !Equals [a, b]}"), "");
  EXPECT_EQ(ofConditions("{C: !Ref P}"),
            "Template format error: Conditions can only be boolean operations on parameters and other conditions");
  EXPECT_EQ(ofConditions("{C: true}"),
            "Template format error: Conditions can only be boolean operations on parameters and other conditions");
  EXPECT_EQ(
      ofConditions("{C: !Equals [!Ref A, x]}"),
      "Template format error: Unresolved dependencies [A]. Cannot reference resources in the Conditions block of "
      "the template");
  EXPECT_EQ(ofConditions("{C: !Equals [a]}"),
            "Template error: every Fn::Equals object requires a list of 2 string parameters.");
  EXPECT_EQ(
      ofConditions("{C: !And [!Condition D]}"),
      "Template error: every Fn::And object requires a list of at least 2 and at most 10 boolean parameters.");
  EXPECT_EQ(ofConditions("{C: !Not [!Condition Nope]}"), "Template error: unresolved condition dependency Nope");
  EXPECT_EQ(ofConditions("{C: !Not [!Condition D], D: !Not [!Condition C], E: !Not [!Condition C]}"),
            "Template error: Circular dependency between conditions: [C, D]");
}

TEST(References, findsCircles) {
  EXPECT_EQ(messageOf(R"yaml(
Resources:
  Before: {Type: AWS::X::A}
  A: {Type: AWS::X::A, Properties: {V: !GetAtt B.Arn, W: !Ref Before}}
  B: {Type: AWS::X::A, Properties: {V: !Sub "${C}"}}
  C: {Type: AWS::X::A, DependsOn: A}
  Behind: {Type: AWS::X::A, Properties: {V: !Ref A}}
)yaml"),
            "Circular dependency between resources: [A, B, C]");
  EXPECT_EQ(messageOf("Resources: {A: {Type: AWS::X::A, DependsOn: A}}"),
            "Circular dependency between resources: [A]");
}

TEST(References, ordersByNeedAndThenByDocument) {
  const Dependencies needs = {{"a", {"c"}}, {"b", {}}, {"c", {"d"}}, {"d", {}}, {"e", {"missing"}}};
  EXPECT_EQ(orderByDependency({"a", "b", "c", "d", "e"}, needs),
            (std::vector<std::string>{"b", "d", "c", "a", "e"}));
  EXPECT_EQ(orderByDependency({"a", "b"}, {{"a", {"b"}}, {"b", {"a"}}}), std::vector<std::string>{});
}

TEST(References, collectsBothBranchesAndAllForms) {
  auto parsed = parseTemplate(std::string(kHead) +
                              "[!If [C, !Ref Other, !GetAtt Other.Arn], !Sub ['${P}${X}', {X: !Ref Other}]]\n");
  ASSERT_TRUE(parsed.ok()) << parsed.fault().message;
  const auto needs = dependenciesOf(*parsed);
  EXPECT_EQ(needs.at("A"), std::set<std::string>{"Other"});
  EXPECT_TRUE(needs.at("Other").empty());
}

}  // namespace
}  // namespace hearth::stacks
