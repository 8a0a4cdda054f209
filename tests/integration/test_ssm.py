"""Systems Manager: parameters, their versions, labels and paths, as boto3 and the aws command use them."""

import json

import pytest

from support.aws import aws, fresh, make_role, refused
from support.packages import package
from support.principals import User, allow


@pytest.fixture(scope="module")
def ssm(hearth):
    return hearth.client("ssm")


@pytest.fixture
def root():
    return "/" + fresh("root")


def put(ssm, name, value, kind="String", **more):
    return ssm.put_parameter(Name=name, Value=value, Type=kind, **more)["Version"]


def value(ssm, name, **more):
    return ssm.get_parameter(Name=name, **more)["Parameter"]["Value"]


def test_versions_and_labels(hearth, ssm, root):
    name = f"{root}/user"
    assert put(ssm, name, "one", Description="who", AllowedPattern="[a-z]+", Tags=[{"Key": "k", "Value": "v"}]) == 1
    with refused("ParameterAlreadyExists", 400,
                 "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."):
        put(ssm, name, "two")
    assert ssm.put_parameter(Name=name, Value="two", Overwrite=True)["Version"] == 2
    with refused("ParameterPatternMismatchException", 400, "[a-z]+"):
        ssm.put_parameter(Name=name, Value="3", Overwrite=True)
    got = ssm.get_parameter(Name=name)["Parameter"]
    assert (got["Name"], got["Type"], got["Value"], got["Version"], got["DataType"]) == (name, "String", "two", 2, "text")
    assert got["ARN"] == f"arn:aws:ssm:{hearth.region}:000000000001:parameter{name}" and "Selector" not in got
    assert ssm.label_parameter_version(Name=name, ParameterVersion=1, Labels=["prod", "9th"])["InvalidLabels"] == ["9th"]
    for selected in (f"{name}:1", f"{name}:prod", f"{got['ARN']}:1"):
        found = ssm.get_parameter(Name=selected)["Parameter"]
        assert (found["Value"], found["Selector"]) == ("one", ":" + selected.rsplit(":", 1)[1])
    with refused("ParameterVersionNotFound", 400, "could not find version 7"):
        ssm.get_parameter(Name=f"{name}:7")
    ssm.label_parameter_version(Name=name, ParameterVersion=1, Labels=["old"])
    unlabelled = ssm.unlabel_parameter_version(Name=name, ParameterVersion=1, Labels=["old", "none"])
    assert (unlabelled["RemovedLabels"], unlabelled["InvalidLabels"]) == (["old"], ["none"])
    history = ssm.get_parameter_history(Name=name)["Parameters"]
    assert [(entry["Version"], entry["Value"], entry["Labels"], entry["Description"]) for entry in history] == [(1, "one", ["prod"], "who"), (2, "two", [], "who")]
    assert history[0]["LastModifiedUser"] == "arn:aws:iam::000000000001:root"
    assert ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"] == [{"Key": "k", "Value": "v"}]
    ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId=name, Tags=[{"Key": "k", "Value": "w"}, {"Key": "l", "Value": "x"}])
    ssm.remove_tags_from_resource(ResourceType="Parameter", ResourceId=name, TagKeys=["k"])
    assert ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"] == [{"Key": "l", "Value": "x"}]
    with refused("InvalidResourceId", 400):
        ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=root)
    ssm.delete_parameter(Name=name)
    with refused("ParameterNotFound", 400):
        ssm.get_parameter(Name=name)
    with refused("ParameterNotFound", 400):
        ssm.delete_parameter(Name=name)


def test_secure_strings_are_shown_to_those_who_ask(ssm, root):
    name = f"{root}/secret"
    put(ssm, name, "hush", "SecureString", KeyId="alias/aws/ssm")
    assert value(ssm, name, WithDecryption=True) == "hush"
    assert "hush" not in value(ssm, name)
    assert ssm.get_parameters(Names=[name], WithDecryption=True)["Parameters"][0]["Value"] == "hush"
    shown = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [name]}])["Parameters"][0]
    assert (shown["Type"], shown["KeyId"], shown["Tier"]) == ("SecureString", "alias/aws/ssm", "Standard")
    with refused("HierarchyTypeMismatchException", 400):
        put(ssm, name, "open", "String", Overwrite=True)


