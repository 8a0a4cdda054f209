// PolicyReader: policies outside of anybody's keeping, for those who may not know this folder.
#pragma once

#include "ports/policy_reader.h"

namespace hearth::identity {

// Thread-safe.
class PolicyReader final : public ports::PolicyReader {
 public:
  Result<std::unique_ptr<const ports::ReadPolicy>> readPolicy(std::string_view document) const override;
};

}  // namespace hearth::identity
