#include "base/executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <stdexcept>

#include "base/result.h"

namespace hearth::base {
namespace {

// Runs one coroutine on a loop of its own until it ends, and rethrows what it throws.
template <class F>
void runLoop(boost::asio::io_context& loop, F coroutine) {
  std::exception_ptr failure;
  boost::asio::co_spawn(loop, std::move(coroutine), [&](std::exception_ptr error) { failure = error; });
  loop.run();
  if (failure) std::rethrow_exception(failure);
}

TEST(ThreadPool, StopFinishesWhatWasQueued) {
  std::atomic<int> done = 0;
  ThreadPool pool(3);
  for (int i = 0; i < 1000; ++i) pool.post([&] { ++done; });
  pool.stop();
  EXPECT_EQ(done, 1000);
  pool.post([&] { ++done; });
  pool.stop();
  EXPECT_EQ(done, 1000);
}

TEST(ThreadPool, OneThreadKeepsTheOrder) {
  std::vector<int> order;
  {
    ThreadPool pool(1);
    for (int i = 0; i < 100; ++i) pool.post([&order, i] { order.push_back(i); });
  }
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(ThreadPool, SurvivesWorkThatThrows) {
  std::atomic<bool> ran = false;
  ThreadPool pool(1);
  pool.post([] { throw std::runtime_error("expected by this test"); });
  pool.post([&] { ran = true; });
  pool.stop();
  EXPECT_TRUE(ran);
}

TEST(RunOn, ContinuesOnTheLoopWithAMoveOnlyResult) {
  boost::asio::io_context loop;
  ThreadPool pool(2);
  int seen = 0;
  runLoop(loop, [&]() -> Task<void> {
    const auto loopThread = std::this_thread::get_id();
    std::thread::id workThread;
    auto number = std::make_unique<int>(41);
    auto work = [&workThread, number = std::move(number)]() -> Result<std::unique_ptr<int>> {
      workThread = std::this_thread::get_id();
      return std::make_unique<int>(*number + 1);
    };
    auto result = co_await runOn(pool, std::move(work));
    EXPECT_TRUE(result.ok());
    seen = **result;
    EXPECT_NE(workThread, loopThread);
    EXPECT_EQ(std::this_thread::get_id(), loopThread);
  });
  EXPECT_EQ(seen, 42);
}

TEST(RunOn, CarriesFaultsVoidAndExceptions) {
  boost::asio::io_context loop;
  ThreadPool pool(1);
  bool ran = false;
  bool caught = false;
  std::string code;
  runLoop(loop, [&]() -> Task<void> {
    auto failing = []() -> Result<std::unique_ptr<int>> { return Fault("Nope", "no"); };
    auto result = co_await runOn(pool, failing);
    code = result.fault().code;
    auto nothing = [&ran] { ran = true; };
    co_await runOn(pool, nothing);
    auto throwing = []() -> int { throw std::runtime_error("broken"); };
    try {
      co_await runOn(pool, throwing);
    } catch (const std::runtime_error& error) {
      caught = error.what() == std::string_view("broken");
    }
  });
  EXPECT_EQ(code, "Nope");
  EXPECT_TRUE(ran);
  EXPECT_TRUE(caught);
}

TEST(RunOn, ManyCoroutinesAtOnce) {
  boost::asio::io_context loop;
  ThreadPool pool(4);
  int finished = 0;  // Touched by the loop alone.
  for (int i = 0; i < 200; ++i) {
    boost::asio::co_spawn(
        loop,
        [&pool, &finished, i]() -> Task<void> {
          for (int round = 0; round < 10; ++round) {
            auto work = [i, round] { return std::make_unique<int>(i * round); };
            auto product = co_await runOn(pool, work);
            EXPECT_EQ(*product, i * round);
          }
          ++finished;
        },
        boost::asio::detached);
  }
  loop.run();
  EXPECT_EQ(finished, 200);
}

TEST(AwaitCallback, MayBeAnsweredAtOnceOrLater) {
  boost::asio::io_context loop;
  std::vector<int> order;
  std::promise<std::function<void(Result<std::unique_ptr<int>>)>> handedOut;
  std::thread answering([&] {
    auto done = handedOut.get_future().get();
    done(std::make_unique<int>(2));
  });
  runLoop(loop, [&]() -> Task<void> {
    auto atOnce = [&order](std::function<void(int)> done) {
      done(1);
      order.push_back(0);  // Continuing waits until this returned.
    };
    order.push_back(co_await awaitCallback<int>(atOnce));
    auto later = [&handedOut](std::function<void(Result<std::unique_ptr<int>>)> done) {
      handedOut.set_value(std::move(done));
    };
    auto result = co_await awaitCallback<Result<std::unique_ptr<int>>>(later);
    order.push_back(**result);
  });
  answering.join();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

TEST(AwaitCallback, ADroppedCallbackUnwindsTheCoroutine) {
  boost::asio::io_context loop;
  auto alive = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = alive;
  bool continued = false;
  boost::asio::co_spawn(
      loop,
      [&continued, held = std::move(alive)]() -> Task<void> {
        auto drop = [](std::function<void(int)>) {};
        co_await awaitCallback<int>(drop);
        continued = true;
      },
      boost::asio::detached);
  loop.run();
  EXPECT_FALSE(continued);
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace hearth::base
