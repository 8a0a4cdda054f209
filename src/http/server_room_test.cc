// Connections, memory and peers: who gets room, who gives way, who has left.
#include <gtest/gtest.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>

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

TEST(ServerRoom, FurtherConnectionsWaitForRoom) {
  ServerLimits limits;
  limits.connections = 2;
  TestServer server(echo, limits);
  RawPeer a(server.port());
  RawPeer b(server.port());
  a.send(get("/"));
  b.send(get("/"));
  a.readUntil("[]");
  b.readUntil("[]");
  RawPeer waiting(server.port());
  waiting.send(get("/waited"));
  EXPECT_EQ(server.onLoop([&] { return server.server().connections(); }), 2U);
  a.close();
  EXPECT_TRUE(contains(waiting.readUntil("[]"), "GET /waited []"));
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

// Whoever is being served stays.
TEST(ServerRoom, WhoWaitsForTheServerDoesNotGiveWay) {
  ServerLimits limits;
  limits.connections = 1;
  boost::asio::steady_timer* holding = nullptr;
  TestServer server(
      [&](Request&) -> Task<Response> {
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
        timer.expires_after(std::chrono::seconds(30));
        holding = &timer;
        boost::system::error_code ignored;
        co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
        holding = nullptr;
        co_return Response::text(200, "text/plain", "done");
      },
      limits);
  RawPeer served(server.port());
  served.send(get("/"));
  while (!server.onLoop([&] { return holding != nullptr; })) std::this_thread::yield();
  RawPeer waiting(server.port());
  waiting.send(get("/"));
  EXPECT_EQ(server.onLoop([&] { return server.server().connections(); }), 1U);
  server.onLoop([&] {
    holding->cancel();
    return 0;
  });
  EXPECT_TRUE(contains(served.readUntil("done"), "200 OK"));
  served.close();
  while (!server.onLoop([&] { return holding != nullptr; })) std::this_thread::yield();
  server.onLoop([&] {
    holding->cancel();
    return 0;
  });
  EXPECT_TRUE(contains(waiting.readUntil("done"), "200 OK"));
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
