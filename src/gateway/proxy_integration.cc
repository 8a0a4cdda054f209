#include "gateway/proxy_integration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "gateway/content_type.h"

namespace hearth::gateway {
namespace {

// Writes the members of a JSON object, one after the other.
class ObjectWriter final {
 public:
  explicit ObjectWriter(std::string& into) : into_(into) { into_.push_back('{'); }
  void text(std::string_view name, std::string_view value) {
    key(name);
    base::appendJsonString(into_, value);
  }
  // null when empty.
  void textOrNull(std::string_view name, std::string_view value) {
    if (value.empty())
      raw(name, "null");
    else
      text(name, value);
  }
  void raw(std::string_view name, std::string_view json) {
    key(name);
    into_.append(json);
  }
  std::string& key(std::string_view name) {
    if (!std::exchange(first_, false)) into_.push_back(',');
    base::appendJsonString(into_, name);
    into_.push_back(':');
    return into_;
  }
  void end() { into_.push_back('}'); }

 private:
  std::string& into_;
  bool first_ = true;
};

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

// The request's headers and those that the gateway adds on the way to a function.
Pairs proxyHeaders(const Exchange& exchange) {
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
  headers.emplace_back("X-Forwarded-Proto", "http");
  return headers;
}

void appendIdentity(std::string& into, const Exchange& exchange) {
  ObjectWriter identity(into);
  for (const char* name : {"accessKey", "accountId"}) identity.raw(name, "null");
  if (!exchange.apiKeyId.empty()) {
    identity.text("apiKey", exchange.apiKey);
    identity.text("apiKeyId", exchange.apiKeyId);
  }
  for (const char* name : {"caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType",
                           "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId"}) {
    identity.raw(name, "null");
  }
  identity.text("sourceIp", exchange.sourceIp);
  identity.raw("user", "null");
  identity.textOrNull("userAgent", exchange.userAgent);
  identity.raw("userArn", "null");
  identity.end();
}

void appendRequestContext(std::string& into, const Exchange& exchange) {
  const Stage& stage = *exchange.stage;
  ObjectWriter context(into);
  context.text("accountId", stage.account);
  context.text("apiId", stage.apiId);
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

Fault malformed(std::string_view why) {
  return Fault("MalformedProxyResponse", "Malformed Lambda proxy response: " + std::string(why), 502);
}

// A header's value: text, or a boolean or number written out.
std::optional<std::string> headerValue(const Json& value) { return base::scalarText(value); }

struct HeaderList {
  std::string name;
  std::vector<std::string> values;
};

// multiValueHeaders decide the spelling and come first; a single header of the same name follows them.
Result<std::vector<HeaderList>> readHeaders(const JsonObject& response) {
  std::vector<HeaderList> headers;
  const auto listOf = [&](std::string_view name) -> HeaderList& {
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [&](const auto& list) { return base::equalsIgnoreCase(list.name, name); });
    return found == headers.end() ? headers.emplace_back(HeaderList{std::string(name), {}}) : *found;
  };
  if (const Json* many = response.if_contains("multiValueHeaders"); many != nullptr && !many->is_null()) {
    if (!many->is_object()) return malformed("multiValueHeaders is no object");
    for (const auto& member : many->get_object()) {
      if (!member.value().is_array()) return malformed("a multi-value header is no list");
      for (const Json& item : member.value().get_array()) {
        auto text = headerValue(item);
        if (!text) return malformed("a header is no text");
        listOf(member.key()).values.push_back(std::move(*text));
      }
    }
  }
  if (const Json* single = response.if_contains("headers"); single != nullptr && !single->is_null()) {
    if (!single->is_object()) return malformed("headers is no object");
    for (const auto& member : single->get_object()) {
      auto text = headerValue(member.value());
      if (!text) return malformed("a header is no text");
      listOf(member.key()).values.push_back(std::move(*text));
    }
  }
  return headers;
}

Result<int> readStatus(const JsonObject& response) {
  const Json* given = response.if_contains("statusCode");
  if (given == nullptr || given->is_null()) return 200;
  int status = 0;
  if (const auto* text = given->if_string()) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), status);
    if (error != std::errc() || end != text->data() + text->size()) return malformed("statusCode is no number");
  } else if (given->is_int64() && given->get_int64() < 1000) {
    status = static_cast<int>(given->get_int64());
  } else if (given->is_double() && given->get_double() >= 100 && given->get_double() < 600) {
    status = static_cast<int>(given->get_double());
  }
  if (status < 100 || status > 599) return malformed("statusCode is no HTTP status");
  return status;
}

}  // namespace

