"""The registry of CloudFormation says which types Hearth makes, and what each of them takes and gives."""

import json

import pytest

from support.aws import aws, refused


@pytest.fixture(scope="module")
def client(hearth):
    return hearth.client("cloudformation")


def names(client, **how):
    return [summary["TypeName"] for page in client.get_paginator("list_types").paginate(Visibility="PUBLIC", **how) for summary in page["TypeSummaries"]]


def test_types_are_listed_by_the_page_each_once(client):
    every = names(client)
    assert {"AWS::S3::Bucket", "AWS::Lambda::Function", "AWS::ApiGateway::RestApi", "AWS::IAM::Role"} <= set(every)
    assert every == sorted(set(every)) == names(client, PaginationConfig={"PageSize": 7})
    assert names(client, Filters={"Category": "AWS_TYPES", "TypeNamePrefix": "AWS::S3::"}) == [name for name in every if name.startswith("AWS::S3::")]


def test_what_is_not_aws_own_is_not_there(client):
    assert client.list_types()["TypeSummaries"] == []  # private ones
    assert names(client, Filters={"Category": "THIRD_PARTY"}) == names(client, Type="MODULE") == names(client, DeprecatedStatus="DEPRECATED") == []
    with refused("ValidationError"):
        client.list_types(NextToken="another")


def test_a_type_shows_what_it_takes_and_gives(hearth, client):
    shown = client.describe_type(Type="RESOURCE", TypeName="AWS::S3::Bucket")
    schema = json.loads(shown["Schema"])
    assert (shown["Visibility"], shown["DeprecatedStatus"], schema["typeName"]) == ("PUBLIC", "LIVE", "AWS::S3::Bucket")
    assert schema["properties"]["BucketName"] == {"type": "string"} and not schema["additionalProperties"]
    assert "/properties/BucketName" in schema["createOnlyProperties"] and "/properties/Arn" in schema["readOnlyProperties"]
    assert shown["Arn"] == f"arn:aws:cloudformation:{hearth.region}::type/resource/AWS-S3-Bucket"
    assert client.describe_type(Arn=shown["Arn"])["Schema"] == shown["Schema"]
    role = json.loads(aws(hearth, "cloudformation", "describe-type", "--type", "RESOURCE", "--type-name", "AWS::IAM::Role", "--query", "Schema",
                          "--output", "text").stdout)
    assert role["required"] == ["AssumeRolePolicyDocument"]


def test_what_hearth_shows_is_what_it_refuses(client):
    """A property that the schema does not have is refused in a template, one that it requires is missed there."""
    template = json.dumps({"Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"Colour": "red"}}}})
    with refused("ValidationError", words="Colour"):
        client.create_stack(StackName="types-refused", TemplateBody=template)


def test_a_type_that_hearth_does_not_make(client):
    with refused("TypeNotFoundException", 404, "AWS::EC2::Instance"):
        client.describe_type(Type="RESOURCE", TypeName="AWS::EC2::Instance")
    with refused("TypeNotFoundException", 404):
        client.describe_type(Type="MODULE", TypeName="AWS::S3::Bucket")
    with refused("ValidationError"):
        client.describe_type(TypeName="AWS::S3::Bucket")
