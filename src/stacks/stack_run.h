// StackRun: one operation on one stack, carried out step by step.
//
// A step takes a few resources that are ready, does their slow preparations on the engine's thread, and then, in
// one write, calls their providers and records the outcome: events, rows, and the phase that follows. Everything
// that a later step needs is in the database, so a run can be dropped at any moment and made again from there;
// that is what happens after a crash, and after a write that failed.
//
//   create   forward ----------------------------------------------> CREATE_COMPLETE
//              `-- failure: removal of what was made ---------------> ROLLBACK_COMPLETE
//   update   forward -> removal of what was replaced and left over -> UPDATE_COMPLETE
//              `-- failure: rollback -> removal of what was made ---> UPDATE_ROLLBACK_COMPLETE
// A failure of which everything is to be kept ends at once, CREATE_FAILED or UPDATE_FAILED.
//   delete   removal of everything --------------------------------> DELETE_COMPLETE
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "ports/resource_provider.h"
#include "stacks/change_set_store.h"
#include "stacks/intrinsics.h"
#include "stacks/provider_registry.h"
#include "stacks/stack_policy.h"
#include "stacks/stack_records.h"
#include "stacks/stack_store.h"
#include "stacks/template.h"

namespace hearth::stacks {

// What runs and the engine work with. All of it outlives them.
struct EngineTools {
  store::Database& database;
  StackStore& store;
  ChangeSetStore& changeSets;
  const ProviderRegistry& providers;
  const base::Clock& clock;
  base::Random& random;
  std::size_t resourcesPerStep = 8;
  std::function<void(const std::string& stackId)> wake = {};  // see Engine::wake()
  const ports::TemplateValues* values = nullptr;              // see Engine::setTemplateValues()

  // Plain dynamic references, in the rights of an actor.
  ReferenceLookup plainValues(const StackRecord& stack, const std::string& actor) const;
};

// The stacks that were made for the change sets below this root, and have nothing but those, are deleted
// (engine_nested_sets.cc).
void retireBelow(const EngineTools& tools, const std::string& rootSet);

// How a step has left the operation.
struct StepOutcome {
  bool ended = false;
  // There is nothing to do but to wait: until the stack is woken, and at the longest until then.
  bool waits = false;
  std::optional<base::Time> until = {};
};

// A write that could not be made durable; the run is of no use any more.
struct StepNotRecorded {
  Fault fault;
};

// Lives on the engine's thread.
class StackRun final {
 public:
  // Reads the stack; nullptr when no operation runs on it.
  static std::unique_ptr<StackRun> load(const EngineTools& tools, const std::string& stackId);
  StackRun(const StackRun&) = delete;
  StackRun& operator=(const StackRun&) = delete;

  // Does the next step. Throws StepNotRecorded.
  StepOutcome step();

 private:
  struct Change;  // one resource of a forward step
  using PreparedHandle = std::shared_ptr<ports::PreparedWork>;
  StackRun(const EngineTools& tools, StackRecord stack, std::vector<ResourceRecord> rows);

  // Forward (stack_run_forward.cc).
  void forwardStep();
  std::vector<Change> selectChanges();
  std::optional<Change> changeOf(const ResourceDeclaration& declaration);
  void carryOut(std::vector<Change>& changes);
  void announce(Change& change);
  Result<void> apply(Change& change);
  void recordFailure(Change& change, const std::string& reason);
  void finishForward();
  Result<std::vector<Output>> finalOutputs();
  void adoptDefinition(std::vector<Output> outputs);
  void beginFailure(const std::string& reason);
  void beginRollback(const std::string& reason);
  std::optional<Fault> deniedByPolicy(const ResourceRecord& row, StackPolicy::Action action);
  bool checkRemovals();
  bool isTimedOut() const;
  std::optional<base::Time> timeout() const;
  void giveUp();
  void beginCleanup();
  bool isBegun(const std::string& logicalId);
  std::string shownPropertiesOf(const std::string& logicalId, const JsonObject& properties);
  void maskAttributes(Scope& scope);

