// A change set: what a create or an update would do, worked out before it is done. Pure values; the engine makes,
// keeps and executes them (engine_change_sets.cc).
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "stacks/plan.h"
#include "stacks/stack_records.h"
#include "stacks/template.h"

namespace hearth::stacks {

// Why one attribute of a resource changes.
struct ChangeDetail {
  std::string attribute;   // Properties, Tags, Metadata
  std::string name;        // of the property; empty but for Properties
  std::string recreation;  // Never, Conditionally, Always
  bool isDynamic = false;  // the new value is only known when it is executed
  std::string source;      // DirectModification, ParameterReference, ResourceReference, ResourceAttribute,
                           // Automatic: of a nested stack, whatever its template is by now
  std::string cause;       // the parameter, resource, or Resource.Attribute; empty for DirectModification
  // The property's value, as JSON unless it is text; nullopt where there is none, kUnknownValue where it is not
  // known.
  std::optional<std::string> before = {};
  std::optional<std::string> after = {};

  bool operator==(const ChangeDetail&) const = default;
};

struct DescribedChange {
  ChangeAction action = ChangeAction::kAdd;
  std::string logicalId;
  std::string physicalId;
  std::string type;
  Replacement replacement = Replacement::kFalse;
  std::vector<ChangeDetail> details;  // of kModify
  std::string before = {};            // {"Properties": ..}, as JSON, without secrets; empty: there is nothing
  std::string after = {};
  std::string changeSetId = {};  // of a nested stack: what that stack is to become

  // Properties, Tags, Metadata: each that is in the details, once.
  std::vector<std::string> scope() const;
};

// `before` is the template that stands; `changed` are the parameters whose values differ from those that stand.
std::vector<DescribedChange> describeChanges(const Plan& plan, const Template& before, const Template& after,
                                             const std::set<std::string>& changed);

JsonArray toJson(const std::vector<DescribedChange>& changes);
std::vector<DescribedChange> changesOf(const Json& json);

enum class ChangeSetKind : unsigned char { kCreate, kUpdate };

enum class Execution : unsigned char { kUnavailable, kAvailable, kInProgress, kComplete, kFailed, kObsolete };
std::string_view nameOf(Execution execution);

struct ChangeSet {
  std::string id;  // the ARN
  std::string name;
  std::string stackId;
  std::string stackName;
  ChangeSetKind kind = ChangeSetKind::kUpdate;
  // The set above it in a nest, and the one at the top; both empty for what is not nested.
  std::string parentId = {};
  std::string rootId = {};
  bool includesNested = false;
  bool failed = false;  // there is nothing to do, or a nested set failed; `reason` says so
  std::string reason;
  Execution execution = Execution::kAvailable;
  base::Time created;
  std::string description;
  std::optional<OnFailure> onFailure;
  std::string token;        // ClientToken
  std::string operationId;  // of its execution
  Definition definition;
  std::vector<DescribedChange> changes;

  // CREATE_COMPLETE or FAILED: making one takes no time.
  std::string_view status() const { return failed ? "FAILED" : "CREATE_COMPLETE"; }
};

}  // namespace hearth::stacks
