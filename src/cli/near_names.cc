#include "cli/near_names.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "base/bytes.h"

namespace hearth::cli {
namespace {

// Changes that lead from one word to the other, a swap of neighbours being one.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before(to.size() + 1);  // of the row before the last
  std::vector<std::size_t> last(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const bool same = from[i - 1] == to[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row.back();
}

std::optional<std::size_t> farness(const std::string& typed, const std::string& name) {
  if (!typed.empty() && name.find(typed) != std::string::npos) return 0;
  const std::size_t most = std::max<std::size_t>(typed.size() / 3, 1);
  const std::size_t longer = std::max(typed.size(), name.size());
  if (longer - std::min(typed.size(), name.size()) > most) return std::nullopt;
  const std::size_t changes = distance(typed, name);
  return changes <= most ? std::optional(changes) : std::nullopt;
}

}  // namespace

std::vector<std::string> nearNames(std::string_view typed, const std::vector<std::string>& names,
                                   std::size_t most) {
  const std::string wanted = base::toLower(typed);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& name : names) {
    if (const auto far = farness(wanted, base::toLower(name))) near.emplace_back(*far, name);
  }
  std::sort(near.begin(), near.end());
  std::vector<std::string> best;
  for (auto& [far, name] : near) {
    if (best.size() == most) break;
    best.push_back(std::move(name));
  }
  return best;
}

}  // namespace hearth::cli
