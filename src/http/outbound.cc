#include "http/outbound.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/bytes.h"
#include "http/fair_shares.h"
#include "http/public_address.h"

namespace hearth::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kMostHead = 64 * 1024;
constexpr std::size_t kMostInterim = 8;
constexpr std::chrono::seconds kPatienceWithOneAddress{5};  // when there are others

// What belongs to a connection, not to the request (RFC 9110, 7.6.1), and what this client says itself.
constexpr std::array<std::string_view, 11> kOfConnection = {
    "connection",          "keep-alive", "proxy-connection", "proxy-authenticate", "content-length", "expect",
    "proxy-authorization", "te",         "trailer",          "transfer-encoding",  "upgrade"};

auto errorInto(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

bool isVisible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

bool isToken(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool isFieldValue(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

bool isHost(std::string_view text) {
  return text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                  c == '-' || c == '_' || c == ':';
         });
}

Result<Url> checkedUrl(const std::string& text) {
  HEARTH_TRY(Url url, parseUrl(text, Schemes::kPlainAndTls));
  if (!isHost(url.host) || !isVisible(url.target)) {
    return Fault("InvalidUrl", "the URL has characters that may not stand there", 400);
  }
  if (url.port != 80 && url.port != 443 && url.port < 1024) {
    return Fault("InvalidUrl", "port " + std::to_string(url.port) + " is not one that is called", 400);
  }
  return url;
}

Result<std::string> headOf(const OutboundRequest& request, const Url& url) {
  if (!isToken(request.method)) return Fault("InvalidUrl", "the method is no token", 400);
  std::string head = request.method + " " + url.target + " HTTP/1.1\r\n";
  if (!request.headers.contains("Host")) head += "Host: " + url.authority + "\r\n";
  for (const auto& [name, value] : request.headers) {
    if (!isToken(name) || !isFieldValue(value)) return Fault("InvalidUrl", "a header field is malformed", 400);
    const bool ofConnection = std::any_of(kOfConnection.begin(), kOfConnection.end(), [&, &field = name](auto own) {
      return base::equalsIgnoreCase(own, field);
    });
    if (!ofConnection) head.append(name).append(": ").append(value).append("\r\n");
  }
  const bool usuallyEmpty = request.method == "GET" || request.method == "HEAD" || request.method == "DELETE" ||
                            request.method == "OPTIONS";
  if (!request.body.empty() || !usuallyEmpty) {
    head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  return head + "Connection: close\r\n\r\n";
}

}  // namespace

struct Outbound::Shares {
  FairShares exchanges;
  FairShares bytes;
};

struct Outbound::Tls {
  asio::ssl::context context{asio::ssl::context::tls_client};
};

// One request. Shared by the coroutine and by callbacks that may come after it has ended.
class Outbound::Exchange final : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(Outbound& client, const OutboundRequest& request)
      : deadline_(Clock::now() + request.timeout),
        lookups_(client.lookups_),
        shares_(client.shares_),
        bytes_(std::in_place, shares_->bytes, request.owner),
        socket_(client.loop_),
        timer_(client.loop_) {}

  Task<Result<ClientResponse>> run(const OutboundRequest& request, const Url& url, std::string head, Reach reach,
                                   Tls& tls) {
    auto outcome = co_await exchange(request, url, std::move(head), reach, tls);
    ended_ = true;
    bytes_.reset();
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
    if (!outcome.ok() && abandoned_) co_return Fault("Abandoned", "nobody waits for the response any more", 504);
    if (!outcome.ok() && Clock::now() >= deadline_) {
      co_return Fault("RequestTimeout", "the server did not answer in time", 504);
    }
    co_return outcome;
  }

  // Whatever is waited for ends as at the deadline.
  void abandon() {
    if (ended_) return;
    abandoned_ = true;
    deadline_ = Clock::now();
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  Task<Result<ClientResponse>> exchange(const OutboundRequest& request, const Url& url, std::string head,
                                        Reach reach, Tls& tls) {
    HEARTH_CO_TRY(const auto endpoints, co_await resolve(url, request.owner, reach));
    HEARTH_CO_CHECK(co_await connect(endpoints));
    watch(deadline_);
    if (!url.secure) co_return co_await converse(socket_, request, head);
    asio::ssl::stream<tcp::socket&> stream(socket_, tls.context);
    error_code notAddress;
    asio::ip::make_address(url.host, notAddress);
    if (notAddress) SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str());
    stream.set_verify_mode(request.verifyPeer ? asio::ssl::verify_peer : asio::ssl::verify_none);
    if (request.verifyPeer) stream.set_verify_callback(asio::ssl::host_name_verification(url.host));
    error_code error;
    co_await stream.async_handshake(asio::ssl::stream_base::client, errorInto(error));
    if (error) co_return Fault("TlsFailed", url.host + ": " + error.message(), 502);
    co_return co_await converse(stream, request, head);
  }

  // Looks the name up once; at the deadline nobody waits for that any more.
  Task<Result<std::vector<tcp::endpoint>>> resolve(const Url& url, const std::string& owner, Reach reach) {
    HEARTH_CO_TRY(const Addresses addresses, co_await addressesOf(url.host, owner));
    std::vector<tcp::endpoint> endpoints;
    for (const asio::ip::address& address : addresses) {
      if (reach == Reach::kAny || (isPublicAddress(address) && !isOwnAddress(address)))
        endpoints.emplace_back(address, static_cast<unsigned short>(url.port));
    }
    if (endpoints.empty()) co_return Fault("NotReachable", url.host + " has no address that may be called", 403);
    co_return endpoints;
  }

  Task<Result<Addresses>> addressesOf(const std::string& host, const std::string& owner) {
    error_code isName;
    const auto address = asio::ip::make_address(host, isName);
    if (!isName) co_return Addresses{address};
    auto found = std::make_shared<std::optional<Result<Addresses>>>();  // outlives whichever of the two ends first
    auto done = [self = shared_from_this(), found](Result<Addresses> outcome) {
      found->emplace(std::move(outcome));
      self->timer_.cancel();
    };
    timer_.expires_at(deadline_);
    const std::uint64_t lookup = lookups_.start(owner, host, std::move(done));
    error_code ignored;
    while (!*found && Clock::now() < deadline_) co_await timer_.async_wait(errorInto(ignored));
    if (*found) co_return std::move(**found);
    lookups_.forget(lookup);
    co_return Fault("RequestTimeout", host + ": the name was not found in time", 504);
  }

  Task<Result<void>> connect(const std::vector<tcp::endpoint>& endpoints) {
    error_code error;
    for (std::size_t i = 0; i < endpoints.size() && Clock::now() < deadline_; ++i) {
      const bool last = i + 1 == endpoints.size();
      error_code ignored;
      socket_.close(ignored);
      socket_.open(endpoints[i].protocol(), error);
      if (error) continue;
      watch(last ? deadline_ : std::min(deadline_, Clock::now() + kPatienceWithOneAddress));
      co_await socket_.async_connect(endpoints[i], errorInto(error));
      if (!error && !abandoned_) {
        socket_.set_option(tcp::no_delay(true), ignored);
        co_return Result<void>();
      }
    }
    co_return Fault("ConnectionFailed", error.message(), 503);
  }

  // At `until` whatever waits for the socket ends with an error.
  void watch(Clock::time_point until) {
    timer_.expires_at(until);
    timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
      error_code ignored;
      if (!cancelled && Clock::now() >= self->timer_.expiry()) self->socket_.close(ignored);
    });
  }

  template <class Stream>
  Task<Result<ClientResponse>> converse(Stream& stream, const OutboundRequest& request, const std::string& head) {
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head), asio::buffer(request.body)};
    error_code notSent;  // a server may have answered before it has read everything
    co_await asio::async_write(stream, buffers, errorInto(notSent));
    boost::beast::flat_buffer buffer(kMostHead + 64 * 1024);
    for (std::size_t interim = 0; interim <= kMostInterim; ++interim) {
      beast::response_parser<beast::string_body> parser;
      parser.header_limit(kMostHead);
      parser.body_limit(request.bodyBytes);
      parser.skip(request.method == "HEAD");
      HEARTH_CO_CHECK(co_await receive(stream, buffer, parser, request));
      const int status = parser.get().result_int();
      if (status >= 100 && status < 200 && status != 101) continue;
      if (status < 200 || status > 599) {  // RFC 9110, 15; nobody asked for another protocol
        co_return Fault("InvalidResponse", "the server answers with status " + std::to_string(status), 502);
      }
      co_return responseOf(parser);
    }
    co_return Fault("InvalidResponse", "the server sends interim responses only", 502);
  }

  template <class Stream>
  Task<Result<void>> receive(Stream& stream, boost::beast::flat_buffer& buffer,
                             beast::response_parser<beast::string_body>& parser, const OutboundRequest& request) {
    std::size_t reserved = 0;
    while (!parser.is_done()) {
      error_code error;
      co_await beast::async_read_some(stream, buffer, parser, errorInto(error));
      if (error == beast::error::body_limit) {
        co_return Fault("ResponseTooLarge", "the response is larger than is accepted", 502);
      }
      if (error) co_return Fault("InvalidResponse", error.message(), 502);
      const std::size_t size = parser.get().body().size();
      const bool fits = size <= reserved ||
                        (bytes_->take(size - reserved) && (!request.reserve || request.reserve(size - reserved)));
      if (!fits) co_return Fault("Busy", "there is no room for the response now", 503);
      reserved = size;
    }
    co_return Result<void>();
  }

  static ClientResponse responseOf(beast::response_parser<beast::string_body>& parser) {
    auto message = parser.release();
    ClientResponse response;
    response.status = message.result_int();
    response.reason.assign(message.reason().data(), message.reason().size());
    for (const auto& field : message) {
      response.headers.add({field.name_string().data(), field.name_string().size()},
                           {field.value().data(), field.value().size()});
    }
    response.body = std::move(message.body());
    return response;
  }

  Clock::time_point deadline_;
  bool abandoned_ = false;
  bool ended_ = false;
  Lookups& lookups_;
  const std::shared_ptr<Shares> shares_;
  std::optional<FairShares::Share> bytes_;  // until it has ended
  tcp::socket socket_;
  asio::steady_timer timer_;
};

