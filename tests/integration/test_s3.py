"""S3 as boto3 and the aws command use it."""

import base64
import hashlib
import os
import urllib.error
import urllib.request
import zlib

import pytest
from botocore.exceptions import ClientError

from support.aws import aws, fresh, make_bucket, refused


@pytest.fixture(scope="module")
def s3(hearth):
    return hearth.client("s3")


@pytest.fixture
def bucket(hearth):
    return make_bucket(hearth)


# --- objects


def test_what_was_put_comes_back_with_all_that_was_said_about_it(s3, bucket):
    body = os.urandom(300_000)
    put = s3.put_object(Bucket=bucket, Key="dir/äöü +%&?.bin", Body=body, ContentType="image/png", CacheControl="no-cache",
                        ContentDisposition="attachment", ContentEncoding="identity", ContentLanguage="de", Metadata={"one": "1", "Two": "zwei"})
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    assert put["ServerSideEncryption"] == "AES256"
    got = s3.get_object(Bucket=bucket, Key="dir/äöü +%&?.bin")
    assert got["Body"].read() == body
    assert got["ContentLength"] == len(body)
    assert got["AcceptRanges"] == "bytes"
    assert (got["ContentType"], got["CacheControl"], got["ContentDisposition"], got["ContentEncoding"], got["ContentLanguage"]) == (
        "image/png", "no-cache", "attachment", "identity", "de")
    assert got["Metadata"] == {"one": "1", "two": "zwei"}
    head = s3.head_object(Bucket=bucket, Key="dir/äöü +%&?.bin")
    for name in ("ETag", "LastModified", "ContentLength", "ContentType", "Metadata", "ServerSideEncryption"):
        assert head[name] == got[name], name
    assert "PartsCount" not in head


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 3_000_000])
def test_bodies_of_every_size(s3, bucket, size):
    body = os.urandom(size)
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == body


@pytest.mark.parametrize("asked, first, last", [("bytes=0-0", 0, 0), ("bytes=5-", 5, 199_999), ("bytes=-7", 199_993, 199_999),
                                                ("bytes=65000-131500", 65_000, 131_500), ("bytes=199999-500000", 199_999, 199_999),
                                                ("bytes=-500000", 0, 199_999)])
def test_ranges(s3, bucket, asked, first, last):
    body = os.urandom(200_000)
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    got = s3.get_object(Bucket=bucket, Key="k", Range=asked)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert got["ContentRange"] == f"bytes {first}-{last}/200000"
    assert got["Body"].read() == body[first:last + 1]


def test_a_range_past_the_end_is_refused_and_a_malformed_one_ignored(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"12345")
    with refused("InvalidRange", 416):
        s3.get_object(Bucket=bucket, Key="k", Range="bytes=5-")
    assert s3.get_object(Bucket=bucket, Key="k", Range="lines=1-2")["Body"].read() == b"12345"


def test_conditions_of_reads(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"12345")["ETag"]
    when = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    assert s3.get_object(Bucket=bucket, Key="k", IfMatch=etag)["Body"].read() == b"12345"
    assert s3.get_object(Bucket=bucket, Key="k", IfNoneMatch='"other"', IfUnmodifiedSince=when)["Body"].read() == b"12345"
    with refused("PreconditionFailed", 412):
        s3.get_object(Bucket=bucket, Key="k", IfMatch='"other"')
    with refused("304", 304):
        s3.get_object(Bucket=bucket, Key="k", IfNoneMatch=etag)
    with refused("304", 304):
        s3.head_object(Bucket=bucket, Key="k", IfModifiedSince=when)


def test_a_missing_key_and_a_missing_bucket(s3, bucket):
    with refused("NoSuchKey", 404) as refusal:
        s3.get_object(Bucket=bucket, Key="nothing")
    assert refusal.response["Error"]["Key"] == "nothing"
    with refused("404", 404):
        s3.head_object(Bucket=bucket, Key="nothing")
    with refused("NoSuchBucket", 404) as refusal:
        s3.put_object(Bucket="no-such-bucket-here", Key="k", Body=b"1")
    assert refusal.response["Error"]["BucketName"] == "no-such-bucket-here"
    with refused("404", 404):
        s3.head_bucket(Bucket="no-such-bucket-here")


