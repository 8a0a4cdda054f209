"""Signatures that are missing, wrong, old or meant for something else: AWS's own code for each, per protocol."""

import datetime
import json
import re

import pytest

from support.raw import send, signed

MINUTE = datetime.timedelta(minutes=1)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Logs_20140328.DescribeLogGroups"}

# Each protocol: service, method, path, headers, body.
CALLS = {
    "s3": ("s3", "GET", "/", {}, b""),
    "query": ("sts", "POST", "/", FORM, b"Action=GetCallerIdentity&Version=2011-06-15"),
    "json": ("logs", "POST", "/", JSON, b"{}"),
    "rest": ("lambda", "GET", "/2015-03-31/functions/", {}, b""),
}
EXPECTED = {
    "missing": {"s3": (403, "AccessDenied"), "query": (403, "MissingAuthenticationToken"),
                "json": (400, "MissingAuthenticationTokenException"), "rest": (403, "MissingAuthenticationTokenException")},
    "unknown key": {"s3": (403, "InvalidAccessKeyId"), "query": (403, "InvalidClientTokenId"),
                    "json": (400, "UnrecognizedClientException"), "rest": (403, "UnrecognizedClientException")},
    "bad signature": {"s3": (403, "SignatureDoesNotMatch"), "query": (403, "SignatureDoesNotMatch"),
                      "json": (400, "InvalidSignatureException"), "rest": (403, "InvalidSignatureException")},
    "skew": {"s3": (403, "RequestTimeTooSkewed"), "query": (403, "SignatureDoesNotMatch"),
             "json": (400, "InvalidSignatureException"), "rest": (403, "InvalidSignatureException")},
}


def now():
    return datetime.datetime.utcnow()


def ask(hearth, protocol, scope=None, **more):
    service, method, path, headers, body = CALLS[protocol]
    return signed(hearth, scope or service, method, path, body, headers, **more)


def check(answer, kind, protocol):
    assert (answer.status, answer.code) == EXPECTED[kind][protocol], answer


@pytest.mark.parametrize("protocol", CALLS)
class TestEveryProtocol:
    def test_a_good_one_is_accepted(self, hearth, protocol):
        assert send(hearth, *ask(hearth, protocol)).status == 200
        assert send(hearth, *ask(hearth, protocol, at=now() - 10 * MINUTE)).status == 200

    def test_missing(self, hearth, protocol):
        service, method, path, headers, body = CALLS[protocol]
        # Without a signature the host is what tells the service.
        headers = headers | {"Host": f"{service}.{hearth.region}.amazonaws.com"}
        check(send(hearth, method, path, headers, body), "missing", protocol)

    def test_unknown_key(self, hearth, protocol):
        check(send(hearth, *ask(hearth, protocol, key="AKIANOBODYHASTHISKEY")), "unknown key", protocol)

    def test_wrong_secret(self, hearth, protocol):
        check(send(hearth, *ask(hearth, protocol, secret="not-the-secret")), "bad signature", protocol)

    def test_a_signature_bit(self, hearth, protocol):
        method, path, headers, body = ask(hearth, protocol)
        last = headers["Authorization"][-1]
        headers["Authorization"] = headers["Authorization"][:-1] + ("0" if last != "0" else "1")
        check(send(hearth, method, path, headers, body), "bad signature", protocol)

    def test_another_path(self, hearth, protocol):
        method, path, headers, body = ask(hearth, protocol)
        answer = send(hearth, method, path + "?X=1", headers, body)
        check(answer, "bad signature", protocol)

    def test_a_signed_header_was_changed(self, hearth, protocol):
        method, path, headers, body = ask(hearth, protocol)
        headers["X-Amz-Date"] = (now() - MINUTE).strftime("%Y%m%dT%H%M%SZ")
        check(send(hearth, method, path, headers, body), "bad signature", protocol)

    @pytest.mark.parametrize("minutes", (-16, 16, -60 * 24))
    def test_skew(self, hearth, protocol, minutes):
        check(send(hearth, *ask(hearth, protocol, at=now() + minutes * MINUTE)), "skew", protocol)

    def test_scope_of_another_service(self, hearth, protocol):
        """The scope says which service is asked: there, such a request does not exist."""
        answer = send(hearth, *ask(hearth, protocol, scope="apigateway" if protocol == "query" else "iam"))
        assert answer.status in (400, 403, 404, 501) and answer.code, answer

    def test_an_invented_session_token(self, hearth, protocol):
        answer = send(hearth, *ask(hearth, protocol, token="invented"))
        assert answer.status in (400, 403)
        assert answer.code in ("InvalidToken", "InvalidClientTokenId", "UnrecognizedClientException"), answer

    @pytest.mark.parametrize("header", (
        "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=, Signature=",
        "AWS4-HMAC-SHA256 Credential=////, SignedHeaders=host, Signature=00", "AWS HEARTHTESTKEY:abc=", "Basic dGVzdDp0ZXN0", "Bearer token",
        "AWS4-HMAC-SHA256 " + "Credential=" * 1000, "AWS4-ECDSA-P256-SHA256 Credential=a, SignedHeaders=b, Signature=c"))
    def test_nonsense(self, hearth, protocol, header):
        method, path, headers, body = ask(hearth, protocol)
        headers["Authorization"] = header
        answer = send(hearth, method, path, headers, body)
        assert answer.status in (400, 403) and answer.code, answer


