#include "connection.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "descriptor.h"
#include "resolver.h"

namespace hearth::sdk {
namespace {

Error systemError(std::string_view step, int number) {
  return {"ConnectionError", std::string(step) + ": " + std::strerror(number), 0, true};
}

Error timeout(std::string_view step) { return {"Timeout", std::string(step) + " took too long", 0, true}; }

Outcome<std::monostate> waitFor(int fd, short events, SteadyTime deadline, std::string_view step) {
  while (true) {
    pollfd entry{fd, events, 0};
    const int n = poll(&entry, 1, pollTimeout(deadline));
    if (n > 0) return std::monostate{};
    if (n == 0) return timeout(step);
    if (errno != EINTR) return systemError(step, errno);
  }
}

Outcome<Descriptor> connectTo(const Address& address, SteadyTime deadline) {
  Descriptor fd(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return systemError("socket", errno);
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.length) != 0) {
    if (errno != EINPROGRESS) return systemError("connect", errno);
    if (auto ready = waitFor(fd.get(), POLLOUT, deadline, "connect"); !ready) return ready.error();
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return systemError("connect", error);
  }
  return fd;
}

Error tlsError(std::string_view step, SSL* ssl) {
  std::string message(step);
  const long verify = ssl != nullptr ? SSL_get_verify_result(ssl) : X509_V_OK;
  if (verify != X509_V_OK) {
    message += std::string(": certificate: ") + X509_verify_cert_error_string(verify);
  } else if (const unsigned long code = ERR_peek_last_error(); code != 0) {
    char text[256];
    ERR_error_string_n(code, text, sizeof text);
    message += std::string(": ") + text;
  }
  ERR_clear_error();
  return {"TlsError", message, 0, false};
}

}  // namespace

