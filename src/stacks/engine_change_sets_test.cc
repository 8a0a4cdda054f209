// Change sets: what they say, and that executing one does that.
#include "stacks/engine_fixture.h"

namespace hearth::stacks {
namespace {

class ChangeSetTest : public EngineTest {
 protected:
  Result<ChangeSet> made(const std::string& stack, const std::string& name, const std::string& text,
                         ChangeSetKind kind = ChangeSetKind::kUpdate,
                         const std::vector<ParameterInput>& parameters = {},
                         std::optional<OnFailure> onFailure = std::nullopt) {
    CreateChangeSetInput input;
    input.onFailure = onFailure;
    input.name = name;
    input.kind = kind;
    input.order.place = world_.place;
    input.order.stack = stack;
    input.order.parameters = parameters;
    if (!text.empty()) {
      auto document = parseTemplate(text);
      if (!document.ok()) return document.fault();
      input.order.document = std::make_shared<const Template>(*std::move(document));
    }
    Result<ChangeSet> set = Fault("Unset", "");
    auto written = world_.database->writeAndWait([&]() -> Result<void> {
      set = world_.engine->createChangeSet(input);
      return set.ok() ? Result<void>() : Result<void>(set.fault());
    });
    return set;
  }
  // The status of the stack when it is done, or the fault.
  std::string executed(const std::string& stack, const std::string& name, bool disableRollback = false) {
    ExecuteOptions options;
    if (disableRollback) options.disableRollback = true;
    auto written = world_.database->writeAndWait([&]() -> Result<void> {
      return world_.engine->executeChangeSet(world_.place, name, stack, nullptr, options);
    });
    if (!written.ok()) return written.fault().code + ": " + written.fault().message;
    EXPECT_TRUE(world_.settle(stack));
    return world_.status(stack);
  }
  std::string execution(const std::string& stack, const std::string& name) {
    const auto set = world_.engine->getChangeSet(world_.place, name, stack);
    return set.ok() ? std::string(nameOf(set->execution)) : set.fault().code;
  }
  void dropped(const std::string& stack, const std::string& name) {
    const auto written = world_.database->writeAndWait(
        [&]() -> Result<void> { return world_.engine->deleteChangeSet(world_.place, name, stack); });
    EXPECT_TRUE(written.ok()) << written.fault().message;
  }
  static Lines lines(const ChangeSet& set) {
    static constexpr const char* kActions[] = {"Add", "Modify", "Remove"};
    static constexpr const char* kReplacements[] = {"False", "True", "Conditional"};
    Lines out;
    for (const DescribedChange& change : set.changes) {
      const bool isModify = change.action == ChangeAction::kModify;
      out.push_back(std::string(kActions[static_cast<int>(change.action)]) + " " + change.logicalId +
                    (isModify ? std::string(" ") + kReplacements[static_cast<int>(change.replacement)] : ""));
      for (const ChangeDetail& detail : change.details) {
        out.push_back("  " + detail.attribute + (detail.name.empty() ? "" : " " + detail.name) + " " +
                      detail.recreation + (detail.isDynamic ? " Dynamic " : " Static ") + detail.source +
                      (detail.cause.empty() ? "" : " " + detail.cause));
      }
    }
    return out;
  }
};

TEST_F(ChangeSetTest, MakesAStackThatWasUnderReview) {
  const auto set = made("demo", "first", kThree, ChangeSetKind::kCreate);
  ASSERT_TRUE(set.ok()) << set.fault().message;
  EXPECT_EQ(world_.status("demo"), "REVIEW_IN_PROGRESS");
  EXPECT_EQ(world_.events("demo"), (Lines{"demo REVIEW_IN_PROGRESS | User Initiated"}));
  EXPECT_EQ(lines(*set), (Lines{"Add C", "Add B", "Add A"}));
  EXPECT_EQ(world_.existing(), "");
  EXPECT_EQ(executed("demo", "first"), "CREATE_COMPLETE");
  EXPECT_EQ(execution("demo", "first"), "EXECUTE_COMPLETE");
  EXPECT_EQ(world_.existingIds(), world_.believedIds("demo"));
  EXPECT_EQ(world_.engine->getTemplateText(world_.place, "demo").value(), kThree);
  EXPECT_EQ(executed("demo", "first").substr(0, 23), "InvalidChangeSetStatus:");
}

TEST_F(ChangeSetTest, AStackUnderReviewCanBeLeftAgain) {
  ASSERT_TRUE(made("demo", "first", kThree, ChangeSetKind::kCreate).ok());
  ASSERT_TRUE(made("demo", "second", kBefore, ChangeSetKind::kCreate).ok());
  EXPECT_EQ(
      updated("demo", kThree).find("is in REVIEW_IN_PROGRESS state and can not be updated.") == std::string::npos,
      false);
  EXPECT_EQ(created("demo", kThree), "Stack [demo] already exists");
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existing(), "");
  ASSERT_TRUE(made("demo", "first", kThree, ChangeSetKind::kCreate).ok()) << "the name is free again";
}

TEST_F(ChangeSetTest, SaysWhatAnUpdateWillDoAndDoesIt) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  const std::string before = world_.existing();
  const auto set = made("demo", "next", kAfter);
  ASSERT_TRUE(set.ok()) << set.fault().message;
  EXPECT_EQ(world_.existing(), before) << "nothing is done yet";
  EXPECT_EQ(world_.status("demo"), "CREATE_COMPLETE");
  EXPECT_EQ(lines(*set),
            (Lines{"Add N", "Modify B False", "  Properties Size Never Static DirectModification", "Modify C True",
                   "  Properties Name Always Static DirectModification", "Modify A False",
                   "  Properties Link Never Dynamic ResourceReference C", "Remove D"}));
  ASSERT_TRUE(made("demo", "other", kThree).ok());
  EXPECT_EQ(executed("demo", "next"), "UPDATE_COMPLETE");
  EXPECT_EQ(execution("demo", "next"), "EXECUTE_COMPLETE");
  EXPECT_EQ(execution("demo", "other"), "ChangeSetNotFound") << "what was worked out before does not hold any more";
}