std::string makeProxyEvent(const Exchange& exchange) {
  std::string json;
  json.reserve(2048 + exchange.body.size() + exchange.body.size() / 2);
  const Pairs headers = proxyHeaders(exchange);
  ObjectWriter event(json);
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
  const bool binary =
      !exchange.body.empty() &&
      (isBinaryType(exchange.contentType(), exchange.stage->binaryMediaTypes) || !base::isUtf8(exchange.body));
  event.textOrNull("body", binary ? base::base64Encode(exchange.body) : exchange.body);
  event.raw("isBase64Encoded", binary ? "true" : "false");
  event.end();
  return json;
}

Result<http::Response> parseProxyResponse(const Exchange& exchange, std::string_view payload) {
  static constexpr std::array<std::string_view, 5> kMembers = {"statusCode", "headers", "multiValueHeaders", "body",
                                                               "isBase64Encoded"};
  const auto json = base::parseJson(payload);
  if (!json.ok()) return malformed("it is no JSON");
  const JsonObject* object = json->if_object();
  if (object == nullptr) return malformed("it is no object");
  for (const auto& member : *object) {
    if (std::find(kMembers.begin(), kMembers.end(), std::string_view(member.key())) == kMembers.end()) {
      return malformed("it has a member " + std::string(member.key().substr(0, 100)));
    }
  }
  http::Response response;
  HEARTH_TRY(response.status, readStatus(*object));
  HEARTH_TRY(auto headers, readHeaders(*object));
  const bool typed = std::any_of(headers.begin(), headers.end(), [](const HeaderList& list) {
    return base::equalsIgnoreCase(list.name, "Content-Type");
  });
  if (!typed) response.headers.add("Content-Type", "application/json");
  for (HeaderList& list : headers) {
    for (std::string& value : list.values)
      addIntegrationHeader(response, list.name, std::move(value), Remap::kProxy);
  }
  if (const Json* body = object->if_contains("body"); body != nullptr && !body->is_null()) {
    auto text = base::scalarText(*body);
    if (!text) return malformed("body is no text");
    response.body = std::move(*text);
  }
  const Json* encoded = object->if_contains("isBase64Encoded");
  if (encoded != nullptr && !encoded->is_bool() && !encoded->is_null()) {
    return malformed("isBase64Encoded is no boolean");
  }
  const std::string* accept = exchange.findHeader("Accept");
  if (encoded != nullptr && encoded->is_bool() && encoded->get_bool() &&
      isBinaryType(accept == nullptr ? std::string_view() : *accept, exchange.stage->binaryMediaTypes)) {
    auto bytes = base::base64Decode(response.body);
    if (!bytes) return Fault("MalformedProxyResponse", "Malformed Lambda proxy response: body is no base64", 500);
    response.body = std::move(*bytes);
  }
  return response;
}

void addIntegrationHeader(http::Response& response, std::string_view name, std::string value, Remap remap) {
  static constexpr std::array<std::string_view, 14> kRemapped = {
      "Connection",         "Content-Length", "Date",    "Server",    "WWW-Authenticate",  // for all integrations
      "Authorization",      "Content-MD5",    "Expect",  "Host",      "Max-Forwards",
      "Proxy-Authenticate", "Trailer",        "Upgrade", "User-Agent"};
  constexpr std::ptrdiff_t kForAll = 5;
  if (base::equalsIgnoreCase(name, "Transfer-Encoding")) return;
  const auto last = remap == Remap::kProxy ? kRemapped.begin() + kForAll : kRemapped.end();
  const bool renamed = std::any_of(
      kRemapped.begin(), last, [&](std::string_view candidate) { return base::equalsIgnoreCase(candidate, name); });
  response.headers.add((renamed ? "x-amzn-Remapped-" : "") + std::string(name), std::move(value));
}

}  // namespace hearth::gateway
