#include "stacks/template_summary.h"

#include <gtest/gtest.h>

namespace hearth::stacks {
namespace {

Template parse(const std::string& text) {
  auto parsed = parseTemplate(text);
  EXPECT_TRUE(parsed.ok()) << parsed.fault().message;
  return parsed.ok() ? *parsed : Template{};
}

TEST(TemplateSummary, tellsWhatIsInIt) {
  const auto summary =
      summarize(parse("Description: d\nMetadata: {a: 1}\nParameters: {P: {Type: String, Description: p}}\n"
                      "Resources: {B: {Type: AWS::X::B}, A: {Type: AWS::IAM::Role}, C: {Type: AWS::X::B}}"));
  EXPECT_EQ(summary.description, "d");
  ASSERT_EQ(summary.parameters.size(), 1U);
  EXPECT_EQ(summary.parameters[0].description, "p");
  EXPECT_EQ(summary.resourceTypes, (std::vector<std::string>{"AWS::IAM::Role", "AWS::X::B"}));
  EXPECT_EQ(summary.capabilities, std::vector<std::string>{"CAPABILITY_IAM"});
  EXPECT_EQ(summary.capabilitiesReason, "The following resource(s) require capabilities: [AWS::IAM::Role]");
  EXPECT_EQ(summary.metadata, R"({"a":1})");
}

TEST(TemplateSummary, asksForWhatNamesTake) {
  const Template plain = parse("Resources: {A: {Type: AWS::X::B}}");
  const Template rights = parse("Resources: {A: {Type: AWS::IAM::Policy, Properties: {PolicyName: p}}}");
  const Template named = parse("Resources: {A: {Type: AWS::IAM::Role, Properties: {RoleName: r}}}");
  EXPECT_TRUE(checkCapabilities(plain, {}).ok());
  EXPECT_EQ(checkCapabilities(rights, {}).fault().message, "Requires capabilities : [CAPABILITY_IAM]");
  EXPECT_TRUE(checkCapabilities(rights, {"CAPABILITY_IAM"}).ok());
  EXPECT_TRUE(checkCapabilities(rights, {"CAPABILITY_NAMED_IAM"}).ok());
  EXPECT_EQ(checkCapabilities(named, {"CAPABILITY_IAM"}).fault().message,
            "Requires capabilities : [CAPABILITY_NAMED_IAM]");
  EXPECT_EQ(checkCapabilities(named, {}).fault().code, "InsufficientCapabilitiesException");
  EXPECT_TRUE(checkCapabilities(named, {"CAPABILITY_NAMED_IAM"}).ok());
}

}  // namespace
}  // namespace hearth::stacks
