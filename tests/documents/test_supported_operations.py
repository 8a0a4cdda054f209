"""docs/supported-operations.md is what `./dev supported` writes: from the services' lists, and from the running server."""

import sys

from support.server import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import supported_operations  # noqa: E402


def test_the_page_is_what_the_server_is(hearth):
    assert supported_operations.PAGE.read_text() == supported_operations.page(hearth.client("cloudformation")), "run ./dev supported"


def test_properties_are_written_for_people():
    schema = {"typeName": "AWS::Test::Thing", "required": ["Name"], "createOnlyProperties": ["/properties/Name"], "additionalProperties": False,
              "readOnlyProperties": ["/properties/Arn", "/properties/End/Port"],
              "properties": {"Name": {"type": "string"}, "Tags": {"type": "array", "items": {"type": "object", "properties": {"Key": {"type": "string"}}, "required": ["Key"]}},
                             "Policy": {"type": ["object", "string"]}, "ByName": {"type": "object", "patternProperties": {".*": {"type": "string"}}}}}
    assert supported_operations.type_part(schema) == (
        "### AWS::Test::Thing\n\nProperties: ***Name***, Tags (**Key**)[], Policy ~, ByName{}.\n\nAttributes: Arn, End.Port.\n")
