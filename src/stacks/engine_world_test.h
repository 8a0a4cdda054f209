// A world for the engine's tests: a database in a folder of its own, and providers whose resources are rows of the
// same database, so that "what exists" can be compared with "what the engine believes" after every accident.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "ports/resource_provider.h"
#include "stacks/engine.h"
#include "stacks/nested_stacks.h"
#include "stacks/slow_provider_test.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::stacks {

// AWS::X::Thing: Name needs a replacement, Size and Link change in place. Its physical id is made up; its Arn
// follows the id, its Version every change.
class ThingProvider final : public ports::ResourceProvider {
 public:
  ThingProvider(store::Database& database, const std::string& type) : database_(database) {
    using ports::PropertyKind;
    using ports::UpdateBehavior;
    spec_.type = type;
    spec_.taggable = true;
    spec_.attributes = {"Arn", "Size"};
    spec_.properties = {{"Name", PropertyKind::kString, false, UpdateBehavior::kReplacement, {}},
                        {"Size", PropertyKind::kInteger, false, UpdateBehavior::kNoInterruption, {}},
                        {"Link", PropertyKind::kString, false, UpdateBehavior::kNoInterruption, {}},
                        {"Tags",
                         PropertyKind::kMap,
                         false,
                         UpdateBehavior::kNoInterruption,
                         {{"", PropertyKind::kString, false, UpdateBehavior::kNoInterruption, {}}}}};
  }

  static store::Migration migration() {
    return {"things/001",
            "CREATE TABLE things(id TEXT PRIMARY KEY, owner TEXT NOT NULL, properties TEXT NOT NULL);"};
  }

  const ports::ResourceSpec& spec() const override { return spec_; }

  Result<std::shared_ptr<ports::PreparedWork>> prepare(const ports::ResourceRequest& request) override {
    HEARTH_CHECK(verdict("prepare", request));
    return std::shared_ptr<ports::PreparedWork>(std::make_shared<Prepared>(request.logicalId, prepared));
  }

  Result<ports::ResourceState> create(const ports::ResourceRequest& request) override {
    expectPrepared(request);
    const std::string id = request.generatedName();
    database_.execute("INSERT INTO things VALUES (?, ?, ?)", id, request.logicalId, text(request.properties));
    HEARTH_CHECK(verdict("create", request));  // after the work: a fault must undo it
    return stateOf(id, request.properties);
  }
  Result<ports::ResourceState> update(const ports::ResourceRequest& request) override {
    expectPrepared(request);
    auto rows = database_.query("SELECT properties FROM things WHERE id = ?", request.physicalId);
    if (!rows.next()) return Fault("NotFound", request.physicalId + " does not exist", 404);
    EXPECT_EQ(rows.text(0), text(request.oldProperties)) << "the engine knows what stands";
    database_.execute("UPDATE things SET properties = ? WHERE id = ?", text(request.properties),
                      request.physicalId);
    HEARTH_CHECK(verdict("update", request));
    return stateOf(request.physicalId, request.properties);
  }
  Result<void> remove(const ports::ResourceRequest& request) override {
    lastRemover = request.actor;
    database_.execute("DELETE FROM things WHERE id = ?", request.physicalId);
    return verdict("remove", request);
  }
  Result<ports::ResourceState> read(const ports::ResourceRequest& request) override {
    lastReader = request.actor;
    auto rows = database_.query("SELECT properties FROM things WHERE id = ?", request.physicalId);
    if (!rows.next()) return Fault("NotFound", request.physicalId + " does not exist", 404);
    if (failures.contains("read " + request.logicalId)) return Fault("ThingRefused", "no reading", 503);
    auto standing = base::parseJson(rows.text(0));
    ports::ResourceState state = stateOf(request.physicalId, request.properties);
    if (standing.ok() && tells) state.properties = standing->as_object();
    return state;
  }
  bool tells = true;              // whether read() knows properties
  std::atomic<int> prepared = 0;  // pieces of prepared work that somebody holds
  int unprepared = 0;             // calls that came without

