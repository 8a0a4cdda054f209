#include "functions/event_queue.h"

#include "functions/testing_host.h"

namespace hearth::functions {
namespace {

using std::chrono::seconds;

// The queue with a function that does what the test says, and a clock that the test moves.
class EventQueueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-queue-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    keyring_ = std::move(*store::Keyring::open(directory_, random_));
    database_ = std::make_unique<store::Database>(directory_ + "/hearth.db");
    database_->migrate(FunctionHost::migrations());
    spec_->functionArn = kArn;
    open();
  }
  void TearDown() override {
    queue_.reset();
    database_->stop();
    loop_.restart();
    loop_.poll();
    base::removeTree(directory_);
  }

  void open(std::size_t concurrency = 8) {
    queue_ = std::make_unique<EventQueue>(EventQueueParts{
        loop_, *database_, *keyring_, clock_, random_,
        [this](const std::string& arn) -> Result<std::shared_ptr<const FunctionSpec>> {
          if (arn != kArn) return Fault("ResourceNotFoundException", "gone", 404);
          return std::shared_ptr<const FunctionSpec>(spec_);
        },
        [this](std::shared_ptr<const FunctionSpec>, ports::Invocation call) { return answer(std::move(call)); },
        [this](const EndedEvent& event) { ended(event); }, concurrency});
    queue_->start();
  }

  void ended(const EndedEvent& event) {
    if (refuseEnd_) {
      ++refusals_;
      throw std::runtime_error("the disk is full");
    }
    if (event.condition == EndedEvent::Condition::kSuccess)
      ++delivered_;
    else
      lost_.push_back(event);
    if (!follower_.empty()) {
      ports::Invocation next;
      next.functionArn = kArn;
      next.payload = std::exchange(follower_, {});
      EXPECT_TRUE(queue_->enqueue(next, event.hops + 1).ok());
    }
  }

  Task<Result<ports::InvokeOutcome>> answer(ports::Invocation call) {
    tried_.push_back(call.payload);
    ids_.push_back(call.requestId);
    most_ = std::max(most_, queue_->running());
    if (throttle_) co_return Fault("TooManyRequestsException", "Rate Exceeded.", 429);
    ports::InvokeOutcome outcome;
    outcome.payload = "result";
    if (fail_) outcome.functionError = "Unhandled";
    co_return outcome;
  }

  std::string enqueue(const std::string& payload, const std::string& arn = kArn) {
    ports::Invocation call;
    call.functionArn = arn;
    call.payload = payload;
    std::string id;
    EXPECT_TRUE(database_
                    ->writeAndWait([&]() -> Result<void> {
                      HEARTH_TRY(id, queue_->enqueue(call));
                      return {};
                    })
                    .ok());
    return id;
  }

  // Runs the loop until nothing is due and nothing runs.
  void settle() {
    const auto work = boost::asio::make_work_guard(loop_);
    loop_.restart();
    queue_->poll();
    do {
      loop_.run_one_for(std::chrono::milliseconds(50));
    } while (queue_->running() > 0);
    while (loop_.poll_one() > 0 || queue_->running() > 0) loop_.run_one_for(std::chrono::milliseconds(20));
  }
  void advance(base::Duration by) {
    clock_.advance(by);
    settle();
  }
  std::int64_t rows() {
    auto found = database_->query("SELECT count(*) FROM function_events");
    return found.next() ? found.integer(0) : -1;
  }

  static constexpr const char* kArn = "arn:aws:lambda:eu-central-1:123456789012:function:f";
  std::string directory_;
  boost::asio::io_context loop_;
  base::SystemRandom random_;
  base::ManualClock clock_{base::fromMillis(1'554'757'200'000)};
  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<store::Database> database_;
  std::shared_ptr<FunctionSpec> spec_ = std::make_shared<FunctionSpec>();
  std::unique_ptr<EventQueue> queue_;
  std::vector<std::string> tried_;
  std::vector<std::string> ids_;
  std::vector<EndedEvent> lost_;
  int delivered_ = 0;
  std::string follower_;  // payload of the event that the next end leads to
  bool refuseEnd_ = false;
  std::atomic<int> refusals_ = 0;
  bool fail_ = false;
  bool throttle_ = false;
  std::size_t most_ = 0;
};

