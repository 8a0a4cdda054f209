// Lambda: functions, versions, aliases, permissions, invocation. https://docs.aws.amazon.com/lambda/latest/api/
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "api/call.h"
#include "api/lambda.h"
#include "base/executor.h"
#include "base/random.h"
#include "functions/function_host.h"
#include "ports/authorizer.h"
#include "ports/credential_issuer.h"
#include "ports/invoker.h"
#include "ports/object_reader.h"
#include "services/lambda/lambda_store.h"

namespace hearth::services::lambda {

struct LambdaSettings {
  std::int64_t mostTimeoutSeconds = 24 * 3600;  // AWS: 900
  std::int64_t accountConcurrency = 1000;
  std::size_t mostPackageBytes = 250 << 20;  // of a zip in S3; in the request AWS's 50 MiB
};

class LambdaService final : public ports::Invoker {
 public:
  LambdaService(store::Database& database, const store::Keyring& keyring, functions::CodeStore& code,
                ports::ObjectReader& objects, ports::CredentialIssuer& roles, const ports::Authorizer& authorizer,
                base::ThreadPool& pool, base::Random& random, const base::Clock& clock,
                LambdaSettings settings = {});

  // The host runs what this service resolves; it is made after the service. Before traffic.
  void setHost(functions::FunctionHost& host) { host_ = &host; }
  const base::Clock& clock() const { return clock_; }

  // --- ports::Invoker
  Task<Result<ports::InvokeOutcome>> invoke(ports::Invocation invocation) override;
  Result<void> enqueue(const ports::Invocation& invocation) override;

  // On the writer thread, in the transaction in which the queue is done with an event: its destination, if it has
  // one, gets the record as an event of its own. Role and limits may forbid that, which is logged.
  void eventEnded(const functions::EndedEvent& event);

  // The function behind an ARN with or without qualifier, as it is now. Thread-safe.
  Result<std::shared_ptr<const functions::FunctionSpec>> resolve(const std::string& functionArn);

  // --- functions
  Task<Result<api::lambda::CreateFunctionOutput>> createFunction(const api::Call& call,
                                                                 api::lambda::CreateFunctionInput in);
  Task<Result<api::lambda::UpdateFunctionCodeOutput>> updateFunctionCode(const api::Call& call,
                                                                         api::lambda::UpdateFunctionCodeInput in);
  Result<api::lambda::UpdateFunctionConfigurationOutput> updateFunctionConfiguration(
      const api::Call& call, api::lambda::UpdateFunctionConfigurationInput in);
  Result<api::lambda::DeleteFunctionOutput> deleteFunction(const api::Call& call,
                                                           api::lambda::DeleteFunctionInput in);
  Result<api::lambda::GetFunctionOutput> getFunction(const api::Call& call, api::lambda::GetFunctionInput in) const;
  Result<api::lambda::GetFunctionConfigurationOutput> getFunctionConfiguration(
      const api::Call& call, api::lambda::GetFunctionConfigurationInput in) const;
  Result<api::lambda::ListFunctionsOutput> listFunctions(const api::Call& call,
                                                         api::lambda::ListFunctionsInput in) const;
  Result<api::lambda::GetAccountSettingsOutput> getAccountSettings(const api::Call& call,
                                                                   api::lambda::GetAccountSettingsInput in) const;

  // --- versions and aliases
  Result<api::lambda::PublishVersionOutput> publishVersion(const api::Call& call,
                                                           api::lambda::PublishVersionInput in);
  Result<api::lambda::ListVersionsByFunctionOutput> listVersionsByFunction(
      const api::Call& call, api::lambda::ListVersionsByFunctionInput in) const;
  Result<api::lambda::CreateAliasOutput> createAlias(const api::Call& call, api::lambda::CreateAliasInput in);
  Result<api::lambda::UpdateAliasOutput> updateAlias(const api::Call& call, api::lambda::UpdateAliasInput in);
  Result<api::lambda::DeleteAliasOutput> deleteAlias(const api::Call& call, api::lambda::DeleteAliasInput in);
  Result<api::lambda::GetAliasOutput> getAlias(const api::Call& call, api::lambda::GetAliasInput in) const;
  Result<api::lambda::ListAliasesOutput> listAliases(const api::Call& call, api::lambda::ListAliasesInput in) const;

  // --- permissions
  Result<api::lambda::AddPermissionOutput> addPermission(const api::Call& call, api::lambda::AddPermissionInput in);
  Result<api::lambda::RemovePermissionOutput> removePermission(const api::Call& call,
                                                               api::lambda::RemovePermissionInput in);
  Result<api::lambda::GetPolicyOutput> getPolicy(const api::Call& call, api::lambda::GetPolicyInput in) const;

