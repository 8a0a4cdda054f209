#include "server/addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>

#include "base/fd.h"

namespace hearth::server {
namespace {

constexpr std::size_t kMostAddresses = 64;

// Numeric; empty for what is neither IPv4 nor IPv6, and for link-local addresses, which mean nothing without a
// scope.
std::string textOf(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address->sa_family == AF_INET) {
    const auto& v4 = *reinterpret_cast<const sockaddr_in*>(address);
    return ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text) != nullptr ? text : "";
  }
  if (address->sa_family != AF_INET6) return "";
  const auto& v6 = *reinterpret_cast<const sockaddr_in6*>(address);
  if (IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr)) return "";
  return ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text) != nullptr ? text : "";
}

bool isLoopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

// Which address a datagram to the internet would leave from; nothing is sent (connect(2), SOCK_DGRAM).
std::string routedAddress() {
  const base::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in far{};
  far.sin_family = AF_INET;
  far.sin_port = htons(9);
  ::inet_pton(AF_INET, "198.51.100.1", &far.sin_addr);  // for documentation (RFC 5737): on nobody's network
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  if (!socket || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&far), sizeof far) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &size) != 0) {
    return "";
  }
  return textOf(reinterpret_cast<const sockaddr*>(&own));
}

}  // namespace

bool isWildcard(const std::string& address) { return address == "0.0.0.0" || address == "::"; }

std::vector<std::string> machineAddresses() {
  std::vector<std::string> addresses;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return addresses;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, &::freeifaddrs);
  for (const ifaddrs* entry = first; entry != nullptr && addresses.size() < kMostAddresses;
       entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0) continue;
    std::string text = textOf(entry->ifa_addr);
    if (text.empty() || std::find(addresses.begin(), addresses.end(), text) != addresses.end()) continue;
    addresses.push_back(std::move(text));
  }
  return addresses;
}

std::vector<std::string> reachedAddresses(const std::string& address) {
  return isWildcard(address) ? machineAddresses() : std::vector<std::string>{address};
}

std::string toldAddress(const std::string& address) {
  if (!isWildcard(address)) return address;
  if (std::string routed = routedAddress(); !routed.empty() && !isLoopback(routed)) return routed;
  for (const std::string& own : machineAddresses()) {
    if (!isLoopback(own)) return own;
  }
  return "127.0.0.1";
}

}  // namespace hearth::server
