#include "gateway/content_type.h"

#include <algorithm>

#include "base/bytes.h"

namespace hearth::gateway {

std::string mediaTypeOf(std::string_view contentType) {
  const std::string_view type = base::trim(contentType.substr(0, contentType.find(';')));
  return type.empty() ? "application/json" : base::toLower(type);
}

bool isBinaryType(std::string_view header, std::span<const std::string> binaryMediaTypes) {
  const auto covers = [](const std::string& entry, std::string_view type) {
    if (entry == "*/*") return true;
    if (!entry.ends_with("/*")) return entry == type;
    return type.starts_with(std::string_view(entry).substr(0, entry.size() - 1));
  };
  if (binaryMediaTypes.empty()) return false;
  const std::string_view first = base::trim(header.substr(0, header.find_first_of(",;")));
  const std::string type = base::toLower(first);
  return std::any_of(binaryMediaTypes.begin(), binaryMediaTypes.end(), [&](const std::string& entry) {
    return (entry == "*/*" || !type.empty()) && covers(base::toLower(entry), type);
  });
}

}  // namespace hearth::gateway
