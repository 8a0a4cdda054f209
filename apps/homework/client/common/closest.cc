#include "homework/client/common/closest.h"

#include <algorithm>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kLongest = 200;

// Optimal string alignment: changes, omissions, additions and swaps of neighbours.
std::size_t distanceBetween(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({change, previous[j] + 1, current[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) current[j] = std::min(current[j], before[j - 2] + 1);
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

}  // namespace

std::optional<std::string> closestWord(std::string_view typed, const std::vector<std::string>& words) {
  const std::string wanted = lowered(typed.substr(0, kLongest));
  const std::size_t allowed = std::clamp<std::size_t>(wanted.size() / 3, 1, 3);
  std::optional<std::string> best;
  std::size_t least = allowed + 1;
  for (const std::string& word : words) {
    const std::size_t distance = distanceBetween(wanted, lowered(std::string_view(word).substr(0, kLongest)));
    if (distance < least) {
      least = distance;
      best = word;
    }
  }
  return best;
}

}  // namespace hearth::homework::client
