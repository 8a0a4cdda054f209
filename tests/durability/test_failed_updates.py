"""An update of a stack of more than forty resources fails at each of its steps in turn: in the services, and not
only in the stack's records, everything is as it was before."""

import json

import pytest
from botocore.exceptions import WaiterError

from support.aws import fresh, trust
from support.wait import until

ACCOUNT = "000000000001"


def allow(action, resource="*"):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}


def ref(name):
    return {"Ref": name}


def arn(name):
    return {"Fn::GetAtt": [name, "Arn"]}


def tags(**given):
    return [{"Key": key, "Value": value} for key, value in given.items()]


def resources(stack):
    """(name, type, properties before, properties after), each behind what it needs. None: not in that template."""
    # What one of the properties of a function, a rule ... may be before and after, in one place.
    trusted = [json.loads(trust("lambda.amazonaws.com")), json.loads(trust("lambda.amazonaws.com", "scheduler.amazonaws.com", "events.amazonaws.com"))]
    bucket = f"arn:aws:s3:::{stack}-plain"

    def policy(action):
        return {"Bucket": ref("Plain"), "PolicyDocument": {"Version": "2012-10-17", "Statement": [
            {"Sid": "a", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": action, "Resource": bucket + "/*"}]}}

    def function(name, text, **more):
        return {"FunctionName": f"{stack}-{name}", "Runtime": "python3.11", "Handler": "index.handler", "Role": arn("Role"),
                "Code": {"ZipFile": f"def handler(event, context):\n    return {text!r}\n"}} | more

    def mock(status, template, **more):
        return {"RestApiId": ref("Api"), "ResourceId": ref("Path"), "HttpMethod": "GET", "AuthorizationType": "NONE",
                "Integration": {"Type": "MOCK", "RequestTemplates": {"application/json": template},
                                "IntegrationResponses": [{"StatusCode": status, "ResponseTemplates": {"application/json": template}}]},
                "MethodResponses": [{"StatusCode": status}]} | more

    return [
        ("Plain", "AWS::S3::Bucket", {"BucketName": f"{stack}-plain", "Tags": tags(a="1", b="2")},
         {"BucketName": f"{stack}-plain", "Tags": tags(a="2"), "PublicAccessBlockConfiguration": {"BlockPublicAcls": True},
          "VersioningConfiguration": {"Status": "Enabled"},
          "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
          "BucketEncryption": {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
          "LifecycleConfiguration": {"Rules": [{"Id": "old", "Status": "Enabled", "ExpirationInDays": 7}]}}),
        ("Settings", "AWS::S3::Bucket",
         {"BucketName": f"{stack}-settings", "VersioningConfiguration": {"Status": "Enabled"}, "AccessControl": "Private",
          "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "IgnorePublicAcls": True},
          "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
          "LifecycleConfiguration": {"Rules": [{"Id": "old", "Status": "Enabled", "ExpirationInDays": 7, "Prefix": "logs/"}]}},
         {"BucketName": f"{stack}-settings", "VersioningConfiguration": {"Status": "Suspended"}}),
        ("Moved", "AWS::S3::Bucket", {"BucketName": f"{stack}-old"}, {"BucketName": f"{stack}-new"}),
        ("BucketPolicy", "AWS::S3::BucketPolicy", policy("s3:GetObject"), policy("s3:PutObject")),
        ("Role", "AWS::IAM::Role",
         {"RoleName": f"{stack}-role", "AssumeRolePolicyDocument": trusted[1], "Description": "before", "Tags": tags(a="1"),
          "Policies": [{"PolicyName": "own", "PolicyDocument": allow("logs:PutLogEvents")}, {"PolicyName": "less", "PolicyDocument": allow("s3:GetObject")}]},
         {"RoleName": f"{stack}-role", "AssumeRolePolicyDocument": trusted[1] | {"Id": "after"}, "MaxSessionDuration": 7200, "Tags": tags(a="2", b="1"),
          "Policies": [{"PolicyName": "own", "PolicyDocument": allow("logs:*")}, {"PolicyName": "more", "PolicyDocument": allow("s3:*")}]}),
        ("Renamed", "AWS::IAM::Role", {"RoleName": f"{stack}-one", "AssumeRolePolicyDocument": trusted[0]},
         {"RoleName": f"{stack}-two", "AssumeRolePolicyDocument": trusted[0]}),
        ("Managed", "AWS::IAM::ManagedPolicy",
         {"ManagedPolicyName": f"{stack}-managed", "PolicyDocument": allow("s3:GetObject"), "Roles": [ref("Role")]},
         {"ManagedPolicyName": f"{stack}-managed", "PolicyDocument": allow("s3:*"), "Roles": []}),
        ("Inline", "AWS::IAM::Policy", {"PolicyName": "before", "PolicyDocument": allow("sqs:SendMessage"), "Roles": [ref("Role")]},
         {"PolicyName": "after", "PolicyDocument": allow("sqs:*"), "Roles": [ref("Role")]}),
        ("Group", "AWS::IAM::Group", {"GroupName": f"{stack}-group", "Policies": [{"PolicyName": "own", "PolicyDocument": allow("s3:*")}]},
         {"GroupName": f"{stack}-group", "Path": "/some/", "ManagedPolicyArns": [ref("Managed")]}),
        ("User", "AWS::IAM::User", {"UserName": f"{stack}-user", "Groups": [ref("Group")], "Tags": tags(a="1")},
         {"UserName": f"{stack}-user", "Path": "/some/", "Policies": [{"PolicyName": "own", "PolicyDocument": allow("s3:*")}]}),
        ("Guest", "AWS::IAM::User", {"UserName": f"{stack}-guest"}, {"UserName": f"{stack}-guest", "ManagedPolicyArns": [ref("Managed")]}),
        ("Third", "AWS::IAM::User", {"UserName": f"{stack}-third"}, {"UserName": f"{stack}-third"}),
        ("Member", "AWS::IAM::UserToGroupAddition", {"GroupName": ref("Group"), "Users": [ref("Guest")]},
         {"GroupName": ref("Group"), "Users": [ref("Third")]}),
        ("AccessKey", "AWS::IAM::AccessKey", {"UserName": ref("Guest")}, {"UserName": ref("Guest"), "Status": "Inactive"}),
        ("Group7", "AWS::Logs::LogGroup", {"LogGroupName": f"{stack}-logs", "RetentionInDays": 7, "Tags": tags(a="1")},
         {"LogGroupName": f"{stack}-logs", "Tags": tags(b="1")}),
        ("Unlimited", "AWS::Logs::LogGroup", {"LogGroupName": f"{stack}-unlimited"}, {"LogGroupName": f"{stack}-unlimited", "RetentionInDays": 1}),
        ("Stream", "AWS::Logs::LogStream", {"LogGroupName": ref("Group7"), "LogStreamName": "before"},
         {"LogGroupName": ref("Group7"), "LogStreamName": "after"}),
        ("Function", "AWS::Lambda::Function",
         function("one", "before", Description="before", Timeout=5, MemorySize=256, Tags=tags(a="1", b="2"), EphemeralStorage={"Size": 1024},
                  Environment={"Variables": {"STAGE": "before"}}, ReservedConcurrentExecutions=1),
         function("one", "after", Environment={"Variables": {"OTHER": "after"}}, Tags=tags(a="2"))),
        ("Bare", "AWS::Lambda::Function", function("bare", "bare"),
         function("bare", "bare", Description="after", Timeout=9, MemorySize=512, Runtime="python3.12", Handler="index.other",
                  ReservedConcurrentExecutions=2, Environment={"Variables": {"STAGE": "b"}})),
        ("Replaced", "AWS::Lambda::Function", function("before", "x"), function("after", "x")),
        ("Permission", "AWS::Lambda::Permission",
         {"FunctionName": ref("Function"), "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"},
         {"FunctionName": ref("Function"), "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}),
        ("Version", "AWS::Lambda::Version", {"FunctionName": ref("Function"), "Description": "before"},
         {"FunctionName": ref("Function"), "Description": "after"}),
        ("Alias", "AWS::Lambda::Alias",
         {"FunctionName": ref("Function"), "Name": "live", "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}, "Description": "before"},
         {"FunctionName": ref("Function"), "Name": "live", "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}}),
        ("Retries", "AWS::Lambda::EventInvokeConfig", {"FunctionName": ref("Function"), "Qualifier": "$LATEST", "MaximumRetryAttempts": 1},
         {"FunctionName": ref("Function"), "Qualifier": "$LATEST", "MaximumEventAgeInSeconds": 60}),
        ("Rule", "AWS::Events::Rule",
         {"Name": f"{stack}-rule", "ScheduleExpression": "rate(1 day)", "State": "DISABLED", "Tags": tags(a="1"),
          "Targets": [{"Id": "one", "Arn": arn("Function"), "Input": "{}"}]},
         {"Name": f"{stack}-rule", "ScheduleExpression": "rate(2 days)", "State": "DISABLED", "Description": "after",
          "Targets": [{"Id": "two", "Arn": arn("Bare")}]}),
        ("Rule2", "AWS::Events::Rule", {"Name": f"{stack}-before", "ScheduleExpression": "rate(1 day)", "State": "DISABLED"},
         {"Name": f"{stack}-after", "ScheduleExpression": "rate(1 day)", "State": "DISABLED"}),
        ("Schedules", "AWS::Scheduler::ScheduleGroup", {"Name": f"{stack}-group", "Tags": tags(a="1")},
         {"Name": f"{stack}-group", "Tags": tags(a="2")}),
        ("Schedule", "AWS::Scheduler::Schedule",
         {"Name": f"{stack}-schedule", "ScheduleExpression": "rate(9 days)", "FlexibleTimeWindow": {"Mode": "OFF"}, "State": "DISABLED",
          "GroupName": ref("Schedules"), "Target": {"Arn": arn("Function"), "RoleArn": arn("Role"), "Input": "{}"}},
         {"Name": f"{stack}-schedule", "ScheduleExpression": "cron(0 1 * * ? *)", "ScheduleExpressionTimezone": "Europe/Vienna", "Description": "after",
          "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}, "State": "DISABLED", "GroupName": ref("Schedules"),
          "Target": {"Arn": arn("Bare"), "RoleArn": arn("Role"), "RetryPolicy": {"MaximumRetryAttempts": 1}}}),
        ("Elsewhere", "AWS::Scheduler::Schedule",
         {"Name": f"{stack}-elsewhere", "ScheduleExpression": "rate(9 days)", "FlexibleTimeWindow": {"Mode": "OFF"}, "State": "DISABLED",
          "Target": {"Arn": arn("Bare"), "RoleArn": arn("Role")}},
         {"Name": f"{stack}-elsewhere", "ScheduleExpression": "rate(9 days)", "FlexibleTimeWindow": {"Mode": "OFF"}, "State": "DISABLED",
          "GroupName": ref("Schedules"), "Target": {"Arn": arn("Bare"), "RoleArn": arn("Role")}}),
        ("Api", "AWS::ApiGateway::RestApi",
         {"Name": f"{stack}-api", "Description": "before", "BinaryMediaTypes": ["image/png"], "Tags": tags(a="1"), "ApiKeySourceType": "HEADER"},
         {"Name": f"{stack}-renamed", "BinaryMediaTypes": ["image/jpeg", "image/gif"], "Tags": tags(a="2", b="1"), "DisableExecuteApiEndpoint": True,
          "ApiKeySourceType": "AUTHORIZER"}),
        ("Path", "AWS::ApiGateway::Resource", {"RestApiId": ref("Api"), "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "PathPart": "stays"},
         {"RestApiId": ref("Api"), "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "PathPart": "stays"}),
        ("Path2", "AWS::ApiGateway::Resource", {"RestApiId": ref("Api"), "ParentId": ref("Path"), "PathPart": "before"},
         {"RestApiId": ref("Api"), "ParentId": ref("Path"), "PathPart": "after"}),
        ("Validator", "AWS::ApiGateway::RequestValidator", {"RestApiId": ref("Api"), "Name": "checks", "ValidateRequestBody": True},
         {"RestApiId": ref("Api"), "Name": "checks", "ValidateRequestParameters": True}),
        ("Model", "AWS::ApiGateway::Model", {"RestApiId": ref("Api"), "Name": "Shape", "ContentType": "application/json", "Schema": {"type": "object"}},
         {"RestApiId": ref("Api"), "Name": "Shape", "ContentType": "application/json", "Schema": {"type": "array"}, "Description": "after"}),
        ("Get", "AWS::ApiGateway::Method",
         mock("200", '{"statusCode": 200}', ApiKeyRequired=True, RequestModels={"application/json": ref("Model")}, RequestValidatorId=ref("Validator")),
         mock("201", '{"statusCode": 201}', OperationName="after", RequestParameters={"method.request.querystring.a": True})),
        ("Put", "AWS::ApiGateway::Method", mock("200", '{"statusCode": 200}', HttpMethod="PUT", ResourceId=ref("Path2")),
         mock("200", '{"statusCode": 200}', HttpMethod="POST", ResourceId=ref("Path2"))),
        ("Answer", "AWS::ApiGateway::GatewayResponse", {"RestApiId": ref("Api"), "ResponseType": "UNAUTHORIZED", "StatusCode": "418"},
         {"RestApiId": ref("Api"), "ResponseType": "UNAUTHORIZED", "ResponseTemplates": {"application/json": "{}"}}),
        ("Answer2", "AWS::ApiGateway::GatewayResponse", {"RestApiId": ref("Api"), "ResponseType": "THROTTLED", "StatusCode": "430"},
         {"RestApiId": ref("Api"), "ResponseType": "QUOTA_EXCEEDED", "StatusCode": "430"}),
        ("Before", "AWS::ApiGateway::Deployment", {"RestApiId": ref("Api"), "Description": "before"}, None),
        ("After", "AWS::ApiGateway::Deployment", None, {"RestApiId": ref("Api"), "Description": "after"}),
        ("Stage", "AWS::ApiGateway::Stage",
         {"RestApiId": ref("Api"), "StageName": "live", "DeploymentId": ref("Before"), "Description": "before", "Variables": {"a": "1", "b": "2"},
          "MethodSettings": [{"ResourcePath": "/*", "HttpMethod": "*", "ThrottlingRateLimit": 10, "ThrottlingBurstLimit": 5}], "Tags": tags(a="1")},
         {"RestApiId": ref("Api"), "StageName": "live", "DeploymentId": ref("After"), "Variables": {"b": "3", "c": "4"},
          "MethodSettings": [{"ResourcePath": "/stays", "HttpMethod": "GET", "ThrottlingRateLimit": 20, "ThrottlingBurstLimit": 10}], "Tags": tags(b="1")}),
        ("Key", "AWS::ApiGateway::ApiKey", {"Name": f"{stack}-key", "Enabled": True, "Value": f"{stack}-0123456789-0123456789", "Tags": tags(a="1")},
         {"Name": f"{stack}-key", "Enabled": False, "Value": f"{stack}-0123456789-0123456789", "Description": "after", "Tags": tags(a="2")}),
        ("Plan", "AWS::ApiGateway::UsagePlan",
         {"UsagePlanName": f"{stack}-plan", "Description": "before", "Throttle": {"BurstLimit": 1, "RateLimit": 2}, "Tags": tags(a="1"),
          "Quota": {"Limit": 5, "Period": "DAY"}, "ApiStages": [{"ApiId": ref("Api"), "Stage": ref("Stage")}]},
         {"UsagePlanName": f"{stack}-planned", "Throttle": {"BurstLimit": 3, "RateLimit": 4}, "Tags": tags(b="2")}),
        ("PlanKey", "AWS::ApiGateway::UsagePlanKey", {"KeyId": ref("Key"), "KeyType": "API_KEY", "UsagePlanId": ref("Plan")}, None),
        ("Mail", "AWS::SES::EmailIdentity", {"EmailIdentity": f"{stack}@before.example"}, {"EmailIdentity": f"{stack}@after.example"}),
        ("Gone", "AWS::Logs::LogGroup", {"LogGroupName": f"{stack}-gone"}, None),
        ("GoneToo", "AWS::IAM::Role", {"RoleName": f"{stack}-gone", "AssumeRolePolicyDocument": trusted[0]}, None),
        ("New", "AWS::S3::Bucket", None, {"BucketName": f"{stack}-added"}),
        ("NewToo", "AWS::Lambda::Function", None, function("added", "added")),
    ]


def declared(kind, properties):
    resource = {"Type": kind, "Properties": properties}
    if kind == "AWS::ApiGateway::Deployment":
        resource["DependsOn"] = ["Get", "Put"]
    return resource


def before(stack):
    return {"Resources": {name: declared(kind, given) for name, kind, given, _ in resources(stack) if given is not None}}


def after(stack, position=None):
    """The update; it fails when the first `position` resources are changed, and before any other is."""
    wanted = [(name, declared(kind, given)) for name, kind, _, given in resources(stack) if given is not None]
    if position is not None:
        done = [name for name, _ in wanted[:position]]
        for _, resource in wanted[position:]:
            resource["DependsOn"] = resource.get("DependsOn", []) + ["Failing"]
        # Its name is taken.
        wanted.append(("Failing", {"Type": "AWS::Logs::LogGroup", "DependsOn": done, "Properties": {"LogGroupName": f"{stack}-taken"}}))
    return {"Resources": dict(wanted)}


# --- what there is


NOISE = {"ResponseMetadata", "LastModified", "lastUpdatedDate", "LastModificationDate", "LastModifiedDate", "UpdateDate", "RevisionId"}


def plain(value):
    """Without what every write changes; lists in an order of their own."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key not in NOISE}
    if isinstance(value, list):
        return sorted((plain(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True, default=str))
    return value


def differences(former, now, path=""):
    if type(former) is type(now) is dict:
        for key in former.keys() | now.keys():
            yield from differences(former.get(key), now.get(key), f"{path}/{key}")
    elif type(former) is type(now) is list and len(former) == len(now):
        for at, pair in enumerate(zip(former, now)):
            yield from differences(*pair, f"{path}/{at}")
    elif former != now:
        yield f"{path}: {former!r} is {now!r}"


class Services:
    """Everything whose name begins with the stack's, as the services describe it."""

    def __init__(self, hearth, stack):
        self.stack = stack
        for name in ("s3", "iam", "logs", "lambda", "events", "scheduler", "apigateway", "ses"):
            setattr(self, name.replace("lambda", "functions"), hearth.client(name))

    def ours(self, items, key):
        return [item for item in items if item[key].startswith(self.stack + "-") or item[key].startswith(self.stack + "@")]

    @staticmethod
    def attempt(call, **arguments):
        try:
            return call(**arguments)
        except call.__self__.exceptions.ClientError as error:
            return error.response["Error"]["Code"]

    def buckets(self):
        asked = ("acl", "policy", "versioning", "tagging", "encryption", "ownership_controls", "lifecycle_configuration", "location")
        for found in self.ours(self.s3.list_buckets()["Buckets"], "Name"):
            name = found["Name"]
            known = {one: self.attempt(getattr(self.s3, "get_bucket_" + one), Bucket=name) for one in asked}
            yield name, found, known, self.attempt(self.s3.get_public_access_block, Bucket=name)

    def people(self):
        iam = self.iam
        for role in self.ours(iam.list_roles()["Roles"], "RoleName"):
            of = {"RoleName": role["RoleName"]}
            yield iam.get_role(**of), iam.list_attached_role_policies(**of), iam.list_role_tags(**of), [
                iam.get_role_policy(PolicyName=name, **of) for name in iam.list_role_policies(**of)["PolicyNames"]]
        for user in self.ours(iam.list_users()["Users"], "UserName"):
            of = {"UserName": user["UserName"]}
            yield iam.get_user(**of), iam.list_attached_user_policies(**of), iam.list_user_tags(**of), [
                iam.get_user_policy(PolicyName=name, **of) for name in iam.list_user_policies(**of)["PolicyNames"]]
            yield iam.list_groups_for_user(**of), iam.list_access_keys(**of)
        for group in self.ours(iam.list_groups()["Groups"], "GroupName"):
            of = {"GroupName": group["GroupName"]}
            yield iam.get_group(**of), iam.list_attached_group_policies(**of), [
                iam.get_group_policy(PolicyName=name, **of) for name in iam.list_group_policies(**of)["PolicyNames"]]
        for policy in self.ours(iam.list_policies(Scope="Local")["Policies"], "PolicyName"):
            versions = iam.list_policy_versions(PolicyArn=policy["Arn"])["Versions"]
            yield policy, [iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=one["VersionId"]) for one in versions]

    def log_groups(self):
        for group in self.logs.describe_log_groups(logGroupNamePrefix=self.stack + "-")["logGroups"]:
            name = group["logGroupName"]
            yield group, self.logs.list_tags_log_group(logGroupName=name), self.logs.describe_log_streams(logGroupName=name)["logStreams"]

    def all_functions(self):
        client = self.functions
        for function in self.ours(client.list_functions()["Functions"], "FunctionName"):
            of = {"FunctionName": function["FunctionName"]}
            whole = client.get_function(**of)
            whole["Code"].pop("Location", None)
            policy = self.attempt(client.get_policy, **of)
            yield whole, json.loads(policy["Policy"]) if isinstance(policy, dict) else policy
            yield client.list_versions_by_function(**of)["Versions"], client.list_aliases(**of)["Aliases"]
            yield client.list_function_event_invoke_configs(**of)["FunctionEventInvokeConfigs"]

    def times(self):
        for rule in self.ours(self.events.list_rules()["Rules"], "Name"):
            yield self.events.describe_rule(Name=rule["Name"]), self.events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
            yield self.events.list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"]
        for group in self.ours(self.scheduler.list_schedule_groups()["ScheduleGroups"], "Name"):
            yield group, self.scheduler.list_tags_for_resource(ResourceArn=group["Arn"])["Tags"]
        for schedule in self.ours(self.scheduler.list_schedules()["Schedules"], "Name"):
            yield self.scheduler.get_schedule(Name=schedule["Name"], GroupName=schedule["GroupName"])

    def apis(self):
        client = self.apigateway
        for api in self.ours(client.get_rest_apis(limit=500)["items"], "name"):
            of = {"restApiId": api["id"]}
            yield api, client.get_resources(embed=["methods"], limit=500, **of)["items"]
            yield client.get_models(**of)["items"], client.get_request_validators(**of)["items"], client.get_gateway_responses(**of)["items"]
            yield client.get_deployments(**of)["items"], client.get_stages(**of)["item"]
        for key in self.ours(client.get_api_keys(includeValues=True, limit=500)["items"], "name"):
            yield key
        for plan in self.ours(client.get_usage_plans(limit=500)["items"], "name"):
            yield plan, client.get_usage_plan_keys(usagePlanId=plan["id"])["items"]

    def mail(self):
        yield [one for one in self.ses.list_identities()["Identities"] if one.startswith(self.stack + "@")]

    def state(self):
        parts = (self.buckets, self.people, self.log_groups, self.all_functions, self.times, self.apis, self.mail)
        return {part.__name__: plain([list(item) if isinstance(item, tuple) else item for item in part()]) for part in parts}


def order(client, operation, stack, template):
    getattr(client, operation)(StackName=stack, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"])
    try:
        client.get_waiter(operation.replace("create_stack", "stack_create").replace("update_stack", "stack_update") + "_complete").wait(
            StackName=stack, WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200})
    except WaiterError:
        pass
    return client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]


def told(client, stack):
    """What the stack says of its resources, but for when and how it came to that."""
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    return {entry["LogicalResourceId"]: (entry["PhysicalResourceId"], entry["ResourceType"]) for page in pages for entry in page["StackResourceSummaries"]}


@pytest.fixture
def stack(hearth):
    name = fresh("everything")
    hearth.client("logs").create_log_group(logGroupName=f"{name}-taken")
    client = hearth.client("cloudformation")
    assert order(client, "create_stack", name, before(name)) == "CREATE_COMPLETE", failures(client, name)
    yield name
    client.delete_stack(StackName=name)
    client.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200})


def failures(client, stack):
    pages = client.get_paginator("describe_stack_events").paginate(StackName=stack)
    return [(event["LogicalResourceId"], event.get("ResourceStatusReason")) for page in pages for event in page["StackEvents"]
            if event["ResourceStatus"].endswith("_FAILED")]


def drifted(client, stack):
    """What has come to differ from the template, in the services' own words."""
    detection = client.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
    status = until(lambda: (found := client.describe_stack_drift_detection_status(StackDriftDetectionId=detection))["DetectionStatus"]
                   != "DETECTION_IN_PROGRESS" and found, "drift is looked for")
    assert status["DetectionStatus"] == "DETECTION_COMPLETE", status
    found = client.describe_stack_resource_drifts(StackName=stack, StackResourceDriftStatusFilters=["MODIFIED", "DELETED", "NOT_CHECKED"])
    return [(one["LogicalResourceId"], one["StackResourceDriftStatus"], one["PropertyDifferences"]) for one in found["StackResourceDrifts"]]


def test_the_former_state_is_back_wherever_an_update_fails(hearth, stack):
    client, services = hearth.client("cloudformation"), Services(hearth, stack)
    former, known = services.state(), told(client, stack)
    assert len(known) > 40
    assert drifted(client, stack) == []
    changed = set()
    for position in range(len(after(stack)["Resources"]) + 1):
        assert order(client, "update_stack", stack, after(stack, position)) == "UPDATE_ROLLBACK_COMPLETE", failures(client, stack)
        assert told(client, stack) == known, position
        changed |= {f"after {position}: {line}" for line in differences(former, services.state())}
    assert not changed, "\n".join(sorted(changed))
    assert order(client, "update_stack", stack, after(stack)) == "UPDATE_COMPLETE", failures(client, stack)
    assert services.state() != former
    assert drifted(client, stack) == []
    # And the whole way back, asked for.
    assert order(client, "update_stack", stack, before(stack)) == "UPDATE_COMPLETE", failures(client, stack)
