#include "stacks/dynamic_reference.h"

#include <gtest/gtest.h>

#include "stacks/parameters.h"
#include "stacks/template_values_test.h"

namespace hearth::stacks {
namespace {

const std::string kSecure = "{{resolve:ssm-secure:/p:1}}";

// "literal|<ssm KEY>|<secret ID KEY STAGE VERSION>", or the fault.
std::string piecesOf(const std::string& text) {
  auto pieces = splitReferences(text);
  if (!pieces.ok()) return pieces.fault().message;
  std::string shown;
  for (const TextPiece& piece : *pieces) {
    if (!shown.empty()) shown += "|";
    if (!piece.reference) {
      shown += piece.text;
      continue;
    }
    const DynamicReference& found = *piece.reference;
    EXPECT_EQ(found.text, piece.text);
    if (found.kind == DynamicReference::Kind::kPlain) shown += "<ssm " + found.key + ">";
    if (found.kind == DynamicReference::Kind::kSecure) shown += "<secure " + found.key + ">";
    if (found.kind == DynamicReference::Kind::kSecret)
      shown +=
          "<secret " + found.key + " " + found.jsonKey + " " + found.versionStage + " " + found.versionId + ">";
  }
  return shown;
}

TEST(DynamicReference, TextsAreCutUp) {
  EXPECT_EQ(piecesOf(""), "");
  EXPECT_EQ(piecesOf("plain {{text}} {{resolve:x}} {{resolve:ssm:"), "plain {{text}} {{resolve:x}} {{resolve:ssm:");
  EXPECT_EQ(piecesOf("a{{resolve:ssm:/p/q}}b{{resolve:ssm:r:12}}"), "a|<ssm /p/q>|b|<ssm r:12>");
  EXPECT_EQ(piecesOf(kSecure), "<secure /p:1>");
  EXPECT_EQ(piecesOf("{{resolve:secretsmanager:db}}"), "<secret db   >");
  EXPECT_EQ(piecesOf("{{resolve:secretsmanager:db:SecretString:user}}"), "<secret db user  >");
  EXPECT_EQ(piecesOf("{{resolve:secretsmanager:db:SecretString:user::}}"), "<secret db user  >");
  EXPECT_EQ(piecesOf("{{resolve:secretsmanager:db:SecretString::AWSPREVIOUS}}"), "<secret db  AWSPREVIOUS >");
  EXPECT_EQ(
      piecesOf("{{resolve:secretsmanager:arn:aws:secretsmanager:r:1:secret:db-aB3dE6:SecretString:user::v1}}"),
      "<secret arn:aws:secretsmanager:r:1:secret:db-aB3dE6 user  v1>");
}

TEST(DynamicReference, WhatIsWrittenWrongIsNamed) {
  for (const char* text : {"{{resolve:ssm:}}", "{{resolve:ssm:a b}}", "{{resolve:ssm:a:b}}",
                           "{{resolve:ssm:a:1:2}}", "{{resolve:ssm-secure:/a:}}"})
    EXPECT_EQ(piecesOf(text),
              "Incorrect format is used in the following SSM reference: [" + std::string(text) + "]");
  for (const char* text :
       {"{{resolve:secretsmanager:}}", "{{resolve:secretsmanager:db:SecretBinary}}",
        "{{resolve:secretsmanager:db:SecretString:a:b:c:d}}", "{{resolve:secretsmanager:arn:aws}}"})
    EXPECT_EQ(piecesOf(text),
              "Incorrect format is used in the following Secrets Manager reference: [" + std::string(text) + "]");
  EXPECT_NE(piecesOf("{{resolve:ssm:" + std::string(5000, 'a') + "}}").find("Incorrect format"), std::string::npos);
}

TEST(DynamicReference, PlainOnesAreReplacedOnce) {
  MadeUpValues values;
  values.setParameter("a", "x{{}}");
  values.setParameter("planted", "{{resolve:ssm:b}}");
  values.setParameter("s", "hush", "SecureString");
  const ReferenceLookup lookup = plainLookup(values, {"1", "r", "me"});
  EXPECT_EQ(*replacePlain("<{{resolve:ssm:a}}|{{resolve:ssm:a}}|" + kSecure + ">", lookup),
            "<x{{}}|x{{}}|" + kSecure + ">");
  EXPECT_EQ(values.takeAsked(), std::vector<std::string>{"me a"});
  EXPECT_NE(replacePlain("{{resolve:ssm:planted}}", lookup).fault().message.find("has a dynamic reference in it"),
            std::string::npos);
  EXPECT_EQ(replacePlain("{{resolve:ssm:none:3}}", lookup).fault().message,
            "Parameters: [ssm:none:3] cannot be found.");
  EXPECT_EQ(replacePlain("{{resolve:ssm:s}}", lookup).fault().message,
            "Parameters [s] referenced by template have types not supported by CloudFormation.");
}

TEST(DynamicReference, SecretsHaveKeys) {
  MadeUpValues values;
  values.setSecret("db//", R"({"user": "ann", "port": 5432, "more": {"a": 1}})");
  values.setSecret("text//", "no json");
  const ReferenceLookup lookup = [&](const DynamicReference& reference) {
    return readSecretReference(values, {"1", "r", "me"}, reference);
  };
  const auto of = [&](const std::string& rest) {
    auto read = replaceSecrets("{{resolve:secretsmanager:" + rest + "}}", lookup);
    return read.ok() ? *read : read.fault().message;
  };
  EXPECT_EQ(of("db:SecretString:user"), "ann");
  EXPECT_EQ(of("db:SecretString:port"), "5432");
  EXPECT_EQ(of("text"), "no json");
  EXPECT_EQ(of("db:SecretString:none"), "Could not find a value associated with JSONKey in SecretString");
  EXPECT_EQ(of("db:SecretString:more"), "Could not find a value associated with JSONKey in SecretString");
  EXPECT_EQ(of("text:SecretString:user"), "Could not parse SecretString JSON");
  EXPECT_EQ(of("none"), "Secrets Manager can't find the specified secret.");
}

TEST(DynamicReference, SecureStringsHaveTheirPlaces) {
  std::set<std::string> places;
  const JsonObject environment = {{"Environment", JsonObject{{"Variables", JsonObject{{"KEY", kSecure}}}}},
                                  {"List", JsonArray{Json("a"), Json("x" + kSecure)}}};
  ASSERT_TRUE(checkSecretReferences("AWS::Lambda::Function", environment, places).ok());
  EXPECT_EQ(refuseSecureIn(places).fault().message,
            "SSM Secure reference is not supported in: [AWS::Lambda::Function/Properties/Environment/Variables/KEY,"
            "AWS::Lambda::Function/Properties/List]");
  places.clear();
  ASSERT_TRUE(
      checkSecretReferences("AWS::IAM::User", {{"LoginProfile", JsonObject{{"Password", kSecure}}}}, places).ok());
  EXPECT_TRUE(refuseSecureIn(places).ok());
}

TEST(DynamicReference, ATemplateHasSixty) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "{{resolve:ssm:a}}";
  EXPECT_TRUE(checkReferenceCount(text).ok());
  EXPECT_FALSE(checkReferenceCount(text + "{{resolve:ssm:a}}").ok());
}

TEST(StoredParameters, AreFetchedByName) {
  MadeUpValues values;
  values.setParameter("/image", "ami-1");
  values.setParameter("/zones", "a,b", "StringList");
  values.setParameter("/secret", "hush", "SecureString");
  const auto fetch = [&](const std::string& declarations, const ParameterValues& keys) {
    auto document = parseTemplate("Parameters: " + declarations + "\nResources: {A: {Type: AWS::X::A}}\n");
    EXPECT_TRUE(document.ok()) << document.fault().message;
    auto stored = fetchStored(*document, keys, values, {"1", "r", "me"});
    return stored.ok() ? std::make_pair(*stored, std::string())
                       : std::make_pair(ParameterValues(), stored.fault().message);
  };
  const std::string one = "{P: {Type: AWS::SSM::Parameter::Value<String>}}";
  EXPECT_EQ(fetch(one, {{"P", "/image"}}).first, (ParameterValues{{"P", "ami-1"}}));
  EXPECT_EQ(fetch(one, {{"P", "/none"}}).second,
            "Unable to fetch parameters [/none] from parameter store for this account.");
  EXPECT_EQ(fetch(one, {{"P", "/secret"}}).second,
            "Parameters [/secret] referenced by template have types not supported by CloudFormation.");
  EXPECT_EQ(fetch("{P: {Type: AWS::SSM::Parameter::Name}}", {{"P", "/none"}}).second,
            "Parameter validation failed: parameter value /none for parameter name P does not exist");
  EXPECT_EQ(fetch("{P: {Type: AWS::SSM::Parameter::Name}}", {{"P", "/image"}}),
            (std::pair<ParameterValues, std::string>()));
  values.refuse("/image");
  EXPECT_EQ(fetch(one, {{"P", "/image"}}).second,
            "User: u is not authorized (Service: AWSSimpleSystemsManagement; Status Code: 400; Error Code: "
            "AccessDeniedException)");
}

TEST(StoredParameters, AreListsWhereTheirTypeSaysSo) {
  for (const char* type :
       {"AWS::SSM::Parameter::Value<List<String>>", "AWS::SSM::Parameter::Value<CommaDelimitedList>",
        "AWS::SSM::Parameter::Value<List<AWS::EC2::Subnet::Id>>"}) {
    EXPECT_TRUE(checkParameterType(type).ok()) << type;
    EXPECT_EQ(parameterValue({.name = "P", .type = type}, "a,b"), (Json(JsonArray{"a", "b"}))) << type;
  }
  const char* text = "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>";
  EXPECT_TRUE(checkParameterType(text).ok());
  EXPECT_EQ(parameterValue({.name = "P", .type = text}, "a,b"), Json("a,b"));
  for (const char* type : {"AWS::SSM::Parameter::Value<Number>", "AWS::SSM::Parameter::Value<String",
                           "AWS::SSM::Parameter::Value<>", "AWS::SSM::Parameter::Value"})
    EXPECT_FALSE(checkParameterType(type).ok()) << type;
}

}  // namespace
}  // namespace hearth::stacks