TEST_F(EventQueueTest, DeliversOnceAndForgets) {
  const std::string id = enqueue("one");
  settle();
  EXPECT_EQ(tried_, std::vector<std::string>{"one"});
  EXPECT_EQ(ids_, std::vector<std::string>{id});
  EXPECT_EQ(delivered_, 1);
  EXPECT_EQ(rows(), 0);
}

TEST_F(EventQueueTest, FailuresAreTriedAgainAfterOneAndTwoMinutesThenGivenUp) {
  fail_ = true;
  const std::string id = enqueue("bad");
  settle();
  EXPECT_EQ(tried_.size(), 1U);
  advance(seconds(59));
  EXPECT_EQ(tried_.size(), 1U);
  advance(seconds(1));
  EXPECT_EQ(tried_.size(), 2U);
  advance(seconds(119));
  EXPECT_EQ(tried_.size(), 2U);
  advance(seconds(1));
  EXPECT_EQ(tried_.size(), 3U);
  ASSERT_EQ(lost_.size(), 1U);
  EXPECT_EQ(lost_[0].condition, EndedEvent::Condition::kRetriesExhausted);
  EXPECT_EQ(lost_[0].attempts, 3);
  EXPECT_EQ(lost_[0].invocation.requestId, id);
  ASSERT_TRUE(lost_[0].outcome.has_value());
  EXPECT_EQ(lost_[0].outcome->payload, "result");
  EXPECT_EQ(lost_[0].function, spec_);
  EXPECT_EQ(rows(), 0);
}

TEST_F(EventQueueTest, RetriesFollowThePolicy) {
  fail_ = true;
  spec_->events.maximumRetryAttempts = 0;
  enqueue("bad");
  settle();
  EXPECT_EQ(tried_.size(), 1U);
  EXPECT_EQ(lost_.size(), 1U);
}

TEST_F(EventQueueTest, ThrottledEventsWaitLongerAndLongerAndAgeOut) {
  throttle_ = true;
  spec_->events.maximumEventAge = seconds(600);
  enqueue("patient");
  settle();
  EXPECT_EQ(tried_.size(), 1U);
  advance(seconds(1));
  EXPECT_EQ(tried_.size(), 2U);
  advance(seconds(1));
  EXPECT_EQ(tried_.size(), 2U);
  advance(seconds(1));
  EXPECT_EQ(tried_.size(), 3U);
  throttle_ = false;
  advance(seconds(4));
  EXPECT_EQ(tried_.size(), 4U);
  EXPECT_EQ(delivered_, 1);

  throttle_ = true;
  enqueue("too old");
  settle();
  for (int minute = 0; minute < 20; ++minute) advance(seconds(60));
  ASSERT_EQ(lost_.size(), 1U);
  EXPECT_EQ(lost_[0].condition, EndedEvent::Condition::kEventAgeExceeded);
  EXPECT_EQ(rows(), 0);
}

TEST_F(EventQueueTest, ThrottledEventsAreGivenUpAtTheirAge) {
  throttle_ = true;
  spec_->events.maximumEventAge = seconds(62);
  enqueue("patient");
  settle();
  for (const int wait : {1, 2, 4, 8, 16, 30}) advance(seconds(wait));
  EXPECT_EQ(tried_.size(), 6U);  // after 0, 1, 3, 7, 15 and 31 seconds
  EXPECT_TRUE(lost_.empty());
  advance(seconds(1));
  ASSERT_EQ(lost_.size(), 1U);
  EXPECT_EQ(lost_[0].condition, EndedEvent::Condition::kEventAgeExceeded);
  EXPECT_EQ(lost_[0].attempts, 0);
  EXPECT_FALSE(lost_[0].outcome.has_value());
}

TEST_F(EventQueueTest, ATryThatWouldComeTooLateIsNotWaitedFor) {
  fail_ = true;
  spec_->events.maximumEventAge = seconds(150);
  enqueue("bad");
  settle();
  advance(seconds(60));
  EXPECT_EQ(tried_.size(), 2U);  // the third would be due after 180 seconds
  ASSERT_EQ(lost_.size(), 1U);
  EXPECT_EQ(lost_[0].condition, EndedEvent::Condition::kEventAgeExceeded);
  EXPECT_EQ(lost_[0].attempts, 2);
  EXPECT_EQ(lost_[0].outcome->payload, "result");
}

