"""What the larger scenarios do not call by the way: single operations of several services, and how they refuse."""

import json

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
    assert [alias["Name"] for alias in client.list_aliases(FunctionName=name)["Aliases"]] == ["live"]
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


def test_one_resource_of_a_stack(hearth):
    client, name = hearth.client("cloudformation"), fresh("stack")
    client.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}}))
    client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 300})
    detail = client.describe_stack_resource(StackName=name, LogicalResourceId="Group")["StackResourceDetail"]
    assert (detail["ResourceType"], detail["ResourceStatus"]) == ("AWS::Logs::LogGroup", "CREATE_COMPLETE")
    with refused("ValidationError", 400, f"Resource Other does not exist for stack {name}"):
        client.describe_stack_resource(StackName=name, LogicalResourceId="Other")


def test_what_a_user_and_a_group_have(hearth):
    iam, user, group = hearth.client("iam"), fresh("user"), fresh("group")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    policy = iam.create_policy(PolicyName=fresh("policy"), PolicyDocument=json.dumps(document))["Policy"]
    attached = [{"PolicyName": policy["PolicyName"], "PolicyArn": policy["Arn"]}]
    iam.create_user(UserName=user)
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=user)
    iam.attach_user_policy(UserName=user, PolicyArn=policy["Arn"])
    for put, owner in ((iam.put_user_policy, {"UserName": user}), (iam.put_group_policy, {"GroupName": group})):
        put(**owner, PolicyName="own", PolicyDocument=json.dumps(document))
    assert iam.get_user_policy(UserName=user, PolicyName="own")["PolicyDocument"] == document
    assert iam.list_user_policies(UserName=user)["PolicyNames"] == ["own"]
    assert iam.list_group_policies(GroupName=group)["PolicyNames"] == ["own"]
    assert iam.list_attached_user_policies(UserName=user)["AttachedPolicies"] == attached
    assert [one["GroupName"] for one in iam.list_groups_for_user(UserName=user)["Groups"]] == [group]

    def names(listing, members, key):
        return {one[key] for page in iam.get_paginator(listing).paginate() for one in page[members]}

    assert group in names("list_groups", "Groups", "GroupName")
    assert policy["PolicyName"] in names("list_policies", "Policies", "PolicyName")
    assert make_role(hearth).rpartition("/")[2] in names("list_roles", "Roles", "RoleName")


def test_tags_of_rules_and_log_groups(hearth):
    events, logs, name = hearth.client("events"), hearth.client("logs"), fresh("tagged")
    rule = events.put_rule(Name=name, ScheduleExpression="rate(1 day)")["RuleArn"]
    events.tag_resource(ResourceARN=rule, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    events.untag_resource(ResourceARN=rule, TagKeys=["b"])
    assert events.list_tags_for_resource(ResourceARN=rule)["Tags"] == [{"Key": "a", "Value": "1"}]
    logs.create_log_group(logGroupName=name)
    group = f"arn:aws:logs:{hearth.region}:000000000001:log-group:{name}"
    logs.tag_resource(resourceArn=group, tags={"a": "1", "b": "2"})
    logs.untag_resource(resourceArn=group, tagKeys=["b"])
    assert logs.list_tags_for_resource(resourceArn=group)["tags"] == {"a": "1"}


def test_what_an_account_has(hearth):
    assert hearth.client("lambda").get_account_settings()["AccountLimit"]["CodeSizeZipped"] == 50 << 20
    assert "default" in [group["Name"] for group in hearth.client("scheduler").list_schedule_groups()["ScheduleGroups"]]