TEST_F(ChangeSetTest, NamesTheParameterThatIsTheCause) {
  const std::string text = R"yaml(
Parameters: {Much: {Type: String, Default: "1"}, Secret: {Type: String, NoEcho: true, Default: s}}
Resources:
  A: {Type: AWS::X::Thing, Properties: {Size: !Ref Much, Name: fixed}}
)yaml";
  ASSERT_EQ(created("demo", text), "CREATE_COMPLETE");
  const auto set = made("demo", "more", "", ChangeSetKind::kUpdate, {{"Much", "2", false}});
  ASSERT_TRUE(set.ok()) << set.fault().message;
  EXPECT_EQ(lines(*set), (Lines{"Modify A False", "  Properties Size Never Static ParameterReference Much"}));
}

TEST_F(ChangeSetTest, NothingToDoIsAFailedSet) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  const auto set = made("demo", "same", kThree);
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->status(), "FAILED");
  EXPECT_EQ(set->reason.substr(0, 51), "The submitted information didn't contain changes. S");
  EXPECT_EQ(execution("demo", "same"), "UNAVAILABLE");
  EXPECT_EQ(executed("demo", "same").substr(0, 23), "InvalidChangeSetStatus:");
}

TEST_F(ChangeSetTest, AnotherUpdateMakesItObsolete) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  ASSERT_TRUE(made("demo", "late", kAfter).ok());
  ASSERT_EQ(updated("demo", kThree), "UPDATE_COMPLETE");
  EXPECT_EQ(execution("demo", "late"), "OBSOLETE");
  EXPECT_EQ(executed("demo", "late").substr(0, 23), "InvalidChangeSetStatus:");
  dropped("demo", "late");
  EXPECT_EQ(execution("demo", "late"), "ChangeSetNotFound");
  dropped("demo", "late");
}

TEST_F(ChangeSetTest, AFailedExecutionIsSaid) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  const std::string before = world_.existing();
  ASSERT_TRUE(made("demo", "next", kAfter).ok());
  world_.things->failures = {{"create C", 1}};
  EXPECT_EQ(executed("demo", "next"), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(execution("demo", "next"), "EXECUTE_FAILED");
  EXPECT_EQ(world_.existing(), before);
}

TEST_F(ChangeSetTest, AnArnDoesNotLeadPastTheStackThatIsNamed) {
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  ASSERT_EQ(created("other", kBefore,
                    [](CreateStackInput& input) {
                      input.tags = {{"a", "b"}};
                    }),
            "CREATE_COMPLETE");
  const auto set = made("demo", "a", kBefore);
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(execution("other", set->id), "ChangeSetNotFound");
  EXPECT_EQ(executed("other", set->id).substr(0, 18), "ChangeSetNotFound:");
  dropped("other", set->id);
  EXPECT_EQ(execution("demo", set->id), "AVAILABLE");
  EXPECT_EQ(execution("", set->id), "AVAILABLE");
  EXPECT_EQ(execution(set->stackId, set->id), "AVAILABLE");
}

