"""Whatever an operation answers, botocore reads the same value from it."""

import base64

import pytest
from botocore.response import StreamingBody
from models import JSON_SERVICES, LISTED, REQUEST_ID, SERVICES, response_of
from samples import KINDS, LEAST, Sampler, as_parsed, as_record, is_stream
from test_inputs import FIXED

BODY = bytes(range(256)) * 9  # of the answers that are streams


def sample(model, kind):
    """An output, with its payload: an answer to CopyObject without a body, say, is an error to every SDK."""
    shape = model.output_shape
    payload = shape.serialization.get("payload")
    output = Sampler(kind, model.metadata["protocol"], {}, always={payload}).structure(shape)
    if payload and is_stream(shape.members[payload]):
        output[payload] = BODY
        if "ContentLength" in output:
            output["ContentLength"] = len(BODY)
    return output


def check(clients, probe, service, operation, kind, protocol):
    client = clients.get(service)
    model = client.meta.service_model.operation_model(operation)
    shape, family = model.output_shape, model.metadata["protocol"]
    output = sample(model, kind) if shape else {}
    record = as_record(family, shape, output, whole_seconds=False) if shape else {}
    answer = probe.ask(do="encode", service=service, operation=operation, protocol=protocol, output=record,
                       stream=base64.b64encode(BODY).decode())
    status = SERVICES[service].model["operations"][operation].get("http", {}).get("responseCode", 200)
    for name, member in shape.members.items() if shape else ():
        if member.serialization.get("location") == "statusCode":
            status = output.get(name, status)
    assert answer["response"]["status"] == status

    # With EncodingType given, botocore leaves the names in S3's listings as they are.
    least = Sampler(LEAST, family, FIXED, always={"EncodingType"}).structure(model.input_shape) if model.input_shape else {}
    parsed = clients.call(client, operation, least, lambda *_: response_of(answer))
    metadata = parsed.pop("ResponseMetadata")
    assert metadata["RequestId"] == REQUEST_ID and metadata["HTTPStatusCode"] == status
    for name, value in parsed.items():
        if isinstance(value, StreamingBody):
            parsed[name] = value.read()
    expected = as_parsed(family, shape, output, status) if shape else {}
    if operation == "GetBucketLocation":
        expected.setdefault("LocationConstraint", None)  # botocore says it so, for us-east-1
    if isinstance(expected.get("Body"), bytes):
        expected.setdefault("ContentType", "binary/octet-stream")  # S3's, where an object has none of its own
    if operation == "GetExport":
        expected.setdefault("contentType", "application/json")  # of an answer of this protocol
    assert parsed == expected


@pytest.mark.parametrize("service, operation", LISTED)
def test_answers(clients, probe, service, operation):
    for kind in KINDS:
        check(clients, probe, service, operation, kind, SERVICES[service].model_protocol())


@pytest.mark.parametrize("service, operation", [(s, o) for s, o in LISTED if s in JSON_SERVICES])
def test_answers_in_json_10(json_10_clients, probe, service, operation):
    for kind in KINDS:
        check(json_10_clients, probe, service, operation, kind, "json-1.0")
