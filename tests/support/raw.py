"""Requests that no SDK sends: signed by hand and then bent, or bytes that are no proper HTTP at all."""

import datetime
import http.client
import re
import socket

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from support.server import ACCOUNT


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.text = body.decode("utf-8", "replace")

    @property
    def code(self):
        """The error's code, whatever the protocol."""
        for pattern in (r"<Code>([^<]+)</Code>", r'"__type":\s*"(?:[^"#]*#)?([^"]+)"', r'"[Cc]ode":\s*"([^"]+)"'):
            if found := re.search(pattern, self.text):
                return found.group(1)
        return self.headers.get("x-amzn-ErrorType", "").split(":")[0] or None

    def __repr__(self):
        return f"{self.status} {self.code} {self.text[:300]}"


def signed(hearth, service, method, path, body=b"", headers=None, key=ACCOUNT[1], secret=ACCOUNT[2], token=None, region=None, at=None):
    """Method, path, headers and body of a request with a good signature; `at` is when it was signed."""
    request = AWSRequest(method, hearth.url + path, data=body, headers=dict(headers or {}))
    auth = (S3SigV4Auth if service == "s3" else SigV4Auth)(Credentials(key, secret, token), service, region or hearth.region)
    if at is None:
        auth.add_auth(request)
    else:
        import botocore.auth
        real = botocore.auth.datetime

        class Shifted:
            class datetime(datetime.datetime):
                @classmethod
                def utcnow(cls):
                    return at

        botocore.auth.datetime = Shifted
        try:
            auth.add_auth(request)
        finally:
            botocore.auth.datetime = real
    return method, path, dict(request.headers.items()), body


def send(hearth, method, path, headers=None, body=b"", timeout=30):
    connection = http.client.HTTPConnection("127.0.0.1", hearth.port, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def exchange(hearth, data, timeout=30):
    """Everything that comes back for these bytes until the server closes, or goes quiet for that long."""
    with socket.create_connection(("127.0.0.1", hearth.port), timeout=timeout) as peer:
        peer.sendall(data)
        received = b""
        try:
            while piece := peer.recv(65536):
                received += piece
        except (TimeoutError, ConnectionResetError):
            pass
        return received


def statuses(received):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]
