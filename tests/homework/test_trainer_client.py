"""The trainer's command from outside: checking a course, and deploying against a made-up cloud."""

import datetime
import json
import pathlib
import shutil
import subprocess

import pytest

from fake_cloud import FakeCloud

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "apps" / "homework" / "sample"


@pytest.fixture
def run(bin_folder, home, tmp_path):
    # A copy without `hearth` beside it, which would be asked for credentials.
    trainer = tmp_path / "bin" / "trainer"
    trainer.parent.mkdir()
    shutil.copy(bin_folder / "trainer", trainer)

    def call(*arguments, **environment):
        return subprocess.run([trainer, *arguments], env={**home, **environment}, capture_output=True, text=True, timeout=60)
    return call


@pytest.fixture
def cloud():
    server = FakeCloud()
    yield server
    server.close()


@pytest.fixture
def deploy(run, cloud, tmp_path):
    package = tmp_path / "homework.zip"
    package.write_bytes(b"PK, more or less")

    def call(*arguments):
        return run("deploy", "--course", SAMPLE, "--templates", ROOT / "apps/homework/deploy", "--package", package, *arguments,
                   AWS_ENDPOINT_URL=cloud.url, AWS_ACCESS_KEY_ID="AKIDTEST", AWS_SECRET_ACCESS_KEY="secret", AWS_REGION="eu-central-1")
    return call


def test_the_sample_course_is_good(run):
    checked = run("check", SAMPLE)
    assert checked.returncode == 0
    assert checked.stdout == "Good: 2 tests, 12 questions, 5 students, 0 warnings.\n"


def test_a_mistake_is_told_with_file_and_line(run, tmp_path):
    course = tmp_path / "course"
    shutil.copytree(SAMPLE, course)
    key = course / "subjects/operating-systems/test01/questionsKey.json"
    key.write_text(key.read_text().replace('"answer": "c"', '"answer": "x"', 1))
    checked = run("check", course)
    assert checked.returncode == 1
    assert ('subjects/operating-systems/test01/questionsKey.json:3: error: question "2" does not offer the answer "x" '
            "[key-not-offered]") in checked.stdout
    findings = json.loads(run("check", course, "--json").stdout)["findings"]
    assert [(f["rule"], f["line"]) for f in findings] == [("key-not-offered", 3)]


def test_a_check_says_whose_clock_it_went_by(run, tmp_path):
    course = tmp_path / "course"
    shutil.copytree(SAMPLE, course)
    settings = course / "subjects/operating-systems/test01/test.json"
    settings.write_text('{"opens": "2019-04-01 10:00", "due": "2019-04-08 23:00"}')
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-")
    checked = run("check", course)
    assert "the deadline is in the past [due-past]" in checked.stdout
    assert f"this computer's clock, {today}" in checked.stderr and "goes by the server's" in " ".join(checked.stderr.split())
    told = json.loads(run("check", course, "--json").stdout)
    assert told["clock"] == "computer" and told["now"].startswith(today)
    settings.write_text('{"opens": "2019-04-01 10:00", "due": "2099-04-08 23:00"}')
    assert "clock" not in run("check", course).stderr


def test_a_deployment_from_nothing_and_again(deploy, cloud):
    first = deploy("--json")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["apiUrl"] == cloud.url + "/_aws/execute-api/abc123/api"
    assert [action for action, _ in cloud.actions] == ["CreateStack"] * 3
    parameters = cloud.stacks["homework-scoring"][2]
    assert {"homework@example.org", "trainer@example.org", "Europe/Warsaw"} <= set(parameters)
    assert any(path.startswith("/package-bucket/packages/homework-") for path in cloud.objects)
    assert "false" in cloud.stacks["homework-storage"][2]  # RequireTls: the endpoint is http://
    assert cloud.protected == {"homework-storage"}
    public = cloud.objects["/data-bucket/published/receipt-keys.json"]
    assert json.loads(cloud.objects["/data-bucket/signing/receipt-key.json"])["keyId"] in public.decode()

    cloud.actions.clear()
    again = deploy()
    assert again.returncode == 0, again.stderr
    assert [action for action, _ in cloud.actions] == ["UpdateStack"] * 3
    assert cloud.objects["/data-bucket/published/receipt-keys.json"] == public  # the key is made once
    assert "execute-api/abc123/api/v1/tests" in again.stdout


