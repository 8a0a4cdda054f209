"""IAM and STS as boto3 uses them."""

import json
import re

import pytest

from support.aws import fresh, make_role, refused, trust


@pytest.fixture(scope="module")
def iam(hearth):
    return hearth.client("iam")


@pytest.fixture(scope="module")
def sts(hearth):
    return hearth.client("sts")


ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]})


def test_roles_with_inline_and_attached_policies(iam):
    name, policy = fresh("role"), fresh("policy")
    made = iam.create_role(RoleName=name, Path="/app/", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"), Description="d",
                           Tags=[{"Key": "a", "Value": "1"}])["Role"]
    assert made["Arn"] == f"arn:aws:iam::000000000001:role/app/{name}"
    assert re.fullmatch("AROA[A-Z0-9]{17}", made["RoleId"])
    assert made["AssumeRolePolicyDocument"] == json.loads(trust("lambda.amazonaws.com"))
    iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=ALLOW)
    assert iam.get_role_policy(RoleName=name, PolicyName="inline")["PolicyDocument"] == json.loads(ALLOW)
    arn = iam.create_policy(PolicyName=policy, PolicyDocument=ALLOW)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
    attached = sorted(entry["PolicyName"] for entry in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"])
    assert attached == ["AWSLambdaBasicExecutionRole", policy]
    with refused("DeleteConflict", 409):
        iam.delete_policy(PolicyArn=arn)
    with refused("DeleteConflict", 409):
        iam.delete_role(RoleName=name)
    iam.delete_role_policy(RoleName=name, PolicyName="inline")
    for each in (arn, "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"):
        iam.detach_role_policy(RoleName=name, PolicyArn=each)
    iam.delete_role(RoleName=name)
    iam.delete_policy(PolicyArn=arn)
    with refused("NoSuchEntity", 404, f"The role with name {name} cannot be found."):
        iam.get_role(RoleName=name)


def test_what_iam_refuses(iam):
    with refused("MalformedPolicyDocument", 400):
        iam.create_role(RoleName=fresh("role"), AssumeRolePolicyDocument="{not json")
    name = fresh("role")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
    with refused("EntityAlreadyExists", 409, f"Role with name {name} already exists."):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
    with refused("MalformedPolicyDocument", 400):
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument='{"Statement": "nothing"}')
    with refused("NoSuchEntity", 404):
        iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::000000000001:policy/none")


def test_users_groups_and_keys(hearth, iam):
    user, group = fresh("user"), fresh("group")
    assert iam.create_user(UserName=user)["User"]["Arn"] == f"arn:aws:iam::000000000001:user/{user}"
    iam.create_group(GroupName=group)
    iam.add_user_to_group(UserName=user, GroupName=group)
    assert [entry["UserName"] for entry in iam.get_group(GroupName=group)["Users"]] == [user]
    key = iam.create_access_key(UserName=user)["AccessKey"]
    assert re.fullmatch("AKIA[A-Z0-9]{16}", key["AccessKeyId"]) and len(key["SecretAccessKey"]) == 40
    caller = hearth.client("sts", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    assert caller.get_caller_identity()["Arn"] == f"arn:aws:iam::000000000001:user/{user}"
    assert "SecretAccessKey" not in iam.list_access_keys(UserName=user)["AccessKeyMetadata"][0]
    iam.update_access_key(UserName=user, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    with refused("InvalidClientTokenId", 403):
        caller.get_caller_identity()
    iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
    iam.remove_user_from_group(UserName=user, GroupName=group)
    iam.delete_group(GroupName=group)
    iam.delete_user(UserName=user)
    with refused("NoSuchEntity", 404):
        iam.get_user(UserName=user)


def test_lists_come_in_pages(iam):
    names = sorted(fresh("paged") for _ in range(5))
    for name in names:
        iam.create_user(UserName=name, Path="/paged/")
    pages = list(iam.get_paginator("list_users").paginate(PathPrefix="/paged/", PaginationConfig={"PageSize": 2}))
    assert [len(page["Users"]) for page in pages] == [2, 2, 1]
    assert sorted(user["UserName"] for page in pages for user in page["Users"]) == names


def test_a_role_is_assumed_by_those_that_it_trusts(hearth, iam, sts):
    name = fresh("role")
    document = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:root"}, "Action": "sts:AssumeRole"}]})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    session = sts.assume_role(RoleArn=arn, RoleSessionName="me", DurationSeconds=900)
    assert session["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::000000000001:assumed-role/{name}/me"
    keys = session["Credentials"]
    mine = hearth.client("sts", key=keys["AccessKeyId"], secret=keys["SecretAccessKey"], token=keys["SessionToken"])
    assert mine.get_caller_identity()["Arn"] == session["AssumedRoleUser"]["Arn"]
    with refused("InvalidClientTokenId", 403):
        hearth.client("sts", key=keys["AccessKeyId"], secret=keys["SecretAccessKey"]).get_caller_identity()
    with refused("AccessDenied", 403):
        sts.assume_role(RoleArn=make_role(hearth, "lambda.amazonaws.com"), RoleSessionName="me")
    with refused("ValidationError", 400):
        sts.assume_role(RoleArn=arn, RoleSessionName="me", DurationSeconds=60)


def test_what_is_not_implemented_says_so_in_the_callers_protocol(hearth, iam):
    with refused("NotImplemented", 501, "iam:CreateSAMLProvider"):
        iam.create_saml_provider(SAMLMetadataDocument="x" * 1000, Name="x")
    with refused("NotImplemented", 501, "lambda:ListLayers"):
        hearth.client("lambda").list_layers()
    with refused("NotImplemented", 501, "logs:StartQuery"):
        hearth.client("logs").start_query(logGroupName="g", startTime=0, endTime=1, queryString="fields @message")
    with refused("NotImplemented", 501, "s3:PutBucketWebsite"):
        hearth.client("s3").put_bucket_website(Bucket="bbb", WebsiteConfiguration={"IndexDocument": {"Suffix": "i"}})


def test_what_a_session_cannot_carry_is_refused_by_name(hearth, iam, sts):
    trusting = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "000000000001"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}
    role = iam.create_role(RoleName=fresh("plain"), AssumeRolePolicyDocument=json.dumps(trusting))["Role"]["Arn"]
    for more, word in (({"Tags": [{"Key": "team", "Value": "a"}]}, "tags"), ({"Policy": "{}"}, "policies"), ({"SerialNumber": "arn:aws:iam::1:mfa/a", "TokenCode": "123456"}, "Multi-factor")):
        with refused("ValidationError", words=word):
            sts.assume_role(RoleArn=role, RoleSessionName="s", **more)
