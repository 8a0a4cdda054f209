// Updates: in place, by replacement, and back again.
#include "stacks/engine_fixture.h"

namespace hearth::stacks {
namespace {

TEST_F(EngineTest, updatesInPlace) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  const std::size_t before = eventCount("demo");
  const auto ids = world_.existingIds();
  std::string text = kThree;
  text.replace(text.find("Size: 2"), 7, "Size: 5");
  EXPECT_EQ(updated("demo", text), "UPDATE_COMPLETE");
  EXPECT_EQ(world_.existingIds(), ids);
  EXPECT_EQ(eventsSince("demo", before),
            (Lines{"demo UPDATE_IN_PROGRESS | User Initiated", "B UPDATE_IN_PROGRESS", "B UPDATE_COMPLETE",
                   "demo UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "demo UPDATE_COMPLETE"}));
  EXPECT_EQ(updated("demo", text), "No updates are to be performed.");
}

TEST_F(EngineTest, replacesAndCleansUp) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  const std::string old = world_.engine->getResource(world_.place, "demo", "C")->physicalId;
  const std::size_t before = eventCount("demo");
  world_.things->calls.clear();
  std::string text = kThree;
  text.replace(text.find("Name: c"), 7, "Name: d");
  EXPECT_EQ(updated("demo", text), "UPDATE_COMPLETE");
  const std::string fresh = world_.engine->getResource(world_.place, "demo", "C")->physicalId;
  EXPECT_NE(fresh, old);
  EXPECT_EQ(world_.existingIds(), world_.believedIds("demo"));
  EXPECT_FALSE(world_.existingIds().contains(old));
  EXPECT_EQ(world_.things->calls, (Lines{"prepare C", "create C", "prepare B", "update B", "remove C"}))
      << "the new before the old is deleted, and A has no need to know";
  EXPECT_EQ(
      eventsSince("demo", before),
      (Lines{"demo UPDATE_IN_PROGRESS | User Initiated",
             "C UPDATE_IN_PROGRESS | Requested update requires the creation of a new physical resource; hence "
             "creating one.",
             "C UPDATE_IN_PROGRESS | Resource creation Initiated", "C UPDATE_COMPLETE", "B UPDATE_IN_PROGRESS",
             "B UPDATE_COMPLETE", "demo UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "C DELETE_IN_PROGRESS",
             "C DELETE_COMPLETE", "demo UPDATE_COMPLETE"}));
  EXPECT_EQ(world_.engine->getStack(world_.place, "demo")->outputs[0].value, "arn:thing:" + fresh);
}

// Adds N, changes B in place, replaces C, leaves D out: every kind of change in one update.

TEST_F(EngineTest, restoresTheFormerStateWhereverAnUpdateFails) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  const std::string before = world_.existing();
  const auto idsBefore = world_.existingIds();
  const auto viewBefore = *world_.engine->getStack(world_.place, "demo");
  for (const char* failing : {"create N", "update B", "create C", "update A", "prepare A", "prepare N"}) {
    const std::string verb = failing;
    // Once: the way back uses the same calls.
    world_.things->failures = {{failing, 1}};
    EXPECT_EQ(updated("demo", kAfter), "UPDATE_ROLLBACK_COMPLETE") << failing;
    EXPECT_EQ(world_.existing(), before) << failing;
    EXPECT_EQ(world_.existingIds(), idsBefore) << failing;
    EXPECT_EQ(world_.believedIds("demo"), idsBefore) << failing;
    const auto view = *world_.engine->getStack(world_.place, "demo");
    EXPECT_EQ(view.outputs, viewBefore.outputs) << failing;
    EXPECT_EQ(world_.engine->getTemplateText(world_.place, "demo").value(), kBefore) << failing;
  }
  world_.things->failures.clear();
  EXPECT_EQ(updated("demo", kAfter), "UPDATE_COMPLETE") << "a rolled back stack can be updated";
  EXPECT_EQ(world_.existingIds(), world_.believedIds("demo"));
  EXPECT_EQ(world_.believedIds("demo").size(), 4U);
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existing(), "");
}

TEST_F(EngineTest, tellsTheStoryOfAFailedUpdate) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  const std::size_t before = eventCount("demo");
  world_.things->failures = {{"create C", 1}};
  EXPECT_EQ(updated("demo", kAfter), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(
      eventsSince("demo", before),
      (Lines{"demo UPDATE_IN_PROGRESS | User Initiated", "N CREATE_IN_PROGRESS",
             "N CREATE_IN_PROGRESS | Resource creation Initiated", "N CREATE_COMPLETE", "B UPDATE_IN_PROGRESS",
             "B UPDATE_COMPLETE",
             "C UPDATE_IN_PROGRESS | Requested update requires the creation of a new physical resource; hence "
             "creating one.",
             "C UPDATE_FAILED | no create C (Status Code: 409; Error Code: ThingRefused)",
             "demo UPDATE_ROLLBACK_IN_PROGRESS | The following resource(s) failed to update: [C]. ",
             "B UPDATE_IN_PROGRESS", "B UPDATE_COMPLETE", "C UPDATE_IN_PROGRESS", "C UPDATE_COMPLETE",
             "demo UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "C DELETE_COMPLETE", "N DELETE_IN_PROGRESS",
             "N DELETE_COMPLETE", "demo UPDATE_ROLLBACK_COMPLETE"}));
}

TEST_F(EngineTest, failsToRollBackAndContinues) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  const std::string before = world_.existing();
  world_.things->failures = {{"create C", 1}};
  world_.things->inCall = [this] {
    // The way back meets a second failure.
    if (world_.things->calls.back() == "create C") world_.things->failures["update B"] = 1;
  };
  EXPECT_EQ(updated("demo", kAfter), "UPDATE_ROLLBACK_FAILED");
  world_.things->inCall = nullptr;
  EXPECT_EQ(world_.engine->getStack(world_.place, "demo")->statusReason,
            "The following resource(s) failed to update: [B]. ");
  EXPECT_EQ(updated("demo", kAfter).find("is in UPDATE_ROLLBACK_FAILED state and can not be updated.") ==
                std::string::npos,
            false);
  const auto proceed = [&](const std::vector<std::string>& skip) {
    auto accepted = world_.database->writeAndWait(
        [&] { return world_.engine->continueUpdateRollback(world_.place, "demo", skip, "t"); });
    if (!accepted.ok()) return accepted.fault().message;
    EXPECT_TRUE(world_.settle("demo"));
    return world_.status("demo");
  };
  EXPECT_EQ(proceed({"A"}), "Only resources that failed to roll back can be skipped: A");
  EXPECT_EQ(proceed({}), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.existing(), before);
}