def test_a_failed_creation_says_why_and_can_be_repeated(deploy, cloud):
    assert deploy().returncode == 0
    del cloud.stacks["homework-api"], cloud.events["homework-api"]
    original = cloud.operate

    def failing(verb, name, fields):
        if name == "homework-api":
            cloud.fail_next = ("ListTestsRole", "User is not authorized to perform iam:CreateRole")
            cloud.operate = original
        return original(verb, name, fields)
    cloud.operate = failing

    failed = deploy()
    assert failed.returncode == 6
    assert "The stack homework-api is in state ROLLBACK_COMPLETE." in failed.stderr
    assert "ListTestsRole (AWS::X::Y): User is not authorized to perform iam:CreateRole" in failed.stderr
    assert "Other (" not in failed.stderr  # what was merely cancelled is no reason

    cloud.actions.clear()
    mended = deploy()
    assert mended.returncode == 0, mended.stderr
    assert cloud.actions == [("UpdateStack", "homework-storage"), ("DeleteStack", "homework-api"),
                             ("CreateStack", "homework-api"), ("UpdateStack", "homework-scoring")]


def test_without_credentials_or_deployment(run, cloud):
    alone = run("status")
    assert alone.returncode == 3 and "./start" in alone.stderr
    access = {"AWS_ENDPOINT_URL": cloud.url, "AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "secret"}
    assert run("status", **access).returncode == 2  # no region
    missing = run("status", AWS_REGION="eu-central-1", **access)
    assert missing.returncode == 2 and "trainer deploy" in missing.stderr
    assert "trainer --name net deploy" in run("--name", "net", "status", AWS_REGION="eu-central-1", **access).stderr


def test_usage_errors(run):
    assert run("roster").returncode == 2
    assert run("roster", "invite").returncode == 2
    assert run("mail", "resend").returncode == 2
    assert run("check", "/nonexistent").returncode == 2
    for command in (["--help"], ["publish", "--help"], ["mail", "list", "--help"]):
        assert run(*command).returncode == 0


def test_a_wrong_word_is_named_with_the_one_that_was_meant(run):
    bare = run()
    assert bare.returncode == 0 and "publish" in bare.stdout and bare.stdout == run("--help").stdout
    assert 'There is no command "statsu". Did you mean  trainer status ?' in run("statsu").stderr
    assert "Did you mean  trainer roster invite ?" in run("--color", "never", "roster", "invit").stderr
    assert "trainer roster --help" in run("roster").stderr
    assert json.loads(run("nonsense", "--json").stdout)["error"]["exit"] == 2
    assert run("--name", "status").returncode == 2  # the value of an option is no command


def test_a_shell_completes_the_trainers_commands(run):
    script = run("completion", "bash").stdout
    assert "trainer __complete" in script and "homework" not in script
    assert "homework" not in run("completion", "fish").stdout + run("completion", "zsh").stdout
    assert subprocess.run(["bash", "-n"], input=script, text=True).returncode == 0
    words = [line.split("\t")[0] for line in run("__complete", "roster", "r").stdout.splitlines()]
    assert words == ["revoke", "rotate"] or words == ["rotate", "revoke"]
    assert "--dry-run\t" in run("__complete", "publish", "--dr").stdout


def test_a_course_that_is_not_there_is_named(run, cloud, tmp_path):
    access = {"AWS_ENDPOINT_URL": cloud.url, "AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "secret",
              "AWS_REGION": "eu-central-1"}
    nowhere = run("deploy", "--course", "/nope", **access)
    assert nowhere.returncode == 2 and 'There is no course in "/nope"' in nowhere.stderr
    assert f'There is no course in "{tmp_path}".' in " ".join(run("check", tmp_path).stderr.split())
