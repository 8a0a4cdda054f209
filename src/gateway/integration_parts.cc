#include "gateway/integration_parts.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "gateway/content_type.h"

namespace hearth::gateway {
namespace {

Fault misconfigured(std::string reason) { return Fault("ApiConfiguration", std::move(reason), 500); }

// A value for a path: escapes that the client made stay, and a slash separates.
std::string encodeForPath(const ParameterSource& source, std::string_view value) {
  if (!source.isEncoded()) return base::uriEncode(value, true);
  std::string encoded;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    const bool reserved = byte <= ' ' || byte >= 0x7F || c == '?' || c == '#';
    encoded += reserved ? base::uriEncode(std::string_view(&c, 1)) : std::string(1, c);
  }
  return encoded;
}

Result<std::string> pathValue(const Exchange& exchange, std::string_view name,
                              const MappingScope::Overrides& overrides) {
  for (const auto& [key, value] : overrides) {
    if (key == name && !value.empty()) return base::uriEncode(value, true);
  }
  for (const ParameterMapping& mapping : exchange.method->integration.parameters) {
    if (mapping.place != ParameterPlace::kPath || mapping.name != name) continue;
    HEARTH_TRY(const auto values, mapping.source.values(exchange, {}));
    // Without a key the path would be the bucket's.
    if (values.empty() || values.back().empty()) break;
    return encodeForPath(mapping.source, values.back());
  }
  return misconfigured("the path parameter " + std::string(name) + " has no value");
}

}  // namespace

Result<std::string> fillPath(const Exchange& exchange, const std::vector<ServiceTarget::Piece>& path,
                             const MappingScope::Overrides& overrides) {
  std::string filled;
  for (const ServiceTarget::Piece& piece : path) {
    if (!piece.parameter) {
      filled += piece.text;
      continue;
    }
    HEARTH_TRY(const std::string value, pathValue(exchange, piece.text, overrides));
    filled += value;
  }
  return filled;
}

void appendQuery(std::string& query, std::string_view name, std::string_view value) {
  if (!query.empty()) query += '&';
  query += base::uriEncode(name) + "=" + base::uriEncode(value);
}

bool readsBody(const IntegrationResponse& response) {
  return std::any_of(response.parameters.begin(), response.parameters.end(),
                     [](const ParameterMapping& mapping) { return mapping.source.readsBody(); });
}

Conversion conversionOf(const Exchange& exchange, ContentHandling handling, bool binary) {
  const std::string* accept = exchange.findHeader("Accept");
  const bool accepted =
      isBinaryType(accept == nullptr ? std::string_view() : *accept, exchange.stage->binaryMediaTypes);
  switch (handling) {
    case ContentHandling::kToBinary:
      return binary ? Conversion::kNone : Conversion::kDecode;
    case ContentHandling::kToText:
      return binary ? Conversion::kEncode : Conversion::kUtf8;
    case ContentHandling::kUnchanged:
      break;
  }
  if (binary) return accepted ? Conversion::kNone : Conversion::kEncode;
  return accepted ? Conversion::kDecode : Conversion::kUtf8;
}

Result<std::string> convertBody(std::string body, Conversion conversion) {
  switch (conversion) {
    case Conversion::kNone:
      break;
    case Conversion::kUtf8:
      if (!base::isUtf8(body)) return base::toUtf8(body);
      break;
    case Conversion::kEncode:
      return base::base64Encode(body);
    case Conversion::kDecode: {
      auto bytes = base::base64Decode(body);
      if (!bytes) return misconfigured("the response to convert is no base64");
      return std::move(*bytes);
    }
  }
  return body;
}

}  // namespace hearth::gateway
