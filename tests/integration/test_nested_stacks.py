"""Stacks as resources of stacks: templates in a bucket, parameters in, outputs out, failures up and back down."""

import json

import pytest

from support.aws import make_bucket, refused
from support.principals import User, allow
from support.stacks import Stack

CHILD = {
    "Parameters": {"Days": {"Type": "Number"}, "Name": {"Type": "String"}},
    "Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Ref": "Name"}, "RetentionInDays": {"Ref": "Days"}}}},
    "Outputs": {"Arn": {"Value": {"Fn::GetAtt": "Group.Arn"}}, "Days": {"Value": {"Ref": "Days"}}},
}
PARENT = {
    "Parameters": {"Url": {"Type": "String"}, "Days": {"Type": "String", "Default": "3"}, "Own": {"Type": "String", "Default": "3"}},
    "Resources": {
        "Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {
            "TemplateURL": {"Ref": "Url"}, "Tags": [{"Key": "kind", "Value": "child"}],
            "Parameters": {"Days": {"Ref": "Days"}, "Name": {"Fn::Sub": "/${AWS::StackName}/inner"}}}},
        "Group": {"Type": "AWS::Logs::LogGroup", "DependsOn": "Child", "Properties": {
            "LogGroupName": {"Fn::Sub": "/${AWS::StackName}/outer"}, "RetentionInDays": {"Ref": "Own"}}}},
    "Outputs": {"Child": {"Value": {"Ref": "Child"}}, "Arn": {"Value": {"Fn::GetAtt": "Child.Outputs.Arn"}},
                "Days": {"Value": {"Fn::GetAtt": ["Child", "Outputs.Days"]}}},
}


@pytest.fixture(scope="module")
def bucket(hearth):
    return make_bucket(hearth)


@pytest.fixture
def stack(hearth):
    return Stack(hearth.client("cloudformation"))


