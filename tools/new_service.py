#!/usr/bin/python3
"""Makes the skeleton of an AWS service: ./dev new-service NAME.

NAME is the folder of the service's model in Debian's botocore. Writes src/services/NAME/ and names it where the build
and the server list their services. Everything is read and checked before anything is written."""

import argparse
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODELS = Path("/usr/lib/python3/dist-packages/botocore/data")


class CannotMake(Exception):
    """Why there is no skeleton, in a sentence."""


def find_model(name: str) -> tuple[str, dict]:
    """The folder below botocore's data, newest version, and the model."""
    if not re.fullmatch(r"[a-z][a-z0-9]*", name):
        raise CannotMake(f"{name!r} cannot be a folder and a namespace: small letters and digits, a letter first")
    versions = sorted((MODELS / name).glob("*/service-2.json"))
    if not versions:
        near = sorted(path.name for path in MODELS.glob(f"*{name[:3]}*") if path.is_dir()) if MODELS.is_dir() else []
        hint = f"; is it one of {', '.join(near)}?" if near else f": ls {MODELS}"
        raise CannotMake(f"botocore has no model named {name}{hint}")
    return f"{name}/{versions[-1].parent.name}", json.loads(versions[-1].read_text())


def type_name(service_id: str) -> str:
    """"Secrets Manager" -> "SecretsManager", "SQS" -> "Sqs"."""
    words = re.findall(r"[A-Za-z0-9]+", service_id)
    return "".join(word.capitalize() if word.isupper() else word[0].upper() + word[1:] for word in words)


def skeleton(name: str, folder: str, model: dict) -> dict[str, str]:
    kind = type_name(model["metadata"]["serviceId"])
    title = model["metadata"].get("serviceFullName", kind)
    space = f"hearth::services::{name}"
    return {
        "service.toml": f"""# What Hearth has of this service; codegen/README.md says what each line means.
model = "{folder}"
operations = [
]
""",
        "CMakeLists.txt": f"hearth_library(service_{name} DEPENDS hearth_api_{name} hearth_base hearth_ports hearth_store)\n",
        f"{name}_store.h": f"""// What {title} keeps: all SQL of the service.
#pragma once

#include <vector>

#include "store/database.h"

namespace {space} {{

// In the order in which they run. A released step is never edited; a change is a new one.
std::vector<store::Migration> {name}Migrations();

// Reads on any thread, changes on the writer thread.
class {kind}Store final {{
 public:
  explicit {kind}Store(store::Database& database) : database_(database) {{}}

  store::Database& database() const {{ return database_; }}

 private:
  store::Database& database_;
}};

}}  // namespace {space}
""",
        f"{name}_store.cc": f"""#include "services/{name}/{name}_store.h"

namespace {space} {{

std::vector<store::Migration> {name}Migrations() {{ return {{}}; }}

}}  // namespace {space}
""",
        f"{name}_service.h": f"""// {title}.
#pragma once

#include "api/call.h"
#include "api/{name}.h"
#include "services/{name}/{name}_store.h"

namespace {space} {{

class {kind}Service final {{
 public:
  // The database outlives the service.
  explicit {kind}Service(store::Database& database);

 private:
  {kind}Store store_;
}};

}}  // namespace {space}
""",
        f"{name}_service.cc": f"""#include "services/{name}/{name}_service.h"

namespace {space} {{

{kind}Service::{kind}Service(store::Database& database) : store_(database) {{}}

}}  // namespace {space}
""",
        f"{name}_access.h": f"""// What the operations of {title} have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/
#pragma once

#include "api/access.h"

namespace {space} {{

api::ServiceAccess {name}Access();

}}  // namespace {space}
""",
        f"{name}_access.cc": f"""#include "services/{name}/{name}_access.h"

namespace {space} {{

// One rule for every operation of service.toml: {{"CreateX", "{name}:CreateX", "arn:aws:{name}:{{region}}:{{account}}:{{Name}}"}}.
api::ServiceAccess {name}Access() {{ return {{"{name}", {{}}, {{}}}}; }}

}}  // namespace {space}
""",
        "README.md": f"""# services/{name}: {title}

| task | file |
|---|---|
| operations | `{name}_service.cc` |
| all SQL | `{name}_store.cc` |
| what operations have to be allowed for | `{name}_access.cc` |

Supported: the operations of `service.toml`. The others answer NotImplemented by name.
""",
    }


