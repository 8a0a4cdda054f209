#!/usr/bin/python3
"""Checks the shape of the tree: who includes whom, cycles, the size of files, the guides of folders.

Run from anywhere: tools/check_includes.py [FOLDER]. Prints one line per offence; exit code 1 when there is any.
./check runs every rule as a test (tests/documents/test_includes.py).
"""

import re
import sys
from pathlib import Path

# Who may include whom. A folder of src/ may include itself, and those named here; generated headers are api's.
# "folder/file.h" allows that header alone. Result, Fault, Task and the clock are base's.
MAY_INCLUDE = {
    "base": [],
    "http": ["base"],
    "store": ["base"],
    "ports": ["base"],
    "api": ["base"],
    "identity": ["api", "base", "ports", "store"],  # users, keys and policies are rows; services ask it by a port
    "wire": ["api", "base", "http"],
    "gateway": ["base", "http", "ports"],
    "yaml": ["base"],  # documents in two languages: templates, and OpenAPI
    "sandbox": ["base"],
    # How a jail is started, and how it says that it ended.
    "functions": ["base", "http", "ports", "sandbox/launch.h", "sandbox/protocol.h", "store"],
    "stacks": ["base", "ports", "store", "yaml"],
    "schedule": ["base", "ports", "store"],
    "mail": ["base", "ports", "store"],
    "services": ["api", "base", "ports", "store"],  # what services share, directly in services/
    "cli": ["base", "http", "store", "wire"],  # a client: it signs requests, and reads the root keys of a data folder
    "server": ["*"],
}
SERVICE_MAY_INCLUDE = ["api", "base", "ports", "services", "store", "yaml"]
# The one engine that a service fronts.
FRONTS = {
    "apigateway": "gateway",
    "cloudformation": "stacks",
    "events": "schedule",
    "iam": "identity",
    "lambda": "functions",
    "scheduler": "schedule",
    "ses": "mail",
    "sts": "identity",
}
# Folders outside of src/, and the folders of src/ that they may include. tests/ sees the running binary; its one
# program is the codecs on a pipe.
OUTSIDE = {"sdk": [], "apps": [], "bench": ["base", "http", "store", "wire"], "fuzz": ["*"],
           "tests": ["api", "base", "http", "wire"]}

# Third-party headers and the folders that may see them.
THIRD_PARTY = {
    "archive.h": ["functions"],
    "boost/beast": ["http"],
    "curl/": ["mail"],
    "date/": ["schedule"],
    "pugixml": ["wire", "cli"],
    "re2/": ["gateway", "stacks", "services/ssm"],
    "sqlite3.h": ["store"],
    "yaml-cpp/": ["yaml"],
}

MOST_LINES = 600
# Longer files, with the reason.
LONG = {}

SOURCES = {".h", ".cc", ".inc"}
COUNTED = {".h", ".cc", ".py", ".sh", ".cmake", ".js"}
SKIPPED = {".git", "build", ".hearth", "__pycache__", "node_modules", ".cache", ".pytest_cache", "corpus"}


def files(root, suffixes, below="."):
    base = root / below
    for path in sorted(base.iterdir()) if base.is_dir() else ():
        if path.is_dir():
            if path.name not in SKIPPED:
                yield from files(root, suffixes, path.relative_to(root))
        elif path.suffix in suffixes:
            yield path.relative_to(root)


# --- includes -------------------------------------------------------------------------------------------------------


