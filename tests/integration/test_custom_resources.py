"""Custom resources: functions of the stack's owner, asked by event, that answer over HTTPS with code that knows nothing of Hearth."""

import json
import urllib.parse

import pytest

from support.aws import fresh, make_bucket, make_role
from support.packages import package
from support.principals import User, allow
from support.raw import send
from support.stacks import Stack
from support.wait import until

# What a user writes: urllib on the URL that came with the request. Every request is kept for the test to look at.
HANDLER = '''
import json, urllib.request
import boto3

def answer(event, body):
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT", headers={"Content-Type": ""})
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.status == 200

def handler(event, context):
    properties = event["ResourceProperties"]
    boto3.client("s3").put_object(Bucket=properties["Bucket"], Key=f"{event['LogicalResourceId']}/{event['RequestType']}/{event['RequestId']}",
                                  Body=json.dumps(event).encode())
    mode = properties.get("Mode") if event["RequestType"] != "Delete" else ""
    document = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    document.update(Status="SUCCESS", PhysicalResourceId="thing-" + properties["Word"], Data={"Echo": properties["Word"].upper(), "Count": 7})
    if mode == "silent":
        return
    if mode == "fail":
        document.update(Status="FAILED", Reason="the word is bad")
    if mode == "long":
        document["Data"] = {"Echo": "x" * 5000}
    if mode == "nameless":
        del document["PhysicalResourceId"]
    if mode == "secret":
        document["NoEcho"] = True
    answer(event, b"no json" if mode == "garbage" else json.dumps(document).encode())
'''

TEMPLATE = {
    "Parameters": {name: {"Type": "String", "Default": ""} for name in ("Function", "Bucket", "Word", "Mode", "Days")},
    "Resources": {
        "Thing": {"Type": "Custom::Thing", "Properties": {
            "ServiceToken": {"Ref": "Function"}, "Bucket": {"Ref": "Bucket"}, "Word": {"Ref": "Word"}, "Mode": {"Ref": "Mode"},
            "Number": 3, "Flag": True, "Deep": {"List": [1, "two", False]}}},
        "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {
            "LogGroupName": {"Fn::Sub": "/${AWS::StackName}/${Thing.Echo}"}, "RetentionInDays": {"Ref": "Days"}}}},
    "Outputs": {"Id": {"Value": {"Ref": "Thing"}}, "Echo": {"Value": {"Fn::GetAtt": "Thing.Echo"}}, "Count": {"Value": {"Fn::GetAtt": ["Thing", "Count"]}}},
}


@pytest.fixture(scope="module")
def world(hearth):
    return World(hearth)


class World:
    def __init__(self, hearth):
        self.hearth, self.s3 = hearth, hearth.client("s3")
        self.bucket, self.function = make_bucket(hearth), fresh("custom")
        role = make_role(hearth, may=["s3:*", "logs:*"])
        functions = hearth.client("lambda")
        made = functions.create_function(FunctionName=self.function, Runtime="python3.11", Role=role, Handler="index.handler", Timeout=60,
                                         Code={"ZipFile": package(index__py=HANDLER)})
        self.arn = made["FunctionArn"]

    def parameters(self, word, mode="", days="7"):
        return {"Function": self.arn, "Bucket": self.bucket, "Word": word, "Mode": mode, "Days": days}

    def asked(self, stack, kind):
        """The requests of that kind that the function got for the stack, by their ids."""
        found = []
        for entry in self.s3.list_objects_v2(Bucket=self.bucket, Prefix=f"Thing/{kind}/").get("Contents", []):
            event = json.loads(self.s3.get_object(Bucket=self.bucket, Key=entry["Key"])["Body"].read())
            if event["StackId"].split("/")[1] == stack:
                found.append(event)
        return found


@pytest.fixture
def stack(hearth):
    return Stack(hearth.client("cloudformation"))


