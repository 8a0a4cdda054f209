#include "stacks/intrinsics.h"

#include <gtest/gtest.h>

#include "stacks/faults.h"

namespace hearth::stacks {
namespace {

// A template around one expression, and the scope to evaluate it in.
struct Fixture {
  Template document;
  Scope scope;

  static constexpr const char* kHead = R"yaml(
Parameters:
  Name: {Type: String, Default: demo}
  Size: {Type: Number, Default: 5}
  List: {Type: CommaDelimitedList, Default: "a, b,c"}
  Secret: {Type: String, NoEcho: true, Default: hush}
  SecretList: {Type: CommaDelimitedList, NoEcho: true, Default: "x,y"}
Mappings:
  M: {us-east-1: {Text: t, Number: 5, List: [p, q]}, demo: {Text: d}}
Conditions:
  IsDemo: !Equals [!Ref Name, demo]
  NotDemo: !Not [!Condition IsDemo]
  Both: !And [!Condition IsDemo, !Condition NotDemo]
  Either: !Or [!Condition NotDemo, !Condition IsDemo]
  Numbers: !Equals [!Ref Size, 5]
  Mapped: !Equals [!FindInMap [M, !Ref "AWS::Region", Text], t]
Resources:
  Bucket: {Type: AWS::X::A}
  Later: {Type: AWS::X::A}
  Off: {Type: AWS::X::A, Condition: NotDemo}
  A:
    Type: AWS::X::A
    Properties:
      V: )yaml";

  explicit Fixture(const std::string& expression) {
    auto parsed = parseTemplate(kHead + expression + "\n");
    EXPECT_TRUE(parsed.ok()) << expression << ": " << (parsed.ok() ? "" : parsed.fault().message);
    if (!parsed.ok()) return;
    document = *parsed;
    ParameterValues values;
    for (const auto& parameter : document.parameters) values[parameter.name] = *parameter.defaultValue;
    PseudoParameters pseudo;
    pseudo.accountId = "000000000000";
    pseudo.region = "us-east-1";
    pseudo.stackName = "stack";
    pseudo.stackId = "arn:stack";
    pseudo.notificationArns = {"arn:one"};
    auto made = makeScope(document, values, pseudo);
    EXPECT_TRUE(made.ok());
    if (!made.ok()) return;
    scope = *made;
    scope.plain = [](const DynamicReference& reference) -> Result<std::string> {
      return "<" + reference.key + ">";
    };
    scope.ref = [inner = scope.ref](const std::string& id) -> Result<Json> {
      HEARTH_CHECK(inner(id));
      if (id == "Later") return Json();
      return Json("physical-" + id);
    };
    scope.attribute = [ref = scope.ref](const std::string& id, const std::string& attribute) -> Result<Json> {
      HEARTH_TRY(Json physical, ref(id));
      if (physical.is_null()) return Json();
      return Json(std::string(physical.get_string()) + "/" + attribute);
    };
    scope.import = [](const std::string& name) -> Result<Json> {
      if (name == "demo-vpc") return Json("vpc-1");
      if (name == "planted") return Json("x{{resolve:secretsmanager:db}}");
      if (name == "half") return Json("{{res");
      if (name == "rest") return Json("resolve:ssm:/p}}");
      return validationError("No export named " + name + " found");
    };
  }

