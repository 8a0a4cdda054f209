// What IAM's resource types share: the policies that a template gives to a user, group or role, and tags.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "ports/resource_provider.h"
#include "services/iam/iam_service.h"

namespace hearth::services::iam {

std::unique_ptr<ports::ResourceProvider> makeRoleResource(IamService& service);
std::unique_ptr<ports::ResourceProvider> makeUserResource(IamService& service);
std::unique_ptr<ports::ResourceProvider> makeGroupResource(IamService& service);
std::unique_ptr<ports::ResourceProvider> makeAccessKeyResource(IamService& service);
std::unique_ptr<ports::ResourceProvider> makeUserToGroupAdditionResource(IamService& service);
std::unique_ptr<ports::ResourceProvider> makePolicyResource(IamService& service);
std::unique_ptr<ports::ResourceProvider> makeManagedPolicyResource(IamService& service);

// --- reading properties, which the engine has checked against the specification
std::string textOf(const JsonObject& properties, std::string_view name);  // empty when absent
std::vector<std::string> textsOf(const JsonObject& properties, std::string_view name);
// A policy document is an object, or its text.
std::string documentOf(const JsonObject& properties, std::string_view name);

// --- specifications
ports::PropertySpec stringList(std::string name);
ports::PropertySpec inlinePolicies();  // Policies: list of {PolicyName, PolicyDocument}

// Nothing to do about what is gone already.
Result<void> unlessMissing(Result<void> done);
Fault resourceMissing(const ports::ResourceRequest& request);

// Brings ManagedPolicyArns and Policies from what the template said to what it says. What others attached stays.
Result<void> applyPolicies(IamService& service, const Entity& entity, const JsonObject& before,
                           const JsonObject& after);

// The same read back: of those that the template says what is there, whatever others attached.
void readPolicies(IamService& service, const Entity& entity, const ports::ResourceRequest& request,
                  JsonObject& properties);

// Tags of the template and of the stack take the place of those that are there.
Result<void> applyTags(IamService& service, const Entity& entity, const ports::ResourceRequest& request);

// STACK-LOGIC-TOKEN: how AWS names resources that have no name of their own.
std::string shortName(const ports::ResourceRequest& request);

// Items of `from` that are not in `in`.
template <class T>
std::vector<T> without(const std::vector<T>& from, const std::vector<T>& in) {
  std::vector<T> rest;
  for (const T& item : from)
    if (std::find(in.begin(), in.end(), item) == in.end()) rest.push_back(item);
  return rest;
}

}  // namespace hearth::services::iam