def test_a_life(world, stack):
    name = stack.name
    stack.create(TEMPLATE, world.parameters("one"))
    assert stack.status == "CREATE_COMPLETE", stack.events
    assert stack.outputs == {"Id": "thing-one", "Echo": "ONE", "Count": "7"}
    assert [status for logical, status, _ in stack.events if logical == "Thing"] == ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    assert ("Thing", "CREATE_IN_PROGRESS", "Resource creation Initiated") in stack.events
    (event,) = world.asked(name, "Create")
    assert event["ResourceType"] == "Custom::Thing" and event["ServiceToken"] == world.arn and "PhysicalResourceId" not in event
    assert event["ResourceProperties"] == {"ServiceToken": world.arn, "Bucket": world.bucket, "Word": "one", "Mode": "", "Number": "3", "Flag": "true",
                                           "Deep": {"List": ["1", "two", "false"]}}
    host = urllib.parse.urlsplit(event["ResponseURL"]).hostname
    region = world.hearth.region
    assert host == f"cloudformation-custom-resource-response-{region.replace('-', '')}.s3.{region}.amazonaws.com"

    stack.update(TEMPLATE, world.parameters("two"))
    assert stack.status == "UPDATE_COMPLETE", stack.events
    assert stack.outputs["Id"] == "thing-two"
    (event,) = world.asked(name, "Update")
    assert (event["PhysicalResourceId"], event["OldResourceProperties"]["Word"]) == ("thing-one", "one")
    (event,) = world.asked(name, "Delete")  # another physical id: the former went in the cleanup
    assert event["PhysicalResourceId"] == "thing-one"

    stack.delete()
    assert stack.status == "DELETE_COMPLETE"
    assert sorted(event["PhysicalResourceId"] for event in world.asked(name, "Delete")) == ["thing-one", "thing-two"]


def test_an_update_that_fails_elsewhere_is_taken_back(world, stack):
    stack.create(TEMPLATE, world.parameters("one"))
    stack.update(TEMPLATE, world.parameters("two", days="8"))  # no retention that there is
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE", stack.events
    assert stack.outputs["Id"] == "thing-one"
    words = [(event["OldResourceProperties"]["Word"], event["ResourceProperties"]["Word"]) for event in world.asked(stack.name, "Update")]
    assert sorted(words) == [("one", "two"), ("two", "one")]
    stack.delete()


@pytest.mark.parametrize("mode, reason", [
    ("fail", "Received response status [FAILED] from custom resource. Message returned: the word is bad (RequestId: "),
    ("long", "Response object is too long."),
    ("garbage", "Response is not valid JSON"),
    ("nameless", "Invalid PhysicalResourceId")])
def test_answers_that_fail_it(world, stack, mode, reason):
    name = stack.name
    stack.create(TEMPLATE, world.parameters("w", mode))
    assert stack.status == "ROLLBACK_COMPLETE", stack.events
    assert stack.reason("Thing", "CREATE_FAILED").startswith(reason)
    (event,) = world.asked(name, "Delete")  # it may have made something
    assert event["PhysicalResourceId"] == "thing-w" if mode == "fail" else event["PhysicalResourceId"].startswith(f"{name}-Thing-")
    stack.delete()


def test_no_answer_in_time(world, stack):
    template = json.loads(json.dumps(TEMPLATE))
    template["Resources"]["Thing"]["Properties"]["ServiceTimeout"] = 1
    stack.create(template, world.parameters("w", "silent"))
    # The removal has a second as well; where the machine was slower the stack says so.
    assert stack.status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED"), stack.events
    assert stack.reason("Thing", "CREATE_FAILED").startswith("CloudFormation did not receive a response from your Custom Resource.")


def test_secret_data_is_masked_in_events(world, stack, hearth):
    stack.create(TEMPLATE, world.parameters("hush", "secret"))
    assert stack.status == "CREATE_COMPLETE", stack.events
    events = hearth.client("cloudformation").describe_stack_events(StackName=stack.name)["StackEvents"]
    shown = [event.get("ResourceProperties", "") for event in events if event["LogicalResourceId"] == "Group"]
    assert shown and all("*****" in text and "HUSH" not in text for text in shown)
    assert stack.outputs["Echo"] == "HUSH"
    stack.delete()


