"""The students' clients against the real pipeline: `homework`, the bash client, and the requests of the article's client."""

import json
import os
import pathlib
import socket
import subprocess
import threading

import pytest

from student_course import ANSWERS, NOW, TEST, Course
from support.server import ROOT, Hearth
from terminal import Terminal

BASH_CLIENT = ROOT / "apps" / "homework" / "client" / "bash" / "test-time.sh"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    server = Hearth(folder / "data").start("--clock", NOW)
    yield Course(server, folder)
    server.kill()


@pytest.fixture
def run(bin_folder, home):
    def call(*arguments, stdin="", **environment):
        english = {"HOMEWORK_LANG": "en"}  # student05 reads Polish
        return subprocess.run([bin_folder / "homework", *arguments], input=stdin, env={**home, **english, **environment},
                              capture_output=True, text=True, timeout=60)
    return call


def answers_of(attempt):
    return [(answer["questionId"], answer["answer"]) for answer in attempt["answers"]]


def test_the_whole_way_of_every_type(course, home, bin_folder, run):
    assert run("login", "--invite-file", "-", stdin=course.invite("student01")).returncode == 0
    terminal = Terminal([bin_folder / "homework", "do", TEST], home, columns=100)
    terminal.expect("Question 1 of 5 · 1 point · operating-systems/every-type · 0 answered · due in 2 h 1")
    terminal.expect("<b>$(touch x)</b>    '\"\\n [31mred")
    terminal.expect("│     echo \"$f\"")
    terminal.answer("Your answer: ", "a")
    terminal.answer("Your answer: ", "ca")
    terminal.answer("Your answer: ", "f")
    terminal.answer("Your answer: ", "Init")
    terminal.answer("Your answer: ", "about 3")
    terminal.expect("That is not a number")
    terminal.answer("Your answer: ", "3,14")
    terminal.answer("Number to change, s submit, q save and quit: ", "s")
    terminal.answer("Submit these 5 answers? [Y/n] ", "")
    terminal.expect("Submitting… received.")
    terminal.expect("signature checked")
    terminal.expect("before the deadline)")
    terminal.expect("You may submit again until 23:00; the last one counts.")
    assert terminal.finish() == 0
    attempt, = course.attempts("student01")
    assert answers_of(attempt) == ANSWERS
    assert not (pathlib.Path(home["HOME"]) / "x").exists()

    code = json.loads(run("receipt", "list", "--json").stdout)["receipts"][0]["code"]
    assert code == attempt["receipt"]
    text = (pathlib.Path(home["HOME"]) / f".local/share/homework/receipts/{code}.txt").read_text()
    (pathlib.Path(home["HOME"]) / ".config/homework/account").unlink()  # nobody to ask: what is known has to do
    assert json.loads(run("receipt", "verify", "--json").stdout)["receipts"][0]["check"] == "genuine"
    assert run("receipt", "verify", "-", stdin=text.replace("\n", "\r\n")).returncode == 0
    changed = run("receipt", "verify", "-", "--json", stdin=text.replace("4=Init", "4=init"))
    assert changed.returncode == 6 and json.loads(changed.stdout)["receipts"][0]["check"] == "forged"


def test_another_computer_shows_what_was_received(course, run, tmp_path):
    assert run("login", "--invite-file", "-", stdin=course.invite("student05")).returncode == 0
    assert run("do", TEST, "--answer", "1=b", "--answer", "4=cron").returncode == 0
    assert run("submit", "--yes").returncode == 0
    other = {"HOME": str(tmp_path / "other")}
    pathlib.Path(other["HOME"]).mkdir()
    assert run("login", "--invite-file", "-", stdin=course.invite("student05"), **other).returncode == 0
    shown = run("show", TEST, "--json", **other)
    assert {q["questionId"]: q["answer"] for q in json.loads(shown.stdout)["questions"]} == {
        "1": "b", "2": None, "3": None, "4": "cron", "5": None}
    assert "These are the answers that were received" in shown.stderr
    assert json.loads(run("receipt", "verify", "--json", **other).stdout)["receipts"][0]["check"] == "genuine"
    assert run("submit", TEST, "--yes", **other).returncode == 0  # the same answers: the same receipt
    assert len(course.attempts("student05")) == 1


class Cutter:
    """A proxy. It cuts the next submission after a number of its bytes to the server, or of its answer; None: all pass."""

    def __init__(self, port):
        self.port = port
        self.limits = (None, None)
        self.cuts = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port))
            left = {}  # bytes that may still pass, by direction; from the submission on
            for source, target, direction in ((client, server, 0), (server, client, 1)):
                threading.Thread(target=self.pump, args=(source, target, direction, left), daemon=True).start()

    def pump(self, source, target, direction, left):
        try:
            while data := source.recv(65536):
                if direction == 0 and b"/v1/test HTTP/" in data and self.limits != (None, None):
                    left.update(enumerate(self.limits))
                    self.limits = (None, None)
                if left.get(direction) is not None:
                    data, left[direction] = data[:left[direction]], left[direction] - len(data)
                target.sendall(data)
                if left.get(direction) is not None and left[direction] <= 0:
                    self.cuts += 1
                    break
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


CUTS = [(0, None), (7, None), (150, None), (400, None), (500, None), (None, 0), (None, 1), (None, 40), (None, 300), (None, 900)]


