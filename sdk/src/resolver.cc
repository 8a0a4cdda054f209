#include "resolver.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "descriptor.h"

namespace hearth::sdk {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kMaxFile = 1 << 20;
constexpr std::size_t kMaxServers = 3;
constexpr int kTries = 2;
constexpr std::chrono::milliseconds kTryTimeout{1'500};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool sameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

Address fromBytes(std::string_view bytes, std::uint16_t port) {
  Address address;
  if (bytes.size() == 4) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    std::memcpy(&in.sin_addr, bytes.data(), 4);
    std::memcpy(&address.storage, &in, sizeof in);
    address.length = sizeof in;
  } else {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    std::memcpy(&in.sin6_addr, bytes.data(), 16);
    std::memcpy(&address.storage, &in, sizeof in);
    address.length = sizeof in;
  }
  return address;
}

std::string readSmallFile(const std::string& path) {
  std::string text;
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return text;
  char buffer[4096];
  ssize_t n = 0;
  while (text.size() < kMaxFile && (n = read(file.get(), buffer, sizeof buffer)) > 0) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return text;
}

// Calls `use(words)` for each line, its comment cut off, until it returns false.
template <class Use>
void eachLine(std::string_view text, const Use& use) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find_first_of("#;"));
    std::vector<std::string_view> words;
    while (true) {
      const std::size_t start = line.find_first_not_of(" \t\r");
      if (start == std::string_view::npos) break;
      line.remove_prefix(start);
      const std::size_t length = std::min(line.find_first_of(" \t\r"), line.size());
      words.push_back(line.substr(0, length));
      line.remove_prefix(length);
    }
    if (!words.empty()) use(words);
  }
}

std::vector<Address> fromHosts(std::string_view host, std::uint16_t port, const std::string& path) {
  std::vector<Address> found;
  eachLine(readSmallFile(path), [&](const std::vector<std::string_view>& words) {
    const bool named = std::any_of(words.begin() + 1, words.end(), [&](auto w) { return sameName(w, host); });
    if (!named) return;
    if (auto address = parseAddress(words[0], port)) found.push_back(*address);
  });
  return found;
}

std::vector<Address> nameServers(const ResolverFiles& files) {
  std::vector<Address> servers;
  eachLine(readSmallFile(files.resolvConf), [&](const std::vector<std::string_view>& words) {
    if (words.size() < 2 || words[0] != "nameserver" || servers.size() >= kMaxServers) return;
    if (auto address = parseAddress(words[1], files.dnsPort)) servers.push_back(*address);
  });
  return servers;
}

bool waitFor(int fd, short events, SteadyTime deadline) {
  while (true) {
    pollfd entry{fd, events, 0};
    const int n = poll(&entry, 1, pollTimeout(deadline));
    if (n > 0) return true;
    if (n == 0 || errno != EINTR) return false;
  }
}