def insert(text: str, where: str, pattern: str, line: str) -> str:
    """Puts `line` behind the last line that matches."""
    found = list(re.finditer(pattern, text, re.MULTILINE))
    if not found:
        raise CannotMake(f"{where} has changed: nothing there matches {pattern}")
    end = found[-1].end()
    return text[:end] + line + text[end:]


def insert_sorted(text: str, where: str, pattern: str, line: str) -> str:
    """Puts `line` among the lines that match, in order."""
    lines = text.splitlines(keepends=True)
    places = [at for at, old in enumerate(lines) if re.match(pattern, old)]
    if not places:
        raise CannotMake(f"{where} has changed: nothing there matches {pattern}")
    at = next((at for at in places if lines[at] > line), places[-1] + 1)
    return "".join(lines[:at] + [line] + lines[at:])


def wiring(name: str, kind: str) -> dict[Path, str]:
    """The files that list services, with one more."""
    changed = {}

    def edit(relative: str, *steps) -> None:
        path = ROOT / relative
        text = path.read_text()
        for step in steps:
            text = step(text, relative)
        changed[path] = text

    def services(text: str, where: str) -> str:
        found = re.search(r"foreach\(service ([a-z0-9 ]+)\)", text)
        if not found:
            raise CannotMake(f"{where} has changed: there is no foreach(service ...)")
        return text[: found.start(1)] + " ".join(sorted([*found[1].split(), name])) + text[found.end(1) :]

    edit("src/services/CMakeLists.txt", services)
    edit(
        "src/server/CMakeLists.txt",
        lambda text, where: insert(text, where, r"hearth_service_[a-z0-9]+(?=\)?$)", f" hearth_service_{name}"),
    )
    edit(
        "src/server/parts.h",
        lambda text, where: insert_sorted(
            text, where, r'#include "services/', f'#include "services/{name}/{name}_service.h"\n'),
        lambda text, where: insert(
            text, where, r"^  services::\w+::\w+Service \w+_;\n", f"  services::{name}::{kind}Service {name}_;\n"),
    )
    edit(
        "src/server/parts.cc",
        lambda text, where: insert_sorted(
            text, where, r'#include "services/', f'#include "services/{name}/{name}_access.h"\n'),
        lambda text, where: insert_sorted(
            text, where, r'#include "services/', f'#include "services/{name}/{name}_store.h"\n'),
        lambda text, where: insert(text, where, r"^      \w+_\(.*\),\n(?=      http_\(loop)", f"      {name}_(database_),\n"),
        lambda text, where: insert(
            text, where, r"^  append\(steps, services::.*\);\n", f"  append(steps, services::{name}::{name}Migrations());\n"),
        lambda text, where: insert(
            text, where, r"^  api::\w+::bind\(router_, \w+_\);\n", f"  api::{name}::bind(router_, {name}_);\n"),
        lambda text, where: insert(
            text, where, r"^  rules\.push_back\(services::.*\);\n", f"  rules.push_back(services::{name}::{name}Access());\n"),
    )
    return changed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0], prog="./dev new-service")
    parser.add_argument("name", help=f"folder of the model below {MODELS}, for example sqs")
    name = parser.parse_args().name
    target = ROOT / "src" / "services" / name
    try:
        folder, model = find_model(name)
        if target.exists():
            raise CannotMake(f"{target.relative_to(ROOT)} is there already")
        files = skeleton(name, folder, model)
        changed = wiring(name, type_name(model["metadata"]["serviceId"]))
    except CannotMake as reason:
        print(f"new-service: {reason}", file=sys.stderr)
        return 1
    target.mkdir()
    for file, text in files.items():
        (target / file).write_text(text)
        print(f"made     src/services/{name}/{file}")
    for path, text in changed.items():
        path.write_text(text)
        print(f"changed  {path.relative_to(ROOT)}")
    print("next: ./dev build, then docs/adding-an-operation.md from step 1")
    return 0


if __name__ == "__main__":
    sys.exit(main())
