// Amazon Simple Systems Manager (SSM).
#pragma once

#include "api/call.h"
#include "api/ssm.h"
#include "services/ssm/ssm_store.h"

namespace hearth::services::ssm {

class SsmService final {
 public:
  // The database outlives the service.
  explicit SsmService(store::Database& database);

 private:
  SsmStore store_;
};

}  // namespace hearth::services::ssm
