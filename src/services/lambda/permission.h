// Permission: one statement of a function's resource policy.
// https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "ports/invoker.h"

namespace hearth::services::lambda {

struct Permission {
  std::string statementId;
  std::string action;     // "lambda:InvokeFunction"
  std::string principal;  // a service, an account, an ARN, or "*"
  std::string sourceArn;  // wildcards allowed; empty: any
  std::string sourceAccount;

  // The statement as GetPolicy shows it. `resource` is the function's ARN.
  Json statement(const std::string& resource) const;
  // May this service, or this role, call the function?
  bool allows(const ports::InvokeCaller& caller) const;
};

// May the caller call a function of `account` with these permissions? What policies of identities say about it was
// decided before.
bool admits(const std::vector<Permission>& permissions, const ports::InvokeCaller& caller,
            std::string_view account);

// Checks and normalises what AddPermission was given. Faults: ValidationException, InvalidParameterValueException.
Result<Permission> checkPermission(Permission permission);

}  // namespace hearth::services::lambda
