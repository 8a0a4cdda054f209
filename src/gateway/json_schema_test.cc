#include "gateway/json_schema.h"

#include <gtest/gtest.h>

#include <functional>

namespace hearth::gateway {
namespace {

// "fits", the violation, or "FAULT: ...".
std::string check(std::string_view schema, std::string_view document) {
  SchemaSet set;
  if (auto added = set.add("Model", schema); !added.ok()) return "FAULT: " + added.fault().message;
  const auto compiled = set.compile("Model");
  if (!compiled.ok()) return "FAULT: " + compiled.fault().message;
  return findViolation(**compiled, base::parseJson(document).value()).value_or("fits");
}

TEST(JsonSchema, ChecksTypes) {
  EXPECT_EQ(check("{}", "[1]"), "fits");
  EXPECT_EQ(check(R"({"type":"object"})", "{}"), "fits");
  EXPECT_EQ(check(R"({"type":"object"})", "[]"), "/: has another type");
  EXPECT_EQ(check(R"({"type":"string"})", "1"), "/: has another type");
  EXPECT_EQ(check(R"({"type":"integer"})", "1"), "fits");
  EXPECT_EQ(check(R"({"type":"integer"})", "1.0"), "/: has another type") << "draft 4 looks at the notation";
  EXPECT_EQ(check(R"({"type":"integer"})", "1.5"), "/: has another type");
  EXPECT_EQ(check(R"({"type":"number"})", "1"), "fits");
  EXPECT_EQ(check(R"({"type":"number"})", "1.5"), "fits");
  EXPECT_EQ(check(R"({"type":"null"})", "null"), "fits");
  EXPECT_EQ(check(R"({"type":"boolean"})", "true"), "fits");
  EXPECT_EQ(check(R"({"type":["string","null"]})", "null"), "fits");
  EXPECT_EQ(check(R"({"type":["string","null"]})", "1"), "/: has another type");
}

TEST(JsonSchema, ChecksValues) {
  EXPECT_EQ(check(R"({"enum":["a",1,null,{"x":[1]}]})", R"({"x":[1.0]})"), "fits");
  EXPECT_EQ(check(R"({"enum":["a",1]})", "\"b\""), "/: is none of the values");
  EXPECT_EQ(check(R"({"enum":["a",1]})", "\"1\""), "/: is none of the values");
  EXPECT_EQ(check(R"({"const":5})", "6"), "/: is not the value");
}

TEST(JsonSchema, ChecksNumbers) {
  EXPECT_EQ(check(R"({"minimum":2,"maximum":4})", "2"), "fits");
  EXPECT_EQ(check(R"({"minimum":2,"maximum":4})", "1.9"), "/: is too small");
  EXPECT_EQ(check(R"({"minimum":2,"maximum":4})", "4.1"), "/: is too large");
  EXPECT_EQ(check(R"({"minimum":2,"exclusiveMinimum":true})", "2"), "/: is too small");
  EXPECT_EQ(check(R"({"maximum":4,"exclusiveMaximum":true})", "4"), "/: is too large");
  EXPECT_EQ(check(R"({"exclusiveMinimum":2})", "2"), "/: is too small");
  EXPECT_EQ(check(R"({"exclusiveMaximum":2})", "2"), "/: is too large");
  EXPECT_EQ(check(R"({"multipleOf":0.01})", "19.99"), "fits");
  EXPECT_EQ(check(R"({"multipleOf":3})", "10"), "/: is not a multiple");
  EXPECT_EQ(check(R"({"minimum":2})", "\"1\""), "fits") << "only numbers are compared";
  EXPECT_EQ(check(R"({"uniqueItems":true})", "[0,-0.0]"), "/: has an item twice");
}

TEST(JsonSchema, ChecksText) {
  EXPECT_EQ(check(R"({"minLength":2,"maxLength":3})", "\"\xC3\xA9\xC3\xA9\xC3\xA9\""), "fits");
  EXPECT_EQ(check(R"({"minLength":2})", "\"\xC3\xA9\""), "/: is too short");
  EXPECT_EQ(check(R"({"maxLength":2})", "\"abc\""), "/: is too long");
  EXPECT_EQ(check(R"({"pattern":"b+"})", "\"abc\""), "fits") << "patterns are not anchored";
  EXPECT_EQ(check(R"({"pattern":"^b"})", "\"abc\""), "/: does not match the pattern");
  EXPECT_EQ(check(R"({"format":"email"})", "\"no mail\""), "fits");
}

TEST(JsonSchema, ChecksArrays) {
  EXPECT_EQ(check(R"({"items":{"type":"string"}})", R"(["a","b"])"), "fits");
  EXPECT_EQ(check(R"({"items":{"type":"string"}})", R"(["a",1])"), "/1: has another type");
  EXPECT_EQ(check(R"({"items":[{"type":"string"},{"type":"number"}]})", R"(["a",1,true])"), "fits");
  EXPECT_EQ(check(R"({"items":[{"type":"string"}],"additionalItems":false})", R"(["a",1])"), "/1: is not allowed");
  EXPECT_EQ(check(R"({"items":[{}],"additionalItems":{"type":"null"}})", "[1,2]"), "/1: has another type");
  EXPECT_EQ(check(R"({"minItems":1})", "[]"), "/: has too few items");
  EXPECT_EQ(check(R"({"maxItems":1})", "[1,2]"), "/: has too many items");
  EXPECT_EQ(check(R"({"uniqueItems":true})", R"([1,"1",[1],{"a":1,"b":2}])"), "fits");
  EXPECT_EQ(check(R"({"uniqueItems":true})", R"([{"a":1,"b":2},{"b":2.0,"a":1}])"), "/: has an item twice");
}

TEST(JsonSchema, ChecksObjects) {
  EXPECT_EQ(check(R"({"properties":{"a":{"type":"string"}}})", R"({"a":"x","b":1})"), "fits");
  EXPECT_EQ(check(R"({"properties":{"a":{"type":"string"}}})", R"({"a":1})"), "/a: has another type");
  EXPECT_EQ(check(R"({"required":["a","b"]})", R"({"a":1})"), "/: lacks the member b");
  EXPECT_EQ(check(R"({"properties":{"a":{}},"additionalProperties":false})", R"({"a":1,"b":2})"),
            "/b: is not allowed");
  EXPECT_EQ(check(R"({"additionalProperties":{"type":"number"}})", R"({"a":"x"})"), "/a: has another type");
  EXPECT_EQ(
      check(R"({"patternProperties":{"^x-":{"type":"number"}},"additionalProperties":false})", R"({"x-a":1})"),
      "fits");
  EXPECT_EQ(check(R"({"patternProperties":{"^x-":{"type":"number"}}})", R"({"x-a":"1"})"),
            "/x-a: has another type");
  EXPECT_EQ(check(R"({"minProperties":1})", "{}"), "/: has too few members");
  EXPECT_EQ(check(R"({"maxProperties":1})", R"({"a":1,"b":2})"), "/: has too many members");
  EXPECT_EQ(check(R"({"dependencies":{"a":["b"]}})", R"({"a":1})"), "/: lacks the member b");
  EXPECT_EQ(check(R"({"dependencies":{"a":{"required":["c"]}}})", R"({"a":1})"), "/: lacks the member c");
  EXPECT_EQ(check(R"({"dependencies":{"a":["b"]}})", R"({"c":1})"), "fits");
  EXPECT_EQ(check(R"({"properties":{"a/b~c%20d":{"type":"null"}}})", R"({"a/b~c%20d":1})"),
            "/a/b~c%20d: has another type");
}

TEST(JsonSchema, CombinesSchemas) {
  EXPECT_EQ(check(R"({"allOf":[{"minimum":1},{"maximum":3}]})", "4"), "/: is too large");
  EXPECT_EQ(check(R"({"anyOf":[{"type":"string"},{"minimum":3}]})", "4"), "fits");
  EXPECT_EQ(check(R"({"anyOf":[{"type":"string"},{"minimum":3}]})", "2"), "/: fits none of the alternatives");
  EXPECT_EQ(check(R"({"oneOf":[{"minimum":1},{"minimum":3}]})", "2"), "fits");
  EXPECT_EQ(check(R"({"oneOf":[{"minimum":1},{"minimum":3}]})", "4"),
            "/: does not fit exactly one of the alternatives");
  EXPECT_EQ(check(R"({"not":{"type":"string"}})", "1"), "fits");
  EXPECT_EQ(check(R"({"not":{"type":"string"}})", "\"a\""), "/: fits what it must not");
}

TEST(JsonSchema, FollowsReferences) {
  const std::string tree =
      R"({"definitions":{"node":{"type":"object","properties":{"next":{"$ref":"#/definitions/node"},
          "value":{"type":"number"}},"required":["value"]}},"$ref":"#/definitions/node"})";
  EXPECT_EQ(check(tree, R"({"value":1,"next":{"value":2}})"), "fits");
  EXPECT_EQ(check(tree, R"({"value":1,"next":{"value":2,"next":{}}})"), "/next/next: lacks the member value");
  EXPECT_EQ(check(R"({"properties":{"child":{"$ref":"#"}},"additionalProperties":false})",
                  R"({"child":{"child":{"x":1}}})"),
            "/child/child/x: is not allowed");
}