@pytest.mark.parametrize("protocol", ("query", "json"))
def test_a_body_that_was_changed(hearth, protocol):
    method, path, headers, body = ask(hearth, protocol)
    check(send(hearth, method, path, headers, body + b" "), "bad signature", protocol)


def test_an_object_that_was_changed_on_its_way(hearth):
    hearth.client("s3").create_bucket(Bucket="tampered", CreateBucketConfiguration={"LocationConstraint": hearth.region})
    method, path, headers, _ = signed(hearth, "s3", "PUT", "/tampered/key", b"what was signed")
    answer = send(hearth, method, path, headers, b"what WAS signed")
    assert (answer.status, answer.code) == (400, "XAmzContentSHA256Mismatch")
    assert "Contents" not in hearth.client("s3").list_objects_v2(Bucket="tampered")


def test_one_service_by_its_name_and_another_by_its_signature(hearth):
    """A key for nothing but one service must not open another's operations."""
    answer = send(hearth, *signed(hearth, "sts", "POST", "/", b"{}", JSON))
    assert answer.status in (400, 403) and "logGroups" not in answer.text, answer
    answer = send(hearth, *signed(hearth, "hearth", "GET", "/2015-03-31/functions/"))
    assert answer.status in (400, 403, 501), answer
    answer = send(hearth, *signed(hearth, "s3", "GET", "/_hearth/status"))
    assert answer.status == 403


