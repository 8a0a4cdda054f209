"""The trainer's commands about a class, against a real server: boards, reminders, extensions, mails, grades, erasure, backup."""

import base64
import csv
import gzip
import hashlib
import io
import json
import quopri
import re
import shutil
import signal
import stat
import subprocess
import tarfile
import urllib.request
import xml.etree.ElementTree
import zipfile

import pytest

from support.server import ROOT
from terminal import Terminal
from trainer_course import SAMPLE, TEST, Course, current, own_client

SUNDAY = "2027-07-04T18:00:00Z"  # the deadline is Monday 21:00 UTC


@pytest.fixture
def course(make_hearth, tmp_path):
    server = make_hearth()
    server.start("--clock", SUNDAY)
    made = Course(server, tmp_path)
    made.answer("student01", "1=b", "2=c", "3=d", "4=a", "5=b", "6=c")
    made.answer("student02", "1=b", "2=c")
    return made


def test_the_board_says_the_same_on_every_terminal(course):
    course.trainer("extend", "student03", "test01", "until", "2027-07-07 12:00", "--reason", "ill")
    course.trainer("extend", "student04", "test01", "--excuse")
    for environment in ({"COLUMNS": "40", "LANG": "C", "LC_ALL": "C", "NO_COLOR": "1"}, {"COLUMNS": "80", "LC_ALL": "C.UTF-8"}):
        shown = course.trainer("status", "test01", env=environment).stdout
        assert all(len(line) <= int(environment["COLUMNS"]) for line in shown.splitlines()), shown
        assert "\x1b" not in shown and "\r" not in shown
        said = " ".join(shown.split())
        for fact in ("received 2 of 5", "drafts not visible", "not yet 2", "extensions 1", "(extended to Wed 12:00)",
                     "score run and mails Mon 23:01", "student01 Ada Nowak Sun 20:00 attempt 1"):
            assert fact in said, (fact, shown)
    assert shown.isascii() or "LC_ALL" in environment
    page = course.folder / "trainer.html"
    course.trainer("status", "--page", "--out", page)
    text = page.read_text()
    assert "<script" not in text and "Ada Nowak" in text
    url = course.trainer("status", "--upload").stdout.strip()
    assert urllib.request.urlopen(url).read().decode().count("<section>") == 2
    tags = course.s3.get_object_tagging(Bucket=course.bucket, Key="scoring/board.html")["TagSet"]
    assert tags == [{"Key": "retention", "Value": "course"}]


def test_every_command_says_the_same_on_every_terminal(course, tmp_path):
    course.trainer("score", "test01", "--now")
    folder = course.course
    narrow = {"COLUMNS": "40", "LANG": "C", "LC_ALL": "C", "NO_COLOR": "1"}
    for command in (["status"], ["status", "test01"], ["stats", "test01"], ["mail", "list"], ["privacy", "inventory"], ["retention"],
                    ["doctor", "--course", folder], ["preview", "test01", "--course", folder], ["check", folder],
                    ["publish", folder, "--dry-run"], ["remind", "test01", "--dry-run"], ["score", "test01", "--dry-run"],
                    ["extend", "student03", "test01", "until", "2027-07-07 12:00", "--dry-run"],
                    ["regrade", "test01", "--reason", "why", "--dry-run"], ["export", "test01", "--course", folder]):
        small, large = (course.trainer(*command, env=environment, check=False, cwd=ROOT)
                        for environment in (narrow, {"COLUMNS": "100", "LC_ALL": "C.UTF-8"}))
        said, known = (set(re.findall(r"[a-z0-9-]+", (done.stdout + done.stderr).lower())) for done in (small, large))
        assert known - said <= {"student", "arrived"}, (command, known - said)  # heads of columns
        assert small.returncode == large.returncode and (small.stdout + small.stderr).isascii(), command
        assert not re.search("[\x1b\r]", small.stdout + small.stderr + large.stdout + large.stderr), command


def test_reminders_go_to_who_is_missing(course):
    preview = course.json("remind", "test01", "--dry-run")
    assert preview["to"] == ["student03", "student04", "student05"] and "test01" in preview["subject"]
    refused = course.trainer("remind", "test01", check=False)
    assert refused.returncode == 2 and "trainer remind test01 --yes" in refused.stderr
    course.trainer("remind", "test01", "--to", "student04", "--yes")
    assert course.row("student04")["remindedAt"] and not course.row("student03")["remindedAt"]


