#include <algorithm>
#include <map>

#include "base/bytes.h"
#include "wire/codec.h"

namespace hearth::wire {

using api::Member;
using api::Shape;
using api::ShapeKind;
using api::TimestampFormat;

namespace {

// The parameters, sorted, so that everything below a prefix stands together.
using Form = std::map<std::string, std::string, std::less<>>;

constexpr std::size_t kMostElements = 10'000;

Fault tooMany(const std::string& prefix) {
  return {"ValidationError", "'" + prefix + "' has more than " + std::to_string(kMostElements) + " elements"};
}

bool hasBelow(const Form& form, const std::string& prefix) {
  auto at = form.lower_bound(prefix);
  if (at == form.end()) return false;
  if (at->first == prefix) return true;
  at = form.lower_bound(prefix + ".");
  return at != form.end() && at->first.starts_with(prefix + ".");
}

Result<void> readAt(const Form& form, const std::string& prefix, const Shape& shape, void* value,
                    TimestampFormat format);

Result<void> readStructure(const Form& form, const std::string& prefix, const Shape& shape, void* value) {
  for (const Member& member : shape.members) {
    std::string name = prefix + std::string(member.wireName);
    const Shape& inner = *member.shape;
    // An empty list is sent as `Tags=`: present, without elements.
    if (!hasBelow(form, name)) {
      if (member.required)
        return Fault("ValidationError", "1 validation error detected: Value null at '" + name +
                                            "' failed to satisfy constraint: Member must not be null");
      continue;
    }
    void* slot = member.emplace(value);
    if (inner.kind == ShapeKind::kList && (member.flattened || inner.flattened) && !inner.elementName.empty() &&
        member.wireName == member.name) {
      std::string flat = prefix + std::string(inner.elementName);
      HEARTH_CHECK(readAt(form, hasBelow(form, flat + ".1") ? flat : name, inner, slot, member.timestampFormat));
      continue;
    }
    HEARTH_CHECK(readAt(form, name, inner, slot, member.timestampFormat));
  }
  return {};
}

Result<void> readAt(const Form& form, const std::string& prefix, const Shape& shape, void* value,
                    TimestampFormat format) {
  switch (shape.kind) {
    case ShapeKind::kStructure:
      return readStructure(form, prefix + ".", shape, value);
    case ShapeKind::kList: {
      std::string stem = prefix;
      if (!shape.flattened) stem += "." + std::string(shape.elementName.empty() ? "member" : shape.elementName);
      if (!shape.flattened && !hasBelow(form, stem + ".1") && hasBelow(form, prefix + ".member.1"))
        stem = prefix + ".member";
      for (std::size_t i = 1;; ++i) {
        std::string here = stem + "." + std::to_string(i);
        if (!hasBelow(form, here)) break;
        if (i > kMostElements) return tooMany(prefix);
        HEARTH_CHECK(readAt(form, here, *shape.element, shape.list->append(value), TimestampFormat::kDefault));
      }
      return {};
    }
    case ShapeKind::kMap: {
      std::string stem = shape.flattened ? prefix : prefix + ".entry";
      std::string keyName(shape.keyName.empty() ? "key" : shape.keyName);
      std::string valueName(shape.elementName.empty() ? "value" : shape.elementName);
      for (std::size_t i = 1;; ++i) {
        std::string here = stem + "." + std::to_string(i) + ".";
        auto key = form.find(here + keyName);
        if (key == form.end()) break;
        if (i > kMostElements) return tooMany(prefix);
        if (!base::isUtf8(key->second))
          return Fault("MalformedInput", "'" + here + keyName + "' is not valid UTF-8");
        HEARTH_CHECK(readAt(form, here + valueName, *shape.element, shape.map->insert(value, key->second),
                            TimestampFormat::kDefault));
      }
      return {};
    }
    default: {
      auto it = form.find(prefix);
      if (it == form.end()) return {};
      if (format == TimestampFormat::kDefault) format = shape.timestampFormat;
      if (format == TimestampFormat::kDefault) format = TimestampFormat::kIso8601;
      auto done = readScalar(shape, value, it->second, format, prefix);
      if (!done.ok()) return Fault("MalformedInput", done.fault().message);
      return {};
    }
  }
}

}  // namespace

Result<void> decodeQuery(const api::Operation& operation, std::string_view formText, void* input) {
  // Each costs some hundred bytes of memory.
  constexpr std::ptrdiff_t kMostParameters = 100'000;
  if (std::count(formText.begin(), formText.end(), '&') >= kMostParameters)
    return Fault("MalformedQueryString", "The request has too many parameters.");
  Form form;
  for (auto& [key, value] : http::parseQuery(formText)) form.insert_or_assign(std::move(key), std::move(value));
  return readStructure(form, "", *operation.input, input);
}

std::string encodeQueryOutput(const api::Operation& operation, const void* output, std::string_view requestId) {
  std::string xml;
  xml.append("<")
      .append(operation.name)
      .append("Response xmlns=\"")
      .append(operation.service->xmlNamespace)
      .append("\">");
  if (!operation.resultWrapper.empty()) {
    xml.append("<").append(operation.resultWrapper).append(">");
    appendXmlMembers(xml, *operation.output, output);
    xml.append("</").append(operation.resultWrapper).append(">");
  }
  xml.append("<ResponseMetadata><RequestId>").append(requestId).append("</RequestId></ResponseMetadata>");
  xml.append("</").append(operation.name).append("Response>");
  return xml;
}

}  // namespace hearth::wire
