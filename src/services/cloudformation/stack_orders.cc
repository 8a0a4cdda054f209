// Create, update, delete; and the template operations.
#include "services/cloudformation/cloudformation_service.h"
#include "services/cloudformation/request_parts.h"
#include "services/cloudformation/template_location.h"
#include "stacks/template_summary.h"

namespace hearth::services::cloudformation {

using namespace api::cloudformation;

namespace {

constexpr std::size_t kMostBodyBytes = 51'200;
constexpr std::size_t kMostUrlBytes = 1'000'000;

template <class Input>
Result<void> refuseUnsupported(const Input& in) {
  HEARTH_CHECK(refuseRollbackTriggers(in.rollbackConfiguration));
  if (in.resourceTypes && !in.resourceTypes->empty()) return invalid("ResourceTypes is not supported.");
  if (!withoutEmpty(in.notificationARNs).empty())
    return invalid("NotificationARNs are not supported: Hearth does not run SNS.");
  return {};
}

}  // namespace

Task<Result<std::string>> CloudFormationService::loadTemplate(const api::Call& call,
                                                              const std::optional<std::string>& body,
                                                              const std::optional<std::string>& url) {
  if (body.has_value() == url.has_value())
    co_return invalid("Either Template URL or Template Body must be specified.");
  if (body) {
    if (body->size() > kMostBodyBytes)
      co_return invalid(
          "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must "
          "have length less than or equal to 51200");
    co_return *body;
  }
  auto read = [this, &call, &url]() -> Result<std::string> { return fetchTemplate(call.account, *url); };
  co_return co_await base::runOn(pool_, read);
}

Result<std::string> CloudFormationService::fetchTemplate(const std::string& account, const std::string& url) const {
  HEARTH_TRY(S3Address address, parseTemplateUrl(url));
  auto text = objects_.readObject({account, address.bucket, address.key, address.versionId}, kMostUrlBytes);
  if (text.ok()) return text;
  if (text.fault().code == "EntityTooLarge") return invalid("Template may not exceed 1000000 bytes in size.");
  return invalid("S3 error: " + text.fault().message +
                 "\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html");
}

Task<Result<std::shared_ptr<const stacks::Template>>> CloudFormationService::parse(std::string text,
                                                                                   stacks::TransformInput input) {
  auto work = [text = std::move(text),
               input = std::move(input)]() mutable -> Result<std::shared_ptr<const stacks::Template>> {
    HEARTH_TRY(stacks::Template document, stacks::parseTemplate(std::move(text), input));
    return std::make_shared<const stacks::Template>(std::move(document));
  };
  co_return co_await base::runOn(pool_, std::move(work));
}

Task<Result<std::shared_ptr<const stacks::Template>>> CloudFormationService::loadDocument(
    const api::Call& call, const std::optional<std::string>& body, const std::optional<std::string>& url,
    stacks::TransformInput input) {
  HEARTH_CO_TRY(std::string text, co_await loadTemplate(call, body, url));
  co_return co_await parse(std::move(text), std::move(input));
}

Task<Result<stacks::TemplateSummary>> CloudFormationService::summarize(std::string text) {
  auto work = [text = std::move(text)]() mutable -> Result<stacks::TemplateSummary> {
    HEARTH_TRY(const stacks::Template document, stacks::parseDeclarations(std::move(text)));
    return stacks::summarize(document);
  };
  co_return co_await base::runOn(pool_, std::move(work));
}

stacks::TransformInput CloudFormationService::transformInputOf(
    const api::Call& call, const std::vector<stacks::ParameterInput>& parameters, const std::string& stack) const {
  stacks::TransformInput input{{}, call.region};
  const auto standing =
      stack.empty() ? Result<stacks::StackView>(invalid("")) : engine_.getStack(placeOf(call), stack);
  for (const stacks::ParameterInput& one : parameters) {
    if (one.value && !one.usePreviousValue) input.parameters[one.key] = *one.value;
    if (!one.usePreviousValue || !standing.ok()) continue;
    const auto found = standing->parameters.find(one.key);
    if (found != standing->parameters.end() && found->second != stacks::kMaskedValue)
      input.parameters[one.key] = found->second;
  }
  return input;
}

StackNames CloudFormationService::accessNames() const {
  StackNames names;
  names.ofStack = [this](const api::Call& call, const std::string& stack) {
    auto found = engine_.getHeader(placeOf(call), stack);
    return found.ok() ? found->id : std::string();
  };
  names.ofChangeSet = [this](const api::Call& call, const std::string& changeSetArn) {
    auto found = engine_.getChangeSet(placeOf(call), changeSetArn, "");
    return found.ok() ? found->stackId : std::string();
  };
  names.ofResource = [this](const api::Call& call, const std::string& physicalId) {
    auto found = engine_.getResourcesOf(placeOf(call), physicalId);
    return found.ok() && !found->empty() ? found->front().stackId : std::string();
  };
  return names;
}

Task<Result<CreateStackOutput>> CloudFormationService::createStack(const api::Call& call, CreateStackInput in) {
  HEARTH_CO_CHECK(refuseUnsupported(in));
  stacks::CreateStackInput order;
  order.place = placeOf(call);
  order.name = in.stackName;
  order.parameters = parametersOf(in.parameters);
  HEARTH_CO_TRY(order.tags, tagsOf(in.tags.value_or(std::vector<Tag>{})));
  order.capabilities = withoutEmpty(in.capabilities);
  HEARTH_CO_TRY(order.roleArn, roleOf(call, in.roleARN));
  order.token = in.clientRequestToken.value_or("");
  order.timeoutMinutes = in.timeoutInMinutes;
  order.terminationProtection = in.enableTerminationProtection.value_or(false);
  order.retainExceptOnCreate = in.retainExceptOnCreate.value_or(false);
  if (in.disableRollback && in.onFailure)
    co_return invalid("You can specify either DisableRollback or OnFailure, but not both.");
  const std::string onFailure =
      in.disableRollback.value_or(false) ? "DO_NOTHING" : in.onFailure.value_or("ROLLBACK");
  const auto known = stacks::onFailureOf(onFailure);
  if (!known)
    co_return invalid("1 validation error detected: Value '" + onFailure.substr(0, 64) +
                      "' at 'onFailure' failed to satisfy constraint: Member must satisfy enum value set: "
                      "[DO_NOTHING, ROLLBACK, DELETE]");
  order.onFailure = *known;
  HEARTH_CO_TRY(const auto policy, co_await loadPolicy(call, "StackPolicy", in.stackPolicyBody, in.stackPolicyURL));
  order.policy = policy.value_or("");
  stacks::TransformInput forTransforms = transformInputOf(call, order.parameters, "");
  HEARTH_CO_TRY(order.document,
                co_await loadDocument(call, in.templateBody, in.templateURL, std::move(forTransforms)));
  CreateStackOutput out;
  auto work = [this, &order, &out]() -> Result<void> {
    HEARTH_TRY(out.stackId, engine_.createStack(order));
    return {};
  };
  HEARTH_CO_CHECK(co_await database_.write(work));
  co_return out;
}

Task<Result<UpdateStackOutput>> CloudFormationService::updateStack(const api::Call& call, UpdateStackInput in) {
  HEARTH_CO_CHECK(refuseUnsupported(in));
  stacks::UpdateStackInput order;
  order.place = placeOf(call);
  order.stack = in.stackName;
  order.parameters = parametersOf(in.parameters);
  if (in.tags) {
    HEARTH_CO_TRY(order.tags, tagsOf(*in.tags));
  }
  order.capabilities = withoutEmpty(in.capabilities);
  HEARTH_CO_TRY(order.roleArn, roleOf(call, in.roleARN));
  order.token = in.clientRequestToken.value_or("");
  order.disableRollback = in.disableRollback.value_or(false);
  order.retainExceptOnCreate = in.retainExceptOnCreate.value_or(false);
  HEARTH_CO_TRY(order.policyAfterwards,
                co_await loadPolicy(call, "StackPolicy", in.stackPolicyBody, in.stackPolicyURL));
  HEARTH_CO_TRY(order.policyDuringUpdate,
                co_await loadPolicy(call, "StackPolicyDuringUpdate", in.stackPolicyDuringUpdateBody,
                                    in.stackPolicyDuringUpdateURL));
  stacks::TransformInput forTransforms = transformInputOf(call, order.parameters, order.stack);
  if (in.usePreviousTemplate.value_or(false)) {
    if (in.templateBody || in.templateURL)
      co_return invalid("You can specify only one of TemplateBody, TemplateURL and UsePreviousTemplate.");
    // A stack that cannot be found is the engine's to refuse, in its own words.
    auto standing = engine_.getTemplateText(order.place, order.stack);
    if (standing.ok()) {
      HEARTH_CO_TRY(order.standing, co_await parse(std::move(standing).value(), std::move(forTransforms)));
    }
  } else {
    HEARTH_CO_TRY(order.document,
                  co_await loadDocument(call, in.templateBody, in.templateURL, std::move(forTransforms)));
  }
  UpdateStackOutput out;
  auto work = [this, &order, &out]() -> Result<void> {
    HEARTH_TRY(out.stackId, engine_.updateStack(order));
    return {};
  };
  HEARTH_CO_CHECK(co_await database_.write(work));
  co_return out;
}

Result<DeleteStackOutput> CloudFormationService::deleteStack(const api::Call& call, DeleteStackInput in) {
  stacks::DeleteStackInput order;
  order.place = placeOf(call);
  order.stack = in.stackName;
  order.retainResources = withoutEmpty(in.retainResources);
  order.token = in.clientRequestToken.value_or("");
  HEARTH_TRY(order.roleArn, roleOf(call, in.roleARN));
  HEARTH_CHECK(engine_.deleteStack(order));
  return DeleteStackOutput{};
}

Result<UpdateTerminationProtectionOutput> CloudFormationService::updateTerminationProtection(
    const api::Call& call, UpdateTerminationProtectionInput in) {
  UpdateTerminationProtectionOutput out;
  HEARTH_TRY(out.stackId,
             engine_.setTerminationProtection(placeOf(call), in.stackName, in.enableTerminationProtection));
  return out;
}

Task<Result<ValidateTemplateOutput>> CloudFormationService::validateTemplate(const api::Call& call,
                                                                             ValidateTemplateInput in) {
  HEARTH_CO_TRY(std::string text, co_await loadTemplate(call, in.templateBody, in.templateURL));
  HEARTH_CO_TRY(const stacks::TemplateSummary summary, co_await summarize(std::move(text)));
  ValidateTemplateOutput out;
  auto& parameters = out.parameters.emplace();
  for (const auto& declared : summary.parameters)
    parameters.push_back({declared.name, declared.defaultValue, declared.noEcho, declared.description});
  out.description = summary.description;
  if (!summary.capabilities.empty()) {
    out.capabilities = summary.capabilities;
    out.capabilitiesReason = summary.capabilitiesReason;
  }
  if (!summary.transforms.empty()) out.declaredTransforms = summary.transforms;
  co_return out;
}

Task<Result<GetTemplateSummaryOutput>> CloudFormationService::getTemplateSummary(const api::Call& call,
                                                                                 GetTemplateSummaryInput in) {
  if (in.stackSetName) co_return invalid("Stack sets are not supported.");
  std::string text;
  if (in.stackName) {
    if (in.templateBody || in.templateURL)
      co_return invalid("You can specify only one of StackName, TemplateBody and TemplateURL.");
    HEARTH_CO_TRY(text, engine_.getTemplateText(placeOf(call), *in.stackName));
  } else {
    HEARTH_CO_TRY(text, co_await loadTemplate(call, in.templateBody, in.templateURL));
  }
  HEARTH_CO_TRY(const stacks::TemplateSummary summary, co_await summarize(std::move(text)));
  GetTemplateSummaryOutput out;
  auto& parameters = out.parameters.emplace();
  for (const auto& declared : summary.parameters) {
    ParameterDeclaration item;
    item.parameterKey = declared.name;
    item.defaultValue = declared.defaultValue;
    item.parameterType = declared.type;
    item.noEcho = declared.noEcho;
    if (!declared.description.empty()) item.description = declared.description;
    item.parameterConstraints.emplace();
    if (!declared.allowedValues.empty()) item.parameterConstraints->allowedValues = declared.allowedValues;
    parameters.push_back(std::move(item));
  }
  if (!summary.description.empty()) out.description = summary.description;
  if (!summary.capabilities.empty()) {
    out.capabilities = summary.capabilities;
    out.capabilitiesReason = summary.capabilitiesReason;
  }
  out.resourceTypes = summary.resourceTypes;
  out.version = "2010-09-09";
  out.metadata = summary.metadata;
  if (!summary.transforms.empty()) out.declaredTransforms = summary.transforms;
  co_return out;
}

}  // namespace hearth::services::cloudformation
