#include "http_client.h"

#include <gtest/gtest.h>

#include "test_server.h"
#include "xml.h"

namespace hearth::sdk {
namespace {

SteadyTime soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

Target targetOf(const TestServer& server) { return *parseEndpoint(server.url()); }

TEST(Endpoint, HostPortAndScheme) {
  const auto plain = parseEndpoint("http://127.0.0.1:4566/");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "127.0.0.1");
  EXPECT_EQ(plain->port, 4566);
  EXPECT_FALSE(plain->tls);
  EXPECT_EQ(plain->authority(), "127.0.0.1:4566");
  EXPECT_EQ(parseEndpoint("https://s3.eu-central-1.amazonaws.com")->authority(), "s3.eu-central-1.amazonaws.com");
  EXPECT_EQ(parseEndpoint("http://[::1]:80")->authority(), "[::1]");
  for (const char* wrong : {"", "ftp://a", "http://", "http://a/b", "http://a:0", "http://a:70000", "http://a:x",
                            "http://a b", "http://u@a", "http://[::1", "http://a?b"}) {
    EXPECT_FALSE(parseEndpoint(wrong)) << wrong;
  }
}

TEST(ResponseHead, NamesAreLoweredAndValuesTrimmed) {
  const auto head = parseHead("HTTP/1.1 206 Partial Content\r\nETag: \"x\"\r\nX-A:\t b \r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 206);
  EXPECT_EQ(head->header("etag"), "\"x\"");
  EXPECT_EQ(head->header("x-a"), "b");
  EXPECT_EQ(head->header("absent"), "");
  for (const char* wrong : {"", "HTTP/2 200\r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 099 OK\r\n", "HTTP/1.1 200 OK",
                            "HTTP/1.1 200 OK\r\nno colon\r\n", "HTTP/1.1 200 OK\r\n: empty\r\n"}) {
    EXPECT_FALSE(parseHead(wrong)) << wrong;
  }
}

TEST(HttpClient, OneConnectionCarriesManyExchanges) {
  TestServer server([](const TestRequest& request) { return answer(200, request.body); });
  HttpClient client(targetOf(server), {});
  const std::string big(300'000, 'x');
  EXPECT_EQ(client.exchange({"POST", "/a", {{"X-N", "1"}}, "one"}, soon())->body, "one");
  EXPECT_EQ(client.exchange({"POST", "/b", {}, big}, soon())->body, big);
  EXPECT_EQ(client.exchange({"POST", "/c", {}, ""}, soon())->body, "");
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0].line(), "POST /a HTTP/1.1");
  EXPECT_EQ(requests[0].header("Host"), server.authority());
  EXPECT_EQ(requests[0].header("X-N"), "1");
  for (const TestRequest& request : requests) EXPECT_EQ(request.connection, 0);
}

TEST(HttpClient, AStaleConnectionIsReplacedOnlyForRepeatableRequests) {
  TestServer server([](const TestRequest& request) {
    if (request.line().find("/last") != std::string::npos) return TestAnswer{"", true};
    return answer(200, "ok");
  });
  HttpClient client(targetOf(server), {});
  ASSERT_TRUE(client.exchange({"GET", "/", {}, {}}, soon()).ok());
  // The server closes without an answer: on the pooled connection once, on the fresh one again.
  EXPECT_EQ(client.exchange({"GET", "/last", {}, {}}, soon()).error().code, "ConnectionError");
  EXPECT_EQ(server.requests().size(), 3U);
  ASSERT_TRUE(client.exchange({"GET", "/", {}, {}}, soon()).ok());
  EXPECT_EQ(client.exchange({"POST", "/last", {}, {}}, soon(), false).error().code, "ConnectionError");
  EXPECT_EQ(server.requests().size(), 5U);
}

TEST(HttpClient, ChunksTrailersAndInterimAnswers) {
  TestServer server([](const TestRequest&) {
    return TestAnswer{
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "4;x=y\r\nwiki\r\n5\r\npedia\r\n0\r\nX-Sum: 1\r\n\r\n"};
  });
  HttpClient client(targetOf(server), {});
  EXPECT_EQ(client.exchange({"GET", "/", {}, {}}, soon())->body, "wikipedia");
  EXPECT_EQ(client.exchange({"GET", "/", {}, {}}, soon())->body, "wikipedia");
  EXPECT_EQ(server.requests()[1].connection, 0);
}

TEST(HttpClient, HeadHasNoBodyWhateverItsLength) {
  TestServer server(
      [](const TestRequest&) { return TestAnswer{"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"}; });
  HttpClient client(targetOf(server), {});
  EXPECT_EQ(client.exchange({"HEAD", "/", {}, {}}, soon())->header("content-length"), "999");
  EXPECT_TRUE(client.exchange({"HEAD", "/", {}, {}}, soon()).ok());
}

struct BadAnswer {
  const char* name;
  const char* bytes;
  const char* code;
};

class BadAnswers : public ::testing::TestWithParam<BadAnswer> {};

TEST_P(BadAnswers, AreErrorsNotHangs) {
  TestServer server([](const TestRequest&) { return TestAnswer{GetParam().bytes, true}; });
  HttpClient client(targetOf(server), {std::chrono::milliseconds(1'000), 1'000, 100});
  auto response = client.exchange({"GET", "/", {}, {}}, soon());
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, GetParam().code) << response.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    HttpClient, BadAnswers,
    ::testing::Values(
        BadAnswer{"nothing", "", "ConnectionError"},
        BadAnswer{"notHttp", "SSH-2.0-OpenSSH\r\n\r\n", "InvalidResponse"},
        BadAnswer{"cutHead", "HTTP/1.1 200 OK\r\nConte", "ConnectionError"},
        BadAnswer{"cutBody", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "ConnectionError"},
        BadAnswer{"longBody", "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", "InvalidResponse"},
        BadAnswer{"hugeLength", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
                  "InvalidResponse"},
        BadAnswer{"negativeLength", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "InvalidResponse"},
        BadAnswer{"unknownCoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "InvalidResponse"},
        BadAnswer{"badChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "InvalidResponse"},
        BadAnswer{"hugeChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
                  "InvalidResponse"},
        BadAnswer{"chunkTooShort", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
                  "InvalidResponse"},
        BadAnswer{"cutChunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
                  "ConnectionError"}),
    [](const auto& param) { return param.param.name; });

TEST(HttpClient, WaitsNoLongerThanTheDeadline) {
  std::mutex silence;
  std::unique_lock held(silence);
  TestServer server([&](const TestRequest&) {
    const std::lock_guard wait(silence);
    return TestAnswer{"", true};
  });
  HttpClient client(targetOf(server), {});
  auto response =
      client.exchange({"GET", "/", {}, {}}, std::chrono::steady_clock::now() + std::chrono::milliseconds(30));
  EXPECT_EQ(response.error().code, "Timeout");
  held.unlock();
}

TEST(HttpClient, NothingListensIsKnownAsNotSent) {
  std::uint16_t port = 0;
  {
    const TestServer gone([](const TestRequest&) { return TestAnswer{}; });
    port = gone.port();
  }
  HttpClient client({"127.0.0.1", port, false}, {});
  EXPECT_EQ(client.exchange({"GET", "/", {}, {}}, soon()).error().code, "NotSent");
}

TEST(Xml, FindsElementsAndReplacesReferences) {
  const std::string xml =
      "<?xml version=\"1.0\"?><R xmlns=\"x\"><A>1</A><AB>no</AB><A "
      "attr=\"y\">a&lt;b&amp;&#65;&#x17C;&bogus;</A><E/></R>";
  ASSERT_EQ(allElements(xml, "A").size(), 2U);
  EXPECT_EQ(elementText(xml, "A"), "1");
  EXPECT_EQ(xmlText(allElements(xml, "A")[1]), "a<b&A\xc5\xbc&bogus;");
  EXPECT_EQ(findElement(xml, "E"), "");
  EXPECT_FALSE(findElement(xml, "Z"));
  EXPECT_FALSE(findElement("<A>never closed", "A"));
  EXPECT_FALSE(findElement("<A", "A"));
  EXPECT_EQ(xmlText("&#0;&#x110000;&;&"), "&#0;&#x110000;&;&");
}

}  // namespace
}  // namespace hearth::sdk
