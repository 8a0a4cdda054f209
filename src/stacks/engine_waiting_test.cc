// Resources that take time: a stack waits for them without a thread, and goes on when it is woken.
#include "stacks/engine_fixture.h"

namespace hearth::stacks {
namespace {

constexpr const char* kSlow = R"yaml(
Resources:
  S: {Type: AWS::X::Slow, Properties: {Size: 1}}
  T: {Type: AWS::X::Thing, Properties: {Link: !GetAtt S.Arn}}
  U: {Type: AWS::X::Thing, Properties: {Size: 3}}
)yaml";

class EngineWaiting : public EngineTest {
 protected:
  // Orders that are not waited for.
  std::string ordered(const std::string& name, const std::string& text) {
    auto id = world_.create(name, text);
    return id.ok() ? *id : id.fault().message;
  }
  void answer(const std::string& logicalId = "") {
    auto answered = world_.database->writeAndWait([&]() -> Result<void> {
      world_.slow->answerAll(logicalId);
      return {};
    });
    EXPECT_TRUE(answered.ok());
  }
  // Until the stack has been asked about its slow resources once more.
  void awaitAsked(std::size_t calls) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (world_.slow->asked().size() < calls && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    EXPECT_GE(world_.slow->asked().size(), calls);
  }
};

TEST_F(EngineWaiting, othersGoOnAndWhatNeedsItWaits) {
  world_.slow->answersItself = false;
  const std::string id = ordered("demo", kSlow);
  awaitAsked(1);
  EXPECT_FALSE(world_.engine->waitUntilIdle(id, std::chrono::milliseconds(50)));
  EXPECT_EQ(world_.existing(), R"(U {"Size":3})");
  EXPECT_EQ(world_.status(id), "CREATE_IN_PROGRESS");
  answer();
  EXPECT_TRUE(world_.settle(id));
  EXPECT_EQ(world_.status(id), "CREATE_COMPLETE");
  const Lines events = world_.events(id);
  const Lines ofS = [&] {
    Lines lines;
    for (const auto& line : events)
      if (line.starts_with("S ")) lines.push_back(line);
    return lines;
  }();
  EXPECT_EQ(ofS, (Lines{"S CREATE_IN_PROGRESS", "S CREATE_IN_PROGRESS | Resource creation Initiated",
                        "S CREATE_COMPLETE"}));
  EXPECT_EQ(world_.slow->asked(), (Lines{"create S"}));
}

TEST_F(EngineWaiting, aWaitingStackIsAskedNoMoreThanItHasTo) {
  world_.slow->answersItself = false;
  const std::string id = ordered("demo", kSlow);
  awaitAsked(1);
  EXPECT_FALSE(world_.engine->waitUntilIdle(id, std::chrono::milliseconds(300)));
  EXPECT_LE(world_.slow->resumed, 4);
  answer();
  EXPECT_TRUE(world_.settle(id));
}

TEST_F(EngineWaiting, itIsAskedAgainWhenTheProviderSaysSo) {
  world_.slow->answersItself = false;
  world_.slow->wake = nullptr;
  world_.slow->askAgain = world_.clock.now() + std::chrono::milliseconds(20);
  const std::string id = ordered("demo", kSlow);
  awaitAsked(1);
  answer();
  EXPECT_TRUE(world_.settle(id));
  EXPECT_EQ(world_.status(id), "CREATE_COMPLETE");
}

TEST_F(EngineWaiting, aFailureIsRolledBackWithWhatItMade) {
  world_.slow->failures = {{"create S", "it broke"}};
  EXPECT_EQ(created("demo", kSlow), "ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.existing(), "");
  const Lines events = world_.events("demo");
  EXPECT_NE(std::find(events.begin(), events.end(), "S CREATE_FAILED | it broke"), events.end());
  EXPECT_EQ(world_.slow->asked(), (Lines{"create S", "remove S"}));
}

TEST_F(EngineWaiting, whatIsUnderWayIsCancelledWhenAnotherFails) {
  world_.slow->answersItself = false;
  world_.things->failures = {{"create U", -1}};
  const std::string id = ordered("demo", kSlow);
  awaitAsked(2);  // the way back asks for the removal
  answer();
  EXPECT_TRUE(world_.settle(id));
  EXPECT_EQ(world_.status(id), "ROLLBACK_COMPLETE");
  const Lines events = world_.events(id);
  EXPECT_NE(std::find(events.begin(), events.end(), "S CREATE_FAILED | Resource creation cancelled"), events.end());
  EXPECT_EQ(world_.slow->asked(), (Lines{"create S", "remove S"}));
}

TEST_F(EngineWaiting, theStacksOwnTimeRunsOut) {
  world_.slow->answersItself = false;
  const auto id = world_.create("demo", kSlow, [](CreateStackInput& input) { input.timeoutMinutes = 1; });
  awaitAsked(1);
  // The clock is the engine thread's to read: it moves between two steps.
  world_.engine->stop();
  world_.clock.advance(std::chrono::minutes(2));
  world_.slow->answersItself = true;
  world_.engine->start();
  EXPECT_TRUE(world_.settle(*id));
  EXPECT_EQ(world_.status(*id), "ROLLBACK_COMPLETE");
}

TEST_F(EngineWaiting, anUpdateWaitsAndItsFailureGoesBack) {
  ASSERT_EQ(created("demo", kSlow), "CREATE_COMPLETE");
  const std::string before = world_.existing();
  const std::string changed = R"yaml(
Resources:
  S: {Type: AWS::X::Slow, Properties: {Size: 2}}
  T: {Type: AWS::X::Thing, Properties: {Link: !GetAtt S.Arn, Size: 9}}
  U: {Type: AWS::X::Thing, Properties: {Size: 3}}
)yaml";
  world_.things->failures = {{"update T", 1}};
  EXPECT_EQ(updated("demo", changed), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.existing(), before);
  EXPECT_EQ(world_.slow->asked(), (Lines{"create S", "update S", "restore S", "settle S"}));
  world_.things->failures.clear();
  EXPECT_EQ(updated("demo", changed), "UPDATE_COMPLETE");
  EXPECT_NE(world_.existing().find(R"(S {"Size":2})"), std::string::npos);
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existing(), "");
}

