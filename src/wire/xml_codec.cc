#include <pugixml.hpp>

#include "base/bytes.h"
#include "base/clock.h"
#include "wire/codec.h"

namespace hearth::wire {

using api::Member;
using api::Shape;
using api::ShapeKind;
using api::TimestampFormat;

namespace {

TimestampFormat formatOf(const Shape& shape, TimestampFormat member) {
  if (member != TimestampFormat::kDefault) return member;
  return shape.timestampFormat != TimestampFormat::kDefault ? shape.timestampFormat : TimestampFormat::kIso8601;
}

std::string_view elementNameOf(const Shape& list) { return list.elementName.empty() ? "member" : list.elementName; }

// Names are compared without their prefix: <s3:Key> and <Key> mean the same to AWS's servers.
std::string_view localName(const pugi::xml_node& node) {
  std::string_view name = node.name();
  auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string textOf(const pugi::xml_node& node) {
  std::string text;
  for (const auto& child : node.children())
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text += child.value();
  return text;
}

Fault malformed(std::string detail = {}) {
  return {"MalformedXML",
          "The XML you provided was not well-formed or did not validate against our published schema" +
              (detail.empty() ? std::string() : ": " + detail)};
}

Result<void> readNode(const Shape& shape, void* value, const pugi::xml_node& node, TimestampFormat format);

Result<void> readMapEntry(const Shape& shape, void* map, const pugi::xml_node& entry) {
  std::string_view keyName = shape.keyName.empty() ? "key" : shape.keyName;
  std::string_view valueName = shape.elementName.empty() ? "value" : shape.elementName;
  std::string key;
  for (const auto& child : entry.children())
    if (localName(child) == keyName) key = textOf(child);
  if (!base::isUtf8(key)) return malformed("a key is not valid UTF-8");
  for (const auto& child : entry.children())
    if (localName(child) == valueName)
      return readNode(*shape.element, shape.map->insert(map, key), child, TimestampFormat::kDefault);
  return malformed("entry without a value");
}

Result<void> readStructure(const Shape& shape, void* value, const pugi::xml_node& node) {
  for (const Member& member : shape.members) {
    if (member.location != api::Location::kBody) continue;
    if (member.xmlAttribute) {
      std::string_view wanted = member.wireName.substr(member.wireName.find(':') + 1);
      for (const auto& attribute : node.attributes()) {
        std::string_view name = attribute.name();
        if (name.substr(name.find(':') + 1) != wanted) continue;
        if (!base::isUtf8(attribute.value())) return malformed("an attribute is not valid UTF-8");
        *static_cast<std::string*>(member.emplace(value)) = attribute.value();
      }
      continue;
    }
    const Shape& inner = *member.shape;
    bool flat = member.flattened || inner.flattened;
    // A flattened list takes its element name from the member, or from the list's own member name.
    std::string_view name = member.wireName;
    if (flat && inner.kind == ShapeKind::kList && member.wireName == member.name && !inner.elementName.empty())
      name = inner.elementName;
    void* slot = nullptr;
    for (const auto& child : node.children()) {
      if (child.type() != pugi::node_element || localName(child) != name) continue;
      if (flat && inner.kind == ShapeKind::kList) {
        if (!slot) slot = member.emplace(value);
        HEARTH_CHECK(readNode(*inner.element, inner.list->append(slot), child, TimestampFormat::kDefault));
      } else if (flat && inner.kind == ShapeKind::kMap) {
        if (!slot) slot = member.emplace(value);
        HEARTH_CHECK(readMapEntry(inner, slot, child));
      } else {
        slot = member.emplace(value);
        HEARTH_CHECK(readNode(inner, slot, child, member.timestampFormat));
        break;
      }
    }
    if (member.required && !slot) return malformed("element " + std::string(name) + " is missing");
  }
  return {};
}

Result<void> readNode(const Shape& shape, void* value, const pugi::xml_node& node, TimestampFormat format) {
  switch (shape.kind) {
    case ShapeKind::kStructure:
      return readStructure(shape, value, node);
    case ShapeKind::kList:
      for (const auto& child : node.children())
        if (child.type() == pugi::node_element && localName(child) == elementNameOf(shape))
          HEARTH_CHECK(readNode(*shape.element, shape.list->append(value), child, TimestampFormat::kDefault));
      return {};
    case ShapeKind::kMap:
      for (const auto& child : node.children())
        if (child.type() == pugi::node_element) HEARTH_CHECK(readMapEntry(shape, value, child));
      return {};
    default: {
      std::string text = textOf(node);
      std::string_view view = shape.kind == ShapeKind::kString ? std::string_view(text) : base::trim(text);
      auto done = readScalar(shape, value, view, formatOf(shape, format), node.name());
      if (!done.ok()) return malformed(done.fault().message);
      return {};
    }
  }
}

void appendScalarElement(std::string& into, std::string_view element, const Shape& shape, const void* value,
                         TimestampFormat format) {
  into += '<';
  into += element;
  into += '>';
  appendXmlText(into, writeScalar(shape, value, formatOf(shape, format)));
  into += "</";
  into += element;
  into += '>';
}

void appendMapEntries(std::string& into, std::string_view entry, const Shape& shape, const void* value) {
  struct Context {
    std::string& into;
    std::string_view entry;
    const Shape& shape;
  } context{into, entry, shape};
  shape.map->forEach(value, &context, [](void* raw, const std::string& key, const void* element) {
    auto& c = *static_cast<Context*>(raw);
    std::string_view keyName = c.shape.keyName.empty() ? "key" : c.shape.keyName;
    std::string_view valueName = c.shape.elementName.empty() ? "value" : c.shape.elementName;
    c.into.append("<").append(c.entry).append("><").append(keyName).append(">");
    appendXmlText(c.into, key);
    c.into.append("</").append(keyName).append(">");
    appendXml(c.into, valueName, *c.shape.element, element);
    c.into.append("</").append(c.entry).append(">");
  });
}

void appendMember(std::string& into, const Member& member, const void* value) {
  const Shape& shape = *member.shape;
  bool flat = member.flattened || shape.flattened;
  if (flat && shape.kind == ShapeKind::kList) {
    std::string_view name =
        member.wireName == member.name && !shape.elementName.empty() ? shape.elementName : member.wireName;
    for (std::size_t i = 0; i < shape.list->size(value); ++i)
      appendXml(into, name, *shape.element, shape.list->at(value, i));
  } else if (flat && shape.kind == ShapeKind::kMap) {
    appendMapEntries(into, member.wireName, shape, value);
  } else if (shape.kind == ShapeKind::kStructure || shape.kind == ShapeKind::kList ||
             shape.kind == ShapeKind::kMap) {
    appendXml(into, member.wireName, shape, value);
  } else if (shape.kind != ShapeKind::kStream) {
    appendScalarElement(into, member.wireName, shape, value, member.timestampFormat);
  }
}

}  // namespace

void appendXmlText(std::string& into, std::string_view text) {
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '&':
        into += "&amp;";
        break;
      case '<':
        into += "&lt;";
        break;
      case '>':
        into += "&gt;";
        break;
      case '"':
        into += "&quot;";
        break;
      case '\r':
        into += "&#13;";
        break;
      case '\n':
      case '\t':
        into += c;
        break;
      default:
        // XML 1.0 has no way to say the other control characters; AWS writes references all the same.
        if (byte < 0x20)
          into.append("&#x")
              .append(1, "0123456789abcdef"[byte >> 4])
              .append(1, "0123456789abcdef"[byte & 15])
              .append(";");
        else
          into += c;
    }
  }
}

