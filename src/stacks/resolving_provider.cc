#include "stacks/resolving_provider.h"

#include <utility>

#include "stacks/dynamic_reference.h"
#include "stacks/parameters.h"
#include "stacks/properties.h"

namespace hearth::stacks {
namespace {

using ports::ResourceRequest;
using ports::ResourceState;

// Replaces the references in every text of a value.
Result<void> replaceIn(Json& value, const ReferenceLookup& lookup) {
  if (auto* text = value.if_string()) {
    if (!mayHaveSecret(std::string_view(*text))) return {};
    HEARTH_TRY(const std::string replaced, replaceSecrets(*text, lookup));
    *text = replaced;
  } else if (auto* list = value.if_array()) {
    for (Json& element : *list) HEARTH_CHECK(replaceIn(element, lookup));
  } else if (auto* map = value.if_object()) {
    for (auto& member : *map) HEARTH_CHECK(replaceIn(member.value(), lookup));
  }
  return {};
}

Fault withoutSecrets(Fault fault, const std::set<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    for (auto at = fault.message.find(secret); at != std::string::npos;
         at = fault.message.find(secret, at + kMaskedValue.size()))
      fault.message.replace(at, secret.size(), kMaskedValue);
  }
  return fault;
}

}  // namespace

bool ResolvingProvider::concerns(const ResourceRequest& request) const {
  if (spec().takesTime) return false;
  return mayHaveSecret(Json(request.properties));
}

Result<void> ResolvingProvider::resolve(ResourceRequest& request, Secrets& secrets) const {
  const ports::ValueReader reader{request.account, request.region, request.actor};
  const bool isRemoval = request.verb == ports::ResourceVerb::kRemove;
  const auto lookup = [&](const DynamicReference& reference) -> Result<std::string> {
    auto secret = readSecretReference(values_, reader, reference);
    if (!secret.ok() && isRemoval) return reference.text;
    if (secret.ok() && !secret->empty()) secrets.insert(*secret);
    return secret;
  };
  Json value(request.properties);
  HEARTH_CHECK(replaceIn(value, lookup));
  request.properties = std::move(value.get_object());
  // A number or a switch may have come in as a text.
  auto checked = checkProperties(spec(), request.properties);
  if (checked.ok()) {
    request.properties = *std::move(checked);
  } else if (!isRemoval) {
    return withoutSecrets(std::move(checked).fault(), secrets);
  }
  return {};
}

Result<void> ResolvingProvider::prepare(const ResourceRequest& request) {
  if (!concerns(request)) return inner_->prepare(request);
  ResourceRequest full = request;
  Secrets secrets;
  HEARTH_CHECK(resolve(full, secrets));
  auto done = inner_->prepare(full);
  if (done.ok()) return done;
  return withoutSecrets(std::move(done).fault(), secrets);
}

Result<ResourceState> ResolvingProvider::create(const ResourceRequest& request) {
  if (!concerns(request)) return inner_->create(request);
  ResourceRequest full = request;
  Secrets secrets;
  HEARTH_CHECK(resolve(full, secrets));
  auto made = inner_->create(full);
  if (made.ok()) return made;
  return withoutSecrets(std::move(made).fault(), secrets);
}

Result<ResourceState> ResolvingProvider::update(const ResourceRequest& request) {
  if (!concerns(request)) return inner_->update(request);
  ResourceRequest full = request;
  Secrets secrets;
  HEARTH_CHECK(resolve(full, secrets));
  auto done = inner_->update(full);
  if (done.ok()) return done;
  return withoutSecrets(std::move(done).fault(), secrets);
}

Result<void> ResolvingProvider::remove(const ResourceRequest& request) {
  if (!concerns(request)) return inner_->remove(request);
  ResourceRequest full = request;
  Secrets secrets;
  full.verb = ports::ResourceVerb::kRemove;
  HEARTH_CHECK(resolve(full, secrets));
  auto done = inner_->remove(full);
  if (done.ok()) return done;
  return withoutSecrets(std::move(done).fault(), secrets);
}

}  // namespace hearth::stacks