TEST_F(EventQueueTest, AFunctionWithoutConcurrencyIsNotTried) {
  spec_->reservedConcurrency = 0;
  enqueue("never");
  settle();
  EXPECT_TRUE(tried_.empty());
  ASSERT_EQ(lost_.size(), 1U);
  EXPECT_EQ(lost_[0].condition, EndedEvent::Condition::kZeroReservedConcurrency);
  EXPECT_EQ(lost_[0].attempts, 0);
  EXPECT_EQ(rows(), 0);
}

TEST_F(EventQueueTest, WhatAnEndLeadsToIsWrittenWithIt) {
  follower_ = "the record";
  enqueue("one");
  settle();
  EXPECT_EQ(tried_, (std::vector<std::string>{"one", "the record"}));
  EXPECT_EQ(delivered_, 2);
  EXPECT_EQ(rows(), 0);
}

TEST_F(EventQueueTest, HopsAreKeptOnTheDisk) {
  fail_ = true;
  spec_->events.maximumRetryAttempts = 1;
  ASSERT_TRUE(database_
                  ->writeAndWait([&]() -> Result<void> {
                    ports::Invocation call;
                    call.functionArn = kArn;
                    HEARTH_CHECK(queue_->enqueue(call, 7));
                    return {};
                  })
                  .ok());
  settle();
  queue_.reset();
  open();
  advance(seconds(60));
  ASSERT_EQ(lost_.size(), 1U);
  EXPECT_EQ(lost_[0].hops, 7);
}

TEST_F(EventQueueTest, AnEndThatCannotBeWrittenLeavesTheEvent) {
  refuseEnd_ = true;
  enqueue("one");
  while (refusals_ == 0) loop_.run_one_for(std::chrono::milliseconds(20));
  queue_.reset();
  EXPECT_EQ(rows(), 1);
  refuseEnd_ = false;
  open();
  settle();
  EXPECT_EQ(tried_, (std::vector<std::string>{"one", "one"}));
  EXPECT_EQ(delivered_, 1);
  EXPECT_EQ(rows(), 0);
}

TEST_F(EventQueueTest, EventsSurviveARestart) {
  fail_ = true;
  enqueue("kept");
  settle();
  queue_.reset();
  fail_ = false;
  open();
  settle();
  EXPECT_EQ(tried_.size(), 1U);
  advance(seconds(60));
  EXPECT_EQ(tried_, (std::vector<std::string>{"kept", "kept"}));
  EXPECT_EQ(ids_[0], ids_[1]);
  EXPECT_EQ(rows(), 0);
}

TEST_F(EventQueueTest, EventsOfAFunctionThatIsGoneAreDropped) {
  enqueue("nobody's", "arn:aws:lambda:eu-central-1:123456789012:function:gone");
  settle();
  EXPECT_TRUE(tried_.empty());
  EXPECT_EQ(rows(), 0);
}

TEST_F(EventQueueTest, RolledBackEventsNeverHappened) {
  (void)database_->writeAndWait([&]() -> Result<void> {
    ports::Invocation call;
    call.functionArn = kArn;
    HEARTH_TRY(const std::string id, queue_->enqueue(call));
    return Fault("Conflict", id, 409);
  });
  settle();
  EXPECT_TRUE(tried_.empty());
}

TEST_F(EventQueueTest, PayloadsAreSealedOnTheDisk) {
  fail_ = true;
  enqueue("a very secret payload");
  settle();
  auto found = database_->query("SELECT sealed FROM function_events");
  ASSERT_TRUE(found.next());
  EXPECT_EQ(found.blob(0).find("secret"), std::string::npos);
}

TEST_F(EventQueueTest, NoMoreThanTheConcurrencyRunAtOnce) {
  queue_.reset();
  open(2);
  for (int at = 0; at < 20; ++at) enqueue(std::to_string(at));
  settle();
  EXPECT_EQ(tried_.size(), 20U);
  EXPECT_EQ(delivered_, 20);
  EXPECT_LE(most_, 2U);
}

}  // namespace
}  // namespace hearth::functions