def test_a_body_that_is_not_what_its_digest_says_is_refused(s3, bucket):
    with refused("BadDigest", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"12345", ContentMD5=base64.b64encode(hashlib.md5(b"other").digest()).decode())
    with refused("InvalidDigest", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"12345", ContentMD5="bm8=")
    with refused("404"):
        s3.head_object(Bucket=bucket, Key="k")


def test_checksums_are_checked_kept_and_shown_on_demand(s3, bucket):
    body = b"a body with a checksum"
    crc = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
    sha = base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert s3.put_object(Bucket=bucket, Key="crc", Body=body, ChecksumAlgorithm="CRC32")["ChecksumCRC32"] == crc
    assert s3.put_object(Bucket=bucket, Key="sha", Body=body, ChecksumSHA256=sha)["ChecksumSHA256"] == sha
    assert s3.head_object(Bucket=bucket, Key="crc", ChecksumMode="ENABLED")["ChecksumCRC32"] == crc
    assert s3.get_object(Bucket=bucket, Key="sha", ChecksumMode="ENABLED")["ChecksumSHA256"] == sha
    assert "ChecksumSHA256" not in s3.head_object(Bucket=bucket, Key="sha")
    with refused("BadDigest", 400):
        s3.put_object(Bucket=bucket, Key="bad", Body=body, ChecksumCRC32="AAAAAA==")
    attributes = s3.get_object_attributes(Bucket=bucket, Key="sha", ObjectAttributes=["Checksum", "ObjectSize", "ETag"])
    assert attributes["Checksum"]["ChecksumSHA256"] == sha
    assert attributes["ObjectSize"] == len(body)
    assert attributes["ETag"] == hashlib.md5(body).hexdigest()


def test_deleting_is_idempotent_and_many_go_at_once(s3, bucket):
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=f"k{number}", Body=b"")
    s3.delete_object(Bucket=bucket, Key="k0")
    s3.delete_object(Bucket=bucket, Key="k0")
    gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k1"}, {"Key": "k2"}, {"Key": "never"}]})
    assert sorted(entry["Key"] for entry in gone["Deleted"]) == ["k1", "k2", "never"]
    assert "Errors" not in gone
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Quiet": True, "Objects": [{"Key": "k3"}]})
    assert "Deleted" not in quiet
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["k4"]


def test_a_delete_with_a_condition(hearth, bucket):
    s3 = hearth.client("s3")  # this boto3 has no member for the header yet
    conditions = {}
    s3.meta.events.register("before-call.s3.DeleteObject", lambda params, **_: params["headers"].update(conditions))
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["ETag"]
    conditions["If-Match"] = '"00000000000000000000000000000000"'
    with refused("PreconditionFailed", 412):
        s3.delete_object(Bucket=bucket, Key="k")
    conditions["If-Match"] = etag
    with refused("NoSuchKey", 404):
        s3.delete_object(Bucket=bucket, Key="missing")
    s3.delete_object(Bucket=bucket, Key="k")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    conditions.clear()
    conditions["x-amz-if-match-size"] = "1"
    with refused("NotImplemented", 501):
        s3.delete_object(Bucket=bucket, Key="k")


