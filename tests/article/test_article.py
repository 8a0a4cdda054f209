"""The article's own repository, unmodified, through Debian's Ansible; docs/article.md is the recipe for people.

Its wrappers exit with 0 whatever happens, so what counts is Ansible's PLAY RECAP.
"""

import email
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from support.wait import until

CHECKOUT = os.environ.get("HEARTH_ARTICLE", "")
pytestmark = pytest.mark.skipif(not CHECKOUT, reason="HEARTH_ARTICLE is not set to a checkout of vir2albulb/serverless_architecture_in_practice")

# Its rule is cron(0 21 ? * 3 *): Tuesdays 21:00 UTC.
A_TUESDAY = "2030-01-08 12:00:00"
BEFORE_ITS_RULE = "2030-01-08 20:59:55"
AUTHOR = "jakub.marciniak@makemycloud.eu"  # sender and trainer in group_vars/all.yml
STACKS = ["apigw-trainings-tests", "lambda-trainings-tests"]
BUCKETS = ["cf-templates-trainings-eu-central-1", "trainings-tests-eu-central-1"]
RIGHT_ANSWERS = "acacad"
# What its playbook does anew every time on the trainer's machine, and reports as changed.
LOCAL_WORK = ("Create temporary directory", "Create ZIP archive", "Remove temporary directory")


class Play:
    """One run of a playbook, read from its output."""

    def __init__(self, output):
        self.output = output
        recap = re.search(r"PLAY RECAP \**\n\S+ +: (.*)", output)
        assert recap, output
        self.counts = {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", recap.group(1))}
        self.changed = set()
        task = ""
        for line in output.splitlines():
            if found := re.match(r"TASK \[(.*)\]", line):
                task = found.group(1)
            elif line.startswith("changed: "):
                self.changed.add(task)

    def succeeded(self):
        assert self.counts["failed"] == self.counts["unreachable"] == self.counts["ignored"] == 0, self.output
        return self


class Trainer:
    """A shell as docs/article.md sets it up."""

    def __init__(self, hearth, home):
        home.mkdir(exist_ok=True)
        self.environment = hearth.environment() | {
            "PATH": "/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8",
            "ANSIBLE_LIBRARY": str(pathlib.Path(__file__).parent / "library")}

    def run(self, *command, typed=""):
        done = subprocess.run(command, cwd=CHECKOUT, env=self.environment, input=typed, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"{command} exited with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def play(self, script):
        return Play(self.run("bash", script)).succeeded()

    def aws(self, *arguments):
        return json.loads(self.run("aws", "--output", "json", *arguments) or "null")

    def state(self):
        """What a deployment that changes nothing leaves as it is."""
        events = {stack: len(self.aws("cloudformation", "describe-stack-events", "--stack-name", stack)["StackEvents"]) for stack in STACKS}
        versions = {bucket: [(version["Key"], version["VersionId"]) for version in self.aws("s3api", "list-object-versions", "--bucket", bucket)["Versions"]]
                    for bucket in BUCKETS}
        return events, versions

    def leftovers(self):
        stacks = [stack for stack in self.aws("cloudformation", "list-stacks")["StackSummaries"] if stack["StackStatus"] != "DELETE_COMPLETE"]
        return stacks + [entry for arguments, key in (
            (["s3api", "list-buckets"], "Buckets"), (["lambda", "list-functions"], "Functions"), (["apigateway", "get-rest-apis"], "items"),
            (["apigateway", "get-api-keys"], "items"), (["apigateway", "get-usage-plans"], "items"), (["iam", "list-roles"], "Roles"),
            (["iam", "list-policies", "--scope", "Local"], "Policies"), (["logs", "describe-log-groups"], "logGroups"), (["events", "list-rules"], "Rules"))
            for entry in self.aws(*arguments)[key]]


def mails(hearth):
    """Recipient -> the mail, as it would leave."""
    listed = json.loads(hearth.run("hearth", "mail", "list", "--json").stdout)["mails"]
    return {recipient: email.message_from_string(hearth.run("hearth", "mail", "show", mail["id"]).stdout)
            for mail in listed for recipient in [entry["address"] for entry in mail["recipients"]]}


def text_of(mail):
    return "".join(part.get_payload(decode=True).decode() for part in mail.walk() if not part.is_multipart())


def checkout_changes():
    return subprocess.run(["git", "-C", CHECKOUT, "status", "--porcelain"], capture_output=True, text=True, check=True).stdout


def test_the_repository_runs_unmodified(make_hearth, tmp_path):
    for tool in ("ansible-playbook", "jq", "curl", "aws"):
        assert shutil.which(tool, path="/usr/bin:/bin"), f"{tool} is missing: apt-get install ansible jq curl awscli"
    assert checkout_changes() == ""
    hearth = make_hearth().start("--clock", A_TUESDAY)
    trainer = Trainer(hearth, tmp_path / "home")
    trainer.run("aws", "configure", "set", "region", "eu-central-1")  # pull-api-config.sh reads it from there alone
    trainer.run("aws", "ses", "verify-email-identity", "--region", "eu-west-1", "--email-address", AUTHOR)

    # Deploy and update.
    deployed = trainer.play("deploy-api-gateway.sh")
    assert {f"Create AWS CloudFormation stack | {stack}" for stack in STACKS} <= deployed.changed
    trainer.play("update-subjects-or-students.sh")

    # A student answers.
    config = trainer.run("bash", "bin/pull-api-config.sh")
    url, key = (re.search(rf"{name}: (\S+)", config).group(1) for name in ("API Endpoint URL", "API Key"))
    assert re.fullmatch(r"https://[a-z0-9]{10}\.execute-api\.eu-central-1\.amazonaws\.com", url)
    student = trainer.run("bash", "bin/test-time.sh", typed="\n".join([url, key, "student01", *RIGHT_ANSWERS, ""]))
    assert "Test test01 uploaded with success" in student, student
    assert "No missing tests found!" in trainer.run("bash", "bin/test-time.sh")
    answers = json.loads(trainer.run("aws", "s3", "cp", f"s3://{BUCKETS[1]}/operating-systems/test01/student01/testResult.json", "-"))
    assert "".join(answer["answer"] for answer in answers) == RIGHT_ANSWERS

    # Its rule fires at its time: both mails.
    assert hearth.stop() == 0
    hearth.start("--clock", BEFORE_ITS_RULE)
    until(lambda: len(mails(hearth)) >= 2, "both mails", seconds=120, pause=1)
    sent = mails(hearth)
    assert set(sent) == {"student01@makemycloud.pl", AUTHOR}
    assert "Your score is: 5" in text_of(sent["student01@makemycloud.pl"])
    report = text_of(sent[AUTHOR])
    assert all(f"<td>student0{number}</td>" in report for number in (1, 2, 3, 4)), report
    assert json.loads(trainer.run("aws", "s3", "cp", f"s3://{BUCKETS[1]}/operating-systems/test01/student01/score.json", "-")) == {"score": 5}

    # Again, without a change.
    before = trainer.state()
    again = trainer.play("deploy-api-gateway.sh")
    assert [task for task in again.changed if not task.startswith(LOCAL_WORK)] == []
    assert trainer.state() == before

    # And away.
    trainer.play("remove-api-gateway.sh")
    assert trainer.leftovers() == []
    assert checkout_changes() == ""
