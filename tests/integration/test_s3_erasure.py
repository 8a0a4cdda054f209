"""Erasing: every version of an object goes, and then nothing of it is on the disk."""

import os
import sqlite3

import pytest

from support.aws import fresh, make_bucket, refused
from support.wait import until

STUDENT = "student-4711-marker"


@pytest.fixture(scope="module")
def s3(hearth):
    return hearth.client("s3")


@pytest.fixture
def bucket(hearth, s3):
    name = make_bucket(hearth)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def listed(s3, bucket, **more):
    """Every version and marker as (key, version), page by page as AWS's page says it is done."""
    found, marks = [], {}
    while True:
        page = s3.list_object_versions(Bucket=bucket, **more, **marks)
        found += [(entry["Key"], entry["VersionId"]) for entry in page.get("Versions", []) + page.get("DeleteMarkers", [])]
        if not page["IsTruncated"]:
            return found
        marks = {"KeyMarker": page["NextKeyMarker"]}
        if "NextVersionIdMarker" in page:
            marks["VersionIdMarker"] = page["NextVersionIdMarker"]


def make_versions(s3, bucket, keys, count):
    made = []
    for key in keys:
        versions = [s3.put_object(Bucket=bucket, Key=key, Body=b"x")["VersionId"] for _ in range(count)]
        versions.append(s3.delete_object(Bucket=bucket, Key=key)["VersionId"])
        made += [(key, version) for version in reversed(versions)]
    return made


# --- the listing


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
def test_pages_of_versions_show_everything_once_and_in_order(s3, bucket, size):
    made = make_versions(s3, bucket, ["a", "b/1", "b/2", "c"], 3)
    found, marks = [], {}
    while True:
        page = s3.list_object_versions(Bucket=bucket, MaxKeys=size, **marks)
        both = {entry["VersionId"]: entry["Key"] for entry in page.get("Versions", []) + page.get("DeleteMarkers", [])}
        assert len(both) <= size
        found += [pair for pair in made if pair[1] in both]
        if not page["IsTruncated"]:
            break
        assert (page["NextKeyMarker"], page["NextVersionIdMarker"]) == found[-1]
        marks = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
    assert found == made


def test_prefix_delimiter_and_markers_of_versions(s3, bucket):
    made = make_versions(s3, bucket, ["a", "b/1", "b/2", "b/c/3", "d"], 2)
    assert sorted(listed(s3, bucket, Prefix="b/")) == sorted(pair for pair in made if pair[0].startswith("b/"))
    page = s3.list_object_versions(Bucket=bucket, Delimiter="/")
    assert [entry["Prefix"] for entry in page["CommonPrefixes"]] == ["b/"]
    assert {entry["Key"] for entry in page["Versions"]} == {"a", "d"}
    page = s3.list_object_versions(Bucket=bucket, Delimiter="/", Prefix="b/")
    assert [entry["Prefix"] for entry in page["CommonPrefixes"]] == ["b/c/"]
    assert {entry["Key"] for entry in page["Versions"]} == {"b/1", "b/2"}
    page = s3.list_object_versions(Bucket=bucket, Delimiter="/", KeyMarker="b/")
    assert "CommonPrefixes" not in page and {entry["Key"] for entry in page["Versions"]} == {"d"}
    page = s3.list_object_versions(Bucket=bucket, KeyMarker="b/1")  # without a version: behind the whole key
    assert page["Versions"][0]["Key"] == "b/2"
    page = s3.list_object_versions(Bucket=bucket, KeyMarker="b/1", VersionIdMarker=made[3][1])
    assert page["Versions"][0] | {"LastModified": None} == page["Versions"][0] | {"LastModified": None, "Key": "b/1", "VersionId": made[4][1]}
    with refused("InvalidArgument"):
        s3.list_object_versions(Bucket=bucket, VersionIdMarker=made[0][1])


def test_who_deletes_each_page_before_the_next_misses_nothing(s3, bucket):
    make_versions(s3, bucket, ["a", "b"], 7)
    marks = {}
    while True:
        page = s3.list_object_versions(Bucket=bucket, MaxKeys=3, **marks)
        gone = [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in page.get("Versions", []) + page.get("DeleteMarkers", [])]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": gone, "Quiet": True})
        if not page["IsTruncated"]:
            break
        marks = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
    assert listed(s3, bucket) == []


# --- deleting


def test_versions_and_markers_are_deleted_one_by_one(s3, bucket):
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="k")
    assert (marker["DeleteMarker"], marker["VersionId"] != first) == (True, True)
    gone = s3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert (gone["DeleteMarker"], gone["VersionId"]) == (True, marker["VersionId"])
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"
    gone = s3.delete_object(Bucket=bucket, Key="k", VersionId=first)
    assert ("DeleteMarker" in gone, gone["VersionId"]) == (False, first)
    assert s3.delete_object(Bucket=bucket, Key="k", VersionId=first)["VersionId"] == first  # again: as on AWS
    assert listed(s3, bucket) == []


