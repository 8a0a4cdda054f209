#include "services/apigateway/method_checks.h"

#include <algorithm>

#include "gateway/parameter_mapping.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/integration_target.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

constexpr std::string_view kVerbs[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "ANY"};
constexpr std::string_view kTypes[] = {"HTTP", "MOCK", "AWS_PROXY", "HTTP_PROXY", "AWS"};
constexpr std::string_view kPassthroughs[] = {"WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"};

template <std::size_t N>
bool isOneOf(const std::string& text, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

Fault invalidMapping(const std::string& expression) {
  return badRequest(
      "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping "
      "expression parameter specified: " +
      expression.substr(0, 200) + "]");
}

// What is mapped from a request must be one of the method's parameters.
Result<void> checkSources(const Method& method, const gateway::TextMap& mappings) {
  HEARTH_CHECK(gateway::parseRequestMappings(mappings));
  const auto known = method.requestParameters.value_or(std::map<std::string, bool>{});
  for (const auto& [target, source] : mappings) {
    std::string declared = source;
    constexpr std::string_view kMulti = "method.request.multivalue";
    if (declared.starts_with(kMulti)) declared = "method.request." + declared.substr(kMulti.size());
    const bool parameter = declared.starts_with("method.request.header.") ||
                           declared.starts_with("method.request.querystring.") ||
                           declared.starts_with("method.request.path.");
    if (parameter && !known.contains(declared) && !known.contains(source)) return invalidMapping(source);
  }
  return {};
}

// What is mapped to a response must be one of its parameters.
Result<void> checkTargets(const MethodResponse& response, const gateway::TextMap& mappings) {
  HEARTH_CHECK(gateway::parseResponseMappings(mappings));
  const auto known = response.responseParameters.value_or(std::map<std::string, bool>{});
  for (const auto& [target, source] : mappings)
    if (!known.contains(target)) return invalidMapping(target);
  return {};
}

Result<void> checkContentHandling(const std::optional<std::string>& handling) {
  if (!handling || handling->empty() || *handling == "CONVERT_TO_TEXT" || *handling == "CONVERT_TO_BINARY")
    return {};
  return badRequest("Enumeration value for content handling must be one of: [CONVERT_TO_BINARY, CONVERT_TO_TEXT]");
}

}  // namespace

Result<void> checkVerb(const std::string& verb) {
  if (isOneOf(verb, kVerbs)) return {};
  return badRequest("Invalid HTTP method specified: " + verb.substr(0, 32));
}

Result<void> checkAuthorizationType(const std::string& type) {
  if (type == "NONE" || type == "AWS_IAM" || type == "CUSTOM") return {};
  if (type == "COGNITO_USER_POOLS")
    return badRequest(
        "Hearth does not support the authorization type COGNITO_USER_POOLS; NONE, AWS_IAM and CUSTOM are "
        "supported.");
  return badRequest("Invalid Authorization type specified: " + type.substr(0, 64) +
                    ". Must be one of: [NONE, AWS_IAM, CUSTOM]");
}

Result<void> checkStatus(const std::string& status) {
  const bool good = status.size() == 3 && status[0] >= '1' && status[0] <= '5' &&
                    std::isdigit(static_cast<unsigned char>(status[1])) &&
                    std::isdigit(static_cast<unsigned char>(status[2]));
  if (good) return {};
  return badRequest("Invalid Response status code specified");
}

void completeIntegration(Integration& integration, const std::string& cacheNamespace) {
  if (!integration.passthroughBehavior) integration.passthroughBehavior = "WHEN_NO_MATCH";
  if (!integration.timeoutInMillis) integration.timeoutInMillis = 29'000;
  if (!integration.cacheNamespace) integration.cacheNamespace = cacheNamespace;
  if (!integration.cacheKeyParameters) integration.cacheKeyParameters.emplace();
  const bool http = integration.type == "HTTP" || integration.type == "HTTP_PROXY";
  if (http && !integration.connectionType) integration.connectionType = "INTERNET";
}

