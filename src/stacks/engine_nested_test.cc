// Nested stacks: the parent makes, changes, puts back and removes its children, and they theirs.
#include "stacks/engine_fixture.h"

namespace hearth::stacks {
namespace {

constexpr const char* kParent = R"yaml(
Parameters: {Size: {Type: Number, Default: 1}}
Resources:
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child, Parameters: {Size: !Ref Size}}}
  After: {Type: AWS::X::Thing, Properties: {Link: !GetAtt Child.Outputs.Which, Size: !Ref Size}}
Outputs: {Which: {Value: !GetAtt Child.Outputs.Which}, Id: {Value: !Ref Child}}
)yaml";
constexpr const char* kChild = R"yaml(
Parameters: {Size: {Type: Number}}
Resources:
  In: {Type: AWS::X::Thing, Properties: {Size: !Ref Size}}
  Named: {Type: AWS::X::Thing, Properties: {Name: !Sub "n${Size}"}}
Outputs: {Which: {Value: !Ref Named}}
)yaml";

class EngineNested : public EngineTest {
 protected:
  EngineNested() { world_.templates["child"] = kChild; }

  std::string child(const std::string& stack = "demo", const std::string& logicalId = "Child") {
    const auto view = world_.engine->getResource(world_.place, stack, logicalId);
    return view.ok() ? view->physicalId : "";
  }
  bool has(const Lines& lines, const std::string& line) {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
  }
  std::string sized(const std::string& size) {
    return updated("demo", kParent, [&](UpdateStackInput& input) { input.parameters = {{"Size", size, false}}; });
  }
  std::map<std::string, std::string> outputsOf(const std::string& stack) {
    std::map<std::string, std::string> outputs;
    const auto view = world_.engine->getStack(world_.place, stack);
    if (!view.ok()) return outputs;
    for (const auto& output : view->outputs) outputs[output.key] = output.value.value_or("");
    return outputs;
  }
};

TEST_F(EngineNested, aChildIsMadeAndKnowsItsParents) {
  ASSERT_EQ(created("demo", kParent), "CREATE_COMPLETE");
  const std::string id = child();
  const auto parent = world_.engine->getStack(world_.place, "demo");
  const auto view = world_.engine->getStack(world_.place, id);
  ASSERT_TRUE(view.ok());
  EXPECT_TRUE(view->name.starts_with("demo-Child-")) << view->name;
  EXPECT_EQ(view->parentId, parent->id);
  EXPECT_EQ(view->rootId, parent->id);
  EXPECT_EQ(outputsOf("demo")["Id"], id);
  EXPECT_EQ(outputsOf("demo")["Which"], outputsOf(id)["Which"]);
  const Lines events = world_.events("demo");
  EXPECT_TRUE(has(events, "Child CREATE_IN_PROGRESS | Resource creation Initiated"));
  ASSERT_EQ(removed("demo"), "DELETE_COMPLETE");
  EXPECT_EQ(world_.status(id), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existing(), "");
}

TEST_F(EngineNested, aFailureInsideNamesTheChildAndIsRemoved) {
  world_.things->failures = {{"create In", -1}};
  ASSERT_EQ(created("demo", kParent), "ROLLBACK_COMPLETE");
  const Lines events = world_.events("demo");
  EXPECT_TRUE(has(events, "Child CREATE_FAILED | Embedded stack " + child() +
                              " was not successfully created: The following resource(s) failed to create: [In, "
                              "Named]. "))
      << ::testing::PrintToString(events);
  EXPECT_EQ(world_.status(child()), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existing(), "");
}

TEST_F(EngineNested, anUpdateReachesTheChildWhichCleansUpAfterItsParent) {
  ASSERT_EQ(created("demo", kParent), "CREATE_COMPLETE");
  const std::string id = child();
  const std::string before = outputsOf(id)["Which"];
  ASSERT_EQ(sized("2"), "UPDATE_COMPLETE");
  EXPECT_EQ(child(), id);
  EXPECT_EQ(world_.status(id), "UPDATE_COMPLETE");
  EXPECT_NE(outputsOf(id)["Which"], before);
  EXPECT_FALSE(world_.existingIds().contains(before));
  const auto link = world_.existing();
  EXPECT_NE(link.find(outputsOf(id)["Which"]), std::string::npos) << link;
}