std::string Target::authority() const {
  const bool bare = host.find(':') == std::string::npos;
  std::string out = bare ? host : "[" + host + "]";
  if (port != (tls ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

std::optional<Target> parseEndpoint(std::string_view url) {
  Target target;
  if (url.starts_with("https://")) {
    target.tls = true;
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  if (url.ends_with('/')) url.remove_suffix(1);
  if (url.find_first_of("/?#@ \r\n") != std::string_view::npos) return std::nullopt;
  std::string_view port;
  if (url.starts_with('[')) {
    const std::size_t end = url.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    target.host = url.substr(1, end - 1);
    port = url.substr(end + 1);
  } else {
    const std::size_t colon = std::min(url.find(':'), url.size());
    target.host = url.substr(0, colon);
    port = url.substr(colon);
  }
  target.port = target.tls ? 443 : 80;
  if (!port.empty()) {
    const char* end = port.data() + port.size();
    const auto [stop, fault] = std::from_chars(port.data() + 1, end, target.port);
    if (port[0] != ':' || fault != std::errc{} || stop != end || target.port == 0) return std::nullopt;
  }
  if (target.host.empty()) return std::nullopt;
  return target;
}

class TlsContext final {
 public:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  ~TlsContext() { SSL_CTX_free(context_); }
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  SSL_CTX* get() const { return context_; }

 private:
  SSL_CTX* context_;
};

void TlsContextDeleter::operator()(TlsContext* context) const { delete context; }

Outcome<TlsContextPtr> makeTlsContext() {
  // No configuration file and no error strings: a function needs neither, and both cost at start.
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_SSL_STRINGS, nullptr);
  // OpenSSL writes with write(): a connection closed by the other side must be an error, not the end of the
  // process.
  struct sigaction action {};
  if (sigaction(SIGPIPE, nullptr, &action) == 0 && action.sa_handler == SIG_DFL) signal(SIGPIPE, SIG_IGN);

  TlsContextPtr context(new TlsContext(SSL_CTX_new(TLS_client_method())));
  if (context->get() == nullptr) return tlsError("TLS", nullptr);
  SSL_CTX_set_min_proto_version(context->get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER, nullptr);

  for (const char* name : {"AWS_CA_BUNDLE", "SSL_CERT_FILE"}) {
    const char* path = std::getenv(name);
    if (path == nullptr || *path == '\0') continue;
    if (SSL_CTX_load_verify_file(context->get(), path) == 1) return context;
    return Error{"TlsError", std::string("cannot read the certificates of ") + name, 0, false};
  }
  for (const char* path : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem"}) {
    if (SSL_CTX_load_verify_file(context->get(), path) == 1) return context;
  }
  ERR_clear_error();
  return Error{"TlsError", "no bundle of certificates was found; set SSL_CERT_FILE", 0, false};
}

struct Connection::State {
  Descriptor fd;
  SSL* ssl = nullptr;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { SSL_free(ssl); }

  // Waits for what `result` of an SSL function asks for.
  Outcome<std::monostate> waitTls(int result, SteadyTime deadline, std::string_view step) const {
    switch (SSL_get_error(ssl, result)) {
      case SSL_ERROR_WANT_READ:
        return waitFor(fd.get(), POLLIN, deadline, step);
      case SSL_ERROR_WANT_WRITE:
        return waitFor(fd.get(), POLLOUT, deadline, step);
      case SSL_ERROR_SYSCALL:
        return systemError(step, errno != 0 ? errno : ECONNRESET);
      default:
        return tlsError(step, ssl);
    }
  }

  Outcome<std::monostate> handshake(const Target& target, TlsContext& context, SteadyTime deadline) {
    ssl = SSL_new(context.get());
    if (ssl == nullptr || SSL_set_fd(ssl, fd.get()) != 1 || SSL_set1_host(ssl, target.host.c_str()) != 1) {
      return tlsError("TLS", nullptr);
    }
    SSL_set_tlsext_host_name(ssl, target.host.c_str());
    while (true) {
      errno = 0;
      const int result = SSL_connect(ssl);
      if (result == 1) return std::monostate{};
      if (auto ready = waitTls(result, deadline, "TLS handshake"); !ready) return ready.error();
    }
  }
};

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::~Connection() = default;

Outcome<std::unique_ptr<Connection>> Connection::open(const Target& target, TlsContext* tls, SteadyTime deadline) {
  auto addresses = resolve(target.host, target.port, deadline);
  if (!addresses) return addresses.error();
  Error last{"ConnectionError", "no address for " + target.host, 0, true};
  for (const Address& address : *addresses) {
    auto fd = connectTo(address, deadline);
    if (!fd) {
      last = fd.error();
      continue;
    }
    auto state = std::make_unique<State>();
    state->fd = std::move(*fd);
    if (target.tls) {
      if (auto done = state->handshake(target, *tls, deadline); !done) return done.error();
    }
    return std::unique_ptr<Connection>(new Connection(std::move(state)));
  }
  return last;
}

Outcome<std::size_t> Connection::read(char* data, std::size_t size, SteadyTime deadline) {
  while (true) {
    if (state_->ssl != nullptr) {
      errno = 0;
      const int n = SSL_read(state_->ssl, data, static_cast<int>(std::min<std::size_t>(size, 1 << 20)));
      if (n > 0) return static_cast<std::size_t>(n);
      if (SSL_get_error(state_->ssl, n) == SSL_ERROR_ZERO_RETURN) return std::size_t{0};
      if (auto ready = state_->waitTls(n, deadline, "read"); !ready) return ready.error();
      continue;
    }
    const ssize_t n = recv(state_->fd.get(), data, size, 0);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return systemError("read", errno);
    if (auto ready = waitFor(state_->fd.get(), POLLIN, deadline, "read"); !ready) return ready.error();
  }
}

Outcome<std::monostate> Connection::write(std::string_view data, SteadyTime deadline) {
  while (!data.empty()) {
    if (state_->ssl != nullptr) {
      errno = 0;
      const int n =
          SSL_write(state_->ssl, data.data(), static_cast<int>(std::min<std::size_t>(data.size(), 1 << 20)));
      if (n > 0) {
        data.remove_prefix(static_cast<std::size_t>(n));
      } else if (auto ready = state_->waitTls(n, deadline, "write"); !ready) {
        return ready.error();
      }
      continue;
    }
    const ssize_t n = send(state_->fd.get(), data.data(), data.size(), MSG_NOSIGNAL);
    if (n >= 0) {
      data.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      if (auto ready = waitFor(state_->fd.get(), POLLOUT, deadline, "write"); !ready) return ready.error();
    } else if (errno != EINTR) {
      return systemError("write", errno);
    }
  }
  return std::monostate{};
}

bool Connection::quiet() const {
  pollfd entry{state_->fd.get(), POLLIN, 0};
  return poll(&entry, 1, 0) == 0;
}

}  // namespace hearth::sdk