class TestPresigned:
    @pytest.fixture(scope="class")
    def client(self, hearth):
        client = hearth.client("s3", signature_version="s3v4")
        client.create_bucket(Bucket="presigned", CreateBucketConfiguration={"LocationConstraint": hearth.region})
        client.put_object(Bucket="presigned", Key="key", Body=b"text")
        return client

    def get(self, hearth, client, change=lambda path: path, **more):
        url = client.generate_presigned_url("get_object", Params={"Bucket": "presigned", "Key": "key"}, **more)
        return send(hearth, "GET", change(url.removeprefix(hearth.url)))

    def test_good(self, hearth, client):
        answer = self.get(hearth, client)
        assert (answer.status, answer.body) == (200, b"text")

    def test_expired(self, hearth, client):
        long_ago = (now() - 20 * MINUTE).strftime("%Y%m%dT%H%M%SZ")

        def aged(path):
            """Also of the day of it, which is another one in the first minutes of a day."""
            return re.sub(r"%2F\d{8}%2F", f"%2F{long_ago[:8]}%2F", re.sub(r"X-Amz-Date=\w+", "X-Amz-Date=" + long_ago, path))

        answer = self.get(hearth, client, aged, ExpiresIn=60)
        assert (answer.status, answer.code) == (403, "AccessDenied") and "Request has expired" in answer.text

    @pytest.mark.parametrize("change", (
        lambda path: path.replace("/key?", "/other?"), lambda path: path + "&versionId=null",
        lambda path: path.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200")), ids=("key", "parameter", "expiry"))
    def test_changed(self, hearth, client, change):
        answer = self.get(hearth, client, change)
        assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")

    def test_too_long(self, hearth, client):
        answer = self.get(hearth, client, ExpiresIn=8 * 24 * 3600)
        assert (answer.status, answer.code) == (400, "AuthorizationQueryParametersError")

    def test_other_method(self, hearth, client):
        url = client.generate_presigned_url("get_object", Params={"Bucket": "presigned", "Key": "key"})
        answer = send(hearth, "DELETE", url.removeprefix(hearth.url))
        assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
        assert self.get(hearth, client).status == 200

    def test_both_ways_at_once(self, hearth, client):
        url = client.generate_presigned_url("get_object", Params={"Bucket": "presigned", "Key": "key"})
        path = url.removeprefix(hearth.url)
        answer = send(hearth, "GET", path, signed(hearth, "s3", "GET", path)[2])
        assert answer.status == 400 and answer.code == "InvalidArgument", answer


class TestChunked:
    """aws-chunked bodies: each chunk is signed with the one before."""

    @pytest.fixture(scope="class", autouse=True)
    def bucket(self, hearth):
        hearth.client("s3").create_bucket(Bucket="chunked", CreateBucketConfiguration={"LocationConstraint": hearth.region})

    def put(self, hearth, bend=lambda body: body):
        import hashlib
        import hmac
        pieces = [b"a" * 8192, b"b" * 100, b""]
        length = sum(len(f"{len(piece):x};chunk-signature={'0' * 64}\r\n") + len(piece) + 2 for piece in pieces)
        headers = {"Content-Encoding": "aws-chunked", "X-Amz-Decoded-Content-Length": "8292", "Content-Length": str(length),
                   "X-Amz-Content-SHA256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        from support.server import ACCOUNT

        class Streaming(SigV4Auth):
            def payload(self, request):
                return "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"

            def _should_sha256_sign_payload(self, request):
                return True

        request = AWSRequest("PUT", hearth.url + "/chunked/key", data=b"", headers=headers)
        auth = Streaming(Credentials(ACCOUNT[1], ACCOUNT[2]), "s3", hearth.region)
        auth.add_auth(request)
        stamp = request.headers["X-Amz-Date"]
        scope = f"{stamp[:8]}/{hearth.region}/s3/aws4_request"
        key = ("AWS4" + ACCOUNT[2]).encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        previous = request.headers["Authorization"].rsplit("=", 1)[1]
        body = b""
        for piece in pieces:
            text = "\n".join(("AWS4-HMAC-SHA256-PAYLOAD", stamp, scope, previous, hashlib.sha256(b"").hexdigest(), hashlib.sha256(piece).hexdigest()))
            previous = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
            body += f"{len(piece):x};chunk-signature={previous}\r\n".encode() + piece + b"\r\n"
        assert len(body) == length
        return send(hearth, "PUT", "/chunked/key", dict(request.headers.items()), bend(body))

    def test_good(self, hearth):
        assert self.put(hearth).status == 200
        assert len(hearth.client("s3").get_object(Bucket="chunked", Key="key")["Body"].read()) == 8292

    def test_changed(self, hearth):
        answer = self.put(hearth, lambda body: body.replace(b"aaaa", b"aaaz", 1))
        assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")

    def test_chunks_swapped(self, hearth):
        answer = self.put(hearth, lambda body: body.replace(b"b" * 100, b"c" * 100))
        assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")


def test_temporary_credentials_end(make_hearth):
    hearth = make_hearth("--clock", "2024-05-06T10:00:00Z").start()
    iam = hearth.client("iam")
    root = "arn:aws:iam::000000000001:root"
    iam.create_role(RoleName="short", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "sts:AssumeRole"}]}))
    user = iam.create_user(UserName="one")["User"]["Arn"]
    iam.update_assume_role_policy(RoleName="short", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": user}, "Action": "sts:AssumeRole"}]}))
    key = iam.create_access_key(UserName="one")["AccessKey"]
    caller = hearth.client("sts", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    given = caller.assume_role(RoleArn="arn:aws:iam::000000000001:role/short", RoleSessionName="session", DurationSeconds=900)["Credentials"]
    credentials = {"key": given["AccessKeyId"], "secret": given["SecretAccessKey"], "token": given["SessionToken"]}
    assert "assumed-role/short/session" in hearth.client("sts", **credentials).get_caller_identity()["Arn"]
    # The token belongs to the key: another's is refused, and so is none.
    for changed in ({"token": None}, {"token": given["SessionToken"][:-4] + "AAAA"}):
        answer = send(hearth, *ask(hearth, "query", **(credentials | changed)))
        assert (answer.status, answer.code) == (403, "InvalidClientTokenId"), answer
    hearth.kill()
    hearth.options = ["--clock", "2024-05-06T10:14:00Z"]
    hearth.start()
    assert "assumed-role/short/session" in hearth.client("sts", **credentials).get_caller_identity()["Arn"]
    hearth.kill()
    hearth.options = ["--clock", "2024-05-06T10:15:01Z"]
    hearth.start()
    for protocol, code in (("s3", "ExpiredToken"), ("query", "ExpiredToken"), ("json", "ExpiredTokenException"), ("rest", "ExpiredTokenException")):
        answer = send(hearth, *ask(hearth, protocol, **credentials))
        assert answer.code == code, answer
