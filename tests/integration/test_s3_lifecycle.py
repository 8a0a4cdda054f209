"""Lifecycle rules: kept as AWS keeps them, and enforced on the product's clock."""

import datetime
import json
import os

import pytest
from botocore.exceptions import WaiterError

from support.aws import aws, fresh, make_bucket, refused
from support.wait import until


@pytest.fixture(scope="module")
def s3(hearth):
    return hearth.client("s3")


@pytest.fixture
def bucket(hearth):
    return make_bucket(hearth)


def rule(**more):
    return {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, **more}


def put_rules(s3, bucket, *rules):
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": list(rules)})


def day(year, month, number):
    return datetime.datetime(year, month, number, tzinfo=datetime.timezone.utc)


# --- the configuration


def test_what_was_set_is_shown_and_deleted(s3, bucket):
    rules = [
        {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 180},
         "NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 2}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        {"ID": "tag", "Status": "Disabled", "Filter": {"Tag": {"Key": "k", "Value": "v"}}, "Expiration": {"Date": day(2030, 1, 1)}},
        {"ID": "size", "Status": "Enabled", "Filter": {"ObjectSizeGreaterThan": 5}, "Expiration": {"Days": 1}},
        {"ID": "and", "Status": "Enabled", "Expiration": {"Days": 2},
         "Filter": {"And": {"Prefix": "a/", "Tags": [{"Key": "k", "Value": "v"}, {"Key": "l", "Value": "w"}], "ObjectSizeGreaterThan": 1, "ObjectSizeLessThan": 9}}},
        {"ID": "markers", "Status": "Enabled", "Filter": {"Prefix": "b/"}, "Expiration": {"ExpiredObjectDeleteMarker": True}}]
    put_rules(s3, bucket, *rules)
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == rules
    put_rules(s3, bucket, rule(Expiration={"Days": 1}))
    assert [entry["ID"] for entry in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]] == ["r"]
    assert s3.delete_bucket_lifecycle(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 204
    with refused("NoSuchLifecycleConfiguration", 404):
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    s3.delete_bucket_lifecycle(Bucket=bucket)


def test_the_old_operations_and_the_old_prefix(s3, bucket):
    s3.put_bucket_lifecycle(Bucket=bucket, LifecycleConfiguration={"Rules": [{"ID": "old", "Prefix": "logs/", "Status": "Enabled", "Expiration": {"Days": 3}}]})
    expected = [{"ID": "old", "Prefix": "logs/", "Status": "Enabled", "Expiration": {"Days": 3}}]
    assert s3.get_bucket_lifecycle(Bucket=bucket)["Rules"] == expected
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == expected


def test_a_rule_without_an_id_gets_one(s3, bucket):
    nameless = rule(Expiration={"Days": 1})
    del nameless["ID"]
    put_rules(s3, bucket, nameless)
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]["ID"]


@pytest.mark.parametrize("code, status, rules", [
    ("MalformedXML", 400, []),
    ("InvalidArgument", 400, [rule(Expiration={"Days": 1}), rule(Expiration={"Days": 2})]),
    ("MalformedXML", 400, [rule(ID=str(number), Expiration={"Days": 1}) for number in range(1001)]),
    ("MalformedXML", 400, [rule(Status="On", Expiration={"Days": 1})]),
    ("InvalidArgument", 400, [rule(Expiration={"Days": 0})]),
    ("InvalidArgument", 400, [rule(Expiration={"Date": datetime.datetime(2030, 1, 1, 12, tzinfo=datetime.timezone.utc)})]),
    ("InvalidRequest", 400, [rule()]),
    ("InvalidRequest", 400, [rule(Filter={"Tag": {"Key": "k", "Value": "v"}}, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1})]),
    ("NotImplemented", 501, [rule(Transitions=[{"Days": 30, "StorageClass": "GLACIER"}])])])
def test_refusals(s3, bucket, code, status, rules):
    with refused(code, status):
        put_rules(s3, bucket, *rules)
    with refused("NoSuchLifecycleConfiguration", 404):
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)


def test_a_rule_that_is_not_xml_s3_knows(hearth, s3, bucket):
    with refused("MalformedXML"):
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [{"ID": "r", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]})
    with refused("NoSuchBucket", 404):
        put_rules(s3, fresh("missing"), rule(Expiration={"Days": 1}))


