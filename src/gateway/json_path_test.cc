#include "gateway/json_path.h"

#include <gtest/gtest.h>

namespace hearth::gateway {
namespace {

constexpr std::string_view kStore = R"({
  "store": {
    "book": [
      {"category": "reference", "author": "Nigel Rees", "price": 8.95},
      {"category": "fiction", "author": "Evelyn Waugh", "price": 12.99},
      {"category": "fiction", "author": "Herman Melville", "isbn": "0-553", "price": 8.99},
      {"category": "fiction", "author": "J. R. R. Tolkien", "isbn": "0-395", "price": 22.99}],
    "bicycle": {"color": "red", "price": 19.95}},
  "limit": 10, "two words": 1, "it's": 2, "none": null, "list": [[1, 2], [3]]})";

// What the path finds, as JSON: the value of a definite path, else a list; "nothing", or "FAULT: ...".
std::string find(std::string_view path, std::string_view document = kStore) {
  const auto parsed = JsonPath::parse(path);
  if (!parsed.ok()) return "FAULT: " + parsed.fault().message;
  const Json json = base::parseJson(document).value();
  const auto match = parsed->find(json);
  if (!match.ok()) return "FAULT: " + match.fault().message;
  if (match->definite) return match->values.empty() ? "nothing" : base::writeJson(*match->values.front());
  std::string text = "[";
  for (const Json* value : match->values) {
    if (text.size() > 1) text += ",";
    text += base::writeJson(*value);
  }
  return text + "]";
}

TEST(JsonPath, DefinitePathsGiveAValueOrNothing) {
  EXPECT_EQ(find("$.limit"), "10");
  EXPECT_EQ(find("$['store']['bicycle'].color"), "\"red\"");
  EXPECT_EQ(find("$.store.book[1].price"), "12.99");
  EXPECT_EQ(find("$.store.book[-1].price"), "22.99");
  EXPECT_EQ(find("$[\"two words\"]"), "1");
  EXPECT_EQ(find("$['it\\'s']"), "2");
  EXPECT_EQ(find("$.none"), "null");
  EXPECT_EQ(find("$.missing"), "nothing");
  EXPECT_EQ(find("$.limit.deeper"), "nothing");
  EXPECT_EQ(find("$.store.book[9]"), "nothing");
  EXPECT_EQ(find("$.list[0][1]"), "2");
  EXPECT_EQ(find("$", "[1]"), "[1]");
  EXPECT_EQ(find("limit"), "10") << "the $ may be left out";
  EXPECT_EQ(find("", "7"), "7");
}

TEST(JsonPath, OthersGiveLists) {
  EXPECT_EQ(find("$.store.book[*].price"), "[8.95,12.99,8.99,22.99]");
  EXPECT_EQ(find("$.store.bicycle.*"), "[\"red\",19.95]");
  EXPECT_EQ(find("$.store.bicycle[*]"), "[\"red\",19.95]");
  EXPECT_EQ(find("$.store.bicycle['price','color']"), "[19.95,\"red\"]");
  EXPECT_EQ(find("$.store.book[0,2].price"), "[8.95,8.99]");
  EXPECT_EQ(find("$.store.book[1:3].price"), "[12.99,8.99]");
  EXPECT_EQ(find("$.store.book[:1].price"), "[8.95]");
  EXPECT_EQ(find("$.store.book[-1:].price"), "[22.99]");
  EXPECT_EQ(find("$.store.book[3:1].price"), "[]");
  EXPECT_EQ(find("$.nothing[*].x"), "[]");
}

TEST(JsonPath, DescendsRecursively) {
  EXPECT_EQ(find("$..price"), "[8.95,12.99,8.99,22.99,19.95]");
  EXPECT_EQ(find("$..book[0].author"), "[\"Nigel Rees\"]");
  EXPECT_EQ(find("$..*", R"({"a":{"b":1}})"), R"([{"b":1},1])");
  EXPECT_EQ(find("$..[0]", "[[1],[2]]"), "[[1],1,2]");
}

