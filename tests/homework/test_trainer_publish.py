"""Publishing, schedules and invites against a real server."""

import datetime
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from interposer import Interposer  # noqa: E402
from support.server import BIN, ROOT, Hearth  # noqa: E402

SAMPLE = ROOT / "apps" / "homework" / "sample"
OPEN = "operating-systems/test01"
LATER = "operating-systems/test02"
NOW = "2027-07-01T10:00:00Z"  # a Thursday; Warsaw is two hours ahead


def name_of(kind, about):
    return f"{kind}-{hashlib.sha256(about.encode()).hexdigest()[:24]}"


class Place:
    """A deployed course in July 2027."""

    def __init__(self, server, folder):
        self.server = server
        self.folder = folder
        self.course = folder / "course"
        shutil.copytree(SAMPLE, self.course)
        self.settings(OPEN, {"title": "Kernels", "due": "2027-07-05 23:00"})
        self.settings(LATER, {"title": "Memory", "opens": "2027-07-06 08:00", "due": "2027-07-12 23:00"})
        deployed = server.run("trainer", "deploy", "--course", self.course).stdout
        self.bucket = re.search(r"^bucket +(\S+)$", deployed, re.M).group(1)
        self.s3 = self.client("s3")

    def client(self, service):
        """With the credentials that the trainer has."""
        environment = self.server.environment()
        return self.server.client(service, environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])

    def settings(self, test, content):
        (self.course / "subjects" / test / "test.json").write_text(json.dumps(content))

    def trainer(self, *arguments, code=0):
        done = self.server.run("trainer", *arguments, check=False)
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        return done

    def publish(self, *options, code=0):
        return self.trainer("publish", self.course, *options, code=code)

    def publish_json(self, *options, code=0):
        return json.loads(self.publish(*options, "--json", code=code).stdout)

    def object(self, key):
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def keys(self):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return {item["Key"]: item["ETag"] for page in pages for item in page.get("Contents", [])}

    def schedules(self):
        """name -> expression, of the one-time schedules."""
        client = self.client("scheduler")
        found = {}
        for summary in client.list_schedules()["Schedules"]:
            schedule = client.get_schedule(Name=summary["Name"], GroupName=summary["GroupName"])
            if schedule["ScheduleExpression"].startswith("at("):
                assert schedule["ScheduleExpressionTimezone"] == "UTC"
                found[schedule["Name"]] = (schedule["ScheduleExpression"], json.loads(schedule["Target"]["Input"]))
        return found

    def mails(self):
        return json.loads(self.server.run("hearth", "mail", "list", "--json").stdout)["mails"]

    def call(self, invite):
        """The status with which the API answers who has this invite."""
        address, credential = invite.split("#")
        request = urllib.request.Request(address.rstrip("/").removesuffix("/api") + "/api/v1/tests", b"{}",
                                         {"x-api-key": credential.split(":")[1], "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("publish")
    server = Hearth(folder / "data").start("--clock", NOW)
    yield Place(server, folder)
    server.kill()


@pytest.fixture(scope="module")
def published(place):
    """The course after its first publication, with what that said."""
    planned = place.publish_json("--dry-run")
    assert not planned["published"] and "published/catalogue.json" not in place.keys()
    assert place.schedules() == {} and place.mails() == []
    place.first = place.publish_json()
    assert {**planned, "published": True, "mailed": place.first["mailed"]} == place.first
    return place


def test_the_catalogue_says_everything(published):
    catalogue = json.loads(published.object("published/catalogue.json"))
    first, later = catalogue["tests"]
    assert first["due"] == "2027-07-05T21:00:00Z" and first["remindAt"] == "2027-07-04T21:00:00Z"
    assert later["opens"] == "2027-07-06T06:00:00Z"
    assert re.fullmatch(r"http://.*/api/", catalogue["page"])
    questions = published.object(f"published/questions/{first['questionSet']}.json")
    assert hashlib.sha256(questions).hexdigest() == first["questionSet"]
    assert f"keys/{OPEN}/{first['questionSet']}.json" in published.keys()


def test_schedules_follow_the_catalogue(published):
    due = "at(2027-07-05T21:01:01)"
    assert published.schedules() == {
        name_of("score", OPEN): (due, {"scheduled": True, "test": OPEN}),
        name_of("remind", OPEN): ("at(2027-07-04T21:00:00)", {"kind": "reminder", "test": OPEN}),
        name_of("score", LATER): ("at(2027-07-12T21:01:01)", {"scheduled": True, "test": LATER}),
        name_of("remind", LATER): ("at(2027-07-11T21:00:00)", {"kind": "reminder", "test": LATER}),
        name_of("notice", LATER): ("at(2027-07-06T06:00:00)", {"kind": "notice", "test": LATER})}


def test_an_open_test_is_announced_once(published):
    assert published.first["notices"] == [OPEN]
    assert len([mail for mail in published.mails() if "Kernels" in mail["subject"] or "test01" in mail["subject"]]) == 5
    before = len(published.mails())
    again = published.publish_json()
    assert not again["published"] and again["notices"] == []
    assert len(published.mails()) == before


def test_changed_times_move_schedules_and_nothing_else(published):
    before = published.keys()
    published.settings(OPEN, {"title": "Kernels", "due": "2027-07-06 23:00", "attempts": 2})
    plan = published.publish("--dry-run").stdout
    assert re.search(rf"^~ {OPEN} +settings .* due, reminder, attempts changed", plan, re.M), plan
    assert len(re.findall(r"^~ schedule ", plan, re.M)) == 2
    done = published.publish_json()
    assert {entry["name"] for entry in done["schedules"]["moved"]} == {name_of("score", OPEN), name_of("remind", OPEN)}
    assert published.schedules()[name_of("score", OPEN)][0] == "at(2027-07-06T21:01:01)"
    after = published.keys()
    assert {key for key in after if after[key] != before.get(key)} - {"scoring/lease.json"} == {"published/catalogue.json"}
    assert json.loads(published.object("published/catalogue.json"))["tests"][0]["attempts"] == 2


def test_two_trainers_do_not_overwrite_each_other(published):
    """The switch is made over the catalogue that the plan was made for, or not at all."""
    published.settings(LATER, {"title": "Memory", "opens": "2027-07-06 08:00", "due": "2027-07-13 23:00"})
    environment = published.server.environment()
    # Another trainer's catalogue arrives between plan and switch: a request of ours is held until it is there.
    with Interposer(published.server.url, "published/catalogue.json", lambda: published.s3.put_object(
            Bucket=published.bucket, Key="published/catalogue.json",
            Body=published.object("published/catalogue.json") + b"\n")) as between:
        done = subprocess.run([BIN / "trainer", "publish", published.course],
                              env=environment | {"AWS_ENDPOINT_URL": between.address}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 6, (done.stdout, done.stderr)
    assert "Somebody else has published in the meantime." in done.stderr and "--dry-run" in done.stderr
    assert json.loads(published.object("published/catalogue.json"))["tests"][1]["due"] == "2027-07-12T21:00:00Z"
    published.publish()
    assert json.loads(published.object("published/catalogue.json"))["tests"][1]["due"] == "2027-07-13T21:00:00Z"


def answer(place, student, test=OPEN):
    """An answer of the student, as the submit function leaves it."""
    place.s3.put_object(Bucket=place.bucket, Key=f"{test}/{student}/testResult.json", Body=b"[]")


def test_questions_that_were_answered_change_by_force_only(published):
    answer(published, "student01")
    answer(published, "student02")
    folder = published.course / "subjects" / OPEN
    questions = folder / "questions.json"
    original = questions.read_text()
    questions.write_text(original.replace("UEFI firmware", "UEFI", 1))
    before = published.object("published/catalogue.json")
    refused = published.publish(code=6)
    assert "2 students have answered the former ones" in refused.stderr and "--force" in refused.stderr
    assert published.object("published/catalogue.json") == before
    assert "2 students have answered already" in published.publish("--dry-run", "--force").stdout
    assert published.publish_json("--force")["tests"][0]["change"] == "questions"
    # Both sets stay: who has answered the former is scored with the former.
    former = json.loads(before)["tests"][0]["questionSet"]
    assert f"published/questions/{former}.json" in published.keys() and f"keys/{OPEN}/{former}.json" in published.keys()


def test_another_key_for_the_same_questions_leads_to_regrade(published):
    key = published.course / "subjects" / OPEN / "questionsKey.json"
    key.write_text(key.read_text().replace('"answer": "b"', '"answer": "a"', 1))
    told = published.publish().stdout
    assert re.search(rf"^~ {OPEN} +key .*trainer regrade {OPEN} --reason", told, re.M), told


def test_publishing_goes_by_the_servers_clock(published, tmp_path):
    """Which is in July 2027; this computer's is not."""
    computer, server = datetime.datetime.now(datetime.timezone.utc), datetime.datetime.fromisoformat(NOW)
    course = tmp_path / "course"
    shutil.copytree(published.course, course)
    between = (min(computer, server) + abs(server - computer) / 2).strftime("%Y-%m-%d 12:00")
    new = course / "subjects/operating-systems/test09"
    shutil.copytree(course / "subjects" / OPEN, new)
    (new / "test.json").write_text(json.dumps({"due": between}))
    checked = json.loads(published.trainer("check", course, "--json").stdout)["findings"]
    assert any(f["rule"] == "due-past" and "test09" in f["file"] for f in checked) == (computer > server)
    planned = published.trainer("publish", course, "--dry-run", code=6 if server > computer else 0)
    assert ("in the past" in planned.stderr) == (server > computer)


def test_a_faulty_course_is_not_published(published):
    settings = published.course / "subjects" / LATER / "test.json"
    good = settings.read_text()
    settings.write_text('{"due": "2027-13-01 23:00"}')
    failed = published.publish(code=1)
    assert "test.json:1: error:" in failed.stdout and "trainer check" in failed.stderr
    published.settings(LATER, {"title": "Memory", "due": "2027-06-01 23:00", "opens": "2027-05-01 08:00"})
    assert "in the past" in published.publish(code=6).stderr
    settings.write_text(good)


def test_what_cannot_be_kept_beside_the_course_is_said_before_anything_is_published(published):
    kept = published.course / ".homework"
    aside = kept.rename(published.folder / "homework-aside")
    kept.write_text("in the way")
    published.settings(LATER, {"title": "Memory, again", "opens": "2027-07-06 08:00", "due": "2027-07-12 23:00"})
    before = published.keys()
    failed = published.publish(code=2)
    assert f"The keys of receipts cannot be kept in {kept}: Not a directory." in " ".join(failed.stderr.split())
    assert published.keys() == before
    kept.unlink()
    aside.rename(kept)
    published.publish()


def test_invites_are_shown_once_rotated_and_revoked(published):
    assert "Did you mean  student03 ?" in published.trainer("roster", "invite", "studnet03", code=2).stderr
    made = json.loads(published.trainer("roster", "invite", "student03", "--json").stdout)["invites"][0]
    page = json.loads(published.object("published/catalogue.json"))["page"]
    assert made["page"].startswith(page + "#student03:")
    assert published.call(made["invite"]) == published.call(made["page"]) == 200
    twice = published.trainer("roster", "invite", "student03", code=2).stderr
    assert "trainer roster rotate student03" in " ".join(twice.split())
    assert published.call(made["page"]) == 200
    everybody = [who["studentId"] for who in json.loads(
        published.trainer("roster", "invite", "--all", "--dry-run", "--json").stdout)["invites"]]
    assert everybody == ["student01", "student02", "student04", "student05"]
    assert made["invite"].split(":")[-1] not in published.trainer("roster", "list").stdout

    rotated = json.loads(published.trainer("roster", "rotate", "student03", "--json").stdout)["invites"][0]
    assert published.call(rotated["page"]) == 200
    assert published.call(made["page"]) in (401, 403)
    published.trainer("roster", "revoke", "student03")
    assert published.call(rotated["page"]) in (401, 403)
    assert "has no key" in published.trainer("roster", "revoke", "student03", code=2).stderr


def test_an_invite_is_mailed_to_its_student(published):
    published.trainer("roster", "invite", "student05", "--mail")
    mail = next(mail for mail in published.mails() if "zadań" in mail["subject"])
    text = published.server.run("hearth", "mail", "show", mail["id"]).stdout
    assert "student05@example.org" in text and "student05:" in text


def test_an_invite_that_cannot_be_mailed_leaves_no_key(published):
    course = published.course / "course.json"
    good = course.read_text()
    course.write_text(good.replace("homework@example.org", "nobody@example.net"))
    published.publish()
    failed = published.trainer("roster", "invite", "student04", "--mail", code=6)
    assert "The key was taken back" in failed.stderr
    assert re.search(r"^student04 +no key", published.trainer("roster", "list").stdout, re.M)
    course.write_text(good)
    published.publish()


def test_students_and_tests_go_with_what_was_theirs_reported(published):
    roster = published.folder / "next.csv"
    rows = (published.course / "students.csv").read_text().splitlines()
    roster.write_text("\n".join([row for row in rows if not row.startswith("student02")] + ["student06,six@example.org"]))
    imported = json.loads(published.trainer("roster", "import", roster, "--course", published.course, "--json").stdout)
    assert imported["added"] == ["student06"] and imported["removed"] == imported["orphans"] == ["student02"]
    shutil.move(published.course / "subjects" / LATER, published.folder / "put-aside")
    done = published.publish_json("--no-notice")
    assert done["studentsAdded"] == ["student06"] and done["orphans"] == ["student02"] and done["notices"] == []
    assert [test["change"] for test in done["tests"]] == ["unchanged", "removed"]
    assert set(published.schedules()) == {name_of("score", OPEN), name_of("remind", OPEN)}
    assert LATER not in published.object("published/catalogue.json").decode()


@pytest.mark.parametrize("number, method, path, arrives", [
    (3, "POST", "/schedules/", False),   # switched over, nothing scheduled
    (4, "POST", "/invocations", False),  # nobody told
    (5, "POST", "/invocations", True),   # told, and not noted
])
def test_a_kill_after_the_switch_costs_no_notice_and_sends_none_twice(published, number, method, path, arrives):
    test = f"operating-systems/test0{number}"
    shutil.copytree(published.course / "subjects" / OPEN, published.course / "subjects" / test)
    published.settings(test, {"title": f"Told {number}", "due": "2027-07-19 23:00"})
    running = []

    def kill():
        running[0].kill()
        running[0].wait()
        return arrives

    with Interposer(published.server.url, path, kill, (method,)) as between:
        running.append(subprocess.Popen([BIN / "trainer", "publish", published.course], stdout=subprocess.DEVNULL,
                                        env=published.server.environment() | {"AWS_ENDPOINT_URL": between.address}))
        assert running[0].wait(timeout=120) == -9
    assert f'"test0{number}"' in published.object("published/catalogue.json").decode()
    plan = published.publish_json("--dry-run")
    assert plan["notices"] == [test]
    assert published.publish_json()["mailed"][0]["problems"] == []
    again = published.publish_json()
    assert not again["published"] and again["notices"] == []
    told = [recipient["address"] for mail in published.mails() if f"test0{number}" in mail["subject"] for recipient in mail["recipients"]]
    assert len(told) == len(set(told)) == 5
    assert name_of("score", test) in published.schedules()


def test_a_notice_whose_schedule_never_fired_is_sent_by_the_next_publication(published):
    """As when the server was away at the opening: the schedule is still there, and its time is over."""
    test = "operating-systems/test06"
    shutil.copytree(published.course / "subjects" / OPEN, published.course / "subjects" / test)
    published.settings(test, {"title": "Missed", "opens": "2027-07-02 08:00", "due": "2027-07-12 23:00"})
    assert published.publish_json()["notices"] == [] and name_of("notice", test) in published.schedules()
    published.settings(test, {"title": "Missed", "opens": "2027-07-01 08:00", "due": "2027-07-12 23:00"})
    assert published.publish_json("--dry-run")["notices"] == [test]
    assert published.publish_json()["mailed"][0]["mails"] == {"sent": 5, "failed": 0, "pending": 0}
    assert published.publish_json()["notices"] == []
