// DriftStore: all SQL of drift. What was found is sealed as the stacks' own properties are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stacks/drift.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::stacks {

// Writes belong on the writer thread, inside a write; reads go anywhere.
class DriftStore final {
 public:
  DriftStore(store::Database& database, const store::Keyring& keyring) : database_(database), keyring_(keyring) {}
  DriftStore(const DriftStore&) = delete;
  DriftStore& operator=(const DriftStore&) = delete;

  static std::vector<store::Migration> migrations();

  // One per resource, the last.
  void put(const std::string& stackId, const ResourceDrift& drift);
  std::vector<ResourceDrift> list(const std::string& stackId) const;

  // Of a stack's detections the last hundred are kept.
  void insertDetection(const Detection& detection);
  void saveDetection(const Detection& detection);
  std::optional<Detection> findDetection(const std::string& id) const;
  std::vector<std::string> detectionsInProgress() const;
  // Whether one is in progress that began after `since`.
  bool isDetecting(const std::string& stackId, base::Time since) const;
  // The last one of the whole stack that was completed.
  std::optional<StackDrift> findStackDrift(const std::string& stackId) const;

  // Of stacks that are not kept any more.
  void removeOrphans();

 private:
  store::Database& database_;
  const store::Keyring& keyring_;
};

}  // namespace hearth::stacks
