#include "server/access_gate.h"

#include <stdexcept>

namespace hearth::server {
namespace {

const api::ServiceAccess* accessOf(const std::vector<api::ServiceAccess>& all, std::string_view service) {
  for (const api::ServiceAccess& access : all)
    if (access.service == service) return &access;
  return nullptr;
}

// A name in the template that the input does not have would stand for everything.
void checkMembers(const api::AccessRule& rule, const api::Operation& operation) {
  std::string_view rest = rule.resource;
  for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const std::size_t close = rest.find('}', open);
    if (close == std::string_view::npos) throw std::logic_error("a resource without }");
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    rest.remove_prefix(close + 1);
    if (name != "account" && name != "region" && !operation.input->findMember(name))
      throw std::logic_error(std::string(operation.name) + " has no member " + std::string(name));
  }
}

}  // namespace

Result<void> CallRights::check(const api::Access& access, const api::InputView* input) const {
  HEARTH_TRY(std::string other, authority_.check({call_, access, input, headers_.userAgent, headers_.referer}));
  if (!other.empty()) opened_.insert(std::move(other));
  return {};
}

AccessRules bindRules(const std::vector<const api::Service*>& services,
                      const std::vector<api::ServiceAccess>& access) {
  AccessRules rules;
  for (const api::Service* service : services) {
    const api::ServiceAccess* known = accessOf(access, service->id);
    if (!known) throw std::logic_error("no access rules for " + std::string(service->id));
    std::unordered_map<std::string_view, const api::AccessRule*> byName;
    for (const api::AccessRule& rule : known->rules)
      if (!byName.emplace(rule.operation, &rule).second)
        throw std::logic_error("two access rules for " + std::string(rule.operation));
    for (const api::Route& route : service->routes) {
      if (!route.listed || rules.contains(route.listed)) continue;
      auto rule = byName.extract(route.listed->name);
      if (!rule) throw std::logic_error("no access rule for " + std::string(route.listed->name));
      checkMembers(*rule.mapped(), *route.listed);
      rules[route.listed] = rule.mapped();
    }
    if (!byName.empty())
      throw std::logic_error("an access rule for no operation: " + std::string(byName.begin()->first));
  }
  return rules;
}

AccessGate::AccessGate(const identity::Authority& authority, const std::vector<const api::Service*>& services,
                       std::vector<api::ServiceAccess> access)
    : authority_(authority), access_(std::move(access)), rules_(bindRules(services, access_)) {}

Result<void> AccessGate::admit(const api::Operation& operation, api::Call& call, const api::AnyShape& input,
                               CallRights::Headers headers, Admission& admission) const {
  // Root is asked about only where a resource's policy could say something.
  if (call.principal.isRoot && !authority_.concernsRoot(operation.service->id)) return {};
  const api::AccessRule& rule = *rules_.at(&operation);
  if (rule.kind == api::AccessKind::kFree) return {};
  admission.rule = &rule;
  call.rights = &admission.rights.emplace(authority_, call, headers);
  if (rule.kind == api::AccessKind::kHandler) return {};
  const api::InputView view(*operation.input, input.data());
  HEARTH_TRY(admission.accesses, api::accessesOf(rule, call, view));
  for (const api::Access& access : admission.accesses) HEARTH_CHECK(admission.rights->check(access, &view));
  return {};
}

const api::TypeRule* AccessGate::findType(std::string_view type) const {
  for (const api::ServiceAccess& service : access_)
    for (const api::TypeRule& rule : service.types)
      if (rule.type == type) return &rule;
  return nullptr;
}

Fault AccessGate::veil(const Admission& admission, Fault fault) {
  if (!admission.rule || !admission.rule->absence || admission.accesses.empty()) return fault;
  if (fault.status != 404 || fault.code == "NoSuchBucket") return fault;
  auto right = admission.rights->check(admission.rule->absence(admission.accesses));
  return right.ok() ? fault : std::move(right).fault();
}

}  // namespace hearth::server
