// NestedStacks: stacks as resources of other stacks, AWS::CloudFormation::Stack.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
//
// The child is a stack like any other; its parent orders what is done to it, and waits. A child's update goes no
// further than it can go back from, until the parent's own is there (Operation::isDrivenByParent): then settle()
// lets it clean up. When the parent goes back, a child that waits is told to go back as well. When the parent
// executes a change set that includes nested ones, the child becomes what its own change set says: the template of
// then.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ports/resource_provider.h"
#include "stacks/change_set_store.h"
#include "stacks/engine.h"
#include "stacks/stack_store.h"

namespace hearth::stacks {

inline constexpr int kMostNestDepth = 10;
inline constexpr std::int64_t kMostNestedStacks = 200;  // below one root
// Of all templates that the change sets of one nest keep, each its own copy; what has to be looked at twice counts
// twice.
inline constexpr std::size_t kMostNestedBytes = 32 << 20;

class NestedStacks final : public ports::ResourceProvider {
 public:
  // The text of the template at a URL, read for the account. May block.
  using Fetch = std::function<Result<std::string>(const std::string& account, const std::string& url)>;

  // Borrows all but `fetch`. Before Engine::start().
  NestedStacks(store::Database& database, const store::Keyring& keyring, Engine& engine, Fetch fetch);

  const ports::ResourceSpec& spec() const override;
  Result<std::shared_ptr<ports::PreparedWork>> prepare(const ports::ResourceRequest& request) override;
  // The template that prepare() has read. Throws std::logic_error for what it did not make.
  static std::shared_ptr<const Template> documentOf(const ports::PreparedWork* prepared);
  Result<ports::ResourceState> create(const ports::ResourceRequest& request) override;
  Result<ports::ResourceState> update(const ports::ResourceRequest& request) override;
  Result<void> remove(const ports::ResourceRequest& request) override;
  Result<ports::ResourceState> read(const ports::ResourceRequest& request) override;
  Result<ports::ResourceProgress> resume(const ports::ResourceRequest& request) override;
  Result<void> settle(const ports::ResourceRequest& request) override;

 private:
  std::optional<ChangeSet> findSet(const ports::ResourceRequest& request) const;
  void beginExecution(const ChangeSet& set);
  Result<void> checkNest(const StackHeader& parent) const;
  Result<void> orderUpdate(const StackHeader& child, const ports::ResourceRequest& request);
  Result<void> orderRemoval(const StackHeader& child, const ports::ResourceRequest& request);
  Result<void> goBack(const StackHeader& child, const ports::ResourceRequest& request);
  // Of an operation that has just been ordered: it waits for the parent before what cannot be undone.
  void drive(const std::string& childId);
  void cancel(const StackHeader& child);
  void release(const StackHeader& child);
  void letEnd(const StackHeader& child);
  std::string failureOf(const StackRecord& child, Status status) const;
  ports::ResourceProgress progressOfUpdate(const StackRecord& child) const;
  ports::ResourceProgress progressOfRestore(const StackRecord& child) const;
  Result<ports::ResourceProgress> progressOfRemoval(const StackRecord& child,
                                                    const ports::ResourceRequest& request);

  store::Database& database_;
  Engine& engine_;
  mutable StackStore store_;
  ChangeSetStore changeSets_;
  const Fetch fetch_;
};

}  // namespace hearth::stacks
