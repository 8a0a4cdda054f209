"""kill -9 while events and mails are accepted: each acknowledged event runs at least once, each mail is there once."""

import collections
import json
import threading

from botocore.exceptions import BotoCoreError, ClientError

from support.aws import trust
from support.packages import package
from support.wait import until

SOURCE = '''
import time

def handler(event, context):
    time.sleep(event.get("seconds", 0))
    print("ran", event["n"])
'''


def make_function(hearth, name, **more):
    iam = hearth.client("iam")
    role = iam.create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))["Role"]["Arn"]
    hearth.client("lambda").create_function(FunctionName=name, Runtime="python3.11", Handler="index.handler", Role=role,
                                            Code={"ZipFile": package(index__py=SOURCE)}, **more)


def runs(hearth, name):
    """How often each event was run, as the function's log tells."""
    logs = hearth.client("logs")
    counts = collections.Counter()
    try:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}", filterPattern="ran"):
            for event in page["events"]:
                if event["message"].startswith("ran "):
                    counts[event["message"].split()[1]] += 1
    except logs.exceptions.ResourceNotFoundException:
        pass
    return counts


def until_the_kill(hearth, count, goal, call):
    """`count` threads call(client, n) with numbers of their own, until `goal` were acknowledged and the server is dead."""
    acknowledged = []
    stop = threading.Event()

    def run(number):
        turn = 0
        while not stop.is_set():
            turn += 1
            try:
                call(f"{number}-{turn}")
                acknowledged.append(f"{number}-{turn}")
            except (BotoCoreError, ClientError, OSError):
                if stop.is_set():
                    return

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: len(acknowledged) >= goal, f"{goal} acknowledgements")
    finally:
        hearth.kill()
        stop.set()
        for thread in threads:
            thread.join(60)
    return list(acknowledged)


def test_each_acknowledged_event_runs(make_hearth):
    hearth = make_hearth().start()
    make_function(hearth, "counted")
    client = hearth.client("lambda", timeout=30, max_pool_connections=20)
    promised = []
    for goal in (40, 15):
        promised += until_the_kill(hearth, 4, goal, lambda n: client.invoke(
            FunctionName="counted", InvocationType="Event", Payload=json.dumps({"n": n + f"/{goal}"})) and None)
        promised = [n if "/" in n else f"{n}/{goal}" for n in promised]
        hearth.start()
    until(lambda: set(promised) <= set(runs(hearth, "counted")), "every acknowledged event")


def test_an_event_that_was_running_is_run_again(make_hearth):
    hearth = make_hearth().start()
    make_function(hearth, "slow", Timeout=30)
    hearth.client("lambda").invoke(FunctionName="slow", InvocationType="Event", Payload=json.dumps({"n": "x", "seconds": 2}))
    until(lambda: json.loads(hearth.run("hearth", "status", "--json").stdout)["running"] == 1, "the invocation")
    hearth.kill()
    hearth.start()
    until(lambda: runs(hearth, "slow")["x"], "the second try")
    assert runs(hearth, "slow")["x"] == 1


def test_each_acknowledged_mail_is_in_the_outbox_once(make_hearth):
    hearth = make_hearth().start()
    hearth.client("ses").verify_email_identity(EmailAddress="a@example.com")
    client = hearth.client("ses", timeout=30, max_pool_connections=20)
    promised = until_the_kill(hearth, 6, 80, lambda n: client.send_email(
        Source="a@example.com", Destination={"ToAddresses": ["b@example.com"]},
        Message={"Subject": {"Data": n}, "Body": {"Text": {"Data": f"body of {n}"}}}))
    hearth.start()
    mails = json.loads(hearth.run("hearth", "mail", "list", "--json", "--limit", "1000").stdout)
    subjects = collections.Counter(mail["subject"] for mail in mails["mails"])
    assert set(promised) <= set(subjects)
    assert set(subjects.values()) == {1}
    for mail in mails["mails"][:5] + mails["mails"][-5:]:
        assert f"body of {mail['subject']}" in hearth.run("hearth", "mail", "show", mail["id"]).stdout
