// CloudFormation: the operations on top of the engine of stacks/.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/
#pragma once

#include "api/call.h"
#include "api/cloudformation.h"
#include "base/executor.h"
#include "ports/object_reader.h"
#include "services/cloudformation/cloudformation_access.h"
#include "stacks/engine.h"
#include "stacks/template_summary.h"
#include "store/database.h"

namespace hearth::services::cloudformation {

class CloudFormationService final {
 public:
  CloudFormationService(store::Database& database, stacks::Engine& engine, ports::ObjectReader& objects,
                        base::ThreadPool& pool)
      : database_(database), engine_(engine), objects_(objects), pool_(pool) {}

  StackNames accessNames() const;

  // --- orders; the template is fetched and parsed before the write
  Task<Result<api::cloudformation::CreateStackOutput>> createStack(const api::Call& call,
                                                                   api::cloudformation::CreateStackInput in);
  Task<Result<api::cloudformation::UpdateStackOutput>> updateStack(const api::Call& call,
                                                                   api::cloudformation::UpdateStackInput in);
  Result<api::cloudformation::DeleteStackOutput> deleteStack(const api::Call& call,
                                                             api::cloudformation::DeleteStackInput in);
  Result<api::cloudformation::RollbackStackOutput> rollbackStack(const api::Call& call,
                                                                 api::cloudformation::RollbackStackInput in);
  Result<api::cloudformation::CancelUpdateStackOutput> cancelUpdateStack(
      const api::Call& call, api::cloudformation::CancelUpdateStackInput in);
  Result<api::cloudformation::ContinueUpdateRollbackOutput> continueUpdateRollback(
      const api::Call& call, api::cloudformation::ContinueUpdateRollbackInput in);
  Result<api::cloudformation::UpdateTerminationProtectionOutput> updateTerminationProtection(
      const api::Call& call, api::cloudformation::UpdateTerminationProtectionInput in);

  // --- stack policies
  Task<Result<api::cloudformation::SetStackPolicyOutput>> setStackPolicy(
      const api::Call& call, api::cloudformation::SetStackPolicyInput in);
  Result<api::cloudformation::GetStackPolicyOutput> getStackPolicy(
      const api::Call& call, api::cloudformation::GetStackPolicyInput in) const;

  // --- change sets
  Task<Result<api::cloudformation::CreateChangeSetOutput>> createChangeSet(
      const api::Call& call, api::cloudformation::CreateChangeSetInput in);
  Result<api::cloudformation::DescribeChangeSetOutput> describeChangeSet(
      const api::Call& call, api::cloudformation::DescribeChangeSetInput in) const;
  Result<api::cloudformation::ListChangeSetsOutput> listChangeSets(
      const api::Call& call, api::cloudformation::ListChangeSetsInput in) const;
  Task<Result<api::cloudformation::ExecuteChangeSetOutput>> executeChangeSet(
      const api::Call& call, api::cloudformation::ExecuteChangeSetInput in);
  Result<api::cloudformation::DeleteChangeSetOutput> deleteChangeSet(const api::Call& call,
                                                                     api::cloudformation::DeleteChangeSetInput in);

  // --- drift
  Task<Result<api::cloudformation::DetectStackDriftOutput>> detectStackDrift(
      const api::Call& call, api::cloudformation::DetectStackDriftInput in);
  Task<Result<api::cloudformation::DetectStackResourceDriftOutput>> detectStackResourceDrift(
      const api::Call& call, api::cloudformation::DetectStackResourceDriftInput in);
  Result<api::cloudformation::DescribeStackDriftDetectionStatusOutput> describeStackDriftDetectionStatus(
      const api::Call& call, api::cloudformation::DescribeStackDriftDetectionStatusInput in) const;
  Result<api::cloudformation::DescribeStackResourceDriftsOutput> describeStackResourceDrifts(
      const api::Call& call, api::cloudformation::DescribeStackResourceDriftsInput in) const;

