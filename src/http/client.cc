#include "http/client.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "base/bytes.h"
#include "base/fd.h"
#include "http/chunked_decoder.h"

namespace hearth::http {
namespace {

namespace beast = boost::beast::http;
using std::chrono::milliseconds;

constexpr std::size_t kMostHead = 64 * 1024;
constexpr std::size_t kPiece = 64 * 1024;

Fault connectionFault(std::string_view step, int error) {
  return {"ConnectionFailed", std::string(step) + ": " + std::strerror(error), 503};
}

Fault brokenFault(std::string_view what) { return {"InvalidResponse", std::string(what), 502}; }

Result<void> waitFor(int socket, short events, milliseconds timeout) {
  pollfd entry{socket, events, 0};
  while (true) {
    const int ready = ::poll(&entry, 1, static_cast<int>(timeout.count()));
    if (ready > 0) return {};
    if (ready == 0) return Fault("RequestTimeout", "The server did not answer in time.", 504);
    if (errno != EINTR) return connectionFault("poll", errno);
  }
}

Result<base::Fd> connectTo(const addrinfo& address, milliseconds timeout) {
  base::Fd socket(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return connectionFault("socket", errno);
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return socket;
  if (errno != EINPROGRESS) return connectionFault("connect", errno);
  HEARTH_CHECK(waitFor(socket.get(), POLLOUT, timeout));
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return connectionFault("connect", error);
  return socket;
}

Result<base::Fd> connectTo(const Url& url, milliseconds timeout) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found);
  if (error != 0) return Fault("ConnectionFailed", url.host + ": " + ::gai_strerror(error), 503);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  Result<base::Fd> socket = Fault("ConnectionFailed", url.host + " has no address.", 503);
  for (const addrinfo* address = found; address != nullptr && !socket.ok(); address = address->ai_next) {
    socket = connectTo(*address, timeout);
  }
  return socket;
}

Result<void> sendAll(int socket, std::string_view bytes, milliseconds timeout) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      HEARTH_CHECK(waitFor(socket, POLLOUT, timeout));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return {};  // the server has answered early and closed: what it said may still be read
    } else if (errno != EINTR) {
      return connectionFault("send", errno);
    }
  }
  return {};
}

// Appends what is there, waiting for the first byte. 0 is the end of the stream.
Result<std::size_t> receive(int socket, std::string& into, milliseconds timeout) {
  const auto before = into.size();
  while (true) {
    into.resize(before + kPiece);
    const ssize_t count = ::recv(socket, into.data() + before, kPiece, 0);
    const int error = errno;
    into.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count >= 0) return static_cast<std::size_t>(count);
    if (error == EAGAIN) {
      HEARTH_CHECK(waitFor(socket, POLLIN, timeout));
    } else if (error != EINTR) {
      return connectionFault("recv", error);
    }
  }
}

// The head of one response, and how its body ends.
class HeadParser final : private beast::basic_parser<false> {
 public:
  HeadParser(ClientResponse& response, bool isHead) : response_(response) {
    header_limit(kMostHead);
    body_limit(boost::none);
    skip(isHead);
  }

  // Takes the head from the front of `bytes`. False: more is needed.
  Result<bool> feed(std::string& bytes) {
    boost::beast::error_code error;
    const std::size_t used = put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    bytes.erase(0, used);
    if (error == beast::error::need_more) return false;
    if (error) return brokenFault(error.message());
    return is_header_done();
  }
  using beast::basic_parser<false>::chunked;
  using beast::basic_parser<false>::content_length;
  using beast::basic_parser<false>::is_done;

 private:
  using StringView = boost::beast::string_view;
  using ErrorCode = boost::beast::error_code;

  void on_request_impl(beast::verb, StringView, StringView, int, ErrorCode&) override {}
  void on_response_impl(int status, StringView reason, int, ErrorCode&) override {
    response_.status = status;
    response_.reason.assign(reason.data(), reason.size());
  }
  void on_field_impl(beast::field, StringView name, StringView value, ErrorCode&) override {
    response_.headers.add({name.data(), name.size()}, {value.data(), value.size()});
  }
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(StringView, ErrorCode&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, StringView, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, StringView, ErrorCode&) override { return 0; }
  void on_finish_impl(ErrorCode&) override {}

  ClientResponse& response_;
};

// One exchange on a connected socket.
class Exchange final {
 public:
  Exchange(int socket, const ClientOptions& options) : socket_(socket), options_(options) {}

  Result<ClientResponse> receiveResponse(bool isHead) {
    while (true) {
      ClientResponse response;
      HeadParser head(response, isHead);
      HEARTH_CHECK(receiveHead(head));
      if (response.status < 200 && response.status != 101) continue;  // interim
      if (head.is_done()) return response;
      if (head.chunked()) {
        HEARTH_CHECK(receiveChunks(response.body));
      } else {
        HEARTH_CHECK(receivePlain(response.body, head.content_length()));
      }
      return response;
    }
  }

 private:
  Result<void> receiveHead(HeadParser& head) {
    while (true) {
      if (!bytes_.empty()) {
        HEARTH_TRY(const bool complete, head.feed(bytes_));
        if (complete) return {};
      }
      HEARTH_TRY(const std::size_t count, receive(socket_, bytes_, options_.silenceTimeout));
      if (count == 0) return brokenFault("The server closed the connection before it answered.");
    }
  }

