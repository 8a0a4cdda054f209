#include "identity/policy_reader.h"

#include "base/bytes.h"
#include "identity/policy.h"

namespace hearth::identity {
namespace {

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
    return find(key).has_value() || !key.starts_with("aws:");
  }

 private:
  const ports::ConditionValues& values_;
};

class CompiledPolicy final : public ports::ReadPolicy {
 public:
  explicit CompiledPolicy(Policy policy) : policy_(std::move(policy)) {}
  Verdict rule(const ports::PolicyQuestion& question) const override {
    const Actor nobody;
    const GivenKeys keys(question.conditions);
    const std::string lower = base::toLower(question.action);
    const Ruling ruling = policy_.rule({nobody, question.action, lower, question.resource, keys});
    if (ruling.denied) return Verdict::kDenied;
    return ruling.grant == Grant::kNone ? Verdict::kNotAllowed : Verdict::kAllowed;
  }

 private:
  Policy policy_;
};

}  // namespace

Result<std::unique_ptr<const ports::ReadPolicy>> PolicyReader::readPolicy(std::string_view document) const {
  HEARTH_TRY(Policy policy, Policy::parse(document, PolicyForm::kIdentity));
  return std::unique_ptr<const ports::ReadPolicy>(std::make_unique<CompiledPolicy>(std::move(policy)));
}

}  // namespace hearth::identity
