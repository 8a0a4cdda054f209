"""One more than there may be: limits that a test can reach."""

import json

from support.aws import fresh, refused


def test_keys_tags_and_versions_of_iam(hearth):
    iam, user = hearth.client("iam"), fresh("user")
    iam.create_user(UserName=user)
    for _ in range(2):
        iam.create_access_key(UserName=user)
    with refused("LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2"):
        iam.create_access_key(UserName=user)
    iam.tag_user(UserName=user, Tags=[{"Key": f"k{i}", "Value": "1"} for i in range(50)])
    with refused("LimitExceeded", 409, "The number of tags has reached the maximum limit."):
        iam.tag_user(UserName=user, Tags=[{"Key": "another", "Value": "1"}])
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
    policy = iam.create_policy(PolicyName=fresh("policy"), PolicyDocument=document)["Policy"]["Arn"]
    for _ in range(4):
        iam.create_policy_version(PolicyArn=policy, PolicyDocument=document)
    with refused("LimitExceeded", 409, "A managed policy can have up to 5 versions."):
        iam.create_policy_version(PolicyArn=policy, PolicyDocument=document)


def test_versions_and_labels_of_a_parameter(hearth):
    ssm, name = hearth.client("ssm"), fresh("parameter")
    for number in range(100):
        ssm.put_parameter(Name=name, Value=str(number), Type="String", Overwrite=True)
    ssm.label_parameter_version(Name=name, ParameterVersion=1, Labels=[f"l{i}" for i in range(10)])
    with refused("ParameterVersionLabelLimitExceeded", 400, "A parameter version can have maximum 10 labels."):
        ssm.label_parameter_version(Name=name, ParameterVersion=1, Labels=["another"])
    with refused("ParameterMaxVersionLimitExceeded", 400, "Version 1, the oldest version, can't be deleted because it has a label"):
        ssm.put_parameter(Name=name, Value="another", Type="String", Overwrite=True)
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "99"


def test_stages_of_a_secret(hearth):
    secrets, name = hearth.client("secretsmanager"), fresh("secret")
    version = secrets.create_secret(Name=name, SecretString="s")["VersionId"]
    for number in range(19):  # with AWSCURRENT
        secrets.update_secret_version_stage(SecretId=name, VersionStage=f"s{number}", MoveToVersionId=version)
    with refused("LimitExceededException", 400):
        secrets.update_secret_version_stage(SecretId=name, VersionStage="another", MoveToVersionId=version)


def test_resources_of_an_api(hearth):
    document = {"openapi": "3.0.1", "info": {"title": fresh("api"), "version": "1"}, "paths": {f"/p{i}": {} for i in range(1001)}}
    with refused("LimitExceededException", 429, "1000 paths"):
        hearth.client("apigateway").import_rest_api(body=json.dumps(document).encode())
