// ApiCallers: signatures of requests to deployed APIs, and whether policies let their owners invoke a method.
#pragma once

#include "base/clock.h"
#include "gateway/caller.h"
#include "identity/authority.h"
#include "identity/directory.h"
#include "wire/sigv4.h"

namespace hearth::server {

// On the loop. Everything is borrowed.
class ApiCallers final : public gateway::SignedCallers {
 public:
  ApiCallers(identity::Directory& directory, const identity::Authority& authority, store::Database& database,
             const base::Clock& clock, const base::Clock& machineClock);

  Result<void> screen(const http::Request& request) const override;
  // Callers of other accounts need the API's own policy to let them in, beside theirs.
  Result<gateway::SignedCaller> admit(const http::Request& request, std::string_view body,
                                      const gateway::MethodTarget& target) override;

 private:
  Result<void> mayInvoke(const wire::Verified& caller, const http::Request& request,
                         const gateway::MethodTarget& target) const;

  const identity::Authority& authority_;
  store::Database& database_;
  const base::Clock& clock_;
  wire::SigV4Verifier verifier_;
};

}  // namespace hearth::server
