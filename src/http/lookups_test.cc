#include "http/lookups.h"

#include <gtest/gtest.h>

#include <future>

namespace hearth::http {
namespace {

// A resolver whose slow names wait until they are let go.
struct World {
  World()
      : lookups(
            loop,
            [slow = go.get_future().share()](const std::string& host) -> Result<Addresses> {
              if (host.starts_with("slow")) slow.wait();
              if (host == "none") return Fault("UnknownHost", host, 502);
              return Addresses{boost::asio::ip::make_address("192.0.2.1")};
            },
            8) {}
  ~World() { letGo(); }

  void letGo() {
    if (!gone) go.set_value();
    gone = true;
  }
  std::uint64_t start(const std::string& owner, const std::string& host) {
    return lookups.start(owner, host, [this, host](Result<Addresses> found) {
      ends.push_back(host + (found.ok() ? "" : " " + found.fault().code));
    });
  }
  void waitFor(std::size_t count) {
    while (ends.size() < count) loop.run_one();
  }

  boost::asio::io_context loop;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{loop.get_executor()};
  std::promise<void> go;
  bool gone = false;
  std::vector<std::string> ends;
  Lookups lookups;
};

TEST(Lookups, SlowNamesOfOneHoldUpNobodyElse) {
  World world;
  for (int i = 0; i < 20; ++i) world.start("greedy", "slow" + std::to_string(i));
  world.start("greedy", "waits");
  world.start("other", "a");
  world.waitFor(1);
  world.start("other", "none");
  world.waitFor(2);
  EXPECT_EQ(world.ends, (std::vector<std::string>{"a", "none UnknownHost"}));
  world.letGo();
  world.waitFor(23);
}

TEST(Lookups, WhatIsForgottenIsNotTold) {
  World world;
  std::vector<std::uint64_t> slow;
  for (int i = 0; i < 20; ++i) slow.push_back(world.start("greedy", "slow" + std::to_string(i)));
  for (const std::uint64_t lookup : slow) world.lookups.forget(lookup);
  world.lookups.forget(12345);
  world.letGo();
  world.start("greedy", "b");
  world.waitFor(1);
  EXPECT_EQ(world.ends, std::vector<std::string>{"b"});
}

TEST(Lookups, SystemsResolver) {
  const auto own = resolveBySystem("localhost");
  ASSERT_TRUE(own.ok());
  ASSERT_FALSE(own->empty());
  EXPECT_TRUE(own->front().is_loopback());
  EXPECT_EQ(resolveBySystem("127.1").value().front().to_string(), "127.0.0.1");
  EXPECT_EQ(resolveBySystem("a..b").fault().code, "UnknownHost");
}

}  // namespace
}  // namespace hearth::http