def test_what_cannot_be_taken_back_is_asked_first(course, bin_folder):
    def sitting(*arguments):
        environment = course.server.environment() | {"TERM": "dumb", "LC_ALL": "C.UTF-8"}
        return Terminal([bin_folder / "trainer", *map(str, arguments)], environment)
    no = sitting("remind", "test01")
    no.expect("would go to 3 students: student03,")
    no.expect("To student03:")
    no.expect("Subject: ")
    no.answer("Send it? [y/N] ", "")
    no.expect("Nothing was sent.")
    assert no.finish() == 0 and not any(row["remindedAt"] for row in course.board()["students"])
    yes = sitting("remind", "test01")
    yes.answer("Send it? [y/N] ", "y")
    yes.expect("mails: 3 sent")
    assert yes.finish() == 0

    wrong = sitting("privacy", "erase", "student02")
    wrong.answer("Type student02 to go on: ", "student01")
    wrong.expect("Nothing was erased.")
    assert wrong.finish() == 0
    file = course.folder / "last.tar.gz"
    all_of_it = sitting("destroy", "--delete-data")
    all_of_it.answer("A file for a backup before that (Enter = none): ", str(file))
    all_of_it.answer("Type Operating systems to go on: ", "homework")
    all_of_it.expect("Nothing was removed.")
    assert all_of_it.finish() == 0 and file.exists() and course.row("student01")["received"]


def test_scoring_by_hand_with_nothing_to_do_is_said_here_and_mailed_to_nobody(course):
    def mails():
        return json.loads(course.server.run("hearth", "mail", "list", "--json").stdout)["mails"]
    before = mails()
    assert "There was nothing to score." in course.trainer("score").stdout
    assert mails() == before


def test_an_extension_holds_moves_and_goes(course):
    def schedules():
        listed = course.client("scheduler").list_schedules(NamePrefix="score-")["Schedules"]
        return {one["Name"] for one in listed}
    before = schedules()
    course.trainer("extend", "student03", "test01", "until", "+2d")
    assert course.row("student03")["extendedUntil"] == "2027-07-07T21:00:00Z"
    assert len(schedules() - before) == 1
    course.trainer("extend", "student03", "test01", "until", "2027-07-08 12:00")
    assert course.row("student03")["extendedUntil"] == "2027-07-08T10:00:00Z"
    assert len(schedules() - before) == 1
    course.trainer("extend", "student03", "test01", "--remove")
    assert course.row("student03")["extendedUntil"] is None and schedules() == before
    for wrong in (("until", "2027-07-05 12:00"), ("until", "2027-01-01 12:00"), ("until", "soon"), ()):
        assert course.trainer("extend", "student03", "test01", *wrong, check=False).returncode == 2, wrong
    assert course.trainer("extend", "nobody", "test01", "until", "+2d", check=False).returncode == 2


def test_scores_grades_statistics_and_a_regrade(course):
    dry = course.trainer("score", "test01", "--now", "--dry-run").stdout
    assert "2 graded" in dry and "dry run" in dry and course.row("student01")["score"] is None
    early = course.trainer("score", "test01", check=False)
    assert early.returncode == 2 and "operating-systems/test01 is open until" in early.stderr
    assert "trainer score test01 --now" in " ".join(early.stderr.split()) and "hearth logs" not in early.stderr
    course.trainer("score", "test01", "--now")
    idle = course.trainer("mail", "resend", "student01", check=False)
    assert idle.returncode == 2 and 'No mail to "student01" has failed' in idle.stderr and "trainer mail show ID" in idle.stderr
    assert course.row("student01")["score"] == 5 and course.row("student02")["points"] == 2
    scored = course.trainer("extend", "student01", "test01", "until", "+2d", check=False)
    assert scored.returncode == 6 and "score" in scored.stderr

    out = course.folder / "grades.csv"
    course.trainer("grades", "export", "--locale", ";", "--bom", "--out", out)
    text = out.read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(rows) == 5 and rows[0][f"{TEST} points"] == "6" and rows[0][f"{TEST} arrived"] == "on time"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert course.json("grades", "export")["students"][1]["tests"][0]["score"] == 2

    plots = course.folder / "plots"
    course.trainer("stats", "test01", "--svg", plots)
    for name in ("scores", "facility", "discrimination", "submissions"):
        svg = xml.etree.ElementTree.parse(plots / f"{name}.svg").getroot()
        assert [child.tag.rpartition("}")[2] for child in svg][:2] == ["title", "desc"]
    assert "<script" not in (plots / "index.html").read_text()

    key = course.course / "subjects/operating-systems/test01/questionsKey.json"
    key.write_text(key.read_text().replace('"questionId": "6", "answer": "c"', '"questionId": "6", "answer": "a"'))
    course.trainer("publish", course.course)
    preview = course.trainer("regrade", "test01", "--reason", "Q6 key fixed", "--dry-run").stdout
    assert "1 student's score or points change" in preview and "student01" in preview and course.row("student01")["points"] == 6
    course.trainer("regrade", "test01", "--reason", "Q6 key fixed", "--yes")
    assert course.row("student01")["points"] == 5
    corrections = [mail for mail in course.json("mail", "list")["mails"] if mail["kind"] == "correction"]
    assert [mail["studentId"] for mail in corrections] == ["student01"]
    assert "No score and no points change" in course.trainer("regrade", "test01", "--reason", "again", "--yes").stderr


