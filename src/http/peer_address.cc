#include "http/peer_address.h"

#include "http/message.h"

namespace hearth::http {

std::string peerAddress(std::string_view peer) {
  std::string_view address = hostWithoutPort(peer);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  return std::string(address);
}

}  // namespace hearth::http
