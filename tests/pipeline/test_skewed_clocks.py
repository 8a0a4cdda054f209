"""A student's computer that is a month ahead or behind: the server's clock decides, and the client tells its time."""

import datetime
import http.client
import json
import urllib.parse
from zoneinfo import ZoneInfo

import pytest

from support.course import write_course

ANSWERS = [part for q in range(1, 7) for part in ("--answer", f"{q}=a")]
TEST = "operating-systems/test01"


def instant(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


class Skewed:
    """A course whose deadline is `away` from this computer's time, and student001's own account."""

    def __init__(self, server, folder, away):
        now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
        self.server, self.due = server, now + away
        local = lambda time: time.astimezone(ZoneInfo("Europe/Warsaw")).isoformat(timespec="seconds")  # noqa: E731
        server.start("--clock", instant(self.due - datetime.timedelta(minutes=18)))
        course = write_course(folder / "course", 2, 1, due=local(self.due), opens=local(self.due - datetime.timedelta(days=7)), grace=0,
                              notice=False, reminder="off")
        server.run("trainer", "deploy", "--course", course)
        server.run("trainer", "publish", course)
        server.run("trainer", "roster", "invite", "--all", "--out", folder / "invites")
        self.own = {"HOME": str(folder / "home"), "XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "data")}
        self.invite = folder / "invites" / "student001.invite"
        self.homework("login", "--invite-file", self.invite)

    def homework(self, *arguments, code=0):
        done = self.server.run("homework", *arguments, env=self.own, check=False)
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        return done

    def set_server(self, after):
        """The server's time, from the deadline on."""
        assert self.server.stop() == 0
        self.server.start("--clock", instant(self.due + after))

    def post(self, letter):
        """The request itself, with a Date that lies; the status and the time that the server tells."""
        address, _, credential = self.invite.read_text().strip().partition("#")
        url = urllib.parse.urlsplit(address)
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
        body = json.dumps({"subjectName": "operating-systems", "testId": "test01", "testResult": [{"questionId": "1", "answer": letter}]})
        connection.request("POST", url.path.rstrip("/").removesuffix("/api") + "/api/v1/test", body, {
            "x-api-key": credential.partition(":")[2], "Content-Type": "application/json", "Date": "Sat, 01 Jan 2000 00:00:00 GMT",
            "X-Amz-Date": "20000101T000000Z"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


@pytest.mark.parametrize("away", [datetime.timedelta(days=-30), datetime.timedelta(days=30)], ids=["ahead", "behind"])
def test_the_students_clock_decides_nothing(make_hearth, tmp_path, away):
    skewed = Skewed(make_hearth(), tmp_path, away)
    assert "in 17 min" in skewed.homework("list").stdout or "in 18 min" in skewed.homework("list").stdout
    skewed.homework("do", TEST, *ANSWERS)
    receipt = json.loads(skewed.homework("submit", TEST, "--yes", "--json").stdout)["receipt"]
    received = datetime.datetime.fromisoformat(receipt["receivedAt"])
    assert not receipt["late"] and datetime.timedelta() <= skewed.due - received <= datetime.timedelta(minutes=18)
    status, document = skewed.post("b")
    assert status == 200 and document["receipt"]["late"] is False and document["receipt"]["receivedAt"] >= receipt["receivedAt"]

    skewed.set_server(datetime.timedelta(seconds=2))
    assert skewed.post("c")[0] == 410
    skewed.homework("do", TEST, *ANSWERS[:-1], "6=b", code=5)
    said = " ".join(skewed.homework("submit", TEST, "--yes", code=5).stderr.split())
    assert "closed" in said and "ago" in said and "month" not in said and " d ago" not in said, said
