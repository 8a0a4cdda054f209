"""Two accounts on one server: what belongs to one cannot be read, changed, listed or used by the other."""

import json

import pytest

from support.aws import refused, trust
from support.packages import package
from support.raw import send

MINE = ("000000000001", "HEARTHTESTKEY", "hearth-test-secret")
OTHER = ("000000000002", "OTHERSKEY", "others-secret")
REGION = "eu-central-1"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    from support.server import Hearth
    server = Hearth(tmp_path_factory.mktemp("accounts") / "data", "--account", ":".join(OTHER)).start()
    mine = Account(server, *MINE)
    other = Account(server, *OTHER)
    mine.s3.create_bucket(Bucket="mine", CreateBucketConfiguration={"LocationConstraint": REGION})
    mine.s3.put_object(Bucket="mine", Key="key", Body=b"private")
    role = mine.iam.create_role(RoleName="mine", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))["Role"]["Arn"]
    mine.functions.create_function(FunctionName="mine", Runtime="python3.11", Handler="index.handler", Role=role,
                                   Code={"ZipFile": package(index__py="def handler(event, context): return 1")})
    mine.logs.create_log_group(logGroupName="mine")
    mine.ses.verify_email_identity(EmailAddress="mine@example.com")
    mine.stack = mine.cloudformation.create_stack(StackName="mine", TemplateBody=json.dumps(
        {"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}}))["StackId"]
    mine.events.put_rule(Name="mine", ScheduleExpression="rate(1 day)")
    mine.api = mine.apigateway.create_rest_api(name="mine")["id"]
    mine.key = mine.apigateway.create_api_key(name="mine", enabled=True)["id"]
    yield mine, other
    server.kill()


class Account:
    def __init__(self, server, number, key, secret):
        self.server, self.number = server, number
        for name, service in {"s3": "s3", "functions": "lambda", "iam": "iam", "logs": "logs", "ses": "ses", "events": "events", "sts": "sts",
                              "scheduler": "scheduler", "cloudformation": "cloudformation", "apigateway": "apigateway"}.items():
            setattr(self, name, server.client(service, key=key, secret=secret))


@pytest.mark.parametrize("call", (
    lambda s3: s3.get_object(Bucket="mine", Key="key"),
    lambda s3: s3.get_object(Bucket="mine", Key="no such key"),
    lambda s3: s3.put_object(Bucket="mine", Key="key", Body=b"theirs"),
    lambda s3: s3.delete_object(Bucket="mine", Key="key"),
    lambda s3: s3.delete_objects(Bucket="mine", Delete={"Objects": [{"Key": "key"}]}),
    lambda s3: s3.list_objects_v2(Bucket="mine"),
    lambda s3: s3.list_object_versions(Bucket="mine"),
    lambda s3: s3.list_multipart_uploads(Bucket="mine"),
    lambda s3: s3.create_multipart_upload(Bucket="mine", Key="k"),
    lambda s3: s3.get_bucket_versioning(Bucket="mine"),
    lambda s3: s3.put_bucket_versioning(Bucket="mine", VersioningConfiguration={"Status": "Suspended"}),
    lambda s3: s3.get_bucket_encryption(Bucket="mine"),
    lambda s3: s3.get_bucket_location(Bucket="mine"),
    lambda s3: s3.delete_bucket(Bucket="mine"),
), ids=lambda call: call.__code__.co_names[0] if hasattr(call, "__code__") else None)
def test_buckets(world, call):
    mine, other = world
    with refused("AccessDenied", 403):
        call(other.s3)
    assert mine.s3.get_object(Bucket="mine", Key="key")["Body"].read() == b"private"


def test_copying_out_of_a_bucket(world):
    _, other = world
    other.s3.create_bucket(Bucket="theirs", CreateBucketConfiguration={"LocationConstraint": REGION})
    with refused("AccessDenied", 403):
        other.s3.copy_object(Bucket="theirs", Key="copy", CopySource={"Bucket": "mine", "Key": "key"})
    upload = other.s3.create_multipart_upload(Bucket="theirs", Key="copy")["UploadId"]
    with refused("AccessDenied", 403):
        other.s3.upload_part_copy(Bucket="theirs", Key="copy", UploadId=upload, PartNumber=1, CopySource={"Bucket": "mine", "Key": "key"})
    assert other.s3.list_objects_v2(Bucket="theirs")["KeyCount"] == 0


def test_heads_and_names_of_buckets(world):
    _, other = world
    with refused("403", 403):
        other.s3.head_bucket(Bucket="mine")
    with refused("403", 403):
        other.s3.head_object(Bucket="mine", Key="key")
    with refused("BucketAlreadyExists", 409):
        other.s3.create_bucket(Bucket="mine", CreateBucketConfiguration={"LocationConstraint": REGION})
    assert "mine" not in [bucket["Name"] for bucket in other.s3.list_buckets()["Buckets"]]


def test_nobody_may_read_without_a_signature(world):
    mine, _ = world
    for method, path in (("GET", "/mine/key"), ("PUT", "/mine/key"), ("DELETE", "/mine/key"), ("GET", "/mine"), ("HEAD", "/mine/key")):
        assert send(mine.server, method, path).status == 403
    assert mine.s3.get_object(Bucket="mine", Key="key")["Body"].read() == b"private"


def test_functions(world):
    mine, other = world
    arn = f"arn:aws:lambda:{REGION}:{mine.number}:function:mine"
    with refused("ResourceNotFoundException", 404):
        other.functions.get_function(FunctionName="mine")
    for call in (lambda name: other.functions.invoke(FunctionName=name), lambda name: other.functions.get_function(FunctionName=name),
                 lambda name: other.functions.delete_function(FunctionName=name),
                 lambda name: other.functions.update_function_configuration(FunctionName=name, Timeout=5),
                 lambda name: other.functions.add_permission(FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", Principal="*"),
                 lambda name: other.functions.invoke(FunctionName=name, InvocationType="Event")):
        for name in (arn, f"{mine.number}:function:mine"):
            with pytest.raises(other.functions.exceptions.ClientError) as error:
                call(name)
            assert error.value.response["Error"]["Code"] in ("AccessDeniedException", "ResourceNotFoundException"), error.value
    assert other.functions.list_functions()["Functions"] == []


def test_roles(world):
    mine, other = world
    arn = f"arn:aws:iam::{mine.number}:role/mine"
    with refused("NoSuchEntity", 404):
        other.iam.get_role(RoleName="mine")
    with refused("AccessDenied", 403):
        other.sts.assume_role(RoleArn=arn, RoleSessionName="session")
    # Nobody runs a function under another account's role.
    code = {"ZipFile": package(index__py="def handler(event, context): return 1")}
    with refused("AccessDeniedException", 403, "Cross-account pass role"):
        other.functions.create_function(FunctionName="thief", Runtime="python3.11", Handler="index.handler", Role=arn, Code=code)
    own = other.iam.create_role(RoleName="honest", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))["Role"]["Arn"]
    other.functions.create_function(FunctionName="honest", Runtime="python3.11", Handler="index.handler", Role=own, Code=code)
    with refused("AccessDeniedException", 403, "Cross-account pass role"):
        other.functions.update_function_configuration(FunctionName="honest", Role=arn)
    other.functions.delete_function(FunctionName="honest")


def test_code_from_anothers_bucket(world):
    mine, other = world
    mine.s3.put_object(Bucket="mine", Key="code.zip", Body=package(index__py="def handler(event, context): return 1"))
    role = other.iam.create_role(RoleName="own", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))["Role"]["Arn"]
    with pytest.raises(other.functions.exceptions.ClientError) as error:
        other.functions.create_function(FunctionName="thief", Runtime="python3.11", Handler="index.handler", Role=role,
                                        Code={"S3Bucket": "mine", "S3Key": "code.zip"})
    assert error.value.response["Error"]["Code"] in ("AccessDeniedException", "InvalidParameterValueException"), error.value
    mine.s3.put_object(Bucket="mine", Key="template.json", Body=json.dumps({"Resources": {"G": {"Type": "AWS::Logs::LogGroup"}}}))
    with pytest.raises(other.cloudformation.exceptions.ClientError) as error:
        other.cloudformation.create_stack(StackName="thief", TemplateURL=f"https://s3.{REGION}.amazonaws.com/mine/template.json")
    assert error.value.response["Error"]["Code"] == "ValidationError"


def test_logs(world):
    mine, other = world
    with refused("ResourceNotFoundException", 400):
        other.logs.filter_log_events(logGroupName="mine")
    assert other.logs.describe_log_groups()["logGroups"] == []


def test_stacks(world):
    mine, other = world
    for name in ("mine", mine.stack):
        with refused("ValidationError", 400):
            other.cloudformation.describe_stacks(StackName=name)
        with refused("ValidationError", 400):
            other.cloudformation.update_stack(StackName=name, TemplateBody='{"Resources": {"G": {"Type": "AWS::Logs::LogGroup"}}}')
        other.cloudformation.delete_stack(StackName=name)  # deletes nothing: such a stack is not there
    assert other.cloudformation.describe_stacks()["Stacks"] == []
    assert mine.cloudformation.describe_stacks(StackName="mine")["Stacks"][0]["StackStatus"] in ("CREATE_COMPLETE", "CREATE_IN_PROGRESS")


def test_mail(world):
    _, other = world
    with refused("MessageRejected", 400):
        other.ses.send_email(Source="mine@example.com", Destination={"ToAddresses": ["b@example.com"]},
                             Message={"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}})
    assert other.ses.list_identities()["Identities"] == []


def test_rules_and_apis(world):
    mine, other = world
    with refused("ResourceNotFoundException", 400):
        other.events.describe_rule(Name="mine")
    with refused("NotFoundException", 404):
        other.apigateway.get_rest_api(restApiId=mine.api)
    with refused("NotFoundException", 404):
        other.apigateway.delete_rest_api(restApiId=mine.api)
    with refused("NotFoundException", 404):
        other.apigateway.get_api_key(apiKey=mine.key, includeValue=True)
    assert other.apigateway.get_rest_apis()["items"] == []
    assert other.apigateway.get_api_keys(includeValues=True)["items"] == []


def test_targets_in_another_account(world):
    """A rule or schedule must not make another account's function run."""
    mine, other = world
    arn = f"arn:aws:lambda:{REGION}:{mine.number}:function:mine"
    other.events.put_rule(Name="thief", ScheduleExpression="rate(1 minute)")
    try:
        failed = other.events.put_targets(Rule="thief", Targets=[{"Id": "1", "Arn": arn}])
        # Accepted as on AWS: the function's own policy decides at delivery, and it allows nobody.
        assert failed["FailedEntryCount"] in (0, 1)
    except other.events.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] in ("AccessDeniedException", "ValidationException")
    with pytest.raises(mine.functions.exceptions.ResourceNotFoundException):
        mine.functions.get_policy(FunctionName="mine")
