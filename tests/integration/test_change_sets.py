"""Change sets, and `aws cloudformation deploy`, which is made of them."""

import json
import urllib.parse

import pytest

from support.aws import aws, fresh, refused
from support.raw import send, signed

GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Ref": "Name"}, "RetentionInDays": {"Ref": "Days"}}}
PARAMETERS = {"Name": {"Type": "String"}, "Days": {"Type": "Number", "Default": 3}}


def template(**resources):
    return json.dumps({"Parameters": PARAMETERS, "Resources": {"Group": GROUP} | resources, "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Group", "Arn"]}}}})


def parameters(name, days=3):
    return [{"ParameterKey": "Name", "ParameterValue": name}, {"ParameterKey": "Days", "ParameterValue": str(days)}]


@pytest.fixture
def client(hearth):
    return hearth.client("cloudformation")


@pytest.fixture
def stack(client):
    name = fresh("sets")
    client.create_stack(StackName=name, TemplateBody=template(), Parameters=parameters(name))
    client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    yield name
    client.delete_stack(StackName=name)


def ask(hearth, pairs):
    body = urllib.parse.urlencode(pairs).encode()
    return send(hearth, *signed(hearth, "cloudformation", "POST", "/", body, {"Content-Type": "application/x-www-form-urlencoded"}))


def make(client, stack, name, **more):
    made = client.create_change_set(StackName=stack, ChangeSetName=name, **more)
    client.get_waiter("change_set_create_complete").wait(ChangeSetName=made["Id"], WaiterConfig={"Delay": 1})
    return client.describe_change_set(ChangeSetName=made["Id"])


def test_a_new_stack_by_a_change_set(client):
    name = fresh("new")
    made = make(client, name, "first", ChangeSetType="CREATE", TemplateBody=template(), Parameters=parameters(name), Tags=[{"Key": "k", "Value": "v"}])
    assert client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert [c["ResourceChange"]["Action"] for c in made["Changes"]] == ["Add"]
    assert made["Tags"] == [{"Key": "k", "Value": "v"}] and made["ExecutionStatus"] == "AVAILABLE"
    client.execute_change_set(ChangeSetName="first", StackName=name)
    client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    assert client.describe_change_set(ChangeSetName="first", StackName=name)["ExecutionStatus"] == "EXECUTE_COMPLETE"
    client.delete_stack(StackName=name)


def test_an_update_is_described_truly_before_it_is_done(client, stack):
    made = make(client, stack, "days", UsePreviousTemplate=True, Parameters=parameters(stack, 7))
    [change] = [c["ResourceChange"] for c in made["Changes"]]
    assert (change["Action"], change["LogicalResourceId"], change["Replacement"], change["Scope"]) == ("Modify", "Group", "False", ["Properties"])
    [detail] = change["Details"]
    assert detail["Target"] == {"Attribute": "Properties", "Name": "RetentionInDays", "RequiresRecreation": "Never"}
    assert (detail["Evaluation"], detail["ChangeSource"], detail["CausingEntity"]) == ("Static", "ParameterReference", "Days")

    other = make(client, stack, "renamed", UsePreviousTemplate=True, Parameters=parameters(stack + "-x"))
    [change] = [c["ResourceChange"] for c in other["Changes"]]
    assert change["Replacement"] == "True" and change["PhysicalResourceId"] == stack
    assert change["Details"][0]["Target"]["RequiresRecreation"] == "Always"
    assert {s["ChangeSetName"] for s in client.list_change_sets(StackName=stack)["Summaries"]} == {"days", "renamed"}

    client.execute_change_set(ChangeSetName="days", StackName=stack)
    client.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    assert [s["ChangeSetName"] for s in client.list_change_sets(StackName=stack)["Summaries"]] == ["days"]
    with refused("InvalidChangeSetStatus", words="EXECUTE_COMPLETE"):
        client.execute_change_set(ChangeSetName="days", StackName=stack)


