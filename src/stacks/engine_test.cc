#include "stacks/engine.h"

#include <fstream>
#include <iterator>

#include "stacks/engine_fixture.h"

namespace hearth::stacks {
namespace {

TEST_F(EngineTest, createsInOrderOfNeed) {
  EXPECT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  EXPECT_EQ(
      world_.events("demo"),
      (Lines{"demo CREATE_IN_PROGRESS | User Initiated", "C CREATE_IN_PROGRESS",
             "C CREATE_IN_PROGRESS | Resource creation Initiated", "C CREATE_COMPLETE", "B CREATE_IN_PROGRESS",
             "B CREATE_IN_PROGRESS | Resource creation Initiated", "B CREATE_COMPLETE", "A CREATE_IN_PROGRESS",
             "A CREATE_IN_PROGRESS | Resource creation Initiated", "A CREATE_COMPLETE", "demo CREATE_COMPLETE"}));
  auto view = world_.engine->getStack(world_.place, "demo");
  ASSERT_TRUE(view.ok());
  const auto c = world_.engine->getResource(world_.place, "demo", "C");
  ASSERT_EQ(view->outputs.size(), 1U);
  EXPECT_EQ(view->outputs[0].value, "arn:thing:" + c->physicalId);
  EXPECT_EQ(view->outputs[0].description, "where C is");
  EXPECT_EQ(c->physicalId.rfind("demo-C-", 0), 0U);
  EXPECT_EQ(world_.existingIds(), world_.believedIds("demo"));
  EXPECT_EQ(world_.things->lastTags.at("aws:cloudformation:stack-name"), "demo");
  EXPECT_EQ(world_.things->lastTags.at("aws:cloudformation:logical-id"), "A");
  EXPECT_EQ(world_.engine->getTemplateText(world_.place, view->id).value(), kThree);
}

TEST_F(EngineTest, eventTimesTellTheOrder) {
  created("demo", kThree, [](auto& input) { input.token = "token-1"; });
  auto events = world_.engine->getEvents(world_.place, "demo", 0, 1000);
  std::set<std::string> ids;
  for (std::size_t i = 0; i < events->size(); ++i) {
    EXPECT_EQ((*events)[i].token, "token-1");
    ids.insert((*events)[i].eventId);
    if (i > 0) {
      EXPECT_GT((*events)[i - 1].time, (*events)[i].time);
    }
  }
  EXPECT_EQ(ids.size(), events->size());
  auto page = world_.engine->getEvents(world_.place, "demo", (*events)[3].sequence, 2);
  ASSERT_EQ(page->size(), 2U);
  EXPECT_EQ((*page)[0].eventId, (*events)[4].eventId);
}

TEST_F(EngineTest, refusesWithoutMakingAnything) {
  EXPECT_EQ(created("no_name", kThree).rfind("1 validation error detected: Value 'no_name' at 'stackName'", 0), 0U);
  EXPECT_EQ(created("9lives", kThree).rfind("1 validation error detected", 0), 0U);
  EXPECT_EQ(created("demo", "Resources: {A: {Type: AWS::X::Nothing}}"),
            "Template format error: Unrecognized resource types: [AWS::X::Nothing]");
  EXPECT_EQ(created("demo", "Resources: {A: {Type: AWS::X::Thing, Properties: {Colour: 1}}}"),
            "[/Resources/A] Property validation failure: [Encountered unsupported properties in {/}: [Colour]]");
  EXPECT_EQ(created("demo", "Resources: {A: {Type: AWS::X::Thing, Properties: {Link: !ImportValue nope}}}"),
            "No export named nope found");
  EXPECT_EQ(created("demo", kThree, [](auto& input) { input.tags["aws:x"] = "y"; }),
            "Tags must not start with the reserved prefix aws: (aws:x)");
  EXPECT_EQ(world_.existing(), "");
  EXPECT_EQ(world_.status("demo"), "none");
  EXPECT_TRUE(world_.engine->listStacks(world_.place, true, "", 10).empty());
}

TEST_F(EngineTest, namesAreTakenWhileTheStackLives) {
  ASSERT_EQ(created("demo", kThree, [](auto& input) { input.token = "t"; }), "CREATE_COMPLETE");
  auto again = world_.create("demo", kThree);
  EXPECT_EQ(again.fault().code, "AlreadyExistsException");
  EXPECT_EQ(again.fault().message, "Stack [demo] already exists");
  auto retry = world_.create("demo", kThree, [](auto& input) { input.token = "t"; });
  EXPECT_EQ(*retry, world_.engine->getStack(world_.place, "demo")->id);
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
  EXPECT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  EXPECT_EQ(world_.engine->listStacks(world_.place, true, "", 10).size(), 2U);
  EXPECT_EQ(world_.engine->listStacks(world_.place, false, "", 10).size(), 1U);
}

TEST_F(EngineTest, otherPlacesAreOtherWorlds) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  const std::string id = world_.engine->getStack(world_.place, "demo")->id;
  for (const Place& place : {Place{"123456789012", "eu-west-1"}, Place{"999999999999", "us-east-1"}}) {
    EXPECT_EQ(world_.engine->getStack(place, "demo").fault().message, "Stack with id demo does not exist");
    EXPECT_FALSE(world_.engine->getStack(place, id).ok());
    EXPECT_TRUE(world_.engine->listStacks(place, true, "", 10).empty());
  }
}

// Of the order, if it gives one, else the stack's own.
TEST_F(EngineTest, aDeletionRunsInTheRightsOfItsRole) {
  for (const char* given : {"arn:aws:iam::111122223333:role/last", ""}) {
    const std::string first = "arn:aws:iam::111122223333:role/first";
    auto id = world_.create("demo", kThree, [&](CreateStackInput& input) { input.roleArn = first; });
    ASSERT_TRUE(id.ok());
    ASSERT_TRUE(world_.settle("demo"));
    DeleteStackInput input;
    input.place = world_.place;
    input.stack = "demo";
    input.roleArn = given;
    ASSERT_TRUE(world_.database->writeAndWait([&] { return world_.engine->deleteStack(input); }).ok());
    ASSERT_TRUE(world_.engine->waitUntilIdle(*id, std::chrono::seconds(60)));
    EXPECT_EQ(world_.things->lastRemover, std::string_view(given).empty() ? first : given);
  }
}

TEST_F(EngineTest, rollsACreationBackWhereverItFails) {
  for (const char* failing : {"create A", "create B", "create C", "prepare B", "throw B"}) {
    world_.things->failures = {{failing, -1}};
    const std::string name = "fails-" + std::string(1, failing[std::string(failing).size() - 1]) + failing[0];
    EXPECT_EQ(created(name, kThree), "ROLLBACK_COMPLETE") << failing;
    EXPECT_EQ(world_.existing(), "") << failing;
  }
  world_.things->failures = {{"create B", -1}};
  EXPECT_EQ(created("shown", kThree), "ROLLBACK_COMPLETE");
  EXPECT_EQ(
      world_.events("shown"),
      (Lines{"shown CREATE_IN_PROGRESS | User Initiated", "C CREATE_IN_PROGRESS",
             "C CREATE_IN_PROGRESS | Resource creation Initiated", "C CREATE_COMPLETE", "B CREATE_IN_PROGRESS",
             "B CREATE_FAILED | no create B (Status Code: 409; Error Code: ThingRefused)",
             "shown ROLLBACK_IN_PROGRESS | The following resource(s) failed to create: [B]. Rollback requested "
             "by user.",
             "B DELETE_COMPLETE", "C DELETE_IN_PROGRESS", "C DELETE_COMPLETE", "shown ROLLBACK_COMPLETE"}));
  EXPECT_EQ(world_.engine->getResource(world_.place, "shown", "C")->status, Status::kDeleteComplete);
  const std::string id = world_.engine->getStack(world_.place, "shown")->id;
  EXPECT_EQ(updated("shown", kThree), "Stack:" + id + " is in ROLLBACK_COMPLETE state and can not be updated.");
  EXPECT_EQ(removed("shown"), "DELETE_COMPLETE");
}

TEST_F(EngineTest, cancelsWhatWasStartedBesideAFailure) {
  world_.things->failures = {{"create A", -1}};
  EXPECT_EQ(created("demo", "Resources: {A: {Type: AWS::X::Thing}, B: {Type: AWS::X::Thing}}"),
            "ROLLBACK_COMPLETE");
  const Lines events = world_.events("demo");
  EXPECT_NE(std::find(events.begin(), events.end(), "B CREATE_FAILED | Resource creation cancelled"), events.end());
  EXPECT_NE(std::find(events.begin(), events.end(),
                      "demo ROLLBACK_IN_PROGRESS | The following resource(s) failed to create: [A, B]. Rollback "
                      "requested by user."),
            events.end());
}

TEST_F(EngineTest, keepsOrDeletesAFailedCreationWhenAsked) {
  world_.things->failures = {{"create B", -1}};
  EXPECT_EQ(created("kept", kThree, [](auto& input) { input.onFailure = OnFailure::kDoNothing; }), "CREATE_FAILED");
  EXPECT_EQ(world_.existing(), R"(C {"Name":"c","Size":3})");
  EXPECT_TRUE(world_.engine->getStack(world_.place, "kept")->disableRollback);
  EXPECT_EQ(removed("kept"), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existing(), "");

  auto id = world_.create("gone", kThree, [](auto& input) { input.onFailure = OnFailure::kDelete; });
  ASSERT_TRUE(world_.engine->waitUntilIdle(*id, std::chrono::seconds(60)));
  EXPECT_EQ(world_.status(*id), "DELETE_COMPLETE");
  EXPECT_EQ(world_.status("gone"), "none");
  EXPECT_EQ(world_.existing(), "");
}

TEST_F(EngineTest, timesOut) {
  world_.things->inCall = [this] { world_.clock.advance(std::chrono::minutes(2)); };
  EXPECT_EQ(created("slow", kThree, [](auto& input) { input.timeoutMinutes = 1; }), "ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.existing(), "");
  const Lines events = world_.events("slow");
  EXPECT_NE(std::find(events.begin(), events.end(),
                      "slow ROLLBACK_IN_PROGRESS | Stack creation time exceeded the specified timeout. Rollback "
                      "requested by user."),
            events.end());
}

TEST_F(EngineTest, deletesInReverseOrder) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  world_.things->calls.clear();
  const std::string id = world_.engine->getStack(world_.place, "demo")->id;
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
  EXPECT_EQ(world_.things->calls, (Lines{"remove A", "remove B", "remove C"}));
  EXPECT_EQ(world_.existing(), "");
  EXPECT_EQ(world_.status("demo"), "none");
  EXPECT_EQ(world_.status(id), "DELETE_COMPLETE") << "readable by its ARN";
  EXPECT_EQ(world_.engine->getResources(world_.place, id)->size(), 3U);
  EXPECT_TRUE(world_.remove("demo").ok()) << "deleting what is gone succeeds";
  EXPECT_TRUE(world_.remove(id).ok());
}

TEST_F(EngineTest, survivesAFailedDeletion) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  world_.things->failures = {{"remove B", 1}};
  EXPECT_EQ(removed("demo"), "DELETE_FAILED");
  EXPECT_EQ(world_.engine->getStack(world_.place, "demo")->statusReason,
            "The following resource(s) failed to delete: [B]. ");
  EXPECT_EQ(world_.believedIds("demo"), world_.existingIds());
  EXPECT_EQ(world_.existingIds().size(), 2U) << "C stays because B needs it";
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existing(), "");
}

