// Custom resources of real stacks, with functions that only keep what they are asked.
#include "services/cloudformation/custom_resources.h"

#include <mutex>
#include <thread>

#include "base/bytes.h"
#include "services/cloudformation/testing_door.h"

namespace hearth::services::cloudformation {
namespace {

constexpr const char* kTemplate = R"yaml(
Parameters: {Word: {Type: String, Default: one}}
Resources:
  Thing:
    Type: Custom::Thing
    Properties: {ServiceToken: "arn:aws:lambda:us-east-1:123456789012:function:f", Word: !Ref Word, ServiceTimeout: 60}
Outputs: {Id: {Value: !Ref Thing}, Data: {Value: !GetAtt Thing.Data}}
)yaml";

class Functions final : public ports::Invoker {
 public:
  Task<Result<ports::InvokeOutcome>> invoke(ports::Invocation) override { co_return ports::InvokeOutcome{}; }
  Result<void> enqueue(const ports::Invocation& invocation) override {
    if (!refusal.empty()) return Fault("ResourceNotFoundException", refusal, 404);
    const std::lock_guard lock(mutex_);
    asked_.push_back(invocation);
    return {};
  }
  // The n-th request, once there is one.
  Json await(std::size_t number) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < end) {
      {
        const std::lock_guard lock(mutex_);
        if (asked_.size() > number) {
          EXPECT_EQ(asked_[number].requestId,
                    *base::findString(*base::parseJson(asked_[number].payload), "RequestId"));
          return *base::parseJson(asked_[number].payload);
        }
      }
      std::this_thread::yield();
    }
    ADD_FAILURE() << "no request " << number;
    return Json();
  }
  std::string refusal;

 private:
  std::mutex mutex_;
  std::vector<ports::Invocation> asked_;
};

class CustomResourcesTest : public DoorTest {
 protected:
  CustomResourcesTest() : DoorTest(CustomResources::migrations()) {
    custom_ = std::make_unique<CustomResources>(*database_, *keyring_, *engine_, functions_, clock_, random_);
    provider_ = custom_->makeProvider();
    engine_->registerProvider(*provider_);
    engine_->start();
  }
  ~CustomResourcesTest() override { engine_->stop(); }

  std::string create() {
    std::string id;
    stacks::CreateStackInput input;
    input.place = place_;
    input.name = "demo";
    input.document = std::make_shared<const stacks::Template>(*stacks::parseTemplate(kTemplate));
    const auto ordered = database_->writeAndWait([&]() -> Result<void> {
      HEARTH_TRY(id, engine_->createStack(input));
      return {};
    });
    EXPECT_TRUE(ordered.ok()) << ordered.fault().message;
    return id;
  }
  std::string settled(const std::string& id) {
    EXPECT_TRUE(engine_->waitUntilIdle(id, std::chrono::seconds(30)));
    return std::string(stacks::nameOf(engine_->getStack(place_, id)->status));
  }
  std::string reason(const std::string& id, stacks::Status status) {
    const auto events = engine_->getEvents(place_, id, 0, 100);
    for (const auto& event : *events)
      if (event.logicalId == "Thing" && event.status == status) return event.reason;
    return "none";
  }
  // The n-th request, once it is committed: before that it goes to no function.
  Json asked(std::size_t number) {
    const Json request = functions_.await(number);
    EXPECT_TRUE(database_->writeAndWait([]() -> Result<void> { return {}; }).ok());
    return request;
  }
  // As the door would: the URL of the request, taken apart.
  static ports::Answer answerTo(const Json& request, const std::string& more) {
    const std::string url = *base::findString(request, "ResponseURL");
    const std::size_t path = url.find('/', 8);
    const std::size_t query = url.find('?');
    ports::Answer answer;
    answer.subject = base::uriDecode(url.substr(path + 1, query - path - 1));
    answer.token = url.substr(url.rfind('=') + 1);
    JsonObject body{{"Status", "SUCCESS"}, {"PhysicalResourceId", "made"}};
    for (const char* name : {"StackId", "RequestId", "LogicalResourceId"})
      body.emplace(name, *base::findString(request, name));
    answer.body = base::writeJson(Json(body));
    answer.body.insert(answer.body.size() - 1, more);
    return answer;
  }
  Result<void> receive(const ports::Answer& answer) { return DoorTest::receive(*custom_, answer); }
  void invocationFailed(const Json& request) {
    const auto written = database_->writeAndWait([&]() -> Result<void> {
      custom_->invocationFailed(*base::findString(request, "RequestId"));
      return {};
    });
    EXPECT_TRUE(written.ok());
  }

