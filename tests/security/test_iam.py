"""Policies decide: what nothing allows is refused, what is denied stays denied, and the refusal says why."""

import datetime
import json

import pytest
from botocore.exceptions import ClientError

from support.aws import fresh, make_bucket, refused, trust
from support.packages import package
from support.principals import Session, User, allow, deny, policy
from support.wait import until

ACCOUNT = "000000000001"


def soon():
    """Three seconds from now, as a schedule says it."""
    return f"at({datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3):%Y-%m-%dT%H:%M:%S})"


TEXT = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}


@pytest.fixture(scope="module")
def bucket(hearth):
    name = make_bucket(hearth)
    s3 = hearth.client("s3")
    for key in ("in/a", "in/b", "out/a", "keys/answer"):
        s3.put_object(Bucket=name, Key=key, Body=key.encode())
    return name


@pytest.fixture(scope="module")
def function(hearth):
    name = fresh("function")
    role = Session(hearth).role
    client = hearth.client("lambda")
    client.create_function(FunctionName=name, Runtime="python3.11", Handler="index.handler", Role=role,
                           Code={"ZipFile": package(index__py="def handler(event, context): return 1")})
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="$LATEST")
    return name


def test_a_user_without_policies_may_nothing_but_ask_who_it_is(hearth, bucket):
    user = User(hearth)
    assert user.client("sts").get_caller_identity()["Arn"] == user.arn
    calls = {"s3": lambda c: c.list_buckets(), "lambda": lambda c: c.list_functions(), "logs": lambda c: c.describe_log_groups(),
             "iam": lambda c: c.list_users(), "ses": lambda c: c.list_identities(), "events": lambda c: c.list_rules(),
             "scheduler": lambda c: c.list_schedules(), "cloudformation": lambda c: c.list_stacks(), "apigateway": lambda c: c.get_rest_apis()}
    codes = {"s3": ("AccessDenied", 403), "iam": ("AccessDenied", 403), "ses": ("AccessDenied", 403), "cloudformation": ("AccessDenied", 403),
             "lambda": ("AccessDeniedException", 403), "apigateway": ("AccessDeniedException", 403), "scheduler": ("AccessDeniedException", 403),
             "logs": ("AccessDeniedException", 400), "events": ("AccessDeniedException", 400)}
    for service, call in calls.items():
        with refused(*codes[service], "no identity-based policy allows the") as refusal:
            call(user.client(service))
        assert refusal.message.startswith(f"User: {user.arn} is not authorized to perform: {service}:"), refusal.message


def test_the_words_of_a_refusal(hearth, bucket):
    session = Session(hearth, allow("s3:ListBucket"))
    with refused("AccessDenied", 403) as refusal:
        session.client("s3").get_object(Bucket=bucket, Key="in/a")
    assert refusal.message == (f'User: {session.arn} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::{bucket}/in/a" '
                               "because no identity-based policy allows the s3:GetObject action")
    session.may(allow("s3:*"), deny("s3:GetObject"))
    with refused("AccessDenied", 403) as refusal:
        session.client("s3").get_object(Bucket=bucket, Key="in/a")
    assert refusal.message.endswith("with an explicit deny in an identity-based policy")


def test_objects_by_their_names(hearth, bucket):
    s3 = User(hearth, allow("s3:GetObject", f"arn:aws:s3:::{bucket}/in/*"), allow("s3:PutObject", f"arn:aws:s3:::{bucket}/out/*")).client("s3")
    assert s3.get_object(Bucket=bucket, Key="in/a")["Body"].read() == b"in/a"
    assert s3.head_object(Bucket=bucket, Key="in/a")["ContentLength"] == 4
    s3.put_object(Bucket=bucket, Key="out/new", Body=b"x")
    for call in (lambda: s3.get_object(Bucket=bucket, Key="out/a"), lambda: s3.put_object(Bucket=bucket, Key="in/a", Body=b"x"),
                 lambda: s3.delete_object(Bucket=bucket, Key="in/a"), lambda: s3.list_objects_v2(Bucket=bucket),
                 lambda: s3.put_object(Bucket=bucket, Key="out/new", Body=b"x", ACL="private"),
                 lambda: s3.put_object_tagging(Bucket=bucket, Key="out/a", Tagging={"TagSet": []}), lambda: s3.delete_bucket(Bucket=bucket)):
        with refused("AccessDenied", 403):
            call()
    with refused("403", 403):
        s3.head_object(Bucket=bucket, Key="out/a")
    with refused("NoSuchBucket", 404):
        s3.get_object(Bucket="no-such-bucket-here", Key="x")


