#include "services/ssm/parameter_filter.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "services/ssm/faults.h"

namespace hearth::services::ssm {
namespace {

using api::ssm::ParameterStringFilter;
using Names = std::vector<std::string_view>;

constexpr std::size_t kMostFilters = 50;
constexpr std::size_t kMostValues = 50;
constexpr std::size_t kMostValue = 1024;

bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string listed(const Names& names) {
  std::string text;
  for (std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return "[" + text + "]";
}

Result<void> checkValues(const std::string& key, const std::vector<std::string>& values) {
  if (values.size() > kMostValues)
    return Fault("InvalidFilterValue", "The filter " + key + " has more than 50 values.");
  for (const std::string& value : values)
    if (value.empty() || value.size() > kMostValue)
      return Fault("InvalidFilterValue", "A value of the filter " + key + " must have 1 to 1024 characters.");
  if (values.empty() && !key.starts_with("tag:"))
    return Fault("InvalidFilterValue",
                 "The following filter values are missing : null for filter key " + key + ".");
  return {};
}

Names optionsOf(std::string_view key) {
  if (key == "Path") return {"Recursive", "OneLevel"};
  if (key == "Name") return {"BeginsWith", "Contains", "Equals"};
  if (key == "Label" || key == "Tier" || key == "DataType") return {"Equals"};
  return {"BeginsWith", "Equals"};
}

// Key, option and values of one filter; the option that stands for a missing one is filled in.
Result<std::string> checkFilter(const ParameterStringFilter& filter, const Names& keys) {
  const bool isTag = filter.key.starts_with("tag:") && filter.key.size() > 4 && contains(keys, "tag:");
  if (!isTag && (filter.key == "tag:" || !contains(keys, filter.key)))
    return Fault("InvalidFilterKey", "The following filter key is not valid: " + filter.key.substr(0, 132) +
                                         ". Valid filter keys include: " + listed(keys) + ".");
  const std::string option = filter.option.value_or(filter.key == "Path" ? "OneLevel" : "Equals");
  const Names options = optionsOf(filter.key);
  if (!contains(options, option))
    return Fault("InvalidFilterOption", "The following filter option is not valid: " + option.substr(0, 20) +
                                            ". Valid options include: " + listed(options) + ".");
  HEARTH_CHECK(checkValues(filter.key, filter.values.value_or(std::vector<std::string>{})));
  if (filter.key == "Path")
    for (const std::string& value : *filter.values) HEARTH_CHECK(checkPath(value));
  return option;
}

Result<void> checkUnique(const std::vector<ParameterStringFilter>& filters) {
  std::set<std::string> keys;
  for (const ParameterStringFilter& filter : filters)
    if (!keys.insert(filter.key).second)
      return Fault("InvalidFilterKey",
                   "The following filter is duplicated in the request: " + filter.key.substr(0, 132) +
                       ". A request can contain only one occurrence of a specific filter.");
  if (filters.size() > kMostFilters) return Fault("InvalidFilterKey", "A request has at most 50 filters.");
  return {};
}

bool fits(const std::string& option, const std::string& wanted, const std::string& value) {
  if (option == "BeginsWith") return value.starts_with(wanted);
  if (option == "Contains") return value.find(wanted) != std::string::npos;
  return value == wanted;
}

}  // namespace

Result<ParameterFilter> ParameterFilter::forDescribe(const std::vector<ParameterStringFilter>& filters) {
  static const Names kKeys = {"Path", "Name", "Type", "KeyId", "Tier", "DataType", "tag:"};
  HEARTH_CHECK(checkUnique(filters));
  ParameterFilter made;
  for (const ParameterStringFilter& filter : filters) {
    HEARTH_TRY(std::string option, checkFilter(filter, kKeys));
    made.parts_.push_back({filter.key, std::move(option), filter.values.value_or(std::vector<std::string>{})});
  }
  return made;
}

Result<ParameterFilter> ParameterFilter::forPath(const std::vector<ParameterStringFilter>& filters) {
  static const Names kKeys = {"Type", "KeyId", "Label"};
  HEARTH_CHECK(checkUnique(filters));
  ParameterFilter made;
  for (const ParameterStringFilter& filter : filters) {
    HEARTH_TRY(std::string option, checkFilter(filter, kKeys));
    if (filter.key == "Label")
      made.labels_ = *filter.values;
    else
      made.parts_.push_back({filter.key, std::move(option), *filter.values});
  }
  return made;
}

bool ParameterFilter::matches(const ParameterRow& row) const {
  return std::all_of(parts_.begin(), parts_.end(), [&](const Part& part) { return holds(part, row); });
}

bool ParameterFilter::holds(const Part& part, const ParameterRow& row) {
  const auto any = [&](auto test) { return std::any_of(part.values.begin(), part.values.end(), test); };
  const auto valueIs = [&](const std::string& value) {
    return any([&](const std::string& wanted) { return fits(part.option, wanted, value); });
  };
  if (part.key == "Path")
    return any([&](const std::string& path) { return isInPath(row.name.name, path, part.option == "Recursive"); });
  if (part.key == "Name") return valueIs(row.name.name);
  if (part.key == "Type") return valueIs(row.latest.type);
  if (part.key == "Tier") return valueIs(kTier);
  if (part.key == "DataType") return valueIs(kDataType);
  if (part.key == "KeyId") return row.latest.isSecret() && valueIs(kKeyId);
  const auto tag = row.tags.find(part.key.substr(4));
  return tag != row.tags.end() && (part.values.empty() || valueIs(tag->second));
}

}  // namespace hearth::services::ssm
