"""The first command of README, as a person runs it: on a port and a folder of its own."""

import json
import os
import re
import shutil
import socket
import subprocess

import pytest

from support.server import BIN, ROOT

RELEASE = ROOT / "build" / "release" / "bin"


def run_start(data, port, *options, check=True):
    done = subprocess.run([ROOT / "start", "--data", data, "--listen", f"127.0.0.1:{port}", *options],
                          capture_output=True, text=True, timeout=600)
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    yield folder
    subprocess.run([RELEASE / "hearth", "stop", "--data", folder], capture_output=True)


@pytest.mark.skipif(BIN.resolve() != RELEASE.resolve(), reason="./start is about the release build alone")
def test_start_twice_answer_score_and_read_the_mail(data, port, tmp_path):
    first = run_start(data, port).stdout
    api = re.search(r"^ *API +(http://\S+)$", first, re.M).group(1)
    assert f"127.0.0.1:{port}/" in api
    assert re.search(r"^ *key of student01 +\S{20,}$", first, re.M)
    again = run_start(data, port).stdout
    assert "the server runs already" in again and api in again

    environment = os.environ | {"HEARTH_DATA": str(data), "XDG_CONFIG_HOME": str(tmp_path / "config"),
                                "XDG_DATA_HOME": str(tmp_path / "share")}

    def product(name, *arguments):
        return subprocess.run([RELEASE / name, *arguments], env=environment, capture_output=True, text=True,
                              check=True, timeout=60).stdout

    product("homework", "login", "--invite-file", data / "invites" / "student01.invite")
    product("homework", "do", "test01", "--answer", "1=b", "--answer", "2=c")
    assert "Receipt" in product("homework", "submit", "test01", "--yes")
    assert "operating-systems/test01: 1 graded" in product("trainer", "score", "--now")
    mail = re.search(r"^(\S+) .*student01@example\.org", product("hearth", "mail", "list"), re.M).group(1)
    assert "Your score is: 2 of 5" in product("hearth", "mail", "show", mail)
    assert "Stopped" in product("hearth", "stop")


@pytest.mark.skipif(BIN.resolve() != RELEASE.resolve(), reason="./start is about the release build alone")
def test_the_server_may_move_to_another_port(data, port):
    run_start(data, port)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        other = probe.getsockname()[1]
    moved = run_start(data, other).stdout
    assert f"127.0.0.1:{other}/" in moved and f":{port}/" not in moved
    assert f"127.0.0.1:{other}/" in (data / "invites" / "student01.invite").read_text()
    assert "the server runs already" in subprocess.run([ROOT / "start"], env=os.environ | {"HEARTH_DATA": str(data)},
                                                       capture_output=True, text=True, timeout=600).stdout


@pytest.mark.skipif(BIN.resolve() != RELEASE.resolve(), reason="./start is about the release build alone")
def test_a_course_of_ones_own_stays(data, port, tmp_path):
    run_start(data, port)
    own = tmp_path / "own"
    shutil.copytree(ROOT / "apps" / "homework" / "sample", own)
    course = json.loads((own / "course.json").read_text())
    (own / "course.json").write_text(json.dumps(course | {"name": "Real course", "timezone": "America/Lima"}))
    (own / "students.csv").write_text("student_id,email,name,lang\nreal1,real1@example.org,Real One,en\n")
    environment = os.environ | {"HEARTH_DATA": str(data)}

    def trainer(*arguments):
        return subprocess.run([RELEASE / "trainer", *arguments], env=environment, capture_output=True, text=True,
                              check=True, timeout=60).stdout

    trainer("publish", own)
    for _after in ("a stop", "a destruction of the functions"):
        again = run_start(data, port).stdout
        assert '"Real course"' in again and "publishing the sample" not in again
        assert "real1" in trainer("roster", "list")
        assert "unchanged" in trainer("publish", own, "--dry-run") and "America/Lima" in trainer("publish", own, "--dry-run")
        trainer("destroy", "--yes")
    subprocess.run([RELEASE / "hearth", "stop", "--data", data], check=True, capture_output=True)


@pytest.mark.skipif(BIN.resolve() != RELEASE.resolve(), reason="./start is about the release build alone")
def test_a_taken_port_is_said_with_what_to_do(data):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run_start(data, taken.getsockname()[1], check=False)
    assert done.returncode == 1
    assert "starting the server" in done.stderr and "used by another program" in done.stderr
    assert "--listen" in done.stderr