bool sendAll(int fd, std::string_view data, SteadyTime deadline) {
  while (!data.empty()) {
    const ssize_t n = send(fd, data.data(), data.size(), MSG_NOSIGNAL);
    if (n > 0) {
      data.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN || errno == EINPROGRESS) {
      if (!waitFor(fd, POLLOUT, deadline)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool receiveExactly(int fd, char* data, std::size_t size, SteadyTime deadline) {
  while (size > 0) {
    const ssize_t n = recv(fd, data, size, 0);
    if (n > 0) {
      data += n;
      size -= static_cast<std::size_t>(n);
    } else if (n == 0) {
      return false;
    } else if (errno == EAGAIN) {
      if (!waitFor(fd, POLLIN, deadline)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

Descriptor connectedSocket(const Address& server, int type) {
  Descriptor fd(socket(server.family(), type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return fd;
  const auto* raw = reinterpret_cast<const sockaddr*>(&server.storage);
  if (connect(fd.get(), raw, server.length) != 0 && errno != EINPROGRESS) return Descriptor();
  return fd;
}

DnsAnswer askOverUdp(const Address& server, std::string_view question, RecordType type, SteadyTime deadline) {
  const Descriptor fd = connectedSocket(server, SOCK_DGRAM);
  if (!fd || !sendAll(fd.get(), question, deadline)) return {};
  char buffer[4096];
  while (waitFor(fd.get(), POLLIN, deadline)) {
    const ssize_t n = recv(fd.get(), buffer, sizeof buffer, 0);
    if (n < 0) return {};
    DnsAnswer answer = parseDnsAnswer({buffer, static_cast<std::size_t>(n)}, question, type);
    if (answer.kind != DnsAnswer::Kind::kNotOurs) return answer;  // else a stray or forged datagram: keep waiting
  }
  return {};
}

DnsAnswer askOverTcp(const Address& server, std::string_view question, RecordType type, SteadyTime deadline) {
  const Descriptor fd = connectedSocket(server, SOCK_STREAM);
  std::string framed{static_cast<char>(question.size() >> 8), static_cast<char>(question.size() & 0xff)};
  framed += question;
  if (!fd || !waitFor(fd.get(), POLLOUT, deadline) || !sendAll(fd.get(), framed, deadline)) return {};
  unsigned char head[2];
  if (!receiveExactly(fd.get(), reinterpret_cast<char*>(head), 2, deadline)) return {};
  std::string message(static_cast<std::size_t>(head[0] << 8 | head[1]), '\0');
  if (!receiveExactly(fd.get(), message.data(), message.size(), deadline)) return {};
  return parseDnsAnswer(message, question, type);
}

std::uint16_t randomId() {
  std::uint16_t id = 0;
  if (getrandom(&id, sizeof id, 0) != sizeof id) id = static_cast<std::uint16_t>(getpid());
  return id;
}

// The records of one type, or nothing when no server gave a usable answer.
std::optional<std::vector<std::string>> query(const std::vector<Address>& servers, std::string_view host,
                                              RecordType type, SteadyTime deadline) {
  const auto question = dnsQuestion(randomId(), host, type);
  if (!question) return std::nullopt;
  for (int round = 0; round < kTries; ++round) {
    for (const Address& server : servers) {
      const SteadyTime until = std::min(deadline, std::chrono::steady_clock::now() + kTryTimeout);
      DnsAnswer answer = askOverUdp(server, *question, type, until);
      if (answer.kind == DnsAnswer::Kind::kTruncated) answer = askOverTcp(server, *question, type, until);
      if (answer.kind == DnsAnswer::Kind::kRecords) return std::move(answer.addresses);
    }
  }
  return std::nullopt;
}

// Reads DNS messages byte by byte; every read beyond the end sets `bad`.
class Reader final {
 public:
  explicit Reader(std::string_view message) : message_(message) {}

  bool bad() const { return bad_; }
  std::size_t at() const { return at_; }

  unsigned u8() {
    if (at_ >= message_.size()) {
      bad_ = true;
      return 0;
    }
    return static_cast<unsigned char>(message_[at_++]);
  }
  unsigned u16() {
    const unsigned high = u8();
    return high << 8 | u8();
  }
  std::string_view bytes(std::size_t count) {
    if (count > message_.size() - at_) {
      bad_ = true;
      return {};
    }
    const std::string_view out = message_.substr(at_, count);
    at_ += count;
    return out;
  }
  // A name is stepped over, not read: which name an address belongs to does not matter, a chain of CNAMEs included.
  void skipName() {
    while (!bad_) {
      const unsigned length = u8();
      if (length == 0) return;
      if ((length & 0xc0) == 0xc0) {
        u8();
        return;
      }
      bytes(length);
    }
  }

 private:
  std::string_view message_;
  std::size_t at_ = 0;
  bool bad_ = false;
};

}  // namespace

std::optional<Address> parseAddress(std::string_view host, std::uint16_t port) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const std::string text(host);
  char bytes[16];
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1) return fromBytes({bytes, 4}, port);
  if (inet_pton(AF_INET6, text.c_str(), bytes) == 1) return fromBytes({bytes, 16}, port);
  return std::nullopt;
}

std::optional<std::string> dnsQuestion(std::uint16_t id, std::string_view host, RecordType type) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  if (host.empty() || host.size() > 253) return std::nullopt;
  std::string message{static_cast<char>(id >> 8), static_cast<char>(id & 0xff), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
  while (!host.empty()) {
    const std::size_t length = std::min(host.find('.'), host.size());
    if (length == 0 || length > 63) return std::nullopt;
    message += static_cast<char>(length);
    message += host.substr(0, length);
    host.remove_prefix(std::min(length + 1, host.size()));
  }
  message += '\0';
  message += '\0';
  message += static_cast<char>(type);
  message += '\0';
  message += '\1';
  return message;
}

DnsAnswer parseDnsAnswer(std::string_view message, std::string_view question, RecordType type) {
  constexpr std::size_t kHeader = 12;
  DnsAnswer answer;
  if (question.size() < kHeader) return answer;
  // The id and the question come back unchanged (names may change case): else it answers somebody else.
  if (message.size() < question.size() || message.substr(0, 2) != question.substr(0, 2) ||
      !sameName(message.substr(kHeader, question.size() - kHeader), question.substr(kHeader))) {
    answer.kind = DnsAnswer::Kind::kNotOurs;
    return answer;
  }
  Reader reader(message);
  reader.u16();
  const unsigned flags = reader.u16();
  const unsigned questions = reader.u16();
  const unsigned records = reader.u16();
  if ((flags & 0x8000) == 0 || questions != 1) return answer;
  if ((flags & 0x0200) != 0) {
    answer.kind = DnsAnswer::Kind::kTruncated;
    return answer;
  }
  const unsigned code = flags & 15;
  if (code != 0 && code != 3) {  // 3: there is no such name, which is an answer
    answer.kind = DnsAnswer::Kind::kServerFailure;
    return answer;
  }
  reader.bytes(question.size() - reader.at());
  for (unsigned i = 0; i < records && !reader.bad(); ++i) {
    reader.skipName();
    const unsigned recordType = reader.u16();
    const unsigned recordClass = reader.u16();
    reader.bytes(4);
    const std::string_view data = reader.bytes(reader.u16());
    const std::size_t wanted = type == RecordType::kA ? 4 : 16;
    if (!reader.bad() && recordClass == 1 && recordType == static_cast<unsigned>(type) && data.size() == wanted) {
      answer.addresses.emplace_back(data);
    }
  }
  answer.kind = reader.bad() ? DnsAnswer::Kind::kMalformed : DnsAnswer::Kind::kRecords;
  return answer;
}

Outcome<std::vector<Address>> resolve(std::string_view host, std::uint16_t port, SteadyTime deadline,
                                      const ResolverFiles& files) {
  if (auto literal = parseAddress(host, port)) return std::vector<Address>{*literal};
  constexpr std::string_view kLocal = ".localhost";
  if (sameName(host, "localhost") ||
      (host.size() > kLocal.size() && sameName(host.substr(host.size() - kLocal.size()), kLocal))) {
    return std::vector<Address>{*parseAddress("127.0.0.1", port), *parseAddress("::1", port)};  // RFC 6761
  }
  std::vector<Address> found = fromHosts(host, port, files.hosts);
  if (!found.empty()) return found;

  const std::vector<Address> servers = nameServers(files);
  bool answered = false;
  for (const RecordType type : {RecordType::kA, RecordType::kAaaa}) {
    const auto records = query(servers, host, type, deadline);
    if (!records) continue;
    answered = true;
    for (const std::string& bytes : *records) found.push_back(fromBytes(bytes, port));
    if (!found.empty()) return found;
  }
  if (!answered) return Error{"Timeout", "no name server answered for " + std::string(host), 0, true};
  return Error{"ConnectionError", "there is no address for " + std::string(host), 0, false};
}

}  // namespace hearth::sdk
