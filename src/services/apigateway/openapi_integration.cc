#include "services/apigateway/openapi_integration.h"

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/openapi_document.h"

namespace hearth::services::apigateway {
namespace {

using api::apigateway::Integration;
using api::apigateway::IntegrationResponse;
using Texts = std::map<std::string, std::string>;

constexpr std::int64_t kDefaultTimeout = 29'000;
constexpr std::string_view kTypes[] = {"AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"};

Fault malformed(const OperationPlace& place) {
  return badRequest("Unable to parse API definition because of a malformed integration at path " +
                    place.path.substr(0, 200));
}

std::optional<std::string> upperAt(const Json& node, std::string_view name) {
  auto text = scalarAt(node, name);
  if (text) *text = base::toUpper(*text);
  return text;
}

class Reader final {
 public:
  Reader(const OperationPlace& place, Findings& findings) : place_(place), findings_(findings) {}

  // A map of texts; absent when the document has none.
  Result<std::optional<Texts>> texts(const Json& node, std::string_view name) {
    const Json* map = base::findMember(node, name);
    if (!map || map->is_null()) return std::optional<Texts>();
    if (!map->is_object()) return malformed(place_);
    Texts texts;
    for (const auto& [key, value] : map->get_object()) {
      if (value.is_string()) {
        texts.emplace(key, value.get_string());
        continue;
      }
      findings_.warning("Invalid format for '" + std::string(name) + "'. Expected type string for property '" +
                        std::string(key).substr(0, 200) + "' of resource '" + place_.path.substr(0, 200) +
                        "' and method '" + place_.verb + "' but got '" +
                        base::scalarText(value).value_or(value.is_null() ? "null" : "object").substr(0, 100) + "'");
    }
    return std::optional<Texts>(std::move(texts));
  }

  Result<std::map<std::string, IntegrationResponse>> responses(const Json& node) {
    std::map<std::string, IntegrationResponse> responses;
    const Json* map = base::findMember(node, "responses");
    if (!map || map->is_null()) return responses;
    if (!map->is_object()) return malformed(place_);
    for (const auto& [pattern, item] : map->get_object()) {
      if (!item.is_object()) return malformed(place_);
      IntegrationResponse response;
      response.statusCode = scalarAt(item, "statusCode");
      if (!response.statusCode) return malformed(place_);
      if (pattern != "default") response.selectionPattern = std::string(pattern);
      response.contentHandling = upperAt(item, "contentHandling");
      HEARTH_TRY(response.responseParameters, texts(item, "responseParameters"));
      HEARTH_TRY(response.responseTemplates, texts(item, "responseTemplates"));
      const std::string status = *response.statusCode;
      if (!responses.emplace(status, std::move(response)).second)
        findings_.warning("More than one integration response of resource '" + place_.path.substr(0, 200) +
                          "' and method '" + place_.verb + "' has the status code " + status.substr(0, 10) +
                          ". Ignoring '" + std::string(pattern).substr(0, 100) + "'.");
    }
    return responses;
  }

 private:
  const OperationPlace& place_;
  Findings& findings_;
};

JsonObject writeTexts(const Texts& texts) {
  JsonObject object;
  for (const auto& [name, text] : texts) object.emplace(name, text);
  return object;
}

void putTexts(JsonObject& into, const char* name, const std::optional<Texts>& texts) {
  if (texts && !texts->empty()) into[name] = writeTexts(*texts);
}

}  // namespace

Result<std::optional<Integration>> readIntegration(const Json& node, const OperationPlace& place,
                                                   Findings& findings) {
  if (!node.is_object()) return malformed(place);
  const auto type = upperAt(node, "type");
  if (!type || std::find(std::begin(kTypes), std::end(kTypes), *type) == std::end(kTypes)) {
    findings.warning("Unknown integration type '" + scalarAt(node, "type").value_or("null").substr(0, 64) +
                     "' for '" + place.verb + " " + place.path.substr(0, 200) + "'. Ignoring.");
    return std::optional<Integration>();
  }
  Reader reader(place, findings);
  Integration integration;
  integration.type = type;
  if (*type != "MOCK") {
    integration.httpMethod = upperAt(node, "httpMethod");
    // An expression that nobody evaluated, for instance.
    if (const Json* uri = base::findMember(node, "uri"); uri && !uri->is_string()) return malformed(place);
    integration.uri = base::findString(node, "uri");
  }
  integration.credentials = scalarAt(node, "credentials");
  integration.connectionType = upperAt(node, "connectionType");
  integration.connectionId = scalarAt(node, "connectionId");
  HEARTH_TRY(integration.requestParameters, reader.texts(node, "requestParameters"));
  HEARTH_TRY(integration.requestTemplates, reader.texts(node, "requestTemplates"));
  integration.passthroughBehavior = upperAt(node, "passthroughBehavior");
  integration.contentHandling = upperAt(node, "contentHandling");
  integration.cacheNamespace = scalarAt(node, "cacheNamespace");
  if (auto keys = textsAt(node, "cacheKeyParameters"); !keys.empty())
    integration.cacheKeyParameters = std::move(keys);
  if (const auto timeout = scalarAt(node, "timeoutInMillis")) {
    std::int64_t millis = 0;
    const char* end = timeout->data() + timeout->size();
    if (std::from_chars(timeout->data(), end, millis).ptr != end) return malformed(place);
    integration.timeoutInMillis = millis;
  }
  if (const Json* tls = base::findMember(node, "tlsConfig"))
    integration.tlsConfig = api::apigateway::TlsConfig{flagAt(*tls, "insecureSkipVerification")};
  HEARTH_TRY(auto responses, reader.responses(node));
  if (!responses.empty()) integration.integrationResponses = std::move(responses);
  return std::optional<Integration>(std::move(integration));
}

JsonObject writeIntegration(const Integration& integration) {
  JsonObject node;
  const auto put = [&node](const char* name, const std::optional<std::string>& text) {
    if (text && !text->empty()) node[name] = *text;
  };
  node["type"] = base::toLower(integration.type.value_or("MOCK"));
  put("credentials", integration.credentials);
  put("httpMethod", integration.httpMethod);
  put("uri", integration.uri);
  JsonObject responses;
  for (const auto& [status, response] :
       integration.integrationResponses.value_or(std::map<std::string, IntegrationResponse>{})) {
    JsonObject item{{"statusCode", status}};
    putTexts(item, "responseParameters", response.responseParameters);
    putTexts(item, "responseTemplates", response.responseTemplates);
    if (response.contentHandling) item["contentHandling"] = *response.contentHandling;
    const std::string pattern = response.selectionPattern.value_or("");
    responses.emplace(pattern.empty() ? "default" : pattern, std::move(item));
  }
  if (!responses.empty()) node["responses"] = std::move(responses);
  putTexts(node, "requestParameters", integration.requestParameters);
  putTexts(node, "requestTemplates", integration.requestTemplates);
  node["passthroughBehavior"] = base::toLower(integration.passthroughBehavior.value_or("WHEN_NO_MATCH"));
  put("contentHandling", integration.contentHandling);
  if (const std::int64_t timeout = integration.timeoutInMillis.value_or(kDefaultTimeout);
      timeout != kDefaultTimeout)
    node["timeoutInMillis"] = timeout;
  if (integration.tlsConfig && integration.tlsConfig->insecureSkipVerification.value_or(false))
    node["tlsConfig"] = JsonObject{{"insecureSkipVerification", true}};
  return node;
}

}  // namespace hearth::services::apigateway
