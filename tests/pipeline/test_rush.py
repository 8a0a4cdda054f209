"""Three hundred students submit in the last minute: nobody is lost, nobody is late, everybody is scored and told once."""

import collections
import json
from concurrent.futures import ThreadPoolExecutor

from support.course import read_invites, student_id, write_course
from support.wait import until

STUDENTS = 300
TEST = "operating-systems/test01"
CLIENTS = 16


def answers_of(number):
    """Of six questions the first `number % 7` are right: the key of question q of test 1 is abcd[(q + 1) % 4]."""
    return {q: "abcd"[(q + 1) % 4] if q <= number % 7 else "abcd"[(q + 2) % 4] for q in range(1, 7)}


def submit_all(students):
    def submit(numbered):
        number, student = numbered
        status, document = student.submit("operating-systems", "test01", answers_of(number))
        student.connection.close()
        return number, status, document

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(submit, enumerate(students, 1)))


def test_the_last_minute(make_hearth, tmp_path):
    server = make_hearth("--gateway-rate", "5000")
    server.start("--clock", "2027-07-05T20:30:00Z")
    course = write_course(tmp_path / "course", STUDENTS, 1, due="2027-07-05 23:00", opens="2027-06-28 12:00", grace=0, notice=False, reminder="off")
    server.run("trainer", "deploy", "--course", course)
    server.run("trainer", "publish", course)
    server.run("trainer", "roster", "invite", "--all", "--out", tmp_path / "invites")
    students = read_invites(tmp_path / "invites")
    assert [student.id for student in students] == [student_id(i) for i in range(1, STUDENTS + 1)]
    server.stop()

    server.start("--clock", "2027-07-05T20:59:35Z")
    results = submit_all(students)
    assert {status for _number, status, _document in results} == {200}
    assert not any(document["receipt"]["late"] for _number, _status, document in results)
    assert len({document["receipt"]["code"] for _number, _status, document in results}) == STUDENTS

    def final():
        board = json.loads(server.run("trainer", "status", TEST, "--json").stdout)["tests"][0]
        return board if board["scoredAt"] and all(row["mail"] == "sent" for row in board["students"]) else None

    board = until(final, "scoring", seconds=240, pause=0.5)
    expected = {student_id(i): (i % 7) for i in range(1, STUDENTS + 1)}
    assert {row["studentId"]: row["points"] for row in board["students"]} == expected
    mails = json.loads(server.run("hearth", "mail", "list", "--json").stdout)["mails"]
    recipients = collections.Counter(to["address"] for mail in mails for to in mail["recipients"])
    assert recipients.pop("trainer@example.org") >= 1
    assert recipients == {f"{student}@example.org": 1 for student in expected}
