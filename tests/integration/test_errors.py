"""How operations refuse what is not there, what is there already, and what is no value of theirs: a row for each operation that no
larger scenario sees refused. tests/support/scenarios.py tells which rows are missing."""

import json
import string

import pytest
from botocore import xform_name

from support.aws import fresh, make_bucket, refused, trust
from support.packages import package

ACCOUNT = "000000000001"
NOTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
ABSENT_POLICY = f"arn:aws:iam::{ACCOUNT}:policy/absent"
ABSENT_FUNCTION = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:absent"
ABSENT_RULE = f"arn:aws:events:eu-central-1:{ACCOUNT}:rule/absent"
ABSENT_GROUP = f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:absent"
ABSENT_API = "arn:aws:apigateway:eu-central-1::/restapis/absent"
TARGET = {"Arn": ABSENT_FUNCTION, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/absent"}

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
    return operation, {**more}, code, 400, words


# (operation, input, code, HTTP status, words); $names are those of `world`.
ROWS = {
    "iam": [
        iam("AddUserToGroup", "group", GroupName="absent", UserName="$user"),
        iam("AddUserToGroup", "user", GroupName="$group", UserName="absent"),
        iam("AttachGroupPolicy", "attachable", GroupName="$group", PolicyArn=ABSENT_POLICY),
        iam("AttachUserPolicy", "user", UserName="absent", PolicyArn="$policy_arn"),
        ("CreateGroup", {"GroupName": "$group"}, "EntityAlreadyExists", 409, "Group with name $group already exists."),
        ("CreateUser", {"UserName": "$user"}, "EntityAlreadyExists", 409, "User with name $user already exists."),
        ("CreatePolicy", {"PolicyName": "$policy", "PolicyDocument": json.dumps(NOTHING)}, "EntityAlreadyExists", 409,
         "A policy called $policy already exists. Duplicate names are not allowed."),
        iam("CreatePolicyVersion", "policy", PolicyArn=ABSENT_POLICY, PolicyDocument=json.dumps(NOTHING)),
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
        iam("PutGroupPolicy", "group", GroupName="absent", PolicyName="p", PolicyDocument=json.dumps(NOTHING)),
        ("PutUserPolicy", {"UserName": "$user", "PolicyName": "p", "PolicyDocument": "{"}, "MalformedPolicyDocument", 400, ""),
        iam("RemoveUserFromGroup", "group", GroupName="absent", UserName="$user"),
        ("TagUser", {"UserName": "$user", "Tags": [{"Key": "aws:mine", "Value": "1"}]}, "InvalidInput", 400, "aws:"),
        ("TagUser", {"UserName": "$user", "Tags": [{"Key": f"k{i}", "Value": "1"} for i in range(51)]}, "ValidationError", 400, "'tags'"),
        iam("UpdateAccessKey", "The Access Key with id AKIAABSENTABSENT1234 cannot be found.", UserName="$user",
            AccessKeyId="AKIAABSENTABSENT1234", Status="Inactive"),
        iam("UpdateAssumeRolePolicy", "role", RoleName="absent", PolicyDocument=trust("lambda.amazonaws.com")),
        iam("UpdateRoleDescription", "role", RoleName="absent", Description="d"),
    ],
    "lambda": [
        *((operation, {"FunctionName": "absent", **more}, "ResourceNotFoundException", 404, f"Function not found: {ABSENT_FUNCTION}")
          for operation, more in (
              ("CreateAlias", {"Name": "live", "FunctionVersion": "1"}), ("DeleteAlias", {"Name": "live"}), ("DeleteFunctionEventInvokeConfig", {}),
              ("GetFunctionConfiguration", {}), ("ListAliases", {}), ("ListFunctionEventInvokeConfigs", {}), ("ListVersionsByFunction", {}),
              ("PublishVersion", {}), ("PutFunctionConcurrency", {"ReservedConcurrentExecutions": 1}), ("UpdateAlias", {"Name": "live"}),
              ("UpdateFunctionEventInvokeConfig", {"MaximumRetryAttempts": 1}))),
        *((operation, {"Resource": ABSENT_FUNCTION, **more}, "ResourceNotFoundException", 404, f"Function not found: {ABSENT_FUNCTION}")
          for operation, more in (("ListTags", {}), ("TagResource", {"Tags": {"a": "1"}}), ("UntagResource", {"TagKeys": ["a"]}))),
        too_few("ListFunctions", "maxItems", "ValidationException", MaxItems=0),
        ("ListFunctions", {"FunctionVersion": "LATEST"}, "ValidationException", 400, "Member must satisfy enum value set: [ALL]"),
        too_few("ListAliases", "maxItems", "ValidationException", FunctionName="$function", MaxItems=0),
        ("ListVersionsByFunction", {"FunctionName": "$function", "MaxItems": 10_001}, "ValidationException", 400,
         "Value '10001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 10000"),
        ("UpdateAlias", {"FunctionName": "$function", "Name": "absent"}, "ResourceNotFoundException", 404, ""),
        ("DeleteFunctionEventInvokeConfig", {"FunctionName": "$function"}, "ResourceNotFoundException", 404, "doesn't have an EventInvokeConfig"),
    ],
    "apigateway": [
        *((operation, {"restApiId": "absent", **more}, "NotFoundException", 404, f"Invalid API identifier specified {ACCOUNT}:absent")
          for operation, more in (
              ("CreateRequestValidator", {"name": "v"}), ("GetAuthorizers", {}), ("GetDeployments", {}), ("GetGatewayResponses", {}), ("GetModels", {}),
              ("GetRequestValidators", {}), ("GetResources", {}), ("GetStages", {}))),
        ("UpdateAuthorizer", {"restApiId": "$api", "authorizerId": "absent", "patchOperations": []}, "NotFoundException", 404,
         "Invalid Authorizer identifier specified"),
        ("CreateUsagePlan", {"name": "p", "apiStages": [{"apiId": "absent", "stage": "v1"}]}, "NotFoundException", 404, "API Stage not found: absent:v1"),
        ("CreateUsagePlan", {"name": ""}, "BadRequestException", 400, "Usage Plan name cannot be blank"),
        *((operation, {"usagePlanId": "absent", **more}, "NotFoundException", 404, "Invalid Usage Plan ID specified") for operation, more in (
            ("CreateUsagePlanKey", {"keyId": "absent", "keyType": "API_KEY"}), ("GetUsagePlanKeys", {}),
            ("GetUsage", {"startDate": "2026-01-01", "endDate": "2026-01-02"}))),
        ("DeleteApiKey", {"apiKey": "absent"}, "NotFoundException", 404, "Invalid API Key identifier specified"),
        ("UpdateApiKey", {"apiKey": "absent", "patchOperations": []}, "NotFoundException", 404, "Invalid API Key identifier specified"),
        ("TagResource", {"resourceArn": ABSENT_API, "tags": {"a": "1"}}, "NotFoundException", 404, ABSENT_API),
        ("UntagResource", {"resourceArn": ABSENT_API, "tagKeys": ["a"]}, "NotFoundException", 404, ABSENT_API),
    ],
    "cloudformation": [
        *((operation, {"StackName": "absent", **more}, "ValidationError", 400, "Stack with id absent does not exist") for operation, more in (
            ("DeleteChangeSet", {"ChangeSetName": "c"}), ("DescribeStackResourceDrifts", {}), ("DescribeStackResources", {}), ("DetectStackDrift", {}),
            ("GetStackPolicy", {}), ("ListChangeSets", {}), ("ListStackResources", {}))),
        ("DescribeStackResources", {}, "ValidationError", 400, ""),
        *((operation, {"NextToken": "no-token"}, "ValidationError", 400, "no-token is not a valid NextToken")
          for operation in ("ListExports", "ListStacks", "DescribeStacks", "ListTypes")),
        ("ListStacks", {"StackStatusFilter": ["CREATED"]}, "ValidationError", 400, "Value '[CREATED]' at 'stackStatusFilter' failed to satisfy constraint"),
        ("ValidateTemplate", {"TemplateBody": "{}"}, "ValidationError", 400, "Template format error: At least one Resources member must be defined."),
        ("ValidateTemplate", {"TemplateBody": "{"}, "ValidationError", 400, "Template format error: JSON not well-formed."),
    ],
    "ecr": [("DescribeRepositories", {"repositoryNames": ["a"] * 101}, "InvalidParameterException", 400, "Member must have length less than or equal to 100")],
    "events": [
        too_few("ListEventBuses", "limit", "ValidationException", Limit=0),
        ("ListRules", {"EventBusName": "absent"}, "ResourceNotFoundException", 400, "Event bus absent does not exist."),
        ("ListRules", {"NextToken": "no-token"}, "ValidationException", 400, "NextToken"),
        ("ListRuleNamesByTarget", {"TargetArn": ABSENT_FUNCTION, "EventBusName": "absent"}, "ResourceNotFoundException", 400,
         "Event bus absent does not exist."),
        *((operation, more, "ResourceNotFoundException", 400, "Rule absent does not exist on EventBus default.") for operation, more in (
            ("ListTargetsByRule", {"Rule": "absent"}), ("PutTargets", {"Rule": "absent", "Targets": [{"Id": "1", "Arn": ABSENT_FUNCTION}]}),
            ("RemoveTargets", {"Rule": "absent", "Ids": ["1"]}), ("ListTagsForResource", {"ResourceARN": ABSENT_RULE}),
            ("TagResource", {"ResourceARN": ABSENT_RULE, "Tags": [{"Key": "a", "Value": "1"}]}),
            ("UntagResource", {"ResourceARN": ABSENT_RULE, "TagKeys": ["a"]}))),
        ("PutTargets", {"Rule": "$rule", "Targets": [{"Id": str(i), "Arn": ABSENT_FUNCTION} for i in range(6)]}, "LimitExceededException", 400,
         "The requested resource exceeds the maximum number allowed."),
    ],
    "logs": [
        *((operation, {"logGroupName": "absent", **more}, "ResourceNotFoundException", 400, "The specified log group does not exist.")
          for operation, more in (("DeleteLogGroup", {}), ("DeleteRetentionPolicy", {}), ("GetLogEvents", {"logStreamName": "s"}),
                                  ("CreateLogStream", {"logStreamName": "s"}), ("ListTagsLogGroup", {}))),
        *((operation, {"resourceArn": ABSENT_GROUP, **more}, "ResourceNotFoundException", 400, "The specified log group does not exist.")
          for operation, more in (("ListTagsForResource", {}), ("TagResource", {"tags": {"a": "1"}}), ("UntagResource", {"tagKeys": ["a"]}))),
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
    ],
    "secretsmanager": [
        *((operation, {"SecretId": "absent", **more}, "ResourceNotFoundException", 400, "Secrets Manager can't find the specified secret.")
          for operation, more in (("ListSecretVersionIds", {}), ("RestoreSecret", {}), ("TagResource", {"Tags": [{"Key": "a", "Value": "1"}]}),
                                  ("UntagResource", {"TagKeys": ["a"]}), ("UpdateSecret", {"SecretString": "s"})))],
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
        *((operation, {"ResourceType": "Parameter", "ResourceId": "absent", **more}, "InvalidResourceId", 400, "absent")
          for operation, more in (("AddTagsToResource", {"Tags": [{"Key": "a", "Value": "1"}]}), ("RemoveTagsFromResource", {"TagKeys": ["a"]}))),
        ("AddTagsToResource", {"ResourceType": "Patch", "ResourceId": "absent", "Tags": [{"Key": "a", "Value": "1"}]}, "InvalidResourceType", 400, ""),
        ("AddTagsToResource", {"ResourceType": "Parameter", "ResourceId": "$parameter", "Tags": [{"Key": f"k{i}", "Value": "1"} for i in range(51)]},
         "TooManyTagsError", 400, ""),
        ("DeleteParameters", {"Names": []}, "ValidationException", 400, "'names' failed to satisfy constraint"),
        *((operation, {"Name": "absent", **more}, "ParameterNotFound", 400, "") for operation, more in (
            ("GetParameterHistory", {}), ("LabelParameterVersion", {"Labels": ["a"]}), ("UnlabelParameterVersion", {"Labels": ["a"], "ParameterVersion": 1}))),
        ("DescribeParameters", {"ParameterFilters": [{"Key": "Name", "Option": "Sideways", "Values": ["a"]}]}, "InvalidFilterOption", 400, "Sideways"),
        ("DescribeParameters", {"ParameterFilters": [{"Key": "Name", "Values": [""]}]}, "InvalidFilterValue", 400, ""),
    ],
}


