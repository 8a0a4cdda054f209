// A blocking HTTP/1.1 client over plain TCP, for the command line and for tests. One connection per request.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http/message.h"

namespace hearth::http {

struct ClientOptions {
  std::chrono::milliseconds connectTimeout{5'000};
  std::chrono::milliseconds silenceTimeout{60'000};  // between two pieces, in either direction
  std::size_t bodyBytes = 256U << 20;
};

struct ClientResponse {
  int status = 0;
  std::string reason;
  Headers headers;
  std::string body;
};

// Sends `body` with its Content-Length (none for an empty body of GET, HEAD and DELETE), Host and Connection,
// unless `headers` has a Host. Follows no redirect. Blocks; thread-safe. Faults: InvalidUrl; ConnectionFailed;
// RequestTimeout; InvalidResponse (malformed, or broke off); ResponseTooLarge.
Result<ClientResponse> request(std::string_view method, std::string_view url, const Headers& headers = {},
                               std::string_view body = {}, const ClientOptions& options = {});

// The parts of "http://host:port/path?query". `authority` is as it stands in the URL and goes into Host.
struct Url {
  std::string authority;
  std::string host;  // without the brackets of an IPv6 literal
  int port = 80;
  std::string target;  // path and query; at least "/"
  bool secure = false;
};
enum class Schemes : unsigned char { kPlain, kPlainAndTls };
// Fault: InvalidUrl 400.
Result<Url> parseUrl(std::string_view url, Schemes schemes = Schemes::kPlain);

}  // namespace hearth::http
