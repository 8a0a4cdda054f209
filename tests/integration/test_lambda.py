"""Lambda as boto3 and the aws command use it: packages, invocations, configuration, logs."""

import base64
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess

import pytest

from support import server
from support.aws import aws, fresh, make_bucket, make_role, refused
from support.packages import package, zip_of
from support.server import BIN
from support.wait import until

SOURCE = '''
import os, sys, time

def handler(event, context):
    print("got", event)
    return {"event": event, "greeting": os.environ.get("GREETING")}

def fields(event, context):
    return {"name": context.function_name, "version": context.function_version, "arn": context.invoked_function_arn,
            "memory": context.memory_limit_in_mb, "id": context.aws_request_id, "group": context.log_group_name,
            "stream": context.log_stream_name, "left": context.get_remaining_time_in_millis(),
            "identity": context.identity is None or context.identity.cognito_identity_id is None,
            "client": context.client_context and context.client_context.custom, "environment": dict(os.environ)}

def streams(event, context):
    print("to stdout")
    print("to stderr", file=sys.stderr)
    import logging
    logging.getLogger().warning("through logging")

def fails(event, context):
    raise ValueError("no such " + event["what"])

def leaves(event, context):
    os._exit(7)

def sleeps(event, context):
    time.sleep(60)

def eats(event, context):
    hoard = []
    while True:
        hoard.append(bytearray(os.urandom(1 << 20)))

def counts(event, context, calls=[]):
    calls.append(1)
    return len(calls)

def unserializable(event, context):
    return {"set": {1}}

def floods(event, context):
    for _ in range(100):
        sys.stdout.write("x" * 1023 + "\\n")
        sys.stdout.write(("y" * 1023 + "\\n") * 1023)

def calls_home(event, context):
    import urllib.request
    return urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/", timeout=2).status
'''
PACKAGE = package(index__py=SOURCE)


@pytest.fixture(scope="module")
def client(hearth):
    return hearth.client("lambda")


@pytest.fixture(scope="module")
def role(hearth):
    return make_role(hearth)


@pytest.fixture
def make(client, role):
    def make(handler="handler", **more):
        name = fresh("function")
        arguments = dict(FunctionName=name, Runtime="python3.11", Role=role, Handler=f"index.{handler}", Code={"ZipFile": PACKAGE}) | more
        client.create_function(**arguments)
        client.get_waiter("function_active_v2").wait(FunctionName=name)
        return name

    return make


def invoke(client, name, event=None, **more):
    answer = client.invoke(FunctionName=name, Payload=json.dumps(event).encode(), **more)
    return json.loads(answer["Payload"].read() or b"null"), answer


