#include "identity/trust_policy.h"

#include "base/bytes.h"

namespace hearth::identity {
namespace {

constexpr std::string_view kAssumeRole = "sts:AssumeRole";
constexpr std::string_view kAssumeRoleLower = "sts:assumerole";

// What is known when a service takes a role by itself.
class ServiceKeys final : public ConditionKeys {
 public:
  explicit ServiceKeys(std::string_view sourceAccount) : sourceAccount_(sourceAccount) {}
  std::optional<std::vector<std::string>> find(std::string_view key) const override {
    if (!knows(key)) return std::nullopt;
    return std::vector{sourceAccount_};
  }
  bool knows(std::string_view key) const override { return key == "aws:sourceaccount"; }

 private:
  std::string sourceAccount_;
};

}  // namespace

bool trustsService(const Policy& trust, std::string_view servicePrincipal, std::string_view sourceAccount) {
  Actor service;
  service.service = servicePrincipal;
  const ServiceKeys keys(sourceAccount);
  const Ruling ruling = trust.rule({service, kAssumeRole, kAssumeRoleLower, "", keys});
  return !ruling.denied && ruling.grant != Grant::kNone;
}

std::string_view TrustPolicies::policyHolder(std::string_view action, std::string_view resource) const {
  return base::equalsIgnoreCase(action, kAssumeRole) ? resource : std::string_view();
}

Result<ports::ResourcePolicy> TrustPolicies::resourcePolicyOf(const std::string& roleArn) const {
  auto role = directory_.findRoleByArn(roleArn);
  if (!role) return ports::ResourcePolicy{};
  return ports::ResourcePolicy{std::move(role->account), std::move(role->trustPolicy)};
}

}  // namespace hearth::identity