TEST_F(EngineNested, anUpdateThatChangesNothingIsASuccess) {
  ASSERT_EQ(created("demo", kParent), "CREATE_COMPLETE");
  const std::size_t count = eventCount(child());
  const std::string before = world_.existing();
  ASSERT_EQ(updated("demo", kParent), "UPDATE_COMPLETE");
  EXPECT_TRUE(has(world_.events("demo"), "Child UPDATE_COMPLETE"));
  EXPECT_EQ(eventCount(child()), count);
  EXPECT_EQ(world_.existing(), before);
}

TEST_F(EngineNested, aTemplateThatHasChangedBehindItsUrlIsTaken) {
  ASSERT_EQ(created("demo", kParent), "CREATE_COMPLETE");
  world_.templates["child"] = std::string(kChild) + "  More: {Value: x}\n";
  world_.templates["child"].replace(world_.templates["child"].find("Outputs: {Which: {Value: !Ref Named}}"), 37,
                                    "Outputs:\n  Which: {Value: !Ref Named}");
  ASSERT_EQ(updated("demo", kParent), "UPDATE_COMPLETE");
  EXPECT_EQ(outputsOf(child())["More"], "x");
}

TEST_F(EngineNested, theParentsFailurePutsTheChildBack) {
  ASSERT_EQ(created("demo", kParent), "CREATE_COMPLETE");
  const std::string id = child();
  const std::string before = world_.existing();
  const std::set<std::string> ids = world_.existingIds();
  world_.things->failures = {{"update After", 1}};
  ASSERT_EQ(sized("2"), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.status(id), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.existing(), before);
  EXPECT_EQ(world_.existingIds(), ids);
  const Lines events = world_.events(id);
  EXPECT_TRUE(has(events, id.substr(id.find('/') + 1, id.rfind('/') - id.find('/') - 1) +
                              " UPDATE_ROLLBACK_IN_PROGRESS | User Initiated") ||
              std::any_of(events.begin(), events.end(), [](const std::string& line) {
                return line.find("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS") != std::string::npos;
              }));
  EXPECT_EQ(sized("3"), "UPDATE_COMPLETE") << "it can be updated again";
}

TEST_F(EngineNested, theChildsFailureNamesItselfAndGoesBack) {
  ASSERT_EQ(created("demo", kParent), "CREATE_COMPLETE");
  const std::string before = world_.existing();
  world_.things->failures = {{"update In", 1}};
  ASSERT_EQ(sized("2"), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.existing(), before);
  bool named = false;
  for (const auto& line : world_.events("demo")) {
    named =
        named || (line.starts_with("Child UPDATE_FAILED | Embedded stack " + child() +
                                   " was not successfully updated. Currently in UPDATE_ROLLBACK_IN_PROGRESS with "
                                   "reason: The following resource(s) failed to update: [In"));
  }
  EXPECT_TRUE(named) << ::testing::PrintToString(world_.events("demo"));
  EXPECT_EQ(world_.status(child()), "UPDATE_ROLLBACK_COMPLETE");
}

TEST_F(EngineNested, aRollbackThatFailedInsideIsContinuedThroughTheParent) {
  ASSERT_EQ(created("demo", kParent), "CREATE_COMPLETE");
  const std::string before = world_.existing();
  world_.things->failures = {{"update After", 1}};
  int updates = 0;
  world_.things->onCall = [&](const std::string& call) {
    if (call == "update In" && ++updates == 2) throw std::runtime_error("once");
  };
  ASSERT_EQ(sized("2"), "UPDATE_ROLLBACK_FAILED");
  EXPECT_EQ(world_.status(child()), "UPDATE_ROLLBACK_FAILED");
  const auto continued = world_.database->writeAndWait(
      [&] { return world_.engine->continueUpdateRollback(world_.place, "demo", {}, ""); });
  ASSERT_TRUE(continued.ok()) << continued.fault().message;
  EXPECT_TRUE(world_.settle("demo"));
  EXPECT_EQ(world_.status("demo"), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.status(child()), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.existing(), before);
}

