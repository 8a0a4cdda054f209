"""Every operation that Hearth lists is called by a test with a real client: boto3, the aws command, or the SDK for JavaScript.

Found in the tests' text, in files that make a client of that service; `tests/conformance/`, which calls everything against no
server, does not count."""

import pathlib
import re
import tomllib

import pytest
from botocore import xform_name

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
LISTED = {path.parent.name: tomllib.loads(path.read_text())["operations"] for path in sorted((ROOT / "src" / "services").glob("*/service.toml"))}
# What the JavaScript SDK's packages are called where that is not the service's name.
JAVASCRIPT = {"apigateway": "api-gateway", "events": "eventbridge", "logs": "cloudwatch-logs", "secretsmanager": "secrets-manager"}


def scenarios():
    for folder in ("integration", "security", "durability", "pipeline", "clients", "article"):
        for path in sorted((TESTS / folder).rglob("*")):
            if path.suffix in (".py", ".cjs"):
                yield path, path.read_text()


SCENARIOS = list(scenarios())


def uses(text, service):
    """Whether this file makes a client of the service: client("s3"), "s3api", require("@aws-sdk/client-s3")."""
    names = "|".join({service, "s3api"} if service == "s3" else {service})
    return re.search(rf"""["'](?:{names})["']|@aws-sdk/client-{JAVASCRIPT.get(service, service)}["']""", text)


def calls(text, operation):
    """client.put_object(, getattr(client, "put_object"), get_paginator("list_objects"), "put-object", new PutObjectCommand("""
    method = xform_name(operation)
    return re.search(rf"""\.{method}\b|["']{method}["']|["']{xform_name(operation, "-")}["']|\b{operation}Command\(|\bpaginate{operation}\(""", text)


@pytest.mark.parametrize("service", LISTED)
def test_every_operation_has_a_scenario(service):
    texts = [text for _, text in SCENARIOS if uses(text, service)]
    missing = [operation for operation in LISTED[service] if not any(calls(text, operation) for text in texts)]
    assert missing == []


def test_what_is_looked_for_is_found():
    assert calls("client.put_object(Bucket=b)", "PutObject") and calls('["s3api", "put-object"]', "PutObject")
    assert not calls("client.put_object_acl(Bucket=b)", "PutObject") and not calls("# put_object", "PutObject")
    assert uses('hearth.client("logs")', "logs") and not uses('"/aws/logs/"', "logs")