TEST(JsonPath, Filters) {
  EXPECT_EQ(find("$.store.book[?(@.isbn)].author"), R"(["Herman Melville","J. R. R. Tolkien"])");
  EXPECT_EQ(find("$.store.book[?(@.price < 10)].price"), "[8.95,8.99]");
  EXPECT_EQ(find("$.store.book[?(@.price < $.limit)].price"), "[8.95,8.99]");
  EXPECT_EQ(find("$.store.book[?(@.price<=8.95 || @.price>20)].price"), "[8.95,22.99]");
  EXPECT_EQ(find("$.store.book[?(@.category == 'fiction' && @.price >= 12.99)].price"), "[12.99,22.99]");
  EXPECT_EQ(find("$.store.book[?(@.category != \"fiction\")].price"), "[8.95]");
  EXPECT_EQ(find("$.store.book[?(!(@.isbn) && @.price > 10)].price"), "[12.99]");
  EXPECT_EQ(find("$.store.book[?(@.author =~ /.*tolkien/i)].price"), "[22.99]");
  EXPECT_EQ(find("$[?(@ == true)]", "[true,false,null]"), "[true]");
  EXPECT_EQ(find("$[?(@ == null)]", "[true,false,null]"), "[null]");
  EXPECT_EQ(find("$[?(@ > 1)]", "[1,2,\"3\"]"), "[2]") << "no order between types";
  EXPECT_EQ(find("$[?(@.a == 1)]", R"([{"a":1.0},{"a":"1"}])"), R"([{"a":1.0}])");
}

TEST(JsonPath, CountsWithLength) {
  EXPECT_EQ(find("$.store.book.length()"), "4");
  EXPECT_EQ(find("$.list[0].size()"), "2");
  EXPECT_EQ(find("$.limit.length()"), "nothing");
}

TEST(JsonPath, MalformedPathsAreRefusedWithTheColumn) {
  EXPECT_EQ(find("$."), "FAULT: Invalid JSONPath at column 3: expected a name");
  EXPECT_EQ(find("$[abc]"), "FAULT: Invalid JSONPath at column 3: expected a number");
  EXPECT_EQ(find("$['a"), "FAULT: Invalid JSONPath at column 5: string without end");
  EXPECT_EQ(find("$['a'"), "FAULT: Invalid JSONPath at column 6: expected ']'");
  EXPECT_EQ(find("$.a b"), "FAULT: Invalid JSONPath at column 4: unexpected character");
  EXPECT_EQ(find("$[?(@.a"), "FAULT: Invalid JSONPath at column 8: expected ')'");
  EXPECT_EQ(find("$[?(@.a =~ /[/)]"), "FAULT: Invalid JSONPath at column 15: regular expression cannot be used");
  EXPECT_EQ(find("$[?(@.a == )]"), "FAULT: Invalid JSONPath at column 12: expected a path or a literal");
  EXPECT_EQ(find("$[?(1)]"), "FAULT: Invalid JSONPath at column 6: expected a comparison");
}

TEST(JsonPath, HostilePathsAreBounded) {
  EXPECT_NE(find("$" + std::string(5000, 'x')).find("longer than 4096 bytes"), std::string::npos);
  std::string steps = "$", filter = "$[?(", inner = "@";
  for (int i = 0; i < 300; ++i) steps += ".a";
  EXPECT_NE(find(steps).find("too many steps"), std::string::npos);
  EXPECT_NE(find("$[?(" + std::string(500, '(') + "@)]").find("nested too deeply"), std::string::npos);
  EXPECT_NE(find("$[?(" + std::string(500, '!') + "@)]").find("nested too deeply"), std::string::npos);
  for (int i = 0; i < 100; ++i) inner = "@[?(" + inner + ")]";
  EXPECT_NE(find("$[?(" + inner + ")]").find("nested too deeply"), std::string::npos);

  std::string deep = "1";
  for (int i = 0; i < 40; ++i) deep = "[" + deep + ",1]";
  EXPECT_EQ(find("$..*..*..*..*..*..*", deep), "FAULT: The JSONPath visits too many values");
}

}  // namespace
}  // namespace hearth::gateway
