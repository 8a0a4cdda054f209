#include "gateway/custom_integration.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/bytes.h"
#include "base/json_check.h"
#include "gateway/content_type.h"
#include "gateway/integration_parts.h"
#include "gateway/pattern_work.h"
#include "gateway/proxy_integration.h"

namespace hearth::gateway {
namespace {

constexpr std::size_t kMaxSelectorBytes = 8 * 1024;    // that selection patterns see
constexpr std::size_t kMaxSelectionWork = 40'000'000;  // of all patterns together, as matchingWork() tells it

// The request template for a content type, or nullptr when the body passes through.
Result<const MappingTemplate*> chooseRequestTemplate(const Integration& integration, std::string_view contentType) {
  const std::string type = mediaTypeOf(contentType);
  const MappingTemplate* chosen = nullptr;
  for (const MappingTemplate& candidate : integration.templates) {
    if (candidate.contentType == type) chosen = &candidate;
    if (candidate.contentType == "$default" && chosen == nullptr) chosen = &candidate;
  }
  if (chosen != nullptr) return chosen->passesThrough() ? nullptr : chosen;
  const bool refused = integration.passthrough == Passthrough::kNever ||
                       (integration.passthrough == Passthrough::kWhenNoTemplates && !integration.templates.empty());
  if (refused) return Fault("UnsupportedMediaType", "Unsupported Media Type", 415);
  return nullptr;
}

// The body, out of the exchange when nobody asks for it again.
std::string takeBody(Exchange& exchange) {
  const auto& parameters = exchange.method->integration.parameters;
  const bool read = std::any_of(parameters.begin(), parameters.end(),
                                [](const ParameterMapping& mapping) { return mapping.source.readsBody(); });
  if (read || !exchange.stage->gatewayResponses.empty()) return exchange.body;
  return std::exchange(exchange.body, {});
}

// The body as the integration's contentHandling wants it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
Result<std::string> convertRequestBody(Exchange& exchange) {
  const bool binary = isBinaryType(exchange.contentType(), exchange.stage->binaryMediaTypes);
  switch (exchange.method->integration.contentHandling) {
    case ContentHandling::kToText:
      if (binary) return base::base64Encode(exchange.body);
      break;
    case ContentHandling::kToBinary: {
      if (binary) break;
      auto bytes = base::base64Decode(exchange.body);
      if (!bytes) return Fault("ApiConfiguration", "the body to convert is no base64", 500);
      return std::move(*bytes);
    }
    case ContentHandling::kUnchanged:
      break;
  }
  return takeBody(exchange);
}

const MappingTemplate* chooseResponseTemplate(const IntegrationResponse& response, const Exchange& exchange) {
  if (response.templates.empty()) return nullptr;
  const std::string* accept = exchange.findHeader("Accept");
  const std::string wanted = accept == nullptr ? std::string() : mediaTypeOf(*accept);
  const MappingTemplate* json = nullptr;
  for (const MappingTemplate& candidate : response.templates) {
    if (candidate.contentType == wanted) return &candidate;
    if (candidate.contentType == "application/json") json = &candidate;
  }
  return json != nullptr ? json : &response.templates.front();
}

// The result's body as the response's contentHandling wants it: a function can only give bytes as base64.
Result<std::string> convertResult(const IntegrationResponse& response, std::string body) {
  if (response.contentHandling != ContentHandling::kToBinary) return body;
  const auto json = base::parseJson(body);
  const auto text = json.ok() ? base::scalarText(*json) : std::nullopt;
  auto bytes = base::base64Decode(text.value_or(body));
  if (!bytes) return Fault("ApiConfiguration", "the result to convert is no base64", 500);
  return std::move(*bytes);
}

// The beginning of a text, in whole characters: half of one would match no pattern.
std::string_view beginningOf(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  const auto isContinuation = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80; };
  while (bytes > 0 && isContinuation(bytes)) --bytes;
  return text.substr(0, bytes);
}

// Reads objects that are nearly JSON: names and texts may stand in single quotes or in none.
class LooseReader final {
 public:
  explicit LooseReader(std::string_view text) : text_(text) {}

