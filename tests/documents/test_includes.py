"""Who may include whom: the table of ARCHITECTURE.md, checked."""

import pathlib
import re

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "src"
MAY = {
    "base": set(),
    "http": {"base"},
    "store": {"base"},
    "ports": {"base"},
    "api": {"base"},
    "identity": {"base", "api", "ports", "store"},
    "wire": {"base", "http", "api"},
    "gateway": {"base", "http", "ports"},
    "functions": {"base", "http", "ports", "store", "sandbox"},
    "stacks": {"base", "ports", "store"},
    "mail": {"base", "ports", "store"},
    "schedule": {"base", "store"},
    "sandbox": {"base"},
    "cli": {"base", "http", "wire", "store"},
}
FRONTS = {
    "lambda": "functions", "apigateway": "gateway", "cloudformation": "stacks", "events": "schedule",
    "scheduler": "schedule", "ses": "mail", "iam": "identity", "sts": "identity",
}
LIBRARIES = {
    "boost/beast": {"http"}, "sqlite3.h": {"store"}, "pugixml": {"wire", "cli"}, "yaml-cpp": {"stacks"},
    "archive.h": {"functions"}, "re2/": {"gateway", "stacks"}, "date/": {"schedule"}, "curl/": {"mail"},
}


def includes(folder):
    for file in sorted([*folder.glob("*.h"), *folder.glob("*.cc"), *folder.glob("*.inc")]):
        for quoted, angled in re.findall(r'^#include (?:"([^"]+)"|<([^>]+)>)', file.read_text(), re.MULTILINE):
            yield file, quoted, angled


def offences(folder, allowed):
    found = []
    for file, quoted, _ in includes(folder):
        if quoted and not any(quoted.startswith(prefix) for prefix in allowed):
            found.append(f"{file.relative_to(SOURCE)}: {quoted}")
    return found


def test_the_table_names_every_folder():
    folders = {path.name for path in SOURCE.iterdir() if path.is_dir()}
    assert folders == set(MAY) | {"server", "services"}


@pytest.mark.parametrize("folder", sorted(MAY))
def test_a_folder_includes_what_it_may(folder):
    assert offences(SOURCE / folder, {f"{other}/" for other in MAY[folder] | {folder}}) == []


@pytest.mark.parametrize("service", sorted(path.name for path in (SOURCE / "services").iterdir() if path.is_dir()))
def test_a_service_includes_no_other_service(service):
    allowed = {"base/", "api/", "ports/", "store/", f"services/{service}/"}
    allowed |= {f"services/{header.name}" for header in (SOURCE / "services").glob("*.h")}
    if service in FRONTS:
        allowed.add(f"{FRONTS[service]}/")
    assert offences(SOURCE / "services" / service, allowed) == []


def test_functions_see_the_launcher_only():
    allowed = {"sandbox/launch.h", "sandbox/protocol.h"}
    found = {quoted for _, quoted, _ in includes(SOURCE / "functions") if quoted.startswith("sandbox/")}
    assert found <= allowed


def test_libraries_stay_in_their_folders():
    found = []
    for folder in (path for path in SOURCE.rglob("*") if path.is_dir()):
        for file, _, angled in includes(folder):
            for library, homes in LIBRARIES.items():
                if angled.startswith(library) and folder.relative_to(SOURCE).parts[0] not in homes:
                    found.append(f"{file.relative_to(SOURCE)}: {angled}")
    assert found == []
