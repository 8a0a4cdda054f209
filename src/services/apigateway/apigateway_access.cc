#include "services/apigateway/apigateway_access.h"

#include "api/apigateway.h"
#include "base/bytes.h"

namespace hearth::services::apigateway {
namespace {

using api::Access;
using api::AccessRule;
using api::Call;
using api::InputView;
using Accesses = std::vector<Access>;

void addPassRole(const std::string& role, Accesses& accesses) {
  Access pass{"iam:PassRole", role};
  pass.addCondition("iam:PassedToService", std::string("apigateway.amazonaws.com"));
  accesses.push_back(std::move(pass));
}

Result<void> addRoles(const InputView& input, Accesses& accesses) {
  // "arn:aws:iam::*:user/*" stands for the caller, who is passed on nowhere.
  if (auto role = input.text("credentials"); role && role->find(":role/") != std::string::npos)
    addPassRole(*role, accesses);
  const auto paths = input.textsOf("patchOperations", "path");
  const auto values = input.textsOf("patchOperations", "value");
  for (std::size_t i = 0; i < paths.size() && i < values.size(); ++i)
    if ((paths[i] == "/cloudwatchRoleArn" || paths[i] == "/credentials") &&
        values[i].find(":role/") != std::string::npos)
      addPassRole(values[i], accesses);
  return {};
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
      return addRoles(input, accesses);
    };
    access.rules.push_back(std::move(rule));
  }
  return access;
}

}  // namespace hearth::services::apigateway
