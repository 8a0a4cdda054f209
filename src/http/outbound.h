// Outbound: requests to HTTP servers elsewhere, over TCP or TLS, on the loop. The one place from which somebody's
// settings make the server open a connection, so it decides where to.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/task.h"
#include "http/client.h"
#include "http/lookups.h"
#include "http/message.h"

namespace hearth::http {

enum class Reach : unsigned char {
  kPublic,  // addresses of the internet alone: no private network, no metadata service, not this machine
  kAny,
};

struct OutboundOptions {
  Reach reach = Reach::kPublic;
  std::string caFile;  // PEM certificates to trust instead of the machine's
  // Exchanges at a time, each with a socket: endpoints that do not answer must not use up the descriptors. Of
  // these, of bytes of responses that come in, and of threads that look names up, an owner gets a fair share.
  std::size_t exchanges = 512;
  std::size_t responseBytes = 128U << 20;
  std::size_t lookups = 8;
  Resolver resolver = resolveBySystem;
};

struct OutboundRequest {
  std::string method;
  std::string url;  // http:// or https://
  // Host is the URL's unless there is one here. Content-Length and Connection are set by the client, and what
  // belongs to a connection is left out.
  Headers headers;
  std::string body;
  bool verifyPeer = true;
  std::chrono::milliseconds timeout{29'000};  // for all of it
  std::size_t bodyBytes = 10U << 20;          // of the response
  // Asked before so many more bytes of the response are kept; false ends the request. May be empty.
  std::function<bool(std::size_t)> reserve;
  std::string owner;  // in whose name: shares are counted by it
  // Called at once with what ends the request when nobody waits for it any more; that may be called on the loop at
  // any time later, also when the request has ended. May be empty.
  std::function<void(std::function<void()> abandon)> whenAbandoned;
};

// On the loop.
class Outbound final {
 public:
  // `loop` outlives it, and it the tasks. Throws std::runtime_error when a CA file cannot be read.
  Outbound(boost::asio::io_context& loop, const OutboundOptions& options);
  ~Outbound();
  Outbound(const Outbound&) = delete;
  Outbound& operator=(const Outbound&) = delete;

  // One exchange on a connection of its own. The name is looked up once, and the connection goes to an address that
  // was judged; no redirect is followed; a certificate has to be good for the URL's host. Faults: InvalidUrl 400
  // (also for a port that API Gateway does not call: below 1024 other than 80 and 443); NotReachable 403 for
  // addresses beyond the reach; UnknownHost 502; ConnectionFailed 503; TlsFailed 502; InvalidResponse 502;
  // ResponseTooLarge 502; Busy 503, also when the owner's share is used up; RequestTimeout 504; Abandoned 504.
  Task<Result<ClientResponse>> send(OutboundRequest request);

 private:
  class Exchange;
  struct Shares;
  struct Tls;

  boost::asio::io_context& loop_;
  const Reach reach_;
  std::shared_ptr<Shares> shares_;  // with requests, which the loop may destroy last
  Lookups lookups_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace hearth::http
