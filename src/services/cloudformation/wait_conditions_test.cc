// Handles and what comes to them, over a real database.
#include "services/cloudformation/wait_conditions.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <thread>

#include "store/damaged_record.h"

namespace hearth::services::cloudformation {
namespace {

class WaitConditionsTest : public ::testing::Test {
 protected:
  WaitConditionsTest() {
    std::string name = testing::TempDir() + "wait-conditions-XXXXXX";
    if (!::mkdtemp(name.data())) throw std::runtime_error("no folder for the test");
    folder_ = name;
    keyring_ = *store::Keyring::open(folder_, random_);
    database_ = std::make_unique<store::Database>(folder_ + "/hearth.db");
    auto steps = stacks::Engine::migrations();
    for (auto& step : WaitConditions::migrations()) steps.push_back(step);
    database_->migrate(steps);
    engine_ = std::make_unique<stacks::Engine>(*database_, *keyring_, clock_, random_);
    conditions_ = std::make_unique<WaitConditions>(*database_, *keyring_, *engine_, clock_, random_);
    request_.region = "eu-central-1";
    request_.stackId = "arn:aws:cloudformation:eu-central-1:123456789012:stack/demo/1234";
    request_.logicalId = "Handle";
    write([&] { url_ = conditions_->openHandle(request_); });
    const auto address = findHandle(url_);
    good_.subject = address->subject;
    good_.token = address->token;
    good_.body = R"({"Status": "SUCCESS", "Reason": "r", "UniqueId": "1", "Data": "d"})";
  }
  ~WaitConditionsTest() override {
    database_->stop();
    std::filesystem::remove_all(folder_);
  }

  void write(const std::function<void()>& work) {
    const auto written = database_->writeAndWait([&]() -> Result<void> {
      work();
      return {};
    });
    EXPECT_TRUE(written.ok());
  }
  Result<void> receive(const ports::Answer& answer) {
    boost::asio::io_context loop;
    auto received = boost::asio::co_spawn(loop, conditions_->receive(answer), boost::asio::use_future);
    auto guard = boost::asio::make_work_guard(loop);
    while (received.wait_for(std::chrono::seconds(0)) != std::future_status::ready) loop.run_one();
    return received.get();
  }
  // Waits for one signal.
  ports::ResourceRequest waiting() {
    ports::ResourceRequest request = request_;
    request.logicalId = "Condition";
    request.properties = {{"Handle", url_}, {"Timeout", 60}};
    write([&] { EXPECT_TRUE(conditions_->wait(request).ok()); });
    return request;
  }

  std::string folder_;
  base::ManualClock clock_{base::fromMillis(1'700'000'000'000)};
  base::SystemRandom random_;
  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<stacks::Engine> engine_;
  std::unique_ptr<WaitConditions> conditions_;
  ports::ResourceRequest request_;
  std::string url_;
  ports::Answer good_;
};

TEST_F(WaitConditionsTest, aSignalEndsTheWait) {
  const auto request = waiting();
  EXPECT_EQ(conditions_->progressOf(request)->stage, ports::ResourceProgress::Stage::kGoing);
  EXPECT_TRUE(receive(good_).ok());
  EXPECT_EQ(conditions_->progressOf(request)->stage, ports::ResourceProgress::Stage::kDone);
}

TEST_F(WaitConditionsTest, whatIsRefusedDoesNotWaitForTheWriter) {
  ports::Answer forged = good_;
  forged.token.back() = forged.token.back() == '0' ? '1' : '0';
  std::promise<void> entered;
  std::promise<void> leave;
  std::thread writing([&] {
    write([&] {
      entered.set_value();
      leave.get_future().wait();
    });
  });
  entered.get_future().wait();
  auto refused = std::async(std::launch::async, [&] { return receive(forged); });
  EXPECT_EQ(refused.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  leave.set_value();
  writing.join();
  EXPECT_EQ(refused.get().fault().status, 403);
}

TEST_F(WaitConditionsTest, aSignalThatDoesNotOpenIsADamagedRecord) {
  const auto request = waiting();
  ASSERT_TRUE(receive(good_).ok());
  write([&] { database_->execute("UPDATE cloudformation_signals SET signal = x'00'"); });
  EXPECT_THROW((void)conditions_->progressOf(request), store::DamagedRecord);
}

}  // namespace
}  // namespace hearth::services::cloudformation
