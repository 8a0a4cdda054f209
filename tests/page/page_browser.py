"""Chromium, driven as a student uses it. Needs chromium, chromium-driver and python3-selenium."""

import json
import shutil

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from support.wait import until

INSTALLED = all(map(shutil.which, ("chromium", "chromedriver")))


def start_driver():
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en-GB",
                     "--window-size=1000,900", "--no-first-run", "--disable-background-networking"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)


class Browser:
    """One tab. Waiting is for what a person would wait for: a heading, a text, the focus."""

    def __init__(self, driver):
        self.driver = driver
        self.requests = []

    # ---- looking

    def script(self, code, *arguments):
        return self.driver.execute_script(code, *arguments)

    def cdp(self, command, **parameters):
        return self.driver.execute_cdp_cmd(command, parameters)

    def heading(self):
        return self.script("return document.querySelector('h1')?.innerText ?? ''")

    def text(self):
        return self.script("return document.body.innerText")

    def wait_heading(self, text):
        until(lambda: text in self.heading(), f"heading '{text}'; it is '{self.heading()}'")

    def wait_text(self, text):
        until(lambda: text in self.text(), f"text '{text}'")

    def focused(self):
        """Role-like name and text of what has the focus."""
        return self.script("const e = document.activeElement; return [e.tagName, e.type ?? '', "
                           "(e.labels?.[0] ?? e).innerText?.trim() ?? '']")

    def find(self, css):
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def by_text(self, css, text):
        found = self.script("return [...document.querySelectorAll(arguments[0])].find("
                            "node => node.checkVisibility() && node.innerText.trim() === arguments[1])", css, text)
        assert found, f"no {css} reads '{text}' in:\n{self.text()}"
        return found

    # ---- doing

    def open(self, address):
        self.driver.get("about:blank")
        self.driver.get(address)

    def click(self, text, css="a, button, label"):
        self.by_text(css, text).click()

    def press(self, *keys):
        actions = ActionChains(self.driver, duration=0)
        for key in keys:
            actions.send_keys(key)
        actions.perform()

    def tab_to(self, text, limit=40):
        """Tab until the control that reads `text` has the focus."""
        for _ in range(limit):
            self.press(Keys.TAB)
            if self.focused()[2] == text:
                return
        raise AssertionError(f"no Tab leads to '{text}' in:\n{self.text()}")

    def offline(self, off):
        self.driver.set_network_conditions(offline=off, latency=0, throughput=-1)

    def media(self, **features):
        self.cdp("Emulation.setEmulatedMedia",
                 features=[{"name": name.replace("_", "-"), "value": value} for name, value in features.items()])

    def width(self, pixels):
        self.cdp("Emulation.setDeviceMetricsOverride", width=pixels, height=700, deviceScaleFactor=1, mobile=False)

    # ---- what the browser has noted

    def console(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def network(self):
        """Every request since the start: {url, method, headers}, headers as they went out."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                request = message["params"]["request"]
                self.requests.append({"url": request["url"] + request.get("urlFragment", ""), "method": request["method"],
                                      "headers": {name.lower(): value for name, value in request["headers"].items()}})
        return self.requests

    def sign_in(self, site, student):
        self.open(site.link(student))
        self.wait_heading("Your tests")

    def leave(self):
        """As if the tab had been closed and nothing were left."""
        self.offline(False)
        self.media()
        self.cdp("Emulation.clearDeviceMetricsOverride")
        if self.driver.current_url.startswith("http"):
            self.script("sessionStorage.clear(); localStorage.clear()")
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.network()
        self.requests.clear()
