"""What most tests of services need: the refusal of a call, a role, a function, a name of one's own."""

import contextlib
import itertools
import json
import subprocess

from botocore.exceptions import ClientError

from support.scenarios import command_ended

_numbers = itertools.count(1)


def fresh(prefix):
    """A name that no other test of the run has."""
    return f"{prefix}-{next(_numbers)}"


class Refusal:
    code = message = status = None


@contextlib.contextmanager
def refused(code, status=None, words=""):
    """The block must be refused with this code; what was said can be read from the value afterwards."""
    refusal = Refusal()
    try:
        yield refusal
    except ClientError as error:
        refusal.code = error.response["Error"]["Code"]
        refusal.message = error.response["Error"].get("Message", "")
        refusal.status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        refusal.response = error.response
        assert refusal.code == code, f"{refusal.code}: {refusal.message}"
        assert status is None or refusal.status == status, refusal.status
        assert words in refusal.message, refusal.message
    else:
        raise AssertionError(f"nothing was refused, {code} was expected")


def trust(*services):
    return json.dumps({"Version": "2012-10-17",
                       "Statement": [{"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": "sts:AssumeRole"}]})


def make_role(hearth, *services, may=()):
    """The ARN of a new role that these services may take; it may do these actions, on anything."""
    name = fresh("role")
    iam = hearth.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(*(services or ("lambda.amazonaws.com",))))["Role"]["Arn"]
    if may:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(may), "Resource": "*"}]}))
    return arn


def make_bucket(hearth, prefix="bucket"):
    name = fresh(prefix)
    hearth.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": hearth.region})
    return name


def aws(hearth, *arguments, check=True, key="HEARTHTESTKEY", secret="hearth-test-secret"):
    """Debian's aws command; its CompletedProcess."""
    done = subprocess.run(["/usr/bin/aws", "--endpoint-url", hearth.url, *map(str, arguments)], capture_output=True, text=True, timeout=300,
                          env={"PATH": "/usr/bin:/bin", "HOME": str(hearth.data), "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret,
                               "AWS_DEFAULT_REGION": hearth.region, "AWS_PAGER": "", "LC_ALL": "C.UTF-8"})
    command_ended(arguments, done)
    assert not check or done.returncode == 0, f"{arguments} exited with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done
