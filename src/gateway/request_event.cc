#include "gateway/request_event.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"

namespace hearth::gateway {
namespace {

enum class Values : unsigned char { kLast, kAll };

struct Group {
  std::string_view name;
  std::vector<std::string_view> values;
};

// Names in order of their first appearance, each with all of its values. A query may have thousands of names.
std::vector<Group> groupByName(const Pairs& pairs) {
  std::vector<Group> groups;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const auto& [name, value] : pairs) {
    const auto [place, isNew] = places.emplace(name, groups.size());
    if (isNew) groups.push_back({name, {}});
    groups[place->second].values.push_back(value);
  }
  return groups;
}

// {"name": last value} or {"name": [all values]}.
void appendPairs(std::string& into, const Pairs& pairs, Values which) {
  ObjectWriter object(into);
  for (const Group& group : groupByName(pairs)) {
    if (which == Values::kLast) {
      object.text(group.name, group.values.back());
      continue;
    }
    std::string& list = object.key(group.name);
    char separator = '[';
    for (const std::string_view value : group.values) {
      list.push_back(std::exchange(separator, ','));
      base::appendJsonString(list, value);
    }
    list.push_back(']');
  }
  object.end();
}

void appendPairsOrNull(ObjectWriter& object, std::string_view name, const Pairs& pairs, Values which) {
  std::string& into = object.key(name);
  if (pairs.empty())
    into.append("null");
  else
    appendPairs(into, pairs, which);
}

void appendIdentity(std::string& into, const Exchange& exchange) {
  ObjectWriter identity(into);
  static const SignedCaller kNobody;
  const SignedCaller& caller = exchange.caller ? *exchange.caller : kNobody;
  identity.textOrNull("accessKey", caller.accessKeyId);
  identity.textOrNull("accountId", caller.account);
  if (!exchange.apiKeyId.empty()) {
    identity.text("apiKey", exchange.apiKey);
    identity.text("apiKeyId", exchange.apiKeyId);
  }
  identity.textOrNull("caller", caller.userId);
  for (const char* name : {"cognitoAuthenticationProvider", "cognitoAuthenticationType", "cognitoIdentityId",
                           "cognitoIdentityPoolId", "principalOrgId"}) {
    identity.raw(name, "null");
  }
  identity.text("sourceIp", exchange.sourceIp);
  identity.textOrNull("user", caller.userId);
  identity.textOrNull("userAgent", exchange.userAgent);
  identity.textOrNull("userArn", caller.arn);
  identity.end();
}

// Everything is text, as it is in $context.
void appendAuthorizer(std::string& into, const Exchange& exchange) {
  ObjectWriter authorizer(into);
  for (const auto& [name, value] : exchange.authorizer->context) authorizer.text(name, value);
  authorizer.text("principalId", exchange.authorizer->principalId);
  authorizer.raw("integrationLatency", std::to_string(exchange.authorizerLatency.count()));
  authorizer.end();
}

void appendRequestContext(std::string& into, const Exchange& exchange) {
  const Stage& stage = *exchange.stage;
  ObjectWriter context(into);
  context.text("accountId", stage.account);
  context.text("apiId", stage.apiId);
  if (exchange.authorizer) appendAuthorizer(context.key("authorizer"), exchange);
  context.text("deploymentId", stage.deploymentId);
  context.text("domainName", exchange.host);
  context.text("domainPrefix", exchange.host.substr(0, exchange.host.find('.')));
  context.text("extendedRequestId", exchange.extendedRequestId);
  context.text("httpMethod", exchange.verb);
  appendIdentity(context.key("identity"), exchange);
  context.text("path", exchange.contextPath);
  context.text("protocol", exchange.protocol);
  context.text("requestId", exchange.requestId);
  context.text("requestTime", formatRequestTime(exchange.start));
  context.raw("requestTimeEpoch", std::to_string(base::toMillis(exchange.start)));
  context.text("resourceId", exchange.method->resourceId);
  context.text("resourcePath", exchange.method->resourcePath);
  context.text("stage", stage.name);
  context.end();
}

}  // namespace

void ObjectWriter::text(std::string_view name, std::string_view value) {
  key(name);
  base::appendJsonString(into_, value);
}

void ObjectWriter::textOrNull(std::string_view name, std::string_view value) {
  if (value.empty())
    raw(name, "null");
  else
    text(name, value);
}

void ObjectWriter::raw(std::string_view name, std::string_view json) {
  key(name);
  into_.append(json);
}

std::string& ObjectWriter::key(std::string_view name) {
  if (!std::exchange(first_, false)) into_.push_back(',');
  base::appendJsonString(into_, name);
  into_.push_back(':');
  return into_;
}

Pairs forwardedHeaders(const Exchange& exchange) {
  Pairs headers;
  std::string forwarded;
  for (const auto& [name, value] : exchange.headers) {
    if (base::equalsIgnoreCase(name, "X-Forwarded-For")) {
      forwarded += value + ", ";
      continue;
    }
    const bool replaced = base::equalsIgnoreCase(name, "X-Forwarded-Proto") ||
                          base::equalsIgnoreCase(name, "X-Forwarded-Port") ||
                          base::equalsIgnoreCase(name, "X-Amzn-Trace-Id");
    if (replaced) continue;
    // The one name that is always spelled like this behind the service's edge.
    headers.emplace_back(base::equalsIgnoreCase(name, "authorization") ? "Authorization"
                         : base::equalsIgnoreCase(name, "user-agent")  ? "User-Agent"
                                                                       : name,
                         value);
  }
  headers.emplace_back("X-Amzn-Trace-Id", exchange.traceId);
  headers.emplace_back("X-Forwarded-For", forwarded + exchange.sourceIp);
  headers.emplace_back("X-Forwarded-Port", exchange.port);
  headers.emplace_back("X-Forwarded-Proto", exchange.secure ? "https" : "http");
  return headers;
}

void appendRequest(ObjectWriter& event, const Exchange& exchange) {
  const Pairs headers = forwardedHeaders(exchange);
  event.text("resource", exchange.method->resourcePath);
  event.text("path", exchange.path);
  event.text("httpMethod", exchange.verb);
  appendPairsOrNull(event, "headers", headers, Values::kLast);
  appendPairsOrNull(event, "multiValueHeaders", headers, Values::kAll);
  appendPairsOrNull(event, "queryStringParameters", exchange.query, Values::kLast);
  appendPairsOrNull(event, "multiValueQueryStringParameters", exchange.query, Values::kAll);
  appendPairsOrNull(event, "pathParameters", exchange.pathParameters, Values::kLast);
  const Pairs variables(exchange.stage->variables.begin(), exchange.stage->variables.end());
  appendPairsOrNull(event, "stageVariables", variables, Values::kLast);
  appendRequestContext(event.key("requestContext"), exchange);
}

}  // namespace hearth::gateway
