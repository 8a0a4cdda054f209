"""Schedules over kills: no fire is lost, what was missed is made up once."""

import datetime
import json

from support.wait import until
from test_kill_events import make_function, runs

UTC = datetime.timezone.utc
SECONDS = range(4, 10)  # after the begin of the test, in which schedules are made that are still to come


def schedule_at(hearth, name, when, number):
    account, region = "000000000001", hearth.region
    hearth.client("scheduler").create_schedule(
        Name=name, ScheduleExpression=f"at({when:%Y-%m-%dT%H:%M:%S})", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": f"arn:aws:lambda:{region}:{account}:function:fired", "Input": json.dumps({"n": number}),
                "RoleArn": f"arn:aws:iam::{account}:role/scheduling"})


def make_scheduling_role(hearth):
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    hearth.client("iam").create_role(RoleName="scheduling", AssumeRolePolicyDocument=json.dumps(document))
    hearth.client("iam").put_role_policy(RoleName="scheduling", PolicyName="invoke", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}]}))


def test_fires_around_a_kill(make_hearth):
    hearth = make_hearth().start()
    make_function(hearth, "fired")
    make_scheduling_role(hearth)
    begun = datetime.datetime.now(UTC).replace(microsecond=0)
    for second in SECONDS:
        schedule_at(hearth, f"second{second}", begun + datetime.timedelta(seconds=second), second)
    until(lambda: runs(hearth, "fired")["5"], "the second fire")
    hearth.kill()
    down = datetime.datetime.now(UTC)
    up = begun + datetime.timedelta(seconds=8)
    until(lambda: datetime.datetime.now(UTC) > up, "the fires that the server misses")
    hearth.start()
    until(lambda: all(runs(hearth, "fired")[str(second)] for second in SECONDS), "every fire")
    counts = runs(hearth, "fired")
    for second in SECONDS:
        # Only what ran at the moment of the kill may have run twice.
        running = abs((begun + datetime.timedelta(seconds=second) - down).total_seconds()) < 1.5
        assert counts[str(second)] <= (2 if running else 1), counts


def test_what_was_missed_is_made_up_once(make_hearth):
    hearth = make_hearth("--clock", "2024-05-06T10:00:10Z").start()
    make_function(hearth, "fired")
    account = "000000000001"
    arn = f"arn:aws:lambda:{hearth.region}:{account}:function:fired"
    events = hearth.client("events")
    for name, expression in (("rated", "rate(5 minutes)"), ("timed", "cron(0/10 * * * ? *)"), ("later", "cron(0 9 * * ? *)")):
        rule = events.put_rule(Name=name, ScheduleExpression=expression)["RuleArn"]
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn, "Input": json.dumps({"n": name})}])
        hearth.client("lambda").add_permission(FunctionName="fired", StatementId=name, Action="lambda:InvokeFunction",
                                               Principal="events.amazonaws.com", SourceArn=rule)
    hearth.kill()
    hearth.options = ["--clock", "2024-05-06T13:31:00Z"]
    hearth.start()
    until(lambda: runs(hearth, "fired")["rated"] and runs(hearth, "fired")["timed"], "what was missed")
    # Behind whatever else was due.
    hearth.client("lambda").invoke(FunctionName="fired", InvocationType="Event", Payload=json.dumps({"n": "marker"}))
    until(lambda: runs(hearth, "fired")["marker"], "the marker")
    assert runs(hearth, "fired") == {"rated": 1, "timed": 1, "marker": 1}
