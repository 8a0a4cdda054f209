#include "stacks/drift.h"

#include <gtest/gtest.h>

namespace hearth::stacks {
namespace {

using ports::PropertyKind;

ports::ResourceSpec spec() {
  const ports::PropertySpec text{.name = "Text"};
  const ports::PropertySpec tag{
      .name = "Tag", .kind = PropertyKind::kObject, .members = {{.name = "Key"}, {.name = "Value"}}};
  return {
      .type = "AWS::X::Y",
      .properties = {{.name = "Name"},
                     {.name = "Size", .kind = PropertyKind::kInteger},
                     {.name = "On", .kind = PropertyKind::kBoolean},
                     {.name = "Options", .kind = PropertyKind::kObject, .members = {{.name = "A"}, {.name = "B"}}},
                     {.name = "Variables", .kind = PropertyKind::kMap, .members = {text}},
                     {.name = "Tags", .kind = PropertyKind::kList, .members = {tag}},
                     {.name = "Names", .kind = PropertyKind::kList, .members = {text}},
                     {.name = "Document", .kind = PropertyKind::kJson}}};
}

JsonObject object(const std::string& text) { return base::parseJson(text).value().as_object(); }

// "/Path KIND expected actual", one per line.
std::string compared(const std::string& expected, const std::string& actual) {
  std::string lines;
  for (const auto& one : compareProperties(spec(), object(expected), object(actual))) {
    lines += one.path + " " + std::string(nameOf(one.kind)) + " " + base::writeJson(one.expected) + " " +
             base::writeJson(one.actual) + "\n";
  }
  return lines;
}

TEST(Drift, OnlyWhatTheTemplateNamesIsCompared) {
  EXPECT_EQ(compared(R"({"Name":"a"})", R"({"Name":"a","Size":9,"Tags":[{"Key":"k","Value":"v"}]})"), "");
  EXPECT_EQ(compared(R"({"Options":{"A":"1"}})", R"({"Options":{"A":"1","B":"2"}})"), "");
  EXPECT_EQ(compared(R"({"Name":"a","Options":{"A":"1"}})", R"({"Name":"b","Options":{"A":"2"}})"),
            "/Name NOT_EQUAL \"a\" \"b\"\n/Options/A NOT_EQUAL \"1\" \"2\"\n");
}

TEST(Drift, ScalarsAreTheSameHoweverTheyAreSpelled) {
  EXPECT_EQ(compared(R"({"Size":60,"On":true,"Name":"5"})", R"({"Size":"60","On":"true","Name":5})"), "");
  EXPECT_EQ(compared(R"({"Size":60})", R"({"Size":61})"), "/Size NOT_EQUAL 60 61\n");
}

TEST(Drift, WhatIsGoneAndWhatIsEmpty) {
  EXPECT_EQ(compared(R"({"Name":"a"})", "{}"), "/Name REMOVE \"a\" null\n");
  EXPECT_EQ(compared(R"({"Tags":[],"Variables":{},"Options":{"A":""}})", "{}"), "");
}

TEST(Drift, MapsHaveNoMoreThanTheTemplateSays) {
  EXPECT_EQ(compared(R"({"Variables":{"A":"1","B":"2"}})", R"({"Variables":{"A":"x","C/D":"3"}})"),
            "/Variables/A NOT_EQUAL \"1\" \"x\"\n/Variables/B REMOVE \"2\" null\n/Variables/C~1D ADD null \"3\"\n");
}

TEST(Drift, ListsAreComparedWithoutTheirOrder) {
  EXPECT_EQ(compared(R"({"Names":["a","b","c"]})", R"({"Names":["c","a","b"]})"), "");
  EXPECT_EQ(compared(R"({"Names":["a","b"]})", R"({"Names":["b","x","y"]})"),
            "/Names/0 NOT_EQUAL \"a\" \"x\"\n/Names/2 ADD null \"y\"\n");
  EXPECT_EQ(compared(R"({"Names":["a","b"]})", R"({"Names":["b"]})"), "/Names/0 REMOVE \"a\" null\n");
  EXPECT_EQ(compared(R"({"Names":["a","a"]})", R"({"Names":["a","b"]})"), "/Names/1 NOT_EQUAL \"a\" \"b\"\n");
  EXPECT_EQ(compared(R"({"Tags":[{"Key":"k","Value":"1"}]})", R"({"Tags":[{"Key":"k","Value":"2"}]})"),
            "/Tags/0/Value NOT_EQUAL \"1\" \"2\"\n");
}

TEST(Drift, DocumentsMayBeTexts) {
  EXPECT_EQ(compared(R"({"Document":{"a":[1,2]}})", R"({"Document":"{\"a\": [2, 1]}"})"), "");
  EXPECT_EQ(compared(R"({"Document":{"a":{"b":1}}})", R"({"Document":"{\"a\":{\"b\":2,\"c\":3}}"})"),
            "/Document/a/b NOT_EQUAL 1 2\n/Document/a/c ADD null 3\n");
}

TEST(Drift, DynamicReferencesAreNotCompared) {
  EXPECT_EQ(compared(R"({"Name":"{{resolve:secretsmanager:db}}"})", R"({"Name":"hush"})"), "");
}

TEST(Drift, LongListsDoNotTakeForever) {
  JsonArray left;
  JsonArray right;
  for (int i = 0; i < 20'000; ++i) {
    left.push_back(Json(std::to_string(i)));
    right.push_back(Json(std::to_string(i + 1)));
  }
  const auto found = compareProperties(spec(), {{"Names", left}}, {{"Names", right}});
  EXPECT_EQ(found.size(), 20'000U) << "as they stand";
}

TEST(Drift, SecretsAreNotShown) {
  const JsonObject expected = object(R"({"Name":"hush","Variables":{"A":"hush-1","B":"open"},"Size":1})");
  const JsonObject shown = object(R"({"Name":"****","Variables":{"A":"****-1","B":"open"},"Size":1})");
  const auto described = [&](const std::string& actual) {
    const ResourceDrift drift = describeDrift(spec(), expected, shown, object(actual));
    std::string text = base::writeJson(Json(toJson(drift)));
    return text;
  };
  const std::string same = described(R"({"Name":"hush","Variables":{"A":"hush-1","B":"open"},"Size":1})");
  EXPECT_NE(same.find("IN_SYNC"), std::string::npos);
  EXPECT_EQ(same.find("hush"), std::string::npos) << same;
  const std::string other =
      described(R"({"Name":"bare","Variables":{"A":"bare-1","B":"new","C":"more"},"Size":2})");
  EXPECT_NE(other.find("MODIFIED"), std::string::npos);
  EXPECT_EQ(other.find("hush"), std::string::npos) << other;
  EXPECT_EQ(other.find("bare"), std::string::npos) << other;
  EXPECT_NE(other.find(R"("expected":"open","actual":"new")"), std::string::npos) << other;
  EXPECT_NE(other.find(R"("path":"/Size","kind":2,"expected":1,"actual":2)"), std::string::npos) << other;
}

TEST(Drift, WhatTookThePlaceOfReferencesIsNotShown) {
  const JsonObject kept = object(
      R"({"Variables":{"A":"{{resolve:secretsmanager:db}}","B":"open"},"Options":{"A":"x-{{resolve:ssm-secure:p}}"},
          "Names":["plain","{{resolve:secretsmanager:db}}"],
          "Tags":[{"Key":"k","Value":"{{resolve:secretsmanager:db}}"},{"Key":"l","Value":"old"}],
          "Document":{"a":[{"b":"{{resolve:secretsmanager:db}}"}],"c":"{{resolve:secretsmanager:db}}","d":1}})");
  const auto described = [&](const std::string& actual) {
    return base::writeJson(Json(toJson(describeDrift(spec(), kept, kept, object(actual)))));
  };
  const std::string same = described(
      R"({"Variables":{"A":"hush","B":"open"},"Options":{"A":"x-hush","B":"2"},"Names":["hush","plain"],
          "Tags":[{"Key":"k","Value":"hush"},{"Key":"l","Value":"old"}],
          "Document":{"a":[{"b":"hush"}],"c":"hush","d":1}})");
  EXPECT_NE(same.find("IN_SYNC"), std::string::npos) << same;
  EXPECT_EQ(same.find("hush"), std::string::npos) << same;
  EXPECT_NE(same.find(R"("Names":["****","plain"])"), std::string::npos) << same;
  EXPECT_NE(same.find(R"({"Key":"l","Value":"old"}])"), std::string::npos) << same;
  const std::string other = described(
      R"({"Variables":{"A":"hush","B":"new"},"Names":["hush","hush"],"Options":"hush",
          "Tags":[{"Key":"m","Value":"hush"},{"Key":"l","Value":"hush"},{"Key":"n","Value":"hush"}],
          "Document":"{\"a\":\"hush\",\"c\":\"hush\",\"d\":2}"})");
  EXPECT_NE(other.find("MODIFIED"), std::string::npos);
  EXPECT_EQ(other.find("hush"), std::string::npos) << other;
  EXPECT_NE(other.find(R"("path":"/Variables/B","kind":2,"expected":"open","actual":"new")"), std::string::npos)
      << other;
}

TEST(Drift, IsKeptAsItIs) {
  ResourceDrift drift = describeDrift(spec(), object(R"({"Name":"a"})"), object(R"({"Name":"a"})"), {});
  drift.logicalId = "L";
  drift.physicalId = "p";
  drift.type = "AWS::X::Y";
  drift.checked = base::fromMillis(5);
  const ResourceDrift kept = driftOf(Json(toJson(drift)));
  EXPECT_EQ(kept.logicalId, "L");
  EXPECT_EQ(kept.status, DriftStatus::kModified);
  EXPECT_EQ(kept.differences, drift.differences);
  EXPECT_EQ(kept.expected, drift.expected);
  EXPECT_EQ(kept.checked, drift.checked);
}

}  // namespace
}  // namespace hearth::stacks
