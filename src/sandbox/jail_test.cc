// What a jail promises, looked at from inside: real jails, made by the real spawner, grouped by promise.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "base/file.h"
#include "sandbox/launch.h"
#include "sandbox/network.h"

namespace hearth::sandbox {
namespace {

struct Outcome {
  std::string output;
  std::optional<Ended> ended;
};

// What is left in a descriptor, at most until its end of file; waits at most ten seconds for each piece.
std::string drain(const base::Fd& from, std::size_t most = 1 << 20) {
  std::string text;
  std::array<char, 4096> piece{};
  while (text.size() < most) {
    pollfd waiting{from.get(), POLLIN, 0};
    if (poll(&waiting, 1, 10'000) != 1) break;
    const ssize_t size = read(from.get(), piece.data(), piece.size());
    if (size <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(size));
  }
  return text;
}

class JailTest : public ::testing::Test {
 protected:
  void SetUp() override { begin(JailMode::kAuto, 1); }

  void begin(JailMode mode, unsigned pooled, std::chrono::milliseconds launchTime = std::chrono::seconds(30)) {
    launcher_.reset();
    if (directory_.empty()) {
      std::string pattern = ::testing::TempDir() + "hearth-jail-XXXXXX";
      ASSERT_NE(mkdtemp(pattern.data()), nullptr) << pattern;
      directory_ = pattern;
    }
    std::filesystem::create_directories(directory_ + "/run");
    std::filesystem::create_directories(directory_ + "/runtimes");
    std::filesystem::permissions(directory_ + "/runtimes", std::filesystem::perms(0755));
    std::filesystem::permissions(directory_, std::filesystem::perms(0711));
    std::ofstream(directory_ + "/runtimes/marker") << "runtimes";
    auto started = Launcher::start(
        loop_, {HEARTH_SPAWNER_PATH, mode, directory_ + "/run", directory_ + "/runtimes", pooled, launchTime});
    ASSERT_TRUE(started.ok()) << started.fault().message;
    launcher_ = std::move(*started);
    const Result<void> ready = launcher_->awaitReady();
    ASSERT_TRUE(ready.ok()) << ready.fault().message;
  }

  void TearDown() override {
    launcher_.reset();
    base::removeTree(directory_);
  }

  // Promises that a machine does not allow are skipped by name; everything else must hold.
  bool hasWall(const std::string& name, std::string* why = nullptr) const {
    for (const Wall& wall : launcher_->walls()) {
      if (wall.name != name) continue;
      if (why != nullptr) *why = wall.why;
      return wall.present;
    }
    return false;
  }

  void writeCode(const std::string& name, const std::string& script, int mode = 0755) {
    const std::string root = "/proc/self/fd/" + std::to_string(launcher_->runDirectory()) + "/code/" + name;
    std::filesystem::create_directories(root);
    chmod(root.c_str(), 0755);
    std::ofstream(root + "/bootstrap") << script;
    chmod((root + "/bootstrap").c_str(), static_cast<mode_t>(mode));
  }

  Result<Launched> tryLaunch(LaunchSpec spec) {
    std::optional<Result<Launched>> result;
    boost::asio::co_spawn(
        loop_,
        [&]() -> Task<void> {
          Result<Launched> launched = co_await launcher_->launch(std::move(spec));
          result.emplace(std::move(launched));
        },
        boost::asio::detached);
    loop_.restart();
    while (!result) loop_.run_one();
    return std::move(*result);
  }

  Launched launch(LaunchSpec spec) {
    Result<Launched> result = tryLaunch(std::move(spec));
    EXPECT_TRUE(result.ok()) << result.fault().message;
    return result.ok() ? std::move(*result) : Launched{};
  }

  LaunchSpec specOf(const std::string& code) {
    LaunchSpec spec;
    spec.code = code;
    spec.arguments = {launcher_->paths(code, "").task + "/bootstrap"};
    spec.environment = {"PATH=/usr/bin:/bin", "MARK=of the beast"};
    return spec;
  }

  Outcome finish(const Launched& jail) {
    Outcome outcome;
    outcome.output = drain(jail.output);
    outcome.ended = decodeEnded(drain(jail.status));
    launcher_->release(jail.id);
    return outcome;
  }

  Outcome runScript(const std::string& script) {
    writeCode("code", "#!/bin/sh\n" + script);
    return finish(launch(specOf("code")));
  }

  Outcome runPython(const std::string& program) {
    writeCode("code", "#!/usr/bin/python3 -SE\n" + program);
    return finish(launch(specOf("code")));
  }

  boost::asio::io_context loop_;
  std::string directory_;
  std::unique_ptr<Launcher> launcher_;
};

// The one child of this process.
pid_t spawnerOf() {
  const std::string self = std::to_string(getpid());
  pid_t pid = 0;
  std::ifstream("/proc/" + self + "/task/" + self + "/children") >> pid;
  return pid;
}

#define REQUIRE_WALL(name)                                                                   \
  do {                                                                                       \
    std::string why;                                                                         \
    if (!hasWall(name, &why)) GTEST_SKIP() << "this machine has no " << name << ": " << why; \
  } while (false)

TEST_F(JailTest, EveryWallIsNamedOnce) {
  EXPECT_GE(launcher_->walls().size(), kFacilityCount - 1);
  for (const Wall& wall : launcher_->walls()) {
    EXPECT_EQ(wall.present, wall.why.empty()) << wall.name;
    if (!wall.present) RecordProperty(wall.name, wall.why);
  }
}

// --- starting and ending -----------------------------------------------------------------------------------------

TEST_F(JailTest, RunsTheProgramWithItsEnvironmentAndTellsHowItEnded) {
  const Outcome outcome = runScript("echo \"$MARK\"; echo oops >&2; exit 7\n");
  EXPECT_EQ(outcome.output, "of the beast\noops\n");
  ASSERT_TRUE(outcome.ended.has_value());
  EXPECT_EQ(outcome.ended->kind, Ended::Kind::kExited);
  EXPECT_EQ(outcome.ended->value, 7);
}

TEST_F(JailTest, TellsTheSignalThatEndedTheProgram) {
  const Outcome outcome = runScript("kill -SEGV $$\n");
  ASSERT_TRUE(outcome.ended.has_value());
  EXPECT_EQ(outcome.ended->kind, Ended::Kind::kSignaled);
  EXPECT_EQ(outcome.ended->value, SIGSEGV);
}

TEST_F(JailTest, TellsWhyTheProgramCouldNotStart) {
  writeCode("code", "#!/bin/sh\n", 0644);
  const Outcome outcome = finish(launch(specOf("code")));
  ASSERT_TRUE(outcome.ended.has_value());
  EXPECT_EQ(outcome.ended->kind, Ended::Kind::kNotStarted);
  EXPECT_EQ(outcome.ended->value, EACCES);
}

TEST_F(JailTest, PackageThatIsNotThereIsReported) {
  const Outcome outcome = finish(launch(specOf("missing")));
  ASSERT_TRUE(outcome.ended.has_value());
  EXPECT_EQ(outcome.ended->kind, Ended::Kind::kContainment);
}

TEST_F(JailTest, SpawnerThatHangsIsNotWaitedForAndMayGoOnLater) {
  begin(JailMode::kAuto, 1, std::chrono::milliseconds(50));
  writeCode("code", "#!/bin/sh\nsleep 60\n");
  const pid_t spawner = spawnerOf();
  ASSERT_GT(spawner, 0);
  ASSERT_EQ(kill(spawner, SIGSTOP), 0);
  const Result<Launched> late = tryLaunch(specOf("code"));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.fault().message, "The function's environment was not made in time.");
  // Releases wait for it as well, without holding anybody up.
  for (std::uint64_t id = 1'000'000; id < 1'003'000; ++id) launcher_->release(id);
  ASSERT_EQ(kill(spawner, SIGCONT), 0);
  EXPECT_TRUE(launcher_->alive());
  // The jail that came too late is taken back, and the next one is made.
  while (!tryLaunch(specOf("code")).ok()) ASSERT_TRUE(launcher_->alive());
}

TEST_F(JailTest, DeathOfTheSpawnerIsTold) {
  bool told = false;
  launcher_->onEnd([&] { told = true; });
  EXPECT_TRUE(launcher_->alive());
  ASSERT_EQ(kill(spawnerOf(), SIGKILL), 0);
  loop_.restart();
  while (!told) loop_.run_one();
  EXPECT_FALSE(launcher_->alive());
  EXPECT_FALSE(tryLaunch(specOf("code")).ok());
  launcher_->release(1);
}

TEST_F(JailTest, KillingTheJailEndsEveryProcessOfIt) {
  REQUIRE_WALL("process namespace");
  writeCode("code", "#!/bin/sh\nsetsid sleep 1000 &\nsetsid sleep 1000 &\necho up\nsleep 1000\n");
  Launched jail = launch(specOf("code"));
  EXPECT_EQ(drain(jail.output, 3), "up\n");
  killJail(jail.process);
  // The pipe ends only when the last process that holds it is gone.
  const Outcome outcome = finish(jail);
  EXPECT_EQ(outcome.output, "");
  EXPECT_FALSE(outcome.ended.has_value());
}

TEST_F(JailTest, ChildrenDoNotOutliveTheProgram) {
  REQUIRE_WALL("process namespace");
  const Outcome outcome = runScript("setsid sleep 1000 &\necho bye\n");
  EXPECT_EQ(outcome.output, "bye\n");
}

TEST_F(JailTest, JailsEndWithTheLauncher) {
  writeCode("code", "#!/bin/sh\necho up\nsleep 1000\n");
  Launched jail = launch(specOf("code"));
  EXPECT_EQ(drain(jail.output, 3), "up\n");
  launcher_->stop();
  EXPECT_EQ(drain(jail.output), "");
}

TEST_F(JailTest, LaunchesManyAtOnceBeyondThePool) {
  writeCode("code", "#!/bin/sh\necho hello\n");
  std::vector<Launched> jails;
  for (int at = 0; at < 20; ++at) jails.push_back(launch(specOf("code")));
  for (const Launched& jail : jails) EXPECT_EQ(finish(jail).output, "hello\n");
}

// --- identity and privileges -------------------------------------------------------------------------------------

TEST_F(JailTest, IsNobodyInParticular) {
  if (!hasWall("own user id")) GTEST_SKIP() << "this machine gives functions the server's user id";
  const Outcome outcome = runScript("id -u; id -g\n");
  if (hasWall("user namespace")) {
    EXPECT_EQ(outcome.output, "993\n990\n");
  } else {
    EXPECT_NE(outcome.output, "0\n0\n");
  }
}

TEST_F(JailTest, HasNoCapabilityAndCannotGainOne) {
  const Outcome outcome = runScript("grep -E '^(Cap|NoNewPrivs)' /proc/self/status\n");
  if (!hasWall("private /proc") && hasWall("read-only root")) GTEST_SKIP() << "there is no /proc in this jail";
  const std::string none = "0000000000000000";
  for (const char* set : {"CapInh:\t", "CapPrm:\t", "CapEff:\t", "CapAmb:\t"}) {
    EXPECT_NE(outcome.output.find(set + none), std::string::npos) << outcome.output;
  }
  if (hasWall("user namespace") || hasWall("own user id")) {
    EXPECT_NE(outcome.output.find("CapBnd:\t" + none), std::string::npos) << outcome.output;
  }
  EXPECT_NE(outcome.output.find("NoNewPrivs:\t1"), std::string::npos) << outcome.output;
}

TEST_F(JailTest, InheritsNoDescriptorButTheStandardThree) {
  const Outcome outcome = runPython(R"(
import os
found = []
for fd in range(1024):
    try:
        os.fstat(fd)
        found.append(fd)
    except OSError:
        pass
print(found)
)");
  EXPECT_EQ(outcome.output, "[0, 1, 2]\n");
}

TEST_F(JailTest, SeesNoVariableButItsOwn) {
  setenv("HEARTH_TEST_SECRET", "do not tell", 1);
  const Outcome outcome = runScript("/usr/bin/env\n");
  EXPECT_EQ(outcome.output.find("do not tell"), std::string::npos);
  EXPECT_NE(outcome.output.find("AWS_LAMBDA_RUNTIME_API=127.0.0.1:"), std::string::npos);
  EXPECT_NE(outcome.output.find("AWS_ENDPOINT_URL=http://127.0.0.1:"), std::string::npos);
  const bool resolves = hasWall("network namespace") && hasWall("read-only root");
  EXPECT_EQ(outcome.output.find("HTTPS_PROXY=http://127.0.0.1:") == std::string::npos, resolves);
}

TEST_F(JailTest, AwsNamesAreItsEndpointAndThereAreNoOthers) {
  REQUIRE_WALL("network namespace");
  REQUIRE_WALL("read-only root");
  const Outcome outcome = runPython(R"(
import os, socket
def ask(name):
    try:
        return sorted({entry[4][0] for entry in socket.getaddrinfo(name, 443)})
    except socket.gaierror as error:
        return error.errno == socket.EAI_NONAME
for name in ('s3.eu-central-1.amazonaws.com', 'bucket.s3.amazonaws.com', 'example.org', 'amazonaws.com.example.org'):
    print(ask(name))
socket.create_connection(('sts.amazonaws.com', 443), timeout=10).close()
# Children come and go meanwhile, and are reaped.
for _ in range(20):
    if os.fork() == 0:
        if os.fork() == 0:
            os._exit(0 if ask('ses.amazonaws.com') == ['127.0.0.1'] else 1)
        os._exit(0)
    os.wait()
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as junk:
    for size in range(0, 600, 7):
        junk.sendto(b'\xff' * size, ('127.0.0.1', 53))
print(ask('after.junk.amazonaws.com'))
raise SystemExit(7)
)");
  EXPECT_EQ(outcome.output, "['127.0.0.1']\n['127.0.0.1']\nTrue\nTrue\n['127.0.0.1']\n");
  ASSERT_TRUE(outcome.ended.has_value());
  EXPECT_EQ(outcome.ended->value, 7);
}

TEST_F(JailTest, TheProgramsOwnProxyAndEndpointStay) {
  writeCode("code", "#!/bin/sh\n/usr/bin/env\n");
  LaunchSpec spec = specOf("code");
  spec.environment.insert(spec.environment.end(), {"HTTPS_PROXY=http://own:1", "AWS_ENDPOINT_URL=http://own:2"});
  const Outcome outcome = finish(launch(std::move(spec)));
  EXPECT_NE(outcome.output.find("HTTPS_PROXY=http://own:1\n"), std::string::npos);
  EXPECT_EQ(outcome.output.find("HTTPS_PROXY=http://127"), std::string::npos);
  EXPECT_NE(outcome.output.find("AWS_ENDPOINT_URL=http://own:2\n"), std::string::npos);
  EXPECT_EQ(outcome.output.find("AWS_ENDPOINT_URL=http://127"), std::string::npos);
}

TEST_F(JailTest, TheAuthorityIsThereAlsoInJailsThatWereMadeBefore) {
  const std::string path = launcher_->paths("code", "").authority;
  finish(launch(specOf("code")));  // the pool is filled
  launcher_->setAuthority("-----whom to trust-----");
  const Outcome outcome = runScript("cat " + path + "; (echo forged > " + path + ") 2>/dev/null; cat " + path);
  EXPECT_EQ(outcome.output, "-----whom to trust----------whom to trust-----");
}

// --- files -------------------------------------------------------------------------------------------------------

TEST_F(JailTest, WritesNowhereButToItsOwnTemporaryFolder) {
  REQUIRE_WALL("read-only root");
  const Outcome outcome = runScript(R"(
for folder in / /usr /etc /var /var/task /var/runtime /opt /dev /proc /bin; do
  if touch $folder/x 2>/dev/null; then echo "wrote $folder"; fi
done
touch /tmp/x && echo tmp
)");
  EXPECT_EQ(outcome.output, "tmp\n");
}

TEST_F(JailTest, SeesOnlyWhatItNeeds) {
  REQUIRE_WALL("read-only root");
  std::ofstream(directory_ + "/secret") << "secret";
  const Outcome outcome = runScript("ls -a / | tr '\\n' ' '; ls /home /root /data /sys /run " + directory_ +
                                    " 2>/dev/null; ls /.shelf; cat /var/runtime/marker\n");
  EXPECT_EQ(outcome.output.find("secret"), std::string::npos);
  for (const char* hidden : {"home", "root", "sys", "run ", "boot", "srv", "mnt"}) {
    EXPECT_EQ(outcome.output.find(std::string(" ") + hidden), std::string::npos) << outcome.output;
  }
  EXPECT_NE(outcome.output.find("runtimes"), std::string::npos) << outcome.output;
}

TEST_F(JailTest, TemporaryFolderIsPrivateBoundedAndNew) {
  REQUIRE_WALL("read-only root");
  writeCode("code", "#!/bin/sh\nls /tmp\nhead -c 3000000 /dev/zero > /tmp/big 2>/dev/null || echo full\n");
  LaunchSpec spec = specOf("code");
  spec.temporaryMiB = 2;
  EXPECT_EQ(finish(launch(spec)).output, "full\n");
  EXPECT_EQ(finish(launch(spec)).output, "full\n");
}

TEST_F(JailTest, LayersAreMountedReadOnly) {
  REQUIRE_WALL("read-only root");
  writeCode("layer", "#!/bin/sh\necho from the layer\n");
  writeCode("code", "#!/bin/sh\n/opt/bootstrap\ntouch /opt/x 2>/dev/null && echo wrote\n");
  LaunchSpec spec = specOf("code");
  spec.layers = "layer";
  EXPECT_EQ(finish(launch(spec)).output, "from the layer\n");
}

TEST_F(JailTest, FileRulesHideWhatModesWouldShow) {
  if (!hasWall("file rules")) GTEST_SKIP() << "there is a read-only root, or no Landlock";
  EXPECT_EQ(runScript("ls / /var /home 2>/dev/null\n").output, "");
}

// --- processes and network ---------------------------------------------------------------------------------------

TEST_F(JailTest, SeesNoProcessButItsOwn) {
  REQUIRE_WALL("process namespace");
  REQUIRE_WALL("private /proc");
  const Outcome outcome = runPython(R"(
import os, signal
print(sorted(int(name) for name in os.listdir('/proc') if name.isdigit()), os.getpid())
os.kill(1, signal.SIGKILL)
try:
    os.readlink('/proc/1/fd/0')
except OSError as error:
    print(error.strerror)
)");
  EXPECT_EQ(outcome.output, "[1, 2] 2\nPermission denied\n");
}

TEST_F(JailTest, ReachesNothingButItsTwoDoors) {
  REQUIRE_WALL("network namespace");
  base::Fd host = listenOnLoopback(0);
  const int port = boundPort(host.get());
  const Outcome outcome = runPython(R"(
import socket
def attempt(host, port):
    s = socket.socket()
    s.settimeout(1)
    try:
        s.connect((host, port))
        return 'connected'
    except OSError as error:
        return error.strerror or 'timeout'
print(attempt('127.0.0.1', 9001))
print(attempt('127.0.0.1', 443))
print(attempt('127.0.0.1', )" + std::to_string(port) +
                                    R"())
print(attempt('192.0.2.1', 80))
try:
    socket.getaddrinfo('example.com', 80)
except OSError:
    print('no names')
)");
  EXPECT_EQ(outcome.output, "connected\nconnected\nConnection refused\nNetwork is unreachable\nno names\n");
}

TEST_F(JailTest, TheServerAcceptsFromInside) {
  writeCode("code",
            "#!/usr/bin/python3 -SE\nimport os, socket\n"
            "host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')\n"
            "s = socket.create_connection((host, int(port)))\ns.sendall(b'ping')\nprint(s.recv(4).decode())\n");
  Launched jail = launch(specOf("code"));
  pollfd waiting{jail.runtimeApi.get(), POLLIN, 0};
  ASSERT_EQ(poll(&waiting, 1, 10'000), 1);
  const base::Fd peer(accept4(jail.runtimeApi.get(), nullptr, nullptr, SOCK_CLOEXEC));
  std::array<char, 4> bytes{};
  ASSERT_EQ(recv(peer.get(), bytes.data(), bytes.size(), MSG_WAITALL), 4);
  ASSERT_EQ(send(peer.get(), "pong", 4, MSG_NOSIGNAL), 4);
  EXPECT_EQ(finish(jail).output, "pong\n");
}

// --- system calls ------------------------------------------------------------------------------------------------

TEST_F(JailTest, DangerousSystemCallsAreRefused) {
  REQUIRE_WALL("system call filter");
  const Outcome outcome = runPython(R"(
import ctypes, errno, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(name, number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(number, *arguments)
    print(name, result if result >= 0 else errno.errorcode[ctypes.get_errno()])
call('unshare', 272, 0x10000000)
call('clone newuser', 56, 0x10000000 | 17, 0, 0, 0, 0)
call('clone3', 435, 0, 0)
call('mount', 165, 0, 0, 0, 0, 0)
call('ptrace', 101, 0, 0, 0, 0)
call('bpf', 321, 0, 0, 0)
call('io_uring_setup', 425, 1, 0)
call('keyctl', 250, 0, 0, 0, 0, 0)
call('newer than the list', 470, 0)
call('x32 getpid', 0x40000000 + 39)
for family in (socket.AF_PACKET, socket.AF_VSOCK, 38):
    try:
        socket.socket(family, socket.SOCK_STREAM)
        print('made a socket of family', family)
    except OSError as error:
        print('family', int(family), errno.errorcode[error.errno])
try:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9)
except OSError as error:
    print('netlink audit', errno.errorcode[error.errno])
socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
socket.socketpair()
import threading
t = threading.Thread(target=lambda: print('threads work'))
t.start()
t.join()
)");
#if defined(__x86_64__)
  EXPECT_EQ(outcome.output,
            "unshare EPERM\nclone newuser EPERM\nclone3 ENOSYS\nmount EPERM\nptrace EPERM\nbpf EPERM\n"
            "io_uring_setup ENOSYS\nkeyctl EPERM\nnewer than the list ENOSYS\nx32 getpid ENOSYS\n"
            "family 17 EAFNOSUPPORT\nfamily 40 EAFNOSUPPORT\nfamily 38 EAFNOSUPPORT\nnetlink audit EAFNOSUPPORT\n"
            "threads work\n");
#endif
}

// --- limits ------------------------------------------------------------------------------------------------------

TEST_F(JailTest, MemoryBeyondTheLimitKillsAndIsTold) {
  REQUIRE_WALL("memory limit");
  writeCode("code",
            "#!/usr/bin/python3 -SE\nprint('start', flush=True)\nx = bytearray(200 << 20)\nprint('survived')\n");
  Launched jail = launch(specOf("code"));
  const std::string output = drain(jail.output);
  const auto ended = decodeEnded(drain(jail.status));
  EXPECT_EQ(output, "start\n");
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->kind, Ended::Kind::kSignaled);
  EXPECT_EQ(ended->value, SIGKILL);
  EXPECT_NE(drain(jail.memoryEvents).find("oom_kill 1"), std::string::npos);
  EXPECT_GT(std::stoll(drain(jail.memoryPeak)), 100LL << 20);
  launcher_->release(jail.id);
}

TEST_F(JailTest, ProcessesAreBounded) {
  if (!hasWall("process limit")) GTEST_SKIP() << "this machine cannot count processes";
  writeCode("code", R"(#!/usr/bin/python3 -SE
import os, time
count = 0
try:
    while count < 5000:
        if os.fork() == 0:
            time.sleep(100)
            os._exit(0)
        count += 1
except OSError as error:
    print('stopped', 500 < count <= 1024)
)");
  LaunchSpec spec = specOf("code");
  spec.memoryMiB = 3008;
  EXPECT_EQ(finish(launch(spec)).output, "stopped True\n");
}

TEST_F(JailTest, DescriptorsAndCoreFilesAreBounded) {
  const Outcome outcome = runScript("ulimit -n; ulimit -c\n");
  EXPECT_EQ(outcome.output, "1024\n0\n");
}

// --- modes -------------------------------------------------------------------------------------------------------

TEST_F(JailTest, WithoutWallsFunctionsStillRunAndEveryWallIsMissed) {
  begin(JailMode::kOff, 0);
  EXPECT_FALSE(hasWall("network namespace"));
  writeCode("code", "#!/bin/sh\necho \"$TMPDIR\"; pwd; touch \"$TMPDIR/x\" && echo wrote\n");
  const std::string task = launcher_->paths("code", "").task;
  const Outcome outcome = finish(launch(specOf("code")));
  EXPECT_NE(outcome.output.find("wrote"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find(task), std::string::npos) << outcome.output;
}

TEST_F(JailTest, StrictRefusesExactlyWhenAWallIsMissing) {
  bool complete = true;
  for (const Wall& wall : launcher_->walls()) complete &= wall.present;
  launcher_.reset();
  auto started = Launcher::start(
      loop_, {HEARTH_SPAWNER_PATH, JailMode::kStrict, directory_ + "/run", directory_ + "/runtimes", 0});
  ASSERT_TRUE(started.ok());
  const Result<void> ready = (*started)->awaitReady();
  EXPECT_EQ(ready.ok(), complete);
  if (!ready.ok()) {
    EXPECT_NE(ready.fault().message.find("missing"), std::string::npos);
  }
}

}  // namespace
}  // namespace hearth::sandbox
