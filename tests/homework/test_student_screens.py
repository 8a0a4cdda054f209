"""What students see: the screens, at any width, in any locale, in a pipe; and that hostile text stays text."""

import json
import re
import subprocess

import pytest

from terminal import Terminal

# What may stand in the questions without being obeyed or changed.
HOSTILE = "Run `ls *`\n<b>$(touch x)</b> a\\n b\ttab\x1b[2J\x1b]0;title\x07\u202egnp.exe\x9b31m\r!"


@pytest.fixture
def run(bin_folder, home):
    def call(*arguments, stdin="", **environment):
        return subprocess.run([bin_folder / "homework", *arguments], input=stdin, env={**home, **environment},
                              capture_output=True, text=True, timeout=30)
    return call


@pytest.fixture
def signed_in(run, api):
    assert run("login", "--invite-file", "-", stdin=api.invite + "\n").returncode == 0


@pytest.fixture
def full(api):
    """Every kind of row and question."""
    api.others = [
        api.info() | {"testId": "test00", "title": "Shell basics", "status": "scored", "due": "2019-04-01T21:00:00Z",
                      "receivedAt": "2019-04-01T19:02:00Z", "score": {"score": 4, "scale": 5, "points": 5, "maxPoints": 6}},
        api.info() | {"subject": "networks", "testId": "test02", "title": "Routing", "due": "2019-04-15T21:00:00Z"},
    ]
    api.questions[0]["code"] = "if (x)\n\treturn *p;"
    api.questions[1] |= {"type": "multiple", "points": 2}
    api.questions += [{"questionId": "4", "question": HOSTILE, "type": "truefalse"},
                      {"questionId": "5", "question": "Its name?", "type": "text"},
                      {"questionId": "6", "question": "How many?", "type": "number"}]
    api.more = {"partial": True, "attempts": 3, "attemptsLeft": 2}
    return api


def words(text):
    return re.findall(r"[A-Za-z0-9]+", re.sub(r"\x1b\[[0-9;]*m", "", text))


def way_through(bin_folder, environment, columns):
    terminal = Terminal([bin_folder / "homework"], environment, columns)
    terminal.answer("[1] ", "")
    for line in ("a", "a,d", "", "f", "init", "42"):
        terminal.answer("Your answer: ", line)
    terminal.answer("quit: ", "s")
    terminal.answer("[y/N] ", "y")
    assert terminal.finish() == 0
    return terminal.text.replace("\r\n", "\n")  # the terminal's own line ends


def test_the_same_information_everywhere(full, bin_folder, home, run, signed_in):
    screens = {}
    for name, columns, environment in [
        ("wide", 100, {}), ("narrow", 40, {}), ("ascii", 80, {"LANG": "C", "LC_ALL": "C"}), ("no colour", 80, {"NO_COLOR": "1"}),
            ("dumb", 80, {"TERM": "dumb"})]:
        full.status, full.attempts, full.submissions = "open", [], []
        subprocess.run(["rm", "-rf", home["HOME"] + "/.local/share/homework/drafts"], check=True)
        screens[name] = way_through(bin_folder, home | environment, columns)
    for name, text in screens.items():
        assert "\r" not in text, name
        assert not re.search(r"\x1b(?!\[(1|33|0)m)", text), name  # bold, yellow, and off again: nothing that moves
        # Minutes may pass between two ways through, so times are compared without their numbers.
        assert [w for w in words(text) if not w.isdigit()] == [w for w in words(screens["wide"]) if not w.isdigit()], name
    for name in ("ascii", "no colour", "dumb"):
        assert "\x1b[0m" not in screens[name] or name == "ascii", name
    assert screens["ascii"].isascii()
    for line in screens["narrow"].splitlines():
        plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
        assert len(plain) <= 40 or "/" in plain or plain.startswith(("    ", "  ")), plain