  // What takes time (stack_run_waiting.cc).
  // The provider's call for the request's verb, and how far it has come at once.
  Result<ports::ResourceProgress> ask(ports::ResourceProvider& provider, const ports::ResourceRequest& request);
  ports::ResourceProgress resume(const ResourceRecord& row, ports::ResourceRequest request);
  void keepWaiting(ResourceRecord& row, const ports::ResourceProgress& progress);
  void waitUntil(const std::optional<base::Time>& time);
  bool isAnyBegun() const;
  bool takesTime(const ResourceRecord& row) const;
  void advance(ResourceRecord& row, ports::ResourceProgress progress, const std::string& shown);
  void fail(ResourceRecord& row, const std::string& reason, const std::string& shown = "");
  void takePhysicalId(ResourceRecord& row, const std::string& physicalId, const std::string& shown);
  void supersede(const ResourceRecord& row, Slot slot);
  void resumeChanges();
  void cancelBegun();
  ports::ResourceRequest restoringRequest(const ResourceRecord& row) const;
  void resumeRestores();
  void advanceRestore(ResourceRecord& row, ports::ResourceProgress progress);
  void failRestore(ResourceRecord& row, const std::string& reason);
  void resumeRemovals();
  void advanceRemoval(ResourceRecord& row, const ports::ResourceProgress& progress);
  void settleRows();
  void leaveChildren();
  void advanceSettling(ResourceRecord& row, const ports::ResourceProgress& progress);
  bool isRemovalOver();
  bool isHeld() const;
  void hold(std::vector<Output> outputs);
  void heldStep();

  // Rollback of an update and removal (stack_run_back.cc).
  void rollbackStep();
  std::vector<ResourceRecord*> rowsToRestore();
  bool isRestorable(const ResourceRecord& row);
  void restore(ResourceRecord& row, const Result<PreparedHandle>& prepared);
  void finishRollback();
  void removalStep();
  std::vector<ResourceRecord*> rowsToRemove();
  bool isKept(const ResourceRecord& row) const;
  void removeRow(ResourceRecord& row);
  void gone(ResourceRecord& row, Status status);
  void finishRemoval();

  // Common (stack_run.cc).
  void write(const std::function<void()>& work);
  // The same, of work that uses what was prepared.
  void write(const std::function<void()>& work, const std::vector<PreparedHandle>& used);
  void prepareScope();
  ResourceRecord* findRow(const std::string& logicalId, Slot slot);
  // What there is of a resource: what an update has made, before what stood.
  ResourceRecord* findStanding(const std::string& logicalId);
  ports::ResourceRequest requestFor(const ResourceRecord& row) const;
  // In whose rights the operation runs: ARN; empty: root.
  std::string actor() const;
  std::string uniqueToken(const std::string& logicalId) const;
  // Runs a provider's call in a savepoint of its own; what it throws becomes its Fault, but for a DatabaseError:
  // then the step's own write is lost, too, and the step is repeated.
  Result<ports::ResourceState> attempt(const std::function<Result<ports::ResourceState>()>& call);
  // The same for the slow part of a change, on the engine's thread.
  Result<PreparedHandle> prepare(ports::ResourceProvider& provider, const ports::ResourceRequest& request);
  Fault thrown(const std::exception& error) const;
  void setStatus(Status status, const std::string& reason);
  void event(ResourceRecord& row, Status status, const std::string& reason = "", const std::string& properties = "",
             const std::string& physicalId = "");
  void endOperation(Status status, const std::string& reason);
  // What the phase works towards: on the way back it is what stood before.
  const Definition& target() const {
    return stack_.pending && stack_.operation->phase == Phase::kForward ? *stack_.pending : stack_.definition;
  }
  // Now, but later than any event before, so that times tell the order and event ids differ.
  base::Time nextEventTime();

  const EngineTools& tools_;
  StackRecord stack_;
  std::vector<std::unique_ptr<ResourceRecord>> rows_;  // addresses stay when rows are added
  base::Time lastEvent_;
  bool moved_ = false;                  // the step has changed something
  std::optional<base::Time> askAgain_;  // by what the step has heard from providers

  // Of the forward phase, made by prepareScope().
  std::optional<Template> document_;
  std::optional<Scope> scope_;
  std::optional<Scope> maskedScope_;  // only with NoEcho parameters
  std::vector<std::string> order_;
  std::map<std::string, std::set<std::string>> needs_;
  std::set<std::string> settled_;
  std::vector<std::string> failedCreates_;
  std::vector<std::string> failedUpdates_;
  std::optional<StackPolicy> policy_;
};

// Whether the way back has to look at a row that stood before the update.
bool wasTouched(const ResourceRecord& row, bool isReplaced);

// "MESSAGE (Status Code: 409; Error Code: BucketAlreadyExists)", the form that services' faults take in events.
std::string reasonOf(const Fault& fault);

// The import names that a definition's template asks for, as far as they can be evaluated.
std::set<std::string> importNames(const Template& document, const Scope& scope);

PseudoParameters pseudoParametersOf(const StackRecord& stack, const Definition& definition);

}  // namespace hearth::stacks
