// load: a closed loop of HTTP/1.1 requests over kept connections, on one thread. What it prints is one JSON object.
//
// Every connection sends its next request when it has read the answer to the last one. Requests are written and
// signed before the clock starts, so that the generator costs little beside the server it shares the machine with.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/random.h"
#include "http/client.h"
#include "wire/sigv4_signer.h"

namespace hearth::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view kNumberMark = "{n}";

struct Options {
  std::string url;  // "{n}" becomes the number of the request
  std::string method = "GET";
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
  std::size_t bodyBytes = 0;  // random ones instead of `body`
  int connections = 1;
  double seconds = 1;
  std::int64_t count = 0;  // stops after so many answers; 0: after the time
  int distinct = 1;        // how many different requests, taken in turn
  wire::SigningTarget target;
  wire::SigningCredentials credentials;
};

struct Requests {
  std::vector<std::string> heads;
  std::string body;
  sockaddr_in address{};
};

Requests prepare(const Options& options) {
  Requests requests;
  base::SystemRandom random;
  requests.body = options.bodyBytes > 0 ? base::randomBytes(random, options.bodyBytes) : options.body;
  const std::string hash = base::sha256Hex(requests.body);
  const auto parsed = http::parseUrl(options.url);
  if (!parsed.ok()) throw std::runtime_error(parsed.fault().message);
  requests.address.sin_family = AF_INET;
  requests.address.sin_port = htons(static_cast<std::uint16_t>(parsed->port));
  requests.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

  for (int number = 0; number < options.distinct; ++number) {
    std::string target = parsed->target;
    if (const auto mark = target.find(kNumberMark); mark != std::string::npos)
      target.replace(mark, kNumberMark.size(), std::to_string(number));
    wire::UnsignedRequest request;
    request.method = options.method;
    const auto query = target.find('?');
    request.path = target.substr(0, query);
    if (query != std::string::npos) request.query = target.substr(query + 1);
    request.headers.add("Host", parsed->authority);
    for (const std::string& line : options.headers) {
      const auto colon = line.find(':');
      if (colon == std::string::npos) throw std::runtime_error("a header is written Name: value");
      request.headers.set(line.substr(0, colon), std::string(base::trim(line.substr(colon + 1))));
    }
    if (!options.target.service.empty())
      wire::signRequest(request, hash, options.credentials, options.target, base::SystemClock().now());
    std::string head = options.method + " " + target + " HTTP/1.1\r\n";
    for (const auto& [name, value] : request.headers) head += name + ": " + value + "\r\n";
    if (!requests.body.empty()) head += "Content-Length: " + std::to_string(requests.body.size()) + "\r\n";
    requests.heads.push_back(head + "\r\n");
  }
  return requests;
}

struct Tally {
  std::vector<double> micros;
  std::map<int, std::int64_t> statuses;
  std::uint64_t bytes = 0;  // of bodies, both ways
  std::string firstFailure;
};

// One connection, which always has one request under way.
class Connection final {
 public:
  Connection(const Requests& requests, int epoll) : requests_(requests), epoll_(epoll) {
    socket_ = base::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket_) base::throwErrno("socket");
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto* address = reinterpret_cast<const sockaddr*>(&requests.address);
    if (::connect(socket_.get(), address, sizeof requests.address) != 0) base::throwErrno("connect");
    ::fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = this}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_.get(), &event) != 0) base::throwErrno("epoll_ctl");
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(std::size_t number) {
    head_ = requests_.heads[number % requests_.heads.size()];
    sent_ = 0;
    answer_.clear();
    bodyLeft_ = 0;
    headRead_ = false;
    begun_ = steady_clock::now();
    flush();
  }

  // Goes on; true when the answer is complete.
  bool advance(Tally& tally) {
    flush();
    std::array<char, 256 * 1024> piece;
    for (;;) {
      const ssize_t got = ::recv(socket_.get(), piece.data(), piece.size(), 0);
      if (got < 0 && errno == EAGAIN) return false;
      if (got <= 0) throw std::runtime_error("the server closed a connection: " + answer_.substr(0, 200));
      if (take({piece.data(), static_cast<std::size_t>(got)}, tally)) return true;
    }
  }

 private:
  void flush() {
    const std::size_t whole = head_.size() + requests_.body.size();
    while (sent_ < whole) {
      const std::size_t head = std::min(sent_, head_.size());
      const std::size_t body = sent_ - head;
      iovec parts[2] = {{const_cast<char*>(head_.data()) + head, head_.size() - head},
                        {const_cast<char*>(requests_.body.data()) + body, requests_.body.size() - body}};
      const ssize_t put = ::writev(socket_.get(), parts, 2);
      if (put < 0 && errno == EAGAIN) return;
      if (put < 0) base::throwErrno("writev");
      sent_ += static_cast<std::size_t>(put);
    }
  }

  bool take(std::string_view piece, Tally& tally) {
    if (!headRead_) {
      answer_ += piece;
      const auto end = answer_.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      headRead_ = true;
      readHead(std::string_view(answer_).substr(0, end + 2));
      piece = std::string_view(answer_).substr(end + 4);
    }
    if (piece.size() > bodyLeft_) throw std::runtime_error("an answer is longer than its Content-Length");
    bodyLeft_ -= piece.size();
    if (bodyLeft_ > 0) return false;
    tally.micros.push_back(std::chrono::duration<double, std::micro>(steady_clock::now() - begun_).count());
    ++tally.statuses[status_];
    tally.bytes += bodyBytes_ + requests_.body.size();
    if (status_ >= 300 && tally.firstFailure.empty()) tally.firstFailure = answer_.substr(0, 600);
    return true;
  }

  void readHead(std::string_view head) {
    status_ = 0;
    if (head.size() > 12) std::from_chars(head.data() + 9, head.data() + 12, status_);
    bodyBytes_ = 0;
    const std::string lower = base::toLower(head);
    constexpr std::string_view kLength = "\r\ncontent-length:";
    const auto at = lower.find(kLength);
    if (at == std::string::npos && status_ != 204 && status_ != 304)
      throw std::runtime_error("an answer has no Content-Length");
    if (at != std::string::npos) {
      const auto digits = base::trim(std::string_view(lower).substr(at + kLength.size(), 24));
      std::from_chars(digits.data(), digits.data() + digits.size(), bodyBytes_);
    }
    bodyLeft_ = bodyBytes_;
  }

  const Requests& requests_;
  int epoll_;
  base::Fd socket_;
  std::string_view head_;
  std::size_t sent_ = 0;
  std::string answer_;  // its head, and what came with it
  bool headRead_ = false;
  int status_ = 0;
  std::size_t bodyBytes_ = 0;
  std::size_t bodyLeft_ = 0;
  steady_clock::time_point begun_;
};

