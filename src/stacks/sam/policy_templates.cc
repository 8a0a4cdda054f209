// SAM's policy templates, of the services that Hearth has.
#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "stacks/sam/faults.h"
#include "stacks/sam/json.h"
#include "stacks/sam/policies.h"
#include "stacks/scalars.h"

namespace hearth::stacks::sam {
namespace {

enum class Resources : unsigned char { kOne, kList };

// Actions, resources and parameters are separated by spaces. A parameter is in a resource with its first letter
// small.
struct Grant {
  std::string_view actions;
  std::string_view resources;
  Resources form = Resources::kOne;
};

struct PolicyTemplate {
  std::string_view name;
  std::string_view parameters;
  std::array<Grant, 2> grants;
};

constexpr std::string_view kBucket = "arn:${AWS::Partition}:s3:::${bucketName}";
constexpr std::string_view kObjects = "arn:${AWS::Partition}:s3:::${bucketName}/*";
constexpr std::string_view kBucketAndObjects =
    "arn:${AWS::Partition}:s3:::${bucketName} arn:${AWS::Partition}:s3:::${bucketName}/*";
constexpr std::string_view kIdentity =
    "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${identityName}";
constexpr std::string_view kReadParameters = "ssm:GetParameters ssm:GetParameter ssm:GetParametersByPath";

constexpr std::array kTemplates = {
    PolicyTemplate{"AWSSecretsManagerGetSecretValuePolicy",
                   "SecretArn",
                   {{{"secretsmanager:GetSecretValue", "${secretArn}"}}}},
    PolicyTemplate{"CloudFormationDescribeStacksPolicy",
                   "",
                   {{{"cloudformation:DescribeStacks",
                      "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/*"}}}},
    PolicyTemplate{"FilterLogEventsPolicy",
                   "LogGroupName",
                   {{{"logs:FilterLogEvents",
                      "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${logGroupName}:"
                      "log-stream:*"}}}},
    PolicyTemplate{"LambdaInvokePolicy",
                   "FunctionName",
                   {{{"lambda:InvokeFunction",
                      "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${functionName}*"}}}},
    PolicyTemplate{"S3CrudPolicy",
                   "BucketName",
                   {{{"s3:GetObject s3:ListBucket s3:GetBucketLocation s3:GetObjectVersion s3:PutObject "
                      "s3:PutObjectAcl s3:GetLifecycleConfiguration s3:PutLifecycleConfiguration s3:DeleteObject",
                      kBucketAndObjects, Resources::kList}}}},
    PolicyTemplate{"S3FullAccessPolicy",
                   "BucketName",
                   {{{"s3:GetObject s3:GetObjectAcl s3:GetObjectVersion s3:PutObject s3:PutObjectAcl "
                      "s3:DeleteObject s3:DeleteObjectTagging s3:DeleteObjectVersionTagging s3:GetObjectTagging "
                      "s3:GetObjectVersionTagging s3:PutObjectTagging s3:PutObjectVersionTagging",
                      kObjects, Resources::kList},
                     {"s3:ListBucket s3:GetBucketLocation s3:GetLifecycleConfiguration "
                      "s3:PutLifecycleConfiguration",
                      kBucket, Resources::kList}}}},
    PolicyTemplate{"S3ReadPolicy",
                   "BucketName",
                   {{{"s3:GetObject s3:ListBucket s3:GetBucketLocation s3:GetObjectVersion "
                      "s3:GetLifecycleConfiguration",
                      kBucketAndObjects, Resources::kList}}}},
    PolicyTemplate{
        "S3WritePolicy",
        "BucketName",
        {{{"s3:PutObject s3:PutObjectAcl s3:PutLifecycleConfiguration", kBucketAndObjects, Resources::kList}}}},
    PolicyTemplate{"SESBulkTemplatedCrudPolicy",
                   "IdentityName",
                   {{{"ses:GetIdentityVerificationAttributes ses:SendEmail ses:SendRawEmail ses:SendTemplatedEmail "
                      "ses:SendBulkTemplatedEmail ses:VerifyEmailIdentity",
                      kIdentity}}}},
    PolicyTemplate{"SESBulkTemplatedCrudPolicy_v2",
                   "IdentityName TemplateName",
                   {{{"ses:SendEmail ses:SendRawEmail ses:SendTemplatedEmail ses:SendBulkTemplatedEmail",
                      "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${identityName} "
                      "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:template/${templateName}",
                      Resources::kList},
                     {"ses:GetIdentityVerificationAttributes ses:VerifyEmailIdentity", "*"}}}},
    PolicyTemplate{
        "SESCrudPolicy",
        "IdentityName",
        {{{"ses:GetIdentityVerificationAttributes ses:SendEmail ses:SendRawEmail ses:VerifyEmailIdentity",
           kIdentity}}}},
    PolicyTemplate{"SESEmailTemplateCrudPolicy",
                   "",
                   {{{"ses:CreateTemplate ses:GetTemplate ses:ListTemplates ses:UpdateTemplate ses:DeleteTemplate "
                      "ses:TestRenderTemplate",
                      "*"}}}},
    PolicyTemplate{"SESSendBouncePolicy", "IdentityName", {{{"ses:SendBounce", kIdentity}}}},
    PolicyTemplate{"SSMParameterReadPolicy",
                   "ParameterName",
                   {{{"ssm:DescribeParameters", "*"},
                     {kReadParameters,
                      "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${parameterName}"}}}},
    PolicyTemplate{"SSMParameterWithSlashPrefixReadPolicy",
                   "ParameterName",
                   {{{"ssm:DescribeParameters", "*"},
                     {kReadParameters,
                      "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${parameterName}"}}}},
};

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    result.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

Json resourceOf(const std::string& pattern, const std::vector<std::string>& parameters, const JsonObject& values) {
  if (pattern == "*") return Json(pattern);
  JsonObject variables;
  for (const std::string& parameter : parameters) {
    std::string variable = parameter;
    variable[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(variable[0])));
    if (pattern.find("${" + variable + "}") == std::string::npos) continue;
    variables.emplace(variable, values.at(parameter));
  }
  return variables.empty() ? subText(pattern) : subText(pattern, std::move(variables));
}

Json statementOf(const Grant& grant, const std::vector<std::string>& parameters, const JsonObject& values) {
  JsonArray actions;
  for (const std::string& action : words(grant.actions)) actions.emplace_back(action);
  JsonArray resources;
  for (const std::string& pattern : words(grant.resources)) {
    resources.push_back(resourceOf(pattern, parameters, values));
  }
  JsonObject statement;
  statement.emplace("Effect", "Allow");
  statement.emplace("Action", std::move(actions));
  statement.emplace("Resource", grant.form == Resources::kList ? Json(std::move(resources)) : resources.front());
  return Json(std::move(statement));
}

}  // namespace

Result<std::optional<Json>> expandPolicyTemplate(const std::string& functionId, std::string_view name,
                                                 const Json& values) {
  const auto* found =
      std::find_if(kTemplates.begin(), kTemplates.end(), [&](const auto& known) { return known.name == name; });
  if (found == kTemplates.end()) return std::optional<Json>();
  if (!values.is_object()) {
    return invalidResource(functionId,
                           "Must specify valid parameter values for policy template '" + std::string(name) + "'");
  }
  const std::vector<std::string> parameters = words(found->parameters);
  std::vector<std::string> missing;
  for (const std::string& parameter : parameters) {
    if (!values.get_object().contains(parameter)) missing.push_back("'" + parameter + "'");
  }
  if (!missing.empty()) {
    return invalidResource(functionId, "Following required parameters of template '" + std::string(name) +
                                           "' don't have values: [" + joinNames(missing) + "]");
  }
  JsonArray statements;
  for (const Grant& grant : found->grants) {
    if (!grant.actions.empty()) statements.push_back(statementOf(grant, parameters, values.get_object()));
  }
  JsonObject document;
  document.emplace("Statement", std::move(statements));
  return std::optional<Json>(std::move(document));
}

}  // namespace hearth::stacks::sam
