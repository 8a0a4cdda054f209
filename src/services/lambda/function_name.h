// How callers name a function: NAME, NAME:QUALIFIER, ACCOUNT:function:NAME, or an ARN.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hearth::services::lambda {

struct FunctionName {
  std::string account;
  std::string region;
  std::string name;
  std::string qualifier;  // version, alias, "$LATEST", or empty

  // arn:aws:lambda:REGION:ACCOUNT:function:NAME
  std::string arn() const { return "arn:aws:lambda:" + region + ":" + account + ":function:" + name; }
  std::string qualifiedArn() const { return qualifier.empty() ? arn() : arn() + ":" + qualifier; }
};

// `account` and `region` complete what the text leaves out; `qualifier` is the request's own and must agree with
// the one in the text. Faults: ValidationException 400, InvalidParameterValueException 400.
Result<FunctionName> parseFunctionName(std::string_view text, const std::string& account, const std::string& region,
                                       const std::optional<std::string>& qualifier = {});

}  // namespace hearth::services::lambda
