// ChangeSetStore: all SQL of change sets. What they would make stacks of is sealed, like stacks themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stacks/change_set.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::stacks {

// Writes belong on the writer thread, inside a write; reads go anywhere. Thread-safe as the database is.
// A record that does not open again (changed on the disk) throws store::DamagedRecord.
class ChangeSetStore final {
 public:
  ChangeSetStore(store::Database& database, const store::Keyring& keyring)
      : database_(database), keyring_(keyring) {}
  ChangeSetStore(const ChangeSetStore&) = delete;
  ChangeSetStore& operator=(const ChangeSetStore&) = delete;

  static std::vector<store::Migration> migrations();

  void insert(const ChangeSet& set);
  std::optional<ChangeSet> find(const std::string& id) const;
  std::optional<ChangeSet> findByName(const std::string& stackId, const std::string& name) const;
  // Newest first, of those before `before` (an id that was answered; empty: from the start); without definition and
  // changes.
  std::vector<ChangeSet> list(const std::string& stackId, const std::string& before, std::size_t limit) const;
  std::size_t count(const std::string& stackId) const;
  void remove(const std::string& id);
  // All of a stack's but one (empty: all).
  void removeOthers(const std::string& stackId, const std::string& but);
  void beginExecution(const std::string& id, const std::string& operationId);
  // Of the set that the operation executes, if there is one.
  void endExecution(const std::string& operationId, bool succeeded);
  // Of a set without an operation: there was nothing to do.
  void endWithoutWork(const std::string& id);
  // --- nested sets
  // Of the set that the operation executes: the set nested in it for that resource.
  std::optional<ChangeSet> findNested(const std::string& operationId, const std::string& logicalId) const;
  // The id of the root set that the operation executes, if it includes nested ones; else empty.
  std::string executedRoot(const std::string& operationId) const;
  // Ids of the stack's root sets that include nested ones.
  std::vector<std::string> nestingRoots(const std::string& stackId) const;
  // The stacks of all sets below a root, and removing those sets.
  std::vector<std::string> stacksBelow(const std::string& rootId) const;
  void removeBelow(const std::string& rootId);
  // The stack was changed by other hands: what was worked out before, of it or of a nest that it is in, does not
  // hold any more.
  void makeObsolete(const std::string& stackId);
  // Of stacks that are no longer known.
  void removeOrphans();

 private:
  store::Database& database_;
  const store::Keyring& keyring_;
};

}  // namespace hearth::stacks