  const stacks::Place place_{"123456789012", "us-east-1"};
  Functions functions_;
  std::unique_ptr<CustomResources> custom_;
  std::unique_ptr<ports::ResourceProvider> provider_;
};

TEST_F(CustomResourcesTest, theAnswerMakesTheResource) {
  const std::string id = create();
  const Json request = asked(0);
  EXPECT_TRUE(receive(answerTo(request, R"(,"Data":{"Data":"heard"})")).ok());
  EXPECT_EQ(settled(id), "CREATE_COMPLETE");
  const auto view = engine_->getStack(place_, id);
  EXPECT_EQ(*view->outputs.at(0).value, "made");
  EXPECT_EQ(*view->outputs.at(1).value, "heard");
}

TEST_F(CustomResourcesTest, onlyTheSecretOpensAndOnlyOnce) {
  const std::string id = create();
  const ports::Answer good = answerTo(asked(0), R"(,"Data":{"Data":"x"})");
  ports::Answer other = good;
  other.token.back() = other.token.back() == '0' ? '1' : '0';
  EXPECT_EQ(receive(other).fault().status, 403);
  other = good;
  other.token.clear();
  EXPECT_EQ(receive(other).fault().status, 403);
  for (const std::string& subject : {std::string(), std::string("|"), good.subject + "x", "x" + good.subject}) {
    other = good;
    other.subject = subject;
    EXPECT_EQ(receive(other).fault().status, 403) << subject;
  }
  EXPECT_TRUE(receive(good).ok());
  EXPECT_EQ(receive(good).fault().status, 403);
  EXPECT_EQ(settled(id), "CREATE_COMPLETE");
}

TEST_F(CustomResourcesTest, whatIsRefusedDoesNotWaitForTheWriter) {
  const std::string id = create();
  const ports::Answer good = answerTo(asked(0), R"(,"Data":{"Data":"x"})");
  expectForgedIsRefusedAtOnce(*custom_, good);
  EXPECT_TRUE(receive(good).ok());
  EXPECT_EQ(settled(id), "CREATE_COMPLETE");
}

TEST_F(CustomResourcesTest, aFunctionThatCannotRunFailsItsResourceAtOnce) {
  const std::string id = create();
  const Json request = asked(0);
  invocationFailed(request);
  const Json removal = asked(1);
  EXPECT_EQ(base::findString(removal, "RequestType"), "Delete");
  EXPECT_TRUE(base::findString(removal, "PhysicalResourceId")->starts_with("demo-Thing-"));
  EXPECT_EQ(receive(answerTo(request, "")).fault().status, 403) << "too late";
  EXPECT_TRUE(receive(answerTo(removal, "")).ok());
  EXPECT_EQ(settled(id), "ROLLBACK_COMPLETE");
  EXPECT_TRUE(reason(id, stacks::Status::kCreateFailed)
                  .starts_with("CloudFormation did not receive a response from your Custom Resource. Please check "
                               "your logs for requestId [" +
                               *base::findString(request, "RequestId") + "]."));
}

TEST_F(CustomResourcesTest, timePassesForTheOneThatSaysNothing) {
  const std::string id = create();
  const Json request = asked(0);
  engine_->stop();  // the clock is read by its thread
  clock_.advance(std::chrono::seconds(61));
  EXPECT_EQ(receive(answerTo(request, "")).fault().status, 403) << "expired";
  engine_->start();
  const Json removal = asked(1);
  EXPECT_TRUE(receive(answerTo(removal, "")).ok());
  EXPECT_EQ(settled(id), "ROLLBACK_COMPLETE");
}

TEST_F(CustomResourcesTest, whatWasNeverAskedForIsNotDeleted) {
  functions_.refusal = "Function not found: f";
  const std::string id = create();
  EXPECT_EQ(settled(id), "ROLLBACK_COMPLETE");
  EXPECT_EQ(reason(id, stacks::Status::kCreateFailed),
            "Function not found: f (Status Code: 404; Error Code: ResourceNotFoundException)");
}

TEST_F(CustomResourcesTest, dataThatIsMissingFailsWhatNeedsIt) {
  const std::string id = create();
  EXPECT_TRUE(receive(answerTo(asked(0), "")).ok());
  const Json removal = asked(1);
  EXPECT_TRUE(receive(answerTo(removal, "")).ok());
  EXPECT_EQ(settled(id), "ROLLBACK_COMPLETE");
}

}  // namespace
}  // namespace hearth::services::cloudformation
