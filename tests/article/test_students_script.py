"""The article's terminal client, unmodified, against the pipeline of apps/homework, with the article's own test and roster."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

CHECKOUT = os.environ.get("HEARTH_ARTICLE", "")
pytestmark = pytest.mark.skipif(not CHECKOUT, reason="HEARTH_ARTICLE is not set to a checkout of vir2albulb/serverless_architecture_in_practice")

RIGHT_ANSWERS = "acacad"


def test_the_articles_client_completes_a_test(make_hearth, tmp_path):
    server = make_hearth().start("--clock", "2027-07-05T18:00:00Z")
    files = pathlib.Path(CHECKOUT) / "files"
    course = tmp_path / "course"
    server.run("trainer", "init", course)
    shutil.rmtree(course / "subjects")
    shutil.copytree(files / "subjects", course / "subjects")
    (course / "students.csv").write_text("student_id,email\nstudent01,student01@example.org\n")
    server.run("trainer", "deploy", "--course", course)
    server.run("trainer", "publish", course)
    invite = json.loads(server.run("trainer", "roster", "invite", "student01", "--json").stdout)["invites"][0]["invite"]
    base, credential = invite.split("#")
    key = credential.split(":")[1]

    def script(*lines):
        return subprocess.run(["bash", pathlib.Path(CHECKOUT) / "bin" / "test-time.sh"], input="\n".join([*lines, ""]), text=True,
                              env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}, cwd=tmp_path,
                              capture_output=True, timeout=120).stdout

    assert "Test test01 uploaded with success" in script(base.rstrip("/"), key, "student01", *RIGHT_ANSWERS)
    assert "No missing tests found!" in script()
    assert "operating-systems/test01: 1 graded" in server.run("trainer", "score", "--now").stdout
    board = json.loads(server.run("trainer", "status", "--json").stdout)["tests"][0]
    assert [(row["points"], row["maxPoints"], row["score"]) for row in board["students"]] == [(6, 6, 5)]
