"""How S3's operations refuse: a row for each operation and error that no larger scenario sees (test_refusals.py)."""

import pytest
from botocore import xform_name

from support.aws import make_bucket, refused

NO_BUCKET = ("NoSuchBucket", 404, "The specified bucket does not exist")
NO_KEY = ("NoSuchKey", 404, "The specified key does not exist.")
NO_UPLOAD = ("NoSuchUpload", 404, "The specified upload does not exist.")
FORM = "The x-amz-copy-source-range value must be of the form bytes=first-last"

# Of a bucket that is not there.
BUCKETS = [
    ("CreateMultipartUpload", {"Key": "k"}), ("DeleteBucketLifecycle", {}), ("DeleteBucketPolicy", {}), ("GetBucketLocation", {}),
    ("GetBucketPolicyStatus", {}), ("GetBucketVersioning", {}), ("GetBucketCors", {}), ("ListMultipartUploads", {}), ("ListObjects", {}), ("ListObjectsV2", {}),
    ("PutBucketVersioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
]
# Of a bucket with the object "k".
OBJECTS = [
    ("AbortMultipartUpload", {"Key": "k", "UploadId": "absent"}, *NO_UPLOAD),
    ("ListParts", {"Key": "k", "UploadId": "absent"}, *NO_UPLOAD),
    ("GetObjectAttributes", {"Key": "absent", "ObjectAttributes": ["ETag"]}, *NO_KEY),
    ("GetObjectAttributes", {"Key": "k", "ObjectAttributes": ["Colour"]}, "InvalidArgument", 400, "Invalid attribute name specified."),
    ("GetObjectTagging", {"Key": "absent"}, *NO_KEY),
    ("PutObjectTagging", {"Key": "absent", "Tagging": {"TagSet": []}}, *NO_KEY),
    ("PutObjectTagging", {"Key": "k", "Tagging": {"TagSet": [{"Key": "a", "Value": "1"}] * 2}}, "InvalidTag", 400,
     "Cannot provide multiple Tags with the same key"),
    ("PutObjectTagging", {"Key": "k", "Tagging": {"TagSet": [{"Key": f"k{i}", "Value": "1"} for i in range(11)]}}, "BadRequest", 400,
     "Object tags cannot be greater than 10"),
    ("GetObject", {"Key": "k", "PartNumber": 2}, "InvalidPartNumber", 416, "The requested partnumber is not satisfiable"),
    ("GetObject", {"Key": "k", "VersionId": "v" * 32}, "NoSuchVersion", 404, "The specified version does not exist."),
    ("GetObject", {"Key": "k", "VersionId": "undefined"}, "InvalidArgument", 400, "Invalid version id specified"),
    ("GetObject", {"Key": "k", "IfNoneMatch": "*"}, "304", 304, "Not Modified"),
    ("PutObject", {"Key": "k", "Body": b"", "StorageClass": "COSY"}, "InvalidStorageClass", 400, "The storage class you specified is not valid"),
    ("PutBucketVersioning", {"VersioningConfiguration": {"Status": "Off"}}, "IllegalVersioningConfigurationException", 400, "Versioning"),
    ("PutBucketPolicy", {"Policy": "{" + " " * 20_480 + "}"}, "PolicyTooLarge", 400, "20 KB"),
    ("PutBucketPolicy", {"Policy": "{" + " " * (8 << 20) + "}"}, "EntityTooLarge", 400, ""),
    ("PutBucketAcl", {}, "MissingSecurityHeader", 400, "Your request was missing a required header"),
    # Settings that Hearth has no way to make.
    ("GetBucketCors", {}, "NoSuchCORSConfiguration", 404, "The CORS configuration does not exist"),
    ("GetBucketReplication", {}, "ReplicationConfigurationNotFoundError", 404, "The replication configuration was not found"),
    ("GetBucketWebsite", {}, "NoSuchWebsiteConfiguration", 404, "The specified bucket does not have a website configuration"),
    ("GetObjectLockConfiguration", {}, "ObjectLockConfigurationNotFoundError", 404, "Object Lock configuration does not exist for this bucket"),
]


@pytest.fixture(scope="module")
def bucket(hearth):
    name = make_bucket(hearth)
    hearth.client("s3").put_object(Bucket=name, Key="k", Body=b"abc")
    return name


def check(hearth, operation, given, code, status, words):
    with refused(code, status, words):
        getattr(hearth.client("s3"), xform_name(operation))(**given)


@pytest.mark.parametrize("operation, more", BUCKETS, ids=[row[0] for row in BUCKETS])
def test_no_such_bucket(hearth, operation, more):
    check(hearth, operation, {"Bucket": "absent-bucket", **more}, *NO_BUCKET)


@pytest.mark.parametrize("operation, more, code, status, words", OBJECTS, ids=[f"{row[0]}-{row[2]}" for row in OBJECTS])
def test_refusals(hearth, bucket, operation, more, code, status, words):
    check(hearth, operation, {"Bucket": bucket, **more}, code, status, words)


def test_what_is_there(hearth, bucket):
    s3 = hearth.client("s3")
    assert s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "a", "Value": "1"}]


def test_a_bucket_is_not_made_in_a_region_that_is_no_constraint(hearth):
    check(hearth, "CreateBucket", {"Bucket": "constraint", "CreateBucketConfiguration": {"LocationConstraint": "us-east-1"}},
          "InvalidLocationConstraint", 400, "The specified location-constraint is not valid")


def test_copied_parts(hearth, bucket):
    s3 = hearth.client("s3")
    part = {"Bucket": bucket, "Key": "copy", "PartNumber": 1, "UploadId": s3.create_multipart_upload(Bucket=bucket, Key="copy")["UploadId"]}
    source = f"{bucket}/k"
    for more, *refusal in (
            ({"CopySource": source, "UploadId": "absent"}, *NO_UPLOAD),
            ({"CopySource": f"{bucket}/absent"}, *NO_KEY),
            ({"CopySource": source, "PartNumber": 10_001}, "InvalidArgument", 400, "Part number must be an integer between 1 and 10000, inclusive"),
            ({"CopySource": source, "CopySourceRange": "bytes=0-3"}, "InvalidArgument", 400, "Range specified is not valid for source object of size: 3"),
            ({"CopySource": source, "CopySourceRange": "0-1"}, "InvalidArgument", 400, FORM),
            ({"CopySource": source, "CopySourceRange": "bytes=1-"}, "InvalidArgument", 400, FORM)):
        check(hearth, "UploadPartCopy", part | more, *refusal)
    etag = s3.upload_part_copy(**part, CopySource=source, CopySourceRange="bytes=0-1")["CopyPartResult"]["ETag"]
    s3.complete_multipart_upload(Bucket=bucket, Key="copy", UploadId=part["UploadId"], MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == b"ab"
