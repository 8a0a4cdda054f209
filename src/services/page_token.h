// Opaque paging tokens of the services that list by name: what was shown last, and in which list.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace hearth::services {

// `list` names the operation and what narrows it, so that a token of another list is not taken for one of this.
inline std::string writePageToken(std::string_view list, std::string_view last) {
  return base::base64Encode(std::string(list) + '\n' + std::string(last));
}

// What was shown last; nullopt for a token that this list did not hand out.
inline std::optional<std::string> readPageToken(std::string_view list, std::string_view token) {
  if (token.size() > 4096) return std::nullopt;
  auto text = base::base64Decode(token);
  if (!text || text->size() <= list.size() || !text->starts_with(list) || (*text)[list.size()] != '\n')
    return std::nullopt;
  return text->substr(list.size() + 1);
}

}  // namespace hearth::services
