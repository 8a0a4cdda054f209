#include "stacks/plan.h"

#include <gtest/gtest.h>

namespace hearth::stacks {
namespace {

using ports::PropertyKind;
using ports::ResourceSpec;
using ports::UpdateBehavior;

const ResourceSpec* findSpec(std::string_view type) {
  static const ResourceSpec kThing = [] {
    ResourceSpec spec;
    spec.type = "AWS::X::Thing";
    spec.taggable = true;
    spec.attributes = {"Arn", "Outputs.*"};
    spec.properties = {
        {"Name", PropertyKind::kString, false, UpdateBehavior::kReplacement, {}},
        {"Size", PropertyKind::kInteger, false, UpdateBehavior::kNoInterruption, {}},
        {"Link", PropertyKind::kString, false, UpdateBehavior::kNoInterruption, {}},
        {"Tags", PropertyKind::kMap, false, UpdateBehavior::kNoInterruption, {{"", {}, {}, {}, {}}}}};
    return spec;
  }();
  return type == kThing.type || type == "AWS::X::Other" ? &kThing : nullptr;
}

Template parse(const std::string& resources) {
  auto parsed = parseTemplate("Parameters: {P: {Type: String, Default: x}}\nConditions: {Never: !Equals [a, b]}\n" +
                              resources);
  EXPECT_TRUE(parsed.ok()) << parsed.fault().message;
  return parsed.ok() ? *parsed : Template{};
}

CurrentResource standing(const std::string& physicalId, const std::string& properties) {
  CurrentResource resource;
  resource.type = "AWS::X::Thing";
  resource.physicalId = physicalId;
  resource.properties = base::parseJson(properties)->get_object();
  resource.attributes = {{"Arn", "arn:" + physicalId}};
  return resource;
}

// "Add A; Modify B True [/Name]; Remove C"
std::string planOf(const std::string& resources, const std::map<std::string, CurrentResource>& current,
                   const std::map<std::string, std::string>& tags = {}) {
  const Template document = parse(resources);
  auto checked = checkTypes(document, findSpec);
  if (!checked.ok()) return checked.fault().message;
  auto scope = makeScope(document, {{"P", "x"}}, {});
  if (!scope.ok()) return scope.fault().message;
  auto plan = makePlan(document, *scope, tags, findSpec, current);
  if (!plan.ok()) return plan.fault().message;
  std::string text;
  for (const auto& change : plan->changes) {
    if (!text.empty()) text += "; ";
    if (change.action == ChangeAction::kAdd) text += "Add " + change.logicalId;
    if (change.action == ChangeAction::kRemove) text += "Remove " + change.logicalId + " " + change.physicalId;
    if (change.action != ChangeAction::kModify) continue;
    text += "Modify " + change.logicalId;
    text += change.replacement == Replacement::kTrue          ? " True"
            : change.replacement == Replacement::kConditional ? " Conditional"
                                                              : " False";
    for (const auto& property : change.properties) text += " " + property.path;
    if (change.metadataChanged) text += " metadata";
  }
  return text;
}

TEST(Plan, addsInOrderOfNeed) {
  EXPECT_EQ(
      planOf("Resources: {A: {Type: AWS::X::Thing, Properties: {Link: !Ref B}}, B: {Type: AWS::X::Thing}}", {}),
      "Add B; Add A");
}

TEST(Plan, seesNoChange) {
  const std::map<std::string, CurrentResource> current = {{"A", standing("a-1", R"({"Name": "n", "Link": "b-1"})")},
                                                          {"B", standing("b-1", R"({"Size": 5})")}};
  EXPECT_EQ(planOf("Resources:\n  A: {Type: AWS::X::Thing, Properties: {Name: n, Link: !Ref B}}\n"
                   "  B: {Type: AWS::X::Thing, Properties: {Size: '5'}, DeletionPolicy: Retain}\n",
                   current),
            "");
}

TEST(Plan, predictsReplacementAndItsConsequences) {
  const std::map<std::string, CurrentResource> current = {
      {"A", standing("a-1", R"({"Name": "n"})")},
      {"ByRef", standing("r-1", R"({"Link": "a-1"})")},
      {"ByName", standing("m-1", R"({"Name": "arn:a-1"})")},
      {"Gone", standing("g-1", "{}")},
      {"Same", standing("s-1", R"({"Size": 1})")},
  };
  EXPECT_EQ(
      planOf("Resources:\n"
             "  A: {Type: AWS::X::Thing, Properties: {Name: other}}\n"
             "  ByRef: {Type: AWS::X::Thing, Properties: {Link: !Ref A}}\n"
             "  ByName: {Type: AWS::X::Thing, Properties: {Name: !GetAtt A.Arn}}\n"
             "  Same: {Type: AWS::X::Thing, Properties: {Size: 1}}\n"
             "  New: {Type: AWS::X::Thing}\n",
             current),
      "Modify A True /Name; Modify ByRef False /Link; Modify ByName Conditional /Name; Add New; Remove Gone g-1");
}

TEST(Plan, inPlaceKeepsTheIdButNotTheAttributes) {
  const std::map<std::string, CurrentResource> current = {
      {"A", standing("a-1", R"({"Size": 1})")},
      {"ByRef", standing("r-1", R"({"Link": "a-1"})")},
      {"ByArn", standing("m-1", R"({"Link": "arn:a-1"})")},
  };
  EXPECT_EQ(planOf("Resources:\n"
                   "  A: {Type: AWS::X::Thing, Properties: {Size: 2}}\n"
                   "  ByRef: {Type: AWS::X::Thing, Properties: {Link: !Ref A}}\n"
                   "  ByArn: {Type: AWS::X::Thing, Properties: {Link: !GetAtt A.Arn}}\n",
                   current),
            "Modify A False /Size; Modify ByArn False /Link");
}

TEST(Plan, seesTagsMetadataAndConditions) {
  const std::map<std::string, CurrentResource> current = {{"A", standing("a-1", "{}")},
                                                          {"B", standing("b-1", "{}")}};
  EXPECT_EQ(planOf("Resources: {A: {Type: AWS::X::Thing, Metadata: {v: 2}}, B: {Type: AWS::X::Thing}}", current),
            "Modify A False metadata");
  EXPECT_EQ(planOf("Resources: {A: {Type: AWS::X::Thing}, B: {Type: AWS::X::Thing, Condition: Never}}", current),
            "Remove B b-1");
  EXPECT_EQ(planOf("Resources: {A: {Type: AWS::X::Thing}}", {{"A", standing("a-1", "{}")}}, {{"team", "x"}}),
            "Modify A False /Tags");
}

TEST(Plan, refusesBeforeAnythingIsMade) {
  EXPECT_EQ(planOf("Resources: {A: {Type: AWS::Nope::B}, B: {Type: AWS::Nope::A}}", {}),
            "Template format error: Unrecognized resource types: [AWS::Nope::A, AWS::Nope::B]");
  EXPECT_EQ(planOf("Resources: {A: {Type: AWS::X::Thing, Properties: {Colour: red}}}", {}),
            "[/Resources/A] Property validation failure: [Encountered unsupported properties in {/}: [Colour]]");
  EXPECT_EQ(
      planOf("Resources: {A: {Type: AWS::X::Thing, Properties: {Link: !GetAtt B.Nope}}, B: {Type: AWS::X::Thing}}",
             {}),
      "Template error: resource B does not support attribute type Nope in Fn::GetAtt");
  EXPECT_EQ(planOf("Resources: {B: {Type: AWS::X::Thing}}\nOutputs: {O: {Value: !GetAtt B.Nope}}", {}),
            "Template error: resource B does not support attribute type Nope in Fn::GetAtt");
  EXPECT_EQ(planOf("Resources: {A: {Type: AWS::X::Thing, Properties: {Link: !GetAtt B.Outputs.X}}, B: {Type: "
                   "AWS::X::Thing}}",
                   {}),
            "Add B; Add A");
  EXPECT_EQ(planOf("Resources: {A: {Type: AWS::X::Thing, Properties: {Link: !Ref B}}, B: {Type: AWS::X::Thing, "
                   "Condition: Never}}",
                   {}),
            "Template format error: Unresolved resource dependencies [B] in the Resources block of the template");
  EXPECT_EQ(planOf("Resources: {A: {Type: AWS::X::Other}}", {{"A", standing("a-1", "{}")}}),
            "Update of resource type is not permitted. The new template modifies resource type of the following "
            "resources: [A]");
}

std::string outputsOf(const std::string& outputs) {
  const Template document = parse("Resources: {A: {Type: AWS::X::Thing}}\nOutputs: " + outputs);
  auto scope = makeScope(document, {{"P", "x"}}, {});
  auto values = evaluateOutputs(document, *scope);
  if (!values.ok()) return values.fault().message;
  std::string text;
  for (const auto& output : *values) {
    text += output.key + "=" + output.value.value_or("?") +
            (output.exportName.empty() ? "" : " as " + output.exportName) + ";";
  }
  return text;
}

TEST(Plan, evaluatesOutputs) {
  EXPECT_EQ(outputsOf("{O: {Value: 5, Export: {Name: !Sub 'e-${P}'}}, Later: {Value: !Ref A}, No: {Value: 1, "
                      "Condition: Never}}"),
            "O=5 as e-x;Later=?;");
  EXPECT_EQ(outputsOf("{O: {Value: !GetAZs ''}}"),
            "Template format error: The Value field of every Outputs member must evaluate to a String.");
  EXPECT_EQ(outputsOf("{O: {Value: a, Export: {Name: e}}, P: {Value: b, Export: {Name: e}}}"),
            "Template format error: Duplicate export name e in the Outputs block of the template");
}

}  // namespace
}  // namespace hearth::stacks
