// URIs of HTTP integrations: what is taken leads to one origin, whatever stands in its path.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/integration_uri.h"
#include "http/client.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto target = hearth::gateway::parseHttpUri(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!target.ok()) {
    if (target.fault().code != "BadRequestException") std::abort();
    return 0;
  }
  const auto origin = hearth::http::parseUrl(target->origin, hearth::http::Schemes::kPlainAndTls);
  if (!origin.ok() || target->path.empty()) std::abort();
  std::string url = target->origin;
  for (const auto& piece : target->path) {
    if (piece.parameter && piece.text.empty()) std::abort();
    url += piece.parameter ? "value" : piece.text;
  }
  if (!target->query.empty()) url += "?" + target->query;
  const auto whole = hearth::http::parseUrl(url, hearth::http::Schemes::kPlainAndTls);
  if (!whole.ok() || whole->host != origin->host || whole->port != origin->port ||
      whole->secure != origin->secure) {
    std::abort();
  }
  return 0;
}
