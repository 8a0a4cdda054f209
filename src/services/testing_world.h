// What the tests of a service stand on: a data folder with a database, a clock that is moved by hand, and the call
// of a root user. For *_test.cc only.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/call.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/random.h"
#include "ports/invoker.h"
#include "ports/resource_provider.h"
#include "store/database.h"

namespace hearth::services::testing {

// Remembers what it was asked to hand over, in the transaction of whoever asks: what is rolled back leaves no
// trace.
class RecordingInvoker final : public ports::Invoker {
 public:
  explicit RecordingInvoker(store::Database& database) : database_(database) {}
  static std::vector<store::Migration> migrations() {
    return {{"testing/001",
             "CREATE TABLE testing_events (id INTEGER PRIMARY KEY, arn TEXT, payload TEXT,"
             " principal TEXT, source TEXT, account TEXT, role TEXT)"}};
  }

  Task<Result<ports::InvokeOutcome>> invoke(ports::Invocation) override {
    co_return Fault("InternalFailure", "Rules and schedules do not wait for functions.", 500);
  }
  Result<void> enqueue(const ports::Invocation& invocation) override {
    ++asked;
    database_.execute(
        "INSERT INTO testing_events (arn, payload, principal, source, account, role) VALUES (?, ?, ?, ?, ?, ?)",
        invocation.functionArn, invocation.payload, invocation.caller.servicePrincipal, invocation.caller.sourceArn,
        invocation.caller.sourceAccount, invocation.caller.roleArn);
    for (const auto& [arn, fault] : refusals)
      if (arn == invocation.functionArn) return fault;
    return {};
  }

  std::vector<ports::Invocation> taken() const {
    std::vector<ports::Invocation> list;
    for (auto rows = database_.query(
             "SELECT arn, payload, principal, source, account, role FROM testing_events ORDER BY id");
         rows.next();) {
      ports::Invocation invocation;
      invocation.functionArn = rows.text(0);
      invocation.payload = rows.text(1);
      invocation.caller = {rows.text(2), rows.text(3), rows.text(4), rows.text(5)};
      list.push_back(std::move(invocation));
    }
    return list;
  }

  std::vector<std::pair<std::string, Fault>> refusals;  // by function
  int asked = 0;

 private:
  store::Database& database_;
};

inline std::string textOf(const Fault& fault) {
  return fault.code + " " + std::to_string(fault.status) + ": " + fault.message;
}

class World : public ::testing::Test {
 protected:
  static constexpr const char* kAccount = "111122223333";
  static constexpr const char* kRegion = "eu-central-1";

  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-service-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    database_ = std::make_unique<store::Database>(folder_ + "/hearth.db");
    call_.account = kAccount;
    call_.region = kRegion;
    call_.principal.account = kAccount;
    call_.principal.isRoot = true;
    call_.now = clock_.now();
  }
  void TearDown() override {
    database_.reset();
    base::removeTree(folder_);
  }

  void setClock(std::string_view time) {
    clock_.set(base::parseIso8601(time).value());
    call_.now = clock_.now();
  }

  // What `work` gives, run on the writer thread and committed, or its fault.
  template <class Work>
  std::invoke_result_t<Work> write(Work work) {
    std::optional<std::invoke_result_t<Work>> result;
    auto done = database_->writeAndWait([&]() -> Result<void> {
      result = work();
      if (!result->ok()) return result->fault();
      return {};
    });
    EXPECT_TRUE(result.has_value());
    if (!done.ok()) return std::move(done).fault();
    return std::move(*result);
  }

  // A changing operation on the writer thread, a reading one here.
  template <class Service, class In, class Out>
  Result<Out> run(Service& service, Result<Out> (Service::*operation)(const api::Call&, In),
                  std::type_identity_t<In> in) {
    call_.now = clock_.now();
    return write([&] { return (service.*operation)(call_, std::move(in)); });
  }
  template <class Service, class In, class Out>
  Result<Out> run(Service& service, Result<Out> (Service::*operation)(const api::Call&, In) const,
                  std::type_identity_t<In> in) {
    return (service.*operation)(call_, std::move(in));
  }
  // The fault as "CODE 404: message"; "" when there is none.
  template <class Service, class Operation, class In>
  std::string faultOf(Service& service, Operation operation, In in) {
    auto done = run(service, operation, std::move(in));
    return done.ok() ? "" : textOf(done.fault());
  }

  ports::ResourceRequest resourceRequest(const char* properties, std::string physicalId = {}) {
    ports::ResourceRequest request;
    request.account = kAccount;
    request.region = kRegion;
    request.stackName = "stack";
    request.stackId = "arn:aws:cloudformation:eu-central-1:111122223333:stack/stack/1";
    request.logicalId = "Thing";
    request.uniqueToken = "ABCDEFGHIJKL";
    request.physicalId = std::move(physicalId);
    request.properties = base::parseJson(properties).value().as_object();
    request.stackTags = {{"aws:cloudformation:stack-name", "stack"}};
    return request;
  }

  static ports::ResourceProvider* providerOf(std::vector<std::unique_ptr<ports::ResourceProvider>>& providers,
                                             std::string_view type) {
    for (auto& provider : providers)
      if (provider->spec().type == type) return provider.get();
    return nullptr;
  }

  std::string folder_;
  std::unique_ptr<store::Database> database_;
  base::ManualClock clock_{base::parseIso8601("2019-04-08T20:00:00Z").value()};
  base::SystemRandom random_;
  api::Call call_;
};

}  // namespace hearth::services::testing
