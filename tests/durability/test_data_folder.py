"""The data folder: one server at a time, the key that it belongs to, closed to others, and a full disk."""

import os
import secrets
import socket
import stat
import subprocess
import time

import pytest

from support.server import BIN


def serve(data, **environment):
    """A server that is expected not to start; its exit code and what it says."""
    done = subprocess.run([BIN / "hearth", "serve", "--data", data, "--listen", "127.0.0.1:0"], capture_output=True, text=True,
                          timeout=60, env=os.environ | environment)
    return done.returncode, done.stdout + done.stderr


def fill(hearth):
    s3 = hearth.client("s3")
    s3.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": hearth.region})
    s3.put_object(Bucket="kept", Key="key", Body=b"text" * 100_000)


def assert_filled(hearth):
    assert hearth.client("s3").get_object(Bucket="kept", Key="key")["Body"].read() == b"text" * 100_000


def test_a_second_server_is_refused_and_harms_nothing(make_hearth):
    hearth = make_hearth().start()
    fill(hearth)
    code, said = serve(hearth.data)
    assert code != 0 and "already runs on" in said and f"pid {hearth.process.pid}" in said
    # Also when the file that commands look for is gone.
    (hearth.data / "server.json").rename(hearth.data / "server.json.away")
    code, said = serve(hearth.data)
    assert code != 0 and "already runs on" in said
    (hearth.data / "server.json.away").rename(hearth.data / "server.json")
    assert_filled(hearth)
    assert hearth.stop() == 0


def test_a_killed_server_leaves_no_lock_behind(make_hearth):
    hearth = make_hearth().start()
    fill(hearth)
    hearth.kill()
    # After a crash the process id may be anybody's: here it is the test's own.
    left = hearth.data / "server.json"
    left.write_text(left.read_text().replace(f'"pid": {hearth_pid(left)}', f'"pid": {os.getpid()}'))
    said = subprocess.run([BIN / "hearth", "status", "--data", hearth.data], capture_output=True, text=True).stderr
    assert "No server runs on" in said
    hearth.start()
    assert_filled(hearth)


def hearth_pid(path):
    return path.read_text().split('"pid": ')[1].split(",")[0].split("\n")[0]


def test_a_lost_master_key_is_not_replaced(make_hearth):
    hearth = make_hearth().start()
    fill(hearth)
    assert hearth.stop() == 0
    key = hearth.data / "master.key"
    away = hearth.data / "away"
    key.rename(away)
    code, said = serve(hearth.data)
    assert code != 0 and "cannot be read without its master key" in said and str(key) in said
    assert not key.exists()
    # The right key through the environment is as good.
    environment = {"HEARTH_MASTER_KEY": away.read_text().strip()}
    os.environ.update(environment)
    try:
        hearth.start()
        assert_filled(hearth)
        hearth.stop()
    finally:
        del os.environ["HEARTH_MASTER_KEY"]
    assert not key.exists()
    away.rename(key)
    hearth.start()
    assert_filled(hearth)


def test_a_wrong_master_key_is_refused(make_hearth):
    hearth = make_hearth().start()
    fill(hearth)
    assert hearth.stop() == 0
    key = hearth.data / "master.key"
    right = key.read_bytes()
    other = secrets.token_hex(32)
    key.write_text(other + "\n")
    code, said = serve(hearth.data)
    assert code != 0 and "encrypted with another master key" in said
    key.write_bytes(right)
    code, said = serve(hearth.data, HEARTH_MASTER_KEY=other)
    assert code != 0 and "encrypted with another master key" in said
    code, said = serve(hearth.data, HEARTH_MASTER_KEY="secret-but-short")
    assert code != 0 and "HEARTH_MASTER_KEY is not 64 hexadecimal digits" in said and "secret-but-short" not in said
    assert other not in said
    hearth.start()
    assert_filled(hearth)


def test_a_key_that_others_can_read_is_refused(make_hearth):
    hearth = make_hearth().start()
    assert hearth.stop() == 0
    (hearth.data / "master.key").chmod(0o644)
    code, said = serve(hearth.data)
    assert code != 0 and "is open to others" in said and "0600" in said


def test_the_folder_is_closed_to_others(make_hearth):
    hearth = make_hearth().start()
    fill(hearth)
    for path in [hearth.data, *hearth.data.rglob("*")]:
        status = path.lstat()
        if path.name == "run" or "run" in path.relative_to(hearth.data).parts or stat.S_ISLNK(status.st_mode):
            continue
        if path.name == "ca.pem":  # a certificate, which jails read; the folder is closed all the same
            continue
        assert stat.S_IMODE(status.st_mode) & 0o077 == 0, f"{path} has mode {stat.S_IMODE(status.st_mode):o}"
    assert stat.S_IMODE((hearth.data / "run").stat().st_mode) & 0o077 == 0


