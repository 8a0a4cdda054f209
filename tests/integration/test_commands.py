"""The hearth command: what it prints, as JSON too, and how it ends."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import threading
import urllib.request

import pytest

from support.aws import aws, fresh, make_role
from support.packages import package
from support.server import BIN, ROOT
from support.wait import until

OK, FAILED, USAGE, NO_SERVER, NOT_FOUND = 0, 1, 2, 3, 4


def hearth_command(*arguments, **more):
    return subprocess.run([BIN / "hearth", *map(str, arguments)], capture_output=True, text=True, timeout=120, **more)


def test_every_command_explains_itself():
    top = hearth_command("--help")
    assert top.returncode == OK
    commands = ["serve", "env", "status", "deploy", "logs", "mail", "stop"]
    for name in commands:
        assert re.search(rf"^ +{name}\b", top.stdout, re.M), name
        assert hearth_command(name, "--help").returncode == OK
    assert hearth_command("--version").returncode == OK


def helps(program, *command, lang):
    """The help of a program and of every command below it."""
    text = subprocess.run([BIN / program, *command, "--help"], capture_output=True, text=True, timeout=60, check=True,
                          env={"HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "HOMEWORK_LANG": lang}).stdout
    yield text
    for name in re.findall(r"^  ([a-z-]+)", text.partition("\nSubcommands:\n")[2].partition("\n\n")[0], re.M):
        yield from helps(program, *command, name, lang=lang)


@pytest.mark.parametrize("program, lang", [("hearth", "en"), ("trainer", "en"), ("homework", "en"), ("homework", "pl")])
def test_help_fits_a_terminal(program, lang):
    texts = list(helps(program, lang=lang))
    assert len(texts) > 10
    assert [line for text in texts for line in text.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("arguments", [["nonsense"], ["status", "--nonsense"], ["deploy"], ["mail", "show"], ["logs"], ["serve", "--listen", "no:port"],
                                       ["serve", "--clock", "yesterday"], ["serve", "--account", "12:KEY:SECRET"], ["env", "--format", "csh"], ["env", "--format", "env-file", "--undo"], ["serve", "--jail", "paper"]])
def test_a_wrong_command_line_says_why(tmp_path, arguments):
    done = hearth_command(*arguments, cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)})
    assert done.returncode == USAGE, done
    assert done.stderr.strip() and "SECRET" not in done.stderr


@pytest.mark.parametrize("command", [["status"], ["env"], ["logs", "f"], ["mail", "list"], ["deploy", "/dev/null", "--stack", "s"]])
def test_without_a_server_the_commands_say_how_to_start_one(tmp_path, command):
    done = hearth_command(*command, "--data", tmp_path / "none")
    assert done.returncode == NO_SERVER, done
    assert "hearth serve --data" in done.stderr
    assert not (tmp_path / "none").exists()


def test_deploying_over_a_failed_creation_says_what_to_do(hearth, tmp_path):
    name = fresh("failed")
    template = tmp_path / "template.json"
    template.write_text(json.dumps({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "Not_A_Name"}}}}))
    assert hearth_command("deploy", template, "--stack", name, "--data", hearth.data).returncode == FAILED
    again = hearth_command("deploy", template, "--stack", name, "--data", hearth.data)
    assert again.returncode == FAILED and f"delete-stack --stack-name {name}" in again.stderr, again


def test_status(hearth):
    text = hearth_command("status", "--data", hearth.data)
    assert text.returncode == OK and hearth.url in text.stdout
    status = json.loads(hearth_command("status", "--data", hearth.data, "--json").stdout)
    assert re.fullmatch(r"\d{12}", status["account"])
    assert status["region"] == hearth.region
    for wall in status["walls"]:
        assert wall["present"] or wall["why"], wall


def test_env_points_clients_at_the_server(hearth):
    done = hearth_command("env", "--data", hearth.data)
    names = [line.split("=")[0].removeprefix("export ") for line in done.stdout.splitlines() if line.startswith("export ")]
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_URL"):
        assert name in names, name
    shell = f'eval "$({BIN}/hearth env --data {hearth.data})"; '
    run = lambda command: subprocess.run(["bash", "-c", shell + command], capture_output=True, text=True, timeout=60,
                                         env={"PATH": "/usr/bin:/bin", "HOME": str(hearth.data), "AWS_PROFILE": "none", "AWS_SESSION_TOKEN": "old"})
    done = run('/usr/bin/aws --endpoint-url "$AWS_ENDPOINT_URL" sts get-caller-identity --output text --query Account')
    assert re.fullmatch(r"\d{12}\n", done.stdout), done


def test_env_for_each_shell(make_hearth, tmp_path):
    hearth = make_hearth(folder="it's a \\ $(folder)").start()
    lines = lambda *options: hearth_command("env", "--data", hearth.data, *options).stdout

    def after(shell, *sources):
        for number, source in enumerate(sources):
            (tmp_path / f"lines-{number}").write_text(source)
        command = "; ".join([f"source ./lines-{number}" for number in range(len(sources))] + ["env -0"])
        done = subprocess.run([shell, "-c", command], capture_output=True, text=True, timeout=60, cwd=tmp_path,
                              env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "AWS_PROFILE": "old", "AWS_ENDPOINT_URL_S3": "http://192.0.2.1"})
        assert done.returncode == 0 and done.stderr == "", done
        return dict(entry.split("=", 1) for entry in done.stdout.split("\0") if entry)

    for shell, form in (("bash", "sh"), ("zsh", "sh"), ("fish", "fish")):
        values = after(shell, lines("--format", form))
        assert values["HEARTH_DATA"] == str(hearth.data) and values["AWS_ENDPOINT_URL"] == hearth.url and values["AWS_PAGER"] == ""
        assert "AWS_PROFILE" not in values and "AWS_ENDPOINT_URL_S3" not in values
        assert not {"AWS_ENDPOINT_URL", "HTTPS_PROXY"} & set(after(shell, lines("--format", form), lines("--format", form, "--undo")))
    file = lines("--format", "env-file").splitlines()
    assert f"HEARTH_DATA={hearth.data}" in file and all(re.match(r"\w+=", line) for line in file)
    quoted = str(hearth.data).replace("'", "''")
    assert f"$Env:HEARTH_DATA = '{quoted}'" in lines("--format", "powershell").splitlines()
    assert "Remove-Item Env:AWS_ENDPOINT_URL -ErrorAction SilentlyContinue" in lines("--format", "powershell", "--undo").splitlines()


def test_logs_of_a_function(hearth):
    client, name = hearth.client("lambda"), fresh("logged")
    client.create_function(FunctionName=name, Runtime="python3.11", Role=make_role(hearth), Handler="index.handler",
                           Code={"ZipFile": package(index__py="def handler(event, context):\n    print('line', event['n'], '\\x1b[31mred')\n")})
    # The command asks as the server's own root: another account's function is none of its.
    own = hearth_command("logs", name, "--data", hearth.data)
    assert own.returncode == NOT_FOUND and name in own.stderr


@pytest.fixture
def own(hearth):
    """Clients of the account that the commands act for."""
    return lambda service: hearth.client(service, **dict(zip(("key", "secret"), own_key(hearth))))


def own_key(hearth):
    values = hearth.environment()
    return values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"]


def make_function(own, name, source):
    role = own("iam").create_role(RoleName=fresh("role"), AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))["Role"]["Arn"]
    own("lambda").create_function(FunctionName=name, Runtime="python3.11", Role=role, Handler="index.handler", Code={"ZipFile": package(index__py=source)})


def test_logs_are_shown_and_followed(hearth, own):
    name = fresh("logged")
    make_function(own, name, "def handler(event, context):\n    print('line', event['n'], '\\x1b[31mred')\n")
    invoke = lambda n: own("lambda").invoke(FunctionName=name, Payload=json.dumps({"n": n}).encode())
    invoke(1)
    show = lambda *more: hearth_command("logs", name, "--data", hearth.data, *more)
    text = until(lambda: "REPORT" in show().stdout and show(), "the log").stdout
    assert "line 1" in text and "\x1b" not in text
    events = [json.loads(line) for line in show("--json").stdout.splitlines()]
    assert any("line 1" in event["message"] for event in events)
    assert "START" not in show("--filter", "line").stdout

    follower = subprocess.Popen([BIN / "hearth", "logs", name, "-f", "--data", hearth.data], stdout=subprocess.PIPE, text=True)
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(iter(follower.stdout.readline, "")), daemon=True)
    reader.start()
    try:
        until(lambda: any("line 1" in line for line in lines), "the past")
        invoke(2)
        until(lambda: any("line 2" in line for line in lines), "what comes")
        assert sum("line 1" in line for line in lines) == 1
    finally:
        follower.terminate()
        follower.wait()


TEMPLATE = '''
Parameters: {Days: {Type: Number, Default: 7}}
Resources:
  Group: {Type: "AWS::Logs::LogGroup", Properties: {RetentionInDays: !Ref Days}}
Outputs:
  Name: {Value: !Ref Group}
'''


def test_deploy_makes_changes_and_refuses(hearth, own, tmp_path):
    (tmp_path / "t.yaml").write_text(TEMPLATE)
    stack = fresh("deployed")
    deploy = lambda *more: hearth_command("deploy", tmp_path / "t.yaml", "--stack", stack, "--data", hearth.data, *more)
    made = deploy()
    assert made.returncode == OK, made
    assert "CREATE_COMPLETE" in made.stdout and re.search(r"^Name = ", made.stdout, re.M)
    assert "Nothing to change" in deploy().stdout
    changed = deploy("--param", "Days=14", "--tag", "course=os")
    assert changed.returncode == OK and "UPDATE_COMPLETE" in changed.stdout
    group = re.search(r"^Name = (.*)$", changed.stdout, re.M).group(1)
    assert own("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["retentionInDays"] == 14
    bad = deploy("--param", "Days=15")
    assert bad.returncode == FAILED and "ROLLBACK" in bad.stdout + bad.stderr, bad
    assert own("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["retentionInDays"] == 14
    wrong = deploy("--param", "Nights=1")
    assert wrong.returncode == FAILED and "Nights" in wrong.stderr
    (tmp_path / "t.yaml").write_text("Resources: {X: {Type: 'AWS::No::Such'}}")
    unknown = deploy()
    assert unknown.returncode == FAILED and "AWS::No::Such" in unknown.stderr
    assert hearth_command("deploy", tmp_path / "none.yaml", "--stack", stack, "--data", hearth.data).returncode == USAGE


def test_the_example_is_deployed_and_a_function_that_is_none_is_named(hearth):
    done = hearth_command("deploy", ROOT / "docs" / "examples" / "hello.yaml", "--stack", "hello", "--data", hearth.data)
    assert done.returncode == OK, done
    api = re.search(r"^ApiId = (\w+)$", done.stdout, re.M).group(1)
    assert urllib.request.urlopen(f"{hearth.url}/_aws/execute-api/{api}/v1/world", timeout=60).read() == b"Hello, world!\n"
    for typo in (["helo"], ["helo", "-f"]):  # at once; what might come is waited for while a stack is deployed
        done = hearth_command("logs", *typo, "--data", hearth.data)
        assert done.returncode == NOT_FOUND and "no function helo. Did you mean: hello?" in done.stderr, done
    until(lambda: "REPORT" in hearth_command("logs", "/aws/lambda/hello", "--data", hearth.data).stdout, "the log by its group")
    group = hearth_command("logs", "/aws/lamda/hello", "--data", hearth.data)
    assert group.returncode == NOT_FOUND and "no log group /aws/lamda/hello. Did you mean: /aws/lambda/hello?" in group.stderr, group
    aws(hearth, "cloudformation", "delete-stack", "--stack-name", "hello")


def test_a_function_that_may_come_is_waited_for(hearth, own):
    stack = fresh("coming")
    own("cloudformation").create_stack(StackName=stack, TemplateBody=json.dumps({"Resources": {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": 600}}}}))
    follower = subprocess.Popen([BIN / "hearth", "logs", "not-there", "-f", "--data", hearth.data], stderr=subprocess.PIPE, text=True)
    assert follower.stderr.readline() == f"There is no not-there yet; the stack {stack} is being deployed. Waiting.\n"
    own("cloudformation").delete_stack(StackName=stack)
    assert "There is no function not-there." in follower.communicate(timeout=60)[1] and follower.returncode == NOT_FOUND


def on_a_terminal(columns, *arguments):
    """What a command writes to a terminal of so many columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    assert subprocess.run([BIN / "hearth", *map(str, arguments)], stdout=slave, timeout=60).returncode == OK
    os.close(slave)
    with open(master, "rb", closefd=True) as shown:
        text = b""
        try:
            while part := os.read(shown.fileno(), 65536):
                text += part
        except OSError:  # the end of a terminal
            pass
    return text.decode().splitlines()


