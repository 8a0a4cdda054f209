#include "services/iam/paging.h"

#include "base/bytes.h"
#include "services/iam/faults.h"

namespace hearth::services::iam {
namespace {

constexpr std::int64_t kMostItems = 1000;
constexpr std::size_t kLongestMarker = 2048;

}  // namespace

Result<Page> readPage(std::string_view list, const std::optional<std::string>& marker,
                      const std::optional<std::int64_t>& maxItems) {
  Page page{.list = std::string(list)};
  if (maxItems) {
    if (*maxItems < 1) return constraintBroken("maxItems", "Member must have value greater than or equal to 1");
    if (*maxItems > kMostItems)
      return constraintBroken("maxItems", "Member must have value less than or equal to 1000");
    page.most = static_cast<std::size_t>(*maxItems);
  }
  if (marker) {
    auto opened = marker->size() <= kLongestMarker ? base::base64Decode(*marker) : std::nullopt;
    std::string prefix = page.list + '\n';
    if (!opened || !opened->starts_with(prefix) || opened->size() == prefix.size())
      return validationError("Invalid Marker.");
    page.after = opened->substr(prefix.size());
  }
  return page;
}

std::string writeMarker(std::string_view list, std::string_view key) {
  return base::base64Encode(std::string(list) + '\n' + std::string(key));
}

}  // namespace hearth::services::iam
