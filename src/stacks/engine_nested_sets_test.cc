// Change sets of nests of stacks: made, executed and removed as one.
#include "stacks/engine_fixture.h"

namespace hearth::stacks {
namespace {

constexpr const char* kParent = R"yaml(
Parameters: {Size: {Type: Number, Default: 1}, Own: {Type: Number, Default: 1}}
Resources:
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child, Parameters: {Size: !Ref Size}}}
  After: {Type: AWS::X::Thing, Properties: {Link: !GetAtt Child.Outputs.Which, Size: !Ref Own}}
)yaml";
constexpr const char* kChild = R"yaml(
Parameters: {Size: {Type: Number}}
Resources:
  In: {Type: AWS::X::Thing, Properties: {Size: !Ref Size}}
Outputs: {Which: {Value: !Ref In}}
)yaml";
constexpr const char* kNothing = "The submitted information didn't contain changes.";

class NestedSetTest : public EngineTest {
 protected:
  NestedSetTest() { world_.templates["child"] = kChild; }

  Result<ChangeSet> made(const std::string& name, const std::string& text, const std::string& size,
                         ChangeSetKind kind = ChangeSetKind::kUpdate, const std::string& own = "1",
                         const std::string& stack = "demo") {
    CreateChangeSetInput input;
    input.name = name;
    input.kind = kind;
    input.order.place = world_.place;
    input.order.stack = stack;
    HEARTH_TRY(auto document, parseTemplate(text));
    if (document.findParameter("Size")) input.order.parameters = {{"Size", size, false}, {"Own", own, false}};
    input.order.document = std::make_shared<const Template>(std::move(document));
    HEARTH_TRY(input.nested, world_.engine->gatherNested(input));
    Result<ChangeSet> set = Fault("Unset", "");
    const auto written = world_.database->writeAndWait([&]() -> Result<void> {
      set = world_.engine->createChangeSet(input);
      return set.ok() ? Result<void>() : Result<void>(set.fault());
    });
    return set;
  }
  std::string ordered(const std::function<Result<void>()>& order) {
    const auto written = world_.database->writeAndWait(order);
    return written.ok() ? "" : written.fault().code + ": " + written.fault().message;
  }
  std::string executed(const std::string& set, const std::string& stack = "demo") {
    const std::string fault =
        ordered([&] { return world_.engine->executeChangeSet(world_.place, set, stack, nullptr, {}); });
    if (!fault.empty()) return fault;
    EXPECT_TRUE(world_.settle(stack));
    return world_.status(stack);
  }
  std::string dropped(const std::string& set, const std::string& stack = "demo") {
    return ordered([&] { return world_.engine->deleteChangeSet(world_.place, set, stack); });
  }
  // The set nested in `set` for the resource.
  Result<ChangeSet> below(const ChangeSet& set, const std::string& logicalId) {
    for (const DescribedChange& change : set.changes) {
      if (change.logicalId == logicalId) return world_.engine->getChangeSet(world_.place, change.changeSetId, "");
    }
    return Fault("None", logicalId);
  }
  std::string execution(const std::string& set) {
    const auto found = world_.engine->getChangeSet(world_.place, set, "");
    return found.ok() ? std::string(nameOf(found->execution)) : found.fault().code;
  }
  std::string child() {
    const auto view = world_.engine->getResource(world_.place, "demo", "Child");
    return view.ok() ? view->physicalId : "";
  }
};

