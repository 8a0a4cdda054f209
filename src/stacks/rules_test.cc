#include "stacks/rules.h"

#include <gtest/gtest.h>

#include "stacks/intrinsics.h"
#include "stacks/template.h"

namespace hearth::stacks {
namespace {

std::string withRules(const std::string& rules) {
  return "Parameters:\n"
         "  Stage: {Type: String, Default: test}\n"
         "  Size: {Type: Number, Default: 3}\n"
         "  Zones: {Type: CommaDelimitedList, Default: 'a, b'}\n"
         "  Open: {Type: String, Default: 'no'}\n"
         "Rules: " +
         rules + "\nResources: {A: {Type: AWS::X::A}}\n";
}

std::string asserting(const std::string& assertion) {
  return withRules("{R: {Assertions: [{Assert: " + assertion + ", AssertDescription: not so}]}}");
}

// "" when the rules hold, "holds not" for the one of asserting(), else the fault.
std::string verdict(const std::string& text, const ParameterValues& more = {},
                    const std::set<std::string>& unknown = {}) {
  const auto document = parseTemplate(text);
  if (!document.ok()) return document.fault().message;
  ParameterValues values{{"Stage", "test"}, {"Size", "3"}, {"Zones", "a, b"}, {"Open", "no"}};
  for (const auto& [name, value] : more) values[name] = value;
  const auto scope = makeScope(*document, values, {.region = "eu-central-1"}, unknown);
  if (!scope.ok()) return scope.fault().message;
  const auto checked = checkRules(document->rules, *scope);
  if (checked.ok()) return "";
  return checked.fault().message == "Rule R is not satisfied: not so" ? "holds not" : checked.fault().message;
}

TEST(Rules, everyFunctionIsTrueOrFalse) {
  const std::pair<const char*, bool> cases[] = {
      {"{'Fn::Equals': [!Ref Stage, test]}", true},
      {"{'Fn::Equals': [!Ref Size, '3']}", true},
      {"{'Fn::Equals': [!Ref Zones, [a, b]]}", true},
      {"{'Fn::Equals': [!Ref Stage, prod]}", false},
      {"{'Fn::Equals': [!Ref 'AWS::Region', eu-central-1]}", true},
      {"{'Fn::Contains': [[dev, test], !Ref Stage]}", true},
      {"{'Fn::Contains': [!Ref Zones, b]}", true},
      {"{'Fn::Contains': [!Ref Zones, c]}", false},
      {"{'Fn::Not': [{'Fn::Contains': [['1', '2', '3'], !Ref Size]}]}", false},
      {"{'Fn::EachMemberEquals': [[test, !Ref Stage], test]}", true},
      {"{'Fn::EachMemberEquals': [!Ref Zones, a]}", false},
      {"{'Fn::EachMemberIn': [!Ref Zones, [a, b, c]]}", true},
      {"{'Fn::EachMemberIn': [[a, x], !Ref Zones]}", false},
      {"{'Fn::And': [{'Fn::Equals': [a, a]}, {'Fn::Equals': [a, b]}]}", false},
      {"{'Fn::Or': [{'Fn::Equals': [a, b]}, {'Fn::Equals': [a, a]}]}", true},
      {"{'Fn::Equals': [{'Fn::If': [{'Fn::Equals': [!Ref Open, 'no']}, x, y]}, x]}", true},
      {"{'Fn::If': [{'Fn::Equals': [a, b]}, {'Fn::Equals': [a, a]}, {'Fn::Equals': [a, b]}]}", false},
  };
  for (const auto& [assertion, holds] : cases)
    EXPECT_EQ(verdict(asserting(assertion)), holds ? "" : "holds not") << assertion;
}

TEST(Rules, aConditionSaysWhetherTheAssertionsCount) {
  const std::string text = withRules(
      "{R: {RuleCondition: {'Fn::Equals': [!Ref Stage, prod]}, Assertions: [{Assert: {'Fn::Equals': [!Ref Open, "
      "'no']}, AssertDescription: not so}]}}");
  EXPECT_EQ(verdict(text, {{"Open", "yes"}}), "");
  EXPECT_EQ(verdict(text, {{"Open", "yes"}, {"Stage", "prod"}}), "holds not");
}

TEST(Rules, everyAssertionThatDoesNotHoldIsTold) {
  const std::string never = "{'Fn::Equals': [a, b]}";
  EXPECT_EQ(verdict(withRules("{Two: {Assertions: [{Assert: " + never + ", AssertDescription: First.}, {Assert: " +
                              never + "}, {Assert: " + never + ", AssertDescription: Third.}]}}")),
            "Rule Two is not satisfied: First. Third.");
  EXPECT_EQ(verdict(withRules("{Two: {Assertions: [{Assert: " + never + "}]}}")), "Rule Two is not satisfied.");
}

TEST(Rules, whatIsNotKnownYetBreaksNone) {
  EXPECT_EQ(verdict(asserting("{'Fn::Equals': [!Ref Stage, prod]}"), {}, {"Stage"}), "");
  EXPECT_EQ(verdict(asserting("{'Fn::Not': [{'Fn::Contains': [[a], !Ref Stage]}]}"), {}, {"Stage"}), "");
  EXPECT_EQ(verdict(asserting("{'Fn::And': [{'Fn::Equals': [!Ref Stage, prod]}, {'Fn::Equals': [a, b]}]}"), {},
                    {"Stage"}),
            "holds not");
}

TEST(Rules, whatIsNoRuleIsRefused) {
  const std::pair<std::string, const char*> cases[] = {
      {withRules("[]"), "Template format error: Rules must be an object."},
      {withRules("{R: []}"), "Template format error: Any Rules member must be an object."},
      {withRules("{R: {}}"), "[/Rules/R] Every Rules object must contain a list of Assertions."},
      {withRules("{R: {Assertions: [], More: 1}}"), "Invalid template rule property 'More'"},
      {withRules("{R: {Assertions: [{AssertDescription: d}]}}"), "must contain an Assert object."},
      {withRules("{R: {Assertions: [x]}}"), "must contain an Assert object."},
      {withRules("{R-1: {Assertions: []}}"), "Rule name R-1 is non alphanumeric."},
      {asserting("yes"), "Rules can only be made of functions that are true or false."},
      {asserting("!Ref Stage"), "Rules can only be made of functions that are true or false."},
      {asserting("{'Fn::Not': [a]}"), "Rules can only be made of functions that are true or false."},
      {asserting("{'Fn::Equals': [a]}"), "every Fn::Equals object in Rules requires a list of 2 parameters."},
      {asserting("{'Fn::And': [{'Fn::Equals': [a, a]}]}"), "requires a list of 2 to 10 parameters."},
      {asserting("{'Fn::Equals': [!Ref Nobody, a]}"),
       "Unresolved resource dependencies [Nobody] in the Rules block"},
      {asserting("{'Fn::Equals': [!Ref A, a]}"), "Unresolved resource dependencies [A] in the Rules block"},
      {asserting("{'Fn::Equals': [{'Fn::Join': ['', [a]]}, a]}"), "unsupported function: Fn::Join in Rules."},
      {asserting("{'Fn::Equals': [{'Fn::GetAtt': [A, B]}, a]}"), "unsupported function: Fn::GetAtt in Rules."},
      {asserting("{'Fn::Equals': [a, a], 'Fn::Not': [a]}"), "must be the only member of its object"},
      {asserting("{'Fn::EachMemberIn': [{'Fn::ValueOfAll': ['AWS::EC2::Subnet::Id', VpcId]}, {'Fn::RefAll': "
                 "'AWS::EC2::VPC::Id'}]}"),
       "Template error: Fn::ValueOfAll is not supported"},
      {asserting("{'Fn::Contains': [{'Fn::RefAll': 'AWS::EC2::VPC::Id'}, a]}"), "Fn::RefAll is not supported"},
      {asserting("{'Fn::Equals': [{'Fn::ValueOf': [Stage, Tags.a]}, a]}"), "Fn::ValueOf is not supported"},
  };
  for (const auto& [text, words] : cases) EXPECT_NE(verdict(text).find(words), std::string::npos) << verdict(text);
}

}  // namespace
}  // namespace hearth::stacks
