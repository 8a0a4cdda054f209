#include "identity/authority.h"

#include "base/bytes.h"
#include "base/log.h"
#include "base/role_arn.h"
#include "identity/policy_reader.h"

namespace hearth::identity {
namespace {

constexpr std::size_t kMostKept = 4096;
constexpr std::string_view kTrustAction = "sts:assumerole";

std::string_view serviceOf(std::string_view action) { return action.substr(0, action.find(':')); }

// All sessions of a role have the role's policies: arn:aws:sts::ID:assumed-role/ROLE.
std::string holderOf(const std::string& arn) {
  return arn.starts_with("arn:aws:sts:") ? arn.substr(0, arn.rfind('/')) : arn;
}

std::optional<Policy> compile(const std::string& document, PolicyForm form, const std::string& whose,
                              bool& unreadable) {
  auto policy = Policy::parse(document, form);
  if (policy.ok()) return *std::move(policy);
  base::logWarning("identity", "a policy cannot be read: everything that it speaks about is denied",
                   {{"of", whose}, {"why", policy.fault().message}});
  unreadable = true;
  return std::nullopt;
}

std::shared_ptr<const IdentityPolicies> compileAll(const ports::PrincipalPolicies& texts) {
  auto all = std::make_shared<IdentityPolicies>();
  all->arn = texts.arn;
  all->id = texts.id;
  all->tags = texts.tags;
  for (const ports::PolicyText& text : texts.policies) {
    auto policy = compile(text.document, PolicyForm::kIdentity, text.holder, all->unreadable);
    if (!policy) continue;
    if (text.part == ports::PolicyPart::kBoundary)
      all->boundary = *std::move(policy);
    else
      all->grants.push_back(*std::move(policy));
  }
  return all;
}

// Keys and sessions outlive whom they were made for; who is made later under the same name is somebody else.
// What a stack does is known by the name alone.
bool isAnother(std::string_view userId, const IdentityPolicies& identity) {
  return !userId.empty() && !identity.id.empty() && userId.substr(0, userId.find(':')) != identity.id;
}

DenialStyle styleOf(std::string_view service) {
  if (service == "s3") return DenialStyle::kS3;
  if (service == "ses") return DenialStyle::kSes;
  if (service == "ecr" || service == "logs" || service == "events" || service == "ssm" ||
      service == "secretsmanager")
    return DenialStyle::kJson;
  if (service == "lambda" || service == "apigateway" || service == "scheduler") return DenialStyle::kRest;
  return DenialStyle::kQuery;
}

}  // namespace

void Authority::addResourcePolicies(std::string service, const ports::ResourcePolicySource& source) {
  sources_.emplace_back(std::move(service), &source);
}

void Authority::addKeys(const std::vector<std::string_view>& keys) {
  for (std::string_view key : keys) keys_.insert(base::toLower(key));
}

const ports::ResourcePolicySource* Authority::sourceOf(std::string_view service) const {
  for (const auto& [name, source] : sources_)
    if (name == service) return source;
  return nullptr;
}

bool Authority::concernsRoot(std::string_view service) const {
  const ports::ResourcePolicySource* source = sourceOf(service);
  return source && source->hasPolicies();
}

Standing Authority::identityOf(const std::string& arn) const {
  const std::string holder = holderOf(arn);
  const std::uint64_t generation = policies_.policyGeneration();
  {
    std::lock_guard lock(mutex_);
    auto kept = identities_.find(holder);
    if (kept != identities_.end() && kept->second.generation == generation) return kept->second.value;
  }
  auto compiled = compileAll(policies_.policiesOf(arn));
  // What the writer thread sees may not be committed yet: it is not for others.
  if (database_.onWriterThread()) return compiled;
  std::lock_guard lock(mutex_);
  if (identities_.size() >= kMostKept) identities_.clear();
  identities_[holder] = {generation, compiled};
  return compiled;
}

Result<std::shared_ptr<const Authority::Held>> Authority::heldOf(std::string_view service,
                                                                 const api::Access& access) const {
  const ports::ResourcePolicySource* source = sourceOf(service);
  const std::string holder(source ? source->policyHolder(access.action, access.resource) : std::string_view());
  if (holder.empty()) return std::shared_ptr<const Held>();
  const std::uint64_t generation = source->resourcePolicyGeneration();
  {
    std::lock_guard lock(mutex_);
    auto kept = held_.find(holder);
    if (kept != held_.end() && kept->second.generation == generation) return kept->second.value;
  }
  HEARTH_TRY(const ports::ResourcePolicy text, source->resourcePolicyOf(holder));
  auto held = std::make_shared<Held>();
  held->account = text.account;
  held->ownAccountOnly = text.ownAccountOnly;
  const PolicyForm form = base::toLower(access.action) == kTrustAction ? PolicyForm::kTrust : PolicyForm::kResource;
  if (!text.document.empty()) held->policy = compile(text.document, form, holder, held->unreadable);
  if (database_.onWriterThread()) return std::shared_ptr<const Held>(held);
  std::lock_guard lock(mutex_);
  if (held_.size() >= kMostKept) held_.clear();
  held_[holder] = {generation, held};
  return std::shared_ptr<const Held>(held);
}

Result<std::string> Authority::decideFor(const RequestFacts& facts, const api::Access& access,
                                         std::string_view called, bool resourceIsNew,
                                         const ResourceSide* given) const {
  const std::string_view service = serviceOf(access.action);
  std::shared_ptr<const Held> held;
  if (!resourceIsNew && !given) {
    HEARTH_TRY(held, heldOf(service, access));
  }
  const std::string lower = base::toLower(access.action);
  ResourceSide side{.trust = lower == kTrustAction};
  if (held) {
    side.account = held->account;
    side.policy = held->policy ? &*held->policy : nullptr;
    side.unreadable = held->unreadable;
    side.ownAccountOnly = held->ownAccountOnly;
    side.ownerMayAlways = sourceOf(service)->ownerMayAlways(access.action);
  }
  if (given) side = *given;
  const RequestKeys keys(facts, access, side.account, keys_);
  const PolicyRequest request{facts.actor, access.action, lower, access.resource, keys};
  const Decision decision = decide(request, facts.identity, side);
  if (!decision.allowed()) return denial(request, decision, side, styleOf(called));
  return side.account == facts.actor.account ? std::string() : std::move(side.account);
}

Result<std::string> Authority::check(const Question& question) const {
  const api::Call& call = question.call;
  Actor actor{call.principal.account, call.principal.arn, call.principal.arn, ""};
  std::shared_ptr<const IdentityPolicies> identity;
  if (!call.principal.isRoot) {
    identity = question.standing ? *question.standing : identityOf(actor.arn);
    if (isAnother(call.principal.userId, *identity)) identity = std::make_shared<const IdentityPolicies>();
    if (!identity->arn.empty()) actor.identityArn = identity->arn;
  }
  const RequestFacts facts{.actor = actor,
                           .identity = identity.get(),
                           .userId = call.principal.userId,
                           .temporary = call.principal.accessKeyId.starts_with("ASIA"),
                           .region = call.region,
                           .sourceIp = call.sourceIp,
                           .secure = call.secure || question.access.byService,
                           .now = call.now,
                           .userAgent = question.userAgent,
                           .referer = question.referer,
                           .input = question.input,
                           .partial = question.partial};
  const std::string_view called = call.operation.empty() ? question.access.action : call.operation;
  if (!question.resourcePolicy) {
    return decideFor(facts, question.access, serviceOf(called), question.standing != nullptr);
  }
  const auto* held = dynamic_cast<const HeldPolicy*>(question.resourcePolicy);
  const ResourceSide given{.account = std::string(question.resourceAccount),
                           .policy = held ? &held->policy() : nullptr,
                           .unreadable = held == nullptr};
  return decideFor(facts, question.access, serviceOf(called), false, &given);
}

Result<void> Authority::mayDo(const ports::RoleAct& act) const { return mayDo(act, nullptr, false); }

Result<void> Authority::mayDo(const ports::RoleAct& act, const Standing* standing, bool partial) const {
  const Standing identity = standing ? *standing : identityOf(act.roleArn);
  if (identity->arn != act.roleArn)
    return Fault("NoSuchEntity", "The role " + act.roleArn + " cannot be found.", 404);
  Actor actor;
  actor.account = base::accountOfRole(act.roleArn);
  actor.arn = "arn:aws:sts::" + actor.account + ":assumed-role" + act.roleArn.substr(act.roleArn.rfind('/')) + "/" +
              act.sessionName;
  actor.identityArn = act.roleArn;
  // What the server does by itself leaves no network.
  const RequestFacts facts{.actor = actor,
                           .identity = identity.get(),
                           .temporary = true,
                           .secure = true,
                           .now = clock_.now(),
                           .partial = partial};
  const api::Access access{act.action, act.resource, act.conditions};
  HEARTH_CHECK(decideFor(facts, access, serviceOf(access.action), standing != nullptr));
  return {};
}

}  // namespace hearth::identity
