"""What is secret is not in the log, not in what commands print, and not on the command line."""

import json
import os
import subprocess

import pytest

from support.aws import make_role
from support.packages import package
from support.raw import send, signed
from support.server import ACCOUNT, BIN


def test_the_log_tells_no_secret(make_hearth):
    hearth = make_hearth("--verbose").start()
    role = make_role(hearth)
    functions = hearth.client("lambda")
    functions.create_function(FunctionName="leaks", Runtime="python3.11", Handler="index.handler", Role=role,
                              Environment={"Variables": {"PASSWORD": "variable-secret"}},
                              Code={"ZipFile": package(index__py="import os\ndef handler(event, context): return dict(os.environ)")})
    given = json.loads(functions.invoke(FunctionName="leaks", Payload=json.dumps({"text": "payload-secret"}))["Payload"].read())
    s3 = hearth.client("s3")
    s3.create_bucket(Bucket="logged", CreateBucketConfiguration={"LocationConstraint": hearth.region})
    s3.put_object(Bucket="logged", Key="key", Body=b"object-secret")
    user = hearth.client("iam")
    user.create_user(UserName="one")
    key = user.create_access_key(UserName="one")["AccessKey"]
    # Refusals are where secrets slip out.
    send(hearth, *signed(hearth, "s3", "GET", "/", secret="wrong-secret"))
    send(hearth, "POST", "/?token=query-secret", {"Authorization": "Bearer header-secret"}, b"body-secret")
    hearth.run("hearth", "status")
    root = hearth.environment()
    assert hearth.stop() == 0
    log = "".join(hearth.log)
    for secret in (ACCOUNT[2], root["AWS_SECRET_ACCESS_KEY"], "variable-secret", "payload-secret", "object-secret", "wrong-secret", "query-secret",
                   "header-secret", "body-secret", given["AWS_SECRET_ACCESS_KEY"], given["AWS_SESSION_TOKEN"], key["SecretAccessKey"],
                   (hearth.data / "master.key").read_text().strip()):
        assert secret not in log


def test_refused_options_do_not_repeat_the_secret():
    done = subprocess.run([BIN / "hearth", "serve", "--account", "12:KEY:the-secret-itself"], capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and "the-secret-itself" not in done.stdout + done.stderr


def test_status_and_configuration_tell_no_secret(make_hearth):
    hearth = make_hearth().start()
    status = hearth.run("hearth", "status", "--json").stdout + hearth.run("hearth", "status").stdout
    root = hearth.environment()["AWS_SECRET_ACCESS_KEY"]
    for secret in (ACCOUNT[2], root):
        assert secret not in status


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look at every process")
def test_other_programs_of_the_same_user_see_neither_environment_nor_memory(hearth):
    for name in ("environ", "mem", "maps"):
        with pytest.raises(PermissionError):
            open(f"/proc/{hearth.process.pid}/{name}", "rb").read(1)


def test_signed_refusals_do_not_show_what_was_expected(hearth):
    """A refusal shows the text that was to be signed, as AWS does, but no signature that would have been good."""
    answer = send(hearth, *signed(hearth, "s3", "GET", "/", secret="wrong"))
    assert answer.code == "SignatureDoesNotMatch"
    good = signed(hearth, "s3", "GET", "/")[2]["Authorization"].rsplit("=", 1)[1]
    assert good not in answer.text and ACCOUNT[2] not in answer.text