def test_a_terminal_shows_short_ids_and_wide_subjects(make_hearth):
    hearth = make_hearth().start()
    ses = hearth.client("ses")
    ses.verify_email_identity(EmailAddress="a@example.org")
    wide = "宿題" * 40
    for subject in ("The homework of week three is due on Monday", wide):
        ses.send_email(Source="a@example.org", Destination={"ToAddresses": ["b@example.org"]},
                       Message={"Subject": {"Data": subject}, "Body": {"Text": {"Data": "text"}}})
    asian, english = on_a_terminal(100, "mail", "list", "--data", hearth.data)
    id, day, time, state, address, subject = english.split(maxsplit=5)
    assert (len(id), state, address, subject) == (8, "held", "b@example.org", "The homework of week three is due on Monday")
    assert re.fullmatch(r"\d\d-\d\d \d\d:\d\d", f"{day} {time}")
    assert sum(2 if c in wide else 1 for c in asian) in (99, 100) and asian.endswith("~")
    assert all(len(line) <= 72 for line in on_a_terminal(72, "mail", "list", "--data", hearth.data))
    assert "week three" in hearth_command("mail", "show", id, "--data", hearth.data).stdout
    both = {mail["id"] for mail in json.loads(hearth_command("mail", "list", "--json", "--data", hearth.data).stdout)["mails"]}
    gone = next(whole for whole in both if f"-{id}-" in whole)
    assert hearth_command("mail", "delete", "01", "--data", hearth.data).returncode == USAGE  # both begin so
    assert hearth_command("mail", "delete", id, "--data", hearth.data).stdout == f"Deleted {gone}\n"
    assert hearth_command("mail", "delete", "", "--data", hearth.data).returncode == NOT_FOUND
    assert {mail["id"] for mail in json.loads(hearth_command("mail", "list", "--json", "--data", hearth.data).stdout)["mails"]} == both - {gone}


