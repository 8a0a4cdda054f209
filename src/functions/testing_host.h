// For tests: a function host with real jails around it, and stand-ins for the services that it asks.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/file.h"
#include "base/random.h"
#include "functions/code_store.h"
#include "functions/function_host.h"
#include "functions/testing_zip.h"
#include "sandbox/launch.h"
#include "store/blobs.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::functions {

class RecordingSink final : public ports::LogSink {
 public:
  void append(const std::string& account, const std::string& region, const std::string& group,
              const std::string& stream, std::vector<ports::LogLine> lines) override {
    place = account + " " + region + " " + group + " " + stream;
    for (ports::LogLine& line : lines) {
      bytes += line.message.size();
      messages.push_back(std::move(line.message));
    }
  }
  // The first line that contains the text; empty when there is none.
  std::string find(std::string_view text) const {
    for (const std::string& message : messages) {
      if (message.find(text) != std::string::npos) return message;
    }
    return {};
  }
  std::string place;
  std::vector<std::string> messages;
  std::size_t bytes = 0;
};

class FixedCredentials final : public ports::CredentialIssuer {
 public:
  explicit FixedCredentials(const base::Clock& clock) : clock_(clock) {}
  Result<void> checkAssumable(const std::string&, const std::string&, const std::string&) override { return {}; }
  Result<ports::RoleCredentials> assumeForService(const std::string& roleArn, const std::string& sessionName,
                                                  const std::string&, const std::string&) override {
    if (refuse) return Fault("AccessDenied", "no", 403);
    return ports::RoleCredentials{"ASIATEST", "secret of " + sessionName, "token of " + roleArn,
                                  clock_.now() + std::chrono::hours(1)};
  }
  bool refuse = false;

 private:
  const base::Clock& clock_;
};

class HostTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-host-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    chmod(directory_.c_str(), 0711);
    mkdir((directory_ + "/run").c_str(), 0700);
    auto launcher = sandbox::Launcher::start(
        loop_, {HEARTH_SPAWNER_PATH, sandbox::JailMode::kAuto, directory_ + "/run", HEARTH_RUNTIMES_DIR, 2});
    ASSERT_TRUE(launcher.ok()) << launcher.fault().message;
    launcher_ = std::move(*launcher);
    const Result<void> ready = launcher_->awaitReady();
    ASSERT_TRUE(ready.ok()) << ready.fault().message;
    auto keyring = store::Keyring::open(directory_, random_);
    ASSERT_TRUE(keyring.ok()) << keyring.fault().message;
    keyring_ = std::move(*keyring);
    database_ = std::make_unique<store::Database>(directory_ + "/hearth.db");
    database_->migrate(FunctionHost::migrations());
    blobs_ = std::make_unique<store::Blobs>(directory_ + "/blobs", *keyring_, random_);
    code_ = std::make_unique<CodeStore>(launcher_->runDirectory(), *blobs_, *database_, pool_);
    makeHost({});
  }

  void makeHost(HostSettings settings) {
    host_.reset();
    HostParts parts{
        loop_,
        *launcher_,
        *code_,
        pool_,
        *database_,
        *keyring_,
        sink_,
        credentials_,
        clock_,
        random_,
        [this](base::Fd socket, const std::string& name) { endpoints_.emplace_back(name, std::move(socket)); },
        [this](const std::string& name) {
          std::erase_if(endpoints_, [&](const auto& endpoint) { return endpoint.first == name; });
        },
        [this](const std::string& arn) -> Result<std::shared_ptr<const FunctionSpec>> {
          for (const auto& spec : known_) {
            if (arn == spec->functionArn || arn == spec->functionArn + ":" + spec->version) return spec;
          }
          return Fault("ResourceNotFoundException", "gone", 404);
        },
        [this](const EndedEvent& event) {
          if (event.condition == EndedEvent::Condition::kSuccess)
            ++delivered_;
          else
            lost_.push_back(event);
        }};
    host_ = std::make_unique<FunctionHost>(std::move(parts), settings);
  }

  void TearDown() override {
    if (host_) {
      runTask(host_->stop(std::chrono::milliseconds(100)));
    }
    host_.reset();
    pool_.stop();
    if (database_) database_->stop();
    code_.reset();
    launcher_.reset();
    base::removeTree(directory_);
  }

  // Runs the loop until the task is done.
  template <class T>
  T runTask(Task<T> task) {
    std::exception_ptr failure;
    bool done = false;
    if constexpr (std::is_void_v<T>) {
      boost::asio::co_spawn(loop_, std::move(task), [&](std::exception_ptr error) {
        failure = error;
        done = true;
      });
      spin([&] { return done; });
      if (failure) std::rethrow_exception(failure);
    } else {
      std::optional<T> value;
      auto keep = [](Task<T> inner, std::optional<T>& into) -> Task<void> {
        into.emplace(co_await std::move(inner));
      };
      boost::asio::co_spawn(loop_, keep(std::move(task), value), [&](std::exception_ptr error) {
        failure = error;
        done = true;
      });
      spin([&] { return done; });
      if (failure) std::rethrow_exception(failure);
      return std::move(*value);
    }
  }

  // Runs an invocation beside others; `then` is called on the loop.
  void invokeBeside(std::shared_ptr<const FunctionSpec> spec,
                    std::function<void(Result<ports::InvokeOutcome>)> then, const std::string& payload = "{}") {
    auto run = [](Task<Result<ports::InvokeOutcome>> task,
                  std::function<void(Result<ports::InvokeOutcome>)> done) -> Task<void> {
      done(co_await std::move(task));
    };
    boost::asio::co_spawn(loop_, run(host_->invoke(std::move(spec), invocation(payload)), std::move(then)),
                          boost::asio::detached);
  }

  template <class Condition>
  void spin(Condition condition) {
    loop_.restart();
    const auto work = boost::asio::make_work_guard(loop_);
    while (!condition()) loop_.run_one_for(std::chrono::seconds(20));
  }

  std::string keep(const std::vector<ZipEntry>& entries) {
    const Result<Package> package = code_->keep(makeZip(entries));
    EXPECT_TRUE(package.ok()) << package.fault().message;
    const Result<void> written = database_->writeAndWait([&]() -> Result<void> {
      code_->record(*package);
      return {};
    });
    EXPECT_TRUE(written.ok());
    return package->contentId;
  }

  void forget(const std::string& contentId) {
    const Result<void> written = database_->writeAndWait([&]() -> Result<void> {
      code_->forget(contentId);
      return {};
    });
    EXPECT_TRUE(written.ok());
  }

  std::shared_ptr<FunctionSpec> specOf(const std::string& runtime, const std::string& code) {
    auto spec = std::make_shared<FunctionSpec>();
    spec->functionArn = "arn:aws:lambda:eu-central-1:123456789012:function:f";
    spec->name = "f";
    spec->runtime = runtime;
    spec->handler = "app.handler";
    spec->code = code;
    spec->roleArn = "arn:aws:iam::123456789012:role/r";
    spec->revision = "1";
    return spec;
  }
  std::shared_ptr<FunctionSpec> python(const std::string& source) {
    return specOf("python3.11", keep({{"app.py", source}}));
  }

  ports::Invocation invocation(const std::string& payload = "{}") {
    ports::Invocation call;
    call.functionArn = "arn:aws:lambda:eu-central-1:123456789012:function:f";
    call.payload = payload;
    return call;
  }

  Result<ports::InvokeOutcome> invoke(std::shared_ptr<const FunctionSpec> spec, ports::Invocation call) {
    return runTask(host_->invoke(std::move(spec), std::move(call)));
  }
  ports::InvokeOutcome run(std::shared_ptr<const FunctionSpec> spec, const std::string& payload = "{}") {
    Result<ports::InvokeOutcome> outcome = invoke(std::move(spec), invocation(payload));
    EXPECT_TRUE(outcome.ok()) << outcome.fault().message;
    return outcome.ok() ? *outcome : ports::InvokeOutcome{};
  }

  boost::asio::io_context loop_;
  std::string directory_;
  base::ManualClock clock_{base::fromMillis(1'554'757'200'123)};  // 2019-04-08T21:00:00.123Z
  base::SystemRandom random_;
  base::ThreadPool pool_{1};
  RecordingSink sink_;
  FixedCredentials credentials_{clock_};
  std::unique_ptr<sandbox::Launcher> launcher_;
  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::Blobs> blobs_;
  std::unique_ptr<CodeStore> code_;
  std::vector<std::pair<std::string, base::Fd>> endpoints_;
  std::vector<std::shared_ptr<const FunctionSpec>> known_;
  std::vector<EndedEvent> lost_;  // by the writer thread; read when it is idle
  int delivered_ = 0;             // likewise
  std::unique_ptr<FunctionHost> host_;
};

}  // namespace hearth::functions
