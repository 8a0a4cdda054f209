"""A stack that could not go back goes on once the cause is gone, or without the resource that stands in the way; exports."""

import json

import pytest

from support.aws import fresh, make_role, refused
from support.packages import package
from support.stacks import Stack
from support.wait import until

# Goes forward and not back, unless it is told to forgive.
HANDLER = '''
import json, os, urllib.request

def handler(event, context):
    back = event["RequestType"] == "Update" and event["OldResourceProperties"]["Value"] == "2" and not os.environ.get("FORGIVING")
    document = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    document.update(Status="FAILED" if back else "SUCCESS", Reason="there is no way back", PhysicalResourceId="thing")
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], data=json.dumps(document).encode(), method="PUT", headers={"Content-Type": ""}))
'''

TEMPLATE = {
    "Parameters": {"Function": {"Type": "String"}, "Value": {"Type": "String"}},
    "Conditions": {"Break": {"Fn::Equals": [{"Ref": "Value"}, "2"]}},
    "Resources": {
        "Thing": {"Type": "Custom::Thing", "Properties": {"ServiceToken": {"Ref": "Function"}, "Value": {"Ref": "Value"}}},
        "Group": {"Type": "AWS::Logs::LogGroup", "DependsOn": "Thing", "Properties": {
            "LogGroupName": {"Fn::Sub": "/${AWS::StackName}"}, "RetentionInDays": {"Fn::If": ["Break", 14, 7]}}},
        "Bad": {"Type": "AWS::Lambda::Permission", "Condition": "Break", "DependsOn": "Group", "Properties": {
            "FunctionName": "there-is-none", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}}},
}


@pytest.fixture
def function(hearth):
    name = fresh("recovery")
    return hearth.client("lambda").create_function(FunctionName=name, Runtime="python3.11", Role=make_role(hearth, may=["logs:*"]), Handler="index.handler",
                                                   Timeout=30, Code={"ZipFile": package(index__py=HANDLER)})["FunctionArn"]


@pytest.fixture
def stuck(hearth, function):
    """A stack in UPDATE_ROLLBACK_FAILED."""
    stack = Stack(hearth.client("cloudformation"))
    stack.create(TEMPLATE, {"Function": function, "Value": "1"})
    assert stack.status == "CREATE_COMPLETE"
    with refused("ValidationError", 400, "CREATE_COMPLETE"):
        stack.client.continue_update_rollback(StackName=stack.name)
    stack.update(TEMPLATE, {"Function": function, "Value": "2"})
    until(lambda: stack.status == "UPDATE_ROLLBACK_FAILED", "the roll back that fails")
    yield stack
    hearth.client("lambda").update_function_configuration(FunctionName=function, Environment={"Variables": {"FORGIVING": "1"}})
    stack.delete()


def test_it_goes_on_when_the_cause_is_gone(hearth, function, stuck):
    hearth.client("lambda").update_function_configuration(FunctionName=function, Environment={"Variables": {"FORGIVING": "1"}})
    stuck.client.continue_update_rollback(StackName=stuck.name)
    until(lambda: stuck.status == "UPDATE_ROLLBACK_COMPLETE", "the rest of the roll back")
    [group] = hearth.client("logs").describe_log_groups(logGroupNamePrefix=f"/{stuck.name}")["logGroups"]
    assert group["retentionInDays"] == 7


def test_it_goes_on_without_what_stands_in_the_way(stuck):
    with refused("ValidationError", 400):
        stuck.client.continue_update_rollback(StackName=stuck.name, ResourcesToSkip=["Group"])
    stuck.client.continue_update_rollback(StackName=stuck.name, ResourcesToSkip=["Thing"])
    until(lambda: stuck.status == "UPDATE_ROLLBACK_COMPLETE", "the roll back without it")


def test_exports_are_listed_and_kept_while_they_are_used(hearth):
    client, name = hearth.client("cloudformation"), fresh("export")
    giver = {"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}, "Outputs": {"Out": {"Value": {"Ref": "Group"}, "Export": {"Name": name}}}}
    taker = {"Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Fn::Sub": ["/taken${Name}", {"Name": {"Fn::ImportValue": name}}]}}}}}
    one, two = Stack(client).create(giver), Stack(client)
    [export] = [export for export in client.list_exports()["Exports"] if export["Name"] == name]
    assert export["ExportingStackId"] == one.shown["StackId"] and export["Value"].startswith(one.name)
    with refused("ValidationError", 400, "not imported"):
        client.list_imports(ExportName=name)
    two.create(taker)
    assert client.list_imports(ExportName=name)["Imports"] == [two.name]
    with refused("ValidationError", 400, name):
        client.delete_stack(StackName=one.name)
    two.delete()
    one.delete()
    assert name not in json.dumps(client.list_exports()["Exports"])