def test_when_an_object_expires_is_said_with_it(make_hearth):
    hearth = make_hearth("--clock", "2024-03-01T12:00:00Z").start()
    s3, bucket = hearth.client("s3"), make_bucket(hearth)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="a/k", Body=b"x")
    assert "Expiration" not in first
    put_rules(s3, bucket, rule(ID="keep a/ ä", Filter={"Prefix": "a/"}, Expiration={"Days": 3}), rule(ID="later", Expiration={"Days": 300}))
    expected = 'expiry-date="Tue, 05 Mar 2024 00:00:00 GMT", rule-id="keep%20a%2F%20%C3%A4"'
    assert s3.put_object(Bucket=bucket, Key="a/k", Body=b"y")["Expiration"] == expected
    assert s3.head_object(Bucket=bucket, Key="a/k")["Expiration"] == expected
    assert s3.get_object(Bucket=bucket, Key="a/k")["Expiration"] == expected
    assert "Expiration" not in s3.head_object(Bucket=bucket, Key="a/k", VersionId=first["VersionId"])  # not current
    assert 'rule-id="later"' in s3.copy_object(Bucket=bucket, Key="b", CopySource=f"{bucket}/a/k")["Expiration"]


# --- what becomes of objects


def keys(s3, bucket):
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def versions(s3, bucket):
    """(key, body or None for a marker), newest first in each key."""
    listing = s3.list_object_versions(Bucket=bucket)
    found = [(entry["Key"], entry["LastModified"], s3.get_object(Bucket=bucket, Key=entry["Key"], VersionId=entry["VersionId"])["Body"].read())
             for entry in listing.get("Versions", [])]
    found += [(entry["Key"], entry["LastModified"], None) for entry in listing.get("DeleteMarkers", [])]
    return [(key, body) for key, _, body in sorted(found, key=lambda entry: (entry[0], -entry[1].timestamp()))]


def restart_at(hearth, time):
    hearth.stop()
    hearth.options = ["--clock", time]
    return hearth.start()


def pass_done(hearth, bucket):
    """The engine has looked at the bucket: it works in the order of buckets, and this one is the newest."""
    s3 = hearth.client("s3")
    until(lambda: "Contents" not in s3.list_objects_v2(Bucket=bucket), "the engine to reach the last bucket")


def make_last(hearth):
    """A bucket whose only object every pass removes: when it is gone, the pass is over."""
    s3, bucket = hearth.client("s3"), make_bucket(hearth, "last")
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    put_rules(s3, bucket, rule(Expiration={"Date": day(2020, 1, 1)}))
    return bucket


def test_objects_go_on_the_midnight_behind_their_days_and_no_others(make_hearth):
    hearth = make_hearth("--clock", "2024-03-01T12:00:00Z").start()
    s3, bucket, other = hearth.client("s3"), make_bucket(hearth), make_bucket(hearth)
    for name in ("old/small", "old/large", "old/tagged", "kept"):
        s3.put_object(Bucket=bucket, Key=name, Body=os.urandom(200_000) if name == "old/large" else b"x")
    s3.put_object(Bucket=other, Key="old/small", Body=b"x")
    put_rules(s3, bucket, rule(Filter={"Prefix": "old/"}, Expiration={"Days": 2}), rule(ID="off", Status="Disabled", Expiration={"Days": 1}))
    last = make_last(hearth)

    restart_at(hearth, "2024-03-03T23:50:00Z")
    pass_done(hearth, last)
    assert keys(hearth.client("s3"), bucket) == ["kept", "old/large", "old/small", "old/tagged"]

    hearth.client("s3").put_object(Bucket=last, Key="k", Body=b"")
    assert [path for path in (hearth.data / "blobs").rglob("*") if path.is_file()]
    restart_at(hearth, "2024-03-04T00:00:00Z")
    pass_done(hearth, last)
    s3 = hearth.client("s3")
    assert keys(s3, bucket) == ["kept"]
    assert keys(s3, other) == ["old/small"]
    until(lambda: not [path for path in (hearth.data / "blobs").rglob("*") if path.is_file()], "the blob to go")
    assert "Versions" not in s3.list_object_versions(Bucket=bucket, Prefix="old/")


def test_midnight_passes_while_the_server_runs(make_hearth):
    hearth = make_hearth("--clock", "2024-03-03T23:59:48Z").start()
    s3, bucket = hearth.client("s3"), make_bucket(hearth)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    put_rules(s3, bucket, rule(Expiration={"Date": day(2024, 3, 4)}))
    until(lambda: keys(s3, bucket) == [], "midnight")


