#include "http/request_parser.h"

#include <gtest/gtest.h>

namespace hearth::http {
namespace {

using Progress = RequestParser::Progress;

struct Outcome {
  Request request;
  RequestFraming framing;
  Progress progress = Progress::kMore;
  int status = 0;
  std::string rest;
};

Outcome parse(std::string_view input, std::size_t step = 1U << 20, HeadLimits limits = {2048, 20, 1000}) {
  Outcome outcome;
  RequestParser parser(outcome.request, limits);
  std::string buffer;
  while (outcome.progress == Progress::kMore && !input.empty()) {
    buffer += input.substr(0, step);
    input.remove_prefix(std::min(step, input.size()));
    std::size_t consumed = 0;
    outcome.progress = parser.feed(buffer, consumed);
    buffer.erase(0, consumed);
  }
  if (outcome.progress == Progress::kDone) outcome.framing = parser.framing();
  if (outcome.progress == Progress::kRefused) outcome.status = parser.refusal().status;
  outcome.rest = buffer + std::string(input);
  return outcome;
}

int statusOf(const std::string& input) { return parse(input).status; }

TEST(RequestParser, SplitsTheRequestLine) {
  const auto outcome = parse("PUT /b/k%20y?a=1&b HTTP/1.1\r\nHost: h:1\r\nX:  y \t\r\nx: z\r\n\r\nrest");
  ASSERT_EQ(outcome.progress, Progress::kDone);
  EXPECT_EQ(outcome.request.method, "PUT");
  EXPECT_EQ(outcome.request.target, "/b/k%20y?a=1&b");
  EXPECT_EQ(outcome.request.path, "/b/k%20y");
  EXPECT_EQ(outcome.request.query, "a=1&b");
  EXPECT_EQ(outcome.request.headers.joined("X"), "y, z");
  EXPECT_EQ(outcome.rest, "rest");
  EXPECT_TRUE(outcome.framing.keepAlive);
  EXPECT_EQ(outcome.framing.body, BodyKind::kNone);
}

TEST(RequestParser, TakesAHeadByteByByte) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n";
  for (std::size_t step = 1; step < head.size(); ++step) {
    const auto outcome = parse(head, step);
    ASSERT_EQ(outcome.progress, Progress::kDone) << step;
    EXPECT_EQ(outcome.framing.length, 5U);
    EXPECT_TRUE(outcome.framing.expectContinue);
  }
  for (std::size_t cut = 1; cut < head.size(); ++cut) {
    EXPECT_EQ(parse(head.substr(0, cut)).progress, Progress::kMore) << cut;
  }
}

TEST(RequestParser, AcceptsTheFormsOfATarget) {
  const auto absolute = parse("GET http://s3.example/b?x HTTP/1.1\r\nHost: other\r\n\r\n");
  EXPECT_EQ(absolute.request.path, "/b");
  EXPECT_EQ(absolute.request.query, "x");
  EXPECT_EQ(absolute.request.headers.joined("Host"), "s3.example");
  EXPECT_EQ(parse("GET http://h?x HTTP/1.1\r\nHost: h\r\n\r\n").request.path, "/");
  EXPECT_EQ(parse("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").progress, Progress::kDone);
  EXPECT_EQ(parse("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n").request.target, "h:443");
  EXPECT_EQ(statusOf("GET * HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(statusOf("GET h:443 HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(statusOf("GET http:///x HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(statusOf("GET http://u@h/x HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
}

TEST(RequestParser, KnowsWhenTheConnectionStays) {
  const auto keeps = [](const std::string& version, const std::string& connection) {
    return parse("GET / " + version + "\r\nHost: h\r\n" + connection + "\r\n").framing.keepAlive;
  };
  EXPECT_TRUE(keeps("HTTP/1.1", ""));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: close\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: x, CLOSE\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0", ""));
  EXPECT_TRUE(keeps("HTTP/1.0", "Connection: Keep-Alive\r\n"));
}

TEST(RequestParser, RefusesAmbiguousLengths) {
  const auto status = [](const std::string& fields) {
    return statusOf("POST / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
  };
  EXPECT_EQ(status("Content-Length: 5\r\nContent-Length: 5\r\n"), 400);
  EXPECT_EQ(status("Content-Length: 5\r\nContent-Length: 6\r\n"), 400);
  EXPECT_EQ(status("Content-Length: 5, 5\r\n"), 400);
  EXPECT_EQ(status("Content-Length: +5\r\n"), 400);
  EXPECT_EQ(status("Content-Length: 0x5\r\n"), 400);
  EXPECT_EQ(status("Content-Length: \r\n"), 400);
  EXPECT_EQ(status("Content-Length: 99999999999999999999999\r\n"), 400);
  EXPECT_EQ(status("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(status("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400);
  EXPECT_EQ(status("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"), 400);
  EXPECT_EQ(status("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(status("Transfer-Encoding: gzip, chunked\r\n"), 501);
  EXPECT_EQ(status("Transfer-Encoding: gzip\r\n"), 501);
  EXPECT_EQ(status("Transfer-Encoding: chunked, chunked\r\n"), 501);
  EXPECT_EQ(status("Transfer-Encoding: xchunked\r\n"), 501);
  EXPECT_EQ(status("Transfer-Encoding: Chunked\r\n"), 0);
  EXPECT_EQ(statusOf("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(RequestParser, RefusesMalformedHeads) {
  const std::string malformed[] = {
      "GARBAGE\r\n\r\n",
      "GET /\r\n\r\n",
      "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
      "G@T / HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET / HTTP/1.1\nHost: h\n\n",
      "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
      "GET / XTTP/1.1\r\nHost: h\r\n\r\n",
      "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\n: empty\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nno-colon\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nX: a\x01"
      "b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nX: a" + std::string(1, '\0') + "b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nX\x80: a\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
  };
  for (const auto& head : malformed) {
    EXPECT_EQ(statusOf(head), 400) << head;
    EXPECT_NE(parse(head, 1).progress, Progress::kDone) << head;
  }
  EXPECT_EQ(statusOf("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(statusOf("GET / HTTP/3.0\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(statusOf("GET / HTTP/1.1\r\nHost: h\r\nExpect: wonders\r\n\r\n"), 417);
  EXPECT_EQ(statusOf("GET / HTTP/1.0\r\n\r\n"), 0);
}

TEST(RequestParser, HoldsItsLimits) {
  EXPECT_EQ(statusOf("GET /" + std::string(3000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 414);
  EXPECT_EQ(statusOf("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(3000, 'a') + "\r\n\r\n"), 431);
  std::string manySmall = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 20; ++i) manySmall += "X: y\r\n";
  EXPECT_EQ(statusOf(manySmall + "\r\n"), 431);
  std::string longTogether =
      "GET /" + std::string(1500, 'a') + " HTTP/1.1\r\nHost: h\r\nX: " + std::string(600, 'b');
  EXPECT_EQ(statusOf(longTogether + "\r\n\r\n"), 431);
  EXPECT_EQ(parse(longTogether, 1).status, 431) << "must not wait for the end of the head";
  EXPECT_EQ(statusOf("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n"), 0);
  EXPECT_EQ(statusOf("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n"), 413);
}

}  // namespace
}  // namespace hearth::http