  std::string value() const {
    const Json* expression = document.resources.back().properties.get_object().if_contains("V");
    if (!expression) return "no template";
    auto result = evaluate(*expression, scope);
    if (!result.ok()) return "FAULT " + result.fault().message;
    return *result ? base::writeJson(**result) : "NOVALUE";
  }
};

std::string valueOf(const std::string& expression) { return Fixture(expression).value(); }

TEST(Intrinsics, evaluatesEveryFunction) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"!Ref Name", R"("demo")"},
      {"!Ref Size", R"("5")"},
      {"!Ref List", R"(["a","b","c"])"},
      {"!Ref Bucket", R"("physical-Bucket")"},
      {"!Ref AWS::AccountId", R"("000000000000")"},
      {"!Ref AWS::Region", R"("us-east-1")"},
      {"!Ref AWS::Partition", R"("aws")"},
      {"!Ref AWS::StackId", R"("arn:stack")"},
      {"!Ref AWS::StackName", R"("stack")"},
      {"!Ref AWS::URLSuffix", R"("amazonaws.com")"},
      {"!Ref AWS::NotificationARNs", R"(["arn:one"])"},
      {"!Ref AWS::NoValue", "NOVALUE"},
      {"!GetAtt Bucket.Arn", R"("physical-Bucket/Arn")"},
      {"!GetAtt Bucket.Outputs.Url", R"("physical-Bucket/Outputs.Url")"},
      {"!GetAtt [Bucket, !Ref Name]", R"("physical-Bucket/demo")"},
      {"{'Fn::GetAtt': Bucket.Arn}", R"("physical-Bucket/Arn")"},
      {"!Join ['-', [a, !Ref Name, 5, true, 0.5]]", R"("a-demo-5-true-0.5")"},
      {"!Join ['', []]", R"("")"},
      {"!Join [',', !Ref List]", R"("a,b,c")"},
      {"!Join [',', [a, !Ref 'AWS::NoValue', b]]", R"("a,b")"},
      {"!Join ['', [!Join ['/', [x, y]], '!']]", R"("x/y!")"},
      {"!Select [0, [a, b]]", R"("a")"},
      {"!Select ['1', [a, b]]", R"("b")"},
      {"!Select [!Ref Size, [0, 1, 2, 3, 4, five]]", R"("five")"},
      {"!Select [1, !Split ['/', 'x/y/z']]", R"("y")"},
      {"!Split ['--', 'a--b--']", R"(["a","b",""])"},
      {"!Split [',', abc]", R"(["abc"])"},
      {"!Sub 'a ${Name} ${Size} ${AWS::Region} ${Bucket} ${Bucket.Arn} ${!Keep} $ {x} ${'",
       R"("a demo 5 us-east-1 physical-Bucket physical-Bucket/Arn ${Keep} $ {x} ${")"},
      {"!Sub ['${Own}-${Name}', {Own: !Ref AWS::StackName}]", R"("stack-demo")"},
      {"!Sub ['${Name}', {Name: other}]", R"("other")"},
      {"!If [IsDemo, 1, 2]", "1"},
      {"!If [NotDemo, 1, !Ref 'AWS::NoValue']", "NOVALUE"},
      {"!If [Both, 1, 2]", "2"},
      {"!If [Either, 1, 2]", "1"},
      {"!If [Numbers, 1, 2]", "1"},
      {"!If [Mapped, 1, 2]", "1"},
      {"!If [NotDemo, !Ref Off, fine]", R"("fine")"},
      {"!FindInMap [M, us-east-1, Number]", "5"},
      {"!FindInMap [M, us-east-1, List]", R"(["p","q"])"},
      {"!FindInMap [M, !Ref Name, Text]", R"("d")"},
      {"!Base64 {'Fn::Sub': 'hi ${Name}'}", R"("aGkgZGVtbw==")"},
      {"!Cidr [10.0.0.0/16, 3, 8]", R"(["10.0.0.0/24","10.0.1.0/24","10.0.2.0/24"])"},
      {"!Cidr ['2001:db8::/56', '2', '64']", R"(["2001:db8::/64","2001:db8:0:1::/64"])"},
      {"!GetAZs ''", R"(["us-east-1a","us-east-1b","us-east-1c"])"},
      {"!GetAZs eu-west-1", R"(["eu-west-1a","eu-west-1b","eu-west-1c"])"},
      {"!ImportValue {'Fn::Sub': '${Name}-vpc'}", R"("vpc-1")"},
      {"{a: [1, !Ref 'AWS::NoValue'], b: !Ref 'AWS::NoValue', c: {d: !Ref Name}}", R"({"a":[1],"c":{"d":"demo"}})"},
      {"{Condition: {Bool: x}}", R"({"Condition":{"Bool":"x"}})"},
  };
  for (const auto& [expression, expected] : cases) {
    EXPECT_EQ(valueOf(expression), expected) << expression;
  }
}

TEST(Intrinsics, carriesWhatIsNotKnownYet) {
  for (const char* expression :
       {"!Ref Later", "!GetAtt Later.Arn", "!Sub 'x${Later}'", "!Sub 'x${Later.Arn}'",
        "!Join [',', [a, !Ref Later]]", "!Split [',', !Ref Later]", "!Select [0, !Split [',', !Ref Later]]",
        "!Base64 {Ref: Later}", "!Cidr [!Ref Later, 1, 8]", "!Join [',', !Split [',', !GetAtt Later.List]]"}) {
    EXPECT_EQ(valueOf(expression), "null") << expression;
  }
  EXPECT_EQ(valueOf("{a: !Ref Later, b: [1, !Ref Later], c: 2}"), R"({"a":null,"b":[1,null],"c":2})");
  EXPECT_EQ(valueOf("!Select [1, [!Ref Later, b]]"), R"("b")");
}

