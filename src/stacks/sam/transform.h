// The transform AWS::Serverless-2016-10-31: a template with SAM's types into one without.
//
// It makes what https://github.com/aws/serverless-application-model makes, of AWS::Serverless::Function and
// AWS::Serverless::Api; SAM's other types, and what of these two Hearth has nothing for, are refused by name.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "stacks/parameters.h"

namespace hearth::stacks::sam {

struct Transformed {
  JsonObject document;  // without "Transform" and "Globals"
  // The parameters that the result depends on, and the values that they had; nullopt: none yet.
  std::map<std::string, std::optional<std::string>> consulted;
};

// `given` are values of parameters, which go before the template's defaults. Pure; time and memory are bounded by
// the size of the document. Faults (ValidationError): "Transform AWS::Serverless-2016-10-31 failed with: Invalid
// Serverless Application Specification document. Number of errors found: 1. Resource with id [X] is invalid. ...";
// a result that is too large for a template.
Result<Transformed> transform(JsonObject document, const ParameterValues& given, const std::string& region);

}  // namespace hearth::stacks::sam
