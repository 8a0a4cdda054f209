"""What can be ordered about a stack beside create, update and delete: failures that are kept and gone on from, rolling
back, cancelling, stack policies, and drift."""

import json
import urllib.parse

import pytest
from botocore.exceptions import WaiterError

from support.aws import fresh, make_bucket, refused, trust
from support.raw import send, signed
from support.wait import until


def group(name, days=7, **more):
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name, "RetentionInDays": days}} | more


def text(**resources):
    return json.dumps({"Resources": resources})


@pytest.fixture
def client(hearth):
    return hearth.client("cloudformation")


@pytest.fixture
def logs(hearth):
    return hearth.client("logs")


@pytest.fixture
def name(client):
    stack = fresh("operated")
    yield stack
    client.delete_stack(StackName=stack)


def settled(client, stack):
    """The status that the stack ends in."""
    def probe():
        status = client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        return None if status.endswith("_IN_PROGRESS") else status
    return until(probe, f"{stack} does something")


def create(client, stack, template, **more):
    client.create_stack(StackName=stack, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"], **more)
    return settled(client, stack)


def update(client, stack, template, **more):
    client.update_stack(StackName=stack, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"], **more)
    return settled(client, stack)


def events(client, stack):
    listed = [event for page in client.get_paginator("describe_stack_events").paginate(StackName=stack) for event in page["StackEvents"]]
    return [(event["LogicalResourceId"], event["ResourceStatus"], event.get("ResourceStatusReason", "")) for event in listed[::-1]]


def days(logs, name):
    found = [one for one in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"] if one["logGroupName"] == name]
    return found[0].get("retentionInDays") if found else None


# --- failures that are kept


def test_a_failed_update_is_kept_and_gone_on_from(client, logs, name):
    logs.create_log_group(logGroupName=f"{name}-taken")
    assert create(client, name, text(A=group(f"{name}-a"))) == "CREATE_COMPLETE"
    bad = text(A=group(f"{name}-a", 14), B=group(f"{name}-taken", DependsOn="A"))
    assert update(client, name, bad, DisableRollback=True) == "UPDATE_FAILED"
    assert days(logs, f"{name}-a") == 14, "what was done stays"
    assert events(client, name)[-1] == (name, "UPDATE_FAILED", "The following resource(s) failed to create: [B]. ")
    with refused("ValidationError", words="This stack is currently in a non-terminal [UPDATE_FAILED] state. To update the stack from this state, "
                                          "please use the disable-rollback parameter with update-stack API."):
        client.update_stack(StackName=name, TemplateBody=bad)
    good = text(A=group(f"{name}-a", 14), B=group(f"{name}-free", DependsOn="A"))
    assert update(client, name, good, DisableRollback=True) == "UPDATE_COMPLETE"
    assert days(logs, f"{name}-free") == 7
    with refused("ValidationError", words="is in UPDATE_COMPLETE state and can not be rolled back"):
        client.rollback_stack(StackName=name)


def test_a_kept_failure_is_rolled_back(client, logs, name):
    logs.create_log_group(logGroupName=f"{name}-taken")
    assert create(client, name, text(A=group(f"{name}-a"))) == "CREATE_COMPLETE"
    bad = text(A=group(f"{name}-a", 14), New=group(f"{name}-new", DependsOn="A"), B=group(f"{name}-taken", DependsOn="New"))
    assert update(client, name, bad, DisableRollback=True) == "UPDATE_FAILED"
    assert client.rollback_stack(StackName=name)["StackId"]
    assert settled(client, name) == "UPDATE_ROLLBACK_COMPLETE"
    assert days(logs, f"{name}-a") == 7 and days(logs, f"{name}-new") is None
    told = events(client, name)
    begun = told.index((name, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated"))
    assert [event[:2] for event in told[begun + 1:]] == [
        ("A", "UPDATE_IN_PROGRESS"), ("A", "UPDATE_COMPLETE"), (name, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"), ("B", "DELETE_COMPLETE"),
        ("New", "DELETE_IN_PROGRESS"), ("New", "DELETE_COMPLETE"), (name, "UPDATE_ROLLBACK_COMPLETE")]

    other = fresh("operated")
    assert create(client, other, text(C=group(f"{other}-c"), B=group(f"{name}-taken", DependsOn="C")), DisableRollback=True) == "CREATE_FAILED"
    assert days(logs, f"{other}-c") == 7
    client.rollback_stack(StackName=other)
    assert settled(client, other) == "ROLLBACK_COMPLETE" and days(logs, f"{other}-c") is None, "nothing ever stood"
    client.delete_stack(StackName=other)


def test_an_update_is_cancelled(client, logs, name):
    assert create(client, name, text(A=group(f"{name}-a"))) == "CREATE_COMPLETE"
    with refused("ValidationError", words="CancelUpdateStack cannot be called from current stack status"):
        client.cancel_update_stack(StackName=name)
    # One behind the other, so that there are many steps to be cancelled between.
    many = {f"R{at}": group(f"{name}-{at}", **({"DependsOn": f"R{at - 1}"} if at else {})) for at in range(150)}
    client.update_stack(StackName=name, TemplateBody=text(A=group(f"{name}-a", 30), **many))
    client.cancel_update_stack(StackName=name)
    assert settled(client, name) == "UPDATE_ROLLBACK_COMPLETE"
    assert (name, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated") in events(client, name)
    assert days(logs, f"{name}-a") == 7
    assert [one["logGroupName"] for one in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]] == [f"{name}-a"]


def test_change_sets_say_what_a_failure_does_and_what_changes(hearth, client, logs, name):
    """Members that Debian's boto3 does not know yet."""
    def order(action, **more):
        body = urllib.parse.urlencode({"Action": action, "Version": "2010-05-15", "StackName": name} | more).encode()
        return send(hearth, *signed(hearth, "cloudformation", "POST", "/", body, {"Content-Type": "application/x-www-form-urlencoded"}))

    logs.create_log_group(logGroupName=f"{name}-taken")
    made = order("CreateChangeSet", ChangeSetName="new", ChangeSetType="CREATE", OnStackFailure="DO_NOTHING",
                 TemplateBody=text(A=group(f"{name}-a"), B=group(f"{name}-taken", DependsOn="A")))
    assert made.status == 200, made
    assert "<OnStackFailure>DO_NOTHING</OnStackFailure>" in order("DescribeChangeSet", ChangeSetName="new").text
    client.execute_change_set(ChangeSetName="new", StackName=name)
    assert settled(client, name) == "CREATE_FAILED" and days(logs, f"{name}-a") == 7
    assert update(client, name, text(A=group(f"{name}-a")), DisableRollback=True) == "UPDATE_COMPLETE"

    assert order("CreateChangeSet", ChangeSetName="days", TemplateBody=text(A=group(f"{name}-a", 14))).status == 200
    assert "BeforeContext" not in order("DescribeChangeSet", ChangeSetName="days").text
    told = order("DescribeChangeSet", ChangeSetName="days", IncludePropertyValues="true").text.replace("&quot;", '"')
    for part in ("<Path>/Properties/RetentionInDays</Path>", "<BeforeValue>7</BeforeValue>", "<AfterValue>14</AfterValue>",
                 "<AttributeChangeType>Modify</AttributeChangeType>", f'<BeforeContext>{{"Properties":{{"LogGroupName":"{name}-a","RetentionInDays":7}}}}</BeforeContext>'):
        assert part in told, told
    refusal = order("CreateChangeSet", ChangeSetName="never", OnStackFailure="DELETE", TemplateBody=text(A=group(f"{name}-a", 30)))
    assert refusal.code == "ValidationError"


# --- stack policies


def policy(*denied, action="Update:*"):
    allow = {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"}
    return json.dumps({"Statement": [allow] + [{"Effect": "Deny", "Principal": "*", "Action": action, "Resource": one} for one in denied]})


def test_a_stack_policy_protects(hearth, client, logs, name):
    first = policy("LogicalResourceId/A", action=["Update:Replace", "Update:Delete"])
    assert create(client, name, text(A=group(f"{name}-a"), B=group(f"{name}-b")), StackPolicyBody=first) == "CREATE_COMPLETE"
    assert client.get_stack_policy(StackName=name)["StackPolicyBody"] == first
    assert update(client, name, text(A=group(f"{name}-a", 14), B=group(f"{name}-b"))) == "UPDATE_COMPLETE", "changing is allowed"
    for template in (text(A=group(f"{name}-other"), B=group(f"{name}-b")), text(B=group(f"{name}-b", 30))):
        assert update(client, name, template) == "UPDATE_ROLLBACK_COMPLETE"
        reason = "Action denied by stack policy: Statement [#2] does not allow [Update:Replace, Update:Delete] for resource [LogicalResourceId/A];"
        assert ("A", "UPDATE_FAILED", reason) in events(client, name)
        assert (days(logs, f"{name}-a"), days(logs, f"{name}-b"), days(logs, f"{name}-other")) == (14, 7, None)
    assert update(client, name, text(A=group(f"{name}-other"), B=group(f"{name}-b")), StackPolicyDuringUpdateBody=policy()) == "UPDATE_COMPLETE"
    assert client.get_stack_policy(StackName=name)["StackPolicyBody"] == first, "for that update alone"

    bucket = make_bucket(hearth)
    hearth.client("s3").put_object(Bucket=bucket, Key="policy.json", Body=policy("*").encode())
    client.set_stack_policy(StackName=name, StackPolicyURL=f"https://{bucket}.s3.amazonaws.com/policy.json")
    assert update(client, name, text(A=group(f"{name}-other"), B=group(f"{name}-b", 30))) == "UPDATE_ROLLBACK_COMPLETE"
    client.set_stack_policy(StackName=name, StackPolicyBody="{}")
    assert update(client, name, text(B=group(f"{name}-b", 30)), StackPolicyBody=policy("LogicalResourceId/B")) == "UPDATE_COMPLETE"
    assert client.get_stack_policy(StackName=name)["StackPolicyBody"] == policy("LogicalResourceId/B")


def test_stack_policies_that_are_none(client, name):
    with refused("ValidationError", words="Error validating stack policy: Invalid stack policy"):
        client.create_stack(StackName=name, TemplateBody=text(A=group(name)), StackPolicyBody='{"Statement": []}')
    assert create(client, name, text(A=group(name))) == "CREATE_COMPLETE"
    assert "StackPolicyBody" not in client.get_stack_policy(StackName=name)
    with refused("ValidationError", words="You cannot specify both StackPolicyURL and StackPolicyBody"):
        client.set_stack_policy(StackName=name, StackPolicyBody="{}", StackPolicyURL="https://b.s3.amazonaws.com/k")
    with refused("ValidationError", words="Unknown logical id 'LogicalResourceId/Nobody'"):
        client.set_stack_policy(StackName=name, StackPolicyBody=policy("LogicalResourceId/Nobody"))
    with refused("ValidationError", words="length less than or equal to 16384"):
        client.set_stack_policy(StackName=name, StackPolicyBody="{" + " " * 16384 + "}")


# --- drift


def detect(client, stack, **more):
    detection = client.detect_stack_drift(StackName=stack, **more)["StackDriftDetectionId"]

    def probe():
        status = client.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        return status if status["DetectionStatus"] != "DETECTION_IN_PROGRESS" else None
    return until(probe, "drift is looked for")


def drifts(client, stack, **more):
    return {one["LogicalResourceId"]: one for one in client.describe_stack_resource_drifts(StackName=stack, **more)["StackResourceDrifts"]}


FUNCTION = {"Type": "AWS::Lambda::Function", "Properties": {
    "Runtime": "python3.11", "Handler": "index.handler", "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Description": "as it was",
    "Code": {"ZipFile": "def handler(event, context):\n    pass\n"}, "Environment": {"Variables": {"STAGE": "one"}}, "Tags": [{"Key": "a", "Value": "1"}]}}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {
    "AssumeRolePolicyDocument": json.loads(trust("lambda.amazonaws.com")),
    "Policies": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}}]}}


def test_what_others_changed_is_found(hearth, client, logs, name):
    assert create(client, name, text(Role=ROLE, Function=FUNCTION, Group=group(f"{name}-g"), Gone=group(f"{name}-gone")), Tags=[{"Key": "t", "Value": "v"}]) == "CREATE_COMPLETE"
    assert client.describe_stacks(StackName=name)["Stacks"][0]["DriftInformation"] == {"StackDriftStatus": "NOT_CHECKED"}
    status = detect(client, name)
    assert (status["DetectionStatus"], status["StackDriftStatus"], status["DriftedStackResourceCount"]) == ("DETECTION_COMPLETE", "IN_SYNC", 0), drifts(client, name)
    assert client.describe_stacks(StackName=name)["Stacks"][0]["DriftInformation"]["StackDriftStatus"] == "IN_SYNC"

    ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in client.describe_stack_resources(StackName=name)["StackResources"]}
    lambdas, iam = hearth.client("lambda"), hearth.client("iam")
    lambdas.update_function_configuration(FunctionName=ids["Function"], Description="by hand", Environment={"Variables": {"STAGE": "two", "MORE": "x"}}, Timeout=9)
    iam.put_role_policy(RoleName=ids["Role"], PolicyName="own", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}))
    logs.delete_log_group(logGroupName=f"{name}-gone")
    status = detect(client, name)
    assert (status["StackDriftStatus"], status["DriftedStackResourceCount"]) == ("DRIFTED", 3)
    found = drifts(client, name)
    assert {one: drift["StackResourceDriftStatus"] for one, drift in found.items()} == {"Function": "MODIFIED", "Role": "MODIFIED", "Gone": "DELETED", "Group": "IN_SYNC"}
    differences = {one["PropertyPath"]: (one["DifferenceType"], one["ExpectedValue"], one["ActualValue"]) for one in found["Function"]["PropertyDifferences"]}
    assert differences == {"/Description": ("NOT_EQUAL", "as it was", "by hand"), "/Environment/Variables/STAGE": ("NOT_EQUAL", "one", "two"),
                           "/Environment/Variables/MORE": ("ADD", "null", "x")}, "the timeout is not the template's"
    assert json.loads(found["Function"]["ActualProperties"])["Description"] == "by hand"
    assert json.loads(found["Function"]["ExpectedProperties"])["Description"] == "as it was"
    assert [one["PropertyPath"] for one in found["Role"]["PropertyDifferences"]] == ["/Policies/0/PolicyDocument/Statement/0/Action"]
    assert list(drifts(client, name, StackResourceDriftStatusFilters=["DELETED"])) == ["Gone"]
    paged = client.describe_stack_resource_drifts(StackName=name, MaxResults=3)
    assert len(paged["StackResourceDrifts"]) == 3 and paged["NextToken"]
    shown = {one["LogicalResourceId"]: one["DriftInformation"]["StackResourceDriftStatus"] for one in client.list_stack_resources(StackName=name)["StackResourceSummaries"]}
    assert shown["Function"] == "MODIFIED" and shown["Group"] == "IN_SYNC"

    lambdas.update_function_configuration(FunctionName=ids["Function"], Description="as it was", Environment={"Variables": {"STAGE": "one"}})
    one = client.detect_stack_resource_drift(StackName=name, LogicalResourceId="Function")["StackResourceDrift"]
    assert one["StackResourceDriftStatus"] == "IN_SYNC" and one["PropertyDifferences"] == []
    with refused("ValidationError", words="does not exist"):
        client.detect_stack_resource_drift(StackName=name, LogicalResourceId="Nobody")
    with refused("ValidationError", words="does not exist"):
        client.describe_stack_drift_detection_status(StackDriftDetectionId="b78ac9b0-dec1-11e7-a451-503a3example")
