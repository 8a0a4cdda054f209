// Tags as the services' rows keep them: one text, a JSON object.
#pragma once

#include <map>
#include <string>

#include "base/json.h"

namespace hearth::services {

inline std::string writeTags(const std::map<std::string, std::string>& tags) {
  JsonObject object;
  for (const auto& [key, value] : tags) object[key] = value;
  return base::writeJson(object);
}

// Of what writeTags() wrote.
inline std::map<std::string, std::string> readTags(const std::string& text) {
  std::map<std::string, std::string> tags;
  const auto document = base::parseJson(text);
  if (document.ok() && document->is_object())
    for (const auto& [key, value] : document->get_object()) tags[std::string(key)] = value.get_string();
  return tags;
}

}  // namespace hearth::services
