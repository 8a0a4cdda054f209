"""docs/homework/first-ten-minutes.md, word for word: every command in one shell, every screen compared."""

import os
import pathlib
import re
import socket
import subprocess

import pytest

from support.server import BIN, ROOT

PAGE = ROOT / "docs" / "homework" / "first-ten-minutes.md"
RELEASE = ROOT / "build" / "release" / "bin"
DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
# What differs from run to run: instants, times, durations, codes of receipts, ids of keys.
VARIES = "|".join([r"\d{4}-\d\d-\d\dT[0-9:.]+Z", rf"(?:{DAY} )?(?:\d+ {MONTH} )?(?:\d{{4}} )?\d\d:\d\d(?::\d\d)?",
                   r"in \d+ (?:d|h|min)(?: \d+ (?:h|min))?", r"R-[0-9A-Z]{4}-[0-9A-Z]{4}", r"\b[0-9a-f]{8}\b"])


def blocks_of(page):
    """[(commands, screen or None)]: each ```sh block with the ```text block that follows it at once."""
    found = re.findall(r"^```(sh|text)\n(.*?)^```$", page, re.M | re.S)
    pairs = []
    for kind, text in found:
        if kind == "sh":
            pairs.append([text, None])
        else:
            assert pairs and pairs[-1][1] is None, "a screen without commands before it"
            pairs[-1][1] = text
    return [tuple(pair) for pair in pairs]


def missing_from(output, screen):
    """The first piece of the screen (pieces are separated by lines of …) that the output does not have, in order."""
    words = " ".join(output.split())
    for piece in re.split(r"^…$", screen, flags=re.M):
        fixed = re.split(VARIES, " ".join(piece.split()))
        found = re.search(f"(?:{VARIES})".join(map(re.escape, fixed)), words)
        if not found:
            return piece
        words = words[found.end():]
    return None


# README's first tour, without its dialogue: there is a receipt, a score and mails before the page's own.
TOUR = """homework login --invite-file "$HEARTH_DATA/invites/student01.invite"
homework do operating-systems/test01 --answer 1=b
homework submit operating-systems/test01 --yes
trainer score --now
trainer mail list
"""


def script_of(blocks, after_start=""):
    """One script; a line between the blocks says which one follows. `after_start` is done behind the first block."""
    extra = [after_start] + [""] * (len(blocks) - 1)
    return "exec 2>&1\n" + "".join(f"echo '@@@ {number}'\n{commands}{extra[number]}"
                                   for number, (commands, _) in enumerate(blocks))


@pytest.fixture
def person(tmp_path):
    """The environment of somebody with an empty home and a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("AWS_", "HEARTH_", "HOMEWORK_", "XDG_")) and name != "COLUMNS"}
    home = tmp_path / "home"
    home.mkdir()
    environment = kept | {"HOME": str(home), "HEARTH_DATA": str(tmp_path / "data"), "HEARTH_LISTEN": f"127.0.0.1:{port}"}
    yield environment
    subprocess.run([RELEASE / "hearth", "stop"], env=environment, capture_output=True)


@pytest.mark.skipif(BIN.resolve() != RELEASE.resolve(), reason="./start is about the release build alone")
@pytest.mark.parametrize("before", ["", TOUR], ids=["alone", "after-the-tour"])
def test_the_page_does_what_it_says(person, before):
    blocks = blocks_of(PAGE.read_text())
    assert len(blocks) > 10 and all(screen for _, screen in blocks)
    done = subprocess.run(["bash", "-e", "-c", script_of(blocks, before)], cwd=ROOT, env=person, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, timeout=900)
    parts = re.split(r"^@@@ \d+\n", done.stdout.replace(person["HOME"], "/home/you"), flags=re.M)[1:]
    for (commands, screen), output in zip(blocks, parts):
        missing = missing_from(output, screen)
        assert missing is None, f"after\n{commands}\nthere is no\n{missing}\nin\n{output}"
    assert done.returncode == 0 and len(parts) == len(blocks), done.stdout[-3000:]


def test_a_screen_is_compared_word_for_word_but_for_times_and_codes():
    output = "Mon 7 Dec 2026 23:00, in 14 d\n  Receipt   R-4WXA-41N3 (key\n420801c7)\nStopped.\n"
    assert missing_from(output, "Tue 24 Nov 2027 22:59, in 9 d\n…\nReceipt R-7F3K-Q2MD (key 1e2a9f00)\n") is None
    assert missing_from(output, "Receipt R-7F3K-Q2MD (value 1e2a9f00)\n") is not None
    assert missing_from(output, "Stopped.\n…\nReceipt\n") == "\nReceipt\n"
    assert missing_from("1 graded, 2 missing", "2 graded, 1 missing") is not None


def test_a_block_can_be_pasted_whole():
    """Nothing asks, so that nothing takes the lines that follow it for an answer."""
    for commands, _ in blocks_of(PAGE.read_text()):
        words = [line.split() for line in commands.splitlines()]
        assert ["homework"] not in words and ["homework", "login"] not in words, commands
        assert all("--yes" in line for line in words if line[:2] == ["homework", "submit"]), commands
