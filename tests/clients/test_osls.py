"""osls, the Serverless Framework's fork that goes on as free software: a small app from its first deployment to its removal."""

import json
import pathlib
import re
import shutil

import pytest

from support.aws import fresh

APP = pathlib.Path(__file__).parent / "osls_app"


# Both of its SDKs go by HTTPS_PROXY. The newer one would take AWS_ENDPOINT_URL before that; but the bucket that osls makes has a policy
# against plain HTTP.
OLDER_SDK, NEWER_SDK = {}, {"SLS_AWS_SDK_V3": "1", "AWS_ENDPOINT_URL": None}


@pytest.fixture
def osls(client, tmp_path, request):
    shutil.copytree(APP, tmp_path, dirs_exist_ok=True)
    service = fresh("greeter")

    def run(*arguments, check=True):
        return client("osls", *arguments, check=check, SERVICE=service, SLS_NOTIFICATIONS_MODE="off", SLS_TELEMETRY_DISABLED="1", **request.param)

    run.service, run.stack = service, f"{service}-dev"
    return run


@pytest.mark.parametrize("osls", [OLDER_SDK], indirect=True, ids=["older-sdk"])
def test_a_small_app(boto, client, osls, tmp_path):
    out = osls("deploy")
    assert f"Service deployed to stack {osls.stack}" in out, out
    info = osls("info")
    endpoint = re.search(r"endpoint: GET - (https://\S+/dev/hello/){name}", info).group(1)
    assert endpoint in out and f"hello: {osls.stack}-hello" in info and f"nightly: {osls.stack}-nightly" in info

    # By the very address that it printed, which is AWS's.
    assert json.loads(client("curl", "-sS", endpoint + "world")) == {"hello": "world"}
    preflight = client("curl", "-sSi", "-X", "OPTIONS", endpoint + "world")
    assert re.search(r"^access-control-allow-origin: \*", preflight, re.MULTILINE | re.IGNORECASE), preflight

    answer = json.loads(osls("invoke", "--function", "nightly", "--data", '{"from": "hand"}'))
    assert answer["event"] == {"from": "hand"} and answer["bucket"].startswith(osls.stack)
    answer = json.loads(boto("lambda").invoke(FunctionName=f"{osls.stack}-stamp", Payload=b"[1]")["Payload"].read())
    assert answer["event"] == [1] and answer["runtime"] == "AWS_Lambda_nodejs20.x"
    assert "asked for world" in osls("logs", "--function", "hello")
    rules = boto("events").list_rule_names_by_target(TargetArn=function(boto, osls, "nightly")["FunctionArn"])["RuleNames"]
    assert len(rules) == 1

    assert "No changes to deploy. Deployment skipped" in osls("deploy")

    changed = (APP / "handler.py").read_text().replace('"hello": name', '"goodbye": name')
    (tmp_path / "handler.py").write_text(changed)
    osls("deploy", "function", "--function", "hello")
    assert json.loads(client("curl", "-sS", endpoint + "world")) == {"goodbye": "world"}
    assert f"Service deployed to stack {osls.stack}" in osls("deploy")
    assert len(re.findall(r"serverless/|Timestamp|\d{4}-\d\d-\d\d", osls("deploy", "list"))) >= 2

    assert f"Service {osls.service} has been successfully removed" in osls("remove")
    stacks = boto("cloudformation").list_stacks(StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_FAILED"])["StackSummaries"]
    assert osls.stack not in {stack["StackName"] for stack in stacks}
    assert not [bucket for bucket in boto("s3").list_buckets()["Buckets"] if bucket["Name"].startswith(osls.service)]
    assert "does not exist" in osls("info", check=False)


def function(boto, osls, name):
    return boto("lambda").get_function_configuration(FunctionName=f"{osls.stack}-{name}")


@pytest.mark.parametrize("osls", [NEWER_SDK], indirect=True, ids=["newer-sdk"])
def test_what_fails_is_said_and_taken_back(boto, osls, tmp_path):
    osls("deploy")
    before = function(boto, osls, "hello")
    broken = (APP / "serverless.yml").read_text() + "    Bad:\n      Type: AWS::S3::Bucket\n      Properties:\n        BucketName: Not_A_Name\n"
    (tmp_path / "serverless.yml").write_text(broken.replace("handler.hello", "handler.nightly"))
    out = osls("deploy", check=False)
    assert "CREATE_FAILED: Bad (AWS::S3::Bucket)" in out and "InvalidBucketName" in out, out
    assert function(boto, osls, "hello")["Handler"] == before["Handler"]
    (tmp_path / "serverless.yml").write_text((APP / "serverless.yml").read_text())
    osls("remove")
