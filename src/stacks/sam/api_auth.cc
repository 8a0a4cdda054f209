#include "stacks/sam/api_auth.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "stacks/sam/faults.h"
#include "stacks/sam/json.h"
#include "stacks/sam/resource_policy.h"
#include "stacks/scalars.h"

namespace hearth::stacks::sam {
namespace {

constexpr std::array<std::string_view, 8> kKnown = {
    "Authorizers",    "DefaultAuthorizer", "InvokeRole", "AddDefaultAuthorizerToCorsPreflight",
    "ApiKeyRequired", "ResourcePolicy",    "UsagePlan",  "AddApiKeyRequiredToCorsPreflight"};

const JsonObject& authOf(const Source& source) { return source.property("Auth")->get_object(); }

bool isNotFalse(const JsonObject& object, std::string_view name) {
  const Json* value = object.if_contains(name);
  return !value || isTruthy(value);
}

// One member of Auth.Authorizers.
class Authorizer final {
 public:
  Authorizer(const std::string& apiId, std::string name, const JsonObject& settings)
      : apiId_(apiId), name_(std::move(name)), settings_(settings) {}

  Result<void> check() const {
    const std::string type = payloadType();
    if (type != "TOKEN" && type != "REQUEST") {
      return invalidResource(apiId_, name_ + " Authorizer has invalid 'FunctionPayloadType': " + type + ".");
    }
    const Json* identity = settings_.if_contains("Identity");
    if (isTruthy(identity) && !identity->is_object()) {
      return invalidResource(
          apiId_,
          "Auth.Authorizers.<Authorizer>.Identity must be a dict (LambdaTokenAuthorizationIdentity, "
          "LambdaRequestAuthorizationIdentity or CognitoAuthorizationIdentity).");
    }
    if (type == "REQUEST" && lacksIdentity()) {
      return invalidResource(apiId_, name_ +
                                         " Authorizer must specify Identity with at least one of Headers, "
                                         "QueryStrings, StageVariables, or Context.");
    }
    const Json* scopes = settings_.if_contains("AuthorizationScopes");
    if (scopes && !scopes->is_array()) {
      return invalidResource(apiId_, "Property 'Authorizers." + name_ + ".AuthorizationScopes' should be a list.");
    }
    return {};
  }

  Result<JsonObject> definition() const {
    const bool isCognito = isTruthy(settings_, "UserPoolArn");
    const bool isRequest = !isCognito && payloadType() == "REQUEST";
    JsonObject authorizer;
    authorizer.emplace("type", isCognito ? "cognito_user_pools" : isRequest ? "request" : "token");
    if (isCognito) {
      const Json& pool = settings_.at("UserPoolArn");
      authorizer.emplace("providerARNs", pool.is_array() ? pool : Json(JsonArray{Json(pool)}));
    } else {
      HEARTH_CHECK(describeFunction(authorizer, isRequest));
    }
    const Json* expression = identity("ValidationExpression");
    if (!isRequest && isTruthy(expression)) authorizer.emplace("identityValidationExpression", *expression);
    const Json* header = identity("Header");
    JsonObject made;
    made.emplace("type", "apiKey");
    made.emplace("name", isRequest ? Json("Unused") : isTruthy(header) ? *header : Json("Authorization"));
    made.emplace("in", "header");
    made.emplace("x-amazon-apigateway-authtype", isCognito ? "cognito_user_pools" : "custom");
    made.emplace("x-amazon-apigateway-authorizer", std::move(authorizer));
    return made;
  }

  // Null when it is not a function, or one that says so.
  const Json* calledFunction() const {
    if (isTruthy(settings_, "DisableFunctionDefaultPermissions")) return nullptr;
    const Json* function = settings_.if_contains("FunctionArn");
    return isTruthy(function) ? function : nullptr;
  }

 private:
  std::string payloadType() const {
    const Json* type = settings_.if_contains("FunctionPayloadType");
    return isTruthy(type) ? textOf(*type).value_or("") : "TOKEN";
  }

  const Json* identity(std::string_view name) const {
    const Json* given = settings_.if_contains("Identity");
    return given ? base::findMember(*given, name) : nullptr;
  }

  // Without caching a request needs no identity.
  bool lacksIdentity() const {
    for (const std::string_view name : {"Headers", "QueryStrings", "StageVariables", "Context"}) {
      if (isTruthy(identity(name))) return false;
    }
    const Json* cached = identity("ReauthorizeEvery");
    const auto seconds = cached ? integerOf(*cached) : std::nullopt;
    return !seconds || *seconds > 0;
  }

