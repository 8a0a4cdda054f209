// Engine: the CloudFormation engine. Takes orders (create, update, delete), carries them out on a thread of its
// own, and tells how things stand.
//
// An order is checked completely before it is accepted: template, parameters, conditions, types, properties,
// references. It is accepted inside the caller's write, durably, and its first events are in the same write. The
// engine's thread then carries it out resource by resource, several stacks in turn. After a crash start() goes on
// where the last committed step ended.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "ports/resource_provider.h"
#include "stacks/change_set.h"
#include "stacks/change_set_store.h"
#include "stacks/drift_detector.h"
#include "stacks/engine_views.h"
#include "stacks/nested_templates.h"
#include "stacks/provider_registry.h"
#include "stacks/stack_run.h"
#include "stacks/stack_store.h"
#include "stacks/template.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::stacks {

// Whose stacks. Everything is looked up within one account and region.
struct Place {
  std::string account;
  std::string region;
  std::string caller = {};  // of an order: ARN of the user or session in whose rights it runs; empty: root
};

struct CreateStackInput {
  Place place;
  std::string name;
  std::shared_ptr<const Template> document;  // by parseTemplate(), off the writer thread; shared: it only passes by
  std::vector<ParameterInput> parameters;
  std::map<std::string, std::string> tags;
  std::vector<std::string> capabilities;
  std::vector<std::string> notificationArns;
  std::string roleArn;
  std::string token;  // ClientRequestToken; a retry with the same one is answered as the first
  OnFailure onFailure = OnFailure::kRollback;
  std::optional<std::int64_t> timeoutMinutes;
  bool terminationProtection = false;
  bool retainExceptOnCreate = false;  // of a failure: what was made goes, whatever its DeletionPolicy
  std::string policy = {};            // stack policy; empty: none
  std::string parentId = {};          // of a nested stack: the stack that it is a resource of
  std::string rootId = {};            // and the one at the top of the nest
  std::string reviewed = {};          // ARN of the stack under review that it is to become; empty: a new one
};

struct UpdateStackInput {
  Place place;
  std::string stack;                         // name or ARN
  std::shared_ptr<const Template> document;  // null: the one that stands
  // Without `document`: getTemplateText() of a moment ago, parsed off the writer thread; taken if it stands still.
  std::shared_ptr<const Template> standing;
  std::vector<ParameterInput> parameters;
  std::optional<std::map<std::string, std::string>> tags;  // absent: those that stand; likewise below
  std::vector<std::string> capabilities;
  std::optional<std::vector<std::string>> notificationArns;
  std::string roleArn;
  std::string token;
  bool disableRollback = false;  // a failure ends it UPDATE_FAILED, with everything as it is then
  bool retainExceptOnCreate = false;
  std::optional<std::string> policyDuringUpdate = {};  // rules this update instead of the stack's policy
  std::optional<std::string> policyAfterwards = {};    // becomes the stack's policy when the update has succeeded
};

struct DeleteStackInput {
  Place place;
  std::string stack;  // name or ARN
  std::vector<std::string> retainResources;
  std::string token;
  std::string roleArn = {};  // for this and what follows; empty: the one that the stack has
  bool byParent = false;     // of a nested stack: protection is its root's alone
};

struct CreateChangeSetInput {
  std::string name;
  ChangeSetKind kind = ChangeSetKind::kUpdate;
  std::string description;
  std::optional<OnFailure> onFailure;  // kDelete: of a kCreate only
  // What would be ordered, with `document` and `standing` both when the stack exists. A kCreate names a stack that
  // does not exist, or has only change sets.
  UpdateStackInput order;
  // Of a stack whose template has transforms: what they made of it, getTemplateText(kProcessed) of a moment ago,
  // parsed off the writer thread.
  std::shared_ptr<const Template> before = {};
  // Of gatherNested(): nested stacks get change sets, too. Null: they do not.
  std::shared_ptr<NestedTemplates> nested = {};
};

