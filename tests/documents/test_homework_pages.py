"""The pages about the homework pipeline: files, commands and options that they name exist."""

import functools
import re
import subprocess

import pytest

from support.server import BIN, ROOT

PAGES = sorted((ROOT / "docs" / "homework").glob("*.md"))
PROGRAMS = ("trainer", "homework", "hearth")


def commands_of(page):
    """Command lines of the page: in `…`, after a $ in a screen, and in the table of a script."""
    text = page.read_text()
    lines = re.findall(r"^\s*\$ (.*)$", text, re.M) + re.findall(r"^((?:trainer|homework|hearth) [a-z-].*)$", text, re.M)
    lines += re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S))
    return sorted({line for line in lines if line.split()[0] in PROGRAMS})


@functools.cache
def help_of(*command):
    return subprocess.run([BIN / command[0], *command[1:], "--help"], capture_output=True, text=True, check=True).stdout


def subcommands_of(text):
    section = text.partition("\nSubcommands:\n")[2].partition("\n\n")[0]
    return set(re.findall(r"^  ([a-z-]+)", section, re.M))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_of_a_page_exist(page):
    wrong = []
    for line in commands_of(page):
        words = re.findall(r"[^\s\"'|;]+", re.sub(r"\"[^\"]*\"", "TEXT", line))
        command = words[:1]
        while len(words) > len(command) and words[len(command)] in subcommands_of(help_of(*command)):
            command.append(words[len(command)])
        rest = words[len(command):]
        known = "".join(help_of(*command[:length]) for length in range(1, len(command) + 1))
        options = [word.split("=")[0] for word in rest if word.startswith("--")]
        if subcommands_of(help_of(*command)) and rest and not rest[0].startswith("-") and command != ["trainer"]:
            wrong.append(line)
        if command == ["trainer"] and rest and not rest[0].startswith("-"):
            wrong.append(line)
        wrong += [f"{line}: {option}" for option in options if not re.search(rf"(?<![\w-]){option}(?![\w-])", known)]
    assert wrong == []


def test_the_pages_have_commands_to_check():
    assert sum(len(commands_of(page)) for page in PAGES) > 60


def test_files_that_the_page_of_changes_names_exist():
    text = (ROOT / "docs" / "homework" / "changes-from-the-article.md").read_text()
    named = set(re.findall(r"`((?:[\w.-]+/)*[\w.-]+\.(?:cc|h|py|yaml|js|sh))`", text)) 
    assert len(named) >= 10
    homework = ROOT / "apps" / "homework"
    missing = [file for file in sorted(named) if not (ROOT / file).exists() and not (homework / file).exists()
               and not list(homework.rglob(file)) and not list((ROOT / "tests").rglob(file))]
    suite = None
    units = "".join(file.read_text() for file in homework.rglob("*_test.cc"))
    for named_suite, test in re.findall(r"`([A-Z]\w+)?\.([A-Z]\w+)`", text):
        suite = named_suite or suite
        if not re.search(rf"TEST(?:_F|_P)?\({suite}, {test}\)", units):
            missing.append(f"{suite}.{test}")
    assert missing == []


def test_tests_that_the_table_of_promises_names_exist():
    text = (ROOT / "tests" / "homework" / "README.md").read_text().split("# What decides")[1]
    rows = [line for line in text.splitlines() if re.match(r"\| \d+ \|", line)]
    assert [int(row.split("|")[1]) for row in rows] == list(range(1, 19))
    units = "".join(file.read_text() for file in (ROOT / "apps" / "homework").rglob("*_test.cc"))
    missing = []
    for row in rows:
        file = None
        for name in re.findall(r"`([^`]+)`", row):
            if outside := re.fullmatch(r"((?:\w+/)+test_\w+\.py)?(?:::(test_\w+))?", name):
                file = ROOT / "tests" / outside[1] if outside[1] else file
                if not file.exists() or outside[2] and f"def {outside[2]}(" not in file.read_text():
                    missing.append(name)
            elif unit := re.fullmatch(r"([A-Z]\w+)?\.?([A-Z]\w+)?", name):
                wanted = rf"TEST(?:_F|_P)?\({unit[1] or r'[A-Za-z]+'}, {unit[2] or ''}"
                if not re.search(wanted, units):
                    missing.append(name)
            elif "." in name and not (ROOT / name).exists() and not list((ROOT / "apps" / "homework").rglob(name)):
                missing.append(name)
    assert missing == []
