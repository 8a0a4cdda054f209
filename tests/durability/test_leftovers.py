"""A killed server leaves nothing running: functions, the helper that makes their jails, folders in memory."""

import glob
import json
import pathlib

import pytest

from support.wait import until
from test_kill_events import make_function, runs


def descendants(pid):
    """The ids of all processes below, with their start times, so that a reused id is not taken for them."""
    found = {}
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            fields = pathlib.Path(stat).read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        found[int(stat.split("/")[2])] = (int(fields[1]), fields[19])
    below, added = {pid}, True
    while added:
        more = {child for child, (parent, _) in found.items() if parent in below} - below
        below |= more
        added = bool(more)
    return {(child, found[child][1]) for child in below - {pid}}


def alive(processes):
    left = []
    for pid, begun in processes:
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            if fields[19] == begun and fields[0] != "Z":
                left.append(pid)
        except OSError:
            pass
    return left


@pytest.mark.parametrize("jail", ("auto", "off"))
def test_nothing_outlives_a_killed_server(make_hearth, jail):
    before = set(glob.glob("/dev/shm/hearth-*"))
    hearth = make_hearth("--jail", jail).start()
    make_function(hearth, "slow", Timeout=60)
    hearth.client("lambda").invoke(FunctionName="slow", InvocationType="Event", Payload=json.dumps({"n": "x", "seconds": 3}))
    until(lambda: json.loads(hearth.run("hearth", "status", "--json").stdout)["running"] == 1, "the invocation")
    processes = descendants(hearth.process.pid)
    assert len(processes) >= 2
    hearth.kill()
    # The next server starts at once, whatever the former one's processes still do.
    hearth.start()
    until(lambda: not alive(processes), "the end of the killed server's processes")
    until(lambda: runs(hearth, "slow")["x"], "the second try")
    hearth.client("lambda").invoke(FunctionName="slow", Payload=json.dumps({"n": "y"}))
    until(lambda: runs(hearth, "slow")["y"], "the next invocation")
    assert hearth.stop() == 0
    until(lambda: set(glob.glob("/dev/shm/hearth-*")) <= before, "the folders in memory to be gone")
