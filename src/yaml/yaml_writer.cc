// Block-style YAML. https://yaml.org/spec/1.1/
#include <string>

#include "yaml/document.h"

namespace hearth::yaml {
namespace {

// A key that every YAML reader takes for text without quotes.
bool isPlainKey(std::string_view key) {
  if (key.empty() || key.size() > 100) return false;
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
  };
  if (!letter(key.front())) return false;
  for (const char c : key)
    if (!letter(c) && !(c >= '0' && c <= '9') && c != '-' && c != '.') return false;
  return typePlainScalar(key).is_string() && key != "null" && key != "Null" && key != "NULL" && key != "y" &&
         key != "Y" && key != "n" && key != "N";
}

class Writer final {
 public:
  std::string text;

  void value(const Json& node, std::size_t indent) {
    if (const auto* map = node.if_object(); map && !map->empty()) return members(*map, indent);
    if (const auto* list = node.if_array(); list && !list->empty()) return elements(*list, indent);
    text += ' ';
    scalar(node);
    text += '\n';
  }

  void members(const JsonObject& map, std::size_t indent, bool onLine = false) {
    if (!onLine && !text.empty()) text += '\n';
    bool first = true;
    for (const auto& [key, member] : map) {
      if (!first || !onLine) text.append(indent, ' ');
      first = false;
      if (isPlainKey(key))
        text += key;
      else
        base::appendJsonString(text, key);
      text += ':';
      value(member, member.is_array() ? indent : indent + 2);
    }
  }

 private:
  void elements(const JsonArray& list, std::size_t indent) {
    text += '\n';
    for (const Json& element : list) {
      text.append(indent, ' ');
      text += '-';
      if (const auto* map = element.if_object(); map && !map->empty()) {
        text += ' ';
        members(*map, indent + 2, true);
      } else {
        value(element, indent + 2);
      }
    }
  }

  void scalar(const Json& node) {
    if (const auto* string = node.if_string())
      base::appendJsonString(text, *string);
    else
      text += base::writeJson(node);
  }
};

}  // namespace

std::string writeYaml(const Json& document) {
  Writer writer;
  writer.text = "---";
  writer.value(document, 0);
  return std::move(writer.text);
}

}  // namespace hearth::yaml
