#include "http_client.h"

#include <charconv>

namespace hearth::sdk {
namespace {

constexpr std::size_t kPooled = 16;

Error invalid(std::string message) { return {"InvalidResponse", std::move(message), 0, true}; }

// Reads a response from a connection; `reusable` says afterwards whether the connection can carry another exchange.
class ResponseReader final {
 public:
  ResponseReader(Connection& connection, const HttpLimits& limits, SteadyTime deadline)
      : connection_(connection), limits_(limits), deadline_(deadline) {}

  bool sawBytes() const { return sawBytes_; }
  bool reusable() const { return reusable_; }

  Outcome<HttpResponse> read(bool bodyless) {
    HttpResponse response;
    do {
      auto head = readHead();
      if (!head) return head.error();
      auto parsed = parseHead(*head);
      if (!parsed) return invalid("the answer is not HTTP/1.1");
      response = std::move(*parsed);
    } while (response.status < 200);
    const std::string& connection = response.header("connection");
    reusable_ = connection.find("close") == std::string::npos && connection.find("Close") == std::string::npos;
    if (bodyless || response.status == 204 || response.status == 304) {
      reusable_ = reusable_ && buffer_.empty();
      return response;
    }
    auto body = readBody(response);
    if (!body) return body.error();
    response.body = std::move(*body);
    reusable_ = reusable_ && buffer_.empty();
    return response;
  }

 private:
  // False at the end of the stream.
  Outcome<bool> fill() {
    char chunk[16 * 1024];
    auto n = connection_.read(chunk, sizeof chunk, deadline_);
    if (!n) return n.error();
    sawBytes_ = sawBytes_ || *n > 0;
    buffer_.append(chunk, *n);
    return *n > 0;
  }

  Outcome<bool> fillMore() {
    auto more = fill();
    if (more && !*more) return Error{"ConnectionError", "the connection ended within an answer", 0, true};
    return more;
  }

  Outcome<std::string> readHead() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (buffer_.size() > limits_.maxHead) return invalid("the head of the answer is too long");
      if (auto more = fillMore(); !more) return more.error();
    }
    std::string head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    return head;
  }

  Outcome<std::string> take(std::size_t size) {
    if (size > limits_.maxBody) return invalid("the answer is too long");
    while (buffer_.size() < size) {
      if (auto more = fillMore(); !more) return more.error();
    }
    if (buffer_.size() == size) return std::exchange(buffer_, {});
    std::string out = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return out;
  }

  Outcome<std::string> line() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      if (buffer_.size() > limits_.maxHead) return invalid("a line of the answer is too long");
      if (auto more = fillMore(); !more) return more.error();
    }
    std::string out = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return out;
  }

  Outcome<std::string> readChunks() {
    std::string body;
    while (true) {
      auto size = line();
      if (!size) return size.error();
      std::size_t length = 0;
      const char* end = size->data() + std::min(size->find_first_of("; \t"), size->size());
      const auto [stop, fault] = std::from_chars(size->data(), end, length, 16);
      if (fault != std::errc{} || stop != end) return invalid("a chunk of the answer has no length");
      if (length == 0) break;
      if (length > limits_.maxBody || body.size() + length > limits_.maxBody)
        return invalid("the answer is too long");
      auto data = take(length);
      if (!data) return data.error();
      body += *data;
      auto empty = line();
      if (!empty) return empty.error();
      if (!empty->empty()) return invalid("a chunk of the answer has the wrong length");
    }
    for (std::size_t trailers = 0; trailers < 64; ++trailers) {
      auto trailer = line();
      if (!trailer) return trailer.error();
      if (trailer->empty()) return body;
    }
    return invalid("the answer has too many trailers");
  }

  Outcome<std::string> readBody(const HttpResponse& response) {
    const std::string& encoding = response.header("transfer-encoding");
    if (!encoding.empty()) {
      if (encoding != "chunked") return invalid("unknown transfer encoding");
      return readChunks();
    }
    const std::string& length = response.header("content-length");
    if (!length.empty()) {
      std::size_t size = 0;
      const auto [stop, fault] = std::from_chars(length.data(), length.data() + length.size(), size);
      if (fault != std::errc{} || stop != length.data() + length.size()) return invalid("wrong Content-Length");
      return take(size);
    }
    reusable_ = false;
    while (true) {
      if (buffer_.size() > limits_.maxBody) return invalid("the answer is too long");
      auto more = fill();
      if (!more) return more.error();
      if (!*more) return std::exchange(buffer_, {});
    }
  }

  Connection& connection_;
  const HttpLimits& limits_;
  const SteadyTime deadline_;
  std::string buffer_;
  bool sawBytes_ = false;
  bool reusable_ = false;
};

