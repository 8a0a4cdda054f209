"""Clients that know no endpoint: the server is a proxy for AWS's names, and ends their TLS itself."""

import http.client
import json
import os
import socket
import ssl
import subprocess

import pytest

from support.aws import fresh, make_bucket, make_role
from support.packages import package
from support.server import BIN


@pytest.fixture(scope="module")
def environment(hearth):
    return hearth.environment()


@pytest.fixture(scope="module")
def trust(hearth):
    return ssl.create_default_context(cafile=str(hearth.data / "ca.pem"))


def run(environment, *command, check=True):
    return subprocess.run(list(map(str, command)), env=environment, capture_output=True, text=True, timeout=120, check=check)


def test_debians_aws_without_an_endpoint(environment, tmp_path):
    bucket = fresh("redirected")
    run(environment, "/usr/bin/aws", "s3", "mb", f"s3://{bucket}")
    file = tmp_path / "file"
    file.write_bytes(os.urandom(300_000))
    run(environment, "/usr/bin/aws", "s3", "cp", file, f"s3://{bucket}/a b/ü.bin")  # https://BUCKET.s3.REGION.amazonaws.com
    run(environment, "/usr/bin/aws", "s3", "cp", f"s3://{bucket}/a b/ü.bin", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == file.read_bytes()
    assert "us-west-2" in run(environment, "/usr/bin/aws", "--region", "us-west-2", "lambda", "get-account-settings", "--debug").stderr
    assert run(environment, "/usr/bin/aws", "sts", "get-caller-identity").stdout.count("arn:aws:iam::") == 1
    run(environment, "/usr/bin/aws", "s3", "rb", "--force", f"s3://{bucket}")


def test_boto3_without_an_endpoint(environment):
    code = """
import boto3
for region in ("eu-central-1", "ap-southeast-2"):
    print(boto3.client("cloudformation", region_name=region).list_stacks()["ResponseMetadata"]["HTTPStatusCode"],
          boto3.client("ses", region_name=region).meta.endpoint_url)
"""
    out = run(environment, "/usr/bin/python3", "-c", code).stdout
    assert out.split() == ["200", "https://email.eu-central-1.amazonaws.com", "200", "https://email.ap-southeast-2.amazonaws.com"]


def test_curl_reaches_an_api_by_its_name_on_aws(hearth, environment):
    apigateway = hearth.client("apigateway")
    api = apigateway.create_rest_api(name=fresh("api"))["id"]
    root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
    apigateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    apigateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    apigateway.put_method_response(restApiId=api, resourceId=root, httpMethod="GET", statusCode="200")
    apigateway.put_integration_response(restApiId=api, resourceId=root, httpMethod="GET", statusCode="200", responseTemplates={"application/json": '{"mock": true}'})
    apigateway.create_deployment(restApiId=api, stageName="api")
    assert run(environment, "curl", "-sS", f"https://{api}.execute-api.{hearth.region}.amazonaws.com/api/").stdout == '{"mock": true}'


@pytest.mark.parametrize("name", ["s3.localhost", "s3.localhost.localstack.cloud"])
def test_its_own_names_are_not_asked_of_the_proxy(hearth, environment, name):
    url = f"https://{name}:{hearth.port}/_hearth/health"
    assert "status" in json.loads(run(environment, "curl", "-sS", "--resolve", f"{name}:{hearth.port}:127.0.0.1", url).stdout)


def connect(hearth, target):
    peer = socket.create_connection(("127.0.0.1", hearth.port), timeout=10)
    peer.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
    return peer, peer.recv(4096)


@pytest.mark.parametrize("target", ["example.com:443", "169.254.169.254:80", "127.0.0.1:22", "localhost:443", "s3.amazonaws.com:80",
                                    "s3.amazonaws.com.evil.org:443", "evil-amazonaws.com:443", "amazonaws.com:443", "[::1]:443"])
def test_no_tunnel_leads_elsewhere(hearth, target):
    peer, answer = connect(hearth, target)
    assert answer.startswith(b"HTTP/1.1 403 "), answer
    peer.close()


def test_a_tunnel_has_a_certificate_of_exactly_its_name(hearth, trust):
    peer, answer = connect(hearth, "s3.eu-west-1.amazonaws.com:443")
    assert answer.startswith(b"HTTP/1.1 200 ")
    with trust.wrap_socket(peer, server_hostname="s3.eu-west-1.amazonaws.com") as secure:
        names = [value for kind, value in secure.getpeercert()["subjectAltName"]]
        assert names == ["s3.eu-west-1.amazonaws.com"] and secure.version() == "TLSv1.3"
    peer, _answer = connect(hearth, "s3.amazonaws.com:443")
    with pytest.raises(ssl.SSLError):
        trust.wrap_socket(peer, server_hostname="example.com")


def test_the_port_itself_speaks_tls(hearth, trust):
    connection = http.client.HTTPSConnection("127.0.0.1", hearth.port, context=trust, timeout=10)
    connection.request("GET", "/_hearth/health")
    assert connection.getresponse().status == 200
    name = f"abc.execute-api.{hearth.region}.localhost"
    with trust.wrap_socket(socket.create_connection(("127.0.0.1", hearth.port), timeout=10), server_hostname=name) as secure:
        assert secure.getpeercert()["subjectAltName"] == (("DNS", name),)


def test_tls_with_given_files(make_hearth, tmp_path):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=hearth.example",
                    "-addext", "subjectAltName=DNS:hearth.example", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    server = make_hearth("--tls", "--tls-cert", certificate, "--tls-key", key)
    server.start()
    given = ssl.create_default_context(cafile=str(certificate))
    with given.wrap_socket(socket.create_connection(("127.0.0.1", server.port), timeout=10), server_hostname="hearth.example") as secure:
        secure.sendall(b"GET /_hearth/health HTTP/1.1\r\nHost: hearth.example\r\n\r\n")
        assert b" 200 " in secure.recv(4096)
    assert server.environment()["AWS_ENDPOINT_URL"].startswith("https://127.0.0.1:")
    server.stop()
    wrong = subprocess.run([BIN / "hearth", "serve", "--data", tmp_path / "other", "--listen", "127.0.0.1:0", "--tls", "--tls-cert", key, "--tls-key", key],
                           capture_output=True, text=True, timeout=60)
    assert wrong.returncode != 0 and "is not a certificate chain in PEM" in wrong.stderr


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1"])
def test_tls_at_the_addresses_that_are_listened_on(tmp_path, address):
    data = tmp_path / "data"
    server = subprocess.Popen([BIN / "hearth", "serve", "--data", data, "--listen", f"{address}:0", "--tls"],
                              stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline().split(",")[0].rsplit(":", 1)[1])
        status = json.loads(subprocess.run([BIN / "hearth", "status", "--json", "--data", data], capture_output=True, text=True, check=True).stdout)
        assert status["listen"] == f"{address}:{port}"
        assert status["endpoint"].startswith("https://") and "0.0.0.0" not in status["endpoint"]
        trust = ssl.create_default_context(cafile=str(data / "ca.pem"))
        told = status["endpoint"].removeprefix("https://").rsplit(":", 1)[0]
        for reached in {told, "127.0.0.1"}:  # by address: no name is asked for
            connection = http.client.HTTPSConnection(reached, port, context=trust, timeout=10)
            connection.request("GET", "/_hearth/health")
            assert connection.getresponse().status == 200
        lines = subprocess.run([BIN / "hearth", "env", "--data", data], capture_output=True, text=True, check=True).stdout
        assert f"AWS_ENDPOINT_URL='https://{told}:{port}'" in lines and "AWS_PAGER=''" in lines
    finally:
        subprocess.run([BIN / "hearth", "stop", "--data", data], check=True, capture_output=True)
        assert server.wait(60) == 0


def test_a_default_port_is_in_no_signature(hearth):
    # As a server on port 80 is asked: signed and sent without the port.
    import boto3
    client = boto3.client("sts", endpoint_url="http://127.0.0.1", region_name=hearth.region,
                          **{key: hearth.environment()[key.upper()] for key in ("aws_access_key_id", "aws_secret_access_key")},
                          config=boto3.session.Config(proxies={"http": hearth.url}))
    assert client.get_caller_identity()["Arn"].endswith(":root")


def test_undo_takes_back_what_env_sets(hearth):
    lines = subprocess.run([BIN / "hearth", "env", "--data", hearth.data], capture_output=True, text=True, check=True).stdout.splitlines()
    undo = subprocess.run([BIN / "hearth", "env", "--undo"], capture_output=True, text=True, check=True).stdout.splitlines()
    names = [line.split("=")[0].removeprefix("export ") for line in lines if line.startswith("export ")]
    assert [line.removeprefix("unset ") for line in undo] == names


PLAIN = """
import os, ssl, urllib.error, urllib.request
import boto3

def handler(event, context):
    s3, ses = boto3.client("s3"), boto3.client("ses", region_name="eu-west-1")
    s3.put_object(Bucket=event["bucket"], Key="a b", Body=b"from the function")
    boto3.resource("s3").Bucket(event["bucket"]).upload_file(Filename=__file__, Key="own/code.py")
    return {"endpoints": [s3.meta.endpoint_url, ses.meta.endpoint_url],
            "body": s3.get_object(Bucket=event["bucket"], Key="a b")["Body"].read().decode(),
            "keys": [entry["Key"] for entry in s3.list_objects(Bucket=event["bucket"])["Contents"]],
            "message": ses.send_email(Source=event["sender"], Destination={"ToAddresses": ["b@example.org"]},
                                      Message={"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}})["MessageId"]}

def over_urllib(event, context):
    def status(url):
        try:
            return urllib.request.urlopen(url, timeout=10).status
        except urllib.error.HTTPError as error:
            return error.code
        except urllib.error.URLError as error:
            return str(error.reason)
    return [status(url) for url in event]

def by_name(event, context):
    import http.client
    connection = http.client.HTTPSConnection(event, timeout=10)  # asks for no proxy
    connection.request("GET", "/")
    return [connection.sock.getpeername()[0], connection.getresponse().status]

def setting(event, context):
    return os.environ.get(event)
"""


@pytest.fixture
def function(hearth):
    """Makes functions of PLAIN, which know no endpoint: boto3 1.26 takes none from the environment."""
    role = make_role(hearth, may=["s3:*", "ses:*", "logs:*"])
    client = hearth.client("lambda")

    def make(handler, **variables):
        name = fresh("function")
        client.create_function(FunctionName=name, Runtime="python3.6", Role=role, Handler=f"index.{handler}", Code={"ZipFile": package(index__py=PLAIN)},
                               Timeout=60, Environment={"Variables": variables})
        client.get_waiter("function_active_v2").wait(FunctionName=name)

        def call(event):
            answer = client.invoke(FunctionName=name, Payload=json.dumps(event).encode())
            document = json.loads(answer["Payload"].read())
            assert "FunctionError" not in answer, document
            return document

        return call

    return make


def test_a_functions_boto3_without_an_endpoint(hearth, function):
    bucket, sender = make_bucket(hearth), f"{fresh('sender')}@example.org"
    ses = hearth.client("ses", region="eu-west-1")
    ses.verify_email_identity(EmailAddress=sender)
    done = function("handler")({"bucket": bucket, "sender": sender})
    assert done["endpoints"] == [f"https://s3.{hearth.region}.amazonaws.com", "https://email.eu-west-1.amazonaws.com"]
    assert (done["body"], done["keys"]) == ("from the function", ["a b", "own/code.py"])
    assert hearth.client("s3").get_object(Bucket=bucket, Key="own/code.py")["Body"].read() == PLAIN.encode()
    assert done["message"] in hearth.run("hearth", "mail", "list", "--json").stdout


def test_in_a_function_aws_names_are_the_server_by_themselves(hearth, function):
    walls = {wall["name"]: wall["present"] for wall in json.loads(hearth.run("hearth", "status", "--json").stdout)["walls"]}
    if not (walls["network namespace"] and walls["read-only root"]):
        pytest.skip("the jail has no network or no files of its own: names resolve as on the host")
    call = function("by_name")
    address, status = call(f"{fresh('bucket')}.s3.us-east-2.amazonaws.com")
    assert address == "127.0.0.1" and status in (403, 404)  # what S3 says to a stranger
    assert call("sts.amazonaws.com")[0] == "127.0.0.1"
    assert function("setting")("HTTPS_PROXY") is None  # and so nothing but them is led elsewhere


def test_a_function_reaches_aws_names_alone(function):
    aws, other = function("over_urllib")([f"https://{fresh('bucket')}.s3.us-east-2.amazonaws.com/", "https://example.org/"])
    assert aws in (403, 404)  # what S3 says to a stranger
    assert "403" in str(other) or "not known" in str(other)  # from the proxy; from the name server


def test_a_functions_own_settings_win(function):
    call = function("setting", HTTPS_PROXY="http://192.0.2.1:3128", AWS_CA_BUNDLE="/var/task/own.pem")
    assert call("HTTPS_PROXY") == "http://192.0.2.1:3128"
    assert call("AWS_CA_BUNDLE") == "/var/task/own.pem"
    assert call("NO_PROXY") == "127.0.0.1,localhost,::1"