  Result<void> describeFunction(JsonObject& authorizer, bool isRequest) const {
    const Json* function = settings_.if_contains("FunctionArn");
    if (!isTruthy(function)) {
      return invalidResource(apiId_, name_ + " Authorizer must specify FunctionArn or UserPoolArn.");
    }
    authorizer.emplace(
        "authorizerUri",
        subText("arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${__FunctionArn__}/invocations",
                JsonObject{{"__FunctionArn__", *function}}));
    if (const Json* seconds = identity("ReauthorizeEvery")) {
      authorizer.emplace("authorizerResultTtlInSeconds", *seconds);
    }
    const Json* role = settings_.if_contains("FunctionInvokeRole");
    if (isTruthy(role) && *role != "NONE") authorizer.emplace("authorizerCredentials", *role);
    if (!isRequest) return {};
    HEARTH_TRY(const std::string source, identitySource());
    if (!source.empty()) authorizer.emplace("identitySource", source);
    return {};
  }

  Result<std::string> identitySource() const {
    std::string source;
    for (const auto& [name, prefix] :
         {std::pair{"Headers", "method.request.header."}, std::pair{"QueryStrings", "method.request.querystring."},
          std::pair{"StageVariables", "stageVariables."}, std::pair{"Context", "context."}}) {
      const Json* given = identity(name);
      if (!isTruthy(given)) continue;
      const std::string place = "Property 'Auth.Authorizers." + name_ + ".Identity." + name;
      if (!given->is_array()) return invalidResource(apiId_, place + "' should be a list.");
      for (const Json& one : given->get_array()) {
        if (!one.is_string()) return invalidResource(apiId_, place + "[]' should be a string.");
        if (!source.empty()) source += ", ";
        source += prefix;
        source += one.get_string();
      }
    }
    return source;
  }

