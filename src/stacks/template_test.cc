#include "stacks/template.h"

#include <gtest/gtest.h>

namespace hearth::stacks {
namespace {

std::string messageOf(const std::string& text) {
  auto parsed = parseTemplate(text);
  return parsed.ok() ? "" : parsed.fault().message;
}

// A template whose only resource is `resource`.
std::string withResource(const std::string& resource) { return "Resources:\n  A: " + resource + "\n"; }
// A sound template with another section in front.
std::string withSection(const std::string& section) {
  return section + "\nResources:\n  A:\n    Type: AWS::X::A\n";
}

TEST(Template, readsEverySection) {
  auto parsed = parseTemplate(R"yaml(
AWSTemplateFormatVersion: 2010-09-09
Description: A stack
Metadata: {Author: me}
Parameters:
  Size: {Type: Number, Default: 5, MinValue: 1, MaxValue: "9.5", Description: how much}
  Secret: {Type: String, NoEcho: "true", MinLength: 3, MaxLength: 9, AllowedPattern: "[a-z]+", ConstraintDescription: lower case}
  Many: {Type: CommaDelimitedList, AllowedValues: [a, 1, true]}
Mappings:
  Regions: {us-east-1: {Name: x, List: [a, b], Number: 5}}
Conditions:
  IsBig: !Equals [!Ref Size, 9]
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Condition: IsBig
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Metadata: {Note: 1}
    Properties: {Name: !Sub "${Secret}-b"}
  Role:
    Type: AWS::IAM::Role
    DependsOn: Bucket
  Policy:
    Type: AWS::IAM::Policy
    DependsOn: [Bucket, Role]
    DeletionPolicy: RetainExceptOnCreate
Outputs:
  Url: {Value: !Ref Role, Description: where, Condition: IsBig, Export: {Name: !Sub "${AWS::StackName}-url"}}
)yaml");
  ASSERT_TRUE(parsed.ok()) << parsed.fault().message;
  EXPECT_EQ(parsed->description, "A stack");
  ASSERT_EQ(parsed->parameters.size(), 3U);
  EXPECT_EQ(parsed->parameters[0].defaultValue, "5");
  EXPECT_EQ(parsed->parameters[0].maxValue, 9.5);
  EXPECT_TRUE(parsed->parameters[1].noEcho);
  EXPECT_EQ(parsed->parameters[1].maxLength, 9);
  EXPECT_EQ(parsed->parameters[2].allowedValues, (std::vector<std::string>{"a", "1", "true"}));
  ASSERT_EQ(parsed->resources.size(), 3U);
  EXPECT_EQ(parsed->resources[0].condition, "IsBig");
  EXPECT_EQ(parsed->resources[0].deletionPolicy, KeepPolicy::kRetain);
  EXPECT_EQ(parsed->resources[0].updateReplacePolicy, KeepPolicy::kRetain);
  EXPECT_TRUE(parsed->resources[0].metadata.has_value());
  EXPECT_EQ(parsed->resources[1].dependsOn, std::vector<std::string>{"Bucket"});
  EXPECT_EQ(parsed->resources[2].deletionPolicy, KeepPolicy::kRetainExceptOnCreate);
  ASSERT_EQ(parsed->outputs.size(), 1U);
  EXPECT_EQ(parsed->outputs[0].description, "where");
  EXPECT_TRUE(parsed->outputs[0].exportName.has_value());
}

TEST(Template, refusesBrokenStructure) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"Description: x", "Template format error: At least one Resources member must be defined."},
      {"Resources: {}", "Template format error: At least one Resources member must be defined."},
      {"Resources:", "[/Resources] 'null' values are not allowed in templates"},
      {"Resources: []", "Template format error: Resources must be an object."},
      {withSection("Foo: 1\nBar: 2"), "Invalid template property or properties [Foo, Bar]"},
      {withSection("Transform: AWS::Include"), "No transform named AWS::Include found"},
      {withSection("Hooks: {}"), "Template format error: The Hooks section is not supported."},
      {withSection("AWSTemplateFormatVersion: '2011-01-01'"),
       "Template format error: 2011-01-01 is not a supported value for AWSTemplateFormatVersion."},
      {withSection("Description: [a]"), "Template format error: Description must be a string."},
      {withSection("Description: " + std::string(1025, 'x')),
       "Template format error: 'Description' length is greater than 1024."},
      {"Resources: {my-bucket: {Type: AWS::X::A}}",
       "Template format error: Resource name my-bucket is non alphanumeric."},
      {withResource("5"), "Template format error: Any Resources member must be an object."},
      {withResource("{Properties: {}}"),
       "Template format error: [/Resources/A] Every Resources object must contain a Type member."},
      {withResource("{Type: !Ref X}"), "Template format error: [/Resources/A] Every Type member must be a string."},
      {withResource("{Type: AWS::X::A, Invalid: 1}"), "Invalid template resource property 'Invalid'"},
      {withResource("{Type: AWS::X::A, Properties: [1]}"),
       "Template format error: [/Resources/A] Every Properties member must be an object."},
      {withResource("{Type: AWS::X::A, Properties: {P: {Q: [1, ~]}}}"),
       "[/Resources/A/Type/P/Q/1] 'null' values are not allowed in templates"},
      {withResource("{Type: AWS::X::A, DependsOn: {a: b}}"),
       "Template format error: DependsOn must be a string or list of strings."},
      {withResource("{Type: AWS::X::A, DependsOn: [~]}"),
       "[/Resources/A/DependsOn/0] 'null' values are not allowed in templates"},
      {withResource("{Type: AWS::X::A, DeletionPolicy: Keep}"),
       "Template format error: Unrecognized DeletionPolicy Keep for resource A"},
      {withResource("{Type: AWS::X::A, UpdateReplacePolicy: RetainExceptOnCreate}"),
       "Template format error: Unrecognized UpdateReplacePolicy RetainExceptOnCreate for resource A"},
      {withResource("{Type: AWS::X::A, DeletionPolicy: Snapshot}"),
       "Template error: resource type AWS::X::A does not support deletion policy Snapshot"},
      {withResource("{Type: AWS::X::A, CreationPolicy: {ResourceSignal: {Count: 1}}}"),
       "Template format error: [/Resources/A] CreationPolicy is not supported."},
      {withResource("{Type: AWS::X::A, UpdatePolicy: {EnableVersionUpgrade: true}}"),
       "Template format error: [/Resources/A] UpdatePolicy is not supported."},
      {withSection("Parameters: {P: {Type: Nothing}}"),
       "Template format error: Unrecognized parameter type: Nothing"},
      {withSection("Parameters: {P: {Type: AWS::SSM::Parameter::Value<Number>}}"),
       "Template format error: Unrecognized parameter type: AWS::SSM::Parameter::Value<Number>"},
      {withSection("Parameters: {P: {}}"),
       "Template format error: Every Parameters object must contain a Type member."},
      {withSection("Parameters: {P: {Type: String, DefaultValue: x}}"),
       "Invalid template parameter property 'DefaultValue'"},
      {withSection("Parameters: {P: {Type: String, Default: [x]}}"),
       "Template format error: Every Default member must be a string."},
      {withSection("Parameters: {P: {Type: String, MinLength: x}}"),
       "Template format error: Every MinLength member must be a number."},
      {withSection("Mappings: {M: [1]}"), "Template format error: Every Mappings member M must be a map"},
      {withSection("Mappings: {M: {a: 1}}"), "Template format error: Every Mappings member a must be a map"},
      {withSection("Mappings: {M: {a: {b: {c: 1}}}}"),
       "Template format error: Every Mappings attribute must be a String or a List."},
      {withSection("Outputs: {O: {}}"), "Template format error: Every Outputs member must contain a Value object"},
      {withSection("Outputs: {O: {Value: }}"), "[/Outputs/O/Value] 'null' values are not allowed in templates"},
      {withSection("Outputs: {O: {Value: x, Foo: 1}}"), "Invalid template output property 'Foo'"},
      {withSection("Outputs: {O: {Value: x, Export: name}}"),
       "Template format error: Output O is malformed. The Export must contain a Name and nothing else."},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(messageOf(text), message) << text;
}

TEST(Template, boundsTheNumberOfThings) {
  std::string text = "Resources:\n";
  for (int i = 0; i < 501; ++i) text += "  R" + std::to_string(i) + ": {Type: AWS::X::A}\n";
  EXPECT_EQ(messageOf(text),
            "Template format error: Number of resources, 501, is greater than maximum allowed, 500");
  std::string parameters = "Parameters:\n";
  for (int i = 0; i < 201; ++i) parameters += "  P" + std::to_string(i) + ": {Type: String}\n";
  EXPECT_EQ(messageOf(withSection(parameters)),
            "Template format error: Number of parameters, 201, is greater than maximum allowed, 200");
}

TEST(Template, acceptsEmptyPoliciesAndTypesOfOtherServices) {
  EXPECT_EQ(messageOf(withResource("{Type: AWS::X::A, CreationPolicy: {}, UpdatePolicy: {}}")), "");
  EXPECT_EQ(messageOf(withSection(
                "Parameters: {V: {Type: 'AWS::EC2::VPC::Id'}, S: {Type: 'List<AWS::EC2::Subnet::Id>'}}")),
            "");
}

}  // namespace
}  // namespace hearth::stacks