def test_a_missing_object_is_a_secret_of_the_bucket(hearth, bucket):
    user = User(hearth, allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    s3 = user.client("s3")
    with refused("AccessDenied", 403, "s3:ListBucket"):
        s3.get_object(Bucket=bucket, Key="in/none")
    with refused("403", 403):
        s3.head_object(Bucket=bucket, Key="in/none")
    user.may(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"), allow("s3:ListBucket", f"arn:aws:s3:::{bucket}"))
    with refused("NoSuchKey", 404):
        s3.get_object(Bucket=bucket, Key="in/none")


def test_listing_by_prefix(hearth, bucket):
    s3 = User(hearth, allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Condition={"StringLike": {"s3:prefix": "in/*"}})).client("s3")
    assert s3.list_objects_v2(Bucket=bucket, Prefix="in/")["KeyCount"] == 2
    for prefix in ({"Prefix": "out/"}, {"Prefix": ""}, {}):
        with refused("AccessDenied", 403):
            s3.list_objects_v2(Bucket=bucket, **prefix)


def test_copies_need_both_ends(hearth, bucket):
    write = allow("s3:PutObject", f"arn:aws:s3:::{bucket}/copies/*")
    user = User(hearth, write)
    copy = dict(Bucket=bucket, Key="copies/a", CopySource={"Bucket": bucket, "Key": "in/a"})
    with refused("AccessDenied", 403, "s3:GetObject"):
        user.client("s3").copy_object(**copy)
    user.may(write, allow("s3:GetObject", f"arn:aws:s3:::{bucket}/in/*"))
    user.client("s3").copy_object(**copy)
    with refused("AccessDenied", 403, "s3:PutObject"):
        user.client("s3").copy_object(**(copy | {"Key": "elsewhere"}))


def test_of_many_deletions_those_that_are_allowed_happen(hearth, bucket):
    root, user = hearth.client("s3"), User(hearth, allow("s3:DeleteObject", f"arn:aws:s3:::{bucket}/bin/*"))
    for key in ("bin/a", "kept/a"):
        root.put_object(Bucket=bucket, Key=key, Body=b"x")
    done = user.client("s3").delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "bin/a"}, {"Key": "kept/a"}]})
    assert [entry["Key"] for entry in done["Deleted"]] == ["bin/a"]
    assert [(entry["Key"], entry["Code"]) for entry in done["Errors"]] == [("kept/a", "AccessDenied")]
    assert root.head_object(Bucket=bucket, Key="kept/a")


def test_versions_are_another_right(hearth):
    bucket, root = make_bucket(hearth), hearth.client("s3")
    root.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = root.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    s3 = User(hearth, allow(["s3:GetObject", "s3:DeleteObject"])).client("s3")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"
    with refused("AccessDenied", 403, "s3:GetObjectVersion"):
        s3.get_object(Bucket=bucket, Key="k", VersionId=version)
    with refused("AccessDenied", 403, "s3:DeleteObjectVersion"):
        s3.delete_object(Bucket=bucket, Key="k", VersionId=version)


def test_policies_of_users_groups_and_attachments_add_up_at_once(hearth, bucket):
    iam, user, group = hearth.client("iam"), User(hearth), fresh("group")
    s3 = user.client("s3")
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    with refused("AccessDenied", 403):
        s3.get_object(Bucket=bucket, Key="in/a")
    iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=policy(allow("s3:GetObject")))
    assert s3.get_object(Bucket=bucket, Key="in/a")
    iam.remove_user_from_group(GroupName=group, UserName=user.name)
    with refused("AccessDenied", 403):
        s3.get_object(Bucket=bucket, Key="in/a")
    arn = iam.create_policy(PolicyName=fresh("policy"), PolicyDocument=policy(allow("s3:GetObject")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    assert s3.get_object(Bucket=bucket, Key="in/a")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("s3:ListBucket")), SetAsDefault=True)
    with refused("AccessDenied", 403):
        s3.get_object(Bucket=bucket, Key="in/a")
    iam.detach_user_policy(UserName=user.name, PolicyArn=arn)
    iam.attach_user_policy(UserName=user.name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    assert s3.get_object(Bucket=bucket, Key="in/a")


def test_a_boundary_limits(hearth, bucket):
    iam, user = hearth.client("iam"), User(hearth, allow("s3:*"))
    arn = iam.create_policy(PolicyName=fresh("boundary"), PolicyDocument=policy(allow("s3:GetObject")))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=arn)
    assert user.client("s3").get_object(Bucket=bucket, Key="in/a")
    with refused("AccessDenied", 403, "because no permissions boundary allows the s3:ListBucket action"):
        user.client("s3").list_objects_v2(Bucket=bucket)


