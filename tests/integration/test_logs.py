"""CloudWatch Logs as boto3 uses it."""

import time

import pytest

from support.aws import aws, fresh, refused


@pytest.fixture(scope="module")
def logs(hearth):
    return hearth.client("logs")


@pytest.fixture
def group(logs):
    name = "/test/" + fresh("group")
    logs.create_log_group(logGroupName=name, tags={"a": "1"})
    return name


def put(logs, group, stream, *messages):
    """Events a millisecond apart, the last one now; their times."""
    now = int(time.time() * 1000)
    times = [now - len(messages) + 1 + number for number in range(len(messages))]
    logs.put_log_events(logGroupName=group, logStreamName=stream,
                        logEvents=[{"timestamp": when, "message": text} for when, text in zip(times, messages)])
    return times


def test_groups_are_made_listed_and_deleted(hearth, logs, group):
    found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]
    assert found["arn"] == f"arn:aws:logs:{hearth.region}:000000000001:log-group:{group}:*"
    assert "retentionInDays" not in found
    assert logs.list_tags_log_group(logGroupName=group)["tags"] == {"a": "1"}
    with refused("ResourceAlreadyExistsException", 400):
        logs.create_log_group(logGroupName=group)
    logs.delete_log_group(logGroupName=group)
    with refused("ResourceNotFoundException", 400, "The specified log group does not exist."):
        logs.describe_log_streams(logGroupName=group)


def test_retention(logs, group):
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    assert logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["retentionInDays"] == 7
    with refused("InvalidParameterException", 400):
        logs.put_retention_policy(logGroupName=group, retentionInDays=8)
    logs.delete_retention_policy(logGroupName=group)
    assert "retentionInDays" not in logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]


def test_events_come_back_in_order_and_by_pages(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    times = put(logs, group, "s", *[f"line {number}" for number in range(25)])
    whole = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)["events"]
    assert [event["message"] for event in whole] == [f"line {number}" for number in range(25)]
    assert [event["timestamp"] for event in whole] == times
    token, seen = None, []
    while True:
        page = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True, limit=10, **({"nextToken": token} if token else {}))
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
        seen += [event["message"] for event in page["events"]]
    assert seen == [f"line {number}" for number in range(25)]
    assert [event["message"] for event in logs.get_log_events(logGroupName=group, logStreamName="s", limit=2)["events"]] == ["line 23", "line 24"]
    within = logs.get_log_events(logGroupName=group, logStreamName="s", startTime=times[3], endTime=times[5], startFromHead=True)["events"]
    assert [event["message"] for event in within] == ["line 3", "line 4"]


def test_filters_look_through_every_stream(logs, group):
    for stream in ("s1", "s2"):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        put(logs, group, stream, f"ERROR in {stream}", f"fine in {stream}", f"ERROR twice, {stream}: timeout")
    find = lambda pattern, **more: sorted(event["message"] for page in logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, filterPattern=pattern, PaginationConfig={"PageSize": 2}, **more) for event in page["events"])
    assert len(find("")) == 6
    assert find("ERROR timeout") == ["ERROR twice, s1: timeout", "ERROR twice, s2: timeout"]
    assert find("ERROR -timeout", logStreamNames=["s2"]) == ["ERROR in s2"]
    assert find('"fine in s1"') == ["fine in s1"]
    assert find("?fine ?timeout", logStreamNamePrefix="s1") == ["ERROR twice, s1: timeout", "fine in s1"]
    with refused("InvalidParameterException", 400):
        find("{ $.level = 1 }")


def test_what_cannot_be_put(logs, group):
    with refused("ResourceNotFoundException", 400, "The specified log stream does not exist."):
        put(logs, group, "none", "x")
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    now = int(time.time() * 1000)
    with refused("InvalidParameterException", 400):
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[{"timestamp": now, "message": "b"}, {"timestamp": now - 1, "message": "a"}])
    old = logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[{"timestamp": now - 15 * 86_400_000, "message": "old"}])
    assert old["rejectedLogEventsInfo"]["tooOldLogEventEndIndex"] == 1
    assert logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)["events"] == []


def test_the_command_tails(hearth, logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    put(logs, group, "s", "first line", "second line")
    out = aws(hearth, "logs", "tail", group, "--format", "short").stdout
    assert out.index("first line") < out.index("second line")
