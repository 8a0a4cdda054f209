#include "base/json.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "base/json_check.h"

namespace hearth::base {
namespace {

std::string roundTrip(std::string_view text) {
  const auto value = parseJson(text);
  return value.ok() ? writeJson(*value) : value.fault().message;
}

TEST(Json, KeepsDocumentsAsTheyAre) {
  for (const char* text : {R"({"b":1,"a":[true,false,null,"x"],"c":{}})", "[]", "0", "-7", "18446744073709551615",
                           R"("\"\\\b\f\n\r\t\u0001/")", "\"\xc3\xa9\xf0\x9f\x98\x80\"", "2.5", "5.0", "-0.1"}) {
    EXPECT_EQ(roundTrip(text), text);
  }
  EXPECT_EQ(roundTrip(" { \"a\" : [ 1 , 2 ] } \n"), R"({"a":[1,2]})");
  EXPECT_EQ(roundTrip("1e3"), "1000.0");
  EXPECT_EQ(roundTrip(R"("\u00e9\ud83d\ude00")"), "\"\xc3\xa9\xf0\x9f\x98\x80\"");
}

TEST(Json, IsCheckedLikeItIsParsed) {
  for (const char* text : {"{}", " [1,2.5,-1e-400,\"x\",null,true,{\"a\":{}}] ", "\"\\ud83d\\ude00\"", "", "[1,",
                           "1e400", "{} x", "{\"a\":}", "\"\xff\"", "[[[[[]]]]]", "[[[[]]]]", "nul", "01"}) {
    const auto parsed = parseJson(text, 4);
    const auto checked = checkJson(text, 4);
    EXPECT_EQ(checked.ok(), parsed.ok()) << text;
    if (!parsed.ok() && !checked.ok()) {
      EXPECT_EQ(checked.fault().message, parsed.fault().message);
    }
  }
}

TEST(Json, NumbersReadBackAsTheSameDouble) {
  for (const double number : {0.1, 1.0 / 3, 1e300, 5e-324, 123456789.125, 1e16, -1.7976931348623e-7,
                              4830012.7345678312, 2.2250738585072011e-308, std::numeric_limits<double>::max()}) {
    EXPECT_EQ(std::strtod(writeJson(Json(number)).c_str(), nullptr), number);
    EXPECT_EQ(parseJson(writeJson(Json(number)))->as_double(), number);
  }
  EXPECT_EQ(parseJson("[0.1,1e-400,123456789012345678901234567890]")->at(2).as_double(),
            123456789012345678901234567890.0);
  EXPECT_EQ(roundTrip("[-1e-400,-0.0,1E+2]"), "[-0.0,-0.0,100.0]");
  EXPECT_FALSE(parseJson("1e400").ok());
  EXPECT_FALSE(parseJson("-1e99999999999").ok());
  EXPECT_EQ(writeJson(Json(std::numeric_limits<double>::infinity())), "null");
  EXPECT_EQ(writeJson(Json(std::numeric_limits<double>::quiet_NaN())), "null");
}

TEST(Json, FaultsNameThePlace) {
  const auto fault = parseJson("{\n  \"a\": 1,\n  \"b\": tru\n}");
  ASSERT_FALSE(fault.ok());
  EXPECT_EQ(fault.fault().code, "SerializationException");
  EXPECT_NE(fault.fault().message.find("line 3, column 8"), std::string::npos) << fault.fault().message;
  const auto trailing = parseJson("{} {}");
  ASSERT_FALSE(trailing.ok());
  EXPECT_NE(trailing.fault().message.find("line 1, column 4"), std::string::npos) << trailing.fault().message;
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const std::string_view wrong : {"",
                                       " ",
                                       "{",
                                       "[1,]",
                                       "{\"a\":1,}",
                                       "{a:1}",
                                       "'a'",
                                       "01",
                                       "+1",
                                       ".5",
                                       "1.",
                                       "NaN",
                                       "Infinity",
                                       "// x\n1",
                                       "\"\x01\"",
                                       "\"a",
                                       "\"\\x\"",
                                       "\"\\ud800\"",
                                       "\"\\udc00\\ud800\"",
                                       "1 2",
                                       "[1}",
                                       "nul"}) {
    EXPECT_FALSE(parseJson(wrong).ok()) << wrong;
  }
  EXPECT_FALSE(parseJson(std::string_view("1\0", 2)).ok());
}

TEST(Json, RefusesInvalidUtf8) {
  for (const char* wrong :
       {"\"\x80\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"", "{\"\xff\":1}"}) {
    EXPECT_FALSE(parseJson(wrong).ok()) << wrong;
  }
}

TEST(Json, RefusesDepthBeyondTheLimit) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parseJson(nested(64)).ok());
  EXPECT_FALSE(parseJson(nested(65)).ok());
  EXPECT_TRUE(parseJson(nested(3), 3).ok());
  EXPECT_FALSE(parseJson(nested(4), 3).ok());
  EXPECT_FALSE(parseJson(std::string(1 << 20, '[')).ok());
  std::string objects;
  for (int i = 0; i < 65; ++i) objects += "{\"a\":";
  EXPECT_FALSE(parseJson(objects).ok());
}

TEST(Json, PrettyForPeople) {
  EXPECT_EQ(writeJsonPretty(*parseJson(R"({"a":[1,{"b":null}],"c":{},"d":[]})")),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}");
}

TEST(Json, ReadingHelpers) {
  Json value = *parseJson(R"({"name":"x","count":3})");
  EXPECT_EQ(findString(value, "name"), "x");
  EXPECT_EQ(findString(value, "count"), std::nullopt);
  EXPECT_EQ(findString(value, "none"), std::nullopt);
  EXPECT_EQ(findMember(Json(1), "name"), nullptr);
  ASSERT_NE(findMember(value, "count"), nullptr);
  *findMember(value, "count") = 4;
  EXPECT_EQ(findMember(std::as_const(value), "count")->as_int64(), 4);
}

TEST(Json, ScalarTextSpellsAsCloudFormationDoes) {
  EXPECT_EQ(scalarText(Json("text")), "text");
  EXPECT_EQ(scalarText(Json(12)), "12");
  EXPECT_EQ(scalarText(Json(1.5)), "1.5");
  EXPECT_EQ(scalarText(Json(true)), "true");
  EXPECT_EQ(scalarText(Json(nullptr)), std::nullopt);
  EXPECT_EQ(scalarText(Json(JsonArray{})), std::nullopt);
  EXPECT_EQ(scalarText(Json(JsonObject{})), std::nullopt);
}

TEST(JsonText, BytesThatAreNoUtf8BecomeReplacementCharacters) {
  std::string text;
  appendJsonString(text, "a\xff\xc3(\xe2\x82");
  EXPECT_EQ(text, "\"a\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_TRUE(parseJson(text).ok());
}

}  // namespace
}  // namespace hearth::base
