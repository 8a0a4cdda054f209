#include "http/lookups.h"

#include <netdb.h>
#include <resolv.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <deque>
#include <map>
#include <utility>

#include "base/executor.h"
#include "http/fair_shares.h"

namespace hearth::http {

namespace asio = boost::asio;

Result<Addresses> resolveBySystem(const std::string& host) {
  // Of this thread; read anew, because settings that were changed are not looked for again.
  if (::res_init() == 0) {
    _res.retrans = 2;
    _res.retry = 2;
  }
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) return Fault("UnknownHost", host + ": " + ::gai_strerror(error), 502);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    asio::ip::tcp::endpoint endpoint;
    std::memcpy(endpoint.data(), entry->ai_addr, entry->ai_addrlen);
    addresses.push_back(endpoint.address());
  }
  return addresses;
}

class Lookups::Impl final : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& loop, Resolver resolver, std::size_t threads)
      : loop_(loop), resolver_(std::move(resolver)), shares_(threads), pool_(static_cast<int>(threads)) {}

  std::uint64_t start(const std::string& owner, const std::string& host, Done done) {
    waiting_.push_back({++last_, owner, host, std::move(done)});
    startWaiting();
    return last_;
  }

  void forget(std::uint64_t lookup) {
    std::erase_if(waiting_, [lookup](const Waiting& waiting) { return waiting.id == lookup; });
    if (const auto found = running_.find(lookup); found != running_.end()) found->second.done = nullptr;
  }

  void stop() { pool_.stop(); }

 private:
  struct Waiting {
    std::uint64_t id;
    std::string owner;
    std::string host;
    Done done;
  };
  struct Running {
    Running(FairShares& shares, const std::string& owner, Done whenDone)
        : share(shares, owner), done(std::move(whenDone)) {}
    FairShares::Share share;
    Done done;  // empty: forgotten
  };

  // Whose share is used up waits; those behind do not wait for it.
  void startWaiting() {
    for (auto next = waiting_.begin(); next != waiting_.end();) {
      if (!shares_.mayTake(next->owner, 1)) {
        ++next;
        continue;
      }
      Waiting begun = std::move(*next);
      next = waiting_.erase(next);
      const auto running = running_.try_emplace(begun.id, shares_, begun.owner, std::move(begun.done)).first;
      running->second.share.take(1);
      pool_.post([self = weak_from_this(), &loop = loop_, resolver = resolver_, id = begun.id, host = begun.host] {
        auto found = std::make_shared<Result<Addresses>>(resolver(host));
        asio::post(loop, [self, id, found] {
          if (const auto impl = self.lock()) impl->end(id, std::move(*found));
        });
      });
    }
  }

  void end(std::uint64_t id, Result<Addresses> found) {
    Done done = std::move(running_.at(id).done);
    running_.erase(id);
    startWaiting();
    if (done) done(std::move(found));
  }

  asio::io_context& loop_;
  const Resolver resolver_;
  FairShares shares_;  // of threads
  std::uint64_t last_ = 0;
  std::deque<Waiting> waiting_;
  std::map<std::uint64_t, Running> running_;
  base::ThreadPool pool_;
};

Lookups::Lookups(asio::io_context& loop, Resolver resolver, std::size_t threads)
    : impl_(std::make_shared<Impl>(loop, std::move(resolver), threads)) {}

Lookups::~Lookups() { impl_->stop(); }

std::uint64_t Lookups::start(const std::string& owner, const std::string& host, Done done) {
  return impl_->start(owner, host, std::move(done));
}

void Lookups::forget(std::uint64_t lookup) { impl_->forget(lookup); }

}  // namespace hearth::http