  Result<void> receiveChunks(std::string& body) {
    ChunkedDecoder decoder;
    while (true) {
      const std::size_t allowed = options_.bodyBytes - body.size();
      bytes_.erase(0, decoder.decode(bytes_, body, allowed));
      if (decoder.done()) return {};
      if (decoder.broken()) return brokenFault("The chunked coding of the response is malformed.");
      if (decoder.dataLeft() > options_.bodyBytes - body.size()) return tooLarge();
      HEARTH_CHECK(receiveMore());
    }
  }

  Result<void> receivePlain(std::string& body, boost::optional<std::uint64_t> length) {
    if (length && *length > options_.bodyBytes) return tooLarge();
    body = std::move(bytes_);
    while (!length || body.size() < *length) {
      HEARTH_TRY(const std::size_t count, receive(socket_, body, options_.silenceTimeout));
      if (body.size() > options_.bodyBytes) return tooLarge();
      if (count > 0) continue;
      if (length) return brokenFault("The server broke off its response.");
      return {};
    }
    body.resize(static_cast<std::size_t>(*length));
    return {};
  }

  Result<void> receiveMore() {
    HEARTH_TRY(const std::size_t count, receive(socket_, bytes_, options_.silenceTimeout));
    if (count == 0) return brokenFault("The server broke off its response.");
    return {};
  }

  Fault tooLarge() const { return {"ResponseTooLarge", "The response is larger than is accepted.", 502}; }

  int socket_;
  const ClientOptions& options_;
  std::string bytes_;  // received, not consumed
};

bool isClean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

Result<std::string> requestHead(std::string_view method, const Url& url, const Headers& headers, std::size_t size) {
  std::string head(method);
  head.append(" ").append(url.target).append(" HTTP/1.1\r\n");
  if (!headers.contains("Host")) head.append("Host: ").append(url.authority).append("\r\n");
  for (const auto& [name, value] : headers) {
    if (!isClean(name) || !isClean(value))
      return Fault("InvalidUrl", "A header field has a control character.", 400);
    head.append(name).append(": ").append(value).append("\r\n");
  }
  const bool usuallyEmpty = method == "GET" || method == "HEAD" || method == "DELETE";
  if ((size > 0 || !usuallyEmpty) && !headers.contains("Content-Length") &&
      !headers.contains("Transfer-Encoding")) {
    head.append("Content-Length: ").append(std::to_string(size)).append("\r\n");
  }
  if (!headers.contains("Connection")) head += "Connection: close\r\n";
  head += "\r\n";
  return head;
}

}  // namespace

Result<Url> parseUrl(std::string_view text, Schemes schemes) {
  constexpr std::string_view kScheme = "http://";
  constexpr std::string_view kTlsScheme = "https://";
  const auto invalid = [&](std::string_view why) {
    return Fault("InvalidUrl", std::string(text.substr(0, 200)) + ": " + std::string(why), 400);
  };
  const bool secure =
      schemes == Schemes::kPlainAndTls && base::equalsIgnoreCase(text.substr(0, kTlsScheme.size()), kTlsScheme);
  if (!secure && !base::equalsIgnoreCase(text.substr(0, kScheme.size()), kScheme)) {
    return invalid("not an http:// URL");
  }
  const auto rest = text.substr(secure ? kTlsScheme.size() : kScheme.size());
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  const auto authority = rest.substr(0, end);
  auto target = rest.substr(end);
  target = target.substr(0, target.find('#'));
  if (!isClean(rest) || rest.find(' ') != std::string_view::npos) return invalid("it has white space");

  Url url;
  url.secure = secure;
  url.port = secure ? 443 : 80;
  url.authority = authority;
  std::string_view host = hostWithoutPort(authority);
  if (host.size() < authority.size()) {
    const auto port = authority.substr(host.size() + 1);
    const auto [last, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc() || last != port.data() + port.size() || url.port < 1 || url.port > 65535) {
      return invalid("the port is no number from 1 to 65535");
    }
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host.empty() || host.find('@') != std::string_view::npos) return invalid("there is no host name");
  url.host = host;
  url.target = target.empty() || target.front() != '/' ? "/" + std::string(target) : std::string(target);
  return url;
}

Result<ClientResponse> request(std::string_view method, std::string_view url, const Headers& headers,
                               std::string_view body, const ClientOptions& options) {
  HEARTH_TRY(const Url parts, parseUrl(url));
  HEARTH_TRY(const std::string head, requestHead(method, parts, headers, body.size()));
  HEARTH_TRY(const base::Fd socket, connectTo(parts, options.connectTimeout));
  if (body.size() <= kPiece) {
    HEARTH_CHECK(sendAll(socket.get(), head + std::string(body), options.silenceTimeout));
  } else {
    HEARTH_CHECK(sendAll(socket.get(), head, options.silenceTimeout));
    HEARTH_CHECK(sendAll(socket.get(), body, options.silenceTimeout));
  }
  return Exchange(socket.get(), options).receiveResponse(method == "HEAD");
}

}  // namespace hearth::http
