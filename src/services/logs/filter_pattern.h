// FilterPattern: CloudWatch Logs' patterns for unstructured text.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hearth::services::logs {

// Terms are case-sensitive and match anywhere. `a b` wants both, `?a ?b` one of them, `-a` excludes, quotes keep
// white space. The empty pattern matches everything.
class FilterPattern final {
 public:
  // Fault: InvalidParameterException; JSON ({...}), space-delimited ([...]) and %regex% patterns are refused by
  // name.
  static Result<FilterPattern> parse(std::string_view text);
  bool matches(std::string_view message) const;

 private:
  std::vector<std::string> all_;
  std::vector<std::string> any_;
  std::vector<std::string> none_;
};

}  // namespace hearth::services::logs
