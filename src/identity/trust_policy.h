// Trust policies: who may take a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace hearth::identity {

// A parsed trust policy. Of conditions, StringEquals and StringLike on aws:SourceAccount are decided; a statement
// with any other allows nothing, and denies: a condition that is not evaluated must not open a door.
class TrustPolicy final {
 public:
  // Fault: MalformedPolicyDocument 400 with what is wrong.
  static Result<TrustPolicy> parse(std::string_view document);

  // "lambda.amazonaws.com", on behalf of a resource in `sourceAccount`.
  bool allowsService(std::string_view servicePrincipal, std::string_view sourceAccount) const;
  // `arn` of the caller; its account's root in the policy stands for everybody in that account, a role for its
  // sessions.
  bool allowsPrincipal(std::string_view arn, std::string_view account) const;

 private:
  struct AccountCondition {
    bool like = false;  // with wildcards
    std::vector<std::string> accounts;
  };
  struct Statement {
    bool allow = false;
    bool undecidable = false;  // has a condition that is not evaluated
    std::vector<AccountCondition> sourceAccounts;
    bool holdsFor(std::string_view sourceAccount) const;
    bool assumeRole = false;
    std::vector<std::string> services;
    std::vector<std::string> principals;  // ARNs, account ids, "*"
  };
  template <class Matches>
  bool decide(std::string_view sourceAccount, Matches matches) const;
  static Result<void> addCondition(const Json& condition, Statement& statement);
  std::vector<Statement> statements_;
};

}  // namespace hearth::identity
