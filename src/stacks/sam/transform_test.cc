#include "stacks/sam/transform.h"

#include <gtest/gtest.h>

#include "stacks/sam/json.h"
#include "stacks/sam/world_test.h"

namespace hearth::stacks::sam {
namespace {

TEST(SamTransform, whatIsNotOfSamStaysAsItIs) {
  const Json made = expand(
      "Transform: AWS::Serverless-2016-10-31\nDescription: d\nParameters: {P: {Type: String}}\n"
      "Resources: {B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref P}}}\n"
      "Outputs: {O: {Value: !Ref B}}\n");
  EXPECT_EQ(base::writeJson(made),
            R"({"Description":"d","Parameters":{"P":{"Type":"String"}},"Resources":{"B":{"Type":"AWS::S3::Bucket",)"
            R"("Properties":{"BucketName":{"Ref":"P"}}}},"Outputs":{"O":{"Value":{"Ref":"B"}}}})");
}

TEST(SamTransform, globalsGoBehindWhatAResourceSays) {
  const std::string globals =
      "Globals:\n  Function: {Timeout: 7, MemorySize: 512, Environment: {Variables: {A: g, B: g}}, Layers: [one], "
      "Tags: !Ref T}\n  Api: {Name: all}\n";
  const Json made =
      expand(withFunction("      Timeout: 9\n      Environment: {Variables: {B: f, C: f}}\n"
                          "      Layers: [two]\n      Tags: {own: tag}\n"
                          "      Events: {E: {Type: Api, Properties: {Path: /, Method: get}}}\n",
                          globals));
  EXPECT_EQ(at(made, "/Globals"), "-");
  EXPECT_EQ(at(made, "/Resources/F/Properties/Timeout"), "9");
  EXPECT_EQ(at(made, "/Resources/F/Properties/MemorySize"), "512");
  EXPECT_EQ(at(made, "/Resources/F/Properties/Environment/Variables"), R"({"A":"g","B":"f","C":"f"})");
  EXPECT_EQ(at(made, "/Resources/F/Properties/Layers"), R"(["one","two"])");
  EXPECT_EQ(at(made, "/Resources/F/Properties/Tags/1/Key"), R"("own")");
  EXPECT_EQ(at(made, "/Resources/ServerlessRestApi/Properties/Name"), R"("all")");
}

TEST(SamTransform, aResourceMayIgnoreGlobals) {
  const std::string globals = "Globals: {Function: {Timeout: 7, MemorySize: 512}}\n";
  const Json all = expand(withFunction("", globals, "    IgnoreGlobals: '*'\n"));
  EXPECT_EQ(at(all, "/Resources/F/Properties/Timeout"), "-");
  const Json one = expand(withFunction("", globals, "    IgnoreGlobals: [Timeout]\n"));
  EXPECT_EQ(at(one, "/Resources/F/Properties/Timeout"), "-");
  EXPECT_EQ(at(one, "/Resources/F/Properties/MemorySize"), "512");
  EXPECT_EQ(problem(withFunction("", globals, "    IgnoreGlobals: [Handler]\n")),
            "Resource with id [F] is invalid. Resource F has invalid resource attribute 'IgnoreGlobals' on item "
            "'Handler'.");
}

TEST(SamTransform, globalsAreChecked) {
  EXPECT_EQ(problem(withFunction("", "Globals: [a]\n")),
            "'Globals' section is invalid. It must be a non-empty dictionary");
  EXPECT_EQ(
      problem(withFunction("", "Globals: {Bucket: {}}\n")),
      "'Globals' section is invalid. 'Bucket' is not supported. Must be one of the following values - ['Api', "
      "'CapacityProvider', 'Function', 'HttpApi', 'LayerVersion', 'SimpleTable', 'StateMachine', "
      "'WebSocketApi']");
  const std::string wrong =
      "'Globals' section is invalid. 'Role' is not a supported property of 'Function'. Must be ";
  EXPECT_EQ(problem(withFunction("", "Globals: {Function: {Role: r}}\n")).substr(0, wrong.size()), wrong);
}

TEST(SamTransform, otherTypesOfSamAreRefusedByName) {
  for (const char* type : {"HttpApi", "SimpleTable", "StateMachine", "LayerVersion", "Application", "Connector"}) {
    EXPECT_EQ(problem("Resources: {X: {Type: AWS::Serverless::" + std::string(type) + "}}"),
              "Resource with id [X] is invalid. AWS::Serverless::" + std::string(type) + " is not supported.");
  }
  EXPECT_EQ(problem("Resources: {X: {Type: AWS::S3::Bucket, Connectors: {}}}"),
            "Resource with id [X] is invalid. Connectors are not supported.");
}

TEST(SamTransform, theFormOfResources) {
  const std::string structure = "Structure of the SAM template is invalid. ";
  EXPECT_EQ(problem("Resources: {}"), structure + "'Resources' section is required");
  EXPECT_EQ(problem("Resources: {A: text}"),
            structure + "All 'Resources' must be Objects. If you're using YAML, this may be an indentation issue.");
  EXPECT_EQ(problem("Resources: {A: {Type: AWS::Serverless::Api, Properties: [x]}}"),
            "Resource with id [A] is invalid. Attribute 'Properties' should be a map.");
  EXPECT_EQ(problem("Resources: {A: {Type: AWS::Serverless::Api, Condition: [x]}}"),
            structure + "Every Condition member must be a string.");
  EXPECT_EQ(problem("Resources: {a-b: {Type: AWS::Serverless::Function}}"),
            "Resource with id [a-b] is invalid. Logical ids must be alphanumeric.");
}

TEST(SamTransform, everythingThatIsWrongIsToldInOrder) {
  auto made = run("Resources:\n  AB: {Type: AWS::Serverless::Function}\n  A: {Type: AWS::Serverless::Function}\n");
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(
      made.fault().message,
      "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification document. "
      "Number of errors found: 2. Resource with id [A] is invalid. Runtime and Handler needs to be present when "
      "PackageType is of type `Zip` Resource with id [AB] is invalid. Runtime and Handler needs to be present "
      "when PackageType is of type `Zip`");
}

TEST(SamTransform, itDoesNotGrowBeyondATemplate) {
  const auto refused = [](const std::string& text) {
    auto made = run(text);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.fault().message, "Template may not exceed 1000000 bytes in size.");
  };
  // Globals of much, merged into many.
  std::string many = "Globals: {Function: {Description: " + std::string(400'000, 'x') + "}}\nResources:\n";
  for (int i = 0; i < 100; ++i) {
    many += "  F" + std::to_string(i) +
            ": {Type: AWS::Serverless::Function, Properties: {Handler: h, Runtime: r, CodeUri: s3://b/k}}\n";
  }
  refused(many);
  // A parameter of much, named often.
  std::string named =
      "Parameters: {P: {Type: String, Default: " + std::string(4000, 'x') +
      "}}\nResources: {A: {Type: AWS::Serverless::Api, Properties: {StageName: s, BinaryMediaTypes: [";
  for (int i = 0; i < 20'000; ++i) named += "!Ref P,";
  refused(named + "]}}}");
  // CORS of much, for many paths.
  std::string paths =
      "Resources: {A: {Type: AWS::Serverless::Api, Properties: {StageName: s, Cors: " + std::string(300'000, 'x') +
      ", DefinitionBody: {swagger: '2.0', paths: {";
  for (int i = 0; i < 200; ++i) paths += "/p" + std::to_string(i) + ": {get: {}},";
  refused(paths + "}}}}}");
}

TEST(SamTransform, moreEventsThanResources) {
  std::string events = "      Events:\n";
  for (int i = 0; i < 1100; ++i) {
    const std::string name = "E" + std::to_string(i);
    events += "        " + name + ": {Type: Api, Properties: {Path: /" + name + ", Method: get}}\n";
  }
  auto made = run(withFunction(events));
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.fault().message,
            "Template format error: Number of resources is greater than maximum allowed, 500");
}

TEST(SamJson, theTextOfHashes) {
  const Json value =
      JsonObject{{"b", JsonArray{Json(1), Json(true), Json(1.5)}}, {"a", "\xC3\xA4\xF0\x9F\x98\x80\n"}};
  EXPECT_EQ(canonicalText(value), R"({"a":"\u00e4\ud83d\ude00\n","b":[1,true,1.5]})");
  EXPECT_EQ(hashOf("Prod"), hashOf("Prod", 40).substr(0, 10));
  EXPECT_EQ(hashOf(""), "");
}

TEST(SamJson, whatSaysSomething) {
  EXPECT_FALSE(isTruthy(nullptr));
  for (const Json& nothing : {Json(), Json(false), Json(0), Json(""), Json(JsonArray()), Json(JsonObject())}) {
    EXPECT_FALSE(isTruthy(&nothing));
  }
  for (const Json& something : {Json(true), Json(-1), Json(0.5), Json("0"), Json(JsonArray{Json()})}) {
    EXPECT_TRUE(isTruthy(&something));
  }
}

}  // namespace
}  // namespace hearth::stacks::sam
