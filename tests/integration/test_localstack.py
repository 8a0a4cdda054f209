"""The addresses that LocalStack gives its services and APIs lead here too; what is asked of it before it is used is answered."""

import json

import boto3
import pytest
from botocore.config import Config

from support.aws import fresh, make_bucket
from support.raw import send, signed
from support.server import ACCOUNT

SUFFIXES = ["localhost", "localhost.localstack.cloud"]


@pytest.fixture(scope="module")
def api(hearth):
    """An API whose stage `dev` says which path it was asked for."""
    apigateway = hearth.client("apigateway")
    api = apigateway.create_rest_api(name=fresh("api"))["id"]
    root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
    greedy = apigateway.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")["id"]
    for resource in (root, greedy):
        where = dict(restApiId=api, resourceId=resource, httpMethod="GET")
        apigateway.put_method(**where, authorizationType="NONE")
        apigateway.put_integration(**where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
        apigateway.put_method_response(**where, statusCode="200")
        apigateway.put_integration_response(**where, statusCode="200", responseTemplates={
            "application/json": '{"stage": "$context.stage", "path": "$input.params(\'proxy\')"}'})
    apigateway.create_deployment(restApiId=api, stageName="dev")
    return api


@pytest.mark.parametrize("path", ["/restapis/{}/dev/_user_request_/a/b", "/_aws/execute-api/{}/dev/a/b"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:4566", "localhost.localstack.cloud:4566"])
def test_an_api_by_its_path(hearth, api, host, path):
    answer = send(hearth, "GET", path.format(api), {"Host": host})
    assert (answer.status, json.loads(answer.body)) == (200, {"stage": "dev", "path": "a/b"})


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("region", ["", ".eu-central-1"])
def test_an_api_by_its_host(hearth, api, suffix, region):
    answer = send(hearth, "GET", "/dev/a/b", {"Host": f"{api}.execute-api{region}.{suffix}:4566"})
    assert (answer.status, json.loads(answer.body)) == (200, {"stage": "dev", "path": "a/b"})


def test_the_root_of_an_api_by_its_path(hearth, api):
    answer = send(hearth, "GET", f"/restapis/{api}/dev/_user_request_/")
    assert (answer.status, json.loads(answer.body)) == (200, {"stage": "dev", "path": ""})


def test_a_path_of_no_api_is_refused_as_on_aws(hearth, api):
    for path in (f"/restapis/{api}/other/_user_request_/a", "/restapis/nobody/dev/_user_request_/a"):
        answer = send(hearth, "GET", path)
        assert (answer.status, json.loads(answer.body)) == (403, {"message": "Forbidden"}), answer


def test_a_stage_of_that_name_is_still_the_control_planes(hearth, api):
    apigateway = hearth.client("apigateway")
    deployment = apigateway.get_deployments(restApiId=api)["items"][0]["id"]
    apigateway.create_stage(restApiId=api, stageName="_user_request_", deploymentId=deployment)
    assert apigateway.get_stage(restApiId=api, stageName="_user_request_")["deploymentId"] == deployment


def test_a_key_of_that_form_is_still_s3s(hearth):
    s3 = hearth.client("s3")
    s3.create_bucket(Bucket="restapis", CreateBucketConfiguration={"LocationConstraint": hearth.region})
    s3.put_object(Bucket="restapis", Key="abc/dev/_user_request_/a", Body=b"an object")
    assert s3.get_object(Bucket="restapis", Key="abc/dev/_user_request_/a")["Body"].read() == b"an object"


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("key", ["a%20key", "_aws/execute-api/abc/dev/x", "restapis/abc/dev/_user_request_/x", "_hearth/health", "_localstack/health"])
def test_a_bucket_by_its_host_has_every_key(hearth, suffix, key):
    bucket = make_bucket(hearth)
    host = {"Host": f"{bucket}.s3.{suffix}:{hearth.port}"}
    assert send(hearth, *signed(hearth, "s3", "PUT", f"/{key}", b"an object", host)).status == 200
    assert send(hearth, *signed(hearth, "s3", "GET", f"/{key}", headers=host)).body == b"an object"
    assert [item["Key"] for item in hearth.client("s3").list_objects_v2(Bucket=bucket)["Contents"]] == [key.replace("%20", " ")]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("service,prefix", [("sts", "sts"), ("iam", "iam"), ("cloudformation", "cloudformation"), ("lambda", "lambda"), ("logs", "logs"),
                                            ("events", "events"), ("scheduler", "scheduler"), ("apigateway", "apigateway"), ("ses", "email"), ("s3", "s3")])
def test_every_service_by_its_host(hearth, monkeypatch, suffix, service, prefix):
    """The client believes in the name; the machine's resolver, which need not know it, is not asked."""
    import socket
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more, **named: real("127.0.0.1" if str(host).endswith(suffix) else host, *more, **named))
    client = boto3.session.Session().client(
        service, endpoint_url=f"http://{prefix}.{suffix}:{hearth.port}", region_name=hearth.region, aws_access_key_id=ACCOUNT[1],
        aws_secret_access_key=ACCOUNT[2], config=Config(retries={"max_attempts": 0}))
    call = {"sts": "get_caller_identity", "iam": "list_roles", "cloudformation": "list_stacks", "lambda": "list_functions", "logs": "describe_log_groups",
            "events": "list_rules", "scheduler": "list_schedules", "apigateway": "get_rest_apis", "ses": "list_identities", "s3": "list_buckets"}[service]
    assert getattr(client, call)()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_health_names_the_services_that_are_here(hearth):
    answer = send(hearth, "GET", "/_localstack/health")
    health = json.loads(answer.body)
    assert answer.status == 200 and answer.headers["Content-Type"] == "application/json"
    assert set(health) == {"services", "edition", "version"}
    assert {"apigateway", "cloudformation", "events", "iam", "lambda", "logs", "s3", "scheduler", "ses", "sts"} <= set(health["services"])
    assert set(health["services"].values()) == {"running"} and "ec2" not in health["services"]
    head = send(hearth, "HEAD", "/_localstack/health")
    assert (head.status, head.body) == (200, b"")


def test_health_changes_nothing(hearth):
    assert send(hearth, "POST", "/_localstack/health", {"Content-Type": "application/json"}, b'{"action": "kill"}').status == 405
    assert send(hearth, "GET", "/_localstack/diagnose").status == 404
    assert send(hearth, "GET", "/_localstack/health").status == 200
