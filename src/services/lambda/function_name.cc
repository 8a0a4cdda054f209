#include "services/lambda/function_name.h"

#include <algorithm>
#include <vector>

namespace hearth::services::lambda {
namespace {

bool isName(std::string_view name, std::size_t most) {
  return !name.empty() && name.size() <= most && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Fault invalid(std::string_view text) {
  return {"ValidationException",
          "1 validation error detected: Value '" + std::string(text.substr(0, 200)) +
              "' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: "
              "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?"
              "([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"};
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    auto colon = text.find(':');
    parts.emplace_back(text.substr(0, colon));
    if (colon == std::string_view::npos) return parts;
    text.remove_prefix(colon + 1);
  }
}

}  // namespace

Result<FunctionName> parseFunctionName(std::string_view text, const std::string& account, const std::string& region,
                                       const std::optional<std::string>& qualifier) {
  FunctionName name{account, region, {}, {}};
  auto parts = split(text);
  std::size_t at = 0;
  if (parts[0] == "arn") {
    // arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]
    if (parts.size() < 7 || parts[2] != "lambda" || parts[5] != "function") return invalid(text);
    name.region = parts[3];
    name.account = parts[4];
    at = 6;
  } else if (parts.size() >= 3 && parts[1] == "function") {
    name.account = parts[0];
    at = 2;
  } else if (parts.size() >= 2 && parts[0] == "function") {
    at = 1;
  }
  name.name = parts[at];
  if (parts.size() > at + 2) return invalid(text);
  if (parts.size() == at + 2) {
    name.qualifier = parts[at + 1];
    if (name.qualifier.empty()) return invalid(text);
  }
  if (!isName(name.name, 64)) return invalid(text);
  if (qualifier) {
    if (!name.qualifier.empty() && name.qualifier != *qualifier)
      return Fault("InvalidParameterValueException",
                   "The derived qualifier from the function name does not match the specified qualifier.");
    name.qualifier = *qualifier;
  }
  if (!name.qualifier.empty() && name.qualifier != "$LATEST" && !isName(name.qualifier, 128)) return invalid(text);
  return name;
}

}  // namespace hearth::services::lambda
