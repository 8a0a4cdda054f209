"""A graceful stop: what runs is finished, what waits is kept, and nobody is answered with a broken connection."""

import json
import signal
import threading

from support.aws import trust
from support.packages import package
from support.wait import until
from test_kill_events import make_function, runs

CALLER = '''
import os, socket, time

def handler(event, context):
    time.sleep(1.5)
    host, port = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as peer:
        peer.sendall(b"GET / HTTP/1.1\\r\\nHost: s3.amazonaws.com\\r\\nConnection: close\\r\\n\\r\\n")
        return peer.recv(100).decode().split()[1]
'''


def running(hearth):
    return json.loads(hearth.run("hearth", "status", "--json").stdout)["running"]


def stop_while(hearth, call):
    """Stops the server while the call runs; what the call returned."""
    results = []
    thread = threading.Thread(target=lambda: results.append(call()))
    thread.start()
    until(lambda: running(hearth) == 1, "the invocation")
    process = hearth.process
    process.send_signal(signal.SIGTERM)
    thread.join(60)
    assert process.wait(60) == 0
    hearth.process = None
    assert results, "the call failed"
    return results[0]


def test_a_running_invocation_is_answered(make_hearth):
    hearth = make_hearth().start()
    make_function(hearth, "slow", Timeout=20)
    client = hearth.client("lambda")
    answer = stop_while(hearth, lambda: client.invoke(FunctionName="slow", Payload=json.dumps({"n": "x", "seconds": 2})))
    assert answer["StatusCode"] == 200 and "FunctionError" not in answer
    hearth.start()
    assert runs(hearth, "slow") == {"x": 1}


def test_a_running_function_still_reaches_its_services(make_hearth):
    hearth = make_hearth().start()
    role = hearth.client("iam").create_role(RoleName="calls", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))["Role"]["Arn"]
    client = hearth.client("lambda")
    client.create_function(FunctionName="calls", Runtime="python3.11", Handler="index.handler", Role=role, Timeout=20,
                           Code={"ZipFile": package(index__py=CALLER)})
    answer = stop_while(hearth, lambda: client.invoke(FunctionName="calls"))
    payload = answer["Payload"].read()
    assert "FunctionError" not in answer, payload
    assert json.loads(payload) == "403"  # an answer of S3's: nobody may do that without a signature


def test_events_that_wait_are_kept(make_hearth):
    hearth = make_hearth().start()
    make_function(hearth, "kept", Timeout=20)
    client = hearth.client("lambda")
    for number in range(100):
        client.invoke(FunctionName="kept", InvocationType="Event", Payload=json.dumps({"n": str(number), "seconds": 0.5}))
    assert hearth.stop() == 0
    hearth.start()
    until(lambda: len(runs(hearth, "kept")) == 100, "every event")
    assert set(runs(hearth, "kept").values()) == {1}


def test_the_stop_command(make_hearth):
    hearth = make_hearth().start()
    assert hearth.run("hearth", "stop").stdout == "Stopped.\n"
    assert hearth.process.wait(60) == 0
