#include "stacks/transforms.h"

#include <gtest/gtest.h>

#include "stacks/order_checks.h"
#include "stacks/template_summary.h"

namespace hearth::stacks {
namespace {

constexpr auto kFunction =
    "  F: {Type: AWS::Serverless::Function, Properties: {Handler: h, Runtime: python3.11, CodeUri: s3://b/k, "
    "AutoPublishAlias: !Ref Stage}}\n";

std::string withTransform(const std::string& transform) {
  return "Transform: " + transform + "\nParameters: {Stage: {Type: String, Default: beta}}\nResources:\n" +
         kFunction;
}

TEST(Transforms, aTemplateKeepsBothItsTextAndWhatBecomesOfIt) {
  for (const char* transform :
       {"AWS::Serverless-2016-10-31", "[AWS::Serverless-2016-10-31]", "{Name: AWS::Serverless-2016-10-31}"}) {
    const std::string text = withTransform(transform);
    auto parsed = parseTemplate(text);
    ASSERT_TRUE(parsed.ok()) << parsed.fault().message;
    EXPECT_EQ(parsed->text, text);
    EXPECT_EQ(parsed->transforms, std::vector<std::string>{"AWS::Serverless-2016-10-31"});
    EXPECT_NE(parsed->findResource("FAliasbeta"), nullptr);
    EXPECT_EQ(parsed->findResource("F")->type, "AWS::Lambda::Function");
    auto again = parseTemplate(parsed->processed);
    ASSERT_TRUE(again.ok()) << again.fault().message;
    EXPECT_TRUE(again->transforms.empty());
    EXPECT_TRUE(again->processed.empty());
    EXPECT_EQ(again->resources.size(), parsed->resources.size());
  }
  auto plain = parseTemplate("Resources: {A: {Type: AWS::X::Y}}");
  ASSERT_TRUE(plain.ok());
  EXPECT_TRUE(plain->transforms.empty());
  EXPECT_TRUE(plain->processed.empty());
}

TEST(Transforms, othersAreRefusedByName) {
  const auto refusal = [](const std::string& text) {
    auto parsed = parseTemplate(text);
    EXPECT_FALSE(parsed.ok());
    return parsed.ok() ? "" : parsed.fault().message;
  };
  EXPECT_EQ(refusal(withTransform("AWS::LanguageExtensions")), "No transform named AWS::LanguageExtensions found");
  EXPECT_EQ(refusal(withTransform("[AWS::Serverless-2016-10-31, Mine]")), "No transform named Mine found");
  EXPECT_EQ(refusal(withTransform("{Name: AWS::Include, Parameters: {Location: s3://b/k}}")),
            "No transform named AWS::Include found");
  EXPECT_EQ(refusal("Resources: {A: {Type: AWS::X::Y, Properties: {'Fn::Transform': {Name: AWS::Include}}}}"),
            "No transform named AWS::Include found");
  EXPECT_EQ(refusal(withTransform("[]")), "Template format error: Transform must name a transform.");
  EXPECT_EQ(refusal(withTransform("[3]")),
            "Template format error: Key Name of transform definition must be a string.");
  EXPECT_EQ(refusal("Globals: {}\nResources: {A: {Type: AWS::X::Y}}"),
            "Invalid template property or properties [Globals]");
}

TEST(Transforms, aTemplateIsTransformedAgainForOtherParameters) {
  const auto parsed =
      std::make_shared<const Template>(parseTemplate(withTransform("AWS::Serverless-2016-10-31")).value());
  const auto same = transformedFor(parsed, {{"Stage", "beta"}, {"Other", "x"}}, "eu-central-1");
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(*same, parsed);
  const auto other = transformedFor(parsed, {{"Stage", "prod"}}, "eu-central-1");
  ASSERT_TRUE(other.ok());
  EXPECT_NE((*other)->findResource("FAliasprod"), nullptr);
  EXPECT_EQ((*other)->text, parsed->text);
  const auto known =
      parseTemplate(withTransform("AWS::Serverless-2016-10-31"), {{{"Stage", "prod"}}, "eu-central-1"});
  EXPECT_NE(known->findResource("FAliasprod"), nullptr);
  EXPECT_FALSE(transformedFor(parsed, {{"Stage", "7"}}, "eu-central-1").ok());
}

TEST(Transforms, declarationsAreReadBeforeTheirArtifactsAreThere) {
  const std::string text =
      "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Timeout: 3}}\nDescription: d\n"
      "Resources: {F: {Type: AWS::Serverless::Function, IgnoreGlobals: '*', Properties: {CodeUri: ./src}}}\n"
      "Outputs: {Url: {Value: !Ref ServerlessRestApi}}\n";
  EXPECT_FALSE(parseTemplate(text).ok());
  auto declared = parseDeclarations(text);
  ASSERT_TRUE(declared.ok()) << declared.fault().message;
  const TemplateSummary summary = summarize(*declared);
  EXPECT_EQ(summary.transforms, std::vector<std::string>{"AWS::Serverless-2016-10-31"});
  EXPECT_EQ(summary.capabilities, (std::vector<std::string>{"CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"}));
  EXPECT_EQ(
      summary.capabilitiesReason,
      "The following resource(s) require capabilities: [AWS::Serverless-2016-10-31, AWS::Serverless::Function]");
  EXPECT_EQ(summary.resourceTypes, std::vector<std::string>{"AWS::Serverless::Function"});
  const auto plain = parseDeclarations("Resources: {F: {Type: AWS::Serverless::Function}}");
  EXPECT_TRUE(summarize(*plain).capabilities.empty());
  EXPECT_FALSE(parseDeclarations("Resources: {A: {Type: AWS::X::Y, Properties: {P: !Ref Nobody}}}").ok());
}

TEST(Transforms, ordersAcknowledgeThem) {
  const Template document = parseTemplate(withTransform("AWS::Serverless-2016-10-31")).value();
  EXPECT_EQ(checkExpansion(document, {"CAPABILITY_IAM"}).fault().message,
            "Requires capabilities : [CAPABILITY_AUTO_EXPAND]");
  EXPECT_EQ(checkExpansion(document, {}).fault().code, "InsufficientCapabilitiesException");
  EXPECT_TRUE(checkExpansion(document, {"CAPABILITY_AUTO_EXPAND"}).ok());
  EXPECT_EQ(checkCapabilities(document, {"CAPABILITY_AUTO_EXPAND"}).fault().message,
            "Requires capabilities : [CAPABILITY_IAM]");
}

}  // namespace
}  // namespace hearth::stacks
