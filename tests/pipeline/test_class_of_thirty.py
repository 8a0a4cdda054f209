"""Promises to a whole class, through the real gateway, functions and mail: who may send what, and who is told."""

import http.client
import json
import threading

import pytest

from support.course import Student, read_invites, write_course
from support.server import Hearth
from support.smtp_relay import Relay
from support.wait import until

STUDENTS, TESTS = 30, 50
NOW, DUE = "2027-07-05T18:00:00Z", "2027-07-05 23:00"
RIGHT = {q: "abcd"[(q + 1) % 4] for q in range(1, 7)}
WRONG_ADDRESS, SLOW_ADDRESS = "student007@example..org", "student009@example.org"


class SlowRelay(Relay):
    """One mailbox does not answer until it is released."""

    def __init__(self):
        super().__init__()
        self.released = threading.Event()

    def answer(self, address):
        if address == SLOW_ADDRESS:
            self.released.wait(120)
        return super().answer(address)

    def told(self):
        return {recipient for letter in list(self.letters) for recipient in letter.recipients}


class ClassOfThirty:
    def __init__(self, folder, *options, tests=1):
        self.folder = folder
        self.server = Hearth(folder / "data", *options).start("--clock", NOW)
        self.course = write_course(folder / "course", STUDENTS, tests, due=DUE, opens="2027-06-28 12:00", grace=0, notice=False,
                                   reminder="off")
        self.server.run("trainer", "deploy", "--course", self.course)
        self.server.run("trainer", "publish", self.course)
        self.server.run("trainer", "roster", "invite", "--all", "--out", folder / "invites")
        self.students = read_invites(folder / "invites")
        own = self.server.environment()
        client = lambda service: self.server.client(  # noqa: E731
            service, key=own["AWS_ACCESS_KEY_ID"], secret=own["AWS_SECRET_ACCESS_KEY"])
        self.s3 = client("s3")
        resources = client("cloudformation").describe_stack_resources(StackName="homework-storage")["StackResources"]
        self.bucket = next(r["PhysicalResourceId"] for r in resources if r["LogicalResourceId"] == "DataBucket")

    def keys(self):
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket)
        return sorted(version["Key"] for page in pages for version in page.get("Versions", []))


@pytest.fixture(scope="module")
def fifty(tmp_path_factory):
    """Fifty tests to do, and nobody has answered."""
    made = ClassOfThirty(tmp_path_factory.mktemp("fifty"), "--gateway-rate", "5000", tests=TESTS)
    yield made
    made.server.kill()


def post(student, path, body, content_type):
    connection = http.client.HTTPConnection(student.connection.host, student.connection.port, timeout=60)
    connection.putrequest("POST", f"{student.path}/v1/{path}")
    connection.putheader("x-api-key", student.key)
    if content_type:
        connection.putheader("Content-Type", content_type)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def test_the_content_type_makes_no_difference(fifty):
    """A student for each type, because a key may only send so many requests a second."""
    answers = []
    students = fifty.students[10:14]
    for student, kind in zip(students, ("application/json", None, "application/x-www-form-urlencoded", "text/plain")):
        submission = json.dumps({"subjectName": "operating-systems", "testId": "test01", "studentId": student.id,
                                 "testResult": [{"questionId": str(q), "answer": a} for q, a in RIGHT.items()]})
        asked = [("tests", json.dumps({"studentId": student.id})), ("test", submission), ("test", "{"), ("tests", "[]")]
        told = [post(student, path, body.encode(), kind) for path, body in asked]
        answers.append([(status, document["code"], document["body"]) for status, document in told])
    assert [status for status, _, _ in answers[0]] == [200, 200, 400, 400]
    assert all(answer == answers[0] for answer in answers), answers
    attempts = [key for key in fifty.keys() if "/attempts/" in key]
    assert all(sum(f"/{student.id}/" in key for key in attempts) == 1 for student in students)


def test_fifty_tests_to_do_are_one_entry_and_a_list_to_choose_from(fifty):
    student = fifty.students[1]
    status, document = student.call("POST", "tests", {"studentId": student.id})
    assert status == 200
    assert document["body"] == [{"subject": "operating-systems", "testIds": [f"test{n:02}" for n in range(1, TESTS + 1)]}]
    person = {"HOME": str(fifty.folder), "XDG_CONFIG_HOME": str(fifty.folder / "config"), "XDG_DATA_HOME": str(fifty.folder / "share")}

    def homework(*words):
        done = fifty.server.run("homework", *words, env=person)
        return done.stdout + done.stderr

    homework("login", "--invite-file", fifty.folder / "invites" / f"{student.id}.invite")
    listed = homework("list")
    assert all(f"test{n:02}" in listed for n in range(1, TESTS + 1))
    assert "6 of 6 answered" in homework("do", "test50", *(word for q, a in RIGHT.items() for word in ("--answer", f"{q}={a}")))
    assert "Receipt" in homework("submit", "test50", "--yes")
    left = student.call("POST", "tests", {"studentId": student.id})[1]["body"]
    assert left == [{"subject": "operating-systems", "testIds": [f"test{n:02}" for n in range(1, TESTS)]}]


