// Settings of a stage's methods: throttling, logging, metrics, caching.
// https://docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html
#pragma once

#include <vector>

#include "api/apigateway.h"
#include "base/result.h"
#include "gateway/definition.h"

namespace hearth::services::apigateway {

// Is the path one of a method's setting, "/{resource}/{verb}/throttling/rateLimit"? Or of all of a method's:
// "/{resource}/{verb}", which can be removed.
bool isSettingPath(const std::string& path);

// Carries out one operation on one. Faults: BadRequestException for a setting that there is not, a value that is
// none, and by name for caching, which Hearth does not do.
Result<void> patchSetting(api::apigateway::Stage& stage, const api::apigateway::PatchOperation& operation);

// What the data plane keeps to.
std::vector<gateway::MethodSettingDefinition> throttlesOf(const api::apigateway::Stage& stage);

}  // namespace hearth::services::apigateway
