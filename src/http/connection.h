// Connection: one accepted socket and the coroutine that serves it. Internal to http/.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "http/chunked_decoder.h"
#include "http/receive_buffer.h"
#include "http/request_parser.h"
#include "http/response_head.h"
#include "http/server.h"

namespace hearth::http {

using SteadyTime = std::chrono::steady_clock::time_point;
using StreamSocket = boost::asio::generic::stream_protocol::socket;

// How http/ awaits: errors are values.
inline auto errorInto(boost::system::error_code& error) {
  return boost::asio::redirect_error(boost::asio::use_awaitable, error);
}

// How long a connection that closes hears its peer out.
inline constexpr std::chrono::milliseconds kLingerTimeout{2000};

// What all connections of a server share. Shared ownership: connections end after the server when they must.
struct ServerContext {
  ServerLimits limits;
  Handler handler;
  DateField date;
  const base::Clock* clock = nullptr;  // null: the machine's
  TunnelPolicy tunnels;                // may be empty
  std::uint64_t responseBytes = 0;     // of all connections but those that were aborted
  std::function<void()> freeBytes;     // the server's: breaks responses off while there are too many bytes

  std::time_t second() const { return clock ? base::toMillis(clock->now()) / 1000 : std::time(nullptr); }
};

// Lives on the loop. Whoever accepts keeps it in a shared_ptr until run() has returned; the body of a request may
// hold it longer.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  // `tls` may be null; otherwise the peer may start with a TLS handshake.
  Connection(std::shared_ptr<ServerContext> context, StreamSocket socket, Origin origin, TlsContext tls);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Serves requests until one side closes. Does not throw.
  Task<void> run();

  // Ends what has waited beyond its deadline, and looks whether a peer that is watched is still there. Called by
  // the server's sweep.
  void expire(SteadyTime now);
  // Since when the peer has kept the server waiting: for a request, for its next bytes, or to take bytes. nullopt
  // when it does not.
  std::optional<SteadyTime> waitingSince() const;
  bool holdsResponse() const { return responseBytes_ > 0; }
  // Closes now when no request is being served, else after the response.
  void finish();
  // Closes now. A handler that still runs finds its peer gone.
  void abort();

  const std::string& listener() const { return origin_.listener; }
  std::size_t slot = 0;   // the server's: where it keeps this connection
  bool handedIn = false;  // the server's: whether it came to a listener that was handed in

 private:
  class Body;
  // What the connection waits for, hence what a passed deadline means.
  enum class Phase : unsigned char { kIdle, kHead, kBody, kHandler };
  enum class Next : unsigned char { kRequest, kClose, kLinger };

  Task<Next> serveRequest();
  Task<Next> readHead(Request& request, RequestFraming& framing);
  Task<Response> callHandler(Request& request, bool& failed);
  Task<Next> refuse(const Refusal& refusal);

  // TLS: as the connection's first bytes, or inside a CONNECT tunnel. False: no handshake came about.
  Task<bool> detectTls();
  Task<bool> handshake(TlsContext tls);
  Task<Next> openTunnel(const Request& request, const RequestFraming& framing);
  Task<void> endTls();

  // The request's body. readBody has the contract of ByteStream::read.
  Task<Result<std::size_t>> readBody(std::uint64_t request, std::string& into, std::size_t most);
  Task<Result<std::size_t>> readSized(std::string& into, std::size_t most);
  Task<Result<std::size_t>> readChunked(std::string& into, std::size_t most);
  void startBody(Request& request, const RequestFraming& framing);
  Task<bool> sendContinue();
  Task<void> drainBody();
  bool bodyDone() const;
  Fault brokenOff() const;
  Fault failBody(Fault fault);

  // The response. May set `framing.close`. False: the connection is of no use any more.
  Task<bool> respond(Response& response, bool isHead, ResponseFraming& framing);
  Task<bool> sendBody(const Response& response);
  Task<bool> sendStream(base::ByteStream& stream, std::string piece, const ResponseFraming& framing);
  Task<void> linger();

  // Both return 0 or false when the peer is gone, a deadline passed or the server closes.
  Task<std::size_t> receive(char* into, std::size_t most);
  Task<bool> send(std::string_view first, std::string_view second = {}, std::string_view third = {});
  Task<std::size_t> receiveMore();  // into buffer_
  Task<std::size_t> receiveBody(std::string& bytes, std::size_t most);

  Task<bool> sendTls(std::string_view first, std::string_view second, std::string_view third);

  void wait(Phase phase, std::chrono::milliseconds timeout);
  void waited();
  void waitForBody();
  void bodyCame(std::size_t count);

  std::shared_ptr<ServerContext> context_;
  StreamSocket socket_;
  Origin origin_;
  TlsContext tlsContext_;                                         // outlives tls_
  std::unique_ptr<boost::asio::ssl::stream<StreamSocket&>> tls_;  // null: the socket speaks for itself
  ReceiveBuffer buffer_;
  std::unique_ptr<char[]> landing_;  // kMostRead bytes for large bodies; null while there is none
  std::string out_;

  std::chrono::milliseconds bodyPatience_{0};  // how long the peer may still keep us waiting for its body
  SteadyTime bodyWaitStart_;
  SteadyTime deadline_ = SteadyTime::max();
  SteadyTime waitingSince_;          // while there is a deadline
  std::uint64_t responseBytes_ = 0;  // of a body that is being sent
  std::function<void()> whenGone_;   // of the request at hand; empty: nobody asks
  Phase phase_ = Phase::kIdle;
  bool timedOut_ = false;
  bool finishing_ = false;
  bool broken_ = false;  // reading or writing failed, or abort()

  // The body of the request at hand.
  std::uint64_t requests_ = 0;
  BodyKind bodyKind_ = BodyKind::kNone;
  std::uint64_t bodyLeft_ = 0;  // kLength: still to come. kChunked: still allowed
  std::optional<Fault> bodyFault_;
  bool continueDue_ = false;
  ChunkedDecoder chunks_;
};

}  // namespace hearth::http
