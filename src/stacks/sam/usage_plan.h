// Auth.UsagePlan of AWS::Serverless::Api.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiusageplan.html
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "stacks/sam/context.h"

namespace hearth::stacks::sam {

// The plan, a key and what joins them; nothing when the API wants none. SHARED ones are made again with each API,
// the later taking the place of the earlier. Fault: invalidResource().
Result<std::vector<Generated>> usagePlan(Context& context, const Source& source, const std::string& stageId);

}  // namespace hearth::stacks::sam
