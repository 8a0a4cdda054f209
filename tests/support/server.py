"""A Hearth server under test: the real binary, on a free port, in a folder of its own."""

import os
import pathlib
import re
import signal
import subprocess
import threading

import boto3
from botocore.config import Config

from support.scenarios import listen

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("HEARTH_BIN", ROOT / "build" / "release" / "bin"))
START_SECONDS = 60  # an instrumented binary on a busy machine
ACCOUNT = ("000000000001", "HEARTHTESTKEY", "hearth-test-secret")


def instrumented():
    """Whether a sanitizer is built in, whose shadow memory multiplies what a process takes."""
    linked = subprocess.run(["ldd", BIN / "hearth"], capture_output=True, text=True).stdout
    return "libasan" in linked or "libtsan" in linked


class Hearth:
    """start(), stop() and kill() may be called in any order; the data folder stays."""

    def __init__(self, folder, *options, region="eu-central-1"):
        self.data = pathlib.Path(folder)
        self.options = list(options)
        self.region = region
        self.process = None
        self.address = None
        self.log = []

    def start(self, *more):
        listen = self.address or "127.0.0.1:0"  # a restarted server keeps its port: functions and clients know it
        account, key, secret = ACCOUNT
        self.process = subprocess.Popen(
            [BIN / "hearth", "serve", "--data", self.data, "--listen", listen, "--region", self.region,
             "--account", f"{account}:{key}:{secret}", *map(str, self.options), *more],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        ready = threading.Event()
        threading.Thread(target=self._read, args=(self.process, ready), daemon=True).start()
        if not ready.wait(START_SECONDS) or self.process.poll() is not None:
            self.kill()
            raise RuntimeError("the server did not start:\n" + "".join(self.log[-40:]))
        return self

    def _read(self, process, ready):
        for line in process.stdout:
            self.log.append(line)
            found = re.match(r"hearth listens on https?://(\S+),", line)
            if found:
                self.address = found.group(1)
                ready.set()
        ready.set()

    def stop(self):
        """A graceful stop; the exit code."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(START_SECONDS)
        self.process = None
        return code

    def kill(self):
        """kill -9, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def alive(self):
        return self.process is not None and self.process.poll() is None

    @property
    def url(self):
        return f"http://{self.address}"

    @property
    def port(self):
        return int(self.address.rsplit(":", 1)[1])

    def client(self, service, key=ACCOUNT[1], secret=ACCOUNT[2], token=None, region=None, retries=0, timeout=60, **config):
        return listen(boto3.session.Session().client(
            service, endpoint_url=self.url, region_name=region or self.region, aws_access_key_id=key,
            aws_secret_access_key=secret, aws_session_token=token,
            config=Config(retries={"max_attempts": retries}, read_timeout=timeout, parameter_validation=False,
                          s3={"addressing_style": "path"}, **config)))

    def environment(self):
        """What a shell has after eval "$(hearth env)"."""
        out = subprocess.run([BIN / "hearth", "env", "--data", self.data], capture_output=True, text=True, check=True).stdout
        values = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
        for line in out.splitlines():
            found = re.fullmatch(r"export ([A-Za-z_]+)=(.*)", line)
            if found:
                values[found.group(1)] = found.group(2).strip("'\"")
        return values

    def run(self, *command, check=True, **more):
        """A command of the product (hearth, homework, trainer) or any other, in that environment."""
        program = BIN / command[0] if (BIN / command[0]).exists() else command[0]
        environment = self.environment() | more.pop("env", {})
        done = subprocess.run([program, *command[1:]], env=environment, capture_output=True, text=True, timeout=300, **more)
        if check and done.returncode != 0:
            raise AssertionError(f"{command} exited with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done
