"""Input that is broken, hostile or too much: AWS's own error, never a hang, and the next caller is served."""

import io
import json
import os
import socket
import struct
import time
import zipfile

import pytest
from botocore.exceptions import ClientError

from support.aws import fresh, make_bucket, make_role, refused
from support.packages import package, zip_of
from support.raw import send, signed
from support.wait import until


@pytest.fixture(autouse=True)
def still_serving(hearth):
    yield
    assert hearth.alive()
    assert send(hearth, "GET", "/_hearth/health", timeout=10).status == 200


# --- bodies ----------------------------------------------------------------------------------------------------------


def test_a_body_that_breaks_off_stores_nothing(hearth):
    bucket = make_bucket(hearth)
    method, path, headers, body = signed(hearth, "s3", "PUT", f"/{bucket}/key", b"x" * 1_000_000)
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items() if name.lower() != "content-length")
    with socket.create_connection(("127.0.0.1", hearth.port), timeout=30) as peer:
        peer.sendall(f"{head}Host: 127.0.0.1:{hearth.port}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:500_000])
        peer.shutdown(socket.SHUT_WR)
        answer = peer.recv(65536)
    assert b" 400 " in answer and b"IncompleteBody" in answer, answer
    assert hearth.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize("service, path, headers, body, code", (
    ("logs", "/", {"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Content-Type": "application/x-amz-json-1.1"}, b'{"limit": ', "SerializationException"),
    ("logs", "/", {"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Content-Type": "application/x-amz-json-1.1"}, b"[" * 100_000, "SerializationException"),
    ("logs", "/", {"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Content-Type": "application/x-amz-json-1.1"}, b'{"limit": "many"}', "SerializationException"),
    ("logs", "/", {"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Content-Type": "application/x-amz-json-1.1"}, b"\xff\xfe{}", "SerializationException"),
    ("logs", "/", {"X-Amz-Target": "Logs_20140328.Nonsense", "Content-Type": "application/x-amz-json-1.1"}, b"{}", "UnknownOperationException"),
    ("sts", "/", {"Content-Type": "application/x-www-form-urlencoded"}, b"Action=Nonsense&Version=2011-06-15", "InvalidAction"),
    ("iam", "/", {"Content-Type": "application/x-www-form-urlencoded"}, b"Action=CreateUser&Version=2010-05-08", "ValidationError"),
), ids=range(7))
def test_broken_documents(hearth, service, path, headers, body, code):
    answer = send(hearth, *signed(hearth, service, "POST", path, body, headers))
    assert answer.code == code and 400 <= answer.status < 500, answer


@pytest.mark.parametrize("body", (
    b"", b"<Delete>", b"<Delete><Object><Key>a</Key></Object>", b"not xml", b"<Delete>" + b"<a>" * 100_000, b"\0" * 100,
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Delete><Object><Key>&b;</Key></Object></Delete>',
    b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&f;</Key></Object></Delete>'),
    ids=lambda body: repr(body[:24]))
def test_broken_xml(hearth, body):
    import base64
    import hashlib
    bucket = make_bucket(hearth)
    headers = {"Content-MD5": base64.b64encode(hashlib.md5(body).digest()).decode()}
    answer = send(hearth, *signed(hearth, "s3", "POST", f"/{bucket}?delete=", body, headers))
    # Entities of the document's own are not expanded, and none is ever looked up.
    assert b"root:" not in answer.body and b"aaaaaaaaaaaa" not in answer.body
    assert answer.status == 400 and answer.code in ("MalformedXML", "MissingRequestBodyError") or b"ENTITY" in body and answer.status == 200, answer


def test_sizes_above_the_limits(hearth):
    s3 = hearth.client("s3")
    bucket = make_bucket(hearth)
    with refused("KeyTooLongError", 400):
        s3.put_object(Bucket=bucket, Key="k" * 1025)
    with refused("MetadataTooLarge", 400):
        s3.put_object(Bucket=bucket, Key="k", Metadata={"a": "b" * 3000})
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    with refused("InvalidArgument", 400):
        s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=10_001, Body=b"x")
    tags = [s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=number, Body=b"x")["ETag"] for number in (1, 2)]
    with refused("EntityTooSmall", 400):
        s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={
            "Parts": [{"PartNumber": number + 1, "ETag": tag} for number, tag in enumerate(tags)]})
    with refused("ValidationError", 400, "51200"):
        hearth.client("cloudformation").create_stack(StackName=fresh("big"), TemplateBody=json.dumps({"Resources": {}, "Description": "x" * 60_000}))
    functions = hearth.client("lambda")
    name = make_function(hearth, "def handler(event, context): return 1")
    with refused("RequestEntityTooLargeException", 413):
        functions.invoke(FunctionName=name, Payload=json.dumps("x" * 7_000_000))
    with refused("RequestEntityTooLargeException", 413):
        functions.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps("x" * 1_100_000))
    with refused("InvalidRequestContentException", 400):
        functions.invoke(FunctionName=name, Payload=b"{not json")


