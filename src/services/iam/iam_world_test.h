// A data folder, a database and IAM on it, for tests.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <type_traits>

#include "base/bytes.h"
#include "base/file.h"
#include "services/iam/iam_resources.h"
#include "services/iam/iam_service.h"

namespace hearth::services::iam {

inline const std::string kAccount = "111122223333";
inline const std::string kTrust =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},)"
    R"("Action":"sts:AssumeRole"}]})";
inline const std::string kListBuckets =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]})";
inline const std::string kBasicExecution = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

class IamWorld : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-iam-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    keyring_ = store::Keyring::open(root_, random_).value();
    database_ = std::make_unique<store::Database>(root_ + "/hearth.db");
    auto migrations = identity::directoryMigrations();
    database_->migrate(migrations);
    database_->migrate(iamMigrations());
    directory_ = std::make_unique<identity::Directory>(*database_, *keyring_, clock_, random_);
    directory_->addRootKey({kAccount, "AKIAROOTROOTROOTROOT", "secret", ""});
    service_ = std::make_unique<IamService>(*database_, *directory_, clock_, random_);
    call_ = asRoot();
  }
  void TearDown() override {
    database_.reset();
    base::removeTree(root_);
  }

  api::Call asRoot() const { return as("arn:aws:iam::" + kAccount + ":root"); }
  api::Call as(const std::string& arn) const {
    api::Call call;
    call.account = kAccount;
    call.region = "eu-central-1";
    call.principal.account = kAccount;
    call.principal.arn = arn;
    call.principal.isRoot = arn.ends_with(":root");
    call.now = clock_.now();
    return call;
  }

  // A changing operation on the writer thread, a reading one here.
  template <class In, class Out>
  Result<Out> run(Result<Out> (IamService::*operation)(const api::Call&, In), std::type_identity_t<In> in) {
    Out out{};
    auto done = database_->writeAndWait([&]() -> Result<void> {
      HEARTH_TRY(out, (service_.get()->*operation)(call_, in));
      return {};
    });
    if (!done.ok()) return std::move(done).fault();
    return out;
  }
  template <class In, class Out>
  Result<Out> run(Result<Out> (IamService::*operation)(const api::Call&, In) const, std::type_identity_t<In> in) {
    return (service_.get()->*operation)(call_, in);
  }
  // The fault as "CODE 404: message"; "" when there is none.
  template <class Operation, class In>
  std::string faultOf(Operation operation, In in) {
    auto done = run(operation, std::move(in));
    return done.ok() ? "" : textOfFault(done.fault());
  }
  static std::string textOfFault(const Fault& fault) {
    return fault.code + " " + std::to_string(fault.status) + ": " + fault.message;
  }

  void makeUser(const std::string& name) { ASSERT_TRUE(run(&IamService::createUser, {.userName = name}).ok()); }
  void makeGroup(const std::string& name) { ASSERT_TRUE(run(&IamService::createGroup, {.groupName = name}).ok()); }
  void makeRole(const std::string& name) {
    ASSERT_TRUE(run(&IamService::createRole, {.roleName = name, .assumeRolePolicyDocument = kTrust}).ok());
  }
  std::string makePolicy(const std::string& name) {
    auto made = run(&IamService::createPolicy, {.policyName = name, .policyDocument = kListBuckets});
    return made.ok() ? *made->policy->arn : "";
  }

  std::string root_;
  base::ManualClock clock_{base::parseIso8601("2024-03-04T05:06:07.890Z").value()};
  base::SystemRandom random_;
  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<identity::Directory> directory_;
  std::unique_ptr<IamService> service_;
  api::Call call_;
};

}  // namespace hearth::services::iam
