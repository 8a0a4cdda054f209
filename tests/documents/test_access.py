"""Every CloudFormation type that a service makes has its rule: without one it would be for root alone.

That every operation has one is tested where the tables are bound (src/server/access_gate_test.cc)."""

import re

import pytest

from support.server import ROOT

SERVICES = ROOT / "src" / "services"


@pytest.mark.parametrize("service", sorted(path.name for path in SERVICES.iterdir() if path.is_dir()))
def test_every_type_has_a_rule(service):
    sources = [path for path in (SERVICES / service).glob("*.cc") if not path.name.endswith("_test.cc")]
    made = {kind for path in sources for kind in re.findall(r'\.type = "(AWS::\w+::\w+)"', path.read_text())}
    ruled = re.findall(r'\{"(AWS::\w+::\w+)"', (SERVICES / service / f"{service}_access.cc").read_text())
    assert made == set(ruled) and len(ruled) == len(set(ruled))


def test_types_were_found():
    assert len(re.findall(r'\.type = "AWS::', "".join(path.read_text() for path in SERVICES.glob("*/*_resource*.cc")))) > 20