# --- packages --------------------------------------------------------------------------------------------------------


def bomb(mebibytes):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("zeros", "w") as entry:
            for _ in range(mebibytes):
                entry.write(bytes(1 << 20))
    return out.getvalue()


def crowd(count):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(count):
            archive.writestr(str(number), b"")
    return out.getvalue()


GOOD_ZIP = package(index__py="def handler(event, context): return 1")


def lying():
    """The size in the directory is less than what comes out."""
    return GOOD_ZIP.replace(struct.pack("<L", len("def handler(event, context): return 1")), struct.pack("<L", 1))


@pytest.mark.parametrize("make, words", (
    (lambda: b"this is no zip", "Could not unzip"),
    (lambda: GOOD_ZIP[:-30], "Could not unzip"),
    (lambda: GOOD_ZIP[:len(GOOD_ZIP) // 2], "Could not unzip"),
    (lambda: GOOD_ZIP[20:], "Could not unzip"),
    (lambda: bytes(1000), "Could not unzip"),
    (lambda: zip_of({}), "non-empty zip"),
    (lambda: bomb(300), "Unzipped size must be smaller"),
    (lambda: crowd(100_001), "entries"),
    (lambda: os.urandom(100_000), "Could not unzip"),
), ids=("text", "cut", "half", "headless", "zeros", "empty", "bomb", "crowd", "noise"))
def test_broken_packages(hearth, make, words):
    functions = hearth.client("lambda")
    with refused("InvalidParameterValueException", 400, words):
        functions.create_function(FunctionName=fresh("broken"), Runtime="python3.11", Handler="index.handler", Role=make_role(hearth), Code={"ZipFile": make()})
    assert not list((hearth.data / "blobs" / "tmp").iterdir())


def test_a_package_that_lies_about_its_size(hearth):
    try:
        hearth.client("lambda").create_function(FunctionName=fresh("liar"), Runtime="python3.11", Handler="index.handler", Role=make_role(hearth),
                                                Code={"ZipFile": lying()})
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidParameterValueException"


def test_a_package_that_is_not_there(hearth):
    functions = hearth.client("lambda")
    bucket = make_bucket(hearth)
    for place in ({"S3Bucket": bucket, "S3Key": "nothing"}, {"S3Bucket": "no-such-bucket-at-all", "S3Key": "x"}):
        with refused("InvalidParameterValueException", 400, "Error occurred while GetObject"):
            functions.create_function(FunctionName=fresh("absent"), Runtime="python3.11", Handler="index.handler", Role=make_role(hearth), Code=place)


# --- templates -------------------------------------------------------------------------------------------------------

GROUP = {"Type": "AWS::Logs::LogGroup"}


def nested(depth):
    return '{"Resources": {"G": {"Type": "AWS::Logs::LogGroup", "Metadata": ' + "[" * depth + "]" * depth + "}}}"


ALIASES = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefghi", "bcdefghij")) + "Resources: *j\n"


@pytest.mark.parametrize("template, words", (
    ({"Resources": {"A": GROUP | {"DependsOn": "B"}, "B": GROUP | {"DependsOn": "A"}}}, "Circular dependency between resources"),
    ({"Resources": {"A": GROUP | {"Properties": {"LogGroupName": {"Ref": "A"}}}}}, "Circular dependency"),
    ({"Resources": {"A": GROUP | {"Properties": {"LogGroupName": {"Fn::GetAtt": ["B", "Arn"]}}},
                    "B": GROUP | {"Properties": {"LogGroupName": {"Fn::Sub": "${A}"}}}}}, "Circular dependency"),
    ({"Resources": {"A": {"Type": "AWS::Nothing::Here"}}}, "AWS::Nothing::Here"),
    ({"Resources": {"A": GROUP | {"Properties": {"Nonsense": 1}}}}, "Nonsense"),
    ({"Resources": {"A": GROUP | {"Properties": {"LogGroupName": {"Ref": "Missing"}}}}}, "Unresolved resource dependencies [Missing]"),
    ({"Resources": {"A": GROUP | {"Properties": {"LogGroupName": {"Fn::GetAtt": ["A2", "Arn"]}}}}}, "A2"),
    ({"Resources": {"A": GROUP | {"Properties": {"LogGroupName": {"Fn::Nonsense": 1}}}}}, "Fn::Nonsense"),
    ({"Parameters": {"P": {"Type": "String"}}, "Resources": {"A": GROUP}}, "Parameters: [P] must have values"),
    ({"Parameters": {"P": {"Type": "Number", "Default": "x"}}, "Resources": {"A": GROUP}}, "P"),
    ({"Resources": {}}, "At least one Resources member must be defined"),
    ({}, ""),
    ({"Resources": {"A": {"Properties": {}}}}, "Type"),
    ({"Resources": []}, ""),
    ({"Resources": {"A": GROUP}, "Nonsense": 1}, "Nonsense"),
    ({"Resources": {"A": GROUP | {"Condition": "C"}}}, "C"),
    ({"Resources": {"A": GROUP}, "Outputs": {"O": {"Value": {"Ref": "X"}}}}, "X"),
    ({"Resources": {"not alphanumeric": GROUP}}, "alphanumeric"),
    ("not a template", ""), ("{", ""), ("[1, 2]", ""), ("", ""), ("Resources:\n\tA: b", ""), ("a: b: c", ""), ("&a [*a]", ""), (nested(20_000), ""),
    (ALIASES, ""), ("Resources: !Nonsense x", ""), ("\0", ""), ("Resources: {A: {Type: !Ref A}}", ""),
), ids=lambda value: None)
def test_broken_templates(hearth, template, words):
    cloud = hearth.client("cloudformation")
    name = fresh("broken")
    body = template if isinstance(template, str) else json.dumps(template)
    begun = time.monotonic()
    with refused("ValidationError", 400) as refusal:
        cloud.create_stack(StackName=name, TemplateBody=body)
    assert words in refusal.message, refusal.message
    assert time.monotonic() - begun < 30
    with refused("ValidationError", 400, "does not exist"):
        cloud.describe_stacks(StackName=name)


# --- mapping templates -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mapped(hearth):
    """Deploys a method with this request template before a MOCK integration; its answer."""
    gateway = hearth.client("apigateway")

    def run(template, response="$input.json('$')", body=b'{"a": 1}'):
        api = gateway.create_rest_api(name=fresh("mapped"))["id"]
        root = gateway.get_resources(restApiId=api)["items"][0]["id"]
        at = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
        gateway.put_method(**at, authorizationType="NONE")
        gateway.put_method_response(**at, statusCode="200")
        gateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": template})
        gateway.put_integration_response(**at, statusCode="200", responseTemplates={"application/json": response})
        gateway.create_deployment(restApiId=api, stageName="s")
        answer = send(hearth, "POST", f"/_aws/execute-api/{api}/s/", {"Content-Type": "application/json"}, body)
        gateway.delete_rest_api(restApiId=api)
        return answer

    assert run('{"statusCode": 200}', '{"b": $input.json("$.a")}').status == 200
    return run


@pytest.mark.parametrize("template", (
    "#if(", "#foreach($x in", "#set($x = )", "#end", "#if(true)", "$input.json('$", "#set($x = 1 / 0)$x", "$a.b.c.d.e()", "#foreach($i in [1..999999999])x#end",
    "#set($s = 'x')#foreach($i in [1..40])#set($s = $s + $s)#end$s", "#foreach($i in [1..1000])#foreach($j in [1..1000])#foreach($k in [1..1000])x#end#end#end",
    "(" * 50_000, "#if(true)" * 20_000, "$" * 50_000, "$input.path('$..*..*..*..*')", "$util.base64Decode('!!!')", "$util.parseJson('{')",
    "#macro(a)#a()#end#a()", "$input.getClass().forName('java.lang.Runtime')", "{" * 10_000), ids=lambda template: repr(template[:30]))
def test_broken_mapping_templates(mapped, template):
    begun = time.monotonic()
    for answer in (mapped(template), mapped('{"statusCode": 200}', template)):
        assert answer.status in (200, 400, 500), answer
        if answer.status == 500:
            assert json.loads(answer.body)["message"] == "Internal server error", answer
        assert len(answer.body) < 20_000_000
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize("body", (b"{", b"[" * 100_000, b"\xff", b"", b'"' + b"a" * 1_000_000 + b'"', b"1e999999", b"{}" * 1000), ids=lambda body: repr(body[:10]))
def test_broken_bodies_for_mapping(mapped, body):
    answer = mapped('{"statusCode": 200, "a": $input.json("$.a")}', "done", body)
    assert answer.status in (200, 400, 500), answer


def test_a_web_request_that_is_too_large(hearth):
    gateway = hearth.client("apigateway")
    api = gateway.create_rest_api(name=fresh("large"))["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    at = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    gateway.create_deployment(restApiId=api, stageName="s")
    answer = send(hearth, "POST", f"/_aws/execute-api/{api}/s/", {"Content-Type": "application/json"}, b'"' + b"x" * (11 << 20) + b'"')
    assert answer.status == 413, answer


# --- functions -------------------------------------------------------------------------------------------------------


def make_function(hearth, source, **more):
    name = fresh("bad")
    hearth.client("lambda").create_function(**{"FunctionName": name, "Runtime": "python3.11", "Handler": "index.handler", "Role": make_role(hearth),
                                               "Timeout": 30, "Code": {"ZipFile": package(index__py=source)}} | more)
    return name


def invoke(hearth, name, payload=b"{}"):
    answer = hearth.client("lambda").invoke(FunctionName=name, Payload=payload)
    return answer.get("FunctionError"), json.loads(answer["Payload"].read())


@pytest.fixture(scope="module")
def good(hearth):
    return make_function(hearth, "def handler(event, context): return 'fine'")


@pytest.mark.parametrize("source, kind, words, more", (
    ("import os\ndef handler(e, c): os._exit(3)", "Runtime.ExitError", "exit status 3", {}),
    ("import os\ndef handler(e, c): os._exit(0)", "Runtime.ExitError", "Runtime exited without providing a reason", {}),
    ("import os, signal\ndef handler(e, c): os.kill(os.getpid(), signal.SIGSEGV)", "Runtime.ExitError", "signal: segmentation fault", {}),
    ("import os, signal\ndef handler(e, c): os.kill(os.getpid(), signal.SIGKILL)", "Runtime.ExitError", "signal: killed", {}),
    ("import time\ndef handler(e, c): time.sleep(100)", "Sandbox.Timedout", "Task timed out after 1.00 seconds", {"Timeout": 1}),
    ("def handler(e, c):\n    while True: pass", "Sandbox.Timedout", "Task timed out after 1.00 seconds", {"Timeout": 1}),
    ("import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ndef handler(e, c): time.sleep(100)", "Sandbox.Timedout", "timed out", {"Timeout": 1}),
    ("def handler(e, c):\n    x = []\n    while True: x.append(bytearray(b'x') * 1000000)", "Runtime.OutOfMemory|Runtime.ExitError|MemoryError", "", {"MemorySize": 128}),
    ("import os\nos._exit(5)", "Runtime.ExitError", "exit status 5", {}),
    ("raise ValueError('at import')", "ValueError", "at import", {}),
    ("syntax error here", "Runtime.UserCodeSyntaxError", "Syntax error in module 'index'", {}),
    ("x = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'index'", {}),
    ("import no_such_module", "Runtime.ImportModuleError", "No module named 'no_such_module'", {}),
    ("def handler(e, c): return 'x' * 7000000", "Function.ResponseSizeTooLarge", "exceeded maximum allowed payload size", {}),
    ("def handler(e, c): return {1, 2}", "Runtime.MarshalError", "Unable to marshal response", {}),
    ("def handler(e, c): raise Exception('x' * 1000000)", "Exception", "x", {}),
), ids=("exit 3", "exit 0", "segfault", "killed", "sleeps", "spins", "ignores SIGTERM", "memory", "init exit", "init raises", "syntax", "no handler", "import",
        "large response", "unserializable", "large error"))
def test_functions_that_fail(hearth, good, source, kind, words, more):
    name = make_function(hearth, source, **more)
    for _ in range(2):  # the environment after a failed one is as good
        error, payload = invoke(hearth, name)
        assert error == "Unhandled", payload
        assert payload.get("errorType") in kind.split("|"), payload
        assert words in payload["errorMessage"], payload
    assert invoke(hearth, good) == (None, "fine")


def test_output_without_end(hearth, good):
    """A hundred megabytes on standard output: the function is served to its end, and the server stays small."""
    name = make_function(hearth, "import sys\ndef handler(e, c):\n    for _ in range(100): sys.stdout.write(('x' * 99 + '\\n') * 10000)\n    return 'written'", Timeout=120)
    error, payload = invoke(hearth, name)
    assert (error, payload) == (None, "written")
    assert invoke(hearth, good) == (None, "fine")
    resident = int(next(line for line in open(f"/proc/{hearth.process.pid}/status") if line.startswith("VmRSS")).split()[1])
    assert resident < 700_000, f"{resident} KiB"


def test_output_without_a_line_end(hearth, good):
    name = make_function(hearth, "import sys\ndef handler(e, c):\n    sys.stdout.write('y' * 20000000)\n    return 'written'", Timeout=60)
    assert invoke(hearth, name) == (None, "written")
    assert invoke(hearth, good) == (None, "fine")


def test_processes_without_end(hearth, good):
    """A fork bomb ends with its invocation, and meanwhile others are served."""
    source = "import os\ndef handler(e, c):\n    while True:\n        try:\n            os.fork()\n        except OSError:\n            pass\n"
    name = make_function(hearth, source, Timeout=3)
    import threading
    result = []
    thread = threading.Thread(target=lambda: result.append(invoke(hearth, name)))
    thread.start()
    while thread.is_alive():
        assert invoke(hearth, good) == (None, "fine")
        thread.join(0.2)
    assert result and result[0][0] == "Unhandled", result
    assert "Task timed out" in result[0][1]["errorMessage"] or "exit" in result[0][1]["errorMessage"], result


def test_a_full_tmp(hearth, good):
    source = '''
def handler(e, c):
    try:
        with open("/tmp/big", "wb") as file:
            while True:
                file.write(bytes(1 << 20))
    except OSError as error:
        return error.errno
'''
    name = make_function(hearth, source, MemorySize=3008, Timeout=60)
    error, payload = invoke(hearth, name)
    assert (error, payload) == (None, 28) or error == "Unhandled", payload  # ENOSPC; or its memory is used up
    assert invoke(hearth, good) == (None, "fine")


def test_children_that_stay(hearth, good):
    source = "import subprocess\ndef handler(e, c):\n    subprocess.Popen(['sleep', '1000'])\n    return 'left'"
    name = make_function(hearth, source)
    assert invoke(hearth, name) == (None, "left")
    assert invoke(hearth, name) == (None, "left")
    hearth.client("lambda").delete_function(FunctionName=name)
    assert invoke(hearth, good) == (None, "fine")


@pytest.mark.parametrize("bootstrap, kind", (
    ("#!/bin/sh\nexit 1\n", "Runtime.ExitError"),
    ("#!/no/such/interpreter\n", "Runtime.InvalidEntrypoint"),
    ("neither script nor program", "Runtime.InvalidEntrypoint"),
    ("#!/bin/sh\nsleep 100\n", "Sandbox.Timedout"),
    ("#!/bin/sh\nkill -9 $$\n", "Runtime.ExitError"),
), ids=("exits", "no interpreter", "no program", "never asks", "kills itself"))
def test_bootstraps_that_fail(hearth, good, bootstrap, kind):
    name = fresh("custom")
    hearth.client("lambda").create_function(FunctionName=name, Runtime="provided.al2023", Handler="x", Role=make_role(hearth), Timeout=2,
                                            Code={"ZipFile": zip_of({"bootstrap": bootstrap}, executable=("bootstrap",))})
    error, payload = invoke(hearth, name)
    assert error == "Unhandled" and payload["errorType"] == kind, payload
    assert invoke(hearth, good) == (None, "fine")


def test_a_package_without_bootstrap(hearth):
    name = fresh("custom")
    hearth.client("lambda").create_function(FunctionName=name, Runtime="provided.al2023", Handler="x", Role=make_role(hearth), Code={"ZipFile": zip_of({"x": "y"})})
    error, payload = invoke(hearth, name)
    assert error == "Unhandled" and payload["errorType"] == "Runtime.InvalidEntrypoint", payload


def test_many_failures_at_once(hearth, good):
    import concurrent.futures
    name = make_function(hearth, "import os\ndef handler(e, c): os._exit(1)")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda _: invoke(hearth, name), range(48)))
    assert all(error == "Unhandled" and payload["errorType"] == "Runtime.ExitError" for error, payload in outcomes)
    assert invoke(hearth, good) == (None, "fine")
    until(lambda: json.loads(hearth.run("hearth", "status", "--json").stdout)["running"] == 0, "all invocations to be over")
