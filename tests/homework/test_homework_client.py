"""The student's command from outside: in a terminal, through pipes, and when things go wrong."""

import json
import os
import pathlib
import signal
import stat
import subprocess

import pytest

from terminal import Terminal


@pytest.fixture
def run(bin_folder, home):
    def call(*arguments, stdin="", **environment):
        return subprocess.run([bin_folder / "homework", *arguments], input=stdin, env={**home, **environment},
                              capture_output=True, text=True, timeout=30)
    return call


@pytest.fixture
def open_terminal(bin_folder, home):
    opened = []

    def call(*arguments, columns=80, **environment):
        terminal = Terminal([bin_folder / "homework", *arguments], {**home, **environment}, columns)
        opened.append(terminal)
        return terminal
    yield call
    for terminal in opened:
        if terminal.process.poll() is None:
            terminal.kill()


@pytest.fixture
def signed_in(run, api):
    assert run("login", "--invite-file", "-", stdin=api.invite + "\n").returncode == 0


def data_folder(home):
    return pathlib.Path(home["HOME"]) / ".local" / "share" / "homework"


def draft_of(home):
    return json.loads((data_folder(home) / "drafts/student01/operating-systems/test01.json").read_text())


def test_the_whole_way_in_a_terminal(api, home, open_terminal):
    terminal = open_terminal()
    terminal.answer("Paste your invite and press Enter (it is not shown): ", api.invite)
    terminal.expect("Signed in as student01, Operating systems")
    terminal.expect("due today 23:00, in 2 h 19 min")
    terminal.answer("Which one? [1] ", "")
    terminal.expect("Question 1 of 3 · operating-systems/test01 · 0 answered · due in 2 h 1")
    terminal.answer("Your answer: ", "a")
    terminal.expect("Saved.")
    terminal.expect("What does ls * do?")
    terminal.expect("      $ ls    *")
    terminal.answer("Your answer: ", "")
    terminal.answer("Your answer: ", "4")
    terminal.expect("2 of 3 answered.")
    terminal.answer("Number to change, s submit, q save and quit: ", "s")
    terminal.answer("Question 2 has no answer. Submit anyway? [y/N] ", "")
    terminal.answer("Number to change, s submit, q save and quit: ", "2")
    terminal.answer("Your answer: ", "C")
    terminal.answer("Your answer [d]: ", "")
    terminal.answer("Number to change, s submit, q save and quit: ", "s")
    terminal.answer("Submit these 3 answers? [Y/n] ", "")
    terminal.expect("R-7F3K-Q2MD")
    terminal.expect("Mon 8 Apr 2019 20:43:07 Europe/Warsaw (2 h 16 min before the deadline)")
    terminal.expect("Saved to  ~/.local/share/homework/receipts/R-7F3K-Q2MD.txt")
    assert terminal.finish() == 0

    assert [(a["questionId"], a["answer"]) for a in api.submissions[0]["testResult"]] == [
        ("1", "a"), ("2", "c"), ("3", "d")]
    assert api.submissions[0]["studentId"] == "student01"
    assert api.key not in terminal.text
    assert "[31m" in terminal.text and "\x1b[31m" not in terminal.text
    for path in [pathlib.Path(home["HOME"]) / ".config/homework/account",
                 data_folder(home) / "receipts/R-7F3K-Q2MD.txt",
                 data_folder(home) / "drafts/student01/operating-systems/test01.json"]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_through_pipes(api, run, signed_in):
    board = json.loads(run("list", "--json").stdout)
    assert [t["testId"] for t in board["tests"]] == ["test01"] and board["tests"][0]["draft"] is None
    questions = json.loads(run("show", "test01", "--json").stdout)["questions"]
    assert len(questions) == 3
    filled = run("do", "test01", "--answers", "-", stdin="1=a\n# a remark\n2=2\n")
    assert filled.returncode == 0 and filled.stdout == ""
    assert run("do", "test01", "--answer", "3=D").returncode == 0
    sent = run("submit", "--yes", "--json")
    assert sent.returncode == 0
    assert json.loads(sent.stdout)["receipt"]["code"] == "R-7F3K-Q2MD"
    assert [a["answer"] for a in api.submissions[0]["testResult"]] == ["a", "b", "d"]
    assert "R-7F3K-Q2MD" in run("receipt").stdout
    assert run("receipt", "R-7F3K-Q2MD").stdout.startswith("Receipt       R-7F3K-Q2MD\n")
    assert run("submit", "--yes").returncode == 2  # nothing is waiting any more


def test_a_pipe_is_never_asked_and_gets_no_escape_bytes(api, run, signed_in):
    for arguments in (["list"], ["show", "test01"], ["status", "test01"], []):
        result = run(*arguments, "--no-input")
        assert result.returncode == 0
        assert "\x1b" not in result.stdout and "\r" not in result.stdout
    assert run("do", "test01").returncode == 2
    assert run("submit").returncode == 2
    assert run("login").returncode == 2


def test_ascii_and_forty_columns_say_the_same(api, open_terminal, signed_in):
    terminal = open_terminal("do", "test01", columns=40, LANG="C", LC_ALL="C", NO_COLOR="1")
    terminal.answer("Your answer: ", "a")
    terminal.answer("Your answer: ", "q")
    assert terminal.finish() == 0
    assert "\x1b" not in terminal.text
    assert all(ord(c) < 128 for c in terminal.text)
    for line in terminal.text.splitlines():
        assert len(line) <= 40 or line.startswith(("      $", "Your answer")), line
    assert "Question 1 of 3 |" in terminal.text and "in 2 h 1" in terminal.text


