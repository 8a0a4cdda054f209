// From the text of a template to one JSON tree, whichever of the two languages it is written in.
#pragma once

#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace hearth::stacks {

// What the CreateStack call takes as TemplateBody, and what it takes from S3.
inline constexpr std::size_t kMaxTemplateBody = 51'200;
inline constexpr std::size_t kMaxTemplateBytes = 1'000'000;

// A document that starts with '{' is JSON, everything else YAML. Short tags come back in their long form.
// Faults (ValidationError): "Template format error: JSON not well-formed. (line 1, column 25)", the same of YAML,
// "Template format error: unsupported structure." for anything that is not a map, "Template error: YAML aliases
// are not allowed in CloudFormation templates". Takes time and memory in proportion to the text.
Result<Json> readTemplateText(std::string_view text);

}  // namespace hearth::stacks
