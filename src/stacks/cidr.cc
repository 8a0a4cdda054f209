#include "stacks/cidr.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>

#include "stacks/faults.h"

namespace hearth::stacks {
namespace {

// An address as big-endian bytes: 4 or 16 of them.
struct Address {
  std::array<unsigned char, 16> bytes{};
  int family = AF_INET;
  int bits() const { return family == AF_INET ? 32 : 128; }
};

std::string print(const Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(address.family, address.bytes.data(), text, sizeof text);
  return text;
}

// address += 2^bit
void addBit(Address& address, int bit) {
  int at = address.bits() / 8 - 1 - bit / 8;
  unsigned carry = 1U << (bit % 8);
  for (; at >= 0 && carry != 0; --at) {
    const unsigned sum = address.bytes[static_cast<std::size_t>(at)] + carry;
    address.bytes[static_cast<std::size_t>(at)] = static_cast<unsigned char>(sum);
    carry = sum >> 8;
  }
}

void clearHostBits(Address& address, int prefix) {
  for (int bit = prefix; bit < address.bits(); ++bit) {
    address.bytes[static_cast<std::size_t>(bit / 8)] &= static_cast<unsigned char>(~(0x80U >> (bit % 8)));
  }
}

}  // namespace

Result<std::vector<std::string>> splitCidr(const std::string& block, std::int64_t count, std::int64_t hostBits) {
  const Fault malformed = templateError("Fn::Cidr ipBlock '" + block.substr(0, 100) + "' is not a CIDR block");
  const auto slash = block.find('/');
  if (slash == std::string::npos) return malformed;
  Address address;
  address.family = block.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if (::inet_pton(address.family, block.substr(0, slash).c_str(), address.bytes.data()) != 1) return malformed;
  int prefix = 0;
  const char* end = block.data() + block.size();
  const auto [rest, error] = std::from_chars(block.data() + slash + 1, end, prefix);
  if (error != std::errc() || rest != end || prefix < 0 || prefix > address.bits()) return malformed;
  if (count < 1 || count > 256) return templateError("Fn::Cidr count must be between 1 and 256");
  if (hostBits < 1 || hostBits > address.bits() - prefix) {
    return templateError("Fn::Cidr cidrBits " + std::to_string(hostBits) + " do not fit into " +
                         block.substr(0, 100));
  }
  const std::int64_t freeBits = address.bits() - prefix - hostBits;
  if (freeBits < 9 && count > (std::int64_t{1} << freeBits)) {
    return templateError("Fn::Cidr cannot make " + std::to_string(count) + " ranges of " + block.substr(0, 100));
  }
  clearHostBits(address, prefix);
  std::vector<std::string> ranges;
  for (std::int64_t made = 0; made < count; ++made) {
    ranges.push_back(print(address) + "/" + std::to_string(address.bits() - hostBits));
    addBit(address, static_cast<int>(hostBits));
  }
  return ranges;
}

}  // namespace hearth::stacks
