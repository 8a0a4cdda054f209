#include "yaml/document.h"

#include <gtest/gtest.h>

namespace hearth::yaml {
namespace {

std::string read(std::string_view text) {
  auto tree = readDocument(text);
  return tree.ok() ? base::writeJson(*tree) : tree.fault().code + " " + tree.fault().message;
}

TEST(Document, IsReadInEitherLanguage) {
  EXPECT_EQ(read("{\"swagger\": \"2.0\", \"n\": [1, 2.5]}"), R"({"swagger":"2.0","n":[1,2.5]})");
  EXPECT_EQ(read("swagger: '2.0'\nn: [1, 2.5]\n"), R"({"swagger":"2.0","n":[1,2.5]})");
  EXPECT_EQ(read("\xEF\xBB\xBF{\"a\":1}"), R"({"a":1})");
}

TEST(Document, FaultsSayWhatAndWhere) {
  EXPECT_EQ(read("{\"a\" 1}"), "MalformedDocument JSON not well-formed. (line 1, column 6)");
  EXPECT_EQ(read("a: *x\n"), "AliasInDocument YAML aliases are not supported.");
  EXPECT_EQ(read("a: 1\na: 2\n"), "MalformedDocument YAML not well-formed: duplicate key 'a'. (line 2, column 1)");
  EXPECT_EQ(read("- 1\n"), "MalformedDocument unsupported structure.");
}

TEST(WriteYaml, WritesBlocks) {
  const Json document = base::parseJson(R"({"swagger":"2.0","paths":{"/a":{"get":{"security":[{"api_key":[]}],
      "empty":{},"200":{"x":null,"yes":true}}}},"list":["a\n\"b",1,[2,[]],{"k":"v","l":{"m":1.5}}]})")
                            .value();
  EXPECT_EQ(writeYaml(document),
            "---\n"
            "swagger: \"2.0\"\n"
            "paths:\n"
            "  \"/a\":\n"
            "    get:\n"
            "      security:\n"
            "      - api_key: []\n"
            "      empty: {}\n"
            "      \"200\":\n"
            "        x: null\n"
            "        \"yes\": true\n"
            "list:\n"
            "- \"a\\n\\\"b\"\n"
            "- 1\n"
            "-\n"
            "  - 2\n"
            "  - []\n"
            "- k: \"v\"\n"
            "  l:\n"
            "    m: 1.5\n");
}

TEST(WriteYaml, IsReadBackAsTheSameTree) {
  for (const char* text :
       {R"({"a":{"b":{"c":[{"d":[{"e":"f"},{"g":["h",["i",[]]]}]}]}}})", R"({"":{"~":[null,true,-7]},"n":"null"})",
        R"({"t":"yes","u":"0123","v":"<a>\u00e9\ud83d\ude00\t\\","w":"- x: y # z","x":"  lead","y y":"a: b"})",
        R"({})"}) {
    const Json document = base::parseJson(text).value();
    auto back = readDocument(writeYaml(document));
    ASSERT_TRUE(back.ok()) << back.fault().message << "\n" << writeYaml(document);
    EXPECT_EQ(*back, document) << writeYaml(document);
  }
}

}  // namespace
}  // namespace hearth::yaml
