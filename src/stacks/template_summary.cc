#include "stacks/template_summary.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "stacks/scalars.h"

namespace hearth::stacks {
namespace {

constexpr std::string_view kIam = "CAPABILITY_IAM";
constexpr std::string_view kNamedIam = "CAPABILITY_NAMED_IAM";
constexpr std::string_view kAutoExpand = "CAPABILITY_AUTO_EXPAND";
constexpr std::string_view kSamFunction = "AWS::Serverless::Function";

bool has(const std::vector<std::string>& acknowledged, std::string_view capability) {
  return std::find(acknowledged.begin(), acknowledged.end(), capability) != acknowledged.end();
}

Fault insufficient(std::string_view capability) {
  return Fault("InsufficientCapabilitiesException", "Requires capabilities : [" + std::string(capability) + "]",
               400);
}

// Types that give rights, and the property that gives them a name of the template's choice.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kIamTypes = {{
    {"AWS::IAM::AccessKey", ""},
    {"AWS::IAM::Group", "GroupName"},
    {"AWS::IAM::InstanceProfile", "InstanceProfileName"},
    {"AWS::IAM::ManagedPolicy", "ManagedPolicyName"},
    {"AWS::IAM::Policy", ""},
    {"AWS::IAM::Role", "RoleName"},
    {"AWS::IAM::User", "UserName"},
    {"AWS::IAM::UserToGroupAddition", ""},
}};

struct Need {
  std::string_view capability;  // empty: none
  std::set<std::string> types;
};

Need needOf(const Template& document) {
  Need need;
  for (const auto& resource : document.resources) {
    for (const auto& [type, nameProperty] : kIamTypes) {
      if (resource.type != type) continue;
      need.types.insert(resource.type);
      const bool named = !nameProperty.empty() && resource.properties.get_object().contains(nameProperty);
      if (named) need.capability = kNamedIam;
      if (need.capability.empty()) need.capability = kIam;
    }
    // SAM makes it a role.
    if (!document.transforms.empty() && resource.type == kSamFunction &&
        !resource.properties.get_object().contains("Role")) {
      need.types.insert(resource.type);
      if (need.capability.empty()) need.capability = kIam;
    }
  }
  return need;
}

}  // namespace

TemplateSummary summarize(const Template& document) {
  TemplateSummary summary;
  summary.description = document.description;
  summary.parameters = document.parameters;
  Need need = needOf(document);
  if (!need.capability.empty()) summary.capabilities.emplace_back(need.capability);
  if (!document.transforms.empty()) summary.capabilities.emplace_back(kAutoExpand);
  need.types.insert(document.transforms.begin(), document.transforms.end());
  if (!need.types.empty()) {
    summary.capabilitiesReason = "The following resource(s) require capabilities: [" + joinNames(need.types) + "]";
  }
  std::set<std::string> types;
  for (const auto& resource : document.resources) types.insert(resource.type);
  summary.resourceTypes.assign(types.begin(), types.end());
  summary.transforms = document.transforms;
  if (document.metadata) summary.metadata = base::writeJson(*document.metadata);
  return summary;
}

Result<void> checkCapabilities(const Template& document, const std::vector<std::string>& acknowledged) {
  const Need need = needOf(document);
  if (need.capability.empty() || has(acknowledged, kNamedIam) || has(acknowledged, need.capability)) return {};
  return insufficient(need.capability);
}

Result<void> checkExpansion(const Template& document, const std::vector<std::string>& acknowledged) {
  if (document.transforms.empty() || has(acknowledged, kAutoExpand)) return {};
  return insufficient(kAutoExpand);
}

}  // namespace hearth::stacks
