#include "sandbox/protocol.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>

namespace hearth::sandbox {
namespace {

LaunchOrder makeOrder() {
  LaunchOrder order;
  order.request = 0x1122334455667788;
  order.code = "a1-b2_c3";
  order.layers = "layers";
  order.arguments = {"/var/task/bootstrap", "", "two words"};
  order.environment = {"A=1", "EMPTY="};
  order.memoryMiB = 256;
  order.temporaryMiB = 1024;
  return order;
}

struct Pair {
  Pair() {
    int ends[2] = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
      base::throwErrno("socketpair");
    one = base::Fd(ends[0]);
    other = base::Fd(ends[1]);
  }
  base::Fd one;
  base::Fd other;
};

TEST(Protocol, AnOrderArrivesAsItWasSent) {
  for (const MessageType type : {MessageType::kLaunch, MessageType::kStart}) {
    const auto read = decodeLaunchOrder(encode(makeOrder(), type));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->request, 0x1122334455667788u);
    EXPECT_EQ(read->code, "a1-b2_c3");
    EXPECT_EQ(read->layers, "layers");
    EXPECT_EQ(read->arguments, makeOrder().arguments);
    EXPECT_EQ(read->environment, makeOrder().environment);
    EXPECT_EQ(read->memoryMiB, 256u);
    EXPECT_EQ(read->temporaryMiB, 1024u);
    EXPECT_FALSE(read->rehearsal);
  }
}

TEST(Protocol, TheOtherMessagesArriveAsTheyWereSent) {
  const auto configure = decodeConfigure(encode(Configure{JailMode::kStrict, "/run", "/runtimes", 4}));
  ASSERT_TRUE(configure);
  EXPECT_EQ(configure->mode, JailMode::kStrict);
  EXPECT_EQ(configure->runDirectory, "/run");
  EXPECT_EQ(configure->runtimesDirectory, "/runtimes");
  EXPECT_EQ(configure->pooledJails, 4u);

  FacilitySet facilities;
  facilities.add(Facility::kUserNamespace);
  facilities.add(Facility::kCpuShare);
  const auto ready =
      decodeReady(encode(Ready{facilities, {{"network namespace", false, "refused"}}, "/run/hearth"}));
  ASSERT_TRUE(ready);
  EXPECT_EQ(ready->facilities.bits(), facilities.bits());
  ASSERT_EQ(ready->walls.size(), 1u);
  EXPECT_EQ(ready->walls[0].why, "refused");
  EXPECT_EQ(ready->runPath, "/run/hearth");

  const auto launched = decodeLaunched(encode(LaunchedReply{7, 8, true, false}));
  ASSERT_TRUE(launched);
  EXPECT_EQ(launched->jail, 8u);
  EXPECT_TRUE(launched->hasMemoryPeak);
  EXPECT_FALSE(launched->hasMemoryEvents);

  const auto ended = decodeEnded(encode(Ended{Ended::Kind::kNotStarted, -2, "execve"}));
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->kind, Ended::Kind::kNotStarted);
  EXPECT_EQ(ended->value, -2);
  EXPECT_EQ(ended->reason, "execve");

  EXPECT_EQ(decodeRefused(encode(Refused{"why"}))->reason, "why");
  EXPECT_EQ(decodeLaunchFailed(encode(LaunchFailed{3, "why"}))->request, 3u);
  EXPECT_EQ(decodeRelease(encode(Release{9}))->jail, 9u);
  EXPECT_EQ(decodeJailFailed(encode(JailFailed{Facility::kProcMount, "why"}))->facility, Facility::kProcMount);
  EXPECT_EQ(typeOf(encode(JailReady{})), MessageType::kJailReady);
}

// Whatever is cut off, added or taken for something else is no message.
TEST(Protocol, OnlyExactlyOneMessageIsRead) {
  const std::string whole = encode(makeOrder());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decodeLaunchOrder(std::string_view(whole).substr(0, size))) << size;
  EXPECT_FALSE(decodeLaunchOrder(whole + "x"));
  EXPECT_FALSE(decodeRelease(whole));
  EXPECT_FALSE(decodeLaunchOrder(encode(Release{1})));
  EXPECT_EQ(typeOf(""), std::nullopt);
  EXPECT_EQ(typeOf(std::string_view("\0", 1)), std::nullopt);
  EXPECT_EQ(typeOf("\x7f"), std::nullopt);
}

