"""The scoring of a real course killed by SIGKILL at several steps, the function's process or the whole server, and run
again: everybody has one score and one mail, the trainer one complete digest."""

import collections
import contextlib
import glob
import json
import os
import pathlib
import select
import signal

import pytest

from support.course import read_invites, student_id, write_course
from support.server import Hearth
from support.wait import until

STUDENTS = 24
NOW, AFTER = "2027-07-05T18:00:00Z", "2027-07-05T21:02:00Z"  # the deadline is at 21:00 UTC
SUBJECT = "operating-systems"
# What a run has left behind when it is killed: so many objects whose keys end like this.
KILLS = [("function", "/result.json", 1), ("function", "/score.json", 12), ("function", ".mail.json", 3), ("function", ".sent.json", 1),
         ("function", ".sent.json", 16), ("server", "/score.json", 1), ("server", ".mail.json", 12), ("server", ".sent.json", 8)]
AT_ONCE = 8  # mails under way at one moment: what the mail service took and nobody could note any more


def below(pid):
    """The ids of all processes that `pid` has started, and those have."""
    parents = {}
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            parents[int(stat.split("/")[2])] = int(pathlib.Path(stat).read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found, more = set(), {pid}
    while more:
        more = {child for child, parent in parents.items() if parent in more} - found
        found |= more
    return found


def environment_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


class Scored:
    """Two dozen students who have answered as many tests as there are kills, and one more that is scored undisturbed."""

    def __init__(self, folder):
        self.server = Hearth(folder / "data", "--gateway-rate", "5000").start("--clock", NOW)
        course = write_course(folder / "course", STUDENTS, len(KILLS) + 1, due="2027-07-05 23:00", opens="2027-06-28 12:00", notice=False,
                              reminder="off")
        deployed = json.loads(self.server.run("trainer", "deploy", "--course", course, "--json").stdout)
        self.bucket, self.function = deployed["dataBucket"], "homework-scoring-score-tests"
        self.server.run("trainer", "publish", course)
        self.server.run("trainer", "roster", "invite", "--all", "--out", folder / "invites")
        students = read_invites(folder / "invites")
        for test in range(1, len(KILLS) + 2):
            for number, student in enumerate(students, 1):
                right = {q: "abcd"[(q + test) % 4] if q <= number % 7 else "abcd"[(q + test + 1) % 4] for q in range(1, 7)}
                assert student.submit(SUBJECT, f"test{test:02}", right)[0] == 200
        # Runs that nobody asks for would be in the way.
        self.client("lambda").put_function_event_invoke_config(FunctionName=self.function, MaximumRetryAttempts=0)

    def client(self, service):
        own = self.server.environment()
        return self.server.client(service, key=own["AWS_ACCESS_KEY_ID"], secret=own["AWS_SECRET_ACCESS_KEY"])

    def keys(self, prefix):
        s3 = self.client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def written(self, s3, test, ending):
        prefix = f"outbox/{SUBJECT}/{test}/" if ending.endswith((".mail.json", ".sent.json")) else f"{SUBJECT}/{test}/"
        listed = s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])
        return sum(entry["Key"].endswith(ending) for entry in listed)

    def event(self, test):
        return json.dumps({"scheduled": True, "test": f"{SUBJECT}/{test}", "time": AFTER}).encode()

    def begin(self, test):
        self.client("lambda").invoke(FunctionName=self.function, InvocationType="Event", Payload=self.event(test))

    def finish(self, test):
        """The run that comes after the killed one."""
        answer = self.client("lambda").invoke(FunctionName=self.function, Payload=self.event(test))
        said = json.load(answer["Payload"])
        assert "FunctionError" not in answer and said["problems"] == [], said
        return said

    def scoring_process(self):
        """The process of the scoring function's environment."""
        name = f"AWS_LAMBDA_FUNCTION_NAME={self.function}".encode()
        return [pid for pid in below(self.server.process.pid) if name in environment_of(pid)]

    def end_state(self, test):
        """What a reader of the bucket sees: every object's name, and what the scores say."""
        s3 = self.client("s3")
        state = {}
        for key in self.keys(f"{SUBJECT}/{test}/") + self.keys(f"scoring/report/{SUBJECT}/{test}") + self.keys(f"scoring/final/{SUBJECT}/{test}"):
            if "/attempts/" in key or key.endswith("/questions.json"):
                continue
            content = json.loads(s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())
            if key.endswith("/score.json"):
                content = {name: content[name] for name in ("score", "points", "maxPoints", "percent", "version", "late")}
            elif key.endswith("/result.json"):
                content = content["version"], [(question["questionId"], question["points"]) for question in content["questions"]]
            elif key.endswith("/testResult.json"):
                content = len(content)
            elif "scoring/" in key:
                content = [(row["studentId"], row["status"], row["points"], row["mail"]) for row in content["students"]]
            state[key.replace(test, "TEST")] = content
        outbox = collections.Counter(key.split(".", 1)[1] for key in self.keys(f"outbox/{SUBJECT}/{test}/"))
        return state, outbox

    def mails(self, test):
        """Of the test: recipient -> the ids of what the mail service took for them."""
        taken = collections.defaultdict(list)
        for mail in json.loads(self.server.run("hearth", "mail", "list", "--json").stdout)["mails"]:
            if test in mail["subject"]:
                for recipient in mail["recipients"]:
                    taken[recipient["address"]].append(mail["id"])
        return taken


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    made = Scored(tmp_path_factory.mktemp("killed"))
    made.finish("test01")
    made.expected = made.end_state("test01")
    assert made.expected[1] == {"mail.json": STUDENTS + 1, "sent.json": STUDENTS + 1}
    yield made
    made.server.kill()


