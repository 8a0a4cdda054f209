"""Nothing that a server, a file or a student has written is obeyed by the terminal of who reads it."""

import json
import pathlib
import re
import subprocess

import pytest

from terminal import Terminal

EVIL = "\x1b]0;pwned\x07\x1b[2J\x1b[1;1H\x9b31m\x7f\x08\rX\u202egnp"
# Of these the client understands nothing else than what they are.
PLAIN = {"subject", "testId", "studentId", "questionId", "answerId", "questionSet", "status", "due", "opens", "receivedAt", "serverTime",
         "type", "code", "keyId", "publicKey", "createdAt", "timeZone", "lang", "answer"}
TEST_TIME = pathlib.Path(__file__).resolve().parents[2] / "apps/homework/client/bash/test-time.sh"


def poisoned(value, name=""):
    if isinstance(value, dict):
        return {key: poisoned(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [poisoned(member, name) for member in value]
    return value + EVIL if isinstance(value, str) and name not in PLAIN else value


def obeyed(text, colours=()):
    """What a terminal would obey in a text of a pseudo-terminal; its own line ends and `colours` apart."""
    for sequence in ("\r\n", *colours):
        text = text.replace(sequence, "\n" if sequence == "\r\n" else "")
    return re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


@pytest.fixture
def poison(api):
    """From now on every text of the server is hostile."""
    def start():
        route = api.route

        def hostile(*request):
            status, document = route(*request)
            return status, poisoned(document)
        api.route = hostile
    return start


@pytest.fixture
def call(bin_folder, home, api):
    """What a command writes to a terminal."""
    subprocess.run([bin_folder / "homework", "login", "--invite-file", "-"], input=api.invite + "\n", env=home, text=True, check=True,
                   capture_output=True)

    def run(*arguments, **environment):
        terminal = Terminal([bin_folder / "homework", *arguments], {**home, "NO_COLOR": "1", **environment})
        terminal.finish()
        assert "Traceback" not in terminal.text and terminal.text
        return terminal.text
    return run


def test_a_hostile_servers_texts_are_shown_and_not_obeyed(api, poison, call, home):
    api.result = {"score": 4, "scale": 5, "points": 2, "maxPoints": 3, "percent": "66.67", "grade": "4", "title": "Kernels", "reason": "why",
                  "released": True, "releasedAt": "2019-04-08T21:01:00Z", "class": {"n": 7, "mean": "3.5"},
                  "questions": [{"questionId": "1", "question": "What?", "code": "int x;", "points": 1, "maxPoints": 1, "right": False,
                                 "given": "a", "givenText": "first", "correct": "b", "correctText": "second", "feedback": "because"}]}
    poison()
    for arguments in (["list"], ["status", "test01"], ["show", "test01"], ["show", "test01", "--json"], ["list", "--json"], ["doctor"],
                      ["do", "test01", "--answer", "1=a", "--answer", "2=b"], ["submit", "test01", "--yes"], ["receipt"],
                      ["receipt", "verify"]):
        assert obeyed(call(*arguments)) == [], arguments
    api.more = {"score": {"score": 4, "scale": 5, "points": 2, "maxPoints": 3, "grade": "4", "percent": "66.67"}}
    api.status = "scored"
    for arguments in (["result", "test01"], ["result", "test01", "--json"], ["list"]):
        text = call(*arguments)
        assert obeyed(text) == [] and "because" in text or arguments == ["list"], text
    assert obeyed(call("show", "test01", NO_COLOR=""), ("\x1b[1m", "\x1b[33m", "\x1b[0m")) == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 418, 422, 429, 500])
def test_refusals_are_not_obeyed(api, call, status):
    for document in ({"body": "no" + EVIL, "code": status}, {"message": "no" + EVIL}):
        for arguments in (["list"], ["show", "test01"]):
            api.faults = [(status, document)] * 5
            assert obeyed(call(*arguments)) == []
    api.faults = []


