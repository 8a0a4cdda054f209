#include "services/events/event_path.h"

#include <charconv>

namespace hearth::services::events {

namespace {

Fault invalid(std::string_view text, const char* why) {
  return Fault("ValidationException", "the JSON path " + std::string(text) + " " + why);
}

}  // namespace

Result<EventPath> EventPath::parse(std::string_view text) {
  constexpr std::size_t kLongest = 256;
  if (text.size() > kLongest) return invalid(text.substr(0, 64), "is longer than 256 characters");
  if (!text.starts_with('$')) return invalid(text, "does not begin with $");
  if (text.find('*') != std::string_view::npos) return invalid(text, "has a wildcard, which is not supported");
  EventPath path;
  std::string_view rest = text.substr(1);
  while (!rest.empty()) {
    const char kind = rest.front();
    rest.remove_prefix(1);
    if (kind == '.') {
      const auto name = rest.substr(0, rest.find_first_of(".["));
      if (name.empty()) return invalid(text, "has an empty name");
      path.steps_.emplace_back(std::string(name));
      rest.remove_prefix(name.size());
    } else if (kind == '[') {
      std::size_t index = 0;
      const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), index);
      const auto digits = static_cast<std::size_t>(parsed.ptr - rest.data());
      if (parsed.ec != std::errc() || digits == rest.size() || rest[digits] != ']')
        return invalid(text, "has brackets around what is no index");
      path.steps_.emplace_back(index);
      rest.remove_prefix(digits + 1);
    } else {
      return invalid(text, "is not in dot notation");
    }
  }
  return path;
}

const Json* EventPath::find(const Json& event) const {
  const Json* at = &event;
  for (const auto& step : steps_) {
    if (const auto* name = std::get_if<std::string>(&step)) {
      at = base::findMember(*at, *name);
    } else {
      const auto* array = at->if_array();
      const auto index = std::get<std::size_t>(step);
      at = array && index < array->size() ? &(*array)[index] : nullptr;
    }
    if (!at) return nullptr;
  }
  return at;
}

}  // namespace hearth::services::events
