#include "services/apigateway/patch.h"

#include <algorithm>

namespace hearth::services::apigateway {
namespace {

Fault invalidPath(const std::string& path, const std::string& op, const std::vector<std::string_view>& allowed) {
  std::string message =
      "Invalid patch path  '" + path.substr(0, 200) + "' specified for op '" + op + "'. Must be one of: [";
  for (std::size_t i = 0; i < allowed.size(); ++i) message += (i ? ", /" : "/") + std::string(allowed[i]);
  return {"BadRequestException", message + "]"};
}

// The lists of strings among the members that can be patched; everything else below a member is a map.
bool isListMember(std::string_view name) { return name == "binaryMediaTypes" || name == "types"; }

}  // namespace

std::string unescapePointer(std::string_view segment) {
  std::string text;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] == '~' && i + 1 < segment.size() && (segment[i + 1] == '0' || segment[i + 1] == '1'))
      text += segment[++i] == '0' ? '~' : '/';
    else
      text += segment[i];
  }
  return text;
}

std::vector<std::string> splitPointer(std::string_view path) {
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (true) {
    auto slash = path.find('/');
    segments.push_back(unescapePointer(path.substr(0, slash)));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

Result<void> patchDocument(JsonObject& document, const std::vector<api::apigateway::PatchOperation>& operations,
                           const std::vector<std::string_view>& allowed) {
  if (operations.size() > 100) return Fault("BadRequestException", "Too many patch operations.");
  for (const auto& operation : operations) {
    std::string op = operation.op.value_or("");
    std::string path = operation.path.value_or("");
    if (op != "add" && op != "replace" && op != "remove")
      return Fault("BadRequestException", "Invalid patch operation specified: '" + op.substr(0, 32) + "'.");
    auto segments = splitPointer(path);
    if (segments.size() > 4 || std::find(allowed.begin(), allowed.end(), segments[0]) == allowed.end())
      return invalidPath(path, op, allowed);
    JsonObject* object = &document;
    for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
      Json& inner = (*object)[segments[i]];
      bool list = i + 2 == segments.size() && isListMember(segments[i]);
      if (list) {
        if (!inner.is_array()) inner = JsonArray();
        auto& array = inner.get_array();
        auto found = std::find(array.begin(), array.end(), Json(segments[i + 1]));
        if (op == "remove" && found != array.end()) array.erase(found);
        if (op != "remove" && found == array.end()) array.push_back(Json(segments[i + 1]));
        object = nullptr;
        break;
      }
      if (!inner.is_object()) inner = JsonObject();
      object = &inner.get_object();
    }
    if (!object) continue;
    if (op == "remove")
      object->erase(segments.back());
    else
      (*object)[segments.back()] = operation.value.value_or("");
  }
  return {};
}

}  // namespace hearth::services::apigateway
