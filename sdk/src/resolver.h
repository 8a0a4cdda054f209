// Names to addresses without glibc's resolver, which cannot be linked statically: literals, `localhost`,
// /etc/hosts, and the name servers of /etc/resolv.conf (RFC 1035 over UDP, over TCP when the answer is cut short).
// Names are taken as fully qualified: there is no search list.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/function.h"

namespace hearth::sdk {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  int family() const { return storage.ss_family; }
};

// `host` as a literal IPv4 or IPv6 address (IPv6 with or without brackets).
std::optional<Address> parseAddress(std::string_view host, std::uint16_t port);

struct ResolverFiles {
  std::string hosts = "/etc/hosts";
  std::string resolvConf = "/etc/resolv.conf";
  std::uint16_t dnsPort = 53;
};

// IPv4 addresses first. Fails with `ConnectionError` when there is none, `Timeout` when no server answered.
Outcome<std::vector<Address>> resolve(std::string_view host, std::uint16_t port,
                                      std::chrono::steady_clock::time_point deadline,
                                      const ResolverFiles& files = {});

// Visible for tests and fuzzing. `dnsQuestion` is one query message; `parseDnsAnswer` reads what a server sent to
// it.
enum class RecordType : std::uint16_t { kA = 1, kAaaa = 28 };
std::optional<std::string> dnsQuestion(std::uint16_t id, std::string_view host, RecordType type);

struct DnsAnswer {
  enum class Kind : unsigned char { kMalformed, kNotOurs, kTruncated, kServerFailure, kRecords };
  Kind kind = Kind::kMalformed;
  std::vector<std::string> addresses;  // 4 or 16 bytes each
};
DnsAnswer parseDnsAnswer(std::string_view message, std::string_view question, RecordType type);

}  // namespace hearth::sdk
