// The part of Connection that knows TLS.
#include "http/connection.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <charconv>

namespace hearth::http {

namespace asio = boost::asio;

// The first byte tells a TLS record (RFC 8446, section 5.1: a handshake has type 22) from a request line.
Task<bool> Connection::detectTls() {
  constexpr char kHandshakeRecord = 22;
  wait(Phase::kIdle, context_->limits.idleTimeout);
  const std::size_t count = co_await receiveMore();
  if (count == 0) co_return false;
  if (buffer_.bytes().front() != kHandshakeRecord) co_return true;
  co_return co_await handshake(tlsContext_);
}

// What is in the buffer already is the handshake's first part.
Task<bool> Connection::handshake(TlsContext tls) {
  tlsContext_ = std::move(tls);
  tls_ = std::make_unique<asio::ssl::stream<StreamSocket&>>(socket_, *tlsContext_);
  boost::system::error_code error;
  const auto begun = buffer_.bytes();
  const auto begunBuffer = asio::buffer(begun.data(), begun.size());
  wait(Phase::kHead, context_->limits.headTimeout);
  const std::size_t used =
      co_await tls_->async_handshake(asio::ssl::stream_base::server, begunBuffer, errorInto(error));
  waited();
  buffer_.consume(used);
  if (error || broken_ || !buffer_.empty()) {
    broken_ = true;
    co_return false;
  }
  origin_.secure = true;
  co_return true;
}

// RFC 9110, section 9.3.6; the tunnel ends here.
Task<Connection::Next> Connection::openTunnel(const Request& request, const RequestFraming& framing) {
  const std::string host(hostWithoutPort(request.target));
  int port = 0;
  const std::string_view digits =
      std::string_view(request.target).substr(std::min(host.size() + 1, request.target.size()));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port < 1 || port > 65535 || tls_ ||
      framing.body != BodyKind::kNone) {
    co_return co_await refuse({400, "The request for a tunnel is malformed."});
  }
  TlsContext tls = context_->tunnels ? context_->tunnels(host, port) : nullptr;
  if (!tls) co_return co_await refuse({403, "No tunnel leads there."});
  const bool sent = co_await send("HTTP/1.1 200 Connection established\r\n\r\n");
  if (!sent) co_return Next::kClose;
  if (buffer_.empty()) {
    wait(Phase::kHead, context_->limits.headTimeout);
    const std::size_t count = co_await receiveMore();
    if (count == 0) co_return Next::kClose;
  }
  origin_.tunnel = request.target;
  const bool usable = co_await handshake(std::move(tls));
  co_return usable ? Next::kRequest : Next::kClose;
}

// Tells the peer that nothing was cut off (RFC 8446, section 6.1), and waits a moment for its answer.
Task<void> Connection::endTls() {
  boost::system::error_code ignored;
  wait(Phase::kIdle, std::min(kLingerTimeout, context_->limits.bodyTimeout));
  co_await tls_->async_shutdown(errorInto(ignored));
  waited();
}

// One record for what fits into one. Each piece has bodyTimeout, as each wait of send() has: who reads slowly is
// served.
Task<bool> Connection::sendTls(std::string_view first, std::string_view second, std::string_view third) {
  constexpr std::size_t kPiece = 64 * 1024;
  std::array<std::string_view, 3> rest = {first, second, third};
  timedOut_ = false;
  while (!broken_) {
    std::array<asio::const_buffer, 3> piece;
    std::size_t room = kPiece;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      piece[i] = asio::buffer(rest[i].data(), std::min(room, rest[i].size()));
      room -= piece[i].size();
      rest[i].remove_prefix(piece[i].size());
    }
    if (room == kPiece) co_return true;
    boost::system::error_code error;
    wait(Phase::kBody, context_->limits.bodyTimeout);
    co_await asio::async_write(*tls_, piece, errorInto(error));
    waited();
    if (error) broken_ = true;
  }
  co_return false;
}

}  // namespace hearth::http