TEST_F(EngineNested, aFailureThatIsKeptIsTakenBackOrGoneOnWithInTheChildAsWell) {
  ASSERT_EQ(created("demo", kParent), "CREATE_COMPLETE");
  const std::string before = world_.existing();
  const auto keeping = [](const std::string& size) {
    return [size](UpdateStackInput& input) {
      input.parameters = {{"Size", size, false}};
      input.disableRollback = true;
    };
  };
  world_.things->failures = {{"update After", 1}};
  ASSERT_EQ(updated("demo", kParent, keeping("2")), "UPDATE_FAILED");
  EXPECT_TRUE(world_.settle(child()));
  EXPECT_EQ(world_.status(child()), "UPDATE_FAILED");
  const auto back = world_.order([&] { return world_.engine->rollbackStack(world_.place, "demo", "", "", false); });
  ASSERT_TRUE(back.ok()) << back.fault().message;
  EXPECT_TRUE(world_.settle("demo"));
  EXPECT_EQ(world_.status("demo"), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.status(child()), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.existing(), before);

  world_.things->failures = {{"update After", 1}};
  ASSERT_EQ(updated("demo", kParent, keeping("3")), "UPDATE_FAILED");
  EXPECT_TRUE(world_.settle(child()));
  ASSERT_EQ(updated("demo", kParent, keeping("3")), "UPDATE_COMPLETE");
  EXPECT_EQ(world_.status(child()), "UPDATE_COMPLETE");
}

TEST_F(EngineNested, childrenOfChildrenFollow) {
  world_.templates["middle"] = kParent;
  const std::string top = R"yaml(
Parameters: {Size: {Type: Number, Default: 1}}
Resources:
  Middle: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: middle, Parameters: {Size: !Ref Size}}}
  Last: {Type: AWS::X::Thing, DependsOn: Middle, Properties: {Size: !Ref Size}}
)yaml";
  ASSERT_EQ(created("demo", top), "CREATE_COMPLETE");
  const std::string middle = child("demo", "Middle");
  const std::string inner = child(middle, "Child");
  const auto root = world_.engine->getStack(world_.place, "demo")->id;
  EXPECT_EQ(world_.engine->getStack(world_.place, inner)->rootId, root);
  EXPECT_EQ(world_.engine->getStack(world_.place, inner)->parentId, middle);
  const std::string before = world_.existing();
  const auto size = [](UpdateStackInput& input) { input.parameters = {{"Size", "2", false}}; };
  world_.things->failures = {{"update Last", 1}};
  ASSERT_EQ(updated("demo", top, size), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.existing(), before);
  EXPECT_EQ(world_.status(inner), "UPDATE_ROLLBACK_COMPLETE");
  ASSERT_EQ(updated("demo", top, size), "UPDATE_COMPLETE");
  EXPECT_EQ(world_.status(inner), "UPDATE_COMPLETE");
  ASSERT_EQ(removed("demo"), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existing(), "");
}

TEST_F(EngineNested, aFailureThatIsKeptIsLeftInChildrenOfChildrenAsWell) {
  world_.templates["middle"] = kParent;
  const std::string top = R"yaml(
Parameters: {Size: {Type: Number, Default: 1}}
Resources:
  Middle: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: middle, Parameters: {Size: !Ref Size}}}
  Last: {Type: AWS::X::Thing, DependsOn: Middle, Properties: {Size: !Ref Size}}
)yaml";
  ASSERT_EQ(created("demo", top), "CREATE_COMPLETE");
  const std::string middle = child("demo", "Middle");
  const std::string inner = child(middle, "Child");
  const auto keeping = [](UpdateStackInput& input) {
    input.parameters = {{"Size", "2", false}};
    input.disableRollback = true;
  };
  world_.things->failures = {{"update Last", 1}};
  ASSERT_EQ(updated("demo", top, keeping), "UPDATE_FAILED");
  EXPECT_TRUE(world_.settle(middle));
  EXPECT_TRUE(world_.engine->waitUntilIdle(inner, std::chrono::seconds(5)));
  EXPECT_EQ(world_.status(middle), "UPDATE_FAILED");
  EXPECT_EQ(world_.status(inner), "UPDATE_FAILED");
  EXPECT_EQ(updated("demo", top, keeping), "UPDATE_COMPLETE") << "it goes on";
  EXPECT_EQ(world_.status(inner), "UPDATE_COMPLETE");
}