TEST(JsonSchema, FollowsReferencesToOtherModels) {
  SchemaSet set;
  ASSERT_TRUE(set.add("Item", R"({"definitions":{"n":{"type":"number"}},"type":"object",
      "properties":{"a":{"$ref":"#/definitions/n"}},"required":["a"]})")
                  .ok());
  ASSERT_TRUE(set.add("List", R"({"type":"array","items":
      {"$ref":"https://apigateway.amazonaws.com/restapis/abc123/models/Item"}})")
                  .ok());
  const auto list = set.compile("List");
  ASSERT_TRUE(list.ok()) << list.fault().message;
  EXPECT_EQ(findViolation(**list, base::parseJson(R"([{"a":1}])").value()), std::nullopt);
  EXPECT_EQ(findViolation(**list, base::parseJson(R"([{"a":"1"}])").value()), "/0/a: has another type");
}

TEST(JsonSchema, AcceptsWhatOtherDraftsSay) {
  EXPECT_EQ(check(R"({"$schema":"http://json-schema.org/draft-07/schema#","title":"T","type":"object",
      "properties":{"studentId":{"type":"string"}},"if":{"required":["x"]},"examples":[1]})",
                  R"({"studentId":"student01"})"),
            "fits");
}

TEST(JsonSchema, RefusesWhatItCannotUse) {
  EXPECT_EQ(check("[1", "1").substr(0, 39), "FAULT: Invalid model schema specified: ");
  EXPECT_EQ(check("[1]", "1"), "FAULT: Invalid model schema specified: not an object");
  EXPECT_EQ(check(R"({"type":"text"})", "1"), "FAULT: Invalid model Model at #: unknown type");
  EXPECT_EQ(check(R"({"properties":{"a":{"minimum":"x"}}})", "1"),
            "FAULT: Invalid model Model at #/properties/a: minimum is a number");
  EXPECT_EQ(check(R"({"maxLength":-1})", "1"),
            "FAULT: Invalid model Model at #: maxLength is a whole number from 0");
  EXPECT_EQ(check(R"({"required":"a"})", "1"), "FAULT: Invalid model Model at #: required is a list of names");
  EXPECT_EQ(check(R"({"multipleOf":0})", "1"), "FAULT: Invalid model Model at #: multipleOf is above 0");
  EXPECT_EQ(check(R"({"items":5})", "1"), "FAULT: Invalid model Model at #/items: a schema is an object");
  EXPECT_EQ(check(R"({"$ref":"#/nowhere"})", "1"), "FAULT: Invalid model Model at #/nowhere: a $ref leads nowhere");
  EXPECT_EQ(check(R"({"$ref":"http://example.com/x"})", "1"),
            "FAULT: Invalid model Model at #: a $ref leads outside of the API");
  EXPECT_EQ(check(R"({"$ref":"https://apigateway.amazonaws.com/restapis/a/models/Gone"})", "1"),
            "FAULT: Invalid model name specified: Gone");
  EXPECT_EQ(check(R"x({"pattern":"(?=a)"})x", "1").substr(0, 60),
            "FAULT: Invalid model Model at #: a pattern cannot be used: i");
}

TEST(JsonSchema, HostileSchemasAndDocumentsAreBounded) {
  EXPECT_EQ(check(R"({"$ref":"#"})", "1"), "/: the check takes too long");
  EXPECT_EQ(check(R"({"allOf":[{"$ref":"#"},{"$ref":"#"}]})", "1"), "/: the check takes too long");
  std::string nested = "{}";
  for (int i = 0; i < 30; ++i) nested = R"({"items":)" + nested + "}";
  EXPECT_EQ(check(nested, "[[[]]]"), "fits");
  // Two alternatives at each of 40 levels: 2^40 ways to fail.
  std::string fork = R"({"definitions":{"f40":{"type":"string"})";
  for (int i = 39; i >= 0; --i) {
    const std::string next = R"({"$ref":"#/definitions/f)" + std::to_string(i + 1) + "\"}";
    fork += ",\"f" + std::to_string(i) + R"(":{"anyOf":[)" + next + "," + next + "]}";
  }
  EXPECT_EQ(check(fork + R"(},"$ref":"#/definitions/f0"})", "1").substr(0, 8), "FAULT: I")
      << "refs nest too deeply";
  std::string wide = R"({"definitions":{"f20":{"type":"string"})";
  for (int i = 19; i >= 0; --i) {
    const std::string next = R"({"$ref":"#/definitions/f)" + std::to_string(i + 1) + "\"}";
    wide += ",\"f" + std::to_string(i) + R"(":{"anyOf":[)" + next + "," + next + "," + next + "]}";
  }
  EXPECT_NE(check(wide + R"(},"$ref":"#/definitions/f0"})", "1"), "fits");
}

// A schema that asks `what` 3^levels times of the same document.
std::string manyTimes(const std::string& what, int levels = 14) {
  std::string schema = R"({"definitions":{"f)" + std::to_string(levels) + "\":" + what;
  for (int i = levels - 1; i >= 0; --i) {
    const std::string next = R"({"$ref":"#/definitions/f)" + std::to_string(i + 1) + "\"}";
    schema += ",\"f" + std::to_string(i) + R"(":{"allOf":[)" + next + "," + next + "," + next + "]}";
  }
  return schema + R"(},"$ref":"#/definitions/f0"})";
}

std::string join(int count, const std::function<std::string(int)>& make) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + make(i);
  return text;
}

// Each of these would take minutes if the keyword did not pay for what it walks.
TEST(JsonSchema, AllThatWalksTheDocumentPays) {
  constexpr auto kTooLong = "/: the check takes too long";
  const std::string numbers = "[" + join(40'000, [](int i) { return std::to_string(i); }) + "]";
  EXPECT_EQ(check(R"({"const":)" + numbers + "}", numbers), "fits");
  EXPECT_EQ(check(manyTimes(R"({"const":)" + numbers + "}"), numbers), kTooLong);
  EXPECT_EQ(check(manyTimes(R"({"enum":[)" + numbers + "]}"), numbers), kTooLong);
  EXPECT_EQ(check(manyTimes(R"({"uniqueItems":true})"), numbers), kTooLong);
  EXPECT_EQ(check(manyTimes(R"({"items":{}})"), numbers), kTooLong);

  const std::string text = '"' + std::string(300'000, 'x') + '"';
  EXPECT_EQ(check(R"({"const":)" + text + "}", text), "fits");
  EXPECT_EQ(check(manyTimes(R"({"const":)" + text + "}"), text), kTooLong);
  EXPECT_EQ(check(manyTimes(R"({"minLength":3})"), text), kTooLong);

  const std::string names = join(40'000, [](int i) { return "\"n" + std::to_string(i) + '"'; });
  const std::string members = "{" + join(40'000, [](int i) { return "\"n" + std::to_string(i) + "\":1"; }) + "}";
  EXPECT_EQ(check(R"({"required":[)" + names + "]}", members), "fits");
  EXPECT_EQ(check(manyTimes(R"({"required":[)" + names + "]}"), members), kTooLong);
  EXPECT_EQ(check(manyTimes(R"({"dependencies":{"n0":[)" + names + "]}}"), members), kTooLong);
  EXPECT_EQ(check(manyTimes(R"({"properties":{"a":{}}})"), members), kTooLong);
  EXPECT_EQ(check(manyTimes(R"({"const":)" + members + "}"), members), kTooLong);
}

// The text makes RE2 give up its table of states and follow hundreds of instructions for each byte.
TEST(JsonSchema, PatternsPayForTheirSize) {
  const std::string pattern = "(a|b)*a(a|b){900}c";
  std::string text;
  for (unsigned i = 0, random = 1; i < 2'000'000; ++i) {
    random = random * 1'664'525 + 1'013'904'223;
    text.push_back((random >> 24 & 1) != 0 ? 'a' : 'b');
  }
  EXPECT_EQ(check(R"({"pattern":")" + pattern + "\"}", '"' + text.substr(0, 2000) + '"'),
            "/: does not match the pattern");
  EXPECT_EQ(check(R"({"not":{"pattern":")" + pattern + "\"}}", '"' + text + '"'), "/: the check takes too long");
  EXPECT_EQ(check(R"({"patternProperties":{")" + pattern + R"(":{}}})", "{\"" + text.substr(0, 2000) + "\":1}"),
            "fits");
  EXPECT_EQ(check(R"({"patternProperties":{")" + pattern + R"(":{}}})", "{\"" + text + "\":1}"),
            "/" + text.substr(0, 100) + ": the check takes too long");
  EXPECT_EQ(check(R"({"pattern":"^[A-Za-z0-9+/]*$"})", '"' + text + '"'), "fits");
}

}  // namespace
}  // namespace hearth::gateway
