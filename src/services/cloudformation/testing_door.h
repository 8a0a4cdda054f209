// For tests of what takes answers: an engine on a database, and answers that come as the server hands them on.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "ports/answer_receiver.h"
#include "stacks/engine.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::services::cloudformation {

class DoorTest : public ::testing::Test {
 protected:
  explicit DoorTest(const std::vector<store::Migration>& migrations) {
    std::string name = testing::TempDir() + "hearth-door-XXXXXX";
    if (!::mkdtemp(name.data())) throw std::runtime_error("no folder for the test");
    folder_ = name;
    keyring_ = *store::Keyring::open(folder_, random_);
    database_ = std::make_unique<store::Database>(folder_ + "/hearth.db");
    auto steps = stacks::Engine::migrations();
    steps.insert(steps.end(), migrations.begin(), migrations.end());
    database_->migrate(steps);
    engine_ = std::make_unique<stacks::Engine>(*database_, *keyring_, clock_, random_);
  }
  ~DoorTest() override {
    database_->stop();
    std::filesystem::remove_all(folder_);
  }

  static Result<void> receive(ports::AnswerReceiver& receiver, const ports::Answer& answer) {
    boost::asio::io_context loop;
    auto received = boost::asio::co_spawn(loop, receiver.receive(answer), boost::asio::use_future);
    auto guard = boost::asio::make_work_guard(loop);
    while (received.wait_for(std::chrono::seconds(0)) != std::future_status::ready) loop.run_one();
    return received.get();
  }
  // The same answer with another token is refused while the writer is busy: it does not wait for it.
  void expectForgedIsRefusedAtOnce(ports::AnswerReceiver& receiver, const ports::Answer& good) {
    ports::Answer forged = good;
    forged.token.back() = forged.token.back() == '0' ? '1' : '0';
    std::promise<void> entered;
    std::promise<void> leave;
    std::thread writing([&] {
      const auto written = database_->writeAndWait([&]() -> Result<void> {
        entered.set_value();
        leave.get_future().wait();
        return {};
      });
      EXPECT_TRUE(written.ok());
    });
    entered.get_future().wait();
    auto refused = std::async(std::launch::async, [&] { return receive(receiver, forged); });
    EXPECT_EQ(refused.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    leave.set_value();
    writing.join();
    EXPECT_EQ(refused.get().fault().status, 403);
  }

  std::string folder_;
  base::ManualClock clock_{base::fromMillis(1'700'000'000'000)};
  base::SystemRandom random_;
  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<stacks::Engine> engine_;
};

}  // namespace hearth::services::cloudformation
