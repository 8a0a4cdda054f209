"""Nothing is lost, and what is said is true: kills, cuts, refusals."""

import json
import pathlib
import subprocess

import pytest

from terminal import Terminal


@pytest.fixture
def run(bin_folder, home):
    def call(*arguments, stdin="", **environment):
        return subprocess.run([bin_folder / "homework", *arguments], input=stdin, env={**home, **environment},
                              capture_output=True, text=True, timeout=60)
    return call


@pytest.fixture
def signed_in(run, api):
    assert run("login", "--invite-file", "-", stdin=api.invite + "\n").returncode == 0


def said(done):
    return (done.stdout + " " + done.stderr).replace("\n", " ")


def test_a_kill_after_every_answer(api, bin_folder, home, run, signed_in):
    """The process is killed at every prompt; whoever starts again finds all answers."""
    for n in range(1, 11):
        api.questions += [] if n <= 3 else [api.questions[0] | {"questionId": str(n)}]
    given = {}
    for number in range(1, len(api.questions) + 1):
        terminal = Terminal([bin_folder / "homework", "do", "test01"], home)
        if number > 1:
            terminal.expect(f"Your draft with {number - 1} answer")
        terminal.expect(f"Question {number} of 10")
        terminal.answer("Your answer: ", "abcd"[number % 4])
        terminal.expect("Saved.")
        terminal.kill()
        given[str(number)] = "abcd"[number % 4]
        shown = json.loads(run("show", "test01", "--json").stdout)["questions"]
        assert {q["questionId"]: q["answer"] for q in shown if q["answer"]} == given
    assert run("submit", "--yes").returncode == 0
    assert [(a["questionId"], a["answer"]) for a in api.submissions[0]["testResult"]] == list(given.items())


def test_a_kill_while_submitting_is_found_out(api, home, run, signed_in):
    assert run("do", "test01", "--answer", "1=a").returncode == 0
    api.cut_after = 0
    api.faults = []
    # The answers arrive, every receipt is lost: three tries see a cut, then the server is unwell.
    original = api.route

    def losing(method, path, headers, body):
        status, document = original(method, path, headers, body)
        return (0, None) if path.endswith("/v1/test") and method == "POST" else (status, document)
    api.route = losing
    lost = run("submit", "--yes")
    assert lost.returncode == 4
    assert "no receipt came back (the connection was cut, 3 tries). It is not known whether they arrived." in said(lost)
    assert "Your 1 answer is safe in" in said(lost) and "The deadline is in 2 h" in said(lost)
    assert len(api.attempts) == 1
    api.route = original
    again = run("show", "test01")
    assert "These answers had arrived after all: receipt R-7F3K-Q2MD" in said(again)
    assert run("submit", "--yes").returncode == 2  # nothing waits any more
    assert "R-7F3K-Q2MD" in run("receipt", "list").stdout


def test_no_connection_is_told_apart_from_no_receipt(api, home, run, signed_in):
    assert run("do", "test01", "--answer", "1=a").returncode == 0
    account = pathlib.Path(home["HOME"]) / ".config/homework/account"
    account.write_text(account.read_text().replace(api.url.split("/")[2], "127.0.0.1:9"))
    failed = run("submit", "--yes")
    assert failed.returncode == 4
    assert "Could not reach the server (no connection to http://127.0.0.1:9, 3 tries)." in said(failed)
    assert "The deadline is Mon 8 Apr 23:00 (Europe/Warsaw)." in said(failed)
    assert api.submissions == []


@pytest.mark.parametrize("cut", [0, 1, 17, 90, 400, 800])
def test_a_cut_answer_is_asked_for_again(api, run, signed_in, cut):
    assert run("do", "test01", "--answer", "1=a").returncode == 0
    api.cut_after = cut
    sent = run("submit", "--yes", "--json")
    assert sent.returncode == 0, sent.stderr
    assert len(api.submissions) == 2 and len(api.attempts) == 1
    assert json.loads(sent.stdout)["receipt"]["signature"] == "genuine"


