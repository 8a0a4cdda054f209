#include "homework/client/common/terminal.h"

#include <langinfo.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace hearth::homework::client {
namespace {

// A signal handler can reach nothing but a global.
volatile std::sig_atomic_t interruptArrived = 0;

void onSignal(int) { interruptArrived = 1; }

constexpr int kTaken[] = {SIGINT, SIGTERM, SIGHUP};

// Blocks the taken signals; they arrive only inside ppoll, or are found pending by interrupted().
void takeOverSignals() {
  struct sigaction action = {};
  action.sa_handler = onSignal;
  sigset_t taken;
  sigemptyset(&taken);
  for (const int number : kTaken) {
    sigaddset(&taken, number);
    ::sigaction(number, &action, nullptr);
  }
  ::sigprocmask(SIG_BLOCK, &taken, nullptr);
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, nullptr);
}

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool wantsColour(ColourMode mode) {
  if (mode == ColourMode::kAlways) return true;
  if (mode == ColourMode::kNever || !environment("NO_COLOR").empty()) return false;
  return ::isatty(STDOUT_FILENO) == 1 && environment("TERM") != "dumb" && !environment("TERM").empty();
}

// Waits until standard input is readable or `timeout` is over (null: for ever). False when a signal came.
bool waitForInput(const timespec* timeout, bool watchInput) {
  sigset_t open;
  ::sigprocmask(SIG_BLOCK, nullptr, &open);
  for (const int number : kTaken) sigdelset(&open, number);
  pollfd input = {STDIN_FILENO, POLLIN, 0};
  while (interruptArrived == 0) {
    const int ready = ::ppoll(&input, watchInput ? 1 : 0, timeout, &open);
    if (ready >= 0) return interruptArrived == 0;
    if (errno != EINTR) return true;
  }
  return false;
}

void writeAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return;  // nobody is left to read it
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

// Switches the terminal's echo off as long as it lives.
class EchoOff final {
 public:
  EchoOff() : active_(::tcgetattr(STDIN_FILENO, &saved_) == 0) {
    termios silent = saved_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (active_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  ~EchoOff() {
    if (active_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &saved_);
  }

 private:
  termios saved_ = {};
  bool active_;
};

constexpr std::size_t kLongestLine = 1 << 16;

}  // namespace

std::string_view Style::separator() const {
  if (accessible) return ", ";
  return charset == Charset::kUtf8 ? " · " : " | ";
}

std::string Style::tell(Text key, std::initializer_list<TextArgument> arguments) const {
  const std::string told = text(lang, key, arguments);
  return charset == Charset::kAscii ? asciiText(told) : told;
}

std::string Style::range(std::string_view first, std::string_view last) const {
  if (accessible) return tell(Text::kTermRange, {{"first", first}, {"last", last}});
  return std::string(first) + std::string(dash()) + std::string(last);
}

std::string_view Style::dash() const {
  if (accessible) return "";
  return charset == Charset::kUtf8 ? "–" : "-";
}

std::string Style::painted(Ink ink, std::string_view text) const {
  return colour && !text.empty() ? paintedText(ink, text) : std::string(text);
}

void Dialogue::sayWrapped(std::string_view text, std::string_view indent) {
  for (const std::string& line : wrapped(text, style().width, indent)) say(line);
}

Reply Dialogue::askWrapped(std::string_view prompt) {
  std::vector<std::string> lines = wrapped(prompt, style().width);
  if (lines.empty()) return ask("");
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) say(lines[i]);
  return ask(lines.back() + " ");
}

