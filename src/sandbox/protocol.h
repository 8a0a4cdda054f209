// The messages between the server and its spawner, and between the spawner and a jail.
//
// One message is one packet of a SOCK_SEQPACKET socketpair: a type byte, then fields in a fixed order. Numbers are
// in host order (both ends are the same build on the same machine), texts carry a 32-bit length, lists a 32-bit
// count. A decoder checks every length, refuses trailing bytes, and gives nullopt for anything that is not exactly
// one message. Descriptors travel beside the bytes (SCM_RIGHTS), in the order that the message names.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "sandbox/walls.h"

namespace hearth::sandbox {

inline constexpr std::size_t kMessageLimit = 128 * 1024;
inline constexpr std::size_t kDescriptorLimit = 16;

enum class MessageType : std::uint8_t {
  kConfigure = 1,
  kReady,
  kRefused,
  kLaunch,
  kLaunched,
  kLaunchFailed,
  kRelease,
  kJailReady,
  kJailFailed,
  kStart,
  kEnded,
};

// Server to spawner, first.
struct Configure {
  JailMode mode = JailMode::kAuto;
  std::string runDirectory;       // absolute; a private tmpfs is mounted over it, or one is sought elsewhere
  std::string runtimesDirectory;  // absolute; /var/runtime of the jails
  std::uint32_t pooledJails = 0;  // blank jails kept ready
};

// Spawner to server, once. Descriptor: the run directory.
struct Ready {
  FacilitySet facilities;
  std::vector<Wall> walls;
  std::string runPath;  // where the run directory is; only meaningful without kMountNamespace
};

// Spawner to server instead of Ready; the spawner exits.
struct Refused {
  std::string reason;
};

// Server to spawner. Names are single path components below the run directory's code/.
struct LaunchOrder {
  std::uint64_t request = 0;  // chosen by the server, repeated in the answer
  std::string code;
  std::string layers;  // empty: /opt stays empty
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // NAME=value
  std::uint32_t memoryMiB = 128;
  std::uint32_t temporaryMiB = 512;
  bool rehearsal = false;  // contain, report, and exit without starting anything
};

// Which descriptors accompany Launched, in this order: process, output, status, runtimeApi, awsEndpoint, and as far
// as flagged memoryPeak and memoryEvents.
struct LaunchedReply {
  std::uint64_t request = 0;
  std::uint64_t jail = 0;
  bool hasMemoryPeak = false;
  bool hasMemoryEvents = false;
};

struct LaunchFailed {
  std::uint64_t request = 0;
  std::string reason;
};

// Server to spawner: done with a jail; kill what is left of it and forget it.
struct Release {
  std::uint64_t jail = 0;
};

// Jail to spawner, when a blank jail waits for its order. Descriptors: runtimeApi, awsEndpoint listening sockets.
struct JailReady {};

// Jail to spawner instead: which facility's step failed.
struct JailFailed {
  Facility facility = Facility::kMountNamespace;
  std::string reason;
};

// Jail to server, on the status pipe: how the function ended.
struct Ended {
  enum class Kind : std::uint8_t {
    kExited,       // value: exit status
    kSignaled,     // value: signal number
    kNotStarted,   // value: errno of execve
    kContainment,  // value: the facility whose step failed
    kRehearsed,    // every step succeeded
  };
  Kind kind = Kind::kExited;
  std::int32_t value = 0;
  std::string reason;  // kContainment, kNotStarted: step and error text
};

std::string encode(const Configure& message);
std::string encode(const Ready& message);
std::string encode(const Refused& message);
std::string encode(const LaunchOrder& message, MessageType type = MessageType::kLaunch);  // or kStart
std::string encode(const LaunchedReply& message);
std::string encode(const LaunchFailed& message);
std::string encode(const Release& message);
std::string encode(const JailReady& message);
std::string encode(const JailFailed& message);
std::string encode(const Ended& message);

std::optional<MessageType> typeOf(std::string_view message);
std::optional<Configure> decodeConfigure(std::string_view message);
std::optional<Ready> decodeReady(std::string_view message);
std::optional<Refused> decodeRefused(std::string_view message);
std::optional<LaunchOrder> decodeLaunchOrder(std::string_view message);  // of either type
std::optional<LaunchedReply> decodeLaunched(std::string_view message);
std::optional<LaunchFailed> decodeLaunchFailed(std::string_view message);
std::optional<Release> decodeRelease(std::string_view message);
std::optional<JailFailed> decodeJailFailed(std::string_view message);
std::optional<Ended> decodeEnded(std::string_view message);

// True for what may name an entry of code/: 1 to 128 of [A-Za-z0-9_-].
bool isEntryName(std::string_view name);

struct Packet {
  std::string bytes;
  std::vector<base::Fd> descriptors;
};

// Orders carry credentials, and blank jails are copies of the spawner: nothing of one function's may stay behind in
// its memory for the next one's jail.
void wipe(std::string& text);

// Sends one packet. Returns 0 or errno.
int sendPacket(int socket, std::string_view bytes, std::span<const int> descriptors = {});

enum class Receipt : std::uint8_t { kPacket, kNothing, kClosed };
// Takes one packet. kNothing: none is there and the socket does not block. kClosed: the peer is gone, or sent what
// does not fit the limits. Of the packet, nothing but `into` stays in memory.
Receipt receivePacket(int socket, Packet& into);

}  // namespace hearth::sandbox
