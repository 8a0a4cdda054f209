#include "services/apigateway/apigateway_access.h"

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

// https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-types.html: each type's schema lists what
// its handlers call.
std::vector<api::TypeRule> types() {
  using N = api::TypeNeed;
  return {
      {"AWS::ApiGateway::RestApi",
       "arn:aws:apigateway:{region}::/restapis/{id}",
       {{.when = N::kMake, .action = "apigateway:POST", .resource = "arn:aws:apigateway:{region}::/restapis"},
        {.when = N::kChange, .action = "apigateway:PATCH"},
        {.when = N::kMake | N::kChange,
         .action = "apigateway:PUT",
         .properties = {"Body", "BodyS3Location", "Parameters", "Mode"}},
        {.when = N::kMake | N::kChange,
         .action = "apigateway:UpdateRestApiPolicy",
         .properties = {"Policy", "Body.x-amazon-apigateway-policy"}},
        {.when = N::kMake | N::kChange,
         .action = "s3:GetObject",
         .properties = {"BodyS3Location", "Parameters", "Mode"},
         .resource = "arn:aws:s3:::{BodyS3Location.Bucket}/{BodyS3Location.Key}",
         .versionProperty = "BodyS3Location.Version"},
        {.when = N::kMake | N::kChange,
         .action = "iam:PassRole",
         .properties = {"Body.**.credentials"},
         .resource = "{Body.**.credentials}",
         .passedTo = "apigateway.amazonaws.com"},
        {.when = N::kMake | N::kChange,
         .action = "iam:PassRole",
         .properties = {"Body.**.authorizerCredentials"},
         .resource = "{Body.**.authorizerCredentials}",
         .passedTo = "apigateway.amazonaws.com"},
        {.when = N::kRemove, .action = "apigateway:DELETE"}}},
      {"AWS::ApiGateway::Resource",
       "arn:aws:apigateway:{region}::/restapis/{RestApiId}/resources/{id}",
       {{.when = N::kMake,
         .action = "apigateway:POST",
         .resource = "arn:aws:apigateway:{region}::/restapis/{RestApiId}/resources/{ParentId}"},
        {.when = N::kChange, .action = "apigateway:PATCH"},
        {.when = N::kRemove, .action = "apigateway:DELETE"}}},
      {"AWS::ApiGateway::Method",
       "arn:aws:apigateway:{region}::/restapis/{RestApiId}/resources/{ResourceId}/methods/{HttpMethod}",
       {{.when = N::kMake | N::kChange, .action = "apigateway:PUT"},
        {.when = N::kMake | N::kChange,
         .action = "iam:PassRole",
         .properties = {"Integration.Credentials"},
         .resource = "{Integration.Credentials}",
         .passedTo = "apigateway.amazonaws.com"},
        {.when = N::kRemove, .action = "apigateway:DELETE"}}},
      {"AWS::ApiGateway::Model",
       "arn:aws:apigateway:{region}::/restapis/{RestApiId}/models/{id}",
       {{.when = N::kMake,
         .action = "apigateway:POST",
         .resource = "arn:aws:apigateway:{region}::/restapis/{RestApiId}/models"},
        {.when = N::kChange, .action = "apigateway:PATCH"},
        {.when = N::kRemove, .action = "apigateway:DELETE"}}},
      {"AWS::ApiGateway::RequestValidator",
       "arn:aws:apigateway:{region}::/restapis/{RestApiId}/requestvalidators/{id}",
       {{.when = N::kMake,
         .action = "apigateway:POST",
         .resource = "arn:aws:apigateway:{region}::/restapis/{RestApiId}/requestvalidators"},
        {.when = N::kChange, .action = "apigateway:PATCH"},
        {.when = N::kRemove, .action = "apigateway:DELETE"}}},
      {"AWS::ApiGateway::Authorizer",
       "arn:aws:apigateway:{region}::/restapis/{RestApiId}/authorizers/{id}",
       {{.when = N::kMake,
         .action = "apigateway:POST",
         .resource = "arn:aws:apigateway:{region}::/restapis/{RestApiId}/authorizers"},
        {.when = N::kChange, .action = "apigateway:PATCH"},
        {.when = N::kMake | N::kChange,
         .action = "iam:PassRole",
         .properties = {"AuthorizerCredentials"},
         .resource = "{AuthorizerCredentials}",
         .passedTo = "apigateway.amazonaws.com"},
        {.when = N::kRemove, .action = "apigateway:DELETE"}}},
      {"AWS::ApiGateway::GatewayResponse",
       "arn:aws:apigateway:{region}::/restapis/{RestApiId}/gatewayresponses/{ResponseType}",
       {{.when = N::kMake | N::kChange, .action = "apigateway:PUT"},
        {.when = N::kRemove, .action = "apigateway:DELETE"}}},
      {"AWS::ApiGateway::Account",
       "arn:aws:apigateway:{region}::/account",
       {{.when = N::kMake | N::kChange | N::kRemove, .action = "apigateway:PATCH"},
        {.when = N::kMake | N::kChange,
         .action = "iam:PassRole",
         .properties = {"CloudWatchRoleArn"},
         .resource = "{CloudWatchRoleArn}",
         .passedTo = "apigateway.amazonaws.com"}}},
      {"AWS::ApiGateway::Deployment",
       "arn:aws:apigateway:{region}::/restapis/{RestApiId}/deployments/{id}",
       {{.when = N::kMake,
         .action = "apigateway:POST",
         .resource = "arn:aws:apigateway:{region}::/restapis/{RestApiId}/deployments"},
        {.when = N::kChange, .action = "apigateway:PATCH"},
        {.when = N::kRemove, .action = "apigateway:DELETE"}}},
      {"AWS::ApiGateway::Stage",
       "arn:aws:apigateway:{region}::/restapis/{RestApiId}/stages/{id}",
       {{.when = N::kMake,
         .action = "apigateway:POST",
         .resource = "arn:aws:apigateway:{region}::/restapis/{RestApiId}/stages"},
        {.when = N::kChange, .action = "apigateway:PATCH"},
        {.when = N::kRemove, .action = "apigateway:DELETE"}}},
      {"AWS::ApiGateway::ApiKey",
       "arn:aws:apigateway:{region}::/apikeys/{id}",
       {{.when = N::kMake, .action = "apigateway:POST", .resource = "arn:aws:apigateway:{region}::/apikeys"},
        {.when = N::kChange, .action = "apigateway:PATCH"},
        {.when = N::kRemove, .action = "apigateway:DELETE"}}},
      {"AWS::ApiGateway::UsagePlan",
       "arn:aws:apigateway:{region}::/usageplans/{id}",
       {{.when = N::kMake, .action = "apigateway:POST", .resource = "arn:aws:apigateway:{region}::/usageplans"},
        {.when = N::kChange, .action = "apigateway:PATCH"},
        {.when = N::kRemove, .action = "apigateway:DELETE"}}},
      {"AWS::ApiGateway::UsagePlanKey",
       "arn:aws:apigateway:{region}::/usageplans/{UsagePlanId}/keys/{KeyId}",
       {{.when = N::kMake,
         .action = "apigateway:POST",
         .resource = "arn:aws:apigateway:{region}::/usageplans/{UsagePlanId}/keys"},
        {.when = N::kChange, .action = "apigateway:PATCH"},
        {.when = N::kRemove, .action = "apigateway:DELETE"}}},
  };
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