  // The text of the template at a URL, as the account may read it. Blocks on the disk. Fault: ValidationError.
  Result<std::string> fetchTemplate(const std::string& account, const std::string& url) const;

  // --- how things stand
  Result<api::cloudformation::DescribeStacksOutput> describeStacks(
      const api::Call& call, api::cloudformation::DescribeStacksInput in) const;
  Result<api::cloudformation::ListStacksOutput> listStacks(const api::Call& call,
                                                           api::cloudformation::ListStacksInput in) const;
  Result<api::cloudformation::DescribeStackEventsOutput> describeStackEvents(
      const api::Call& call, api::cloudformation::DescribeStackEventsInput in) const;
  Result<api::cloudformation::DescribeStackResourceOutput> describeStackResource(
      const api::Call& call, api::cloudformation::DescribeStackResourceInput in) const;
  Result<api::cloudformation::DescribeStackResourcesOutput> describeStackResources(
      const api::Call& call, api::cloudformation::DescribeStackResourcesInput in) const;
  Result<api::cloudformation::ListStackResourcesOutput> listStackResources(
      const api::Call& call, api::cloudformation::ListStackResourcesInput in) const;
  Result<api::cloudformation::GetTemplateOutput> getTemplate(const api::Call& call,
                                                             api::cloudformation::GetTemplateInput in) const;
  Result<api::cloudformation::ListExportsOutput> listExports(const api::Call& call,
                                                             api::cloudformation::ListExportsInput in) const;
  Result<api::cloudformation::ListImportsOutput> listImports(const api::Call& call,
                                                             api::cloudformation::ListImportsInput in) const;

  // --- templates
  Task<Result<api::cloudformation::ValidateTemplateOutput>> validateTemplate(
      const api::Call& call, api::cloudformation::ValidateTemplateInput in);
  Task<Result<api::cloudformation::GetTemplateSummaryOutput>> getTemplateSummary(
      const api::Call& call, api::cloudformation::GetTemplateSummaryInput in);

  // --- types
  Result<api::cloudformation::DescribeTypeOutput> describeType(const api::Call& call,
                                                               api::cloudformation::DescribeTypeInput in) const;
  Result<api::cloudformation::ListTypesOutput> listTypes(const api::Call& call,
                                                         api::cloudformation::ListTypesInput in) const;

 private:
  // The text of a template given by body or by URL; limits as AWS documents them.
  Task<Result<std::string>> loadTemplate(const api::Call& call, const std::optional<std::string>& body,
                                         const std::optional<std::string>& url);
  // The same for a stack policy; nullopt when neither is given. `member` is what the request calls it.
  Task<Result<std::optional<std::string>>> loadPolicy(const api::Call& call, const std::string& member,
                                                      const std::optional<std::string>& body,
                                                      const std::optional<std::string>& url);
  // Parsed on the pool: a template is large, and comes from outside.
  Task<Result<std::shared_ptr<const stacks::Template>>> parse(std::string text, stacks::TransformInput input);
  // What it declares, likewise.
  Task<Result<stacks::TemplateSummary>> summarize(std::string text);
  // What an order's transforms can be told before the write; `stack` is the one it updates, empty for none.
  stacks::TransformInput transformInputOf(const api::Call& call,
                                          const std::vector<stacks::ParameterInput>& parameters,
                                          const std::string& stack) const;
  Task<Result<std::shared_ptr<const stacks::Template>>> loadDocument(const api::Call& call,
                                                                     const std::optional<std::string>& body,
                                                                     const std::optional<std::string>& url,
                                                                     stacks::TransformInput input);

  std::optional<stacks::StackDrift> driftOf(const std::string& stackId,
                                            const std::optional<base::Time>& updated) const;
  // Of resources of one stack.
  std::map<std::string, stacks::ResourceDrift> driftsOf(const std::vector<stacks::ResourceView>& views) const;

  store::Database& database_;
  stacks::Engine& engine_;
  ports::ObjectReader& objects_;
  base::ThreadPool& pool_;
};

}  // namespace hearth::services::cloudformation
