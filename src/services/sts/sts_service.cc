#include "services/sts/sts_service.h"

#include <algorithm>

namespace hearth::services::sts {

using namespace api::sts;

namespace {

Fault invalid(std::string message) { return {"ValidationError", std::move(message)}; }

Credentials credentialsOf(const ports::RoleCredentials& issued) {
  return {issued.accessKeyId, issued.secretAccessKey, issued.sessionToken, issued.expires};
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
bool isSessionName(const std::string& name) {
  return name.size() >= 2 && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) ||
                  std::string_view("_+=,.@-").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

}  // namespace

Result<GetCallerIdentityOutput> StsService::getCallerIdentity(const api::Call& call, GetCallerIdentityInput) const {
  GetCallerIdentityOutput out;
  out.userId = call.principal.userId;
  out.account = call.principal.account;
  out.arn = call.principal.arn;
  return out;
}

Result<AssumeRoleOutput> StsService::assumeRole(const api::Call& call, AssumeRoleInput in) const {
  if (in.policy || in.policyArns)
    return invalid("Session policies are not supported: give the role itself the narrower policy.");
  if ((in.tags && !in.tags->empty()) || (in.transitiveTagKeys && !in.transitiveTagKeys->empty()))
    return invalid("Session tags are not supported: tag the role itself.");
  if (in.serialNumber || in.tokenCode) return invalid("Multi-factor authentication is not supported.");
  if (!isSessionName(in.roleSessionName))
    return invalid("1 validation error detected: Value '" + in.roleSessionName.substr(0, 64) +
                   "' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression "
                   "pattern: [\\w+=,.@-]*");
  // The role's trust policy was asked before the call came here.
  auto role = directory_.findRoleByArn(in.roleArn);
  if (!role)
    return Fault(
        "AccessDenied",
        "User: " + call.principal.arn + " is not authorized to perform: sts:AssumeRole on resource: " + in.roleArn,
        403);
  std::int64_t seconds = in.durationSeconds.value_or(3600);
  if (seconds < 900 || seconds > role->maxSessionSeconds)
    return invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  AssumeRoleOutput out;
  out.credentials = credentialsOf(directory_.issue(*role, {in.roleSessionName, seconds}));
  out.assumedRoleUser =
      AssumedRoleUser{role->roleId + ":" + in.roleSessionName,
                      "arn:aws:sts::" + role->account + ":assumed-role/" + role->name + "/" + in.roleSessionName};
  return out;
}

Result<GetSessionTokenOutput> StsService::getSessionToken(const api::Call& call, GetSessionTokenInput in) const {
  if (in.serialNumber || in.tokenCode) return invalid("Multi-factor authentication is not supported.");
  if (call.principal.accessKeyId.starts_with("ASIA"))
    return Fault("AccessDenied", "Cannot call GetSessionToken with session credentials", 403);
  std::int64_t most = call.principal.isRoot ? 3600 : 129'600;
  std::int64_t seconds = in.durationSeconds.value_or(std::min<std::int64_t>(43'200, most));
  if (seconds < 900 || seconds > 129'600) return invalid("DurationSeconds must be between 900 and 129600.");
  GetSessionTokenOutput out;
  out.credentials = credentialsOf(directory_.issueFor(call.principal, std::min(seconds, most)));
  return out;
}

Result<GetAccessKeyInfoOutput> StsService::getAccessKeyInfo(const api::Call&, GetAccessKeyInfoInput in) const {
  auto identity = directory_.findKey(in.accessKeyId, "");
  if (!identity || identity->principal.account.empty())
    return invalid("The access key " + in.accessKeyId.substr(0, 128) + " is not known here.");
  GetAccessKeyInfoOutput out;
  out.account = identity->principal.account;
  return out;
}

}  // namespace hearth::services::sts
