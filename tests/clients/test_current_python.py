"""boto3 and the aws command as PyPI has them today: other checksums, other bodies and the endpoint from the environment.

Where there is a Python with a boto3 of 2025 or later: the one of HEARTH_CURRENT_PYTHON, or else the first in the path."""

import os
import pathlib
import shutil
import subprocess

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
# Enough of every protocol; all of tests/integration/ passes, too, but takes its time.
FILES = ["test_s3.py", "test_s3_settings.py", "test_logs.py", "test_iam_entities.py", "test_ses.py", "test_apigateway_parts.py", "test_small_operations.py"]
ASK = "import boto3, awscli, pytest; print(boto3.__version__)"


@pytest.fixture(scope="module")
def python():
    given = os.environ.get("HEARTH_CURRENT_PYTHON") or shutil.which("python3")
    asked = subprocess.run([given, "-c", ASK], capture_output=True, text=True, cwd="/")
    version = tuple(map(int, asked.stdout.split(".")[:2])) if asked.returncode == 0 else None
    if version is None or version < (1, 36):
        said = f"has boto3 {asked.stdout.strip()}" if version else "lacks boto3, awscli or pytest"
        pytest.skip(f"current boto3 and aws: {given} {said}; HEARTH_CURRENT_PYTHON may name a Python that has them")
    return given


@pytest.mark.parametrize("file", FILES)
def test_scenarios_with_todays_boto3(python, file):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "AWS_"))}
    done = subprocess.run([python, "-m", "pytest", "-q", "-p", "no:xdist", TESTS / "integration" / file], env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    assert done.returncode == 0, done.stdout


def test_todays_aws_by_the_environment(hearth, python, tmp_path):
    environment = hearth.environment() | {"HOME": str(tmp_path), "AWS_PAGER": ""}
    for name in ("HTTPS_PROXY", "https_proxy"):
        environment.pop(name)

    def aws(*arguments, check=True):
        done = subprocess.run([python, "-m", "awscli", *map(str, arguments)], env=environment, cwd=tmp_path, text=True, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert not check or done.returncode == 0, done.stdout
        return done.stdout

    sent = os.urandom(20_000_000)  # in parts
    (tmp_path / "sent").write_bytes(sent)
    aws("s3", "mb", "s3://todays-aws")
    aws("s3", "cp", "sent", "s3://todays-aws/a b/ü")
    aws("s3", "cp", "s3://todays-aws/a b/ü", "back")
    assert (tmp_path / "back").read_bytes() == sent
    (tmp_path / "template.yaml").write_text("Resources:\n  Notes:\n    Type: AWS::Logs::LogGroup\n    Properties: {LogGroupName: /todays/aws}\n")
    deploy = ("cloudformation", "deploy", "--stack-name", "todays-aws", "--template-file", "template.yaml")
    assert "Successfully created/updated stack - todays-aws" in aws(*deploy)
    assert "No changes to deploy. Stack todays-aws is up to date" in aws(*deploy, "--no-fail-on-empty-changeset")
    assert "/todays/aws" in aws("logs", "describe-log-groups", "--log-group-name-prefix", "/todays")
    aws("cloudformation", "delete-stack", "--stack-name", "todays-aws")
    aws("cloudformation", "wait", "stack-delete-complete", "--stack-name", "todays-aws")
    assert "NoSuchBucket" in aws("s3", "ls", "s3://todays-aws-missing", check=False)
    aws("s3", "rb", "--force", "s3://todays-aws")
