// What templates may cost: each of these renders took seconds to hours before it was charged for what it does.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "gateway/json_path.h"
#include "gateway/vtl_template.h"

namespace hearth::gateway::vtl {
namespace {

constexpr std::size_t kLarge = 5 << 20;
constexpr char kTooManySteps[] = "the template takes too many steps";

// $text: five million a's. $same: as many. $needle: half as many and a b; $head: the same, b first.
class Texts final : public Variables {
 public:
  Value find(std::string_view name, Heap&) override {
    const auto found = texts_.find(name);
    return found == texts_.end() ? Value() : Value::of(std::string_view(found->second));
  }

 private:
  std::map<std::string, std::string, std::less<>> texts_ = {{"text", std::string(kLarge, 'a')},
                                                            {"same", std::string(kLarge, 'a')},
                                                            {"needle", std::string(kLarge / 2, 'a') + "b"},
                                                            {"head", "b" + std::string(kLarge / 2, 'a')},
                                                            {"number", "1." + std::string(kLarge, '0')}};
};

std::string render(std::string_view source) {
  static Texts texts;
  const auto parsed = Template::parse(source);
  if (!parsed.ok()) return "PARSE: " + parsed.fault().message;
  Heap heap(kHeapBytes);
  const auto result = parsed->render(texts, heap);
  if (result.ok()) return *result;
  return result.fault().message.substr(0, result.fault().message.find(" (line"));
}

// So often in few steps of the template itself.
std::string repeated(const std::string& statement) {
  return "#foreach($i in [1..100])#foreach($j in [1..100])" + statement + "#end#end";
}

TEST(VtlCost, SearchesInLinearTime) {
  EXPECT_EQ(render("$text.contains($needle) $text.indexOf($needle)"), "false -1");
  EXPECT_EQ(render("$text.lastIndexOf($head) $text.indexOf($head, 7)"), "-1 -1");
  EXPECT_EQ(render("$text.replace($needle, 'x').length()"), std::to_string(kLarge));
}

TEST(VtlCost, SearchesAreCharged) {
  for (const char* call : {"contains('b')", "indexOf($needle)", "lastIndexOf($head)", "replace($needle, '')"}) {
    EXPECT_EQ(render(repeated(std::string("#set($r = $text.") + call + ")")), kTooManySteps) << call;
  }
}

TEST(VtlCost, ComparisonsAreCharged) {
  EXPECT_EQ(render("#if($text == $same)same#end#if($text != $needle) other#end"), "same other");
  EXPECT_EQ(render(repeated("#if($text == $same)#end")), kTooManySteps);
  EXPECT_EQ(render(repeated("#if($text != $same)#end")), kTooManySteps);
  EXPECT_EQ(render("#set($l = [$same])" + repeated("#set($r = $l.contains($text))")), kTooManySteps);
  EXPECT_EQ(render("#set($m = {'k': $same})" + repeated("#set($r = $m.containsValue($text))")), kTooManySteps);
}

TEST(VtlCost, NamesOfMembersAreCharged) {
  const std::string map = "#set($m = {$same: 1})";
  EXPECT_EQ(render(map + "$m.get($text) $m[$text]"), "1 1");
  EXPECT_EQ(render(map + repeated("#set($r = $m[$text])")), kTooManySteps);
  EXPECT_EQ(render(map + repeated("#set($r = $m.containsKey($text))")), kTooManySteps);
}

TEST(VtlCost, ArgumentsAreCharged) {
  EXPECT_EQ(render("#set($d = 0.0)$d.parseDouble($number)"), "1.0");
  EXPECT_EQ(render("#set($d = 0.0)" + repeated("#set($r = $d.parseDouble($number))")), kTooManySteps);
}

TEST(VtlCost, PatternsThatLookFarAheadAreCharged) {
  EXPECT_EQ(render("$text.replaceAll('a.*b|a', 'x')"), kTooManySteps);
  EXPECT_EQ(render("$text.split('a.*b|a')"), kTooManySteps);
}

TEST(VtlCost, LargePatternsAreCharged) {
  EXPECT_EQ(render("#set($s = 'x')" + repeated("#set($r = $s.matches('((((a?){30}){10}){3})'))")), kTooManySteps);
  EXPECT_EQ(render("$text.matches('((((a?){30}){10}){3})')"), kTooManySteps);
  EXPECT_EQ(render("$text.replaceAll('[^a-z]', '').length()"), std::to_string(kLarge)) << "plain ones may be used";
}

TEST(VtlCost, TreesAreChargedByTheirNodes) {
  Heap heap(kHeapBytes);
  std::string list = "[0";
  while (list.size() < kLarge) list += ",0";
  list += "]";
  EXPECT_FALSE(heap.parseJson(list).ok());
  EXPECT_TRUE(heap.exhausted());
  Heap other(kHeapBytes);
  EXPECT_TRUE(other.parseJson("[\"" + std::string(kLarge, 'x') + "\"]").ok());
}

TEST(JsonPathCost, CountsWhatFiltersCompare) {
  std::string list = "[0";
  for (int i = 0; i < 20'000; ++i) list += ",0";
  const Json document = base::parseJson(list + "]").value();
  const auto whole = JsonPath::parse("$[?($ == $)]").value().find(document);
  ASSERT_FALSE(whole.ok());
  EXPECT_EQ(whole.fault().message, "The JSONPath visits too many values");
  EXPECT_GE(JsonPath::parse("$..[0]").value().find(document)->visits, 20'000);
}

}  // namespace
}  // namespace hearth::gateway::vtl