def messages(hearth, name):
    """What the function logged, oldest first; nothing before there is a group."""
    logs = hearth.client("logs")
    try:
        return [event["message"] for event in logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


def reported(hearth, name, count=1):
    return lambda: (lines := messages(hearth, name)) and sum(line.startswith("REPORT") for line in lines) >= count and lines


# --- code and configuration


def test_a_function_from_a_zip(hearth, client, role, make):
    name = make(Environment={"Variables": {"GREETING": "grüß dich"}}, Description="says", Timeout=7, MemorySize=256, Tags={"a": "1"})
    answer, response = invoke(client, name, {"n": [1, 2.5, "ä", None, True]})
    assert answer == {"event": {"n": [1, 2.5, "ä", None, True]}, "greeting": "grüß dich"}
    assert (response["StatusCode"], response["ExecutedVersion"], "FunctionError" in response) == (200, "$LATEST", False)
    shown = client.get_function(FunctionName=name)
    configuration = shown["Configuration"]
    assert configuration["CodeSha256"] == base64.b64encode(hashlib.sha256(PACKAGE).digest()).decode()
    assert (configuration["CodeSize"], configuration["Timeout"], configuration["MemorySize"], configuration["Role"], configuration["Description"]) == (
        len(PACKAGE), 7, 256, role, "says")
    assert configuration["FunctionArn"] == f"arn:aws:lambda:{hearth.region}:000000000001:function:{name}"
    assert configuration["State"] == "Active"
    assert shown["Tags"] == {"a": "1"}
    assert name in [function["FunctionName"] for page in client.get_paginator("list_functions").paginate() for function in page["Functions"]]


def test_a_slash_at_the_end_of_a_path_means_nothing(hearth, make):
    name = make()
    client = hearth.client("lambda")  # newer models ask without the slash

    def cut(request, **_):
        request.url = request.url.rstrip("/")

    client.meta.events.register("before-sign.lambda.ListFunctions", cut)
    listed = [function["FunctionName"] for page in client.get_paginator("list_functions").paginate() for function in page["Functions"]]
    assert name in listed


def test_a_function_from_s3(hearth, client, make):
    bucket = make_bucket(hearth)
    hearth.client("s3").put_object(Bucket=bucket, Key="code/f.zip", Body=PACKAGE)
    name = make(Code={"S3Bucket": bucket, "S3Key": "code/f.zip"})
    assert invoke(client, name, 1)[0]["event"] == 1
    with refused("InvalidParameterValueException", 400, "NoSuchKey"):
        client.update_function_code(FunctionName=name, S3Bucket=bucket, S3Key="nothing")


def test_a_compiled_function(client, make):
    echo = pathlib.Path(BIN).parent / "functions" / "echo.zip"
    name = make(Runtime="provided.al2023", Handler="bootstrap", Code={"ZipFile": echo.read_bytes()})
    answer, response = invoke(client, name, {"say": "ä"})
    assert "FunctionError" not in response, answer
    assert "ä" in json.dumps(answer, ensure_ascii=False)


def test_a_function_of_node(hearth, client, make):
    name = make(Runtime="nodejs22.x", Handler="src/index.handler", Environment={"Variables": {"GREETING": "grüß dich"}}, Timeout=20, Code={"ZipFile": zip_of({
        "package.json": '{"type": "module"}',
        "src/index.js": """
import {shout} from "#shout";
import http from "node:http";
let calls = 0;
export const handler = async (event, context) => {
  console.log("got", event);
  if (event.fail) throw new RangeError("no such " + event.fail);
  const status = await new Promise((resolve) => http.get(process.env.AWS_ENDPOINT_URL, (answer) => resolve(answer.statusCode)));
  return {event, greeting: shout(process.env.GREETING), name: context.functionName, id: context.awsRequestId, status, calls: ++calls};
};
""",
        "src/package.json": '{"type": "module", "imports": {"#shout": "./shout.cjs"}}',
        "src/shout.cjs": "exports.shout = (text) => text.toUpperCase() + '!';"})})
    answer, response = invoke(client, name, {"n": [1, "ä", None]}, LogType="Tail")
    request = response["ResponseMetadata"]["RequestId"]
    assert answer == {"event": {"n": [1, "ä", None]}, "greeting": "GRÜSS DICH!", "name": name, "id": request, "status": 403, "calls": 1}
    tail = base64.b64decode(response["LogResult"]).decode()
    assert re.search(rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z\t{request}\tINFO\tgot {{ n: \[ 1, 'ä', null \] }}\n", tail), tail
    answer, response = invoke(client, name, {"fail": "luck"})
    assert response["FunctionError"] == "Unhandled"
    assert (answer["errorType"], answer["errorMessage"], answer["trace"][0]) == ("RangeError", "no such luck", "RangeError: no such luck")
    assert invoke(client, name, {})[0]["calls"] == 2
    assert any("\tERROR\tInvoke Error \t{\"errorType\":\"RangeError\"" in line for line in until(reported(hearth, name, 3), "the reports"))


def test_a_machine_without_node_says_so(tmp_path, monkeypatch):
    program = tmp_path / "hearth"
    hidden = ["unshare", "--map-root-user", "--mount", "sh", "-c", 'mount --bind /dev/null /usr/bin/node && exec "$@"', "-"]
    if subprocess.run([*hidden, "true"], capture_output=True).returncode != 0:
        pytest.skip("nothing can be mounted here")
    program.write_text(f"#!/bin/sh\nexec {shlex.join([*hidden, str(BIN / 'hearth')])} \"$@\"\n")
    program.chmod(0o755)
    monkeypatch.setattr(server, "BIN", tmp_path)
    bare = server.Hearth(tmp_path / "data").start()
    try:
        function = dict(FunctionName="f", Role=make_role(bare), Handler="index.handler", Code={"ZipFile": PACKAGE})
        with refused("InvalidParameterValueException", 400, "Functions of nodejs20.x run on this machine's /usr/bin/node, which is not there: "
                     "apt-get install nodejs"):
            bare.client("lambda").create_function(Runtime="nodejs20.x", **function)
        bare.client("lambda").create_function(Runtime="python3.11", **function)
    finally:
        bare.stop()


def test_a_bootstrap_in_shell(client, make):
    script = '''#!/bin/sh
. "$LAMBDA_TASK_ROOT/$_HANDLER"
'''
    name = make(Runtime="provided.al2023", Handler="lib.sh", Timeout=5,
                Code={"ZipFile": zip_of({"bootstrap": script, "lib.sh": "exit 3\n"}, executable=("bootstrap",))})
    answer, response = invoke(client, name)
    assert response["FunctionError"] == "Unhandled"
    assert answer["errorType"] == "Runtime.ExitError"
    assert re.search(r"Error: Runtime exited with error: exit status 3", answer["errorMessage"])


def test_new_code_and_configuration_are_used_at_once(client, make):
    name = make()
    assert invoke(client, name)[0]["greeting"] is None
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"GREETING": "hi"}}, Timeout=4)
    client.get_waiter("function_updated_v2").wait(FunctionName=name)
    assert invoke(client, name)[0]["greeting"] == "hi"
    other = package(index__py="def handler(event, context):\n    return 'other'\n")
    before = client.get_function_configuration(FunctionName=name)["RevisionId"]
    updated = client.update_function_code(FunctionName=name, ZipFile=other)
    assert updated["RevisionId"] != before
    assert invoke(client, name)[0] == "other"
    with refused("PreconditionFailedException", 412):
        client.update_function_code(FunctionName=name, ZipFile=PACKAGE, RevisionId=before)


