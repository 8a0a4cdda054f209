// Transforms: what a template says is to be made of it before it is read. There is one, AWS::Serverless-2016-10-31
// (sam_transform.h); others, AWS::Include and macros among them, are refused by name.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-section-structure.html
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "stacks/template.h"

namespace hearth::stacks {

// What the section Transform names; none without it. Faults (ValidationError): "No transform named X found", also
// of Fn::Transform anywhere in the document; a section that names nothing.
Result<std::vector<std::string>> declaredTransforms(const JsonObject& document);

// Puts the document through its transforms; notes in `result` what they made, and what they asked for. The text of
// what they made is read again, so that it is within the limits of templates. Fault: ValidationError.
Result<JsonObject> applyTransforms(JsonObject document, const TransformInput& input, Template& result);

}  // namespace hearth::stacks
