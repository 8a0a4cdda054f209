import itertools

import pytest
from page_content import TESTS
from page_site import Site
from page_stand_in import StandIn
from support.server import Hearth

try:
    from page_browser import INSTALLED, Browser, start_driver
except ModuleNotFoundError:
    INSTALLED = False


@pytest.fixture(scope="session")
def driver():
    if not INSTALLED:
        pytest.skip("chromium, chromium-driver and python3-selenium are not installed (./check installs them)")
    driver = start_driver()
    yield driver
    driver.quit()


@pytest.fixture
def browser(driver):
    browser = Browser(driver)
    browser.leave()
    return browser


@pytest.fixture(scope="session")
def site(driver, tmp_path_factory):
    """The course of page_content.py; each test takes a student of its own."""
    folder = tmp_path_factory.mktemp("page")
    server = Hearth(folder / "data").start()
    site = Site(server, folder, TESTS)
    yield site
    assert server.stop() == 0


@pytest.fixture(scope="session")
def take_student():
    """The next student who has not answered anything."""
    numbers = itertools.count(1)
    return lambda: f"student{next(numbers):02}"


@pytest.fixture
def student(take_student):
    return take_student()


@pytest.fixture(scope="session")
def running_stand_in(driver):
    stand_in = StandIn()
    yield stand_in
    stand_in.close()


@pytest.fixture
def stand_in(running_stand_in):
    running_stand_in.reset()
    return running_stand_in