@pytest.fixture(scope="module")
def world(hearth):
    """One of each thing that rows are about."""
    client = {service: hearth.client(service) for service in (*ROWS, "s3")}
    names = {kind: fresh(kind) for kind in ("user", "group", "role", "policy", "function", "rule", "parameter", "log_group")}
    client["iam"].create_user(UserName=names["user"])
    client["iam"].create_group(GroupName=names["group"])
    client["iam"].add_user_to_group(GroupName=names["group"], UserName=names["user"])
    role = client["iam"].create_role(RoleName=names["role"], AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))["Role"]["Arn"]
    client["iam"].put_user_policy(UserName=names["user"], PolicyName="own", PolicyDocument=json.dumps(NOTHING))
    names["policy_arn"] = client["iam"].create_policy(PolicyName=names["policy"], PolicyDocument=json.dumps(NOTHING))["Policy"]["Arn"]
    client["lambda"].create_function(FunctionName=names["function"], Runtime="python3.11", Role=role, Handler="index.handler",
                                     Code={"ZipFile": package(index__py="def handler(event, context): pass")})
    client["events"].put_rule(Name=names["rule"], ScheduleExpression="rate(1 day)")
    client["ssm"].put_parameter(Name=names["parameter"], Value="v", Type="String")
    client["logs"].create_log_group(logGroupName=names["log_group"])
    names["api"] = client["apigateway"].create_rest_api(name=fresh("api"))["id"]
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
