#include "stacks/template_text.h"

#include "base/bytes.h"
#include "stacks/faults.h"

namespace hearth::stacks {

Result<Json> readTemplateText(std::string_view text) {
  if (text.size() > kMaxTemplateBytes) {
    return validationError("Template may not exceed " + std::to_string(kMaxTemplateBytes) + " bytes in size.");
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return formatError("unsupported structure.");
  const bool isJson = text[first] == '{';
  if (!base::isUtf8(text) || text.find('\0') != std::string_view::npos) {
    return formatError(std::string(isJson ? "JSON" : "YAML") + " not well-formed: not UTF-8 text.");
  }
  HEARTH_TRY(Json document, isJson ? readJsonTemplate(text) : readYamlTemplate(text));
  if (!document.is_object()) return formatError("unsupported structure.");
  return document;
}

}  // namespace hearth::stacks
