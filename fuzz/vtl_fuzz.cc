// Mapping templates from strangers, over payloads from strangers: parsing and rendering end, within their limits.
// Input: the template, a NUL, the payload.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/mapping_scope.h"

using hearth::gateway::Exchange;
using hearth::gateway::InputObject;
using hearth::gateway::MappingScope;
using hearth::gateway::MappingTemplate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t split = std::min(text.find('\0'), text.size());
  auto parsed = hearth::gateway::vtl::Template::parse(text.substr(0, split));
  if (!parsed.ok()) {
    if (parsed.fault().message.find("line ") == std::string::npos) std::abort();
    return 0;
  }
  static const auto stage = std::make_shared<const hearth::gateway::Stage>();
  Exchange exchange;
  exchange.stage = stage;
  exchange.query = {{"q", "1"}, {"name", "x y"}};
  exchange.headers = {{"Content-Type", "application/json"}};
  exchange.body = text.substr(std::min(split + 1, text.size()));
  MappingTemplate mapping;
  mapping.parsed = std::move(*parsed);
  for (const auto side : {InputObject::Side::kRequest, InputObject::Side::kResponse}) {
    MappingScope scope(exchange);
    const auto result = scope.render(mapping, exchange.body, side);
    if (result.ok() && result->size() > (20U << 20)) std::abort();
    if (const auto status = scope.statusOverride(); status && (*status < 100 || *status > 599)) std::abort();
    (void)scope.headerOverrides();
  }
  return 0;
}
