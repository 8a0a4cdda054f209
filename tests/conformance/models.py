"""The AWS models as Hearth has them, clients over them that touch no network, and the codecs on a pipe."""

import base64
import io
import json
import os
import pathlib
import subprocess
import sys
import tomllib

import botocore.session
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("HEARTH_BIN", ROOT / "build" / "release" / "bin"))
PROBE = BIN.parent / "tests" / "wire_probe"
REQUEST_ID = "6b0c7b6e-5f0a-4f4e-9d57-0a6e4e1f2a3b"  # of every answer of the probe

sys.path.insert(0, str(ROOT / "codegen"))
from generate import DEBIAN_MODELS  # noqa: E402
from model import Service  # noqa: E402


def model_path(folder):
    return tomllib.loads((folder / "service.toml").read_text())["model"]


FOLDERS = sorted(path.parent for path in (ROOT / "src" / "services").glob("*/service.toml"))
SERVICES = {folder.name: Service(folder, DEBIAN_MODELS) for folder in FOLDERS}
LISTED = [(name, operation) for name, service in SERVICES.items() for operation in service.operations]
UNLISTED = [(name, operation) for name, service in SERVICES.items()
            for operation in sorted(set(service.model["operations"]) - set(service.operations))]
JSON_SERVICES = [name for name, service in SERVICES.items() if service.metadata["protocol"] == "json"]


def write_models(folder, json_version=None):
    """A data folder for botocore with the overlays applied: its clients know what newer SDKs know. With
    `json_version` the services of the JSON protocol speak that one."""
    for source in FOLDERS:
        model = json.loads(json.dumps(SERVICES[source.name].model))
        if json_version and "jsonVersion" in model["metadata"]:
            model["metadata"]["jsonVersion"] = json_version
        path = folder / model_path(source) / "service-2.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(model))


class Clients:
    """botocore's own clients; `call` hands the request to a function and lets botocore read what that answers."""

    def __init__(self, data_folder):
        self.session = botocore.session.Session()
        self.session.set_credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        self.session.get_component("data_loader").search_paths.insert(0, str(data_folder))
        self.made = {}
        self.send = self.parameters = None

    def get(self, service, signed=True, style="path"):
        key = (service, signed, style)
        if key not in self.made:
            config = Config(s3={"addressing_style": style}, retries={"max_attempts": 0},
                            signature_version=None if signed else UNSIGNED)
            name = model_path(ROOT / "src" / "services" / service).split("/")[0]
            client = self.session.create_client(name, region_name="eu-central-1", config=config)
            client.meta.events.register_last("before-parameter-build", self._see_parameters)
            client.meta.events.register_last("before-send", self._send)
            self.made[key] = client
        return self.made[key]

    def call(self, client, operation, parameters, send):
        """What botocore makes of send(method, target, headers, body)'s answer; `parameters` ends as what botocore's
        own customisations made of it before it was serialised."""
        self.send, self.parameters = send, parameters
        try:
            return client._make_api_call(operation, parameters)
        finally:
            self.send = self.parameters = None

    def _see_parameters(self, params, **_):
        if self.parameters is not None and params is not self.parameters:
            self.parameters.clear()
            self.parameters.update(params)

    def _send(self, request, **_):
        host, _, target = request.url.split("://", 1)[1].partition("/")
        headers = [[name, value.decode() if isinstance(value, bytes) else str(value)]
                   for name, value in request.headers.items()]
        if "host" not in {name.lower() for name, _ in headers}:
            headers.append(["Host", host])
        body = request.body
        if hasattr(body, "read"):
            body = body.read()
        if isinstance(body, str):
            body = body.encode()
        return self.send(request.method, "/" + target, headers, bytes(body or b""))


class RawBody(io.BytesIO):
    """An answer's body as urllib3 gives it to botocore."""

    def stream(self, **_):
        yield self.read()


def response_of(answer):
    response = answer["response"]
    names = [name.lower() for name, _ in response["headers"]]
    assert len(names) == len(set(names)), response
    return AWSResponse("http://probe/", response["status"], dict(response["headers"]),
                       RawBody(base64.b64decode(response["body"])))


class Probe:
    """The codecs on a pipe: see wire_probe.cc."""

    def __init__(self):
        self.process = subprocess.Popen([PROBE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, **command):
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the probe died ({self.process.wait()}) of {command}"
        answer = json.loads(line)
        assert "error" not in answer, (answer["error"], command)
        return answer

    def decode(self, method, target, headers, body):
        return self.ask(do="decode", method=method, target=target, headers=headers,
                        body=base64.b64encode(body).decode())

    def close(self):
        self.process.stdin.close()
        return self.process.wait(30)
