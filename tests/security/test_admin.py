"""The product's own endpoints, and what a web page in somebody's browser may do with a server on localhost."""

import json

import pytest

from support.aws import fresh, make_role
from support.packages import package
from support.raw import exchange, send, signed, statuses

PATHS = (("GET", "/_hearth/status"), ("GET", "/_hearth/mails"), ("GET", "/_hearth/mails/x"), ("POST", "/_hearth/stop"), ("GET", "/_hearth/"),
         ("GET", "/_hearth/../_hearth/status"), ("GET", "/_hearth/nothing"))


@pytest.mark.parametrize("method, path", PATHS)
def test_nobody_without_a_signature(hearth, method, path):
    assert send(hearth, method, path).status in (400, 403)
    assert hearth.alive()


@pytest.mark.parametrize("method, path", PATHS)
def test_no_other_services_signature(hearth, method, path):
    assert send(hearth, *signed(hearth, "s3", method, path)).status in (400, 403)
    assert hearth.alive()


def test_no_users_and_no_roles(hearth):
    iam = hearth.client("iam")
    name = fresh("admin-user")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    for method, path in PATHS[:4]:
        answer = send(hearth, *signed(hearth, "hearth", method, path, key=key["AccessKeyId"], secret=key["SecretAccessKey"]))
        assert answer.status == 403, answer
    assert hearth.alive()


def test_the_root_may(hearth):
    answer = send(hearth, *signed(hearth, "hearth", "GET", "/_hearth/status"))
    assert answer.status == 200 and "version" in json.loads(answer.body)
    assert send(hearth, *signed(hearth, "hearth", "GET", "/_hearth/nothing")).status == 404


def test_health_says_nothing_else(hearth):
    answer = send(hearth, "GET", "/_hearth/health")
    assert json.loads(answer.body) == {"status": "running"}


def test_a_function_cannot_reach_it(hearth):
    """Not even with a root key: its door to the server does not lead there."""
    source = '''
import http.client, os

def handler(event, context):
    answers = []
    for host in (None, "127.0.0.1:4566", "localhost"):
        connection = http.client.HTTPConnection(os.environ["AWS_ENDPOINT_URL"].removeprefix("http://"), timeout=10)
        connection.request(event["method"], event["path"], headers=event["headers"] | ({"Host": host} if host else {}))
        answer = connection.getresponse()
        answers.append([answer.status, answer.read().decode()])
    return answers
'''
    name = fresh("curious")
    functions = hearth.client("lambda")
    functions.create_function(FunctionName=name, Runtime="python3.11", Handler="index.handler", Role=make_role(hearth), Timeout=30,
                              Code={"ZipFile": package(index__py=source)})
    for method, path in (("GET", "/_hearth/health"), ("GET", "/_hearth/status"), ("POST", "/_hearth/stop")):
        _, _, headers, _ = signed(hearth, "hearth", method, path)
        answer = functions.invoke(FunctionName=name, Payload=json.dumps({"method": method, "path": path, "headers": headers}))
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, payload
        for status, text in payload:
            assert status >= 400 and "version" not in text.lower().replace("xml version", ""), payload
    assert hearth.alive()


class TestBrowsers:
    """A page of a stranger can make a browser send requests here, but has no signature."""

    def test_other_names_for_this_host(self, hearth):
        """DNS rebinding: evil.example resolves to 127.0.0.1, and the page is of the same origin as the server then."""
        for path in ("/_hearth/status", "/", "/bucket/key"):
            received = exchange(hearth, f"GET {path} HTTP/1.1\r\nHost: evil.example:4566\r\nConnection: close\r\n\r\n".encode())
            assert statuses(received) == [403], received

    def test_no_page_may_read_an_answer(self, hearth):
        for path in ("/_hearth/health", "/_hearth/status", "/", "/bucket/key"):
            answer = send(hearth, "GET", path, {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"})
            assert "Access-Control-Allow-Origin" not in answer.headers

    def test_preflights_grant_nothing(self, hearth):
        answer = send(hearth, "OPTIONS", "/_hearth/stop", {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"})
        assert answer.status >= 400 and "Access-Control-Allow-Origin" not in answer.headers

    def test_forms_do_nothing(self, hearth):
        body = b"Action=CreateUser&UserName=evil&Version=2010-05-08"
        answer = send(hearth, "POST", "/", {"Origin": "http://evil.example", "Content-Type": "application/x-www-form-urlencoded"}, body)
        assert answer.status == 403
        assert "evil" not in [user["UserName"] for user in hearth.client("iam").list_users()["Users"]]
