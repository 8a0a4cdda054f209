#include "gateway/parameter_mapping.h"

#include <array>
#include <utility>

#include "base/bytes.h"
#include "gateway/exchange.h"

namespace hearth::gateway {
namespace {

Fault invalidExpression(std::string_view expression) {
  return Fault("BadRequestException",
               "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping "
               "expression specified: " +
                   std::string(expression) + "]");
}

// The text behind `prefix`, or nullopt; nothing behind it does not count.
std::optional<std::string_view> behind(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix) || text.size() == prefix.size()) return std::nullopt;
  return text.substr(prefix.size());
}

std::string textOf(const Json& value) { return base::scalarText(value).value_or(base::writeJson(value)); }

std::vector<std::string> one(const std::string* value) {
  if (value == nullptr) return {};
  return {*value};
}

std::vector<std::string> allOf(const Pairs& pairs, std::string_view name) {
  std::vector<std::string> found;
  for (const auto& [key, value] : pairs) {
    if (key == name) found.push_back(value);
  }
  return found;
}

std::vector<std::string> allOf(const http::Headers& headers, std::string_view name) {
  std::vector<std::string> found;
  for (const auto& [key, value] : headers) {
    if (base::equalsIgnoreCase(key, name)) found.push_back(value);
  }
  return found;
}

Result<std::vector<ParameterMapping>> parseMappings(
    const std::map<std::string, std::string>& mappings,
    std::span<const std::pair<std::string_view, ParameterPlace>> targets, ParameterSource::Side side) {
  std::vector<ParameterMapping> parsed;
  for (const auto& [target, expression] : mappings) {
    std::optional<std::string_view> name;
    ParameterPlace place = ParameterPlace::kHeader;
    for (const auto& [prefix, candidate] : targets) {
      if (const auto found = behind(target, prefix)) {
        name = found;
        place = candidate;
      }
    }
    if (!name) return invalidExpression(target);
    HEARTH_TRY(auto source, ParameterSource::parse(expression, side));
    parsed.push_back({place, std::string(*name), std::move(source)});
  }
  return parsed;
}

}  // namespace

Result<ParameterSource> ParameterSource::parse(std::string_view expression, Side side) {
  static constexpr std::array<std::pair<std::string_view, Kind>, 6> kRequestForms = {
      {{"header.", Kind::kHeader},
       {"multivalueheader.", Kind::kMultiHeader},
       {"querystring.", Kind::kQuery},
       {"multivaluequerystring.", Kind::kMultiQuery},
       {"path.", Kind::kPath},
       {"body.", Kind::kBodyPath}}};
  ParameterSource source;
  source.side_ = side;
  if (expression.size() >= 2 && expression.front() == '\'' && expression.back() == '\'') {
    source.name_ = expression.substr(1, expression.size() - 2);
    return source;
  }
  if (const auto name = behind(expression, "context.")) {
    source.kind_ = Kind::kContext;
    source.name_ = *name;
    return source;
  }
  if (const auto name = behind(expression, "stageVariables.")) {
    source.kind_ = Kind::kStageVariable;
    source.name_ = *name;
    return source;
  }
  const auto rest = behind(expression, side == Side::kRequest ? "method.request." : "integration.response.");
  if (!rest) return invalidExpression(expression);
  if (*rest == "body") {
    source.kind_ = Kind::kBody;
    return source;
  }
  for (const auto& [prefix, kind] : kRequestForms) {
    const auto name = behind(*rest, prefix);
    if (!name) continue;
    const bool onlyRequest = kind == Kind::kQuery || kind == Kind::kMultiQuery || kind == Kind::kPath;
    if (onlyRequest && side == Side::kResponse) break;
    source.kind_ = kind;
    source.name_ = *name;
    if (kind == Kind::kBodyPath) {
      auto path = JsonPath::parse("$." + source.name_);
      if (!path.ok()) return invalidExpression(expression);
      source.path_ = std::move(*path);
    }
    return source;
  }
  return invalidExpression(expression);
}

Result<std::vector<std::string>> ParameterSource::values(const Exchange& exchange,
                                                         const IntegrationResult& result) const {
  const bool request = side_ == Side::kRequest;
  switch (kind_) {
    case Kind::kLiteral:
      return std::vector<std::string>{name_};
    case Kind::kContext: {
      auto value = findContextValue(exchange, name_);
      if (!value) return std::vector<std::string>{};
      return std::vector<std::string>{std::move(*value)};
    }
    case Kind::kStageVariable: {
      const auto found = exchange.stage->variables.find(name_);
      if (found == exchange.stage->variables.end()) return std::vector<std::string>{};
      return std::vector<std::string>{found->second};
    }
    case Kind::kHeader:
    case Kind::kMultiHeader: {
      auto found = request ? std::vector<std::string>() : allOf(*result.headers, name_);
      if (request) {
        for (const auto& [key, value] : exchange.headers) {
          if (base::equalsIgnoreCase(key, name_)) found.push_back(value);
        }
      }
      if (kind_ == Kind::kHeader && found.size() > 1) found.erase(found.begin(), found.end() - 1);
      return found;
    }
    case Kind::kQuery:
      return one(exchange.findQuery(name_));
    case Kind::kMultiQuery:
      return allOf(exchange.query, name_);
    case Kind::kPath:
      return one(exchange.findPathParameter(name_));
    case Kind::kBody:
    case Kind::kBodyPath:
      return bodyValues(exchange, base::trim(request ? std::string_view(exchange.body) : result.body));
  }
  return std::vector<std::string>{};
}

Result<std::vector<std::string>> ParameterSource::bodyValues(const Exchange& exchange,
                                                             std::string_view body) const {
  if (body.empty()) body = "{}";
  if (kind_ == Kind::kBody) return std::vector<std::string>{std::string(body)};
  // What does not begin like JSON is not parsed, and has no members.
  if (std::string_view("{[\"").find(body.front()) == std::string_view::npos) return std::vector<std::string>{};
  std::optional<Result<Json>> own;
  if (side_ == Side::kResponse) own = base::parseJson(body);
  const Result<Json>& json = own ? *own : exchange.json();
  if (!json.ok()) {
    return side_ == Side::kRequest ? Fault("BadRequestException", "Invalid JSON in request body", 400)
                                   : Fault("InternalServerError", "Internal server error", 500);
  }
  HEARTH_TRY(const auto match, path_->find(*json));
  if (match.values.empty()) return std::vector<std::string>{};
  if (match.definite) {
    if (match.values.front()->is_null()) return std::vector<std::string>{};
    return std::vector<std::string>{textOf(*match.values.front())};
  }
  JsonArray list;
  for (const Json* value : match.values) list.push_back(*value);
  return std::vector<std::string>{base::writeJson(Json(std::move(list)))};
}

Result<std::vector<ParameterMapping>> parseRequestMappings(const std::map<std::string, std::string>& mappings) {
  static constexpr std::array<std::pair<std::string_view, ParameterPlace>, 3> kTargets = {
      {{"integration.request.header.", ParameterPlace::kHeader},
       {"integration.request.querystring.", ParameterPlace::kQuery},
       {"integration.request.path.", ParameterPlace::kPath}}};
  return parseMappings(mappings, kTargets, ParameterSource::Side::kRequest);
}

Result<std::vector<ParameterMapping>> parseResponseMappings(const std::map<std::string, std::string>& mappings) {
  static constexpr std::array<std::pair<std::string_view, ParameterPlace>, 1> kTargets = {
      {{"method.response.header.", ParameterPlace::kHeader}}};
  return parseMappings(mappings, kTargets, ParameterSource::Side::kResponse);
}

}  // namespace hearth::gateway
