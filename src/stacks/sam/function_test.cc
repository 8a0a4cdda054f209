#include "stacks/sam/function.h"

#include <gtest/gtest.h>

#include "stacks/sam/world_test.h"

namespace hearth::stacks::sam {
namespace {

TEST(SamFunction, aFunctionAndItsRole) {
  const Json made = expand(withFunction("      Timeout: '5'\n      MemorySize: 256\n      Tags: {team: blue}\n"));
  EXPECT_EQ(ids(made), "F FRole");
  EXPECT_EQ(at(made, "/Transform"), "-");
  EXPECT_EQ(at(made, "/Resources/F/Type"), R"("AWS::Lambda::Function")");
  EXPECT_EQ(at(made, "/Resources/F/Properties/Code"), R"({"S3Bucket":"code","S3Key":"f.zip"})");
  EXPECT_EQ(at(made, "/Resources/F/Properties/Role"), R"({"Fn::GetAtt":["FRole","Arn"]})");
  EXPECT_EQ(at(made, "/Resources/F/Properties/Timeout"), R"("5")");
  EXPECT_EQ(at(made, "/Resources/F/Properties/Tags"),
            R"([{"Key":"lambda:createdBy","Value":"SAM"},{"Key":"team","Value":"blue"}])");
  EXPECT_EQ(at(made, "/Resources/FRole/Type"), R"("AWS::IAM::Role")");
  EXPECT_EQ(at(made, "/Resources/FRole/Properties/ManagedPolicyArns"),
            R"(["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"])");
  EXPECT_EQ(at(made, "/Resources/FRole/Properties/AssumeRolePolicyDocument/Statement/0/Principal/Service/0"),
            R"("lambda.amazonaws.com")");
  EXPECT_EQ(at(made, "/Resources/FRole/Properties/Policies"), "-");
}

TEST(SamFunction, whereItsCodeIs) {
  const auto code = [](const std::string& uri) {
    std::string text = withFunction();
    text.replace(text.find("CodeUri: s3://code/f.zip"), 24, uri);
    return text;
  };
  const auto codeOf = [&](const std::string& uri) { return at(expand(code(uri)), "/Resources/F/Properties/Code"); };
  EXPECT_EQ(codeOf("CodeUri: s3://b/x/y.zip?versionId=v%201"),
            R"({"S3Bucket":"b","S3Key":"x/y.zip","S3ObjectVersion":"v 1"})");
  EXPECT_EQ(codeOf("CodeUri: {Bucket: b, Key: !Ref K, Version: 7}"),
            R"({"S3Bucket":"b","S3Key":{"Ref":"K"},"S3ObjectVersion":7})");
  EXPECT_EQ(codeOf("InlineCode: 'def handler(e, c): return 1'"), R"({"ZipFile":"def handler(e, c): return 1"})");
  const std::string form =
      " is not a valid S3 Uri of the form 's3://bucket/key' with optional versionId query parameter.";
  for (const char* uri : {"./src", "s3://b", "s3:///k", "http://b/k", "s3://[b]/k"}) {
    EXPECT_EQ(problem(code("CodeUri: '" + std::string(uri) + "'")),
              "Resource with id [F] is invalid. 'CodeUri'" + form)
        << uri;
  }
  EXPECT_EQ(problem(code("CodeUri: {Bucket: b}")),
            "Resource with id [F] is invalid. 'CodeUri' requires Bucket and Key properties to be specified.");
  EXPECT_EQ(problem(code("MemorySize: 128")),
            "Resource with id [F] is invalid. Only one of 'InlineCode' or 'CodeUri' can be set.");
  EXPECT_NE(problem(code("CodeUri: 's3://b/{{resolve:ssm:/k:1}}'")).find("Unsupported dynamic reference"),
            std::string::npos);
}

TEST(SamFunction, aRoleOfItsOwnNeedsNoOther) {
  const Json made = expand(withFunction("      Role: arn:aws:iam::1:role/r\n      Policies: S3ReadPolicy\n"));
  EXPECT_EQ(ids(made), "F");
  EXPECT_EQ(at(made, "/Resources/F/Properties/Role"), R"("arn:aws:iam::1:role/r")");
}

TEST(SamFunction, aRoleMayDependOnACondition) {
  const auto with = [](const std::string& role) { return expand(withFunction("      Role: " + role + "\n")); };
  const Json first = with("!If [C, !Ref AWS::NoValue, arn]");
  EXPECT_EQ(at(first, "/Resources/F/Properties/Role"), R"({"Fn::If":["C",{"Fn::GetAtt":["FRole","Arn"]},"arn"]})");
  EXPECT_EQ(at(first, "/Resources/FRole/Condition"), R"("C")");
  const Json second = with("!If [C, arn, !Ref AWS::NoValue]");
  EXPECT_EQ(at(second, "/Resources/F/Properties/Role"), R"({"Fn::If":["C","arn",{"Fn::GetAtt":["FRole","Arn"]}]})");
  EXPECT_EQ(at(second, "/Resources/FRole/Condition"), R"("NOTC")");
  EXPECT_EQ(at(second, "/Conditions/NOTC"), R"({"Fn::Not":[{"Condition":"C"}]})");
  EXPECT_EQ(ids(with("!If [C, a, b]")), "F");
  EXPECT_EQ(problem(withFunction("      Role: !If [C, a]\n")),
            "Resource with id [F] is invalid. Malformed 'Role' property: Fn::If requires 3 arguments.");
}

TEST(SamFunction, attributesGoOnToWhatIsMadeOfIt) {
  const Json made = expand(withFunction("", "Conditions: {C: !Equals [a, a]}\n",
                                        "    Condition: C\n    DeletionPolicy: Retain\n    DependsOn: X\n"
                                        "    Metadata: {m: 1}\n"));
  EXPECT_EQ(at(made, "/Resources/F/Condition"), R"("C")");
  EXPECT_EQ(at(made, "/Resources/F/DependsOn"), R"("X")");
  EXPECT_EQ(at(made, "/Resources/F/Metadata"), R"({"m":1})");
  EXPECT_EQ(at(made, "/Resources/FRole/Condition"), R"("C")");
  EXPECT_EQ(at(made, "/Resources/FRole/DeletionPolicy"), R"("Retain")");
  EXPECT_EQ(at(made, "/Resources/FRole/DependsOn"), "-");
  EXPECT_EQ(at(made, "/Resources/FRole/Metadata"), "-");
}

TEST(SamFunction, anAliasHasAVersionOfTheCode) {
  const Json made = expand(withFunction("      AutoPublishAlias: live-1\n"));
  // What SAM itself makes of {"S3Bucket":"code","S3Key":"f.zip"}.
  EXPECT_EQ(ids(made), "F FVersion71723902a4 FAliasliveD1 FRole");
  EXPECT_EQ(at(made, "/Resources/FVersion71723902a4/DeletionPolicy"), R"("Retain")");
  EXPECT_EQ(at(made, "/Resources/FAliasliveD1/Properties"),
            R"({"Name":"live-1","FunctionName":{"Ref":"F"},"FunctionVersion":{"Fn::GetAtt":["FVersion71723902a4",)"
            R"("Version"]}})");
  const std::string memory = ids(expand(withFunction("      AutoPublishAlias: live-1\n      MemorySize: 512\n")));
  EXPECT_NE(memory, ids(made));
  const std::string timeout = ids(expand(withFunction("      AutoPublishAlias: live-1\n      Timeout: 9\n")));
  EXPECT_EQ(timeout, ids(made));
  const std::string all = "      AutoPublishAlias: a\n      AutoPublishAliasAllProperties: true\n";
  EXPECT_NE(ids(expand(withFunction(all))), ids(expand(withFunction(all + "      Timeout: 9\n"))));
}

TEST(SamFunction, anAliasMayBeAParameter) {
  const std::string text =
      withFunction("      AutoPublishAlias: !Ref Stage\n",
                   "Parameters: {Stage: {Type: String, Default: beta}, Unused: {Type: String}}\n");
  auto byDefault = run(text);
  ASSERT_TRUE(byDefault.ok());
  EXPECT_EQ(at(Json(byDefault->document), "/Resources/FAliasbeta/Properties/Name"), R"("beta")");
  EXPECT_EQ(byDefault->consulted, (std::map<std::string, std::optional<std::string>>{{"Stage", "beta"}}));
  EXPECT_EQ(at(expand(text, {{"Stage", "prod"}}), "/Resources/FAliasprod/Properties/Name"), R"("prod")");
  const std::string secret = withFunction("      AutoPublishAlias: !Ref S\n",
                                          "Parameters: {S: {Type: String, NoEcho: true, Default: x}}\n");
  EXPECT_EQ(
      problem(secret),
      "Resource with id [F] is invalid. 'AutoPublishAlias' must be a string or a Ref to a template parameter");
}

TEST(SamFunction, referencesToWhatSamMakes) {
  const Json made = expand(withFunction("      AutoPublishAlias: live\n") +
                           "Outputs:\n"
                           "  A: {Value: !Ref F.Alias}\n"
                           "  B: {Value: !Sub 'x ${F.Version} ${F.Arn} ${AWS::Region}'}\n"
                           "  C: {Value: !GetAtt F.Version.Version}\n"
                           "  D: {Value: !GetAtt F.Arn}\n"
                           "  E: {Value: !Ref F.Nothing}\n");
  EXPECT_EQ(at(made, "/Outputs/A/Value"), R"({"Ref":"FAliaslive"})");
  EXPECT_EQ(at(made, "/Outputs/B/Value"), R"({"Fn::Sub":"x ${FVersion71723902a4} ${F.Arn} ${AWS::Region}"})");
  EXPECT_EQ(at(made, "/Outputs/C/Value"), R"({"Fn::GetAtt":["FVersion71723902a4","Version"]})");
  EXPECT_EQ(at(made, "/Outputs/D/Value"), R"({"Fn::GetAtt":["F","Arn"]})");
  EXPECT_EQ(at(made, "/Outputs/E/Value"), R"({"Ref":"F.Nothing"})");
}

TEST(SamFunction, invocationsThatNobodyWaitsFor) {
  const Json made =
      expand(withFunction("      EventInvokeConfig:\n"
                          "        MaximumRetryAttempts: 1\n"
                          "        DestinationConfig: {OnFailure: {Type: Lambda, Destination: !GetAtt G.Arn}}\n"));
  EXPECT_EQ(at(made, "/Resources/FEventInvokeConfig/Properties"),
            R"({"FunctionName":{"Ref":"F"},"Qualifier":"$LATEST","DestinationConfig":{"OnFailure":{"Destination":)"
            R"({"Fn::GetAtt":["G","Arn"]}}},"MaximumRetryAttempts":1})");
  EXPECT_EQ(at(made, "/Resources/FRole/Properties/Policies/0/PolicyName"),
            R"("FEventInvokeConfigOnFailureLambdaPolicy")");
  const auto refusal = [](const std::string& destination) {
    return problem(
        withFunction("      EventInvokeConfig: {DestinationConfig: {OnSuccess: " + destination + "}}\n"));
  };
  EXPECT_EQ(refusal("{Type: SQS}"),
            "Resource with id [F] is invalid. EventInvokeConfig.DestinationConfig.OnSuccess of type SQS without a "
            "Destination is not supported: Hearth does not run SQS.");
  EXPECT_EQ(refusal("{Type: Lambda}"),
            "Resource with id [F] is invalid. Destination is required if Type is not ['SQS', 'SNS']");
  EXPECT_EQ(
      refusal("{Type: Pigeon, Destination: x}"),
      "Resource with id [F] is invalid. 'Type: Pigeon' must be one of ['SQS', 'SNS', 'EventBridge', 'Lambda', "
      "'S3Bucket']");
}

TEST(SamFunction, whatIsWrongIsNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"      Speed: 9\n", "property Speed not defined for resource of type AWS::Serverless::Function"},
      {"      Events: [a]\n", "Type of property 'Events' is invalid."},
      {"      Tags: text\n", "Property 'Tags' should be a map."},
      {"      Role: [a]\n", "Property 'Role' should be a string."},
      {"      Tags: {'lambda:createdBy': me}\n",
       "lambda:createdBy is a reserved Tag key name and cannot be set on your resource. Please change the tag key "
       "in "
       "the input."},
      {"      PackageType: Image\n", "PackageType needs to be `Zip`: Hearth runs no images."},
      {"      FunctionUrlConfig: {AuthType: NONE}\n", "FunctionUrlConfig is not supported."},
      {"      DeploymentPreference: {Type: Linear}\n",
       "DeploymentPreference is not supported: Hearth does not run CodeDeploy."},
      {"      DeadLetterQueue: {Type: SQS}\n",
       "'DeadLetterQueue' requires Type and TargetArn properties to be specified."},
      {"      DeadLetterQueue: {Type: Mail, TargetArn: a}\n", "'DeadLetterQueue' requires Type of ['SQS', 'SNS']"},
      {"      VersionDeletionPolicy: Delete\n", "'VersionDeletionPolicy' requires 'AutoPublishAlias'."},
      {"      AutoPublishAlias: '12'\n",
       "AutoPublishAlias name ('12') must contain only alphanumeric characters, hyphens, or underscores matching "
       "(?!^[0-9]+$)([a-zA-Z0-9-_]+) pattern."},
  };
  for (const auto& [properties, why] : cases) {
    EXPECT_EQ(problem(withFunction(properties)), "Resource with id [F] is invalid. " + why);
  }
}

TEST(SamFunction, deadLettersTracingTagsOfAll) {
  const Json made =
      expand(withFunction("      DeadLetterQueue: {Type: SNS, TargetArn: arn}\n      Tracing: Active\n"
                          "      Tags: {a: b}\n      PropagateTags: true\n"));
  EXPECT_EQ(at(made, "/Resources/F/Properties/DeadLetterConfig"), R"({"TargetArn":"arn"})");
  EXPECT_EQ(at(made, "/Resources/F/Properties/TracingConfig"), R"({"Mode":"Active"})");
  EXPECT_EQ(at(made, "/Resources/FRole/Properties/ManagedPolicyArns/1"),
            R"("arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess")");
  EXPECT_EQ(at(made, "/Resources/FRole/Properties/Policies/0/PolicyDocument/Statement/0/Action"),
            R"("sns:Publish")");
  EXPECT_EQ(at(made, "/Resources/FRole/Properties/Tags"), R"([{"Key":"a","Value":"b"}])");
  EXPECT_EQ(at(expand(withFunction("      Tracing: Disabled\n")), "/Resources/F/Properties/TracingConfig"), "-");
}

}  // namespace
}  // namespace hearth::stacks::sam