def test_versions_and_aliases_keep_what_they_were(client, make):
    name = make(Environment={"Variables": {"GREETING": "one"}})
    first = client.publish_version(FunctionName=name)
    assert first["Version"] == "1"
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"GREETING": "two"}})
    assert client.publish_version(FunctionName=name)["Version"] == "2"
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert invoke(client, name, Qualifier="live")[0]["greeting"] == "one"
    assert invoke(client, first["FunctionArn"])[1]["ExecutedVersion"] == "1"
    client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert invoke(client, name, Qualifier="live")[0]["greeting"] == "two"
    assert [version["Version"] for version in client.list_versions_by_function(FunctionName=name)["Versions"]] == ["$LATEST", "1", "2"]
    with refused("ResourceNotFoundException", 404):
        invoke(client, name, Qualifier="3")


def test_tags(client, make):
    name = make(Tags={"a": "1"})
    arn = client.get_function_configuration(FunctionName=name)["FunctionArn"]
    client.tag_resource(Resource=arn, Tags={"b": "2", "c": "3"})
    client.untag_resource(Resource=arn, TagKeys=["a", "c"])
    assert client.list_tags(Resource=arn)["Tags"] == {"b": "2"}


def test_permissions_are_statements_of_a_policy(client, make):
    name = make()
    with refused("ResourceNotFoundException", 404):
        client.get_policy(FunctionName=name)
    added = client.add_permission(FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", Principal="events.amazonaws.com",
                                  SourceArn="arn:aws:events:eu-central-1:000000000001:rule/x", SourceAccount="000000000001")
    statement = json.loads(added["Statement"])
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"AWS:SourceAccount": "000000000001"},
                                      "ArnLike": {"AWS:SourceArn": "arn:aws:events:eu-central-1:000000000001:rule/x"}}
    policy = json.loads(client.get_policy(FunctionName=name)["Policy"])
    assert policy["Statement"] == [statement]
    with refused("ResourceConflictException", 409):
        client.add_permission(FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", Principal="events.amazonaws.com")
    seen = client.get_policy(FunctionName=name)["RevisionId"]
    with refused("PreconditionFailedException", 412):
        client.add_permission(FunctionName=name, StatementId="t", Action="lambda:InvokeFunction", Principal="events.amazonaws.com", RevisionId="another")
    with refused("PreconditionFailedException", 412):
        client.remove_permission(FunctionName=name, StatementId="s", RevisionId="another")
    client.remove_permission(FunctionName=name, StatementId="s", RevisionId=seen)
    with refused("ResourceNotFoundException", 404):
        client.get_policy(FunctionName=name)


def test_what_was_deleted_is_gone(client, make, role):
    name = make()
    with refused("ResourceConflictException", 409, "already exist"):
        client.create_function(FunctionName=name, Runtime="python3.11", Role=role, Handler="index.handler",
                               Code={"ZipFile": PACKAGE})
    client.delete_function(FunctionName=name)
    for operation in (client.get_function, client.delete_function, client.invoke):
        with refused("ResourceNotFoundException", 404, f"Function not found: arn:aws:lambda:eu-central-1:000000000001:function:{name}"):
            operation(FunctionName=name)


@pytest.mark.parametrize("wrong, code, words", [
    ({"Code": {"ZipFile": b"no zip"}}, "InvalidParameterValueException", "Could not unzip uploaded file"),
    ({"Code": {"ZipFile": PACKAGE[:len(PACKAGE) // 2]}}, "InvalidParameterValueException", "Could not unzip uploaded file"),
    ({"Code": {"ZipFile": zip_of({"../evil": "x"})}}, "InvalidParameterValueException", ""),
    ({"Runtime": "cobol85"}, "InvalidParameterValueException", "cobol85"),
    ({"Runtime": "nodejs16.x"}, "InvalidParameterValueException",
     "The runtime parameter of nodejs16.x is no longer supported for creating or updating AWS Lambda functions"),
    ({"Timeout": 0}, "ValidationException", "'timeout'"),
    ({"MemorySize": 64}, "ValidationException", "'memorySize'"),
    ({"Role": "not an arn"}, "ValidationException", "'role'"),
    ({"FunctionName": "no spaces allowed"}, "ValidationException", "'functionName'"),
    ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "InvalidParameterValueException", "AWS_REGION"),
    ({"Environment": {"Variables": {"BIG": "x" * 5000}}}, "InvalidParameterValueException", "4KB"),
])
def test_what_lambda_refuses(client, make, wrong, code, words):
    with refused(code, 400, words):
        make(**wrong)


# --- invocations


def test_every_field_of_the_context(hearth, client, make):
    name = make("fields", Timeout=30, MemorySize=192)
    custom = base64.b64encode(json.dumps({"custom": {"k": "v"}, "client": {}, "env": {}}).encode()).decode()
    got, response = invoke(client, name, {}, ClientContext=custom)
    assert (got["name"], got["version"], got["arn"]) == (name, "$LATEST", f"arn:aws:lambda:{hearth.region}:000000000001:function:{name}")
    assert int(got["memory"]) == 192
    assert got["id"] == response["ResponseMetadata"]["RequestId"]
    assert got["group"] == f"/aws/lambda/{name}"
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", got["stream"])
    assert 20_000 < got["left"] <= 30_000
    assert got["client"] == {"k": "v"}
    assert got["identity"]
    environment = got["environment"]
    assert (environment["AWS_LAMBDA_FUNCTION_NAME"], environment["AWS_REGION"], environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) == (
        name, hearth.region, "192")
    assert (environment["_HANDLER"], environment["LAMBDA_TASK_ROOT"]) == ("index.fields", "/var/task")
    assert environment["AWS_SESSION_TOKEN"] and environment["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    caller = hearth.client("sts", key=environment["AWS_ACCESS_KEY_ID"], secret=environment["AWS_SECRET_ACCESS_KEY"],
                           token=environment["AWS_SESSION_TOKEN"]).get_caller_identity()
    assert re.fullmatch(rf"arn:aws:sts::000000000001:assumed-role/role-\d+/{name}", caller["Arn"])


def test_a_warm_environment_is_used_again(client, make):
    name = make("counts")
    assert [invoke(client, name)[0] for _ in range(3)] == [1, 2, 3]


def test_the_log_has_start_end_report_and_both_streams(hearth, client, make):
    name = make("streams")
    answer, response = invoke(client, name, LogType="Tail")
    request = response["ResponseMetadata"]["RequestId"]
    tail = base64.b64decode(response["LogResult"]).decode()
    lines = until(reported(hearth, name), "the report")
    for text in (tail, "\n".join(lines)):
        assert f"START RequestId: {request} Version: $LATEST" in text
        assert "to stdout" in text and "to stderr" in text and "through logging" in text
        assert f"END RequestId: {request}" in text
        assert re.search(rf"REPORT RequestId: {request}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t"
                         r"Max Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms", text)
    order = [next(i for i, line in enumerate(lines) if line.startswith(word)) for word in ("START", "to stdout", "END", "REPORT")]
    assert order == sorted(order)
    stream = hearth.client("logs").describe_log_streams(logGroupName=f"/aws/lambda/{name}")["logStreams"][0]["logStreamName"]
    assert "[$LATEST]" in stream


def test_an_exception_is_an_unhandled_error_with_its_trace(hearth, client, make):
    name = make("fails")
    answer, response = invoke(client, name, {"what": "luck"})
    assert (response["StatusCode"], response["FunctionError"]) == (200, "Unhandled")
    assert (answer["errorType"], answer["errorMessage"]) == ("ValueError", "no such luck")
    assert "index.py" in answer["stackTrace"][0]
    assert any("[ERROR] ValueError: no such luck" in line for line in until(reported(hearth, name), "the report"))


@pytest.mark.parametrize("handler, kind, words", [
    ("leaves", "Runtime.ExitError", "Runtime exited with error: exit status 7"),
    ("missing", "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'index'"),
    ("unserializable", "Runtime.MarshalError", "Unable to marshal response"),
])
def test_how_functions_fail(client, make, handler, kind, words):
    answer, response = invoke(client, make(handler), {})
    assert response["FunctionError"] == "Unhandled"
    assert answer["errorType"] == kind
    assert words in answer["errorMessage"]


@pytest.mark.parametrize("source, handler, kind", [("import nothing_like_this\n", "index.handler", "Runtime.ImportModuleError"),
                                                   ("def f(:\n", "index.handler", "Runtime.UserCodeSyntaxError"),
                                                   ("", "other.handler", "Runtime.ImportModuleError"),
                                                   ("", "nodot", "Runtime.MalformedHandlerName")])
def test_how_functions_fail_to_start(client, make, source, handler, kind):
    answer, response = invoke(client, make(Handler=handler, Code={"ZipFile": package(index__py=source)}))
    assert (response["FunctionError"], answer["errorType"]) == ("Unhandled", kind)


def test_a_function_that_takes_too_long_is_ended(hearth, client, make):
    name = make("sleeps", Timeout=1)
    answer, response = invoke(client, name)
    request = response["ResponseMetadata"]["RequestId"]
    assert response["FunctionError"] == "Unhandled"
    assert re.search(r"Task timed out after 1\.00 seconds$", answer["errorMessage"])
    lines = until(reported(hearth, name), "the report")
    assert any(f"{request} Task timed out after 1.00 seconds" in line for line in lines)
    client.update_function_configuration(FunctionName=name, Handler="index.handler")
    assert invoke(client, name, 1)[0]["event"] == 1


def test_a_function_has_no_more_memory_than_it_was_given(client, make):
    name = make("eats", MemorySize=128, Timeout=30)
    answer, response = invoke(client, name)
    assert response["FunctionError"] == "Unhandled"
    assert answer["errorType"] in ("MemoryError", "Runtime.ExitError", "Runtime.OutOfMemory"), answer


def test_a_flood_of_output_neither_hangs_nor_ends_the_server(hearth, client, make):
    name = make("floods", Timeout=60)
    answer, response = invoke(client, name, LogType="Tail")
    assert "FunctionError" not in response, answer
    assert len(base64.b64decode(response["LogResult"])) <= 4096
    assert invoke(client, name)[1]["StatusCode"] == 200


def test_an_asynchronous_invocation_is_accepted_and_run(hearth, client, make):
    name = make()
    response = client.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"later": 1}')
    assert (response["StatusCode"], response["Payload"].read()) == (202, b"")
    assert "got {'later': 1}" in until(reported(hearth, name), "the report")


def test_a_dry_run_runs_nothing(hearth, client, make):
    name = make()
    assert client.invoke(FunctionName=name, InvocationType="DryRun")["StatusCode"] == 204
    assert messages(hearth, name) == []


def test_payloads(client, make):
    name = make()
    with refused("InvalidRequestContentException", 400):
        client.invoke(FunctionName=name, Payload=b"{no json")
    assert json.loads(client.invoke(FunctionName=name)["Payload"].read())["event"] == {}
    large = "x" * 5_000_000
    assert invoke(client, name, large)[0]["event"] == large
    with refused("RequestEntityTooLargeException", 413):
        client.invoke(FunctionName=name, Payload=b'"' + b"x" * (6 << 20) + b'"')


def test_calls_at_the_same_time_get_an_environment_each(hearth, client, make):
    name = make(Code={"ZipFile": package(index__py="import time, uuid\nME = str(uuid.uuid4())\n"
                                                   "def handler(event, context):\n    time.sleep(0.5)\n    return ME\n")})
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: invoke(hearth.client("lambda"), name)[0], range(4)))) == 4


