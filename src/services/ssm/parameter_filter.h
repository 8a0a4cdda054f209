// ParameterFilter: which parameters a list shows.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/ssm.h"
#include "base/result.h"
#include "services/ssm/ssm_store.h"

namespace hearth::services::ssm {

// What every parameter here has, whatever was asked for.
inline constexpr const char* kTier = "Standard";
inline constexpr const char* kDataType = "text";
inline constexpr const char* kKeyId = "alias/aws/ssm";  // of a SecureString

class ParameterFilter final {
 public:
  // Faults: InvalidFilterKey, InvalidFilterOption, InvalidFilterValue, ValidationException.
  static Result<ParameterFilter> forDescribe(const std::vector<api::ssm::ParameterStringFilter>& filters);
  static Result<ParameterFilter> forPath(const std::vector<api::ssm::ParameterStringFilter>& filters);

  // Everything but labels, which belong to versions.
  bool matches(const ParameterRow& row) const;
  // The labels that are asked for; empty: none are.
  const std::vector<std::string>& labels() const { return labels_; }

 private:
  struct Part {
    std::string key;  // "Name", or "tag:" and its key
    std::string option;
    std::vector<std::string> values;
  };
  static bool holds(const Part& part, const ParameterRow& row);

  std::vector<Part> parts_;
  std::vector<std::string> labels_;
};

}  // namespace hearth::services::ssm
