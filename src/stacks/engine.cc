#include "stacks/engine.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "stacks/faults.h"

namespace hearth::stacks {
namespace {

constexpr std::chrono::hours kDeletedKept{24 * 90};
constexpr int kMostDoublings = 6;
// A clock may jump, and threads wait by another one: what waits is looked at this often at least.
constexpr std::chrono::seconds kLongestWait{30};

}  // namespace

Engine::Engine(store::Database& database, const store::Keyring& keyring, const base::Clock& clock,
               base::Random& random, Options options)
    : database_(database),
      clock_(clock),
      random_(random),
      options_(std::move(options)),
      store_(database, keyring),
      changeSets_(database, keyring),
      tools_{database,
             store_,
             changeSets_,
             registry_,
             clock,
             random,
             std::max<std::size_t>(1, options_.resourcesPerStep),
             [this](const std::string& stackId) { wake(stackId); }},
      drift_(tools_, keyring) {}

Engine::Engine(store::Database& database, const store::Keyring& keyring, const base::Clock& clock,
               base::Random& random)
    : Engine(database, keyring, clock, random, Options{}) {}

Engine::~Engine() { stop(); }

// Names are keys, numbers order nothing (two are called 004): a step builds on the steps of its own store alone,
// which run in the order in which that store lists them.
std::vector<store::Migration> Engine::migrations() {
  std::vector<store::Migration> migrations = StackStore::migrations();
  for (store::Migration& one : ChangeSetStore::migrations()) migrations.push_back(std::move(one));
  for (store::Migration& one : DriftStore::migrations()) migrations.push_back(std::move(one));
  return migrations;
}

void Engine::start() {
  tidy();
  {
    const std::lock_guard lock(mutex_);
    if (!ended_) return;
    if (thread_.joinable()) thread_.join();
    for (const auto& id : store_.stacksAtWork()) {
      if (busy_.insert(id).second) queue_.push_back(id);
    }
    stopping_ = false;
    ended_ = false;
  }
  thread_ = std::thread([this] { loop(); });
}

void Engine::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Engine::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    awaitWork(lock);
    if (stopping_) break;
    const std::string id = std::move(queue_.front());
    queue_.pop_front();
    woken_.erase(id);
    lock.unlock();
    if (options_.mayStep && !options_.mayStep()) {
      lock.lock();
      break;
    }
    StepOutcome outcome;
    bool failed = false;
    try {
      outcome = stepOf(id);
    } catch (const StepNotRecorded& error) {
      base::logError("stacks", "a step could not be recorded", {{"stack", id}, {"cause", error.fault.message}});
      failed = true;
    } catch (const std::exception& error) {
      base::logError("stacks", "a step failed", {{"stack", id}, {"cause", error.what()}});
      failed = true;
    }
    if (failed) runs_.erase(id);
    lock.lock();
    if (failed) {
      // The disk may come back; what is in memory is dropped and read again then.
      postpone(id);
    } else {
      failures_.erase(id);
      enqueueAgain(id, outcome);
    }
  }
  runs_.clear();
  failures_.clear();
  for (auto& [due, id] : later_) queue_.push_back(std::move(id));  // for the next start
  later_.clear();
  ended_ = true;
  changed_.notify_all();
}

// Until a stack's step is due, or the engine stops. What was postponed is put behind what waits already.
void Engine::awaitWork(std::unique_lock<std::mutex>& lock) {
  while (!stopping_) {
    const auto now = std::chrono::steady_clock::now();
    for (; !later_.empty() && later_.begin()->first <= now; later_.erase(later_.begin())) {
      queue_.push_back(later_.begin()->second);
    }
    if (!queue_.empty()) return;
    if (later_.empty()) {
      changed_.wait(lock);
    } else {
      const auto due = later_.begin()->first;  // a copy: wake() may take it out meanwhile
      changed_.wait_until(lock, due);
    }
  }
}

// Each failure in a row doubles the pause. The other stacks go on meanwhile.
void Engine::postpone(const std::string& stackId) {
  const auto pause = options_.retryAfter * (1 << std::min(failures_[stackId]++, kMostDoublings));
  later_.emplace(std::chrono::steady_clock::now() + pause, stackId);
}

// With mutex_ held: where a stack goes after a step.
void Engine::enqueueAgain(const std::string& stackId, const StepOutcome& outcome) {
  if (std::find(queue_.begin(), queue_.end(), stackId) != queue_.end()) return;  // an order came meanwhile
  if (outcome.ended) {
    busy_.erase(stackId);
    woken_.erase(stackId);
    changed_.notify_all();
    return;
  }
  if (!outcome.waits || woken_.contains(stackId)) {
    queue_.push_back(stackId);
    return;
  }
  const base::Duration left = outcome.until ? *outcome.until - clock_.now() : base::Duration::max();
  const auto pause = std::clamp<base::Duration>(left, std::chrono::milliseconds(1), kLongestWait);
  later_.emplace(std::chrono::steady_clock::now() + pause, stackId);
}

StepOutcome Engine::stepOf(const std::string& stackId) {
  auto& run = runs_[stackId];
  if (!run) run = StackRun::load(tools_, stackId);
  const StepOutcome outcome = run ? run->step() : StepOutcome{.ended = true};
  if (outcome.ended) runs_.erase(stackId);
  return outcome;
}

void Engine::wake(const std::string& stackId) {
  {
    const std::lock_guard lock(mutex_);
    if (!busy_.contains(stackId)) return;
    const auto waiting =
        std::find_if(later_.begin(), later_.end(), [&](const auto& one) { return one.second == stackId; });
    if (waiting == later_.end()) {
      woken_.insert(stackId);
    } else {
      later_.erase(waiting);
      queue_.push_back(stackId);
    }
  }
  changed_.notify_all();
}

