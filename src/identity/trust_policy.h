// Trust policies: who may take a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace hearth::identity {

// A parsed trust policy. Statements with a Condition are kept, and allow nothing: a condition that is not evaluated
// must not open a door.
class TrustPolicy final {
 public:
  // Fault: MalformedPolicyDocument 400 with what is wrong.
  static Result<TrustPolicy> parse(std::string_view document);

  // "lambda.amazonaws.com"
  bool allowsService(std::string_view servicePrincipal) const;
  // `arn` of the caller; its account's root in the policy stands for everybody in that account, a role for its
  // sessions.
  bool allowsPrincipal(std::string_view arn, std::string_view account) const;

 private:
  struct Statement {
    bool allow = false;
    bool conditional = false;
    bool assumeRole = false;
    std::vector<std::string> services;
    std::vector<std::string> principals;  // ARNs, account ids, "*"
  };
  template <class Matches>
  bool decide(Matches matches) const;
  std::vector<Statement> statements_;
};

}  // namespace hearth::identity