TEST_F(EngineNested, aTemplateThatNamesItselfIsStopped) {
  world_.templates["self"] =
      "Resources: {Again: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: self}}}";
  EXPECT_EQ(created("demo", world_.templates["self"]), "ROLLBACK_COMPLETE");
  const auto all = world_.engine->listStacks(world_.place, true, "", 100);
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kMostNestDepth) + 1);
  EXPECT_TRUE(std::all_of(all.begin(), all.end(), [](const StackView& stack) {
    return stack.status == Status::kDeleteComplete || stack.status == Status::kRollbackComplete;
  }));
}

TEST_F(EngineNested, whatCannotBeReadOrOrderedFailsTheResource) {
  EXPECT_EQ(created("one", "Resources: {C: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: none}}}"),
            "ROLLBACK_COMPLETE");
  EXPECT_TRUE(has(world_.events("one"), "C CREATE_FAILED | S3 error: Access Denied"));
  EXPECT_EQ(created("two", "Resources: {C: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child}}}"),
            "ROLLBACK_COMPLETE");
  EXPECT_TRUE(has(world_.events("two"), "C CREATE_FAILED | Parameters: [Size] must have values"))
      << ::testing::PrintToString(world_.events("two"));
  EXPECT_EQ(created("three",
                    "Resources: {C: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child, "
                    "NotificationARNs: [a]}}}"),
            "ROLLBACK_COMPLETE");
}

TEST_F(EngineNested, aChildUnderWayIsGivenUpWithItsParent) {
  world_.slow->answersItself = false;
  world_.templates["slow"] = "Resources: {S: {Type: AWS::X::Slow}}";
  world_.things->failures = {{"create Bad", -1}};
  const auto id =
      world_.create("demo",
                    "Resources: {C: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: slow}}, "
                    "N: {Type: AWS::X::Slow}, Bad: {Type: AWS::X::Thing, DependsOn: N}}");
  ASSERT_TRUE(id.ok());
  const auto answerUntil = [&](auto&& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  };
  answerUntil([&] { return world_.slow->asked().size() >= 2; });
  (void)world_.database->writeAndWait([&]() -> Result<void> {
    world_.slow->answerAll("N");
    return {};
  });
  answerUntil([&] { return world_.status(*id) == "ROLLBACK_IN_PROGRESS"; });
  world_.slow->answersItself = true;
  answerUntil([&] {
    (void)world_.database->writeAndWait([&]() -> Result<void> {
      world_.slow->answerAll();
      return {};
    });
    return world_.engine->waitUntilIdle(*id, std::chrono::milliseconds(10));
  });
  EXPECT_EQ(world_.status(*id), "ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.status(child("demo", "C")), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existing(), "");
}

TEST_F(EngineNested, protectionIsTheRoots) {
  ASSERT_EQ(created("demo", kParent, [](CreateStackInput& input) { input.terminationProtection = true; }),
            "CREATE_COMPLETE");
  const std::string id = child();
  EXPECT_TRUE(world_.engine->getStack(world_.place, id)->terminationProtection);
  EXPECT_FALSE(world_.remove(id).ok());
  EXPECT_FALSE(world_.database
                   ->writeAndWait([&]() -> Result<void> {
                     HEARTH_CHECK(world_.engine->setTerminationProtection(world_.place, id, false));
                     return {};
                   })
                   .ok());
  EXPECT_EQ(updated("demo", "Resources: {A: {Type: AWS::X::Thing}}"), "UPDATE_COMPLETE") << "it may still go";
  EXPECT_EQ(world_.status(id), "DELETE_COMPLETE");
}

TEST_F(EngineNested, exportsOfChildrenAreProtected) {
  world_.templates["out"] = R"yaml(
Resources: {A: {Type: AWS::X::Thing}}
Outputs: {A: {Value: !Ref A, Export: {Name: shared}}}
)yaml";
  const std::string parent =
      "Resources: {C: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: out}}, "
      "B: {Type: AWS::X::Thing}}";
  ASSERT_EQ(created("demo", parent), "CREATE_COMPLETE");
  ASSERT_EQ(created("user", "Resources: {U: {Type: AWS::X::Thing, Properties: {Link: !ImportValue shared}}}"),
            "CREATE_COMPLETE");
  EXPECT_EQ(removed("demo"), "DELETE_FAILED");
  EXPECT_TRUE(
      has(world_.events("demo"), "C DELETE_FAILED | Export shared cannot be deleted as it is in use by user"));
  world_.templates["out"] = "Resources: {A: {Type: AWS::X::Thing}}";
  ASSERT_EQ(removed("user"), "DELETE_COMPLETE");
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
}

