// Handles and what comes to them, over a real database.
#include "services/cloudformation/wait_conditions.h"

#include "services/cloudformation/testing_door.h"
#include "store/damaged_record.h"

namespace hearth::services::cloudformation {
namespace {

class WaitConditionsTest : public DoorTest {
 protected:
  WaitConditionsTest() : DoorTest(WaitConditions::migrations()) {
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

  void write(const std::function<void()>& work) {
    const auto written = database_->writeAndWait([&]() -> Result<void> {
      work();
      return {};
    });
    EXPECT_TRUE(written.ok());
  }
  Result<void> receive(const ports::Answer& answer) { return DoorTest::receive(*conditions_, answer); }
  // Waits for one signal.
  ports::ResourceRequest waiting() {
    ports::ResourceRequest request = request_;
    request.logicalId = "Condition";
    request.properties = {{"Handle", url_}, {"Timeout", 60}};
    write([&] { EXPECT_TRUE(conditions_->wait(request).ok()); });
    return request;
  }

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
  expectForgedIsRefusedAtOnce(*conditions_, good_);
}

TEST_F(WaitConditionsTest, aSignalThatDoesNotOpenIsADamagedRecord) {
  const auto request = waiting();
  ASSERT_TRUE(receive(good_).ok());
  write([&] { database_->execute("UPDATE cloudformation_signals SET signal = x'00'"); });
  EXPECT_THROW((void)conditions_->progressOf(request), store::DamagedRecord);
}

}  // namespace
}  // namespace hearth::services::cloudformation
