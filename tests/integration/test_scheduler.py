"""EventBridge Scheduler: schedules in a time zone, once or again and again."""

import json

import pytest

from integration.test_events import make_function, seen
from support.aws import fresh, make_role, refused
from support.principals import Principal
from support.wait import until

OFF = {"Mode": "OFF"}


@pytest.fixture(scope="module")
def scheduler(hearth):
    return hearth.client("scheduler")


def target(hearth, arn, **more):
    return {"Arn": arn, "RoleArn": make_role(hearth, "scheduler.amazonaws.com", may=["lambda:InvokeFunction"])} | more


def test_schedules_are_kept_as_they_were_said(hearth, scheduler):
    name, group = fresh("schedule"), fresh("group")
    scheduler.create_schedule_group(Name=group)
    aim = target(hearth, f"arn:aws:lambda:{hearth.region}:000000000001:function:f", Input='{"a": 1}')
    made = scheduler.create_schedule(Name=name, GroupName=group, ScheduleExpression="cron(0 23 ? * MON *)", FlexibleTimeWindow=OFF, Target=aim,
                                     ScheduleExpressionTimezone="Europe/Warsaw", State="DISABLED")
    assert made["ScheduleArn"] == f"arn:aws:scheduler:{hearth.region}:000000000001:schedule/{group}/{name}"
    kept = scheduler.get_schedule(Name=name, GroupName=group)
    assert (kept["ScheduleExpression"], kept["ScheduleExpressionTimezone"], kept["State"], kept["FlexibleTimeWindow"]) == (
        "cron(0 23 ? * MON *)", "Europe/Warsaw", "DISABLED", OFF)
    assert (kept["Target"]["Arn"], kept["Target"]["Input"]) == (aim["Arn"], '{"a": 1}')
    scheduler.update_schedule(Name=name, GroupName=group, ScheduleExpression="rate(1 hour)", FlexibleTimeWindow=OFF, Target=aim)
    kept = scheduler.get_schedule(Name=name, GroupName=group)
    assert (kept["ScheduleExpression"], kept["ScheduleExpressionTimezone"], kept["State"]) == ("rate(1 hour)", "UTC", "ENABLED")
    assert [entry["Name"] for entry in scheduler.list_schedules(GroupName=group)["Schedules"]] == [name]
    with refused("ConflictException", 409):
        scheduler.create_schedule(Name=name, GroupName=group, ScheduleExpression="rate(1 hour)", FlexibleTimeWindow=OFF, Target=aim)
    scheduler.delete_schedule(Name=name, GroupName=group)
    with refused("ResourceNotFoundException", 404, name):
        scheduler.get_schedule(Name=name, GroupName=group)
    scheduler.delete_schedule_group(Name=group)


@pytest.mark.parametrize("wrong", [{"ScheduleExpression": "cron(0 23 * * MON *)"}, {"ScheduleExpression": "at(2030-02-30T00:00:00)"},
                                   {"ScheduleExpressionTimezone": "Europe/Atlantis"}])
def test_what_is_no_schedule(hearth, scheduler, wrong):
    arguments = dict(Name=fresh("schedule"), ScheduleExpression="rate(1 hour)", FlexibleTimeWindow=OFF, Target=target(hearth, "arn:aws:lambda:eu-central-1:000000000001:function:f"))
    with refused("ValidationException", 400):
        scheduler.create_schedule(**(arguments | wrong))


def test_a_role_that_the_scheduler_may_not_take_is_refused(hearth, scheduler):
    aim = {"Arn": f"arn:aws:lambda:{hearth.region}:000000000001:function:f", "RoleArn": make_role(hearth, "lambda.amazonaws.com")}
    with refused("ValidationException", 400, "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."):
        scheduler.create_schedule(Name=fresh("schedule"), ScheduleExpression="rate(1 hour)", FlexibleTimeWindow=OFF, Target=aim)


