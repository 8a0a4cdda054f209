#include "identity/policy_reader.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace hearth::identity {
namespace {

// There are no virtual networks here: no request comes out of one.
constexpr std::array<std::string_view, 3> kNetworks = {"aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"};

// Keys are the question's, and there are no others.
class GivenKeys final : public ConditionKeys {
 public:
  explicit GivenKeys(const ports::ConditionValues& values) : values_(values) {}
  std::optional<std::vector<std::string>> find(std::string_view key) const override {
    for (const auto& [name, values] : values_)
      if (base::equalsIgnoreCase(name, key)) return values;
    return std::nullopt;
  }
  bool knows(std::string_view key) const override {
    // Keys that a request has on AWS and not here decide nothing.
    if (std::find(kNetworks.begin(), kNetworks.end(), key) != kNetworks.end()) return true;
    return find(key).has_value() || !key.starts_with("aws:");
  }

 private:
  const ports::ConditionValues& values_;
};

}  // namespace

HeldPolicy::Verdict HeldPolicy::rule(const ports::PolicyQuestion& question) const {
  const Actor nobody;
  const GivenKeys keys(question.conditions);
  const std::string lower = base::toLower(question.action);
  const Ruling ruling = policy_.rule({nobody, question.action, lower, question.resource, keys});
  if (ruling.denied) return Verdict::kDenied;
  return ruling.grant == Grant::kNone ? Verdict::kNotAllowed : Verdict::kAllowed;
}

Result<std::unique_ptr<const ports::ReadPolicy>> PolicyReader::readPolicy(std::string_view document) const {
  HEARTH_TRY(Policy policy, Policy::parse(document, PolicyForm::kIdentity));
  return std::unique_ptr<const ports::ReadPolicy>(std::make_unique<HeldPolicy>(std::move(policy)));
}

Result<std::unique_ptr<const ports::ReadPolicy>> PolicyReader::readResourcePolicy(std::string_view document) const {
  HEARTH_TRY(Policy policy, Policy::parse(document, PolicyForm::kResource));
  for (const std::string& principal : policy.principals())
    if (!canBeSomebody(principal)) return Fault("MalformedPolicyDocument", "Invalid principal in policy.");
  return std::unique_ptr<const ports::ReadPolicy>(std::make_unique<HeldPolicy>(std::move(policy)));
}

}  // namespace hearth::identity