TEST_F(NestedSetTest, aNestIsPutUnderReviewAndMade) {
  const auto set = made("first", kParent, "2", ChangeSetKind::kCreate);
  ASSERT_TRUE(set.ok()) << set.fault().message;
  EXPECT_EQ(set->status(), "CREATE_COMPLETE") << set->reason;
  EXPECT_TRUE(set->includesNested);
  EXPECT_EQ(set->parentId + set->rootId, "");
  const auto inner = below(*set, "Child");
  ASSERT_TRUE(inner.ok()) << inner.fault().message;
  EXPECT_EQ(inner->parentId, set->id);
  EXPECT_EQ(inner->rootId, set->id);
  EXPECT_TRUE(inner->name.starts_with("first-Child-")) << inner->name;
  EXPECT_EQ(inner->status(), "CREATE_COMPLETE");
  EXPECT_EQ(inner->reason, "Executable from root change set");
  EXPECT_EQ(nameOf(inner->execution), "UNAVAILABLE");
  ASSERT_EQ(inner->changes.size(), 1u);
  EXPECT_EQ(inner->changes[0].logicalId, "In");
  EXPECT_EQ(world_.status(inner->stackId), "REVIEW_IN_PROGRESS");
  EXPECT_EQ(world_.engine->getStack(world_.place, inner->stackId)->parentId, set->stackId);
  EXPECT_EQ(world_.existing(), "");

  EXPECT_TRUE(dropped(inner->id, "").starts_with("InvalidChangeSetStatus: "));
  EXPECT_TRUE(ordered([&] {
                return world_.engine->executeChangeSet(world_.place, inner->id, "", nullptr, {});
              }).starts_with("InvalidChangeSetStatus: "));
  EXPECT_EQ(executed("first"), "CREATE_COMPLETE");
  EXPECT_EQ(child(), inner->stackId) << "the stack that was reviewed";
  EXPECT_EQ(world_.status(child()), "CREATE_COMPLETE");
  EXPECT_EQ(execution(set->id) + " " + execution(inner->id), "EXECUTE_COMPLETE EXECUTE_COMPLETE");
  EXPECT_EQ(removed("demo"), "DELETE_COMPLETE");
  EXPECT_EQ(world_.existing(), "");
}

TEST_F(NestedSetTest, whatIsExecutedIsWhatWasShown) {
  ASSERT_EQ(created("demo", kParent), "CREATE_COMPLETE");
  world_.templates["child"] = std::string(kChild) + "  More: {Value: then}\n";
  world_.templates["child"].replace(world_.templates["child"].find("{Which: {Value: !Ref In}}"), 25,
                                    "\n  Which: {Value: !Ref In}");
  const auto set = made("next", kParent, "2");
  ASSERT_TRUE(set.ok()) << set.fault().message;
  const auto inner = below(*set, "Child");
  ASSERT_TRUE(inner.ok()) << inner.fault().message;
  EXPECT_EQ(inner->stackId, child());
  world_.templates["child"] = "Resources: {Other: {Type: AWS::X::Thing}}";
  EXPECT_EQ(executed("next"), "UPDATE_COMPLETE");
  const auto outputs = world_.engine->getStack(world_.place, child())->outputs;
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_EQ(outputs[1].value, "then");
  EXPECT_EQ(execution(inner->id), "EXECUTE_COMPLETE");
}

TEST_F(NestedSetTest, whereNothingChangesThereIsNothingToDo) {
  ASSERT_EQ(created("demo", kParent), "CREATE_COMPLETE");
  const auto same = made("same", kParent, "1");
  ASSERT_TRUE(same.ok()) << same.fault().message;
  EXPECT_TRUE(same->failed && same->reason.starts_with(kNothing)) << same->reason;
  EXPECT_TRUE(same->changes.empty());
  const auto own = made("own", kParent, "1", ChangeSetKind::kUpdate, "5");
  ASSERT_TRUE(own.ok());
  ASSERT_EQ(own->changes.size(), 1u) << "the child is left alone, and what depends on it is not thought to change";
  EXPECT_EQ(own->changes[0].logicalId, "After");
  EXPECT_EQ(own->changes[0].details.size(), 1u);
}

TEST_F(NestedSetTest, aNestedSetThatFailsFailsItsRoot) {
  world_.templates["child"] = "Resources: {A: {Type: AWS::X::Unknown}}";
  const auto set = made("first",
                        "Resources: {C: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "
                        "child}}}",
                        "", ChangeSetKind::kCreate);
  ASSERT_TRUE(set.ok()) << set.fault().message;
  const auto inner = below(*set, "C");
  ASSERT_TRUE(inner.ok());
  EXPECT_EQ(inner->status(), "FAILED");
  EXPECT_EQ(inner->reason, "Template format error: Unrecognized resource types: [AWS::X::Unknown]");
  EXPECT_EQ(set->status(), "FAILED");
  EXPECT_EQ(set->reason, "Nested change set " + inner->id + " was not successfully created: Currently in FAILED.");
  EXPECT_TRUE(executed("first").starts_with("InvalidChangeSetStatus: "));
  EXPECT_EQ(dropped("first"), "");
  EXPECT_EQ(execution(inner->id), "ChangeSetNotFound");
  EXPECT_EQ(world_.status(inner->stackId), "DELETE_COMPLETE");
}

