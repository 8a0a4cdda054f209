#include "homework/client/trainer/demo/demo_server.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

#include "homework/client/common/files.h"
#include "homework/client/common/terminal.h"
#include "homework/client/trainer/cloud_access.h"

namespace hearth::homework::client {
namespace {

constexpr std::chrono::seconds kStart{30};
constexpr std::chrono::milliseconds kLook{20};

[[noreturn]] void fail(const char* what, int error) {
  throw std::system_error(error, std::generic_category(), what);
}

// The files that a program is started with. Closed here when the program has its own.
struct Streams {
  int out = -1;
  int err = -1;
};

// This process's environment with `more` in place of what has the same name.
std::vector<std::string> environmentWith(const std::map<std::string, std::string>& more) {
  std::vector<std::string> lines;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string line = *entry;
    if (!more.contains(line.substr(0, line.find('=')))) lines.push_back(line);
  }
  for (const auto& [name, value] : more) lines.push_back(name + "=" + value);
  return lines;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (std::string& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// Signals as any program expects them: this process blocks some. In a process group of its own, which a Ctrl-C in
// the terminal does not reach.
pid_t spawn(const std::filesystem::path& program, const std::vector<std::string>& arguments,
            const std::filesystem::path& folder, const std::map<std::string, std::string>& more, Streams streams) {
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environmentWith(more);
  const std::vector<char*> argv = pointers(words);
  const std::vector<char*> envp = pointers(variables);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, streams.out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, streams.err, STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, program.c_str(), &actions, &attributes, argv.data(), envp.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail(program.c_str(), error);
  return pid;
}

struct Pipe {
  int ends[2] = {-1, -1};

  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe", errno);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(0);
    close(1);
  }
  void close(int end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
};

int waitFor(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return 127;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void readBoth(Pipe& out, Pipe& err, ProgramResult& result) {
  pollfd files[2] = {{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}};
  std::string* texts[2] = {&result.output, &result.errors};
  while (files[0].fd >= 0 || files[1].fd >= 0) {
    if (::poll(files, 2, -1) < 0 && errno != EINTR) fail("poll", errno);
    for (int i = 0; i < 2; ++i) {
      if (files[i].fd < 0 || files[i].revents == 0) continue;
      char buffer[8192];
      const ssize_t got = ::read(files[i].fd, buffer, sizeof buffer);
      if (got > 0) texts[i]->append(buffer, static_cast<std::size_t>(got));
      if (got == 0 || (got < 0 && errno != EINTR)) files[i].fd = -1;
    }
  }
}

}  // namespace

ProgramResult runProgram(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                         const std::filesystem::path& folder, const std::map<std::string, std::string>& more) {
  Pipe out;
  Pipe err;
  ProgramResult result;
  const pid_t pid = spawn(program, arguments, folder, more, {out.ends[1], err.ends[1]});
  out.close(1);
  err.close(1);
  readBoth(out, err, result);
  result.status = waitFor(pid);
  return result;
}

DemoServer::DemoServer(std::filesystem::path program, std::filesystem::path folder)
    : program_(std::move(program)), folder_(std::move(folder)) {}

DemoServer::~DemoServer() { stop(); }

Status DemoServer::start(const std::string& clock) {
  const std::filesystem::path log = folder_ / "server.log";
  const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) fail(log.c_str(), errno);
  const std::string listen = address_.empty() ? "127.0.0.1:0" : address_;
  pid_ = spawn(program_, {"serve", "--data", data().string(), "--listen", listen, "--clock", clock}, folder_, {},
               {fd, fd});
  ::close(fd);
  return waitUntilReady();
}

Status DemoServer::waitUntilReady() {
  constexpr std::string_view kReady = "hearth listens on http://";
  const auto end = std::chrono::steady_clock::now() + kStart;
  std::string log;
  while (std::chrono::steady_clock::now() < end && !interrupted()) {
    log = findFile(folder_ / "server.log").value_or("");
    const std::size_t at = log.find(kReady);
    const std::size_t comma = at == std::string::npos ? at : log.find(',', at);
    if (comma != std::string::npos) {
      address_ = log.substr(at + kReady.size(), comma - at - kReady.size());
      return Done{};
    }
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = 0;
      break;
    }
    std::this_thread::sleep_for(kLook);
  }
  stop();
  if (interrupted()) return Failure{Exit::kInterrupted, "", ""};
  return Failure{
      Exit::kInternal,
      "The server of the demo did not start: " + log.substr(log.size() - std::min<std::size_t>(log.size(), 600)),
      "Its log: " + (folder_ / "server.log").string()};
}

void DemoServer::stop() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  waitFor(pid_);
  pid_ = 0;
}

std::map<std::string, std::string> DemoServer::environment() const {
  const ProgramResult said = runProgram(program_, {"env", "--data", data().string()}, folder_, {});
  return parseExports(said.output);
}

}  // namespace hearth::homework::client
