#include "http/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <utility>

#include "base/log.h"
#include "http/peer_watch.h"

namespace hearth::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMostDrained = 256 * 1024;  // of a body that the handler left unread
constexpr std::size_t kMostRead = 256 * 1024;     // in one call of ByteStream::read
constexpr std::size_t kInlineBody = 16 * 1024;    // a body up to this size is copied behind its head
constexpr std::size_t kStreamPiece = 64 * 1024;
constexpr std::size_t kMostLingered = 64 * 1024 * 1024;

// RFC 9110: these never have a body.
bool isBodiless(int status) { return status < 200 || status == 204 || status == 304; }

// What HEAD would have got with GET: the length that the handler names when it made no body.
std::optional<std::uint64_t> namedLength(const Headers& headers) {
  const auto text = headers.find("Content-Length");
  std::uint64_t length = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), length);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return length;
}

// A read that turns exceptions of somebody else's stream into faults.
Task<Result<std::size_t>> readPiece(base::ByteStream& stream, std::string& piece) {
  piece.clear();
  std::string cause;
  try {
    co_return co_await stream.read(piece, kStreamPiece);
  } catch (const std::exception& error) {
    cause = error.what();
  }
  co_return Fault("InternalError", std::move(cause), 500);
}

void logBrokenStream(const Fault& fault) {
  base::logWarning("http", "the body of a response broke off", {{"code", fault.code}, {"cause", fault.message}});
}

}  // namespace

// Handed to the handler; may outlive the request and even the connection's run().
class Connection::Body final : public base::ByteStream, public PeerWatch {
 public:
  Body(std::shared_ptr<Connection> connection, std::uint64_t request, std::optional<std::uint64_t> size)
      : connection_(std::move(connection)), request_(request), size_(size) {}

  Task<Result<std::size_t>> read(std::string& bytes, std::size_t most) override {
    return connection_->readBody(request_, bytes, most);
  }
  std::optional<std::uint64_t> size() const override { return size_; }
  void whenGone(std::function<void()> gone) override {
    if (request_ == connection_->requests_) connection_->whenGone_ = std::move(gone);
  }

 private:
  std::shared_ptr<Connection> connection_;
  std::uint64_t request_;
  std::optional<std::uint64_t> size_;
};

PeerWatch* findPeerWatch(const Request& request) { return dynamic_cast<PeerWatch*>(request.body.get()); }

Connection::Connection(std::shared_ptr<ServerContext> context, StreamSocket socket, Origin origin, TlsContext tls)
    : context_(std::move(context)),
      socket_(std::move(socket)),
      origin_(std::move(origin)),
      tlsContext_(std::move(tls)) {}

Task<void> Connection::run() {
  Next next = Next::kRequest;
  if (tlsContext_) {
    const bool usable = co_await detectTls();
    if (!usable) next = Next::kClose;
  }
  while (next == Next::kRequest) next = co_await serveRequest();
  if (tls_ && !broken_) co_await endTls();
  if (next == Next::kLinger && !broken_) co_await linger();
  abort();
}