void Engine::enqueue(const std::string& stackId) {
  {
    const std::lock_guard lock(mutex_);
    busy_.insert(stackId);
    std::erase_if(later_, [&](const auto& one) { return one.second == stackId; });
    queue_.push_back(stackId);
  }
  changed_.notify_all();
}

void Engine::wakeAfterCommit(const std::string& stackId) {
  database_.afterCommit([this, stackId] { enqueue(stackId); });
}

bool Engine::waitUntilIdle(const std::string& stackId, std::chrono::milliseconds most) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, most, [&] { return !busy_.contains(stackId) || ended_; });
  return !busy_.contains(stackId);
}

void Engine::expire() {
  store_.removeDeletedBefore(clock_.now() - kDeletedKept);
  changeSets_.removeOrphans();
  drift_.removeOrphans();
}

// What the last run of the server left behind.
void Engine::tidy() {
  auto tidied = database_.writeAndWait([this]() -> Result<void> {
    drift_.recover();
    expire();
    return {};
  });
  if (!tidied.ok()) base::logWarning("stacks", "old stacks were not removed", {{"cause", tidied.fault().message}});
}

Fault Engine::unknownStack(const std::string& stack) {
  return validationError("Stack with id " + stack.substr(0, 300) + " does not exist");
}

Result<StackRecord> Engine::findActive(const Place& place, const std::string& stack) const {
  auto found =
      stack.starts_with("arn:") ? store_.findStack(stack) : store_.findByName(place.account, place.region, stack);
  if (!found || found->account != place.account || found->region != place.region) return unknownStack(stack);
  return *std::move(found);
}

Result<StackHeader> Engine::getHeader(const Place& place, const std::string& stack) const {
  auto found = stack.starts_with("arn:") ? store_.findHeader(stack)
                                         : store_.findHeaderByName(place.account, place.region, stack);
  if (!found || found->account != place.account || found->region != place.region) return unknownStack(stack);
  return *std::move(found);
}

Result<StackView> Engine::getStack(const Place& place, const std::string& stack) const {
  const store::Database::Snapshot snapshot(database_);
  HEARTH_TRY(const auto record, findActive(place, stack));
  return show(record);
}

bool Engine::isProtected(const StackHeader& stack) const {
  if (stack.rootId.empty()) return stack.terminationProtection;
  const auto root = store_.findHeader(stack.rootId);
  return root && !root->deleted && root->terminationProtection;
}

StackView Engine::show(const StackRecord& stack) const {
  StackView view = viewOf(stack);
  view.terminationProtection = isProtected(stack);
  return view;
}

std::vector<StackView> Engine::listStacks(const Place& place, bool withDeleted, const std::string& after,
                                          std::size_t limit) const {
  const store::Database::Snapshot snapshot(database_);
  std::vector<StackView> views;
  for (const auto& record : store_.listStacks(place.account, place.region, withDeleted, after, limit))
    views.push_back(show(record));
  return views;
}

std::vector<StackHeader> Engine::listHeaders(const Place& place, const std::string& after,
                                             std::size_t limit) const {
  return store_.listHeaders(place.account, place.region, true, after, limit);
}

Result<std::vector<StackEvent>> Engine::getEvents(const Place& place, const std::string& stack, std::int64_t before,
                                                  std::size_t limit) const {
  const store::Database::Snapshot snapshot(database_);
  HEARTH_TRY(const auto record, getHeader(place, stack));
  return store_.events(record.id, before, limit);
}

Result<std::vector<ResourceView>> Engine::getResources(const Place& place, const std::string& stack) const {
  const store::Database::Snapshot snapshot(database_);
  HEARTH_TRY(const auto record, getHeader(place, stack));
  return viewsOf(record, store_.resources(record.id));
}

Result<ResourceView> Engine::getResource(const Place& place, const std::string& stack,
                                         const std::string& logicalId) const {
  const store::Database::Snapshot snapshot(database_);
  HEARTH_TRY(const auto record, getHeader(place, stack));
  for (auto& view : viewsOf(record, store_.resources(record.id))) {
    if (view.logicalId == logicalId) return std::move(view);
  }
  return validationError("Resource " + logicalId.substr(0, 300) + " does not exist for stack " + record.name);
}

Result<std::vector<ResourceView>> Engine::getResourcesOf(const Place& place, const std::string& physicalId) const {
  const store::Database::Snapshot snapshot(database_);
  const auto id = store_.findStackOfResource(place.account, place.region, physicalId);
  const auto record = id ? store_.findHeader(*id) : std::nullopt;
  if (!record) return validationError("Stack for " + physicalId.substr(0, 300) + " does not exist");
  return viewsOf(*record, store_.resources(record->id));
}

Result<std::string> Engine::getTemplateText(const Place& place, const std::string& stack,
                                            TemplateStage stage) const {
  HEARTH_TRY(const auto record, findActive(place, stack));
  const Definition& latest = record.latest();
  return stage == TemplateStage::kProcessed ? latest.finalText() : latest.templateText;
}

std::vector<ExportRecord> Engine::listExports(const Place& place, const std::string& after,
                                              std::size_t limit) const {
  return store_.listExports(place.account, place.region, after, limit);
}

Result<std::vector<std::string>> Engine::getImporters(const Place& place, const std::string& exportName) const {
  auto importers = store_.importersOf(place.account, place.region, exportName);
  if (importers.empty()) {
    return validationError("Export '" + exportName.substr(0, 300) + "' is not imported by any stack.");
  }
  return importers;
}

}  // namespace hearth::stacks
