#include "services/apigateway/resource_policy.h"

#include <string_view>

#include "base/json.h"
#include "services/apigateway/faults.h"

namespace hearth::services::apigateway {
namespace {

constexpr std::size_t kMostBytes = 8'192;
constexpr std::string_view kShort = "execute-api:/";

void writeOut(Json& resource, const std::string& api) {
  if (!resource.is_string()) return;
  const std::string text(resource.get_string());
  if (text.starts_with(kShort)) resource = api + text.substr(kShort.size());
}

void writeOutAll(Json& statement, const std::string& api) {
  if (!statement.is_object()) return;
  for (const char* name : {"Resource", "NotResource"}) {
    Json* resource = statement.get_object().if_contains(name);
    if (!resource) continue;
    if (resource->is_array())
      for (Json& one : resource->get_array()) writeOut(one, api);
    else
      writeOut(*resource, api);
  }
}

}  // namespace

Result<std::string> keptPolicy(const std::string& text, const Scope& scope, const ports::PolicyReader& policies) {
  constexpr char kInvalid[] =
      "Invalid policy document. Please check the policy syntax and ensure that Principals are valid.";
  if (text.size() > kMostBytes)
    return badRequest("Invalid policy document. A resource policy has at most " + std::to_string(kMostBytes) +
                      " bytes.");
  // The text decides, before anything of it is written anew: no member may stand twice.
  if (!policies.readResourcePolicy(text).ok()) return badRequest(kInvalid);
  Json document = base::parseJson(text).value();
  const std::string api = "arn:aws:execute-api:" + scope.region + ":" + scope.account + ":" + scope.apiId + "/";
  Json& statements = document.as_object().at("Statement");
  if (statements.is_array())
    for (Json& statement : statements.get_array()) writeOutAll(statement, api);
  else
    writeOutAll(statements, api);
  return base::writeJson(document);
}

std::string shownPolicy(const std::string& kept) {
  std::string shown;
  for (const char c : kept) {
    if (c == '"' || c == '\\' || c == '/') shown += '\\';
    shown += c;
  }
  return shown;
}

}  // namespace hearth::services::apigateway
