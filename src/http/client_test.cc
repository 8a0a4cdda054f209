#include "http/client.h"

#include <gtest/gtest.h>

#include "http/raw_peer.h"

namespace hearth::http {
namespace {

// Hands out its pieces one by one; of unknown size.
class PiecesStream final : public base::ByteStream {
 public:
  explicit PiecesStream(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  Task<Result<std::size_t>> read(std::string& bytes, std::size_t) override {
    if (at_ == pieces_.size()) co_return std::size_t{0};
    bytes += pieces_[at_];
    co_return pieces_[at_++].size();
  }
  std::optional<std::uint64_t> size() const override { return std::nullopt; }

 private:
  std::vector<std::string> pieces_;
  std::size_t at_ = 0;
};

TEST(ParseUrl, SplitsAndRefuses) {
  const auto url = parseUrl("HTTP://example.org:8080/a?b=c#d").value();
  EXPECT_EQ(url.authority, "example.org:8080");
  EXPECT_EQ(url.host, "example.org");
  EXPECT_EQ(url.port, 8080);
  EXPECT_EQ(url.target, "/a?b=c");
  EXPECT_EQ(parseUrl("http://[::1]:80").value().host, "::1");
  EXPECT_EQ(parseUrl("http://h?x").value().target, "/?x");
  for (const auto* bad : {"", "https://h/", "http://", "http://:80/", "http://h:0/", "http://h:65536/",
                          "http://h:x/", "http://u@h/", "http://h/a b", "http://h/a\r\nX: y"}) {
    EXPECT_FALSE(parseUrl(bad).ok()) << bad;
  }
}

TEST(Client, ReceivesBodiesOfEveryFraming) {
  TestServer server([](Request& request) -> Task<Response> {
    Response response = Response::text(201, "text/plain", "");
    if (request.path == "/chunked") {
      response.stream =
          std::make_unique<PiecesStream>(std::vector<std::string>{"ab", std::string(100'000, 'c'), "d"});
    } else {
      const auto body = co_await base::readAll(*request.body, 1 << 20, Fault("TooLarge", "too large"));
      response.body = request.method + " " + request.target + " " + body.value();
    }
    co_return response;
  });
  Headers headers;
  headers.add("X-Test", "1");
  const auto answer = request("POST", server.url("/p?q"), headers, "body").value();
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.reason, "Created");
  EXPECT_EQ(answer.headers.find("content-type"), "text/plain");
  EXPECT_EQ(answer.body, "POST /p?q body");
  EXPECT_EQ(request("GET", server.url("/chunked")).value().body, "ab" + std::string(100'000, 'c') + "d");
  EXPECT_EQ(request("HEAD", server.url("/chunked")).value().body, "");
  const std::string large(700'000, 'x');
  EXPECT_EQ(request("PUT", server.url("/"), {}, large).value().body, "PUT / " + large);

  ClientOptions small;
  small.bodyBytes = 1000;
  EXPECT_EQ(request("GET", server.url("/chunked"), {}, {}, small).fault().code, "ResponseTooLarge");
  EXPECT_EQ(request("PUT", server.url("/"), {}, large, small).fault().code, "ResponseTooLarge");
}

// A listener whose answers are given as bytes.
class FakeServer final {
 public:
  explicit FakeServer(std::string answer) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(socket_.get(), 1), 0);
    socklen_t size = sizeof address;
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
    thread_ = std::thread([this, answer = std::move(answer)] {
      const base::Fd peer(::accept(socket_.get(), nullptr, nullptr));
      char bytes[4096];
      if (::recv(peer.get(), bytes, sizeof bytes, 0) <= 0) return;
      EXPECT_EQ(::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL),
                static_cast<ssize_t>(answer.size()));
      if (answer.empty()) (void)::recv(peer.get(), bytes, sizeof bytes, 0);  // silent until the client leaves
    });
  }
  ~FakeServer() { thread_.join(); }
  const std::string& url() const { return url_; }

 private:
  base::Fd socket_;
  std::string url_;
  std::thread thread_;
};

Result<ClientResponse> answered(std::string answer) {
  const FakeServer server(std::move(answer));
  ClientOptions options;
  options.silenceTimeout = std::chrono::milliseconds(200);
  return request("GET", server.url(), {}, {}, options);
}

TEST(Client, JudgesWhatAServerSends) {
  EXPECT_EQ(answered("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").value().body,
            "hi");
  EXPECT_EQ(answered("HTTP/1.0 200 OK\r\n\r\nup to the end").value().body, "up to the end");
  EXPECT_EQ(answered("HTTP/1.1 204 No Content\r\n\r\n").value().status, 204);
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi").fault().code, "InvalidResponse");
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi").fault().code,
            "InvalidResponse");
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").fault().code,
            "InvalidResponse");
  EXPECT_EQ(answered("SSH-2.0-OpenSSH\r\n").fault().code, "InvalidResponse");
  EXPECT_EQ(answered("HTTP/1.1 200").fault().code, "InvalidResponse");
  EXPECT_EQ(answered("").fault().code, "RequestTimeout");
}

TEST(Client, SaysWhenNobodyListens) {
  int port = 0;
  {
    TestServer gone([](Request&) -> Task<Response> { co_return Response(); });
    port = gone.port();
  }
  EXPECT_EQ(request("GET", "http://127.0.0.1:" + std::to_string(port) + "/").fault().code, "ConnectionFailed");
}

}  // namespace
}  // namespace hearth::http
