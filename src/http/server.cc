#include "http/server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "base/log.h"
#include "http/connection.h"

namespace hearth::http {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using std::chrono::milliseconds;

constexpr milliseconds kAcceptPause{100};  // when descriptors or memory have run out
constexpr milliseconds kLeastWaited{250};  // before a connection gives way to another
constexpr int kAcceptsPerWake = 64;

// The connections that give way, whoever has kept the server waiting for the longest time first. All connections
// are looked at for a batch of them.
class GivingWay final {
 public:
  explicit GivingWay(bool (*which)(const Connection&)) : which_(which) {}

  // Null: at the moment there is none.
  std::shared_ptr<Connection> next(const std::vector<std::shared_ptr<Connection>>& open) {
    const SteadyTime now = std::chrono::steady_clock::now();
    while (true) {
      while (!batch_.empty()) {
        const auto [since, candidate] = std::move(batch_.back());
        batch_.pop_back();
        auto connection = candidate.lock();
        if (connection && which_(*connection) && connection->waitingSince() == since) return connection;
      }
      if (now < lookAgain_) return nullptr;
      look(open, now);
      if (batch_.empty()) return nullptr;
    }
  }

 private:
  static constexpr std::size_t kBatch = 64;
  static constexpr milliseconds kLookPause{10};  // when all are known who give way

  void look(const std::vector<std::shared_ptr<Connection>>& open, SteadyTime now) {
    for (const auto& connection : open) {
      const auto since = which_(*connection) ? connection->waitingSince() : std::nullopt;
      if (since && *since <= now - kLeastWaited) batch_.emplace_back(*since, connection);
    }
    const auto isLater = [](const auto& one, const auto& other) { return one.first > other.first; };
    if (batch_.size() > kBatch) {
      std::nth_element(batch_.begin(), batch_.end() - kBatch, batch_.end(), isLater);
      batch_.erase(batch_.begin(), batch_.end() - kBatch);
    } else {
      lookAgain_ = now + kLookPause;
    }
    std::sort(batch_.begin(), batch_.end(), isLater);
  }

