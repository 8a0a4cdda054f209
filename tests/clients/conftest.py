"""Clients from npm: at the versions of package-lock.json, installed once, outside the tree's sources."""

import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
INSTALLED = HERE.parents[1] / "build" / "clients"
# What npm calls it when nobody answers; all else that goes wrong is a failure.
UNREACHABLE = r"\bcode (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b"


def missing(reason):
    """HEARTH_CLIENTS=required: whoever demands these tests does not get around them."""
    reason = f"clients from npm: {reason}"
    (pytest.fail if os.environ.get("HEARTH_CLIENTS") == "required" else pytest.skip)(reason)


def install(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retry-mintimeout=1000",
                           "--fetch-retry-maxtimeout=5000"], cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900)
    if done.returncode != 0 and re.search(UNREACHABLE, done.stdout):
        missing(f"the registry cannot be reached\n{done.stdout[-500:]}")
    assert done.returncode == 0, done.stdout
    (folder / "installed").touch()


@pytest.fixture(scope="session")
def node_modules():
    for program in ("node", "npm"):
        if not shutil.which(program):
            missing(f"there is no {program}")
    folder = INSTALLED / hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with open(INSTALLED / "lock", "w") as lock:  # tests run side by side
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            install(folder)
    return folder / "node_modules"


@pytest.fixture
def boto(hearth):
    """boto3's clients with the keys that `hearth env` gives: what the tests look at things with."""
    environment = hearth.environment()
    return lambda service: hearth.client(service, environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])


@pytest.fixture
def client(hearth, node_modules, tmp_path):
    """Runs a client in a folder of its own, in the environment that `hearth env` makes and no other; a variable of None is not set."""

    def run(*command, check=True, **variables):
        environment = hearth.environment() | {
            "HOME": str(tmp_path), "CI": "true", "NO_COLOR": "1", "NODE_PATH": str(node_modules), "NODE_NO_WARNINGS": "1",
            "PATH": f"{node_modules / '.bin'}:{os.environ['PATH']}", "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true"} | variables
        environment = {name: value for name, value in environment.items() if value is not None}
        done = subprocess.run(list(map(str, command)), cwd=tmp_path, env=environment, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
        assert not check or done.returncode == 0, f"{command} exited with {done.returncode}\n{done.stdout}"
        return done.stdout

    return run