TEST_F(NestedSetTest, whatIsNotKnownYetIsShownAsSuch) {
  const std::string text = R"yaml(
Resources:
  First: {Type: AWS::X::Thing}
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child, Parameters: {Size: !GetAtt First.Size}}}
)yaml";
  const auto set = made("first", text, "", ChangeSetKind::kCreate);
  ASSERT_TRUE(set.ok()) << set.fault().message;
  const auto inner = below(*set, "Child");
  ASSERT_TRUE(inner.ok());
  EXPECT_EQ(inner->status(), "CREATE_COMPLETE") << inner->reason;
  EXPECT_EQ(inner->definition.parameters.at("Size"), kUnknownValue);
  EXPECT_NE(inner->changes.at(0).after.find(kUnknownValue), std::string::npos) << inner->changes.at(0).after;
  EXPECT_EQ(executed("first"), "CREATE_COMPLETE");
  EXPECT_EQ(world_.engine->getStack(world_.place, child())->parameters.at("Size"), "0");
}

TEST_F(NestedSetTest, whatWasReviewedInVainGoes) {
  const auto first = made("first", kParent, "2", ChangeSetKind::kCreate);
  const auto second = made("second", kParent, "3", ChangeSetKind::kCreate);
  ASSERT_TRUE(first.ok() && second.ok());
  const std::string left = below(*second, "Child")->stackId;
  world_.things->failures = {{"create In", -1}};
  EXPECT_EQ(executed("first"), "ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.status(left), "DELETE_COMPLETE") << "of the set that was not taken";
  EXPECT_EQ(execution(second->id), "ChangeSetNotFound");
  for (const StackView& stack : world_.engine->listStacks(world_.place, true, "", 100))
    EXPECT_NE(nameOf(stack.status), "REVIEW_IN_PROGRESS") << stack.name;
  EXPECT_EQ(world_.existing(), "");
}

TEST_F(NestedSetTest, aFailureBeforeTheChildsTurnLeavesNothingUnderReview) {
  const std::string text = R"yaml(
Resources:
  Child: {Type: AWS::CloudFormation::Stack, DependsOn: First, Properties: {TemplateURL: child, Parameters: {Size: 1}}}
  First: {Type: AWS::X::Thing}
)yaml";
  const auto set = made("first", text, "", ChangeSetKind::kCreate);
  ASSERT_TRUE(set.ok()) << set.fault().message;
  const std::string inner = below(*set, "Child")->stackId;
  world_.things->failures = {{"create First", -1}};
  EXPECT_EQ(executed("first"), "ROLLBACK_COMPLETE");
  EXPECT_EQ(world_.status(inner), "DELETE_COMPLETE");
}

TEST_F(NestedSetTest, aChildThatOthersHaveChangedIsNotPutBackUnseen) {
  ASSERT_EQ(created("demo", kParent), "CREATE_COMPLETE");
  const std::string other =
      "Resources: {In: {Type: AWS::X::Thing, Properties: {Size: 7}}}\nOutputs: {Which: {Value: !Ref In}}";
  const auto first = made("first", kParent, "2");
  ASSERT_TRUE(first.ok()) << first.fault().message;
  ASSERT_EQ(updated(child(), other), "UPDATE_COMPLETE");
  EXPECT_EQ(execution(first->id), "OBSOLETE");
  EXPECT_TRUE(executed("first").starts_with("InvalidChangeSetStatus: "));

  const auto second = made("second", kParent, "2");
  ASSERT_TRUE(second.ok()) << second.fault().message;
  ASSERT_TRUE(made("own", "Resources: {In: {Type: AWS::X::Thing, Properties: {Size: 8}}}", "",
                   ChangeSetKind::kUpdate, "1", child())
                  .ok());
  EXPECT_EQ(execution(second->id), "AVAILABLE");
  ASSERT_EQ(executed("own", child()), "UPDATE_COMPLETE");
  EXPECT_EQ(execution(second->id), "OBSOLETE");
  EXPECT_EQ(dropped("second"), "");
}