def test_a_mail_is_sent_again_to_the_mended_address(make_hearth, tmp_path):
    server = make_hearth()
    server.start("--clock", SUNDAY)
    (tmp_path / "x").mkdir()
    original = SAMPLE / "students.csv"
    course_folder = tmp_path / "wrong"
    shutil.copytree(SAMPLE, course_folder)
    roster = course_folder / "students.csv"
    roster.write_text(original.read_text().replace("student02@example.org", "ben..carter@example.org"))
    server.run("trainer", "deploy", "--course", course_folder, cwd=ROOT)
    server.run("trainer", "publish", course_folder)
    failed = json.loads(server.run("trainer", "mail", "list", "--failed", "--json").stdout)["mails"]
    assert {mail["studentId"] for mail in failed} == {"student02"} and len(failed) == 2
    assert "trainer mail resend student02" in " ".join(server.run("trainer", "status", "test01").stdout.split())
    still = server.run("trainer", "mail", "resend", "--failed", check=False)
    assert still.returncode == 6 and "0 of 2 sent" in still.stdout
    roster.write_text(original.read_text())
    server.run("trainer", "publish", course_folder)
    assert "2 of 2 sent" in server.run("trainer", "mail", "resend", "student02").stdout
    shown = server.run("trainer", "mail", "show", failed[0]["id"]).stdout
    assert "student02@example.org" in shown and "ben..carter" not in shown
    assert json.loads(server.run("trainer", "mail", "list", "--failed", "--json").stdout)["mails"] == []


def test_receipts_are_verified_without_a_server(course):
    receipt = course.answer("student03", "1=b")["receipt"]
    code = receipt["code"] if isinstance(receipt, dict) else receipt
    text = next((course.folder / "student03" / "data").glob("**/receipts/*.txt")).read_text()
    file = course.folder / "receipt.txt"
    file.write_text("Forwarded:\r\n" + text.replace("\n", "\r\n"))
    nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    good = course.trainer("receipt", "verify", file, "--course", course.course, env=nowhere)
    assert good.stdout.startswith(f"VALID: {code}")
    file.write_text(text.replace("1=b", "1=a"))
    bad = course.trainer("receipt", "verify", file, "--course", course.course, env=nowhere, check=False)
    assert bad.returncode == 6 and "NOT VALID" in bad.stderr
    assert course.trainer("receipt", "verify", code).stdout.startswith("VALID")
    assert course.trainer("receipt", "verify", "R-0000-0000", check=False).returncode == 6
    whole = course.folder / "whole.txt"
    whole.write_text(text)
    both = course.trainer("receipt", "verify", whole, whole, "--course", course.course, env=nowhere)
    assert both.stdout.count(f"VALID: {code}") == 2 and both.stdout.startswith(f"{whole}\n")
    mixed = course.trainer("receipt", "verify", file, whole, "--course", course.course, env=nowhere, check=False)
    assert mixed.returncode == 6 and "1 of 2 receipts NOT VALID" in mixed.stderr
    assert mixed.stdout.splitlines()[0] == str(file) and "NOT VALID: " in mixed.stdout.splitlines()[1]
    assert f"VALID: {code}" in mixed.stdout  # the bad one does not hide the good one
    lost = course.trainer("receipt", "verify", whole, course.folder / "none.txt", "--course", course.course, env=nowhere, check=False)
    assert lost.returncode == 6 and "NOT CHECKED: There is no file" in lost.stdout and "or not checked" in lost.stderr
    told = json.loads(course.trainer("receipt", "verify", whole, course.folder / "none.txt", "--course", course.course, "--json",
                                     env=nowhere, check=False).stdout)
    assert [entry["valid"] for entry in told["receipts"]] == [True, False] and not told["valid"]


