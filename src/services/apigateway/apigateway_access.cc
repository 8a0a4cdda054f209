#include "services/apigateway/apigateway_access.h"

#include <array>
#include <string_view>

#include "api/apigateway.h"
#include "base/bytes.h"
#include "services/apigateway/patch.h"

namespace hearth::services::apigateway {
namespace {

using api::Access;
using api::AccessRule;
using api::Call;
using api::InputView;
using Accesses = std::vector<Access>;

void addPassRole(const std::string& role, Accesses& accesses) {
  accesses.push_back(api::passRole(role, "apigateway.amazonaws.com"));
}

Result<void> addRoles(const InputView& input, Accesses& accesses) {
  // "arn:aws:iam::*:user/*" stands for the caller, who is passed on nowhere.
  for (const char* member : {"credentials", "authorizerCredentials"})
    if (auto role = input.text(member); role && role->find(":role/") != std::string::npos)
      addPassRole(*role, accesses);
  for (const InputView& operation : input.structures("patchOperations")) {
    const std::string member = splitPointer(operation.text("path").value_or("")).front();
    const auto value = operation.text("value");
    if ((member == "cloudwatchRoleArn" || member == "credentials" || member == "authorizerCredentials") && value &&
        value->find(":role/") != std::string::npos)
      addPassRole(*value, accesses);
  }
  return {};
}

// To say who may call an API is a right of its own.
void addPolicyRight(const InputView& input, Accesses& accesses) {
  bool touched = !input.text("policy").value_or("").empty();
  for (const InputView& operation : input.structures("patchOperations"))
    touched = touched || operation.text("path") == "/policy";
  if (touched) accesses.push_back({"apigateway:UpdateRestApiPolicy", accesses[0].resource});
}

// The request's own path, with what it names: /restapis/{restapi_id}/stages. Of tags the ARN is encoded in it.
std::string pathOf(const api::Operation& operation, const InputView& input) {
  std::string_view uri = operation.requestUri.substr(0, operation.requestUri.find('?'));
  std::string path;
  while (true) {
    const std::size_t open = uri.find('{');
    path += uri.substr(0, open);
    if (open == std::string_view::npos) return path;
    const std::size_t close = uri.find('}', open);
    const std::string_view name = uri.substr(open + 1, close - open - 1);
    uri.remove_prefix(close + 1);
    for (const api::Member& member : operation.input->members)
      if (member.location == api::Location::kUri && member.wireName == name) {
        const std::string value = input.text(member.name).value_or("");
        path += name == "resource_arn" ? base::uriEncode(value) : value;
      }
  }
}

// How records of a type come and go: by POST to what holds them and PATCH, by PUT, or never, by PATCH alone.
enum class Life : unsigned char { kPosted, kPut, kKept };

struct Type {
  std::string_view type;
  std::string_view resource;
  Life life = Life::kPosted;
  std::string_view collection = {};  // of kPosted: what is posted to
};

constexpr Type kTypes[] = {
    {"AWS::ApiGateway::RestApi", "arn:aws:apigateway:{region}::/restapis/{id}", Life::kPosted,
     "arn:aws:apigateway:{region}::/restapis"},
    {"AWS::ApiGateway::Resource", "arn:aws:apigateway:{region}::/restapis/{RestApiId}/resources/{id}",
     Life::kPosted, "arn:aws:apigateway:{region}::/restapis/{RestApiId}/resources/{ParentId}"},
    {"AWS::ApiGateway::Method",
     "arn:aws:apigateway:{region}::/restapis/{RestApiId}/resources/{ResourceId}/methods/{HttpMethod}", Life::kPut},
    {"AWS::ApiGateway::Model", "arn:aws:apigateway:{region}::/restapis/{RestApiId}/models/{id}", Life::kPosted,
     "arn:aws:apigateway:{region}::/restapis/{RestApiId}/models"},
    {"AWS::ApiGateway::RequestValidator",
     "arn:aws:apigateway:{region}::/restapis/{RestApiId}/requestvalidators/{id}", Life::kPosted,
     "arn:aws:apigateway:{region}::/restapis/{RestApiId}/requestvalidators"},
    {"AWS::ApiGateway::Authorizer", "arn:aws:apigateway:{region}::/restapis/{RestApiId}/authorizers/{id}",
     Life::kPosted, "arn:aws:apigateway:{region}::/restapis/{RestApiId}/authorizers"},
    {"AWS::ApiGateway::GatewayResponse",
     "arn:aws:apigateway:{region}::/restapis/{RestApiId}/gatewayresponses/{ResponseType}", Life::kPut},
    {"AWS::ApiGateway::Account", "arn:aws:apigateway:{region}::/account", Life::kKept},
    {"AWS::ApiGateway::Deployment", "arn:aws:apigateway:{region}::/restapis/{RestApiId}/deployments/{id}",
     Life::kPosted, "arn:aws:apigateway:{region}::/restapis/{RestApiId}/deployments"},
    {"AWS::ApiGateway::Stage", "arn:aws:apigateway:{region}::/restapis/{RestApiId}/stages/{id}", Life::kPosted,
     "arn:aws:apigateway:{region}::/restapis/{RestApiId}/stages"},
    {"AWS::ApiGateway::ApiKey", "arn:aws:apigateway:{region}::/apikeys/{id}", Life::kPosted,
     "arn:aws:apigateway:{region}::/apikeys"},
    {"AWS::ApiGateway::UsagePlan", "arn:aws:apigateway:{region}::/usageplans/{id}", Life::kPosted,
     "arn:aws:apigateway:{region}::/usageplans"},
    {"AWS::ApiGateway::UsagePlanKey", "arn:aws:apigateway:{region}::/usageplans/{UsagePlanId}/keys/{KeyId}",
     Life::kPosted, "arn:aws:apigateway:{region}::/usageplans/{UsagePlanId}/keys"},
};

// What some properties need besides, when a record is made or changed.
struct Property {
  std::string_view type;  // behind "AWS::ApiGateway::"
  std::string_view action;
  std::array<std::string_view, 4> names;  // those that are not empty
  std::string_view resource = {};
  std::string_view version = {};
};

constexpr std::string_view kPrefix = "AWS::ApiGateway::";
constexpr std::string_view kPassRole = "iam:PassRole";
constexpr Property kProperties[] = {
    {"RestApi", "apigateway:PUT", {"Body", "BodyS3Location", "Parameters", "Mode"}},
    {"RestApi", "apigateway:UpdateRestApiPolicy", {"Policy", "Body.x-amazon-apigateway-policy"}},
    {"RestApi",
     "s3:GetObject",
     {"BodyS3Location", "Parameters", "Mode"},
     "arn:aws:s3:::{BodyS3Location.Bucket}/{BodyS3Location.Key}",
     "BodyS3Location.Version"},
    {"RestApi", kPassRole, {"Body.**.credentials"}, "{Body.**.credentials}"},
    {"RestApi", kPassRole, {"Body.**.authorizerCredentials"}, "{Body.**.authorizerCredentials}"},
    {"Method", kPassRole, {"Integration.Credentials"}, "{Integration.Credentials}"},
    {"Authorizer", kPassRole, {"AuthorizerCredentials"}, "{AuthorizerCredentials}"},
    {"Account", kPassRole, {"CloudWatchRoleArn"}, "{CloudWatchRoleArn}"},
};

api::TypeNeed needOf(const Property& property) {
  using N = api::TypeNeed;
  N need{.when = N::kMake | N::kChange, .action = property.action, .resource = property.resource};
  for (const std::string_view name : property.names)
    if (!name.empty()) need.properties.push_back(name);
  if (property.action == kPassRole) need.passedTo = "apigateway.amazonaws.com";
  need.versionProperty = property.version;
  return need;
}

// https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-types.html: each type's schema lists what
// its handlers call.
std::vector<api::TypeRule> types() {
  using N = api::TypeNeed;
  std::vector<api::TypeRule> rules;
  for (const Type& type : kTypes) {
    api::TypeRule& rule = rules.emplace_back(api::TypeRule{type.type, type.resource, {}});
    if (type.life == Life::kPosted) {
      rule.needs.push_back({.when = N::kMake, .action = "apigateway:POST", .resource = type.collection});
      rule.needs.push_back({.when = N::kChange, .action = "apigateway:PATCH"});
    } else if (type.life == Life::kPut) {
      rule.needs.push_back({.when = N::kMake | N::kChange, .action = "apigateway:PUT"});
    } else {
      rule.needs.push_back({.when = N::kMake | N::kChange | N::kRemove, .action = "apigateway:PATCH"});
    }
    for (const Property& property : kProperties)
      if (property.type == type.type.substr(kPrefix.size())) rule.needs.push_back(needOf(property));
    if (type.life != Life::kKept) rule.needs.push_back({.when = N::kRemove, .action = "apigateway:DELETE"});
  }
  return rules;
}

}  // namespace

// Actions are HTTP's methods and resources its paths: so every operation of the model has its rule.
api::ServiceAccess apigatewayAccess() {
  api::ServiceAccess access{"apigateway", {}, {}};
  for (const api::Route& route : api::apigateway::kService.routes) {
    const api::Operation* operation = route.listed;
    if (!operation) continue;
    AccessRule rule{operation->name, "apigateway:", "*"};
    rule.refine = [operation](const Call& call, const InputView& input, Accesses& accesses) -> Result<void> {
      accesses[0].action += operation->httpMethod;
      accesses[0].resource = "arn:aws:apigateway:" + call.region + "::" + pathOf(*operation, input);
      addPolicyRight(input, accesses);
      return addRoles(input, accesses);
    };
    access.rules.push_back(std::move(rule));
  }
  access.types = types();
  return access;
}

}  // namespace hearth::services::apigateway
