#include "ports/resource_provider.h"

#include <algorithm>

#include "base/bytes.h"

namespace hearth::ports {

std::string ResourceRequest::generatedName(std::size_t most, bool lowerCase) const {
  // The random part is what makes the name unique, so the others give way: the longer one first.
  const std::size_t fixed = uniqueToken.size() + 2;
  const std::size_t room = most > fixed ? most - fixed : 0;
  std::size_t stackPart = std::min(stackName.size(), room - std::min(room, std::min(logicalId.size(), room / 2)));
  std::size_t logicalPart = std::min(logicalId.size(), room - stackPart);
  std::string name;
  if (stackPart > 0) name += stackName.substr(0, stackPart) + "-";
  if (logicalPart > 0) name += logicalId.substr(0, logicalPart) + "-";
  name += uniqueToken.substr(0, most);
  return lowerCase ? base::toLower(name) : name;
}

}  // namespace hearth::ports