TEST_F(EngineNested, anExportThatAnUpdateAddsIsThereForTheOthersAndGoesBackWithIt) {
  world_.templates["out"] = "Resources: {A: {Type: AWS::X::Thing}}";
  world_.templates["in"] = "Resources: {U: {Type: AWS::X::Thing}}";
  const std::string parent = R"yaml(
Resources:
  O: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: out}}
  I: {Type: AWS::CloudFormation::Stack, DependsOn: O, Properties: {TemplateURL: in}}
  Z: {Type: AWS::X::Thing, DependsOn: I, Properties: {Size: 1}}
)yaml";
  ASSERT_EQ(created("demo", parent), "CREATE_COMPLETE");
  world_.templates["out"] += "\nOutputs: {A: {Value: !Ref A, Export: {Name: fresh}}}\n";
  world_.templates["in"] = "Resources: {U: {Type: AWS::X::Thing, Properties: {Link: !ImportValue fresh}}}";
  std::string changed = parent;
  changed.replace(changed.find("Size: 1"), 7, "Size: 2");
  world_.things->failures = {{"update Z", 1}};
  EXPECT_EQ(updated("demo", changed), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_TRUE(world_.engine->listExports(world_.place, "", 10).empty());
  EXPECT_EQ(updated("demo", changed), "UPDATE_COMPLETE");
  EXPECT_EQ(world_.engine->listExports(world_.place, "", 10).size(), 1U);
}