def test_copies_keep_or_replace_what_was_said(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from", Body=b"text", ContentType="text/css", Metadata={"a": "1"})
    s3.copy_object(Bucket=bucket, Key="kept", CopySource={"Bucket": bucket, "Key": "from"})
    s3.copy_object(Bucket=bucket, Key="new", CopySource=f"{bucket}/from", MetadataDirective="REPLACE", Metadata={"b": "2"})
    kept, new = s3.get_object(Bucket=bucket, Key="kept"), s3.get_object(Bucket=bucket, Key="new")
    assert (kept["Body"].read(), kept["ContentType"], kept["Metadata"]) == (b"text", "text/css", {"a": "1"})
    assert (new["Body"].read(), new["ContentType"], new["Metadata"]) == (b"text", "binary/octet-stream", {"b": "2"})
    with refused("InvalidRequest", 400):
        s3.copy_object(Bucket=bucket, Key="from", CopySource=f"{bucket}/from")
    with refused("NoSuchKey", 404):
        s3.copy_object(Bucket=bucket, Key="x", CopySource=f"{bucket}/nothing")


# --- listings


KEYS = ["a", "b/1", "b/2", "b/c/3", "d", "e f&<>", "z/"]


@pytest.fixture(scope="module")
def listed(hearth):
    name = make_bucket(hearth, "listed")
    s3 = hearth.client("s3")
    for key in KEYS:
        s3.put_object(Bucket=name, Key=key, Body=key.encode())
    return name


def test_listing_version_2(s3, listed):
    page = s3.list_objects_v2(Bucket=listed)
    assert [entry["Key"] for entry in page["Contents"]] == KEYS
    assert (page["KeyCount"], page["IsTruncated"], page["MaxKeys"]) == (7, False, 1000)
    assert page["Contents"][0]["ETag"] == f'"{hashlib.md5(b"a").hexdigest()}"'
    assert page["Contents"][0]["Size"] == 1
    assert page["Contents"][0]["StorageClass"] == "STANDARD"
    page = s3.list_objects_v2(Bucket=listed, Delimiter="/")
    assert [entry["Key"] for entry in page["Contents"]] == ["a", "d", "e f&<>"]
    assert [entry["Prefix"] for entry in page["CommonPrefixes"]] == ["b/", "z/"]
    page = s3.list_objects_v2(Bucket=listed, Delimiter="/", Prefix="b/")
    assert ([entry["Key"] for entry in page["Contents"]], page["CommonPrefixes"]) == (["b/1", "b/2"], [{"Prefix": "b/c/"}])
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=listed, StartAfter="b/2")["Contents"]] == KEYS[3:]
    assert s3.list_objects_v2(Bucket=listed, Prefix="nothing")["KeyCount"] == 0


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_show_everything_once(s3, listed, operation, size):
    keys, prefixes = [], []
    for page in s3.get_paginator(operation).paginate(Bucket=listed, Delimiter="/", PaginationConfig={"PageSize": size}):
        found = len(page.get("Contents", [])) + len(page.get("CommonPrefixes", []))
        assert found == size or not page["IsTruncated"]
        keys += [entry["Key"] for entry in page.get("Contents", [])]
        prefixes += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
    assert (keys, prefixes) == (["a", "d", "e f&<>"], ["b/", "z/"])


