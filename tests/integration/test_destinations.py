"""Asynchronous invocations to their end: retries on the product's clock, and the record that a destination gets, also over a kill."""

import datetime
import json

import pytest

from support.aws import fresh, make_role, refused, trust
from support.packages import package
from support.wait import until

SOURCE = '''
import json, os, time

def score(event, context):
    print("tried", event.get("n"), context.aws_request_id)
    if event.get("fail"):
        raise ValueError("cannot score " + str(event["n"]))
    return {"scored": event.get("n")}

def keep(event, context):
    print("begun")
    time.sleep(float(os.environ.get("SECONDS", "0")))
    print("record " + json.dumps(event))
'''

ACCOUNT = "000000000001"


class Pair:
    """A function, and another one that is its destination."""

    def __init__(self, hearth, seconds=0, may=("lambda:InvokeFunction",)):
        self.hearth, self.client, self.name, self.other = hearth, hearth.client("lambda"), fresh("score"), fresh("keep")
        iam, role = hearth.client("iam"), fresh("role")
        self.role = iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))["Role"]["Arn"]
        self.role_name = role
        if may:
            self.allow(may)
        code = {"ZipFile": package(index__py=SOURCE)}
        more = dict(Runtime="python3.11", Role=self.role, Code=code, Timeout=60)
        self.arn = self.client.create_function(FunctionName=self.name, Handler="index.score", **more)["FunctionArn"]
        self.target = self.client.create_function(FunctionName=self.other, Handler="index.keep", **more,
                                                  Environment={"Variables": {"SECONDS": str(seconds)}})["FunctionArn"]

    def allow(self, actions):
        self.hearth.client("iam").put_role_policy(RoleName=self.role_name, PolicyName="may", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}))

    def configure(self, on="OnFailure", retries=0, **more):
        return self.client.put_function_event_invoke_config(FunctionName=self.name, MaximumRetryAttempts=retries,
                                                            DestinationConfig={on: {"Destination": self.target}}, **more)

    def send(self, name=None, **event):
        return self.client.invoke(FunctionName=name or self.name, InvocationType="Event",
                                  Payload=json.dumps(event))["ResponseMetadata"]["RequestId"]

    def lines(self, function):
        logs, found = self.hearth.client("logs"), []
        try:
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}"):
                found += [event["message"].strip() for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            pass
        return found

    def records(self):
        return [json.loads(line[7:]) for line in self.lines(self.other) if line.startswith("record ")]

    def record(self):
        return until(self.records, "the record")[0]

    def tries(self):
        return [line for line in self.lines(self.name) if line.startswith("tried")]


def test_a_failure_reaches_its_destination(hearth):
    pair = Pair(hearth)
    config = pair.configure()
    assert config["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {"Destination": pair.target}}
    request = pair.send(n=1, fail=True)
    record = pair.record()
    datetime.datetime.strptime(record.pop("timestamp"), "%Y-%m-%dT%H:%M:%S.%fZ")
    error = record.pop("responsePayload")
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "cannot score 1")
    assert record == {
        "version": "1.0",
        "requestContext": {"requestId": request, "functionArn": pair.arn + ":$LATEST", "condition": "RetriesExhausted", "approximateInvokeCount": 1},
        "requestPayload": {"n": 1, "fail": True},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}}
    pair.send(n=2)
    until(lambda: len(pair.tries()) == 2, "the second event")
    assert len(pair.records()) == 1  # a success has no destination here


def test_a_success_reaches_its_destination(hearth):
    pair = Pair(hearth)
    pair.configure("OnSuccess")
    request = pair.send(n=7)
    record = pair.record()
    assert record["requestContext"] == {"requestId": request, "functionArn": pair.arn + ":$LATEST", "condition": "Success", "approximateInvokeCount": 1}
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    assert (record["requestPayload"], record["responsePayload"]) == ({"n": 7}, {"scored": 7})


def test_aliases_have_a_configuration_of_their_own(hearth):
    pair = Pair(hearth)
    version = pair.client.publish_version(FunctionName=pair.name)["Version"]
    pair.client.create_alias(FunctionName=pair.name, Name="live", FunctionVersion=version)
    pair.configure("OnSuccess", Qualifier="live")
    pair.send(n=1)
    pair.send(pair.arn + ":live", n=2)
    record = pair.record()
    assert record["requestContext"]["functionArn"] == pair.arn + ":live"
    assert (record["responseContext"]["executedVersion"], record["requestPayload"]) == (version, {"n": 2})
    assert len(pair.records()) == 1


