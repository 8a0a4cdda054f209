#include "gateway/authorizer.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/json.h"
#include "gateway/exchange.h"
#include "gateway/integration_uri.h"
#include "gateway/request_event.h"

namespace hearth::gateway {
namespace {

constexpr std::size_t kMaxPatternBytes = 1000;
constexpr std::int64_t kMaxTtlSeconds = 3600;
constexpr std::size_t kMaxSources = 32;
// Every request asks the policy, on the loop.
constexpr std::size_t kMaxPolicyBytes = 64 << 10;
constexpr std::size_t kMaxResourceBytes = 512;  // AWS's own

Fault refuse(std::string message) { return Fault("BadRequestException", std::move(message)); }

Fault misconfigured(std::string reason) { return Fault("AuthorizerConfiguration", std::move(reason), 500); }

// "method.request.header.Auth, stageVariables.realm"
Result<std::vector<ParameterSource>> parseSources(std::string_view text, Authorizer::Type type) {
  std::vector<ParameterSource> sources;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view expression = base::trim(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (expression.empty()) continue;
    const bool header = expression.starts_with("method.request.header.");
    const bool other = expression.starts_with("method.request.querystring.") ||
                       expression.starts_with("context.") || expression.starts_with("stageVariables.");
    if (!header && (!other || type == Authorizer::Type::kToken)) {
      return refuse("Invalid identity source expression specified: " + std::string(expression));
    }
    HEARTH_TRY(sources.emplace_back(), ParameterSource::parse(expression, ParameterSource::Side::kRequest));
  }
  const bool good = type == Authorizer::Type::kToken ? sources.size() == 1 : sources.size() <= kMaxSources;
  if (!good) return refuse("Invalid identity source expression specified");
  return sources;
}

Result<std::unique_ptr<RE2>> parseValidation(const std::string& expression) {
  if (expression.empty()) return std::unique_ptr<RE2>();
  if (expression.size() > kMaxPatternBytes) {
    return refuse("Invalid identity validation expression specified: longer than 1000 bytes");
  }
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto pattern = std::make_unique<RE2>(expression, options);
  if (!pattern->ok()) return refuse("Invalid identity validation expression specified: " + pattern->error());
  return pattern;
}

bool isLong(const Json& text) { return text.is_string() && text.get_string().size() > kMaxResourceBytes; }

bool hasLongResource(const Json& document) {
  const Json* statements = base::findMember(document, "Statement");
  if (statements == nullptr) return false;
  const auto ofStatement = [](const Json& statement) {
    for (const char* name : {"Resource", "NotResource"}) {
      const Json* resource = base::findMember(statement, name);
      if (resource == nullptr) continue;
      if (isLong(*resource)) return true;
      if (resource->is_array() && std::any_of(resource->get_array().begin(), resource->get_array().end(), isLong)) {
        return true;
      }
    }
    return false;
  };
  if (!statements->is_array()) return ofStatement(*statements);
  return std::any_of(statements->get_array().begin(), statements->get_array().end(), ofStatement);
}

// Parts of a digest's text, so that no two lists are the same text.
void appendPart(std::string& text, std::string_view part) {
  text.append(std::to_string(part.size())).append(1, ':').append(part);
}

bool isUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// RFC 3986, 6.2.2.2.
std::string withPlainCharacters(std::string_view path) {
  std::string plain;
  plain.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%' && i + 2 < path.size()) {
      const std::string decoded = base::uriDecode(path.substr(i, 3), false);
      if (decoded.size() == 1 && isUnreserved(decoded[0])) {
        plain += decoded;
        i += 2;
        continue;
      }
    }
    plain += path[i];
  }
  return plain;
}

}  // namespace

Result<Authorizer> compileAuthorizer(const AuthorizerDefinition& definition, const TextMap& stageVariables) {
  Authorizer authorizer;
  if (definition.type == "REQUEST")
    authorizer.type = Authorizer::Type::kRequest;
  else if (definition.type != "TOKEN")
    return refuse("Authorizers of type " + definition.type + " are not supported");
  authorizer.roleArn = definition.credentials;
  authorizer.id = definition.id;
  HEARTH_TRY(auto target, parseIntegrationUri("AWS", withStageVariables(definition.authorizerUri, stageVariables)));
  auto* function = std::get_if<FunctionTarget>(&target);
  if (function == nullptr) return refuse("Invalid Authorizer URI: " + definition.authorizerUri);
  authorizer.functionArn = std::move(function->arn);
  if (definition.resultTtlInSeconds < 0 || definition.resultTtlInSeconds > kMaxTtlSeconds) {
    return refuse("Invalid Authorizer result TTL: it is between 0 and 3600 seconds");
  }
  authorizer.ttl = std::chrono::seconds(definition.resultTtlInSeconds);
  HEARTH_TRY(authorizer.sources, parseSources(definition.identitySource, authorizer.type));
  if (authorizer.sources.empty() && authorizer.ttl.count() > 0) {
    return refuse("Identity sources are required when answers of an authorizer are kept");
  }
  if (authorizer.type == Authorizer::Type::kToken) {
    HEARTH_TRY(authorizer.validation, parseValidation(definition.identityValidationExpression));
  }
  return authorizer;
}

