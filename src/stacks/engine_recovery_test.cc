// Failures that are kept, and what comes after: going on, rolling back, cancelling; and stack policies.
#include "stacks/engine_fixture.h"

namespace hearth::stacks {
namespace {

class RecoveryTest : public EngineTest {
 protected:
  static void keeps(UpdateStackInput& input) { input.disableRollback = true; }

  std::string rolledBack(const std::string& stack, bool retainExceptOnCreate = false) {
    auto id = world_.order(
        [&] { return world_.engine->rollbackStack(world_.place, stack, "", "", retainExceptOnCreate); });
    if (!id.ok()) return id.fault().message;
    EXPECT_TRUE(world_.engine->waitUntilIdle(*id, std::chrono::seconds(60)));
    return world_.status(*id);
  }
  std::string policySet(const std::string& stack, const std::string& text) {
    auto written =
        world_.database->writeAndWait([&] { return world_.engine->setPolicy(world_.place, stack, text); });
    return written.ok() ? "" : written.fault().message;
  }
  std::string templateOf(const std::string& stack) {
    return world_.engine->getTemplateText(world_.place, stack).value();
  }
};

constexpr const char* kNonTerminal = "This stack is currently in a non-terminal [";

TEST_F(RecoveryTest, AFailedUpdateStaysAsItIsAndGoesOn) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  const std::size_t before = eventCount("demo");
  world_.things->failures = {{"create C", 1}};
  EXPECT_EQ(updated("demo", kAfter, keeps), "UPDATE_FAILED");
  EXPECT_EQ(world_.existing(),
            R"(A {"Size":1,"Link":")" + world_.engine->getResource(world_.place, "demo", "C")->physicalId +
                R"("}; B {"Size":20}; C {"Name":"c"}; D {"Size":4,"Link":")" +
                world_.engine->getResource(world_.place, "demo", "B")->physicalId + R"("}; N {"Size":9})");
  const Lines story = eventsSince("demo", before);
  EXPECT_EQ(story.back(), "demo UPDATE_FAILED | The following resource(s) failed to update: [C]. ");
  EXPECT_EQ(templateOf("demo"), kAfter) << "what was ordered last";
  EXPECT_EQ(updated("demo", kAfter).substr(0, 43), kNonTerminal);
  EXPECT_EQ(updated("demo", kAfter, keeps), "UPDATE_COMPLETE") << "the same template again";
  EXPECT_EQ(world_.existingIds(), world_.believedIds("demo"));
  EXPECT_EQ(world_.existingIds().size(), 4U);
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existing(), "");
}

// Wherever it failed, and after going on to fail once more, the last good state comes back.
TEST_F(RecoveryTest, RollingBackALeftFailureRestoresWhatStood) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  const std::string before = world_.existing();
  const auto ids = world_.existingIds();
  std::string other = kAfter;
  other.replace(other.find("Name: cc"), 8, "Name: ccc");
  other.replace(other.find("Size: 9"), 7, "Name: n");
  for (const char* failing : {"create N", "update B", "create C", "update A"}) {
    world_.things->failures = {{failing, 1}};
    EXPECT_EQ(updated("demo", kAfter, keeps), "UPDATE_FAILED") << failing;
    EXPECT_EQ(rolledBack("demo"), "UPDATE_ROLLBACK_COMPLETE") << failing;
    EXPECT_EQ(world_.existing(), before) << failing;
    EXPECT_EQ(world_.existingIds(), ids) << failing;
    EXPECT_EQ(templateOf("demo"), kBefore);

    for (const char* second : {"create N", "update B", "create C", "update A"}) {
      world_.things->failures = {{failing, 1}};
      ASSERT_EQ(updated("demo", kAfter, keeps), "UPDATE_FAILED");
      world_.things->failures = {{second, 1}};
      const std::string end = updated("demo", other, keeps);
      EXPECT_TRUE(end == "UPDATE_FAILED" || end == "UPDATE_COMPLETE") << end;
      if (end == "UPDATE_COMPLETE") {
        EXPECT_EQ(world_.existingIds(), world_.believedIds("demo")) << failing << ", " << second;
        world_.things->failures.clear();
        ASSERT_EQ(updated("demo", kBefore), "UPDATE_COMPLETE");
        EXPECT_EQ(world_.existing().find("null"), std::string::npos);
        ASSERT_EQ(removed("demo"), "DELETE_COMPLETE");
        EXPECT_EQ(world_.existing(), "");
        return;  // `second` is not needed any more: the first attempt got past it
      }
      EXPECT_EQ(rolledBack("demo"), "UPDATE_ROLLBACK_COMPLETE");
      EXPECT_EQ(world_.existing(), before) << failing << ", " << second;
      EXPECT_EQ(world_.existingIds(), ids) << failing << ", " << second;
      EXPECT_EQ(world_.believedIds("demo"), ids) << failing << ", " << second;
    }
  }
}

