// Connections, memory and peers: who gets room, who gives way, who has left.
#include <gtest/gtest.h>
#include <poll.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <functional>
#include <map>

#include "http/peer_watch.h"
#include "http/raw_peer.h"
#include "http/server.h"

namespace hearth::http {
namespace {

// "METHOD target []"
Task<Response> echo(Request& request) {
  co_return Response::text(200, "text/plain", request.method + " " + request.target + " []");
}

std::string get(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"; }
bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Answers nothing until it is told to.
class Holder final {
 public:
  Handler handler() {
    return [this](Request& request) -> Task<Response> {
      const std::string target = request.target;
      boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
      timer.expires_after(std::chrono::seconds(30));
      held_[target] = &timer;
      boost::system::error_code ignored;
      co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
      held_.erase(target);
      co_return Response::text(200, "text/plain", target + " done");
    };
  }
  // On the loop: how many wait for their answers, whether this one does, and its answer.
  std::size_t count() const { return held_.size(); }
  bool holds(const std::string& target) const { return held_.contains(target); }
  void release(const std::string& target) { held_.at(target)->cancel(); }

 private:
  std::map<std::string, boost::asio::steady_timer*> held_;
};

// Whether it becomes true on the loop.
bool comesTrue(TestServer& server, const std::function<bool()>& what) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!server.onLoop(what)) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

// Whoever is being served stays.
TEST(ServerRoom, FurtherConnectionsWaitForRoom) {
  ServerLimits limits;
  limits.connections = 2;
  Holder holder;
  TestServer server(holder.handler(), limits);
  const auto isHeld = [&](const std::string& target) {
    return comesTrue(server, [&] { return holder.holds(target); });
  };
  const auto release = [&](const std::string& target) {
    server.onLoop([&] {
      holder.release(target);
      return 0;
    });
  };
  RawPeer a(server.port());
  RawPeer b(server.port());
  a.send(get("/a"));
  b.send(get("/b"));
  ASSERT_TRUE(isHeld("/a"));
  ASSERT_TRUE(isHeld("/b"));
  RawPeer waiting(server.port());
  waiting.send(get("/waiting"));
  pollfd look{waiting.fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&look, 1, 400), 0) << "longer than others wait before they give way";
  EXPECT_EQ(server.onLoop([&] { return holder.count(); }), 2U);
  EXPECT_EQ(server.onLoop([&] { return server.server().connections(); }), 2U);
  release("/a");
  EXPECT_TRUE(contains(a.readUntil("done"), "200 OK"));
  a.close();
  ASSERT_TRUE(isHeld("/waiting"));
  release("/waiting");
  EXPECT_TRUE(contains(waiting.readUntil("done"), "/waiting done"));
  release("/b");
  EXPECT_TRUE(contains(b.readUntil("done"), "/b done"));
}

TEST(ServerRoom, WhoKeepsItWaitingGivesWay) {
  ServerLimits limits;
  limits.connections = 4;
  TestServer server(echo, limits);
  RawPeer silent(server.port());
  RawPeer slow(server.port());
  slow.send("GET / HTTP/1.1\r\nHo");
  RawPeer idle(server.port());
  idle.send(get("/"));
  idle.readUntil("[]");
  RawPeer body(server.port());
  body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc");
  for (int i = 0; i < 4; ++i) {
    RawPeer next(server.port());
    next.send(get("/next"));
    EXPECT_TRUE(contains(next.readUntil("[]"), "GET /next []")) << i;
    slow.send("X");  // a byte now and then does not help
  }
}

// What nobody takes does not fill the memory; who takes it gets it.
TEST(ServerRoom, OfManyResponsesThatNobodyTakesTheOldestAreBrokenOff) {
  ServerLimits limits;
  constexpr std::size_t kBody = 16 << 20;  // more than sockets hold
  limits.responseBytes = 2 * kBody;
  TestServer server(
      [](Request&) -> Task<Response> { co_return Response::text(200, "text/plain", std::string(kBody, 'x')); },
      limits);
  std::deque<RawPeer> mute;
  for (int i = 0; i < 2; ++i) {
    mute.emplace_back(server.port()).send(get("/"));
    EXPECT_TRUE(contains(mute.back().readHead(), "200 OK"));
  }
  // Whoever waits for less than a moment stays.
  bool brokenOff = false;
  for (int i = 0; i < 200 && !brokenOff; ++i) {
    RawPeer reader(server.port());
    reader.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    reader.readHead();
    EXPECT_EQ(reader.readAll().size(), kBody);
    brokenOff = server.onLoop([&] { return server.server().connections(); }) < 2;
  }
  EXPECT_TRUE(brokenOff);
  EXPECT_LT(mute.front().readAll().size(), kBody);
}

// However many small ones it takes, and without anybody coming by.
TEST(ServerRoom, AsManyResponsesAreBrokenOffAsItTakes) {
  ServerLimits limits;
  constexpr std::size_t kBody = 16 << 20;
  limits.headTimeout = std::chrono::seconds(2);  // so the sweep comes four times a second
  limits.responseBytes = 4 * kBody;
  TestServer server(
      [](Request& request) -> Task<Response> {
        const std::size_t size = request.path == "/large" ? 3 * kBody : kBody;
        co_return Response::text(200, "text/plain", std::string(size, 'x'));
      },
      limits);
  std::deque<RawPeer> mute;
  for (const char* path : {"/", "/", "/", "/", "/large"}) {
    mute.emplace_back(server.port()).send(get(path));
    EXPECT_TRUE(contains(mute.back().readHead(), "200 OK"));
  }
  EXPECT_TRUE(comesTrue(server, [&] { return server.server().connections() == 2; }));
  EXPECT_EQ(mute[4].readExactly(3 * kBody).size(), 3 * kBody);
  EXPECT_EQ(mute[3].readExactly(kBody).size(), kBody);
  EXPECT_LT(mute[2].readAll().size(), kBody);
}

// Nobody has waited for long enough to be broken off.
TEST(ServerRoom, ResponsesThatComeAllAtOnceAreKeptToTwiceTheLimit) {
  ServerLimits limits;
  constexpr std::size_t kBody = 16 << 20;
  limits.responseBytes = kBody + 1;
  std::size_t most = 0;
  TestServer* running = nullptr;
  TestServer server(
      [&](Request&) -> Task<Response> {
        most = std::max(most, running->server().connections());
        co_return Response::text(200, "text/plain", std::string(kBody, 'x'));
      },
      limits);
  running = &server;
  std::deque<RawPeer> mute;
  for (int i = 0; i < 8; ++i) {
    mute.emplace_back(server.port()).send(get("/"));
    mute.back().readHead();
  }
  EXPECT_LE(server.onLoop([&] { return most; }), 3U) << "two that are kept, and the next";
}

// Among those that were found to give way.
TEST(ServerRoom, WhoHasSpokenSinceStays) {
  ServerLimits limits;
  limits.connections = 3;
  TestServer server(echo, limits);
  std::deque<RawPeer> idle;
  for (int i = 0; i < 3; ++i) {
    idle.emplace_back(server.port()).send(get("/"));
    EXPECT_TRUE(contains(idle.back().readUntil("[]"), "200 OK"));
  }
  RawPeer first(server.port());
  first.send(get("/first"));
  EXPECT_TRUE(contains(first.readUntil("[]"), "GET /first []"));
  EXPECT_TRUE(idle[0].isClosed());
  idle[1].send(get("/again"));
  EXPECT_TRUE(contains(idle[1].readUntil("[]"), "GET /again []"));
  RawPeer second(server.port());
  second.send(get("/second"));
  EXPECT_TRUE(contains(second.readUntil("[]"), "GET /second []"));
  EXPECT_TRUE(idle[2].isClosed());
  idle[1].send(get("/still"));
  EXPECT_TRUE(contains(idle[1].readUntil("[]"), "GET /still []"));
}

TEST(ServerRoom, APeerThatLeavesIsHeardOf) {
  ServerLimits limits;
  limits.bodyTimeout = std::chrono::milliseconds(40);  // so the sweep comes every 5 ms
  std::promise<void> gone;
  TestServer server(
      [&](Request& request) -> Task<Response> {
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
        timer.expires_after(std::chrono::seconds(30));
        if (request.path == "/watched") {
          findPeerWatch(request)->whenGone([&] {
            timer.cancel();
            gone.set_value();
          });
        } else {
          timer.cancel();
        }
        boost::system::error_code ignored;
        if (request.path == "/watched")
          co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
        co_return Response::text(200, "text/plain", "[]");
      },
      limits);
  RawPeer stays(server.port());
  stays.send(get("/"));
  EXPECT_TRUE(contains(stays.readUntil("[]"), "200 OK"));
  RawPeer leaves(server.port());
  leaves.send(get("/watched"));
  leaves.close();
  EXPECT_EQ(gone.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

TEST(ServerRoom, ListenersThatWereHandedInHaveRoomOfTheirOwn) {
  ServerLimits limits;
  limits.connections = 1;
  limits.connectionsPerHandedIn = 2;
  TestServer server(echo, limits);
  base::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(socket.get(), 16), 0);
  ASSERT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  server.onLoop([&] {
    server.server().listen(std::move(socket), "handed in");
    return 0;
  });
  const int port = ntohs(address.sin_port);
  RawPeer a(port);
  RawPeer b(port);
  a.send(get("/"));
  a.readUntil("[]");
  b.send(get("/"));
  b.readUntil("[]");
  RawPeer waiting(port);
  waiting.send(get("/waited"));
  RawPeer own(server.port());
  own.send(get("/own"));
  EXPECT_TRUE(contains(own.readUntil("[]"), "GET /own []"));
  EXPECT_EQ(server.onLoop([&] { return server.server().connections(); }), 3U);
  a.close();
  EXPECT_TRUE(contains(waiting.readUntil("[]"), "GET /waited []"));
}

}  // namespace
}  // namespace hearth::http
