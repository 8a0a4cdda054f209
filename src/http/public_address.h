// Which addresses are those of strangers on the internet.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace hearth::http {

// False for loopback, private, shared, link-local (169.254.169.254 of clouds), multicast, reserved and
// documentation addresses (RFC 6890, IANA's special-purpose registries), and for IPv6 addresses in which an IPv4
// address stands (mapped, NAT64, 6to4, Teredo): whoever translates them would get there.
bool isPublicAddress(const boost::asio::ip::address& address);

// Whether a connection to this address would end at this very machine: also at a public address of its own.
bool isOwnAddress(const boost::asio::ip::address& address);

}  // namespace hearth::http
