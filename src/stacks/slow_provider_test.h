// AWS::X::Slow: a Thing that takes time. What is asked for is a row until somebody answers it: the test, or the
// provider itself after the commit. For the engine's tests.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "ports/resource_provider.h"
#include "store/database.h"

namespace hearth::stacks {

// Name needs a replacement; a changed Id makes another resource out of an update; Secret hides the attributes.
class SlowProvider final : public ports::ResourceProvider {
 public:
  explicit SlowProvider(store::Database& database) : database_(database) {
    using ports::PropertyKind;
    using ports::UpdateBehavior;
    spec_.type = "AWS::X::Slow";
    spec_.takesTime = true;
    spec_.attributes = {"Arn"};
    spec_.properties = {{"Name", PropertyKind::kString, false, UpdateBehavior::kReplacement, {}},
                        {"Id", PropertyKind::kString, false, UpdateBehavior::kNoInterruption, {}},
                        {"Secret", PropertyKind::kBoolean, false, UpdateBehavior::kNoInterruption, {}},
                        {"Size", PropertyKind::kInteger, false, UpdateBehavior::kNoInterruption, {}},
                        {"Link", PropertyKind::kString, false, UpdateBehavior::kNoInterruption, {}}};
  }

  // `asked` counts how often the same was asked for: an engine that repeats itself is found out.
  static store::Migration migration() {
    return {"slow/001",
            "CREATE TABLE slow(stack TEXT, token TEXT PRIMARY KEY, logical TEXT, verb INTEGER, id TEXT, properties "
            "TEXT, answer TEXT, settled INTEGER DEFAULT 0);"
            "CREATE TABLE slow_asked(call TEXT);"};
  }

  const ports::ResourceSpec& spec() const override { return spec_; }

  Result<ports::ResourceState> create(const ports::ResourceRequest& request) override {
    begin(request, own(request).value_or(request.generatedName()));
    return ports::ResourceState{};
  }
  Result<ports::ResourceState> update(const ports::ResourceRequest& request) override {
    begin(request, own(request).value_or(request.physicalId));
    return ports::ResourceState{};
  }
  Result<void> remove(const ports::ResourceRequest& request) override {
    begin(request,
          request.physicalId.empty() ? own(request).value_or(request.generatedName()) : request.physicalId);
    return {};
  }
  Result<ports::ResourceState> read(const ports::ResourceRequest&) override { return ports::ResourceState{}; }

  Result<ports::ResourceProgress> resume(const ports::ResourceRequest& request) override {
    ++resumed;
    ports::ResourceProgress progress;
    if (request.verb == ports::ResourceVerb::kSettle) return progress;
    auto rows = database_.query("SELECT id, answer FROM slow WHERE token = ? AND verb = ?", request.uniqueToken,
                                static_cast<int>(request.verb));
    if (!rows.next()) return Fault("Lost", "nothing was asked for", 500);
    if (inCall) inCall();
    if (rows.isNull(1)) {
      progress.stage = ports::ResourceProgress::Stage::kGoing;
      progress.askAgain = askAgain;
      return progress;
    }
    const std::string answer = rows.text(1);
    progress.state.physicalId = rows.text(0);
    progress.state.attributes.emplace("Arn", "arn:slow:" + rows.text(0));
    const Json* secret = request.properties.if_contains("Secret");
    progress.state.secret = secret && secret->is_bool() && secret->get_bool();
    if (answer != "done") {
      progress.stage = ports::ResourceProgress::Stage::kFailed;
      progress.reason = answer;
    }
    return progress;
  }
  Result<void> settle(const ports::ResourceRequest& request) override {
    database_.execute("INSERT INTO slow_asked VALUES (?)", "settle " + request.logicalId);
    return {};
  }

  // Carries out what is waiting for an answer, of one logical id or of all, and wakes the stacks. In writes.
  void answerAll(const std::string& logicalId = "") {
    struct Work {
      std::string stack, token, logical, id, properties;
      int verb = 0;
    };
    std::vector<Work> all;
    for (auto rows = database_.query("SELECT stack, token, logical, id, properties, verb FROM slow WHERE answer IS "
                                     "NULL AND (? = '' OR logical = ?) ORDER BY token",
                                     logicalId, logicalId);
         rows.next();) {
      all.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4),
                     static_cast<int>(rows.integer(5))});
    }
    for (const Work& work : all) {
      const auto written = database_.transact([&]() -> Result<void> {
        const std::string failure =
            carryOut(static_cast<ports::ResourceVerb>(work.verb), work.logical, work.id, work.properties);
        database_.execute("UPDATE slow SET answer = ? WHERE token = ?", failure.empty() ? "done" : failure,
                          work.token);
        return {};
      });
      EXPECT_TRUE(written.ok());
      if (wake) wake(work.stack);
    }
  }
  // "create A" and so on: everything that was ever asked for.
  std::vector<std::string> asked() const {
    std::vector<std::string> calls;
    for (auto rows = database_.query("SELECT call FROM slow_asked ORDER BY rowid"); rows.next();)
      calls.push_back(rows.text(0));
    return calls;
  }

  std::map<std::string, std::string> failures;  // "create A": the reason it fails with
  std::function<void(const std::string& stackId)> wake;
  bool answersItself = true;
  std::optional<base::Time> askAgain;
  std::function<void()> inCall;
  int resumed = 0;

 private:
  static std::optional<std::string> own(const ports::ResourceRequest& request) {
    const Json* id = request.properties.if_contains("Id");
    if (!id || !id->is_string()) return std::nullopt;
    return request.logicalId + "-" + std::string(id->get_string());
  }

  static std::string verbName(ports::ResourceVerb verb) {
    static const std::map<ports::ResourceVerb, std::string> kNames = {{ports::ResourceVerb::kCreate, "create"},
                                                                      {ports::ResourceVerb::kUpdate, "update"},
                                                                      {ports::ResourceVerb::kRestore, "restore"},
                                                                      {ports::ResourceVerb::kRemove, "remove"}};
    return kNames.at(verb);
  }

  void begin(const ports::ResourceRequest& request, const std::string& id) {
    database_.execute("INSERT INTO slow_asked VALUES (?)", verbName(request.verb) + " " + request.logicalId);
    database_.execute(
        "INSERT OR REPLACE INTO slow(stack, token, logical, verb, id, properties) VALUES (?, ?, ?, ?, ?, ?)",
        request.stackId, request.uniqueToken, request.logicalId, static_cast<int>(request.verb), id,
        base::writeJson(Json(request.properties)));
    if (inCall) inCall();
    if (answersItself) database_.afterCommit([this] { database_.post([this] { answerAll(); }); });
  }

  std::string carryOut(ports::ResourceVerb verb, const std::string& logicalId, const std::string& id,
                       const std::string& properties) {
    if (inCall) inCall();
    const auto failure = failures.find(verbName(verb) + " " + logicalId);
    if (failure != failures.end()) return failure->second;
    if (verb == ports::ResourceVerb::kRemove) {
      database_.execute("DELETE FROM things WHERE id = ?", id);
    } else {
      database_.execute("INSERT OR REPLACE INTO things VALUES (?, ?, ?)", id, logicalId, properties);
    }
    return "";
  }

  store::Database& database_;
  ports::ResourceSpec spec_;
};

}  // namespace hearth::stacks
