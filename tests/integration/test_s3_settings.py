"""The settings of buckets and objects: given, shown, taken away; and what has never been set."""

import pytest

from support.aws import fresh, make_bucket, refused


@pytest.fixture(scope="module")
def s3(hearth):
    return hearth.client("s3")


@pytest.fixture
def bucket(hearth):
    return make_bucket(hearth)


AES = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]}
TAGS = {"TagSet": [{"Key": "a", "Value": "1"}]}
OWNERSHIP = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
WALLS = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}


@pytest.mark.parametrize("names, given, shown, absent", [
    (("put_bucket_encryption", "get_bucket_encryption", "delete_bucket_encryption"), {"ServerSideEncryptionConfiguration": AES}, AES, None),
    (("put_bucket_tagging", "get_bucket_tagging", "delete_bucket_tagging"), {"Tagging": TAGS}, TAGS["TagSet"], "NoSuchTagSet"),
    (("put_bucket_ownership_controls", "get_bucket_ownership_controls", "delete_bucket_ownership_controls"), {"OwnershipControls": OWNERSHIP}, OWNERSHIP,
     "OwnershipControlsNotFoundError"),
    (("put_public_access_block", "get_public_access_block", "delete_public_access_block"), {"PublicAccessBlockConfiguration": WALLS}, WALLS,
     "NoSuchPublicAccessBlockConfiguration"),
], ids=["encryption", "tagging", "ownership", "walls"])
def test_a_setting_comes_and_goes(s3, bucket, names, given, shown, absent):
    put, get, delete = (getattr(s3, name) for name in names)
    put(Bucket=bucket, **given)
    assert shown in get(Bucket=bucket).values()
    delete(Bucket=bucket)
    if absent:
        with refused(absent, 404):
            get(Bucket=bucket)
    for each in (get, delete):
        with refused("NoSuchBucket", 404):
            each(Bucket=bucket + "-missing")
    with refused("NoSuchBucket", 404):
        put(Bucket=bucket + "-missing", **given)


def test_what_is_not_there_says_so(s3, bucket):
    assert "Status" not in s3.get_bucket_accelerate_configuration(Bucket=bucket)
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=bucket)
    assert not {"LambdaFunctionConfigurations", "QueueConfigurations", "TopicConfigurations"} & set(s3.get_bucket_notification_configuration(Bucket=bucket))
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    for absent, code in (("bucket_website", "NoSuchWebsiteConfiguration"), ("bucket_replication", "ReplicationConfigurationNotFoundError"),
                         ("bucket_cors", "NoSuchCORSConfiguration"), ("object_lock_configuration", "ObjectLockConfigurationNotFoundError")):
        with refused(code, 404):
            getattr(s3, f"get_{absent}")(Bucket=bucket)
    for setting in ("accelerate_configuration", "logging", "notification_configuration", "request_payment"):
        with refused("NoSuchBucket", 404):
            getattr(s3, f"get_bucket_{setting}")(Bucket=bucket + "-missing")


def test_acls_are_the_owners(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    s3.put_object_acl(Bucket=bucket, Key="k", ACL="private")
    for acl in (s3.get_bucket_acl(Bucket=bucket), s3.get_object_acl(Bucket=bucket, Key="k")):
        [grant] = acl["Grants"]
        assert (grant["Permission"], grant["Grantee"]["ID"]) == ("FULL_CONTROL", acl["Owner"]["ID"])
    for call, where in ((s3.get_object_acl, {"Key": "missing"}), (s3.put_object_acl, {"Key": "missing", "ACL": "private"})):
        with refused("NoSuchKey", 404):
            call(Bucket=bucket, **where)
    for call, more in ((s3.get_bucket_acl, {}), (s3.put_bucket_acl, {"ACL": "private"})):
        with refused("NoSuchBucket", 404):
            call(Bucket=bucket + "-missing", **more)
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=OWNERSHIP)
    with refused("AccessControlListNotSupported", 400):
        s3.put_object_acl(Bucket=bucket, Key="k", ACL="public-read")


def test_tags_of_an_object_come_and_go(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"", Tagging="a=1&b=2")
    assert {tag["Key"]: tag["Value"] for tag in s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"]} == {"a": "1", "b": "2"}
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    with refused("NoSuchKey", 404):
        s3.delete_object_tagging(Bucket=bucket, Key="missing")
    with refused("BadRequest", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"", Tagging="&".join(f"k{number}=v" for number in range(11)))