// Until its parent's update has come through, what a child exports is seen in its nest alone.
TEST_F(EngineNested, exportsOfAChildThatWaitsForItsParentAreNobodyElsesYet) {
  world_.slow->answersItself = false;
  world_.templates["out"] = R"yaml(
Parameters: {Size: {Type: String, Default: old}}
Resources: {A: {Type: AWS::X::Thing}}
Outputs:
  A: {Value: !Sub "${Size}-value", Export: {Name: changing}}
)yaml";
  ASSERT_EQ(created("demo", "Resources: {O: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: out}}}"),
            "CREATE_COMPLETE");
  world_.templates["out"] += "  B: {Value: !Ref A, Export: {Name: fresh}}\n";
  world_.templates["in"] =
      "Resources: {U: {Type: AWS::X::Thing, Properties: {Link: !ImportValue fresh, Name: !ImportValue changing}}}";
  world_.slow->failures = {{"create N", "no"}};
  const auto ordered = world_.update("demo", R"yaml(
Resources:
  O: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: out, Parameters: {Size: new}}}
  I: {Type: AWS::CloudFormation::Stack, DependsOn: O, Properties: {TemplateURL: in}}
  N: {Type: AWS::X::Slow, DependsOn: I}
)yaml");
  ASSERT_TRUE(ordered.ok()) << ordered.fault().message;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (world_.slow->asked().empty() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  ASSERT_EQ(world_.status(child("demo", "I")), "CREATE_COMPLETE") << "what is made in the nest has the new values";
  EXPECT_NE(world_.existing().find("new-value"), std::string::npos) << world_.existing();

  EXPECT_EQ(world_.engine->listExports(world_.place, "", 10).size(), 1U);
  const auto importing = [](const std::string& name) {
    return "Resources: {U: {Type: AWS::X::Thing, Properties: {Link: !ImportValue " + name + "}}}";
  };
  EXPECT_EQ(created("one", importing("fresh")), "No export named fresh found");
  EXPECT_EQ(created("two", importing("changing")),
            "Export changing cannot be imported while an update is about to change it.");
  const std::string taking =
      "Resources: {A: {Type: AWS::X::Thing}}\nOutputs: {A: {Value: a, Export: {Name: fresh}}}\n";
  EXPECT_EQ(created("three", taking), "ROLLBACK_COMPLETE") << "the name is taken";
  EXPECT_TRUE(removed("three") == "DELETE_COMPLETE");

  (void)world_.database->writeAndWait([&]() -> Result<void> {
    world_.slow->answersItself = true;
    world_.slow->answerAll();
    return {};
  });
  EXPECT_TRUE(world_.settle("demo"));
  EXPECT_EQ(world_.status("demo"), "UPDATE_ROLLBACK_COMPLETE");
  const auto exports = world_.engine->listExports(world_.place, "", 10);
  ASSERT_EQ(exports.size(), 1U);
  EXPECT_EQ(exports.front().value, "old-value");
  EXPECT_EQ(created("two", importing("changing")), "CREATE_COMPLETE");
  EXPECT_EQ(created("three", taking), "CREATE_COMPLETE");
}

TEST_F(EngineNested, anExportIsHandedOnFromOneChildToAnother) {
  const std::string plain = "Resources: {A: {Type: AWS::X::Thing}}\n";
  const std::string exporting = plain + "Outputs: {A: {Value: !Ref A, Export: {Name: moving}}}\n";
  world_.templates["first"] = exporting;
  world_.templates["second"] = plain;
  const std::string parent = R"yaml(
Resources:
  F: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: first}}
  S: {Type: AWS::CloudFormation::Stack, DependsOn: F, Properties: {TemplateURL: second}}
)yaml";
  ASSERT_EQ(created("demo", parent), "CREATE_COMPLETE");
  world_.templates["first"] = plain;
  world_.templates["second"] = exporting;
  ASSERT_EQ(updated("demo", parent), "UPDATE_COMPLETE");
  const auto exports = world_.engine->listExports(world_.place, "", 10);
  ASSERT_EQ(exports.size(), 1U);
  EXPECT_EQ(exports.front().stackId, child("demo", "S"));
}

TEST_F(EngineNested, anExportThatAChildWasMadeWithGoesBackToTheOneThatHadIt) {
  const std::string plain = "Resources: {A: {Type: AWS::X::Thing}}\n";
  const std::string exporting = plain + "Outputs: {A: {Value: !Ref A, Export: {Name: moving}}}\n";
  world_.templates["first"] = exporting;
  world_.templates["second"] = exporting;
  const std::string parent = R"yaml(
Resources:
  F: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: first}}
)yaml";
  ASSERT_EQ(created("demo", parent), "CREATE_COMPLETE");
  const auto before = world_.engine->listExports(world_.place, "", 10);
  ASSERT_EQ(before.size(), 1U);
  world_.templates["first"] = plain;
  const std::string handing = parent + R"yaml(
  S: {Type: AWS::CloudFormation::Stack, DependsOn: F, Properties: {TemplateURL: second}}
)yaml";
  world_.things->failures = {{"create Z", 1}};
  ASSERT_EQ(updated("demo", handing + "  Z: {Type: AWS::X::Thing, DependsOn: S}\n"), "UPDATE_ROLLBACK_COMPLETE");
  const auto exports = world_.engine->listExports(world_.place, "", 10);
  ASSERT_EQ(exports.size(), 1U);
  EXPECT_EQ(exports.front().stackId, child("demo", "F"));
  EXPECT_EQ(exports.front().value, before.front().value);
  EXPECT_EQ(created("user", "Resources: {U: {Type: AWS::X::Thing, Properties: {Link: !ImportValue moving}}}"),
            "CREATE_COMPLETE");
  ASSERT_EQ(removed("user"), "DELETE_COMPLETE");
  ASSERT_EQ(updated("demo", handing), "UPDATE_COMPLETE") << "it is handed on after all";
  EXPECT_EQ(world_.engine->listExports(world_.place, "", 10).at(0).stackId, child("demo", "S"));
}

