#include "http/public_address.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <cstring>

#include "base/fd.h"

namespace hearth::http {
namespace {

namespace ip = boost::asio::ip;

struct Block4 {
  std::uint32_t first;
  int bits;
};

constexpr std::uint32_t quad(unsigned a, unsigned b, unsigned c, unsigned d) {
  return (a << 24) | (b << 16) | (c << 8) | d;
}

// https://www.iana.org/assignments/iana-ipv4-special-registry/
constexpr std::array<Block4, 15> kSpecial4 = {{{quad(0, 0, 0, 0), 8},
                                               {quad(10, 0, 0, 0), 8},
                                               {quad(100, 64, 0, 0), 10},
                                               {quad(127, 0, 0, 0), 8},
                                               {quad(169, 254, 0, 0), 16},
                                               {quad(172, 16, 0, 0), 12},
                                               {quad(192, 0, 0, 0), 24},
                                               {quad(192, 0, 2, 0), 24},
                                               {quad(192, 88, 99, 0), 24},
                                               {quad(192, 168, 0, 0), 16},
                                               {quad(198, 18, 0, 0), 15},
                                               {quad(198, 51, 100, 0), 24},
                                               {quad(203, 0, 113, 0), 24},
                                               {quad(224, 0, 0, 0), 4},
                                               {quad(240, 0, 0, 0), 4}}};

bool isPublic4(std::uint32_t address) {
  return std::none_of(kSpecial4.begin(), kSpecial4.end(), [&](const Block4& block) {
    return (address >> (32 - block.bits)) == (block.first >> (32 - block.bits));
  });
}

// Global unicast is 2000::/3; of that, what is set aside.
// https://www.iana.org/assignments/iana-ipv6-special-registry/
bool isPublic6(const ip::address_v6::bytes_type& bytes) {
  const auto word = [&](std::size_t i) { return static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]); };
  if ((bytes[0] & 0xE0) != 0x20) return false;
  if (word(0) == 0x2001 && word(1) < 0x0200) return false;   // protocols, Teredo among them
  if (word(0) == 0x2001 && word(1) == 0x0DB8) return false;  // documentation
  if (word(0) == 0x2002) return false;                       // 6to4
  return word(0) != 0x3FFF || word(1) >= 0x1000;             // documentation
}

}  // namespace

bool isPublicAddress(const ip::address& address) {
  return address.is_v4() ? isPublic4(address.to_v4().to_uint()) : isPublic6(address.to_v6().to_bytes());
}

// The kernel's own routing says it: from the address that is gone to, it goes there. A datagram socket sends
// nothing when it is connected.
bool isOwnAddress(const ip::address& address) {
  const ip::udp::endpoint there(address, 9);
  const base::Fd socket(::socket(address.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return true;  // cannot be told, and must not be gone to then
  if (::connect(socket.get(), there.data(), static_cast<socklen_t>(there.size())) != 0) return false;
  ip::udp::endpoint here;
  auto size = static_cast<socklen_t>(here.capacity());
  if (::getsockname(socket.get(), here.data(), &size) != 0) return true;
  here.resize(size);
  return here.address() == address;
}

}  // namespace hearth::http
