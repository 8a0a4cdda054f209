// Looking for drift in stacks.
#include "stacks/engine_fixture.h"

namespace hearth::stacks {
namespace {

class EngineDriftTest : public EngineTest {
 protected:
  std::string idOf(const std::string& stack) { return world_.engine->getStack(world_.place, stack)->id; }

  Result<std::string> begun(const std::string& stack, const std::vector<std::string>& logicalIds = {}) {
    return world_.order([&] { return world_.engine->drift().begin(idOf(stack), logicalIds); });
  }
  // "STAGE n: A STATUS; B STATUS" after a detection.
  std::string detected(const std::string& stack, const std::vector<std::string>& logicalIds = {}) {
    auto id = begun(stack, logicalIds);
    if (!id.ok()) return id.fault().message;
    world_.engine->drift().run(*id, "");
    const auto detection = world_.engine->drift().find(*id);
    std::string text = std::string(nameOf(detection->stage)) + " " + std::to_string(detection->drifted) + ":";
    for (const auto& [logicalId, drift] : world_.engine->drift().ofResources(idOf(stack))) {
      text += " " + logicalId + " " + std::string(nameOf(drift.status));
    }
    return text + (detection->reason.empty() ? "" : " | " + detection->reason);
  }
  void change(const std::string& sql) {
    EXPECT_TRUE(world_.database
                    ->writeAndWait([&]() -> Result<void> {
                      world_.database->execute(sql);
                      return {};
                    })
                    .ok());
  }
};

TEST_F(EngineDriftTest, FindsWhatOthersChangedAndRemoved) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  EXPECT_FALSE(world_.engine->drift().ofStack(idOf("demo")));
  EXPECT_EQ(detected("demo"), "DETECTION_COMPLETE 0: A IN_SYNC B IN_SYNC C IN_SYNC");
  EXPECT_FALSE(world_.engine->drift().ofStack(idOf("demo"))->isDrifted);

  change(R"(UPDATE things SET properties = '{"Name":"c","Size":33}' WHERE owner = 'C')");
  change("DELETE FROM things WHERE owner = 'A'");
  EXPECT_EQ(detected("demo"), "DETECTION_COMPLETE 2: A DELETED B IN_SYNC C MODIFIED");
  EXPECT_TRUE(world_.engine->drift().ofStack(idOf("demo"))->isDrifted);
  const auto drifts = world_.engine->drift().ofResources(idOf("demo"));
  ASSERT_EQ(drifts.at("C").differences.size(), 1U);
  EXPECT_EQ(drifts.at("C").differences[0].path, "/Size");

  world_.things->tells = false;
  EXPECT_EQ(detected("demo", {"B"}), "DETECTION_COMPLETE 0: A DELETED B NOT_CHECKED C MODIFIED");
  EXPECT_TRUE(world_.engine->drift().ofStack(idOf("demo"))->isDrifted) << "a part of the stack says nothing of it";
  const auto one = world_.engine->drift().detect(idOf("demo"), "A", "");
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->status, DriftStatus::kDeleted);
}

TEST_F(EngineDriftTest, AChangeMakesItUnknownAgain) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  ASSERT_EQ(detected("demo").substr(0, 18), "DETECTION_COMPLETE");
  world_.clock.advance(std::chrono::seconds(1));
  std::string text = kThree;
  text.replace(text.find("Size: 2"), 7, "Size: 5");
  ASSERT_EQ(updated("demo", text), "UPDATE_COMPLETE");
  const auto drifts = world_.engine->drift().ofResources(idOf("demo"));
  EXPECT_TRUE(drifts.contains("A"));
  EXPECT_FALSE(drifts.contains("B"));
}

