// What Amazon Simple Systems Manager (SSM) keeps: all SQL of the service.
#pragma once

#include <vector>

#include "store/database.h"

namespace hearth::services::ssm {

// In the order in which they run. A released step is never edited; a change is a new one.
std::vector<store::Migration> ssmMigrations();

// Reads on any thread, changes on the writer thread.
class SsmStore final {
 public:
  explicit SsmStore(store::Database& database) : database_(database) {}

  store::Database& database() const { return database_; }

 private:
  store::Database& database_;
};

}  // namespace hearth::services::ssm
