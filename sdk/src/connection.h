// One TCP connection, in the clear or under TLS, with a deadline on every wait.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "hearth/function.h"

namespace hearth::sdk {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Target {
  std::string host;
  std::uint16_t port = 0;
  bool tls = false;
  // As the Host header has it: the port only where it is not the scheme's own.
  std::string authority() const;
};

// `http://host[:port][/]` or `https://...`; anything else, a path included, is nothing.
std::optional<Target> parseEndpoint(std::string_view url);

// OpenSSL's settings for clients: TLS 1.2 or newer, certificate and host name verified against AWS_CA_BUNDLE,
// SSL_CERT_FILE or the system's bundle. Made at the first https connection, since it reads the bundle.
class TlsContext;
struct TlsContextDeleter {
  void operator()(TlsContext* context) const;
};
using TlsContextPtr = std::unique_ptr<TlsContext, TlsContextDeleter>;
Outcome<TlsContextPtr> makeTlsContext();

class Connection final {
 public:
  // `tls` outlives the connection; needed when target.tls. Fails with `ConnectionError`, `Timeout`, `TlsError`.
  static Outcome<std::unique_ptr<Connection>> open(const Target& target, TlsContext* tls, SteadyTime deadline);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Number of bytes read, 0 at the end.
  Outcome<std::size_t> read(char* data, std::size_t size, SteadyTime deadline);
  Outcome<std::monostate> write(std::string_view data, SteadyTime deadline);
  // Whether a pooled connection looks alive: nothing to read, which between two exchanges means that it is open.
  bool quiet() const;

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace hearth::sdk
