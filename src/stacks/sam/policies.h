// The Policies of a function, and the role that SAM makes of them.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-templates.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace hearth::stacks::sam {

// "service-role/AWSLambdaBasicExecutionRole" -> its ARN.
std::string managedPolicyArn(std::string_view pathAndName);

// {"Version": ..., "Statement": one that lets the service assume the role}.
JsonObject trustOf(std::string_view service);
// {"PolicyName": ..., "PolicyDocument": {"Statement": [one]}}; no "Version", as SAM has it.
JsonObject inlinePolicy(std::string_view name, std::string_view action, const Json& resource);

struct RolePolicies {
  JsonArray managed;    // ARNs, and functions that give one
  JsonArray documents;  // {"PolicyName", "PolicyDocument"}
};

// Adds what `policies` says (absent: nothing) to `role`: names and ARNs of managed policies, policy documents,
// policy templates, and each of them in an Fn::If. A managed policy is there once.
// Faults: invalidResource() of the function; invalidStructure() for an Fn::If of different kinds.
Result<void> addPolicies(const std::string& functionId, const Json* policies, RolePolicies& role);

// What the policy template of that name gives with these values: {"Statement": [...]}; nullopt when there is none
// of that name here. Fault: invalidResource() of the function.
Result<std::optional<Json>> expandPolicyTemplate(const std::string& functionId, std::string_view name,
                                                 const Json& values);

}  // namespace hearth::stacks::sam
