#include "base/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace hearth::base {
namespace {

bool isOpen(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(Fd, ClosesWhatItOwns) {
  int number = -1;
  {
    Fd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(fd);
    number = fd.get();
    Fd moved(std::move(fd));
    EXPECT_FALSE(fd);
    EXPECT_TRUE(isOpen(number));
    Fd assigned;
    assigned = std::move(moved);
    EXPECT_EQ(assigned.get(), number);
  }
  EXPECT_FALSE(isOpen(number));
}

TEST(Fd, ReleaseAndReset) {
  Fd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int number = fd.release();
  EXPECT_FALSE(fd);
  EXPECT_TRUE(isOpen(number));
  fd.reset(number);
  fd.reset();
  EXPECT_FALSE(isOpen(number));
}

TEST(ThrowErrno, SaysStepPathAndReason) {
  try {
    errno = ENOENT;
    throwErrno("open", "/nowhere");
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), ENOENT);
    EXPECT_STREQ(error.what(), "open /nowhere: No such file or directory");
    return;
  }
  FAIL();
}

}  // namespace
}  // namespace hearth::base
