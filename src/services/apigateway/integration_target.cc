#include "services/apigateway/integration_target.h"

#include <algorithm>

#include "base/role_arn.h"
#include "gateway/integration_uri.h"
#include "services/apigateway/faults.h"

namespace hearth::services::apigateway {
namespace {

constexpr std::string_view kVerbs[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "ANY"};

}  // namespace

Result<void> checkRole(const api::Call& call, const std::string& arn) {
  if (arn.starts_with("arn:aws:iam::*:"))
    return badRequest("Hearth does not support the caller's own credentials (arn:aws:iam::*:user/*).");
  const std::string_view account = base::accountOfRole(arn);
  if (account.empty()) return badRequest("Invalid ARN specified in the request");
  if (account != call.account)
    return Fault("AccessDeniedException", "Cross-account pass role is not allowed.", 403);
  return {};
}

Result<void> checkTarget(const api::Call& call, const api::apigateway::Integration& integration) {
  const std::string type = integration.type.value_or("MOCK");
  const std::string role = integration.credentials.value_or("");
  // Whatever the URI will be: with stage variables in it, it is known when it is deployed.
  if (!role.empty()) HEARTH_CHECK(checkRole(call, role));
  if (type == "MOCK") return {};
  const bool http = type == "HTTP" || type == "HTTP_PROXY";
  if (!integration.uri)
    return badRequest(http ? "Invalid HTTP endpoint specified for URI" : "Invalid ARN specified in the request");
  if (!integration.httpMethod) return badRequest("Enumeration value for HttpMethod must be non-empty");
  if (std::find(std::begin(kVerbs), std::end(kVerbs), *integration.httpMethod) == std::end(kVerbs))
    return badRequest("Invalid HTTP method specified: " + integration.httpMethod->substr(0, 32));
  if (integration.uri->find("${stageVariables.") != std::string::npos) return {};
  if (http) {
    if (!role.empty()) return badRequest("Hearth does not support credentials of HTTP integrations.");
    HEARTH_CHECK(gateway::parseHttpUri(*integration.uri));
    return {};
  }
  HEARTH_TRY(auto target, gateway::parseIntegrationUri(type, *integration.uri));
  if (std::holds_alternative<gateway::FunctionTarget>(target) || !role.empty()) return {};
  return badRequest("Role ARN must be specified for AWS integrations");
}

}  // namespace hearth::services::apigateway