def test_a_receipt_is_not_waited_for_at_a_terminal(course, bin_folder):
    asked = Terminal([bin_folder / "trainer", "receipt", "verify"], course.server.environment() | {"TERM": "dumb", "LC_ALL": "C.UTF-8"})
    asked.expect("Which receipt?")
    assert asked.finish() == 2


@pytest.mark.parametrize("statistics", [(), ("--keep-statistics",)], ids=["all", "keep-statistics"])
def test_an_erased_student_is_nowhere(course, statistics):
    course.trainer("extend", "student03", "test01", "until", "+2d")
    course.trainer("score", "test01", "--now")
    course.trainer("status", "--upload")
    given = course.folder / "given.zip"
    course.trainer("privacy", "export", "student02", "--out", given)
    with zipfile.ZipFile(given) as archive:
        data = json.loads(archive.read("data.json"))
        assert "student01" not in archive.read("data.json").decode()
        assert b"<h1>Data about student02" in archive.read("index.html")
        assert any(name.startswith("mails/") for name in archive.namelist())
    assert data["email"] == "student02@example.org"
    assert {entry["key"].split("/")[-1] for entry in data["objects"]} >= {"testResult.json", "score.json", "result.json"}

    found = sum(b"student02" in body or "student02" in key for key, body in course.versions())
    assert found > 5
    refused = course.trainer("privacy", "erase", "student02", check=False)
    assert refused.returncode == 2 and "--yes" in refused.stderr
    said = course.json("privacy", "erase", "student02", "--yes", *statistics)
    assert said["versions"] > 5 and said["keys"] == 1 and said["mailsInHearth"] > 0 and said["mailsLeft"] == []
    left = json.loads(course.server.run("hearth", "mail", "list", "--json").stdout)["mails"]
    assert left and not any(to["address"] == "student02@example.org" for mail in left for to in mail["recipients"])
    for key, body in course.versions():
        assert "student02" not in key, key
        texts = [body]
        if key.endswith(".mail.json"):
            raw = base64.b64decode(json.loads(body)["raw"])
            texts += [raw, quopri.decodestring(raw)]
        for text in texts:
            assert b"student02" not in text and b"Ben Carter" not in text, (key, text)
    board = course.board()
    assert [row["studentId"] for row in board["students"]] == ["student01", "student03", "student04", "student05"]
    assert (board["statistics"]["n"] == 2) == bool(statistics)
    keys = [one["name"] for one in course.client("apigateway").get_api_keys()["items"]]
    assert len(keys) == 4 and not any("student02" in name for name in keys)
    log = json.loads(course.s3.get_object(Bucket=course.bucket, Key="privacy/erasures.json")["Body"].read())["erasures"]
    assert log[0]["who"] == hashlib.sha256(f"{said['salt']}:student02".encode()).hexdigest()
    for gone in ("student02", "zoe"):
        again = course.trainer("privacy", "erase", gone, "--yes", check=False)
        assert again.returncode == 2 and f'There is no student "{gone}"' in again.stderr and "undone" not in again.stderr


