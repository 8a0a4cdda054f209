"""A backup brought back over a course that is running: killed anywhere, seen by students, in another trainer's way."""

import json
import re
import stat
import subprocess
import urllib.request

import pytest

from interposer import Interposer
from support.server import BIN, Hearth
from trainer_course import TEST, Course, current

SUNDAY = "2027-07-04T18:00:00Z"
WRITES = ("PUT", "POST", "DELETE")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """With a backup of it, and changed after that."""
    folder = tmp_path_factory.mktemp("restore")
    server = Hearth(folder / "data").start("--clock", SUNDAY)
    made = Course(server, folder)
    made.answer("student01", "1=b", "2=c", "3=d", "4=a", "5=b", "6=c")
    made.answer("student02", "1=b", "2=c")
    made.trainer("score", "test01", "--now")
    made.file = folder / "backup.tar.gz"
    made.trainer("backup", made.file)
    made.saved = dict(current(made.s3, made.bucket))
    yield made
    server.kill()


def change(course):
    """What came after the backup."""
    settings = course.course / "subjects" / TEST / "test.json"
    settings.write_text(json.dumps({"title": "Changed", "due": "2027-07-19 23:00"}))
    course.trainer("publish", course.course, "--no-notice")
    course.s3.put_object(Bucket=course.bucket, Key=f"{TEST}/student01/score.json", Body=b"{}")
    course.s3.put_object(Bucket=course.bucket, Key="studentsList.json", Body=course.saved["studentsList.json"].replace(b"student05", b"student55"))
    course.s3.delete_object(Bucket=course.bucket, Key=f"{TEST}/student02/testResult.json")
    course.s3.put_object(Bucket=course.bucket, Key=f"{TEST}/student04/testResult.json", Body=b"[]")


def titles(course):
    """What the test is called in a student's list; nothing when it is not there."""
    invite = (course.folder / "invites" / "student03.invite").read_text().strip()
    address, _, credential = invite.partition("#")
    request = urllib.request.Request(address.rstrip("/").removesuffix("/api") + "/api/v1/tests", b"{}",
                                     {"x-api-key": credential.partition(":")[2], "Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return [test["title"] for test in json.load(answer)["tests"] if f"{test['subject']}/{test['testId']}" == TEST]


def compared(objects):
    """The catalogue names the page at the address that `trainer` was given: another one with a proxy."""
    return {key: re.sub(rb'"page": "[^"]*"', b"", body) for key, body in objects.items() if key not in ("scoring/lease.json", "page/index.html")}


def restore(course, between, code=0):
    done = subprocess.run([BIN / "trainer", "restore", course.file, "--force"], capture_output=True, text=True, timeout=120,
                          env=course.server.environment() | {"AWS_ENDPOINT_URL": between.address})
    assert done.returncode == code, (done.stdout, done.stderr)
    return done


@pytest.fixture(scope="module")
def writes(course):
    """How many requests of a restoration change something; and what it leaves."""
    change(course)
    assert titles(course) == ["Changed"]
    with Interposer(course.server.url, "", lambda: True, WRITES, skip=10**9) as between:
        said = restore(course, between).stderr
    assert "Restored" in said and "1 object there that the backup does not hold stayed" in " ".join(said.split())
    now = compared(dict(current(course.s3, course.bucket)))
    assert {key: now[key] for key in compared(course.saved)} == compared(course.saved)
    course.end = now
    return between.seen


def test_killed_anywhere_it_ends_the_same_and_shows_no_mixture(course, writes):
    original = titles(course)
    steps = sorted({0, 1, 2, writes - 3, writes - 2, writes - 1, *range(3, writes, max(1, writes // 5))})
    shown = set()
    for step in steps:
        change(course)
        running = []

        def kill():
            running[0].kill()
            running[0].wait()
            return step % 2 == 0  # the request arrives, or is lost

        with Interposer(course.server.url, "", kill, WRITES, skip=step) as between:
            running.append(subprocess.Popen([BIN / "trainer", "restore", course.file, "--force"], stdout=subprocess.DEVNULL,
                                            env=course.server.environment() | {"AWS_ENDPOINT_URL": between.address}))
            assert running[0].wait(timeout=120) == -9, step
        seen = titles(course)
        assert seen in (["Changed"], [], original), step
        shown.add(tuple(seen))
        objects = dict(current(course.s3, course.bucket))
        if seen == ["Changed"]:  # nothing that is looked at has changed
            assert objects[f"{TEST}/student01/score.json"] == b"{}" and b"student55" in objects["studentsList.json"], step
        if seen == original:  # all of it has
            assert {key: compared(objects)[key] for key in compared(course.saved)} == compared(course.saved), step
        course.trainer("restore", course.file, "--force")
        assert compared(dict(current(course.s3, course.bucket))) == course.end, step
    assert shown == {("Changed",), (), tuple(original)}


def test_a_failure_says_what_happened_and_what_to_do(course, writes):
    """Another trainer publishes while the course is switched off."""
    change(course)
    catalogue = course.saved["published/catalogue.json"]
    with Interposer(course.server.url, "published/catalogue.json", lambda: course.s3.put_object(
            Bucket=course.bucket, Key="published/catalogue.json", Body=catalogue + b"\n"), skip=1) as between:
        said = restore(course, between, code=6).stderr
    assert "Somebody else has published in the meantime." in said and "no test is offered" in said
    assert "Run the same command again" in said
    course.trainer("restore", course.file, "--force")
    assert compared(dict(current(course.s3, course.bucket))) == course.end


def test_an_object_with_a_name_that_no_course_has_is_refused_by_name(course, tmp_path):
    for key in ("os//test", "a/../b"):
        course.s3.put_object(Bucket=course.bucket, Key=key, Body=b"x")
        refused = course.trainer("backup", tmp_path / "odd.tar.gz", check=False)
        course.s3.delete_object(Bucket=course.bucket, Key=key)
        assert refused.returncode == 6 and f'"{key}"' in refused.stderr, refused.stderr
        assert not list(tmp_path.iterdir())
    course.trainer("backup", tmp_path / "fine.tar.gz")
    assert stat.S_IMODE((tmp_path / "fine.tar.gz").stat().st_mode) == 0o600