def test_variables(hearth, bucket):
    user = User(hearth, allow("s3:PutObject", f"arn:aws:s3:::{bucket}/home/${{aws:username}}/*"))
    user.client("s3").put_object(Bucket=bucket, Key=f"home/{user.name}/x", Body=b"x")
    with refused("AccessDenied", 403):
        user.client("s3").put_object(Bucket=bucket, Key="home/other/x", Body=b"x")


def test_sessions_lose_what_their_role_loses(hearth, bucket):
    session = Session(hearth, allow("s3:GetObject"))
    s3 = session.client("s3")
    assert s3.get_object(Bucket=bucket, Key="in/a")
    session.iam.delete_role_policy(RoleName=session.name, PolicyName="own")
    with refused("AccessDenied", 403):
        s3.get_object(Bucket=bucket, Key="in/a")
    session.iam.delete_role(RoleName=session.name)
    with refused("AccessDenied", 403):
        s3.get_object(Bucket=bucket, Key="in/a")


# --- policies of buckets


def test_a_bucket_that_wants_tls_refuses_even_root(hearth):
    bucket, root = make_bucket(hearth), hearth.client("s3")
    root.put_bucket_policy(Bucket=bucket, Policy=policy(
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}}))
    for call in (lambda: root.put_object(Bucket=bucket, Key="k", Body=b"x"), lambda: root.list_objects_v2(Bucket=bucket), lambda: root.delete_bucket(Bucket=bucket)):
        with refused("AccessDenied", 403, "with an explicit deny in a resource-based policy"):
            call()
    root.list_buckets()
    # What would shut it out for good is not denied to root.
    assert "SecureTransport" in root.get_bucket_policy(Bucket=bucket)["Policy"]
    root.delete_bucket_policy(Bucket=bucket)
    root.put_object(Bucket=bucket, Key="k", Body=b"x")


def test_a_bucket_lets_in_whom_it_names(hearth):
    bucket, root = make_bucket(hearth), hearth.client("s3")
    root.put_object(Bucket=bucket, Key="k", Body=b"x")
    user, session = User(hearth), Session(hearth)
    for principal, client in ((user.arn, user.client("s3")), (session.role, session.client("s3")), (session.arn, session.client("s3"))):
        with refused("AccessDenied", 403):
            client.get_object(Bucket=bucket, Key="k")
        root.put_bucket_policy(Bucket=bucket, Policy=policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": principal})))
        assert client.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
        root.delete_bucket_policy(Bucket=bucket)
        with refused("AccessDenied", 403):
            client.get_object(Bucket=bucket, Key="k")
    root.put_bucket_policy(Bucket=bucket, Policy=policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": ACCOUNT})))
    with refused("AccessDenied", 403):
        user.client("s3").get_object(Bucket=bucket, Key="k")
    user.may(deny("s3:GetObject"))
    root.put_bucket_policy(Bucket=bucket, Policy=policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": user.arn})))
    with refused("AccessDenied", 403, "with an explicit deny in an identity-based policy"):
        user.client("s3").get_object(Bucket=bucket, Key="k")


@pytest.mark.parametrize("statement,words", (
    (allow("s3:GetObject", "arn:aws:s3:::another/*", Principal="*"), "Policy has invalid resource"),
    (allow("lambda:InvokeFunction", "arn:aws:s3:::{bucket}/*", Principal="*"), "Policy has invalid action"),
    (allow("s3:GetObject", "arn:aws:s3:::{bucket}/*", Principal={"AWS": "ann"}), "Invalid principal in policy"),
    (allow("s3:GetObject", "arn:aws:s3:::{bucket}/*"), "Missing required field Principal"),
    (allow("s3:GetObject", "arn:aws:s3:::{bucket}/*", Principal="*", Condition={"StringMatches": {"a": "b"}}), "StringMatches"),
))
def test_what_is_no_policy_of_a_bucket(hearth, bucket, statement, words):
    with refused("MalformedPolicy", 400, words):
        hearth.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy(json.loads(json.dumps(statement).replace("{bucket}", bucket))))


def test_what_is_public_is_told_and_can_be_prevented(hearth):
    bucket, s3 = make_bucket(hearth), hearth.client("s3")
    public = policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal="*"))
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": ACCOUNT})))
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is False
    s3.put_bucket_policy(Bucket=bucket, Policy=public)
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    with refused("AccessDenied", 403, "BlockPublicPolicy"):
        s3.put_bucket_policy(Bucket=bucket, Policy=public)


