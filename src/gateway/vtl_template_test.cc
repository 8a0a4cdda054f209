#include "gateway/vtl_template.h"

#include <gtest/gtest.h>

#include <map>

namespace hearth::gateway::vtl {
namespace {

// Variables out of JSON documents.
class JsonVariables final : public Variables {
 public:
  explicit JsonVariables(std::map<std::string, Json, std::less<>> values) : values_(std::move(values)) {}
  Value find(std::string_view name, Heap& heap) override {
    ++asked[std::string(name)];
    const auto found = values_.find(name);
    return found == values_.end() ? Value() : heap.fromJson(found->second);
  }
  std::map<std::string, int> asked;

 private:
  std::map<std::string, Json, std::less<>> values_;
};

Json json(std::string_view text) { return base::parseJson(text).value(); }

std::map<std::string, Json, std::less<>> sample() {
  return {{"name", Json("Ada")},
          {"empty", Json("")},
          {"n", Json(5)},
          {"x", json(R"({"foo":"bar","list":[{"a":1},{"a":2}],"none":null,"deep":{"er":"z"},"two words":"w"})")},
          {"list", json(R"(["p","q","r"])")}};
}

std::string render(std::string_view source, const Limits& limits = {}) {
  const auto parsed = Template::parse(source);
  if (!parsed.ok()) return "PARSE: " + parsed.fault().message;
  JsonVariables variables(sample());
  Heap heap(kHeapBytes);
  auto result = parsed->render(variables, heap, limits);
  return result.ok() ? *result : "FAULT: " + result.fault().message;
}

std::string parseError(std::string_view source) {
  const auto parsed = Template::parse(source);
  return parsed.ok() ? "none" : parsed.fault().message;
}

TEST(VtlReference, IsReplacedByItsValue) {
  EXPECT_EQ(render("Hello $name!"), "Hello Ada!");
  EXPECT_EQ(render("${name}bel $!name $!{name}"), "Adabel Ada Ada");
  EXPECT_EQ(render("$x.foo $x.deep.er ${x.foo}s"), "bar z bars");
  EXPECT_EQ(render("$x.list[1].a $x['two words'] $x[\"foo\"] $list[-1]"), "2 w bar r");
  EXPECT_EQ(render("$x.list.get(0).a"), "1");
}

TEST(VtlReference, PrintsNothingWhenUndefined) {
  EXPECT_EQ(render("[$nothing][$!nothing][${nothing}][$x.none][$x.missing.more][$name.noSuch()]"), "[][][][][][]");
  EXPECT_EQ(render("[$list[7]][$x.list.noMethod(1)]"), "[][]");
}

TEST(VtlReference, LeavesTextAloneThatOnlyLooksLikeOne) {
  EXPECT_EQ(render("$ $5 $. $[0] $(x) $$name 100$"), "$ $5 $. $[0] $(x) $Ada 100$");
  EXPECT_EQ(render("$name. $name.5 $name._x"), "Ada. Ada.5 Ada._x");
}

TEST(VtlReference, NamesMayContainDashes) { EXPECT_EQ(render("#set($a-b = 3)$a-b"), "3"); }

TEST(VtlReference, IsEscapedByABackslash) {
  EXPECT_EQ(render("\\$name \\\\$name \\\\\\$name"), "$name \\Ada \\$name");
  EXPECT_EQ(render("\\$nothing"), "\\$nothing");
  EXPECT_EQ(render("a\\b \\x \\\\"), "a\\b \\x \\\\");
}

TEST(VtlText, IsWrittenAsJavaAndJsonWriteIt) {
  EXPECT_EQ(render("$x.deep"), "{er=z}");
  EXPECT_EQ(render("$x.list"), R"([{"a":1},{"a":2}])");
  EXPECT_EQ(render("#set($m = {'a': [1, 'b'], 'c': {}})$m"), "{a=[1, b], c={}}");
  EXPECT_EQ(render("#set($m = {'inner': $x.list})$m"), R"({inner=[{"a":1},{"a":2}]})");
  EXPECT_EQ(render("$x"), R"({foo=bar, list=[{"a":1},{"a":2}], none=null, deep={er=z}, two words=w})");
  EXPECT_EQ(render("$x.list[0]"), "{a=1}");
  EXPECT_EQ(render("#set($d = 1.5)$d|#set($e = 10000000.0)$e|#set($f = 0.0001)$f|#set($g = 3.0)$g"),
            "1.5|1.0E7|1.0E-4|3.0");
}

TEST(VtlSet, AssignsNamesMembersAndItems) {
  EXPECT_EQ(render("#set($a = 'x')$a"), "x");
  EXPECT_EQ(render("#set( $x.foo = 'new' )$x.foo #set($x['k'] = 1)$x.k #set($x.deep.er = 2)$x.deep"), "new1{er=2}");
  EXPECT_EQ(render("#set($l = [1,2])#set($l[1] = 9)$l"), "[1, 9]");
  EXPECT_EQ(render("#set($key = 'dyn')#set($x[$key] = 'v')$x.dyn"), "v");
  EXPECT_EQ(render("#set($name = $nothing)[$name]"), "[]");
  EXPECT_EQ(render("#set($nothing.at.all = 1)[$nothing]"), "[]");
  EXPECT_EQ(render("#set ($a = 1)#{set}($b = 2)$a$b"), "12");
}

TEST(VtlSet, SharesListsAndMapsByReference) {
  EXPECT_EQ(render("#set($a = [])#set($b = $a)#set($r = $b.add(1))$a"), "[1]");
}

TEST(VtlExpression, ComputesWithWholeNumbersAndFractions) {
  EXPECT_EQ(render("#set($a = 7 / 2)$a #set($b = 7 % 2)$b #set($c = 2 + 3 * 4)$c #set($d = (2 + 3) * 4)$d"),
            "311420");
  EXPECT_EQ(render("#set($a = 7 / 2.0)$a"), "3.5");
  EXPECT_EQ(render("#set($a = 10 - 2 - 3)$a#set($b = $n - 1)|$b#set($c = 5-3)|$c#set($d = -4)|$d"), "5|4|2|-4");
  EXPECT_EQ(render("#set($a = 1 / 0)[$a]#set($b = 1 % 0)[$b]#set($c = 'a' * 2)[$c]"), "[][][]");
  EXPECT_EQ(render("#set($a = -9223372036854775808 % -1)$a"), "0");
}

TEST(VtlExpression, RefusesOverflow) {
  EXPECT_EQ(render("\n #set($a = 9223372036854775807 + 1)"),
            "FAULT: a whole number is too large (line 2, column 32)");
  EXPECT_EQ(render("#set($a = -9223372036854775808 / -1)"),
            "FAULT: a whole number is too large (line 1, column 32)");
}

TEST(VtlExpression, AddsText) {
  EXPECT_EQ(render("#set($a = 'n=' + 1 + $name)$a"), "n=1Ada");
  EXPECT_EQ(render("#set($a = $nothing + 'x')$a"), "x");
}

TEST(VtlExpression, Compares) {
  EXPECT_EQ(render("#if($n == 5 && 5.0 == $n && '5' == $n && $name != 'Bob')yes#end"), "yes");
  EXPECT_EQ(render("#if(1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3 && !(1 > 2))yes#end"), "yes");
  EXPECT_EQ(render("#if(1 lt 2 and 2 le 2 and 3 gt 2 and 3 ge 3 and 1 eq 1 and 1 ne 2 or false)yes#end"), "yes");
  EXPECT_EQ(render("#if(not true)no#{else}yes#end"), "yes");
  EXPECT_EQ(render("#if('b' > 'a')yes#{else}no#end"), "no") << "text has no order in Velocity 1.x";
  EXPECT_EQ(render("#if($x.list == $x.list)yes#end"), "yes");
}

TEST(VtlExpression, TreatsNullAsTheEmptyTextLikeAws) {
  EXPECT_EQ(render("#if($nothing == '')a#end#if($nothing == $null)b#end#if($name == $null)c#end"), "ab");
  EXPECT_EQ(render("#if($nothing != '')a#{else}b#end"), "b");
}

TEST(VtlExpression, KnowsWhatIsTrue) {
  EXPECT_EQ(render("#if($nothing)a#end#if($empty)b#end#if(0)c#end#if(false)d#end#if([])e#end"), "bce");
}

TEST(VtlExpression, DoesNotEvaluateWhatItDoesNotNeed) {
  EXPECT_EQ(render("#if(false && $list.get(99))a#end#if(true || $list.get(99))b#end"), "b");
}

TEST(VtlExpression, MakesRanges) {
  EXPECT_EQ(render("#set($r = [1..4])$r #set($r = [2..-1])$r #set($r = [$n..6])$r.size()"),
            "[1, 2, 3, 4][2, 1, 0, -1]2");
  EXPECT_EQ(render("#set($max = $list.size() - 1)#foreach($i in [0..$max])$list[$i]#end"), "pqr");
}

TEST(VtlString, InterpolatesOnlyInDoubleQuotes) {
  EXPECT_EQ(render("#set($a = \"Hi $name ${n}th\")$a#set($b = 'Hi $name')|$b"), "Hi Ada 5th|Hi $name");
  EXPECT_EQ(render("#set($a = \"#if($n == 5)five#end\")$a"), "five");
  EXPECT_EQ(render("#set($a = \"say \"\"hi\"\" \")$a#set($b = 'it''s')|$b"), "say \"hi\" |it's");
  EXPECT_EQ(render("#set($a = \"\\u00e9\")$a#set($b = \"a\\nb\")$b"),
            "\xC3\xA9"
            "a\\nb");
  EXPECT_EQ(render("#set($i = 1)#set($p = \"$.records[${i}].x\")$p"), "$.records[1].x");
}

TEST(VtlIf, TakesTheFirstBranchThatHolds) {
  const std::string source = "#if($n > 9)a#elseif($n == 5)b#elseif($n == 5)c#else\nd#end";
  EXPECT_EQ(render(source), "b");
  EXPECT_EQ(render("#if($nothing)a#elseif($nothing)b#else c#end"), " c");
  EXPECT_EQ(render("#if($nothing)a#end"), "");
  EXPECT_EQ(render("#{if}(true)a#{else}b#{end}c"), "ac");
}

TEST(VtlForeach, RunsOverListsMapsAndRanges) {
  EXPECT_EQ(render("#foreach($i in $list)$i#if($foreach.hasNext),#end#end"), "p,q,r");
  EXPECT_EQ(render("#foreach($v in {'a': 1, 'b': 2})$v#end"), "12");
  EXPECT_EQ(render("#foreach($k in $x.deep.keySet())$k=$x.deep.get($k)#end"), "er=z");
  EXPECT_EQ(render("#foreach($e in $x.deep.entrySet())$e.key:$e.value:$e.getKey()#end"), "er:z:er");
  EXPECT_EQ(render("#foreach($i in $nothing)a#end#foreach($i in 'text')b#end"), "");
}

TEST(VtlForeach, TellsWhereItIs) {
  EXPECT_EQ(
      render("#foreach($i in $list)$foreach.count$foreach.index$velocityCount$foreach.first$foreach.last #end"),
      "101truefalse 212falsefalse 323falsetrue ");
  EXPECT_EQ(render("#foreach($a in [1,2])#foreach($b in [7])$foreach.parent.count#end#end"), "12");
  EXPECT_EQ(render("#foreach($i in $list)#if($velocityHasNext)+#end#end"), "++");
}

TEST(VtlForeach, RestoresItsVariables) {
  EXPECT_EQ(render("#set($i = 'before')#foreach($i in $list)#end$i [$foreach][$velocityCount]"), "before [][]");
}

TEST(VtlForeach, EndsAtABreakAndAfterAThousandRounds) {
  EXPECT_EQ(render("#foreach($i in $list)$i#if($i == 'q')#break#end,#end done"), "p,q done");
  EXPECT_EQ(render("#foreach($a in [1,2])#foreach($b in [1..9])#break#end$a#end"), "12");
  EXPECT_EQ(render("#set($n = 0)#foreach($i in [1..5000])#set($n = $n + 1)#end$n"), "1000");
}

TEST(VtlForeach, SeesWhatIsAddedWhileItRuns) {
  EXPECT_EQ(
      render("#set($l = [1])#foreach($i in $l)$i#set($r = $l.add(2))#end"), "1" + [] {
        std::string twos;
        for (int i = 1; i < 1000; ++i) twos += "2";
        return twos;
      }());
}

TEST(VtlStop, EndsTheTemplateWithWhatIsThere) {
  EXPECT_EQ(render("a#stop b"), "a");
  EXPECT_EQ(render("a#foreach($i in $list)$i#stop#end b"), "ap");
  EXPECT_EQ(render("a#break b"), "a");
}

TEST(VtlDefine, IsRenderedWhereItIsUsed) {
  EXPECT_EQ(render("#define($block)<$v>#end#set($v = 1)$block#set($v = 2)$block"), "<1><2>");
  EXPECT_EQ(render("#define($b)$name#end#if($b == 'Ada')same#end $b.length()"), "same 3");
}

TEST(VtlComment, IsNotRendered) {
  EXPECT_EQ(render("a## gone\nb#* gone\n too *#c"), "abc");
  EXPECT_EQ(render("a##"), "a");
  EXPECT_EQ(render("a##\r\nb"), "ab");
}

TEST(VtlLiteral, IsRenderedAsItIs) { EXPECT_EQ(render("#[[ $name #if ]]#$name"), " $name #if Ada"); }

TEST(VtlDirective, UnknownOnesAreText) {
  EXPECT_EQ(render("#fff #1 # #foo($name) #endless #settle #ifx"), "#fff #1 # #foo(Ada) #endless #settle #ifx");
  EXPECT_EQ(render("\\#if \\#end \\#fff #set"), "#if #end \\#fff #set");
}

// The rules of Velocity 1.x, a line at a time.
TEST(VtlWhiteSpace, DirectivesSwallowTheirLineEnd) {
  EXPECT_EQ(render("#set($a = 1)\n$a"), "1");
  EXPECT_EQ(render("#set($a = 1)  \t\r\n$a"), "1");
  EXPECT_EQ(render("#set($a = 1) x"), " x");
  EXPECT_EQ(render("{\n  #if(true)\n  yes\n  #end\n}"), "{\n    yes\n  }");
  EXPECT_EQ(render("#foreach($i in [1,2])\n$i\n#end\nz"), "1\n2\nz");
  EXPECT_EQ(render("#if(false)\na\n#else\nb\n#end\nc"), "b\nc");
  EXPECT_EQ(render("$name\nb"), "Ada\nb");
}

TEST(VtlWhiteSpace, SetSwallowsTheBlanksBeforeItBehindAnotherDirective) {
  EXPECT_EQ(render("#set($a = 1)\n   #set($b = 2)\n$a$b"), "12");
  EXPECT_EQ(render("  #set($a = 1)$a"), "1");
  EXPECT_EQ(render("x  #set($a = 1)$a"), "x  1");
  EXPECT_EQ(render("$name  #set($a = 1)$a"), "Ada1");
  EXPECT_EQ(render("#fff  #set($a = 1)$a \\#{if}  #set($a = 2)$a"), "#fff1 #{if}2");
}

TEST(VtlParse, ReportsLineAndColumn) {
  EXPECT_EQ(parseError("ok"), "none");
  EXPECT_EQ(parseError("a\n  #if(true) b"), "Invalid mapping template at line 2, column 3: #if without #end");
  EXPECT_EQ(parseError("a\nb #end"),
            "Invalid mapping template at line 2, column 3: #end without #if, #foreach or #define");
  EXPECT_EQ(parseError("#else"), "Invalid mapping template at line 1, column 1: #else without #if");
  EXPECT_EQ(parseError("#foreach($x in $y)"),
            "Invalid mapping template at line 1, column 1: #foreach without #end");
  EXPECT_EQ(parseError("#foreach($x of $y)#end"), "Invalid mapping template at line 1, column 13: expected 'in'");
  EXPECT_EQ(parseError("#foreach($x.y in $z)#end"),
            "Invalid mapping template at line 1, column 10: expected the name of a reference");
  EXPECT_EQ(parseError("#set($x)"), "Invalid mapping template at line 1, column 8: expected '='");
  EXPECT_EQ(parseError("#set(x = 1)"), "Invalid mapping template at line 1, column 6: expected a reference");
  EXPECT_EQ(parseError("#set($x.f() = 1)"),
            "Invalid mapping template at line 1, column 12: a method call cannot be set");
  EXPECT_EQ(parseError("#set($x = )"), "Invalid mapping template at line 1, column 11: unexpected ')'");
  EXPECT_EQ(parseError("#set($x = 1"), "Invalid mapping template at line 1, column 12: expected ')'");
  EXPECT_EQ(parseError("${x"), "Invalid mapping template at line 1, column 4: expected '}'");
  EXPECT_EQ(parseError("$x[1"), "Invalid mapping template at line 1, column 5: expected ']'");
  EXPECT_EQ(parseError("$x.f(1"), "Invalid mapping template at line 1, column 7: expected ')'");
  EXPECT_EQ(parseError("#set($x = 'abc)"), "Invalid mapping template at line 1, column 11: string without end");
  EXPECT_EQ(parseError("#set($x = \"a\n ${y\")"), "Invalid mapping template at line 2, column 5: expected '}'");
  EXPECT_EQ(parseError("#set($x = {1 2})"), "Invalid mapping template at line 1, column 14: expected ':'");
  EXPECT_EQ(parseError("#set($x = [1 2])"), "Invalid mapping template at line 1, column 14: expected ',' or ']'");
  EXPECT_EQ(parseError("#set($x = 99999999999999999999)"),
            "Invalid mapping template at line 1, column 11: malformed number");
  EXPECT_EQ(parseError("#* never"), "Invalid mapping template at line 1, column 1: #* without *#");
  EXPECT_EQ(parseError("#[[ never"), "Invalid mapping template at line 1, column 1: #[[ without ]]#");
  EXPECT_EQ(parseError("#if(true)#else a #else b #end"),
            "Invalid mapping template at line 1, column 18: #else must be the last part of #if");
}

TEST(VtlParse, RefusesByNameWhatItDoesNotDo) {
  for (const std::string name : {"macro", "parse", "include", "evaluate", "literal"}) {
    EXPECT_EQ(parseError("\n #" + name + "($x)#end"),
              "Invalid mapping template at line 2, column 2: #" + name + " is not supported");
  }
}

TEST(VtlParse, LimitsSizeAndNesting) {
  EXPECT_EQ(parseError(std::string(300 * 1024, 'x')), "none");
  EXPECT_EQ(parseError(std::string(300 * 1024 + 1, 'x')), "Invalid mapping template: larger than 300 KB");
  std::string nested, chain = "#set($a = 1";
  for (int i = 0; i < 50'000; ++i) nested += "#if(1)";
  EXPECT_NE(parseError(nested).find("nested too deeply"), std::string::npos);
  EXPECT_NE(parseError("#set($a = " + std::string(100'000, '(')).find("nested too deeply"), std::string::npos);
  EXPECT_NE(parseError("#set($a = " + std::string(100'000, '!')).find("nested too deeply"), std::string::npos);
  for (int i = 0; i < 1000; ++i) chain += "+1";
  EXPECT_NE(parseError(chain + ")").find("nested too deeply"), std::string::npos);
}

TEST(VtlLimits, HostileTemplatesEndWithAFault) {
  EXPECT_NE(render("#set($l=[1..1000])#foreach($a in $l)#foreach($b in $l)#foreach($c in $l)x#end#end#end")
                .find("FAULT: the template takes too many steps"),
            std::string::npos);
  EXPECT_NE(render("#set($s='0123456789')#foreach($i in [1..1000])#set($s=\"$s$s\")#end").find("FAULT: "),
            std::string::npos);
  EXPECT_NE(render("#set($r=[1..2000000000])").find("FAULT: the template needs too much memory"),
            std::string::npos);
  EXPECT_NE(render("#define($a)$a#end$a").find("FAULT: the template is nested too deeply"), std::string::npos);
  EXPECT_NE(render("#set($l=[])#set($r=$l.add($l))$l").find("FAULT: a value is too large or nested too deeply"),
            std::string::npos);
  EXPECT_NE(render("#set($a=['x'])#foreach($i in [1..60])#set($a=[$a,$a])#end$a").find("FAULT: "),
            std::string::npos);
  EXPECT_NE(render("#set($s='aaaaaaaaaa')#foreach($i in [1..20])#set($s=$s.replace('a', $s))#end").find("FAULT: "),
            std::string::npos);
}

TEST(VtlLimits, OutputIsBounded) {
  Limits limits;
  limits.outputBytes = 100;
  EXPECT_NE(render("#foreach($i in [1..500])0123456789#end", limits).find("FAULT: the output is too large"),
            std::string::npos);
}

TEST(VtlVariables, AreAskedOnce) {
  const auto parsed = Template::parse("$name$name#foreach($i in [1..9])$name#end$other$other");
  ASSERT_TRUE(parsed.ok());
  JsonVariables variables(sample());
  Heap heap(kHeapBytes);
  ASSERT_TRUE(parsed->render(variables, heap).ok());
  EXPECT_EQ(variables.asked["name"], 1);
  EXPECT_EQ(variables.asked["other"], 1);
}

TEST(VtlTemplate, KnowsWhenItIsEmpty) {
  EXPECT_TRUE(Template::parse("")->isEmpty());
  EXPECT_TRUE(Template::parse("## nothing")->isEmpty());
  EXPECT_FALSE(Template::parse(" ")->isEmpty());
}

}  // namespace
}  // namespace hearth::gateway::vtl