def test_reserved_concurrency_throttles(client, make):
    name = make()
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with refused("TooManyRequestsException", 429) as refusal:
        invoke(client, name)
    assert refusal.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    client.delete_function_concurrency(FunctionName=name)
    assert invoke(client, name, 2)[0]["event"] == 2


def test_a_failed_event_is_tried_again_as_configured(hearth, client, make):
    name = make("fails", Environment={"Variables": {}})
    client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    client.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"what": "x"}')
    until(reported(hearth, name), "the only attempt")
    assert client.get_function_event_invoke_config(FunctionName=name)["MaximumRetryAttempts"] == 0


def test_a_function_has_no_network_but_the_server(client, make):
    source = '''
import socket, urllib.request, urllib.error, os
def handler(event, context):
    try:
        socket.create_connection(("1.1.1.1", 53), timeout=2)
        outside = "reached"
    except OSError:
        outside = "walled"
    try:
        status = urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/", timeout=5).status
    except urllib.error.HTTPError as error:
        status = error.code
    return [outside, status, os.getuid() == 0, os.access("/", os.W_OK), os.access("/tmp", os.W_OK)]
'''
    answer, response = invoke(client, make(Code={"ZipFile": package(index__py=source)}, Timeout=10))
    assert "FunctionError" not in response, answer
    assert answer[0] == "walled" and answer[1] == 403
    assert answer[3:] == [False, True]


def test_the_command(hearth, role, tmp_path):
    (tmp_path / "f.zip").write_bytes(PACKAGE)
    name = fresh("function")
    aws(hearth, "lambda", "create-function", "--function-name", name, "--runtime", "python3.9", "--role", role, "--handler", "index.handler",
        "--zip-file", f"fileb://{tmp_path}/f.zip")
    aws(hearth, "lambda", "wait", "function-active", "--function-name", name)
    aws(hearth, "lambda", "invoke", "--function-name", name, "--cli-binary-format", "raw-in-base64-out", "--payload", '{"a": 1}', tmp_path / "out")
    assert json.loads((tmp_path / "out").read_text())["event"] == {"a": 1}
    assert "REPORT" in until(lambda: aws(hearth, "logs", "tail", f"/aws/lambda/{name}").stdout, "the log")
