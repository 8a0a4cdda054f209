// Labels of versions, and tags of parameters.
#include <algorithm>

#include "base/bytes.h"
#include "services/ssm/faults.h"
#include "services/ssm/ssm_service.h"

namespace hearth::services::ssm {

using namespace api::ssm;

namespace {

constexpr std::size_t kMostLabels = 10;
constexpr std::size_t kMostLabelLength = 100;
constexpr std::size_t kMostTags = 50;

Result<void> checkLabels(const std::vector<std::string>& labels) {
  if (labels.empty() || labels.size() > kMostLabels)
    return constraintFault(
        std::to_string(labels.size()) + " labels", "labels",
        labels.empty() ? "have length greater than or equal to 1" : "have length less than or equal to 10");
  for (const std::string& label : labels) HEARTH_CHECK(checkLength(label, "labels", 1, kMostLabelLength));
  return {};
}

Fault versionNotFound(const ParameterRow& row, std::int64_t version) {
  return {"ParameterVersionNotFound", "Systems Manager could not find version " + std::to_string(version) + " of " +
                                          row.name.name + ". Verify the version and try again."};
}

}  // namespace

Result<Tags> tagsFrom(const std::vector<Tag>& list) {
  Tags tags;
  for (const Tag& tag : list) {
    HEARTH_CHECK(checkLength(tag.key, "tags.member.key", 1, 128));
    HEARTH_CHECK(checkLength(tag.value, "tags.member.value", 0, 256));
    if (base::toLower(tag.key).starts_with("aws:"))
      return invalid("Tag keys that begin with aws: are reserved for system use.");
    tags[tag.key] = tag.value;
  }
  HEARTH_CHECK(checkTagCount(tags));
  return tags;
}

Result<void> checkTagCount(const Tags& tags) {
  if (tags.size() <= kMostTags) return {};
  return Fault("TooManyTagsError", "A parameter can have no more than 50 tags.");
}

// A label is on one version of a parameter at most: it moves.
Result<LabelParameterVersionOutput> SsmService::labelParameterVersion(const api::Call& call,
                                                                      LabelParameterVersionInput in) {
  HEARTH_CHECK(checkLabels(in.labels));
  HEARTH_TRY(const ParameterRow row, getRow(call, in.name));
  const std::int64_t number = in.parameterVersion.value_or(row.latest.version);
  auto version = store_.findVersion(row.id, number);
  if (!version) return versionNotFound(row, number);
  LabelParameterVersionOutput out{.invalidLabels = std::vector<std::string>{}, .parameterVersion = number};
  for (const std::string& label : in.labels) {
    if (!isLabel(label)) {
      out.invalidLabels->push_back(label);
      continue;
    }
    if (version->hasLabel(label)) continue;
    if (version->labels.size() >= kMostLabels)
      return Fault(
          "ParameterVersionLabelLimitExceeded",
          "A parameter version can have maximum 10 labels. Move one or more labels to another version and try "
          "again.");
    if (auto former = store_.findLabelled(row.id, label)) {
      std::erase(former->labels, label);
      store_.saveLabels(row.id, *former);
    }
    version->labels.push_back(label);
  }
  store_.saveLabels(row.id, *version);
  return out;
}

Result<UnlabelParameterVersionOutput> SsmService::unlabelParameterVersion(const api::Call& call,
                                                                          UnlabelParameterVersionInput in) {
  HEARTH_CHECK(checkLabels(in.labels));
  HEARTH_TRY(const ParameterRow row, getRow(call, in.name));
  auto version = store_.findVersion(row.id, in.parameterVersion);
  if (!version) return versionNotFound(row, in.parameterVersion);
  UnlabelParameterVersionOutput out{.removedLabels = std::vector<std::string>{},
                                    .invalidLabels = std::vector<std::string>{}};
  for (const std::string& label : in.labels)
    (std::erase(version->labels, label) > 0 ? out.removedLabels : out.invalidLabels)->push_back(label);
  store_.saveLabels(row.id, *version);
  return out;
}

Result<ParameterRow> SsmService::getTagged(const api::Call& call, const std::string& kind,
                                           const std::string& id) const {
  if (kind != "Parameter")
    return Fault("InvalidResourceType",
                 "The resource type " + kind.substr(0, 100) + " is not supported: there are parameters only.");
  auto row = getRow(call, id);
  if (row.ok()) return row;
  return Fault("InvalidResourceId",
               "The resource ID \"" + id.substr(0, 300) + "\" is not valid. Verify the ID and try again.");
}

Result<AddTagsToResourceOutput> SsmService::addTagsToResource(const api::Call& call, AddTagsToResourceInput in) {
  HEARTH_TRY(ParameterRow row, getTagged(call, in.resourceType, in.resourceId));
  HEARTH_TRY(const Tags added, tagsFrom(in.tags));
  for (const auto& [key, value] : added) row.tags[key] = value;
  HEARTH_CHECK(checkTagCount(row.tags));
  store_.saveTags(row);
  return AddTagsToResourceOutput{};
}

Result<ListTagsForResourceOutput> SsmService::listTagsForResource(const api::Call& call,
                                                                  ListTagsForResourceInput in) const {
  HEARTH_TRY(const ParameterRow row, getTagged(call, in.resourceType, in.resourceId));
  ListTagsForResourceOutput out;
  auto& list = out.tagList.emplace();
  for (const auto& [key, value] : row.tags) list.push_back({key, value});
  return out;
}

Result<RemoveTagsFromResourceOutput> SsmService::removeTagsFromResource(const api::Call& call,
                                                                        RemoveTagsFromResourceInput in) {
  HEARTH_TRY(ParameterRow row, getTagged(call, in.resourceType, in.resourceId));
  for (const std::string& key : in.tagKeys) row.tags.erase(key);
  store_.saveTags(row);
  return RemoveTagsFromResourceOutput{};
}

}  // namespace hearth::services::ssm
