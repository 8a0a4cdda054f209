// From the text of a template to one JSON tree, whichever of the two languages it is written in.
//
// JSON is RFC 8259; YAML is 1.1 without aliases, merge keys, dates, octal and sexagesimal numbers, which
// CloudFormation does not take either
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html).
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

// The halves of it; for tests.
Result<Json> readJsonTemplate(std::string_view text);
Result<Json> readYamlTemplate(std::string_view text);

// A plain YAML scalar with the type that CloudFormation gives it: number, boolean, else text. Account ids and
// hashes stay text: leading zeros, exponents without a point, and underscores make no number.
Json typePlainScalar(std::string_view text);

}  // namespace hearth::stacks