double run(const Options& options, const Requests& requests, Tally& tally) {
  const base::Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) base::throwErrno("epoll_create1");
  std::vector<std::unique_ptr<Connection>> connections;
  for (int at = 0; at < options.connections; ++at)
    connections.push_back(std::make_unique<Connection>(requests, epoll.get()));
  const auto begun = steady_clock::now();
  const auto end = begun + std::chrono::duration<double>(options.seconds);
  std::size_t next = 0;
  for (const auto& connection : connections) connection->send(next++);
  std::array<epoll_event, 256> events;
  for (;;) {
    // A server that does not answer at all is a failure, not a slow one.
    const int ready = ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), 60'000);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) throw std::runtime_error("no answer within a minute");
    for (int at = 0; at < ready; ++at) {
      auto* connection = static_cast<Connection*>(events[static_cast<std::size_t>(at)].data.ptr);
      if (!connection->advance(tally)) continue;
      const bool counted = options.count > 0 && static_cast<std::int64_t>(tally.micros.size()) >= options.count;
      const auto now = steady_clock::now();
      if (counted || (options.count == 0 && now >= end)) return std::chrono::duration<double>(now - begun).count();
      connection->send(next++);
    }
  }
}

double percentile(const std::vector<double>& sorted, double part) {
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

int report(Tally& tally, double seconds) {
  std::sort(tally.micros.begin(), tally.micros.end());
  JsonObject statuses;
  std::int64_t failed = 0;
  for (const auto& [status, number] : tally.statuses) {
    statuses[std::to_string(status)] = number;
    if (status >= 300) failed += number;
  }
  const auto count = static_cast<double>(tally.micros.size());
  const JsonObject result{{"requests", static_cast<std::int64_t>(tally.micros.size())},
                          {"failed", failed},
                          {"seconds", seconds},
                          {"rate", count / seconds},
                          {"mbPerSecond", static_cast<double>(tally.bytes) / seconds / 1e6},
                          {"p50us", percentile(tally.micros, 0.5)},
                          {"p99us", percentile(tally.micros, 0.99)},
                          {"maxUs", tally.micros.back()},
                          {"statuses", statuses}};
  std::printf("%s\n", base::writeJson(result).c_str());
  if (failed > 0) std::fprintf(stderr, "load: %s\n", tally.firstFailure.c_str());
  return failed > 0 ? 1 : 0;
}

}  // namespace
}  // namespace hearth::bench

int main(int argc, char** argv) {
  using namespace hearth;
  CLI::App application("A closed loop of HTTP requests to a server on this machine; prints what it saw as JSON.");
  bench::Options options;
  application.add_option("url", options.url, "http://127.0.0.1:PORT/PATH; {n} in it is the request's number")
      ->required();
  application.add_option("--method", options.method);
  application.add_option("--header", options.headers, "Name: value; repeatable");
  application.add_option("--body", options.body);
  application.add_option("--body-bytes", options.bodyBytes, "That many random bytes as the body");
  application.add_option("--connections", options.connections)->check(CLI::Range(1, 4096));
  application.add_option("--seconds", options.seconds);
  application.add_option("--count", options.count, "Stop after that many answers instead");
  application.add_option("--distinct", options.distinct, "That many different requests, in turn")
      ->check(CLI::Range(1, 1'000'000));
  application.add_option("--sign", options.target.service, "Sign for this service (Signature Version 4)");
  application.add_option("--region", options.target.region)->envname("AWS_REGION");
  application.add_option("--key", options.credentials.accessKeyId)->envname("AWS_ACCESS_KEY_ID");
  application.add_option("--secret", options.credentials.secretAccessKey)->envname("AWS_SECRET_ACCESS_KEY");
  CLI11_PARSE(application, argc, argv);
  try {
    const bench::Requests requests = bench::prepare(options);
    bench::Tally tally;
    const double seconds = bench::run(options, requests, tally);
    return bench::report(tally, seconds);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n", error.what());
    return 1;
  }
}
