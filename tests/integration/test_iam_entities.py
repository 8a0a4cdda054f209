"""Users, groups, roles and policies over their life: versions, tags, boundaries, who uses what."""

import json

import pytest

from support.aws import fresh, make_bucket, make_role, refused, trust

ALLOW, DENY = (json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": "s3:*", "Resource": "*"}]}) for effect in ("Allow", "Deny"))
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture(scope="module")
def iam(hearth):
    return hearth.client("iam")


def tags(**pairs):
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def test_a_policy_has_versions(iam):
    policy = iam.create_policy(PolicyName=fresh("policy"), PolicyDocument=ALLOW)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=DENY)
    assert iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"] == "v1"
    iam.set_default_policy_version(PolicyArn=policy, VersionId="v2")
    assert iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"] == "v2"
    assert iam.get_policy_version(PolicyArn=policy, VersionId="v2")["PolicyVersion"]["Document"] == json.loads(DENY)
    with refused("DeleteConflict", 409):
        iam.delete_policy_version(PolicyArn=policy, VersionId="v2")
    iam.delete_policy_version(PolicyArn=policy, VersionId="v1")
    assert [version["VersionId"] for version in iam.list_policy_versions(PolicyArn=policy)["Versions"]] == ["v2"]
    for gone in (iam.set_default_policy_version, iam.delete_policy_version, iam.get_policy_version):
        with refused("NoSuchEntity", 404):
            gone(PolicyArn=policy, VersionId="v1")


def test_a_policy_knows_who_uses_it(iam):
    policy = iam.create_policy(PolicyName=fresh("policy"), PolicyDocument=ALLOW)["Policy"]["Arn"]
    user, group, role = fresh("user"), fresh("group"), make_role_of(iam)
    iam.create_user(UserName=user)
    iam.create_group(GroupName=group)
    iam.attach_user_policy(UserName=user, PolicyArn=policy)
    iam.attach_group_policy(GroupName=group, PolicyArn=policy)
    iam.attach_role_policy(RoleName=role, PolicyArn=policy)
    used = iam.list_entities_for_policy(PolicyArn=policy)
    assert [entry["UserName"] for entry in used["PolicyUsers"]] == [user]
    assert [entry["GroupName"] for entry in used["PolicyGroups"]] == [group]
    assert [entry["RoleName"] for entry in used["PolicyRoles"]] == [role]
    assert iam.list_attached_group_policies(GroupName=group)["AttachedPolicies"][0]["PolicyArn"] == policy
    iam.detach_group_policy(GroupName=group, PolicyArn=policy)
    with refused("NoSuchEntity", 404):
        iam.detach_group_policy(GroupName=group, PolicyArn=policy)
    with refused("NoSuchEntity", 404):
        iam.list_entities_for_policy(PolicyArn=policy + "-missing")
    assert iam.list_entities_for_policy(PolicyArn=policy, EntityFilter="Group")["PolicyGroups"] == []


def make_role_of(iam):
    name = fresh("role")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
    return name


def test_tags_are_put_over_one_another_and_taken_away(iam):
    user, role = fresh("user"), make_role_of(iam)
    iam.create_user(UserName=user)
    policy = iam.create_policy(PolicyName=fresh("policy"), PolicyDocument=ALLOW)["Policy"]["Arn"]
    for tag, untag, listed, name in ((iam.tag_user, iam.untag_user, iam.list_user_tags, {"UserName": user}),
                                     (iam.tag_role, iam.untag_role, iam.list_role_tags, {"RoleName": role}),
                                     (iam.tag_policy, iam.untag_policy, iam.list_policy_tags, {"PolicyArn": policy})):
        tag(**name, Tags=tags(a="1", b="2"))
        tag(**name, Tags=tags(b="3"))
        assert listed(**name)["Tags"] == tags(a="1", b="3")
        untag(**name, TagKeys=["a", "unknown"])
        assert listed(**name)["Tags"] == tags(b="3")
        missing = {key: value + "-missing" for key, value in name.items()}
        with refused("NoSuchEntity", 404):
            tag(**missing, Tags=tags(a="1"))
        with refused("NoSuchEntity", 404):
            untag(**missing, TagKeys=["a"])