struct ExecuteOptions {
  std::string token;
  std::optional<bool> disableRollback;  // refused for a set that says itself what a failure does
  bool retainExceptOnCreate = false;
};

// What an update is refused with that would change nothing.
inline constexpr const char* kNoUpdates = "No updates are to be performed.";

class Engine final {
 public:
  struct Options {
    // How many resources one transaction makes. Few keep other writers waiting less, many need fewer syncs.
    std::size_t resourcesPerStep = 8;
    // The pause before a step that failed is repeated; grows to a minute.
    std::chrono::milliseconds retryAfter{1000};
    // For tests: asked on the engine's thread before each step; false ends the thread there and then.
    std::function<bool()> mayStep;
  };

  // Borrows everything. The migrations must have run.
  Engine(store::Database& database, const store::Keyring& keyring, const base::Clock& clock, base::Random& random,
         Options options);
  Engine(store::Database& database, const store::Keyring& keyring, const base::Clock& clock, base::Random& random);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  static std::vector<store::Migration> migrations();

  // Before start(). The provider outlives the engine.
  void registerProvider(ports::ResourceProvider& provider) { registry_.add(provider); }
  const ProviderRegistry& providers() const { return registry_; }
  // Where dynamic references and AWS::SSM::Parameter::... types are looked up; outlives the engine. Without it
  // there are none. Before start().
  void setTemplateValues(const ports::TemplateValues& values) { tools_.values = &values; }

  // Goes on with what was interrupted, and takes up work. stop() ends after the step that runs; the rest waits for
  // the next start. Stop before the database.
  void start();
  void stop();

  // In a write, now and then: forgets what was deleted 90 days ago, and what belonged to it.
  void expire();

  // Orders: on the writer thread, inside a write. All faults are ValidationError 400 unless said otherwise.
  // The id of the new stack. AlreadyExistsException 400; InsufficientCapabilitiesException 400.
  Result<std::string> createStack(const CreateStackInput& input);
  // The id. "No updates are to be performed."; "Stack:ARN is in S state and can not be updated."; of a stack that a
  // failure left half done only with `disableRollback`.
  Result<std::string> updateStack(const UpdateStackInput& input);
  // A stack that does not exist is deleted already; so is one that is being deleted. One that is being created
  // gives that up. Refuses protected stacks, those otherwise at work, and those whose exports others import.
  Result<void> deleteStack(const DeleteStackInput& input);
  // Of a stack in UPDATE_ROLLBACK_FAILED: tries again what could not be put back, but leaves `skip` as they are.
  Result<void> continueUpdateRollback(const Place& place, const std::string& stack,
                                      const std::vector<std::string>& skip, const std::string& token,
                                      const std::string& roleArn = {});
  // Of a stack that a failed creation or update left half done: goes back to what stood, or removes everything when
  // nothing ever did. The id. "Stack:ARN is in S state and can not be rolled back."
  Result<std::string> rollbackStack(const Place& place, const std::string& stack, const std::string& token,
                                    const std::string& roleArn, bool retainExceptOnCreate);
  // Of a stack in UPDATE_IN_PROGRESS: it rolls back after the step that runs. "CancelUpdateStack cannot be called
  // from current stack status".
  Result<void> cancelUpdate(const Place& place, const std::string& stack);
  // Stack policies, as JSON text.
  Result<void> setPolicy(const Place& place, const std::string& stack, const std::string& text);
  // The one that rules now; empty: there is none. On any thread.
  Result<std::string> getPolicy(const Place& place, const std::string& stack) const;
  // The id.
  Result<std::string> setTerminationProtection(const Place& place, const std::string& stack, bool on);

