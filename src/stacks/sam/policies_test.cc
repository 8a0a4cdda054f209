#include "stacks/sam/policies.h"

#include <gtest/gtest.h>

#include "stacks/sam/world_test.h"

namespace hearth::stacks::sam {
namespace {

Json roleOf(const std::string& policies) {
  const Json made = expand(withFunction("      Policies: " + policies + "\n"));
  return made.at_pointer("/Resources/FRole/Properties");
}

TEST(SamPolicies, managedOnesByNameAndByArn) {
  const Json role = roleOf(
      "[AWSLambdaRole, AmazonS3ReadOnlyAccess, !Ref Mine, 'arn:aws:iam::1:policy/own', "
      "AWSLambdaBasicExecutionRole, "
      "!If [C, AWSLambdaRole, !Ref AWS::NoValue]]");
  EXPECT_EQ(at(role, "/ManagedPolicyArns"),
            R"(["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",)"
            R"("arn:aws:iam::aws:policy/service-role/AWSLambdaRole",)"
            R"("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",{"Ref":"Mine"},"arn:aws:iam::1:policy/own",)"
            R"({"Fn::If":["C","arn:aws:iam::aws:policy/service-role/AWSLambdaRole",{"Ref":"AWS::NoValue"}]}])");
  EXPECT_EQ(at(roleOf("ReadOnlyAccess"), "/ManagedPolicyArns/1"), R"("arn:aws:iam::aws:policy/ReadOnlyAccess")");
  EXPECT_EQ(at(roleOf("service-role/AWSLambdaRole"), "/ManagedPolicyArns/1"), R"("service-role/AWSLambdaRole")");
}

TEST(SamPolicies, documentsAreNamedByTheirPlace) {
  const Json role =
      roleOf("[AWSLambdaRole, {Statement: [{Effect: Allow}]}, !If [C, {Statement: []}, !Ref AWS::NoValue]]");
  EXPECT_EQ(at(role, "/Policies/0"),
            R"({"PolicyName":"FRolePolicy1","PolicyDocument":{"Statement":[{"Effect":"Allow"}]}})");
  EXPECT_EQ(
      at(role, "/Policies/1"),
      R"({"Fn::If":["C",{"PolicyName":"FRolePolicy2","PolicyDocument":{"Statement":[]}},{"Ref":"AWS::NoValue"}]})");
}

TEST(SamPolicies, templatesBecomeDocuments) {
  const Json role = roleOf("[S3ReadPolicy: {BucketName: !Ref B}, SESCrudPolicy: {IdentityName: me@example.com}]");
  EXPECT_EQ(at(role, "/Policies/0/PolicyDocument/Statement/0/Action/0"), R"("s3:GetObject")");
  EXPECT_EQ(at(role, "/Policies/0/PolicyDocument/Statement/0/Resource/1"),
            R"({"Fn::Sub":["arn:${AWS::Partition}:s3:::${bucketName}/*",{"bucketName":{"Ref":"B"}}]})");
  EXPECT_EQ(at(role, "/Policies/1/PolicyDocument/Statement/0/Resource"),
            R"({"Fn::Sub":["arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${identityName}",)"
            R"({"identityName":"me@example.com"}]})");
  const Json conditional = roleOf("[!If [C, {LambdaInvokePolicy: {FunctionName: f}}, !Ref AWS::NoValue]]");
  EXPECT_EQ(at(conditional, "/Policies/0/Fn::If/1/PolicyDocument/Statement/0/Action"),
            R"(["lambda:InvokeFunction"])");
  EXPECT_EQ(
      at(roleOf("[CloudFormationDescribeStacksPolicy: {}]"), "/Policies/0/PolicyDocument/Statement/0/Resource"),
      R"({"Fn::Sub":"arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/*"})");
  EXPECT_EQ(at(roleOf("[SESEmailTemplateCrudPolicy: {}]"), "/Policies/0/PolicyDocument/Statement/0/Resource"),
            R"("*")");
  EXPECT_EQ(
      at(roleOf("[S3FullAccessPolicy: {BucketName: b}]"), "/Policies/0/PolicyDocument/Statement/1/Resource/0"),
      R"({"Fn::Sub":["arn:${AWS::Partition}:s3:::${bucketName}",{"bucketName":"b"}]})");
}

TEST(SamPolicies, whatIsNoPolicyIsNamed) {
  const auto refusal = [](const std::string& policies) {
    return problem(withFunction("      Policies: " + policies + "\n"));
  };
  EXPECT_EQ(refusal("[SQSPollerPolicy: {QueueName: q}]"),
            "Resource with id [F] is invalid. Policy template 'SQSPollerPolicy' is not supported.");
  EXPECT_EQ(refusal("[S3ReadPolicy: {}]"),
            "Resource with id [F] is invalid. Following required parameters of template 'S3ReadPolicy' don't have "
            "values: ['BucketName']");
  EXPECT_EQ(
      refusal("[S3ReadPolicy: b]"),
      "Resource with id [F] is invalid. Must specify valid parameter values for policy template 'S3ReadPolicy'");
  EXPECT_EQ(refusal("[AWSLambdaRole, {a: 1, b: 2}]"),
            "Resource with id [F] is invalid. Policy at index 1 in the 'Policies' property is not valid");
  EXPECT_EQ(refusal("[!If [C, AWSLambdaRole, {Statement: []}]]"),
            "Structure of the SAM template is invalid. Different policy types within the same Fn::If statement is "
            "unsupported. Separate different policy types into different Fn::If statements");
  EXPECT_EQ(refusal("[!If [C, AWSLambdaRole]]"),
            "Structure of the SAM template is invalid. Fn::If requires 3 arguments");
}

}  // namespace
}  // namespace hearth::stacks::sam