  std::optional<int> findStatus() {
    skipSpace();
    if (!take('{')) return std::nullopt;
    std::optional<int> status;
    for (;;) {
      skipSpace();
      if (take('}')) return status;
      const std::string_view name = takeToken(":");
      skipSpace();
      if (name.empty() || !take(':')) return std::nullopt;
      skipSpace();
      const bool nested = peek() == '{' || peek() == '[';
      const bool bare = !nested && peek() != '"' && peek() != '\'';
      const std::string_view value = nested ? skipNested() : takeToken(",}");
      int number = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
      const bool isNumber = bare && error == std::errc() && end == value.data() + value.size();
      if (name == "statusCode") status = isNumber ? std::optional(number) : std::nullopt;
      skipSpace();
      if (!take(',') && peek() != '}') return std::nullopt;
    }
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void skipSpace() {
    while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) <= ' ') ++at_;
  }
  // What stands in quotes, or bare up to one of `ends`, without blanks around it.
  std::string_view takeToken(std::string_view ends) {
    const char quote = peek();
    const std::size_t start = at_;
    if (quote == '"' || quote == '\'') {
      ++at_;
      while (at_ < text_.size() && text_[at_] != quote) at_ += text_[at_] == '\\' ? 2 : 1;
      at_ = std::min(at_, text_.size());
      const std::string_view token = text_.substr(start + 1, at_ - start - 1);
      take(quote);
      return token;
    }
    at_ = std::min(text_.find_first_of(ends, at_), text_.size());
    return base::trim(text_.substr(start, at_ - start));
  }
  std::string_view skipNested() {
    const std::size_t start = at_;
    for (int depth = 0; at_ < text_.size();) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        takeToken("");
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) break;
    }
    return text_.substr(start, at_ - start);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::string> makeIntegrationPayload(Exchange& exchange, MappingScope& scope) {
  const Integration& integration = exchange.method->integration;
  HEARTH_TRY(const MappingTemplate* mapping, chooseRequestTemplate(integration, exchange.contentType()));
  // Mapped parameters do not reach a function or a mock, but a mapping that fails fails the request. Others are
  // looked at where their request is made.
  const bool unused = integration.type == IntegrationType::kLambda || integration.type == IntegrationType::kMock;
  for (const ParameterMapping& parameter : integration.parameters) {
    if (unused) HEARTH_CHECK(parameter.source.values(exchange, {}));
  }
  if (integration.contentHandling == ContentHandling::kUnchanged) {
    if (mapping == nullptr) return takeBody(exchange);
    return scope.render(*mapping, exchange.body, InputObject::Side::kRequest);
  }
  HEARTH_TRY(std::string body, convertRequestBody(exchange));
  if (mapping == nullptr) return body;
  return scope.render(*mapping, scope.keep(std::move(body)), InputObject::Side::kRequest);
}

Result<std::string> requireJson(std::string payload) {
  if (base::trim(payload).empty()) return std::string("{}");
  const auto checked = base::checkJson(payload);
  if (checked.ok()) return payload;
  return Fault("BadRequestException", "Could not parse request body into json: " + checked.fault().message, 400);
}

std::string findErrorMessage(std::string_view result) {
  if (result.find("\"errorMessage\"") == std::string_view::npos) return {};
  const auto json = base::parseJson(result);
  return json.ok() ? base::findString(*json, "errorMessage").value_or("") : std::string();
}

Result<const IntegrationResponse*> chooseResponse(const Integration& integration, std::string_view selector) {
  const IntegrationResponse* fallback = nullptr;
  const std::string_view seen = beginningOf(selector, kMaxSelectorBytes);
  std::size_t work = 0;
  for (const IntegrationResponse& response : integration.responses) {
    if (response.pattern == nullptr) {
      if (fallback == nullptr) fallback = &response;
      continue;
    }
    if (seen.empty()) continue;
    work += matchingWork(*response.pattern, seen.size());
    if (work > kMaxSelectionWork) {
      return Fault("ApiConfiguration", "the selection patterns take too long", 500);
    }
    if (RE2::FullMatch(toPiece(seen), *response.pattern)) return &response;
  }
  if (fallback != nullptr) return fallback;
  return Fault("ApiConfiguration", "no match for output mapping and no default endpoint configured", 500);
}

Result<http::Response> makeMethodResponse(const Exchange& exchange, MappingScope& scope,
                                          IntegrationOutcome outcome) {
  HEARTH_TRY(const IntegrationResponse* chosen, chooseResponse(exchange.method->integration, outcome.selector));
  std::string result = readsBody(*chosen) ? outcome.body : std::exchange(outcome.body, {});
  HEARTH_TRY(std::string body, convertResult(*chosen, std::move(result)));
  return makeMethodResponse(exchange, scope, *chosen, outcome, std::move(body), Templates::kApply);
}

Result<http::Response> makeMethodResponse(const Exchange& exchange, MappingScope& scope,
                                          const IntegrationResponse& chosen, const IntegrationOutcome& outcome,
                                          std::string payload, Templates templates) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const ParameterMapping& mapping : chosen.parameters) {
    HEARTH_TRY(auto values, mapping.source.values(exchange, {&outcome.headers, outcome.body}));
    for (std::string& value : values) headers.emplace_back(mapping.name, std::move(value));
  }

  http::Response response;
  const MappingTemplate* mapping =
      templates == Templates::kApply ? chooseResponseTemplate(chosen, exchange) : nullptr;
  if (mapping == nullptr || mapping->passesThrough()) {
    response.body = std::move(payload);
  } else {
    HEARTH_TRY(response.body, scope.render(*mapping, scope.keep(std::move(payload)), InputObject::Side::kResponse));
  }
  response.status = scope.statusOverride().value_or(chosen.status);

  // An override takes the place of all mapped values of its name.
  auto overrides = scope.headerOverrides();
  std::erase_if(headers, [&](const auto& header) {
    return std::any_of(overrides.begin(), overrides.end(),
                       [&](const auto& override) { return base::equalsIgnoreCase(override.first, header.first); });
  });
  headers.insert(headers.end(), std::make_move_iterator(overrides.begin()),
                 std::make_move_iterator(overrides.end()));
  const bool typed = std::any_of(headers.begin(), headers.end(), [](const auto& header) {
    return base::equalsIgnoreCase(header.first, "Content-Type");
  });
  if (!typed) {
    const bool ownType = mapping != nullptr && mapping->contentType != "$default";
    response.headers.add("Content-Type", ownType ? mapping->contentType : "application/json");
  }
  for (auto& [name, value] : headers) addIntegrationHeader(response, name, std::move(value), Remap::kCustom);
  return response;
}

std::optional<int> findMockStatus(std::string_view payload) { return LooseReader(payload).findStatus(); }

}  // namespace hearth::gateway
