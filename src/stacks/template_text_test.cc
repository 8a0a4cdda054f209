#include "stacks/template_text.h"

#include <gtest/gtest.h>

namespace hearth::stacks {
namespace {

std::string read(std::string_view text) {
  auto tree = readTemplateText(text);
  return tree.ok() ? base::writeJson(*tree) : "FAULT " + tree.fault().message;
}

bool isFault(std::string_view text, std::string_view message) {
  auto tree = readTemplateText(text);
  if (tree.ok()) return false;
  EXPECT_EQ(tree.fault().code, "ValidationError");
  EXPECT_EQ(tree.fault().status, 400);
  EXPECT_EQ(tree.fault().message, message);
  return tree.fault().message == message;
}

TEST(TemplateText, readsJson) {
  EXPECT_EQ(read(R"( {"a": [1, -2, 0.5, true, null, "x\u00e9"], "b": {"c": 18446744073709551615}} )"),
            R"({"a":[1,-2,0.5,true,null,"xé"],"b":{"c":18446744073709551615}})");
}

TEST(TemplateText, saysWhereJsonBreaks) {
  EXPECT_TRUE(isFault("{\"a\": 1,\n  \"b\" 2}", "Template format error: JSON not well-formed. (line 2, column 7)"));
  EXPECT_TRUE(isFault("{\"a\": 1} x", "Template format error: JSON not well-formed. (line 1, column 10)"));
  EXPECT_TRUE(isFault("{\"a\": ", "Template format error: JSON not well-formed. (line 1, column 7)"));
}

TEST(TemplateText, refusesKeysTwice) {
  EXPECT_NE(read(R"({"a": 1, "a": 2})").find("JSON not well-formed: duplicate key 'a'"), std::string::npos);
  EXPECT_TRUE(isFault("a: 1\nb: 2\na: 3\n",
                      "Template format error: YAML not well-formed: duplicate key 'a'. (line 3, column 1)"));
}

TEST(TemplateText, refusesWhatIsNoMap) {
  const std::string unsupported = "Template format error: unsupported structure.";
  for (const char* text : {"", "  \n", "- a\n- b\n", "just words", "[]", "42", "---\n"}) {
    EXPECT_TRUE(isFault(text, unsupported)) << text;
  }
}

TEST(TemplateText, refusesBytesThatAreNoText) {
  EXPECT_TRUE(isFault("a: \xff", "Template format error: YAML not well-formed: not UTF-8 text."));
  EXPECT_TRUE(
      isFault(std::string_view("{\"a\0\": 1}", 9), "Template format error: JSON not well-formed: not UTF-8 text."));
}

TEST(TemplateText, boundsDepthAndSize) {
  const auto nested = [](const std::string& open, const std::string& close, int depth) {
    std::string text = "{\"a\": ";
    for (int i = 0; i < depth; ++i) text += open;
    for (int i = 0; i < depth; ++i) text += close;
    return text + "}";
  };
  EXPECT_EQ(read(nested("[", "]", 63)).rfind("FAULT", 0), std::string::npos);
  EXPECT_EQ(read(nested("[", "]", 64)).rfind("FAULT Template format error: JSON not well-formed", 0), 0U);
  EXPECT_EQ(
      read("a: " + std::string(100, '[') + std::string(100, ']')).rfind("FAULT Template format error: YAML", 0),
      0U);
  EXPECT_EQ(read("a: " + std::string(5'000, '[')).rfind("FAULT Template format error: YAML", 0), 0U);
  EXPECT_TRUE(isFault(std::string(kMaxTemplateBytes + 1, ' '), "Template may not exceed 1000000 bytes in size."));
  std::string many = "{\"a\":[0";
  for (std::size_t i = 0; i < 250'000; ++i) many += ",0";
  EXPECT_NE(read(many + "]}").find("more than 200000 values"), std::string::npos);
}

TEST(TemplateText, expandsEveryShortTag) {
  EXPECT_EQ(
      read(R"yaml(
ref: !Ref Bucket
att: !GetAtt Bucket.Arn
nested: !GetAtt Stack.Outputs.Url
attList: !GetAtt [Bucket, Arn]
join: !Join [",", [a, !Ref B]]
select: !Select [0, !GetAZs ""]
split: !Split [",", "a,b"]
sub: !Sub "${AWS::Region}-x"
subList: !Sub ["${A}", {A: !Ref B}]
if: !If [C, 1, !Ref "AWS::NoValue"]
map: !FindInMap [M, a, b]
b64: !Base64 text
cidr: !Cidr [10.0.0.0/16, 2, 8]
import: !ImportValue name
all: !And [!Equals [a, b], !Or [!Condition C, !Not [!Condition D]]]
macro: !Transform {Name: AWS::Include}
azs: !GetAZs
)yaml"),
      R"({"ref":{"Ref":"Bucket"},"att":{"Fn::GetAtt":["Bucket","Arn"]},)"
      R"("nested":{"Fn::GetAtt":["Stack","Outputs.Url"]},"attList":{"Fn::GetAtt":["Bucket","Arn"]},)"
      R"("join":{"Fn::Join":[",",["a",{"Ref":"B"}]]},"select":{"Fn::Select":[0,{"Fn::GetAZs":""}]},)"
      R"("split":{"Fn::Split":[",","a,b"]},"sub":{"Fn::Sub":"${AWS::Region}-x"},)"
      R"("subList":{"Fn::Sub":["${A}",{"A":{"Ref":"B"}}]},)"
      R"("if":{"Fn::If":["C",1,{"Ref":"AWS::NoValue"}]},"map":{"Fn::FindInMap":["M","a","b"]},)"
      R"("b64":{"Fn::Base64":"text"},"cidr":{"Fn::Cidr":["10.0.0.0/16",2,8]},)"
      R"("import":{"Fn::ImportValue":"name"},)"
      R"("all":{"Fn::And":[{"Fn::Equals":["a","b"]},{"Fn::Or":[{"Condition":"C"},{"Fn::Not":[{"Condition":"D"}]}]}]},)"
      R"("macro":{"Fn::Transform":{"Name":"AWS::Include"}},"azs":{"Fn::GetAZs":""}})");
}

TEST(TemplateText, typesPlainScalarsLikeCloudFormation) {
  EXPECT_EQ(read("{a: 1}"), "FAULT Template format error: JSON not well-formed. (line 1, column 2)");
  EXPECT_EQ(read("v: [60, -5, +7, 0, 0.5, -1.25, 1.0e+3]"), R"({"v":[60,-5,7,0,0.5,-1.25,1000.0]})");
  EXPECT_EQ(read("v: [true, False, YES, no, On, off, y, n]"),
            R"({"v":[true,false,true,false,true,false,"y","n"]})");
  // Account ids, hashes, versions, dates, times and IP addresses are text.
  EXPECT_EQ(
      read("v: [000123456789, 0x1F, 12e3, 1_000, 2010-09-09, 12:30:45, 10.0.0.0, 1.2.3, .5, .inf, -]"),
      R"({"v":["000123456789","0x1F","12e3","1_000","2010-09-09","12:30:45","10.0.0.0","1.2.3",".5",".inf","-"]})");
  EXPECT_EQ(read("v: ['60', \"true\", !!str 5, ~, null, '']"), R"({"v":["60","true","5",null,null,""]})");
  EXPECT_EQ(read("v: [99999999999999999999, 3: x]"), R"({"v":["99999999999999999999",{"3":"x"}]})");
  EXPECT_EQ(read("true: a\n5: b\n"), R"({"true":"a","5":"b"})");
}

TEST(TemplateText, keepsBlockScalars) {
  EXPECT_EQ(read("a: |\n  line one\n   two\nb: >-\n  folded\n  text\n"),
            R"({"a":"line one\n two\n","b":"folded text"})");
}

TEST(TemplateText, refusesAliases) {
  const std::string aliases = "Template error: YAML aliases are not allowed in CloudFormation templates";
  EXPECT_TRUE(isFault("a: &x {b: 1}\nc: *x\n", aliases));
  EXPECT_TRUE(isFault("a: *nowhere\n", aliases));
  EXPECT_EQ(read("a: &unused 5\n"), R"({"a":5})") << "an anchor that nobody uses does no harm";
}

TEST(TemplateText, refusesForeignYaml) {
  EXPECT_TRUE(isFault(
      "a: !!binary aGk=\n",
      "Template format error: YAML not well-formed: the tag !!binary is not supported. (line 1, column 4)"));
  EXPECT_TRUE(
      isFault("a: 1\n---\nb: 2\n",
              "Template format error: YAML not well-formed: there is more than one document. (line 2, column 1)"));
  EXPECT_TRUE(isFault("? [a]\n: 1\n",
                      "Template format error: YAML not well-formed: a key is not a scalar. (line 1, column 3)"));
  EXPECT_TRUE(isFault("~: 1\n", "Template format error: YAML not well-formed: a key is empty. (line 1, column 1)"));
  EXPECT_EQ(read("a: b: c\n").rfind("FAULT Template format error: YAML not well-formed. (line 1", 0), 0U);
  for (const char* open :
       {"a: \"open\n", "a: \"open", "a: 'open\n\n", "a: 'open", "a: [1, 2", "a: {b: 1\n", "a: \"open\n b: c"}) {
    EXPECT_EQ(read(open).rfind("FAULT Template format error: YAML not well-formed. (line", 0), 0U) << open;
  }
  EXPECT_EQ(read("a: 1\n...\n"), R"({"a":1})");
  EXPECT_EQ(read("a: |+\n  x\n\n"), R"({"a":"x\n\n"})");
  EXPECT_EQ(read("---\na: |\n  x"), R"({"a":"x"})");
}

}  // namespace
}  // namespace hearth::stacks
