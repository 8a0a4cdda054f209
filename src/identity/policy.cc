#include "identity/policy.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/glob.h"
#include "base/json_members.h"

namespace hearth::identity {
namespace {

constexpr std::string_view kIam = "arn:aws:iam::";
constexpr std::string_view kSts = "arn:aws:sts::";

bool isAccountNumber(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string rootOf(std::string_view account) { return std::string(kIam) + std::string(account) + ":root"; }

// Whether the principal is the role that the caller is a session of:
// arn:aws:iam::ACCOUNT:role/PATH/ROLE and arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION.
bool isRoleOfSession(std::string_view principal, std::string_view callerArn) {
  if (!principal.starts_with(kIam) || !callerArn.starts_with(kSts)) return false;
  principal.remove_prefix(kIam.size());
  callerArn.remove_prefix(kSts.size());
  const std::size_t slash = principal.rfind('/');
  if (slash == std::string_view::npos) return false;
  const std::string account(principal.substr(0, principal.find(':')));
  return principal.starts_with(account + ":role/") &&
         callerArn.starts_with(account + ":assumed-role/" + std::string(principal.substr(slash + 1)) + "/");
}

bool isIdentityOf(const std::string& principal, const Actor& actor) {
  if (actor.identityArn != actor.arn) return principal == actor.identityArn;
  return isRoleOfSession(principal, actor.arn);
}

bool has(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool cut(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

Conditions::Verdict Policy::Selection::takes(std::string_view text, const ConditionKeys& keys) const {
  using Verdict = Conditions::Verdict;
  if (!named) return Verdict::kHold;
  const bool any = std::any_of(patterns.begin(), patterns.end(),
                               [&](const Pattern& pattern) { return pattern.matches(text, keys); });
  const bool perhaps = !any && std::any_of(patterns.begin(), patterns.end(), [&](const Pattern& pattern) {
    return pattern.isUnknown(keys) && pattern.mightMatch(text, keys);
  });
  if (perhaps) return Verdict::kUndecided;
  return any != negated ? Verdict::kHold : Verdict::kFail;
}

Grant Policy::Principals::match(const Actor& actor) const {
  // A service is let in by its name alone.
  if (!actor.service.empty()) {
    const bool match = std::any_of(services.begin(), services.end(), [&](const std::string& service) {
      return base::equalsIgnoreCase(service, actor.service);
    });
    return match ? Grant::kActor : Grant::kNone;
  }
  Grant best = anyone ? Grant::kIdentity : Grant::kNone;
  for (const std::string& arn : arns) {
    if (arn == actor.arn) return Grant::kActor;
    if (actor.isSession() && isIdentityOf(arn, actor)) best = std::max(best, Grant::kIdentity);
    if (arn == rootOf(actor.account)) best = std::max(best, Grant::kAccount);
  }
  return best;
}

// Everything that the actor is has to be named: its account, its role or itself, and its session.
bool Policy::Principals::excludes(const Actor& actor) const {
  if (anyone) return true;
  if (!actor.service.empty()) return match(actor) != Grant::kNone;
  if (!has(arns, rootOf(actor.account)) || !has(arns, actor.arn)) return false;
  return !actor.isSession() ||
         std::any_of(arns.begin(), arns.end(), [&](const std::string& arn) { return isIdentityOf(arn, actor); });
}

Result<Policy::Selection> Policy::parseSelection(const Json& item, std::string_view name, Variables variables) {
  Selection selection;
  const std::string notName = "Not" + std::string(name);
  const Json* value = base::findMember(item, name);
  const Json* notValue = base::findMember(item, notName);
  if (value && notValue) return malformedDocument("Syntax errors in policy.");
  if (!value && !notValue) return selection;
  selection.named = true;
  selection.negated = notValue != nullptr;
  const bool actions = name == "Action";
  HEARTH_TRY(auto texts, policyTexts(value ? *value : *notValue, name));
  // Behind Not, a list of nothing would be everything.
  if (texts.empty()) return malformedDocument("Missing required field " + std::string(name));
  for (const std::string& text : texts)
    selection.patterns.emplace_back(actions ? base::toLower(text) : text, actions ? Variables::kNo : variables);
  return selection;
}

Result<void> Policy::addPrincipals(const Json& value, Principals& into) {
  if (value.is_string() && value.get_string() == "*") {
    into.anyone = true;
    return {};
  }
  const auto* kinds = value.if_object();
  if (!kinds || kinds->empty()) return malformedDocument("Invalid principal in policy.");
  for (const auto& [kind, names] : *kinds) {
    HEARTH_TRY(auto texts, policyTexts(names, "Principal"));
    for (std::string& text : texts) {
      if (kind == "Service")
        into.services.push_back(std::move(text));
      else if (kind == "AWS" && text == "*")
        into.anyone = true;
      else if (kind == "AWS")
        into.arns.push_back(isAccountNumber(text) ? rootOf(text) : std::move(text));
      else if (kind == "Federated" || kind == "CanonicalUser")
        into.others.push_back(std::string(kind) + ":" + text);
      else
        return malformedDocument("Invalid principal in policy: \"" + std::string(kind) + "\"");
    }
  }
  return {};
}

Result<Policy::Principals> Policy::parsePrincipals(const Json& item) {
  Principals principals;
  const Json* value = base::findMember(item, "Principal");
  const Json* notValue = base::findMember(item, "NotPrincipal");
  if (value && notValue) return malformedDocument("Syntax errors in policy.");
  if (!value && !notValue) return principals;
  principals.named = true;
  principals.negated = notValue != nullptr;
  HEARTH_CHECK(addPrincipals(value ? *value : *notValue, principals));
  return principals;
}

Result<Policy::Statement> Policy::parseStatement(const Json& item, PolicyForm form, Variables variables) {
  if (!item.is_object()) return malformedDocument("Syntax errors in policy.");
  Statement statement;
  const std::string effect = base::findString(item, "Effect").value_or("");
  if (effect != "Allow" && effect != "Deny") return malformedDocument("Missing required field Effect");
  statement.allow = effect == "Allow";
  HEARTH_TRY(statement.principals, parsePrincipals(item));
  HEARTH_TRY(statement.actions, parseSelection(item, "Action", variables));
  HEARTH_TRY(statement.resources, parseSelection(item, "Resource", variables));
  if (!statement.actions.named) return malformedDocument("Missing required field Action");
  if (form == PolicyForm::kIdentity && statement.principals.named)
    return malformedDocument("Policy document should not specify a principal.");
  if (form != PolicyForm::kIdentity && !statement.principals.named)
    return malformedDocument("Missing required field Principal");
  if (form == PolicyForm::kTrust && statement.resources.named)
    return malformedDocument("Has prohibited field Resource");
  if (form != PolicyForm::kTrust && !statement.resources.named)
    return malformedDocument("Missing required field Resource");
  if (const Json* condition = base::findMember(item, "Condition")) {
    HEARTH_TRY(statement.conditions, Conditions::parse(*condition, variables));
  }
  return statement;
}

Result<Policy> Policy::parse(std::string_view text, PolicyForm form) {
  auto parsed = base::parseJson(text);
  if (!parsed.ok() || base::hasDuplicateMembers(text)) {
    return malformedDocument("This policy contains invalid Json");
  }
  const Json& document = *parsed;
  if (!document.is_object()) return malformedDocument("Syntax errors in policy.");
  const Json* statements = base::findMember(document, "Statement");
  if (!statements) return malformedDocument("Missing required field Statement");
  const Variables variables =
      base::findString(document, "Version") == "2012-10-17" ? Variables::kYes : Variables::kNo;
  Policy policy;
  policy.form_ = form;
  if (const auto* list = statements->if_array()) {
    for (const Json& item : *list) {
      HEARTH_TRY(Statement statement, parseStatement(item, form, variables));
      policy.statements_.push_back(std::move(statement));
    }
  } else {
    HEARTH_TRY(Statement statement, parseStatement(*statements, form, variables));
    policy.statements_.push_back(std::move(statement));
  }
  return policy;
}

Ruling Policy::rule(const PolicyRequest& request) const {
  Ruling ruling;
  for (const Statement& statement : statements_) {
    Grant grant = Grant::kActor;
    if (statement.principals.named && !statement.principals.negated)
      grant = statement.principals.match(request.actor);
    else if (statement.principals.negated)
      grant = statement.principals.excludes(request.actor) ? Grant::kNone : Grant::kIdentity;
    if (grant == Grant::kNone || (statement.allow && grant <= ruling.grant)) continue;
    using Verdict = Conditions::Verdict;
    if (statement.actions.takes(request.actionLower, request.keys) == Verdict::kFail) continue;
    const Verdict resource = statement.resources.takes(request.resource, request.keys);
    if (resource == Verdict::kFail) continue;
    const Verdict condition = statement.conditions.evaluate(request.keys);
    if (condition == Verdict::kFail) continue;
    if (!statement.allow) return {.denied = true};
    if (resource == Verdict::kHold && condition == Verdict::kHold) ruling.grant = grant;
  }
  return ruling;
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
bool Policy::isPublic() const {
  static const std::vector<std::string_view> kFixed = {
      "aws:sourceip",      "aws:sourcearn", "aws:sourcevpc",      "aws:sourcevpce",   "aws:sourceowner",
      "aws:sourceaccount", "aws:userid",    "aws:principalorgid", "aws:principalarn", "aws:principalaccount"};
  return std::any_of(statements_.begin(), statements_.end(), [](const Statement& statement) {
    return statement.allow && (statement.principals.anyone || statement.principals.negated) &&
           !statement.conditions.pins(kFixed);
  });
}

std::vector<std::string> Policy::resources() const {
  std::vector<std::string> texts;
  for (const Statement& statement : statements_)
    for (const Pattern& pattern : statement.resources.patterns) texts.push_back(pattern.source());
  return texts;
}

std::vector<std::string> Policy::actions() const {
  std::vector<std::string> texts;
  for (const Statement& statement : statements_)
    for (const Pattern& pattern : statement.actions.patterns) texts.push_back(pattern.source());
  return texts;
}

std::vector<std::string> Policy::principals() const {
  std::vector<std::string> texts;
  for (const Statement& statement : statements_) {
    if (statement.principals.anyone) texts.emplace_back("*");
    for (const std::string& arn : statement.principals.arns) texts.push_back("AWS:" + arn);
    for (const std::string& service : statement.principals.services) texts.push_back("Service:" + service);
    for (const std::string& other : statement.principals.others) texts.push_back(other);
  }
  return texts;
}

// "AWS:arn:aws:iam::111122223333:user/ann" and the like.
bool canBeSomebody(std::string_view principal) {
  if (principal == "*" || principal.starts_with("Service:")) return true;
  if (!cut(principal, "AWS:")) return false;
  const bool session = cut(principal, kSts);
  if (!session && !cut(principal, kIam)) return false;
  const std::size_t colon = principal.find(':');
  if (colon == std::string_view::npos || !isAccountNumber(principal.substr(0, colon))) return false;
  principal.remove_prefix(colon + 1);
  // A name is whole: wildcards are for conditions on aws:PrincipalArn.
  if (principal.find_first_of("*?") != std::string_view::npos) return false;
  if (session) return principal.starts_with("assumed-role/");
  return principal == "root" || principal.starts_with("user/") || principal.starts_with("role/");
}

}  // namespace hearth::identity