TEST_F(EngineDriftTest, FailuresAreTold) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  world_.things->failures = {{"read B", -1}};
  EXPECT_EQ(detected("demo"), "DETECTION_FAILED 0: A IN_SYNC C IN_SYNC | Failed to detect drift on resource [B]");
  EXPECT_EQ(world_.engine->drift().detect(idOf("demo"), "B", "").fault().code, "ThingRefused");
  EXPECT_EQ(begun("demo", {"Nope"}).fault().message, "Resource Nope does not exist for stack demo");

  ASSERT_TRUE(begun("demo").ok());
  EXPECT_EQ(begun("demo").fault().message,
            "Drift detection is already in progress for stack [" + idOf("demo") + "]");
  world_.engine->stop();
  world_.engine->start();
  EXPECT_TRUE(begun("demo").ok()) << "what the last run left is over";
}

TEST_F(EngineDriftTest, ADetectionThatThrowsOrIsLostHasFailed) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  const auto lost = begun("demo");
  ASSERT_TRUE(lost.ok());
  world_.clock.advance(std::chrono::minutes(59));
  EXPECT_FALSE(begun("demo").ok());
  world_.clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(world_.engine->drift().find(*lost)->stage, Detection::Stage::kFailed);
  const auto throwing = begun("demo");
  ASSERT_TRUE(throwing.ok()) << throwing.fault().message;
  world_.engine->drift().run(*lost, "");
  EXPECT_TRUE(world_.engine->drift().ofResources(idOf("demo")).empty()) << "its time is over";

  change("UPDATE stacks_resources SET attributes = x'00' WHERE logical_id = 'B'");
  EXPECT_NO_THROW(world_.engine->drift().run(*throwing, ""));
  const auto detection = world_.engine->drift().find(*throwing);
  EXPECT_EQ(detection->stage, Detection::Stage::kFailed);
  EXPECT_EQ(detection->reason, "Internal Failure");
}

TEST_F(EngineDriftTest, ADetectionLooksWhenItRuns) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  const auto id = begun("demo");
  ASSERT_TRUE(id.ok());
  world_.clock.advance(std::chrono::seconds(1));
  std::string text = kThree;
  text.replace(text.find("Size: 2"), 7, "Size: 5");
  ASSERT_EQ(updated("demo", text), "UPDATE_COMPLETE");
  world_.engine->drift().run(*id, "");
  EXPECT_EQ(world_.engine->drift().find(*id)->stage, Detection::Stage::kComplete);

  world_.things->failures = {{"create C", 1}};
  ASSERT_EQ(created("bad", kThree), "ROLLBACK_COMPLETE");
  EXPECT_NE(begun("bad").fault().message.find("while it is in [ROLLBACK_COMPLETE] state"), std::string::npos);
}

TEST_F(EngineDriftTest, SecretsOfTheStackAreNotShown) {
  const char* text = R"yaml(
Parameters: {Secret: {Type: String, NoEcho: true, Default: hush}}
Resources:
  A: {Type: AWS::X::Thing, Properties: {Size: 1, Link: !Ref Secret}}
)yaml";
  ASSERT_EQ(created("demo", text), "CREATE_COMPLETE");
  change(R"(UPDATE things SET properties = '{"Size":1,"Link":"other"}')");
  const auto drift = world_.engine->drift().detect(idOf("demo"), "A", "");
  ASSERT_TRUE(drift.ok());
  EXPECT_EQ(drift->status, DriftStatus::kModified);
  const std::string shown = base::writeJson(Json(toJson(*drift)));
  EXPECT_EQ(shown.find("hush"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("other"), std::string::npos) << shown;
}

TEST_F(EngineDriftTest, WhoLooksIsTheActor) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  ASSERT_TRUE(world_.engine->drift().detect(idOf("demo"), "A", "arn:eve").ok());
  EXPECT_EQ(world_.things->lastReader, "arn:eve");
  const auto id = begun("demo");
  ASSERT_TRUE(id.ok());
  world_.engine->drift().run(*id, "arn:ann");
  EXPECT_EQ(world_.things->lastReader, "arn:ann");
}

}  // namespace
}  // namespace hearth::stacks
