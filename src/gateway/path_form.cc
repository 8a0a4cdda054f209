#include "gateway/path_form.h"

#include <algorithm>
#include <string>

#include "base/bytes.h"

namespace hearth::gateway {

bool hasDotSegment(std::string_view path) {
  const std::string decoded = base::uriDecode(path, false);
  std::string_view rest = decoded;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("/\\"), rest.size());
    const std::string_view part = rest.substr(0, std::min(rest.find(';'), end));
    if (part == "." || part == "..") return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

bool isSignedOneWay(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.find("//") == std::string_view::npos && !hasDotSegment(path);
}

}  // namespace hearth::gateway
