#include "server/guarded_provider.h"

#include <algorithm>

#include "server/type_reads.h"

namespace hearth::server {
namespace {

using api::Access;
using api::TypeNeed;
using ports::ResourceRequest;

// The texts at the path, through objects and lists; `**` is any number of members.
void collect(const Json& value, std::string_view path, std::vector<std::string>& into) {
  if (const auto* list = value.if_array()) {
    for (const Json& item : *list) collect(item, path, into);
    return;
  }
  if (path.empty()) {
    if (auto text = base::scalarText(value)) into.push_back(*std::move(text));
    return;
  }
  const std::size_t dot = path.find('.');
  if (path.substr(0, dot) == "**") {
    // As deep as the template, which has limits.
    collect(value, path.substr(dot + 1), into);
    if (const auto* object = value.if_object())
      for (const auto& [name, inner] : *object) collect(inner, path, into);
    return;
  }
  const Json* member = base::findMember(value, path.substr(0, dot));
  if (member) collect(*member, dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1), into);
}

// The member at the path's first part. What is a part of it may be used otherwise when another part has changed.
const Json* findFirst(const JsonObject& properties, std::string_view path) {
  return properties.if_contains(path.substr(0, path.find('.')));
}

// Whether there is something at the path, as far as it can be followed without looking into lists or for `**`.
bool isThere(const JsonObject& properties, std::string_view path) {
  const JsonObject* object = &properties;
  while (true) {
    const std::size_t dot = path.find('.');
    if (path.substr(0, dot) == "**") return true;
    const Json* member = object->if_contains(path.substr(0, dot));
    if (!member || dot == std::string_view::npos) return member != nullptr;
    object = member->if_object();
    if (!object) return member->is_array();
    path.remove_prefix(dot + 1);
  }
}

std::vector<std::string> textsAt(const JsonObject& properties, std::string_view path) {
  std::vector<std::string> texts;
  collect(Json(properties), path, texts);
  return texts;
}

// What a change takes away of a property.
std::vector<std::string> goneFrom(const TypeNeed& need, const ResourceRequest& request) {
  std::vector<std::string> gone = textsAt(request.oldProperties, need.properties.front());
  const std::vector<std::string> kept = textsAt(request.properties, need.properties.front());
  if (need.gone == TypeNeed::Gone::kWhole && !kept.empty()) return {};
  std::erase_if(gone,
                [&](const std::string& one) { return std::find(kept.begin(), kept.end(), one) != kept.end(); });
  return gone;
}

bool isWanted(const TypeNeed& need, const ResourceRequest& request, TypeNeed::When when) {
  if ((need.when & when) == 0) return false;
  if (need.gone != TypeNeed::Gone::kNo) return !goneFrom(need, request).empty();
  if (need.properties.empty()) return true;
  return std::any_of(need.properties.begin(), need.properties.end(), [&](std::string_view name) {
    const bool isGiven = isThere(request.properties, name);
    if (when != TypeNeed::kChange) return isGiven;
    if (!isGiven && !isThere(request.oldProperties, name)) return false;
    const Json* value = findFirst(request.properties, name);
    const Json* former = findFirst(request.oldProperties, name);
    return (value == nullptr) != (former == nullptr) || (value && *value != *former);
  });
}

bool isById(const api::TypeRule& rule, const TypeNeed& need) {
  const std::string_view resource = need.resource.empty() ? rule.resource : need.resource;
  return resource.find("{id}") != std::string_view::npos || need.conditionProperty == "id";
}

// What the words of a need stand for.
struct Names {
  const api::TypeRule& rule;
  const TypeNeed& need;
  const ResourceRequest& request;
  const std::string& physicalId;
  bool standing;  // the resource was there before

  std::vector<std::string> valuesOf(std::string_view name) const {
    if (name == "account") return {request.account};
    if (name == "region") return {request.region};
    if (name == "id" || name == "name") return {physicalId};
    const bool isGone = need.gone != TypeNeed::Gone::kNo;
    if (isGone && name == need.properties.front()) return goneFrom(need, request);
    const std::size_t equals = name.find('=');
    auto values = textsAt(isGone ? request.oldProperties : request.properties, name.substr(0, equals));
    if (values.empty() && equals != std::string_view::npos) values.emplace_back(name.substr(equals + 1));
    return values;
  }
  // The version of the object that is read; empty: the one that is current.
  std::string version() const {
    if (need.versionProperty.empty()) return {};
    const auto values = textsAt(request.properties, need.versionProperty);
    if (values.empty()) return {};
    return need.versionOf ? need.versionOf(values.front()) : values.front();
  }
  // The same as valuesOf(), as the resource calls it.
  std::vector<std::string> resolved(std::string_view name) const {
    auto values = valuesOf(name);
    if (!rule.resolve || name == "account" || name == "region" || name == "name" || (name == "id" && !standing))
      return values;
    for (std::string& value : values) value = rule.resolve(request.account, request.region, name, value);
    return values;
  }
};

// Every resource that the template names.
std::vector<std::string> expand(std::string_view resource, const Names& names) {
  const std::size_t open = resource.find('{');
  if (open == std::string_view::npos) return {std::string(resource)};
  const std::size_t close = resource.find('}', open);
  std::vector<std::string> expanded;
  for (const std::string& value : names.resolved(resource.substr(open + 1, close - open - 1))) {
    if (value.starts_with("arn:")) {
      expanded.push_back(value);
      continue;
    }
    const std::string begin = std::string(resource.substr(0, open)) + value;
    for (const std::string& rest : expand(resource.substr(close + 1), names))
      expanded.push_back(rest.starts_with("arn:") ? rest : begin + rest);
  }
  return expanded;
}

}  // namespace

