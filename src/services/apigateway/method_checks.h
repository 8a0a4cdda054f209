// What methods, integrations, responses and authorizers must be: the same for one that is put by itself and for one
// that comes in a document.
#pragma once

#include <string>
#include <vector>

#include "api/apigateway.h"
#include "api/call.h"
#include "gateway/definition.h"

namespace hearth::services::apigateway {

// All faults: BadRequestException 400 in AWS's words, or by name for what Hearth does not support.
Result<void> checkVerb(const std::string& verb);
// NONE, AWS_IAM and CUSTOM; whether there is such an authorizer is not asked.
Result<void> checkAuthorizationType(const std::string& type);
// "200"
Result<void> checkStatus(const std::string& status);

// Brings an integration into the form that is kept: defaults, no HTTP method for MOCK. `cacheNamespace` is the id
// of its resource.
void completeIntegration(api::apigateway::Integration& integration, const std::string& cacheNamespace);
// AccessDeniedException 403 for the role of another account.
Result<void> checkIntegration(const api::Call& call, const api::apigateway::Method& method,
                              const api::apigateway::Integration& integration);
// Also: NotFoundException 404 when the method has no response with that status.
Result<void> checkIntegrationResponse(const api::apigateway::Method& method,
                                      const api::apigateway::IntegrationResponse& response);

// Letters and digits.
Result<void> checkName(const std::string& name, const char* what);
// ConflictException 409 for a name that a sibling has.
Result<void> checkResource(const api::apigateway::Resource& parent, const std::string& pathPart,
                           const std::vector<std::string>& siblings);

// The API itself; rest_apis.cc.
Result<void> checkApi(const api::apigateway::RestApi& rest);
// What somebody gave for a new API, over what a document says.
void applyGiven(api::apigateway::RestApi& rest, const api::apigateway::CreateRestApiRequest& given);

// AccessDeniedException 403 for the role of another account.
Result<void> checkAuthorizer(const api::Call& call, const api::apigateway::Authorizer& authorizer);

// gateway_responses.cc; an unknown type is a ValidationException.
Result<void> checkGatewayResponse(const api::apigateway::GatewayResponse& response);
// "gatewayresponse.header.X" -> where its value comes from.
Result<void> checkGatewayParameters(const gateway::TextMap& parameters);

}  // namespace hearth::services::apigateway
