#include "wire/sigv4.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "wire/sigv4_signer.h"

namespace hearth::wire {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";       // of S3's documentation
constexpr const char* kSuiteSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";  // of the test suite

base::Time at(std::string_view timestamp) { return base::parseIso8601(timestamp).value(); }

http::Request makeRequest(const std::string& method, const std::string& target, const Fields& fields) {
  http::Request request;
  request.method = method;
  request.target = target;
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  return request;
}

// Knows one permanent key of each documentation, and temporary keys with the token "TOKEN+/=" and friends.
std::optional<KeyRecord> lookUp(const std::string& accessKeyId, const std::string& sessionToken) {
  KeyRecord record;
  record.account = "123456789012";
  record.principalArn = "arn:aws:iam::123456789012:user/ann";
  record.userId = "AIDAEXAMPLE";
  if (accessKeyId == "AKIAIOSFODNN7EXAMPLE") {
    record.secretAccessKey = kSecret;
  } else if (accessKeyId == "AKIDEXAMPLE") {
    record.secretAccessKey = kSuiteSecret;
  } else {
    return std::nullopt;
  }
  record.sessionTokenValid = sessionToken != "forged";
  record.expired = sessionToken == "old";
  return record;
}

class SigV4 : public testing::Test {
 protected:
  void SetUp() override { clock_.set(at("20260304T050607Z")); }

  Verification verify(const http::Request& request, std::optional<std::string_view> body = std::nullopt) {
    return verifier_.verify(request, body);
  }
  // The error, or nothing when the request is good.
  std::optional<AuthError> errorOf(const http::Request& request,
                                   std::optional<std::string_view> body = std::nullopt) {
    const auto result = verify(request, body);
    if (const auto* failure = std::get_if<AuthFailure>(&result)) return failure->error;
    return std::nullopt;
  }
  std::string codeOf(const http::Request& request, AuthFamily family) {
    const auto result = verify(request);
    const Fault fault = authFault(std::get<AuthFailure>(result), family);
    return fault.code + " " + std::to_string(fault.status);
  }

