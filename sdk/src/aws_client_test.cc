// S3Client, SesClient and LambdaClient against a scripted server: what goes out, what is retried, what comes back.
#include "aws_client.h"

#include <gtest/gtest.h>

#include <ctime>

#include "test_server.h"

namespace hearth::sdk {
namespace {

ClientOptions optionsFor(const TestServer& server) {
  ClientOptions options;
  options.region = "eu-central-1";
  options.credentials = {"AKID", "secret", "session"};
  options.endpoint = server.url();
  options.firstBackoff = options.longestBackoff = std::chrono::milliseconds(0);
  return options;
}

TestAnswer s3Error(int status, const std::string& code) {
  return answer(status,
                "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>no &amp; no</Message></Error>");
}

TEST(S3Client, PutSendsConditionTypeMetadataAndSignature) {
  TestServer server([](const TestRequest&) { return answer(200, "", "ETag: \"e1\"\r\n"); });
  S3Client s3(optionsFor(server));
  PutOptions options;
  options.ifNoneMatch = "*";
  options.metadata["attempt"] = "20190408T184307123Z-0011";
  options.tags = {{"retention", "course"}, {"who?", "a & b"}};
  auto etag = s3.putObject("bucket", "a b/ü.json", "{}", options);
  ASSERT_TRUE(etag.ok());
  EXPECT_EQ(*etag, "\"e1\"");
  const TestRequest request = server.requests().at(0);
  EXPECT_EQ(request.line(), "PUT /bucket/a%20b/%C3%BC.json HTTP/1.1");
  EXPECT_EQ(request.body, "{}");
  EXPECT_EQ(request.header("If-None-Match"), "*");
  EXPECT_EQ(request.header("Content-Type"), "application/json");
  EXPECT_EQ(request.header("x-amz-meta-attempt"), "20190408T184307123Z-0011");
  EXPECT_EQ(request.header("x-amz-tagging"), "retention=course&who%3F=a%20%26%20b");
  EXPECT_EQ(request.header("X-Amz-Security-Token"), "session");
  EXPECT_EQ(request.header("If-Match"), "-");
  EXPECT_NE(request.header("Authorization").find("/eu-central-1/s3/aws4_request"), std::string::npos);
}

TEST(S3Client, GetReturnsBodyEtagAndMetadata) {
  TestServer server([](const TestRequest&) {
    return answer(200, "body", "ETag: \"e\"\r\nContent-Type: text/x\r\nX-Amz-Meta-Attempt: 7\r\n");
  });
  S3Client s3(optionsFor(server));
  auto object = s3.getObject("bucket", "key");
  ASSERT_TRUE(object.ok());
  EXPECT_EQ(object->body, "body");
  EXPECT_EQ(object->etag, "\"e\"");
  EXPECT_EQ(object->contentType, "text/x");
  EXPECT_EQ(object->contentLength, 4U);
  EXPECT_EQ(object->metadata.at("attempt"), "7");
}

TEST(S3Client, AnAnswerThatWillNotChangeIsNotAskedForTwice) {
  TestServer server([](const TestRequest& request) {
    if (request.line().find("/missing") != std::string::npos) return s3Error(404, "NoSuchKey");
    if (request.line().find("/denied") != std::string::npos) return s3Error(403, "AccessDenied");
    return s3Error(412, "PreconditionFailed");
  });
  S3Client s3(optionsFor(server));
  auto missing = s3.getObject("b", "missing");
  EXPECT_TRUE(isNotFound(missing.error()));
  EXPECT_EQ(missing.error().code, "NoSuchKey");
  EXPECT_EQ(missing.error().message, "no & no");
  EXPECT_FALSE(isNotFound(s3.getObject("b", "denied").error()));
  EXPECT_TRUE(isPreconditionFailed(s3.putObject("b", "k", "").error()));
  EXPECT_TRUE(isNotFound(s3.headObject("b", "missing").error()));
  EXPECT_EQ(server.requests().size(), 4U);
}

TEST(S3Client, ServerTroubleIsRetriedAndEndsInItsLastError) {
  std::atomic<int> count = 0;
  TestServer server([&](const TestRequest&) {
    const int n = ++count;
    if (n == 1) return s3Error(503, "SlowDown");
    if (n == 2) return TestAnswer{"", true};
    if (n == 3) return s3Error(409, "ConditionalRequestConflict");
    if (n == 4) return answer(200, "at last");
    return s3Error(500, "InternalError");
  });
  S3Client s3(optionsFor(server));
  auto object = s3.getObject("b", "k");
  ASSERT_TRUE(object.ok());
  EXPECT_EQ(object->body, "at last");
  EXPECT_EQ(s3.getObject("b", "k").error().code, "InternalError");
  EXPECT_EQ(count, 8);  // 4 and 4
}

TEST(S3Client, NoRetryBeyondTheDeadline) {
  TestServer server([](const TestRequest&) { return s3Error(503, "SlowDown"); });
  ClientOptions options = optionsFor(server);
  options.firstBackoff = options.longestBackoff = std::chrono::hours(1);
  S3Client s3(options);
  s3.setDeadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(500));
  EXPECT_EQ(s3.getObject("b", "k").error().code, "SlowDown");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(S3Client, FollowsTheServersClockWhenRefusedForItsTime) {
  TestServer server([](const TestRequest& request) {
    // The server lives on 8 April 2019.
    if (!request.header("X-Amz-Date").starts_with("20190408T2059")) {
      return answer(403, "<Error><Code>RequestTimeTooSkewed</Code></Error>",
                    "Date: Mon, 08 Apr 2019 20:59:30 GMT\r\n");
    }
    return answer(200, "ok");
  });
  S3Client s3(optionsFor(server));
  EXPECT_TRUE(s3.getObject("b", "k").ok());
  EXPECT_TRUE(s3.getObject("b", "k").ok());
  EXPECT_EQ(server.requests().size(), 3U);  // learnt once
}

TEST(S3Client, AWrongSignatureIsNotMistakenForAClock) {
  TestServer server([](const TestRequest&) {
    const std::time_t now = std::time(nullptr);
    char date[64];
    std::tm parts{};
    std::strftime(date, sizeof date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", gmtime_r(&now, &parts));
    return answer(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>", date);
  });
  S3Client s3(optionsFor(server));
  EXPECT_EQ(s3.getObject("b", "k").error().code, "SignatureDoesNotMatch");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(S3Client, ListReadsAllPagesAndDecodesKeys) {
  TestServer server([](const TestRequest& request) {
    if (request.line().find("continuation-token=t%2F1") == std::string::npos) {
      return answer(
          200,
          "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t/1</NextContinuationToken>"
          "<Contents><Key>a/x%2By+z</Key><ETag>&quot;e&quot;</ETag><Size>12</Size>"
          "<LastModified>2019-04-08T00:00:00.000Z</LastModified></Contents>"
          "<CommonPrefixes><Prefix>a/p%2F</Prefix></CommonPrefixes></ListBucketResult>");
    }
    return answer(200,
                  "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>b</Key></Contents>"
                  "</ListBucketResult>");
  });
  S3Client s3(optionsFor(server));
  auto listing = s3.listObjectsV2("bucket", "a/", {"/", 10});
  ASSERT_TRUE(listing.ok());
  ASSERT_EQ(listing->objects.size(), 2U);
  EXPECT_EQ(listing->objects[0].key, "a/x+y z");
  EXPECT_EQ(listing->objects[0].etag, "\"e\"");
  EXPECT_EQ(listing->objects[0].size, 12U);
  EXPECT_EQ(listing->objects[1].key, "b");
  EXPECT_EQ(listing->commonPrefixes, std::vector<std::string>{"a/p/"});
  EXPECT_EQ(server.requests()[0].line(),
            "GET /bucket?delimiter=%2F&encoding-type=url&list-type=2&prefix=a%2F HTTP/1.1");
  EXPECT_EQ(s3.listObjectsV2("bucket", "a/", {"/", 1}).error().code, "ListingTooLong");
}

TEST(S3Client, AListingThatNeverEndsIsAnError) {
  TestServer server([](const TestRequest&) {
    return answer(200,
                  "<ListBucketResult><IsTruncated>true</IsTruncated>"
                  "<NextContinuationToken>same</NextContinuationToken></ListBucketResult>");
  });
  S3Client s3(optionsFor(server));
  EXPECT_EQ(s3.listObjectsV2("b", "").error().code, "InvalidResponse");
}

TEST(S3Client, SaysWhatIsMissingInItsSettings) {
  EXPECT_EQ(S3Client(ClientOptions{}).getObject("b", "k").error().code, "NoCredentials");
  ClientOptions options;
  options.endpoint = "nonsense";
  EXPECT_EQ(S3Client(options).getObject("b", "k").error().code, "InvalidEndpoint");
}

TEST(SesClient, SendsTheQueryProtocol) {
  TestServer server([](const TestRequest&) {
    return answer(200,
                  "<SendRawEmailResponse><SendRawEmailResult><MessageId>m-1</MessageId></SendRawEmailResult>"
                  "</SendRawEmailResponse>");
  });
  SesClient ses(optionsFor(server));
  auto id = ses.sendRawEmail("T <t@example.com>", {"a@example.com"}, "Subject: x\r\n\r\n\xff?");
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(*id, "m-1");
  const TestRequest request = server.requests().at(0);
  EXPECT_EQ(request.body,
            "Action=SendRawEmail&Version=2010-12-01&Source=T%20%3Ct%40example.com%3E&Destinations.member.1="
            "a%40example.com&RawMessage.Data=U3ViamVjdDogeA0KDQr%2FPw%3D%3D");
  EXPECT_EQ(request.header("Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_NE(request.header("Authorization").find("/eu-central-1/ses/aws4_request"), std::string::npos);
}

TEST(SesClient, AMailThatMayHaveGoneOutIsNotSentAgain) {
  TestServer server([](const TestRequest&) { return TestAnswer{"", true}; });
  SesClient ses(optionsFor(server));
  auto id = ses.sendRawEmail("", {"a@example.com"}, "x");
  EXPECT_EQ(id.error().code, "ConnectionError");
  EXPECT_TRUE(id.error().retryable);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(SesClient, ARefusalIsPermanentAndThrottlingIsNot) {
  std::atomic<int> count = 0;
  TestServer server([&](const TestRequest&) {
    ++count;
    const std::string code = count == 1 ? "Throttling" : "MessageRejected";
    return answer(400, "<ErrorResponse><Error><Type>Sender</Type><Code>" + code +
                           "</Code><Message>Email address is not verified.</Message></Error></ErrorResponse>");
  });
  SesClient ses(optionsFor(server));
  auto id = ses.sendRawEmail("", {"a@example.com"}, "x");
  EXPECT_EQ(id.error().code, "MessageRejected");
  EXPECT_FALSE(id.error().retryable);
  EXPECT_EQ(count, 2);
}

TEST(LambdaClient, HandsAnEventOverAndDoesNotWait) {
  TestServer server([](const TestRequest&) { return answer(202, ""); });
  LambdaClient lambda(optionsFor(server));
  EXPECT_TRUE(lambda.invokeLater("homework-notify", R"({"kind":"receipt"})").ok());
  const TestRequest request = server.requests().at(0);
  EXPECT_EQ(request.line(), "POST /2015-03-31/functions/homework-notify/invocations HTTP/1.1");
  EXPECT_EQ(request.header("X-Amz-Invocation-Type"), "Event");
  EXPECT_EQ(request.body, R"({"kind":"receipt"})");
  EXPECT_NE(request.header("Authorization").find("/lambda/aws4_request"), std::string::npos);
}

TEST(LambdaClient, NamesWhatWasWrong) {
  TestServer server([](const TestRequest&) {
    return answer(404, R"({"Type":"User","Message":"Function not found"})",
                  "x-amzn-ErrorType: ResourceNotFoundException:http://internal.amazon.com/\r\n");
  });
  LambdaClient lambda(optionsFor(server));
  const auto handed = lambda.invokeLater("nobody", "{}");
  ASSERT_FALSE(handed.ok());
  EXPECT_EQ(handed.error().code, "ResourceNotFoundException");
  EXPECT_FALSE(handed.error().retryable);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(HttpDate, ReadsImfFixdate) {
  EXPECT_EQ(parseHttpDate("Mon, 08 Apr 2019 21:00:00 GMT"), 1554757200);
  EXPECT_EQ(parseHttpDate("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  for (const char* wrong : {"", "Mon, 08 Apr 2019 21:00:00 CET", "Mon, 31 Feb 2019 21:00:00 GMT",
                            "Mon, 08 prA 2019 21:00:00 GMT", "Mon, 08 Apr 2019 2a:00:00 GMT"}) {
    EXPECT_FALSE(parseHttpDate(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace hearth::sdk