  bool (*which_)(const Connection&);
  std::vector<std::pair<SteadyTime, std::weak_ptr<Connection>>> batch_;  // whose turn it is, last
  SteadyTime lookAgain_;
};

// "127.0.0.1:53122", "[::1]:53122"; empty for what has no port.
std::string describePeer(const sockaddr_storage& address) {
  char host[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, host, sizeof host);
    return std::string(host) + ":" + std::to_string(ntohs(v4.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof host);
    return "[" + std::string(host) + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  return {};
}

Fault listenFault(const std::string& address, int port, int error) {
  const std::string where = address + ":" + std::to_string(port);
  if (error == EADDRINUSE) return {"AddressInUse", where + " is used by another program.", 500};
  return {"AddressNotAvailable", "Cannot listen on " + where + ": " + std::strerror(error) + ".", 500};
}

Result<base::Fd> openListener(const std::string& address, int port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICSERV | AI_PASSIVE | (address == "localhost" ? 0 : AI_NUMERICHOST);
  hints.ai_family = address == "localhost" ? AF_INET : AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return listenFault(address, port, EADDRNOTAVAIL);
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  base::Fd socket(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (!socket || ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(socket.get(), found->ai_addr, found->ai_addrlen) != 0 || ::listen(socket.get(), SOMAXCONN) != 0) {
    return listenFault(address, port, errno);
  }
  return socket;
}

int portOf(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) base::throwErrno("getsockname");
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

// Errors of accept(2) that concern one connection, not the listener.
bool isPassing(int error) {
  constexpr std::array kPassing = {EINTR,     ECONNABORTED, EPROTO,      ENETDOWN,   ENOPROTOOPT,
                                   EHOSTDOWN, EHOSTUNREACH, ENETUNREACH, EOPNOTSUPP, EPERM};
  return std::find(kPassing.begin(), kPassing.end(), error) != kPassing.end();
}

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  struct Listener {
    Listener(asio::io_context& loop, base::Fd fd, std::string listenerName, TlsContext listenerTls, bool isHandedIn)
        : socket(loop, fd.release()),
          pause(loop),
          name(std::move(listenerName)),
          tls(std::move(listenerTls)),
          handedIn(isHandedIn) {}

    asio::posix::stream_descriptor socket;
    asio::steady_timer pause;  // cancelled when there is room again
    std::string name;
    TlsContext tls;
    bool handedIn;
    std::size_t connections = 0;
  };

  Impl(asio::io_context& ioContext, ServerLimits limits, Handler handler)
      : loop(ioContext), context(std::make_shared<ServerContext>()), sweepTimer(ioContext), drained(ioContext) {
    context->limits = limits;
    context->handler = std::move(handler);
    const auto shortest = std::min({limits.headTimeout, limits.idleTimeout, limits.bodyTimeout});
    sweepInterval = std::clamp<milliseconds>(shortest / 8, milliseconds(5), milliseconds(1000));
  }

  // Once somebody shares it.
  void begin() {
    context->freeBytes = [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self) self->freeBytes();
    };
  }

  void addListener(base::Fd socket, const std::string& name, TlsContext tls, bool isHandedIn) {
    auto listener = std::make_shared<Listener>(loop, std::move(socket), name, std::move(tls), isHandedIn);
    listeners.push_back(listener);
    asio::co_spawn(loop, acceptAll(shared_from_this(), listener), [](const std::exception_ptr& error) {
      if (error) base::logError("http", "accepting ended by an exception");
    });
  }

  static Task<void> acceptAll(std::shared_ptr<Impl> self, std::shared_ptr<Listener> listener) {
    ErrorCode error;
    while (listener->socket.is_open()) {
      co_await listener->socket.async_wait(asio::posix::stream_descriptor::wait_read, errorInto(error));
      if (error) co_return;  // the listener was closed
      if (self->isFull(*listener)) {
        if (!listener->handedIn) self->makeRoom();
        listener->pause.expires_after(kLeastWaited);
        co_await listener->pause.async_wait(errorInto(error));
        continue;
      }
      if (self->acceptSome(listener)) continue;
      listener->pause.expires_after(kAcceptPause);
      co_await listener->pause.async_wait(errorInto(error));
    }
  }

  // False: descriptors or memory have run out.
  bool acceptSome(const std::shared_ptr<Listener>& listener) {
    for (int count = 0; count < kAcceptsPerWake && listener->socket.is_open() && !isFull(*listener); ++count) {
      sockaddr_storage address{};
      socklen_t size = sizeof address;
      base::Fd accepted(::accept4(listener->socket.native_handle(), reinterpret_cast<sockaddr*>(&address), &size,
                                  SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (accepted) {
        serve(listener, std::move(accepted), address);
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return true;
      } else if (!isPassing(errno)) {
        base::logWarning("http", "accepting pauses",
                         {{"cause", std::strerror(errno)}, {"listener", listener->name}});
        return false;
      }
    }
    return true;
  }

  void serve(const std::shared_ptr<Listener>& listener, base::Fd accepted, const sockaddr_storage& address) {
    const bool isTcp = address.ss_family == AF_INET || address.ss_family == AF_INET6;
    const int on = 1;
    if (isTcp) ::setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    StreamSocket socket(loop, {address.ss_family, isTcp ? IPPROTO_TCP : 0}, accepted.release());
    Origin origin;
    // Addresses of a stranger's network are nobody's here: what is 127.0.0.1 there is not this machine.
    if (!listener->handedIn) origin.peer = describePeer(address);
    origin.listener = listener->name;
    auto connection = std::make_shared<Connection>(context, std::move(socket), std::move(origin), listener->tls);
    connection->slot = open.size();
    connection->handedIn = listener->handedIn;
    open.push_back(connection);
    ++listener->connections;
    if (listener->handedIn) ++handedIn;
    if (open.size() == 1) sweep();
    asio::co_spawn(loop, connection->run(),
                   [self = shared_from_this(), connection, listener](const std::exception_ptr& error) {
                     if (error) connection->abort();
                     self->remove(*connection, *listener);
                   });
  }

  void remove(const Connection& connection, Listener& listener) {
    const std::size_t slot = connection.slot;
    std::swap(open[slot], open.back());
    open[slot]->slot = slot;
    open.pop_back();
    --listener.connections;
    if (listener.handedIn) --handedIn;
    for (const auto& waiting : listeners) {
      if (!isFull(*waiting)) waiting->pause.cancel();
    }
    if (open.empty()) sweepTimer.cancel();
    if (open.empty() || (draining && !serves(*draining))) drained.cancel();
  }

  bool serves(const std::string& name) const {
    return std::any_of(open.begin(), open.end(), [&](const std::shared_ptr<Connection>& connection) {
      return connection->listener() == name;
    });
  }

  // Until no connection of that listener is left, or of any without a name.
  Task<void> drain(std::optional<std::string> name, milliseconds grace) {
    draining = std::move(name);
    if (draining ? serves(*draining) : !open.empty()) {
      ErrorCode ignored;
      drained.expires_after(grace);
      co_await drained.async_wait(errorInto(ignored));
    }
    draining.reset();
  }

  bool isFull(const Listener& listener) const {
    const ServerLimits& limits = context->limits;
    if (!listener.handedIn) return open.size() - handedIn >= limits.connections;
    return handedIn >= limits.handedInConnections || listener.connections >= limits.connectionsPerHandedIn;
  }

  // Somebody comes by an address, and all connections are taken: the one whose peer has kept the server waiting for
  // the longest time gives way. So whoever says nothing, or little, shuts nobody out.
  void makeRoom() {
    const auto longest = givingRoom.next(open);
    if (longest) longest->abort();
  }

  // Responses that nobody takes are broken off until there are not too many bytes of them.
  void freeBytes() {
    while (context->responseBytes > context->limits.responseBytes) {
      const auto longest = givingBytes.next(open);
      if (!longest) return;
      longest->abort();
    }
  }

  void sweep() {
    sweepTimer.expires_after(sweepInterval);
    sweepTimer.async_wait([weak = weak_from_this()](ErrorCode error) {
      const auto self = weak.lock();
      if (error || !self || self->open.empty()) return;
      self->freeBytes();
      const auto now = std::chrono::steady_clock::now();
      for (const auto& connection : self->open) connection->expire(now);
      self->sweep();
    });
  }

  void closeListeners(const std::string* name) {
    std::erase_if(listeners, [name](const std::shared_ptr<Listener>& listener) {
      if (name && listener->name != *name) return false;
      ErrorCode ignored;
      listener->socket.close(ignored);
      listener->pause.cancel();
      return true;
    });
    for (const auto& connection : open) {
      if (!name || connection->listener() == *name) connection->finish();
    }
  }

  void abortAll() {
    for (const auto& connection : open) connection->abort();
  }

  asio::io_context& loop;
  std::shared_ptr<ServerContext> context;
  milliseconds sweepInterval;
  asio::steady_timer sweepTimer;
  asio::steady_timer drained;           // runs during drain(); cancelled when the last connection has gone
  std::optional<std::string> draining;  // of drain()
  std::vector<std::shared_ptr<Listener>> listeners;
  std::vector<std::shared_ptr<Connection>> open;
  std::size_t handedIn = 0;  // of `open`
  GivingWay givingRoom{[](const Connection& connection) { return !connection.handedIn; }};
  GivingWay givingBytes{[](const Connection& connection) { return connection.holdsResponse(); }};
};

Server::Server(asio::io_context& loop, ServerLimits limits, Handler handler)
    : impl_(std::make_shared<Impl>(loop, limits, std::move(handler))) {
  impl_->begin();
}

Server::~Server() {
  impl_->closeListeners(nullptr);
  impl_->abortAll();
  impl_->sweepTimer.cancel();
}

Result<int> Server::listen(const std::string& address, int port, const std::string& name, TlsContext tls) {
  HEARTH_TRY(base::Fd socket, openListener(address, port));
  const int bound = portOf(socket.get());
  impl_->addListener(std::move(socket), name, std::move(tls), false);
  return bound;
}

void Server::listen(base::Fd socket, const std::string& name, TlsContext tls) {
  impl_->addListener(std::move(socket), name, std::move(tls), true);
}

void Server::setDateClock(const base::Clock& clock) { impl_->context->clock = &clock; }

void Server::setTunnelPolicy(TunnelPolicy policy) { impl_->context->tunnels = std::move(policy); }

void Server::closeListener(const std::string& name) { impl_->closeListeners(&name); }

Task<void> Server::drainListener(const std::string& name, milliseconds grace) {
  const std::shared_ptr<Impl> impl = impl_;
  std::optional<std::string> listener = name;
  impl->closeListeners(&*listener);
  co_await impl->drain(std::move(listener), grace);
}

std::size_t Server::connections() const { return impl_->open.size(); }

Task<void> Server::stop(milliseconds grace) {
  const std::shared_ptr<Impl> impl = impl_;
  impl->closeListeners(nullptr);
  std::optional<std::string> everything;
  co_await impl->drain(std::move(everything), grace);
  impl->abortAll();
}

}  // namespace hearth::http