  base::ManualClock clock_{base::Time{}};
  SigV4Verifier verifier_{lookUp, clock_, clock_};
};

std::string authorization(const std::string& credential, const std::string& names, const std::string& signature) {
  return "AWS4-HMAC-SHA256 Credential=" + credential + ",SignedHeaders=" + names + ",Signature=" + signature;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
TEST_F(SigV4, AgreesWithTheExamplesOfS3) {
  clock_.set(at("20130524T000500Z"));
  const std::string credential = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
  const std::string usual = "host;x-amz-content-sha256;x-amz-date";
  const Fields common = {{"Host", "examplebucket.s3.amazonaws.com"}, {"x-amz-date", "20130524T000000Z"}};
  const auto check = [&](http::Request request, const std::string& hash, const std::string& names,
                         const std::string& signature) {
    request.headers.add("x-amz-content-sha256", hash);
    request.headers.add("Authorization", authorization(credential, names, signature));
    const auto result = verify(request);
    ASSERT_TRUE(std::holds_alternative<Verified>(result)) << request.target;
    EXPECT_EQ(std::get<Verified>(result).payloadHash, hash);
  };
  auto get = makeRequest("GET", "/test.txt", common);
  get.headers.add("Range", "bytes=0-9");
  check(std::move(get), std::string(kEmptyHash), "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  auto put = makeRequest("PUT", "/test%24file.text", common);
  put.headers.add("Date", "Fri, 24 May 2013 00:00:00 GMT");
  put.headers.add("x-amz-storage-class", "REDUCED_REDUNDANCY");
  check(std::move(put), base::sha256Hex("Welcome to Amazon S3."),
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  check(makeRequest("GET", "/?lifecycle", common), std::string(kEmptyHash), usual,
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  check(makeRequest("GET", "/?max-keys=2&prefix=J", common), std::string(kEmptyHash), usual,
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_F(SigV4, StrangersAreScreenedWithoutTheirBodies) {
  const auto screened = [&](const std::string& credential, const char* date) -> std::optional<AuthError> {
    auto request = makeRequest("PUT", "/key", {{"Host", "bucket"}, {"x-amz-date", date}});
    if (!credential.empty()) {
      request.headers.add("Authorization", authorization(credential, "host;x-amz-date", std::string(64, '0')));
    }
    const auto failure = verifier_.screen(request);
    return failure ? std::optional(failure->error) : std::nullopt;
  };
  const std::string scope = "/20260304/us-east-1/s3/aws4_request";
  EXPECT_EQ(screened("", "20260304T050607Z"), AuthError::kMissing);
  EXPECT_EQ(screened("AKIANOBODY" + scope, "20260304T050607Z"), AuthError::kUnknownKey);
  EXPECT_EQ(screened("AKIDEXAMPLE" + scope, "20260304T010101Z"), AuthError::kTooSkewed);
  // The signature itself is verify()'s.
  EXPECT_EQ(screened("AKIDEXAMPLE" + scope, "20260304T050607Z"), std::nullopt);
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
TEST_F(SigV4, AgreesWithThePresignedExampleOfS3UntilItExpires) {
  const auto request = makeRequest(
      "GET",
      "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%"
      "2Fs3%2F"
      "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
      "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
      {{"Host", "examplebucket.s3.amazonaws.com"}});
  clock_.set(at("20130525T000000Z"));
  const auto result = verify(request);
  ASSERT_TRUE(std::holds_alternative<Verified>(result));
  EXPECT_TRUE(std::get<Verified>(result).presigned);
  EXPECT_EQ(std::get<Verified>(result).payload, PayloadMode::kUnsigned);
  clock_.advance(base::Duration(1));
  EXPECT_EQ(errorOf(request), AuthError::kPresignExpired);
  EXPECT_EQ(codeOf(request, AuthFamily::kS3), "AccessDenied 403");
  clock_.set(at("20130523T234500Z"));
  EXPECT_EQ(errorOf(request), std::nullopt);
  clock_.advance(base::Duration(-1));
  EXPECT_EQ(errorOf(request), AuthError::kNotYetValid);
}

// The published test suite, and the example of the IAM guide.
TEST_F(SigV4, AgreesWithTheTestSuite) {
  clock_.set(at("20150830T123600Z"));
  const Fields common = {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}};
  const auto check = [&](http::Request request, const std::string& service, const std::string& names,
                         const std::string& signature) {
    request.headers.add(
        "Authorization",
        authorization("AKIDEXAMPLE/20150830/us-east-1/" + service + "/aws4_request", names, signature));
    EXPECT_EQ(errorOf(request, ""), std::nullopt) << request.method << " " << request.target;
  };
  check(makeRequest("GET", "/", common), "service", "host;x-amz-date",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  check(makeRequest("POST", "/", common), "service", "host;x-amz-date",
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
  check(makeRequest("GET", "/?Param2=value2&Param1=value1", common), "service", "host;x-amz-date",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
  for (const auto* same : {"//", "/./", "/example/..", "/example1/example2/../.."}) {
    check(makeRequest("GET", same, common), "service", "host;x-amz-date",
          "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  }
  check(makeRequest("GET", "/?Action=ListUsers&Version=2010-05-08",
                    {{"Host", "iam.amazonaws.com"},
                     {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                     {"X-Amz-Date", "20150830T123600Z"}}),
        "iam", "content-type;host;x-amz-date", "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

// Requests that botocore 1.29 signed.
TEST_F(SigV4, AgreesWithBotocore) {
  auto lambda = makeRequest(
      "POST",
      "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aa%20b/invocations"
      "?Qualifier=%241&a=x%2By",
      {{"Host", "127.0.0.1:4566"},
       {"Content-Type", "application/json"},
       {"X-Amz-Date", "20260304T050607Z"},
       {"X-Amz-Invocation-Type", "Event"},
       {"X-Amz-Security-Token", "FQoGZXIvYXdzEXAMPLE//token=="},
       {"Authorization",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260304/eu-west-1/lambda/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date;x-amz-invocation-type;x-amz-security-token, "
        "Signature=b36d9c76b39c13a8eae58c5019ad73c19bbf6da81554fb01c2b8be825d824aad"}});
  const auto result = verify(lambda, "{\"a\":1}");
  ASSERT_TRUE(std::holds_alternative<Verified>(result));
  const auto& verified = std::get<Verified>(result);
  EXPECT_EQ(verified.region, "eu-west-1");
  EXPECT_EQ(verified.service, "lambda");
  EXPECT_EQ(verified.account, "123456789012");
  EXPECT_EQ(verified.principalArn, "arn:aws:iam::123456789012:user/ann");
  EXPECT_EQ(verified.accessKeyId, "AKIDEXAMPLE");
  EXPECT_EQ(verified.signedAt, at("20260304T050607Z"));
  EXPECT_EQ(verified.payloadHash, "");
  EXPECT_EQ(errorOf(lambda, "{\"a\":2}"), AuthError::kSignatureMismatch);
  EXPECT_EQ(errorOf(lambda), AuthError::kMissingPayloadHash);

  const auto query = makeRequest("POST", "/",
                                 {{"Host", "localhost:4566"},
                                  {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                                  {"X-Amz-Date", "20260304T050607Z"},
                                  {"X-Test", "a   b  c"},
                                  {"Authorization",
                                   "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260304/us-east-1/sts/aws4_request, "
                                   "SignedHeaders=content-type;host;x-amz-date;x-test, "
                                   "Signature=3af869d199a17186a3f3b5ab1e7d5d22bd8422e9f08ea9f20538261d83239e43"}});
  EXPECT_EQ(errorOf(query, "Action=GetCallerIdentity&Version=2011-06-15"), std::nullopt);

  const auto put =
      makeRequest("PUT", "/bucket/a%20b/%C3%BC%2B%28x%29~/../dots//%3D",
                  {{"Host", "localhost:4566"},
                   {"X-Amz-Content-SHA256", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"},
                   {"X-Amz-Date", "20260304T050607Z"},
                   {"x-amz-meta-x", "y  z"},
                   {"Authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260304/us-east-1/s3/aws4_request, "
                    "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-meta-x, "
                    "Signature=f1ca88c1e376b34e833636a0022d60ba03adfc08a9db16264a705c7f3016945f"}});
  EXPECT_EQ(errorOf(put), std::nullopt);
  EXPECT_EQ(errorOf(put, "hello"), std::nullopt);
  EXPECT_EQ(errorOf(put, "hell0"), AuthError::kPayloadMismatch);

  const auto list = makeRequest("GET", "/bucket?list-type=2&prefix=a%2Fb%20c&delimiter=%2F&acl",
                                {{"Host", "localhost:4566"},
                                 {"X-Amz-Content-SHA256", std::string(kEmptyHash)},
                                 {"X-Amz-Date", "20260304T050607Z"},
                                 {"X-Amz-Security-Token", "TOKEN+/="},
                                 {"Authorization",
                                  "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260304/us-east-1/s3/aws4_request, "
                                  "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
                                  "Signature=8dfd66a7dd0e8819670e3dd56d261b9d3059d7fe4a1cbc108f74f5fbb4f96c2a"}});
  EXPECT_EQ(errorOf(list), std::nullopt);
}

TEST_F(SigV4, AgreesWithPresignedUrlsOfBotocore) {
  const std::string scope = "&X-Amz-Date=20260304T050607Z";
  const auto get = makeRequest(
      "GET",
      "/bucket/"
      "a%20b?response-content-type=text%2Fplain&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE"
      "%2F20260304%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260304T050607Z&X-Amz-Expires=3600&X-Amz-"
      "SignedHeaders="
      "host&X-Amz-Security-Token=TOKEN%2B%2F%3D&X-Amz-Signature="
      "7aba609a63e8746b60333f327e3ba31257e47971c47a6d838a8cc86e17256eba",
      {{"Host", "localhost:4566"}});
  EXPECT_EQ(errorOf(get), std::nullopt);
  const Fields fields = {{"Host", "localhost:4566"}, {"Content-Type", "text/plain"}, {"x-amz-acl", "private"}};
  const std::string target =
      "/bucket/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260304%2Fus-east-1%2Fs3%2F"
      "aws4_request&X-Amz-Date=20260304T050607Z&X-Amz-Expires=60&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-"
      "acl"
      "&X-Amz-Signature=48df6685857e79b6ecc4080f8a2993f8a5ccd78294285a3f81cb45150bcdc1fe";
  auto put = makeRequest("PUT", target, fields);
  EXPECT_EQ(errorOf(put), std::nullopt);
  put.headers.add("x-amz-meta-smuggled", "1");
  EXPECT_EQ(errorOf(put), AuthError::kUnsignedHeaders);
  put = makeRequest("PUT", target, fields);
  put.headers.set("x-amz-acl", "public-read");
  EXPECT_EQ(errorOf(put), AuthError::kSignatureMismatch);
  put = makeRequest("PUT", target + "&acl", fields);
  EXPECT_EQ(errorOf(put), AuthError::kSignatureMismatch);
  const auto sts = makeRequest("GET",
                               "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-"
                               "Amz-Credential=AKIDEXAMPLE%2F"
                               "20260304%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20260304T050607Z&X-Amz-"
                               "Expires=60&X-Amz-SignedHeaders=host"
                               "&X-Amz-Signature=9c3def36b47e5d0c7c0d029e7ca3268a143b964bc8583393811c170ce114b1e4",
                               {{"Host", "localhost:4566"}});
  EXPECT_EQ(errorOf(sts, ""), std::nullopt);
}

const SigningCredentials kCredentials{"AKIDEXAMPLE", kSuiteSecret, ""};
const SigningTarget kS3{"eu-west-1", "s3"};

http::Request signedRequest(const std::string& payloadHash = std::string(kEmptyHash), const Fields& fields = {},
                            const SigningTarget& target = kS3, const SigningCredentials& credentials = kCredentials,
                            std::string_view when = "20260304T050607Z") {
  UnsignedRequest raw{"PUT", "/b/k", "x=1", {}};
  raw.headers.add("Host", "h");
  for (const auto& [name, value] : fields) raw.headers.add(name, value);
  signRequest(raw, payloadHash, credentials, target, at(when));
  auto request = makeRequest(raw.method, raw.path + "?" + raw.query, {});
  request.headers = raw.headers;
  return request;
}

TEST_F(SigV4, EveryPartOfTheRequestCounts) {
  const auto good = signedRequest(std::string(kEmptyHash), {{"X-Amz-Meta-A", "1"}, {"Content-Type", "t"}});
  ASSERT_EQ(errorOf(good), std::nullopt);
  const auto changed = [&](auto change) {
    auto request = makeRequest(good.method, good.target, {});
    request.headers = good.headers;
    change(request);
    return errorOf(request);
  };
  const auto mismatch = AuthError::kSignatureMismatch;
  EXPECT_EQ(changed([](auto& r) { r.method = "GET"; }), mismatch);
  EXPECT_EQ(changed([](auto& r) { r.path = "/b/k2"; }), mismatch);
  EXPECT_EQ(changed([](auto& r) { r.query = "x=2"; }), mismatch);
  EXPECT_EQ(changed([](auto& r) { r.query = "x=1&x=1"; }), mismatch);
  EXPECT_EQ(changed([](auto& r) { r.headers.set("Host", "other"); }), mismatch);
  EXPECT_EQ(changed([](auto& r) { r.headers.set("X-Amz-Meta-A", "2"); }), mismatch);
  EXPECT_EQ(changed([](auto& r) { r.headers.add("X-Amz-Meta-A", "1"); }), mismatch);
  EXPECT_EQ(changed([](auto& r) { r.headers.remove("Content-Type"); }), mismatch);
  EXPECT_EQ(changed([](auto& r) { r.headers.set("X-Amz-Content-Sha256", std::string(64, '0')); }), mismatch);
  EXPECT_EQ(changed([](auto& r) { r.headers.set("X-Amz-Date", "20260304T050608Z"); }), mismatch);
  EXPECT_EQ(changed([](auto& r) { r.headers.add("X-Amz-Copy-Source", "/x/y"); }), AuthError::kUnsignedHeaders);
  EXPECT_EQ(changed([](auto& r) { r.headers.add("User-Agent", "anything"); }), std::nullopt);
  EXPECT_EQ(changed([](auto& r) { r.headers.add("X-Amzn-Trace-Id", "added on the way"); }), std::nullopt);
  EXPECT_EQ(changed([](auto& r) { r.headers.set("X-Amz-Meta-A", "  1 "); }), std::nullopt);
  EXPECT_EQ(changed([](auto& r) { r.path = "/b/%6B"; }), std::nullopt) << "the same key, escaped otherwise";
}

TEST_F(SigV4, HostMustBeSigned) {
  UnsignedRequest raw{"GET", "/", "", {}};
  signRequest(raw, kEmptyHash, kCredentials, kS3, clock_.now());
  auto request = makeRequest("GET", "/", {});
  request.headers = raw.headers;
  request.headers.add("Host", "h");
  EXPECT_EQ(errorOf(request), AuthError::kUnsignedHeaders);
}

// Where the product's clock was set, clients still sign by the machine's, or by the dates of the answers.
TEST_F(SigV4, ATimeThatFitsEitherClockIsAccepted) {
  const base::ManualClock moved(at("20270704T050607Z"));
  SigV4Verifier verifier(lookUp, moved, clock_);
  const auto accepts = [&](std::string_view when) {
    const auto request = signedRequest(std::string(kEmptyHash), {}, kS3, kCredentials, when);
    return std::holds_alternative<Verified>(verifier.verify(request, std::nullopt));
  };
  EXPECT_TRUE(accepts("20260304T050607Z"));
  EXPECT_TRUE(accepts("20270704T050607Z"));
  EXPECT_FALSE(accepts("20260804T050607Z"));
}

TEST_F(SigV4, ASignatureIsGoodForAQuarterOfAnHour) {
  const auto request = signedRequest();
  const auto shifted = [&](int milliseconds) {
    clock_.set(at("20260304T050607Z") + base::Duration(milliseconds));
    return errorOf(request);
  };
  EXPECT_EQ(shifted(900'000), std::nullopt);
  EXPECT_EQ(shifted(-900'000), std::nullopt);
  EXPECT_EQ(shifted(900'001), AuthError::kTooSkewed);
  EXPECT_EQ(codeOf(request, AuthFamily::kS3), "RequestTimeTooSkewed 403");
  EXPECT_EQ(codeOf(request, AuthFamily::kQuery), "SignatureDoesNotMatch 403");
  EXPECT_EQ(codeOf(request, AuthFamily::kJson), "InvalidSignatureException 400");
  clock_.set(at("20260304T060000Z"));
  const auto late = std::get<AuthFailure>(verify(request));
  EXPECT_EQ(
      authFault(late, AuthFamily::kQuery).message,
      "Signature expired: 20260304T050607Z is now earlier than 20260304T054500Z (20260304T060000Z - 15 min.)");
  EXPECT_EQ(authFault(late, AuthFamily::kS3).details[0].second, "2026-03-04T05:06:07Z");
  EXPECT_EQ(shifted(-900'001), AuthError::kTooSkewed);
  EXPECT_EQ(std::get<AuthFailure>(verify(request)).message.substr(0, 24), "Signature not yet curren");
}

TEST_F(SigV4, KeysAndTokensAreLookedUp) {
  auto unknown = kCredentials;
  unknown.accessKeyId = "AKIDUNKNOWN";
  const auto stranger = signedRequest(std::string(kEmptyHash), {}, kS3, unknown);
  EXPECT_EQ(codeOf(stranger, AuthFamily::kS3), "InvalidAccessKeyId 403");
  EXPECT_EQ(codeOf(stranger, AuthFamily::kQuery), "InvalidClientTokenId 403");
  EXPECT_EQ(codeOf(stranger, AuthFamily::kJson), "UnrecognizedClientException 400");
  EXPECT_EQ(codeOf(stranger, AuthFamily::kRestJson), "UnrecognizedClientException 403");
  auto other = kCredentials;
  other.secretAccessKey += "x";
  const auto wrong = signedRequest(std::string(kEmptyHash), {}, kS3, other);
  EXPECT_EQ(codeOf(wrong, AuthFamily::kS3), "SignatureDoesNotMatch 403");
  auto forged = kCredentials;
  forged.sessionToken = "forged";
  EXPECT_EQ(codeOf(signedRequest(std::string(kEmptyHash), {}, kS3, forged), AuthFamily::kS3), "InvalidToken 400");
  auto old = kCredentials;
  old.sessionToken = "old";
  const auto expired = signedRequest(std::string(kEmptyHash), {}, kS3, old);
  EXPECT_EQ(codeOf(expired, AuthFamily::kS3), "ExpiredToken 400");
  EXPECT_EQ(codeOf(expired, AuthFamily::kQuery), "ExpiredToken 403");
  EXPECT_EQ(codeOf(expired, AuthFamily::kJson), "ExpiredTokenException 400");
}

TEST_F(SigV4, AChangedSecretTakesEffectAtOnce) {
  std::string secret = "first";
  SigV4Verifier verifier(
      [&](const std::string&, const std::string&) {
        KeyRecord record;
        record.secretAccessKey = secret;
        return std::optional<KeyRecord>(record);
      },
      clock_, clock_);
  const auto first = signedRequest(std::string(kEmptyHash), {}, kS3, {"AKID", "first", ""});
  const auto second = signedRequest(std::string(kEmptyHash), {}, kS3, {"AKID", "second", ""});
  EXPECT_TRUE(std::holds_alternative<Verified>(verifier.verify(first, std::nullopt)));
  EXPECT_TRUE(std::holds_alternative<Verified>(verifier.verify(first, std::nullopt)));
  secret = "second";
  EXPECT_TRUE(std::holds_alternative<AuthFailure>(verifier.verify(first, std::nullopt)));
  EXPECT_TRUE(std::holds_alternative<Verified>(verifier.verify(second, std::nullopt)));
  // Many other keys push this one through both generations of the cache and out; it is derived again.
  for (int i = 0; i < 2100; ++i) {
    const auto other = signedRequest(std::string(kEmptyHash), {}, kS3, {"AKID" + std::to_string(i), "second", ""});
    ASSERT_TRUE(std::holds_alternative<Verified>(verifier.verify(other, std::nullopt)));
    if (i == 1500) {
      EXPECT_TRUE(std::holds_alternative<Verified>(verifier.verify(second, std::nullopt)));
    }
  }
  EXPECT_TRUE(std::holds_alternative<Verified>(verifier.verify(second, std::nullopt)));
}

TEST_F(SigV4, KnowsThePayloadForms) {
  const auto mode = [&](const std::string& hash, const SigningTarget& target = kS3) -> std::optional<PayloadMode> {
    auto request =
        signedRequest(hash, target.service == "s3" ? Fields{} : Fields{{"X-Amz-Content-Sha256", hash}}, target);
    const auto result =
        verify(request, target.service == "s3" ? std::nullopt : std::optional<std::string_view>(""));
    if (const auto* verified = std::get_if<Verified>(&result)) return verified->payload;
    return std::nullopt;
  };
  EXPECT_EQ(mode(std::string(kEmptyHash)), PayloadMode::kHashed);
  EXPECT_EQ(mode("UNSIGNED-PAYLOAD"), PayloadMode::kUnsigned);
  EXPECT_EQ(mode("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), PayloadMode::kSignedChunks);
  EXPECT_EQ(mode("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"), PayloadMode::kSignedChunksTrailer);
  EXPECT_EQ(mode("STREAMING-UNSIGNED-PAYLOAD-TRAILER"), PayloadMode::kUnsignedChunksTrailer);
  EXPECT_EQ(mode("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"), std::nullopt);
  EXPECT_EQ(mode("unsigned"), std::nullopt);
  const SigningTarget sqs{"eu-west-1", "sqs"};
  EXPECT_EQ(mode(std::string(kEmptyHash), sqs), PayloadMode::kHashed);
  EXPECT_EQ(mode("UNSIGNED-PAYLOAD", sqs), std::nullopt) << "the body must be signed";
  EXPECT_EQ(mode(std::string(64, '0'), sqs), std::nullopt);
}

TEST_F(SigV4, NothingIsMissingAuthentication) {
  const auto request = makeRequest("GET", "/b?X-Amz-Foo=1", {{"Host", "h"}});
  EXPECT_EQ(errorOf(request), AuthError::kMissing);
  EXPECT_EQ(codeOf(request, AuthFamily::kS3), "AccessDenied 403");
  EXPECT_EQ(codeOf(request, AuthFamily::kQuery), "MissingAuthenticationToken 403");
  EXPECT_EQ(codeOf(request, AuthFamily::kJson), "MissingAuthenticationTokenException 400");
  EXPECT_EQ(codeOf(request, AuthFamily::kRestJson), "MissingAuthenticationTokenException 403");
}

TEST_F(SigV4, OtherMechanismsAreRefusedByName) {
  const auto with = [&](const std::string& value) {
    return codeOf(makeRequest("GET", "/b", {{"Host", "h"}, {"Authorization", value}}), AuthFamily::kS3);
  };
  EXPECT_EQ(with("AWS AKIDEXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg="), "InvalidRequest 400");
  EXPECT_EQ(with("AWS4-ECDSA-P256-SHA256 Credential=x"), "InvalidRequest 400");
  EXPECT_EQ(with("Bearer x"), "InvalidRequest 400");
  EXPECT_EQ(with(""), "InvalidRequest 400");
  EXPECT_EQ(
      codeOf(makeRequest("GET", "/b?AWSAccessKeyId=A&Signature=x&Expires=1", {{"Host", "h"}}), AuthFamily::kS3),
      "InvalidRequest 400");
  EXPECT_EQ(
      codeOf(makeRequest("GET", "/b?X-Amz-Algorithm=x", {{"Host", "h"}, {"Authorization", "AWS4-HMAC-SHA256"}}),
             AuthFamily::kS3),
      "InvalidArgument 400");
}

TEST_F(SigV4, MalformedHeadersSayWhatIsWrong) {
  const std::string date = "20260304T050607Z";
  const auto messageFor = [&](const std::string& value) {
    const auto result =
        verify(makeRequest("GET", "/b", {{"Host", "h"}, {"X-Amz-Date", date}, {"Authorization", value}}));
    const auto fault = authFault(std::get<AuthFailure>(result), AuthFamily::kS3);
    EXPECT_EQ(fault.code, "AuthorizationHeaderMalformed") << value;
    EXPECT_EQ(authFault(std::get<AuthFailure>(result), AuthFamily::kQuery).code, "IncompleteSignature") << value;
    return fault.message;
  };
  const std::string start = "AWS4-HMAC-SHA256 ";
  const std::string names = "SignedHeaders=host, Signature=" + std::string(64, 'a');
  EXPECT_NE(messageFor(start + names).find("missing Credential."), std::string::npos);
  EXPECT_NE(
      messageFor(start + "Credential=A/20260304/r/s3/aws4_request, Signature=x").find("missing SignedHeaders."),
      std::string::npos);
  EXPECT_NE(
      messageFor(start + "Credential=A/20260304/r/s3/aws4_request, SignedHeaders=host").find("missing Signature."),
      std::string::npos);
  for (const auto* credential : {"A", "A/20260304/r/s3", "A/20260304/r/s3/aws4_request/x",
                                 "/20260304/r/s3/aws4_request", "A/20260304//s3/aws4_request"}) {
    EXPECT_NE(messageFor(start + "Credential=" + credential + ", " + names).find("mal-formed"), std::string::npos);
  }
  EXPECT_NE(messageFor(start + "Credential=A/2026-3-4/r/s3/aws4_request, " + names).find("date format"),
            std::string::npos);
  EXPECT_NE(messageFor(start + "Credential=A/20260304/r/s3/aws5_request, " + names).find("terminal"),
            std::string::npos);
  EXPECT_NE(messageFor(start + "Credential=A/20260304/r/s3/aws4_request, Nonsense, " + names).find("Nonsense"),
            std::string::npos);
  EXPECT_NE(messageFor(start + names + ", Signature=y").find("malformed"), std::string::npos);
  const std::string good = "Credential=AKIDEXAMPLE/20260304/r/s3/aws4_request, Signature=x, SignedHeaders=";
  for (const auto* bad : {"Host", "host;;x", ";", "ho st", "host:x"}) {
    EXPECT_NE(messageFor(start + good + bad).find("SignedHeaders"), std::string::npos) << bad;
  }
}

TEST_F(SigV4, TheScopeHasTheDayOfTheRequest) {
  const auto request = makeRequest("GET", "/b",
                                   {{"Host", "h"},
                                    {"X-Amz-Date", "20260304T050607Z"},
                                    {"Authorization",
                                     "AWS4-HMAC-SHA256 Credential=A/20260305/r/s3/aws4_request, "
                                     "SignedHeaders=host, Signature=x"}});
  EXPECT_EQ(codeOf(request, AuthFamily::kS3), "AuthorizationHeaderMalformed 400");
  EXPECT_EQ(codeOf(request, AuthFamily::kQuery), "SignatureDoesNotMatch 403");
}

TEST_F(SigV4, ADateIsNeeded) {
  const std::string value =
      "AWS4-HMAC-SHA256 Credential=A/20260304/r/s3/aws4_request, SignedHeaders=host, Signature=x";
  EXPECT_EQ(errorOf(makeRequest("GET", "/", {{"Host", "h"}, {"Authorization", value}})), AuthError::kMissingDate);
  for (const auto* date : {"", "now", "20260304", "2026-03-04T05:06:07Z", "20260304T050607", "20261304T050607Z"}) {
    EXPECT_EQ(errorOf(makeRequest("GET", "/", {{"Host", "h"}, {"Authorization", value}, {"X-Amz-Date", date}})),
              AuthError::kMissingDate)
        << date;
  }
  EXPECT_EQ(errorOf(makeRequest("GET", "/",
                                {{"Host", "h"},
                                 {"Authorization", value},
                                 {"Date", "Wed, 04 Mar 2026 05:06:07 GMT"},
                                 {"X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"}})),
            AuthError::kUnsignedHeaders)
      << "HTTP's own date is a date";
}

TEST_F(SigV4, PresignedParametersAreChecked) {
  UnsignedRequest raw{"GET", "/b/k", "versionId=1", {}};
  raw.headers.add("Host", "h");
  const std::string query = presign(raw, kCredentials, kS3, clock_.now(), std::chrono::seconds(60));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = query;
    if (!from.empty()) changed.replace(changed.find(from), from.size(), to);
    return makeRequest("GET", "/b/k?" + changed, {{"Host", "h"}});
  };
  EXPECT_EQ(errorOf(with("", "")), std::nullopt);
  EXPECT_EQ(errorOf(with("versionId=1", "versionId=2")), AuthError::kSignatureMismatch);
  for (const auto& [from, to] : Fields{{"X-Amz-Expires=60", "X-Amz-Expires=604801"},
                                       {"X-Amz-Expires=60", "X-Amz-Expires=-1"},
                                       {"X-Amz-Expires=60", "X-Amz-Expires=1h"},
                                       {"X-Amz-Expires=60", "X-Amz-Expires="},
                                       {"X-Amz-Expires=60", "X-Amz-Expires=99999999999999999999999"},
                                       {"X-Amz-Expires=60", ""},
                                       {"X-Amz-Expires=60", "X-Amz-Expires=60&X-Amz-Expires=60"},
                                       {"X-Amz-Signature=", "X-Amz-Signatur="},
                                       {"X-Amz-Date=2026", "X-Amz-Date=202"},
                                       {"X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=AWS3"},
                                       {"20260304%2Feu", "20260303%2Feu"},
                                       {"X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=host%3B"}}) {
    EXPECT_EQ(codeOf(with(from, to), AuthFamily::kS3), "AuthorizationQueryParametersError 400") << to;
  }
  EXPECT_EQ(errorOf(with("X-Amz-Expires=60", "X-Amz-Expires=61")), AuthError::kSignatureMismatch);
}

TEST_F(SigV4, AMismatchHelpsToFindTheDifferenceButKeepsTokens) {
  auto request = signedRequest();
  request.path = "/other";
  const auto failure = std::get<AuthFailure>(verify(request));
  const Fault fault = authFault(failure, AuthFamily::kS3);
  ASSERT_EQ(fault.details.size(), 4U);
  EXPECT_EQ(fault.details[3].first, "CanonicalRequest");
  EXPECT_EQ(fault.details[3].second.substr(0, 11), "PUT\n/other\n");
  auto credentials = kCredentials;
  credentials.sessionToken = "TOKEN+/=";
  auto temporary = signedRequest(std::string(kEmptyHash), {}, kS3, credentials);
  temporary.path = "/other";
  const auto kept = std::get<AuthFailure>(verify(temporary));
  EXPECT_EQ(kept.error, AuthError::kSignatureMismatch);
  for (const auto& [name, value] : kept.details) {
    EXPECT_EQ(value.find("TOKEN"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace hearth::wire