  // --- settings
  Result<api::lambda::PutFunctionConcurrencyOutput> putFunctionConcurrency(
      const api::Call& call, api::lambda::PutFunctionConcurrencyInput in);
  Result<api::lambda::GetFunctionConcurrencyOutput> getFunctionConcurrency(
      const api::Call& call, api::lambda::GetFunctionConcurrencyInput in) const;
  Result<api::lambda::DeleteFunctionConcurrencyOutput> deleteFunctionConcurrency(
      const api::Call& call, api::lambda::DeleteFunctionConcurrencyInput in);
  Result<api::lambda::PutFunctionEventInvokeConfigOutput> putFunctionEventInvokeConfig(
      const api::Call& call, api::lambda::PutFunctionEventInvokeConfigInput in);
  Result<api::lambda::UpdateFunctionEventInvokeConfigOutput> updateFunctionEventInvokeConfig(
      const api::Call& call, api::lambda::UpdateFunctionEventInvokeConfigInput in);
  Result<api::lambda::GetFunctionEventInvokeConfigOutput> getFunctionEventInvokeConfig(
      const api::Call& call, api::lambda::GetFunctionEventInvokeConfigInput in) const;
  Result<api::lambda::DeleteFunctionEventInvokeConfigOutput> deleteFunctionEventInvokeConfig(
      const api::Call& call, api::lambda::DeleteFunctionEventInvokeConfigInput in);
  Result<api::lambda::ListFunctionEventInvokeConfigsOutput> listFunctionEventInvokeConfigs(
      const api::Call& call, api::lambda::ListFunctionEventInvokeConfigsInput in) const;
  Result<api::lambda::TagResourceOutput> tagResource(const api::Call& call, api::lambda::TagResourceInput in);
  Result<api::lambda::UntagResourceOutput> untagResource(const api::Call& call, api::lambda::UntagResourceInput in);
  Result<api::lambda::ListTagsOutput> listTags(const api::Call& call, api::lambda::ListTagsInput in) const;

  // --- invocation
  Task<Result<api::lambda::InvokeOutput>> invoke(const api::Call& call, api::lambda::InvokeInput in);

  // --- the cores of the waiting operations, for CloudFormation: the package is kept first, off the writer thread
  Result<functions::Package> keepPackage(const std::string& account, const api::lambda::FunctionCode& code);
  // What no write has recorded that may hold; not on the writer thread.
  void abandonPackage(const functions::Package& package) { code_.abandon(package); }
  Result<api::lambda::FunctionConfiguration> createWith(const api::Call& call, api::lambda::CreateFunctionInput in,
                                                        const functions::Package& package);
  Result<api::lambda::FunctionConfiguration> updateCodeWith(const api::Call& call, const std::string& functionName,
                                                            const functions::Package& package, bool publish,
                                                            const std::optional<std::string>& revisionId);

 private:
  Result<FunctionName> nameOf(const api::Call& call, const std::string& text,
                              const std::optional<std::string>& qualifier = {}) const;
  Result<FunctionRow> getRow(const FunctionName& name) const;
  // The version that a qualifier means: an alias is followed, nothing is $LATEST.
  Result<VersionRow> getVersion(const FunctionRow& function, const std::string& qualifier) const;
  Result<void> checkRole(const api::Call& call, const std::string& roleArn) const;
  // Writes $LATEST with a new revision, and takes out of use what ran under the former one.
  void putLatest(const FunctionRow& function, VersionRow version);
  Result<api::lambda::FunctionConfiguration> publish(FunctionRow function, const std::string& description);
  Task<Fault> withoutPackage(functions::Package package, Fault fault);
  void changed(const FunctionName& name);
  void forgetUnused(const std::string& contentId);
  std::shared_ptr<const functions::FunctionSpec> specOf(const FunctionRow& function, const VersionRow& version,
                                                        const std::string& qualifier) const;
  // Faults: InvalidParameterValueException for what is no destination of this function, or none that its role may
  // use.
  Result<void> checkDestination(const FunctionName& function, const std::string& roleArn, const std::string& arn);
  Result<void> sendRecord(const functions::EndedEvent& event, const std::string& target);
  Result<api::lambda::FunctionEventInvokeConfig> writeEventConfig(const api::Call& call,
                                                                  const std::string& functionName,
                                                                  const std::optional<std::string>& qualifier,
                                                                  api::lambda::FunctionEventInvokeConfig config);

  store::Database& database_;
  functions::CodeStore& code_;
  ports::ObjectReader& objects_;
  ports::CredentialIssuer& roles_;
  const ports::Authorizer& authorizer_;
  base::ThreadPool& pool_;
  base::Random& random_;
  const base::Clock& clock_;
  LambdaSettings settings_;
  functions::FunctionHost* host_ = nullptr;
  LambdaStore store_;

  // What an invocation needs to know of a function.
  struct Known {
    std::string account;
    std::shared_ptr<const functions::FunctionSpec> spec;
    std::shared_ptr<const std::vector<Permission>> permissions;  // of the qualifier that was given
  };
  Result<Known> known(const std::string& functionArn);
  // The function that is called, once its policy lets the caller in.
  Result<Known> admit(const ports::Invocation& invocation);

  // By ARN. A change bumps the generation, so that a lookup which began before it does not put
  // an old answer back.
  struct SpecCache {
    std::mutex mutex;
    std::uint64_t generation = 0;                  // guarded by mutex
    std::unordered_map<std::string, Known> byArn;  // guarded by mutex
  };
  SpecCache specs_;
};

}  // namespace hearth::services::lambda