  // Change sets: likewise inside a write. One is named by its ARN, or by its name and the stack; a stack that is
  // given with an ARN must be the set's own.
  // One that would change nothing is kept, too, as failed. AlreadyExistsException; LimitExceededException.
  Result<ChangeSet> createChangeSet(const CreateChangeSetInput& input);
  // The templates of the nested stacks that such a set would be about, read in the rights of who orders it. Slow:
  // on neither the loop nor the writer thread. Faults: those of createChangeSet().
  Result<std::shared_ptr<NestedTemplates>> gatherNested(CreateChangeSetInput input) const;
  // `document` is the set's template, parsed off the writer thread. The stack's other sets are removed.
  // ChangeSetNotFound 404; InvalidChangeSetStatus.
  Result<void> executeChangeSet(const Place& place, const std::string& set, const std::string& stack,
                                const std::shared_ptr<const Template>& document, const ExecuteOptions& options);
  // What is not there is deleted already. InvalidChangeSetStatus while it is executed, and for a nested one. The
  // sets nested in it go with it, and the stacks that were only made for them.
  Result<void> deleteChangeSet(const Place& place, const std::string& set, const std::string& stack);
  // Reads: on any thread.
  Result<ChangeSet> getChangeSet(const Place& place, const std::string& set, const std::string& stack) const;
  // Without their definitions and changes.
  Result<std::vector<ChangeSet>> listChangeSets(const Place& place, const std::string& stack,
                                                const std::string& after, std::size_t limit) const;

  // What an update with this input would do. On any thread; changes nothing.
  Result<Plan> planUpdate(const UpdateStackInput& input) const;

  // Reads: on any thread. A stack is named by name (while it is not deleted) or by ARN (90 days longer). Fault of
  // all: "Stack with id NAME does not exist".
  Result<StackView> getStack(const Place& place, const std::string& stack) const;
  // The same, but for what it is made from, and with its own protection: cheap.
  Result<StackHeader> getHeader(const Place& place, const std::string& stack) const;
  // Newest first. `after`: the id of the last one of the page before.
  std::vector<StackView> listStacks(const Place& place, bool withDeleted, const std::string& after,
                                    std::size_t limit) const;
  // The same, those that are deleted among them.
  std::vector<StackHeader> listHeaders(const Place& place, const std::string& after, std::size_t limit) const;
  // Newest first. `before`: 0, or the sequence of the last one of the page before.
  Result<std::vector<StackEvent>> getEvents(const Place& place, const std::string& stack, std::int64_t before,
                                            std::size_t limit) const;
  // In the order in which they were made, each logical id once.
  Result<std::vector<ResourceView>> getResources(const Place& place, const std::string& stack) const;
  // "Resource X does not exist for stack NAME".
  Result<ResourceView> getResource(const Place& place, const std::string& stack,
                                   const std::string& logicalId) const;
  // The resources of the stack that the physical id is part of.
  Result<std::vector<ResourceView>> getResourcesOf(const Place& place, const std::string& physicalId) const;
  Result<std::string> getTemplateText(const Place& place, const std::string& stack,
                                      TemplateStage stage = TemplateStage::kOriginal) const;
  std::vector<ExportRecord> listExports(const Place& place, const std::string& after, std::size_t limit) const;
  // Names of the importing stacks. "Export 'X' is not imported by any stack."
  Result<std::vector<std::string>> getImporters(const Place& place, const std::string& exportName) const;

  // Something that a resource of the stack waits for has happened, durably: it is asked again. From any thread,
  // after the commit. Nothing when no operation runs on the stack.
  void wake(const std::string& stackId);

  // How the stacks' resources stand by now.
  DriftDetector& drift() { return drift_; }
  const DriftDetector& drift() const { return drift_; }

  // Blocks until no operation runs on the stack (true), or `most` has passed or the engine stopped (false). Not on
  // the loop, not on the writer thread.
  bool waitUntilIdle(const std::string& stackId, std::chrono::milliseconds most) const;

