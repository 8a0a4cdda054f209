import pytest

from models import Clients, Probe, write_models


@pytest.fixture(scope="session")
def probe():
    probe = Probe()
    yield probe
    assert probe.close() == 0


@pytest.fixture(scope="session")
def clients(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_models(folder)
    return Clients(folder)


@pytest.fixture(scope="session")
def json_10_clients(tmp_path_factory):
    """The same, but the services of the JSON protocol speak version 1.0."""
    folder = tmp_path_factory.mktemp("models-1.0")
    write_models(folder, "1.0")
    return Clients(folder)
