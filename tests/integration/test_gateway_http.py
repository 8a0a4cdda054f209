"""HTTP and HTTP_PROXY integrations, with servers of the test behind them."""

import http.server
import json
import re
import socket
import ssl
import subprocess
import threading

import pytest

from support.aws import refused
from support.rest_api import Api
from support.server import Hearth
from support.wait import until


class Backend(http.server.ThreadingHTTPServer):
    """Tells what it was asked; /status/N answers with N, /moved leads elsewhere, /silent never answers."""

    daemon_threads = True

    def __init__(self, certificate=None):
        super().__init__(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.asked = []
        self.released = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def close(self):
        self.released.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    server_version = "Backend/1"

    def answer(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size).decode()
        self.server.asked.append(self.path)
        if self.path == "/silent":
            self.server.released.wait(60)
            return
        named = re.match(r"/status/(\d+)", self.path)
        status = int(named[1]) if named else 302 if self.path == "/moved" else 200
        text = json.dumps({"verb": self.command, "path": self.path, "headers": dict(self.headers.items()), "body": body}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Backend", "yes")
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_HEAD = answer

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def backend():
    server = Backend()
    yield server
    server.close()


@pytest.fixture(scope="module")
def open_hearth(tmp_path_factory):
    """A server that may call whatever there is."""
    server = Hearth(tmp_path_factory.mktemp("open") / "data", "--http-integrations", "any", "--gateway-timeout", "2").start()
    yield server
    assert server.stop() == 0


def proxied(hearth, uri, **integration):
    api = Api(hearth, {})
    mapped = {"integration.request.path.proxy": "method.request.path.proxy"} if "{proxy}" in uri else {}
    parameters = integration.pop("requestParameters", {})
    return api.method("/{proxy+}", "ANY", "HTTP_PROXY", method={"requestParameters": {"method.request.path.proxy": True}},
                      uri=uri, integrationHttpMethod="ANY", requestParameters=mapped | parameters, **integration)


def test_a_proxy_passes_requests_and_answers_through(open_hearth, backend):
    api = proxied(open_hearth, backend.url + "/v1/{proxy}?fixed=1", requestParameters={"integration.request.header.X-Own": "context.apiId"})
    api.deploy()
    status, headers, text = api.ask("PUT", "/a/b%20c?x=1&x=2", body="hello", headers={"Content-Type": "text/plain", "X-Mine": "m"})
    seen = json.loads(text)
    assert (status, seen["verb"], seen["path"], seen["body"]) == (200, "PUT", "/v1/a/b%20c?fixed=1&x=1&x=2", "hello")
    sent = {name.lower(): value for name, value in seen["headers"].items()}
    assert (sent["x-mine"], sent["x-own"], sent["x-amzn-apigateway-api-id"]) == ("m", api.id, api.id)
    assert sent["host"] == f"127.0.0.1:{backend.server_port}" and sent["content-type"] == "text/plain"
    assert headers["X-Backend"] == "yes" and headers["x-amzn-Remapped-Server"].startswith("Backend/1") and "Server" not in headers
    assert api.ask("HEAD", "/a")[0] == 200
    for status in (204, 404, 503):
        plain = proxied(open_hearth, backend.url + f"/status/{status}")
        plain.deploy()
        assert plain.ask("GET", "/x")[0] == status


def test_certificates_are_looked_at(make_hearth, open_hearth, tmp_path, monkeypatch):
    pem = tmp_path / "localhost.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=x",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", pem, "-out", tmp_path / "certificate.pem"], check=True, capture_output=True)
    pem.write_text(pem.read_text() + (tmp_path / "certificate.pem").read_text())
    secure = Backend(pem)
    try:
        named, unnamed = (f"https://{host}:{secure.server_port}/a" for host in ("localhost", "127.0.0.1"))
        strange = proxied(open_hearth, named)
        strange.deploy()
        assert strange.json("GET", "/x") == (504, {"message": "Network error communicating with endpoint"})
        careless = proxied(open_hearth, unnamed, tlsConfig={"insecureSkipVerification": True})
        careless.deploy()
        assert careless.ask("GET", "/x")[0] == 200

        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        trusting = make_hearth("--http-integrations", "any").start()
        for url, expected in ((named, 200), (unnamed, 504)):
            api = proxied(trusting, url)
            api.deploy()
            assert api.ask("GET", "/x")[0] == expected
    finally:
        secure.close()


def test_redirects_are_the_clients(open_hearth, backend):
    api = proxied(open_hearth, backend.url + "/moved")
    api.deploy()
    status, headers, _ = api.ask("GET", "/x")
    assert (status, headers["Location"]) == (302, "/elsewhere")
    assert "/elsewhere" not in backend.asked


def test_a_custom_integration_maps_and_selects(open_hearth, backend):
    api = Api(open_hearth, {})
    ok = {"responseTemplates": {"application/json": "$input.path('$.path') $input.json('$.body')"},
          "responseParameters": {"method.response.header.X-From": "integration.response.header.X-Backend"}}
    lost = {"selectionPattern": "4\\d{2}", "responseTemplates": {"application/json": '{"lost": true}'}}
    api.method("/pets", "POST", "HTTP", uri=backend.url + "/${stageVariables.where}", integrationHttpMethod="PUT",
               method={"requestParameters": {"method.request.querystring.id": True}},
               requestParameters={"integration.request.querystring.pet": "method.request.querystring.id"},
               requestTemplates={"application/json": '{"name": $input.json("$.n")}'}, responses={"200": ok, "404": lost})
    api.client.create_deployment(restApiId=api.id, stageName="v1", variables={"where": "pets"})
    api.client.create_deployment(restApiId=api.id, stageName="v2", variables={"where": "status/404"})
    ask = {"body": '{"n": "Tom"}', "headers": {"Content-Type": "application/json"}}
    status, headers, text = api.ask("POST", "/pets?id=7", **ask)
    assert (status, text, headers["X-From"]) == (200, '/pets?pet=7 "{\\"name\\": \\"Tom\\"}"', "yes")
    assert api.json("POST", "/pets?id=7", stage="v2", **ask) == (404, {"lost": True})


def test_endpoints_that_fail(open_hearth, backend):
    silent = proxied(open_hearth, backend.url + "/silent")
    silent.deploy()
    assert silent.json("GET", "/x") == (504, {"message": "Endpoint request timed out"})
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        gone = proxied(open_hearth, f"http://127.0.0.1:{reserved.getsockname()[1]}/")
        gone.deploy()
        assert gone.json("GET", "/x") == (504, {"message": "Network error communicating with endpoint"})
    plain = proxied(open_hearth, backend.url.replace("http:", "https:") + "/")
    plain.deploy()
    assert plain.json("GET", "/x") == (504, {"message": "Network error communicating with endpoint"})
    nowhere = proxied(open_hearth, "http://no-such-name.invalid/")
    nowhere.deploy()
    assert nowhere.json("GET", "/x") == (500, {"message": "Internal server error"})


def test_an_endpoint_is_left_with_the_client(make_hearth):
    """Long before the 29 seconds that an endpoint has."""
    hearth = make_hearth("--http-integrations", "any").start()
    with socket.create_server(("127.0.0.1", 0)) as endpoint:
        endpoint.settimeout(20)
        api = proxied(hearth, f"http://127.0.0.1:{endpoint.getsockname()[1]}/")
        api.deploy()
        with socket.create_connection(("127.0.0.1", hearth.port)) as client:
            client.sendall(f"GET /_aws/execute-api/{api.id}/v1/x HTTP/1.1\r\nHost: h\r\n\r\n".encode())
            called, _ = endpoint.accept()
        with called:
            called.settimeout(20)
            while called.recv(65536):
                pass


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "169.254.169.254:80", "10.0.0.1:8080"])
def test_nothing_inside_is_called_unless_the_operator_says_so(hearth, backend, host):
    """Neither the server's own port nor the machine's other servers, nor private networks, nor a cloud's metadata."""
    before = len(backend.asked)
    for port in (hearth.port, backend.server_port):
        api = proxied(hearth, f"http://{host}/{{proxy}}" if host.count(":") == 1 else f"http://{host}:{port}/{{proxy}}")
        api.deploy()
        assert api.json("GET", "/_hearth/health") == (500, {"message": "Internal server error"})
    assert len(backend.asked) == before


def test_a_server_may_call_nothing_at_all(make_hearth, backend):
    hearth = make_hearth("--http-integrations", "off").start()
    api = proxied(hearth, backend.url + "/")
    api.deploy()
    assert api.json("GET", "/x") == (500, {"message": "Internal server error"})
    until(lambda: any("--http-integrations off" in line for line in hearth.log), "the reason in the log")


def test_what_cannot_be_an_endpoint_is_refused_by_name(hearth):
    api = Api(hearth, {})
    api.client.put_method(restApiId=api.id, resourceId=api.root, httpMethod="GET", authorizationType="NONE")
    for uri in ("ftp://example.org/", "http://{host}/", "http://user:pass@example.org/"):
        with refused("BadRequestException", 400, "Invalid HTTP endpoint specified for URI"):
            api.client.put_integration(restApiId=api.id, resourceId=api.root, httpMethod="GET", type="HTTP_PROXY",
                                       integrationHttpMethod="GET", uri=uri)
    with refused("BadRequestException", 400, "VPC"):
        api.client.put_integration(restApiId=api.id, resourceId=api.root, httpMethod="GET", type="HTTP_PROXY", integrationHttpMethod="GET",
                                   uri="http://example.org/", connectionType="VPC_LINK", connectionId="x")