  // "create A": the calls that fail, and how often; -1 is always. "throw A": creating it throws.
  std::map<std::string, int> failures;
  std::vector<std::string> calls;
  std::map<std::string, std::string> lastTags;
  std::string lastRemover;  // the actor
  std::string lastReader;
  // Called in every create, update and remove, in the middle of the transaction.
  std::function<void()> inCall;
  // The same in every call, with "prepare A"; may throw.
  std::function<void(const std::string&)> onCall;

 private:
  class Prepared final : public ports::PreparedWork {
   public:
    Prepared(std::string of, std::atomic<int>& count) : logicalId(std::move(of)), count_(count) { ++count_; }
    ~Prepared() override { --count_; }
    const std::string logicalId;

   private:
    std::atomic<int>& count_;
  };

  void expectPrepared(const ports::ResourceRequest& request) {
    if (!request.prepared) ++unprepared;
    const auto* work = dynamic_cast<const Prepared*>(request.prepared.get());
    EXPECT_EQ(work ? work->logicalId : request.logicalId, request.logicalId) << "its own preparations";
  }

  static std::string text(const JsonObject& properties) { return base::writeJson(Json(properties)); }

  static ports::ResourceState stateOf(const std::string& id, const JsonObject& properties) {
    ports::ResourceState state;
    state.physicalId = id;
    state.attributes.emplace("Arn", "arn:thing:" + id);
    const Json* size = properties.if_contains("Size");
    state.attributes.emplace("Size", size ? *size : Json(0));
    return state;
  }

  Result<void> verdict(const std::string& verb, const ports::ResourceRequest& request) {
    const std::string call = verb + " " + request.logicalId;
    calls.push_back(call);
    lastTags = request.stackTags;
    if (inCall && verb != "prepare") inCall();
    if (failures.contains("throw " + request.logicalId) && verb == "create") throw std::runtime_error("bug");
    if (onCall) onCall(call);
    const auto failure = failures.find(call);
    if (failure == failures.end() || failure->second == 0) return {};
    if (failure->second > 0) --failure->second;
    return Fault("ThingRefused", "no " + call, 409);
  }

  store::Database& database_;
  ports::ResourceSpec spec_;
};

// Everything that one run of the server has.
class World final {
 public:
  explicit World(const std::string& folder, Engine::Options options = {})
      : keyring(openKeyring(folder)), database(std::make_unique<store::Database>(folder + "/hearth.db")) {
    auto steps = Engine::migrations();
    steps.push_back(ThingProvider::migration());
    steps.push_back(SlowProvider::migration());
    database->migrate(steps);
    things = std::make_unique<ThingProvider>(*database, "AWS::X::Thing");
    engine = std::make_unique<Engine>(*database, *keyring, clock, random, std::move(options));
    engine->registerProvider(*things);
    slow = std::make_unique<SlowProvider>(*database);
    slow->wake = [this](const std::string& stackId) { engine->wake(stackId); };
    engine->registerProvider(*slow);
    nested = std::make_unique<NestedStacks>(
        *database, *keyring, *engine, [this](const std::string&, const std::string& url) -> Result<std::string> {
          const auto found = templates.find(url);
          if (found == templates.end()) return Fault("ValidationError", "S3 error: Access Denied", 400);
          return found->second;
        });
    engine->registerProvider(*nested);
  }
  ~World() {
    engine->stop();
    database->stop();
  }

