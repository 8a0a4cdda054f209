#include "services/logs/filter_pattern.h"

#include "base/bytes.h"

namespace hearth::services::logs {

Result<FilterPattern> FilterPattern::parse(std::string_view text) {
  FilterPattern pattern;
  text = base::trim(text);
  if (text.size() > 1024)
    return Fault("InvalidParameterException", "Invalid filter pattern: more than 1024 characters");
  auto refuse = [](std::string_view kind) {
    return Fault("InvalidParameterException",
                 "Invalid filter pattern: Hearth does not evaluate " + std::string(kind) + " filter patterns.");
  };
  if (text.starts_with('{')) return refuse("JSON");
  if (text.starts_with('[')) return refuse("space-delimited");
  while (!text.empty()) {
    auto* terms = &pattern.all_;
    if (text[0] == '?') terms = &pattern.any_;
    if (text[0] == '-') terms = &pattern.none_;
    if (terms != &pattern.all_) text.remove_prefix(1);
    std::string term;
    if (text.starts_with('"')) {
      auto end = text.find('"', 1);
      if (end == std::string_view::npos)
        return Fault("InvalidParameterException", "Invalid filter pattern: a quotation mark is not closed");
      term = text.substr(1, end - 1);
      text.remove_prefix(end + 1);
    } else {
      auto end = text.find_first_of(" \t");
      term = text.substr(0, end);
      text.remove_prefix(std::min(text.size(), end));
      if (term.size() > 1 && term.starts_with('%') && term.ends_with('%')) return refuse("regular expression");
    }
    if (term.empty()) return Fault("InvalidParameterException", "Invalid filter pattern: an empty term");
    terms->push_back(std::move(term));
    text = base::trim(text);
  }
  return pattern;
}

bool FilterPattern::matches(std::string_view message) const {
  auto contains = [message](const std::string& term) { return message.find(term) != std::string_view::npos; };
  for (const auto& term : none_)
    if (contains(term)) return false;
  for (const auto& term : all_)
    if (!contains(term)) return false;
  if (any_.empty()) return true;
  for (const auto& term : any_)
    if (contains(term)) return true;
  return false;
}

}  // namespace hearth::services::logs