@pytest.mark.parametrize("number, subject, test", [(number, *pair) for number, pair in enumerate([
    ("zzz", "evil"), ("operating-systems", "test99"), ("../operating-systems", "test01"), ("operating-systems/test01", "test01"),
    ("operating-systems", "test01/../test02"), ("", "test01"), ("keys", "operating-systems"), ("operating-systems\0", "test01"),
    ("Operating-Systems", "test01"), ("x" * 65, "test01"), ("<b>", "$(id)")])])
def test_nothing_is_written_outside_of_the_catalogue(fifty, number, subject, test):
    before = fifty.keys()
    status, document = fifty.students[15 + number].submit(subject, test, RIGHT)
    assert status in (400, 404) and document["code"] == status
    assert fifty.keys() == before


def test_a_key_is_its_students_alone_until_it_is_revoked(fifty):
    mallory, victim = fifty.students[3], fifty.students[4]
    before = fifty.keys()
    status, document = mallory.call("POST", "test", {
        "subjectName": "operating-systems", "testId": "test01", "studentId": victim.id,
        "testResult": [{"questionId": str(q), "answer": a} for q, a in RIGHT.items()]})
    assert (status, document["code"]) == (403, 403)
    assert mallory.call("POST", "tests", {"studentId": victim.id})[0] == 403
    assert fifty.keys() == before
    assert mallory.submit("operating-systems", "test01", RIGHT)[0] == 200

    again = fifty.folder / "again"
    fifty.server.run("trainer", "roster", "rotate", victim.id, "--out", again)
    assert victim.call("POST", "tests", {"studentId": victim.id})[0] in (401, 403)
    successor = Student(next(again.iterdir()).read_text())
    assert successor.key != victim.key and successor.call("POST", "tests", {"studentId": victim.id})[0] == 200
    fifty.server.run("trainer", "roster", "revoke", victim.id)
    stored = [key for key in fifty.keys() if victim.id in key]
    assert successor.submit("operating-systems", "test01", RIGHT)[0] in (401, 403)
    assert [key for key in fifty.keys() if victim.id in key] == stored


def test_one_bad_and_one_slow_mailbox_keep_nobody_waiting(tmp_path):
    with SlowRelay() as relay:
        thirty = ClassOfThirty(tmp_path, "--smtp-host", "127.0.0.1", "--smtp-port", relay.port, "--smtp-tls", "off",
                               "--gateway-rate", "5000")
        try:
            check_mailboxes(thirty, relay)
        finally:
            relay.released.set()
            thirty.server.kill()


def check_mailboxes(thirty, relay):
    server, roster = thirty.server, thirty.course / "students.csv"
    good = roster.read_text()
    roster.write_text(good.replace("student007@example.org", WRONG_ADDRESS))
    server.run("trainer", "publish", thirty.course)
    for student in thirty.students:
        assert student.submit("operating-systems", "test01", RIGHT)[0] == 200
    scored = json.loads(server.run("trainer", "score", "--now", "--json").stdout)
    assert scored["mails"] == {"sent": 30, "failed": 1, "pending": 0}  # 29 students and the trainer

    everybody = {f"{student.id}@example.org" for student in thirty.students} - {"student007@example.org"} | {"trainer@example.org"}
    until(lambda: relay.told() >= everybody - {SLOW_ADDRESS}, "everybody but the slow mailbox is told")
    assert SLOW_ADDRESS not in relay.told()
    board = json.loads(server.run("trainer", "status", "test01", "--json").stdout)["tests"][0]
    assert {row["studentId"] for row in board["students"] if row["mail"] == "failed"} == {"student007"}
    assert "mail problems 1" in server.run("trainer", "status", "test01").stdout

    roster.write_text(good)
    server.run("trainer", "publish", thirty.course)
    assert "1 of 1 sent" in server.run("trainer", "mail", "resend", "--failed").stdout
    until(lambda: "student007@example.org" in relay.told(), "the mended address is told")
    relay.released.set()
    until(lambda: SLOW_ADDRESS in relay.told(), "the slow mailbox is told")
    told = [recipient for letter in relay.letters for recipient in letter.recipients if recipient != "trainer@example.org"]
    assert sorted(told) == sorted(set(told)) and len(told) == STUDENTS  # once each
