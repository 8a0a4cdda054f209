// Parameters: written, read, deleted.
#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "services/ssm/faults.h"
#include "services/ssm/ssm_service.h"

namespace hearth::services::ssm {

using namespace api::ssm;

namespace {

constexpr std::int64_t kMostParameters = 10'000;
constexpr std::int64_t kMostVersions = 100;
constexpr std::size_t kMostValue = 4096;
constexpr std::size_t kMostNames = 10;

Result<void> checkPattern(const std::string& pattern, const std::string& value) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  const RE2 expression(pattern, options);
  if (!expression.ok())
    return Fault("InvalidAllowedPatternException",
                 "The AllowedPattern " + pattern + " is not supported: " + expression.error());
  if (RE2::FullMatch(value, expression)) return {};
  return Fault("ParameterPatternMismatchException",
               "Parameter value, cannot be validated against allowedPattern: " + pattern);
}

// What could be taken for a reference to another parameter.
bool nests(std::string_view value) {
  const auto open = value.find("{{");
  return open != std::string_view::npos && value.find("}}", open + 2) != std::string_view::npos;
}

Result<void> checkValue(const std::string& value) {
  if (value.empty())
    return invalid(
        "1 validation error detected: Value at 'value' failed to satisfy constraint: Member must have length "
        "greater "
        "than or equal to 1");
  if (value.size() > kMostValue)
    return invalid(
        "Standard tier parameters support a maximum parameter value of 4096 characters. The Advanced tier is not "
        "supported.");
  if (nests(value))
    return invalid("Parameter value can't nest another parameter. Do not use \"{{}}\" in the value.");
  return {};
}

// What belongs to features that are not here.
Result<void> refuseForeign(const PutParameterInput& in) {
  if (in.tier) HEARTH_CHECK(checkOneOf(*in.tier, "tier", {"Standard", "Advanced", "Intelligent-Tiering"}));
  if (in.tier == "Advanced") return invalid("The tier Advanced is not supported: use Standard.");
  if (in.policies && !in.policies->empty() && *in.policies != "[]" && *in.policies != "[{}]")
    return invalid("Parameter policies are not supported.");
  if (in.dataType && *in.dataType != kDataType)
    return invalid("The following data type is not supported: " + in.dataType->substr(0, 128) +
                   " (Data type names are all lowercase.)");
  if (in.keyId && *in.keyId != kKeyId)
    return Fault("InvalidKeyId",
                 "The key " + in.keyId->substr(0, 256) +
                     " is not supported: values are sealed with the server's own key, which is called " + kKeyId +
                     " here.");
  return {};
}

Result<void> checkInput(const PutParameterInput& in) {
  HEARTH_CHECK(checkValue(in.value));
  HEARTH_CHECK(checkLength(in.description.value_or(""), "description", 0, 1024));
  HEARTH_CHECK(checkLength(in.allowedPattern.value_or(""), "allowedPattern", 0, 1024));
  if (in.type) HEARTH_CHECK(checkOneOf(*in.type, "type", {"SecureString", "StringList", "String"}));
  HEARTH_CHECK(refuseForeign(in));
  return {};
}

Result<void> checkNames(const std::vector<std::string>& names) {
  if (!names.empty() && names.size() <= kMostNames) return {};
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return constraintFault(
      "[" + all + "]", "names",
      names.empty() ? "have length greater than or equal to 1" : "have length less than or equal to 10");
}

}  // namespace

Result<Selector> SsmService::selectorOf(const api::Call& call, const std::string& name) const {
  return parseSelector(name, call.account, call.region);
}

Result<ParameterRow> SsmService::getRow(const api::Call& call, const std::string& name) const {
  HEARTH_TRY(const Selector selector, selectorOf(call, name));
  if (selector.version || selector.label) return notFound(name);
  HEARTH_TRY(Found found, findSelected(call, selector));
  return std::move(found.row);
}

Result<SsmService::Found> SsmService::findSelected(const api::Call& call, const Selector& selector) const {
  auto row = store_.find({call.account, call.region, selector.name});
  // The ARN of a name without slashes looks like that of one with a slash in front.
  if (!row && selector.isArn && selector.name.find('/', 1) == std::string::npos)
    row = store_.find({call.account, call.region, selector.name.substr(1)});
  if (!row) return notFound(selector.name);
  std::optional<VersionRow> version = row->latest;
  if (selector.version && *selector.version != row->latest.version)
    version = store_.findVersion(row->id, *selector.version);
  if (selector.label) version = store_.findLabelled(row->id, *selector.label);
  if (version) return Found{*std::move(row), *std::move(version)};
  const std::string what =
      selector.label ? "label " + *selector.label : "version " + std::to_string(*selector.version);
  return Fault("ParameterVersionNotFound", "Systems Manager could not find " + what + " of " + row->name.name +
                                               ". Verify the version and try again.");
}

std::string SsmService::shownValue(const ParameterRow& row, const VersionRow& version, bool decrypted) const {
  if (version.isSecret() && !decrypted) return base::base64Encode(store_.sealedValue(row.id, version.version));
  return store_.value(row.id, version.version);
}