def test_the_door_opens_once_and_to_the_key_alone(world, stack):
    stack.ask("create_stack", TEMPLATE, world.parameters("one", "silent"))
    (event,) = until(lambda: world.asked(stack.name, "Create"), "the request")
    url = urllib.parse.urlsplit(event["ResponseURL"])

    def put(target, body=b"{}", method="PUT"):
        return send(world.hearth, method, target, {"Host": url.hostname}, body).status

    good = f"{url.path}?{url.query}"
    document = json.dumps({**{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}, "Status": "SUCCESS",
                           "PhysicalResourceId": "by hand", "Data": {"Echo": "hand", "Count": 1}}).encode()
    assert put(good[:-1] + ("0" if good[-1] != "0" else "1"), document) == 403
    assert put(url.path, document) == 403
    assert put(f"{url.path}x?{url.query}", document) == 403
    assert put("/", document) == 403
    assert put(good, method="GET") == 403
    assert put(good, document) == 200
    assert put(good, document) == 403
    until(lambda: stack.status == "CREATE_COMPLETE", "the stack")
    assert stack.outputs["Id"] == "by hand"
    stack.delete()


def test_what_is_not_a_function_is_refused(world, stack, hearth):
    for token, words in [(f"arn:aws:sns:{hearth.region}:000000000001:topic", "does not support topics of SNS"),
                         (f"arn:aws:lambda:us-west-1:000000000001:function:{world.function}", "Invalid ServiceToken"),
                         (f"arn:aws:lambda:{hearth.region}:000000000001:function:none", "Function not found")]:
        made = Stack(hearth.client("cloudformation")).create(TEMPLATE, world.parameters("w") | {"Function": token})
        assert made.status == "ROLLBACK_COMPLETE"
        assert words in made.reason("Thing", "CREATE_FAILED"), made.events


def test_in_the_rights_of_who_orders(world, hearth):
    user = User(hearth, allow("cloudformation:*"), allow("logs:*"))
    stack = Stack(user.client("cloudformation")).create(TEMPLATE, world.parameters("w"))
    assert stack.status == "ROLLBACK_COMPLETE", stack.events
    assert "lambda:InvokeFunction" in stack.reason("Thing", "CREATE_FAILED")
    assert not world.asked(stack.name, "Create")
    user.may(allow("cloudformation:*"), allow("logs:*"), allow("lambda:InvokeFunction", world.arn))
    stack = Stack(user.client("cloudformation")).create(TEMPLATE, world.parameters("w"))
    assert stack.status == "CREATE_COMPLETE", stack.events
    stack.delete()
    assert stack.status == "DELETE_COMPLETE", stack.events


INLINE = {
    "python3.11": """
import cfnresponse

def handler(event, context):
    if event["ResourceProperties"].get("Bad"):
        raise ValueError("bad")
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Sum": 1 + int(event["ResourceProperties"]["Number"])}, "inline")
""",
    "nodejs20.x": """
const response = require("cfn-response");
exports.handler = (event, context) => {
  response.send(event, context, response.SUCCESS, {Sum: 1 + Number(event.ResourceProperties.Number)}, "inline");
};
"""}


@pytest.mark.parametrize("runtime", list(INLINE))
def test_inline_code_with_the_module_of_answers(hearth, stack, runtime):
    template = {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": {
                "Runtime": runtime, "Handler": "index.handler", "Role": {"Fn::GetAtt": "Role.Arn"}, "Timeout": 60, "Code": {"ZipFile": INLINE[runtime]}}},
            "Sum": {"Type": "AWS::CloudFormation::CustomResource", "Properties": {"ServiceToken": {"Fn::GetAtt": "Function.Arn"}, "Number": 41}}},
        "Outputs": {"Sum": {"Value": {"Fn::GetAtt": "Sum.Sum"}}, "Id": {"Value": {"Ref": "Sum"}}}}
    stack.create(template)
    assert stack.status == "CREATE_COMPLETE", stack.events
    assert stack.outputs == {"Sum": "42", "Id": "inline"}
    stack.delete()
    assert stack.status == "DELETE_COMPLETE", stack.events