// An update whose failure was kept has added a child, the next one changes that child, and is cancelled meanwhile.
class EngineNestedCancelled : public EngineNested {
 protected:
  // The update that changes the child C and what waits beside it. C is the parent's only by an update that failed.
  std::string parentOf(const std::string& slowSize) {
    return "Resources:\n  A: {Type: AWS::X::Thing}\n"
           "  C: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: added}}\n"
           "  N: {Type: AWS::X::Slow, Properties: {Size: " +
           slowSize + "}}\n";
  }
  void addChild() {
    ASSERT_EQ(created("demo", "Resources: {A: {Type: AWS::X::Thing}}"), "CREATE_COMPLETE");
    world_.templates["added"] = "Resources: {S: {Type: AWS::X::Slow, Properties: {Size: 1}}}";
    world_.things->failures = {{"create Bad", 1}};
    const std::string failing = parentOf("1") + "  Bad: {Type: AWS::X::Thing, DependsOn: [C, N]}\n";
    ASSERT_EQ(updated("demo", failing, [](UpdateStackInput& input) { input.disableRollback = true; }),
              "UPDATE_FAILED");
    ASSERT_EQ(world_.status(child("demo", "C")), "CREATE_COMPLETE");
  }
  // Answers what is asked of the slow ones but `unanswered`, until it is done.
  bool answerUntil(const std::function<bool()>& done, const std::vector<std::string>& answered = {""}) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      (void)world_.database->writeAndWait([&]() -> Result<void> {
        for (const std::string& one : answered) world_.slow->answerAll(one);
        return {};
      });
    }
    return true;
  }
  // Orders the update, lets it come to `status` of the child, and cancels it.
  void cancelWhen(const std::string& status, const std::vector<std::string>& answered) {
    world_.slow->answersItself = false;
    world_.templates["added"] = "Resources: {S: {Type: AWS::X::Slow, Properties: {Size: 2}}}";
    const std::string id = child("demo", "C");
    const auto ordered =
        world_.update("demo", parentOf("2"), [](UpdateStackInput& input) { input.disableRollback = true; });
    ASSERT_TRUE(ordered.ok()) << ordered.fault().message;
    ASSERT_TRUE(answerUntil([&] { return world_.status(id) == status; }, answered)) << world_.status(id);
    const auto cancelled =
        world_.database->writeAndWait([&] { return world_.engine->cancelUpdate(world_.place, "demo"); });
    ASSERT_TRUE(cancelled.ok()) << cancelled.fault().message;
  }
  void expectBack(const std::string& id) {
    EXPECT_TRUE(answerUntil([&] { return world_.engine->waitUntilIdle(demoId(), std::chrono::milliseconds(1)); }));
    EXPECT_EQ(world_.status("demo"), "UPDATE_ROLLBACK_COMPLETE");
    EXPECT_EQ(world_.status(id), "DELETE_COMPLETE");
    EXPECT_EQ(world_.existing(), "A {}");
  }
  std::string demoId() { return world_.engine->getStack(world_.place, "demo")->id; }
};

TEST_F(EngineNestedCancelled, aChildThatIsChangedAndWasNeverTheParentsGoes) {
  addChild();
  const std::string id = child("demo", "C");
  cancelWhen("UPDATE_IN_PROGRESS", {});
  expectBack(id);
}

TEST_F(EngineNestedCancelled, aChildThatWaitsForItsParentAndWasNeverTheParentsGoes) {
  addChild();
  const std::string id = child("demo", "C");
  cancelWhen("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", {"S"});
  expectBack(id);
}

}  // namespace
}  // namespace hearth::stacks
