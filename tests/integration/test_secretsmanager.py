"""Secrets Manager: secrets, their versions and staging labels, as boto3 and the aws command use them."""

import json
import re
import uuid

import pytest

from support.aws import aws, fresh, refused
from support.principals import User, allow


@pytest.fixture(scope="module")
def secrets(hearth):
    return hearth.client("secretsmanager")


def value(secrets, name, **more):
    return secrets.get_secret_value(SecretId=name, **more)["SecretString"]


def test_a_secret_from_beginning_to_end(hearth, secrets):
    name = fresh("team/db")
    made = secrets.create_secret(Name=name, SecretString='{"user": "ann"}', Description="of a team", Tags=[{"Key": "k", "Value": "v"}])
    assert re.fullmatch(f"arn:aws:secretsmanager:{hearth.region}:000000000001:secret:{name}-[A-Za-z0-9]{{6}}", made["ARN"])
    for given in (name, made["ARN"], made["ARN"][:-7]):
        assert value(secrets, given) == '{"user": "ann"}'
    shown = secrets.describe_secret(SecretId=name)
    assert (shown["Description"], shown["Tags"], shown["VersionIdsToStages"]) == ("of a team", [{"Key": "k", "Value": "v"}], {made["VersionId"]: ["AWSCURRENT"]})
    with refused("ResourceExistsException", 400, f"The operation failed because the secret {name} already exists."):
        secrets.create_secret(Name=name, SecretString="other")
    second = secrets.update_secret(SecretId=name, SecretString="two", Description="changed")["VersionId"]
    assert (value(secrets, name), value(secrets, name, VersionStage="AWSPREVIOUS")) == ("two", '{"user": "ann"}')
    assert value(secrets, name, VersionId=second) == "two"
    with refused("InvalidRequestException", 400, "You provided a VersionStage that is not associated to the provided VersionId."):
        value(secrets, name, VersionId=second, VersionStage="AWSPREVIOUS")
    with refused("ResourceNotFoundException", 400, "Secrets Manager can't find the specified secret value for staging label: AWSPENDING"):
        value(secrets, name, VersionStage="AWSPENDING")
    secrets.tag_resource(SecretId=name, Tags=[{"Key": "l", "Value": "w"}])
    secrets.untag_resource(SecretId=name, TagKeys=["k"])
    assert secrets.describe_secret(SecretId=name)["Tags"] == [{"Key": "l", "Value": "w"}]
    deleted = secrets.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    assert (deleted["DeletionDate"] - secrets.describe_secret(SecretId=name)["DeletedDate"]).days == 7
    with refused("InvalidRequestException", 400, "because it was marked for deletion"):
        value(secrets, name)
    with refused("InvalidRequestException", 400, "a secret with this name is already scheduled for deletion"):
        secrets.create_secret(Name=name, SecretString="x")
    secrets.restore_secret(SecretId=name)
    assert value(secrets, name) == "two"
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    with refused("ResourceNotFoundException", 400, "Secrets Manager can't find the specified secret."):
        value(secrets, name)
    again = secrets.create_secret(Name=name, SecretString="new")
    assert again["ARN"] != made["ARN"]


def test_a_rotation_by_hand(secrets):
    """The steps that AWS's rotation functions take."""
    name = fresh("rotated")
    first = secrets.create_secret(Name=name, SecretString="one")["VersionId"]
    token = str(uuid.uuid4())
    assert secrets.put_secret_value(SecretId=name, ClientRequestToken=token, SecretString="two", VersionStages=["AWSPENDING"])["VersionStages"] == ["AWSPENDING"]
    assert (value(secrets, name), value(secrets, name, VersionStage="AWSPENDING")) == ("one", "two")
    with refused("InvalidParameterException", 400, "RemoveFromVersionId can't be empty"):
        secrets.update_secret_version_stage(SecretId=name, VersionStage="AWSCURRENT", MoveToVersionId=token)
    secrets.update_secret_version_stage(SecretId=name, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=first)
    assert (value(secrets, name), value(secrets, name, VersionStage="AWSPREVIOUS")) == ("two", "one")
    versions = {entry["VersionId"]: sorted(entry["VersionStages"]) for entry in secrets.list_secret_version_ids(SecretId=name)["Versions"]}
    assert versions == {first: ["AWSPREVIOUS"], token: ["AWSCURRENT", "AWSPENDING"]}


def test_a_token_is_a_version(secrets):
    name, token = fresh("secret"), str(uuid.uuid4())
    for _ in range(2):
        assert secrets.create_secret(Name=name, SecretString="one", ClientRequestToken=token)["VersionId"] == token
    secrets.put_secret_value(SecretId=name, SecretString="one", ClientRequestToken=token)
    with refused("ResourceExistsException", 400, f"You can't use ClientRequestToken {token} because that value is already in use"):
        secrets.put_secret_value(SecretId=name, SecretString="two", ClientRequestToken=token)
    with refused("InvalidParameterException", 400):
        secrets.put_secret_value(SecretId=name, SecretString="two", ClientRequestToken="short")


