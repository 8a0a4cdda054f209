#include "gateway/proxy_integration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "gateway/content_type.h"
#include "gateway/request_event.h"

namespace hearth::gateway {
namespace {

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
  ObjectWriter event(json);
  appendRequest(event, exchange);
  const bool binary =
      !exchange.body.empty() &&
      (isBinaryType(exchange.contentType(), exchange.stage->binaryMediaTypes) || !base::isUtf8(exchange.body));
  if (binary)
    event.text("body", base::base64Encode(exchange.body));
  else
    event.textOrNull("body", exchange.body);
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