def test_many_at_once(ssm, root):
    put(ssm, f"{root}/a", "1")
    put(ssm, f"{root}/b", "2")
    got = ssm.get_parameters(Names=[f"{root}/a", f"{root}/b:1", f"{root}/none", f"{root}/a:9"])
    assert {entry["Name"]: entry["Value"] for entry in got["Parameters"]} == {f"{root}/a": "1", f"{root}/b": "2"}
    assert sorted(got["InvalidParameters"]) == sorted([f"{root}/none", f"{root}/a:9"])
    with refused("ValidationException", 400, "Member must have length less than or equal to 10"):
        ssm.get_parameters(Names=[f"{root}/{number}" for number in range(11)])
    gone = ssm.delete_parameters(Names=[f"{root}/a", f"{root}/none"])
    assert (gone["DeletedParameters"], gone["InvalidParameters"]) == ([f"{root}/a"], [f"{root}/none"])


def test_paths_and_pages(ssm, root):
    names = sorted([f"{root}/{number}" for number in range(12)] + [f"{root}/deep/one", f"{root}/deep/er/two"])
    for name in names:
        put(ssm, name, "v")
    pages = list(ssm.get_paginator("get_parameters_by_path").paginate(Path=root, Recursive=True, PaginationConfig={"PageSize": 5}))
    assert [len(page["Parameters"]) for page in pages] == [5, 5, 4]
    assert [entry["Name"] for page in pages for entry in page["Parameters"]] == names
    assert [entry["Name"] for entry in ssm.get_parameters_by_path(Path=f"{root}/deep/")["Parameters"]] == [f"{root}/deep/one"]
    put(ssm, f"{root}/list", "a,b", "StringList")
    only = ssm.get_parameters_by_path(Path=root, ParameterFilters=[{"Key": "Type", "Values": ["StringList"]}])["Parameters"]
    assert [entry["Value"] for entry in only] == ["a,b"]
    described = ssm.get_paginator("describe_parameters").paginate(ParameterFilters=[{"Key": "Path", "Option": "Recursive", "Values": [f"{root}/deep"]}])
    assert [entry["Name"] for page in described for entry in page["Parameters"]] == [f"{root}/deep/er/two", f"{root}/deep/one"]
    with refused("ValidationException", 400, 'The parameter name must begin with a forward slash "/"'):
        ssm.get_parameters_by_path(Path="deep")
    with refused("InvalidFilterKey", 400):
        ssm.get_parameters_by_path(Path=root, ParameterFilters=[{"Key": "Name", "Values": ["x"]}])
    with refused("InvalidNextToken", 400):
        ssm.describe_parameters(NextToken="x")


@pytest.mark.parametrize("name, code, words", [
    ("/a b", "ValidationException", "sub-paths divided by slash symbol"), ("a/b", "ValidationException", "fully qualified name"),
    ("ssm-x", "ValidationException", "can't be prefixed"), ("/aws/x", "AccessDeniedException", "No access to reserved parameter name"),
    ("/l" * 16, "HierarchyLevelLimitExceededException", "15 levels")])
def test_names_that_none_can_have(ssm, name, code, words):
    with refused(code, 400, words):
        put(ssm, name, "v")


@pytest.mark.parametrize("more, code", [
    ({"Tier": "Advanced"}, "ValidationException"), ({"Policies": '[{"Type": "Expiration"}]'}, "ValidationException"),
    ({"KeyId": "alias/mine", "Type": "SecureString"}, "InvalidKeyId"), ({"DataType": "aws:ec2:image"}, "ValidationException"),
    ({"Value": "x" * 4097}, "ValidationException"), ({"Value": "{{ssm:other}}"}, "ValidationException"),
    ({"AllowedPattern": "("}, "InvalidAllowedPatternException")])
def test_what_is_not_here_is_refused(ssm, more, code):
    with refused(code, 400):
        ssm.put_parameter(**({"Name": fresh("parameter"), "Value": "v", "Type": "String"} | more))


