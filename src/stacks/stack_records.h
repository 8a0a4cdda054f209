// What the engine remembers of stacks: plain values, one struct per row. StackStore keeps them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "stacks/parameters.h"
#include "stacks/plan.h"
#include "stacks/template.h"

namespace hearth::stacks {

// Statuses of stacks and of resources; AWS uses one spelling for both.
enum class Status : unsigned char {
  kCreateInProgress,
  kCreateFailed,
  kCreateComplete,
  kRollbackInProgress,
  kRollbackFailed,
  kRollbackComplete,
  kDeleteInProgress,
  kDeleteFailed,
  kDeleteComplete,
  kDeleteSkipped,
  kUpdateInProgress,
  kUpdateFailed,
  kUpdateComplete,
  kUpdateCompleteCleanupInProgress,
  kUpdateRollbackInProgress,
  kUpdateRollbackFailed,
  kUpdateRollbackComplete,
  kUpdateRollbackCompleteCleanupInProgress,
  kReviewInProgress,  // of a stack that has nothing but change sets
};
std::string_view nameOf(Status status);
// The status of that name; kCreateFailed for anything unknown (a damaged row).
Status statusOf(std::string_view name);

// Everything that a stack is made from.
struct Definition {
  std::string templateText;
  std::string processedText;  // what the transforms of the template made of it; empty without transforms
  ParameterValues parameters;
  ParameterValues stored;  // of AWS::SSM::Parameter::Value<...>: what was behind the names when it was ordered
  std::vector<std::string> noEcho;  // names of parameters whose values are never shown
  std::map<std::string, std::string> tags;
  std::vector<std::string> capabilities;
  std::vector<std::string> notificationArns;
  std::string roleArn;
  std::vector<Output> outputs;  // of one that is pending: once they are known
  // Parameters whose values are not known yet (ParameterInput::isUnknown); not kept.
  std::set<std::string> unknown = {};

  // What it is made from in the end.
  const std::string& finalText() const { return processedText.empty() ? templateText : processedText; }
  // What the parameters stand for in expressions.
  ParameterValues values() const {
    ParameterValues all = stored;
    all.insert(parameters.begin(), parameters.end());
    return all;
  }
};

enum class OperationKind : unsigned char { kCreate, kUpdate, kDelete };
enum class OnFailure : unsigned char { kRollback, kDelete, kDoNothing };
std::string_view nameOf(OnFailure onFailure);
std::optional<OnFailure> onFailureOf(std::string_view name);

// Where an operation stands. The phases follow one another downwards; a failure of kForward leads to kRollback.
enum class Phase : unsigned char {
  kForward,   // making and changing what the definition wants
  kRollback,  // of an update: putting back what was changed in place
  kRemoval,   // deleting what is on its way out: replaced, left over, rolled back, or the whole stack
};

struct Operation {
  std::string id;  // random; names that are made up in it are derived from it
  OperationKind kind = OperationKind::kCreate;
  Phase phase = Phase::kForward;
  OnFailure onFailure = OnFailure::kRollback;  // of an update kRollback or kDoNothing
  Status endsAs = Status::kCreateComplete;     // the stack's status once kRemoval is through
  std::string token;                           // ClientRequestToken of the request
  std::string caller;                          // ARN of who ordered it; empty: root
  base::Time started;
  std::vector<std::string> retained;  // logical ids that a deletion leaves alone
  std::vector<std::string> failed;    // logical ids that could not be removed or restored
  // Of an update of a nested stack that its parent's update ordered: what cannot be undone waits for the parent.
  bool isDrivenByParent = false;
  bool isHeld = false;                // it waits there
  bool retainExceptOnCreate = false;  // what it made goes on the way back, whatever its DeletionPolicy
  std::optional<std::string> policy;  // of an update: the stack policy that rules it instead of the stack's
  std::optional<std::string> policyAfterwards;  // of an update: the stack's policy once it has succeeded
};

// A stack without what it is made from: what most of those need that ask for one. It stands in plain columns.
struct StackHeader {
  std::string id;  // the ARN
  std::string account;
  std::string region;
  std::string name;
  Status status = Status::kCreateInProgress;
  std::string statusReason;
  base::Time created;
  std::optional<base::Time> updated;
  std::optional<base::Time> deleted;
  std::string description;
  bool terminationProtection = false;
  bool disableRollback = false;
  std::optional<std::int64_t> timeoutMinutes;
  std::optional<Operation> operation;  // while one runs
  std::string parentId;                // of a nested stack
  std::string rootId;                  // the one at the top of the nest; both empty for what is not nested
  std::string lastToken;               // of the last operation, also when it has ended
  std::string policy;                  // the stack policy's text; empty: none was ever set
  bool neverStood = false;             // its creation failed and was kept: there is nothing to go back to

