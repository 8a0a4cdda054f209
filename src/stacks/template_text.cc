#include "stacks/template_text.h"

#include "stacks/faults.h"
#include "yaml/document.h"

namespace hearth::stacks {

Result<Json> readTemplateText(std::string_view text) {
  if (text.size() > kMaxTemplateBytes) {
    return validationError("Template may not exceed " + std::to_string(kMaxTemplateBytes) + " bytes in size.");
  }
  auto document = yaml::readDocument(text);
  if (document.ok()) return document;
  if (document.fault().code == yaml::kAlias)
    return templateError("YAML aliases are not allowed in CloudFormation templates");
  return formatError(document.fault().message);
}

}  // namespace hearth::stacks