def signal_all(processes, number):
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def kill(scored, what, test, ending, count):
    """Kills once the run has come that far: the function runs for a moment, stops, and is looked at."""
    s3 = scored.client("s3")
    scored.begin(test)
    processes = until(scored.scoring_process, "the process of the scoring function", pause=0)
    signal_all(processes, signal.SIGSTOP)

    def so_far():
        signal_all(processes, signal.SIGCONT)
        select.select([], [], [], 0.002)
        signal_all(processes, signal.SIGSTOP)
        return scored.written(s3, test, ending) >= count
    until(so_far, f"{count} of {ending}", pause=0)
    if what == "server":
        scored.server.kill()
        scored.server.start("--clock", NOW)
    else:
        signal_all(processes, signal.SIGKILL)


@pytest.mark.parametrize("number", range(2, len(KILLS) + 2), ids=[f"{what}-{ending.strip('./')}-{count}" for what, ending, count in KILLS])
def test_killed_and_run_again_it_ends_the_same(scored, number):
    what, ending, count = KILLS[number - 2]
    test = f"test{number:02}"
    kill(scored, what, test, ending, count)
    assert scored.written(scored.client("s3"), test, ".sent.json") <= STUDENTS  # the digest, which comes last, has not been sent
    scored.client("s3").delete_object(Bucket=scored.bucket, Key="scoring/lease.json")  # as if the killed run's minute were over
    scored.finish(test)
    assert scored.end_state(test) == scored.expected
    mails = scored.mails(test)
    assert set(mails) == {*(f"{student_id(i)}@example.org" for i in range(1, STUDENTS + 1)), "trainer@example.org"}
    again = [copies for copies in mails.values() if len(copies) > 1]
    # Only what the mail service had taken when the run died can come twice: the same bytes, under one Message-ID.
    assert len(again) <= AT_ONCE
    for copies in again:
        assert len(copies) == 2 and len({scored.server.run("hearth", "mail", "show", mail).stdout for mail in copies}) == 1
    said = scored.finish(test)  # and once more: nothing is left to do
    assert said["mails"]["sent"] == 0
