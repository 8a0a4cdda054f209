// A small HTTP/1.1 client (RFC 9112) for one server: keep-alive connections in a pool, chunked answers, limits.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "connection.h"

namespace hearth::sdk {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string target;  // path and query, already encoded
  Headers headers;     // without Host and Content-Length
  std::string_view body;
};

struct HttpResponse {
  int status = 0;
  Headers headers;  // names in lower case
  std::string body;

  // The first value of a header by its lower-case name; empty when absent.
  const std::string& header(std::string_view name) const;
};

struct HttpLimits {
  std::chrono::milliseconds connectTimeout{2'000};
  std::size_t maxHead = 64 * 1024;
  std::size_t maxBody = 64 * 1024 * 1024;
};

// How far a failed exchange had come: only a request that no byte of was sent can be repeated without a second
// thought. It is told by the code `NotSent`.
class HttpClient final {
 public:
  HttpClient(Target target, HttpLimits limits) : target_(std::move(target)), limits_(limits) {}
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  const Target& target() const { return target_; }

  // Thread-safe. A pooled connection that the server closed meanwhile is replaced once, unseen, when `repeatable`.
  Outcome<HttpResponse> exchange(const HttpRequest& request, SteadyTime deadline, bool repeatable = true);

 private:
  Outcome<std::unique_ptr<Connection>> connect(SteadyTime deadline);
  std::unique_ptr<Connection> takePooled();
  void giveBack(std::unique_ptr<Connection> connection);

  const Target target_;
  const HttpLimits limits_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> pool_;  // guarded by mutex_
  TlsContextPtr tls_;                              // guarded by mutex_ until made
};

// Parses the head of a response; nothing when it is not HTTP/1.x. Visible for tests and fuzzing.
std::optional<HttpResponse> parseHead(std::string_view head);

}  // namespace hearth::sdk
