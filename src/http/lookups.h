// Lookups: names of hosts to addresses. The system's resolver blocks for as long as name servers keep silent, so it
// is asked on threads of their own, of which no one owner gets all: the slow names of one hold up nobody else's.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace hearth::http {

using Addresses = std::vector<boost::asio::ip::address>;

// Blocks; on several threads at once. Fault: UnknownHost 502.
using Resolver = std::function<Result<Addresses>(const std::string& host)>;

// getaddrinfo(3), which is let ask each name server twice for two seconds.
Result<Addresses> resolveBySystem(const std::string& host);

// On the loop, which outlives it. The destructor waits for lookups that are under way.
class Lookups final {
 public:
  Lookups(boost::asio::io_context& loop, Resolver resolver, std::size_t threads);
  ~Lookups();
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;

  // Calls `done` on the loop, later. The result names the lookup for forget().
  using Done = std::function<void(Result<Addresses>)>;
  std::uint64_t start(const std::string& owner, const std::string& host, Done done);
  // Does not call `done` any more. A lookup that waits for its turn is not made; one that was begun cannot be
  // stopped, and takes its owner's share until it ends.
  void forget(std::uint64_t lookup);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared with what threads leave on the loop
};

}  // namespace hearth::http