def test_listing_version_1(s3, listed):
    page = s3.list_objects(Bucket=listed, Marker="b/1", MaxKeys=2)
    assert [entry["Key"] for entry in page["Contents"]] == ["b/2", "b/c/3"]
    assert page["IsTruncated"] and page["Marker"] == "b/1"
    page = s3.list_objects(Bucket=listed, Delimiter="/", MaxKeys=2)
    assert page["NextMarker"] == "b/"
    assert page["Contents"][0]["Owner"]["ID"]
    with refused("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=listed, ContinuationToken="not one of ours")


# --- versions and settings of buckets


def test_versions(s3, bucket):
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"before")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"first")["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="k", Body=b"second")["VersionId"]
    assert s3.get_object(Bucket=bucket, Key="k")["VersionId"] == second
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=first)["Body"].read() == b"first"
    assert s3.get_object(Bucket=bucket, Key="k", VersionId="null")["Body"].read() == b"before"

    marker = s3.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"] is True
    with refused("NoSuchKey", 404) as refusal:
        s3.get_object(Bucket=bucket, Key="k")
    assert refusal.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"
    with refused("MethodNotAllowed", 405):
        s3.get_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    listing = s3.list_object_versions(Bucket=bucket)
    assert [entry["VersionId"] for entry in listing["Versions"]] == [second, first, "null"]
    assert [(entry["VersionId"], entry["IsLatest"]) for entry in listing["DeleteMarkers"]] == [(marker["VersionId"], True)]
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)

    s3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"second"
    with refused("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=bucket)
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k", "VersionId": version} for version in (first, second, "null")]})
    s3.delete_bucket(Bucket=bucket)
    with refused("404"):
        s3.head_bucket(Bucket=bucket)


def test_encryption_of_a_bucket(s3, bucket):
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    body = b"plain MD5 also when encrypted"
    put = s3.put_object(Bucket=bucket, Key="k", Body=body, ServerSideEncryption="AES256")
    assert (put["ETag"], put["ServerSideEncryption"]) == (f'"{hashlib.md5(body).hexdigest()}"', "AES256")


def test_nothing_of_a_body_lies_on_the_disk_in_clear(hearth, s3, bucket):
    secret = b"only-for-the-eyes-of-the-reader-"
    s3.put_object(Bucket=bucket, Key="small", Body=secret)
    s3.put_object(Bucket=bucket, Key="large", Body=secret * 10_000)
    files = [path for path in hearth.data.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if secret in path.read_bytes()]


@pytest.mark.parametrize("operation, code", [
    ("get_public_access_block", "NoSuchPublicAccessBlockConfiguration"), ("get_bucket_policy", "NoSuchBucketPolicy"),
    ("get_bucket_tagging", "NoSuchTagSet"), ("get_bucket_ownership_controls", "OwnershipControlsNotFoundError"),
    ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"), ("get_bucket_cors", "NoSuchCORSConfiguration"),
    ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"), ("get_bucket_website", "NoSuchWebsiteConfiguration"),
    ("get_bucket_replication", "ReplicationConfigurationNotFoundError")])
def test_what_is_not_configured_says_so(s3, bucket, operation, code):
    with refused(code, 404):
        getattr(s3, operation)(Bucket=bucket)


def test_tags_of_buckets_and_objects(s3, bucket):
    tags = [{"Key": "course", "Value": "os & co"}]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    s3.put_object(Bucket=bucket, Key="k", Body=b"", Tagging="a=1&b=2")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    assert s3.get_object(Bucket=bucket, Key="k")["TagCount"] == 2


def test_names_of_buckets(hearth, s3, bucket):
    with refused("BucketAlreadyOwnedByYou", 409):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": hearth.region})
    with refused("InvalidBucketName", 400):
        aws_like = hearth.client("s3")
        aws_like.meta.events.unregister("before-parameter-build.s3", None)
        aws_like.create_bucket(Bucket="Not.A.Bucket..Name", CreateBucketConfiguration={"LocationConstraint": hearth.region})
    assert bucket in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == hearth.region


# --- large bodies, URLs, the command


def test_multipart(s3, bucket):
    parts = [os.urandom(5 << 20), os.urandom(5 << 20), b"the rest"]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", Metadata={"a": "1"})["UploadId"]
    assert [entry["UploadId"] for entry in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]
    sent = [{"PartNumber": number, "ETag": s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=number, Body=part)["ETag"]}
            for number, part in enumerate(parts, 1)]
    assert [entry["Size"] for entry in s3.list_parts(Bucket=bucket, Key="k", UploadId=upload)["Parts"]] == [len(part) for part in parts]
    with refused("InvalidPart", 400):
        s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": '"no"'}]})
    with refused("InvalidPartOrder", 400):
        s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": sent[::-1]})
    done = s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": sent})
    digests = b"".join(hashlib.md5(part).digest() for part in parts)
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-3"'
    got = s3.get_object(Bucket=bucket, Key="k")
    assert (got["Body"].read(), got["Metadata"]) == (b"".join(parts), {"a": "1"})
    second = s3.get_object(Bucket=bucket, Key="k", PartNumber=2)
    assert (second["Body"].read(), second["PartsCount"]) == (parts[1], 3)
    with refused("NoSuchUpload", 404):
        s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"")


def test_a_download_goes_on_while_its_object_is_replaced_and_deleted(s3, bucket):
    parts = [os.urandom(20 << 20), os.urandom(20 << 20)]  # more than sockets hold: most of it is sent after the delete
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    sent = [{"PartNumber": number, "ETag": s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=number, Body=part)["ETag"]}
            for number, part in enumerate(parts, 1)]
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": sent})
    body = s3.get_object(Bucket=bucket, Key="k")["Body"]
    begin = body.read(1000)
    s3.put_object(Bucket=bucket, Key="k", Body=b"another")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"another"
    s3.delete_object(Bucket=bucket, Key="k")
    with refused("NoSuchKey", 404):
        s3.get_object(Bucket=bucket, Key="k")
    assert begin + body.read() == b"".join(parts)


