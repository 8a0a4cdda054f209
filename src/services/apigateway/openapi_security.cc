#include "services/apigateway/openapi_security.h"

#include <algorithm>
#include <charconv>

#include "base/bytes.h"

namespace hearth::services::apigateway {
namespace {

using api::apigateway::Authorizer;
using api::apigateway::Method;

constexpr std::size_t kMostRequirements = 20;  // of one operation
constexpr std::size_t kMostNameBytes = 128;
constexpr char kAuthorizer[] = "x-amazon-apigateway-authorizer";
constexpr char kAuthType[] = "x-amazon-apigateway-authtype";

bool isApiKey(const Json& scheme) {
  return base::findString(scheme, "type") == "apiKey" &&
         base::equalsIgnoreCase(base::findString(scheme, "name").value_or(""), "x-api-key") &&
         base::equalsIgnoreCase(base::findString(scheme, "in").value_or(""), "header");
}

Authorizer authorizerOf(const std::string& name, const Json& scheme, const Json& node) {
  Authorizer authorizer;
  authorizer.name = name;
  authorizer.type = base::toUpper(scalarAt(node, "type").value_or(""));
  authorizer.authType = scalarAt(scheme, kAuthType);
  authorizer.authorizerUri = scalarAt(node, "authorizerUri");
  authorizer.authorizerCredentials = scalarAt(node, "authorizerCredentials");
  authorizer.identitySource = scalarAt(node, "identitySource");
  // A token comes in what the scheme says.
  if (!authorizer.identitySource && authorizer.type == "TOKEN")
    authorizer.identitySource =
        "method.request.header." + base::findString(scheme, "name").value_or("Authorization");
  authorizer.identityValidationExpression = scalarAt(node, "identityValidationExpression");
  if (auto arns = textsAt(node, "providerARNs"); !arns.empty()) authorizer.providerARNs = std::move(arns);
  if (const auto ttl = scalarAt(node, "authorizerResultTtlInSeconds")) {
    std::int64_t seconds = -1;
    const char* end = ttl->data() + ttl->size();
    if (std::from_chars(ttl->data(), end, seconds).ptr != end) seconds = -1;
    authorizer.authorizerResultTtlInSeconds = seconds;
  }
  return authorizer;
}

}  // namespace

OpenApiSecurity::OpenApiSecurity(const OpenApiDocument& document, Findings& findings)
    : document_(document), findings_(findings) {
  const Json* schemes =
      document.isSwagger() ? document.find("securityDefinitions") : document.find("components", "securitySchemes");
  for (const auto& [name, item] : membersOf(schemes)) {
    const Json* scheme = document.follow(item);
    if (!scheme || !scheme->is_object()) continue;
    if (name.size() > kMostNameBytes) {
      findings.error("Unable to create authorizer '" + std::string(name.substr(0, kMostNameBytes)) +
                     "': Invalid authorizer name specified");
      continue;
    }
    schemes_.emplace(name, scheme);
    if (const Json* node = base::findMember(*scheme, kAuthorizer); node && node->is_object())
      authorizers_.push_back(authorizerOf(std::string(name), *scheme, *node));
  }
}

void OpenApiSecurity::apply(const Json& operation, const OperationPlace& place, Method& method) const {
  method.authorizationType = "NONE";
  method.apiKeyRequired = false;
  const Json* security = base::findMember(operation, "security");
  if (!security) security = document_.find("security");
  std::size_t count = 0;
  if (security && security->is_array())
    for (const Json& alternative : security->get_array())
      for (const auto& [name, scopes] : membersOf(&alternative))
        if (++count <= kMostRequirements) require(std::string(name), scopes, place, method);
  // An older way to say it.
  if (const Json* auth = base::findMember(operation, "x-amazon-apigateway-auth"))
    if (const auto type = scalarAt(*auth, "type"); type && method.authorizationType == "NONE")
      method.authorizationType = base::toUpper(*type);
}

void OpenApiSecurity::require(const std::string& name, const Json& scopes, const OperationPlace& place,
                              Method& method) const {
  const auto found = schemes_.find(name);
  // AWS SAM marks operations that need nobody's leave like this.
  if (found == schemes_.end() && name == "NONE") return;
  const auto known = std::find_if(authorizers_.begin(), authorizers_.end(),
                                  [&](const Authorizer& authorizer) { return authorizer.name == name; });
  if (known != authorizers_.end()) {
    method.authorizationType = known->type == "COGNITO_USER_POOLS" ? "COGNITO_USER_POOLS" : "CUSTOM";
    method.authorizerId = name;
    std::vector<std::string> list = textsOf(scopes);
    if (!list.empty()) method.authorizationScopes = std::move(list);
    return;
  }
  if (found != schemes_.end() &&
      base::equalsIgnoreCase(scalarAt(*found->second, kAuthType).value_or(""), "awsSigv4")) {
    method.authorizationType = "AWS_IAM";
    return;
  }
  if (found != schemes_.end() && isApiKey(*found->second)) {
    method.apiKeyRequired = true;
    return;
  }
  findings_.warning("Security scheme '" + name.substr(0, 100) + "' of method '" + place.verb +
                    "' for resource at path '" + place.path.substr(0, 200) +
                    "' is neither an authorizer nor an API key in the header x-api-key. Ignoring.");
}

}  // namespace hearth::services::apigateway
