// Marker, MaxItems and IsTruncated of IAM's lists.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hearth::services::iam {

// One page of a list whose items have keys in ascending order.
struct Page {
  std::string list;   // whose markers these are: "ListUsers"
  std::string after;  // the key of the last item that was shown; empty at the beginning
  std::size_t most = 100;
  // One more than fits, which tells whether there are more.
  std::size_t fetch() const { return most + 1; }
};

// Fault: ValidationError when MaxItems is not 1 to 1000, or the marker is not one of this list.
Result<Page> readPage(std::string_view list, const std::optional<std::string>& marker,
                      const std::optional<std::int64_t>& maxItems);
// Opaque to clients; names the list and the key.
std::string writeMarker(std::string_view list, std::string_view key);

// Cuts items that begin behind page.after to the page, and fills IsTruncated and Marker of the output.
template <class Item, class KeyOf, class Out>
void cutPage(std::vector<Item>& items, const Page& page, KeyOf keyOf, Out& out) {
  out.isTruncated = items.size() > page.most;
  if (!*out.isTruncated) return;
  items.resize(page.most);
  out.marker = writeMarker(page.list, keyOf(items.back()));
}

// The same for a whole list in the byte order of its keys.
template <class Item, class KeyOf, class Out>
void takePage(std::vector<Item>& items, const Page& page, KeyOf keyOf, Out& out) {
  if (!page.after.empty())
    items.erase(items.begin(), std::find_if(items.begin(), items.end(), [&](const Item& item) {
                  return std::string_view(keyOf(item)) > page.after;
                }));
  cutPage(items, page, keyOf, out);
}

}  // namespace hearth::services::iam