# Monday 23:00 in Warsaw: 21:00 UTC in summer, 22:00 UTC in winter.
@pytest.mark.parametrize("before, at", [("2030-07-01T20:30:00Z", "2030-07-01T20:59:59Z"), ("2030-01-07T21:30:00Z", "2030-01-07T21:59:59Z")],
                         ids=["summer", "winter"])
def test_a_cron_fires_by_the_clocks_of_its_zone(make_hearth, before, at):
    hearth = make_hearth()
    hearth.start("--clock", before)
    aim = target(hearth, make_function(hearth, principal=None), Input='{"test": "T1", "at": "<aws.scheduler.scheduled-time>"}')
    hearth.client("scheduler").create_schedule(Name="weekly", ScheduleExpression="cron(0 23 ? * MON *)", ScheduleExpressionTimezone="Europe/Warsaw",
                                               FlexibleTimeWindow=OFF, Target=aim)
    hearth.stop()
    hearth.start("--clock", at)
    due = at.replace(":59:59Z", "").rsplit("T", 1)
    assert until(lambda: seen(hearth), "the fire") == [{"test": "T1", "at": f"{due[0]}T{int(due[1]) + 1}:00:00Z"}]


def test_at_fires_once(make_hearth):
    hearth = make_hearth()
    hearth.start("--clock", "2030-07-01T07:30:00Z")
    scheduler, arn = hearth.client("scheduler"), make_function(hearth, principal=None)
    scheduler.create_schedule(Name="once", ScheduleExpression="at(2030-07-01T10:00:00)", ScheduleExpressionTimezone="Europe/Warsaw",
                              FlexibleTimeWindow=OFF, Target=target(hearth, arn, Input='"once"'))
    scheduler.create_schedule(Name="also", ScheduleExpression="at(2030-07-01T08:00:00)", FlexibleTimeWindow=OFF,
                              Target=target(hearth, arn, Input='"also"'))
    hearth.kill()
    hearth.start("--clock", "2030-07-01T09:30:00Z")  # both were missed
    until(lambda: len(seen(hearth)) >= 2, "the fires")
    hearth.stop()
    hearth.start("--clock", "2030-07-02T09:30:00Z")
    hearth.client("lambda").invoke(FunctionName="fired", Payload=b'"by hand"')
    assert sorted(until(lambda: '"by hand"' in json.dumps(seen(hearth)) and seen(hearth), "the log")) == ["also", "by hand", "once"]


def test_a_rate_goes_on_after_a_restart(make_hearth):
    hearth = make_hearth()
    hearth.start("--clock", "2030-07-01T10:00:00Z")
    aim = target(hearth, make_function(hearth, principal=None), Input='"tick"')
    hearth.client("scheduler").create_schedule(Name="often", ScheduleExpression="rate(10 minutes)", FlexibleTimeWindow=OFF, Target=aim)
    until(lambda: len(seen(hearth)) == 1, "the first fire, at once")
    hearth.kill()
    hearth.start("--clock", "2030-07-01T10:45:00Z")  # four were missed
    until(lambda: len(seen(hearth)) == 2, "the missed fire, once")
    hearth.stop()
    hearth.start("--clock", "2030-07-01T10:50:10Z")
    until(lambda: len(seen(hearth)) == 3, "the next fire")


def test_functions_of_other_accounts_let_roles_in_themselves(make_hearth):
    hearth = make_hearth("--account", "000000000002:OTHERSKEY:others-secret").start()
    theirs = Principal(hearth, "OTHERSKEY", "others-secret")
    arn = make_function(theirs, principal="scheduler.amazonaws.com")

    def schedule(name):
        hearth.client("scheduler").create_schedule(Name=name, ScheduleExpression="rate(1 hour)", FlexibleTimeWindow=OFF,
                                                   Target=target(hearth, arn, Input=json.dumps(name)))

    schedule("shut")
    until(lambda: any("InvocationDroppedCount" in line for line in hearth.log), "the refusal")
    theirs.client("lambda").add_permission(FunctionName=arn, StatementId="role", Action="lambda:InvokeFunction", Principal="000000000001")
    schedule("open")
    assert until(lambda: seen(theirs), "the fire") == ["open"]
