"""What the larger scenarios do not call by the way: single operations of several services, and how they refuse."""

import pytest

from support.aws import fresh, make_role, refused
from support.packages import package


def test_event_buses_and_switched_off_rules(hearth):
    events, rule = hearth.client("events"), fresh("rule")
    assert [bus["Name"] for bus in events.list_event_buses()["EventBuses"]] == ["default"]
    assert events.describe_event_bus()["Arn"] == f"arn:aws:events:{hearth.region}:000000000001:event-bus/default"
    with refused("ResourceNotFoundException", 400):
        events.describe_event_bus(Name="another")
    events.put_rule(Name=rule, ScheduleExpression="rate(1 day)")
    events.disable_rule(Name=rule)
    assert events.describe_rule(Name=rule)["State"] == "DISABLED"
    events.enable_rule(Name=rule)
    assert events.describe_rule(Name=rule)["State"] == "ENABLED"
    for switch in (events.disable_rule, events.enable_rule):
        with refused("ResourceNotFoundException", 400):
            switch(Name=rule + "-missing")


def test_a_schedule_group(hearth):
    scheduler, name = hearth.client("scheduler"), fresh("group")
    arn = scheduler.create_schedule_group(Name=name)["ScheduleGroupArn"]
    assert scheduler.get_schedule_group(Name=name)["Arn"] == arn
    with refused("ResourceNotFoundException", 404):
        scheduler.get_schedule_group(Name=name + "-missing")
    with refused("ConflictException", 409):
        scheduler.create_schedule_group(Name=name)
    scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    scheduler.untag_resource(ResourceArn=arn, TagKeys=["b"])
    assert scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    for call, more in ((scheduler.tag_resource, {"Tags": [{"Key": "a", "Value": "1"}]}), (scheduler.untag_resource, {"TagKeys": ["a"]})):
        with refused("ResourceNotFoundException", 404):
            call(ResourceArn=arn + "-missing", **more)


def test_aliases_and_concurrency_of_a_function(hearth):
    client, name = hearth.client("lambda"), fresh("function")
    client.create_function(FunctionName=name, Runtime="python3.11", Role=make_role(hearth), Handler="index.handler",
                           Code={"ZipFile": package(index__py="def handler(event, context): pass")})
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    assert client.get_alias(FunctionName=name, Name="live")["FunctionVersion"] == version
    client.delete_alias(FunctionName=name, Name="live")
    with refused("ResourceNotFoundException", 404):
        client.get_alias(FunctionName=name, Name="live")
    client.delete_alias(FunctionName=name, Name="live")  # what is gone is gone
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=3)
    assert client.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 3
    client.delete_function_concurrency(FunctionName=name)
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName=name)
    for call in (client.get_function_concurrency, client.delete_function_concurrency):
        with refused("ResourceNotFoundException", 404):
            call(FunctionName=name + "-missing")


def test_tags_and_streams_of_a_log_group(hearth):
    logs, group = hearth.client("logs"), "/test/" + fresh("group")
    logs.create_log_group(logGroupName=group)
    logs.tag_log_group(logGroupName=group, tags={"a": "1", "b": "2"})
    logs.untag_log_group(logGroupName=group, tags=["b"])
    assert logs.list_tags_log_group(logGroupName=group)["tags"] == {"a": "1"}
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    logs.delete_log_stream(logGroupName=group, logStreamName="one")
    assert logs.describe_log_streams(logGroupName=group)["logStreams"] == []
    with refused("ResourceNotFoundException", 400):
        logs.delete_log_stream(logGroupName=group, logStreamName="one")
    for call, more in ((logs.tag_log_group, {"tags": {"a": "1"}}), (logs.untag_log_group, {"tags": ["a"]})):
        with refused("ResourceNotFoundException", 400):
            call(logGroupName=group + "-missing", **more)


def test_the_older_operations_of_ses(hearth):
    ses, address = hearth.client("ses"), fresh("old") + "@example.org"
    ses.verify_email_address(EmailAddress=address)
    assert address in ses.list_verified_email_addresses()["VerifiedEmailAddresses"]
    assert ses.get_identity_dkim_attributes(Identities=[address])["DkimAttributes"][address]["DkimEnabled"] is False
    before = sum(point["DeliveryAttempts"] for point in ses.get_send_statistics()["SendDataPoints"])
    ses.send_email(Source=address, Destination={"ToAddresses": ["b@example.org"]}, Message={"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}})
    assert sum(point["DeliveryAttempts"] for point in ses.get_send_statistics()["SendDataPoints"]) == before + 1
    with refused("InvalidParameterValue", 400):
        ses.verify_email_address(EmailAddress="no address")


@pytest.mark.parametrize("name", ["missing", "arn:aws:cloudformation:eu-central-1:000000000001:stack/missing/1"])
def test_a_stack_that_is_not_there(hearth, name):
    client = hearth.client("cloudformation")
    for call in (lambda: client.describe_stack_resource(StackName=name, LogicalResourceId="A"), lambda: client.get_template_summary(StackName=name),
                 lambda: client.describe_stack_events(StackName=name), lambda: client.get_template(StackName=name)):
        with refused("ValidationError", 400, "does not exist"):
            call()
