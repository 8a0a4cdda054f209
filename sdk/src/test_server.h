// For tests: an HTTP server on a loopback port that answers each request with what a function returns.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "descriptor.h"

namespace hearth::sdk {

struct TestRequest {
  std::string head;  // request line and headers
  std::string body;
  int connection = 0;  // which connection it came on, from 0

  std::string line() const { return head.substr(0, head.find("\r\n")); }
  // The value of a header, matched by its name as it was sent; "-" when absent.
  std::string header(const std::string& name) const {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "-";
    const std::size_t start = at + name.size() + 4;
    return head.substr(start, head.find("\r\n", start) - start);
  }
};

// What goes out, byte for byte; `close` ends the connection afterwards.
struct TestAnswer {
  std::string bytes;
  bool close = false;
};

inline TestAnswer answer(int status, const std::string& body, const std::string& headers = "") {
  return {"HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
          false};
}

class TestServer final {
 public:
  using Serve = std::function<TestAnswer(const TestRequest&)>;

  explicit TestServer(Serve serve) : serve_(std::move(serve)) {
    listener_ = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(listener_.get(), 16);
    socklen_t size = sizeof address;
    getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { acceptAll(); });
  }

  ~TestServer() {
    stopping_ = true;
    shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : open_) shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& worker : workers_) worker.join();
  }

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }

  std::vector<TestRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void acceptAll() {
    for (int number = 0; !stopping_; ++number) {
      const int fd = accept(listener_.get(), nullptr, nullptr);
      if (fd < 0) break;
      const std::lock_guard lock(mutex_);
      open_.push_back(fd);
      workers_.emplace_back([this, fd, number] { serveConnection(fd, number); });
    }
  }

  // Whether a whole request is there, where its head ends and how long its body is.
  static bool whole(const std::string& buffer, std::size_t& end, std::size_t& length) {
    end = buffer.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::size_t at = buffer.find("Content-Length: ");
    length = at < end ? std::stoul(buffer.substr(at + 16)) : 0;
    return buffer.size() >= end + 4 + length;
  }

  void serveConnection(int fd, int number) {
    std::string buffer;
    char chunk[4096];
    while (true) {
      std::size_t end = 0;
      std::size_t length = 0;
      while (!whole(buffer, end, length)) {
        const ssize_t n = recv(fd, chunk, sizeof chunk, 0);
        if (n <= 0) return finish(fd);
        buffer.append(chunk, static_cast<std::size_t>(n));
      }
      TestRequest request{buffer.substr(0, end + 2), buffer.substr(end + 4, length), number};
      buffer.erase(0, end + 4 + length);
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      const TestAnswer reply = serve_(request);
      std::size_t sent = 0;
      while (sent < reply.bytes.size()) {
        const ssize_t n = send(fd, reply.bytes.data() + sent, reply.bytes.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) return finish(fd);
        sent += static_cast<std::size_t>(n);
      }
      if (reply.close) return finish(fd);
    }
  }

  void finish(int fd) {
    const std::lock_guard lock(mutex_);
    std::erase(open_, fd);
    close(fd);
  }

  const Serve serve_;
  Descriptor listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread acceptor_;
  mutable std::mutex mutex_;
  std::vector<TestRequest> requests_;  // guarded by mutex_
  std::vector<int> open_;              // guarded by mutex_
  std::vector<std::thread> workers_;   // guarded by mutex_ until the acceptor has ended
};

}  // namespace hearth::sdk
