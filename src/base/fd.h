// Owning file descriptors, and the system calls that the code shares. Every descriptor is close-on-exec.
#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace hearth::base {

// Owns one descriptor; -1 when empty. Neither copies nor leaks.
class Fd final {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

// Throws std::system_error with errno and "step path". For environment failures, not for expected ones.
[[noreturn]] void throwErrno(std::string_view step, std::string_view path = {});

}  // namespace hearth::base
