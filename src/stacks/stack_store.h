// StackStore: all SQL of the stacks. Templates, parameters, properties, attributes and outputs are sealed: they
// carry what people put into parameters.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "stacks/stack_records.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::stacks {

// Writes belong on the writer thread, inside a write; reads go anywhere. Thread-safe as the database is.
// A record that does not open again (changed on the disk) throws store::DamagedRecord.
class StackStore final {
 public:
  StackStore(store::Database& database, const store::Keyring& keyring) : database_(database), keyring_(keyring) {}
  StackStore(const StackStore&) = delete;
  StackStore& operator=(const StackStore&) = delete;

  static std::vector<store::Migration> migrations();

  // Stacks. saveState() writes status, reason, times and operation; saveDefinition() what the stack is made from.
  void insertStack(const StackRecord& stack);
  void saveState(const StackHeader& stack);
  void saveDefinition(const StackRecord& stack);
  void setProtection(const std::string& id, bool on);
  void setPolicy(const std::string& id, const std::string& policy);
  // Stacks in the nest below a root that are not deleted.
  std::int64_t countNested(const std::string& rootId) const;
  // Lets a held operation go on; see Operation::isHeld.
  void release(const std::string& id, const std::string& operationId);
  bool isReleased(const std::string& id, const std::string& operationId) const;
  // Asks the run of an operation to give up; it looks before every step.
  void cancel(const std::string& id, const std::string& operationId);
  bool isCancelled(const std::string& id, const std::string& operationId) const;
  std::optional<StackHeader> findHeader(const std::string& id) const;
  std::optional<StackHeader> findHeaderByName(const std::string& account, const std::string& region,
                                              const std::string& name) const;
  // As listStacks() has them.
  std::vector<StackHeader> listHeaders(const std::string& account, const std::string& region, bool withDeleted,
                                       const std::string& before, std::size_t limit) const;
  std::optional<StackRecord> findStack(const std::string& id) const;
  // The stack of that name which is not deleted.
  std::optional<StackRecord> findByName(const std::string& account, const std::string& region,
                                        const std::string& name) const;
  // Newest first, of those before `before` (an id that was answered; empty: from the start).
  std::vector<StackRecord> listStacks(const std::string& account, const std::string& region, bool withDeleted,
                                      const std::string& before, std::size_t limit) const;
  std::vector<std::string> stacksAtWork() const;
  void removeDeletedBefore(base::Time time);

  // Resources. insertResource() gives the row its id.
  void insertResource(ResourceRecord& resource);
  void saveResource(const ResourceRecord& resource);
  void removeResource(std::int64_t id);
  // All rows of the stack, oldest first.
  std::vector<ResourceRecord> resources(const std::string& stackId) const;
  // The stack that a physical id belongs to, newest first.
  std::optional<std::string> findStackOfResource(const std::string& account, const std::string& region,
                                                 const std::string& physicalId) const;

  // Events, newest first, of those with a sequence below `before` (0: all).
  void appendEvent(const StackEvent& event);
  std::vector<StackEvent> events(const std::string& stackId, std::int64_t before, std::size_t limit) const;

  // Exports and imports.
  std::optional<ExportRecord> findExport(const std::string& account, const std::string& region,
                                         const std::string& name) const;
  std::vector<ExportRecord> listExports(const std::string& account, const std::string& region,
                                        const std::string& after, std::size_t limit) const;
  // A name that another stack still has becomes this one's.
  void replaceExports(const StackRecord& stack, const std::vector<ExportRecord>& exports);
  std::vector<ExportRecord> exportsOf(const std::string& stackId) const;
  // What held updates are going to make of a name; see HeldExport.
  std::vector<HeldExport> heldExports(const std::string& account, const std::string& region,
                                      const std::string& name) const;
  void holdExports(const StackRecord& stack, const std::vector<HeldExport>& exports);
  void dropHeldExports(const std::string& stackId);
  // Names of the stacks that import it.
  std::vector<std::string> importersOf(const std::string& account, const std::string& region,
                                       const std::string& name) const;
  void replaceImports(const StackRecord& stack, const std::set<std::string>& names);
  void addImports(const StackRecord& stack, const std::set<std::string>& names);

 private:
  store::Database& database_;
  const store::Keyring& keyring_;
};

}  // namespace hearth::stacks
