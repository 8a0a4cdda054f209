// Steps that throw: what is the resource's own failure, what is repeated, and who waits meanwhile.
#include <algorithm>
#include <system_error>

#include "stacks/engine_fixture.h"
#include "store/damaged_record.h"

namespace hearth::stacks {
namespace {

using std::chrono::milliseconds;

constexpr const char* kOne = "Resources: {A: {Type: AWS::X::Thing}}";
constexpr const char* kStuck = "Resources: {Stuck: {Type: AWS::X::Thing}}";

Engine::Options retryingAfter(milliseconds pause) {
  Engine::Options options;
  options.retryAfter = pause;
  return options;
}

TEST_F(EngineTest, aPreparationThatThrowsIsTheResourcesFailure) {
  world_.things->onCall = [](const std::string& call) {
    if (call == "prepare A") throw std::system_error(ENOSPC, std::generic_category(), "write");
  };
  EXPECT_EQ(created("demo", kOne), "ROLLBACK_COMPLETE");
  const Lines events = world_.events("demo");
  EXPECT_TRUE(std::any_of(events.begin(), events.end(),
                          [](const std::string& line) { return line.starts_with("A CREATE_FAILED"); }));
}

TEST_F(EngineTest, whatWasPreparedInVainIsLetGoOf) {
  const std::string three =
      "Resources: {A: {Type: AWS::X::Thing}, B: {Type: AWS::X::Thing}, C: {Type: AWS::X::Thing}}";
  for (const std::string failing : {"prepare B", "create A", "create C"}) {
    world_.things->failures = {{failing, 1}};
    EXPECT_EQ(created("demo", three), "ROLLBACK_COMPLETE") << failing;
    EXPECT_EQ(world_.things->prepared, 0) << failing;
    EXPECT_EQ(world_.things->unprepared, 0);
    EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
  }
}

// It would be the same the next time.
TEST_F(EngineTest, aRecordThatIsDamagedIsTheResourcesFailure) {
  world_.things->onCall = [](const std::string& call) {
    if (call == "create A") throw store::DamagedRecord("a record cannot be opened");
  };
  EXPECT_EQ(created("demo", kOne), "ROLLBACK_COMPLETE");
}

TEST(EngineFailure, aDatabaseErrorIsRepeatedAndNoFailure) {
  for (const std::string verb : {"prepare A", "create A"}) {
    SCOPED_TRACE(verb);
    Folder folder;
    World world(folder.path(), retryingAfter(milliseconds(1)));
    int left = 3;
    world.things->onCall = [&](const std::string& call) {
      if (call == verb && left-- > 0) throw store::DatabaseError("database or disk is full");
    };
    world.engine->start();
    auto id = world.create("demo", kOne);
    ASSERT_TRUE(id.ok());
    ASSERT_TRUE(world.engine->waitUntilIdle(*id, std::chrono::seconds(60)));
    EXPECT_EQ(world.status("demo"), "CREATE_COMPLETE");
    EXPECT_EQ(left, -1);
    EXPECT_EQ(world.existingIds(), world.believedIds("demo"));
    EXPECT_EQ(world.events("demo"), (Lines{"demo CREATE_IN_PROGRESS | User Initiated", "A CREATE_IN_PROGRESS",
                                           "A CREATE_IN_PROGRESS | Resource creation Initiated",
                                           "A CREATE_COMPLETE", "demo CREATE_COMPLETE"}));
  }
}

TEST(EngineFailure, aStackThatCannotGoOnKeepsNoOtherWaiting) {
  Folder folder;
  World world(folder.path(), retryingAfter(std::chrono::hours(1)));
  world.things->onCall = [](const std::string& call) {
    if (call == "prepare Stuck") throw store::DatabaseError("disk I/O error");
  };
  world.engine->start();
  ASSERT_TRUE(world.create("stuck", kStuck).ok());
  auto id = world.create("demo", kThree);
  ASSERT_TRUE(id.ok());
  EXPECT_TRUE(world.engine->waitUntilIdle(*id, std::chrono::seconds(60)));
  EXPECT_EQ(world.status("demo"), "CREATE_COMPLETE");
  EXPECT_EQ(world.status("stuck"), "CREATE_IN_PROGRESS");
  EXPECT_EQ(std::count(world.things->calls.begin(), world.things->calls.end(), "prepare Stuck"), 1);

  world.engine->stop();
  world.things->onCall = nullptr;
  world.engine->start();
  EXPECT_TRUE(world.settle("stuck"));
  EXPECT_EQ(world.status("stuck"), "CREATE_COMPLETE");
}

}  // namespace
}  // namespace hearth::stacks
