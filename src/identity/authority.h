// Authority: may this caller do that? Finds the policies that speak about a request, compiled once and kept until
// they change, and decides.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/access.h"
#include "identity/decision.h"
#include "identity/directory.h"
#include "identity/request_keys.h"
#include "ports/authorizer.h"
#include "ports/policy_reader.h"
#include "ports/policy_source.h"
#include "store/database.h"

namespace hearth::identity {

// The policies of a user or role as they stood at a moment.
using Standing = std::shared_ptr<const IdentityPolicies>;

// Who calls, and by which request.
struct Question {
  const api::Call& call;
  const api::Access& access;
  const api::InputView* input = nullptr;
  std::string_view userAgent = {};
  std::string_view referer = {};
  // For what is decided after it was made, when its name is known: the policies from before decide, and no policy
  // of the resource, which is new.
  const Standing* standing = nullptr;
  // The request is not known as a whole: a key that `access` does not give a value to is not taken for absent.
  bool partial = false;
  // The policy of the resource where who asks has it, made by PolicyReader::readResourcePolicy(), and whose the
  // resource is. nullptr: the policies of addResourcePolicies() speak.
  const ports::ReadPolicy* resourcePolicy = nullptr;
  std::string_view resourceAccount;
};

// Thread-safe.
class Authority final : public ports::Authorizer {
 public:
  Authority(const store::Database& database, const ports::PolicySource& policies, const base::Clock& clock)
      : database_(database), policies_(policies), clock_(clock) {}

  // --- before traffic. `service` is the prefix of actions: "s3".
  void addResourcePolicies(std::string service, const ports::ResourcePolicySource& source);
  // Condition keys that the tables of services give values to.
  void addKeys(const std::vector<std::string_view>& keys);

  // Whether a policy could say anything about what an account's root does with this service.
  bool concernsRoot(std::string_view service) const;

  // Denials are Faults in the words of the service; those of the resource's service (NoSuchBucket) come first. The
  // other account when policies of it have let the caller in, else empty.
  Result<std::string> check(const Question& question) const;

  Result<void> mayDo(const ports::RoleAct& act) const override;
  // What a stack does as a role: `standing` and `partial` as in a Question.
  Result<void> mayDo(const ports::RoleAct& act, const Standing* standing, bool partial) const;

  // Before anything is changed.
  Standing standingOf(const std::string& arn) const { return identityOf(arn); }

 private:
  template <class T>
  struct Kept {
    std::uint64_t generation = 0;
    std::shared_ptr<const T> value;
  };
  struct Held {  // a resource's side
    std::string account;
    std::optional<Policy> policy;
    bool unreadable = false;
    bool ownAccountOnly = false;
  };
  // `service` is the one that is called, which tells a denial.
  Result<std::string> decideFor(const RequestFacts& facts, const api::Access& access, std::string_view service,
                                bool resourceIsNew, const ResourceSide* given = nullptr) const;
  Standing identityOf(const std::string& arn) const;
  Result<std::shared_ptr<const Held>> heldOf(std::string_view service, const api::Access& access) const;
  const ports::ResourcePolicySource* sourceOf(std::string_view service) const;

  const store::Database& database_;
  const ports::PolicySource& policies_;
  const base::Clock& clock_;
  std::vector<std::pair<std::string, const ports::ResourcePolicySource*>> sources_;  // fixed after start
  KnownKeys keys_;                                                                   // fixed after start

  mutable std::mutex mutex_;
  // By principal; of sessions by their role. Both bounded, guarded by mutex_.
  mutable std::unordered_map<std::string, Kept<IdentityPolicies>> identities_;
  mutable std::unordered_map<std::string, Kept<Held>> held_;
};

}  // namespace hearth::identity
