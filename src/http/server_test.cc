#include "http/server.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <stdexcept>

#include "http/client.h"
#include "http/raw_peer.h"

namespace hearth::http {
namespace {

using std::chrono::milliseconds;

const Fault kTooLarge{"TooLarge", "too large"};

// "METHOD target [body]"
Task<Response> echo(Request& request) {
  const auto body = co_await base::readAll(*request.body, 1 << 20, kTooLarge);
  if (!body.ok()) co_return Response::text(body.fault().status, "text/plain", body.fault().code);
  co_return Response::text(200, "text/plain", request.method + " " + request.target + " [" + *body + "]");
}

Task<Response> ignoreBody(Request& request) { co_return Response::text(200, "text/plain", request.target); }

ServerLimits shortTimeouts() {
  ServerLimits limits;
  limits.headTimeout = limits.idleTimeout = limits.bodyTimeout = milliseconds(60);
  return limits;
}

std::string get(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"; }
std::string post(const std::string& fields) { return "POST /p HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"; }
bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Server, AnswersAndKeepsTheConnection) {
  TestServer server(echo);
  RawPeer peer(server.port());
  for (int i = 0; i < 3; ++i) {
    peer.send(get("/a?b"));
    const auto head = peer.readHead();
    EXPECT_EQ(head.substr(0, 17), "HTTP/1.1 200 OK\r\n");
    EXPECT_TRUE(contains(head, "Content-Length: 11\r\n"));
    EXPECT_TRUE(contains(head, "\r\nDate: "));
    EXPECT_FALSE(contains(head, "Connection:"));
    EXPECT_EQ(peer.readExactly(11), "GET /a?b []");
  }
}

TEST(Server, TellsHandlersWhereARequestCameIn) {
  TestServer server([](Request& request) -> Task<Response> {
    co_return Response::text(200, "text/plain", request.origin.listener + " " + request.origin.peer);
  });
  const auto answer = request("GET", server.url("/")).value();
  EXPECT_EQ(answer.body.substr(0, 15), "test 127.0.0.1:");
}

TEST(Server, ServesPipelinedRequestsInOrder) {
  TestServer server(echo);
  RawPeer peer(server.port());
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += "\r\n" + get("/" + std::to_string(i));
  requests +=
      post("Content-Length: 3\r\n") + "abc" + post("Transfer-Encoding: chunked\r\n") + "2\r\nxy\r\n0\r\n\r\n";
  requests += "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + get("/never");
  peer.send(requests);
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(contains(peer.readUntil("[]"), "GET /" + std::to_string(i) + " [")) << i;
  EXPECT_TRUE(contains(peer.readUntil("]"), "POST /p [abc]"));
  EXPECT_TRUE(contains(peer.readUntil("]"), "POST /p [xy]"));
  const auto last = peer.readAll();
  EXPECT_TRUE(contains(last, "Connection: close\r\n"));
  EXPECT_TRUE(contains(last, "GET /last []"));
  EXPECT_FALSE(contains(last, "never"));
}

TEST(Server, SpeaksHttp10) {
  TestServer server(echo);
  RawPeer once(server.port());
  once.send("GET /old HTTP/1.0\r\n\r\n");
  bool closed = false;
  const auto answer = once.readAll(&closed);
  EXPECT_TRUE(closed);
  EXPECT_TRUE(contains(answer, "Connection: close\r\n"));
  EXPECT_TRUE(contains(answer, "GET /old []"));

  RawPeer kept(server.port());
  for (int i = 0; i < 2; ++i) {
    kept.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(contains(kept.readUntil("[]"), "Connection: keep-alive\r\n"));
  }
}

TEST(Server, HeadHasNoBodyButItsLength) {
  TestServer server([](Request& request) -> Task<Response> {
    Response response;
    if (request.path == "/named") response.headers.add("Content-Length", "123456");
    if (request.path == "/body") response.body = "12345";
    if (request.path == "/stream") response.stream = std::make_unique<base::StringStream>("1234567");
    co_return response;
  });
  RawPeer peer(server.port());
  const auto head = [&](const std::string& path) {
    peer.send("HEAD " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    return peer.readHead();
  };
  EXPECT_TRUE(contains(head("/named"), "Content-Length: 123456\r\n"));
  EXPECT_TRUE(contains(head("/body"), "Content-Length: 5\r\n"));
  EXPECT_TRUE(contains(head("/stream"), "Content-Length: 7\r\n"));
  EXPECT_FALSE(contains(head("/none"), "Content-Length")) << "what GET would send is not known";
  peer.send("GET /named HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(contains(peer.readHead(), "Content-Length: 0\r\n")) << "a length is named for HEAD only";
}

TEST(Server, SomeStatusesHaveNoBody) {
  TestServer server([](Request& request) -> Task<Response> {
    co_return Response::text(std::stoi(request.path.substr(1)), "text/plain", "must not be sent");
  });
  RawPeer peer(server.port());
  peer.send(get("/204") + get("/304") + get("/200"));
  EXPECT_FALSE(contains(peer.readHead(), "Content-Length"));
  EXPECT_FALSE(contains(peer.readHead(), "Content-Length"));
  EXPECT_EQ(peer.readHead().substr(0, 12), "HTTP/1.1 200");
}

TEST(Server, ResponseFieldsCannotBreakTheHead) {
  TestServer server([](Request&) -> Task<Response> {
    Response response;
    response.reason = "Fine\r\nX-Evil: 1";
    response.headers.add("X-Value", "a\r\nX-Evil: 2\0");
    response.headers.add("X Bad", "x");
    response.headers.add("X-Evil:\r\n", "x");
    response.headers.add("Content-Length", "1000");
    response.headers.add("Transfer-Encoding", "chunked");
    response.headers.add("connection", "upgrade");
    response.headers.add("Date", "Mon, 08 Apr 2019 21:00:00 GMT");
    response.body = "ok";
    co_return response;
  });
  RawPeer peer(server.port());
  peer.send(get("/"));
  EXPECT_EQ(peer.readHead(),
            "HTTP/1.1 200 Fine  X-Evil: 1\r\nX-Value: a  X-Evil: 2\r\nDate: Mon, 08 Apr 2019 21:00:00 GMT\r\n"
            "Content-Length: 2\r\n\r\n");
}

TEST(Server, StreamsBodiesBothWays) {
  TestServer server([](Request& request) -> Task<Response> {
    Response response;
    response.stream = std::move(request.body);
    co_return response;
  });
  const std::string large(3'000'000, 'z');
  EXPECT_EQ(request("PUT", server.url("/"), {}, large).value().body, large);

  RawPeer peer(server.port());
  for (int i = 0; i < 2; ++i) {
    peer.send(post("Transfer-Encoding: chunked\r\n") + "5;ext=1\r\nhello\r\n");
    EXPECT_TRUE(contains(peer.readHead(), "Transfer-Encoding: chunked\r\n"));
    EXPECT_EQ(peer.readUntil("hello\r\n"), "5\r\nhello\r\n") << "the response starts before the request has ended";
    peer.send("1\r\n!\r\n0\r\nTrailer: x\r\n\r\n");
    EXPECT_EQ(peer.readUntil("0\r\n\r\n"), "1\r\n!\r\n0\r\n\r\n");
  }
  RawPeer old(server.port());
  old.send("POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_TRUE(contains(old.readUntil("hi"), "Content-Length: 2\r\nConnection: keep-alive\r\n\r\nhi"));
}

class BrokenStream final : public base::ByteStream {
 public:
  BrokenStream(int good, std::optional<std::uint64_t> size, bool throws)
      : good_(good), size_(size), throws_(throws) {}
  Task<Result<std::size_t>> read(std::string& bytes, std::size_t) override {
    if (good_-- > 0) {
      bytes += "data";
      co_return std::size_t{4};
    }
    if (throws_) throw std::runtime_error("the disk is gone");
    co_return Fault("InternalError", "broken", 500);
  }
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  int good_;
  std::optional<std::uint64_t> size_;
  bool throws_;
};

TEST(Server, ABrokenStreamIsNeverACompleteResponse) {
  TestServer server([](Request& request) -> Task<Response> {
    Response response;
    const bool sized = contains(request.query, "sized");
    const bool throws = contains(request.query, "throws");
    if (request.path == "/early") response.stream = std::make_unique<BrokenStream>(0, 8, throws);
    if (request.path == "/late") {
      response.stream =
          std::make_unique<BrokenStream>(1, sized ? std::optional<std::uint64_t>(8) : std::nullopt, throws);
    }
    if (request.path == "/long") response.stream = std::make_unique<BrokenStream>(3, 8, false);
    co_return response;
  });
  const auto fetch = [&](const std::string& target) { return request("GET", server.url(target)); };
  EXPECT_EQ(fetch("/early").value().status, 500);
  EXPECT_EQ(fetch("/early?throws").value().status, 500);
  EXPECT_EQ(fetch("/late").fault().code, "InvalidResponse");
  EXPECT_EQ(fetch("/late?sized").fault().code, "InvalidResponse");
  EXPECT_EQ(fetch("/late?sized&throws").fault().code, "InvalidResponse");
  RawPeer peer(server.port());
  peer.send(get("/long"));
  peer.readHead();
  EXPECT_EQ(peer.readAll(), "datadata") << "never more than was announced, and then the end";
}

TEST(Server, AsksForTheBodyOnlyWhenItIsRead) {
  TestServer reading(echo);
  RawPeer peer(reading.port());
  peer.send(post("Content-Length: 2\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(peer.readHead(), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("hi");
  EXPECT_TRUE(contains(peer.readUntil("]"), "200 OK"));
  // A peer that does not wait is not told to go on.
  peer.send(post("Content-Length: 2\r\nExpect: 100-continue\r\n") + "hi");
  EXPECT_EQ(peer.readHead().substr(0, 15), "HTTP/1.1 200 OK");
  peer.readUntil("]");
  // An empty body is asked for as well.
  peer.send(post("Content-Length: 0\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(peer.readHead(), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(peer.readHead().substr(0, 15), "HTTP/1.1 200 OK");
  peer.readUntil("]");
  // But nothing is asked for when nothing was announced.
  peer.send(post("Expect: 100-continue\r\n"));
  EXPECT_EQ(peer.readHead().substr(0, 15), "HTTP/1.1 200 OK");

  TestServer refusing(ignoreBody);
  RawPeer other(refusing.port());
  other.send(post("Content-Length: 2\r\nExpect: 100-continue\r\n"));
  const auto answer = other.readAll();
  EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK");
  EXPECT_TRUE(contains(answer, "Connection: close\r\n"));
}

TEST(Server, RefusesAnUnknownExpectation) {
  TestServer server(echo);
  RawPeer peer(server.port());
  peer.send(post("Content-Length: 2\r\nExpect: magic\r\n"));
  EXPECT_TRUE(contains(peer.readAll(), "HTTP/1.1 417 "));
}

TEST(Server, DrainsASmallUnreadBody) {
  TestServer server(ignoreBody);
  RawPeer peer(server.port());
  peer.send(post("Content-Length: 200000\r\n") + std::string(200'000, 'x') + get("/next"));
  EXPECT_FALSE(contains(peer.readUntil("/p"), "Connection"));
  EXPECT_TRUE(contains(peer.readUntil("/next"), "200 OK"));
  peer.send(post("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n0\r\n\r\n" + get("/next"));
  peer.readUntil("/p");
  EXPECT_TRUE(contains(peer.readUntil("/next"), "200 OK"));
}

TEST(Server, ClosesBehindALargeUnreadBody) {
  TestServer server(ignoreBody);
  for (const bool chunked : {false, true}) {
    RawPeer peer(server.port());
    const std::string body(1'000'000, 'x');
    peer.send(chunked ? post("Transfer-Encoding: chunked\r\n") + "f4240\r\n" + body + "\r\n0\r\n\r\n"
                      : post("Content-Length: 1000000\r\n") + body);
    bool closed = false;
    const auto answer = peer.readAll(&closed);
    EXPECT_TRUE(closed);
    EXPECT_TRUE(contains(answer, "200 OK")) << "the response arrives although its request was not read";
    EXPECT_TRUE(contains(answer, "Connection: close\r\n"));
  }
}

TEST(Server, FaultsOfABodyReachTheHandler) {
  ServerLimits limits = shortTimeouts();
  limits.bodyBytes = 10;
  TestServer server(echo, limits);
  const auto exchange = [&](const std::string& bytes, bool end) {
    RawPeer peer(server.port());
    peer.send(bytes);
    if (end) peer.endOfSending();
    bool closed = false;
    const auto answer = peer.readAll(&closed);
    EXPECT_TRUE(closed);
    return answer;
  };
  EXPECT_TRUE(contains(exchange(post("Content-Length: 5\r\n") + "abc", true), "IncompleteBody"));
  EXPECT_TRUE(contains(exchange(post("Content-Length: 5\r\n") + "abc", false), "RequestTimeout"));
  const auto chunked = post("Transfer-Encoding: chunked\r\n");
  EXPECT_TRUE(contains(exchange(chunked + "5\r\nabc", true), "IncompleteBody"));
  EXPECT_TRUE(contains(exchange(chunked + "5\r\nabc", false), "RequestTimeout"));
  EXPECT_TRUE(contains(exchange(chunked + "xyz\r\n", false), "InvalidRequest"));
  EXPECT_TRUE(contains(exchange(chunked + "6\r\nabcdef\r\n5\r\nabcde\r\n0\r\n\r\n", false), "413 "));
  EXPECT_TRUE(contains(exchange(chunked + "fffffffffffffff\r\n" + std::string(11, 'x'), false), "EntityTooLarge"));
  EXPECT_TRUE(contains(exchange(post("Content-Length: 11\r\n") + std::string(11, 'x'), false), "HTTP/1.1 413 "));
  EXPECT_TRUE(contains(exchange(chunked + "6\r\nabcdef\r\n4\r\nabcd\r\n0\r\n\r\n", true), "[abcdefabcd]"));
}

TEST(Server, TurnsAwayWhatIsNoRequest) {
  ServerLimits limits;
  limits.headBytes = 1024;
  TestServer server(echo, limits);
  const auto statusOf = [&](const std::string& bytes) {
    RawPeer peer(server.port());
    peer.send(bytes);
    bool closed = false;
    const auto answer = peer.readAll(&closed);
    EXPECT_TRUE(closed);
    EXPECT_TRUE(contains(answer, "Connection: close\r\n"));
    return answer.substr(9, 3);
  };
  EXPECT_EQ(statusOf("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), "400");
  EXPECT_EQ(statusOf("GET /\r\n\r\n"), "400");
  EXPECT_EQ(statusOf("GET / HTTP/1.1\r\n\r\n"), "400");
  EXPECT_EQ(statusOf(post("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")), "400");
  EXPECT_EQ(statusOf(post("Content-Length: 1\r\nContent-Length: 1\r\n")), "400");
  EXPECT_EQ(statusOf(post("Transfer-Encoding: gzip, chunked\r\n")), "501");
  EXPECT_EQ(statusOf("GET /" + std::string(1100, 'a') + " HTTP/1.1\r\n"), "414");
  EXPECT_EQ(statusOf("GET / HTTP/1.1\r\nX: " + std::string(1100, 'a')), "431");
}

TEST(Server, ClosesWhatWaitsTooLong) {
  TestServer server(echo, shortTimeouts());
  RawPeer idle(server.port());
  RawPeer slow(server.port());
  slow.send("GET / HT");
  RawPeer used(server.port());
  used.send(get("/"));
  used.readUntil("[]");
  EXPECT_TRUE(idle.isClosed());
  EXPECT_TRUE(used.isClosed());
  EXPECT_TRUE(contains(slow.readAll(), "HTTP/1.1 408 "));
}

TEST(Server, ADrippingHeadIsTooSlowInAll) {
  ServerLimits limits;
  limits.headTimeout = milliseconds(80);
  TestServer server(echo, limits);
  RawPeer peer(server.port());
  const auto start = std::chrono::steady_clock::now();
  std::string answer;
  timeval patience{0, 10'000};
  ::setsockopt(peer.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  peer.send("GET / HTTP/1.1\r\nX: ");
  while (answer.empty() && std::chrono::steady_clock::now() - start < std::chrono::seconds(10)) {
    peer.send("a");
    answer = peer.readExactly(12);
  }
  EXPECT_EQ(answer, "HTTP/1.1 408");
}

TEST(Server, ADrippingBodyIsTooSlowInAll) {
  ServerLimits limits;
  limits.bodyTimeout = milliseconds(80);
  TestServer server(echo, limits);
  for (const auto& framing :
       {std::string("Content-Length: 100000\r\n"), std::string("Transfer-Encoding: chunked\r\n")}) {
    RawPeer peer(server.port());
    const auto start = std::chrono::steady_clock::now();
    std::string answer;
    timeval patience{0, 10'000};
    ::setsockopt(peer.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    peer.send(post(framing));
    while (answer.empty() && std::chrono::steady_clock::now() - start < std::chrono::seconds(10)) {
      peer.send(framing.starts_with("C") ? "a" : "1\r\na\r\n");
      answer = peer.readExactly(12);
    }
    EXPECT_EQ(answer, "HTTP/1.1 400") << framing;
  }
}

TEST(Server, APeerThatDoesNotReadIsCutOff) {
  ServerLimits limits = shortTimeouts();
  TestServer server(
      [](Request&) -> Task<Response> { co_return Response::text(200, "text/plain", std::string(64 << 20, 'x')); },
      limits);
  RawPeer peer(server.port());
  peer.send(get("/"));
  peer.readHead();  // and nothing more until the server has given up
  while (server.onLoop([&] { return server.server().connections(); }) > 0) std::this_thread::yield();
  EXPECT_LT(peer.readAll().size(), std::size_t{64 << 20});
}

TEST(Server, AnExceptionIsAnsweredAndLogged) {
  TestServer server([](Request& request) -> Task<Response> {
    if (request.path == "/odd") throw 42;
    throw std::runtime_error("a bug");
    co_return Response();
  });
  for (const auto* path : {"/", "/odd"}) {
    RawPeer peer(server.port());
    peer.send(get(path) + get("/"));
    const auto answer = peer.readAll();
    EXPECT_TRUE(contains(answer, "HTTP/1.1 500 "));
    EXPECT_TRUE(contains(answer, "Connection: close\r\n"));
    EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos);
  }
}

// A handler that waits until the test lets it go on.
class Gate final {
 public:
  Handler handler() {
    return [this](Request&) -> Task<Response> {
      const std::function<void(std::function<void(int)>)> start = [this](std::function<void(int)> done) {
        entered_.set_value(std::move(done));
      };
      const int status = co_await base::awaitCallback<int>(start);
      co_return Response::text(status, "text/plain", std::string(1000, 'x'));
    };
  }
  // Blocks until the handler has been entered.
  std::function<void(int)> entered() { return entered_.get_future().get(); }

 private:
  std::promise<std::function<void(int)>> entered_;
};

TEST(Server, AnswersAPeerThatHasGone) {
  Gate gate;
  TestServer server(gate.handler());
  RawPeer peer(server.port());
  peer.send(get("/") + get("/"));
  const auto answer = gate.entered();
  const linger reset{1, 0};
  ::setsockopt(peer.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  peer.close();
  answer(200);
  while (server.onLoop([&] { return server.server().connections(); }) > 0) std::this_thread::yield();
}

TEST(Server, StopLetsARunningRequestFinish) {
  Gate gate;
  TestServer server(gate.handler());
  RawPeer idle(server.port());
  RawPeer busy(server.port());
  busy.send(get("/"));
  const auto answer = gate.entered();
  auto stopped = server.startStop(std::chrono::seconds(10));
  EXPECT_TRUE(idle.isClosed());
  answer(200);
  const auto response = busy.readAll();
  EXPECT_TRUE(contains(response, "HTTP/1.1 200 OK"));
  EXPECT_TRUE(contains(response, "Connection: close\r\n"));
  stopped.get();
  EXPECT_EQ(server.onLoop([&] { return server.server().connections(); }), 0U);
}

TEST(Server, StopBreaksOffAfterItsGrace) {
  Gate gate;
  TestServer server(gate.handler());
  RawPeer busy(server.port());
  busy.send(get("/"));
  const auto answer = gate.entered();
  server.stop(milliseconds(20));
  EXPECT_TRUE(busy.isClosed());
  answer(200);
  while (server.onLoop([&] { return server.server().connections(); }) > 0) std::this_thread::yield();
}

TEST(Server, AListenerIsDrainedWhileOthersServe) {
  Gate gate;
  const Handler waits = gate.handler();
  const Handler handler = [&](Request& request) -> Task<Response> {
    if (request.path == "/wait") co_return co_await waits(request);
    co_return co_await echo(request);
  };
  TestServer server(handler);
  const int second = server.onLoop([&] { return server.server().listen("localhost", 0, "second").value(); });
  RawPeer draining(server.port());
  RawPeer staying(second);
  draining.send(get("/wait"));
  const auto answer = gate.entered();
  const std::string name = "test";
  auto drained = server.onLoop([&] { return server.startDrain(name, std::chrono::seconds(10)); });
  staying.send(get("/"));
  EXPECT_TRUE(contains(staying.readUntil("[]"), "HTTP/1.1 200 OK"));
  EXPECT_EQ(drained.wait_for(milliseconds(0)), std::future_status::timeout);
  answer(200);
  EXPECT_TRUE(contains(draining.readAll(), "Connection: close\r\n"));
  drained.get();
  EXPECT_EQ(server.onLoop([&] { return server.server().connections(); }), 1U);
}

TEST(Server, ListenersComeAndGoByName) {
  TestServer server(echo);
  const int second = server.onLoop([&] { return server.server().listen("localhost", 0, "second").value(); });
  RawPeer first(server.port());
  RawPeer other(second);
  other.send(get("/"));
  other.readUntil("[]");
  server.onLoop([&] {
    server.server().closeListener("second");
    return 0;
  });
  EXPECT_TRUE(other.isClosed());
  EXPECT_EQ(request("GET", "http://127.0.0.1:" + std::to_string(second)).fault().code, "ConnectionFailed");
  first.send(get("/"));
  EXPECT_TRUE(contains(first.readUntil("[]"), "200 OK"));
}

TEST(Server, SaysWhyItCannotListen) {
  TestServer server(echo);
  const auto listen = [&](const std::string& address, int port) {
    return server.onLoop([&] { return server.server().listen(address, port, "x"); }).fault().code;
  };
  EXPECT_EQ(listen("127.0.0.1", server.port()), "AddressInUse");
  EXPECT_EQ(listen("192.0.2.1", 0), "AddressNotAvailable");
  EXPECT_EQ(listen("no-such-host", 0), "AddressNotAvailable");
}

TEST(Server, AcceptsAgainAfterRunningOutOfDescriptors) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "UBSan's check of vtables needs a descriptor itself";
#endif
  TestServer server(echo);
  RawPeer late(server.port());  // made before, connected by the kernel; accept(2) has no descriptor for it
  late.send(get("/first"));
  late.readUntil("[]");
  base::Fd spare(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = static_cast<rlim_t>(spare.get()) + 1;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  RawPeer starved(server.port(), std::move(spare));
  starved.send(get("/starved"));
  late.send(get("/second"));  // the loop runs on while accepting fails
  EXPECT_TRUE(contains(late.readUntil("[]"), "GET /second []"));
  EXPECT_EQ(server.onLoop([&] { return server.server().connections(); }), 1U);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(contains(starved.readUntil("[]"), "GET /starved []"));
}

}  // namespace
}  // namespace hearth::http
