// PolicyReader: policies outside of anybody's keeping, for those who may not know this folder.
#pragma once

#include "identity/policy.h"
#include "ports/policy_reader.h"

namespace hearth::identity {

// What a PolicyReader gives out. Authority is handed it back with a question about a caller who has a name.
class HeldPolicy final : public ports::ReadPolicy {
 public:
  explicit HeldPolicy(Policy policy) : policy_(std::move(policy)) {}
  Verdict rule(const ports::PolicyQuestion& question) const override;
  const Policy& policy() const { return policy_; }

 private:
  Policy policy_;
};

// Thread-safe.
class PolicyReader final : public ports::PolicyReader {
 public:
  Result<std::unique_ptr<const ports::ReadPolicy>> readPolicy(std::string_view document) const override;
  Result<std::unique_ptr<const ports::ReadPolicy>> readResourcePolicy(std::string_view document) const override;
};

}  // namespace hearth::identity