Terminal::Terminal(TerminalOptions options) {
  takeOverSignals();
  style_.charset = localeCharset();
  const std::size_t width = screenWidth(STDOUT_FILENO);
  // Longer lines are hard to read, shorter ones cannot hold a prompt.
  style_.width = std::clamp<std::size_t>(width, 30, 100);
  style_.screen = std::clamp<std::size_t>(width, 30, 240);
  style_.colour = wantsColour(options.colour);
  style_.accessible = !environment("ACCESSIBLE").empty() && environment("ACCESSIBLE") != "0";
  interactive_ = !options.noInput && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

void Terminal::write(int descriptor, std::string_view text) const {
  writeAll(descriptor, printable(text, style_.colour ? Paint::kKept : Paint::kDropped));
}

void Terminal::say(std::string_view text) { write(STDOUT_FILENO, std::string(text) + "\n"); }

std::vector<std::string> Terminal::fittingLines(std::string_view line) const {
  if (!interactive_ || columns(line) <= style_.screen) return {std::string(line)};
  const std::size_t text = std::min(line.find_first_not_of(' '), line.size());
  std::vector<std::string> lines = wrapped(line.substr(text), style_.screen, std::string(text + 4, ' '));
  if (!lines.empty()) lines.front().erase(0, 4);
  return lines;
}

void Terminal::sayFitting(std::string_view line) {
  for (const std::string& part : fittingLines(line)) say(part);
}

void Terminal::noteFitting(std::string_view line) {
  for (const std::string& part : fittingLines(line)) note(part);
}

void Terminal::send(std::string_view data) {
  if (::isatty(STDOUT_FILENO) == 1) return write(STDOUT_FILENO, data);
  writeAll(STDOUT_FILENO, data);
}

void Terminal::note(std::string_view text) {
  for (const std::string& line : wrapped(text, style_.width)) write(STDERR_FILENO, line + "\n");
}

void Terminal::mutter(std::string_view text) { write(STDERR_FILENO, text); }

bool Terminal::pause(std::chrono::milliseconds time) {
  const timespec timeout = {time.count() / 1000, (time.count() % 1000) * 1'000'000};
  return waitForInput(&timeout, false);
}

Reply Terminal::read(std::string_view prompt, Echo echo) {
  Reply reply;
  if (echo == Echo::kOff) {
    const EchoOff silent;  // before the prompt: who sees it may type at once
    write(STDOUT_FILENO, prompt);
    reply = readLine();
    writeAll(STDOUT_FILENO, "\n");
  } else {
    write(STDOUT_FILENO, prompt);
    reply = readLine();
    if (reply.kind != ReplyKind::kLine) writeAll(STDOUT_FILENO, "\n");
  }
  return reply;
}

Reply Terminal::readLine() {
  for (;;) {
    if (const std::size_t end = pending_.find('\n'); end != std::string::npos) {
      Reply reply{ReplyKind::kLine, std::string(trimmed(std::string_view(pending_).substr(0, end)))};
      pending_.erase(0, end + 1);
      return reply;
    }
    if (pending_.size() > kLongestLine) pending_.clear();
    if (!waitForInput(nullptr, true)) return {ReplyKind::kInterrupted, {}};
    char buffer[4096];
    const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {ReplyKind::kEnd, {}};
    pending_.append(buffer, static_cast<std::size_t>(got));
  }
}

std::size_t screenWidth(int fd) {
  winsize size = {};
  std::size_t width = 0;
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0) width = size.ws_col;
  if (width == 0) width = std::strtoul(std::string(environment("COLUMNS")).c_str(), nullptr, 10);
  return width == 0 ? 80 : width;
}

Charset localeCharset() {
  std::setlocale(LC_CTYPE, "");
  const std::string_view name = ::nl_langinfo(CODESET);
  return name == "UTF-8" || name == "utf8" ? Charset::kUtf8 : Charset::kAscii;
}

bool interrupted() {
  if (interruptArrived != 0) return true;
  sigset_t waiting;
  if (::sigpending(&waiting) != 0) return false;
  return std::any_of(std::begin(kTaken), std::end(kTaken),
                     [&](int number) { return sigismember(&waiting, number) == 1; });
}

}  // namespace hearth::homework::client