TEST_F(RecoveryTest, AFailedCreationGoesOnOrGoes) {
  world_.things->failures = {{"create B", 1}};
  const auto keep = [](CreateStackInput& input) { input.onFailure = OnFailure::kDoNothing; };
  ASSERT_EQ(created("demo", kThree, keep), "CREATE_FAILED");
  EXPECT_EQ(updated("demo", kThree).substr(0, 43), kNonTerminal);
  world_.things->failures = {{"create A", 1}};
  EXPECT_EQ(updated("demo", kThree, keeps), "UPDATE_FAILED");
  EXPECT_EQ(updated("demo", kThree, keeps), "UPDATE_COMPLETE");
  EXPECT_EQ(world_.existingIds().size(), 3U);
  EXPECT_EQ(world_.existingIds(), world_.believedIds("demo"));
  EXPECT_EQ(rolledBack("demo").substr(0, 6), "Stack:") << "there is nothing to roll back";

  for (const bool goesOn : {false, true}) {
    world_.things->failures = {{"create B", 1}};
    ASSERT_EQ(created("other", kThree, keep), "CREATE_FAILED");
    world_.things->failures = {{"create A", 1}};
    if (goesOn) {
      ASSERT_EQ(updated("other", kThree, keeps), "UPDATE_FAILED");
    }
    EXPECT_EQ(rolledBack("other"), "ROLLBACK_COMPLETE");
    EXPECT_EQ(world_.existingIds().size(), 3U) << "of the first stack alone";
    EXPECT_EQ(removed("other"), "DELETE_COMPLETE");
  }
}

// There is no state to go back to: it is kept as a failure, and nothing passes for a state that stood.
TEST_F(RecoveryTest, CancellingTheUpdateOfWhatHasNeverStoodKeepsTheFailure) {
  world_.things->failures = {{"create B", 1}};
  ASSERT_EQ(created("demo", kThree, [](CreateStackInput& input) { input.onFailure = OnFailure::kDoNothing; }),
            "CREATE_FAILED");
  world_.slow->answersItself = false;
  const std::string slow =
      std::string(kThree).replace(std::string(kThree).find("Outputs:"), 0, "  N: {Type: AWS::X::Slow}\n");
  ASSERT_TRUE(world_.update("demo", slow, keeps).ok());
  const auto cancelled =
      world_.database->writeAndWait([&] { return world_.engine->cancelUpdate(world_.place, "demo"); });
  ASSERT_TRUE(cancelled.ok()) << cancelled.fault().message;
  EXPECT_TRUE(world_.settle("demo"));
  EXPECT_EQ(world_.status("demo"), "UPDATE_FAILED");
  EXPECT_EQ(world_.events("demo").back(), "demo UPDATE_FAILED | User Initiated");
  EXPECT_EQ(updated("demo", kThree).substr(0, 43), kNonTerminal);
  EXPECT_EQ(updated("demo", kThree, keeps), "UPDATE_COMPLETE") << "it goes on";
  EXPECT_EQ(world_.existingIds(), world_.believedIds("demo"));
}

TEST_F(RecoveryTest, WhatAFailureMadeGoesWhateverItsPolicyWhenThatIsAsked) {
  const char* text = R"yaml(
Resources:
  A: {Type: AWS::X::Thing, DeletionPolicy: Retain, Properties: {Size: 1}}
  B: {Type: AWS::X::Thing, DependsOn: A}
)yaml";
  for (const bool goes : {true, false}) {
    world_.things->failures = {{"create B", 1}};
    EXPECT_EQ(created("demo", text, [&](auto& input) { input.retainExceptOnCreate = goes; }), "ROLLBACK_COMPLETE");
    EXPECT_EQ(world_.existing(), goes ? "" : R"(A {"Size":1})");
    EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
  }
}

