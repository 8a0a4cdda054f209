#include "yaml/document.h"

#include "base/bytes.h"

namespace hearth::yaml {

Result<Json> readDocument(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return Fault(kMalformed, "unsupported structure.");
  const bool isJson = text[first] == '{';
  if (!base::isUtf8(text) || text.find('\0') != std::string_view::npos)
    return Fault(kMalformed, std::string(isJson ? "JSON" : "YAML") + " not well-formed: not UTF-8 text.");
  HEARTH_TRY(Json document, isJson ? readJson(text) : readYaml(text));
  if (!document.is_object()) return Fault(kMalformed, "unsupported structure.");
  return document;
}

}  // namespace hearth::yaml
