"""Writes docs/supported-operations.md: what of AWS's services is here, from the services' own lists and from the server.

./dev supported calls it. The operations are those of src/services/*/service.toml, counted against AWS's model; the
CloudFormation types are what the server answers to ListTypes and DescribeType."""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "supported-operations.md"
sys.path[:0] = [str(ROOT / "codegen"), str(ROOT / "tests")]
from generate import DEBIAN_MODELS  # noqa: E402
from model import Service  # noqa: E402
from support.scenarios import errors_of  # noqa: E402

HEAD = """# Supported operations

`./dev supported` writes this page from the services' lists and from what the server answers to `ListTypes` and `DescribeType`; a
test compares them. Every operation here has a scenario with a real client in `tests/`, both answered and refused, and every error
a scenario in which a client is told it, but for those that `tests/support/scenarios.py` names with the reason. Every other
operation of these services answers `NotImplemented`, in the protocol of its caller. How an operation differs from AWS's stands in
the README of its service's folder, how clients are pointed here in [clients.md](clients.md).

Errors are those that a service has beside those that all have: `AccessDenied`, or `AccessDeniedException`, what is said of
signatures, and internal errors.

Of a type the properties are named, with their members in brackets: **bold** ones are required, a change of an *italic* one
replaces the resource; `[]` is a list, `{}` a map, `~` a document of its own (a policy, say). Other properties are refused by name.
"""


def services():
    folders = sorted(path.parent for path in (ROOT / "src" / "services").glob("*/service.toml"))
    return [Service(folder, DEBIAN_MODELS) for folder in folders]


def types(client):
    """Schemas by the name of their service's folder."""
    found = {}
    for page in client.get_paginator("list_types").paginate(Visibility="PUBLIC"):
        for summary in page["TypeSummaries"]:
            schema = json.loads(client.describe_type(Type="RESOURCE", TypeName=summary["TypeName"])["Schema"])
            found.setdefault(summary["TypeName"].split("::")[1].lower(), []).append(schema)
    return found


def shape(schema):
    """What stands behind the name of a property: nothing for a scalar."""
    kind = schema["type"]
    if isinstance(kind, list):
        return " ~"
    if kind == "array":
        return shape(schema["items"]) + "[]"
    if kind == "object" and "patternProperties" in schema:
        return "{}"
    return f" ({members(schema)})" if kind == "object" else ""


def members(schema, path="/properties", fixed=()):
    required = set(schema.get("required", ()))
    out = []
    for name, own in schema["properties"].items():
        text = f"*{name}*" if f"{path}/{name}" in fixed else name
        text = f"**{text}**" if name in required else text
        out.append(text + shape(own))
    return ", ".join(out)


def wrapped(text, width=118):
    """Lines broken at spaces."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return "\n".join(lines)


def type_part(schema):
    taken = members(schema, fixed=set(schema.get("createOnlyProperties", ()))) or "none"
    if schema["additionalProperties"]:
        taken += ", and whatever else is given"
    given = ", ".join(path.removeprefix("/properties/").replace("/", ".") for path in schema.get("readOnlyProperties", ())) or "none"
    return f"### {schema['typeName']}\n\n{wrapped(f'Properties: {taken}.')}\n\n{wrapped(f'Attributes: {given}.')}\n"


def service_part(service, schemas):
    known = sum(1 for operation in service.model["operations"])
    lines = [f"## {service.metadata['serviceId']}\n",
             f"{len(service.operations)} of {known} operations; [what differs](../src/services/{service.id}/README.md).\n",
             wrapped(", ".join(f"`{operation}`" for operation in service.operations)) + "\n",
             wrapped("Errors: " + ", ".join(f"`{code}`" for code in sorted(errors_of(service.id))) + ".") + "\n"]
    return "\n".join(lines + [type_part(schema) for schema in schemas])


def overview(every, schemas):
    rows = [f"| [{service.metadata['serviceId']}](#{service.metadata['serviceId'].lower().replace(' ', '-')}) | {len(service.operations)} | "
            f"{len(service.model['operations'])} | {len(schemas.get(service.id, []))} |" for service in every]
    return "\n".join(["| service | operations | of AWS's | resource types |", "|---|---|---|---|", *rows]) + "\n"


def page(client):
    """The text of the page; `client` is boto3's of a running server's CloudFormation."""
    every, schemas = services(), types(client)
    strangers = set(schemas) - {service.id for service in every}
    assert not strangers, f"types of no service: {strangers}"
    return "\n".join([HEAD, overview(every, schemas), *(service_part(service, schemas.get(service.id, [])) for service in every)])


def main():
    import tempfile

    from support.server import Hearth
    with tempfile.TemporaryDirectory() as folder:
        server = Hearth(pathlib.Path(folder) / "data").start()
        try:
            PAGE.write_text(page(server.client("cloudformation")))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
