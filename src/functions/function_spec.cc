#include "functions/function_spec.h"

#include <array>
#include <string_view>

namespace hearth::functions {

FunctionPlace placeOf(const FunctionSpec& spec) {
  std::array<std::string_view, 5> parts{};
  std::string_view rest = spec.functionArn;
  for (std::string_view& part : parts) {
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return {};
    part = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  return {std::string(parts[1]), std::string(parts[3]), std::string(parts[4])};
}

std::string logGroupOf(const FunctionSpec& spec) {
  return spec.logGroup.empty() ? "/aws/lambda/" + spec.name : spec.logGroup;
}

}  // namespace hearth::functions