TEST(Intrinsics, faults) {
  const std::string select =
      "FAULT Template error: Fn::Select requires a list argument with two elements: an integer index and a list";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"!Ref Off",
       "FAULT Template format error: Unresolved resource dependencies [Off] in the Resources block of the "
       "template"},
      {"!Sub '${Off.Arn}'",
       "FAULT Template format error: Unresolved resource dependencies [Off] in the Resources block of the "
       "template"},
      {"!FindInMap [M, us-east-1, Nope]", "FAULT Template error: Unable to get mapping for M::us-east-1::Nope"},
      {"!FindInMap [!Ref Name, a, b]",
       "FAULT Template error: Mapping named 'demo' is not present in the 'Mappings' section of template."},
      {"!Select [3, [a, b, c]]", "FAULT Template error: Fn::Select  cannot select nonexistent value at index 3"},
      {"!Select ['-1', [a]]", "FAULT Template error: Fn::Select  cannot select nonexistent value at index -1"},
      {"!Select [0, {Ref: Name}]", select},
      {"!Join [',', {Ref: Name}]",
       "FAULT Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list "
       "of "
       "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."},
      {"!Sub '${List}'", "FAULT Template error: Fn::Sub expression does not resolve to a string: ${List}"},
      {"!Split [',', {Ref: List}]",
       "FAULT Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a "
       "string "
       "to be split or a function that returns a string to be split."},
      {"!Base64 {Ref: List}", "FAULT Template error: every Fn::Base64 object must have a String-typed value."},
      {"!ImportValue nope", "FAULT No export named nope found"},
      {"!Cidr [10.0.0.0/30, 5, 1]", "FAULT Template error: Fn::Cidr cannot make 5 ranges of 10.0.0.0/30"},
      {"!Cidr [10.0.0.0/30, 1, 8]", "FAULT Template error: Fn::Cidr cidrBits 8 do not fit into 10.0.0.0/30"},
      {"!Cidr [nonsense, 1, 8]", "FAULT Template error: Fn::Cidr ipBlock 'nonsense' is not a CIDR block"},
      {"!Cidr [10.0.0.0/8, 257, 8]", "FAULT Template error: Fn::Cidr count must be between 1 and 256"},
  };
  for (const auto& [expression, expected] : cases) EXPECT_EQ(valueOf(expression), expected) << expression;
}

TEST(Intrinsics, masksSecrets) {
  Fixture fixture("!Join ['', [!Ref Secret, !Join [',', !Ref SecretList], !Ref Name]]");
  EXPECT_EQ(fixture.value(), R"("hushx,ydemo")");
  maskSecrets(fixture.scope, fixture.document);
  EXPECT_EQ(fixture.value(), R"("********demo")");
}

TEST(Intrinsics, boundsWhatASmallTemplateCanMake) {
  Fixture fixture("!Join ['', [!Ref Name, !Ref Name, !Ref Name, !Ref Name]]");
  fixture.scope.parameters["Name"] = Json(std::string(300'000, 'x'));
  EXPECT_EQ(fixture.value(), "FAULT Template error: the functions of the template make values of more than 1 MiB");

  Fixture many("[!Ref Name, !Ref Name, !Ref Name, !Ref Name, !Ref Name, !Ref Name, !Ref Name, !Ref Name]");
  many.scope.parameters["Name"] = Json(std::string(900'000, 'x'));
  EXPECT_NE(many.value().rfind("FAULT", 0), 0U);
  many.scope.spent = 0;
  many.scope.parameters["Name"] = Json(std::string(1'000'000, 'x'));
  EXPECT_NE(many.value().rfind("FAULT", 0), 0U);
  EXPECT_NE(many.value().rfind("FAULT", 0), 0U);
  EXPECT_EQ(many.value(), "FAULT Template error: the functions of the template make values of more than 16 MiB")
      << "the third time in the same scope";
}

TEST(Intrinsics, leavesOutWhatConditionsLeaveOut) {
  Fixture fixture("x");
  EXPECT_EQ(activeResources(fixture.document, fixture.scope), (std::vector<std::string>{"Bucket", "Later", "A"}));
}

TEST(Intrinsics, ValuesFromElsewhereBringNoReferences) {
  const auto valueOf = [](const std::string& expression) { return Fixture(expression).value(); };
  const std::string planted =
      "FAULT Template error: the value of Fn::ImportValue planted has a dynamic reference in it. Only a template "
      "and "
      "its parameters can have them.";
  EXPECT_EQ(valueOf("!ImportValue planted"), planted);
  EXPECT_EQ(valueOf("!Sub ['${V}', {V: !ImportValue planted}]"), planted);
  EXPECT_EQ(valueOf("!Select [1, !Split ['x', !ImportValue planted]]"), planted);
  const auto apart = [](const std::string& function) {
    return "FAULT Template error: the beginning of a dynamic reference in " + function +
           " must stand in one text, not be put together of several.";
  };
  EXPECT_EQ(valueOf("!Join ['', [!ImportValue half, 'olve:secretsmanager:db}}']]"), apart("Fn::Join"));
  EXPECT_EQ(valueOf("!Join ['{{', ['a', !ImportValue rest]]"), apart("Fn::Join"));
  EXPECT_EQ(valueOf("!Sub ['{{${V}', {V: !ImportValue rest}]"), apart("Fn::Sub"));
  // A reference that the template begins may name what comes from elsewhere.
  EXPECT_EQ(valueOf("!Join ['', ['{{resolve:ssm:', !ImportValue demo-vpc, '}}']]"), "\"<vpc-1>\"");
  EXPECT_EQ(valueOf("!Sub ['{{resolve:ssm:${V}}}', {V: !ImportValue demo-vpc}]"), "\"<vpc-1>\"");
}

}  // namespace
}  // namespace hearth::stacks
