"""EventBridge rules: kept as boto3 says them, and fired on time."""

import json

import pytest

from support.aws import fresh, make_role, refused
from support.packages import package
from support.wait import until

SOURCE = "import json\ndef handler(event, context):\n    print('EVENT', json.dumps(event))\n"


def make_function(hearth, name="fired", principal="events.amazonaws.com"):
    client = hearth.client("lambda")
    arn = client.create_function(FunctionName=name, Runtime="python3.11", Role=make_role(hearth), Handler="index.handler",
                                 Code={"ZipFile": package(index__py=SOURCE)})["FunctionArn"]
    if principal:
        client.add_permission(FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", Principal=principal)
    return arn


def seen(hearth, name="fired"):
    """The events that the function got so far."""
    logs = hearth.client("logs")
    try:
        found = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="EVENT")["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [json.loads(entry["message"].removeprefix("EVENT ")) for entry in found]


@pytest.fixture(scope="module")
def events(hearth):
    return hearth.client("events")


def test_rules_are_kept_as_they_were_said(hearth, events):
    name = fresh("rule")
    arn = events.put_rule(Name=name, ScheduleExpression="cron(0 21 ? * 3 *)", Description="weekly", State="DISABLED",
                          Tags=[{"Key": "a", "Value": "1"}])["RuleArn"]
    assert arn == f"arn:aws:events:{hearth.region}:000000000001:rule/{name}"
    rule = events.describe_rule(Name=name)
    assert (rule["ScheduleExpression"], rule["Description"], rule["State"], rule["EventBusName"]) == ("cron(0 21 ? * 3 *)", "weekly", "DISABLED", "default")
    events.enable_rule(Name=name)
    assert events.describe_rule(Name=name)["State"] == "ENABLED"
    assert name in [entry["Name"] for entry in events.list_rules(NamePrefix=name)["Rules"]]
    assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    target = {"Id": "1", "Arn": f"arn:aws:lambda:{hearth.region}:000000000001:function:f", "Input": '{"a": 1}'}
    assert events.put_targets(Rule=name, Targets=[target])["FailedEntryCount"] == 0
    assert events.list_targets_by_rule(Rule=name)["Targets"] == [target]
    assert events.list_rule_names_by_target(TargetArn=target["Arn"])["RuleNames"] == [name]
    with refused("ValidationException", 400, "Rule can't be deleted since it has targets."):
        events.delete_rule(Name=name)
    events.remove_targets(Rule=name, Ids=["1"])
    events.delete_rule(Name=name)
    with refused("ResourceNotFoundException", 400, f"Rule {name} does not exist on EventBus default."):
        events.describe_rule(Name=name)


@pytest.mark.parametrize("expression", ["cron(0 21 * * 3 *)", "cron(61 * * * ? *)", "rate(1 minutes)", "rate(0 minutes)", "at(2030-01-01T00:00:00)", "daily"])
def test_expressions_that_are_none(events, expression):
    with refused("ValidationException", 400, "Parameter ScheduleExpression is not valid."):
        events.put_rule(Name=fresh("rule"), ScheduleExpression=expression)


def test_a_rule_fires_with_an_event_of_its_own_or_the_input_that_was_set(make_hearth):
    hearth = make_hearth()
    hearth.start("--clock", "2030-05-06T20:50:00Z")
    events, arn = hearth.client("events"), make_function(hearth)
    rule = events.put_rule(Name="weekly", ScheduleExpression="cron(0 21 ? * 2 *)")["RuleArn"]  # a Monday
    transformer = {"InputPathsMap": {"when": "$.time"}, "InputTemplate": '{"at": <when>, "kind": "made"}'}
    events.put_targets(Rule="weekly", Targets=[{"Id": "plain", "Arn": arn}, {"Id": "constant", "Arn": arn, "Input": '{"test": "T1"}'},
                                               {"Id": "path", "Arn": arn, "InputPath": "$.detail-type"},
                                               {"Id": "made", "Arn": arn, "InputTransformer": transformer}])
    events.put_rule(Name="off", ScheduleExpression="cron(0 21 * * ? *)", State="DISABLED")
    events.put_targets(Rule="off", Targets=[{"Id": "1", "Arn": arn, "Input": '"never"'}])
    hearth.stop()
    hearth.start("--clock", "2030-05-06T20:59:59Z")
    got = until(lambda: len(seen(hearth)) >= 4 and seen(hearth), "the fire of the rule")
    plain = next(event for event in got if isinstance(event, dict) and "detail-type" in event)
    assert (plain["source"], plain["detail-type"], plain["resources"], plain["detail"], plain["time"], plain["account"], plain["region"]) == (
        "aws.events", "Scheduled Event", [rule], {}, "2030-05-06T21:00:00Z", "000000000001", hearth.region)
    rest = sorted((event for event in got if event is not plain), key=json.dumps)
    assert rest == ["Scheduled Event", {"at": "2030-05-06T21:00:00Z", "kind": "made"}, {"test": "T1"}]


def test_what_was_missed_while_the_server_was_down_is_made_up_once(make_hearth):
    hearth = make_hearth()
    hearth.start("--clock", "2030-05-06T10:30:00Z")
    events, arn = hearth.client("events"), make_function(hearth)
    events.put_rule(Name="hourly", ScheduleExpression="cron(0 * * * ? *)")
    events.put_targets(Rule="hourly", Targets=[{"Id": "1", "Arn": arn}])
    hearth.kill()
    hearth.start("--clock", "2030-05-06T14:30:00Z")
    until(lambda: seen(hearth), "the missed fire")
    hearth.stop()
    hearth.start("--clock", "2030-05-06T14:59:59Z")
    got = until(lambda: len(seen(hearth)) >= 2 and seen(hearth), "the next fire")
    assert [event["time"] for event in got][1] == "2030-05-06T15:00:00Z"
    assert len(got) == 2


def test_a_rate_counts_from_when_the_rule_was_made(make_hearth):
    hearth = make_hearth()
    hearth.start("--clock", "2030-05-06T10:00:30Z")
    events, arn = hearth.client("events"), make_function(hearth)
    events.put_rule(Name="often", ScheduleExpression="rate(5 minutes)")
    events.put_targets(Rule="often", Targets=[{"Id": "1", "Arn": arn}])
    assert seen(hearth) == []
    hearth.stop()
    hearth.start("--clock", "2030-05-06T10:05:29Z")
    assert "2030-05-06T10:05:30Z" <= until(lambda: seen(hearth), "the fire", seconds=90)[0]["time"] <= "2030-05-06T10:06:30Z"


def test_a_function_that_gave_no_permission_is_not_fired(make_hearth):
    hearth = make_hearth()
    hearth.start("--clock", "2030-05-06T10:50:00Z")
    events = hearth.client("events")
    closed, opened = make_function(hearth, "closed", principal=None), make_function(hearth, "opened")
    events.put_rule(Name="hourly", ScheduleExpression="cron(0 * * * ? *)")
    events.put_targets(Rule="hourly", Targets=[{"Id": "1", "Arn": closed}, {"Id": "2", "Arn": opened}])
    hearth.stop()
    hearth.start("--clock", "2030-05-06T10:59:59Z")
    until(lambda: seen(hearth, "opened"), "the fire")
    assert seen(hearth, "closed") == []
