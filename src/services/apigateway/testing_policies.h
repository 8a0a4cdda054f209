// A reader of policies for tests: a policy is an object with a "Statement", and lets everybody in.
#pragma once

#include <memory>

#include "base/json.h"
#include "ports/policy_reader.h"

namespace hearth::services::testing {

class FakePolicies final : public ports::PolicyReader {
 public:
  Result<std::unique_ptr<const ports::ReadPolicy>> readPolicy(std::string_view document) const override {
    return readResourcePolicy(document);
  }
  Result<std::unique_ptr<const ports::ReadPolicy>> readResourcePolicy(std::string_view document) const override {
    const auto json = base::parseJson(document);
    if (!json.ok() || base::findMember(*json, "Statement") == nullptr)
      return Fault("MalformedPolicyDocument", "no statement");
    return std::unique_ptr<const ports::ReadPolicy>(std::make_unique<Open>());
  }

 private:
  struct Open final : ports::ReadPolicy {
    Verdict rule(const ports::PolicyQuestion&) const override { return Verdict::kAllowed; }
  };
};

}  // namespace hearth::services::testing