Outbound::Outbound(asio::io_context& loop, const OutboundOptions& options)
    : loop_(loop),
      reach_(options.reach),
      shares_(new Shares{FairShares(options.exchanges), FairShares(options.responseBytes)}),
      lookups_(loop, options.resolver, options.lookups),
      tls_(std::make_unique<Tls>()) {
  error_code error;
  if (options.caFile.empty())
    tls_->context.set_default_verify_paths(error);
  else
    tls_->context.load_verify_file(options.caFile, error);
  if (error) throw std::runtime_error("certificates to trust: " + error.message());
  SSL_CTX_set_min_proto_version(tls_->context.native_handle(), TLS1_2_VERSION);
}

Outbound::~Outbound() = default;

Task<Result<ClientResponse>> Outbound::send(OutboundRequest request) {
  HEARTH_CO_TRY(const Url url, checkedUrl(request.url));
  HEARTH_CO_TRY(std::string head, headOf(request, url));
  const auto shares = shares_;
  FairShares::Share share(shares->exchanges, request.owner);
  if (!share.take(1)) co_return Fault("Busy", "too many requests to endpoints are under way", 503);
  const auto exchange = std::make_shared<Exchange>(*this, request);
  if (request.whenAbandoned) {
    request.whenAbandoned([weak = std::weak_ptr(exchange)] {
      if (const auto running = weak.lock()) running->abandon();
    });
  }
  co_return co_await exchange->run(request, url, std::move(head), reach_, *tls_);
}

}  // namespace hearth::http