TEST_F(EngineTest, leavesRetainedResources) {
  const char* text = R"yaml(
Resources:
  Keep: {Type: AWS::X::Thing, DeletionPolicy: Retain, UpdateReplacePolicy: Retain, Properties: {Name: one}}
  Drop: {Type: AWS::X::Thing, Properties: {Size: 1}}
)yaml";
  ASSERT_EQ(created("demo", text), "CREATE_COMPLETE");
  std::string replaced = text;
  replaced.replace(replaced.find("one"), 3, "two");
  EXPECT_EQ(updated("demo", replaced), "UPDATE_COMPLETE");
  EXPECT_EQ(world_.existing(), R"(Drop {"Size":1}; Keep {"Name":"one"}; Keep {"Name":"two"})");
  const std::size_t before = eventCount("demo");
  const std::string id = world_.engine->getStack(world_.place, "demo")->id;
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existing(), R"(Keep {"Name":"one"}; Keep {"Name":"two"})");
  EXPECT_EQ(eventsSince(id, before),
            (Lines{"demo DELETE_IN_PROGRESS | User Initiated", "Keep DELETE_SKIPPED", "Drop DELETE_IN_PROGRESS",
                   "Drop DELETE_COMPLETE", "demo DELETE_COMPLETE"}));
}

TEST_F(EngineTest, retainsOnRequestAfterAFailure) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  EXPECT_NE(removed("demo", {"B"}).find("RetainResources can only be specified"), std::string::npos);
  world_.things->failures = {{"remove B", -1}};
  EXPECT_EQ(removed("demo"), "DELETE_FAILED");
  EXPECT_NE(removed("demo", {"Nope"}).find("unknown resources: [Nope]"), std::string::npos);
  EXPECT_EQ(removed("demo", {"B"}), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existingIds().size(), 1U);
}

