import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from support import scenarios  # noqa: E402
from support.server import Hearth  # noqa: E402


@pytest.fixture(scope="session")
def hearth(tmp_path_factory):
    """One server for every test that leaves it running; use names of your own in it."""
    server = Hearth(tmp_path_factory.mktemp("hearth") / "data").start()
    yield server
    assert server.alive(), "the server died during the tests:\n" + "".join(server.log[-60:])
    assert server.stop() == 0


@pytest.fixture
def make_hearth(tmp_path):
    """Servers that a test starts, stops and kills by itself."""
    servers = []

    def make(*options, folder="data", **more):
        server = Hearth(tmp_path / folder, *options, **more)
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.kill()


# --- what no test has seen: of a run of the whole suite, with --every-scenario ----------------------------------------


def pytest_addoption(parser):
    parser.addoption("--every-scenario", action="store_true", help="fail for operations that no test calls, or sees refused, and for errors that none is told")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Of pytest-xdist: a process has ended; what it heard goes to the one that started it."""
    scenarios.heard.update(map(tuple, getattr(node, "workeroutput", {}).get("heard", [])))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["heard"] = [list(answer) for answer in scenarios.heard]
    elif session.config.getoption("every_scenario"):
        session.config.gaps = list(scenarios.gaps(scenarios.heard))
        if session.config.gaps and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    if getattr(config, "gaps", []):
        terminalreporter.section("without a scenario")
        for gap in config.gaps:
            terminalreporter.line(gap)
