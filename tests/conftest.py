import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

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
