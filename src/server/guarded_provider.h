// GuardedProvider: a type of CloudFormation that is made in somebody's rights: what the type's rule needs is asked
// of the stack's role, or of who ordered the operation. Root is not asked.
#pragma once

#include "api/access.h"
#include "base/clock.h"
#include "identity/authority.h"
#include "ports/credential_issuer.h"
#include "ports/resource_provider.h"
#include "server/stack_actor.h"

namespace hearth::server {

class GuardedProvider final : public ports::ResourceProvider {
 public:
  // `rule` is nullptr for a type that has none: it is for root alone. Everything is borrowed, but the provider.
  GuardedProvider(std::unique_ptr<ports::ResourceProvider> inner, const api::TypeRule* rule,
                  const identity::Authority& authority, ports::CredentialIssuer& roles, const base::Clock& clock)
      : inner_(std::move(inner)), rule_(rule), authority_(authority), roles_(roles), clock_(clock) {}

  const ports::ResourceSpec& spec() const override { return inner_->spec(); }
  Result<std::shared_ptr<ports::PreparedWork>> prepare(const ports::ResourceRequest& request) override;
  // What is needed on the new resource itself is asked for when it is known what it is called: by the policies from
  // before, because what was made may be a policy. A Fault undoes it. All else is asked for beforehand.
  Result<ports::ResourceState> create(const ports::ResourceRequest& request) override;
  Result<ports::ResourceState> update(const ports::ResourceRequest& request) override;
  Result<void> remove(const ports::ResourceRequest& request) override;
  // In the rights of who looks: type_reads.h says what it takes. A type that takes time tells nothing of itself.
  Result<ports::ResourceState> read(const ports::ResourceRequest& request) override;
  // Of what create(), update() and remove() were allowed to begin.
  Result<ports::ResourceProgress> resume(const ports::ResourceRequest& request) override {
    return inner_->resume(request);
  }
  Result<void> settle(const ports::ResourceRequest& request) override { return inner_->settle(request); }

 private:
  Result<void> check(const ports::ResourceRequest& request, api::TypeNeed::When when) const;
  Result<void> checkActor(const ports::ResourceRequest& request) const;
  StackActor actorOf(const ports::ResourceRequest& request) const;

  std::unique_ptr<ports::ResourceProvider> inner_;
  const api::TypeRule* rule_;
  const identity::Authority& authority_;
  ports::CredentialIssuer& roles_;
  const base::Clock& clock_;
};

// Of the needs of a rule, those that name the resource by what it is called, or those that do not.
enum class Naming : unsigned char { kEvery, kById, kOtherwise };

// What the rule needs of such a request; `physicalId` is the resource's.
std::vector<api::Access> accessesOf(const api::TypeRule& rule, const ports::ResourceRequest& request,
                                    api::TypeNeed::When when, const std::string& physicalId,
                                    Naming naming = Naming::kEvery);

}  // namespace hearth::server