def test_many_objects_go_in_many_writes(make_hearth):
    hearth = make_hearth("--clock", "2024-03-01T12:00:00Z").start()
    s3, bucket = hearth.client("s3"), make_bucket(hearth)
    for number in range(450):
        s3.put_object(Bucket=bucket, Key=f"k{number:04}", Body=b"x", Tagging="keep=yes" if number % 100 == 0 else "keep=no")
    put_rules(s3, bucket, rule(Filter={"Tag": {"Key": "keep", "Value": "no"}}, Expiration={"Days": 1}))
    last = make_last(hearth)
    restart_at(hearth, "2024-06-01T00:00:00Z")
    pass_done(hearth, last)
    assert keys(hearth.client("s3"), bucket) == ["k0000", "k0100", "k0200", "k0300", "k0400"]


def test_versions_go_by_age_and_number_and_lone_markers_last(make_hearth):
    hearth = make_hearth("--clock", "2024-03-01T12:00:00Z").start()
    s3, bucket = hearth.client("s3"), make_bucket(hearth)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2", b"3", b"4"):
        s3.put_object(Bucket=bucket, Key="many", Body=body)
    s3.put_object(Bucket=bucket, Key="current", Body=b"c")
    s3.put_object(Bucket=bucket, Key="deleted", Body=b"d")
    s3.delete_object(Bucket=bucket, Key="deleted")
    s3.delete_object(Bucket=bucket, Key="only-a-marker")
    put_rules(s3, bucket, rule(NoncurrentVersionExpiration={"NoncurrentDays": 2, "NewerNoncurrentVersions": 1}),
              rule(ID="markers", Expiration={"ExpiredObjectDeleteMarker": True}))
    last = make_last(hearth)

    restart_at(hearth, "2024-03-03T23:00:00Z")
    pass_done(hearth, last)
    assert versions(hearth.client("s3"), bucket) == [
        ("current", b"c"), ("deleted", None), ("deleted", b"d"), ("many", b"4"), ("many", b"3"), ("many", b"2"), ("many", b"1")]

    hearth.client("s3").put_object(Bucket=last, Key="k", Body=b"")
    restart_at(hearth, "2024-03-04T00:00:00Z")
    pass_done(hearth, last)
    s3 = hearth.client("s3")
    assert versions(s3, bucket) == [("current", b"c"), ("deleted", None), ("deleted", b"d"), ("many", b"4"), ("many", b"3")]
    assert s3.get_object(Bucket=bucket, Key="many")["Body"].read() == b"4"


def test_retention_removes_an_object_with_all_its_versions_in_time(make_hearth):
    hearth = make_hearth("--clock", "2024-03-01T12:00:00Z").start()
    s3, bucket = hearth.client("s3"), make_bucket(hearth)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    s3.put_object(Bucket=bucket, Key="k", Body=b"2")
    put_rules(s3, bucket, rule(Expiration={"Days": 30}, NoncurrentVersionExpiration={"NoncurrentDays": 1}))
    last = make_last(hearth)
    for time, left in (("2024-03-05T12:00:00Z", [("k", b"2")]),
                       ("2024-04-05T12:00:00Z", [("k", None), ("k", b"2")]),  # expired: a marker stands in front of it
                       ("2024-04-07T12:00:00Z", [("k", None)]),  # the version behind the marker is old enough
                       ("2024-05-08T12:00:00Z", [])):  # and the marker has nothing behind it
        restart_at(hearth, time)
        pass_done(hearth, last)
        assert versions(hearth.client("s3"), bucket) == left, time
        hearth.client("s3").put_object(Bucket=last, Key="k", Body=b"")
    hearth.client("s3").delete_bucket(Bucket=bucket)


def test_uploads_that_nobody_finished_are_aborted(make_hearth):
    hearth = make_hearth("--clock", "2024-03-01T12:00:00Z").start()
    s3, bucket = hearth.client("s3"), make_bucket(hearth)
    for name in ("a/k", "b/k"):
        upload = s3.create_multipart_upload(Bucket=bucket, Key=name)["UploadId"]
        s3.upload_part(Bucket=bucket, Key=name, UploadId=upload, PartNumber=1, Body=b"x" * 100_000)
    put_rules(s3, bucket, rule(Filter={"Prefix": "a/"}, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1}))
    last = make_last(hearth)
    restart_at(hearth, "2024-03-03T00:00:00Z")
    pass_done(hearth, last)
    assert [entry["Key"] for entry in hearth.client("s3").list_multipart_uploads(Bucket=bucket)["Uploads"]] == ["b/k"]
    until(lambda: len([path for path in (hearth.data / "blobs").rglob("*") if path.is_file()]) == 1, "the part to go")


