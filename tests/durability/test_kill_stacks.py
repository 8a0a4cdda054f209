"""kill -9 at many moments of creating, updating and deleting a stack: it always ends, and what it says is what is there."""

import json
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

from support.packages import package
from support.wait import until

MOMENTS = 5   # kills per operation, spread over the time that it takes undisturbed

TEMPLATE = json.dumps({
    "Parameters": {"Days": {"Type": "Number", "Default": "7"}, "Greeting": {"Type": "String", "Default": "one"}},
    "Resources": {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com"]}, "Action": "sts:AssumeRole"}]},
            "Policies": [{"PolicyName": "write", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "s3:*", "Resource": {"Fn::Sub": "arn:aws:s3:::${Bucket}/*"}}]}}]}},
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {
            "LogGroupName": {"Fn::Sub": "/${AWS::StackName}/logs"}, "RetentionInDays": {"Ref": "Days"}}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {
            "Runtime": "python3.11", "Handler": "index.handler", "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"S3Bucket": "packages", "S3Key": "code.zip"},
            "Environment": {"Variables": {"GREETING": {"Ref": "Greeting"}, "BUCKET": {"Ref": "Bucket"}}}}},
        "Rule": {"Type": "AWS::Events::Rule", "Properties": {
            "ScheduleExpression": {"Fn::Sub": "rate(${Days} days)"},
            "Targets": [{"Id": "function", "Arn": {"Fn::GetAtt": ["Function", "Arn"]}}]}},
        "Allowed": {"Type": "AWS::Lambda::Permission", "Properties": {
            "Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "Function"}, "Principal": "events.amazonaws.com",
            "SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]}}},
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": {"Ref": "AWS::StackName"}}},
        "Method": {"Type": "AWS::ApiGateway::Method", "Properties": {
            "RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "HttpMethod": "GET",
            "AuthorizationType": "NONE", "Integration": {"Type": "MOCK"}}},
        "Deployment": {"Type": "AWS::ApiGateway::Deployment", "DependsOn": "Method", "Properties": {"RestApiId": {"Ref": "Api"}}},
        "Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": {
            "RestApiId": {"Ref": "Api"}, "DeploymentId": {"Ref": "Deployment"}, "StageName": "v1"}},
    },
    "Outputs": {"Bucket": {"Value": {"Ref": "Bucket"}}},
})
SOURCE = 'import os\n\ndef handler(event, context):\n    return os.environ["GREETING"]\n'


class Cloud:
    """The clients of a server, made anew after each restart."""

    def __init__(self, hearth):
        self.hearth = hearth
        self.connect()

    def connect(self):
        self.stacks = self.hearth.client("cloudformation")
        self.s3 = self.hearth.client("s3")
        self.functions = self.hearth.client("lambda")
        self.logs = self.hearth.client("logs")

    def cut_off(self, after, call):
        """Makes the call, kills the server `after` seconds later, and starts it again. Whether it was acknowledged."""
        acknowledged = []

        def run():
            try:
                call(self.hearth.client("cloudformation"))
                acknowledged.append(True)
            except (BotoCoreError, ClientError):
                pass

        thread = threading.Thread(target=run)
        thread.start()
        time.sleep(after)  # the moment of the kill: not a wait for anything
        self.hearth.kill()
        thread.join(60)
        self.hearth.start()
        self.connect()
        return bool(acknowledged)

    def find(self, name):
        try:
            return self.stacks.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            assert "does not exist" in str(error), error
            return None

    def settled(self, name):
        """The stack once nothing runs on it any more; None when it is gone."""
        def probe():
            stack = self.find(name)
            return (stack,) if stack is None or not stack["StackStatus"].endswith("_IN_PROGRESS") else None
        return until(probe, f"{name} to end")[0]

    def create(self, name):
        self.stacks.create_stack(StackName=name, TemplateBody=TEMPLATE, Capabilities=["CAPABILITY_IAM"])
        assert self.settled(name)["StackStatus"] == "CREATE_COMPLETE"

    def physical(self, name):
        return {entry["LogicalResourceId"]: entry["PhysicalResourceId"]
                for entry in self.stacks.describe_stack_resources(StackName=name)["StackResources"]}

    def assert_stands(self, name):
        """What the stack says is what the services have."""
        stack = self.find(name)
        wanted = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack["Parameters"]}
        ids = self.physical(name)
        assert set(ids) == set(json.loads(TEMPLATE)["Resources"])
        self.s3.head_bucket(Bucket=ids["Bucket"])
        assert stack["Outputs"][0]["OutputValue"] == ids["Bucket"]
        group = self.logs.describe_log_groups(logGroupNamePrefix=ids["Logs"])["logGroups"][0]
        assert str(group["retentionInDays"]) == wanted["Days"]
        rule = self.hearth.client("events").describe_rule(Name=ids["Rule"])
        assert rule["ScheduleExpression"] == f"rate({wanted['Days']} days)"
        api = self.hearth.client("apigateway")
        assert api.get_stage(restApiId=ids["Api"], stageName="v1")["deploymentId"] == ids["Deployment"]
        answer = self.functions.invoke(FunctionName=ids["Function"])
        assert json.loads(answer["Payload"].read()) == wanted["Greeting"]

    def assert_nothing_of(self, name):
        """No service has anything that such a stack makes."""
        assert not [bucket for bucket in self.s3.list_buckets()["Buckets"] if bucket["Name"].startswith(name)]
        assert not [one for one in self.functions.list_functions()["Functions"] if one["FunctionName"].startswith(name)]
        assert not self.logs.describe_log_groups(logGroupNamePrefix=f"/{name}/")["logGroups"]
        assert not [role for role in self.hearth.client("iam").list_roles()["Roles"] if role["RoleName"].startswith(name)]
        assert not [rule for rule in self.hearth.client("events").list_rules()["Rules"] if rule["Name"].startswith(name)]
        assert not [api for api in self.hearth.client("apigateway").get_rest_apis()["items"] if api["name"] == name]


