#include "stacks/resolving_provider.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "stacks/dynamic_reference.h"
#include "stacks/faults.h"
#include "stacks/parameters.h"
#include "stacks/properties.h"

namespace hearth::stacks {
namespace {

using ports::ResourceRequest;
using ports::ResourceState;

// Replaces the references in every text of a value.
Result<void> replaceIn(Json& value, const ReferenceLookup& lookup, std::map<std::string, std::string>& texts) {
  if (auto* text = value.if_string()) {
    if (!mayHaveSecret(std::string_view(*text))) return {};
    HEARTH_TRY(const std::string replaced, replaceSecrets(*text, lookup));
    texts.emplace(replaced, std::string(*text));
    *text = replaced;
  } else if (auto* list = value.if_array()) {
    for (Json& element : *list) HEARTH_CHECK(replaceIn(element, lookup, texts));
  } else if (auto* map = value.if_object()) {
    for (auto& member : *map) HEARTH_CHECK(replaceIn(member.value(), lookup, texts));
  }
  return {};
}

using Window = std::array<char, 4>;  // so many bytes of a secret say something of it

char lowerCase(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return lowerCase(c); });
  return lower;
}

// Whether a text has a part of a secret in it, in whatever case: messages cut, quote and convert.
bool repeats(std::string_view message, const std::set<std::string>& secrets) {
  const std::string told = lowerCase(message);
  const auto windowAt = [](const std::string& text, std::size_t at) {
    return Window{text[at], text[at + 1], text[at + 2], text[at + 3]};
  };
  std::set<Window> windows;
  for (std::size_t at = 0; at + std::tuple_size_v<Window> <= told.size(); ++at) windows.insert(windowAt(told, at));
  return std::any_of(secrets.begin(), secrets.end(), [&](const std::string& secret) {
    const std::string lower = lowerCase(secret);
    if (lower.size() < std::tuple_size_v<Window>) return told.find(lower) != std::string::npos;
    for (std::size_t at = 0; at + std::tuple_size_v<Window> <= lower.size(); ++at)
      if (windows.contains(windowAt(lower, at))) return true;
    return false;
  });
}

Fault withoutSecrets(Fault fault, const std::set<std::string>& secrets) {
  if (!repeats(fault.message, secrets)) return fault;
  fault.message =
      "The resource was refused. The reason is not shown: it repeats a part of a secret that a dynamic "
      "reference of its properties has put in.";
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
  // Parameters may bring references as often as the template names them, and each may stand for 64 KiB.
  std::size_t count = 0;
  const auto lookup = [&](const DynamicReference& reference) -> Result<std::string> {
    if (++count > kMaxReferences) {
      if (isRemoval) return reference.text;
      return validationError("Template error: a resource has at most 60 dynamic references.");
    }
    auto secret = readSecretReference(values_, reader, reference);
    if (!secret.ok() && isRemoval) return reference.text;
    if (secret.ok() && !secret->empty()) secrets.values.insert(*secret);
    return secret;
  };
  Json value(request.properties);
  HEARTH_CHECK(replaceIn(value, lookup, secrets.texts));
  request.properties = std::move(value.get_object());
  // A number or a switch may have come in as a text.
  auto checked = checkProperties(spec(), request.properties);
  if (checked.ok()) {
    request.properties = *std::move(checked);
  } else if (!isRemoval) {
    return withoutSecrets(std::move(checked).fault(), secrets.values);
  }
  return {};
}

Result<ResourceState> ResolvingProvider::hide(Result<ResourceState> done, const Secrets& secrets) const {
  if (!done.ok()) return withoutSecrets(std::move(done).fault(), secrets.values);
  for (auto& attribute : done->attributes) {
    auto* text = attribute.value().if_string();
    const auto found = text ? secrets.texts.find(std::string(*text)) : secrets.texts.end();
    if (found != secrets.texts.end()) *text = found->second;
  }
  return done;
}

Result<std::shared_ptr<ports::PreparedWork>> ResolvingProvider::prepare(const ResourceRequest& request) {
  if (!concerns(request)) return inner_->prepare(request);
  ResourceRequest full = request;
  Secrets secrets;
  HEARTH_CHECK(resolve(full, secrets));
  auto done = inner_->prepare(full);
  if (done.ok()) return done;
  return withoutSecrets(std::move(done).fault(), secrets.values);
}

Result<ResourceState> ResolvingProvider::create(const ResourceRequest& request) {
  if (!concerns(request)) return inner_->create(request);
  ResourceRequest full = request;
  Secrets secrets;
  HEARTH_CHECK(resolve(full, secrets));
  return hide(inner_->create(full), secrets);
}

Result<ResourceState> ResolvingProvider::update(const ResourceRequest& request) {
  if (!concerns(request)) return inner_->update(request);
  ResourceRequest full = request;
  Secrets secrets;
  HEARTH_CHECK(resolve(full, secrets));
  return hide(inner_->update(full), secrets);
}

Result<void> ResolvingProvider::remove(const ResourceRequest& request) {
  if (!concerns(request)) return inner_->remove(request);
  ResourceRequest full = request;
  Secrets secrets;
  full.verb = ports::ResourceVerb::kRemove;
  HEARTH_CHECK(resolve(full, secrets));
  auto done = inner_->remove(full);
  if (done.ok()) return done;
  return withoutSecrets(std::move(done).fault(), secrets.values);
}

}  // namespace hearth::stacks
