// References to what SAM makes of a resource: MyFunction.Alias, MyApi.Stage.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
#pragma once

#include <map>
#include <string>

#include "base/json.h"

namespace hearth::stacks::sam {

// "Resource.Part" -> the logical id that it is.
using References = std::map<std::string, std::string, std::less<>>;

// In Ref, Fn::GetAtt and Fn::Sub, everywhere in the document. What is not known stays.
void replaceReferences(JsonObject& document, const References& references);

}  // namespace hearth::stacks::sam