TEST_F(EngineTest, protectsFromTermination) {
  ASSERT_EQ(created("demo", kThree, [](auto& input) { input.terminationProtection = true; }), "CREATE_COMPLETE");
  EXPECT_EQ(removed("demo"), "Stack [demo] cannot be deleted while TerminationProtection is enabled");
  auto off = world_.order([&] { return world_.engine->setTerminationProtection(world_.place, "demo", false); });
  ASSERT_TRUE(off.ok());
  EXPECT_FALSE(world_.engine->getStack(world_.place, "demo")->terminationProtection);
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
}

TEST_F(EngineTest, keepsSecretsToItself) {
  const char* text = R"yaml(
Parameters:
  Secret: {Type: String, NoEcho: true}
  Plain: {Type: String, Default: plain}
Resources:
  A: {Type: AWS::X::Thing, Properties: {Name: !Sub "n-${Secret}", Link: !Ref Plain}}
)yaml";
  ASSERT_EQ(created("demo", text,
                    [](auto& input) {
                      input.parameters = {{"Secret", "hush-hush", false}};
                    }),
            "CREATE_COMPLETE");
  const auto view = *world_.engine->getStack(world_.place, "demo");
  EXPECT_EQ(view.parameters, (std::map<std::string, std::string>{{"Plain", "plain"}, {"Secret", "****"}}));
  auto events = world_.engine->getEvents(world_.place, "demo", 0, 100);
  std::string shown;
  for (const auto& event : *events) {
    EXPECT_EQ(event.properties.find("hush"), std::string::npos);
    if (event.logicalId == "A") shown = event.properties;
  }
  EXPECT_EQ(shown, R"({"Name":"n-****","Link":"plain"})");
  EXPECT_EQ(world_.existing(), R"(A {"Name":"n-hush-hush","Link":"plain"})") << "the resource has the true value";

  EXPECT_EQ(updated("demo", "",
                    [](auto& input) {
                      input.parameters = {{"Secret", std::nullopt, true}, {"Plain", "other", false}};
                    }),
            "UPDATE_COMPLETE");
  EXPECT_EQ(world_.existing(), R"(A {"Name":"n-hush-hush","Link":"other"})");
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
}