@pytest.mark.parametrize("ending", ["ctrl-c", "ctrl-d", "hangup", "kill"])
def test_nothing_is_lost_however_it_ends(api, home, open_terminal, signed_in, ending):
    terminal = open_terminal("do", "test01")
    terminal.answer("Your answer: ", "b")
    terminal.answer("Your answer: ", "c")
    terminal.expect("Question 3 of 3")
    terminal.expect("Your answer: ")
    if ending == "ctrl-c":
        terminal.press(b"\x03")
    elif ending == "ctrl-d":
        terminal.press(b"\x04")
    elif ending == "hangup":
        terminal.process.send_signal(signal.SIGHUP)
    if ending == "kill":
        assert terminal.kill() == -signal.SIGKILL
    else:
        assert terminal.finish() == 130
        assert "Your 2 answers are safe. Nothing was sent." in terminal.text
    assert draft_of(home)["answers"] == {"1": "b", "2": "c"}

    again = open_terminal("do", "test01")
    again.expect("Your draft with 2 answers is continued.")
    again.expect("Question 3 of 3")
    again.answer("Your answer: ", "q")
    assert again.finish() == 0
    assert api.submissions == []


def test_a_fault_of_the_server_is_retried(api, run, signed_in):
    assert run("do", "test01", "--answer", "1=a").returncode == 0
    api.faults = [500, 0]
    sent = run("submit", "test01", "--yes")
    assert sent.returncode == 0, sent.stderr
    assert len(api.submissions) == 1


def test_without_a_network_the_draft_is_kept(api, home, run, signed_in):
    assert run("do", "test01", "--answer", "1=a", "--answer", "2=b").returncode == 0
    api.faults = [503] * 4
    failed = run("submit", "--yes")
    assert failed.returncode == 4, failed.stderr
    assert "Your 2 answers are safe in ~/.local/share/homework/drafts/student01/operating-systems/test01.json" in \
        failed.stderr.replace("\n", " ")
    assert "homework submit" in failed.stderr
    assert run("submit", "--yes").returncode == 0
    assert draft_of(home)["receipt"] == "R-7F3K-Q2MD"


def test_a_draft_is_answered_offline(api, home, open_terminal, run, signed_in):
    assert run("do", "test01", "--answer", "1=a").returncode == 0
    api.faults = [503]
    terminal = open_terminal("do", "test01")
    terminal.expect("Going on with the draft on this computer.")
    terminal.answer("Your answer: ", "d")
    terminal.answer("Your answer: ", "q")
    assert terminal.finish() == 0
    assert draft_of(home)["answers"] == {"1": "a", "2": "d"}


def test_too_late(api, run, signed_in):
    assert run("do", "test01", "--answer", "1=a").returncode == 0
    api.status, api.now = "closed", "2019-04-08T21:12:30Z"
    sent = run("submit", "--yes")
    assert sent.returncode == 5 and "safe" in sent.stderr
    opened = run("do", "test01", "--answer", "2=a")
    assert opened.returncode == 5
    assert "This test closed today 23:00 (12 minutes ago). Your draft is kept." in opened.stderr.replace("\n", " ")


def test_a_changed_question_is_named_and_the_rest_kept(api, home, run, signed_in):
    assert run("do", "test01", "--answer", "1=a", "--answer", "3=b").returncode == 0
    api.questions[0]["question"] = "What is a micro kernel?"
    refused = run("submit", "--yes")
    assert refused.returncode == 6 and "The questions were changed" in refused.stderr.replace("\n", " ")
    assert "Please look again at question 1;" in refused.stderr.replace("\n", " ")
    looked = run("do", "test01", "--answer", "2=a")
    assert looked.returncode == 0
    assert draft_of(home)["answers"] == {"2": "a", "3": "b"}


def test_a_wrong_key_is_told_apart(api, run, signed_in):
    api.key = "another-key-0123456789"
    listed = run("list", "--json")
    assert listed.returncode == 3
    assert json.loads(listed.stdout)["error"]["exit"] == 3
    assert "login" in listed.stderr
    wrong = run("login", "--invite-file", "-", stdin="http://127.0.0.1:1/x#student01")
    assert wrong.returncode == 2


def test_answers_that_are_not_offered_change_nothing(api, home, run, signed_in):
    assert run("do", "test01", "--answer", "1=a").returncode == 0
    for wrong in ("1=e", "9=a", "1", "=a", "1=ab"):
        assert run("do", "test01", "--answer", "2=a", "--answer", wrong).returncode == 2
    assert draft_of(home)["answers"] == {"1": "a"}


def test_the_former_clients_settings_are_read_never_run(api, home, run):
    folder = pathlib.Path(home["HOME"]) / ".trainings"
    folder.mkdir()
    config = folder / "config"
    config.write_text(f"apiUrl={api.url}\napiKey={api.key}\nstudentId=student01\ntouch {folder}/run\n$(touch {folder}/run)\n")
    os.chmod(config, 0o644)
    listed = run("list")
    assert listed.returncode == 0
    assert "can be read by others" in listed.stderr.replace("\n", " ")
    assert not (folder / "run").exists()


def test_doctor_masks_the_key(api, run, signed_in):
    report = run("doctor")
    assert report.returncode == 0
    assert api.key not in report.stdout and "k9fL..." in report.stdout
    assert run("doctor", XDG_CONFIG_HOME="/nonexistent").returncode == 3


def test_usage_errors(run):
    assert run("do", "--answer", "1=a").returncode == 2
    assert run("nothing").returncode == 2
    assert run("list").returncode == 3
    assert run("--help").returncode == 0
    assert run("submit", "--help").returncode == 0
