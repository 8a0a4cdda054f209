"""What the documents say of the tree is so: names that exist, links that lead somewhere, patches that apply."""

import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = "src|docs|tests|apps|sdk|tools|bench|fuzz|codegen|runtimes|cmake"
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"] + sorted(
    page for folder in FOLDERS.split("|") for page in (ROOT / folder).rglob("*.md"))
ADDING = ROOT / "docs" / "adding-an-operation.md"
NOT_YET = {"src/services/sqs/"}  # what ADDING makes


def name(page):
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_paths_and_links_of_a_page_exist(page):
    text = page.read_text()
    paths = set(re.findall(rf"`((?:{FOLDERS})/[A-Za-z0-9_./-]+)`", text)) - NOT_YET
    paths = {path for path in paths if "/X/" not in path}  # any service
    missing = [path for path in paths if not (ROOT / path).exists() and not (page.parent / path).exists()]
    links = re.findall(r"\]\(([^)#:\s]+)\)", text)
    missing += [link for link in links if not (page.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("page", sorted((ROOT / "src").rglob("README.md")), ids=name)
def test_sources_that_a_folders_map_names_exist(page):
    missing = []
    for file in re.findall(r"`((?:[a-z0-9_]+/)*[a-z0-9_]+\.(?:cc|h|inc))`", page.read_text()):
        places = (page.parent / file, ROOT / "src" / file)
        if not any(place.exists() for place in places):
            missing.append(file)
    assert not missing


def test_functions_that_the_walks_name_exist():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    code = "".join(source.read_text() for source in (ROOT / "src").rglob("*.cc"))
    named = set(re.findall(r"`(?:[A-Za-z0-9]+::)?([a-z][A-Za-z0-9]*)\(\)`", text))
    assert len(named) > 5
    assert [function for function in sorted(named) if not re.search(rf"\b{function}\(", code)] == []


def test_every_source_of_the_server_stands_in_a_folder_with_a_map():
    folders = {source.parent for source in (ROOT / "src").rglob("*.cc")}
    assert [name(folder) for folder in folders if not (folder / "README.md").exists()] == []


def test_packages_are_in_the_readmes_table():
    lines = [line for file in (ROOT / "tools").glob("*packages.txt") for line in file.read_text().splitlines()]
    listed = {line for line in lines if line and line[0] != "#"}
    section = (ROOT / "README.md").read_text().split("## What it stands on")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    assert {package for row in rows for package in re.findall(r"`([^`]+)`", row)} == listed


def test_the_patches_of_the_newcomers_page_apply(tmp_path):
    patches = re.findall(r"git apply <<'END'\n(.*?)END\n", ADDING.read_text(), re.DOTALL)
    assert len(patches) >= 2
    for patch in patches:
        for file in re.findall(r"^\+\+\+ b/(\S+)$", patch, re.MULTILINE):
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            if not (tmp_path / file).exists():
                shutil.copy(ROOT / file, tmp_path / file)
        done = subprocess.run(["git", "apply", "-"], input=patch, cwd=tmp_path, text=True, capture_output=True,
                              env={"PATH": "/usr/bin:/bin", "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})
        assert done.returncode == 0, done.stderr
