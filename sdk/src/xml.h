// Just enough XML to read the small documents that S3 and SES answer with: elements by name, character data with
// the five entities and character references. No attributes, no document types; a document that needs more is
// malformed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::sdk {

// The inside of the first element `name` of `xml`, at any depth, still as markup; nothing without one.
std::optional<std::string_view> findElement(std::string_view xml, std::string_view name);

// The insides of all elements `name` in order; an element within one of the same name is not seen apart.
std::vector<std::string_view> allElements(std::string_view xml, std::string_view name);

// Character data with its references replaced; unknown ones stay as they are.
std::string xmlText(std::string_view markup);

// The text of the first element `name`, empty without one.
std::string elementText(std::string_view xml, std::string_view name);

}  // namespace hearth::sdk
