// RequestKeys: the condition keys of one request.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "api/access.h"
#include "identity/decision.h"

namespace hearth::identity {

// What is known of a request beside its action and resource. Everything is borrowed.
struct RequestFacts {
  const Actor& actor;
  const IdentityPolicies* identity = nullptr;  // of a user or role
  std::string_view userId;                     // AIDA..., AROA...:session, the account of root
  bool temporary = false;                      // signed with the keys of a session
  std::string_view region;
  std::string_view sourceIp;  // empty: unknown
  bool secure = false;
  base::Time now{};
  std::string_view userAgent;
  std::string_view referer;
  const api::InputView* input = nullptr;  // for the tags that it gives
  bool partial = false;                   // what it gives beside the access's conditions is not known
};

// The keys of services that their tables give values to (api::ServiceAccess::keys), in lower case.
using KnownKeys = std::set<std::string, std::less<>>;

class RequestKeys final : public ConditionKeys {
 public:
  RequestKeys(const RequestFacts& facts, const api::Access& access, const std::string& resourceAccount,
              const KnownKeys& known)
      : facts_(facts), access_(access), resourceAccount_(resourceAccount), known_(known) {}

  std::optional<std::vector<std::string>> find(std::string_view key) const override;
  bool knows(std::string_view key) const override;

 private:
  bool isGiven(std::string_view key) const;
  std::optional<std::string> findGlobal(std::string_view key) const;
  std::optional<std::string> findOfActor(std::string_view key) const;

  const RequestFacts& facts_;
  const api::Access& access_;
  const std::string& resourceAccount_;
  const KnownKeys& known_;
};

}  // namespace hearth::identity
