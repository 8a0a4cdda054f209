// CustomRequest: what CloudFormation asks the function of a custom resource, and what that may answer. Pure rules.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "ports/resource_provider.h"

namespace hearth::services::cloudformation {

struct CustomRequest {
  std::string id;
  std::string responseUrl;
  std::string physicalId;  // empty in a Create
};

// Lists and maps as they are, every scalar in them as text.
Json asTexts(const Json& value);

// The event that the function gets, as JSON text.
std::string writeRequest(const ports::ResourceRequest& request, const CustomRequest& sent);

// Where the function answers to. `token` is the secret in it.
std::string responseUrl(const ports::ResourceRequest& request, const std::string& requestId,
                        const std::string& token, base::Time now, std::chrono::seconds expires);

// The function that a ServiceToken names. Faults: ValidationError for what is no function of the stack's own
// account and region; topics of SNS are refused by name.
Result<std::string> functionOf(const ports::ResourceRequest& request);
// ServiceTimeout, or an hour. Fault: ValidationError outside of 1 to 3600.
Result<std::chrono::seconds> timeoutOf(const ports::ResourceRequest& request);

// How the request ended that this is the answer to. An answer that breaks the rules is a failure with AWS's reason.
// The physical id is the answer's, or `sent.physicalId`.
ports::ResourceProgress readAnswer(const ports::ResourceRequest& request, const CustomRequest& sent,
                                   std::string_view body);

std::string noAnswerReason(const std::string& requestId);

}  // namespace hearth::services::cloudformation
