// What a function's configuration may say. https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
#pragma once

#include "api/lambda.h"
#include "base/result.h"

namespace hearth::services::lambda {

struct ConfigurationLimits {
  std::int64_t mostTimeoutSeconds = 900;
};

Fault invalidParameter(std::string message);

// Checks what a create or an update gives, and refuses by name what Hearth does not run (images, VPCs, layers, file
// systems, dead-letter queues, KMS keys, X-Ray). Absent members are not looked at.
Result<void> checkConfiguration(const api::lambda::UpdateFunctionConfigurationRequest& given,
                                const ConfigurationLimits& limits);
Result<void> checkCreation(const api::lambda::CreateFunctionRequest& given);

// Puts what is given over what stands.
void applyConfiguration(api::lambda::FunctionConfiguration& stands,
                        const api::lambda::UpdateFunctionConfigurationRequest& given);
// The part of a creation that an update could also give.
api::lambda::UpdateFunctionConfigurationRequest configurationOf(const api::lambda::CreateFunctionRequest& in);

}  // namespace hearth::services::lambda