def test_a_receipt_is_kept_only_when_it_is_plain_text(api, bin_folder, home, call, tmp_path):
    folder = tmp_path / ".local/share/homework/receipts"
    genuine = api.receipt

    def answer(letter, **change):
        api.receipt = lambda request: genuine(request) | {name: make(genuine(request)[name]) for name, make in change.items()}
        call("do", "test01", "--answer", f"1={letter}")
        return subprocess.run([bin_folder / "homework", "submit", "test01", "--yes"], env=home, capture_output=True, text=True, timeout=30)

    for letter, change in (("a", {"text": lambda text: text + EVIL}), ("b", {"text": lambda text: "x" * 300_000}),
                           ("c", {"code": lambda code: "../../../.bashrc"})):
        done = answer(letter, **change)
        assert done.returncode == 0 and "was not saved" in done.stderr, done.stderr
        assert not list(folder.glob("*")) and not (tmp_path / ".bashrc").exists()
    assert answer("d").returncode == 0
    (saved,) = folder.glob("*.txt")
    assert saved.read_text() == api.attempts[-1][1]["text"]


def test_the_bash_client_keeps_no_hostile_receipt(api, home, tmp_path):
    (tmp_path / ".trainings").mkdir()
    (tmp_path / ".trainings/config").write_text(f"apiUrl={api.url}\napiKey={api.key}\nstudentId={api.student}\n")
    genuine = api.receipt
    api.receipt = lambda request: genuine(request) | {"text": genuine(request)["text"] + EVIL}
    done = subprocess.run(["bash", TEST_TIME], input="a\nb\nc\ny\n", env=home, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "uploaded with success" in done.stdout and "was not saved" in done.stderr, (done.stdout, done.stderr)
    assert not list((tmp_path / ".trainings").glob("R-*"))
    assert obeyed(done.stdout + done.stderr) == []
    api.receipt, api.status = genuine, "open"
    again = subprocess.run(["bash", TEST_TIME], input="b\nb\nc\ny\n", env=home, capture_output=True, text=True, timeout=60)
    assert "Saved to" in again.stdout and len(list((tmp_path / ".trainings").glob("R-*"))) == 1, (again.stdout, again.stderr)
    api.status, api.faults = "open", [(200, {"code": "2" + EVIL, "body": ""})]
    odd = subprocess.run(["bash", TEST_TIME], env=home, capture_output=True, text=True, timeout=60)
    assert odd.returncode != 0 and obeyed(odd.stdout + odd.stderr) == []


def test_a_file_of_questions_is_not_obeyed(bin_folder, home, tmp_path):
    """A colleague's file: shown cleaned on a terminal, exported to a pipe as it is."""
    def trainer(*arguments):
        return subprocess.run([bin_folder / "trainer", *arguments], env=home, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert trainer("init", "course", "--course-name", "Systems").returncode == 0
    test = next((tmp_path / "course/subjects").glob("*/*"))
    questions = json.loads((test / "questions.json").read_text())
    questions[0]["question"] += EVIL
    (test / "questions.json").write_text(json.dumps(questions))
    name = f"{test.parent.name}/{test.name}"
    at = ["--course", str(tmp_path / "course")]
    for arguments in (["export", name, *at], ["export", name, *at, "--csv"], ["export", name, *at, "--json"], ["check", at[1]],
                      ["check", at[1], "--json"], ["preview", name, *at], ["preview", name, *at, "--json"]):
        terminal = Terminal([bin_folder / "trainer", *arguments], {**home, "NO_COLOR": "1"})
        terminal.finish()
        assert terminal.process.returncode == 0 and obeyed(terminal.text) == [], (arguments, terminal.text)
    for spelling in ("$(x)" + EVIL, "--" + EVIL, "check" + EVIL):
        terminal = Terminal([bin_folder / "trainer", spelling], home)
        assert terminal.finish() != 0 and obeyed(terminal.text) == [], terminal.text
    piped = trainer("export", name, *at).stdout
    assert "\x1b]0;pwned" in piped
