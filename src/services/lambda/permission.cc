#include "services/lambda/permission.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/glob.h"
#include "base/role_arn.h"

namespace hearth::services::lambda {
namespace {

bool isAccount(const std::string& text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool isService(const std::string& text) {
  return text.ends_with(".amazonaws.com") || text.ends_with(".amazon.com");
}

// Whether a statement's principal is this role, or the account that it is of.
bool isRole(std::string_view principal, const std::string& roleArn) {
  const std::string account(base::accountOfRole(roleArn));
  if (account.empty()) return false;
  return principal == roleArn || principal == account || principal == "arn:aws:iam::" + account + ":root";
}

}  // namespace

Json Permission::statement(const std::string& resource) const {
  JsonObject statement{{"Sid", statementId}, {"Effect", "Allow"}};
  if (principal == "*")
    statement["Principal"] = "*";
  else if (isService(principal))
    statement["Principal"] = JsonObject{{"Service", principal}};
  else
    statement["Principal"] =
        JsonObject{{"AWS", isAccount(principal) ? "arn:aws:iam::" + principal + ":root" : principal}};
  statement["Action"] = action;
  statement["Resource"] = resource;
  JsonObject condition;
  if (!sourceAccount.empty()) condition["StringEquals"] = JsonObject{{"AWS:SourceAccount", sourceAccount}};
  if (!sourceArn.empty()) condition["ArnLike"] = JsonObject{{"AWS:SourceArn", sourceArn}};
  if (!condition.empty()) statement["Condition"] = std::move(condition);
  return statement;
}

bool Permission::allows(const ports::InvokeCaller& caller) const {
  if (!base::equalsIgnoreCase(action, "lambda:InvokeFunction") && action != "lambda:*" && action != "*")
    return false;
  const bool named =
      caller.roleArn.empty() ? principal == caller.servicePrincipal : isRole(principal, caller.roleArn);
  if (principal != "*" && !named) return false;
  if (!sourceAccount.empty() && sourceAccount != caller.sourceAccount) return false;
  // What a role asks for has no source, which no condition matches.
  return sourceArn.empty() || (!caller.sourceArn.empty() && base::globMatches(sourceArn, caller.sourceArn));
}

bool admits(const std::vector<Permission>& permissions, const ports::InvokeCaller& caller,
            std::string_view account) {
  const bool isIdentity = caller.servicePrincipal.empty();
  if (isIdentity && (caller.roleArn.empty() || base::accountOfRole(caller.roleArn) == account)) return true;
  return std::any_of(permissions.begin(), permissions.end(),
                     [&](const Permission& permission) { return permission.allows(caller); });
}

Result<Permission> checkPermission(Permission permission) {
  auto valid = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_'; };
  if (permission.statementId.empty() || permission.statementId.size() > 100 ||
      !std::all_of(permission.statementId.begin(), permission.statementId.end(), valid))
    return Fault("ValidationException", "1 validation error detected: Value '" +
                                            permission.statementId.substr(0, 100) +
                                            "' at 'statementId' failed to satisfy constraint: Member must satisfy "
                                            "regular expression pattern: ([a-zA-Z0-9-_]+)");
  if (permission.action != "*" && !base::toLower(permission.action).starts_with("lambda:"))
    return Fault("ValidationException",
                 "1 validation error detected: Value '" + permission.action.substr(0, 100) +
                     "' at 'action' failed to satisfy constraint: Member must satisfy regular "
                     "expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])");
  // Older templates spell it lambda:invokeFunction; policies compare actions without case.
  if (base::equalsIgnoreCase(permission.action, "lambda:InvokeFunction"))
    permission.action = "lambda:InvokeFunction";
  bool known = permission.principal == "*" || isService(permission.principal) || isAccount(permission.principal) ||
               permission.principal.starts_with("arn:aws:");
  if (!known)
    return Fault("InvalidParameterValueException",
                 "The provided principal was invalid. Please check the principal and try again.");
  if (!permission.sourceAccount.empty() && !isAccount(permission.sourceAccount))
    return Fault("ValidationException",
                 "1 validation error detected: Value '" + permission.sourceAccount.substr(0, 64) +
                     "' at 'sourceAccount' failed to satisfy constraint: Member must satisfy "
                     "regular expression pattern: \\d{12}");
  return permission;
}

}  // namespace hearth::services::lambda
