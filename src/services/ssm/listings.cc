// Lists of parameters and of versions, page by page.
#include <algorithm>
#include <charconv>

#include "services/page_token.h"
#include "services/ssm/faults.h"
#include "services/ssm/ssm_service.h"

namespace hearth::services::ssm {

using namespace api::ssm;

namespace {

Result<std::string> pageStart(std::string_view list, const std::optional<std::string>& token) {
  if (!token || token->empty()) return std::string();
  auto last = readPageToken(list, *token);
  if (!last) return invalidToken();
  return *std::move(last);
}

Result<std::size_t> pageSize(const std::optional<std::int64_t>& wanted, std::int64_t most) {
  HEARTH_CHECK(checkRange(wanted, "maxResults", 1, most));
  return static_cast<std::size_t>(wanted.value_or(most));
}

std::optional<std::string> keyIdOf(const VersionRow& version) {
  if (!version.isSecret()) return std::nullopt;
  return kKeyId;
}

std::optional<std::string> shownText(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

ParameterMetadata metadataOf(const ParameterRow& row) {
  ParameterMetadata metadata;
  metadata.name = row.name.name;
  metadata.type = row.latest.type;
  metadata.keyId = keyIdOf(row.latest);
  metadata.lastModifiedDate = row.latest.modified;
  metadata.lastModifiedUser = row.latest.user;
  metadata.description = shownText(row.latest.description);
  metadata.allowedPattern = shownText(row.latest.allowedPattern);
  metadata.version = row.latest.version;
  metadata.tier = kTier;
  metadata.policies.emplace();
  metadata.dataType = kDataType;
  return metadata;
}

// The older form of filters, said in the newer one.
Result<std::vector<ParameterStringFilter>> filtersOf(const DescribeParametersInput& in) {
  std::vector<ParameterStringFilter> filters = in.parameterFilters.value_or(std::vector<ParameterStringFilter>{});
  if (!in.filters || in.filters->empty()) return filters;
  if (!filters.empty()) return invalid("You can use either Filters or ParameterFilters in a single request.");
  for (const ParametersFilter& filter : *in.filters) {
    HEARTH_CHECK(checkOneOf(filter.key, "filters.member.key", {"KeyId", "Name", "Type"}));
    filters.push_back({.key = filter.key, .values = filter.values});
  }
  return filters;
}

// What may be below a path, behind the last name of the page before. At the root are names without a slash, too.
NameRange namesIn(std::string_view path, const std::string& after) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return {after, ""};
  constexpr char kBehindSlash = '/' + 1;
  return {std::max(after, std::string(path) + '/'), std::string(path) + kBehindSlash};
}

}  // namespace

Result<GetParametersByPathOutput> SsmService::getParametersByPath(const api::Call& call,
                                                                  GetParametersByPathInput in) const {
  constexpr std::int64_t kMost = 10;
  HEARTH_CHECK(checkPath(in.path));
  HEARTH_TRY(const std::size_t most, pageSize(in.maxResults, kMost));
  HEARTH_TRY(const std::string after, pageStart("path " + in.path, in.nextToken));
  HEARTH_TRY(const ParameterFilter filter,
             ParameterFilter::forPath(in.parameterFilters.value_or(std::vector<ParameterStringFilter>{})));
  GetParametersByPathOutput out;
  auto& parameters = out.parameters.emplace();
  store_.forEach(call.account, call.region, namesIn(in.path, after), [&](ParameterRow row) {
    if (!isInPath(row.name.name, in.path, in.recursive.value_or(false)) || !filter.matches(row)) return true;
    Found found{std::move(row), {}};
    std::string suffix;
    if (!chooseVersion(found, filter.labels(), suffix)) return true;
    if (parameters.size() == most) {
      out.nextToken = writePageToken("path " + in.path, *parameters.back().name);
      return false;
    }
    parameters.push_back(shown(found, suffix, in.withDecryption.value_or(false)));
    return true;
  });
  return out;
}

bool SsmService::chooseVersion(Found& found, const std::vector<std::string>& labels, std::string& suffix) const {
  found.version = found.row.latest;
  if (labels.empty()) return true;
  for (const std::string& label : labels) {
    auto labelled = store_.findLabelled(found.row.id, label);
    if (!labelled) continue;
    found.version = *std::move(labelled);
    suffix = ":" + label;
    return true;
  }
  return false;
}

Result<GetParameterHistoryOutput> SsmService::getParameterHistory(const api::Call& call,
                                                                  GetParameterHistoryInput in) const {
  constexpr std::int64_t kMost = 50;
  HEARTH_TRY(const std::size_t most, pageSize(in.maxResults, kMost));
  HEARTH_TRY(const ParameterRow row, getRow(call, in.name));
  const std::string list = "history " + std::to_string(row.id);
  HEARTH_TRY(const std::string after, pageStart(list, in.nextToken));
  std::int64_t last = 0;
  if (!after.empty() && std::from_chars(after.data(), after.data() + after.size(), last).ec != std::errc())
    return invalidToken();
  auto versions = store_.versions(row.id, last, most + 1);
  GetParameterHistoryOutput out;
  if (versions.size() > most) {
    versions.resize(most);
    out.nextToken = writePageToken(list, std::to_string(versions.back().version));
  }
  auto& parameters = out.parameters.emplace();
  for (const VersionRow& version : versions) {
    ParameterHistory& entry = parameters.emplace_back();
    entry.name = row.name.name;
    entry.type = version.type;
    entry.keyId = keyIdOf(version);
    entry.lastModifiedDate = version.modified;
    entry.lastModifiedUser = version.user;
    entry.description = shownText(version.description);
    entry.value = shownValue(row, version, in.withDecryption.value_or(false));
    entry.allowedPattern = shownText(version.allowedPattern);
    entry.version = version.version;
    entry.labels = version.labels;
    entry.tier = kTier;
    entry.policies.emplace();
    entry.dataType = kDataType;
  }
  return out;
}

Result<DescribeParametersOutput> SsmService::describeParameters(const api::Call& call,
                                                                DescribeParametersInput in) const {
  constexpr std::int64_t kMost = 50;
  HEARTH_TRY(const std::size_t most, pageSize(in.maxResults, kMost));
  HEARTH_TRY(const std::string after, pageStart("describe", in.nextToken));
  HEARTH_TRY(const std::vector<ParameterStringFilter> filters, filtersOf(in));
  HEARTH_TRY(const ParameterFilter filter, ParameterFilter::forDescribe(filters));
  DescribeParametersOutput out;
  auto& parameters = out.parameters.emplace();
  store_.forEach(call.account, call.region, {after, ""}, [&](const ParameterRow& row) {
    if (!filter.matches(row)) return true;
    if (parameters.size() == most) {
      out.nextToken = writePageToken("describe", *parameters.back().name);
      return false;
    }
    parameters.push_back(metadataOf(row));
    return true;
  });
  return out;
}

}  // namespace hearth::services::ssm
