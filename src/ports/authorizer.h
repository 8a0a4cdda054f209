// Authorizer: may a role, in whose name a service is about to act, do that? For what does not come in as a signed
// request: a schedule's delivery, an API's integration with `credentials`, a function's destination. Implemented by
// identity/ (identity::Authority).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace hearth::ports {

// Condition keys of a request and their values: {"s3:prefix", {"photos/"}}. Keys are compared without regard to
// case.
using ConditionValues = std::vector<std::pair<std::string, std::vector<std::string>>>;

// What the service wants to do as the role. Several resources or actions are several acts.
struct RoleAct {
  std::string roleArn;              // arn:aws:iam::ACCOUNT:role/PATH/NAME
  std::string sessionName;          // for the words of a denial; the service's name when it has no better
  std::string action;               // "lambda:InvokeFunction", "s3:GetObject"
  std::string resource;             // ARN, for S3 arn:aws:s3:::BUCKET/KEY
  ConditionValues conditions = {};  // beside those that every request has (aws:CurrentTime, aws:PrincipalArn ...)
};

class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // By the role's policies, its permissions boundary, and the resource's own policy where the service keeps one.
  // Whether the service may take the role at all is CredentialIssuer's to say. Faults: AccessDenied 403 in AWS's
  // words ("User: arn:aws:sts::... is not authorized to perform: ..."), NoSuchEntity 404 when there is no such
  // role. Thread-safe; does not wait; on the loop, on the writer thread, or on an engine's.
  virtual Result<void> mayDo(const RoleAct& act) const = 0;
};

}  // namespace hearth::ports
