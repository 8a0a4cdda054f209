// Server: HTTP/1.1 (RFC 9112) on sockets of the event loop.
//
// Keep-alive and pipelining, chunked in both directions, Expect: 100-continue, limits on head and body, timeouts
// against slow clients, graceful stop. One coroutine per connection; the handler runs on the loop and must not block.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "base/fd.h"
#include "http/message.h"

namespace hearth::http {

struct ServerLimits {
  std::size_t headBytes = 32 * 1024;       // else 431
  std::size_t headFields = 200;            // else 431
  std::uint64_t bodyBytes = 5ULL << 30;    // else 413; handlers set tighter limits when they read
  std::chrono::seconds headTimeout{20};    // from the first byte of a head to its end, else 408 and close
  std::chrono::seconds idleTimeout{75};    // between requests: close
  std::chrono::seconds bodyTimeout{30};    // between two pieces of a body, in either direction: close
  std::size_t connections = 4096;          // further ones wait in the backlog
};

class Server final {
 public:
  Server(boost::asio::io_context& loop, ServerLimits limits, Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and listens; port 0 takes a free one. Returns the port. Fault: AddressInUse, AddressNotAvailable.
  Result<int> listen(const std::string& address, int port, const std::string& name);
  // Takes over a listening socket that somebody else made (a jail handed it out).
  void listen(base::Fd socket, const std::string& name);
  // Closes one listener by name, and its idle connections; running requests finish.
  void closeListener(const std::string& name);

  // Accepts nothing more, lets running requests finish for at most `grace`, then closes what is left.
  Task<void> stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // connections outlive the Server object during stop
};

}  // namespace hearth::http