def test_a_function_without_concurrency_is_not_tried(hearth):
    pair = Pair(hearth)
    pair.configure(retries=2)
    pair.client.put_function_concurrency(FunctionName=pair.name, ReservedConcurrentExecutions=0)
    pair.send(n=1)
    record = pair.record()
    assert (record["requestContext"]["condition"], record["requestContext"]["approximateInvokeCount"]) == ("ZeroReservedConcurrency", 0)
    assert "responseContext" not in record and pair.tries() == []


def test_functions_that_are_each_others_destination_come_to_an_end(hearth):
    pair = Pair(hearth)
    pair.configure("OnSuccess")
    pair.client.put_function_event_invoke_config(FunctionName=pair.other, DestinationConfig={"OnSuccess": {"Destination": pair.arn}})
    pair.send(n=1)
    until(lambda: any("were stopped after 16 records" in line for line in hearth.log), "the end")
    assert len(pair.tries()) + len(pair.records()) == 17


def test_destinations_are_checked(hearth):
    pair = Pair(hearth, may=())
    region = hearth.region
    with refused("InvalidParameterValueException", 400, "does not have permissions to call InvokeFunction on " + pair.target):
        pair.configure()
    pair.allow(["lambda:InvokeFunction"])
    pair.configure()
    with refused("InvalidParameterValueException", 400, "You can't specify the function as a destination for itself."):
        pair.client.put_function_event_invoke_config(FunctionName=pair.name, DestinationConfig={"OnFailure": {"Destination": pair.arn}})
    for arn in (f"arn:aws:lambda:{region}:{ACCOUNT}:function:none", f"arn:aws:lambda:{region}:999999999999:function:{pair.other}",
                f"arn:aws:lambda:xx-test-1:{ACCOUNT}:function:{pair.other}", "arn:aws:dynamodb:x:1:table/t"):
        with refused("InvalidParameterValueException", 400, f"The destination ARN {arn} is invalid."):
            pair.client.put_function_event_invoke_config(FunctionName=pair.name, DestinationConfig={"OnSuccess": {"Destination": arn}})
    for service, word in (("sqs", "SQS"), ("sns", "SNS"), ("events", "event bus")):
        with refused("InvalidParameterValueException", 400, word):
            pair.client.put_function_event_invoke_config(
                FunctionName=pair.name, DestinationConfig={"OnFailure": {"Destination": f"arn:aws:{service}:{region}:{ACCOUNT}:thing"}})
    with refused("InvalidParameterValueException", 400, "S3"):
        pair.client.put_function_event_invoke_config(FunctionName=pair.name, DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::bucket"}})
    with refused("InvalidParameterValueException", 400, "dead-letter"):
        pair.client.update_function_configuration(FunctionName=pair.name, DeadLetterConfig={"TargetArn": f"arn:aws:sqs:{region}:{ACCOUNT}:q"})
    # What was refused changed nothing; an update leaves what it does not name; a put does not.
    pair.client.update_function_event_invoke_config(FunctionName=pair.name, MaximumEventAgeInSeconds=600)
    found = pair.client.get_function_event_invoke_config(FunctionName=pair.name)
    assert (found["DestinationConfig"]["OnFailure"], found["MaximumEventAgeInSeconds"], found["MaximumRetryAttempts"]) == ({"Destination": pair.target}, 600, 0)
    assert pair.client.list_function_event_invoke_configs(FunctionName=pair.name)["FunctionEventInvokeConfigs"][0]["FunctionArn"] == pair.arn + ":$LATEST"
    found = pair.client.put_function_event_invoke_config(FunctionName=pair.name, MaximumRetryAttempts=1)
    assert found["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {}} and "MaximumEventAgeInSeconds" not in found
    pair.client.delete_function_event_invoke_config(FunctionName=pair.name)
    with refused("ResourceNotFoundException", 404):
        pair.client.get_function_event_invoke_config(FunctionName=pair.name)


def test_a_role_that_lost_its_permission_is_logged(hearth):
    pair = Pair(hearth)
    pair.configure()
    pair.hearth.client("iam").delete_role_policy(RoleName=pair.role_name, PolicyName="may")
    request = pair.send(n=1, fail=True)
    line = until(lambda: [line for line in hearth.log if "did not reach its destination" in line and request in line], "the line")[0]
    assert "not authorized to perform: lambda:InvokeFunction" in line
    assert pair.records() == []


def template(pair, **properties):
    return json.dumps({"Resources": {"Config": {"Type": "AWS::Lambda::EventInvokeConfig", "Properties": {
        "FunctionName": pair.name, "Qualifier": "$LATEST", **properties}}}, "Outputs": {"Ref": {"Value": {"Ref": "Config"}}}})


def test_cloudformation_makes_changes_and_removes_the_configuration(hearth):
    pair, client, stack = Pair(hearth), hearth.client("cloudformation"), fresh("config")
    order = lambda call, waiter, **more: (getattr(client, call)(StackName=stack, **more), client.get_waiter(waiter).wait(
        StackName=stack, WaiterConfig={"Delay": 1}))
    order("create_stack", "stack_create_complete", TemplateBody=template(
        pair, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": pair.target}}))
    assert client.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"][0]["OutputValue"] == f"{pair.name}|$LATEST"
    pair.send(n=1, fail=True)
    assert pair.record()["requestContext"]["condition"] == "RetriesExhausted"
    order("update_stack", "stack_update_complete", TemplateBody=template(
        pair, MaximumRetryAttempts=1, DestinationConfig={"OnSuccess": {"Destination": pair.target}}))
    found = pair.client.get_function_event_invoke_config(FunctionName=pair.name)
    assert (found["MaximumRetryAttempts"], found["DestinationConfig"]) == (1, {"OnSuccess": {"Destination": pair.target}, "OnFailure": {}})
    order("delete_stack", "stack_delete_complete")
    with refused("ResourceNotFoundException", 404):
        pair.client.get_function_event_invoke_config(FunctionName=pair.name)

    for properties, words in (({"DestinationConfig": {"OnFailure": {"Destination": f"arn:aws:sqs:{hearth.region}:{ACCOUNT}:q"}}}, "SQS"),
                              ({"MaximumRetryAttempts": 3}, "MaximumRetryAttempts")):
        name = fresh("refused")
        client.create_stack(StackName=name, TemplateBody=template(pair, **properties), OnFailure="DO_NOTHING")
        until(lambda: client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "CREATE_FAILED", "the failure")
        reasons = [event.get("ResourceStatusReason", "") for event in client.describe_stack_events(StackName=name)["StackEvents"]]
        assert any(words in reason for reason in reasons), reasons


# --- servers of their own


@pytest.mark.parametrize("retries", [1, 2])
def test_retries_wait_by_the_products_clock(make_hearth, retries):
    start = datetime.datetime(2026, 4, 7, 12, 0, 0)
    at = lambda minutes: (start + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    hearth = make_hearth().start("--clock", at(0))
    pair = Pair(hearth)
    pair.configure(retries=retries)
    request = pair.send(n=1, fail=True)
    # The second try comes a minute after the first, the third two minutes after that.
    for tries, minutes in list(enumerate((2, 6), start=2))[:retries]:
        until(lambda: len(pair.tries()) == tries - 1, f"try {tries - 1}")
        assert pair.records() == []
        assert hearth.stop() == 0
        hearth.start("--clock", at(minutes))
    record = pair.record()
    assert record["requestContext"] == {"requestId": request, "functionArn": pair.arn + ":$LATEST", "condition": "RetriesExhausted",
                                        "approximateInvokeCount": retries + 1}
    assert len(pair.tries()) == retries + 1
    assert {line.split()[2] for line in pair.tries()} == {request}


def test_a_schedule_whose_function_fails_is_not_silent(make_hearth):
    hearth = make_hearth().start("--clock", "2026-04-07T12:00:00Z")
    pair = Pair(hearth)
    pair.configure()
    role = make_role(hearth, "scheduler.amazonaws.com", may=["lambda:InvokeFunction"])
    hearth.client("scheduler").create_schedule(
        Name="nightly", ScheduleExpression="at(2026-04-07T12:30:00)", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": pair.arn, "RoleArn": role, "Input": json.dumps({"n": 1, "fail": True})})
    assert hearth.stop() == 0
    hearth.start("--clock", "2026-04-07T12:30:30Z")
    record = pair.record()
    assert (record["requestContext"]["condition"], record["requestPayload"]) == ("RetriesExhausted", {"n": 1, "fail": True})
    assert record["responsePayload"]["errorMessage"] == "cannot score 1"


def test_a_kill_while_the_destination_runs_loses_nothing(make_hearth):
    hearth = make_hearth().start()
    pair = Pair(hearth, seconds=1)
    pair.configure()
    request = pair.send(n=1, fail=True)
    until(lambda: json.loads(hearth.run("hearth", "status", "--json").stdout)["running"] == 1 and pair.tries(), "the destination's run")
    hearth.kill()
    hearth.start()
    assert pair.record()["requestContext"]["requestId"] == request


def test_kills_at_any_moment_lose_no_record(make_hearth):
    hearth = make_hearth().start()
    pair = Pair(hearth)
    pair.configure()
    promised = set()
    for kill in range(3):
        promised |= {pair.send(n=f"{kill}-{number}", fail=True) for number in range(12)}
        until(lambda: len(pair.tries()) > 3 * kill, "some tries")  # some ended, some run, some wait
        hearth.kill()
        hearth.start()
    until(lambda: promised <= {record["requestContext"]["requestId"] for record in pair.records()}, "every record")