def test_a_pass_that_was_killed_goes_on_at_the_next_start(make_hearth):
    hearth = make_hearth("--clock", "2024-03-01T12:00:00Z").start()
    s3, bucket = hearth.client("s3"), make_bucket(hearth)
    for number in range(300):
        s3.put_object(Bucket=bucket, Key=f"k{number:04}", Body=b"x")
    s3.put_object(Bucket=bucket, Key="kept", Body=b"x", Tagging="a=b")
    put_rules(s3, bucket, rule(Filter={"Prefix": "k0"}, Expiration={"Days": 1}))
    restart_at(hearth, "2024-03-05T00:00:00Z")
    hearth.kill()
    hearth.start()
    until(lambda: keys(hearth.client("s3"), bucket) == ["kept"], "the rest to go")


# --- as a property of a bucket


def deploy(hearth, name, bucket_properties, operation="create"):
    client = hearth.client("cloudformation")
    template = {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": bucket_properties}}}
    getattr(client, f"{operation}_stack")(StackName=name, TemplateBody=json.dumps(template))
    try:
        client.get_waiter(f"stack_{operation}_complete").wait(StackName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})
    except WaiterError:
        pass
    return client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]


def test_the_property_of_a_bucket(hearth, s3):
    name, bucket = fresh("stack"), fresh("retained")
    rules = [{"Id": "all", "Status": "Enabled", "Prefix": "a/", "ExpirationInDays": 180, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
              "NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 1}},
             {"Id": "small", "Status": "Enabled", "ObjectSizeLessThan": "100", "TagFilters": [{"Key": "k", "Value": "v"}], "ExpirationDate": "2030-01-01T00:00:00Z"},
             {"Id": "old", "Status": "Disabled", "NoncurrentVersionExpirationInDays": 3},
             {"Id": "markers", "Status": "Enabled", "ExpiredObjectDeleteMarker": True}]
    assert deploy(hearth, name, {"BucketName": bucket, "LifecycleConfiguration": {"Rules": rules}}) == "CREATE_COMPLETE"
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == [
        {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": "a/"}, "Expiration": {"Days": 180}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
         "NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 1}},
        {"ID": "small", "Status": "Enabled", "Filter": {"And": {"Tags": [{"Key": "k", "Value": "v"}], "ObjectSizeLessThan": 100}},
         "Expiration": {"Date": day(2030, 1, 1)}},
        {"ID": "old", "Status": "Disabled", "Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {"NoncurrentDays": 3}},
        {"ID": "markers", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"ExpiredObjectDeleteMarker": True}}]
    changed = {"BucketName": bucket, "LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "ExpirationInDays": 1}]}}
    assert deploy(hearth, name, changed, "update") == "UPDATE_COMPLETE"
    assert [entry["Expiration"] for entry in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]] == [{"Days": 1}]
    assert deploy(hearth, name, {"BucketName": bucket}, "update") == "UPDATE_COMPLETE"
    with refused("NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)


@pytest.mark.parametrize("bad, words", [
    ({"Status": "Enabled", "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 1}]}, "Transitions"),
    ({"Status": "Enabled"}, "At least one action"), ({"Status": "Enabled", "ExpirationInDays": 0}, "positive integer")])
def test_what_the_property_cannot_say(hearth, bad, words):
    name = fresh("stack")
    client = hearth.client("cloudformation")
    try:
        status = deploy(hearth, name, {"LifecycleConfiguration": {"Rules": [bad]}})
        reasons = [event.get("ResourceStatusReason", "") for event in client.describe_stack_events(StackName=name)["StackEvents"]]
        assert status == "ROLLBACK_COMPLETE"
    except client.exceptions.ClientError as error:
        reasons = [error.response["Error"]["Message"]]
    assert any(words in reason for reason in reasons), reasons


def test_the_command_sets_rules(hearth, s3, bucket, tmp_path):
    (tmp_path / "rules.json").write_text('{"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "x"}, "Expiration": {"Days": 9}}]}')
    aws(hearth, "s3api", "put-bucket-lifecycle-configuration", "--bucket", bucket, "--lifecycle-configuration", f"file://{tmp_path}/rules.json")
    assert '"Days": 9' in aws(hearth, "s3api", "get-bucket-lifecycle-configuration", "--bucket", bucket, "--output", "json").stdout