def test_mails_of_the_outbox(make_hearth):
    hearth = make_hearth().start()
    assert "No mail yet" in hearth_command("mail", "list", "--data", hearth.data).stdout
    ses = hearth.client("ses")
    ses.verify_email_identity(EmailAddress="a@example.org")
    first, second = (ses.send_email(Source="a@example.org", Destination={"ToAddresses": [to]},
                                    Message={"Subject": {"Data": subject}, "Body": {"Text": {"Data": "text"}}})["MessageId"]
                     for to, subject in (("b@example.org", "one"), ("c@example.org", "two")))
    third = ses.send_raw_email(RawMessage={"Data": b"From: a@example.org\r\nTo: d@example.org\r\nSubject: =?utf-8?q?=1B]0;evil=07?=\r\n\r\nx"})["MessageId"]
    lines = hearth_command("mail", "list", "--data", hearth.data).stdout.splitlines()
    assert len(lines) == 3 and lines[2].startswith(first) and lines[1].startswith(second)
    assert re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ +held +b@example\.org +one$", lines[2])
    assert "evil" in lines[0] and "\x1b" not in lines[0] and "\x07" not in lines[0]
    assert [mail["id"] for mail in json.loads(hearth_command("mail", "list", "--json", "--data", hearth.data).stdout)["mails"]][1:] == [second, first]
    assert len(hearth_command("mail", "list", "--limit", "1", "--data", hearth.data).stdout.splitlines()) == 1
    assert "Subject: one" in hearth_command("mail", "show", first, "--data", hearth.data).stdout
    short = next(first[:n] for n in range(1, len(first)) if not second.startswith(first[:n]) and not third.startswith(first[:n]))
    assert "Subject: one" in hearth_command("mail", "show", short, "--data", hearth.data).stdout
    assert "mail list" in hearth_command("mail", "show", "zz", "--data", hearth.data).stderr
    assert hearth_command("mail", "show", "no-such-mail", "--data", hearth.data).returncode == NOT_FOUND
    assert hearth_command("mail", "show", "../../etc/passwd", "--data", hearth.data).returncode == NOT_FOUND


