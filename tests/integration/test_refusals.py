"""How operations refuse what is not there, what is there already, and what is no value of theirs: a row for each operation that no
larger scenario sees refused. tests/support/scenarios.py tells which rows are missing."""

import json
import string

import pytest
from botocore import xform_name

from support.aws import fresh, make_role, refused, trust
from support.packages import package

ACCOUNT = "000000000001"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
ABSENT_POLICY = f"arn:aws:iam::{ACCOUNT}:policy/absent"
ABSENT_FUNCTION = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:absent"
ABSENT_RULE = f"arn:aws:events:eu-central-1:{ACCOUNT}:rule/absent"
ABSENT_GROUP = f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:absent"
ABSENT_API = "arn:aws:apigateway:eu-central-1::/restapis/absent"
TARGET = {"Arn": ABSENT_FUNCTION, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/absent"}
AUTHORIZER = {"name": "a", "type": "TOKEN", "identitySource": "method.request.header.Auth",
              "authorizerUri": f"arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{ABSENT_FUNCTION}/invocations"}

IAM_ABSENT = {
    "user": "The user with name absent cannot be found.",
    "group": "The group with name absent cannot be found.",
    "role": "The role with name absent cannot be found.",
    "policy": f"Policy {ABSENT_POLICY} was not found.",
    "attachable": f"Policy {ABSENT_POLICY} does not exist or is not attachable.",
}


def iam(operation, what, **more):
    return operation, more, "NoSuchEntity", 404, IAM_ABSENT.get(what, what)


def too_few(operation, member, code="ValidationError", **more):
    words = f"'{member}' failed to satisfy constraint: Member must have value greater than or equal to 1"
    return operation, more, code, 400, words


def each(code, status, words, given, *operations):
    """Operations that refuse for the same reason; each with what it needs beside."""
    return [(operation, given | more, code, status, words) for operation, more in operations]


# (operation, input, code, HTTP status, words); $names are those of `world`.
ROWS = {
    "iam": [
        iam("AddUserToGroup", "group", GroupName="absent", UserName="$user"),
        iam("AddUserToGroup", "user", GroupName="$group", UserName="absent"),
        iam("AttachGroupPolicy", "attachable", GroupName="$group", PolicyArn=ABSENT_POLICY),
        iam("AttachUserPolicy", "user", UserName="absent", PolicyArn="$policy_arn"),
        ("CreateGroup", {"GroupName": "$group"}, "EntityAlreadyExists", 409, "Group with name $group already exists."),
        ("CreateUser", {"UserName": "$user"}, "EntityAlreadyExists", 409, "User with name $user already exists."),
        ("CreatePolicy", {"PolicyName": "$policy", "PolicyDocument": json.dumps(POLICY)}, "EntityAlreadyExists", 409,
         "A policy called $policy already exists. Duplicate names are not allowed."),
        iam("CreatePolicyVersion", "policy", PolicyArn=ABSENT_POLICY, PolicyDocument=json.dumps(POLICY)),
        iam("CreateAccessKey", "user", UserName="absent"),
        iam("DeleteAccessKey", "The Access Key with id AKIAABSENTABSENT1234 cannot be found.", UserName="$user", AccessKeyId="AKIAABSENTABSENT1234"),
        iam("DeleteGroup", "group", GroupName="absent"),
        iam("DeleteRolePolicy", "The role policy with name absent cannot be found.", RoleName="$role", PolicyName="absent"),
        iam("DeleteUser", "user", UserName="absent"),
        iam("DeleteUserPolicy", "The user policy with name absent cannot be found.", UserName="$user", PolicyName="absent"),
        iam("DetachRolePolicy", f"Policy {ABSENT_POLICY} was not found.", RoleName="$role", PolicyArn=ABSENT_POLICY),
        iam("DetachUserPolicy", "user", UserName="absent", PolicyArn="$policy_arn"),
        ("GetAccessKeyLastUsed", {"AccessKeyId": "short"}, "ValidationError", 400, "Member must have length greater than or equal to 16"),
        iam("GetGroup", "group", GroupName="absent"),
        iam("GetGroupPolicy", "The group policy with name absent cannot be found.", GroupName="$group", PolicyName="absent"),
        iam("GetPolicy", "policy", PolicyArn=ABSENT_POLICY),
        iam("GetRolePolicy", "The role policy with name absent cannot be found.", RoleName="$role", PolicyName="absent"),
        iam("GetUserPolicy", "The user policy with name absent cannot be found.", UserName="$user", PolicyName="absent"),
        iam("ListAccessKeys", "user", UserName="absent"),
        too_few("ListAccountAliases", "maxItems", MaxItems=0),
        iam("ListAttachedGroupPolicies", "group", GroupName="absent"),
        iam("ListAttachedRolePolicies", "role", RoleName="absent"),
        iam("ListAttachedUserPolicies", "user", UserName="absent"),
        iam("ListGroupPolicies", "group", GroupName="absent"),
        too_few("ListGroups", "maxItems", MaxItems=0),
        iam("ListGroupsForUser", "user", UserName="absent"),
        ("ListPolicies", {"Scope": "Ours"}, "ValidationError", 400, "'scope' failed to satisfy constraint: Member must satisfy enum value set"),
        ("ListPolicies", {"PolicyUsageFilter": "None"}, "ValidationError", 400, "failed to satisfy constraint: Member must satisfy enum value set"),
        iam("ListPolicyTags", "policy", PolicyArn=ABSENT_POLICY),
        iam("ListPolicyVersions", "policy", PolicyArn=ABSENT_POLICY),
        iam("ListRolePolicies", "role", RoleName="absent"),
        iam("ListRoleTags", "role", RoleName="absent"),
        too_few("ListRoles", "maxItems", MaxItems=0),
        ("ListRoles", {"Marker": "no"}, "ValidationError", 400, "Invalid Marker."),
        iam("ListUserPolicies", "user", UserName="absent"),
        iam("ListUserTags", "user", UserName="absent"),
        too_few("ListUsers", "maxItems", MaxItems=0),
        iam("PutGroupPolicy", "group", GroupName="absent", PolicyName="p", PolicyDocument=json.dumps(POLICY)),
        ("PutUserPolicy", {"UserName": "$user", "PolicyName": "p", "PolicyDocument": "{"}, "MalformedPolicyDocument", 400, ""),
        iam("RemoveUserFromGroup", "group", GroupName="absent", UserName="$user"),
        ("TagUser", {"UserName": "$user", "Tags": [{"Key": "aws:mine", "Value": "1"}]}, "InvalidInput", 400, "aws:"),
        ("TagUser", {"UserName": "$user", "Tags": [{"Key": f"k{i}", "Value": "1"} for i in range(51)]}, "ValidationError", 400, "'tags'"),
        iam("UpdateAccessKey", "The Access Key with id AKIAABSENTABSENT1234 cannot be found.", UserName="$user",
            AccessKeyId="AKIAABSENTABSENT1234", Status="Inactive"),
        iam("UpdateAssumeRolePolicy", "role", RoleName="absent", PolicyDocument=trust("lambda.amazonaws.com")),
        iam("UpdateRoleDescription", "role", RoleName="absent", Description="d"),
        iam("UpdateRole", "role", RoleName="absent", Description="d"),
        iam("DeleteRole", "role", RoleName="absent"),
        iam("DeletePolicy", "policy", PolicyArn=ABSENT_POLICY),
        iam("PutRolePolicy", "role", RoleName="absent", PolicyName="p", PolicyDocument=json.dumps(POLICY)),
        iam("PutUserPolicy", "user", UserName="absent", PolicyName="p", PolicyDocument=json.dumps(POLICY)),
        iam("CreateUser", f"Scope ARN: {ABSENT_POLICY} does not exist or is not attachable.", UserName="bounded", PermissionsBoundary=ABSENT_POLICY),
        ("UpdateUser", {"UserName": "$user", "NewUserName": "$other"}, "EntityAlreadyExists", 409, "User with name $other already exists."),
        ("UpdateGroup", {"GroupName": "$group", "NewGroupName": "$other"}, "EntityAlreadyExists", 409, "Group with name $other already exists."),
        ("DeleteUser", {"UserName": "$user"}, "DeleteConflict", 409, "Cannot delete entity, must"),
        ("DeleteGroup", {"GroupName": "$group"}, "DeleteConflict", 409, "Cannot delete entity, must remove users from group first."),
        *each("MalformedPolicyDocument", 400, "", {"PolicyDocument": "{}"},
              ("CreatePolicy", {"PolicyName": "malformed"}), ("CreatePolicyVersion", {"PolicyArn": "$policy_arn"}),
              ("PutGroupPolicy", {"GroupName": "$group", "PolicyName": "p"}), ("UpdateAssumeRolePolicy", {"RoleName": "$role"})),
    ],
    "lambda": [
        *each("ResourceNotFoundException", 404, f"Function not found: {ABSENT_FUNCTION}", {"FunctionName": "absent"},
              ("CreateAlias", {"Name": "live", "FunctionVersion": "1"}), ("DeleteAlias", {"Name": "live"}), ("DeleteFunctionEventInvokeConfig", {}),
              ("GetFunctionConfiguration", {}), ("ListAliases", {}), ("ListFunctionEventInvokeConfigs", {}), ("ListVersionsByFunction", {}),
              ("PublishVersion", {}), ("PutFunctionConcurrency", {"ReservedConcurrentExecutions": 1}), ("UpdateAlias", {"Name": "live"}),
              ("UpdateFunctionEventInvokeConfig", {"MaximumRetryAttempts": 1}),
              ("AddPermission", {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}),
              ("PutFunctionEventInvokeConfig", {"MaximumRetryAttempts": 1}), ("RemovePermission", {"StatementId": "s"}),
              ("UpdateFunctionCode", {"ZipFile": b"PK"}), ("UpdateFunctionConfiguration", {"Timeout": 5})),
        *each("ResourceNotFoundException", 404, f"Function not found: {ABSENT_FUNCTION}", {"Resource": ABSENT_FUNCTION},
              ("ListTags", {}), ("TagResource", {"Tags": {"a": "1"}}), ("UntagResource", {"TagKeys": ["a"]})),
        too_few("ListFunctions", "maxItems", "ValidationException", MaxItems=0),
        ("ListFunctions", {"FunctionVersion": "LATEST"}, "ValidationException", 400, "Member must satisfy enum value set: [ALL]"),
        too_few("ListAliases", "maxItems", "ValidationException", FunctionName="$function", MaxItems=0),
        ("ListVersionsByFunction", {"FunctionName": "$function", "MaxItems": 10_001}, "ValidationException", 400,
         "Value '10001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 10000"),
        ("UpdateAlias", {"FunctionName": "$function", "Name": "absent"}, "ResourceNotFoundException", 404, ""),
        *each("PreconditionFailedException", 412, "", {"FunctionName": "$function", "RevisionId": "of-yesterday"},
              ("PublishVersion", {}), ("UpdateFunctionConfiguration", {"Timeout": 5})),
        ("DeleteFunctionEventInvokeConfig", {"FunctionName": "$function"}, "ResourceNotFoundException", 404, "doesn't have an EventInvokeConfig"),
    ],
    "apigateway": [
        *each("NotFoundException", 404, f"Invalid API identifier specified {ACCOUNT}:absent", {"restApiId": "absent"},
              ("CreateRequestValidator", {"name": "v"}), ("GetAuthorizers", {}), ("GetDeployments", {}), ("GetGatewayResponses", {}),
              ("GetModels", {}), ("GetRequestValidators", {}), ("GetResources", {}), ("GetStages", {}), ("CreateAuthorizer", AUTHORIZER),
              ("CreateDeployment", {}), ("CreateModel", {"name": "M", "contentType": "application/json"}),
              ("CreateStage", {"stageName": "v1", "deploymentId": "absent"}), ("PutGatewayResponse", {"responseType": "DEFAULT_4XX"}),
              ("UpdateGatewayResponse", {"responseType": "DEFAULT_4XX", "patchOperations": []}), ("UpdateRestApi", {"patchOperations": []})),
        ("UpdateAuthorizer", {"restApiId": "$api", "authorizerId": "absent", "patchOperations": []}, "NotFoundException", 404,
         "Invalid Authorizer identifier specified"),
        ("DeleteAuthorizer", {"restApiId": "$api", "authorizerId": "absent"}, "NotFoundException", 404, "Invalid Authorizer identifier specified"),
        ("PutMethod", {"restApiId": "$api", "resourceId": "absent", "httpMethod": "GET", "authorizationType": "NONE"}, "NotFoundException", 404,
         "Invalid Resource identifier specified"),
        *each("NotFoundException", 404, "Invalid Method identifier specified", {"restApiId": "$api", "resourceId": "$root", "httpMethod": "GET"},
              ("PutIntegration", {"type": "MOCK"}), ("PutMethodResponse", {"statusCode": "200"}), ("TestInvokeMethod", {})),
        ("UpdateStage", {"restApiId": "$api", "stageName": "absent", "patchOperations": []}, "NotFoundException", 404, "Invalid stage identifier specified"),
        ("CreateApiKey", {"name": "k", "stageKeys": [{"restApiId": "absent", "stageName": "v1"}]}, "BadRequestException", 400,
         "Invalid stage identifier specified"),
        ("CreateModel", {"restApiId": "$api", "name": "no name", "contentType": "application/json"}, "BadRequestException", 400,
         "Model name must be alphanumeric: no name"),
        ("CreateUsagePlan", {"name": "p", "apiStages": [{"apiId": "absent", "stage": "v1"}]}, "NotFoundException", 404, "API Stage not found: absent:v1"),
        ("CreateUsagePlan", {"name": ""}, "BadRequestException", 400, "Usage Plan name cannot be blank"),
        *each("NotFoundException", 404, "Invalid Usage Plan ID specified", {"usagePlanId": "absent"},
              ("CreateUsagePlanKey", {"keyId": "absent", "keyType": "API_KEY"}), ("GetUsagePlanKeys", {}),
              ("GetUsage", {"startDate": "2026-01-01", "endDate": "2026-01-02"})),
        ("DeleteApiKey", {"apiKey": "absent"}, "NotFoundException", 404, "Invalid API Key identifier specified"),
        ("UpdateApiKey", {"apiKey": "absent", "patchOperations": []}, "NotFoundException", 404, "Invalid API Key identifier specified"),
        ("TagResource", {"resourceArn": ABSENT_API, "tags": {"a": "1"}}, "NotFoundException", 404, ABSENT_API),
        ("UntagResource", {"resourceArn": ABSENT_API, "tagKeys": ["a"]}, "NotFoundException", 404, ABSENT_API),
    ],
    "cloudformation": [
        *each("ValidationError", 400, "Stack with id absent does not exist", {"StackName": "absent"},
              ("DeleteChangeSet", {"ChangeSetName": "c"}), ("DescribeStackResourceDrifts", {}), ("DescribeStackResources", {}),
              ("DetectStackDrift", {}), ("GetStackPolicy", {}), ("ListChangeSets", {}), ("ListStackResources", {})),
        ("DescribeStackResources", {}, "ValidationError", 400, ""),
        *each("ChangeSetNotFound", 404, "ChangeSet [absent] does not exist", {"StackName": "$stack", "ChangeSetName": "absent"},
              ("ExecuteChangeSet", {}), ("GetTemplate", {})),
        *each("ValidationError", 400, "no-token is not a valid NextToken", {"NextToken": "no-token"},
              ("ListExports", {}), ("ListStacks", {}), ("DescribeStacks", {}), ("ListTypes", {})),
        ("ListStacks", {"StackStatusFilter": ["CREATED"]}, "ValidationError", 400, "Value '[CREATED]' at 'stackStatusFilter' failed to satisfy constraint"),
        ("ValidateTemplate", {"TemplateBody": "{}"}, "ValidationError", 400, "Template format error: At least one Resources member must be defined."),
        ("ValidateTemplate", {"TemplateBody": "{"}, "ValidationError", 400, "Template format error: JSON not well-formed."),
    ],
    "ecr": [("DescribeRepositories", {"repositoryNames": ["a"] * 101}, "InvalidParameterException", 400, "Member must have length less than or equal to 100")],
    "events": [
        too_few("ListEventBuses", "limit", "ValidationException", Limit=0),
        ("ListRules", {"EventBusName": "absent"}, "ResourceNotFoundException", 400, "Event bus absent does not exist."),
        *each("ResourceNotFoundException", 400, "Event bus absent does not exist.", {"Name": "r", "EventBusName": "absent"},
              ("PutRule", {"ScheduleExpression": "rate(1 day)"}), ("DeleteRule", {})),
        ("ListRules", {"NextToken": "no-token"}, "ValidationException", 400, "NextToken"),
        ("ListRuleNamesByTarget", {"TargetArn": ABSENT_FUNCTION, "EventBusName": "absent"}, "ResourceNotFoundException", 400,
         "Event bus absent does not exist."),
        *each("ResourceNotFoundException", 400, "Rule absent does not exist on EventBus default.", {},
              ("ListTargetsByRule", {"Rule": "absent"}), ("PutTargets", {"Rule": "absent", "Targets": [{"Id": "1", "Arn": ABSENT_FUNCTION}]}),
              ("RemoveTargets", {"Rule": "absent", "Ids": ["1"]}), ("ListTagsForResource", {"ResourceARN": ABSENT_RULE}),
              ("TagResource", {"ResourceARN": ABSENT_RULE, "Tags": [{"Key": "a", "Value": "1"}]}),
              ("UntagResource", {"ResourceARN": ABSENT_RULE, "TagKeys": ["a"]})),
        ("PutTargets", {"Rule": "$rule", "Targets": [{"Id": str(i), "Arn": ABSENT_FUNCTION} for i in range(6)]}, "LimitExceededException", 400,
         "The requested resource exceeds the maximum number allowed."),
    ],
    "logs": [
        *each("ResourceNotFoundException", 400, "The specified log group does not exist.", {"logGroupName": "absent"},
              ("DeleteLogGroup", {}), ("DeleteRetentionPolicy", {}), ("GetLogEvents", {"logStreamName": "s"}),
              ("CreateLogStream", {"logStreamName": "s"}), ("ListTagsLogGroup", {}), ("PutRetentionPolicy", {"retentionInDays": 1})),
        *each("ResourceNotFoundException", 400, "The specified log group does not exist.", {"resourceArn": ABSENT_GROUP},
              ("ListTagsForResource", {}), ("TagResource", {"tags": {"a": "1"}}), ("UntagResource", {"tagKeys": ["a"]})),
        too_few("DescribeLogGroups", "limit", "InvalidParameterException", limit=0),
        ("DescribeLogGroups", {"limit": 51}, "InvalidParameterException", 400,
         "1 validation error detected: Value '51' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50"),
        ("TagLogGroup", {"logGroupName": "$log_group", "tags": {f"k{i}": "1" for i in range(51)}}, "TooManyTagsException", 400, "50 tags"),
    ],
    "scheduler": [
        ("DeleteSchedule", {"Name": "absent"}, "ResourceNotFoundException", 404, "Schedule absent does not exist."),
        ("DeleteScheduleGroup", {"Name": "absent"}, "ResourceNotFoundException", 404, "Schedule group absent does not exist."),
        ("DeleteScheduleGroup", {"Name": "default"}, "ValidationException", 400, "default"),
        too_few("ListScheduleGroups", "maxResults", "ValidationException", MaxResults=0),
        ("ListSchedules", {"GroupName": "absent"}, "ResourceNotFoundException", 404, "Schedule group absent does not exist."),
        ("ListSchedules", {"NextToken": "no-token"}, "ValidationException", 400, "NextToken"),
        ("ListTagsForResource", {"ResourceArn": f"arn:aws:scheduler:eu-central-1:{ACCOUNT}:schedule-group/absent"}, "ResourceNotFoundException", 404,
         "Schedule group absent does not exist."),
        ("UpdateSchedule", {"Name": "absent", "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": TARGET},
         "ResourceNotFoundException", 404, "Schedule absent does not exist."),
        ("CreateSchedule", {"Name": "s", "GroupName": "absent", "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"},
                            "Target": {"Arn": "$function_arn", "RoleArn": "$scheduler_role"}}, "ResourceNotFoundException", 404,
         "Schedule group absent does not exist."),
    ],
    "secretsmanager": [
        *each("ResourceNotFoundException", 400, "Secrets Manager can't find the specified secret.", {"SecretId": "absent"},
              ("ListSecretVersionIds", {}), ("RestoreSecret", {}), ("TagResource", {"Tags": [{"Key": "a", "Value": "1"}]}),
              ("UntagResource", {"TagKeys": ["a"]}), ("UpdateSecret", {"SecretString": "s"}), ("DeleteSecret", {}),
              ("PutSecretValue", {"SecretString": "s"}), ("UpdateSecretVersionStage", {"VersionStage": "s"})),
        *each("InvalidRequestException", 400, "You can't perform this operation on the secret because it was marked for deletion.", {"SecretId": "$gone"},
              ("DeleteSecret", {}), ("GetSecretValue", {}), ("PutSecretValue", {"SecretString": "s"}), ("UpdateSecret", {"SecretString": "s"}),
              ("TagResource", {"Tags": [{"Key": "a", "Value": "1"}]}), ("UntagResource", {"TagKeys": ["a"]}),
              ("UpdateSecretVersionStage", {"VersionStage": "s"})),
        ("ListSecretVersionIds", {"SecretId": "$gone", "NextToken": "no-token"}, "InvalidNextTokenException", 400, "")],
    "ses": [
        ("DeleteIdentity", {}, "ValidationError", 400, "Member must not be null"),
        ("GetIdentityDkimAttributes", {"Identities": ["a.example"] * 101}, "InvalidParameterValue", 400, ""),
        ("GetIdentityVerificationAttributes", {"Identities": ["a.example"] * 101}, "InvalidParameterValue", 400, ""),
        ("ListIdentities", {"IdentityType": "Person"}, "ValidationError", 400, "Member must satisfy enum value set: [EmailAddress, Domain]"),
        ("ListIdentities", {"NextToken": "no-token"}, "InvalidParameterValue", 400, ""),
        ("VerifyDomainIdentity", {"Domain": "-no.domain"}, "InvalidParameterValue", 400, "Invalid domain name -no.domain."),
        ("VerifyEmailIdentity", {"EmailAddress": "nobody"}, "InvalidParameterValue", 400, "Invalid email address<nobody>."),
        ("SendEmail", {"Source": "a@b.example", "Destination": {"ToAddresses": ["a@b.example"]}, "ConfigurationSetName": "absent",
                       "Message": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
         "ConfigurationSetDoesNotExist", 400, "Configuration set <absent> does not exist."),
    ],
    "ssm": [
        *each("InvalidResourceId", 400, "absent", {"ResourceType": "Parameter", "ResourceId": "absent"},
              ("AddTagsToResource", {"Tags": [{"Key": "a", "Value": "1"}]}), ("RemoveTagsFromResource", {"TagKeys": ["a"]})),
        ("AddTagsToResource", {"ResourceType": "Patch", "ResourceId": "absent", "Tags": [{"Key": "a", "Value": "1"}]}, "InvalidResourceType", 400, ""),
        ("AddTagsToResource", {"ResourceType": "Parameter", "ResourceId": "$parameter", "Tags": [{"Key": f"k{i}", "Value": "1"} for i in range(51)]},
         "TooManyTagsError", 400, ""),
        ("DeleteParameters", {"Names": []}, "ValidationException", 400, "'names' failed to satisfy constraint"),
        *each("ParameterNotFound", 400, "", {"Name": "absent"},
              ("GetParameterHistory", {}), ("LabelParameterVersion", {"Labels": ["a"]}),
              ("UnlabelParameterVersion", {"Labels": ["a"], "ParameterVersion": 1})),
        ("DescribeParameters", {"ParameterFilters": [{"Key": "Name", "Option": "Sideways", "Values": ["a"]}]}, "InvalidFilterOption", 400, "Sideways"),
        ("DescribeParameters", {"ParameterFilters": [{"Key": "Name", "Values": [""]}]}, "InvalidFilterValue", 400, ""),
        ("DescribeParameters", {"ParameterFilters": [{"Key": "Colour", "Values": ["a"]}]}, "InvalidFilterKey", 400, "Colour"),
        *each("ParameterVersionNotFound", 400, "could not find version 9 of $parameter.", {"Name": "$parameter", "ParameterVersion": 9, "Labels": ["a"]},
              ("LabelParameterVersion", {}), ("UnlabelParameterVersion", {})),
        ("GetParameterHistory", {"Name": "$parameter", "NextToken": "no-token"}, "InvalidNextToken", 400, ""),
        ("GetParametersByPath", {"Path": "/", "NextToken": "no-token"}, "InvalidNextToken", 400, ""),
    ],
}


@pytest.fixture(scope="module")
def world(hearth):
    """One of each thing that rows are about."""
    client = {service: hearth.client(service) for service in ROWS}
    names = {kind: fresh(kind) for kind in ("user", "group", "role", "policy", "function", "rule", "parameter", "log_group", "stack", "gone", "other")}
    client["iam"].create_user(UserName=names["user"])
    client["iam"].create_group(GroupName=names["group"])
    client["iam"].create_user(UserName=names["other"])
    client["iam"].create_group(GroupName=names["other"])
    client["iam"].add_user_to_group(GroupName=names["group"], UserName=names["user"])
    role = client["iam"].create_role(RoleName=names["role"], AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))["Role"]["Arn"]
    client["iam"].put_user_policy(UserName=names["user"], PolicyName="own", PolicyDocument=json.dumps(POLICY))
    names["policy_arn"] = client["iam"].create_policy(PolicyName=names["policy"], PolicyDocument=json.dumps(POLICY))["Policy"]["Arn"]
    names["scheduler_role"] = make_role(hearth, "scheduler.amazonaws.com", may=["lambda:InvokeFunction"])
    names["function_arn"] = client["lambda"].create_function(FunctionName=names["function"], Runtime="python3.11", Role=role, Handler="index.handler",
                                                              Code={"ZipFile": package(index__py="def handler(event, context): pass")})["FunctionArn"]
    client["events"].put_rule(Name=names["rule"], ScheduleExpression="rate(1 day)")
    client["ssm"].put_parameter(Name=names["parameter"], Value="v", Type="String")
    client["logs"].create_log_group(logGroupName=names["log_group"])
    names["api"] = client["apigateway"].create_rest_api(name=fresh("api"))["id"]
    names["root"] = client["apigateway"].get_resources(restApiId=names["api"])["items"][0]["id"]
    client["secretsmanager"].create_secret(Name=names["gone"], SecretString="s")
    client["secretsmanager"].delete_secret(SecretId=names["gone"])
    client["cloudformation"].create_stack(StackName=names["stack"], TemplateBody='{"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}}')
    return client, names


def filled(value, names):
    if isinstance(value, dict):
        return {key: filled(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, names) for inner in value]
    return string.Template(value).substitute(names) if isinstance(value, str) else value


@pytest.mark.parametrize("service", ROWS)
def test_refusals(world, service):
    clients, names = world
    wrong = []
    for operation, given, code, status, words in ROWS[service]:
        try:
            with refused(code, status, filled(words, names)):
                getattr(clients[service], xform_name(operation))(**filled(given, names))
        except AssertionError as difference:
            wrong.append(f"{operation} {given}: {difference}")
    assert not wrong, "\n".join(wrong)