def test_nothing_to_change_and_what_is_refused(client, stack):
    made = client.create_change_set(StackName=stack, ChangeSetName="same", UsePreviousTemplate=True, Parameters=parameters(stack))
    same = client.describe_change_set(ChangeSetName=made["Id"])
    assert same["Status"] == "FAILED" and same["StatusReason"].startswith("The submitted information didn't contain changes.")
    with refused("AlreadyExistsException"):
        client.create_change_set(StackName=stack, ChangeSetName="same", UsePreviousTemplate=True, Parameters=parameters(stack, 7))
    with refused("ValidationError", words="IMPORT"):
        client.create_change_set(StackName=stack, ChangeSetName="i", ChangeSetType="IMPORT", TemplateBody=template())
    client.delete_change_set(ChangeSetName="same", StackName=stack)
    with refused("ChangeSetNotFound", status=404):
        client.describe_change_set(ChangeSetName="same", StackName=stack)
    with refused("ValidationError", words="does not exist"):
        client.create_change_set(StackName="no-such-stack", ChangeSetName="a", TemplateBody=template())


def test_aws_cloudformation_deploy(hearth, client, tmp_path):
    name = fresh("deployed")
    file = tmp_path / "template.json"
    file.write_text(template())
    command = ["cloudformation", "deploy", "--stack-name", name, "--template-file", file, "--parameter-overrides", f"Name={name}"]

    def deploy(*more, **options):
        done = aws(hearth, *command, *more, **options)
        for kept in client.list_change_sets(StackName=name)["Summaries"]:  # aws names them by the second
            client.delete_change_set(ChangeSetName=kept["ChangeSetId"])
        return done

    assert "Successfully created/updated stack" in deploy().stdout
    assert "No changes to deploy" in deploy("--no-fail-on-empty-changeset").stdout
    assert deploy("--fail-on-empty-changeset", check=False).returncode == 255
    file.write_text(template(Other={"Type": "AWS::Logs::LogGroup"}))
    assert "Successfully created/updated stack" in deploy("Days=5").stdout
    resources = client.list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert {r["LogicalResourceId"] for r in resources} == {"Group", "Other"}
    client.delete_stack(StackName=name)


def test_nested_stacks_are_asked_for_by_tools_that_have_none(client, stack):
    made = client.create_change_set(StackName=stack, ChangeSetName="flat", UsePreviousTemplate=True, Parameters=parameters(stack, 5), IncludeNestedStacks=True)
    assert client.describe_change_set(ChangeSetName=made["Id"])["IncludeNestedStacks"]
    client.delete_change_set(ChangeSetName=made["Id"])


def test_what_of_a_change_set_is_not_supported(hearth, client, stack):
    common = {"StackName": stack, "UsePreviousTemplate": True, "Parameters": parameters(stack, 5)}
    with refused("ValidationError", 400, "RollbackConfiguration with triggers"):
        client.create_change_set(ChangeSetName="a", RollbackConfiguration={"RollbackTriggers": [{"Arn": "arn:aws:cloudwatch:::alarm:a", "Type": "AWS::CloudWatch::Alarm"}]}, **common)
    with refused("ValidationError", 400, "MonitoringTimeInMinutes"):
        client.create_change_set(ChangeSetName="b", RollbackConfiguration={"MonitoringTimeInMinutes": 5}, **common)
    with refused("ValidationError", 400, "NotificationARNs"):
        client.create_change_set(ChangeSetName="c", NotificationARNs=["arn:aws:sns:eu-central-1:000000000001:t"], **common)
    with refused("ValidationError", 400, "Importing resources"):
        client.create_change_set(ChangeSetName="d", ResourcesToImport=[{"ResourceType": "AWS::S3::Bucket", "LogicalResourceId": "B", "ResourceIdentifier": {"BucketName": "b"}}], **common)
    # Debian's models do not have this member yet; those of people do.
    pairs = {"Action": "CreateChangeSet", "Version": "2010-05-15", "StackName": stack, "ChangeSetName": "e", "UsePreviousTemplate": "true"}
    imported = ask(hearth, pairs | {"ImportExistingResources": "true"})
    assert (imported.status, imported.code) == (400, "ValidationError") and "ImportExistingResources is not supported" in imported.text
    client.create_change_set(ChangeSetName="f", RollbackConfiguration={"MonitoringTimeInMinutes": 0, "RollbackTriggers": []}, NotificationARNs=[], **common)
