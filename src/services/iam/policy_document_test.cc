#include "services/iam/policy_document.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace hearth::services::iam {
namespace {

std::string faultOf(std::string_view document, PolicyKind kind = PolicyKind::kManaged) {
  auto checked = checkPolicyDocument(document, kind);
  if (checked.ok()) return "";
  EXPECT_TRUE(checked.fault().code == "MalformedPolicyDocument" || checked.fault().code == "ValidationError");
  return checked.fault().message;
}

// A document of one statement.
std::string faultOfStatement(std::string_view statement) {
  return faultOf(R"({"Version":"2012-10-17","Statement":)" + std::string(statement) + "}");
}
std::string faultOfResource(std::string_view resource) {
  return faultOfStatement(R"({"Effect":"Allow","Action":"s3:Get*","Resource":)" + std::string(resource) + "}");
}
std::string faultOfCondition(std::string_view condition) {
  return faultOfStatement(R"({"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":)" +
                          std::string(condition) + "}");
}

constexpr std::string_view kSyntax = "Syntax errors in policy.";
constexpr std::string_view kLegacy = "The policy failed legacy parsing";

TEST(PolicyDocument, GoodOnesPass) {
  for (
      const char* statement :
      {R"({"Effect":"Allow","Action":"s3:ListBucket","Resource":["arn:aws:s3:::photos","*"]})",
       R"([{"Effect":"Deny","NotAction":["iam:*","sts:*"],"NotResource":"arn:aws:s3:::photos/*"}])",
       R"({"Sid":"","Effect":"Allow","Action":"*","Resource":"arn:aws:iam::*:user/${aws:username}"})",
       R"([{"Sid":"","Effect":"Allow","Action":"*:*","Resource":"*"},{"Sid":"","Effect":"Deny","Action":"s3:X","Resource":"*"}])",
       R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:us-west-2:123456789012:accesspoint/mine"})",
       R"({"Effect":"Allow","Action":"kms:CreateGrant","Resource":["arn:aws:kms:*:123456789012:key/*",null]})",
       R"({"Effect":"Allow","Action":"s3:X","Resource":"arn:aws:fdsasf"})"})
    EXPECT_EQ(faultOfStatement(statement), "") << statement;
  EXPECT_EQ(
      faultOf(
          R"({"Id":"mine","Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:b","Resource":"*"}})"),
      "");
}

TEST(PolicyDocument, ConditionsAreChecked) {
  for (const char* condition :
       {R"({})", R"({"a":{}})", R"({"DateGreaterThan":{}})", R"({"DateGreaterThan":{"a":[]}})",
        R"({"StringLike":{"s3:prefix":["","home/"]}})",
        R"({"ForAllValues:StringEqualsIfExists":{"aws:TagKeys":"a"}})", R"({"Bool":{"aws:SecureTransport":true}})",
        R"({"NumericLessThan":{"s3:max-keys":10}})",
        R"({"DateLessThan":{"aws:CurrentTime":"2019-07-01T13:20:15Z"}})",
        R"({"DateLessThan":{"aws:CurrentTime":"2016-12-13T21:20:37.593194+00:00"}})",
        R"({"DateLessThan":{"aws:CurrentTime":"2016-12-13T21:20:37-05:00"}})",
        R"({"DateLessThan":{"aws:CurrentTime":["1562000000","-292275054","01T"]}})"})
    EXPECT_EQ(faultOfCondition(condition), "") << condition;
  for (const char* condition : {R"([])", R"("a")", R"({"a":"b"})", R"({"x":{"a":"1"}})",
                                R"({"DateGreaterThan":[]})", R"({"DateGreaterThan":{"a":{}}})",
                                R"({"StringEquals":{"a":null}})", R"({"ForAnyValue::StringEquals":{"a":"b"}})"})
    EXPECT_EQ(faultOfCondition(condition), kSyntax) << condition;
  for (const char* date : {"sdfdsf", "234-13", "2016-12-13t2:00:00.593194+1", "2016-12-13t2:00:00.1999999999+10:59",
                           "9223372036854775808", "2016-12-13t25:00", "2016-1-1-1"})
    EXPECT_EQ(faultOfCondition(R"({"DateLessThanEquals":{"a":")" + std::string(date) + "\"}}"), kLegacy) << date;
}

TEST(PolicyDocument, SyntaxErrors) {
  for (const char* document :
       {"This is not a json document", "[]", R"({"Version":"2012-10-17"})",
        R"({"Version":"2013-10-17","Statement":{"Effect":"Allow","Action":"a:b","Resource":"*"}})",
        R"({"Version":"2012-10-17","Statement":[]})", R"({"Version":"2012-10-17","Statement":["afd"]})",
        R"({"Version":"2012-10-17","Id":{},"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*"}})",
        R"({"Version":"2012-10-17","Extra":1,"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*"}})"})
    EXPECT_EQ(faultOf(document), kSyntax) << document;
  for (const char* statement :
       {R"({"Action":"a:b","Resource":"*"})", R"({"Effect":"Maybe","Action":"a:b","Resource":"*"})",
        R"({"Effect":1,"Action":"a:b","Resource":"*"})", R"({"Effect":"Allow","Action":{},"Resource":"*"})",
        R"({"Effect":"Allow","Action":[[]],"Resource":"*"})",
        R"({"Effect":"Allow","Action":"a:b","Resource":{"a":"*"}})",
        R"({"Effect":"Allow","Action":"a:b","NotAction":[],"Resource":"*"})",
        R"({"Effect":"Allow","Action":"a:b","Resource":"*","NotResource":"*"})",
        R"({"Effect":"Allow","Action":"a:b","Resource":"*","Extra":"x"})",
        R"({"Sid":[],"Effect":"Allow","Action":"a:b","Resource":"*"})"})
    EXPECT_EQ(faultOfStatement(statement), kSyntax) << statement;
}

TEST(PolicyDocument, DeepNestingIsRefused) {
  std::string deep = R"({"Version":"2012-10-17","Statement":)" + std::string(50'000, '[');
  EXPECT_EQ(faultOf(deep), kSyntax);
}

TEST(PolicyDocument, ManagedPoliciesNeedTheirVersion) {
  constexpr std::string_view kVersionFault = "Policy document must be version 2012-10-17 or greater.";
  std::string statement = R"("Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}})";
  EXPECT_EQ(faultOf("{" + statement), kVersionFault);
  EXPECT_EQ(faultOf(R"({"Version":"2008-10-17",)" + statement), kVersionFault);
  EXPECT_EQ(faultOf("{" + statement, PolicyKind::kInline), "");
  EXPECT_EQ(faultOf(R"({"Version":"2008-10-17",)" + statement, PolicyKind::kInline), "");
  EXPECT_EQ(faultOf(R"({"Statement":{"Effect":"denY","Action":"s3:Get*","Resource":"*"}})"), kVersionFault);
}

TEST(PolicyDocument, ResourcesAreArns) {
  EXPECT_EQ(faultOfResource(R"("invalid resource")"), "Resource invalid resource must be in ARN format or \"*\".");
  EXPECT_EQ(faultOfResource(R"("")"), "Resource  must be in ARN format or \"*\".");
  EXPECT_EQ(faultOfResource(R"(["adf"])"), "Resource adf must be in ARN format or \"*\".");
  EXPECT_EQ(faultOfResource(R"("a:bsdfdsafsad")"),
            "Partition \"bsdfdsafsad\" is not valid for resource \"arn:bsdfdsafsad:*:*:*:*\".");
  EXPECT_EQ(faultOfResource(R"("a:b:cadfsdf")"),
            "Partition \"b\" is not valid for resource \"arn:b:cadfsdf:*:*:*\".");
  EXPECT_EQ(faultOfResource(R"("a:b:c:d:e:f:g:h")"),
            "Partition \"b\" is not valid for resource \"arn:b:c:d:e:f:g:h\".");
  EXPECT_EQ(faultOfResource(R"("aws:s3:::photos")"),
            "Partition \"s3\" is not valid for resource \"arn:s3:::photos:*\".");
  EXPECT_EQ(faultOfResource(R"(["arn:error:s3:::b","arn:error:s3::b"])"),
            "Partition \"error\" is not valid for resource \"arn:error:s3:::b\".");
  EXPECT_EQ(faultOfResource(R"("arn:aws")"), "Resource vendor must be fully qualified and cannot contain regexes.");
  EXPECT_EQ(faultOfResource(R"("arn:aws:iam:us-east-1::user/ann")"),
            "IAM resource arn:aws:iam:us-east-1::user/ann cannot contain region information.");
  EXPECT_EQ(faultOfResource(R"("arn:aws:s3:us-east-1::photos")"),
            "Resource arn:aws:s3:us-east-1::photos can not contain region information.");
  EXPECT_TRUE(
      faultOfResource(R"("arn:aws:iam:::photos")")
          .starts_with("IAM resource path must either be \"*\" or start with user/, federated-user/, role/"));
  EXPECT_EQ(faultOfResource(R"("arn:aws:s3::photos")"), kLegacy);
  EXPECT_EQ(faultOfResource(R"("arn:aws::fdsasf")"), kLegacy);
  EXPECT_EQ(faultOfResource(R"("arn:aws::::photos")"), kLegacy);
  EXPECT_EQ(faultOfResource("[]"), "Policy statement must contain resources.");
  EXPECT_EQ(faultOfStatement(R"({"Effect":"Allow","Action":"a:b"})"), "Policy statement must contain resources.");
}

TEST(PolicyDocument, ActionsHaveOneVendor) {
  auto fault = [](std::string_view action) {
    return faultOfStatement(R"({"Effect":"Allow","Action":)" + std::string(action) + R"(,"Resource":"*"})");
  };
  EXPECT_EQ(fault(R"("invalid")"), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  EXPECT_EQ(fault(R"("")"), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  EXPECT_EQ(fault(R"("a a:ListBucket")"), "Vendor a a is not valid");
  EXPECT_EQ(fault(R"(["s3:X","s:3:List"])"), "Actions/Condition can contain only one colon.");
  EXPECT_EQ(fault("[]"), "Policy statement must contain actions.");
  EXPECT_EQ(fault(R"("s3-s.x:List Bucket")"), "");
  EXPECT_EQ(faultOfStatement(R"([{"Effect":"Deny"}])"), "Policy statement must contain actions.");
}

// What is wrong in several ways is named as AWS names it.
TEST(PolicyDocument, OrderOfFaults) {
  EXPECT_EQ(faultOfStatement(
                R"([{"Sid":"a","Effect":"Allow","Action":"s3:X","Resource":"*"},{"Sid":"a","Effect":"Allow"}])"),
            "Statement IDs (SID) in a single policy must be unique.");
  EXPECT_EQ(faultOfStatement(R"({"Effect":"Allow","Action":"s:3:X","Resource":"sdf"})"),
            "Resource sdf must be in ARN format or \"*\".");
  EXPECT_EQ(faultOfStatement(R"({"Effect":"allow","Resource":"arn:aws:s3:us-east-1::x"})"), kLegacy);
  EXPECT_EQ(faultOfStatement(R"({"Effect":"Allow","Action":"invalid"})"),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
}

TEST(PolicyDocument, IdentitiesDoNotNamePrincipals) {
  EXPECT_EQ(faultOfStatement(R"({"Effect":"Allow","Principal":"*","Action":"s3:X","Resource":"*"})"),
            "Policy document should not specify a principal.");
}

TEST(PolicyDocument, CharactersAndLength) {
  EXPECT_TRUE(faultOf("").ends_with("Member must have length greater than or equal to 1"));
  EXPECT_TRUE(faultOf(std::string(131'073, ' ')).ends_with("Member must have length less than or equal to 131072"));
  std::string pattern = "Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+";
  EXPECT_TRUE(faultOf(std::string("{}\0", 3)).ends_with(pattern));
  EXPECT_TRUE(faultOf("{\"\xc4\x80\":1}").ends_with(pattern));
  EXPECT_TRUE(faultOf("{\"\xff\":1}").ends_with(pattern));
  EXPECT_EQ(policySize("{ \"a\":\n\t\"\xc3\xa4 b\" }\r\n"), 10U);
}

// --- trust policies

std::string trustFault(std::string_view statement) {
  auto exists = [](const std::string& arn) { return arn == "arn:aws:iam::111122223333:user/ann"; };
  auto checked =
      checkTrustDocument(R"({"Version":"2012-10-17","Statement":)" + std::string(statement) + "}", exists);
  return checked.ok() ? "" : checked.fault().message;
}
std::string principalFault(std::string_view principal) {
  return trustFault(R"({"Effect":"Allow","Action":"sts:AssumeRole","Principal":)" + std::string(principal) + "}");
}

TEST(TrustDocument, Principals) {
  for (const char* good :
       {R"("*")", R"({"Service":["lambda.amazonaws.com","edgelambda.amazonaws.com"]})", R"({"AWS":"*"})",
        R"({"AWS":["111122223333","arn:aws:iam::444455556666:root"]})",
        R"({"AWS":"arn:aws:iam::111122223333:user/ann"})", R"({"Federated":"cognito-identity.amazonaws.com"})",
        R"({"Federated":"arn:aws:iam::111122223333:saml-provider/idp"})"})
    EXPECT_EQ(principalFault(good), "") << good;
  EXPECT_EQ(principalFault(R"({"AWS":"arn:aws:iam::111122223333:user/bob"})"),
            "Invalid principal in policy: \"AWS\":\"arn:aws:iam::111122223333:user/bob\"");
  EXPECT_EQ(principalFault(R"({"AWS":"ann"})"), "Invalid principal in policy: \"AWS\":\"ann\"");
  EXPECT_EQ(principalFault(R"({"Service":"lambda"})"), "Invalid principal in policy: \"SERVICE\":\"lambda\"");
  EXPECT_EQ(principalFault(R"({"Someone":"x"})"), "Invalid principal in policy: \"SOMEONE\":\"x\"");
  EXPECT_EQ(principalFault(R"({})"), "Invalid principal in policy.");
  EXPECT_EQ(principalFault(R"("ann")"), "Invalid principal in policy.");
}

TEST(TrustDocument, Statements) {
  EXPECT_EQ(trustFault(R"({"Effect":"Allow","Principal":"*","Action":["sts:AssumeRole","sts:TagSession"]})"), "");
  EXPECT_EQ(trustFault(R"({"Effect":"Allow","Principal":"*","Action":"s3:GetObject"})"),
            "AssumeRole policy may only specify STS AssumeRole actions.");
  EXPECT_EQ(trustFault(R"({"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"})"),
            "Has prohibited field Resource");
  EXPECT_EQ(trustFault(R"({"Effect":"Allow","Principal":"*"})"), "Missing required field Action");
  EXPECT_EQ(trustFault(R"({"Effect":"Allow","Action":"sts:AssumeRole"})"), "Missing required field Principal");
  EXPECT_EQ(trustFault(R"([])"), kSyntax);
  auto broken = checkTrustDocument("{", [](const std::string&) { return true; });
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.fault().message, "This policy contains invalid Json");
}

}  // namespace
}  // namespace hearth::services::iam