def test_stop_waits_until_the_server_is_gone(make_hearth):
    hearth = make_hearth().start()
    process = hearth.process
    stopped = hearth_command("stop", "--data", hearth.data)
    assert stopped.returncode == OK and "Stopped." in stopped.stdout
    assert process.wait(10) == 0
    assert hearth_command("status", "--data", hearth.data).returncode == NO_SERVER
    assert hearth_command("stop", "--data", hearth.data).returncode == OK
    hearth.start()
    assert hearth_command("status", "--data", hearth.data).returncode == OK


def test_one_server_per_folder_and_a_port_that_is_taken(make_hearth, tmp_path):
    hearth = make_hearth().start()
    again = hearth_command("serve", "--data", hearth.data, "--listen", "127.0.0.1:0")
    assert again.returncode == FAILED and str(hearth.process.pid) in again.stderr
    taken = hearth_command("serve", "--data", tmp_path / "other", "--listen", hearth.address)
    assert taken.returncode == FAILED and str(hearth.port) in taken.stderr


def test_the_data_folder_is_for_its_owner_only(hearth):
    assert os.stat(hearth.data).st_mode & 0o077 == 0


def test_keys_of_another_server_open_nothing(hearth, make_hearth):
    other = make_hearth().start()
    key, secret = own_key(other)
    done = aws(hearth, "sts", "get-caller-identity", check=False, key=key, secret=secret)
    assert done.returncode != 0 and "InvalidClientTokenId" in done.stderr
