// AccessGate: the pipeline's step between decoding and running: what does this operation need, and may the caller?
#pragma once

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/access.h"
#include "api/operation.h"
#include "identity/authority.h"

namespace hearth::server {

// The rights of one call's caller. Used by one thread at a time: the loop, then whoever runs the handler.
class CallRights final : public api::Rights {
 public:
  // What the headers say, for conditions; borrowed.
  struct Headers {
    std::string_view userAgent = {};
    std::string_view referer = {};
  };
  CallRights(const identity::Authority& authority, const api::Call& call, Headers headers)
      : authority_(authority), call_(call), headers_(headers) {}

  Result<void> check(const api::Access& access) const override { return check(access, nullptr); }
  Result<void> check(const api::Access& access, const api::InputView* input) const;
  bool opens(const std::string& account) const override { return opened_.contains(account); }

 private:
  const identity::Authority& authority_;
  const api::Call& call_;
  Headers headers_;
  mutable std::set<std::string> opened_;
};

// What was decided about a call, for as long as it runs.
struct Admission {
  std::optional<CallRights> rights;  // none: everything is allowed
  const api::AccessRule* rule = nullptr;
  std::vector<api::Access> accesses;
};

using AccessRules = std::unordered_map<const api::Operation*, const api::AccessRule*>;
// The rule of every listed operation; `access` stays where it is. Throws std::logic_error when one has none, when a
// rule is for none, or when a rule names a member that its operation does not have.
AccessRules bindRules(const std::vector<const api::Service*>& services,
                      const std::vector<api::ServiceAccess>& access);

class AccessGate final {
 public:
  // Throws as bindRules().
  AccessGate(const identity::Authority& authority, const std::vector<const api::Service*>& services,
             std::vector<api::ServiceAccess> access);
  AccessGate(const AccessGate&) = delete;

  // Fault: the denial, in the words of the service. Sets call.rights; `call` and `admission` stay where they are
  // until the handler has ended.
  Result<void> admit(const api::Operation& operation, api::Call& call, const api::AnyShape& input,
                     CallRights::Headers headers, Admission& admission) const;
  // nullptr for a type that no service has a rule for.
  const api::TypeRule* findType(std::string_view type) const;
  // The fault of a handler as the caller may see it: who may not list a bucket is told nothing about what is not in
  // it.
  static Fault veil(const Admission& admission, Fault fault);

 private:
  const identity::Authority& authority_;
  const std::vector<api::ServiceAccess> access_;
  const AccessRules rules_;
};

}  // namespace hearth::server
