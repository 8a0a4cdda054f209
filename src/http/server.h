// Server: HTTP/1.1 (RFC 9112) on sockets of the event loop.
//
// Keep-alive and pipelining, chunked in both directions, Expect: 100-continue, limits on head and body, timeouts
// against slow clients, graceful stop. One coroutine per connection; the handler runs on the loop and must not
// block. An exception of the handler is logged, answered with 500, and closes the connection.
//
// Deadlines are kept by one sweep for all connections, at most once a second and at least eight times per timeout:
// a timeout may come that much late, and costs nothing per request.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/fd.h"
#include "http/message.h"

namespace hearth::http {

struct ServerLimits {
  std::size_t headBytes = 32 * 1024;              // else 431, or 414 when the target alone is longer
  std::size_t headFields = 200;                   // else 431
  std::uint64_t bodyBytes = 5ULL << 30;           // else 413; handlers set tighter limits when they read
  std::chrono::milliseconds headTimeout{20'000};  // from the first byte of a head to its end, else 408 and close
  std::chrono::milliseconds idleTimeout{75'000};  // between requests: close
  std::chrono::milliseconds bodyTimeout{30'000};  // between two pieces of a body, in either direction: close
  // Whoever sends a body more slowly is closed when it has kept the server waiting for bodyTimeout in all.
  std::size_t bodyBytesPerSecond = 4096;
  // At a time. A further one takes the place of the one whose peer has kept the server waiting for the longest
  // time; when none does, it waits in the backlog. Listeners that were handed in as sockets belong to strangers and
  // share room of their own, of which none gets more than its part, so that they never crowd out who comes by an
  // address.
  std::size_t connections = 4096;
  std::size_t handedInConnections = 16384;
  std::size_t connectionsPerHandedIn = 256;
  // Of bodies of responses that are in memory whole. With more, those whose peers have taken nothing for the
  // longest time are broken off; with twice as many, whoever comes next, too.
  std::uint64_t responseBytes = 1ULL << 30;
};

// The server's half of TLS: certificates, and a callback for SNI where there are several names. Shared with the
// connections that use it.
using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// Decides where CONNECT may lead: the TLS with which the tunnel to `host`:`port` ends in this very server, or null
// to refuse it with 403. Nothing is ever connected to.
using TunnelPolicy = std::function<TlsContext(std::string_view host, int port)>;

// Lives on the loop's thread, and is destroyed before the loop.
class Server final {
 public:
  Server(boost::asio::io_context& loop, ServerLimits limits, Handler handler);
  ~Server();  // closes everything
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and listens on a numeric address or "localhost"; port 0 takes a free one. Returns the port. Fault:
  // AddressInUse, AddressNotAvailable.
  Result<int> listen(const std::string& address, int port, const std::string& name, TlsContext tls = nullptr);
  // Takes over a listening socket that somebody else made (a jail handed it out). With `tls`, a connection whose
  // first byte starts a TLS handshake is served over TLS, any other as it is.
  void listen(base::Fd socket, const std::string& name, TlsContext tls = nullptr);
  // Closes one listener by name, and its idle connections; running requests finish.
  void closeListener(const std::string& name);
  // The same, and waits until its running requests have finished, for at most `grace`. One call at a time.
  Task<void> drainListener(const std::string& name, std::chrono::milliseconds grace);

  // Lets CONNECT through from now on. Without a policy it is refused like any tunnel that the policy refuses.
  void setTunnelPolicy(TunnelPolicy policy);

  // Dates answers by this clock, which outlives the server, instead of the machine's.
  void setDateClock(const base::Clock& clock);

  // Connections that are open now.
  std::size_t connections() const;

  // Accepts nothing more, lets running requests finish for at most `grace`, then closes what is left.
  Task<void> stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the coroutines, which may outlive the Server object
};

}  // namespace hearth::http
