#include "gateway/vtl_methods.h"

#include <gtest/gtest.h>

#include "gateway/vtl_template.h"

namespace hearth::gateway::vtl {
namespace {

class NoVariables final : public Variables {
 public:
  Value find(std::string_view, Heap&) override { return {}; }
};

// What `expression` gives, as text.
std::string eval(const std::string& expression) {
  const auto parsed = Template::parse("#set($result = " + expression + ")$result");
  if (!parsed.ok()) return "PARSE: " + parsed.fault().message;
  NoVariables variables;
  Heap heap(kHeapBytes);
  auto result = parsed->render(variables, heap);
  return result.ok() ? *result
                     : "FAULT: " + result.fault().message.substr(0, result.fault().message.find(" (line"));
}

// The same with $s set to some text, $l to a list, $m to a map.
std::string evalWith(const std::string& setup, const std::string& expression) {
  const auto parsed = Template::parse(setup + "#set($result = " + expression + ")$result");
  if (!parsed.ok()) return "PARSE: " + parsed.fault().message;
  NoVariables variables;
  Heap heap(kHeapBytes);
  auto result = parsed->render(variables, heap);
  return result.ok() ? *result
                     : "FAULT: " + result.fault().message.substr(0, result.fault().message.find(" (line"));
}

std::string text(const std::string& value, const std::string& call) {
  return evalWith("#set($s = '" + value + "')", "$s." + call);
}
std::string list(const std::string& items, const std::string& call) {
  return evalWith("#set($l = " + items + ")", "$l." + call);
}
std::string map(const std::string& members, const std::string& call) {
  return evalWith("#set($m = " + members + ")", "$m." + call);
}

TEST(VtlTextMethods, LookAtText) {
  EXPECT_EQ(text("hello", "length()"), "5");
  EXPECT_EQ(text("", "isEmpty()"), "true");
  EXPECT_EQ(text("", "empty"), "true");
  EXPECT_EQ(text("hello", "contains('ell')"), "true");
  EXPECT_EQ(text("hello", "indexOf('l')"), "2");
  EXPECT_EQ(text("hello", "indexOf('l', 3)"), "3");
  EXPECT_EQ(text("hello", "indexOf('l', 9)"), "-1");
  EXPECT_EQ(text("hello", "lastIndexOf('l')"), "3");
  EXPECT_EQ(text("hello", "indexOf('z')"), "-1");
  EXPECT_EQ(text("hello", "startsWith('he')"), "true");
  EXPECT_EQ(text("hello", "endsWith('lo')"), "true");
  EXPECT_EQ(text("hello", "equals('hello')"), "true");
  EXPECT_EQ(text("5", "equals(5)"), "false");
  EXPECT_EQ(text("HeLLo", "equalsIgnoreCase('hEllO')"), "true");
  EXPECT_EQ(text("a1b22", "matches('[a-z0-9]+')"), "true");
  EXPECT_EQ(text("a1b22", "matches('[a-z]')"), "false") << "the whole text must match";
  EXPECT_EQ(text("hello", "charAt(1)"), "e");
}

TEST(VtlTextMethods, ChangeText) {
  EXPECT_EQ(text("hello", "substring(2)"), "llo");
  EXPECT_EQ(text("hello", "substring(1, 3)"), "el");
  EXPECT_EQ(text("hello", "substring(5)"), "");
  EXPECT_EQ(text(" \t a b  ", "trim()"), "a b");
  EXPECT_EQ(text("aXc", "toLowerCase()"), "axc");
  EXPECT_EQ(text("aXc", "toUpperCase()"), "AXC");
  EXPECT_EQ(text("a.b.c", "replace('.', '-')"), "a-b-c");
  EXPECT_EQ(text("ab", "replace('', '-')"), "-a-b-");
  EXPECT_EQ(text("a1b22", "replaceAll('[0-9]+', '#')"), "a#b#");
  EXPECT_EQ(text("a1b22", "replaceFirst('[0-9]+', '')"), "ab22");
  EXPECT_EQ(text("John Smith", "replaceAll('(\\w+) (\\w+)', '$2, $1')"), "Smith, John");
  EXPECT_EQ(text("abc", "replaceAll('', '-')"), "-a-b-c-");
  EXPECT_EQ(text("a\\''b", "replaceAll(\"\\\\'\", \"'\")"), "a'b") << "what escapeJavaScript needs undone";
  EXPECT_EQ(text("a", "concat('b')"), "ab");
  EXPECT_EQ(text("a,b,,c,,", "split(',')"), "[a, b, , c]");
  EXPECT_EQ(text("a,b,c", "split(',', 2)"), "[a, b,c]");
  EXPECT_EQ(text("a,b,", "split(',', -1)"), "[a, b, ]");
  EXPECT_EQ(text("abc", "split('')"), "[a, b, c]");
  EXPECT_EQ(text("", "split(',').size()"), "1");
  EXPECT_EQ(text("x", "toString()"), "x");
}

TEST(VtlTextMethods, CountInUtf16Units) {
  EXPECT_EQ(text("h\xC3\xA9llo", "length()"), "5");
  EXPECT_EQ(text("h\xC3\xA9llo", "substring(1, 3)"), "\xC3\xA9l");
  EXPECT_EQ(text("h\xC3\xA9llo", "indexOf('o')"), "4");
  EXPECT_EQ(text("\xF0\x9F\x98\x80x", "length()"), "3");
  EXPECT_EQ(text("\xF0\x9F\x98\x80x", "substring(2)"), "x");
}

TEST(VtlTextMethods, FailLikeJavaThrows) {
  EXPECT_EQ(text("abc", "substring(4)"), "FAULT: substring(): index out of range");
  EXPECT_EQ(text("abc", "substring(-1)"), "FAULT: substring(): index out of range");
  EXPECT_EQ(text("abc", "substring(2, 1)"), "FAULT: substring(): index out of range");
  EXPECT_EQ(text("abc", "charAt(3)"), "FAULT: charAt(): index out of range");
  EXPECT_EQ(text("abc", "substring('x')"), "FAULT: substring() needs a whole number");
  EXPECT_EQ(text("abc", "replaceAll('(', '')").substr(0, 7), "FAULT: ");
  EXPECT_EQ(text("abc", "replaceAll('(?=b)', '')").substr(0, 7), "FAULT: ") << "RE2 has no look-around";
  EXPECT_EQ(text("abc", "replaceAll('b', '$1')").substr(0, 7), "FAULT: ");
}

TEST(VtlNumberMethods, Convert) {
  EXPECT_EQ(evalWith("#set($i = 7)", "$i.intValue()"), "7");
  EXPECT_EQ(evalWith("#set($d = 7.9)", "$d.intValue()"), "7");
  EXPECT_EQ(evalWith("#set($i = 7)", "$i.doubleValue()"), "7.0");
  EXPECT_EQ(evalWith("#set($Integer = 0)", "$Integer.parseInt('12') + 1"), "13");
  EXPECT_EQ(evalWith("#set($Double = 0.0)", "$Double.parseDouble('1.5')"), "1.5");
  EXPECT_EQ(evalWith("#set($Integer = 0)", "$Integer.parseInt('x')"), "FAULT: parseInt(): not a whole number");
  EXPECT_EQ(evalWith("#set($i = 7)", "$i.compareTo(9)"), "-1");
  EXPECT_EQ(evalWith("#set($i = 7)", "$i.equals(7)"), "true");
  EXPECT_EQ(evalWith("#set($i = 7)", "$i.toString().length()"), "1");
  EXPECT_EQ(evalWith("#set($b = true)", "$b.toString()"), "true");
}

TEST(VtlListMethods, LookAndChange) {
  EXPECT_EQ(list("[1,2,3]", "size()"), "3");
  EXPECT_EQ(list("[]", "isEmpty()"), "true");
  EXPECT_EQ(list("[]", "empty"), "true");
  EXPECT_EQ(list("['a','b']", "get(1)"), "b");
  EXPECT_EQ(list("['a','b']", "contains('b')"), "true");
  EXPECT_EQ(list("['a','b']", "indexOf('c')"), "-1");
  EXPECT_EQ(evalWith("#set($l = [1])#set($r = $l.add(2))#set($r = $l.add(0, 'z'))", "$l"), "[z, 1, 2]");
  EXPECT_EQ(evalWith("#set($l = [1,2,3])#set($r = $l.remove(0))", "\"$r $l\""), "1 [2, 3]");
  EXPECT_EQ(evalWith("#set($l = ['a','b'])#set($r = $l.remove('b'))", "\"$r $l\""), "true [a]");
  EXPECT_EQ(evalWith("#set($l = [1,2])#set($r = $l.set(1, 9))", "\"$r $l\""), "2 [1, 9]");
  EXPECT_EQ(evalWith("#set($l = [1])#set($r = $l.addAll($l))", "$l"), "[1, 1]");
  EXPECT_EQ(evalWith("#set($l = [1])#set($r = $l.clear())", "$l"), "[]");
  EXPECT_EQ(list("['a','b']", "get(2)"), "FAULT: get(): index out of range");
  EXPECT_EQ(list("['a','b']", "add(5, 'x')"), "FAULT: add(): index out of range");
}

TEST(VtlMapMethods, LookAndChange) {
  EXPECT_EQ(map("{'a': 1, 'b': 2}", "keySet()"), "[a, b]");
  EXPECT_EQ(map("{'a': 1, 'b': 2}", "values()"), "[1, 2]");
  EXPECT_EQ(map("{'a': 1, 'b': 2}", "entrySet()"), "[a=1, b=2]");
  EXPECT_EQ(map("{'a': 1}", "containsKey('a')"), "true");
  EXPECT_EQ(map("{'a': 1}", "containsValue(1)"), "true");
  EXPECT_EQ(map("{'a': 1}", "get('a')"), "1");
  EXPECT_EQ(map("{'a': 1}", "get('z')"), "");
  EXPECT_EQ(map("{'a': 1}", "getOrDefault('z', 7)"), "7");
  EXPECT_EQ(map("{'a': 1}", "size()"), "1");
  EXPECT_EQ(map("{}", "isEmpty()"), "true");
  EXPECT_EQ(evalWith("#set($m = {})#set($r = $m.put('k', 'v'))", "\"[$r] $m\""), "[] {k=v}");
  EXPECT_EQ(evalWith("#set($m = {'k': 1})#set($r = $m.put('k', 2))", "\"[$r] $m\""), "[1] {k=2}");
  EXPECT_EQ(evalWith("#set($m = {'k': 1})#set($r = $m.remove('k'))", "\"[$r] $m\""), "[1] {}");
  EXPECT_EQ(evalWith("#set($m = {})#set($r = $m.putAll({'a': 1}))", "$m"), "{a=1}");
  EXPECT_EQ(evalWith("#set($m = {1: 'one'})", "$m.get(1)"), "one");
}

TEST(VtlMapMethods, StayFastWithManyKeys) {
  const std::string build =
      "#set($m = {})#foreach($i in [1..900])#set($r = $m.put(\"k$i\", $i))#end"
      "#foreach($i in [1..450])#set($r = $m.remove(\"k$i\"))#end";
  EXPECT_EQ(evalWith(build, "\"$m.size() $m.get('k900') $m.get('k450')\""), "450 900 ");
}

TEST(VtlMethods, UnknownOnesGiveNothing) {
  EXPECT_EQ(text("x", "getClass()"), "");
  EXPECT_EQ(text("x", "class"), "");
  EXPECT_EQ(text("x", "length(1)"), "");
  EXPECT_EQ(list("[1]", "forEach()"), "");
  EXPECT_EQ(eval("$nothing.length()"), "");
}

}  // namespace
}  // namespace hearth::gateway::vtl