def test_an_aborted_upload_leaves_nothing(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    with refused("404"):
        s3.head_object(Bucket=bucket, Key="k")


def test_presigned_urls(s3, bucket):
    put = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a b", "ContentType": "text/plain"}, ExpiresIn=60)
    request = urllib.request.Request(put, data=b"by URL", method="PUT", headers={"Content-Type": "text/plain"})
    assert urllib.request.urlopen(request).status == 200
    get = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b", "ResponseContentType": "text/css"}, ExpiresIn=60)
    assert "X-Amz-Signature=" in get
    answer = urllib.request.urlopen(get)
    assert (answer.read(), answer.headers["Content-Type"]) == (b"by URL", "text/css")
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(get.replace("text%2Fcss", "text%2Fhtml"))
    assert error.value.code == 403
    assert b"<Code>SignatureDoesNotMatch</Code>" in error.value.read()


def test_a_presigned_url_says_how_its_answer_is_shown_and_saved(s3, bucket):
    s3.put_object(Bucket=bucket, Key="board.html", Body=b"<p>", ContentType="text/plain", ContentDisposition="inline", CacheControl="max-age=9")
    wanted = {"ResponseContentType": "text/html; charset=utf-8", "ResponseContentDisposition": "attachment; filename*=UTF-8''board%20%C3%BC.html",
              "ResponseCacheControl": "no-store", "ResponseContentLanguage": "pl", "ResponseContentEncoding": "identity"}
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "board.html", **wanted}, ExpiresIn=60)
    headers = urllib.request.urlopen(url).headers
    assert headers["Content-Type"] == wanted["ResponseContentType"]
    assert headers["Content-Disposition"] == wanted["ResponseContentDisposition"]
    assert (headers["Cache-Control"], headers["Content-Language"], headers["Content-Encoding"]) == ("no-store", "pl", "identity")
    plain = urllib.request.urlopen(s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "board.html"})).headers
    assert (plain["Content-Type"], plain["Content-Disposition"], plain["Cache-Control"]) == ("text/plain", "inline", "max-age=9")


def test_the_command_copies_a_large_file_there_and_back(hearth, s3, bucket, tmp_path):
    body = os.urandom(20_000_000)
    (tmp_path / "large").write_bytes(body)
    aws(hearth, "s3", "cp", tmp_path / "large", f"s3://{bucket}/large", "--no-progress")
    assert s3.head_object(Bucket=bucket, Key="large")["ETag"].endswith('-3"')
    aws(hearth, "s3", "cp", f"s3://{bucket}/large", f"s3://{bucket}/copy", "--no-progress")
    aws(hearth, "s3", "cp", f"s3://{bucket}/copy", tmp_path / "back", "--no-progress")
    assert (tmp_path / "back").read_bytes() == body


def test_the_command_makes_syncs_lists_and_removes(hearth, tmp_path):
    name = fresh("by-command")
    aws(hearth, "s3", "mb", f"s3://{name}")
    (tmp_path / "tree" / "below").mkdir(parents=True)
    (tmp_path / "tree" / "top.txt").write_text("top")
    (tmp_path / "tree" / "below" / "ä b.txt").write_text("below")
    aws(hearth, "s3", "sync", tmp_path / "tree", f"s3://{name}/x", "--no-progress")
    assert "upload" not in aws(hearth, "s3", "sync", tmp_path / "tree", f"s3://{name}/x", "--no-progress").stdout
    listing = aws(hearth, "s3", "ls", "--recursive", f"s3://{name}").stdout
    assert "x/below/ä b.txt" in listing and "x/top.txt" in listing
    aws(hearth, "s3", "rb", f"s3://{name}", "--force")
    assert name not in aws(hearth, "s3", "ls").stdout


def test_streams_of_unknown_content_are_sent_in_signed_chunks_or_whole(s3, bucket, tmp_path):
    (tmp_path / "file").write_bytes(b"x" * 100_000)
    with open(tmp_path / "file", "rb") as stream:
        s3.put_object(Bucket=bucket, Key="k", Body=stream)
    s3.upload_file(str(tmp_path / "file"), bucket, "k2", ExtraArgs={"ChecksumAlgorithm": "SHA256"})
    for key in ("k", "k2"):
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"x" * 100_000


def test_a_wrong_secret_is_refused(hearth, bucket):
    with refused("SignatureDoesNotMatch", 403):
        hearth.client("s3", secret="wrong").list_objects_v2(Bucket=bucket)
    with refused("InvalidAccessKeyId", 403):
        hearth.client("s3", key="NOSUCHKEY").list_objects_v2(Bucket=bucket)
    with pytest.raises(ClientError):
        hearth.client("s3", key="NOSUCHKEY").head_bucket(Bucket=bucket)