def test_between_accounts_both_sides_must_allow(make_hearth):
    server = make_hearth("--account", "000000000002:OTHERSKEY:others-secret").start()
    mine, theirs = server.client("s3"), server.client("s3", key="OTHERSKEY", secret="others-secret")
    mine.create_bucket(Bucket="shared", CreateBucketConfiguration={"LocationConstraint": server.region})
    mine.put_object(Bucket="shared", Key="k", Body=b"mine")
    with refused("AccessDenied", 403) as refusal:
        theirs.get_object(Bucket="shared", Key="k")
    assert refusal.message == "Access Denied"
    both = ["arn:aws:s3:::shared", "arn:aws:s3:::shared/*"]
    mine.put_bucket_policy(Bucket="shared", Policy=policy(allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], both, Principal={"AWS": "000000000002"})))
    assert theirs.get_object(Bucket="shared", Key="k")["Body"].read() == b"mine"
    theirs.put_object(Bucket="shared", Key="theirs", Body=b"theirs")
    assert mine.get_object(Bucket="shared", Key="theirs")["Body"].read() == b"theirs"
    theirs.delete_objects(Bucket="shared", Delete={"Objects": [{"Key": "theirs"}]})
    with refused("AccessDenied", 403):
        theirs.list_objects_v2(Bucket="shared")
    # Nobody of the other account without a policy of its own.
    iam = server.client("iam", key="OTHERSKEY", secret="others-secret")
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    ann = server.client("s3", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    with refused("AccessDenied", 403):
        ann.get_object(Bucket="shared", Key="k")
    iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=policy(allow("s3:GetObject", "arn:aws:s3:::shared/*")))
    assert ann.get_object(Bucket="shared", Key="k")["Body"].read() == b"mine"
    mine.put_public_access_block(Bucket="shared", PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    assert theirs.get_object(Bucket="shared", Key="k")["Body"].read() == b"mine"
    mine.put_bucket_policy(Bucket="shared", Policy=policy(allow("s3:GetObject", both, Principal="*")))
    with refused("AccessDenied", 403):
        theirs.get_object(Bucket="shared", Key="k")
    assert mine.get_object(Bucket="shared", Key="k")["Body"].read() == b"mine"


# --- other services


def test_functions_by_their_arns(hearth, function):
    arn = f"arn:aws:lambda:{hearth.region}:{ACCOUNT}:function:{function}"
    user = User(hearth, allow("lambda:InvokeFunction", arn))
    client = user.client("lambda")
    assert client.invoke(FunctionName=function)["StatusCode"] == 200
    assert client.invoke(FunctionName=arn)["StatusCode"] == 200
    with refused("AccessDeniedException", 403, f"lambda:InvokeFunction on resource: {arn}:live because"):
        client.invoke(FunctionName=function, Qualifier="live")
    with refused("AccessDeniedException", 403, "lambda:GetFunction"):
        client.get_function(FunctionName=function)
    user.may(allow("lambda:InvokeFunction", f"{arn}:*"))
    assert client.invoke(FunctionName=function, Qualifier="live")["StatusCode"] == 200
    with refused("AccessDeniedException", 403):
        client.invoke(FunctionName=function)


def test_who_makes_a_function_must_be_allowed_to_hand_on_its_role(hearth):
    role, user, code = Session(hearth).role, User(hearth, allow("lambda:CreateFunction")), {"ZipFile": package(index__py="x = 1")}
    wanted = dict(FunctionName=fresh("made"), Runtime="python3.11", Handler="index.handler", Role=role, Code=code)
    with refused("AccessDeniedException", 403, f"iam:PassRole on resource: {role}"):
        user.client("lambda").create_function(**wanted)
    user.may(allow("lambda:CreateFunction"), allow("iam:PassRole", role, Condition={"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}))
    with refused("AccessDeniedException", 403, "iam:PassRole"):
        user.client("lambda").create_function(**wanted)
    user.may(allow("lambda:CreateFunction"), allow("iam:PassRole", role, Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}))
    user.client("lambda").create_function(**wanted)


def test_a_function_may_what_its_role_may(hearth, bucket):
    session = Session(hearth, allow("s3:GetObject", f"arn:aws:s3:::{bucket}/in/*"), deny("s3:*", f"arn:aws:s3:::{bucket}/keys/*"))
    code = """
import os
import boto3
from botocore.exceptions import ClientError
s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
def handler(event, context):
    try:
        return s3.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read().decode()
    except ClientError as error:
        return error.response["Error"]["Code"] + ": " + error.response["Error"]["Message"]
"""
    client, name = hearth.client("lambda"), fresh("reader")
    client.create_function(FunctionName=name, Runtime="python3.11", Handler="index.handler", Role=session.role, Timeout=60, Code={"ZipFile": package(index__py=code)})

    def read(key):
        return json.load(client.invoke(FunctionName=name, Payload=json.dumps({"bucket": bucket, "key": key}))["Payload"])

    assert read("in/a") == "in/a"
    assert read("out/a") == (f'AccessDenied: User: arn:aws:sts::{ACCOUNT}:assumed-role/{session.name}/{name} is not authorized to perform: s3:GetObject on '
                             f'resource: "arn:aws:s3:::{bucket}/out/a" because no identity-based policy allows the s3:GetObject action')
    session.may(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"), deny("s3:*", f"arn:aws:s3:::{bucket}/keys/*"))
    assert read("out/a") == "out/a"
    assert "with an explicit deny in an identity-based policy" in read("keys/answer")


def test_mail_by_its_sender(hearth):
    root, sender = hearth.client("ses"), f"{fresh('ann')}@mail.example.com"
    root.verify_email_identity(EmailAddress=sender)
    identity = f"arn:aws:ses:{hearth.region}:{ACCOUNT}:identity/{sender}"
    user = User(hearth)
    mail = dict(Source=f"Ann <{sender}>", Destination={"ToAddresses": ["bob@example.com"]}, Message=TEXT)
    with refused("AccessDenied", 403) as refusal:
        user.client("ses").send_email(**mail)
    assert refusal.message == f"User `{user.arn}' is not authorized to perform `ses:SendEmail' on resource `{identity}'"
    user.may(allow("ses:SendEmail", identity, Condition={"StringEquals": {"ses:FromAddress": sender}, "ForAllValues:StringLike": {"ses:Recipients": "*@example.com"}}))
    user.client("ses").send_email(**mail)
    with refused("AccessDenied", 403):
        user.client("ses").send_email(**(mail | {"Destination": {"ToAddresses": ["eve@example.org"]}}))
    raw = {"Data": f"From: {sender}\r\nTo: bob@example.com\r\nSubject: s\r\n\r\nt\r\n"}
    with refused("AccessDenied", 403, "ses:SendRawEmail"):
        user.client("ses").send_raw_email(RawMessage=raw)
    user.may(allow(["ses:SendEmail", "ses:SendRawEmail"], f"arn:aws:ses:*:{ACCOUNT}:identity/*"))
    user.client("ses").send_raw_email(RawMessage=raw)


def test_a_domain_that_is_verified_is_what_sends(hearth):
    domain = f"{fresh('post')}.example.com"
    hearth.client("ses").verify_domain_identity(Domain=domain)
    user = User(hearth, allow("ses:SendEmail", f"arn:aws:ses:{hearth.region}:{ACCOUNT}:identity/{domain}"))
    user.client("ses").send_email(Source=f"anybody@{domain}", Destination={"ToAddresses": ["bob@example.com"]}, Message=TEXT)
    with refused("AccessDenied", 403):
        user.client("ses").send_email(Source="anybody@elsewhere.example.com", Destination={"ToAddresses": ["bob@example.com"]}, Message=TEXT)


def test_logs_by_their_group(hearth):
    group = f"/{fresh('group')}"
    hearth.client("logs").create_log_group(logGroupName=group)
    arn = hearth.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["arn"]
    logs = User(hearth, allow(["logs:CreateLogStream", "logs:PutLogEvents"], arn)).client("logs")
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[{"timestamp": 1, "message": "m"}])
    for call in (lambda: logs.create_log_stream(logGroupName="/other", logStreamName="s"), lambda: logs.create_log_group(logGroupName="/other"),
                 lambda: logs.filter_log_events(logGroupName=group)):
        with refused("AccessDeniedException", 400):
            call()


def test_apis_by_their_paths(hearth):
    root = hearth.client("apigateway")
    api = root.create_rest_api(name=fresh("api"))["id"]
    client = User(hearth, allow("apigateway:GET", f"arn:aws:apigateway:{hearth.region}::/restapis/{api}/*")).client("apigateway")
    assert client.get_resources(restApiId=api)["items"]
    for call in (lambda: client.get_rest_api(restApiId=api), lambda: client.get_rest_apis(), lambda: client.create_model(restApiId=api, name="M", contentType="application/json")):
        with refused("AccessDeniedException", 403, "apigateway:"):
            call()


def test_rules_and_schedules_hand_on_roles(hearth, function):
    role = Session(hearth, services=("scheduler.amazonaws.com",)).role
    user = User(hearth, allow("scheduler:*", f"arn:aws:scheduler:*:{ACCOUNT}:schedule/default/mine-*"))
    arn = f"arn:aws:lambda:{hearth.region}:{ACCOUNT}:function:{function}"
    wanted = dict(ScheduleExpression="rate(1 day)", FlexibleTimeWindow={"Mode": "OFF"}, Target={"Arn": arn, "RoleArn": role})
    with refused("AccessDeniedException", 403, "schedule/default/other"):
        user.client("scheduler").create_schedule(Name="other", **wanted)
    with refused("AccessDeniedException", 403, "iam:PassRole"):
        user.client("scheduler").create_schedule(Name="mine-1", **wanted)
    user.may(allow("scheduler:*", f"arn:aws:scheduler:*:{ACCOUNT}:schedule/default/mine-*"), allow("iam:PassRole", role))
    user.client("scheduler").create_schedule(Name="mine-1", **wanted)
    user.client("scheduler").delete_schedule(Name="mine-1")
    with refused("AccessDeniedException", 400, "events:PutRule"):
        user.client("events").put_rule(Name=fresh("rule"), ScheduleExpression="rate(1 day)")


def test_nobody_gives_themselves_rights(hearth):
    user = User(hearth, allow("s3:*"))
    iam = user.client("iam")
    for call in (lambda: iam.put_user_policy(UserName=user.name, PolicyName="more", PolicyDocument=policy(allow("*"))),
                 lambda: iam.attach_user_policy(UserName=user.name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"),
                 lambda: iam.create_access_key(UserName=user.name), lambda: iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust("lambda.amazonaws.com")),
                 lambda: iam.get_user()):
        with refused("AccessDenied", 403, "iam:"):
            call()
    user.may(allow("iam:*AccessKey*", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"))
    assert iam.list_access_keys()["AccessKeyMetadata"][0]["UserName"] == user.name
    with refused("AccessDenied", 403, "iam:CreateAccessKey"):
        iam.create_access_key(UserName=User(hearth).name)


# --- roles


def test_taking_a_role_needs_its_trust_and_often_a_policy(hearth):
    iam, user, role = hearth.client("iam"), User(hearth), fresh("role")

    def trusting(principal, **more):
        return policy({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **more})

    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=trusting(ACCOUNT))["Role"]["Arn"]
    take = dict(RoleArn=arn, RoleSessionName="me")
    with refused("AccessDenied", 403, f"User: {user.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}"):
        user.client("sts").assume_role(**take)
    user.may(allow("sts:AssumeRole", arn))
    user.client("sts").assume_role(**take)
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=trusting(User(hearth).arn))
    with refused("AccessDenied", 403):
        user.client("sts").assume_role(**take)
    with refused("AccessDenied", 403):
        hearth.client("sts").assume_role(**take)
    iam.delete_user_policy(UserName=user.name, PolicyName="own")
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=trusting(user.arn, Condition={"StringEquals": {"sts:ExternalId": "secret"}}))
    with refused("AccessDenied", 403):
        user.client("sts").assume_role(**take)
    user.client("sts").assume_role(**take, ExternalId="secret")
    user.may(deny("sts:AssumeRole"))
    with refused("AccessDenied", 403):
        user.client("sts").assume_role(**take, ExternalId="secret")


def test_a_schedule_delivers_what_its_role_may_invoke(hearth):
    client, name = hearth.client("lambda"), fresh("scheduled")
    arn = client.create_function(FunctionName=name, Runtime="python3.11", Handler="index.handler", Role=Session(hearth).role,
                                 Code={"ZipFile": package(index__py="def handler(event, context): print('ran', event['n'])")})["FunctionArn"]
    barred, able = (Session(hearth, *may, services=("scheduler.amazonaws.com",)).role for may in ((), (allow("lambda:InvokeFunction", arn),)))
    for n, role in (("barred", barred), ("able", able)):
        hearth.client("scheduler").create_schedule(Name=fresh(n), ScheduleExpression=soon(), FlexibleTimeWindow={"Mode": "OFF"},
                                                   Target={"Arn": arn, "RoleArn": role, "Input": json.dumps({"n": n})})

    def lines():
        try:
            return [event["message"] for event in hearth.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]]
        except ClientError:
            return []

    until(lambda: any("ran able" in line for line in lines()), "the schedule whose role may invoke")
    until(lambda: any(f"not authorized to perform: lambda:InvokeFunction on resource: {arn}" in line for line in hearth.log), "the line that says what was dropped")
    assert not any("ran barred" in line for line in lines())


# --- stacks act in the rights of who orders them, or of their role


GROUP = {"Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 1}}}}
ADMIN = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {
    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]},
    "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}}}}


def made(hearth, user, template, **more):
    """The status that the stack ends in, and the reasons of what failed."""
    name, mine = fresh("stack"), user.client("cloudformation")
    mine.create_stack(StackName=name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"], **more)
    root = hearth.client("cloudformation")
    stack = until(lambda: next((s for s in root.describe_stacks(StackName=name)["Stacks"] if not s["StackStatus"].endswith("_PROGRESS")), None), "the stack")
    events = root.describe_stack_events(StackName=name)["StackEvents"]
    return name, stack["StackStatus"], " ".join(event.get("ResourceStatusReason", "") for event in events if event["ResourceStatus"].endswith("FAILED"))


def test_a_stack_is_no_way_round(hearth):
    user = User(hearth, allow(["cloudformation:*", "iam:CreateRole", "iam:DeleteRole", "logs:*"]))
    _, status, reasons = made(hearth, user, ADMIN)
    assert status == "ROLLBACK_COMPLETE"
    assert f"User: {user.arn} is not authorized to perform: iam:AttachRolePolicy" in reasons
    name, status, _ = made(hearth, user, GROUP)
    assert status == "CREATE_COMPLETE"
    user.may(allow(["cloudformation:*"]))
    user.client("cloudformation").delete_stack(StackName=name)
    root = hearth.client("cloudformation")
    until(lambda: root.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "DELETE_FAILED", "the deletion that is refused")
    root.delete_stack(StackName=name)


def test_a_stack_with_a_role_acts_as_it(hearth):
    user = User(hearth, allow("cloudformation:*"))
    able = Session(hearth, allow("logs:*"), services=("cloudformation.amazonaws.com",)).role
    with refused("AccessDenied", 403, f"iam:PassRole on resource: {able}"):
        made(hearth, user, GROUP, RoleARN=able)
    user.may(allow("cloudformation:*"), allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}))
    assert made(hearth, user, GROUP, RoleARN=able)[1] == "CREATE_COMPLETE"
    barred = Session(hearth, services=("cloudformation.amazonaws.com",))
    _, status, reasons = made(hearth, user, GROUP, RoleARN=barred.role)
    assert status == "ROLLBACK_COMPLETE" and f"assumed-role/{barred.name}/AWSCloudFormation is not authorized to perform: logs:CreateLogGroup" in reasons


def test_a_stacks_role_does_not_give_itself_rights(hearth):
    """The policy that a stack makes is not what lets the stack make it."""
    role = Session(hearth, allow("logs:*"), services=("cloudformation.amazonaws.com",))
    own = {"Resources": {"More": {"Type": "AWS::IAM::Policy", "Properties": {
        "PolicyName": "more", "Roles": [role.name], "PolicyDocument": {"Version": "2012-10-17", "Statement": [allow("*")]}}}}}
    user = User(hearth, allow("cloudformation:*"), allow("iam:PassRole"))
    _, status, reasons = made(hearth, user, own, RoleARN=role.role)
    assert status.startswith("ROLLBACK_") and "is not authorized to perform: iam:PutRolePolicy" in reasons
    assert "more" not in hearth.client("iam").list_role_policies(RoleName=role.name)["PolicyNames"]


def test_a_role_of_another_account_is_handed_to_no_service(make_hearth):
    server = make_hearth("--account", "000000000002:OTHERSKEY:others-secret").start()
    others = {"key": "OTHERSKEY", "secret": "others-secret"}
    role = Session(server, allow("*"), services=("cloudformation.amazonaws.com", "apigateway.amazonaws.com")).role
    stacks = server.client("cloudformation", **others)
    for order in (stacks.create_stack, stacks.update_stack):
        with refused("AccessDenied", 403, "Cross-account pass role is not allowed."):
            order(StackName="theirs", TemplateBody=json.dumps(GROUP), RoleARN=role)
    with refused("AccessDenied", 403, "Cross-account pass role is not allowed."):
        stacks.create_change_set(StackName="theirs", ChangeSetName="set", ChangeSetType="CREATE", TemplateBody=json.dumps(GROUP), RoleARN=role)
    with refused("AccessDenied", 403, "Cross-account pass role is not allowed."):
        stacks.delete_stack(StackName="theirs", RoleARN=role)
    apis = server.client("apigateway", **others)
    api = apis.create_rest_api(name="theirs")["id"]
    root = apis.get_resources(restApiId=api)["items"][0]["id"]
    place = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    apis.put_method(**place, authorizationType="NONE")
    calls = {"type": "AWS", "integrationHttpMethod": "GET", "credentials": role}
    for uri in (f"arn:aws:apigateway:{server.region}:s3:path/b/k", f"arn:aws:apigateway:{server.region}:s3:path/${{stageVariables.b}}/k"):
        with refused("AccessDeniedException", 403, "Cross-account pass role is not allowed."):
            apis.put_integration(**place, uri=uri, **calls)
    apis.put_integration(**place, type="MOCK")
    for path in ("/credentials", "credentials"):
        with refused("AccessDeniedException", 403, "Cross-account pass role is not allowed."):
            apis.update_integration(**place, patchOperations=[{"op": "replace", "path": path, "value": role}])


def test_the_sessions_of_a_role_that_is_gone_are_not_those_of_its_namesake(hearth, bucket):
    session = Session(hearth, allow("s3:GetObject"))
    assert session.client("s3").get_object(Bucket=bucket, Key="in/a")["Body"].read() == b"in/a"
    iam = hearth.client("iam")
    trusted = iam.get_role(RoleName=session.name)["Role"]["AssumeRolePolicyDocument"]
    iam.delete_role_policy(RoleName=session.name, PolicyName="own")
    iam.delete_role(RoleName=session.name)
    iam.create_role(RoleName=session.name, AssumeRolePolicyDocument=json.dumps(trusted))
    session.may(allow("s3:GetObject"))
    with refused("AccessDenied", 403):
        session.client("s3").get_object(Bucket=bucket, Key="in/a")


def test_a_stack_is_denied_by_its_arn_under_every_name(hearth):
    name = fresh("stack")
    root = hearth.client("cloudformation")
    arn = root.create_stack(StackName=name, TemplateBody=json.dumps(GROUP))["StackId"]
    user = User(hearth, allow("cloudformation:*"), deny("cloudformation:*", arn))
    physical = until(lambda: next(iter(root.describe_stack_resources(StackName=name)["StackResources"]), {}).get("PhysicalResourceId"), "the resource")
    for given in ({"StackName": name}, {"StackName": arn}, {"PhysicalResourceId": physical}):
        with refused("AccessDenied", 403, "with an explicit deny"):
            user.client("cloudformation").describe_stack_resources(**given)
    until(lambda: root.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE", "the stack")
    root.delete_stack(StackName=name)


def test_a_template_is_read_in_the_callers_name(hearth, bucket):
    hearth.client("s3").put_object(Bucket=bucket, Key="templates/t.json", Body=json.dumps(GROUP))
    user = User(hearth, allow("cloudformation:*"))
    url = f"https://s3.{hearth.region}.amazonaws.com/{bucket}/templates/t.json"
    with refused("AccessDenied", 403, "s3:GetObject"):
        user.client("cloudformation").validate_template(TemplateURL=url)
    user.may(allow("cloudformation:*"), allow("s3:GetObject", f"arn:aws:s3:::{bucket}/templates/*"))
    user.client("cloudformation").validate_template(TemplateURL=url)
