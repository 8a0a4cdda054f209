"""Every CloudFormation type that Hearth makes has its rule, once: without one it would be for root alone.

That every operation has one is tested where the tables are bound (src/server/access_gate_test.cc)."""

import re

from support.server import ROOT


def test_every_type_has_a_rule(hearth):
    pages = hearth.client("cloudformation").get_paginator("list_types").paginate(Visibility="PUBLIC")
    made = sorted(summary["TypeName"] for page in pages for summary in page["TypeSummaries"])
    assert len(made) > 20
    tables = (ROOT / "src" / "services").glob("*/*_access.cc")
    assert sorted(kind for path in tables for kind in re.findall(r'\{"(AWS::\w+::\w+)"', path.read_text())) == made
