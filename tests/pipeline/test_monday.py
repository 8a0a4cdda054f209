"""Scoring on Monday 23:00 in the course's time zone: once, in summer and in winter, also when the server was down."""

import email
import email.policy
import json
import shutil

import pytest

from support.server import ROOT
from support.wait import until

SAMPLE = ROOT / "apps" / "homework" / "sample"
TEST = "operating-systems/test01"
# Monday 23:00 in Warsaw is 21:00 UTC in summer and 22:00 UTC in winter.
SUMMER = ("2027-07-05T20:30:00Z", "2027-07-05T20:59:57Z", "2027-07-05T21:00:00Z", "2027-07-05T21:45:00Z")
WINTER = ("2027-01-11T21:30:00Z", "2027-01-11T21:59:57Z", "2027-01-11T22:00:00Z", "2027-01-11T22:45:00Z")


class Course:
    """The pipeline on a server of its own, with an answer of student01."""

    def __init__(self, server, folder):
        self.server = server
        self.student = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"),
                        "XDG_DATA_HOME": str(folder / "data")}
        server.run("trainer", "deploy", "--course", SAMPLE)
        course = folder / "course"
        shutil.copytree(SAMPLE, course)
        for settings in course.glob("subjects/**/test.json"):  # scoring waits for the grace; here nobody comes late
            settings.write_text(json.dumps(json.loads(settings.read_text()) | {"graceSeconds": 0}))
        server.run("trainer", "publish", course)
        server.run("trainer", "roster", "invite", "--all", "--out", folder / "invites")
        self.homework("login", "--invite-file", folder / "invites" / "student01.invite")
        self.homework("do", TEST, "--answer", "1=b", "--answer", "2=c", "--answer", "3=d")
        self.homework("submit", TEST, "--yes")

    def homework(self, *arguments):
        return self.server.run("homework", *arguments, env=self.student)

    def mails(self):
        """But those that announce a test, with its deadline for the calendar."""
        listed = json.loads(self.server.run("hearth", "mail", "list", "--json").stdout)["mails"]
        shown = [self.server.run("hearth", "mail", "show", mail["id"]).stdout for mail in listed]
        parsed = [email.message_from_string(text, policy=email.policy.default) for text in shown]
        return [mail for mail in parsed if not any(part.get_content_type() == "text/calendar" for part in mail.walk())]

    def subjects(self):
        return sorted(str(mail["Subject"]) for mail in self.mails())

    def finished(self):
        status = json.loads(self.server.run("trainer", "status", "--json").stdout)
        return len(self.subjects()) >= 3 and status


def expect_scored_once(course, server, deadline):
    until(course.finished, "scoring")
    expected = course.subjects()
    assert len(expected) == 3, expected  # the student's score, and a digest for each test
    assert sum("test01] Test score" in subject or "[test01] Test score" in subject for subject in expected) == 1
    score = next(mail for mail in course.mails() if "Test score" in mail["Subject"])
    assert score["To"] == "student01@example.org"
    assert "Your score is: 3 of 5" in score.get_body(("plain",)).get_content()
    # Neither a restart nor a second run sends anything again.
    server.stop()
    server.start("--clock", deadline.replace(":00Z", ":59Z"))
    server.run("trainer", "score", TEST)
    assert course.subjects() == expected


def test_scoring_runs_at_23_in_the_courses_zone(make_hearth, tmp_path):
    """Both seasons side by side: a run waits half a minute for answers that are on their way."""
    running = []
    for season, (before, at, deadline, _later) in (("summer", SUMMER), ("winter", WINTER)):
        server = make_hearth(folder=season + "/data")
        server.start("--clock", before)
        folder = tmp_path / season
        course = Course(server, folder)
        assert course.mails() == []
        server.stop()
        server.start("--clock", at)
        running.append((course, server, deadline))
    for course, server, deadline in running:
        expect_scored_once(course, server, deadline)


@pytest.mark.parametrize("before, _at, deadline, later", [SUMMER, WINTER], ids=["summer", "winter"])
def test_a_run_missed_while_the_server_was_down_is_made_up_once(make_hearth, tmp_path, before, _at, deadline, later):
    server = make_hearth()
    server.start("--clock", before)
    course = Course(server, tmp_path)
    server.stop()
    server.start("--clock", later)
    expect_scored_once(course, server, later)
