"""Wait conditions: a stack waits until somebody outside has said often enough, at the URL of a handle, that it may go on."""

import json
import urllib.parse

import pytest

from support.aws import refused
from support.principals import User, allow
from support.raw import send
from support.stacks import Stack
from support.wait import until

TEMPLATE = {
    "Parameters": {"Count": {"Type": "String", "Default": "1"}, "Timeout": {"Type": "String", "Default": "600"}},
    "Resources": {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": {
            "Handle": {"Ref": "Handle"}, "Timeout": {"Ref": "Timeout"}, "Count": {"Ref": "Count"}}},
        "Group": {"Type": "AWS::Logs::LogGroup", "DependsOn": "Wait"}},
    "Outputs": {"Data": {"Value": {"Fn::GetAtt": "Wait.Data"}}, "Url": {"Value": {"Ref": "Handle"}}},
}


@pytest.fixture
def stack(hearth):
    made = Stack(hearth.client("cloudformation"))
    yield made
    made.client.delete_stack(StackName=made.name)


def begin(stack, **parameters):
    """The URL, once the stack waits."""
    stack.ask("create_stack", TEMPLATE, parameters)
    until(lambda: stack.reason("Wait", "CREATE_IN_PROGRESS") == "Resource creation Initiated", "the wait begins")
    return stack.resources["Handle"]["PhysicalResourceId"]


def put(hearth, url, body, method="PUT"):
    """As curl would, by the name in the URL."""
    parts = urllib.parse.urlsplit(url)
    document = body if isinstance(body, bytes) else json.dumps(body).encode()
    return send(hearth, method, f"{parts.path}?{parts.query}", {"Host": parts.hostname}, document).status


def signal(name, data="", status="SUCCESS", reason=""):
    return {"Status": status, "Reason": reason, "UniqueId": name, "Data": data}


def test_a_stack_waits_for_its_signals(hearth, stack):
    url = begin(stack, Count="2")
    assert url.startswith(f"https://cloudformation-waitcondition-{hearth.region}.s3.{hearth.region}.amazonaws.com/")
    assert put(hearth, url[:-1] + ("0" if url[-1] != "0" else "1"), signal("forged")) == 403
    assert put(hearth, url, b"", "GET") == 403
    assert put(hearth, url, signal("one", "first")) == 200
    assert put(hearth, url, signal("one", "again")) == 200  # the same UniqueId counts once
    assert stack.status == "CREATE_IN_PROGRESS"
    assert put(hearth, url, signal("two", "second")) == 200
    stack._wait("stack_create_complete")
    assert stack.status == "CREATE_COMPLETE", stack.events
    assert json.loads(stack.outputs["Data"]) == {"one": "first", "two": "second"}
    assert stack.outputs["Url"] == url
    assert stack.resources["Wait"]["PhysicalResourceId"] == stack.shown["StackId"] + "/Wait"

    stack.update(TEMPLATE, {"Count": "3"})
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.reason("Wait", "UPDATE_FAILED") == "Update to resource type AWS::CloudFormation::WaitCondition is not supported."
    stack.delete()
    assert stack.status == "DELETE_COMPLETE", stack.events
    assert put(hearth, url, signal("three")) == 403


@pytest.mark.parametrize("body, reason", [
    (signal("i-1", status="FAILURE", reason="no disk"), "WaitCondition received failed message: 'no disk' for uniqueId: i-1"),
    (b"done", "Unparsable WaitCondition data"),
])
def test_a_failure_fails_the_stack(hearth, stack, body, reason):
    assert put(hearth, begin(stack), body) == 200
    stack._wait("stack_create_complete")
    assert (stack.status, stack.reason("Wait", "CREATE_FAILED")) == ("ROLLBACK_COMPLETE", reason)


def test_the_time_passes(stack):
    stack.create(TEMPLATE, {"Timeout": "0"})
    assert stack.status == "ROLLBACK_COMPLETE"
    assert stack.reason("Wait", "CREATE_FAILED") == "WaitCondition timed out. Received 0 conditions when expecting 1"


def test_a_server_that_was_killed_goes_on_waiting(make_hearth):
    hearth = make_hearth().start()
    stack = Stack(hearth.client("cloudformation"))
    url = begin(stack, Count="2")
    assert put(hearth, url, signal("before")) == 200
    hearth.kill()
    hearth.start()
    stack.client = hearth.client("cloudformation")
    assert put(hearth, url, signal("after")) == 200
    stack._wait("stack_create_complete")
    assert stack.status == "CREATE_COMPLETE", stack.events
    assert set(json.loads(stack.outputs["Data"])) == {"before", "after"}


def test_users_may_wait_and_handles_are_not_made_up(hearth, stack):
    user = User(hearth, allow("cloudformation:*"), allow("logs:*"))
    own = Stack(user.client("cloudformation"))
    assert put(hearth, begin(own), signal("one")) == 200
    own._wait("stack_create_complete")
    assert own.status == "CREATE_COMPLETE", own.events
    own.delete()
    assert own.status == "DELETE_COMPLETE", own.events
    for properties, words in [({"Handle": "https://example.org/", "Timeout": "1"}, "Invalid Handle"), ({"Handle": {"Ref": "Handle"}, "Timeout": "43201"}, "Invalid Timeout"),
                              ({"Handle": {"Ref": "Handle"}, "Timeout": "1", "Count": "0"}, "Invalid Count")]:
        bad = {"Resources": {"Handle": TEMPLATE["Resources"]["Handle"], "Wait": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": properties}}}
        made = Stack(stack.client).create(bad)
        assert words in made.reason("Wait", "CREATE_FAILED"), made.events
        made.delete()
    with refused("ValidationError", 400, "CreationPolicy is not supported"):
        stack.create({"Resources": {"Wait": {"Type": "AWS::CloudFormation::WaitCondition", "CreationPolicy": {"ResourceSignal": {"Count": 1}}}}})