def cloud_of(make_hearth):
    cloud = Cloud(make_hearth().start())
    cloud.s3.create_bucket(Bucket="packages", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    cloud.s3.put_object(Bucket="packages", Key="code.zip", Body=package(index__py=SOURCE))
    return cloud


def seconds_of(work):
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def moments(whole):
    return [whole * number / MOMENTS for number in range(MOMENTS)]


def parameters(turn):
    return [{"ParameterKey": "Days", "ParameterValue": str((3, 5, 7, 14, 30)[turn % 5])},
            {"ParameterKey": "Greeting", "ParameterValue": f"turn {turn}"}]


def test_creation(make_hearth):
    cloud = cloud_of(make_hearth)
    whole = seconds_of(lambda: cloud.create("measured"))
    for turn, moment in enumerate(moments(whole)):
        name = f"made{turn}"
        acknowledged = cloud.cut_off(moment, lambda client: client.create_stack(
            StackName=name, TemplateBody=TEMPLATE, Capabilities=["CAPABILITY_IAM"]))
        stack = cloud.settled(name)
        if stack is None:
            assert not acknowledged
            cloud.assert_nothing_of(name)
        elif stack["StackStatus"] == "CREATE_COMPLETE":
            cloud.assert_stands(name)
            cloud.stacks.delete_stack(StackName=name)
            assert cloud.settled(name) is None
        else:
            assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
            cloud.assert_nothing_of(name)
            cloud.stacks.delete_stack(StackName=name)
            assert cloud.settled(name) is None
        cloud.create(name)
        cloud.assert_stands(name)


def test_update(make_hearth):
    cloud = cloud_of(make_hearth)
    cloud.create("changed")

    def update(client, turn):
        client.update_stack(StackName="changed", UsePreviousTemplate=True, Capabilities=["CAPABILITY_IAM"],
                            Parameters=parameters(turn))

    whole = seconds_of(lambda: (update(cloud.stacks, 99), cloud.settled("changed")))
    for turn, moment in enumerate(moments(whole)):
        acknowledged = cloud.cut_off(moment, lambda client: update(client, turn))
        status = cloud.settled("changed")["StackStatus"]
        assert status in ("UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
        cloud.assert_stands("changed")
        if acknowledged and status == "UPDATE_COMPLETE":
            assert sorted(cloud.find("changed")["Parameters"], key=lambda one: one["ParameterKey"]) == parameters(turn)
        update(cloud.stacks, turn + 50)
        assert cloud.settled("changed")["StackStatus"] == "UPDATE_COMPLETE"
        cloud.assert_stands("changed")


def test_deletion(make_hearth):
    cloud = cloud_of(make_hearth)
    cloud.create("measured")
    whole = seconds_of(lambda: (cloud.stacks.delete_stack(StackName="measured"), cloud.settled("measured")))
    for turn, moment in enumerate(moments(whole)):
        name = f"gone{turn}"
        cloud.create(name)
        acknowledged = cloud.cut_off(moment, lambda client: client.delete_stack(StackName=name))
        stack = cloud.settled(name)
        if stack is not None:
            assert not acknowledged and stack["StackStatus"] == "CREATE_COMPLETE"
            cloud.assert_stands(name)
            cloud.stacks.delete_stack(StackName=name)
            assert cloud.settled(name) is None
        cloud.assert_nothing_of(name)


def test_a_creation_that_fails_is_rolled_back_over_a_kill(make_hearth):
    cloud = cloud_of(make_hearth)
    template = json.loads(TEMPLATE)
    template["Resources"]["Broken"] = {"Type": "AWS::S3::Bucket", "DependsOn": ["Stage", "Allowed"],
                                       "Properties": {"BucketName": "packages"}}
    broken = json.dumps(template)
    for turn, moment in enumerate((0.02, 0.04, 0.06, 0.1)):
        name = f"broken{turn}"
        cloud.cut_off(moment, lambda client: client.create_stack(
            StackName=name, TemplateBody=broken, Capabilities=["CAPABILITY_IAM"]))
        stack = cloud.settled(name)
        cloud.assert_nothing_of(name)
        if stack is not None:
            assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
            cloud.stacks.delete_stack(StackName=name)
            assert cloud.settled(name) is None
        cloud.s3.head_bucket(Bucket="packages")