def test_nothing_readable_lies_on_the_disk(make_hearth):
    hearth = make_hearth().start()
    s3 = hearth.client("s3")
    s3.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": hearth.region})
    marks = {name: secrets.token_hex(16) for name in ("small", "large", "mail", "variable", "parameter")}
    s3.put_object(Bucket="kept", Key="small", Body=marks["small"])
    s3.put_object(Bucket="kept", Key="large", Body=marks["large"] * 10_000)
    ses = hearth.client("ses")
    ses.verify_email_identity(EmailAddress="a@example.com")
    ses.send_email(Source="a@example.com", Destination={"ToAddresses": ["b@example.com"]},
                   Message={"Subject": {"Data": "s"}, "Body": {"Text": {"Data": marks["mail"]}}})
    template = ('{"Parameters": {"Secret": {"Type": "String", "NoEcho": true}}, "Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}}')
    hearth.client("cloudformation").create_stack(StackName="s", TemplateBody=template, Parameters=[
        {"ParameterKey": "Secret", "ParameterValue": marks["parameter"]}])
    from test_kill_events import make_function
    make_function(hearth, "secretive", Environment={"Variables": {"PASSWORD": marks["variable"]}})
    secret = hearth.environment()["AWS_SECRET_ACCESS_KEY"]
    hearth.kill()
    for path in hearth.data.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        for name, mark in [*marks.items(), ("root secret", secret)]:
            assert mark.encode() not in content, f"{name} is readable in {path}"
    assert not [line for line in hearth.log for mark in [*marks.values(), secret] if mark in line]


@pytest.fixture
def small_disk(tmp_path):
    """A file system of some MiB."""
    path = tmp_path / "small"
    path.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "none", path], capture_output=True).returncode == 0
    if not mounted:
        pytest.skip("no small file system can be mounted here")
    yield path
    subprocess.run(["umount", "-l", path], check=True)


def test_a_full_disk_refuses_writes_and_loses_nothing(make_hearth, small_disk):
    hearth = make_hearth(folder=small_disk / "data").start()
    s3 = hearth.client("s3")
    s3.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": hearth.region})
    body = os.urandom(1 << 20)
    stored = []
    refusals = []
    for number in range(20):
        try:
            s3.put_object(Bucket="kept", Key=str(number), Body=body)
            stored.append(str(number))
        except s3.exceptions.ClientError as error:
            refusals.append(error.response)
    assert refusals and len(stored) >= 3
    for refusal in refusals:
        assert refusal["ResponseMetadata"]["HTTPStatusCode"] == 503, refusal
    for key in stored:
        assert s3.get_object(Bucket="kept", Key=key)["Body"].read() == body
    # Room again: no restart needed.
    filler = stored.pop()
    s3.delete_object(Bucket="kept", Key=filler)
    s3.put_object(Bucket="kept", Key="after", Body=body[:100_000])
    hearth.kill()
    s3 = hearth.start().client("s3")
    for key in stored:
        assert s3.get_object(Bucket="kept", Key=key)["Body"].read() == body
    assert s3.get_object(Bucket="kept", Key="after")["Body"].read() == body[:100_000]


def test_a_disk_that_is_full_of_rows(make_hearth, small_disk):
    """Small objects lie in the database itself: the writer is told, readers go on, and a restart finds what was told to be there."""
    hearth = make_hearth(folder=small_disk / "data").start()
    s3 = hearth.client("s3")
    s3.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": hearth.region})
    stored, status = {}, 200
    (small_disk / "ballast").write_bytes(bytes(6 << 20))
    while status == 200 and len(stored) < 20_000:
        key = str(len(stored))
        stored[key] = os.urandom(3000)
        try:
            s3.put_object(Bucket="kept", Key=key, Body=stored[key])
        except s3.exceptions.ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            del stored[key]
    assert status == 503 and stored
    assert s3.get_object(Bucket="kept", Key="0")["Body"].read() == stored["0"]
    hearth.kill()
    (small_disk / "ballast").unlink()
    s3 = hearth.start().client("s3")
    for key, body in stored.items():
        assert s3.get_object(Bucket="kept", Key=key)["Body"].read() == body
    s3.put_object(Bucket="kept", Key="after", Body=b"room")


def test_a_first_start_that_is_killed(make_hearth, tmp_path):
    """At any moment of the first start: keys, tables and files are there or not, but never half."""
    for turn in range(12):
        data = tmp_path / f"first{turn}"
        process = subprocess.Popen([BIN / "hearth", "serve", "--data", data, "--listen", "127.0.0.1:0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(turn * 0.008)  # the moment of the kill: not a wait for anything
        process.kill()
        process.wait()
        hearth = make_hearth(folder=f"first{turn}").start()
        fill(hearth)
        assert hearth.environment()["AWS_ACCESS_KEY_ID"].startswith("AKIA")
        hearth.kill()


def test_a_port_that_is_taken_is_said(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run([BIN / "hearth", "serve", "--data", tmp_path / "data", "--listen", f"127.0.0.1:{port}"],
                              capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "is used by another program" in done.stderr
