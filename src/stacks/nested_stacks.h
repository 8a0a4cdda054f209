// NestedStacks: stacks as resources of other stacks, AWS::CloudFormation::Stack.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
//
// The child is a stack like any other; its parent orders what is done to it, and waits. A child's update goes no
// further than it can go back from, until the parent's own is there (Operation::isDrivenByParent): then settle()
// lets it clean up. When the parent goes back, a child that waits is told to go back as well.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "ports/resource_provider.h"
#include "stacks/engine.h"
#include "stacks/stack_store.h"

namespace hearth::stacks {

inline constexpr int kMostNestDepth = 10;
inline constexpr std::int64_t kMostNestedStacks = 200;  // below one root

class NestedStacks final : public ports::ResourceProvider {
 public:
  // The text of the template at a URL, read for the account. May block.
  using Fetch = std::function<Result<std::string>(const std::string& account, const std::string& url)>;

  // Borrows all but `fetch`.
  NestedStacks(store::Database& database, const store::Keyring& keyring, Engine& engine, Fetch fetch)
      : database_(database), engine_(engine), store_(database, keyring), fetch_(std::move(fetch)) {}

  const ports::ResourceSpec& spec() const override;
  Result<void> prepare(const ports::ResourceRequest& request) override;
  Result<ports::ResourceState> create(const ports::ResourceRequest& request) override;
  Result<ports::ResourceState> update(const ports::ResourceRequest& request) override;
  Result<void> remove(const ports::ResourceRequest& request) override;
  Result<ports::ResourceState> read(const ports::ResourceRequest& request) override;
  Result<ports::ResourceProgress> resume(const ports::ResourceRequest& request) override;
  Result<void> settle(const ports::ResourceRequest& request) override;

 private:
  using Document = std::shared_ptr<const Template>;
  Document takeDocument(const ports::ResourceRequest& request);
  Result<void> checkNest(const StackRecord& parent) const;
  Result<void> orderUpdate(const StackRecord& child, const ports::ResourceRequest& request);
  Result<void> orderRemoval(const StackRecord& child, const ports::ResourceRequest& request);
  Result<void> goBack(const StackRecord& child, const ports::ResourceRequest& request);
  // Of an operation that has just been ordered: it waits for the parent before what cannot be undone.
  void drive(const std::string& childId);
  void cancel(const StackRecord& child);
  std::string failureOf(const StackRecord& child, Status status) const;
  ports::ResourceProgress progressOfUpdate(const StackRecord& child) const;
  ports::ResourceProgress progressOfRestore(const StackRecord& child) const;
  Result<ports::ResourceProgress> progressOfRemoval(const StackRecord& child,
                                                    const ports::ResourceRequest& request);

  store::Database& database_;
  Engine& engine_;
  mutable StackStore store_;
  const Fetch fetch_;
  std::mutex mutex_;
  std::map<std::string, Document> prepared_;  // guarded by mutex_; by stack and logical id
};

}  // namespace hearth::stacks
