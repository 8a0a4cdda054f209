#include "sandbox/protocol.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace hearth::sandbox {

namespace {

class Writer final {
 public:
  explicit Writer(MessageType type, std::size_t capacity = 0) {
    bytes_.reserve(capacity);
    bytes_.push_back(static_cast<char>(type));
  }

  template <class T>
  Writer& number(T value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes_.append(raw, sizeof value);
    return *this;
  }
  Writer& flag(bool value) { return number<std::uint8_t>(value ? 1 : 0); }
  Writer& text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    bytes_.append(value);
    return *this;
  }
  Writer& texts(const std::vector<std::string>& values) {
    number(static_cast<std::uint32_t>(values.size()));
    for (const std::string& value : values) text(value);
    return *this;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// After the first thing that does not fit, every further value is empty and done() is false.
class Reader final {
 public:
  explicit Reader(std::string_view message) : rest_(message) {
    if (rest_.empty())
      broken_ = true;
    else
      rest_.remove_prefix(1);
  }

  template <class T>
  T number() {
    T value{};
    if (broken_ || rest_.size() < sizeof value) {
      broken_ = true;
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  bool flag() {
    const auto value = number<std::uint8_t>();
    if (value > 1) broken_ = true;
    return value == 1;
  }
  template <class T>
  T choice(T last) {
    const auto value = number<std::uint8_t>();
    if (value > static_cast<std::uint8_t>(last)) broken_ = true;
    return broken_ ? T{} : static_cast<T>(value);
  }
  std::string text() {
    const auto size = number<std::uint32_t>();
    if (broken_ || size > rest_.size()) {
      broken_ = true;
      return {};
    }
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }
  // Texts that become C strings.
  std::string cText() {
    std::string value = text();
    if (value.find('\0') != std::string::npos) broken_ = true;
    return value;
  }
  std::vector<std::string> cTexts() {
    const auto count = number<std::uint32_t>();
    std::vector<std::string> values;
    values.reserve(std::min<std::size_t>(count, rest_.size() / sizeof count));
    for (std::uint32_t at = 0; at < count && !broken_; ++at) values.push_back(cText());
    return values;
  }
  bool done() const { return !broken_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool broken_ = false;
};

template <class T>
std::optional<T> finish(const Reader& reader, T value) {
  if (!reader.done()) return std::nullopt;
  return value;
}

}  // namespace

std::string encode(const Configure& message) {
  return Writer(MessageType::kConfigure)
      .number(static_cast<std::uint8_t>(message.mode))
      .text(message.runDirectory)
      .text(message.runtimesDirectory)
      .number(message.pooledJails)
      .take();
}

std::optional<Configure> decodeConfigure(std::string_view message) {
  if (typeOf(message) != MessageType::kConfigure) return std::nullopt;
  Reader reader(message);
  Configure value;
  value.mode = reader.choice(JailMode::kStrict);
  value.runDirectory = reader.cText();
  value.runtimesDirectory = reader.cText();
  value.pooledJails = reader.number<std::uint32_t>();
  return finish(reader, std::move(value));
}

std::string encode(const Ready& message) {
  Writer writer(MessageType::kReady);
  writer.number(message.facilities.bits()).number(static_cast<std::uint32_t>(message.walls.size()));
  for (const Wall& wall : message.walls) writer.text(wall.name).flag(wall.present).text(wall.why);
  return writer.text(message.runPath).take();
}

std::optional<Ready> decodeReady(std::string_view message) {
  if (typeOf(message) != MessageType::kReady) return std::nullopt;
  Reader reader(message);
  Ready value;
  value.facilities = FacilitySet::fromBits(reader.number<std::uint32_t>());
  const auto count = std::min<std::uint32_t>(reader.number<std::uint32_t>(), 64);
  for (std::uint32_t at = 0; at < count; ++at) {
    Wall wall;
    wall.name = reader.text();
    wall.present = reader.flag();
    wall.why = reader.text();
    value.walls.push_back(std::move(wall));
  }
  value.runPath = reader.cText();
  return finish(reader, std::move(value));
}

std::string encode(const Refused& message) { return Writer(MessageType::kRefused).text(message.reason).take(); }

std::optional<Refused> decodeRefused(std::string_view message) {
  if (typeOf(message) != MessageType::kRefused) return std::nullopt;
  Reader reader(message);
  Refused value{reader.text()};
  return finish(reader, std::move(value));
}

std::string encode(const LaunchOrder& message, MessageType type) {
  // Room for all of it at once: a string that grows leaves copies behind.
  std::size_t size = 256 + message.code.size() + message.layers.size();
  for (const auto* texts : {&message.arguments, &message.environment}) {
    for (const std::string& text : *texts) size += sizeof(std::uint32_t) + text.size();
  }
  return Writer(type, size)
      .number(message.request)
      .text(message.code)
      .text(message.layers)
      .texts(message.arguments)
      .texts(message.environment)
      .number(message.memoryMiB)
      .number(message.temporaryMiB)
      .flag(message.rehearsal)
      .take();
}

std::optional<LaunchOrder> decodeLaunchOrder(std::string_view message) {
  const auto type = typeOf(message);
  if (type != MessageType::kLaunch && type != MessageType::kStart) return std::nullopt;
  Reader reader(message);
  LaunchOrder value;
  value.request = reader.number<std::uint64_t>();
  value.code = reader.cText();
  value.layers = reader.cText();
  value.arguments = reader.cTexts();
  value.environment = reader.cTexts();
  value.memoryMiB = reader.number<std::uint32_t>();
  value.temporaryMiB = reader.number<std::uint32_t>();
  value.rehearsal = reader.flag();
  const bool namesFit = (value.rehearsal && value.code.empty()) || isEntryName(value.code);
  if (!namesFit || (!value.layers.empty() && !isEntryName(value.layers))) return std::nullopt;
  if (!value.rehearsal && value.arguments.empty()) return std::nullopt;
  return finish(reader, std::move(value));
}

std::string encode(const LaunchedReply& message) {
  return Writer(MessageType::kLaunched)
      .number(message.request)
      .number(message.jail)
      .flag(message.hasMemoryPeak)
      .flag(message.hasMemoryEvents)
      .take();
}

std::optional<LaunchedReply> decodeLaunched(std::string_view message) {
  if (typeOf(message) != MessageType::kLaunched) return std::nullopt;
  Reader reader(message);
  LaunchedReply value;
  value.request = reader.number<std::uint64_t>();
  value.jail = reader.number<std::uint64_t>();
  value.hasMemoryPeak = reader.flag();
  value.hasMemoryEvents = reader.flag();
  return finish(reader, value);
}

std::string encode(const LaunchFailed& message) {
  return Writer(MessageType::kLaunchFailed).number(message.request).text(message.reason).take();
}

std::optional<LaunchFailed> decodeLaunchFailed(std::string_view message) {
  if (typeOf(message) != MessageType::kLaunchFailed) return std::nullopt;
  Reader reader(message);
  LaunchFailed value;
  value.request = reader.number<std::uint64_t>();
  value.reason = reader.text();
  return finish(reader, std::move(value));
}

std::string encode(const Release& message) { return Writer(MessageType::kRelease).number(message.jail).take(); }

std::optional<Release> decodeRelease(std::string_view message) {
  if (typeOf(message) != MessageType::kRelease) return std::nullopt;
  Reader reader(message);
  Release value{reader.number<std::uint64_t>()};
  return finish(reader, value);
}

std::string encode(const JailReady&) { return Writer(MessageType::kJailReady).take(); }

std::string encode(const JailFailed& message) {
  return Writer(MessageType::kJailFailed)
      .number(static_cast<std::uint8_t>(message.facility))
      .text(message.reason)
      .take();
}

std::optional<JailFailed> decodeJailFailed(std::string_view message) {
  if (typeOf(message) != MessageType::kJailFailed) return std::nullopt;
  Reader reader(message);
  JailFailed value;
  value.facility = reader.choice(Facility::kCpuShare);
  value.reason = reader.text();
  return finish(reader, std::move(value));
}

std::string encode(const Ended& message) {
  return Writer(MessageType::kEnded)
      .number(static_cast<std::uint8_t>(message.kind))
      .number(message.value)
      .text(message.reason)
      .take();
}

std::optional<Ended> decodeEnded(std::string_view message) {
  if (typeOf(message) != MessageType::kEnded) return std::nullopt;
  Reader reader(message);
  Ended value;
  value.kind = reader.choice(Ended::Kind::kRehearsed);
  value.value = reader.number<std::int32_t>();
  value.reason = reader.text();
  return finish(reader, std::move(value));
}

std::optional<MessageType> typeOf(std::string_view message) {
  if (message.empty()) return std::nullopt;
  const auto type = static_cast<std::uint8_t>(message.front());
  if (type < static_cast<std::uint8_t>(MessageType::kConfigure) ||
      type > static_cast<std::uint8_t>(MessageType::kEnded)) {
    return std::nullopt;
  }
  return static_cast<MessageType>(type);
}

bool isEntryName(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

void wipe(std::string& text) {
  explicit_bzero(text.data(), text.size());
  text.clear();
}

int sendPacket(int socket, std::string_view bytes, std::span<const int> descriptors) {
  if (bytes.size() > kMessageLimit || descriptors.size() > kDescriptorLimit) return EMSGSIZE;
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kDescriptorLimit)> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  for (;;) {
    if (sendmsg(socket, &message, MSG_NOSIGNAL) >= 0) return 0;
    if (errno != EINTR) return errno;
  }
}

Receipt receivePacket(int socket, Packet& into) {
  // A SEQPACKET read of zero bytes is the end: no message of ours is empty.
  static thread_local std::string buffer(kMessageLimit, '\0');
  iovec part{buffer.data(), buffer.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kDescriptorLimit)> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t size = 0;
  do {
    size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Receipt::kNothing : Receipt::kClosed;

  into.descriptors.clear();
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t at = 0; at < count; ++at) {
      int descriptor = -1;
      std::memcpy(&descriptor, CMSG_DATA(header) + at * sizeof(int), sizeof(int));
      into.descriptors.emplace_back(descriptor);
    }
  }
  const bool whole = size > 0 && (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  if (whole) into.bytes.assign(buffer.data(), static_cast<std::size_t>(size));
  explicit_bzero(buffer.data(), static_cast<std::size_t>(size));
  return whole ? Receipt::kPacket : Receipt::kClosed;
}

}  // namespace hearth::sandbox