TEST_F(EngineTest, skipsWhatCannotBeRolledBack) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  world_.things->failures = {{"create C", 1}};
  world_.things->inCall = [this] {
    if (world_.things->calls.back() == "create C") world_.things->failures["update B"] = -1;
  };
  EXPECT_EQ(updated("demo", kAfter), "UPDATE_ROLLBACK_FAILED");
  auto accepted = world_.database->writeAndWait(
      [&] { return world_.engine->continueUpdateRollback(world_.place, "demo", {"B"}, "t"); });
  ASSERT_TRUE(accepted.ok());
  ASSERT_TRUE(world_.settle("demo"));
  EXPECT_EQ(world_.status("demo"), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.existingIds(), world_.believedIds("demo"));
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existing(), "");
}

TEST_F(EngineTest, updatesTagsAndOutputsAlone) {
  const std::string text = "Resources: {A: {Type: AWS::X::Thing, Properties: {Size: 1}}}\n";
  ASSERT_EQ(created("demo", text, [](auto& input) { input.tags = {{"team", "a"}}; }), "CREATE_COMPLETE");
  EXPECT_EQ(world_.existing(), R"(A {"Size":1,"Tags":{"team":"a"}})");
  EXPECT_EQ(updated("demo", text), "No updates are to be performed.") << "absent tags are kept";
  EXPECT_EQ(updated("demo", text, [](auto& input) { input.tags = {{{"team", "b"}}}; }), "UPDATE_COMPLETE");
  EXPECT_EQ(world_.existing(), R"(A {"Size":1,"Tags":{"team":"b"}})");
  EXPECT_EQ(updated("demo", text + "Outputs: {O: {Value: x}}"), "UPDATE_COMPLETE");
  EXPECT_EQ(world_.engine->getStack(world_.place, "demo")->outputs.size(), 1U);
  EXPECT_EQ(updated("demo",
                    "Resources: {A: {Type: AWS::X::Thing, DeletionPolicy: Retain, Properties: {Size: 1}}}\n"
                    "Outputs: {O: {Value: x}}"),
            "No updates are to be performed.")
      << "a policy alone is no change";
}

}  // namespace
}  // namespace hearth::stacks
