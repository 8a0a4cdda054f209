#include "identity/trust_policy.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/glob.h"

namespace hearth::identity {
namespace {

Fault malformed(std::string message) { return {"MalformedPolicyDocument", std::move(message)}; }

// "x" and ["x", "y"] mean the same in policies.
Result<std::vector<std::string>> textList(const Json& value, std::string_view what) {
  std::vector<std::string> list;
  auto add = [&](const Json& item) {
    if (!item.is_string()) return false;
    list.emplace_back(item.get_string());
    return true;
  };
  bool good = true;
  if (const auto* array = value.if_array()) {
    for (const Json& item : *array) good = good && add(item);
  } else {
    good = add(value);
  }
  if (!good) return malformed(std::string(what) + " must be a string or a list of strings");
  return list;
}

bool isAssumeRole(const std::string& action) { return base::globMatches(base::toLower(action), "sts:assumerole"); }

// Whether the policy's principal is the role that the caller is a session of:
// arn:aws:iam::ACCOUNT:role/PATH/ROLE and arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION.
bool isRoleOfSession(std::string_view principal, std::string_view callerArn) {
  constexpr std::string_view kRole = "arn:aws:iam::";
  constexpr std::string_view kSession = "arn:aws:sts::";
  if (!principal.starts_with(kRole) || !callerArn.starts_with(kSession)) return false;
  principal.remove_prefix(kRole.size());
  callerArn.remove_prefix(kSession.size());
  std::size_t slash = principal.rfind('/');
  if (slash == std::string_view::npos) return false;
  std::string account(principal.substr(0, principal.find(':')));
  return principal.starts_with(account + ":role/") &&
         callerArn.starts_with(account + ":assumed-role/" + std::string(principal.substr(slash + 1)) + "/");
}

}  // namespace

Result<void> TrustPolicy::addCondition(const Json& condition, Statement& statement) {
  const auto* operators = condition.if_object();
  if (!operators) return malformed("Syntax errors in policy.");
  for (const auto& [name, keys] : *operators) {
    const auto* pairs = keys.if_object();
    if (!pairs) return malformed("Syntax errors in policy.");
    for (const auto& [key, value] : *pairs) {
      const bool like = name == "StringLike";
      if ((like || name == "StringEquals") && base::equalsIgnoreCase(key, "aws:SourceAccount")) {
        HEARTH_TRY(auto accounts, textList(value, "Condition"));
        statement.sourceAccounts.push_back({like, std::move(accounts)});
      } else {
        statement.undecidable = true;
      }
    }
  }
  return {};
}

bool TrustPolicy::Statement::holdsFor(std::string_view sourceAccount) const {
  return std::all_of(sourceAccounts.begin(), sourceAccounts.end(), [&](const AccountCondition& condition) {
    return std::any_of(condition.accounts.begin(), condition.accounts.end(), [&](const std::string& account) {
      return condition.like ? base::globMatches(account, sourceAccount) : account == sourceAccount;
    });
  });
}

Result<TrustPolicy> TrustPolicy::parse(std::string_view text) {
  auto parsed = base::parseJson(text);
  if (!parsed.ok()) return malformed("This policy contains invalid Json");
  const Json& document = *parsed;
  if (!document.is_object()) return malformed("Syntax errors in policy.");
  const Json* statements = base::findMember(document, "Statement");
  if (!statements) return malformed("Missing required field Statement");
  JsonArray single;
  if (statements->is_object())
    single.push_back(*statements);
  else if (!statements->is_array())
    return malformed("Syntax errors in policy.");

  TrustPolicy policy;
  for (const Json& item : statements->is_object() ? single : statements->get_array()) {
    if (!item.is_object()) return malformed("Syntax errors in policy.");
    Statement statement;
    std::string effect = base::findString(item, "Effect").value_or("");
    if (effect != "Allow" && effect != "Deny") return malformed("Missing required field Effect");
    statement.allow = effect == "Allow";
    if (const Json* condition = base::findMember(item, "Condition")) {
      HEARTH_CHECK(addCondition(*condition, statement));
    }
    const Json* action = base::findMember(item, "Action");
    if (!action) return malformed("Missing required field Action");
    HEARTH_TRY(auto actions, textList(*action, "Action"));
    statement.assumeRole = std::any_of(actions.begin(), actions.end(), isAssumeRole);
    if (base::findMember(item, "Resource")) return malformed("Has prohibited field Resource");
    const Json* principal = base::findMember(item, "Principal");
    if (!principal) return malformed("Missing required field Principal");
    if (principal->is_string() && principal->get_string() == "*") {
      statement.principals.push_back("*");
    } else if (const auto* kinds = principal->if_object()) {
      for (const auto& [kind, value] : *kinds) {
        HEARTH_TRY(auto names, textList(value, "Principal"));
        auto& into = kind == "Service" ? statement.services : statement.principals;
        if (kind == "Service" || kind == "AWS")
          into.insert(into.end(), names.begin(), names.end());
        else if (kind != "Federated" && kind != "CanonicalUser")
          return malformed("Invalid principal in policy: \"" + std::string(kind) + "\"");
      }
    } else {
      return malformed("Invalid principal in policy.");
    }
    policy.statements_.push_back(std::move(statement));
  }
  return policy;
}

template <class Matches>
bool TrustPolicy::decide(std::string_view sourceAccount, Matches matches) const {
  bool allowed = false;
  for (const Statement& statement : statements_) {
    if (!statement.assumeRole || !matches(statement)) continue;
    if (!statement.holdsFor(sourceAccount)) continue;
    if (!statement.allow) return false;
    if (!statement.undecidable) allowed = true;
  }
  return allowed;
}

bool TrustPolicy::allowsService(std::string_view servicePrincipal, std::string_view sourceAccount) const {
  return decide(sourceAccount, [&](const Statement& statement) {
    return std::any_of(statement.services.begin(), statement.services.end(),
                       [&](const std::string& name) { return base::equalsIgnoreCase(name, servicePrincipal); });
  });
}

bool TrustPolicy::allowsPrincipal(std::string_view arn, std::string_view account) const {
  std::string root = "arn:aws:iam::" + std::string(account) + ":root";
  // No service acts here: aws:SourceAccount is absent from the request, and a condition on it fails.
  return decide({}, [&](const Statement& statement) {
    return std::any_of(statement.principals.begin(), statement.principals.end(), [&](const std::string& name) {
      return name == "*" || name == arn || name == account || name == root || isRoleOfSession(name, arn);
    });
  });
}

}  // namespace hearth::identity