def test_a_boundary_holds_until_it_is_taken_away(hearth, iam):
    user, role = fresh("user"), make_role_of(iam)
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="all", PolicyDocument=ALLOW)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    s3 = hearth.client("s3", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    iam.put_user_permissions_boundary(UserName=user, PermissionsBoundary=READ_ONLY)
    bucket = fresh("boundary")
    with refused("AccessDenied", 403):
        s3.create_bucket(Bucket=bucket)
    iam.delete_user_permissions_boundary(UserName=user)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": hearth.region})
    used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    assert used["UserName"] == user
    with refused("NoSuchEntity", 404):
        iam.delete_user_permissions_boundary(UserName="missing")

    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=READ_ONLY)
    assert iam.get_role(RoleName=role)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    iam.delete_role_permissions_boundary(RoleName=role)
    assert "PermissionsBoundary" not in iam.get_role(RoleName=role)["Role"]
    with refused("NoSuchEntity", 404):
        iam.delete_role_permissions_boundary(RoleName="missing")
    for missing in (iam.put_role_permissions_boundary, iam.put_user_permissions_boundary):
        with refused("NoSuchEntity", 404):
            missing(PermissionsBoundary=READ_ONLY, **{"RoleName" if missing == iam.put_role_permissions_boundary else "UserName": "missing"})


def test_what_has_a_name_can_be_renamed_and_changed(iam):
    user, group, role = fresh("user"), fresh("group"), make_role_of(iam)
    iam.create_user(UserName=user)
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=user)
    iam.put_group_policy(GroupName=group, PolicyName="own", PolicyDocument=ALLOW)
    iam.update_user(UserName=user, NewUserName=user + "-new", NewPath="/moved/")
    iam.update_group(GroupName=group, NewGroupName=group + "-new")
    assert iam.get_user(UserName=user + "-new")["User"]["Arn"].endswith(f":user/moved/{user}-new")
    assert [entry["UserName"] for entry in iam.get_group(GroupName=group + "-new")["Users"]] == [user + "-new"]
    assert iam.get_group_policy(GroupName=group + "-new", PolicyName="own")["PolicyDocument"] == json.loads(ALLOW)
    iam.delete_group_policy(GroupName=group + "-new", PolicyName="own")
    with refused("NoSuchEntity", 404):
        iam.delete_group_policy(GroupName=group + "-new", PolicyName="own")
    for old in (lambda: iam.update_user(UserName=user), lambda: iam.update_group(GroupName=group)):
        with refused("NoSuchEntity", 404):
            old()
    iam.update_role(RoleName=role, Description="changed", MaxSessionDuration=7200)
    changed = iam.get_role(RoleName=role)["Role"]
    assert (changed["Description"], changed["MaxSessionDuration"]) == ("changed", 7200)
    assert iam.update_role_description(RoleName=role, Description="again")["Role"]["Description"] == "again"
    with refused("ValidationError", 400):
        iam.update_role(RoleName=role, MaxSessionDuration=1)


def test_what_there_is_none_of_is_an_empty_list(iam):
    role = make_role_of(iam)
    assert iam.list_account_aliases()["AccountAliases"] == []
    assert iam.list_instance_profiles_for_role(RoleName=role)["InstanceProfiles"] == []
    with refused("NoSuchEntity", 404):
        iam.list_instance_profiles_for_role(RoleName="missing")
    with refused("AccessDenied", 403):
        iam.get_access_key_last_used(AccessKeyId="AKIAIOSFODNN7EXAMPLE")


def test_sessions_and_keys_tell_whose_they_are(hearth, iam):
    sts = hearth.client("sts")
    session = sts.get_session_token(DurationSeconds=900)["Credentials"]
    mine = hearth.client("sts", key=session["AccessKeyId"], secret=session["SecretAccessKey"], token=session["SessionToken"])
    assert mine.get_caller_identity()["Account"] == sts.get_caller_identity()["Account"]
    with refused("ValidationError", 400):
        sts.get_session_token(DurationSeconds=1)
    user = fresh("user")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"]
    assert sts.get_access_key_info(AccessKeyId=key)["Account"] == "000000000001"
    with refused("ValidationError", 400):
        sts.get_access_key_info(AccessKeyId="short")


def test_ecr_has_nothing(hearth):
    """Deploying tools look there for images before they take a stack away."""
    ecr = hearth.client("ecr")
    assert ecr.describe_repositories()["repositories"] == []
    with refused("RepositoryNotFoundException", 400, "The repository with name 'a/b' does not exist in the registry with id '000000000001'"):
        ecr.describe_repositories(repositoryNames=["a/b"])
    with refused("NotImplemented", 501):
        ecr.create_repository(repositoryName="a")
