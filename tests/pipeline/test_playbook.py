"""apps/homework/deploy/ansible/playbook.yml, through Debian's Ansible."""

import re
import shutil
import subprocess

import pytest

from support.server import BIN, ROOT

PLAYBOOK = ROOT / "apps" / "homework" / "deploy" / "ansible" / "playbook.yml"
ANSIBLE = shutil.which("ansible-playbook", path="/usr/bin:/bin")
pytestmark = pytest.mark.skipif(ANSIBLE is None, reason="ansible-playbook is not installed: apt-get install ansible")


@pytest.fixture
def play(make_hearth, tmp_path):
    """Runs the playbook with a tag; the tasks that changed something, or None where it failed."""
    hearth = make_hearth().start()
    course = tmp_path / "course"
    shutil.copytree(ROOT / "apps" / "homework" / "sample", course, ignore=shutil.ignore_patterns(".homework"))

    def play(*arguments, **environment):
        done = subprocess.run(
            [ANSIBLE, PLAYBOOK, "-e", f"bin={BIN.resolve()}", "-e", f"data={hearth.data}", "-e", f"course={course}", *arguments],
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"} | environment, capture_output=True, text=True, timeout=300)
        play.output = done.stdout + done.stderr
        play.ran = len(re.findall(r"^(?:ok|changed): ", done.stdout, re.M))
        if done.returncode != 0:
            return None
        return re.findall(r"^TASK \[(.*)\] \**\n(?:(?!TASK).*\n)*?changed: ", done.stdout, re.M)

    play.hearth, play.course = hearth, course
    return play


def root_key(hearth):
    environment = hearth.environment()
    return environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]


def test_deploy_update_remove_each_twice(play):
    cloud = play.hearth.client("cloudformation", *root_key(play.hearth))

    def there():
        return sorted(stack["StackName"] for stack in cloud.describe_stacks()["Stacks"])

    assert play("--tags", "deploy") == ["The API"], play.output
    assert there() == ["homework-api", "homework-scoring", "homework-storage"]
    assert play("--tags", "deploy") == [], play.output
    assert play("--tags", "update") == ["Publish tests, students and settings", "A key for whoever has none"], play.output
    assert len(list((play.course / ".homework" / "invites").glob("*.invite"))) == 5
    assert play("--tags", "update") == [], play.output
    assert play("--tags", "remove") == ["API and scoring"], play.output
    assert there() == ["homework-storage"]
    assert play("--tags", "remove") == [], play.output
    assert play("--tags", "remove", "-e", "delete_data=true") == ["Everything, the data too"], play.output
    assert there() == []


def test_nothing_is_done_without_a_tag(play):
    assert play() == []
    assert play.ran == 0


def test_aws_is_not_meant_by_a_shell_that_leads_elsewhere(play):
    assert play("--tags", "deploy", "-e", "target=aws", AWS_ENDPOINT_URL="http://127.0.0.1:1") is None
    assert "hearth env --undo" in play.output
    assert play("--tags", "deploy", "-e", "target=azure") is None
    assert "target is hearth or aws" in play.output

