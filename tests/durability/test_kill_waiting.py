"""kill -9 while a stack waits for the function of a custom resource: it goes on waiting, asks nothing twice, and hears the answer."""

import json
import urllib.parse

from support.aws import make_bucket, make_role
from support.packages import package
from support.raw import send
from support.stacks import Stack
from support.wait import until

# Keeps the request and leaves the answer to somebody else.
HANDLER = '''
import json
import boto3

def handler(event, context):
    boto3.client("s3").put_object(Bucket=event["ResourceProperties"]["Bucket"], Key=event["RequestType"] + "/" + event["RequestId"], Body=json.dumps(event).encode())
'''
TEMPLATE = {
    "Parameters": {"Function": {"Type": "String"}, "Bucket": {"Type": "String"}},
    "Resources": {
        "Early": {"Type": "AWS::Logs::LogGroup"},
        "Thing": {"Type": "Custom::Thing", "Properties": {"ServiceToken": {"Ref": "Function"}, "Bucket": {"Ref": "Bucket"}}},
        "Late": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Fn::Sub": "/late/${Thing.Word}"}}}},
}


def test_kill_while_a_custom_resource_is_awaited(make_hearth):
    hearth = make_hearth().start()
    bucket = make_bucket(hearth)
    function = hearth.client("lambda").create_function(
        FunctionName="custom", Runtime="python3.11", Role=make_role(hearth, may=["s3:*", "logs:*"]), Handler="index.handler", Timeout=60,
        Code={"ZipFile": package(index__py=HANDLER)})["FunctionArn"]

    def requests(kind):
        s3 = hearth.client("s3")
        return [json.loads(s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read())
                for entry in s3.list_objects_v2(Bucket=bucket, Prefix=kind + "/").get("Contents", [])]

    def restart():
        hearth.kill()
        hearth.start()
        return Stack(hearth.client("cloudformation"), "waits")

    def answer(event):
        url = urllib.parse.urlsplit(event["ResponseURL"])
        body = json.dumps({**{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}, "Status": "SUCCESS",
                           "PhysicalResourceId": "one", "Data": {"Word": "heard"}}).encode()
        return send(hearth, "PUT", f"{url.path}?{url.query}", {"Host": url.hostname}, body).status

    stack = Stack(hearth.client("cloudformation"), "waits")
    stack.ask("create_stack", TEMPLATE, {"Function": function, "Bucket": bucket})
    (event,) = until(lambda: requests("Create"), "the request")
    stack = restart()
    assert stack.status == "CREATE_IN_PROGRESS"
    assert answer(event) == 200
    stack = restart()  # the answer was acknowledged: it is not lost
    until(lambda: stack.status == "CREATE_COMPLETE", "the creation")
    assert stack.resources["Thing"]["PhysicalResourceId"] == "one"
    assert "/late/heard" in [entry["PhysicalResourceId"] for entry in stack.resources.values()]
    assert len(requests("Create")) == 1

    stack.client.delete_stack(StackName="waits")
    (event,) = until(lambda: requests("Delete"), "the request to delete")
    stack = restart()
    stack.name = event["StackId"]
    assert answer(event) == 200
    until(lambda: stack.status == "DELETE_COMPLETE", "the deletion")
    assert len(requests("Delete")) == 1