TEST_F(EngineWaiting, anUpdateThatMakesAnotherResourceLeavesTheFormerToTheCleanup) {
  ASSERT_EQ(created("demo", "Resources: {S: {Type: AWS::X::Slow, Properties: {Id: one}}}"), "CREATE_COMPLETE");
  const std::size_t count = eventCount("demo");
  ASSERT_EQ(updated("demo", "Resources: {S: {Type: AWS::X::Slow, Properties: {Id: two}}}"), "UPDATE_COMPLETE");
  EXPECT_EQ(world_.existingIds(), (std::set<std::string>{"S-two"}));
  EXPECT_EQ(
      eventsSince("demo", count),
      (Lines{"demo UPDATE_IN_PROGRESS | User Initiated", "S UPDATE_IN_PROGRESS",
             "S UPDATE_IN_PROGRESS | Requested update required the provider to create a new physical resource.",
             "S UPDATE_COMPLETE", "demo UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "S DELETE_IN_PROGRESS",
             "S DELETE_COMPLETE", "demo UPDATE_COMPLETE"}));
}

TEST_F(EngineWaiting, onTheWayBackItIsTheNewOneThatGoes) {
  ASSERT_EQ(created("demo", "Resources: {S: {Type: AWS::X::Slow, Properties: {Id: one}}}"), "CREATE_COMPLETE");
  world_.things->failures = {{"create T", -1}};
  ASSERT_EQ(updated("demo",
                    "Resources: {S: {Type: AWS::X::Slow, Properties: {Id: two}}, "
                    "T: {Type: AWS::X::Thing, DependsOn: S}}"),
            "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.existingIds(), (std::set<std::string>{"S-one"}));
  EXPECT_EQ(world_.engine->getResource(world_.place, "demo", "S")->physicalId, "S-one");
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existing(), "");
}

TEST_F(EngineWaiting, aRestoreThatFailsIsContinuedLater) {
  ASSERT_EQ(created("demo", kSlow), "CREATE_COMPLETE");
  world_.things->failures = {{"update U", 1}};
  world_.slow->failures = {{"restore S", "not now"}};
  EXPECT_EQ(updated("demo", R"yaml(
Resources:
  S: {Type: AWS::X::Slow, Properties: {Size: 2}}
  T: {Type: AWS::X::Thing, Properties: {Link: !GetAtt S.Arn}}
  U: {Type: AWS::X::Thing, Properties: {Size: 4}, DependsOn: S}
)yaml"),
            "UPDATE_ROLLBACK_FAILED");
  world_.slow->failures.clear();
  const auto continued = world_.database->writeAndWait(
      [&] { return world_.engine->continueUpdateRollback(world_.place, "demo", {}, ""); });
  ASSERT_TRUE(continued.ok());
  EXPECT_TRUE(world_.settle("demo"));
  EXPECT_EQ(world_.status("demo"), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_NE(world_.existing().find(R"(S {"Size":1})"), std::string::npos);
}

TEST_F(EngineWaiting, aRemovalThatFailsLeavesTheStackDeleteFailed) {
  ASSERT_EQ(created("demo", kSlow), "CREATE_COMPLETE");
  world_.slow->failures = {{"remove S", "it stays"}};
  EXPECT_EQ(removed("demo"), "DELETE_FAILED");
  EXPECT_EQ(world_.engine->getResource(world_.place, "demo", "S")->statusReason, "it stays");
  EXPECT_EQ(removed("demo", {"S"}), "DELETE_COMPLETE");
}

TEST_F(EngineWaiting, whatWasWaitedForIsNotAskedForAgainByTheNextServer) {
  world_.slow->answersItself = false;
  const std::string id = ordered("demo", kSlow);
  awaitAsked(1);
  world_.engine->stop();
  world_.engine->start();
  answer();
  EXPECT_TRUE(world_.settle(id));
  EXPECT_EQ(world_.status(id), "CREATE_COMPLETE");
  EXPECT_EQ(world_.slow->asked(), (Lines{"create S"}));
}

TEST_F(EngineWaiting, secretAttributesAreMaskedInEvents) {
  ASSERT_EQ(created("demo", R"yaml(
Resources:
  S: {Type: AWS::X::Slow, Properties: {Secret: true, Id: hush}}
  T: {Type: AWS::X::Thing, Properties: {Link: !GetAtt S.Arn}}
)yaml"),
            "CREATE_COMPLETE");
  const auto events = world_.engine->getEvents(world_.place, "demo", 0, 100);
  ASSERT_TRUE(events.ok());
  bool seen = false;
  for (const auto& event : *events) {
    if (event.logicalId != "T" || event.properties.empty()) continue;
    EXPECT_EQ(event.properties, R"({"Link":"*****"})");
    seen = true;
  }
  EXPECT_TRUE(seen);
}

}  // namespace
}  // namespace hearth::stacks