  // The stack at the top of its nest: itself, when it is not nested.
  const std::string& topId() const { return rootId.empty() ? id : rootId; }
  // What a failed creation or update left as it was, for somebody to go on with or to roll back.
  bool isHalfDone() const { return status == Status::kCreateFailed || status == Status::kUpdateFailed; }
};

// The whole. Its parts are sealed, and as large as templates are.
struct StackRecord : StackHeader {
  Definition definition;              // what stands
  std::optional<Definition> pending;  // what an update is going to, or failed to come back from
  std::vector<Output> outputs;

  // What was ordered last, while it is on its way or half done; else what stands.
  const Definition& latest() const {
    const bool isAhead = operation ? operation->phase == Phase::kForward : isHalfDone();
    return pending && isAhead ? *pending : definition;
  }
};

// Which of the incarnations of a logical id a row is.
enum class Slot : unsigned char {
  kCurrent,   // belongs to the definition that stands
  kIncoming,  // made by the operation that runs
  kOutgoing,  // to be removed in kRemoval
  kGone,      // removed; kept to be shown with a deleted or rolled back stack
  // What an update in place left behind: outgoing once that update stands, forgotten when it does not.
  kSuperseded,
};

// How far the phase that runs has come with a row. Every phase starts with what it has to look at untouched.
// kBegun: its provider takes time, and has not finished what was asked of it last.
enum class Progress : unsigned char { kUntouched, kDone, kFailed, kBegun };

struct ResourceRecord {
  std::int64_t id = 0;
  std::string stackId;
  std::string logicalId;
  std::string type;
  std::string physicalId;  // empty until it has been made
  Slot slot = Slot::kIncoming;
  Progress progress = Progress::kUntouched;
  Status status = Status::kCreateInProgress;
  std::string statusReason;
  base::Time updated;
  std::string uniqueToken;
  KeepPolicy deletionPolicy = KeepPolicy::kDelete;
  KeepPolicy updateReplacePolicy = KeepPolicy::kDelete;
  std::vector<std::string> needs;    // logical ids that it was made after
  JsonObject properties;             // as the provider knows them
  std::optional<JsonObject> former;  // what they were before this operation changed it in place
  JsonObject attributes;
  bool secret = false;    // the attributes are masked in events
  bool wasBegun = false;  // of what takes time: its provider has taken the order for it
  std::optional<Json> metadata;
};

struct StackEvent {
  std::int64_t sequence = 0;
  std::string eventId;
  std::string stackId;
  std::string stackName;
  base::Time time;
  std::string logicalId;
  std::string physicalId;
  std::string type;
  Status status = Status::kCreateInProgress;
  std::string reason;
  std::string token;
  std::string properties;  // JSON, secrets masked; empty: none
};

struct ExportRecord {
  std::string name;
  std::string value;
  std::string stackId;
};

// What an update of a nested stack that waits for its parent will make of an export. The stacks of its nest see it
// already; for all others there is what was published before, and the name is taken.
struct HeldExport {
  std::string name;
  std::optional<std::string> value;  // absent: the export will be gone
  std::string stackId;
  std::string rootId;  // the top of the nest
};

inline constexpr std::string_view kStackType = "AWS::CloudFormation::Stack";

}  // namespace hearth::stacks