TEST(Protocol, LengthsThatPromiseMoreThanThereIsAreRefused) {
  std::string message = encode(Refused{"reason"});
  message[1] = message[2] = message[3] = message[4] = '\xff';
  EXPECT_FALSE(decodeRefused(message));
  // As many arguments as 32 bits can say.
  std::string order = encode(makeOrder());
  const std::size_t count = 1 + 8 + 4 + makeOrder().code.size() + 4 + makeOrder().layers.size();
  for (std::size_t at = count; at < count + 4; ++at) order[at] = '\xff';
  EXPECT_FALSE(decodeLaunchOrder(order));
}

TEST(Protocol, ValuesOutOfRangeAreRefused) {
  std::string mode = encode(Configure{JailMode::kOff, "/r", "/s", 0});
  mode[1] = 17;
  EXPECT_FALSE(decodeConfigure(mode));
  std::string flag = encode(LaunchedReply{1, 2, false, false});
  flag.back() = 2;
  EXPECT_FALSE(decodeLaunched(flag));
  std::string facility = encode(JailFailed{Facility::kCpuShare, ""});
  facility[1] = static_cast<char>(kFacilityCount);
  EXPECT_FALSE(decodeJailFailed(facility));
}

// Names become entries of a folder that the spawner opens as root.
TEST(Protocol, AnOrderNamesEntriesNotPaths) {
  for (const char* name : {"", ".", "..", "a/b", "/etc", "a b", "a.b", "\xc3\xa4"}) {
    LaunchOrder order = makeOrder();
    order.code = name;
    EXPECT_FALSE(decodeLaunchOrder(encode(order))) << name;
    order = makeOrder();
    order.layers = name;
    EXPECT_EQ(decodeLaunchOrder(encode(order)).has_value(), *name == '\0') << name;
  }
  EXPECT_TRUE(isEntryName(std::string(128, 'a')));
  EXPECT_FALSE(isEntryName(std::string(129, 'a')));
}

TEST(Protocol, TextsThatBecomeCStringsHaveNoZeros) {
  LaunchOrder order = makeOrder();
  order.environment = {std::string("A=1\0B=2", 7)};
  EXPECT_FALSE(decodeLaunchOrder(encode(order)));
  order = makeOrder();
  order.arguments = {};
  EXPECT_FALSE(decodeLaunchOrder(encode(order))) << "nothing to execute";
  order.rehearsal = true;
  order.code.clear();
  EXPECT_TRUE(decodeLaunchOrder(encode(order))) << "a rehearsal executes nothing";
}

TEST(Protocol, PacketsCarryDescriptors) {
  const Pair pair;
  int pipeEnds[2] = {-1, -1};
  ASSERT_EQ(pipe2(pipeEnds, O_CLOEXEC), 0);
  const base::Fd out(pipeEnds[0]);
  base::Fd in(pipeEnds[1]);
  const std::array<int, 1> sent{in.get()};
  ASSERT_EQ(sendPacket(pair.one.get(), "bytes", sent), 0);
  in.reset();
  Packet packet;
  ASSERT_EQ(receivePacket(pair.other.get(), packet), Receipt::kPacket);
  EXPECT_EQ(packet.bytes, "bytes");
  ASSERT_EQ(packet.descriptors.size(), 1u);
  EXPECT_NE(fcntl(packet.descriptors[0].get(), F_GETFD) & FD_CLOEXEC, 0);
  ASSERT_EQ(write(packet.descriptors[0].get(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(read(out.get(), &byte, 1), 1);
}

TEST(Protocol, SilenceAndGoodbyeAreTold) {
  Pair pair;
  Packet packet;
  EXPECT_EQ(receivePacket(pair.other.get(), packet), Receipt::kNothing);
  EXPECT_EQ(sendPacket(pair.one.get(), std::string(kMessageLimit + 1, 'x')), EMSGSIZE);
  EXPECT_EQ(receivePacket(pair.other.get(), packet), Receipt::kNothing);
  pair.one.reset();
  EXPECT_EQ(receivePacket(pair.other.get(), packet), Receipt::kClosed);
  EXPECT_NE(sendPacket(pair.other.get(), "bytes"), 0);
}

}  // namespace
}  // namespace hearth::sandbox
