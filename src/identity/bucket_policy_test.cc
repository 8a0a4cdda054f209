#include "identity/bucket_policy.h"

#include <gtest/gtest.h>

namespace hearth::identity {
namespace {

Result<void> checked(const std::string& principal, const std::string& action, const std::string& resource) {
  return checkBucketPolicy(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)" + principal +
                               R"(,"Action":")" + action + R"(","Resource":")" + resource + "\"}]}",
                           "arn:aws:s3:::photos");
}

TEST(BucketPolicy, SpeaksOfItsBucketAlone) {
  for (const char* good : {"arn:aws:s3:::photos", "arn:aws:s3:::photos/*", "arn:aws:s3:::photos*"})
    EXPECT_TRUE(checked("\"*\"", "s3:GetObject", good).ok()) << good;
  for (const char* bad : {"*", "arn:aws:s3:::photos2", "arn:aws:s3:::other/*", "arn:aws:s3:::*", "photos"})
    EXPECT_EQ(checked("\"*\"", "s3:GetObject", bad).fault().message, "Policy has invalid resource") << bad;
}

TEST(BucketPolicy, SpeaksOfS3Alone) {
  EXPECT_TRUE(checked("\"*\"", "*", "arn:aws:s3:::photos").ok());
  EXPECT_TRUE(checked("\"*\"", "S3:Get*", "arn:aws:s3:::photos").ok());
  EXPECT_EQ(checked("\"*\"", "lambda:InvokeFunction", "arn:aws:s3:::photos").fault().message,
            "Policy has invalid action");
}

TEST(BucketPolicy, SpeaksToSomebody) {
  for (const char* good :
       {R"({"AWS":"111122223333"})", R"({"AWS":"arn:aws:iam::111122223333:role/a/b"})",
        R"({"AWS":["*","arn:aws:iam::111122223333:root","arn:aws:iam::111122223333:user/ann"]})",
        R"({"AWS":"arn:aws:sts::111122223333:assumed-role/r/s"})", R"({"Service":"logging.s3.amazonaws.com"})"})
    EXPECT_TRUE(checked(good, "s3:*", "arn:aws:s3:::photos").ok()) << good;
  for (const char* bad : {R"({"AWS":"ann"})", R"({"AWS":"arn:aws:iam::111122223333:user/*"})",
                          R"({"AWS":"arn:aws:iam::1:root"})", R"({"AWS":"arn:aws:iam::111122223333:group/g"})",
                          R"({"CanonicalUser":"abc"})", R"({"AWS":"arn:aws:s3:::photos"})"}) {
    auto refused = checked(bad, "s3:*", "arn:aws:s3:::photos");
    ASSERT_FALSE(refused.ok()) << bad;
    EXPECT_EQ(refused.fault().code, "MalformedPolicy");
    EXPECT_EQ(refused.fault().message, "Invalid principal in policy");
  }
}

TEST(BucketPolicy, IsJson) {
  EXPECT_EQ(checkBucketPolicy("hello", "arn:aws:s3:::photos").fault().message,
            "Policies must be valid JSON and the first byte must be '{'");
  EXPECT_EQ(checkBucketPolicy("{}", "arn:aws:s3:::photos").fault().message, "Missing required field Statement");
  EXPECT_FALSE(isPublicPolicy("hello"));
}

}  // namespace
}  // namespace hearth::identity
