#include "stacks/properties.h"

#include <gtest/gtest.h>

namespace hearth::stacks {
namespace {

using ports::PropertyKind;
using ports::PropertySpec;
using ports::ResourceSpec;
using ports::UpdateBehavior;

ResourceSpec spec() {
  ResourceSpec result;
  result.type = "AWS::X::Thing";
  result.taggable = true;
  result.properties = {
      {"Name", PropertyKind::kString, true, UpdateBehavior::kReplacement, {}},
      {"Size", PropertyKind::kInteger, false, UpdateBehavior::kNoInterruption, {}},
      {"Ratio", PropertyKind::kDouble, false, UpdateBehavior::kNoInterruption, {}},
      {"On", PropertyKind::kBoolean, false, UpdateBehavior::kNoInterruption, {}},
      {"Policy", PropertyKind::kJson, false, UpdateBehavior::kNoInterruption, {}},
      {"Code",
       PropertyKind::kObject,
       false,
       UpdateBehavior::kNoInterruption,
       {{"Bucket", PropertyKind::kString, true, UpdateBehavior::kNoInterruption, {}},
        {"Key", PropertyKind::kString, false, UpdateBehavior::kReplacement, {}}}},
      {"Env",
       PropertyKind::kMap,
       false,
       UpdateBehavior::kNoInterruption,
       {{"", PropertyKind::kString, false, UpdateBehavior::kNoInterruption, {}}}},
      {"Rules",
       PropertyKind::kList,
       false,
       UpdateBehavior::kNoInterruption,
       {{"",
         PropertyKind::kObject,
         false,
         UpdateBehavior::kNoInterruption,
         {{"Days", PropertyKind::kInteger, true, UpdateBehavior::kNoInterruption, {}}}}}},
      {"Tags",
       PropertyKind::kList,
       false,
       UpdateBehavior::kNoInterruption,
       {{"",
         PropertyKind::kObject,
         false,
         UpdateBehavior::kNoInterruption,
         {{"Key", PropertyKind::kString, true, UpdateBehavior::kNoInterruption, {}},
          {"Value", PropertyKind::kString, true, UpdateBehavior::kNoInterruption, {}}}}}},
  };
  return result;
}

JsonObject object(const std::string& text) { return base::parseJson(text)->get_object(); }

std::string check(const std::string& properties) {
  auto checked = checkProperties(spec(), object(properties));
  return checked.ok() ? base::writeJson(Json(*checked)) : checked.fault().message;
}

TEST(Properties, coercesScalars) {
  EXPECT_EQ(check(R"({"Name": 5, "Size": "60", "Ratio": "0.5", "On": "True", "Env": {"A": true, "B": 1.0}})"),
            R"({"Name":"5","Size":60,"Ratio":0.5,"On":true,"Env":{"A":"true","B":"1.0"}})");
  EXPECT_EQ(check(R"({"Name": "n", "Size": 60.0, "Ratio": 2, "On": "false", "Rules": [{"Days": "3"}]})"),
            R"({"Name":"n","Size":60,"Ratio":2.0,"On":false,"Rules":[{"Days":3}]})");
  EXPECT_EQ(check(R"({"Name": "n", "Policy": {"any": [1, {"Days": "3"}]}})"),
            R"({"Name":"n","Policy":{"any":[1,{"Days":"3"}]}})");
}

TEST(Properties, letsTheUnknownPass) {
  EXPECT_EQ(check(R"({"Name": null, "Size": null, "Code": {"Bucket": null}, "Rules": [null, {"Days": null}]})"),
            R"({"Name":null,"Size":null,"Code":{"Bucket":null},"Rules":[null,{"Days":null}]})");
}

TEST(Properties, namesEveryProblem) {
  EXPECT_EQ(check(R"({"Name": "n", "Foo": 1, "Bar": 2})"),
            "Property validation failure: [Encountered unsupported properties in {/}: [Foo, Bar]]");
  EXPECT_EQ(check("{}"), "Property validation failure: [The property {/Name} is required]");
  EXPECT_EQ(
      check(R"({"Name": ["n"], "Size": "many", "On": 1, "Rules": {"Days": 1}, "Env": [], "Code": "x"})"),
      "Property validation failure: [Value of property {/Name} does not match type {String}, Value of property "
      "{/Size} does not match type {Integer}, Value of property {/On} does not match type {Boolean}, Value of "
      "property {/Rules} does not match type {Array}, Value of property {/Env} does not match type {Object}, "
      "Value of property {/Code} does not match type {Object}]");
  EXPECT_EQ(check(R"({"Name": "n", "Code": {"Nope": 1}, "Rules": [{"Days": 1}, {"Months": 1}]})"),
            "Property validation failure: [Encountered unsupported properties in {/Code}: [Nope], The property "
            "{/Code/Bucket} is required, Encountered unsupported properties in {/Rules/1}: [Months], The property "
            "{/Rules/1/Days} is required]");
}

std::string diff(const std::string& before, const std::string& after) {
  std::string text;
  for (const auto& change : diffProperties(spec(), object(before), object(after))) {
    text += change.name + " " + change.path + (change.replaces ? " replaces" : "") +
            (change.known ? "" : " unknown") + ";";
  }
  return text;
}

TEST(Properties, saysWhatDiffers) {
  EXPECT_EQ(diff(R"({"Name": "n", "Size": 1})", R"({"Size": 1, "Name": "n"})"), "");
  EXPECT_EQ(diff(R"({"Name": "n", "Size": 1})", R"({"Name": "m"})"), "Name /Name replaces;Size /Size;");
  EXPECT_EQ(diff(R"({"Code": {"Bucket": "a", "Key": "k"}})", R"({"Code": {"Bucket": "b", "Key": "k"}})"),
            "Code /Code/Bucket;");
  EXPECT_EQ(diff(R"({"Code": {"Bucket": "a", "Key": "k"}})", R"({"Code": {"Bucket": "a", "Key": "l"}})"),
            "Code /Code/Key replaces;");
  EXPECT_EQ(diff(R"({"Rules": [{"Days": 1}]})", R"({"Rules": [{"Days": 1}, {"Days": 2}]})"), "Rules /Rules;");
  EXPECT_EQ(diff(R"({"Name": "n", "Env": {"A": "x"}})", R"({"Name": null, "Env": {"A": null}})"),
            "Name /Name replaces unknown;Env /Env unknown;");
}

TEST(Properties, mergesStackTags) {
  const std::map<std::string, std::string> tags = {{"team", "a"}, {"env", "dev"}};
  JsonObject properties = object(R"({"Name": "n", "Tags": [{"Key": "env", "Value": "own"}]})");
  mergeStackTags(spec(), tags, properties);
  EXPECT_EQ(base::writeJson(Json(properties)),
            R"({"Name":"n","Tags":[{"Key":"env","Value":"own"},{"Key":"team","Value":"a"}]})");

  ResourceSpec mapped = spec();
  mapped.properties.back().kind = PropertyKind::kMap;
  JsonObject bare = object("{}");
  mergeStackTags(mapped, tags, bare);
  EXPECT_EQ(base::writeJson(Json(bare)), R"({"Tags":{"env":"dev","team":"a"}})");

  ResourceSpec untaggable = spec();
  untaggable.taggable = false;
  JsonObject none = object("{}");
  mergeStackTags(untaggable, tags, none);
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace hearth::stacks