std::optional<ClientIdentity> identifyClient(const Exchange& exchange, const Authorizer& authorizer) {
  const Stage& stage = *exchange.stage;
  ClientIdentity identity;
  std::string text;
  for (const std::string_view part :
       {std::string_view(stage.apiId), std::string_view(stage.name), std::string_view(stage.deploymentId),
        std::string_view(stage.authorizerGeneration), std::string_view(authorizer.id)}) {
    appendPart(text, part);
  }
  for (const ParameterSource& source : authorizer.sources) {
    auto values = source.values(exchange, {});
    if (!values.ok() || values->empty() || values->back().empty()) return std::nullopt;
    appendPart(text, values->back());
    if (authorizer.type == Authorizer::Type::kToken) identity.token = std::move(values->back());
  }
  if (authorizer.validation && !RE2::FullMatch(identity.token, *authorizer.validation)) return std::nullopt;
  identity.cacheKey = base::sha256(text);
  return identity;
}

std::string methodArnOf(const Exchange& exchange) {
  const Stage& stage = *exchange.stage;
  std::string_view path = exchange.path;
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return "arn:" + stage.partition + ":execute-api:" + stage.region + ":" + stage.account + ":" + stage.apiId + "/" +
         stage.name + "/" + exchange.verb + "/" + withPlainCharacters(path);
}

std::string makeAuthorizerEvent(const Exchange& exchange, const Authorizer& authorizer,
                                const ClientIdentity& identity, std::string_view methodArn) {
  std::string json;
  ObjectWriter event(json);
  if (authorizer.type == Authorizer::Type::kToken) {
    event.text("type", "TOKEN");
    event.text("methodArn", methodArn);
    event.text("authorizationToken", identity.token);
  } else {
    event.text("type", "REQUEST");
    event.text("methodArn", methodArn);
    appendRequest(event, exchange);
  }
  event.end();
  return json;
}

Result<AuthorizerAnswer> parseAuthorizerAnswer(std::string_view payload, const ports::PolicyReader& policies) {
  const auto json = base::parseJson(payload);
  if (!json.ok() || !json->is_object()) return misconfigured("the authorizer's answer is no object");
  AuthorizerAnswer answer;
  answer.bytes = payload.size();
  const Json* principal = base::findMember(*json, "principalId");
  const auto principalId = principal == nullptr ? std::nullopt : base::scalarText(*principal);
  if (!principalId || principalId->empty()) return misconfigured("the authorizer's answer has no principalId");
  answer.principalId = *principalId;
  const Json* document = base::findMember(*json, "policyDocument");
  if (document == nullptr || !document->is_object()) {
    return misconfigured("the authorizer's answer has no policyDocument");
  }
  const std::string policyText = base::writeJson(*document);
  if (policyText.size() > kMaxPolicyBytes) return misconfigured("the authorizer's policy is longer than 64 KiB");
  if (hasLongResource(*document)) {
    return misconfigured("the authorizer's policy has a resource of more than 512 characters");
  }
  auto policy = policies.readPolicy(policyText);
  if (!policy.ok()) return misconfigured("the authorizer's policy: " + policy.fault().message);
  answer.policy = std::move(*policy);
  answer.usageIdentifierKey = base::findString(*json, "usageIdentifierKey").value_or("");
  const Json* context = base::findMember(*json, "context");
  if (context == nullptr || context->is_null()) return answer;
  if (!context->is_object()) return misconfigured("the authorizer's context is no object");
  for (const auto& member : context->get_object()) {
    if (member.value().is_null()) continue;
    auto text = base::scalarText(member.value());
    if (!text) return misconfigured("the authorizer's context has a value that is no text, number or boolean");
    answer.context.emplace_back(member.key(), std::move(*text));
  }
  return answer;
}

}  // namespace hearth::gateway