@pytest.fixture
def publish(hearth, bucket):
    def put(key, template):
        hearth.client("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(template).encode())
        return f"https://{bucket}.s3.{hearth.region}.amazonaws.com/{key}"
    return put


def retention(hearth, name):
    groups = hearth.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return groups[0].get("retentionInDays") if groups else None


def test_a_life(hearth, stack, publish):
    url = publish("life.json", CHILD)
    stack.create(PARENT, {"Url": url}, Tags=[{"Key": "course", "Value": "os"}])
    assert stack.status == "CREATE_COMPLETE", stack.events
    name, child = stack.name, Stack(stack.client, stack.outputs["Child"])
    shown = child.shown
    assert shown["StackName"].startswith(f"{name}-Child-") and shown["ParentId"] == shown["RootId"] == stack.shown["StackId"]
    assert {tag["Key"]: tag["Value"] for tag in shown["Tags"]} == {"course": "os", "kind": "child"}
    assert stack.outputs["Arn"] == child.outputs["Arn"] and stack.outputs["Days"] == "3"
    assert ("Child", "CREATE_IN_PROGRESS", "Resource creation Initiated") in stack.events
    listed = [one for page in stack.client.get_paginator("list_stacks").paginate() for one in page["StackSummaries"] if one["StackId"] == child.name]
    assert listed[0]["RootId"] == stack.shown["StackId"]

    stack.update(PARENT, {"Url": url, "Days": "5"})
    assert (stack.status, child.status, stack.outputs["Days"]) == ("UPDATE_COMPLETE", "UPDATE_COMPLETE", "5")
    assert retention(hearth, f"/{name}/inner") == 5
    stack.update(PARENT, {"Url": url, "Days": "5"})  # nothing to do: a success, for the template might have changed
    assert stack.status == "UPDATE_COMPLETE"

    stack.update(PARENT, {"Url": url, "Days": "7", "Own": "8"})  # the child first, then a retention that there is not
    assert (stack.status, child.status) == ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"), stack.events
    assert retention(hearth, f"/{name}/inner") == 5

    stack.update(PARENT, {"Url": url, "Days": "8"})  # and now one in the child
    assert (stack.status, child.status) == ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"), stack.events
    assert stack.reason("Child", "UPDATE_FAILED").startswith(
        f"Embedded stack {child.name} was not successfully updated. Currently in UPDATE_ROLLBACK_IN_PROGRESS with reason: "
        "The following resource(s) failed to update: [Group]. ")

    stack.delete()
    assert (stack.status, child.status) == ("DELETE_COMPLETE", "DELETE_COMPLETE")
    assert retention(hearth, f"/{name}/") is None


def test_a_child_that_fails(hearth, stack, publish):
    stack.create(PARENT, {"Url": publish("fails.json", CHILD), "Days": "8"})
    assert stack.status == "ROLLBACK_COMPLETE", stack.events
    reason = stack.reason("Child", "CREATE_FAILED")
    assert reason.startswith(f"Embedded stack arn:aws:cloudformation:{hearth.region}:000000000001:stack/{stack.name}-Child-")
    assert reason.endswith(" was not successfully created: The following resource(s) failed to create: [Group]. ")
    child = Stack(stack.client, reason.split(" ")[2])
    assert child.status == "DELETE_COMPLETE"
    stack.delete()


def test_templates_that_cannot_be_used(hearth, stack, bucket, publish):
    for url, words in [("ftp://nowhere/x", "TemplateURL must be a supported URL."),
                       (f"https://{bucket}.s3.{hearth.region}.amazonaws.com/none", "S3 error: "),
                       (publish("broken.json", {"Parameters": CHILD["Parameters"], "Resources": {"A": {"Type": "AWS::X::Unknown"}}}), "Unrecognized resource types: [AWS::X::Unknown]"),
                       (publish("wants.json", CHILD | {"Parameters": CHILD["Parameters"] | {"More": {"Type": "String"}}}), "[More] must have values")]:
        made = Stack(stack.client).create(PARENT, {"Url": url})
        assert made.status == "ROLLBACK_COMPLETE"
        assert words in made.reason("Child", "CREATE_FAILED"), made.events


def test_capabilities_are_the_parents(stack, publish):
    role = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}}}}
    template = {"Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": publish("role.json", role)}}}}
    stack.client.create_stack(StackName=stack.name, TemplateBody=json.dumps(template))
    stack._wait("stack_create_complete")
    assert stack.status == "ROLLBACK_COMPLETE"
    assert "Requires capabilities : [CAPABILITY_IAM]" in stack.reason("Child", "CREATE_FAILED"), stack.events


def test_termination_protection_is_the_roots(stack, publish):
    stack.create(PARENT, {"Url": publish("protected.json", CHILD)}, EnableTerminationProtection=True)
    child = stack.outputs["Child"]
    assert stack.client.describe_stacks(StackName=child)["Stacks"][0]["EnableTerminationProtection"]
    with refused("ValidationError", words="TerminationProtection is enabled"):
        stack.client.delete_stack(StackName=child)
    with refused("ValidationError", words="nested"):
        stack.client.update_termination_protection(StackName=child, EnableTerminationProtection=False)
    stack.client.update_termination_protection(StackName=stack.name, EnableTerminationProtection=False)
    stack.delete()
    assert stack.status == "DELETE_COMPLETE"


def test_in_the_rights_of_who_orders(hearth, bucket, publish):
    url = publish("rights.json", CHILD)
    user = User(hearth, allow("cloudformation:*"), allow("logs:*"))
    stack = Stack(user.client("cloudformation")).create(PARENT, {"Url": url})
    assert stack.status == "ROLLBACK_COMPLETE", stack.events
    assert "s3:GetObject" in stack.reason("Child", "CREATE_FAILED"), stack.events
    user.may(allow("cloudformation:*"), allow("logs:*"), allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    stack = Stack(user.client("cloudformation")).create(PARENT, {"Url": url})
    assert stack.status == "CREATE_COMPLETE", stack.events
    stack.delete()
    assert stack.status == "DELETE_COMPLETE", stack.events
