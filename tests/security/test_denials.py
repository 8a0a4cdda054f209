"""Whoever has no policy may do nothing at all: every operation of every service, with the least input that its model allows."""

import sys

import pytest
from botocore import xform_name

from support.aws import make_bucket, refused
from support.principals import User
from support.scenarios import listed
from support.server import ROOT

sys.path.insert(0, str(ROOT / "tests" / "conformance"))
from samples import LEAST, Sampler  # noqa: E402

XML = {"cloudformation", "iam", "s3", "ses", "sts"}
# What somebody has to be before anything else is looked at.
GIVEN = {
    "CreateFunction": {"FunctionName": "denied", "Role": "arn:aws:iam::000000000001:role/denied", "Code": {}},
    "SendEmail": {"Source": "a@denied.example", "Destination": {"ToAddresses": ["a@denied.example"]},
                  "Message": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    "SendRawEmail": {"RawMessage": {"Data": b"From: a@denied.example\r\nTo: a@denied.example\r\n\r\nt"}},
}
FREE = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")}  # AWS asks for no permission


@pytest.fixture(scope="module")
def nobody(hearth):
    return User(hearth)


@pytest.mark.parametrize("service", listed())
def test_every_operation_is_denied(hearth, nobody, service):
    client, bucket = nobody.client(service), make_bucket(hearth) if service == "s3" else None
    model, wrong = client.meta.service_model, []
    for operation in listed()[service]:
        shape = model.operation_model(operation).input_shape
        sampler = Sampler(LEAST, model.metadata["protocol"], {"Bucket": bucket, "CopySource": f"{bucket}/k"})
        given = GIVEN.get(operation) or (sampler.structure(shape) if shape else {})
        code = "403" if operation.startswith("Head") else "AccessDenied" if service in XML else "AccessDeniedException"
        call = getattr(client, xform_name(operation))
        if (service, operation) in FREE:
            call(**given)
            continue
        if operation == "DeleteObjects":  # answers for each object
            wrong += [f"{operation}: {error}" for error in call(**given)["Errors"] if error["Code"] != "AccessDenied"]
            continue
        try:
            with refused(code, 400 if model.metadata["protocol"] == "json" else 403):
                call(**given)
        except AssertionError as difference:
            wrong.append(f"{operation}: {difference}")
    assert not wrong, "\n".join(wrong)
