#include "server/api_callers.h"

#include "http/peer_address.h"
#include "server/callers.h"

#include <algorithm>

namespace hearth::server {
namespace {

Fault faultOf(const wire::AuthFailure& failure) { return wire::authFault(failure, wire::AuthFamily::kRestJson); }

Fault denied(const wire::Verified& caller, const gateway::MethodTarget& target, std::string_view why) {
  return Fault("AccessDeniedException", gateway::denialOf(caller.principalArn, target) + std::string(why), 403);
}

}  // namespace

ApiCallers::ApiCallers(identity::Directory& directory, const identity::Authority& authority,
                       store::Database& database, const base::Clock& clock, const base::Clock& machineClock)
    : authority_(authority),
      database_(database),
      clock_(clock),
      verifier_(credentialsIn(directory), clock, machineClock) {}

Result<void> ApiCallers::screen(const http::Request& request) const {
  if (const auto failure = verifier_.screen(request)) return faultOf(*failure);
  return {};
}

Result<gateway::SignedCaller> ApiCallers::admit(const http::Request& request, std::string_view body,
                                                const gateway::MethodTarget& target) {
  wire::Verification verification = verifier_.verify(request, body);
  if (const auto* failure = std::get_if<wire::AuthFailure>(&verification)) return faultOf(*failure);
  const auto& caller = std::get<wire::Verified>(verification);
  if (caller.service != "execute-api") {
    return Fault("InvalidSignatureException", "Credential should be scoped to correct service: 'execute-api'.",
                 403);
  }
  if (caller.region != target.region) {
    return Fault("InvalidSignatureException",
                 "Credential should be scoped to a valid region, not '" + caller.region + "'.", 403);
  }
  HEARTH_CHECK(mayInvoke(caller, request, target));
  return gateway::SignedCaller{caller.accessKeyId, caller.account, caller.userId, caller.principalArn};
}

Result<void> ApiCallers::mayInvoke(const wire::Verified& caller, const http::Request& request,
                                   const gateway::MethodTarget& target) const {
  if (caller.account != target.account && target.policy == nullptr) return denied(caller, target, "");
  api::Call call;
  call.principal = {caller.account, caller.principalArn, caller.userId, caller.accessKeyId};
  call.principal.isRoot = caller.principalArn.ends_with(":root");
  call.account = target.account;
  call.region = target.region;
  call.operation = gateway::kInvokeAction;
  call.sourceIp = http::peerAddress(request.origin.peer);
  call.secure = request.origin.secure;
  call.now = clock_.now();
  const api::Access access{gateway::kInvokeAction, target.arn};
  const identity::Question question{.call = call,
                                    .access = access,
                                    .userAgent = request.headers.find("User-Agent").value_or(""),
                                    .referer = request.headers.find("Referer").value_or(""),
                                    .resourcePolicy = target.policy,
                                    .resourceAccount = target.account};
  store::Database::Snapshot snapshot(database_);
  const auto decision = authority_.check(question);
  if (decision.ok()) return {};
  // Why, as the words of a denial end: "because no identity-based policy allows ...".
  const std::string& text = decision.fault().message;
  const std::size_t why = std::min(text.find(" because "), text.find(" with an explicit deny"));
  return denied(caller, target, why == std::string::npos ? std::string_view() : std::string_view(text).substr(why));
}

}  // namespace hearth::server