def test_a_thousand_versions_go_in_one_call(s3, bucket):
    versions = [s3.put_object(Bucket=bucket, Key="k", Body=b"x")["VersionId"] for _ in range(500)]
    others = [s3.put_object(Bucket=bucket, Key=f"o{number}", Body=b"x")["VersionId"] for number in range(499)]
    marker = s3.delete_object(Bucket=bucket, Key="k")["VersionId"]
    objects = [{"Key": "k", "VersionId": version} for version in [marker, *versions]]
    objects += [{"Key": f"o{number}", "VersionId": version} for number, version in enumerate(others)]
    assert len(objects) == 1000
    with refused("MalformedXML"):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [*objects, {"Key": "one-more"}]})
    done = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    assert "Errors" not in done
    assert {(entry["Key"], entry["VersionId"]) for entry in done["Deleted"]} == {(entry["Key"], entry["VersionId"]) for entry in objects}
    told = [entry for entry in done["Deleted"] if "DeleteMarker" in entry]
    assert [(entry["DeleteMarker"], entry["DeleteMarkerVersionId"]) for entry in told] == [(True, marker)]
    assert listed(s3, bucket) == []
    s3.delete_bucket(Bucket=bucket)


def test_a_quiet_delete_tells_errors_alone(s3, bucket):
    version = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["VersionId"]
    done = s3.delete_objects(Bucket=bucket, Delete={"Quiet": True, "Objects": [{"Key": "k", "VersionId": version}, {"Key": "x" * 1025}]})
    assert "Deleted" not in done
    assert [entry["Code"] for entry in done["Errors"]] == ["KeyTooLongError"]


# --- the disk


def files_with(hearth, *texts):
    """Which files of the data folder have one of the texts in their bytes or in their name."""
    found = set()
    for path in hearth.data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found |= {path.name for text in texts if text in content or text.decode(errors="replace") in path.name}
    return found


def blobs(hearth):
    return {path for path in (hearth.data / "blobs").rglob("*") if path.is_file()}


def sealed_bodies(hearth):
    """The inline bodies as they are in the database: the wrapped key of each, and what it encrypts."""
    database = sqlite3.connect(f"file:{hearth.data}/hearth.db?mode=ro", uri=True)
    rows = database.execute("SELECT inline_body FROM s3_objects WHERE inline_body IS NOT NULL").fetchall()
    database.close()
    return [row[0] for row in rows]


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_nothing_is_left_of_an_object_that_was_erased(make_hearth, ending):
    hearth = make_hearth().start()
    s3, bucket = hearth.client("s3"), make_bucket(hearth)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="kept/small", Body=b"kept")
    s3.put_object(Bucket=bucket, Key="kept/large", Body=os.urandom(100_000))
    kept_blobs = blobs(hearth)
    for number in range(40):  # enough for pages to be split, and to be merged again
        for key in (f"os/test01/{STUDENT}/attempt-{number}.json", f"os/test02/{STUDENT}/{number}"):
            for size in (10, 20_000, 0):
                s3.put_object(Bucket=bucket, Key=key, Body=os.urandom(size), Metadata={"student": STUDENT}, Tagging=f"student={STUDENT}")
        s3.put_object(Bucket=bucket, Key=f"other/{number}", Body=b"x" * (number * 100))
    large = f"os/test01/{STUDENT}/large"
    for _ in range(3):
        s3.put_object(Bucket=bucket, Key=large, Body=os.urandom(200_000))
    s3.delete_object(Bucket=bucket, Key=large)
    upload = s3.create_multipart_upload(Bucket=bucket, Key=large, Metadata={"student": STUDENT})["UploadId"]
    s3.upload_part(Bucket=bucket, Key=large, UploadId=upload, PartNumber=1, Body=os.urandom(100_000))
    before = set(sealed_bodies(hearth))
    assert len(blobs(hearth)) == len(kept_blobs) + 4
    assert files_with(hearth, STUDENT.encode())

    s3.abort_multipart_upload(Bucket=bucket, Key=large, UploadId=upload)
    pairs = [pair for pair in listed(s3, bucket) if STUDENT in pair[0]]
    assert len(pairs) == 40 * 2 * 3 + 4
    for at in range(0, len(pairs), 100):
        s3.delete_objects(Bucket=bucket, Delete={"Quiet": True, "Objects": [{"Key": key, "VersionId": version} for key, version in pairs[at:at + 100]]})
    assert [pair for pair in listed(s3, bucket) if STUDENT in pair[0]] == []
    until(lambda: blobs(hearth) == kept_blobs, "the blobs to go")

    getattr(hearth, ending)()
    hearth.start()
    until(lambda: files_with(hearth, STUDENT.encode()) == set(), "the log to be truncated")
    gone = before - set(sealed_bodies(hearth))
    assert len(gone) >= 40 * 2 * 2
    # With the wrapped key of a body the body is gone, wherever else its bytes might be.
    assert files_with(hearth, *(body[:64] for body in gone)) == set()
    assert blobs(hearth) == kept_blobs
    assert hearth.client("s3").get_object(Bucket=bucket, Key="kept/small")["Body"].read() == b"kept"
    assert len(hearth.client("s3").get_object(Bucket=bucket, Key="kept/large")["Body"].read()) == 100_000


def test_a_bucket_of_versions_is_emptied_and_goes(hearth, s3, bucket):
    for number in range(3):
        s3.put_object(Bucket=bucket, Key=fresh("k"), Body=b"x" * 100_000 * number)
    with refused("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=bucket)
    for key, version in listed(s3, bucket):
        s3.delete_object(Bucket=bucket, Key=key, VersionId=version)
    s3.delete_bucket(Bucket=bucket)