  Result<std::string> create(const std::string& name, const std::string& text,
                             const std::function<void(CreateStackInput&)>& adjust = nullptr) {
    CreateStackInput input;
    input.place = place;
    input.name = name;
    HEARTH_TRY(auto document, parseTemplate(text));
    input.document = std::make_shared<const Template>(std::move(document));
    if (adjust) adjust(input);
    return order([&] { return engine->createStack(input); });
  }
  Result<std::string> update(const std::string& stack, const std::string& text,
                             const std::function<void(UpdateStackInput&)>& adjust = nullptr) {
    UpdateStackInput input;
    input.place = place;
    input.stack = stack;
    if (!text.empty()) {
      HEARTH_TRY(auto document, parseTemplate(text));
      input.document = std::make_shared<const Template>(std::move(document));
    }
    if (adjust) adjust(input);
    return order([&] { return engine->updateStack(input); });
  }
  Result<void> remove(const std::string& stack, const std::vector<std::string>& retain = {}) {
    DeleteStackInput input;
    input.place = place;
    input.stack = stack;
    input.retainResources = retain;
    return database->writeAndWait([&] { return engine->deleteStack(input); });
  }
  Result<std::string> order(const std::function<Result<std::string>()>& call) {
    std::string id;
    HEARTH_CHECK(database->writeAndWait([&]() -> Result<void> {
      HEARTH_TRY(id, call());
      return {};
    }));
    return id;
  }

  bool settle(const std::string& stack) {
    auto view = engine->getStack(place, stack);
    return view.ok() && engine->waitUntilIdle(view->id, std::chrono::seconds(60));
  }
  std::string status(const std::string& stack) const {
    auto view = engine->getStack(place, stack);
    return view.ok() ? std::string(nameOf(view->status)) : "none";
  }
  // "A {...}; B {...}": what really exists, by logical id, then properties.
  std::string existing() const {
    std::string text;
    for (auto rows = database->query("SELECT owner, id, properties FROM things ORDER BY owner, properties");
         rows.next();) {
      text += (text.empty() ? "" : "; ") + rows.text(0) + " " + rows.text(2);
    }
    return text;
  }
  // Physical ids of what exists, and of what the engine believes to exist.
  std::set<std::string> existingIds() const {
    std::set<std::string> ids;
    for (auto rows = database->query("SELECT id FROM things"); rows.next();) ids.insert(rows.text(0));
    return ids;
  }
  std::set<std::string> believedIds(const std::string& stack) const {
    std::set<std::string> ids;
    auto views = engine->getResources(place, stack);
    if (!views.ok()) return ids;
    for (const auto& view : *views) {
      if (view.type == kStackType) {
        ids.merge(believedIds(view.physicalId));
      } else if (view.status != Status::kDeleteComplete && !view.physicalId.empty()) {
        ids.insert(view.physicalId);
      }
    }
    return ids;
  }
  // Oldest first: "A CREATE_IN_PROGRESS", with the reason where there is one.
  std::vector<std::string> events(const std::string& stack) const {
    std::vector<std::string> lines;
    auto events = engine->getEvents(place, stack, 0, 1000);
    if (!events.ok()) return lines;
    for (auto event = events->rbegin(); event != events->rend(); ++event) {
      lines.push_back(event->logicalId + " " + std::string(nameOf(event->status)) +
                      (event->reason.empty() ? "" : " | " + event->reason));
    }
    return lines;
  }

  const Place place{"123456789012", "us-east-1"};
  base::ManualClock clock{base::fromMillis(1'700'000'000'000)};
  base::SystemRandom random;
  std::unique_ptr<store::Keyring> keyring;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<ThingProvider> things;
  std::unique_ptr<SlowProvider> slow;
  std::map<std::string, std::string> templates;  // of nested stacks, by URL; not while the engine works
  std::unique_ptr<NestedStacks> nested;
  std::unique_ptr<Engine> engine;

 private:
  static std::unique_ptr<store::Keyring> openKeyring(const std::string& folder) {
    static base::SystemRandom systemRandom;
    auto opened = store::Keyring::open(folder, systemRandom);
    if (!opened.ok()) throw std::runtime_error(opened.fault().message);
    return *std::move(opened);
  }
};

// A folder that is gone after the test.
class Folder final {
 public:
  Folder() {
    // In memory where that is possible: what is tested is the order of commits, not the disk.
    std::string name = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
    name += "/hearth-stacks-XXXXXX";
    if (!::mkdtemp(name.data())) throw std::runtime_error("no folder for the test");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace hearth::stacks
