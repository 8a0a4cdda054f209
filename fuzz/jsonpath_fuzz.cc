// JSONPath expressions from strangers: parsing and searching end, and a definite path finds one value at most.
// Input: the path, a NUL, the document.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/json_path.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t split = std::min(text.find('\0'), text.size());
  const auto path = hearth::gateway::JsonPath::parse(text.substr(0, split));
  const auto document = hearth::base::parseJson(text.substr(std::min(split + 1, text.size())));
  if (!path.ok() || !document.ok()) return 0;
  const auto match = path->find(*document);
  if (!match.ok()) return 0;
  if (match->definite != path->isDefinite()) std::abort();
  if (match->definite && match->values.size() > 1) std::abort();
  for (const auto* value : match->values) {
    if (value == nullptr) std::abort();
  }
  return 0;
}
