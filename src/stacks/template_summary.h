// TemplateSummary: what ValidateTemplate and GetTemplateSummary tell about a template, and what an account has to
// acknowledge before it is made into a stack.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "stacks/template.h"

namespace hearth::stacks {

struct TemplateSummary {
  std::string description;
  std::vector<ParameterDeclaration> parameters;
  std::vector<std::string> capabilities;   // CAPABILITY_IAM or CAPABILITY_NAMED_IAM; CAPABILITY_AUTO_EXPAND
  std::string capabilitiesReason;          // empty with no capabilities
  std::vector<std::string> resourceTypes;  // sorted, each once
  std::optional<std::string> metadata;     // JSON
  std::vector<std::string> transforms;
};

TemplateSummary summarize(const Template& document);

// Fault: InsufficientCapabilitiesException 400 "Requires capabilities : [CAPABILITY_IAM]".
Result<void> checkCapabilities(const Template& document, const std::vector<std::string>& acknowledged);
// CAPABILITY_AUTO_EXPAND of a template with transforms; likewise. Not asked of change sets, which show what comes
// out.
Result<void> checkExpansion(const Template& document, const std::vector<std::string>& acknowledged);

}  // namespace hearth::stacks