def test_the_screens_of_the_specification(full, bin_folder, home, run, signed_in):
    full.more = {}
    full.questions = full.questions[:3]
    for question in full.questions:
        question.pop("points", None)
    terminal = Terminal([bin_folder / "homework"], home | {"NO_COLOR": "1"}, 120)
    terminal.expect("Homework for student01 · course time Europe/Warsaw · now Mon 8 Apr 20:41\r\n\r\n")
    terminal.expect("  1  operating-systems / test01   Kernels and [1mboot   due today 23:00, in 2 h 1")
    terminal.expect("  2  networks / test02            Routing               due Mon 15 Apr 23:00, in 7 d")
    terminal.expect("     operating-systems / test00   Shell basics          received Mon 1 Apr 21:02")
    terminal.expect("5 of 6 points\r\n")
    terminal.answer("Which one? [1] ", "")
    terminal.expect("Question 1 of 3 · operating-systems/test01 · 0 answered · due in 2 h 1")
    terminal.expect("Answer a–d, Enter = leave open, p previous, g 3 go to, r review, ? help, q save and quit\r\nYour answer: ")
    terminal.type("a")
    terminal.expect("Saved.\r\n")
    terminal.answer("Your answer: ", "d")
    terminal.answer("Your answer: ", "")
    terminal.expect("Review · operating-systems/test01\r\n  1 a  first of question 1\r\n  2 d  fourth of question 2\r\n"
                    "  3 –  not answered\r\n2 of 3 answered. You can change answers until today 23:00 (Europe/Warsaw).\r\n")
    terminal.answer("Number to change, s submit, q save and quit: ", "s")
    terminal.answer("Question 3 has no answer. Submit anyway? [y/N] ", "y")
    terminal.expect("Submitting… received.\r\n\r\nReceipt   R-7F3K-Q2MD · signature checked\r\n"
                    "Received  Mon 8 Apr 2019 20:43:07 Europe/Warsaw (2 h 16 min before the deadline)\r\n"
                    "Answers   2 of 3 · sha256 ")
    terminal.expect("Saved to  ~/.local/share/homework/receipts/R-7F3K-Q2MD.txt\r\n"
                    "You may submit again until 23:00; the last one counts. Scores are mailed after the deadline.\r\n")
    assert terminal.finish() == 0


def test_hostile_text_stays_text(full, home, run, signed_in):
    full.others[0]["title"] = HOSTILE
    for arguments in (["show", "test01"], ["list"], ["status", "test00"]):
        shown = run(*arguments)
        assert shown.returncode == 0
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown.stdout)
    text = run("show", "test01").stdout
    assert "Run `ls *`\n<b>$(touch x)</b> a\\n b    tab[2J]0;titlegnp.exe31m!" in text
    assert "if (x)\n" in text and "    return *p;" in text
    assert json.loads(run("show", "test01", "--json").stdout)["questions"][3]["question"] == HOSTILE


def test_polish_by_option_environment_and_course(full, run, signed_in):
    assert run("list", "--lang", "pl").stdout.startswith("Zadania dla: student01 · czas kursu Europe/Warsaw")
    assert run("list", HOMEWORK_LANG="pl").stdout.startswith("Zadania dla: ")
    assert run("list").stdout.startswith("Homework for ")
    full.lang = "pl"
    assert run("list").stdout.startswith("Zadania dla: ")
    assert "Twoje testy" in run("--help").stdout  # remembered
    assert run("list", "--lang", "en").stdout.startswith("Homework for ")
    assert run("list", LC_ALL="C").stdout.isascii()


@pytest.mark.parametrize("form", ["{url}#{who}", "<{url}/api/#{who}>", ' "{url}/api/v1/tests#{who}" \r', "({url}/api/?lang=pl#{who}),"])
def test_an_invite_in_any_dress(api, run, form):
    done = run("login", "--invite-file", "-", "--json", stdin=form.format(url=api.url, who=f"{api.student}:{api.key}") + "\n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["studentId"] == "student01"
    assert api.key not in done.stdout + done.stderr


def test_mistyped_words_are_guessed(run, api, signed_in):
    for arguments, meant in ((["resutl"], "homework result"), (["status", "tset01"], "test01"),
                             (["do", "operating-systm/test01"], "operating-systems/test01")):
        done = run(*arguments)
        assert done.returncode == 2 and f"Did you mean {meant}?" in done.stderr.replace("\n", " ")