std::vector<Access> accessesOf(const api::TypeRule& rule, const ResourceRequest& request, TypeNeed::When when,
                               const std::string& physicalId, Naming naming) {
  std::vector<Access> accesses;
  for (const TypeNeed& need : rule.needs) {
    if (!isWanted(need, request, when)) continue;
    if (naming != Naming::kEvery && isById(rule, need) != (naming == Naming::kById)) continue;
    const Names names{rule, need, request, physicalId, when != TypeNeed::kMake};
    for (const std::string& resource : expand(need.resource.empty() ? rule.resource : need.resource, names)) {
      Access access{std::string(need.action), resource};
      if (const std::string version = names.version(); !version.empty()) {
        access.action += "Version";
        access.addCondition("s3:VersionId", version);
      }
      if (!need.passedTo.empty()) access.addCondition("iam:PassedToService", std::string(need.passedTo));
      const auto values =
          need.conditionKey.empty() ? std::vector<std::string>() : names.valuesOf(need.conditionProperty);
      for (const std::string& value : values) {
        accesses.push_back(access);
        accesses.back().addCondition(std::string(need.conditionKey), value);
      }
      if (values.empty()) accesses.push_back(std::move(access));
    }
  }
  return accesses;
}

// What holds whatever is asked for.
Result<void> GuardedProvider::checkActor(const ResourceRequest& request) const {
  if (!rule_)
    return Fault("AccessDenied",
                 "Resources of the type " + spec().type + " can be made by the account's root alone.", 403);
  return actorOf(request).checkRole();
}

StackActor GuardedProvider::actorOf(const ResourceRequest& request) const {
  return {authority_, roles_, clock_, request.actor, request.account, request.region};
}

Result<void> GuardedProvider::check(const ResourceRequest& request, TypeNeed::When when) const {
  if (request.actor.empty()) return {};
  HEARTH_CHECK(checkActor(request));
  // What was begun and has no name yet is removed without one.
  const Naming naming = request.physicalId.empty() ? Naming::kOtherwise : Naming::kEvery;
  for (const Access& access : accessesOf(*rule_, request, when, request.physicalId, naming))
    HEARTH_CHECK(actorOf(request).mayDo(access));
  return {};
}

// A package is read before the function is made: the right to read it is asked first.
Result<std::shared_ptr<ports::PreparedWork>> GuardedProvider::prepare(const ResourceRequest& request) {
  if (!request.actor.empty()) {
    HEARTH_CHECK(checkActor(request));
    const TypeNeed::When when = request.physicalId.empty() ? TypeNeed::kMake : TypeNeed::kChange;
    for (const Access& access : accessesOf(*rule_, request, when, request.physicalId))
      if (access.action.starts_with("s3:GetObject")) HEARTH_CHECK(actorOf(request).mayDo(access));
  }
  return inner_->prepare(request);
}

Result<ports::ResourceState> GuardedProvider::create(const ResourceRequest& request) {
  if (request.actor.empty()) return inner_->create(request);
  HEARTH_CHECK(checkActor(request));
  for (const Access& access : accessesOf(*rule_, request, TypeNeed::kMake, "", Naming::kOtherwise))
    HEARTH_CHECK(actorOf(request).mayDo(access));
  const identity::Standing standing = authority_.standingOf(request.actor);
  HEARTH_TRY(auto state, inner_->create(request));
  for (const Access& access : accessesOf(*rule_, request, TypeNeed::kMake, state.physicalId, Naming::kById))
    HEARTH_CHECK(actorOf(request).mayDo(access, &standing));
  return state;
}

Result<ports::ResourceState> GuardedProvider::update(const ResourceRequest& request) {
  HEARTH_CHECK(check(request, TypeNeed::kChange));
  return inner_->update(request);
}

Result<ports::ResourceState> GuardedProvider::read(const ResourceRequest& request) {
  if (request.actor.empty() || spec().takesTime) return inner_->read(request);
  HEARTH_CHECK(checkActor(request));
  api::TypeRule rule{rule_->type, rule_->resource, readNeedsOf(rule_->type), rule_->resolve};
  if (rule.needs.empty())
    return Fault("AccessDenied",
                 "Resources of the type " + spec().type + " can be seen by the account's root alone.", 403);
  const auto accesses = accessesOf(rule, request, TypeNeed::kRemove, request.physicalId);
  if (accesses.empty()) return Fault("AccessDenied", "It is not known what the resource is read by.", 403);
  for (const Access& access : accesses) HEARTH_CHECK(actorOf(request).mayDo(access));
  return inner_->read(request);
}

Result<void> GuardedProvider::remove(const ResourceRequest& request) {
  HEARTH_CHECK(check(request, TypeNeed::kRemove));
  return inner_->remove(request);
}

}  // namespace hearth::server
