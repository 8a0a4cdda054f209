// What parameters are called: names with a hierarchy, ARNs, and the version or label behind a colon.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-parameter-name-constraints.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hearth::services::ssm {

struct ParameterName {
  std::string account;
  std::string region;
  std::string name;  // "/dev/db/user", or "user" without any slash

  // arn:aws:ssm:REGION:ACCOUNT:parameter/NAME; the slash that a path begins with stands there once.
  std::string arn() const;
};

// The rules for the name of a new parameter. Faults: ValidationException; HierarchyLevelLimitExceededException;
// AccessDeniedException for names under /aws/.
Result<void> checkNewName(const ParameterName& name);

// The same of a name that is looked for: what no parameter can be called. Fault: ValidationException.
Result<void> checkName(std::string_view name);
bool isLabel(std::string_view text);

// Which version of which parameter a caller means: "NAME", "NAME:3", "NAME:label", the same with an ARN.
struct Selector {
  std::string name;  // as it was given, without what selects; of an ARN what follows "parameter"
  bool isArn = false;
  std::optional<std::int64_t> version;
  std::optional<std::string> label;

  // ":3", ":label", or empty: what answers repeat.
  std::string suffix() const;
};
// Faults: ValidationException for text that names no parameter of this account and region.
Result<Selector> parseSelector(std::string_view text, std::string_view account, std::string_view region);

// "/a/b/c" is in "/a" and "/a/b"; with `recursive` everything below. Names without a slash are in "/".
bool isInPath(std::string_view name, std::string_view path, bool recursive);
// Fault: ValidationException. A slash at the end is allowed.
Result<void> checkPath(std::string_view path);

}  // namespace hearth::services::ssm
