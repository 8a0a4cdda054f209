"""AWS CDK: a small app is deployed, compared, changed and destroyed by its own command."""

import json
import pathlib
import re
import shutil

import pytest

from support.aws import fresh

APP = pathlib.Path(__file__).parent / "cdk_app"


def make_role(boto, trusted):
    """One that CloudFormation, or the caller, takes to do everything: what a bootstrapped account has."""
    iam, name = boto("iam"), fresh("cdk")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    return role


@pytest.fixture
def cdk(boto, client, tmp_path):
    shutil.copytree(APP, tmp_path, dirs_exist_ok=True)
    roles = {"DEPLOY_ROLE": make_role(boto, {"AWS": boto("sts").get_caller_identity()["Account"]}),
             "EXECUTION_ROLE": make_role(boto, {"Service": "cloudformation.amazonaws.com"})}
    stack = fresh("cdk-app")

    def run(*arguments, check=True, greeting="hello", command="cdk", **variables):
        return client(command, *arguments, check=check, STACK=stack, GREETING=greeting, **roles, **variables)

    run.stack = stack
    return run


def outputs(boto, cdk):
    [stack] = boto("cloudformation").describe_stacks(StackName=cdk.stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def test_a_small_app(boto, client, cdk):
    out = cdk("deploy", "--require-approval", "never")
    assert f"✅  {cdk.stack}" in out, out
    made = outputs(boto, cdk)
    assert f"{cdk.stack}.Address = {made['Address']}" in out and made["Address"].startswith("https://")
    assert json.loads(client("curl", "-sS", made["Address"] + "a/b")) == {"hello": "/a/b"}  # by its name on AWS
    assert boto("s3").get_object(Bucket=made["Bucket"], Key="last")["Body"].read() == b"/a/b"

    assert "There were no differences" in cdk("diff")
    assert f"✅  {cdk.stack} (no changes)" in cdk("deploy", "--require-approval", "never")

    difference = cdk("diff", greeting="goodbye")
    assert "AWS::Lambda::Function" in difference and "goodbye" in difference and "Number of stacks with differences: 1" in difference
    assert f"✅  {cdk.stack}" in cdk("deploy", "--require-approval", "never", greeting="goodbye")
    assert json.loads(client("curl", "-sS", made["Address"])) == {"goodbye": "/"}

    s3 = boto("s3")
    s3.delete_objects(Bucket=made["Bucket"], Delete={"Objects": [{"Key": entry["Key"], "VersionId": entry["VersionId"]}
                                                                 for entry in s3.list_object_versions(Bucket=made["Bucket"])["Versions"]]})
    out = cdk("destroy", "--force", greeting="goodbye")
    assert f"✅  {cdk.stack}: destroyed" in out, out
    assert made["Bucket"] not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    assert cdk("list").split() == [cdk.stack]


def test_the_command_for_localstack(hearth, boto, client, cdk):
    """It drops the keys of its environment, unless it is told not to, and wants an endpoint of S3 beside the other one."""
    where = {"command": "cdklocal", "AWS_ENVAR_ALLOWLIST": "AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY,AWS_REGION", "AWS_ENDPOINT_URL_S3": hearth.url,
             "EDGE_PORT": str(hearth.port)}
    assert f"✅  {cdk.stack}" in cdk("deploy", "--require-approval", "never", **where)
    assert json.loads(client("curl", "-sS", outputs(boto, cdk)["Address"] + "a")) == {"hello": "/a"}
    s3, bucket = boto("s3"), outputs(boto, cdk)["Bucket"]
    for entry in s3.list_object_versions(Bucket=bucket)["Versions"]:
        s3.delete_object(Bucket=bucket, Key=entry["Key"], VersionId=entry["VersionId"])
    assert "destroyed" in cdk("destroy", "--force", **where)


def test_what_fails_is_said(boto, cdk, tmp_path):
    assert "Cross-account pass role is not allowed" in cdk("deploy", "--role-arn", "arn:aws:iam::123456789012:role/missing", check=False)
    broken = (APP / "app.js").read_text().replace("versioned: true", 'bucketName: "taken-by-somebody-else"')
    (tmp_path / "app.js").write_text(broken)
    boto("s3").create_bucket(Bucket="taken-by-somebody-else", CreateBucketConfiguration={"LocationConstraint": boto("s3").meta.region_name})
    out = cdk("deploy", "--require-approval", "never", check=False)
    assert "CREATE_FAILED" in out and "taken-by-somebody-else" in out and "❌" in out, out
    [stack] = boto("cloudformation").describe_stacks(StackName=cdk.stack)["Stacks"]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "destroyed" in cdk("destroy", "--force")
