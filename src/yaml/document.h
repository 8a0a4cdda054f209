// From the text of a document to one JSON tree, whichever of the two languages it is written in; and to YAML.
//
// JSON is RFC 8259; YAML is 1.1 without aliases, merge keys, dates, octal and sexagesimal numbers, which
// CloudFormation does not take either
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html).
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace hearth::yaml {

// The longest text that the readers are made for; callers have limits of their own below it.
inline constexpr std::size_t kMaxBytes = 8'000'000;

// The codes of the faults: for an alias, and for everything else.
inline constexpr char kAlias[] = "AliasInDocument";
inline constexpr char kMalformed[] = "MalformedDocument";

// No key may stand twice in a map, nesting ends at 64 levels and the document at 200,000 values. Short tags come
// back in their long form: `!Sub x` as {"Fn::Sub": "x"}. Faults: kMalformed with "JSON not well-formed. (line 1,
// column 25)", or what else is wrong, in words for people; kAlias. Take time and memory in proportion to the text.
Result<Json> readJson(std::string_view text);
Result<Json> readYaml(std::string_view text);
// A document that starts with '{' is JSON, everything else YAML. It is UTF-8, with or without a byte order mark,
// without NUL, and a map. Faults: as above.
Result<Json> readDocument(std::string_view text);

// A plain YAML scalar with the type that CloudFormation gives it: number, boolean, else text. Account ids and
// hashes stay text: leading zeros, exponents without a point, and underscores make no number.
Json typePlainScalar(std::string_view text);

// Block style; text in double quotes. What readYaml() reads back as the same tree, but for numbers that YAML 1.1
// takes for text. Recursion is as deep as the tree.
std::string writeYaml(const Json& document);

}  // namespace hearth::yaml