TEST_F(EngineTest, sealsWhatItKeeps) {
  const char* text = R"yaml(
Description: visible
Parameters: {Secret: {Type: String, NoEcho: true}}
Resources: {A: {Type: AWS::X::Thing, Properties: {Name: !Ref Secret}}}
Outputs: {O: {Value: !Sub "out-${Secret}", Export: {Name: exported}}}
)yaml";
  ASSERT_EQ(created("demo", text,
                    [](auto& input) {
                      input.parameters = {{"Secret", "s3cr3t-value", false}};
                    }),
            "CREATE_COMPLETE");
  // The provider's own table is no part of this; what the engine wrote is.
  (void)world_.database->writeAndWait([&]() -> Result<void> {
    world_.database->execute("DELETE FROM things");
    return {};
  });
  for (const char* table : {"stacks_stacks", "stacks_resources", "stacks_events", "stacks_exports"}) {
    auto columns = world_.database->query("SELECT name FROM pragma_table_info(?)", table);
    std::vector<std::string> names;
    while (columns.next()) names.push_back(columns.text(0));
    ASSERT_FALSE(names.empty());
    for (const auto& name : names) {
      auto rows = world_.database->query("SELECT count(*) FROM " + std::string(table) + " WHERE instr(CAST(" +
                                         name + " AS BLOB), CAST('s3cr3t' AS BLOB)) > 0");
      ASSERT_TRUE(rows.next());
      EXPECT_EQ(rows.integer(0), 0) << table << "." << name;
    }
  }
}

