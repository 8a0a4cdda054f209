"""Whatever botocore sends for an operation, Hearth finds the operation and reads the same input."""

import base64
from urllib.parse import parse_qs

import pytest
from models import JSON_SERVICES, LISTED, SERVICES
from samples import EDGE, FULL, KINDS, LEAST, Sampler, as_record

FIXED = {"Bucket": "sample-bucket", "CopySource": "sample-bucket/from there", "SSECustomerKey": "k" * 32,
         "CopySourceSSECustomerKey": "k" * 32}
# Members that botocore fills in by itself behind the serialiser.
ADDED = {"ContentMD5", "ContentLength", "accepts"}


class Refused(Exception):
    """Stops botocore after its request was read: the answer is not what these tests are about."""


def sent(clients, probe, client, operation, parameters):
    """The probe's answer to the request that botocore makes of the parameters."""
    answers = []

    def send(*request):
        answers.append(probe.decode(*request))
        raise Refused

    with pytest.raises(Refused):
        clients.call(client, operation, parameters, send)
    return answers[-1]


def check(clients, probe, service, operation, kind, **how):
    client = clients.get(service, **how)
    model = client.meta.service_model.operation_model(operation)
    shape, protocol = model.input_shape, model.metadata["protocol"]
    parameters = Sampler(kind, protocol, FIXED).structure(shape) if shape else {}
    answer = sent(clients, probe, client, operation, parameters)
    assert (answer.get("service"), answer.get("operation")) == (service, operation), answer
    if shape is None:
        assert answer["input"] == {}
        return
    expected = as_record(protocol, shape, parameters, whole_seconds=True)
    got = {name: value for name, value in answer["input"].items() if name in expected or name not in ADDED}
    assert without_members(model, got) == expected
    payload = shape.serialization.get("payload")
    if payload and payload in parameters and "stream" in answer:
        body = parameters[payload]
        assert base64.b64decode(answer["stream"]) == (body if isinstance(body, bytes) else body.getvalue())


def without_members(model, got):
    """A map that takes the whole query string also has the members that stand there by themselves, and what the URI has."""
    in_query = {name: member for name, member in model.input_shape.members.items() if member.serialization.get("location") == "querystring"}
    own = {member.serialization["name"] for member in in_query.values() if member.type_name != "map"}
    own |= set(parse_qs(model.http["requestUri"].partition("?")[2]))
    for name in (name for name, member in in_query.items() if member.type_name == "map" and name in got):
        rest = {key: value for key, value in got[name].items() if key not in own}
        got = {key: value for key, value in got.items() if key != name} | ({name: rest} if rest else {})
    return got


@pytest.mark.parametrize("service, operation", LISTED)
def test_signed(clients, probe, service, operation):
    for kind in KINDS:
        check(clients, probe, service, operation, kind)


@pytest.mark.parametrize("service, operation", LISTED)
def test_unsigned_to_the_names_of_aws(clients, probe, service, operation):
    """Without a signature the service is told by its host name or its target; S3's bucket stands in the name."""
    for kind in (FULL, LEAST):
        check(clients, probe, service, operation, kind, signed=False, style="virtual")


@pytest.mark.parametrize("service, operation", [(s, o) for s, o in LISTED if s in JSON_SERVICES])
def test_json_10(json_10_clients, probe, service, operation):
    for kind in (FULL, EDGE):
        check(json_10_clients, probe, service, operation, kind)


def test_every_listed_operation_is_here():
    assert {service for service, _ in LISTED} == set(SERVICES)
    assert len(LISTED) == sum(len(service.operations) for service in SERVICES.values())


PRESIGNED = [("sts", "get_caller_identity", {}, "GetCallerIdentity"),
             ("iam", "get_role", {"RoleName": "zażółć & co"}, "GetRole"),
             ("s3", "get_object", {"Bucket": "sample-bucket", "Key": "a b/ż+%.txt", "VersionId": "v"}, "GetObject"),
             ("s3", "upload_part", {"Bucket": "sample-bucket", "Key": "k", "PartNumber": 7, "UploadId": "u"},
              "UploadPart"),
             ("s3", "list_objects_v2", {"Bucket": "sample-bucket", "Prefix": "a/", "MaxKeys": 3}, "ListObjectsV2")]


@pytest.mark.parametrize("style", ["path", "virtual"])
@pytest.mark.parametrize("service, method, parameters, operation", PRESIGNED)
def test_presigned(clients, probe, service, method, parameters, operation, style):
    """Everything stands in the URL: operation, input and signature."""
    verb = "PUT" if operation == "UploadPart" else "GET"
    client = clients.get(service, style=style)
    url = client.generate_presigned_url(method, dict(parameters), HttpMethod=verb)
    host, _, target = url.split("://", 1)[1].partition("/")
    answer = probe.decode(verb, "/" + target, [["Host", host]], b"")
    assert (answer.get("service"), answer.get("operation")) == (service, operation), answer
    assert {name: answer["input"].get(name) for name in parameters} == parameters