REFUSALS = [
    (401, {"body": "Unknown key", "code": 401}, 3, "belongs to nobody any more"),
    (403, {"message": "Forbidden"}, 3, "does not accept your key"),
    (403, {"body": "student01 is not on the roster", "code": 403}, 3, "does not accept you as student01: student01 is not on the"),
    (403, {"message": "Missing Authentication Token"}, 6, "no homework server at this address"),
    (404, {"body": "There is no such test", "code": 404}, 6, "has no test operating-systems/test01 for you"),
    (413, {"body": "too long", "code": 413}, 6, "longer than the server takes"),
    (422, {"body": "question 1 has no answer 'z'", "code": 422}, 6, "cannot take these answers: question 1 has no answer 'z'."),
    (429, {"body": "submitted 200 times", "code": 429}, 6, "as often as is allowed"),
    (302, {}, 4, "something else than a homework server answers there, HTTP 302"),
]


@pytest.mark.parametrize("status, document, code, sentence", REFUSALS, ids=[f"{r[0]} {i}" for i, r in enumerate(REFUSALS)])
def test_every_refusal_has_its_own_words(api, run, signed_in, status, document, code, sentence):
    assert run("do", "test01", "--answer", "1=a").returncode == 0
    original = api.route
    api.route = lambda method, path, *rest: ((status, document) if method == "POST" and path.endswith("/test")
                                             else original(method, path, *rest))
    refused = run("submit", "--yes")
    assert refused.returncode == code, refused.stderr
    assert sentence in said(refused) and "Your 1 answer is safe in" in said(refused)


def test_a_busy_server_is_waited_for_and_said_to_be_reached(api, run, signed_in):
    slow = (429, {"message": "Too Many Requests"})
    api.faults = [slow]
    listed = run("list")
    assert listed.returncode == 0 and "asks to wait: too many requests at once. Trying again in 1 s." in said(listed)
    asked = len(api.requests)
    api.faults = [slow] * 4
    refused = run("doctor")
    assert refused.returncode == 4 and "Try again in" in said(refused) and "Could not reach" not in said(refused)
    assert "was reached, but asks to wait" in refused.stdout.replace("\n          ", " ")
    assert len(api.requests) - asked == 4 and api.faults == []


def test_a_scored_test_is_not_said_to_be_open(api, run, signed_in):
    assert run("do", "test01", "--answer", "1=a").returncode == 0
    api.status = "scored"
    api.more = {"score": {"score": 4, "scale": 5, "points": 5, "maxPoints": 6, "grade": "4"}}
    for arguments in (["submit", "--yes"], ["do", "test01", "--answer", "1=b"]):
        refused = run(*arguments)
        assert refused.returncode == 5
        assert "This test has been scored: 5 of 6 points, grade 4." in said(refused)
        assert "homework result operating-systems/test01" in said(refused) and "again" not in said(refused)


def test_attempts_run_out(api, run, signed_in):
    api.more = {"attempts": 2, "attemptsLeft": 1}
    assert "1 attempt left" in run("list").stdout
    assert run("do", "test01", "--answer", "1=a").returncode == 0
    sent = run("submit", "--yes")
    assert sent.returncode == 0
    api.more = {"attempts": 2, "attemptsLeft": 0}
    used = run("do", "test01", "--answer", "1=b")
    assert used.returncode == 5 and "used all your attempts at this test (2)" in said(used)


def test_results(api, run, signed_in):
    assert "closes today 23:00 (Europe/Warsaw), in 2 h 1" in said(run("result", "test01"))
    assert json.loads(run("result", "--json").stdout) == {"result": None}
    api.status = "scored"
    api.more = {"score": {"score": 4, "scale": 5}}
    api.result = {"score": 4, "scale": 5, "points": 3, "maxPoints": 4, "percent": "75.00", "grade": "4", "late": False, "version": 1,
                  "title": "Kernels", "released": True, "releasedAt": "2019-04-08T21:01:00Z",
                  "questions": [{"questionId": "1", "question": "What?", "points": 1, "maxPoints": 2, "right": False, "given": "a,b",
                                 "givenText": "one; two", "correct": "a,c", "correctText": "one; three", "feedback": "Look\x1b[2J."}]}
    told = run("result").stdout
    assert "Points     3 of 4 points (75.00 %)" in told and "Grade      4" in told and "Class" not in told
    assert "Question 1: partly right, 1 of 2 points" in told
    assert "Your answer:    a,b  one; two" in told and "Correct answer: a,c  one; three" in told and "Look[2J." in told
    api.result["class"] = {"n": 22, "mean": "3.1"}
    assert "mean 3.1 of 22 students" in run("result").stdout