def test_policies_decide(hearth, ssm, root):
    put(ssm, f"{root}/open/a", "1")
    put(ssm, f"{root}/closed/a", "2")
    arn = f"arn:aws:ssm:{hearth.region}:000000000001:parameter{root}/open"
    user = User(hearth, allow(["ssm:GetParameter", "ssm:GetParameters"], f"{arn}/*"), allow("ssm:GetParametersByPath", arn))
    own = user.client("ssm")
    assert value(own, f"{root}/open/a") == "1"
    assert [entry["Value"] for entry in own.get_parameters_by_path(Path=f"{root}/open")["Parameters"]] == ["1"]
    with refused("AccessDeniedException", 400, f"is not authorized to perform: ssm:GetParameter on resource: {arn.replace('open', 'closed')}/a"):
        own.get_parameter(Name=f"{root}/closed/a")
    with refused("AccessDeniedException", 400):
        own.get_parameters(Names=[f"{root}/open/a", f"{root}/closed/a"])
    with refused("AccessDeniedException", 400):
        own.put_parameter(Name=f"{root}/open/a", Value="3", Overwrite=True)


def test_the_aws_command(hearth, root):
    aws(hearth, "ssm", "put-parameter", "--name", f"{root}/a", "--value", "1", "--type", "String")
    assert json.loads(aws(hearth, "ssm", "get-parameter", "--name", f"{root}/a").stdout)["Parameter"]["Value"] == "1"
    assert json.loads(aws(hearth, "ssm", "get-parameters-by-path", "--path", root).stdout)["Parameters"][0]["Name"] == f"{root}/a"
    failed = aws(hearth, "ssm", "get-parameter", "--name", f"{root}/none", check=False)
    assert failed.returncode != 0 and "(ParameterNotFound) when calling the GetParameter operation" in failed.stderr


SOURCE = """
import boto3

def handler(event, context):
    parameter = boto3.client("ssm").get_parameter(Name=event["name"], WithDecryption=True)["Parameter"]["Value"]
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=event["secret"])["SecretString"]
    return [parameter, secret]
"""


def test_a_function_reaches_both_by_name(hearth, ssm, root):
    put(ssm, f"{root}/a", "from the store", "SecureString")
    secret = fresh("secret")
    hearth.client("secretsmanager").create_secret(Name=secret, SecretString="from the vault")
    functions, name = hearth.client("lambda"), fresh("function")
    functions.create_function(FunctionName=name, Runtime="python3.11", Handler="index.handler", Timeout=60, Code={"ZipFile": package(index__py=SOURCE)},
                              Role=make_role(hearth, may=["ssm:GetParameter", "secretsmanager:GetSecretValue"]))
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    answer = functions.invoke(FunctionName=name, Payload=json.dumps({"name": f"{root}/a", "secret": secret}))
    assert json.loads(answer["Payload"].read()) == ["from the store", "from the vault"]


def test_values_survive_a_restart_and_lie_in_no_file(make_hearth):
    hearth = make_hearth("--verbose").start()
    ssm, secrets = hearth.client("ssm"), hearth.client("secretsmanager")
    put(ssm, "/plain", "plain-parameter-value")
    put(ssm, "/secret", "secure-parameter-value", "SecureString")
    put(ssm, "/gone", "deleted-parameter-value", "SecureString")
    ssm.delete_parameter(Name="/gone")
    secrets.create_secret(Name="kept", SecretString="kept-secret-value")
    secrets.create_secret(Name="bytes", SecretBinary=b"binary-secret-value")
    secrets.create_secret(Name="gone", SecretString="deleted-secret-value")
    secrets.delete_secret(SecretId="gone", ForceDeleteWithoutRecovery=True)
    hearth.kill()
    hearth.start()
    ssm, secrets = hearth.client("ssm"), hearth.client("secretsmanager")
    assert (value(ssm, "/plain"), value(ssm, "/secret", WithDecryption=True)) == ("plain-parameter-value", "secure-parameter-value")
    assert secrets.get_secret_value(SecretId="kept")["SecretString"] == "kept-secret-value"
    assert secrets.get_secret_value(SecretId="bytes")["SecretBinary"] == b"binary-secret-value"
    assert hearth.stop() == 0
    kept = b"".join(path.read_bytes() for path in hearth.data.rglob("*") if path.is_file()) + "".join(hearth.log).encode()
    for secret in (b"parameter-value", b"secret-value"):
        assert secret not in kept
