#include "services/cloudformation/type_schema.h"

#include <gtest/gtest.h>

namespace hearth::services::cloudformation {
namespace {

using K = ports::PropertyKind;
constexpr auto kReplaces = ports::UpdateBehavior::kReplacement;
constexpr auto kStays = ports::UpdateBehavior::kNoInterruption;

std::string schemaOf(const ports::ResourceSpec& spec) { return base::writeJson(typeSchema(spec)); }

TEST(TypeSchema, ShowsEveryShape) {
  const ports::ResourceSpec spec{
      .type = "AWS::Test::Thing",
      .properties =
          {{"Name", K::kString, true, kReplaces, {}},
           {"Size", K::kInteger},
           {"Rate", K::kDouble},
           {"On", K::kBoolean},
           {"Policy", K::kJson},
           {"Names", K::kList, false, kStays, {{"", K::kString}}},
           {"ByName", K::kMap, false, kStays, {{"", K::kInteger}}},
           {"Part", K::kObject, false, kStays, {{"Fixed", K::kString, true, kReplaces, {}}, {"Free", K::kString}}}},
      .attributes = {"Arn", "Endpoint.Address"},
      .taggable = true};
  EXPECT_EQ(
      schemaOf(spec),
      R"({"typeName":"AWS::Test::Thing","properties":{"Name":{"type":"string"},"Size":{"type":"integer"},)"
      R"("Rate":{"type":"number"},"On":{"type":"boolean"},"Policy":{"type":["object","string"]},)"
      R"("Names":{"type":"array","items":{"type":"string"}},)"
      R"("ByName":{"type":"object","patternProperties":{".*":{"type":"integer"}}},)"
      R"("Part":{"type":"object","properties":{"Fixed":{"type":"string"},"Free":{"type":"string"}},)"
      R"("required":["Fixed"],"additionalProperties":false}},"required":["Name"],"additionalProperties":false,)"
      R"("createOnlyProperties":["/properties/Name","/properties/Part/Fixed"],)"
      R"("readOnlyProperties":["/properties/Arn","/properties/Endpoint/Address"],"tagging":{"taggable":true}})");
}

TEST(TypeSchema, AnythingThatATypeTakesOrGivesIsLeftOpen) {
  EXPECT_EQ(
      schemaOf({.type = "AWS::Test::Open", .attributes = {"*"}, .openProperties = true}),
      R"({"typeName":"AWS::Test::Open","properties":{},"additionalProperties":true,"tagging":{"taggable":false}})");
}

}  // namespace
}  // namespace hearth::services::cloudformation