Result<void> checkIntegration(const api::Call& call, const Method& method, const Integration& integration) {
  if (!isOneOf(integration.type.value_or(""), kTypes))
    return badRequest(
        "Enumeration value for integration type must be one of: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]");
  if (integration.connectionType.value_or("INTERNET") != "INTERNET" || integration.connectionId)
    return badRequest("Hearth does not support VPC links.");
  if (integration.cacheKeyParameters && !integration.cacheKeyParameters->empty())
    return badRequest("Hearth does not cache responses (cacheKeyParameters).");
  if (!isOneOf(integration.passthroughBehavior.value_or("WHEN_NO_MATCH"), kPassthroughs))
    return badRequest(
        "Enumeration value for passthroughBehavior must be one of: [WHEN_NO_MATCH, WHEN_NO_TEMPLATES, NEVER]");
  HEARTH_CHECK(checkContentHandling(integration.contentHandling));
  const std::int64_t timeout = integration.timeoutInMillis.value_or(29'000);
  if (timeout < 50 || timeout > 29'000) return badRequest("Timeout should be between 50 ms and 29000 ms");
  HEARTH_CHECK(checkSources(method, integration.requestParameters.value_or(gateway::TextMap{})));
  return checkTarget(call, integration);
}

Result<void> checkIntegrationResponse(const Method& method, const IntegrationResponse& response) {
  const std::string status = response.statusCode.value_or("");
  HEARTH_CHECK(checkStatus(status));
  if (!method.methodResponses || !method.methodResponses->contains(status))
    return notFound("Invalid Response status code specified");
  HEARTH_CHECK(checkContentHandling(response.contentHandling));
  return checkTargets(method.methodResponses->at(status), response.responseParameters.value_or(gateway::TextMap{}));
}

// Letters, digits and -._~!$&'()*+,;=:@ as in paths; {name} and {name+} are parameters.
Result<void> checkPathPart(const std::string& part) {
  auto inner = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
      return std::isalnum(c) || std::string_view("-._~:").find(static_cast<char>(c)) != std::string_view::npos;
    });
  };
  std::string_view text = part;
  bool parameter = text.starts_with('{') && text.ends_with('}');
  if (parameter) {
    text = text.substr(1, text.size() - 2);
    if (text.ends_with('+')) text.remove_suffix(1);
  }
  if (inner(text)) return {};
  return badRequest(
      "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at "
      "the beginning and the end.");
}

Result<void> checkName(const std::string& name, const char* what) {
  bool good =
      !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c); });
  if (good) return {};
  return badRequest(std::string(what) + " must be alphanumeric: " + name.substr(0, 100));
}

Result<void> checkResource(const Resource& parent, const std::string& pathPart,
                           const std::vector<std::string>& siblings) {
  HEARTH_CHECK(checkPathPart(pathPart));
  if (parent.pathPart && parent.pathPart->ends_with("+}"))
    return badRequest("Cannot create a child of a resource with a greedy path variable: " + *parent.path);
  for (const std::string& sibling : siblings) {
    if (sibling == pathPart)
      return conflict("Another resource with the same parent already has this name: " + pathPart);
    if (pathPart.starts_with('{') && sibling.starts_with('{'))
      return badRequest("A sibling (" + sibling +
                        ") of this resource already has a variable path part -- only one is allowed");
  }
  return {};
}

Result<void> checkGatewayParameters(const gateway::TextMap& parameters) {
  constexpr std::string_view kHeader = "gatewayresponse.header.";
  for (const auto& [target, source] : parameters) {
    if (!target.starts_with(kHeader) || target.size() == kHeader.size())
      return badRequest("Invalid gateway response parameter specified: " + target.substr(0, 200));
    HEARTH_CHECK(gateway::ParameterSource::parse(source, gateway::ParameterSource::Side::kRequest));
  }
  return {};
}

}  // namespace hearth::services::apigateway