Parameter SsmService::shown(const Found& found, std::string suffix, bool decrypted) const {
  Parameter parameter;
  parameter.name = found.row.name.name;
  parameter.type = found.version.type;
  parameter.value = shownValue(found.row, found.version, decrypted);
  parameter.version = found.version.version;
  if (!suffix.empty()) parameter.selector = std::move(suffix);
  parameter.lastModifiedDate = found.version.modified;
  parameter.arn = found.row.name.arn();
  parameter.dataType = kDataType;
  return parameter;
}

// The 101st version takes the place of the oldest one, unless that one has a label.
Result<void> SsmService::dropOldest(const ParameterRow& row) {
  if (store_.countVersions(row.id) < kMostVersions) return {};
  const VersionRow oldest = store_.versions(row.id, 0, 1).front();
  if (!oldest.labels.empty())
    return Fault(
        "ParameterMaxVersionLimitExceeded",
        "You attempted to create a new version of " + row.name.name +
            " by calling the PutParameter API with the overwrite flag. Version " + std::to_string(oldest.version) +
            ", the oldest version, can't be deleted because it has a label associated with it. Move the label "
            "to another version of the parameter, and try again.");
  store_.removeVersion(row.id, oldest.version);
  return {};
}

Result<VersionRow> SsmService::write(const api::Call& call, const PutParameterInput& in, const Tags& tags) {
  const ParameterName name{call.account, call.region, in.name};
  HEARTH_CHECK(checkNewName(name));
  HEARTH_CHECK(checkInput(in));
  std::optional<ParameterRow> row = store_.find(name);
  if (row && !in.overwrite.value_or(false))
    return Fault(
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to "
        "true.");
  if (!row && !in.type) return invalid("A parameter type is required when you create a parameter.");
  if (row && in.type && *in.type != row->latest.type)
    return Fault("HierarchyTypeMismatchException", "The parameter " + in.name + " has the type " +
                                                       row->latest.type + ", which cannot be changed to " +
                                                       *in.type + ".");
  // What an overwriting request does not say stays as it was.
  VersionRow version;
  if (row) version = row->latest;
  version.labels.clear();
  version.version = row ? row->latest.version + 1 : 1;
  if (in.type) version.type = *in.type;
  if (in.description) version.description = *in.description;
  if (in.allowedPattern) version.allowedPattern = *in.allowedPattern;
  version.modified = call.now;
  version.user = call.principal.arn;
  if (in.keyId && !version.isSecret()) return invalid("KeyId is required for SecureString type parameter only.");
  if (!version.allowedPattern.empty()) HEARTH_CHECK(checkPattern(version.allowedPattern, in.value));
  if (row) {
    HEARTH_CHECK(dropOldest(*row));
  } else {
    if (store_.count(call.account, call.region) >= kMostParameters)
      return Fault("ParameterLimitExceeded", "An account has at most 10,000 parameters in a Region. Delete some.");
    row = ParameterRow{.name = name, .tags = tags};
    store_.insert(*row);
  }
  store_.putVersion(row->id, version, in.value);
  return version;
}

Result<PutParameterOutput> SsmService::putParameter(const api::Call& call, PutParameterInput in) {
  HEARTH_TRY(const Tags tags, tagsFrom(in.tags.value_or(std::vector<Tag>{})));
  if (in.overwrite.value_or(false) && !tags.empty())
    return invalid(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please "
        "remove "
        "overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or "
        "RemoveTagsFromResource.");
  HEARTH_TRY(const VersionRow version, write(call, in, tags));
  return PutParameterOutput{.version = version.version, .tier = kTier};
}

Result<GetParameterOutput> SsmService::getParameter(const api::Call& call, GetParameterInput in) const {
  HEARTH_TRY(const Selector selector, selectorOf(call, in.name));
  HEARTH_TRY(const Found found, findSelected(call, selector));
  return GetParameterOutput{shown(found, selector.suffix(), in.withDecryption.value_or(false))};
}

Result<GetParametersOutput> SsmService::getParameters(const api::Call& call, GetParametersInput in) const {
  HEARTH_CHECK(checkNames(in.names));
  GetParametersOutput out;
  auto& parameters = out.parameters.emplace();
  auto& missing = out.invalidParameters.emplace();
  for (const std::string& name : std::set<std::string>(in.names.begin(), in.names.end())) {
    const auto selector = selectorOf(call, name);
    const auto found = selector.ok() ? findSelected(call, *selector) : Result<Found>(selector.fault());
    if (found.ok())
      parameters.push_back(shown(*found, selector->suffix(), in.withDecryption.value_or(false)));
    else
      missing.push_back(name);
  }
  return out;
}

Result<DeleteParameterOutput> SsmService::deleteParameter(const api::Call& call, DeleteParameterInput in) {
  HEARTH_TRY(const ParameterRow row, getRow(call, in.name));
  store_.remove(row.id);
  return DeleteParameterOutput{};
}

Result<DeleteParametersOutput> SsmService::deleteParameters(const api::Call& call, DeleteParametersInput in) {
  HEARTH_CHECK(checkNames(in.names));
  DeleteParametersOutput out;
  auto& deleted = out.deletedParameters.emplace();
  auto& missing = out.invalidParameters.emplace();
  for (const std::string& name : std::set<std::string>(in.names.begin(), in.names.end())) {
    if (const auto row = getRow(call, name); row.ok()) {
      store_.remove(row->id);
      deleted.push_back(name);
    } else {
      missing.push_back(name);
    }
  }
  return out;
}

}  // namespace hearth::services::ssm
