"""The AWS SDK for JavaScript, version 3: sdk/NAME.cjs says what it does with each service; functions/NAME.mjs are functions that use it."""

import json
import os
import pathlib
import subprocess

import pytest

from support.aws import fresh, make_bucket, make_role
from support.packages import zip_of

FUNCTIONS = pathlib.Path(__file__).parent / "functions"
SCENARIOS = sorted(path for path in (pathlib.Path(__file__).parent / "sdk").glob("*.cjs") if path.name != "support.cjs")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_scenario(client, scenario):
    out = client("node", "--test", scenario)
    assert "# fail 0" in out and "# pass 0" not in out, out


@pytest.mark.parametrize("module, environment", [("esm", {}), ("cjs", {}), ("cjs", {"AWS_ENDPOINT_URL": ""})],
                         ids=["module", "commonjs", "by-names-of-aws"])
def test_a_function_that_brings_it(hearth, node_modules, tmp_path, module, environment):
    code = tmp_path / {"esm": "notes.mjs", "cjs": "notes.js"}[module]
    # What the bundle's CommonJS parts ask for is not there in a module.
    banner = ["--banner:js=import {createRequire} from 'module'; const require = createRequire(import.meta.url);"] if module == "esm" else []
    subprocess.run(["esbuild", FUNCTIONS / "notes.mjs", "--bundle", "--platform=node", "--target=node18", f"--format={module}", f"--outfile={code}",
                    "--log-level=error", *banner], env=os.environ | {"NODE_PATH": str(node_modules)}, check=True)
    functions, name, bucket = hearth.client("lambda"), fresh("notes"), make_bucket(hearth)
    functions.create_function(FunctionName=name, Runtime="nodejs22.x", Role=make_role(hearth, may=("s3:*",)), Handler="notes.handler", Timeout=60,
                              MemorySize=256, Environment={"Variables": environment}, Code={"ZipFile": zip_of({code.name: code.read_text()})})
    answer = functions.invoke(FunctionName=name, Payload=json.dumps({"bucket": bucket, "note": "grün"}).encode())
    assert json.loads(answer["Payload"].read()) == {"note": "grün", "missing": "NoSuchKey"}
    assert hearth.client("s3").get_object(Bucket=bucket, Key="note")["Body"].read().decode() == "grün"