  const std::string& apiId_;
  std::string name_;
  const JsonObject& settings_;
};

Result<std::vector<std::pair<std::string, Authorizer>>> authorizersOf(const Source& source) {
  std::vector<std::pair<std::string, Authorizer>> authorizers;
  const Json* given = authOf(source).if_contains("Authorizers");
  if (!isTruthy(given)) return authorizers;
  if (!given->is_object()) return invalidResource(source.id, "Property 'Auth.Authorizers' should be a map.");
  for (const auto& [name, settings] : given->get_object()) {
    const std::string text(name);
    if (!settings.is_object()) {
      return invalidResource(source.id, "Property 'Auth.Authorizers." + text + "' should be a map.");
    }
    Authorizer one(source.id, text, settings.get_object());
    HEARTH_CHECK(one.check());
    authorizers.emplace_back(text, std::move(one));
  }
  return authorizers;
}

// The security that a method has of its own goes before the default; the marker "NONE" is taken out.
Result<void> setDefaultAuthorizer(Budget& budget, const JsonObject& auth, const std::set<std::string>& names,
                                  const std::string& fallback, Swagger& swagger) {
  const bool coversPreflight = isNotFalse(auth, "AddDefaultAuthorizerToCorsPreflight");
  const Json* authorizers = auth.if_contains("Authorizers");
  const Json* own = authorizers ? base::findMember(*authorizers, fallback) : nullptr;
  const Json* scopes = own ? base::findMember(*own, "AuthorizationScopes") : nullptr;
  for (const std::string& path : swagger.paths()) {
    HEARTH_TRY(const auto methods, swagger.methodsOf(path));
    for (const auto& [name, method] : methods) {
      if (!coversPreflight && name == "options") continue;
      HEARTH_TRY(JsonArray * security, Swagger::securityOf(*method, path, name));
      JsonArray others;
      JsonArray authorized;
      bool isNone = false;
      for (const Json& one : *security) {
        const JsonObject& entry = one.get_object();
        const bool isAuthorizer = std::any_of(entry.begin(), entry.end(),
                                              [&](const auto& m) { return names.contains(std::string(m.key())); });
        if (!isAuthorizer && !isNone && entry.contains("NONE")) {
          isNone = true;
        } else {
          (isAuthorizer ? authorized : others).push_back(one);
        }
      }
      if (isNone) {
        authorized.clear();
      } else if (authorized.empty()) {
        JsonObject entry;
        entry.emplace(fallback, scopes ? *scopes : Json(JsonArray()));
        HEARTH_CHECK(budget.spend(weightOf(Json(entry))));
        authorized.emplace_back(std::move(entry));
      }
      for (Json& one : authorized) others.push_back(std::move(one));
      if (others.empty()) {
        if (security->empty()) method->stable_erase("security");
        continue;
      }
      *security = std::move(others);
      if (security->front().get_object().contains("AWS_IAM")) HEARTH_CHECK(swagger.defineIamAuthorizer());
    }
  }
  return {};
}

// Likewise of keys; their marker is "api_key_false".
Result<void> requireKeys(const JsonObject& auth, Swagger& swagger) {
  const bool coversPreflight = isNotFalse(auth, "AddApiKeyRequiredToCorsPreflight");
  for (const std::string& path : swagger.paths()) {
    HEARTH_TRY(const auto methods, swagger.methodsOf(path));
    for (const auto& [name, method] : methods) {
      HEARTH_TRY(JsonArray * security, Swagger::securityOf(*method, path, name));
      JsonArray kept;
      bool isExempt = name == "options" && !coversPreflight;
      for (const Json& one : *security) {
        const JsonObject& entry = one.get_object();
        isExempt = isExempt || entry.contains("api_key_false");
        if (!entry.contains("api_key") && !entry.contains("api_key_false")) kept.push_back(one);
      }
      if (!isExempt) kept.emplace_back(JsonObject{{"api_key", JsonArray()}});
      const bool wasThere = !security->empty();
      *security = std::move(kept);
      if (security->empty() && !wasThere) method->stable_erase("security");
    }
  }
  return {};
}

Result<void> addAuthorizers(Budget& budget, const Source& source, Swagger& swagger) {
  const JsonObject& auth = authOf(source);
  HEARTH_TRY(const auto authorizers, authorizersOf(source));
  const Json* given = auth.if_contains("DefaultAuthorizer");
  const bool isIam = given && *given == "AWS_IAM";
  if (authorizers.empty() && !isIam) return {};
  std::set<std::string> names = {"AWS_IAM"};
  if (isIam) HEARTH_CHECK(swagger.defineIamAuthorizer());
  HEARTH_TRY(JsonObject * definitions, swagger.securityDefinitions());
  for (const auto& [name, authorizer] : authorizers) {
    HEARTH_TRY(JsonObject definition, authorizer.definition());
    definitions->insert_or_assign(name, std::move(definition));
    names.insert(name);
  }
  if (!isTruthy(given)) return {};
  if (!given->is_string()) return invalidResource(source.id, "DefaultAuthorizer is not a string.");
  const std::string fallback(given->get_string());
  if (!names.contains(fallback)) {
    return invalidResource(source.id, "Unable to set DefaultAuthorizer because '" + fallback.substr(0, 200) +
                                          "' was not defined in 'Authorizers'.");
  }
  return setDefaultAuthorizer(budget, auth, names, fallback, swagger);
}

}  // namespace

Result<void> addApiAuth(Context& context, const Source& source, Swagger& swagger) {
  const JsonObject& auth = authOf(source);
  for (const auto& [name, value] : auth) {
    if (std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end()) continue;
    return invalidResource(source.id, "Invalid value for 'Auth' property");
  }
  HEARTH_CHECK(addAuthorizers(context.budget, source, swagger));
  if (isTruthy(auth, "ApiKeyRequired")) {
    HEARTH_CHECK(swagger.defineApiKey());
    HEARTH_CHECK(requireKeys(auth, swagger));
  }
  const Json* policy = auth.if_contains("ResourcePolicy");
  if (!isTruthy(policy)) return {};
  if (!policy->is_object()) {
    return invalidStructure("ResourcePolicy must be a map (ResourcePolicyStatement).");
  }
  for (const std::string& path : swagger.paths()) {
    HEARTH_CHECK(
        addResourcePolicy(context.budget, swagger, policy->get_object(), path, *source.property("StageName")));
  }
  const Json* statements = policy->get_object().if_contains("CustomStatements");
  if (!isTruthy(statements)) return {};
  return addCustomStatements(context.budget, swagger, *statements);
}

Result<std::vector<Generated>> authorizerPermissions(const Source& source) {
  std::vector<Generated> made;
  if (!source.says("Auth")) return made;
  HEARTH_TRY(const auto authorizers, authorizersOf(source));
  for (const auto& [name, authorizer] : authorizers) {
    const Json* function = authorizer.calledFunction();
    if (!function) continue;
    Generated permission{
        source.id + name + "AuthorizerPermission", "AWS::Lambda::Permission", {}, source.inheritedAttributes()};
    permission.properties.emplace("Action", "lambda:InvokeFunction");
    permission.properties.emplace("FunctionName", *function);
    permission.properties.emplace("Principal", "apigateway.amazonaws.com");
    permission.properties.emplace(
        "SourceArn", subText("arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/authorizers/*",
                             JsonObject{{"__ApiId__", refTo(source.id)}}));
    made.push_back(std::move(permission));
  }
  return made;
}

}  // namespace hearth::stacks::sam
