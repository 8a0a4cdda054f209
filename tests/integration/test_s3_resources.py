"""AWS::S3::Bucket and AWS::S3::BucketPolicy: every property is set, changed and taken back."""

import json

import pytest
from botocore.exceptions import WaiterError

from support.aws import fresh, refused
from support.wait import until


class Stack:
    def __init__(self, hearth):
        self.client, self.name = hearth.client("cloudformation"), fresh("stack")
        self.made = False

    def deploy(self, resources):
        operation = "update" if self.made else "create"
        self.made = True
        getattr(self.client, f"{operation}_stack")(StackName=self.name, TemplateBody=json.dumps({"Resources": resources}))
        try:
            self.client.get_waiter(f"stack_{operation}_complete").wait(StackName=self.name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})
        except WaiterError:
            pass
        return self.status

    @property
    def status(self):
        return self.client.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"]

    @property
    def reasons(self):
        return [event.get("ResourceStatusReason", "") for event in self.client.describe_stack_events(StackName=self.name)["StackEvents"]]

    def delete(self):
        self.client.delete_stack(StackName=self.name)
        self.client.get_waiter("stack_delete_complete").wait(StackName=self.name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})


@pytest.fixture
def stack(hearth):
    return Stack(hearth)


@pytest.fixture(scope="module")
def s3(hearth):
    return hearth.client("s3")


def bucket(name, **properties):
    return {"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name, **properties}}}


def test_settings_are_made_changed_and_taken_back(s3, stack):
    name = fresh("settings")
    block = {"BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True}
    aes = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    full = {"VersioningConfiguration": {"Status": "Enabled"}, "PublicAccessBlockConfiguration": block,
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}, "Tags": [{"Key": "a", "Value": "1"}],
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [{**aes, "BucketKeyEnabled": True}]}}
    assert stack.deploy(bucket(name, **full)) == "CREATE_COMPLETE", stack.reasons
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"] == block
    assert s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"] == [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}]
    assert {"Key": "a", "Value": "1"} in s3.get_bucket_tagging(Bucket=name)["TagSet"]

    changed = {"VersioningConfiguration": {"Status": "Suspended"}, "PublicAccessBlockConfiguration": {**block, "BlockPublicPolicy": False},
               "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
               "BucketEncryption": {"ServerSideEncryptionConfiguration": [aes]}}
    assert stack.deploy(bucket(name, **changed)) == "UPDATE_COMPLETE", stack.reasons
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Suspended"
    assert s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is False
    assert s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "ObjectWriter"}]

    assert stack.deploy(bucket(name)) == "UPDATE_COMPLETE", stack.reasons
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Suspended"  # it cannot be undone
    with refused("NoSuchPublicAccessBlockConfiguration"):
        s3.get_public_access_block(Bucket=name)
    with refused("OwnershipControlsNotFoundError"):
        s3.get_bucket_ownership_controls(Bucket=name)
    with refused("ServerSideEncryptionConfigurationNotFoundError"):
        s3.get_bucket_encryption(Bucket=name)
    stack.delete()
    with refused("404"):
        s3.head_bucket(Bucket=name)


@pytest.mark.parametrize("properties, words", [
    ({"BucketEncryption": {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}}, "KMS"),
    ({"VersioningConfiguration": {"Status": "On"}}, "Status"), ({"OwnershipControls": {"Rules": [{"ObjectOwnership": "Mine"}]}}, "ObjectOwnership")])
def test_what_a_bucket_cannot_be_is_refused_and_nothing_stays(s3, stack, properties, words):
    name = fresh("refused")
    assert stack.deploy(bucket(name, **properties)) == "ROLLBACK_COMPLETE"
    assert any(words in reason for reason in stack.reasons), stack.reasons
    with refused("404"):
        s3.head_bucket(Bucket=name)


def policy(name, **statement):
    resource = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    return {"Version": "2012-10-17", "Statement": [{"Sid": "TLS", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resource,
                                                    "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.7/32"}}, **statement}]}


def test_the_policy_of_a_bucket_is_made_changed_and_taken_back(s3, stack):
    name = fresh("policied")

    def with_policy(**statement):
        return bucket(name) | {"P": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "B"}, "PolicyDocument": policy(name, **statement)}}}

    assert stack.deploy(with_policy()) == "CREATE_COMPLETE", stack.reasons
    assert json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]) == policy(name)
    assert stack.deploy(with_policy(Sid="Other")) == "UPDATE_COMPLETE", stack.reasons
    assert json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"][0]["Sid"] == "Other"
    assert stack.deploy(with_policy(Effect="Maybe")) == "UPDATE_ROLLBACK_COMPLETE"
    assert json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"][0]["Sid"] == "Other"
    assert stack.deploy(bucket(name)) == "UPDATE_COMPLETE"
    with refused("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket=name)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"Version": "2012-10-17"}', '{"Version": "2012-10-17", "Statement": "x"}',
                                  '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b"}]}'])
def test_a_policy_that_is_none_is_malformed(hearth, s3, text):
    name = fresh("malformed")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": hearth.region})
    with refused("MalformedPolicy", 400):
        s3.put_bucket_policy(Bucket=name, Policy=text)
    with refused("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket=name)


def test_a_bucket_that_is_retained_stays_with_what_is_in_it(s3, stack):
    name = fresh("kept")
    resources = bucket(name)
    resources["B"] |= {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    assert stack.deploy(resources) == "CREATE_COMPLETE", stack.reasons
    s3.put_object(Bucket=name, Key="k", Body=b"grades")
    stack.delete()
    assert s3.get_object(Bucket=name, Key="k")["Body"].read() == b"grades"


def test_a_bucket_with_nothing_but_a_delete_marker_is_not_empty(s3, stack):
    name = fresh("versioned")
    assert stack.deploy(bucket(name, VersioningConfiguration={"Status": "Enabled"})) == "CREATE_COMPLETE", stack.reasons
    marker = s3.delete_object(Bucket=name, Key="k")["VersionId"]
    stack.client.delete_stack(StackName=stack.name)
    until(lambda: stack.status == "DELETE_FAILED", "the failure")
    assert any("not empty" in reason for reason in stack.reasons)
    s3.delete_object(Bucket=name, Key="k", VersionId=marker)
    stack.delete()