std::string headOf(const HttpRequest& request, const Target& target) {
  std::string head = request.method + " " + request.target + " HTTP/1.1\r\nHost: " + target.authority() + "\r\n";
  for (const auto& [name, value] : request.headers) head += name + ": " + value + "\r\n";
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  head += "\r\n";
  return head;
}

}  // namespace

const std::string& HttpResponse::header(std::string_view name) const {
  static const std::string kNone;
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return kNone;
}

std::optional<HttpResponse> parseHead(std::string_view head) {
  HttpResponse response;
  const std::size_t statusEnd = head.find("\r\n");
  if (statusEnd == std::string_view::npos || !head.starts_with("HTTP/1.") || statusEnd < 12) return std::nullopt;
  const auto [stop, fault] = std::from_chars(head.data() + 9, head.data() + 12, response.status);
  if (head[8] != ' ' || fault != std::errc{} || stop != head.data() + 12 || response.status < 100)
    return std::nullopt;
  head.remove_prefix(statusEnd + 2);
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
    std::string name(line.substr(0, colon));
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
    response.headers.emplace_back(std::move(name), std::string(value));
  }
  return response;
}

std::unique_ptr<Connection> HttpClient::takePooled() {
  const std::lock_guard lock(mutex_);
  while (!pool_.empty()) {
    auto connection = std::move(pool_.back());
    pool_.pop_back();
    if (connection->quiet()) return connection;
  }
  return nullptr;
}

void HttpClient::giveBack(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  if (pool_.size() < kPooled) pool_.push_back(std::move(connection));
}

Outcome<std::unique_ptr<Connection>> HttpClient::connect(SteadyTime deadline) {
  TlsContext* tls = nullptr;
  if (target_.tls) {
    const std::lock_guard lock(mutex_);
    if (!tls_) {
      auto made = makeTlsContext();
      if (!made) return made.error();
      tls_ = std::move(*made);
    }
    tls = tls_.get();
  }
  return Connection::open(target_, tls,
                          std::min(deadline, std::chrono::steady_clock::now() + limits_.connectTimeout));
}

Outcome<HttpResponse> HttpClient::exchange(const HttpRequest& request, SteadyTime deadline, bool repeatable) {
  const std::string head = headOf(request, target_);
  std::string small;  // head and body in one packet where that costs no big copy
  const bool together = request.body.size() <= 64 * 1024;
  if (together) small = head + std::string(request.body);

  auto connection = takePooled();
  bool pooled = connection != nullptr;
  while (true) {
    if (!connection) {
      auto opened = connect(deadline);
      if (!opened) {
        Error error = opened.error();
        if (error.code != "TlsError") error.code = "NotSent";
        return error;
      }
      connection = std::move(*opened);
    }
    auto sent = connection->write(together ? small : head, deadline);
    if (sent && !together) sent = connection->write(request.body, deadline);
    ResponseReader reader(*connection, limits_, deadline);
    // A server may refuse early and close: what it said is worth more than the broken pipe.
    auto response = reader.read(request.method == "HEAD");
    if (response) {
      if (reader.reusable() && sent) giveBack(std::move(connection));
      return response;
    }
    const bool stale = pooled && repeatable && !reader.sawBytes() && response.error().code == "ConnectionError";
    if (!stale) return response.error();
    connection = nullptr;
    pooled = false;
  }
}

}  // namespace hearth::sdk