def includes(path):
    """[(name, quoted)] of a file."""
    return [(name, mark == '"') for mark, name in
            re.findall(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', path.read_text(errors="replace"), re.M)]


def unit_of(path):
    """src/wire/x.h -> wire, src/services/s3/x.h -> services/s3, src/services/x.h -> services, fuzz/x.h -> fuzz"""
    parts = path.parts
    if parts[0] != "src":
        return parts[0]
    if parts[1] == "services" and len(parts) > 3:
        return f"services/{parts[2]}"
    return parts[1]


def allowed(unit):
    if unit.startswith("services/"):
        service = unit.split("/")[1]
        return SERVICE_MAY_INCLUDE + [FRONTS[service]] if service in FRONTS else SERVICE_MAY_INCLUDE
    return MAY_INCLUDE.get(unit, OUTSIDE.get(unit))


def check_includes(root):
    offences = []
    for path in files(root, SOURCES):
        unit = unit_of(path)
        may = allowed(unit)
        if may is None:
            if path.parts[0] == "src":
                offences.append(f"{path}: the folder {unit} is not in the table of tools/check_includes.py")
            continue
        for name, quoted in includes(root / path):
            if not quoted:
                for header, owners in THIRD_PARTY.items():
                    if name.startswith(header) and unit not in owners and path.parts[0] == "src" \
                            and not path.name.endswith("_test.cc"):
                        offences.append(f"{path}: <{name}> stays inside {', '.join(owners)}")
                continue
            target = Path("src") / name
            if not (root / target).exists():
                generated = re.fullmatch(r"api/(\w+)\.h", name)
                if generated and (root / "src/services" / generated[1] / "service.toml").exists():
                    if unit.startswith("services/") and unit != f"services/{generated[1]}":
                        offences.append(f"{path}: {name} belongs to another service")
                    elif "api" not in may and "*" not in may:
                        offences.append(f"{path}: {unit} may not include {name}")
                elif path.parts[0] == "src":
                    offences.append(f"{path}: there is no {name} below src/")
                continue
            other = unit_of(target)
            if other != unit and "*" not in may and other not in may and name not in may:
                offences.append(f"{path}: {unit} may not include {name}")
    return offences


def find_cycle(graph):
    """The nodes of one cycle of {node: [nodes]}, or []."""
    done, trail = set(), []

    def visit(node):
        if node in trail:
            return trail[trail.index(node):] + [node]
        if node in done:
            return []
        trail.append(node)
        for other in graph.get(node, ()):
            cycle = visit(other)
            if cycle:
                return cycle
        trail.pop()
        done.add(node)
        return []

    for start in sorted(graph):
        cycle = visit(start)
        if cycle:
            return cycle
    return []


def check_cycles(root):
    """No folder depends on itself through others, and no header includes itself through others."""
    headers, units = {}, {}
    for path in files(root, SOURCES, "src"):
        targets = [Path("src") / name for name, quoted in includes(root / path) if quoted]
        targets = [target for target in targets if (root / target).exists()]
        headers[str(path)] = [str(target) for target in targets]
        units.setdefault(unit_of(path), set()).update(unit_of(target) for target in targets)
    for unit in units:
        units[unit] = sorted(units[unit] - {unit})
    return ["a cycle: " + " -> ".join(cycle) for cycle in (find_cycle(headers), find_cycle(units)) if cycle]


# --- sizes and guides -------------------------------------------------------------------------------------------------


def check_sizes(root):
    offences = []
    for path in files(root, COUNTED):
        lines = (root / path).read_text(errors="replace").count("\n")
        if lines > MOST_LINES and str(path) not in LONG:
            offences.append(f"{path}: {lines} lines; split it, or say in tools/check_includes.py why not")
        if lines <= MOST_LINES and str(path) in LONG:
            offences.append(f"{path}: is in the list of long files, and is not long")
    return offences


def guided_folders(root):
    for parent in (".", "src", "src/services", "apps", "apps/homework"):
        for folder in sorted((root / parent).iterdir()) if (root / parent).is_dir() else ():
            if folder.is_dir() and not folder.name.startswith(".") and folder.name not in SKIPPED \
                    and any(path.is_file() and "__pycache__" not in path.parts for path in folder.rglob("*")):
                yield folder.relative_to(root)


def check_guides(root):
    return [f"{folder}: has no README.md" for folder in guided_folders(root)
            if folder.as_posix() not in ("src", "apps") and not (root / folder / "README.md").exists()]


RULES = {
    "includes": check_includes,
    "cycles": check_cycles,
    "sizes": check_sizes,
    "guides": check_guides,
}


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[1])
    offences = [offence for rule in RULES.values() for offence in rule(root)]
    print("\n".join(offences) or "nothing to say against the tree")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