TEST_F(NestedSetTest, aChildForWhichNothingIsLeftToDoIsDone) {
  const std::string before = R"yaml(
Resources:
  First: {Type: AWS::X::Thing, Properties: {Link: a}}
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child, Parameters: {Size: !GetAtt First.Size}}}
)yaml";
  ASSERT_EQ(created("demo", before), "CREATE_COMPLETE");
  std::string after = before;
  after.replace(after.find("Link: a"), 7, "Link: b");
  const auto set = made("next", after, "");
  ASSERT_TRUE(set.ok()) << set.fault().message;
  const auto inner = below(*set, "Child");
  ASSERT_TRUE(inner.ok()) << "it is not known yet that the size stays";
  EXPECT_EQ(inner->status(), "CREATE_COMPLETE") << inner->reason;
  const std::size_t count = eventCount(child());
  EXPECT_EQ(executed("next"), "UPDATE_COMPLETE");
  EXPECT_EQ(eventCount(child()), count);
  EXPECT_EQ(execution(set->id) + " " + execution(inner->id), "EXECUTE_COMPLETE EXECUTE_COMPLETE");
}

TEST_F(NestedSetTest, whatIsUnderReviewDoesNotCount) {
  const auto set = made("first", kParent, "2", ChangeSetKind::kCreate);
  ASSERT_TRUE(set.ok()) << set.fault().message;
  ASSERT_TRUE(made("second", kParent, "3", ChangeSetKind::kCreate).ok());
  const StackStore store(*world_.database, *world_.keyring);
  EXPECT_EQ(store.countNested(set->stackId), 0);
  ASSERT_EQ(executed("first"), "CREATE_COMPLETE");
  EXPECT_EQ(store.countNested(set->stackId), 1);
}

TEST_F(NestedSetTest, aTemplateThatNamesItselfIsStopped) {
  world_.templates["self"] =
      "Resources: {Again: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: self}}}";
  const auto set = made("first", world_.templates["self"], "", ChangeSetKind::kCreate);
  ASSERT_TRUE(set.ok()) << set.fault().message;
  EXPECT_EQ(set->status(), "FAILED");
  std::string reason;
  int depth = 0;
  for (auto next = below(*set, "Again"); next.ok(); next = below(*next, "Again"), ++depth) reason = next->reason;
  EXPECT_EQ(depth, kMostNestDepth + 1);
  EXPECT_EQ(reason, "Stacks can be nested 10 deep, not deeper.");
  EXPECT_EQ(dropped("first"), "");
}

TEST_F(NestedSetTest, aTemplateOfManyNestsIsStopped) {
  std::string many = "Resources:\n";
  for (int at = 0; at < 100; ++at)
    many += "  C" + std::to_string(at) + ": {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: many}}\n";
  world_.templates["many"] = many;
  const auto set = made("first", many, "", ChangeSetKind::kCreate);
  EXPECT_TRUE(!set.ok() || set->failed);
}

TEST_F(NestedSetTest, HowMuchANestMayKeepIsLimited) {
  world_.templates["child"] = kChild + std::string("# ") + std::string(950'000, 'x') + "\n";
  const auto text = [](int children) {
    std::string parent = "Resources:\n";
    for (int i = 0; i < children; ++i) {
      parent += "  C" + std::to_string(i) +
                ": {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child, Parameters: {Size: 1}}}\n";
    }
    return parent;
  };
  auto set = made("much", text(40), "1", ChangeSetKind::kCreate, "1", "much");
  ASSERT_TRUE(set.ok()) << set.fault().message;
  EXPECT_TRUE(set->failed);
  EXPECT_EQ(below(*set, "C39")->reason,
            "The templates of the nested stacks have more than 33554432 bytes together.");
  set = made("enough", text(30), "1", ChangeSetKind::kCreate, "1", "enough");
  ASSERT_TRUE(set.ok()) << set.fault().message;
  EXPECT_FALSE(set->failed) << set->reason;
}

}  // namespace
}  // namespace hearth::stacks