TEST_F(EngineTest, exportsAndImports) {
  ASSERT_EQ(created("base",
                    "Resources: {A: {Type: AWS::X::Thing}}\n"
                    "Outputs: {O: {Value: !Ref A, Export: {Name: shared}}}"),
            "CREATE_COMPLETE");
  const std::string id = world_.engine->getResource(world_.place, "base", "A")->physicalId;
  ASSERT_EQ(created("user", "Resources: {U: {Type: AWS::X::Thing, Properties: {Link: !ImportValue shared}}}"),
            "CREATE_COMPLETE");
  EXPECT_NE(world_.existing().find("U {\"Link\":\"" + id + "\"}"), std::string::npos);
  const auto exports = world_.engine->listExports(world_.place, "", 10);
  ASSERT_EQ(exports.size(), 1U);
  EXPECT_EQ(exports[0].name, "shared");
  EXPECT_EQ(exports[0].value, id);
  EXPECT_EQ(world_.engine->getImporters(world_.place, "shared").value(), Lines{"user"});
  EXPECT_EQ(world_.engine->getImporters(world_.place, "nope").fault().message,
            "Export 'nope' is not imported by any stack.");

  EXPECT_EQ(removed("base"), "Export shared cannot be deleted as it is in use by user");
  EXPECT_EQ(updated("base", "Resources: {A: {Type: AWS::X::Thing}}"), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(updated("base",
                    "Resources: {A: {Type: AWS::X::Thing, Properties: {Name: new}}}\n"
                    "Outputs: {O: {Value: !Ref A, Export: {Name: shared}}}"),
            "UPDATE_ROLLBACK_COMPLETE")
      << "an imported value does not change";
  EXPECT_EQ(world_.engine->listExports(world_.place, "", 10)[0].value, id);
  auto taken = world_.create("second",
                             "Resources: {A: {Type: AWS::X::Thing}}\n"
                             "Outputs: {O: {Value: x, Export: {Name: shared}}}");
  ASSERT_TRUE(world_.settle("second"));
  EXPECT_EQ(world_.status("second"), "ROLLBACK_COMPLETE");
  const Lines events = world_.events("second");
  EXPECT_NE(std::find(events.begin(), events.end(),
                      "second ROLLBACK_IN_PROGRESS | Export with name shared is already exported by stack base. "
                      "Rollback requested by user."),
            events.end());

  EXPECT_EQ(updated("user", "Resources: {U: {Type: AWS::X::Thing}}"), "UPDATE_COMPLETE");
  EXPECT_EQ(removed("base"), "DELETE_COMPLETE");
  EXPECT_TRUE(world_.engine->listExports(world_.place, "", 10).empty());
}

// A template that was parsed beforehand counts only while it is still the stack's.
TEST_F(EngineTest, takesTheStandingTemplateOnlyWhileItStands) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  UpdateStackInput input;
  input.place = world_.place;
  input.stack = "demo";
  for (const auto& text : {kBefore, kAfter}) {
    input.standing = std::make_shared<const Template>(*parseTemplate(std::string(text)));
    auto plan = world_.engine->planUpdate(input);
    ASSERT_TRUE(plan.ok()) << plan.fault().message;
    EXPECT_TRUE(plan->changes.empty());
  }
}

TEST_F(EngineTest, plansWithoutTouching) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  UpdateStackInput input;
  input.place = world_.place;
  input.stack = "demo";
  input.document = std::make_shared<const Template>(*parseTemplate(kAfter));
  auto plan = world_.engine->planUpdate(input);
  ASSERT_TRUE(plan.ok()) << plan.fault().message;
  EXPECT_EQ(plan->changes.size(), 5U);
  EXPECT_EQ(world_.status("demo"), "CREATE_COMPLETE");
}

TEST_F(EngineTest, refusesASecondOrderWhileOneRuns) {
  Folder folder;
  Engine::Options options;
  options.mayStep = [] { return false; };  // nothing ever moves
  World frozen(folder.path(), options);
  ASSERT_TRUE(frozen.create("demo", kThree).ok());
  const std::string id = frozen.engine->getStack(frozen.place, "demo")->id;
  EXPECT_EQ(frozen.update("demo", kThree).fault().message,
            "Stack:" + id + " is in CREATE_IN_PROGRESS state and can not be updated.");
  EXPECT_EQ(frozen.update("nope", kThree).fault().message, "Stack [nope] does not exist");
  EXPECT_FALSE(frozen.engine->waitUntilIdle(id, std::chrono::milliseconds(1)));
}