void appendXmlMembers(std::string& into, const Shape& shape, const void* value) {
  for (const Member& member : shape.members) {
    if (member.location != api::Location::kBody || member.xmlAttribute) continue;
    if (const void* found = member.find(value)) appendMember(into, member, found);
  }
}

void appendXml(std::string& into, std::string_view element, const Shape& shape, const void* value,
               std::string_view xmlnsAttribute) {
  if (shape.kind != ShapeKind::kStructure && shape.kind != ShapeKind::kList && shape.kind != ShapeKind::kMap)
    return appendScalarElement(into, element, shape, value, TimestampFormat::kDefault);
  into += '<';
  into += element;
  if (!xmlnsAttribute.empty()) into.append(" xmlns=\"").append(xmlnsAttribute).append("\"");
  if (shape.kind == ShapeKind::kStructure) {
    if (!shape.xmlNamespacePrefix.empty())
      into.append(" xmlns:").append(shape.xmlNamespacePrefix).append("=\"").append(shape.xmlNamespace).append("\"");
    for (const Member& member : shape.members) {
      const void* found = member.xmlAttribute ? member.find(value) : nullptr;
      if (!found) continue;
      into.append(" ").append(member.wireName).append("=\"");
      appendXmlText(into, *static_cast<const std::string*>(found));
      into += '"';
    }
  }
  into += '>';
  if (shape.kind == ShapeKind::kStructure) {
    appendXmlMembers(into, shape, value);
  } else if (shape.kind == ShapeKind::kList) {
    for (std::size_t i = 0; i < shape.list->size(value); ++i)
      appendXml(into, elementNameOf(shape), *shape.element, shape.list->at(value, i));
  } else {
    appendMapEntries(into, "entry", shape, value);
  }
  into += "</";
  into += element;
  into += '>';
}

Result<void> decodeXml(const Shape& shape, std::string_view xml, void* value) {
  pugi::xml_document document;
  auto parsed = document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_ws_pcdata_single);
  if (!parsed) return malformed();
  pugi::xml_node root = document.document_element();
  if (!root) return malformed();
  return readNode(shape, value, root, TimestampFormat::kDefault);
}

}  // namespace hearth::wire
