"""Names that look like paths are names, or are refused: nothing outside is ever read or written."""

import io
import json
import stat
import zipfile

import pytest
from botocore.exceptions import ClientError

from support.aws import fresh, make_bucket, make_role
from support.raw import send, signed
from support.wait import until

NAMES = ("../../../../etc/passwd", "..", ".", "/etc/passwd", "a/../../b", "..\\..\\b", "%2e%2e/%2e%2e", "a//b", "a\0b", "\u202egnp.exe", "." * 300,
         "~/.ssh/id_rsa", "$(touch x)", "'; DROP TABLE s3_objects; --", "con", "a\nb", "\ud7ff\ue000")


def files_of(hearth):
    return {path for path in hearth.data.parent.rglob("*") if "run" not in path.parts}


@pytest.mark.parametrize("key", NAMES, ids=repr)
def test_keys_are_names(hearth, key):
    s3 = hearth.client("s3")
    bucket = make_bucket(hearth)
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, error
        return
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    listed = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert len(listed) == 1
    s3.delete_object(Bucket=bucket, Key=key)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize("path", ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "//etc/passwd", "/.../x", "/%00", "/%",
                                  "/%zz/x", "/a%2", "/" + "a/" * 1000))
def test_raw_paths(hearth, path):
    assert send(hearth, "GET", path).status in (400, 403, 404, 405)
    answer = send(hearth, *signed(hearth, "s3", "GET", path))
    assert answer.status in (400, 403, 404, 405), answer
    assert b"root:" not in answer.body


@pytest.mark.parametrize("name", ("..", "../x", "a/../b", ".hidden", "a..b", "A", "1.2.3.4", "x" * 64, "xn--a", "a_b", ""), ids=repr)
def test_buckets_have_proper_names(hearth, name):
    before = files_of(hearth)
    answer = send(hearth, *signed(hearth, "s3", "PUT", "/" + name.replace("/", "%2F")))
    assert answer.status in (400, 403, 404, 405), answer
    assert {path for path in files_of(hearth) - before if "blobs" not in path.parts and "hearth.db" not in path.name} == set()


@pytest.mark.parametrize("name", ("../../x", "/../x", "a b", "a:b", "", "a\nb"), ids=repr)
def test_log_names(hearth, name):
    logs = hearth.client("logs")
    try:
        logs.create_log_group(logGroupName=name)
        logs.delete_log_group(logGroupName=name)  # slashes and dots are part of the name
        assert set(name) <= set("./_-#") | set("abcdefghijklmnopqrstuvwxyz")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidParameterException"


@pytest.mark.parametrize("name", ("../x", "a/b", "1a", "a b", "a" * 129, "", "a\0", "ä"), ids=repr)
def test_stack_names(hearth, name):
    with pytest.raises(ClientError) as error:
        hearth.client("cloudformation").create_stack(StackName=name, TemplateBody='{"Resources": {"G": {"Type": "AWS::Logs::LogGroup"}}}')
    assert error.value.response["Error"]["Code"] == "ValidationError"


@pytest.mark.parametrize("name", ("../x", "a/b", "a b", "a" * 141, "", "$LATEST", "a\nb", "arn:aws:lambda:../x"), ids=repr)
def test_function_names(hearth, name):
    with pytest.raises(ClientError) as error:
        hearth.client("lambda").create_function(FunctionName=name, Runtime="python3.11", Handler="h.h", Role=make_role(hearth), Code={"ZipFile": b"x"})
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 404)


def zip_with(entries):
    """Entries as they come: (name, content, Unix mode)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content, mode in entries:
            entry = zipfile.ZipInfo("x" * len(name))
            entry.external_attr = mode << 16
            entry.filename = name
            archive.writestr(entry, content)
    return out.getvalue()


FILE, LINK = stat.S_IFREG | 0o644, stat.S_IFLNK | 0o777
GOOD = ("index.py", "def handler(event, context):\n    return open('/var/task/data').read()\n", FILE)


@pytest.mark.parametrize("entries", (
    [("../../../../tmp/hearth-escaped", "x", FILE)],
    [("/tmp/hearth-escaped", "x", FILE)],
    [("a/../../../tmp/hearth-escaped", "x", FILE)],
    [("link", "/tmp", LINK), ("link/hearth-escaped", "x", FILE)],
    [("link", "../../../../tmp", LINK), ("link/hearth-escaped", "x", FILE)],
    [("link", "/etc/passwd", LINK)],
    [("link", "../../../../etc/passwd", LINK)],
    [("link", ".", LINK), ("link/link2", "../..", LINK)],
    [("device", "", stat.S_IFCHR | 0o666)],
    [("pipe", "", stat.S_IFIFO | 0o666)],
    [("a" * 300, "x", FILE)],
    [("a/" * 100 + "b", "x", FILE)],
), ids=lambda entries: entries[-1][0][:30])
def test_zip_entries_stay_inside(hearth, entries, tmp_path):
    import pathlib
    functions = hearth.client("lambda")
    try:
        functions.create_function(FunctionName=fresh("escape"), Runtime="python3.11", Handler="index.handler", Role=make_role(hearth),
                                  Code={"ZipFile": zip_with([GOOD, *entries])})
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidParameterValueException", error
    assert not pathlib.Path("/tmp/hearth-escaped").exists()
