// HTTP requests through libcurl, with limits on time and size. Never follows a redirect, speaks only http and
// https.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "homework/client/common/result.h"
#include "homework/texts/texts.h"

namespace hearth::homework::client {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  Lang lang = Lang::kEn;  // of the reason of a failure
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  // The first header of that (lower-case) name.
  std::optional<std::string> findHeader(std::string_view name) const;
};

struct HttpLimits {
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds total{35'000};  // longer than the gateway's 29 s
  std::size_t responseBytes = 16u << 20;
};

// One thread. Connections are kept between requests.
class HttpClient final {
 public:
  explicit HttpClient(HttpLimits limits = {});
  HttpClient(HttpClient&&) noexcept;
  ~HttpClient();

  // Any status is an answer. Failures: kNetwork with the reason (not a whole sentence), and whether the request had
  // begun to leave (`sent`); kInterrupted after a signal (terminal.h).
  Result<HttpResponse> send(const HttpRequest& request);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

// `text` with every byte but the unreserved ones of RFC 3986 percent-encoded; a slash too, unless it is to be kept.
enum class Slash : unsigned char { kEncode, kKeep };
std::string percentEncoded(std::string_view text, Slash slash = Slash::kEncode);

}  // namespace hearth::homework::client
