// Encodings and signatures against published vectors.
#include <gtest/gtest.h>

#include "crypto.h"
#include "sigv4.h"

namespace hearth::sdk {
namespace {

TEST(Crypto, Sha256OfFips180) {
  EXPECT_EQ(hex(bytesOf(sha256("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(bytesOf(sha256(""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Crypto, HmacOfRfc4231) {
  EXPECT_EQ(hex(bytesOf(hmacSha256("Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      hex(bytesOf(hmacSha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"))),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Crypto, Base64OfRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(Crypto, UriEncodingKeepsOnlyUnreserved) {
  EXPECT_EQ(uriEncode("a/b c+~é", Slash::kKeep), "a/b%20c%2B~%C3%A9");
  EXPECT_EQ(uriEncode("a/b", Slash::kEncode), "a%2Fb");
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
class AwsExamples : public ::testing::Test {
 protected:
  std::string signature(std::string_view method, std::string_view path, const Query& query, std::string_view body,
                        Headers headers) const {
    sign(method, path, canonicalQuery(query), "examplebucket.s3.amazonaws.com", body,
         {"s3", "us-east-1", credentials_, time_}, headers);
    const std::string& authorization = headers.back().second;
    return authorization.substr(authorization.rfind('=') + 1);
  }

  const Credentials credentials_{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
  const std::chrono::system_clock::time_point time_{std::chrono::seconds(1369353600)};  // 20130524T000000Z
};

TEST_F(AwsExamples, GetObject) {
  EXPECT_EQ(signature("GET", "/test.txt", {}, "", {{"Range", "bytes=0-9"}}),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_F(AwsExamples, PutObject) {
  EXPECT_EQ(signature("PUT", "/test%24file.text", {}, "Welcome to Amazon S3.",
                      {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST_F(AwsExamples, GetBucketLifecycle) {
  EXPECT_EQ(signature("GET", "/", {{"lifecycle", ""}}, "", {}),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST_F(AwsExamples, ListObjects) {
  EXPECT_EQ(signature("GET", "/", {{"prefix", "J"}, {"max-keys", "2"}}, "", {}),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_F(AwsExamples, ASessionTokenIsSigned) {
  Headers headers;
  const Credentials session{"AKIAIOSFODNN7EXAMPLE", "secret", "token"};
  sign("GET", "/", "", "host", "", {"s3", "us-east-1", session, time_}, headers);
  EXPECT_NE(headers.back().second.find("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,"),
            std::string::npos);
}

}  // namespace
}  // namespace hearth::sdk