TEST_F(EngineTest, worksOnSeveralStacksInTurn) {
  Folder folder;
  Engine::Options options;
  options.resourcesPerStep = 1;
  World world(folder.path(), options);
  const char* text = "Resources: {A: {Type: AWS::X::Thing}, B: {Type: AWS::X::Thing, DependsOn: A}}";
  const char* other = "Resources: {P: {Type: AWS::X::Thing}, Q: {Type: AWS::X::Thing, DependsOn: P}}";
  ASSERT_TRUE(world.create("one", text).ok());
  ASSERT_TRUE(world.create("two", other).ok());
  world.engine->start();
  ASSERT_TRUE(world.settle("one"));
  ASSERT_TRUE(world.settle("two"));
  Lines creates;
  for (const auto& call : world.things->calls) {
    if (call.starts_with("create")) creates.push_back(call);
  }
  EXPECT_EQ(creates, (Lines{"create A", "create P", "create B", "create Q"}));
}

TEST_F(EngineTest, forgetsDeletedStacksAfterNinetyDays) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  const std::string id = world_.engine->getStack(world_.place, "demo")->id;
  ASSERT_EQ(removed("demo"), "DELETE_COMPLETE");
  world_.engine->stop();
  world_.clock.advance(std::chrono::hours(24 * 89));
  world_.engine->start();
  EXPECT_EQ(world_.status(id), "DELETE_COMPLETE");
  world_.engine->stop();
  world_.clock.advance(std::chrono::hours(24 * 2));
  world_.engine->start();
  EXPECT_EQ(world_.status(id), "none");
  auto rows = world_.database->query(
      "SELECT (SELECT count(*) FROM stacks_events) + (SELECT count(*) FROM stacks_resources)");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), 0);
}

TEST_F(EngineTest, forgetsThemWhileItRunsAsWell) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  const std::string id = world_.engine->getStack(world_.place, "demo")->id;
  ASSERT_EQ(removed("demo"), "DELETE_COMPLETE");
  const auto expire = [&] {
    EXPECT_TRUE(world_.database
                    ->writeAndWait([&]() -> Result<void> {
                      world_.engine->expire();
                      return {};
                    })
                    .ok());
  };
  world_.clock.advance(std::chrono::hours(24 * 90 - 1));
  expire();
  EXPECT_EQ(world_.status(id), "DELETE_COMPLETE");
  world_.clock.advance(std::chrono::hours(2));
  expire();
  EXPECT_EQ(world_.status(id), "none");
  for (const char* table : {"stacks_resources", "stacks_events"})
    EXPECT_FALSE(world_.database->query("SELECT 1 FROM " + std::string(table) + " LIMIT 1").next()) << table;
}

TEST_F(EngineTest, findsTheStackOfAResource) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  const std::string physicalId = world_.engine->getResource(world_.place, "demo", "B")->physicalId;
  auto resources = world_.engine->getResourcesOf(world_.place, physicalId);
  ASSERT_TRUE(resources.ok());
  EXPECT_EQ(resources->size(), 3U);
  EXPECT_EQ(world_.engine->getResourcesOf(world_.place, "nope").fault().message, "Stack for nope does not exist");
  EXPECT_EQ(world_.engine->getResource(world_.place, "demo", "Nope").fault().message,
            "Resource Nope does not exist for stack demo");
}

TEST_F(EngineTest, asksForCapabilities) {
  Folder folder;
  World world(folder.path());
  ThingProvider provider(*world.database, "AWS::IAM::Role");
  world.engine->registerProvider(provider);
  world.engine->start();
  const char* text = "Resources: {R: {Type: AWS::IAM::Role}}";
  auto refused = world.create("demo", text);
  EXPECT_EQ(refused.fault().code, "InsufficientCapabilitiesException");
  EXPECT_EQ(refused.fault().message, "Requires capabilities : [CAPABILITY_IAM]");
  EXPECT_TRUE(world.create("demo", text, [](auto& input) { input.capabilities = {"CAPABILITY_NAMED_IAM"}; }).ok());
  EXPECT_TRUE(world.settle("demo"));
}

}  // namespace
}  // namespace hearth::stacks
