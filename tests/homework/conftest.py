import os
import pathlib

import pytest

from fake_api import FakeApi

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def bin_folder():
    folder = pathlib.Path(os.environ.get("HEARTH_BIN", ROOT / "build" / "release" / "bin"))
    if not (folder / "homework").exists():
        pytest.fail(f"{folder}/homework is not built")
    return folder


@pytest.fixture
def api():
    server = FakeApi()
    yield server
    server.close()


@pytest.fixture
def home(tmp_path):
    """The environment of a student who has nothing yet."""
    environment = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "TERM": "xterm",
        "NO_PROXY": "127.0.0.1",
    }
    for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
        if name in os.environ:
            environment[name] = os.environ[name]
    return environment