 private:
  // Everything that an accepted create or update has.
  struct Prepared {
    Definition definition;
    std::string description;
    Plan plan;
    std::vector<Output> outputs;  // as far as they are known
    std::set<std::string> imports;
    // Whether it would change anything of what stands.
    bool isSameAs(const StackRecord& stack) const;
  };
  void loop();
  void awaitWork(std::unique_lock<std::mutex>& lock);
  void postpone(const std::string& stackId);
  StepOutcome stepOf(const std::string& stackId);
  void enqueueAgain(const std::string& stackId, const StepOutcome& outcome);
  void enqueue(const std::string& stackId);
  void wakeAfterCommit(const std::string& stackId);
  void tidy();
  static Fault unknownStack(const std::string& stack);
  Result<StackRecord> findActive(const Place& place, const std::string& stack) const;
  // A nested stack's is its root's.
  bool isProtected(const StackHeader& stack) const;
  StackView show(const StackRecord& stack) const;
  // `caller`: as in a Place.
  Result<Prepared> prepare(const StackRecord& stack, Definition definition, const std::string& caller,
                           const Template& document, const std::map<std::string, CurrentResource>& current,
                           const std::set<std::string>& settled = {}) const;
  Result<Prepared> prepareUpdate(const StackRecord& stack, const UpdateStackInput& input) const;
  void takeRole(StackRecord& stack, const std::string& roleArn);
  // `document` becomes what its transforms make of it with the stack's parameters.
  Result<Definition> definitionFor(const StackRecord& stack, const UpdateStackInput& input,
                                   std::shared_ptr<const Template>& document) const;
  // Change sets (engine_change_sets.cc, engine_nested_sets.cc): worked out first, then kept.
  struct Draft;
  Result<Draft> draftFor(const CreateChangeSetInput& input) const;
  void nameDraft(const CreateChangeSetInput& input, Draft& draft) const;
  Result<void> fillDraft(const CreateChangeSetInput& input, Draft& draft) const;
  Result<std::set<std::string>> draftNested(const CreateChangeSetInput& input, const Prepared& prepared,
                                            Draft& draft) const;
  Result<std::shared_ptr<Draft>> draftChild(const CreateChangeSetInput& input, const Prepared& prepared,
                                            const ResourceChange& change, const Draft& parent) const;
  void keepDraft(const CreateChangeSetInput& input, Draft& draft, const Draft* parent);
  void dropOthers(const std::string& stackId, const std::string& but);
  // A record of a stack that is not kept yet.
  StackRecord newStack(const Place& place, const std::string& name) const;
  // The caller keeps the stack.
  void acceptCreate(StackRecord& stack, Prepared prepared, OnFailure onFailure, Operation operation);
  void acceptUpdate(StackRecord& stack, Prepared prepared, Operation operation);
  void resumeRows(const StackRecord& stack);
  Operation newOperation(const Place& place, OperationKind kind, const std::string& token);
  void announce(StackRecord& stack, Status status);

  store::Database& database_;
  const base::Clock& clock_;
  base::Random& random_;
  const Options options_;
  ProviderRegistry registry_;
  mutable StackStore store_;
  ChangeSetStore changeSets_;
  EngineTools tools_;
  DriftDetector drift_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;  // queue, busy or stopping
  std::deque<std::string> queue_;            // guarded by mutex_: stacks whose next step is due
  // Guarded by mutex_: stacks whose last step failed, and those that wait, by the time of the next.
  std::multimap<std::chrono::steady_clock::time_point, std::string> later_;
  std::set<std::string> busy_;                             // guarded by mutex_: stacks with an operation
  std::set<std::string> woken_;                            // guarded by mutex_: during their step
  bool stopping_ = false;                                  // guarded by mutex_
  bool ended_ = true;                                      // guarded by mutex_: no thread runs
  std::map<std::string, std::unique_ptr<StackRun>> runs_;  // of the engine's thread alone
  std::map<std::string, int> failures_;                    // the same; steps that failed in a row
  std::thread thread_;
};

}  // namespace hearth::stacks
