#include "base/fd.h"

#include <unistd.h>

#include <cerrno>

namespace hearth::base {

void Fd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);  // After EINTR the descriptor is gone all the same on Linux.
  fd_ = fd;
}

void throwErrno(std::string_view step, std::string_view path) {
  const int error = errno;
  std::string what(step);
  if (!path.empty()) what.append(" ").append(path);
  throw std::system_error(error, std::generic_category(), what);
}

}  // namespace hearth::base
