"""Every error that a listed operation may answer reaches the caller as botocore's exception of that name, with its
message, HTTP status and request id, in the caller's protocol."""

import pytest
from botocore.exceptions import ClientError
from models import JSON_SERVICES, LISTED, REQUEST_ID, SERVICES, UNLISTED, response_of
from samples import LEAST, Sampler
from test_inputs import FIXED

MESSAGE = "Not <this> & \"that\": zażółć \U0001f40c, line\nfeed"
# HEAD has no body: botocore has nothing but the status.
HEAD = {"HeadBucket", "HeadObject"}


def least(client, operation):
    model = client.meta.service_model.operation_model(operation)
    shape = model.input_shape
    return Sampler(LEAST, model.metadata["protocol"], FIXED).structure(shape) if shape else {}


def modeled_errors(service, operation):
    """(code on the wire, HTTP status, exception's shape) of the errors that the model has for the operation."""
    model = SERVICES[service].model
    for reference in model["operations"][operation].get("errors", []):
        name = reference["shape"]
        error = model["shapes"][name].get("error", {})
        yield error.get("code", name), error.get("httpStatusCode", 400), name


def fail(clients, probe, service, operation, code, status, protocol):
    """What botocore raises for a fault of that code."""
    client = clients.get(service)
    answer = probe.ask(do="fault", service=service, protocol=protocol, code=code, message=MESSAGE, status=status)
    with pytest.raises(ClientError) as raised:
        clients.call(client, operation, least(client, operation), lambda *_: response_of(answer))
    response = raised.value.response
    assert response["Error"]["Code"] == code
    assert response["Error"]["Message"] == MESSAGE
    assert response["ResponseMetadata"]["RequestId"] == REQUEST_ID
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    return client, raised.value


def check(clients, probe, service, operation, protocol):
    for code, status, shape in modeled_errors(service, operation):
        client, raised = fail(clients, probe, service, operation, code, status, protocol)
        assert isinstance(raised, client.exceptions.from_code(code)), shape
        assert type(raised) is not ClientError, shape
    _, raised = fail(clients, probe, service, operation, "SomethingNobodyModeled", 409, protocol)
    assert type(raised) is ClientError


@pytest.mark.parametrize("service, operation", [(s, o) for s, o in LISTED if o not in HEAD])
def test_errors(clients, probe, service, operation):
    check(clients, probe, service, operation, SERVICES[service].model_protocol())


@pytest.mark.parametrize("service, operation", [(s, o) for s, o in LISTED if s in JSON_SERVICES])
def test_errors_in_json_10(json_10_clients, probe, service, operation):
    check(json_10_clients, probe, service, operation, "json-1.0")


# --- what Hearth does not have --------------------------------------------------------------------------------------


def refused(clients, probe, client, operation):
    answers = []

    def send(*request):
        answers.append(probe.decode(*request))
        return response_of(answers[-1])

    with pytest.raises(ClientError) as raised:
        clients.call(client, operation, least(client, operation), send)
    return raised.value, dict((name.lower(), value) for name, value in answers[-1]["response"]["headers"])


def twins(service, operation):
    """The operations that look the same on the wire: S3's model has two generations of some."""
    operations = SERVICES[service].model["operations"]
    if not SERVICES[service].metadata["protocol"].startswith("rest"):
        return [operation]
    http = operations[operation]["http"]
    return [name for name, other in operations.items()
            if (other["http"]["method"], other["http"]["requestUri"]) == (http["method"], http["requestUri"])]


def check_unlisted(clients, probe, service, operation):
    error, headers = refused(clients, probe, clients.get(service), operation)
    assert error.response["Error"]["Code"] == "NotImplemented"
    message = error.response["Error"]["Message"]
    assert message in [f"Hearth does not implement {service}.{name}." for name in twins(service, operation)]
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert error.response["ResponseMetadata"]["RequestId"] == REQUEST_ID
    return headers["content-type"]


TYPES = {"query": "text/xml", "rest-xml": "application/xml", "rest-json": "application/json",
         "json": "application/x-amz-json-1.1"}


# WriteGetObjectResponse belongs to s3-object-lambda, and the old names of listed operations are the same requests.
REFUSABLE = [(service, operation) for service, operation in UNLISTED
             if operation != "WriteGetObjectResponse"
             and not set(twins(service, operation)) & set(SERVICES[service].operations) - {operation}]


@pytest.mark.parametrize("service, operation", REFUSABLE)
def test_an_unlisted_operation_is_refused_in_the_callers_protocol(clients, probe, service, operation):
    assert check_unlisted(clients, probe, service, operation) == TYPES[SERVICES[service].metadata["protocol"]]


@pytest.mark.parametrize("service, operation", [(s, o) for s, o in REFUSABLE if s in JSON_SERVICES])
def test_an_unlisted_operation_in_json_10(json_10_clients, probe, service, operation):
    assert check_unlisted(json_10_clients, probe, service, operation) == "application/x-amz-json-1.0"


def test_all_protocols_are_covered():
    assert {service.metadata["protocol"] for service in SERVICES.values()} == set(TYPES)
