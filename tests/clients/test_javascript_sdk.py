"""The AWS SDK for JavaScript, version 3: sdk/NAME.cjs says what it does with each service."""

import pathlib

import pytest

SCENARIOS = sorted(path for path in (pathlib.Path(__file__).parent / "sdk").glob("*.cjs") if path.name != "support.cjs")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_scenario(client, scenario):
    out = client("node", "--test", scenario)
    assert "# fail 0" in out and "# pass 0" not in out, out