void Connection::expire(SteadyTime now) {
  if (whenGone_ && !broken_) {
    pollfd look{socket_.native_handle(), POLLRDHUP, 0};
    if (::poll(&look, 1, 0) > 0) std::exchange(whenGone_, nullptr)();
  }
  if (now < deadline_) return;
  deadline_ = SteadyTime::max();
  timedOut_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

std::optional<SteadyTime> Connection::waitingSince() const {
  if (phase_ == Phase::kHandler || deadline_ == SteadyTime::max() || broken_) return std::nullopt;
  return waitingSince_;
}

void Connection::finish() {
  finishing_ = true;
  if (phase_ != Phase::kIdle) return;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Connection::abort() {
  broken_ = true;
  context_->responseBytes -= std::exchange(responseBytes_, 0);
  boost::system::error_code ignored;
  socket_.close(ignored);
}

// The steps of one request.
Task<Connection::Next> Connection::serveRequest() {
  Request request;
  RequestFraming framing;
  const Next read = co_await readHead(request, framing);
  if (read != Next::kRequest) co_return read;
  if (request.method == "CONNECT") co_return co_await openTunnel(request, framing);

  startBody(request, framing);
  if (continueDue_ && bodyDone()) {
    // An empty body, announced. Were the response to come at once, botocore would take its status line for that of
    // the next response on this connection as well.
    const bool told = co_await sendContinue();
    if (!told) co_return Next::kClose;
  }
  bool failed = false;
  Response response = co_await callHandler(request, failed);
  whenGone_ = nullptr;

  // A body that may feed the response is not taken from under it.
  if (!bodyDone() && !response.stream) co_await drainBody();
  ResponseFraming answer;
  answer.http11 = framing.http11;
  answer.close = failed || response.close || !framing.keepAlive || finishing_ || (!bodyDone() && !response.stream);
  const bool sent = co_await respond(response, request.method == "HEAD", answer);
  if (!bodyDone() && !answer.close) co_await drainBody();
  ++requests_;  // what is left of the body's stream is stale from here on

  if (!sent || broken_) co_return Next::kClose;
  if (!bodyDone()) co_return Next::kLinger;
  if (!answer.close) co_return Next::kRequest;
  co_return buffer_.empty() ? Next::kClose : Next::kLinger;
}

// kRequest: there is one. Otherwise the connection has served its last.
Task<Connection::Next> Connection::readHead(Request& request, RequestFraming& framing) {
  const ServerLimits& limits = context_->limits;
  if (buffer_.empty()) {
    if (finishing_) co_return Next::kClose;
    buffer_.shrink();
    landing_.reset();
    wait(Phase::kIdle, limits.idleTimeout);
    if (co_await receiveMore() == 0) co_return Next::kClose;
  }
  RequestParser parser(request, {limits.headBytes, limits.headFields, limits.bodyBytes});
  SteadyTime deadline = SteadyTime::max();
  bool started = false;
  while (true) {
    // Empty lines before a request are ignored (RFC 9112, section 2.2).
    while (!started && !buffer_.empty() && (buffer_.bytes()[0] == '\r' || buffer_.bytes()[0] == '\n')) {
      buffer_.consume(1);
    }
    if (!buffer_.empty()) {
      started = true;
      std::size_t consumed = 0;
      const auto progress = parser.feed(buffer_.bytes(), consumed);
      buffer_.consume(consumed);
      if (progress == RequestParser::Progress::kRefused) co_return co_await refuse(parser.refusal());
      if (progress == RequestParser::Progress::kDone) break;
    }
    if (deadline == SteadyTime::max()) {
      waitingSince_ = std::chrono::steady_clock::now();
      deadline = waitingSince_ + limits.headTimeout;
    }
    phase_ = Phase::kHead;
    deadline_ = deadline;
    if (co_await receiveMore() == 0) {
      if (timedOut_) co_return co_await refuse({408, "The request took too long to arrive."});
      co_return Next::kClose;
    }
  }
  framing = parser.framing();
  co_return Next::kRequest;
}

void Connection::startBody(Request& request, const RequestFraming& framing) {
  bodyKind_ = framing.body;
  bodyPatience_ = context_->limits.bodyTimeout;
  bodyLeft_ = framing.body == BodyKind::kChunked ? context_->limits.bodyBytes : framing.length;
  bodyFault_.reset();
  continueDue_ = framing.expectContinue;
  chunks_ = ChunkedDecoder();
  std::optional<std::uint64_t> size;
  if (framing.body != BodyKind::kChunked) size = framing.length;
  request.body = std::make_unique<Body>(shared_from_this(), requests_, size);
  request.origin = origin_;
}

Task<Response> Connection::callHandler(Request& request, bool& failed) {
  std::string cause;
  try {
    co_return co_await context_->handler(request);
  } catch (const std::exception& error) {
    cause = error.what();
  } catch (...) {
    cause = "an exception of unknown type";
  }
  failed = true;
  base::logError("http", "a handler failed",
                 {{"cause", cause}, {"method", request.method}, {"path", request.path}});
  co_return Response::text(500, "text/plain", "The server failed.\n");
}

Task<Connection::Next> Connection::refuse(const Refusal& refusal) {
  Response response = Response::text(refusal.status, "text/plain", std::string(refusal.reason) + "\n");
  ResponseFraming framing;
  framing.close = true;
  co_await respond(response, false, framing);
  co_return Next::kLinger;
}

// ---- the request's body ----

Task<Result<std::size_t>> Connection::readBody(std::uint64_t request, std::string& bytes, std::size_t most) {
  if (request != requests_) co_return Fault("InternalError", "The body was read after its response.", 500);
  if (bodyFault_) co_return *bodyFault_;
  if (bodyDone() || most == 0) co_return std::size_t{0};
  if (continueDue_) {
    const bool sent = co_await sendContinue();
    if (!sent) co_return failBody(brokenOff());
  }
  most = std::min(most, kMostRead);
  if (bodyKind_ == BodyKind::kLength) co_return co_await readSized(bytes, most);
  co_return co_await readChunked(bytes, most);
}

Task<Result<std::size_t>> Connection::readSized(std::string& bytes, std::size_t most) {
  most = static_cast<std::size_t>(std::min<std::uint64_t>(most, bodyLeft_));
  std::size_t count = 0;
  if (buffer_.empty()) {
    count = co_await receiveBody(bytes, most);
    if (count == 0) co_return failBody(brokenOff());
  } else {
    count = std::min(most, buffer_.size());
    bytes.append(buffer_.bytes().substr(0, count));
    buffer_.consume(count);
  }
  bodyLeft_ -= count;
  co_return count;
}

Task<Result<std::size_t>> Connection::readChunked(std::string& bytes, std::size_t most) {
  while (true) {
    if (!buffer_.empty()) {
      const auto before = bytes.size();
      const auto allowed = static_cast<std::size_t>(std::min<std::uint64_t>(most, bodyLeft_));
      buffer_.consume(chunks_.decode(buffer_.bytes(), bytes, allowed));
      const std::size_t count = bytes.size() - before;
      bodyLeft_ -= count;
      if (chunks_.broken()) {
        co_return failBody({"InvalidRequest", "The chunked coding of the body is malformed.", 400});
      }
      if (count > 0 || chunks_.done()) co_return count;
    }
    if (bodyLeft_ < chunks_.dataLeft()) {
      co_return failBody({"EntityTooLarge", "The body is too large.", 413});
    }
    // Inside a big chunk, bytes go straight to the reader.
    if (const std::uint64_t left = chunks_.dataLeft(); left > 0 && buffer_.empty()) {
      const std::size_t count =
          co_await receiveBody(bytes, static_cast<std::size_t>(std::min<std::uint64_t>(most, left)));
      if (count == 0) co_return failBody(brokenOff());
      chunks_.skipData(count);
      bodyLeft_ -= count;
      co_return count;
    }
    waitForBody();
    const std::size_t count = co_await receiveMore();
    bodyCame(count);
    if (count == 0) co_return failBody(brokenOff());
  }
}

Task<bool> Connection::sendContinue() {
  continueDue_ = false;
  if (!buffer_.empty()) co_return true;  // the peer did not wait
  co_return co_await send("HTTP/1.1 100 Continue\r\n\r\n");
}

// Reads what the handler left, unless that is too much, broke off, or the peer was never asked to send it.
Task<void> Connection::drainBody() {
  if (continueDue_ || bodyFault_) co_return;
  if (bodyKind_ == BodyKind::kLength && bodyLeft_ > kMostDrained) co_return;
  std::string scratch;
  for (std::size_t drained = 0; drained <= kMostDrained && !bodyDone();) {
    scratch.clear();
    const auto count = co_await readBody(requests_, scratch, kStreamPiece);
    if (!count.ok()) co_return;
    drained += *count;
  }
}

bool Connection::bodyDone() const {
  switch (bodyKind_) {
    case BodyKind::kNone:
      return true;
    case BodyKind::kLength:
      return bodyLeft_ == 0;
    case BodyKind::kChunked:
      return chunks_.done();
  }
  return true;
}

Fault Connection::brokenOff() const {
  if (timedOut_) {
    return {"RequestTimeout",
            "Your socket connection to the server was not read from or written to within the timeout period.", 400};
  }
  return {"IncompleteBody", "The request body ended before its announced length.", 400};
}

// Faults of a body are final.
Fault Connection::failBody(Fault fault) {
  bodyFault_ = fault;
  return fault;
}

// ---- the response ----

Task<bool> Connection::respond(Response& response, bool isHead, ResponseFraming& framing) {
  std::string piece;
  const bool bodiless = isHead || isBodiless(response.status);
  if (response.stream && !bodiless) {
    // The first piece comes before the head, so that a stream that fails at once can still be answered for.
    const auto first = co_await readPiece(*response.stream, piece);
    if (!first.ok()) {
      logBrokenStream(first.fault());
      response = Response::text(500, "text/plain", "The server failed.\n");
      framing.close = true;
    }
  }
  if (continueDue_) framing.close = true;  // nobody can tell whether the peer will send its body now
  continueDue_ = false;
  if (response.stream) {
    framing.contentLength = response.stream->size();
  } else {
    framing.contentLength = response.body.size();
    if (isHead && response.body.empty()) framing.contentLength = namedLength(response.headers);
  }
  if (isBodiless(response.status)) {
    framing.contentLength.reset();
  } else if (!framing.contentLength && response.stream) {
    framing.chunked = framing.http11;
    framing.close = framing.close || !framing.http11;
  }

  out_.clear();
  appendResponseHead(out_, response, framing, context_->date.at(context_->second()));
  if (bodiless) co_return co_await send(out_);
  if (response.stream) {
    co_return co_await sendStream(*response.stream, std::move(piece), framing);
  }
  if (response.body.size() > kInlineBody) co_return co_await sendBody(response);
  out_ += response.body;
  co_return co_await send(out_);
}

// Sends out_, then a body that stays in memory until its peer has taken it.
Task<bool> Connection::sendBody(const Response& response) {
  const std::uint64_t limit = context_->limits.responseBytes;
  const std::uint64_t& all = context_->responseBytes;
  responseBytes_ = response.body.size();
  context_->responseBytes += responseBytes_;
  if (all > limit) context_->freeBytes();
  // There was nobody to break off, or too few.
  if (all - responseBytes_ >= limit && all / 2 >= limit) abort();
  const bool sent = co_await send(out_, response.body);
  context_->responseBytes -= std::exchange(responseBytes_, 0);
  co_return sent;
}

// Sends out_, then the stream whose first bytes are in `piece`.
Task<bool> Connection::sendStream(base::ByteStream& stream, std::string piece, const ResponseFraming& framing) {
  std::uint64_t left = framing.contentLength.value_or(0);
  while (!piece.empty()) {
    if (framing.contentLength && piece.size() > left) {
      logBrokenStream({"InternalError", "The stream is longer than it said.", 500});
      co_return false;
    }
    left -= framing.contentLength ? piece.size() : 0;
    if (framing.chunked) {
      char digits[16];
      const auto end = std::to_chars(digits, digits + sizeof digits, piece.size(), 16).ptr;
      out_.append(digits, end).append("\r\n");
    }
    const std::string_view tail = framing.chunked ? "\r\n" : "";
    const bool sent = co_await send(out_, piece, tail);
    if (!sent) co_return false;
    out_.clear();
    const auto count = co_await readPiece(stream, piece);
    if (!count.ok()) {
      logBrokenStream(count.fault());
      co_return false;
    }
  }
  if (framing.contentLength && left > 0) {
    logBrokenStream({"InternalError", "The stream is shorter than it said.", 500});
    co_return false;
  }
  if (framing.chunked) out_ += "0\r\n\r\n";
  co_return co_await send(out_);
}

// Closing a socket that has unread bytes resets the connection, and the peer may lose the response. So the peer is
// told the end first, and heard out for a moment.
Task<void> Connection::linger() {
  boost::system::error_code error;
  socket_.shutdown(StreamSocket::shutdown_send, error);
  if (error) co_return;
  std::string scratch(16 * 1024, '\0');
  const SteadyTime end = std::chrono::steady_clock::now() + std::min(kLingerTimeout, context_->limits.bodyTimeout);
  for (std::size_t total = 0; total < kMostLingered && !finishing_;) {
    phase_ = Phase::kIdle;
    deadline_ = end;
    const std::size_t count = co_await receive(scratch.data(), scratch.size());
    if (count == 0 || std::chrono::steady_clock::now() >= end) co_return;
    total += count;
  }
}

// ---- the socket ----

void Connection::wait(Phase phase, std::chrono::milliseconds timeout) {
  phase_ = phase;
  waitingSince_ = std::chrono::steady_clock::now();
  deadline_ = waitingSince_ + timeout;
}

// A peer that sends a byte now and then must not keep what it was given for ever.
void Connection::waitForBody() {
  wait(Phase::kBody, std::min(context_->limits.bodyTimeout, bodyPatience_));
  bodyWaitStart_ = std::chrono::steady_clock::now();
}

void Connection::bodyCame(std::size_t count) {
  using std::chrono::milliseconds;
  const auto limit = context_->limits.bodyTimeout;
  const auto spent = std::chrono::steady_clock::now() - bodyWaitStart_;
  const milliseconds earned(count * 1000 / context_->limits.bodyBytesPerSecond);
  bodyPatience_ = std::min(limit, bodyPatience_ - std::chrono::duration_cast<milliseconds>(spent) + earned);
}

void Connection::waited() {
  phase_ = Phase::kHandler;
  deadline_ = SteadyTime::max();
}

Task<std::size_t> Connection::receive(char* bytes, std::size_t most) {
  timedOut_ = false;
  boost::system::error_code error = asio::error::operation_aborted;
  std::size_t count = 0;
  if (!broken_ && tls_) {
    count = co_await tls_->async_read_some(asio::buffer(bytes, most), errorInto(error));
  } else if (!broken_) {
    count = co_await socket_.async_read_some(asio::buffer(bytes, most), errorInto(error));
  }
  waited();
  if (error) co_return std::size_t{0};
  timedOut_ = false;  // the sweep came while the bytes were already here
  co_return count;
}

Task<std::size_t> Connection::receiveMore() {
  const auto [space, size] = buffer_.space();
  const std::size_t count = co_await receive(space, size);
  buffer_.commit(count);
  co_return count;
}

Task<std::size_t> Connection::receiveBody(std::string& bytes, std::size_t most) {
  // What comes is mostly less than what may come: a string of that size would be filled with zeros each time.
  if (!landing_) landing_ = std::make_unique_for_overwrite<char[]>(kMostRead);
  waitForBody();
  const std::size_t count = co_await receive(landing_.get(), std::min(most, kMostRead));
  bodyCame(count);
  bytes.append(landing_.get(), count);
  co_return count;
}

// Gathers the pieces into as few system calls as the kernel's buffer allows; most responses are one.
Task<bool> Connection::send(std::string_view first, std::string_view second, std::string_view third) {
  if (tls_) co_return co_await sendTls(first, second, third);
  std::string_view pieces[] = {first, second, third};
  timedOut_ = false;
  while (!broken_) {
    iovec vectors[3];
    std::size_t used = 0;
    for (const auto& piece : pieces) {
      if (!piece.empty()) vectors[used++] = {const_cast<char*>(piece.data()), piece.size()};
    }
    if (used == 0) co_return true;
    msghdr message{};
    message.msg_iov = vectors;
    message.msg_iovlen = used;
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      auto left = static_cast<std::size_t>(sent);
      for (auto& piece : pieces) {
        const std::size_t part = std::min(left, piece.size());
        piece.remove_prefix(part);
        left -= part;
      }
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) break;
    boost::system::error_code error;
    wait(Phase::kBody, context_->limits.bodyTimeout);
    co_await socket_.async_wait(StreamSocket::wait_write, errorInto(error));
    waited();
    if (error) break;
  }
  broken_ = true;
  co_return false;
}

}  // namespace hearth::http
