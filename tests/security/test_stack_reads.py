"""What a stack reads from S3 is read in the rights of who orders it."""

import json

from support.aws import fresh, make_bucket
from support.packages import package
from support.principals import Session, User, allow
from support.wait import until


def test_a_version_that_a_stack_reads_is_another_right(hearth):
    """Of templates, packages and documents of APIs, whoever may read the current one may not read those before it."""
    bucket, s3 = make_bucket(hearth), hearth.client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    bodies = {"template": json.dumps({"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}}), "code": package(index__py="def handler(event, context): return 1"),
              "api": json.dumps({"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {}})}
    version = {key: s3.put_object(Bucket=bucket, Key=key, Body=body)["VersionId"] for key, body in bodies.items()}
    resources = {
        "Nested": {"Type": "AWS::CloudFormation::Stack", "Properties": {
            "TemplateURL": f"https://s3.{hearth.region}.amazonaws.com/{bucket}/template?versionId={version['template']}"}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {
            "Runtime": "python3.11", "Handler": "index.handler", "Role": Session(hearth).role,
            "Code": {"S3Bucket": bucket, "S3Key": "code", "S3ObjectVersion": version["code"]}}},
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {
            "BodyS3Location": {"Bucket": bucket, "Key": "api", "Version": version["api"]}}}}
    rights = [allow(["cloudformation:*", "lambda:*", "apigateway:*", "logs:*", "iam:PassRole", "s3:GetObject"])]
    user = User(hearth, *rights)
    stacks = user.client("cloudformation")

    def outcome(name, kind):
        stacks.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {kind: resources[kind]}}))
        waited = lambda: stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        return until(lambda: [status for status in [waited()] if not status.endswith("_IN_PROGRESS")], "the stack's end")[0]

    for kind in resources:
        name = fresh("versions")
        assert outcome(name, kind) == "ROLLBACK_COMPLETE"
        reasons = [event.get("ResourceStatusReason", "") for event in stacks.describe_stack_events(StackName=name)["StackEvents"]]
        assert any("s3:GetObjectVersion" in reason for reason in reasons), reasons
        stacks.delete_stack(StackName=name)
    user.may(*rights, allow("s3:GetObjectVersion"))
    for kind in resources:
        name = fresh("versions")
        assert outcome(name, kind) == "CREATE_COMPLETE"
        stacks.delete_stack(StackName=name)
