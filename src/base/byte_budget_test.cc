#include "base/byte_budget.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/byte_stream.h"

namespace hearth::base {
namespace {

TEST(ByteBudget, WhatARequestHeldComesBackOnce) {
  ByteBudget budget(10);
  {
    ByteBudget::Share one(budget);
    EXPECT_TRUE(one.take(7));
    ByteBudget::Share other(budget);
    EXPECT_FALSE(other.take(4));
    EXPECT_TRUE(other.take(3));
    const ByteBudget::Share moved(std::move(one));
    EXPECT_EQ(budget.left(), 0u);
  }
  EXPECT_EQ(budget.left(), 10u);
}

TEST(ByteBudget, ABodyThatDoesNotFitIsRefusedForNow) {
  boost::asio::io_context loop;
  ByteBudget budget(1000);
  std::optional<Result<std::string>> small;
  std::optional<Result<std::string>> large;
  auto read = [&](std::size_t size, std::optional<Result<std::string>>& into) -> Task<void> {
    ByteBudget::Share share(budget);
    StringStream stream(std::string(size, 'x'));
    Fault tooLarge("TooLarge", "", 413);
    into = co_await readAll(stream, 1 << 20, std::move(tooLarge), share);
  };
  boost::asio::co_spawn(loop, read(1000, small), [](const std::exception_ptr&) {});
  boost::asio::co_spawn(loop, read(1001, large), [](const std::exception_ptr&) {});
  loop.run();
  ASSERT_TRUE(small && large);
  EXPECT_TRUE(small->ok());
  ASSERT_FALSE(large->ok());
  EXPECT_EQ(large->fault().status, 503);
  EXPECT_EQ(budget.left(), 1000u);
}

}  // namespace
}  // namespace hearth::base
