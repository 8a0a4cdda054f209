"""The same refusals from the running server, whose pipeline has more steps than the probe."""

import http.client

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from support.server import ACCOUNT

# One operation of each protocol that AWS has and Hearth does not, and what the caller's SDK needs to read the refusal.
UNLISTED = [
    ("iam", "list_mfa_devices", {}, "text/xml"),
    ("s3", "list_bucket_inventory_configurations", {"Bucket": "any"}, "application/xml"),
    ("lambda", "list_layers", {}, "application/json"),
    ("logs", "describe_destinations", {}, "application/x-amz-json-1.1"),
]


@pytest.mark.parametrize("service, operation, parameters, content_type", UNLISTED)
def test_what_hearth_does_not_have(hearth, service, operation, parameters, content_type):
    with pytest.raises(ClientError) as raised:
        getattr(hearth.client(service), operation)(**parameters)
    response = raised.value.response
    assert response["Error"]["Code"] == "NotImplemented"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert response["ResponseMetadata"]["RequestId"]
    assert response["ResponseMetadata"]["HTTPHeaders"]["content-type"] == content_type


def test_a_wrong_signature_comes_before_the_refusal(hearth):
    """Who asks is settled first: a stranger does not learn what the server has."""
    codes = {"iam": "SignatureDoesNotMatch", "s3": "SignatureDoesNotMatch", "lambda": "InvalidSignatureException",
             "logs": "InvalidSignatureException"}
    for service, operation, parameters, _ in UNLISTED:
        with pytest.raises(ClientError) as raised:
            getattr(hearth.client(service, secret="wrong"), operation)(**parameters)
        assert raised.value.response["Error"]["Code"] == codes[service], service


def test_bytes_that_are_no_text_are_refused_and_keep_the_resource_readable(hearth):
    """A name that is not UTF-8 would make the record of its resource unreadable for everybody."""
    body = b"Action=CreateUser&Version=2010-05-08&UserName=conformance&Tags.member.1.Key=k&Tags.member.1.Value=%FF"
    request = AWSRequest("POST", hearth.url + "/", data=body,
                         headers={"Content-Type": "application/x-www-form-urlencoded"})
    SigV4Auth(Credentials(ACCOUNT[1], ACCOUNT[2]), "iam", hearth.region).add_auth(request)
    connection = http.client.HTTPConnection("127.0.0.1", hearth.port, timeout=60)
    connection.request("POST", "/", body, dict(request.headers))
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status == 400 and "not valid UTF-8" in text
    assert "conformance" not in [user["UserName"] for user in hearth.client("iam").list_users()["Users"]]
