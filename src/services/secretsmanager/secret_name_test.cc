#include "services/secretsmanager/secret_name.h"

#include <gtest/gtest.h>

namespace hearth::services::secretsmanager {
namespace {

constexpr const char* kPrefix = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:";

std::optional<SecretId> parse(const std::string& text) {
  return parseSecretId(text, "111122223333", "eu-central-1");
}

TEST(SecretName, NamesAreChecked) {
  for (const char* good : {"a", "prod/db-1", "a_b+c=d.e@f!"}) EXPECT_TRUE(checkSecretName(good).ok()) << good;
  for (const char* bad : {"", "a b", "a:b", "a*", "\xc3\xa4"}) EXPECT_FALSE(checkSecretName(bad).ok()) << bad;
  EXPECT_TRUE(checkSecretName(std::string(512, 'a')).ok());
  EXPECT_FALSE(checkSecretName(std::string(513, 'a')).ok());
}

TEST(SecretName, AnArnIsCompleteOrNot) {
  const SecretName name{"111122223333", "eu-central-1", "prod/db", "aB3dE6"};
  const auto complete = parse(name.arn());
  ASSERT_TRUE(complete && complete->complete);
  EXPECT_EQ(complete->complete->name, "prod/db");
  EXPECT_EQ(complete->complete->suffix, "aB3dE6");
  EXPECT_EQ(complete->name, "prod/db-aB3dE6");
  const auto partial = parse(std::string(kPrefix) + "prod/db");
  ASSERT_TRUE(partial);
  EXPECT_FALSE(partial->complete);
  EXPECT_EQ(partial->name, "prod/db");
  const auto plain = parse("prod/db-aB3dE6");
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->complete);
}

TEST(SecretName, ArnsOfOthersNameNothing) {
  for (const char* text : {"arn:aws:secretsmanager:eu-west-1:111122223333:secret:a",
                           "arn:aws:secretsmanager:eu-central-1:444455556666:secret:a",
                           "arn:aws:ssm:eu-central-1:111122223333:parameter/a", "arn:"})
    EXPECT_FALSE(parse(text)) << text;
}

}  // namespace
}  // namespace hearth::services::secretsmanager
