// What every service's CloudFormation types share: the call that a provider makes on behalf of a stack, and tags.
#pragma once

#include <map>
#include <string>

#include "api/call.h"
#include "base/clock.h"
#include "ports/resource_provider.h"

namespace hearth::services {

// The call in whose name a provider uses its own service's handlers: the stack's account and region. Whether the
// stack's owner may do this was decided before the engine called.
inline api::Call callOf(const ports::ResourceRequest& request, const base::Clock& clock) {
  api::Call call;
  call.account = request.account;
  call.region = request.region;
  call.principal.account = request.account;
  call.principal.arn = "arn:aws:iam::" + request.account + ":root";
  call.principal.isRoot = true;
  call.now = clock.now();
  return call;
}

// The property `Tags` as a list of {Key, Value}, the form that most types have.
inline ports::PropertySpec tagsProperty() {
  using ports::PropertyKind;
  return {.name = "Tags",
          .kind = PropertyKind::kList,
          .members = {{.name = "Tag",
                       .kind = PropertyKind::kObject,
                       .members = {{.name = "Key", .required = true}, {.name = "Value", .required = true}}}}};
}

// The stack's tags, overridden by the resource's own.
inline std::map<std::string, std::string> tagsOf(const ports::ResourceRequest& request) {
  std::map<std::string, std::string> tags = request.stackTags;
  if (const Json* list = request.properties.if_contains("Tags"); list && list->is_array())
    for (const Json& tag : list->get_array())
      tags[base::findString(tag, "Key").value_or("")] = base::findString(tag, "Value").value_or("");
  return tags;
}

}  // namespace hearth::services
