// What the engine remembers of stacks: plain values, one struct per row. StackStore keeps them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
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
  ParameterValues parameters;
  std::vector<std::string> noEcho;  // names of parameters whose values are never shown
  std::map<std::string, std::string> tags;
  std::vector<std::string> capabilities;
  std::vector<std::string> notificationArns;
  std::string roleArn;
};

enum class OperationKind : unsigned char { kCreate, kUpdate, kDelete };
enum class OnFailure : unsigned char { kRollback, kDelete, kDoNothing };

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
  OnFailure onFailure = OnFailure::kRollback;
  Status endsAs = Status::kCreateComplete;  // the stack's status once kRemoval is through
  std::string token;                        // ClientRequestToken of the request
  std::string caller;                       // ARN of who ordered it; empty: root
  base::Time started;
  std::vector<std::string> retained;  // logical ids that a deletion leaves alone
  std::vector<std::string> failed;    // logical ids that could not be removed or restored
};

struct StackRecord {
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
  Definition definition;               // what stands
  std::optional<Definition> pending;   // what an update is going to, or failed to come back from
  std::vector<Output> outputs;
  std::string lastToken;  // of the last operation, also when it has ended
};

// Which of the incarnations of a logical id a row is.
enum class Slot : unsigned char {
  kCurrent,   // belongs to the definition that stands
  kIncoming,  // made by the operation that runs
  kOutgoing,  // to be removed in kRemoval
  kGone,      // removed; kept to be shown with a deleted or rolled back stack
};

// How far the phase that runs has come with a row. Every phase starts with what it has to look at untouched.
enum class Progress : unsigned char { kUntouched, kDone, kFailed };

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

inline constexpr std::string_view kStackType = "AWS::CloudFormation::Stack";

}  // namespace hearth::stacks