def test_bytes_and_none(secrets):
    name = fresh("secret")
    secrets.create_secret(Name=name)
    with refused("ResourceNotFoundException", 400, "staging label: AWSCURRENT"):
        secrets.get_secret_value(SecretId=name)
    secrets.put_secret_value(SecretId=name, SecretBinary=b"\x00\xff")
    got = secrets.get_secret_value(SecretId=name)
    assert got["SecretBinary"] == b"\x00\xff" and "SecretString" not in got
    with refused("InvalidParameterException", 400, "both a binary secret value and a string secret value"):
        secrets.put_secret_value(SecretId=name, SecretBinary=b"x", SecretString="x")
    with refused("InvalidRequestException", 400, "You must provide either SecretString or SecretBinary."):
        secrets.put_secret_value(SecretId=name)
    with refused("ValidationException", 400) as refusal:
        secrets.put_secret_value(SecretId=name, SecretString="secret" * 20_000)
    assert "secretsecret" not in refusal.message


def test_lists(secrets):
    group = fresh("group")
    for letter in "abc":
        secrets.create_secret(Name=f"{group}/{letter}", SecretString="x", Tags=[{"Key": "letter", "Value": letter}])
    of_group = [{"Key": "name", "Values": [group + "/"]}]
    pages = secrets.get_paginator("list_secrets").paginate(Filters=of_group, SortOrder="asc", PaginationConfig={"PageSize": 2})
    assert [entry["Name"] for page in pages for entry in page["SecretList"]] == [f"{group}/{letter}" for letter in "abc"]
    tagged = secrets.list_secrets(Filters=of_group + [{"Key": "tag-value", "Values": ["b"]}])["SecretList"]
    assert [entry["Name"] for entry in tagged] == [f"{group}/b"] and "SecretString" not in tagged[0]
    secrets.delete_secret(SecretId=f"{group}/a")
    assert [entry["Name"] for entry in secrets.list_secrets(Filters=of_group, SortOrder="asc")["SecretList"]] == [f"{group}/b", f"{group}/c"]
    with refused("InvalidNextTokenException", 400):
        secrets.list_secrets(NextToken="x")


def test_passwords(secrets):
    password = secrets.get_random_password(PasswordLength=200, ExcludePunctuation=True, ExcludeCharacters="abc")["RandomPassword"]
    assert re.fullmatch("[d-zA-Z0-9]{200}", password)
    assert len(secrets.get_random_password()["RandomPassword"]) == 32
    with refused("InvalidParameterException", 400, "Password length is too short based on the required types."):
        secrets.get_random_password(PasswordLength=3)


@pytest.mark.parametrize("operation, arguments, code", [
    ("create_secret", {"Name": "a b", "SecretString": "x"}, "ValidationException"),
    ("create_secret", {"Name": "k", "SecretString": "x", "KmsKeyId": "alias/mine"}, "InvalidParameterException"),
    ("create_secret", {"Name": "k", "SecretString": "x", "AddReplicaRegions": [{"Region": "us-east-1"}]}, "InvalidParameterException"),
    ("rotate_secret", {"SecretId": "k", "ClientRequestToken": "x" * 32}, "NotImplemented"),
    ("put_resource_policy", {"SecretId": "k", "ResourcePolicy": "{}"}, "NotImplemented"),
    ("delete_secret", {"SecretId": "k", "RecoveryWindowInDays": 31}, "InvalidParameterException")])
def test_what_is_not_here_is_refused(secrets, operation, arguments, code):
    with refused(code):
        getattr(secrets, operation)(**arguments)


def test_policies_decide(hearth, secrets):
    name = fresh("guarded")
    arn = secrets.create_secret(Name=name, SecretString="one")["ARN"]
    user = User(hearth, allow("secretsmanager:GetSecretValue", arn))
    own = user.client("secretsmanager")
    assert value(own, name) == "one"
    with refused("AccessDeniedException", 400, f"is not authorized to perform: secretsmanager:PutSecretValue on resource: {arn}"):
        own.put_secret_value(SecretId=name, SecretString="two")
    user.may(allow("secretsmanager:GetSecretValue", "*", Condition={"StringEquals": {"secretsmanager:VersionStage": "AWSPREVIOUS"}}))
    with refused("AccessDeniedException", 400):
        value(own, name, VersionStage="AWSCURRENT")


def test_the_aws_command(hearth):
    name = fresh("commanded")
    made = json.loads(aws(hearth, "secretsmanager", "create-secret", "--name", name, "--secret-string", '{"a": "b"}').stdout)
    assert made["Name"] == name
    assert aws(hearth, "secretsmanager", "get-secret-value", "--secret-id", name, "--query", "SecretString", "--output", "text").stdout.strip() == '{"a": "b"}'
    failed = aws(hearth, "secretsmanager", "get-secret-value", "--secret-id", fresh("none"), check=False)
    assert "(ResourceNotFoundException) when calling the GetSecretValue operation: Secrets Manager can't find the specified secret." in failed.stderr
