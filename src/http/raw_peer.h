// For tests: a server on a thread of its own, and a peer that sends it any bytes whatever.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <string>
#include <thread>

#include "base/fd.h"
#include "http/server.h"

namespace hearth::http {

class TestServer final {
 public:
  explicit TestServer(Handler handler, ServerLimits limits = {}) : server_(loop_, limits, std::move(handler)) {
    port_ = server_.listen("127.0.0.1", 0, "test").value();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~TestServer() {
    stop(std::chrono::milliseconds(2000));
    work_.reset();
    loop_.stop();
    thread_.join();
  }

  int port() const { return port_; }
  std::string url(const std::string& target) const { return "http://127.0.0.1:" + std::to_string(port_) + target; }
  Server& server() { return server_; }

  // Runs `work` on the loop and returns its result.
  template <class F>
  auto onLoop(F work) {
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto result = task.get_future();
    boost::asio::post(loop_, [&task] { task(); });
    return result.get();
  }

  // Starts Server::stop; the future is ready when it has returned.
  std::future<void> startStop(std::chrono::milliseconds grace) {
    return boost::asio::co_spawn(loop_, server_.stop(grace), boost::asio::use_future);
  }
  // Likewise for one listener. `name` outlives the call.
  std::future<void> startDrain(const std::string& name, std::chrono::milliseconds grace) {
    return boost::asio::co_spawn(loop_, server_.drainListener(name, grace), boost::asio::use_future);
  }
  void stop(std::chrono::milliseconds grace) { startStop(grace).get(); }

 private:
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  Server server_;
  int port_ = 0;
  std::thread thread_;
};

class RawPeer final {
 public:
  explicit RawPeer(int port) : RawPeer(port, base::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))) {}
  RawPeer(int port, base::Fd socket) : socket_(std::move(socket)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const timeval patience{10, 0};  // a hanging server fails the test instead of hanging it
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }

  // False: the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void endOfSending() { ::shutdown(socket_.get(), SHUT_WR); }
  void close() { socket_.reset(); }

  // Reads until `mark` has come, and returns everything up to its end; what the server sent instead, if it closed.
  std::string readUntil(std::string_view mark) {
    while (true) {
      const auto at = bytes_.find(mark);
      if (at != std::string::npos) {
        std::string front = bytes_.substr(0, at + mark.size());
        bytes_.erase(0, at + mark.size());
        return front;
      }
      if (!more()) return std::exchange(bytes_, {});
    }
  }
  std::string readHead() { return readUntil("\r\n\r\n"); }
  std::string readExactly(std::size_t count) {
    while (bytes_.size() < count && more()) {
    }
    std::string front = bytes_.substr(0, count);
    bytes_.erase(0, count);
    return front;
  }
  // Everything up to the end of the connection. `closed` tells that there was an end.
  std::string readAll(bool* closed = nullptr) {
    while (more()) {
    }
    if (closed) *closed = !timedOut_;
    return std::exchange(bytes_, {});
  }
  // True when the server has closed its side and nothing is left to read.
  bool isClosed() {
    const bool nothing = readAll().empty();
    return nothing && !timedOut_;
  }
  int fd() const { return socket_.get(); }

 private:
  bool more() {
    char piece[64 * 1024];
    const ssize_t count = ::recv(socket_.get(), piece, sizeof piece, 0);
    if (count > 0) bytes_.append(piece, static_cast<std::size_t>(count));
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) timedOut_ = true;
    return count > 0;
  }

  base::Fd socket_;
  std::string bytes_;
  bool timedOut_ = false;
};

}  // namespace hearth::http