def test_a_backup_comes_back_elsewhere(course, make_hearth, tmp_path):
    course.trainer("extend", "student03", "test01", "until", "+2d")
    course.trainer("score", "test01", "--now")
    file = tmp_path / "backup.tar.gz"
    course.trainer("backup", file, "--with-keys")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = file.read_bytes()
    refused = course.trainer("backup", file, check=False)
    assert refused.returncode == 2 and "--force" in refused.stderr and file.read_bytes() == kept
    course.trainer("backup", file, "--with-keys", "--force")
    with tarfile.open(file) as archive:
        assert archive.next().name == "manifest.json"
    damaged = tmp_path / "damaged.tar.gz"
    damaged.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()).replace(b'"score": 5', b'"score": 4', 1)))
    refused = course.trainer("restore", damaged, "--dry-run", check=False)
    assert refused.returncode == 2 and "damaged" in refused.stderr
    short = tmp_path / "short.tar.gz"
    short.write_bytes(file.read_bytes()[:-400])
    assert course.trainer("restore", short, "--dry-run", check=False).returncode == 2
    assert "--force" in course.trainer("restore", file, check=False).stderr

    other = make_hearth(folder="other")
    other.start("--clock", SUNDAY)
    other.run("trainer", "--name", "second", "deploy", "--course", course.course, cwd=ROOT)
    other.run("trainer", "restore", file, "--into", "second")
    before = {key: body for key, body in current(course.s3, course.bucket)}
    bucket = json.loads(other.run("trainer", "--name", "second", "deploy", "--course", course.course, "--json", cwd=ROOT).stdout)["dataBucket"]
    after = {key: body for key, body in current(own_client(other, "s3"), bucket)}
    different = {"access/keys.json", "published/catalogue.json", "page/index.html", "scoring/lease.json"}
    assert {k: v for k, v in before.items() if k not in different} == {k: v for k, v in after.items() if k not in different}
    attempt = f"{TEST}/student01/testResult.json"
    assert own_client(other, "s3").head_object(Bucket=bucket, Key=attempt)["Metadata"] == \
        course.s3.head_object(Bucket=course.bucket, Key=attempt)["Metadata"]
    # The invites are still good, at the new address.
    invite = (course.folder / "invites" / "student03.invite").read_text().strip()
    api = json.loads(other.run("trainer", "--name", "second", "deploy", "--course", course.course, "--json", cwd=ROOT).stdout)["apiUrl"]
    request = urllib.request.Request(api + "/v1/tests", b"{}", {"x-api-key": invite.rpartition(":")[2], "Content-Type": "application/json"})
    listed = json.loads(urllib.request.urlopen(request).read())
    assert listed["studentId"] == "student03" and any(test.get("extended") for test in listed["tests"])


def test_destroying_keeps_data_unless_the_course_is_named(course):
    healthy = course.trainer("doctor", "--course", course.course, "--json", check=False, cwd=ROOT)
    problems = [check for check in json.loads(healthy.stdout)["checks"] if not check["ok"]]
    assert problems == []
    cloudformation = course.client("cloudformation")
    assert cloudformation.describe_stacks(StackName="homework-storage")["Stacks"][0]["EnableTerminationProtection"]
    for days in ("0", "-1", "3651"):
        refused = course.trainer("retention", days, "--course", course.course, check=False)
        assert refused.returncode == 2 and "Between 1 and 3650 days." in refused.stderr
    course.trainer("retention", "30", "--course", course.course)
    assert course.json("retention")["days"] == "30"
    course.trainer("destroy", "--yes")
    assert course.trainer("doctor", "--course", course.course, check=False, cwd=ROOT).returncode == 6
    course.trainer("deploy", "--course", course.course, cwd=ROOT)
    assert course.row("student01")["received"]
    wrong = course.trainer("destroy", "--delete-data", "--course-name", "Other", check=False)
    assert wrong.returncode == 2 and "Operating systems" in wrong.stderr
    cloudformation.delete_stack(StackName="homework-api")  # half of it is gone already
    course.trainer("destroy", "--delete-data", "--course-name", "Operating systems")
    assert course.s3.list_buckets()["Buckets"] == []
    assert cloudformation.list_stacks(StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE"])["StackSummaries"] == []
    assert course.client("apigateway").get_api_keys()["items"] == []
    course.trainer("destroy", "--delete-data", "--course-name", "homework")  # nothing left to do


def test_the_demo_tells_four_days_in_a_minute(bin_folder, home, tmp_path):
    done = subprocess.run([bin_folder / "trainer", "demo", "--json", "--folder", tmp_path / "demo"], cwd=ROOT, env=home,
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    facts = json.loads(done.stdout)
    assert facts["students"] == 30 and facts["received"] == 25 and facts["lateAccepted"] == 0 and facts["extended"] == 1
    assert facts["mailsUnsent"] == 0 and facts["corrections"] > 0
    assert (tmp_path / "demo" / "trainer.html").exists() and (tmp_path / "demo" / "grades.csv").exists()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "kill"])
def test_an_interrupted_demo_leaves_nothing(bin_folder, home, tmp_path, end):
    places = tmp_path / "places"
    places.mkdir()
    demo = subprocess.Popen([bin_folder / "trainer", "demo"], cwd=ROOT, env=home | {"TMPDIR": str(places)}, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, start_new_session=True)
    for line in demo.stdout:  # until the server runs and its first chapter has begun
        if line.startswith("$ trainer"):
            break
    assert len(list(places.glob("homework-demo-*"))) == 1
    demo.send_signal(end)
    demo.communicate(timeout=120)
    assert demo.returncode == 130 and list(places.iterdir()) == []