TEST_F(RecoveryTest, ACancelledUpdateRollsBack) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  const std::string existing = world_.existing();
  const auto cancelled = [&] {
    return world_.database->writeAndWait([&] { return world_.engine->cancelUpdate(world_.place, "demo"); });
  };
  EXPECT_EQ(cancelled().fault().message, "CancelUpdateStack cannot be called from current stack status");
  const std::size_t before = eventCount("demo");
  // In the preparation of a resource: on the engine's thread, between two writes.
  world_.things->onCall = [&](const std::string& call) {
    if (call == "prepare B") {
      EXPECT_TRUE(cancelled().ok());
    }
  };
  EXPECT_EQ(updated("demo", kAfter, keeps), "UPDATE_ROLLBACK_COMPLETE")
      << "also of one whose failure would be kept";
  EXPECT_EQ(world_.existing(), existing);
  const Lines story = eventsSince("demo", before);
  EXPECT_NE(std::find(story.begin(), story.end(), "demo UPDATE_ROLLBACK_IN_PROGRESS | User Initiated"),
            story.end());
  EXPECT_EQ(std::find(story.begin(), story.end(), "B UPDATE_IN_PROGRESS"), story.end())
      << "what was not begun is not";
  world_.things->onCall = nullptr;
  EXPECT_EQ(updated("demo", kAfter), "UPDATE_COMPLETE") << "only that update was cancelled";
}

constexpr const char* kProtected = R"({"Statement":[
  {"Effect":"Allow","Principal":"*","Action":"Update:*","Resource":"*"},
  {"Effect":"Deny","Principal":"*","Action":"Update:Replace","Resource":"LogicalResourceId/C"}]})";

TEST_F(RecoveryTest, AStackPolicyStopsAnUpdate) {
  ASSERT_EQ(created("demo", kBefore, [](auto& input) { input.policy = kProtected; }), "CREATE_COMPLETE");
  const std::string existing = world_.existing();
  const std::size_t before = eventCount("demo");
  EXPECT_EQ(updated("demo", kAfter), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.existing(), existing);
  const Lines story = eventsSince("demo", before);
  const auto denied = std::find(story.begin(), story.end(),
                                "C UPDATE_FAILED | Action denied by stack policy: Statement [#2] does not allow "
                                "[Update:Replace] for resource [LogicalResourceId/C];");
  ASSERT_NE(denied, story.end());
  EXPECT_EQ(*(denied - 1), "B UPDATE_COMPLETE") << "it was not even begun";
  EXPECT_EQ(*(denied + 1), "demo UPDATE_ROLLBACK_IN_PROGRESS | The following resource(s) failed to update: [C]. ");

  EXPECT_EQ(updated("demo", kAfter, [](auto& input) { input.policyDuringUpdate = "{}"; }), "UPDATE_COMPLETE");
  EXPECT_EQ(world_.engine->getPolicy(world_.place, "demo").value(), kProtected) << "for that update alone";
}

TEST_F(RecoveryTest, AStackPolicyKeepsWhatTheTemplateLeavesOut) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  const std::string existing = world_.existing();
  EXPECT_EQ(
      policySet("demo",
                R"({"Statement":{"Effect":"Allow","Principal":"*","NotAction":"Update:Delete","Resource":"*"}})"),
      "");
  const std::size_t before = eventCount("demo");
  EXPECT_EQ(updated("demo", kAfter), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.existing(), existing);
  const Lines story = eventsSince("demo", before);
  EXPECT_NE(std::find(story.begin(), story.end(), "D UPDATE_FAILED | Action not allowed by stack policy"),
            story.end());
}

TEST_F(RecoveryTest, APolicyGivenWithAnUpdateRulesFromItsSuccessOn) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  const auto denyAll = [](UpdateStackInput& input) {
    input.policyAfterwards =
        R"({"Statement":{"Effect":"Deny","Principal":"*","Action":"Update:*","Resource":"*"}})";
  };
  world_.things->failures = {{"create C", 1}};
  EXPECT_EQ(updated("demo", kAfter, denyAll), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.engine->getPolicy(world_.place, "demo").value(), "");
  EXPECT_EQ(updated("demo", kAfter, denyAll), "UPDATE_COMPLETE");
  EXPECT_EQ(updated("demo", kBefore), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(
      policySet(
          "demo",
          R"({"Statement":{"Effect":"Deny","Principal":"*","Action":"Update:*","Resource":"LogicalResourceId/Zz"}})")
          .substr(0, 48),
      "Error validating stack policy: Unknown logical i");
  EXPECT_EQ(policySet("demo", "{}"), "");
  EXPECT_EQ(updated("demo", kBefore), "UPDATE_COMPLETE");
}

}  // namespace
}  // namespace hearth::stacks