@pytest.mark.parametrize("number, limits", enumerate(CUTS), ids=[str(limits) for limits in CUTS])
def test_a_cut_while_submitting_leaves_one_attempt(course, run, number, limits):
    student = ("student02", "student05")[number % 2]  # a key may call six times a second
    proxy = Cutter(course.server.port)
    try:
        invite = course.invite(student).replace(f"127.0.0.1:{course.server.port}", proxy.address)
        assert run("login", "--invite-file", "-", stdin=invite).returncode == 0
        before = len(course.attempts(student))
        assert run("do", TEST, "--answer", "1=a", "--answer", "2=a,c", "--answer", f"5={number}").returncode == 0
        proxy.limits = limits
        sent = run("submit", "--yes", "--json")
        assert sent.returncode == 0, sent.stderr
        assert proxy.cuts == 1
        attempts = course.attempts(student)
        assert len(attempts) == before + 1
        assert attempts[-1]["receipt"] == json.loads(sent.stdout)["receipt"]["code"]
        assert answers_of(attempts[-1])[-1] == ("5", str(number))
    finally:
        proxy.listener.close()


def bash(course, home, student, lines, **environment):
    address, credential = course.invite(student).split("#")
    name, key = credential.split(":")
    config = pathlib.Path(home["HOME"]) / ".trainings" / "config"
    if not config.exists():
        config.parent.mkdir(exist_ok=True)
        config.write_text(f"apiUrl={address}\napiKey={key}\nstudentId={name}\n$(touch {config.parent}/run)\n")
        os.chmod(config, 0o644)
    done = subprocess.run(["bash", BASH_CLIENT], input="".join(line + "\n" for line in lines), env={**home, **environment},
                          capture_output=True, text=True, timeout=60, cwd=home["HOME"])
    assert not (config.parent / "run").exists()
    assert config.stat().st_mode & 0o77 == 0
    return done


def test_the_bash_client(course, home):
    (pathlib.Path(home["HOME"]) / "aaa.txt").write_text("")  # what an unquoted * would become
    first = bash(course, home, "student03", ["1", "B", "a,c"])  # then the input ends
    assert first.returncode == 130 and "Your answers are kept." in first.stdout, first.stdout + first.stderr
    assert "aaa.txt" not in first.stdout and "\x1b" not in first.stdout
    assert "    $ ls    *\n" in first.stdout
    assert course.attempts("student03") == []

    second = bash(course, home, "student03", ["1", "a", "", "c b", "f", "init; rm", "many", "-2e3", "y"])
    assert second.returncode == 0, second.stdout + second.stderr
    assert "Test every-type uploaded with success\nReceipt R-" in second.stdout
    attempt, = course.attempts("student03")
    assert answers_of(attempt) == [("1", "a"), ("2", "a,c"), ("3", "false"), ("4", "init; rm"), ("5", "-2e3")]


def test_the_bash_client_tells_a_wrong_key(course, home):
    config = pathlib.Path(home["HOME"]) / ".trainings" / "config"
    config.parent.mkdir()
    address = course.invite("student03").split("#")[0]
    config.write_text(f"apiUrl={address}\napiKey=0123456789abcdef0123\nstudentId=student03\n")
    done = bash(course, home, "student03", [])
    assert done.returncode == 3 and "does not accept your key" in done.stdout
    config.write_text("apiUrl=http://127.0.0.1:9\napiKey=0123456789abcdef0123\nstudentId=student03\n")
    done = bash(course, home, "student03", [])
    assert done.returncode == 4 and "Could not reach the server" in done.stderr


def test_the_requests_of_the_articles_client(course, tmp_path):
    """Byte for byte what it sends: form-urlencoded by its header, JSON by its body; only `.code` and `.body` are read."""
    address, credential = course.invite("student04").split("#")
    student, key = credential.split(":")
    base = address.removesuffix("/").removesuffix("/api") + "/api/v1"

    def curl(*arguments):
        return json.loads(subprocess.run(["curl", "-s", *arguments, "-H", f"x-api-key: {key}"], capture_output=True,
                                         text=True, check=True, timeout=60).stdout)

    listed = curl("-XPOST", "-d", '{"studentId": "' + student + '"}', base + "/tests")
    assert listed["code"] == 200
    assert [entry["subject"] for entry in listed["body"]] == ["operating-systems"]  # once, whatever number of tests
    assert "test01" in listed["body"][0]["testIds"]
    fetched = curl(base + "/test?subjectName=operating-systems&testId=test01")
    assert fetched["code"] == 200
    chosen = ",".join(f'{{"questionId":"{q["questionId"]}","answer":"{q["answers"][0]["answerId"]}"}}' for q in fetched["body"])
    sent = curl("-XPOST", "-d", '{"subjectName":"operating-systems","testId":"test01","studentId":"' + student +
                '","testResult":[' + chosen + "]}", base + "/test")
    assert sent["code"] == 200 and sent["body"] == "Successfully uploaded test result"
    assert len(course.attempts(student, "operating-systems/test01")) == 1
    other = curl("-XPOST", "-d", '{"studentId": "student01"}', base + "/tests")
    assert other["code"] == 403


def test_results_after_scoring(course, run):
    """Last: it closes the test for everybody."""
    assert run("login", "--invite-file", "-", stdin=course.invite("student01")).returncode == 0
    waiting = run("result", TEST)
    assert waiting.returncode == 0 and "There is no result of operating-systems/every-type yet." in waiting.stdout
    course.server.run("trainer", "score", TEST, "--now")
    early = json.loads(run("result", TEST, "--json").stdout)["result"]
    assert early["points"] == 6 and early["maxPoints"] == 6 and not early["released"]
    assert early["questions"] == []  # nothing about single questions while others may still submit
    refused = run("submit", TEST, "--yes")
    assert refused.returncode in (2, 5) and "submit again" not in refused.stdout
    told = run("result", TEST)
    assert "6 of 6 points" in told.stdout and "The correct answers are told when nobody can submit any more" in told.stdout
    course.server.stop()
    course.server.start("--clock", "2027-07-05T21:30:00Z")
    final = run("result", TEST)
    assert "Correct answer: a  every *" in final.stdout and "Explanation:    The shell expands it." in final.stdout
