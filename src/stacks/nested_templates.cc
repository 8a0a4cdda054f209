#include "stacks/nested_templates.h"

#include "base/json.h"
#include "stacks/faults.h"
#include "stacks/nested_stacks.h"
#include "stacks/order_checks.h"

namespace hearth::stacks {

Result<NestedTemplates::Document> NestedTemplates::get(const ports::ResourceRequest& request) {
  const auto url = base::findString(Json(request.properties), "TemplateURL");
  if (!url)
    return validationError("The TemplateURL is only known once other resources of the stack have been made.");
  const auto known = known_.find(*url);
  if (known != known_.end()) return known->second;
  if (!read_) return validationError("The stack has changed while its change set was made. Try again.");
  auto document = read_(request);
  known_.emplace(*url, document);
  return document;
}

Result<NestedTemplates::Document> NestedTemplates::standing(const std::string& key, const std::string& text) {
  Document& known = standing_[key];
  HEARTH_TRY(known, parsedTemplate(text, known));
  return known;
}

void NestedTemplates::seal() {
  read_ = nullptr;
  counted_ = 0;
  weighed_ = 0;
}

// A stack is looked at twice at most, to see whether anything follows from what does not change.
Result<void> NestedTemplates::count() {
  constexpr std::size_t kMost = 2 * static_cast<std::size_t>(kMostNestedStacks);
  if (++counted_ <= kMost) return {};
  return validationError("Limit for nested stacks has been exceeded: there are " +
                         std::to_string(kMostNestedStacks) + " below one stack at most.");
}

Result<void> NestedTemplates::weigh(std::size_t bytes) {
  weighed_ += bytes;
  if (weighed_ <= kMostNestedBytes) return {};
  return validationError("The templates of the nested stacks have more than " + std::to_string(kMostNestedBytes) +
                         " bytes together.");
}

}  // namespace hearth::stacks
