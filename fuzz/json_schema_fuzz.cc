// Models and bodies from strangers: compiling and checking end, and a second check says the same.
// Input: the schema, a NUL, the document.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/json_schema.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t split = std::min(text.find('\0'), text.size());
  hearth::gateway::SchemaSet schemas;
  if (!schemas.add("M", text.substr(0, split)).ok()) return 0;
  const auto compiled = schemas.compile("M");
  const auto document = hearth::base::parseJson(text.substr(std::min(split + 1, text.size())));
  if (!compiled.ok() || !document.ok()) return 0;
  const auto first = hearth::gateway::findViolation(**compiled, *document);
  if (first != hearth::gateway::findViolation(**compiled, *document)) std::abort();
  if (first && first->empty()) std::abort();
  return 0;
}
