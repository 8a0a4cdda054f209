#include "server/type_reads.h"

namespace hearth::server {
namespace {

struct Read {
  std::string_view type;
  std::string_view action;
  std::string_view property = {};
  std::string_view resource = {};
};

// As the "read" handlers of the types' schemas ask, with the action that each property takes.
constexpr Read kReads[] = {
    {"AWS::Events::Rule", "events:DescribeRule"},
    {"AWS::Events::Rule", "events:ListTargetsByRule", "Targets"},
    {"AWS::IAM::AccessKey", "iam:ListAccessKeys"},
    {"AWS::IAM::Group", "iam:GetGroup"},
    {"AWS::IAM::Group", "iam:GetGroupPolicy", "Policies"},
    {"AWS::IAM::Group", "iam:ListAttachedGroupPolicies", "ManagedPolicyArns"},
    {"AWS::IAM::ManagedPolicy", "iam:GetPolicy"},
    {"AWS::IAM::ManagedPolicy", "iam:GetPolicyVersion"},
    {"AWS::IAM::ManagedPolicy", "iam:ListEntitiesForPolicy", "Roles"},
    {"AWS::IAM::ManagedPolicy", "iam:ListEntitiesForPolicy", "Users"},
    {"AWS::IAM::ManagedPolicy", "iam:ListEntitiesForPolicy", "Groups"},
    {"AWS::IAM::Policy", "iam:GetRolePolicy", "Roles", "arn:aws:iam::{account}:role/{Roles}"},
    {"AWS::IAM::Policy", "iam:GetUserPolicy", "Users", "arn:aws:iam::{account}:user/{Users}"},
    {"AWS::IAM::Policy", "iam:GetGroupPolicy", "Groups", "arn:aws:iam::{account}:group/{Groups}"},
    {"AWS::IAM::Role", "iam:GetRole"},
    {"AWS::IAM::Role", "iam:GetRolePolicy", "Policies"},
    {"AWS::IAM::Role", "iam:ListAttachedRolePolicies", "ManagedPolicyArns"},
    {"AWS::IAM::User", "iam:GetUser"},
    {"AWS::IAM::User", "iam:GetUserPolicy", "Policies"},
    {"AWS::IAM::User", "iam:ListAttachedUserPolicies", "ManagedPolicyArns"},
    {"AWS::IAM::User", "iam:ListGroupsForUser", "Groups"},
    {"AWS::IAM::UserToGroupAddition", "iam:GetGroup"},
    {"AWS::Lambda::Alias", "lambda:GetAlias"},
    {"AWS::Lambda::EventInvokeConfig", "lambda:GetFunctionEventInvokeConfig"},
    {"AWS::Lambda::Function", "lambda:GetFunction"},
    {"AWS::Lambda::Permission", "lambda:GetPolicy"},
    {"AWS::Lambda::Version", "lambda:GetFunctionConfiguration"},
    {"AWS::Logs::LogGroup", "logs:DescribeLogGroups"},
    {"AWS::Logs::LogStream", "logs:DescribeLogStreams"},
    {"AWS::S3::Bucket", "s3:ListBucket"},
    {"AWS::S3::Bucket", "s3:GetBucketAcl", "AccessControl"},
    {"AWS::S3::Bucket", "s3:GetBucketCORS", "CorsConfiguration"},
    {"AWS::S3::Bucket", "s3:GetBucketNotification", "NotificationConfiguration"},
    {"AWS::S3::Bucket", "s3:GetBucketOwnershipControls", "OwnershipControls"},
    {"AWS::S3::Bucket", "s3:GetBucketPublicAccessBlock", "PublicAccessBlockConfiguration"},
    {"AWS::S3::Bucket", "s3:GetBucketTagging", "Tags"},
    {"AWS::S3::Bucket", "s3:GetBucketVersioning", "VersioningConfiguration"},
    {"AWS::S3::Bucket", "s3:GetEncryptionConfiguration", "BucketEncryption"},
    {"AWS::S3::Bucket", "s3:GetLifecycleConfiguration", "LifecycleConfiguration"},
    {"AWS::S3::BucketPolicy", "s3:GetBucketPolicy"},
    {"AWS::SES::EmailIdentity", "ses:GetEmailIdentity"},
    {"AWS::SSM::Parameter", "ssm:GetParameters"},
    {"AWS::Scheduler::Schedule", "scheduler:GetSchedule"},
    {"AWS::Scheduler::ScheduleGroup", "scheduler:GetScheduleGroup"},
    {"AWS::SecretsManager::Secret", "secretsmanager:DescribeSecret"},
};

api::TypeNeed needOf(std::string_view action, std::string_view property, std::string_view resource) {
  api::TypeNeed need{.when = api::TypeNeed::kRemove, .action = action, .resource = resource};
  if (!property.empty()) need.properties.push_back(property);
  return need;
}

}  // namespace

std::vector<api::TypeNeed> readNeedsOf(std::string_view type) {
  std::vector<api::TypeNeed> needs;
  if (type.starts_with("AWS::ApiGateway::")) needs.push_back(needOf("apigateway:GET", {}, {}));
  for (const Read& read : kReads)
    if (read.type == type) needs.push_back(needOf(read.action, read.property, read.resource));
  return needs;
}

}  // namespace hearth::server
