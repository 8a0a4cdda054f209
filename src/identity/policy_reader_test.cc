#include "identity/policy_reader.h"

#include <gtest/gtest.h>

#include <optional>

namespace hearth::identity {
namespace {

using Verdict = ports::ReadPolicy::Verdict;

constexpr char kMethod[] = "arn:aws:execute-api:eu-central-1:111122223333:abc123/api/GET/pets/7";

Verdict rule(std::string_view statements, const ports::ConditionValues& conditions = {}) {
  const std::string document = R"({"Version":"2012-10-17","Statement":)" + std::string(statements) + "}";
  const auto policy = PolicyReader().readPolicy(document).value();
  return policy->rule({"execute-api:Invoke", kMethod, conditions});
}

TEST(PolicyReader, RulesByActionAndResource) {
  EXPECT_EQ(rule(R"([{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"}])"), Verdict::kAllowed);
  EXPECT_EQ(rule(R"({"Effect":"Allow","Action":"execute-api:*","Resource":
      "arn:aws:execute-api:*:*:abc123/api/GET/pets/*"})"),
            Verdict::kAllowed);
  EXPECT_EQ(rule(R"({"Effect":"Allow","Action":["EXECUTE-API:INVOKE"],"Resource":["x","*GET/pets/?"]})"),
            Verdict::kAllowed);
  EXPECT_EQ(rule(R"({"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*/POST/*"})"),
            Verdict::kNotAllowed);
  EXPECT_EQ(rule(R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"*"})"), Verdict::kNotAllowed);
  EXPECT_EQ(rule("[]"), Verdict::kNotAllowed);
}

TEST(PolicyReader, ADenialWins) {
  EXPECT_EQ(rule(R"([{"Effect":"Allow","Action":"*","Resource":"*"},
                     {"Effect":"Deny","Action":"execute-api:Invoke","Resource":"*/GET/pets/*"}])"),
            Verdict::kDenied);
}

TEST(PolicyReader, KnowsTheConditionsOfTheRequestAlone) {
  constexpr char kFromNetwork[] = R"({"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*",
      "Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}})";
  EXPECT_EQ(rule(kFromNetwork, {{"aws:SourceIp", {"192.0.2.7"}}}), Verdict::kAllowed);
  EXPECT_EQ(rule(kFromNetwork, {{"aws:SourceIp", {"198.51.100.1"}}}), Verdict::kNotAllowed);
  // A key that AWS would have set takes no denial back, and opens nothing.
  EXPECT_EQ(rule(R"({"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*",
      "Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}})"),
            Verdict::kNotAllowed);
  EXPECT_EQ(rule(R"([{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*",
      "Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}])"),
            Verdict::kDenied);
  // Nobody comes out of a virtual network: a key that is absent, as it is on AWS for calls over the internet.
  EXPECT_EQ(rule(R"({"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*",
      "Condition":{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}})"),
            Verdict::kAllowed);
  EXPECT_EQ(rule(R"({"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*",
      "Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}})"),
            Verdict::kNotAllowed);
}

TEST(PolicyReader, APolicyOfAResourceIsAskedForStrangers) {
  const auto ofResource = [](std::string_view principal) {
    const std::string document = R"({"Statement":{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*",)" +
                                 std::string(principal) + "}}";
    const auto policy = PolicyReader().readResourcePolicy(document);
    return policy.ok() ? std::optional((*policy)->rule({"execute-api:Invoke", kMethod, {}})) : std::nullopt;
  };
  EXPECT_EQ(ofResource(R"("Principal":"*")"), Verdict::kAllowed);
  EXPECT_EQ(ofResource(R"("Principal":{"AWS":"*"})"), Verdict::kAllowed);
  EXPECT_EQ(ofResource(R"("Principal":{"AWS":["111122223333","arn:aws:iam::111122223333:user/ada"]})"),
            Verdict::kNotAllowed);
  EXPECT_EQ(ofResource(R"("Principal":{"Service":"lambda.amazonaws.com"})"), Verdict::kNotAllowed);
  for (const char* nobody : {R"("Principal":{"AWS":""})", R"("Principal":{"AWS":"arn:aws:iam:::root"})",
                             R"("Principal":{"AWS":"ada"})", R"("Principal":{"Federated":"x"})", R"("Sid":"s")"}) {
    EXPECT_EQ(ofResource(nobody), std::nullopt) << nobody;
  }
}

TEST(PolicyReader, RefusesWhatIsNoPolicy) {
  for (const char* document : {"", "null", "[]", "{}", R"({"Statement":[{"Effect":"Allow"}]})",
                               R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}})"}) {
    const auto policy = PolicyReader().readPolicy(document);
    EXPECT_FALSE(policy.ok()) << document;
  }
}

}  // namespace
}  // namespace hearth::identity