TEST_F(ChangeSetTest, AFailureDoesWhatTheExecutionOrTheSetSays) {
  ASSERT_EQ(created("demo", kBefore), "CREATE_COMPLETE");
  world_.things->failures = {{"create C", 1}};
  ASSERT_TRUE(made("demo", "a", kAfter).ok());
  EXPECT_EQ(executed("demo", "a", true), "UPDATE_FAILED");
  ASSERT_TRUE(made("demo", "b", kAfter).ok()) << "going on is a change, too";
  EXPECT_EQ(executed("demo", "b").substr(0, 70),
            "ValidationError: This stack is currently in a non-terminal [UPDATE_FAI");
  EXPECT_EQ(executed("demo", "b", true), "UPDATE_COMPLETE");

  world_.things->failures = {{"create C", 1}};
  ASSERT_TRUE(made("new", "a", kBefore, ChangeSetKind::kCreate, {}, OnFailure::kDelete).ok());
  EXPECT_EQ(executed("new", "a", true),
            "ValidationError: You can specify DisableRollback or OnStackFailure, but not both.");
  EXPECT_EQ(executed("new", "a"), "none") << "it is deleted";
}

TEST_F(ChangeSetTest, ValuesAreToldButSecrets) {
  const char* before = R"yaml(
Parameters: {Secret: {Type: String, NoEcho: true, Default: hush}}
Resources:
  A: {Type: AWS::X::Thing, Properties: {Size: 1, Link: !Ref Secret}}
  B: {Type: AWS::X::Thing, Properties: {Size: 2}}
)yaml";
  const char* after = R"yaml(
Parameters: {Secret: {Type: String, NoEcho: true, Default: hush}}
Resources:
  A: {Type: AWS::X::Thing, Properties: {Size: 3, Link: !Sub "${Secret}-more"}}
  C: {Type: AWS::X::Thing, Properties: {Link: !GetAtt D.Arn}}
  D: {Type: AWS::X::Thing}
)yaml";
  ASSERT_EQ(created("demo", before), "CREATE_COMPLETE");
  const auto made = this->made("demo", "a", after);
  ASSERT_TRUE(made.ok());
  const auto set = world_.engine->getChangeSet(world_.place, "a", "demo");
  std::map<std::string, const DescribedChange*> changes;
  for (const DescribedChange& change : set->changes) changes[change.logicalId] = &change;
  EXPECT_EQ(changes.at("A")->before, R"({"Properties":{"Size":1,"Link":"****"}})");
  EXPECT_EQ(changes.at("A")->after, R"({"Properties":{"Size":3,"Link":"****"}})");
  EXPECT_EQ(changes.at("A")->details[0].before, "1");
  EXPECT_EQ(changes.at("A")->details[0].after, "3");
  EXPECT_EQ(changes.at("B")->before, R"({"Properties":{"Size":2}})");
  EXPECT_EQ(changes.at("B")->after, "");
  EXPECT_EQ(changes.at("C")->before, "");
  EXPECT_EQ(changes.at("C")->after, R"({"Properties":{"Link":"{{changeSet:KNOWN_AFTER_APPLY}}"}})");
}

TEST_F(ChangeSetTest, RefusesWhatDoesNotFit) {
  EXPECT_EQ(made("none", "a", kThree).fault().message, "Stack [none] does not exist");
  EXPECT_EQ(made("demo", "-a", kThree, ChangeSetKind::kCreate).fault().code, "ValidationError");
  ASSERT_EQ(created("demo", kThree), "CREATE_COMPLETE");
  EXPECT_EQ(made("demo", "a", kThree, ChangeSetKind::kCreate).fault().message,
            "Stack [demo] already exists and cannot be created again with the changeSet [a].");
  ASSERT_TRUE(made("demo", "a", kBefore).ok());
  EXPECT_EQ(made("demo", "a", kBefore).fault().code, "AlreadyExistsException");
  EXPECT_EQ(execution("demo", "b"), "ChangeSetNotFound");
}

}  // namespace
}  // namespace hearth::stacks
