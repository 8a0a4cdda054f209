"""Change sets of nests of stacks, which the AWS CDK asks for: one for every stack, made, executed and deleted with the root's."""

import json

import pytest

from support.aws import aws, fresh, make_bucket, refused
from support.principals import User, allow
from support.stacks import Stack

CHILD = {
    "Parameters": {"Days": {"Type": "Number"}},
    "Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": {"Ref": "Days"}}}},
    "Outputs": {"Name": {"Value": {"Ref": "Group"}}},
}
PARENT = {
    "Parameters": {"Url": {"Type": "String"}, "Days": {"Type": "String", "Default": "3"}},
    "Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": {"Ref": "Url"}, "Parameters": {"Days": {"Ref": "Days"}}}}},
    "Outputs": {"Name": {"Value": {"Fn::GetAtt": "Child.Outputs.Name"}}},
}


@pytest.fixture(scope="module")
def bucket(hearth):
    return make_bucket(hearth)


@pytest.fixture
def publish(hearth, bucket):
    def put(template):
        key = fresh("child")
        hearth.client("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(template).encode())
        return f"https://{bucket}.s3.{hearth.region}.amazonaws.com/{key}"
    return put


@pytest.fixture
def stack(hearth):
    made = Stack(hearth.client("cloudformation"))
    yield made
    made.client.delete_stack(StackName=made.name)


def make(stack, name, kind="UPDATE", template=PARENT, client=None, **parameters):
    """What the set says, ready or failed."""
    made = (client or stack.client).create_change_set(
        StackName=stack.name, ChangeSetName=name, ChangeSetType=kind, TemplateBody=json.dumps(template), IncludeNestedStacks=True,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()])
    return stack.client.describe_change_set(ChangeSetName=made["Id"])


def below(stack, shown, logical_id="Child"):
    [change] = [one["ResourceChange"] for one in shown["Changes"] if one["ResourceChange"]["LogicalResourceId"] == logical_id]
    return stack.client.describe_change_set(ChangeSetName=change["ChangeSetId"])


def test_a_nest_from_its_review_to_its_end(hearth, stack, publish):
    client, url = stack.client, publish(CHILD)
    root = make(stack, "first", "CREATE", Url=url)
    assert (root["Status"], root["ExecutionStatus"], root["IncludeNestedStacks"]) == ("CREATE_COMPLETE", "AVAILABLE", True)
    assert "ParentChangeSetId" not in root and "RootChangeSetId" not in root
    child = below(stack, root)
    assert child["ParentChangeSetId"] == child["RootChangeSetId"] == root["ChangeSetId"]
    assert (child["Status"], child["ExecutionStatus"], child["StatusReason"]) == ("CREATE_COMPLETE", "UNAVAILABLE", "Executable from root change set")
    assert [one["ResourceChange"]["LogicalResourceId"] for one in child["Changes"]] == ["Group"]
    reviewed = client.describe_stacks(StackName=child["StackId"])["Stacks"][0]
    assert (reviewed["StackStatus"], reviewed["ParentId"]) == ("REVIEW_IN_PROGRESS", root["StackId"])
    with refused("InvalidChangeSetStatus"):
        client.execute_change_set(ChangeSetName=child["ChangeSetId"])
    with refused("InvalidChangeSetStatus", words="root change set"):
        client.delete_change_set(ChangeSetName=child["ChangeSetId"])

    client.execute_change_set(ChangeSetName="first", StackName=stack.name)
    stack._wait("stack_create_complete")
    assert stack.status == "CREATE_COMPLETE", stack.events
    assert stack.resources["Child"]["PhysicalResourceId"] == child["StackId"]
    assert stack.outputs["Name"]

    same = make(stack, "same", Url=url)
    assert same["Status"] == "FAILED" and same["StatusReason"].startswith("The submitted information didn't contain changes.")
    longer = make(stack, "longer", Url=url, Days="7")
    [change] = [one["ResourceChange"] for one in below(stack, longer)["Changes"]]
    assert (change["Action"], change["Details"][0]["Target"]["Name"], change["Details"][0]["CausingEntity"]) == ("Modify", "RetentionInDays", "Days")
    listed = client.list_change_sets(StackName=child["StackId"])["Summaries"]
    assert longer["ChangeSetId"] in {one.get("RootChangeSetId") for one in listed}
    client.execute_change_set(ChangeSetName="longer", StackName=stack.name)
    stack._wait("stack_update_complete")
    assert stack.status == "UPDATE_COMPLETE", stack.events
    assert client.describe_change_set(ChangeSetName=below(stack, longer)["ChangeSetId"])["ExecutionStatus"] == "EXECUTE_COMPLETE"
    group = hearth.client("logs").describe_log_groups(logGroupNamePrefix=stack.outputs["Name"])["logGroups"][0]
    assert group["retentionInDays"] == 7


def test_a_nested_set_that_fails(stack, publish):
    url = publish(CHILD | {"Parameters": CHILD["Parameters"] | {"More": {"Type": "String"}}})
    root = make(stack, "first", "CREATE", Url=url)
    child = below(stack, root)
    assert (child["Status"], child["StatusReason"]) == ("FAILED", "Parameters: [More] must have values")
    assert (root["Status"], root["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert root["StatusReason"] == f"Nested change set {child['ChangeSetId']} was not successfully created: Currently in FAILED."
    stack.client.delete_change_set(ChangeSetName=root["ChangeSetId"])
    with refused("ChangeSetNotFound", status=404):
        stack.client.describe_change_set(ChangeSetName=child["ChangeSetId"])
    assert stack.client.describe_stacks(StackName=child["StackId"])["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE"


def test_in_the_rights_of_who_asks(hearth, stack, publish):
    user = User(hearth, allow("cloudformation:*"), allow("logs:*"))
    root = make(stack, "first", "CREATE", client=user.client("cloudformation"), Url=publish(CHILD))
    assert root["Status"] == "FAILED"
    assert "s3:GetObject" in below(stack, root)["StatusReason"]


def test_the_command_line(hearth, stack, publish, tmp_path):
    file = tmp_path / "template.json"
    file.write_text(json.dumps(PARENT))
    asked = ["--stack-name", stack.name, "--change-set-name", "cli"]
    aws(hearth, "cloudformation", "create-change-set", *asked, "--change-set-type", "CREATE", "--include-nested-stacks", "--template-body", f"file://{file}",
        "--parameters", f"ParameterKey=Url,ParameterValue={publish(CHILD)}")
    aws(hearth, "cloudformation", "wait", "change-set-create-complete", *asked)
    shown = json.loads(aws(hearth, "cloudformation", "describe-change-set", *asked, "--output", "json").stdout)
    assert shown["Changes"][0]["ResourceChange"]["ChangeSetId"].startswith("arn:aws:cloudformation:")
    aws(hearth, "cloudformation", "execute-change-set", *asked)
    stack._wait("stack_create_complete")
    assert stack.status == "CREATE_COMPLETE", stack.events
